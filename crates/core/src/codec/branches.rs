//! Unions in plain JSON: by which names a tagged value calls its branch, and which branches need the tag.
//!
//! The encoder finds the branch of an untagged value by its shape: a number, a string, an object of these names. Where
//! another branch takes the same shape, the decoder writes the tag. It may write more tags than are needed, never fewer.

use std::collections::BTreeSet;

use super::texts::{is_time, special_float};
use crate::schema::{Content, LogicalType, NodeId, RecordType, Schema};

/// Up to so many branches that are objects are compared with each other; where there are more, all are tagged.
const COMPARED_LIMIT: usize = 64;
/// The members of a duration.
const DURATION: [&str; 3] = ["months", "days", "millis"];

/// What the branches of a union are in plain JSON.
#[derive(Debug)]
pub(super) struct Branches {
    /// The names by which a tagged value may call a branch, in order.
    names: Vec<(Box<str>, usize)>,
    /// For each branch whether its values are always tagged.
    tagged: Vec<bool>,
    /// Whether a string may be a value of some branch, and a float of another one.
    mixed: bool,
}

/// What shapes of JSON the encoder takes for a type, and the decoder writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Shapes {
    number: bool,
    string: bool,
    object: bool,
}

fn shapes(content: &Content, logical: Option<LogicalType>) -> Shapes {
    let none = Shapes::default();
    match logical {
        Some(LogicalType::Duration) => return Shapes { object: true, ..none },
        Some(LogicalType::Decimal { .. }) => return Shapes { number: true, string: true, ..none },
        Some(logical) if is_time(logical) => return Shapes { number: true, string: true, ..none },
        _ => {}
    }
    match content {
        Content::Int | Content::Long | Content::Float | Content::Double => Shapes { number: true, ..none },
        Content::String | Content::Bytes | Content::Fixed(_) | Content::Enum(_) => {
            Shapes { string: true, ..none }
        }
        Content::Map(_) | Content::Record(_) => Shapes { object: true, ..none },
        Content::Null | Content::Boolean | Content::Array(_) | Content::Union(_) => none,
    }
}

impl Branches {
    pub(super) fn new(schema: &Schema, ids: &[NodeId]) -> Self {
        let contents: Vec<&Content> = ids.iter().map(|id| schema.content(*id)).collect();
        let shapes: Vec<Shapes> =
            ids.iter().map(|id| shapes(schema.content(*id), schema.node(*id).logical)).collect();
        let count = |has: fn(&Shapes) -> bool| shapes.iter().filter(|shapes| has(shapes)).count();
        let (numbers, strings, objects) =
            (count(|shapes| shapes.number), count(|shapes| shapes.string), count(|shapes| shapes.object));
        let names = branch_names(&contents);
        let floats = contents.iter().any(|content| matches!(content, Content::Float | Content::Double));
        let mixed = floats && strings > 0;
        let mut branches = Branches { names, tagged: Vec::with_capacity(ids.len()), mixed };
        let object_contents: Vec<&Content> = (0..)
            .zip(&shapes)
            .filter(|(_, shapes)| shapes.object)
            .filter_map(|(index, _): (usize, _)| contents.get(index).copied())
            .collect();
        for (content, shapes) in contents.iter().zip(&shapes) {
            let overlaps = (shapes.number && numbers > 1)
                || (shapes.string && strings > 1)
                || (shapes.object && objects > COMPARED_LIMIT)
                || (shapes.object && object_contents.iter().any(|other| may_be(content, other)))
                || branches.looks_like_another(content);
            branches.tagged.push(overlaps);
        }
        branches
    }

    /// The branch that a tagged value calls by this name: the full name, or the unqualified one where only one has it.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        let at = self.names.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.names.get(at).map(|(_, branch)| *branch)
    }

    /// All names by which a branch may be called, in order.
    pub(super) fn names(&self) -> Vec<Box<str>> {
        self.names.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Tells whether all values of this branch are tagged.
    pub(super) fn is_tagged(&self, branch: usize) -> bool {
        self.tagged.get(branch).copied().unwrap_or(true)
    }

    /// Tells whether there are floats and strings: then `"NaN"` and its like are tagged, whichever they are.
    pub(super) fn mix_floats_and_strings(&self) -> bool {
        self.mixed
    }

    /// Tells whether a record would be read as a tagged value, or a symbol as a float.
    fn looks_like_another(&self, content: &Content) -> bool {
        match content {
            Content::Record(RecordType { fields, .. }) => match fields.as_slice() {
                [only] => self.named(&only.name).is_some(),
                _ => false,
            },
            Content::Enum(kind) => {
                self.mixed && kind.symbols.iter().any(|symbol| special_float(symbol).is_some())
            }
            _ => false,
        }
    }
}

/// The names by which tagged values may call the branches, in order, and their numbers: full names, and unqualified
/// ones that one branch alone has.
pub(super) fn branch_names(contents: &[&Content]) -> Vec<(Box<str>, usize)> {
    let full = contents.iter().enumerate().map(|(index, content)| (content.branch_name(), index));
    let short =
        contents.iter().enumerate().filter_map(|(index, content)| Some((content.name()?.short(), index)));
    let mut names: Vec<(Box<str>, usize)> = full.clone().map(|(name, index)| (name.into(), index)).collect();
    let mut all: Vec<(&str, usize)> = full.chain(short).collect();
    // A name without a namespace is full and unqualified at once.
    all.sort_unstable();
    all.dedup();
    let alone = all.chunk_by(|(one, _), (other, _)| one == other).filter(|group| group.len() == 1).flatten();
    names.extend(alone.map(|(name, index)| ((*name).into(), *index)));
    names.sort_unstable();
    names.dedup();
    names
}

/// Tells whether a value of one type, an object, might be taken for one of another type. Both are branches of a union,
/// so that they are the same branch where they are the same type.
fn may_be(one: &Content, other: &Content) -> bool {
    if std::ptr::eq(one, other) {
        return false;
    }
    match (one, other) {
        (Content::Record(one), other) => fits(&names_of(one), other),
        (Content::Fixed(_), other) => fits(&BTreeSet::from(DURATION), other),
        // A map may hold any names.
        _ => true,
    }
}

fn names_of(record: &RecordType) -> BTreeSet<&str> {
    record.fields.iter().map(|field| field.name.as_str()).collect()
}

fn fits(names: &BTreeSet<&str>, other: &Content) -> bool {
    match other {
        Content::Record(record) => {
            let known = record.fields.iter().filter(|field| names.contains(field.name.as_str())).count();
            let complete =
                |field: &crate::schema::Field| field.default.is_some() || names.contains(field.name.as_str());
            known == names.len() && record.fields.iter().all(complete)
        }
        Content::Fixed(_) => *names == BTreeSet::from(DURATION),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::test_schemas::schema;

    /// The names of the branches whose values are always tagged.
    fn tagged(branches: &str) -> Vec<String> {
        let schema = schema(&format!("[{branches}]"));
        let Content::Union(ids) = schema.content(schema.root()) else { panic!("a union") };
        let branches = Branches::new(&schema, ids);
        let name = |id: &NodeId| schema.content(*id).branch_name().to_owned();
        ids.iter()
            .enumerate()
            .filter(|(index, _)| branches.is_tagged(*index))
            .map(|(_, id)| name(id))
            .collect()
    }

    #[test]
    fn branches_of_one_shape_are_tagged() {
        let record = |name: &str, fields: &str| {
            let fields: Vec<String> = fields
                .split_whitespace()
                .map(|field| match field.strip_suffix('=') {
                    Some(name) => format!(r#"{{"name":"{name}","type":"int","default":0}}"#),
                    None => format!(r#"{{"name":"{field}","type":"int"}}"#),
                })
                .collect();
            format!(r#"{{"type":"record","name":"{name}","fields":[{}]}}"#, fields.join(","))
        };
        let date = r#"{"type":"int","logicalType":"date"}"#;
        let decimal = r#"{"type":"bytes","logicalType":"decimal","precision":4}"#;
        let duration = r#"{"type":"fixed","name":"D","size":12,"logicalType":"duration"}"#;
        let months = record("M", "millis days months");
        let enumeration = r#"{"type":"enum","name":"E","symbols":["A"]}"#;
        let map = r#"{"type":"map","values":"int"}"#;
        let rows: Vec<(Vec<&str>, &str)> = vec![
            (vec!["\"null\"", "\"string\""], ""),
            (vec!["\"null\"", "\"int\"", "\"string\"", "\"boolean\""], ""),
            (vec!["\"int\"", "\"long\""], "int long"),
            (vec!["\"double\"", "\"string\""], ""),
            (vec!["\"string\"", "\"bytes\""], "string bytes"),
            (vec!["\"string\"", enumeration], "string E"),
            (vec!["\"double\"", enumeration], ""),
            (vec!["\"double\"", r#"{"type":"enum","name":"E","symbols":["A","NaN"]}"#], "E"),
            (vec![date, "\"string\""], "int string"),
            (vec![date, "\"long\""], "int long"),
            (vec![date, "\"null\""], ""),
            (vec![decimal, "\"string\""], "bytes string"),
            (vec![decimal, "\"double\""], "bytes double"),
            (vec![duration, "\"string\""], ""),
            (vec![duration, map], "D map"),
            (vec![duration, months.as_str()], "D M"),
        ];
        for (branches, expected) in rows {
            assert_eq!(tagged(&branches.join(",")).join(" "), expected, "{branches:?}");
        }
        let records = [
            ("a b", "a c", ""),
            ("a b", "a b", "A B"),
            ("a", "a b", ""),
            ("a", "a b=", "A"),
            ("a=", "a= b=", "A"),
            ("", "a", ""),
            ("", "a=", "A"),
            ("int", "a", ""),
            ("B", "a", "A"),
            ("x", "A", "B"),
        ];
        for (one, other, expected) in records {
            let branches = format!("{},{}", record("A", one), record("B", other));
            assert_eq!(tagged(&branches).join(" "), expected, "{one} and {other}");
        }
        assert_eq!(tagged(&format!("{map},{}", record("A", "a"))), ["map", "A"]);
        assert_eq!(tagged(&format!("\"int\",{}", record("A", "int"))), ["A"], "it would be read as a tag");
        let many: Vec<String> =
            (0..=COMPARED_LIMIT).map(|index| record(&format!("R{index}"), &format!("f{index}"))).collect();
        assert_eq!(tagged(&many.join(",")).len(), COMPARED_LIMIT + 1);
        assert_eq!(tagged(&many[1..].join(",")).len(), 0);
    }

    #[test]
    fn branches_are_called_by_names_that_are_theirs_alone() {
        let schema = schema(
            r#"["null","string",{"type":"fixed","name":"a.X","size":1},{"type":"fixed","name":"b.X","size":1},
                {"type":"fixed","name":"b.Y","size":1},{"type":"fixed","name":"c.string","size":1},{"type":"fixed","name":"Z","size":1},{"type":"fixed","name":"c.Z","size":1}]"#,
        );
        let Content::Union(ids) = schema.content(schema.root()) else { panic!("a union") };
        let branches = Branches::new(&schema, ids);
        let rows = [
            ("null", Some(0)),
            ("string", Some(1)),
            ("a.X", Some(2)),
            ("b.X", Some(3)),
            ("X", None),
            ("Y", Some(4)),
            ("c.string", Some(5)),
            ("Z", Some(6)),
            ("c.Z", Some(7)),
            ("int", None),
        ];
        for (name, branch) in rows {
            assert_eq!(branches.named(name), branch, "{name}");
        }
    }
}
