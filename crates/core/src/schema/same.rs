//! Whether two schemas are the same in everything that their texts say: what matches a file with a version that a
//! registry has.
//!
//! Defaults, docs, aliases, logical types, orders and all other attributes count. What does not count is how it is
//! written: white space, comments, the order of an object's members and of aliases, names with or without namespaces,
//! `{"type": "string"}` for `"string"`, `1` for `1.0`, empty aliases for none. Nor does it count which document defines
//! a type; whoever knows the references of both sides compares them besides.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Content, Field, Name, NodeId, Property, Schema};
use crate::json::{Json, Value};

/// Whole numbers below this one are exact as doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Tells whether two schemas say the same.
#[must_use]
pub fn same(this: &Schema, that: &Schema) -> bool {
    let mut next = vec![(this.root(), that.root())];
    let mut seen = BTreeSet::new();
    while let Some((left, right)) = next.pop() {
        if !seen.insert((left, right)) {
            continue;
        }
        let (left, right) = (this.node(left), that.node(right));
        let parts = same_content(this, &left.content, &right.content);
        let Some(parts) = parts.filter(|_| same_properties(&left.properties, &right.properties)) else {
            return false;
        };
        next.extend(parts);
    }
    true
}

/// The pairs of types inside, where everything else is the same. The schema is the left one's.
fn same_content(schema: &Schema, left: &Content, right: &Content) -> Option<Vec<(NodeId, NodeId)>> {
    if left.kind() != right.kind() || left.name() != right.name() {
        return None;
    }
    let full_names =
        |content| -> BTreeSet<&str> { Content::aliases(content).iter().map(Name::full).collect() };
    if full_names(left) != full_names(right) {
        return None;
    }
    match (left, right) {
        (Content::Array(left), Content::Array(right)) | (Content::Map(left), Content::Map(right)) => {
            Some(vec![(*left, *right)])
        }
        (Content::Union(left), Content::Union(right)) => {
            (left.len() == right.len()).then(|| left.iter().copied().zip(right.iter().copied()).collect())
        }
        (Content::Record(left), Content::Record(right)) => {
            let same = left.doc == right.doc
                && left.error == right.error
                && left.fields.len() == right.fields.len()
                && left.fields.iter().zip(&right.fields).all(|(left, right)| same_field(schema, left, right));
            let types =
                left.fields.iter().zip(&right.fields).map(|(left, right)| (left.schema, right.schema));
            same.then(|| types.collect())
        }
        (Content::Enum(left), Content::Enum(right)) => {
            let same =
                left.doc == right.doc && left.symbols == right.symbols && left.default == right.default;
            same.then(Vec::new)
        }
        (Content::Fixed(left), Content::Fixed(right)) => {
            (left.doc == right.doc && left.size == right.size).then(Vec::new)
        }
        _ => Some(Vec::new()),
    }
}

fn same_field(schema: &Schema, left: &Field, right: &Field) -> bool {
    let aliases = |field: &Field| -> BTreeSet<String> { field.aliases.iter().cloned().collect() };
    let same_default = match (&left.default, &right.default) {
        (Some(one), Some(other)) => same_default(schema.content(left.schema), one, other),
        (None, None) => true,
        _ => false,
    };
    left.name == right.name
        && left.doc == right.doc
        && left.order == right.order
        && same_default
        && aliases(left) == aliases(right)
        && same_properties(&left.properties, &right.properties)
}

/// Compares defaults of a field of this type. Java makes a number of a double's `"1.5"`.
pub(super) fn same_default(content: &Content, left: &Json, right: &Json) -> bool {
    if !matches!(content, Content::Float | Content::Double) {
        return same_json(left, right);
    }
    match (&left.value, &right.value) {
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        (Value::Number(left) | Value::String(left), Value::Number(right) | Value::String(right)) => {
            let double = |text: &str| text.trim().trim_end_matches(['f', 'F', 'd', 'D']).parse::<f64>().ok();
            left == right || double(left).is_some_and(|left| double(right) == Some(left))
        }
        _ => same_json(left, right),
    }
}

/// Compares attributes, in any order.
pub(super) fn same_properties(left: &[Property], right: &[Property]) -> bool {
    let right: BTreeMap<&str, &Json> =
        right.iter().map(|property| (property.name.as_str(), &property.value)).collect();
    left.len() == right.len()
        && left.iter().all(|property| {
            right.get(property.name.as_str()).is_some_and(|value| same_json(&property.value, value))
        })
}

/// Compares values, members in any order, numbers by what they are. JSON nests no deeper than its reader goes.
pub(super) fn same_json(left: &Json, right: &Json) -> bool {
    match (&left.value, &right.value) {
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_json(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let right: BTreeMap<&str, &Json> =
                right.iter().map(|member| (member.name.as_str(), &member.value)).collect();
            left.len() == right.len()
                && left.iter().all(|member| {
                    right.get(member.name.as_str()).is_some_and(|value| same_json(&member.value, value))
                })
        }
        (left, right) => left == right,
    }
}

/// Compares whole numbers digit by digit, others as the doubles that Java makes of them.
fn same_number(left: &str, right: &str) -> bool {
    let is_whole = |text: &str| !text.contains(['.', 'e', 'E']);
    if left == right {
        return true;
    }
    let (Ok(as_left), Ok(as_right)) = (left.parse::<f64>(), right.parse::<f64>()) else { return false };
    match (is_whole(left), is_whole(right)) {
        // Beyond `-0` there is one way to write each.
        (true, true) => as_left == 0.0 && as_right == 0.0,
        (false, false) => as_left.total_cmp(&as_right).is_eq(),
        _ => as_left == as_right && as_left.abs() < EXACT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::parse;
    use crate::yaml::Source;

    fn read(text: &str) -> Schema {
        parse(&Source::new("s", text), &[]).unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
    }

    fn record(fields: &str) -> String {
        format!(r#"{{"type":"record","name":"R","namespace":"a","fields":[{fields}]}}"#)
    }

    #[test]
    fn how_it_is_written_does_not_count() {
        let rows = [
            (r#""string""#.to_owned(), r#" { "type" : "string" } "#.to_owned()),
            (record(""), r#"{"fields":[],"name":"a.R","type":"record"}"#.to_owned()),
            (record(""), r#"{"type":"record","name":"a.R","namespace":"x.y","fields":[]}"#.to_owned()),
            (
                record(""),
                r#"{"type":"record","name":"R","namespace":"a","aliases":[],"doc":null,"fields":[]}"#
                    .to_owned(),
            ),
            (
                record(r#"{"name":"d","type":"double","default":1}"#),
                record(r#"{"type":"double","name":"d","default":1.0}"#),
            ),
            (
                record(r#"{"name":"d","type":"double","default":1e2}"#),
                record(r#"{"name":"d","type":"double","default":100.0}"#),
            ),
            (
                record(r#"{"name":"d","type":"double","default":"1.5"}"#),
                record(r#"{"name":"d","type":"double","default":1.5}"#),
            ),
            (
                record(r#"{"name":"d","type":"int","order":"ascending"}"#),
                record(r#"{"name":"d","type":"int"}"#),
            ),
            (
                record(r#"{"name":"d","type":"int","aliases":["x","y"]}"#),
                record(r#"{"name":"d","type":"int","aliases":["y","x"]}"#),
            ),
            (
                record(r#"{"name":"d","type":["null","R"],"p":{"a":1,"b":[2]}}"#),
                record(r#"{"name":"d","type":["null","a.R"],"p":{"b":[2],"a":1}}"#),
            ),
            ("// a comment\n\"int\"".to_owned(), "\"int\"".to_owned()),
        ];
        for (this, that) in rows {
            assert!(same(&read(&this), &read(&that)), "{this} {that}");
        }
    }

    #[test]
    fn everything_that_is_said_counts() {
        let base = record(
            r#"{"name":"f","type":"int","doc":"d","default":1,"aliases":["g"],"order":"ignore","p":1}"#,
        );
        let rows = [
            base.replace(r#""doc":"d""#, r#""doc":"e""#),
            base.replace(r#""doc":"d","#, ""),
            base.replace(r#""default":1"#, r#""default":2"#),
            base.replace(r#","default":1"#, ""),
            base.replace(r#"["g"]"#, r#"["h"]"#),
            base.replace(r#","order":"ignore""#, ""),
            base.replace(r#""p":1"#, r#""p":2"#),
            base.replace(r#""p":1"#, r#""q":1"#),
            base.replace(r#""int""#, r#""long""#),
            base.replace(r#""int""#, r#"{"type":"int","logicalType":"date"}"#),
            base.replace(r#""name":"f""#, r#""name":"g2""#),
            base.replace(r#""namespace":"a""#, r#""namespace":"b""#),
            base.replace(r#""type":"record""#, r#""type":"error""#),
            base.replace(r#""name":"R""#, r#""name":"R","doc":"x""#),
            base.replace(r#""name":"R""#, r#""name":"R","aliases":["Q"]"#),
        ];
        for that in rows {
            assert_ne!(base, that, "the row changes something");
            assert!(!same(&read(&base), &read(&that)), "{that}");
        }
        let pairs = [
            (r#"["null","int"]"#, r#"["int","null"]"#),
            (r#"["null"]"#, r#"["null","int"]"#),
            (
                r#"{"type":"enum","name":"E","symbols":["A","B"]}"#,
                r#"{"type":"enum","name":"E","symbols":["B","A"]}"#,
            ),
            (
                r#"{"type":"enum","name":"E","symbols":["A"]}"#,
                r#"{"type":"enum","name":"E","symbols":["A"],"default":"A"}"#,
            ),
            (r#"{"type":"fixed","name":"F","size":1}"#, r#"{"type":"fixed","name":"F","size":2}"#),
            (r#"{"type":"fixed","name":"F","size":1}"#, r#"{"type":"fixed","name":"F","size":1,"doc":"x"}"#),
            (
                r#"{"type":"enum","name":"E","symbols":["A"]}"#,
                r#"{"type":"enum","name":"E","symbols":["A"],"doc":"x"}"#,
            ),
            (r#"{"type":"array","items":"int"}"#, r#"{"type":"array","items":"long"}"#),
            (r#"{"type":"array","items":"int"}"#, r#"{"type":"map","values":"int"}"#),
            (
                r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#,
                r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":1}"#,
            ),
            (
                r#"{"type":"record","name":"R","fields":[{"name":"f","type":["string","double"],"default":"1.5"}]}"#,
                r#"{"type":"record","name":"R","fields":[{"name":"f","type":["string","double"],"default":1.5}]}"#,
            ),
            (r#"{"type":"long","p":9007199254740993}"#, r#"{"type":"long","p":9007199254740992}"#),
            (r#"{"type":"long","p":9007199254740993}"#, r#"{"type":"long","p":9007199254740992.0}"#),
        ];
        for (this, that) in pairs {
            assert!(same(&read(this), &read(this)), "{this}");
            assert!(!same(&read(this), &read(that)), "{this} {that}");
        }
    }
}
