//! Where in a schema something is, for people and for programs.

use super::model::{Content, NodeId, Schema};
use crate::yaml::Span;

/// How many steps of a way are shown; of a longer one the middle is left out.
const STEPS_SHOWN: usize = 24;

/// A place in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The way to it through fields, `summary.satisfaction`: `[]` are the items of an array, `{}` the values of a map,
    /// `<Name>` a branch of a union that has several besides null. Empty for the whole schema.
    pub path: String,
    /// Which of the schema's documents defines what is there, as [`super::Node::document`] counts them.
    pub document: u16,
    /// Where in that document, as a JSON pointer (RFC 6901). A type that is referred to by its name is where it is
    /// defined.
    pub pointer: String,
    /// Where in that document's text.
    pub span: Span,
}

impl Place {
    /// The place of a type.
    pub(super) fn of_node(schema: &Schema, id: NodeId, path: String) -> Place {
        let node = schema.node(id);
        Place { path, document: node.document, pointer: node.pointer.clone(), span: node.span }
    }

    /// The place of a field of a record; that of the record where it has no field of this number.
    pub(super) fn of_field(schema: &Schema, record: NodeId, field: usize, path: String) -> Place {
        let fields =
            if let Content::Record(record) = schema.content(record) { &record.fields[..] } else { &[] };
        match fields.get(field) {
            Some(field) => Place {
                path,
                document: schema.node(record).document,
                pointer: field.pointer.clone(),
                span: field.span,
            },
            None => Place::of_node(schema, record, path),
        }
    }

    /// The path between back quotes, `the schema` where it is empty.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.path.is_empty() { "the schema".to_owned() } else { format!("`{}`", self.path) }
    }
}

/// A step from one type to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To the type of a field.
    Field(String),
    /// To the items of an array.
    Items,
    /// To the values of a map.
    Values,
    /// To a branch of a union.
    Branch(String),
}

/// Tells whether a union has more than one branch besides null.
pub(super) fn several(schema: &Schema, branches: &[NodeId]) -> bool {
    branches.iter().filter(|id| !matches!(schema.content(**id), Content::Null)).nth(1).is_some()
}

/// All ways that a walk over a schema has taken, as a tree: a way of 10,000 steps costs one entry more than the one
/// that is a step shorter.
#[derive(Debug, Default)]
pub(super) struct Trails {
    steps: Vec<(Trail, Step)>,
}

/// A way from the top of a schema; it means nothing in another [`Trails`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trail(usize);

impl Trail {
    /// The way to the top itself.
    pub(super) const TOP: Trail = Trail(0);
}

impl Trails {
    /// The way that goes one step further.
    pub(super) fn then(&mut self, trail: Trail, step: Step) -> Trail {
        self.steps.push((trail, step));
        Trail(self.steps.len())
    }

    /// The way to a branch of a union. It is the union's own where there are no [`several`] branches.
    pub(super) fn branch(&mut self, trail: Trail, schema: &Schema, branch: NodeId, several: bool) -> Trail {
        if !several {
            return trail;
        }
        let content = schema.content(branch);
        let name = content.name().map_or_else(|| content.kind().name(), super::Name::short);
        self.then(trail, Step::Branch(name.to_owned()))
    }

    /// The way as text.
    pub(super) fn text(&self, trail: Trail) -> String {
        let mut steps = Vec::new();
        let mut at = trail;
        while let Some((before, step)) = at.0.checked_sub(1).and_then(|index| self.steps.get(index)) {
            steps.push(step);
            at = *before;
        }
        steps.reverse();
        let half = STEPS_SHOWN / 2;
        let mut text = String::new();
        for (index, step) in steps.iter().enumerate() {
            if steps.len() > STEPS_SHOWN && index >= half && index < steps.len() - half {
                if index == half {
                    text.push_str(".…");
                }
                continue;
            }
            match step {
                Step::Field(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(name);
                }
                Step::Items => text.push_str("[]"),
                Step::Values => text.push_str("{}"),
                Step::Branch(name) => {
                    text.push('<');
                    text.push_str(name);
                    text.push('>');
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_read_as_people_write_them() {
        let mut trails = Trails::default();
        let field = |name: &str| Step::Field(name.to_owned());
        let lines = trails.then(Trail::TOP, field("lines"));
        let items = trails.then(lines, Step::Items);
        let price = trails.then(items, field("price"));
        let branch = trails.then(price, Step::Branch("Money".to_owned()));
        let texts = [Trail::TOP, lines, items, price, branch].map(|trail| trails.text(trail));
        assert_eq!(texts, ["", "lines", "lines[]", "lines[].price", "lines[].price<Money>"]);
        let top = trails.then(Trail::TOP, Step::Values);
        assert_eq!(trails.text(top), "{}");
        let long = (0..10_000).fold(Trail::TOP, |trail, n| trails.then(trail, Step::Field(format!("f{n}"))));
        let text = trails.text(long);
        assert!(
            text.starts_with("f0.f1.") && text.contains(".f11.….f9988.") && text.ends_with(".f9999"),
            "{text}"
        );
    }
}
