//! Whether two schemas are equal as Java's `Schema.equals` has it: documentation, aliases and the defaults of enums do
//! not count, and everything else does. Of equal schemas Java's reader does not look at aliases.

use std::collections::BTreeSet;

use crate::schema::{Content, Name, Node, Property, RecordType, Schema};

/// Tells whether two schemas are equal to Java.
pub(super) fn equal(one: &Schema, other: &Schema) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(one.root(), other.root())];
    while let Some(pair) = waiting.pop() {
        if !seen.insert(pair) {
            continue;
        }
        let (one, other) = (one.node(pair.0), other.node(pair.1));
        if !same_head(one, other) {
            return false;
        }
        match (&one.content, &other.content) {
            (Content::Array(one), Content::Array(other)) | (Content::Map(one), Content::Map(other)) => {
                waiting.push((*one, *other));
            }
            (Content::Union(one), Content::Union(other)) => {
                waiting.extend(one.iter().copied().zip(other.iter().copied()));
            }
            (Content::Record(one), Content::Record(other)) => {
                let pairs = one.fields.iter().zip(&other.fields);
                waiting.extend(pairs.map(|(one, other)| (one.schema, other.schema)));
            }
            _ => {}
        }
    }
    true
}

/// Tells whether two types are equal but for the types inside of them.
fn same_head(one: &Node, other: &Node) -> bool {
    let parts = match (&one.content, &other.content) {
        (Content::Union(one), Content::Union(other)) => one.len() == other.len(),
        (Content::Enum(one), Content::Enum(other)) => one.symbols == other.symbols,
        (Content::Fixed(one), Content::Fixed(other)) => one.size == other.size,
        (Content::Record(one), Content::Record(other)) => same_fields(one, other),
        (one, other) => one.kind() == other.kind(),
    };
    parts
        && one.content.name().map(Name::full) == other.content.name().map(Name::full)
        && same_properties(&one.properties, &other.properties)
}

fn same_fields(one: &RecordType, other: &RecordType) -> bool {
    one.fields.len() == other.fields.len()
        && one.fields.iter().zip(&other.fields).all(|(one, other)| {
            let defaults = match (&one.default, &other.default) {
                (Some(one), Some(other)) => one.says_the_same_as(other),
                (one, other) => one.is_none() == other.is_none(),
            };
            defaults
                && one.name == other.name
                && one.order == other.order
                && same_properties(&one.properties, &other.properties)
        })
}

fn same_properties(one: &[Property], other: &[Property]) -> bool {
    one.len() == other.len()
        && one.iter().all(|property| {
            let same = other.iter().find(|other| other.name == property.name);
            same.is_some_and(|same| same.value.says_the_same_as(&property.value))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::test_schemas::schema;

    #[test]
    fn documentation_aliases_and_defaults_of_enums_do_not_count() {
        let enumeration = |more: &str| format!(r#"{{"type":"enum","name":"E","symbols":["A","B"]{more}}}"#);
        let field = |more: &str| {
            format!(
                r#"{{"type":"record","name":"R","fields":[{{"name":"a","type":["null","R","int"]{more}}}]}}"#
            )
        };
        let rows = [
            (enumeration(""), enumeration(r#","default":"A","doc":"x","aliases":["X"]"#), true),
            (enumeration(""), enumeration(r#","extra":1"#), false),
            (enumeration(r#","x":1,"y":2"#), enumeration(r#","y":2,"x":1"#), true),
            (enumeration(r#","x":1"#), enumeration(r#","x":2"#), false),
            (enumeration(""), enumeration("").replace("\"A\",\"B\"", "\"B\",\"A\""), false),
            (enumeration(""), enumeration("").replace("\"E\"", "\"n.E\""), false),
            (field(""), field(r#","doc":"x","aliases":["b"],"order":"ascending""#), true),
            (field(""), field(r#","default":null"#), false),
            (field(r#","default":1"#), field(r#","default":null"#), false),
            (field(""), field(r#","order":"ignore""#), false),
            (field(""), field(r#","extra":{}"#), false),
            (field(""), field("").replace("\"int\"", "\"long\""), false),
            (field(""), field("").replace(",\"int\"", ""), false),
            (field(""), field("").replace("\"a\"", "\"b\""), false),
            (r#"{"type":"array","items":"int"}"#.into(), r#"{"type":"array","items":"long"}"#.into(), false),
            (r#"{"type":"array","items":"int"}"#.into(), r#"{"type":"map","values":"int"}"#.into(), false),
        ];
        for (one, other, expected) in rows {
            assert_eq!(equal(&schema(&one), &schema(&other)), expected, "{one} and {other}");
            assert_eq!(equal(&schema(&other), &schema(&one)), expected, "{other} and {one}");
        }
    }
}
