//! The parsing canonical form of a schema: what is left when everything is dropped that does not change how bytes are
//! read (Avro specification, "Transforming into Parsing Canonical Form"; Java's `SchemaNormalization.toParsingForm`).
//!
//! Two schemas of one form may still differ in defaults, aliases, logical types and docs: it never says that a file and
//! a registered version are the same. `same` does.

use std::collections::BTreeSet;

use super::logical::LogicalType;
use super::model::{Content, NodeId, Schema};

/// What is still to be written.
enum Rest<'a> {
    Type(NodeId),
    Text(&'a str),
    /// A comma where one is due, the field's name, and its type.
    Field(bool, &'a str, NodeId),
}

/// Writes the parsing canonical form, character for character as Java does.
#[must_use]
pub fn parsing_form(schema: &Schema) -> String {
    written(schema, false)
}

/// Writes a schema as one text that needs no other: the parsing canonical form with logical types. Docs, defaults and
/// aliases are left out.
#[must_use]
pub fn alone(schema: &Schema) -> String {
    written(schema, true)
}

fn written(schema: &Schema, logical: bool) -> String {
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    // What is written next is on top: types may refer to each other deeper than a thread's stack goes.
    let mut rest = vec![Rest::Type(schema.root())];
    while let Some(next) = rest.pop() {
        match next {
            Rest::Text(text) => out.push_str(text),
            Rest::Field(comma, name, id) => {
                out.push_str(if comma { ",{\"name\":\"" } else { "{\"name\":\"" });
                out.push_str(name);
                out.push_str("\",\"type\":");
                rest.push(Rest::Text("}"));
                rest.push(Rest::Type(id));
            }
            Rest::Type(id) => write_type((schema, logical), id, &mut seen, &mut out, &mut rest),
        }
    }
    out
}

fn write_type<'a>(
    (schema, logical): (&'a Schema, bool),
    id: NodeId,
    seen: &mut BTreeSet<&'a str>,
    out: &mut String,
    rest: &mut Vec<Rest<'a>>,
) {
    let content = schema.content(id);
    let kind = content.kind().name();
    if let Some(name) = content.name() {
        if !seen.insert(name.full()) {
            out.push_str(&format!("\"{name}\""));
            return;
        }
        out.push_str(&format!("{{\"name\":\"{name}\",\"type\":\"{kind}\""));
    }
    let logical = schema.node(id).logical.filter(|_| logical).map(attributes);
    match content {
        Content::Array(inner) | Content::Map(inner) => {
            let part = if matches!(content, Content::Array(_)) { "items" } else { "values" };
            out.push_str(&format!("{{\"type\":\"{kind}\",\"{part}\":"));
            rest.push(Rest::Text("}"));
            rest.push(Rest::Type(*inner));
        }
        Content::Union(branches) => {
            out.push('[');
            rest.push(Rest::Text("]"));
            for (index, branch) in branches.iter().enumerate().rev() {
                rest.push(Rest::Type(*branch));
                if index > 0 {
                    rest.push(Rest::Text(","));
                }
            }
        }
        Content::Record(record) => {
            out.push_str(",\"fields\":[");
            rest.push(Rest::Text("]}"));
            let fields = record.fields.iter().enumerate().rev();
            rest.extend(fields.map(|(index, field)| Rest::Field(index > 0, &field.name, field.schema)));
        }
        Content::Enum(symbols) => {
            // Symbols hold no character that JSON escapes.
            let symbols: Vec<String> = symbols.symbols.iter().map(|symbol| format!("\"{symbol}\"")).collect();
            out.push_str(&format!(",\"symbols\":[{}]}}", symbols.join(",")));
        }
        Content::Fixed(fixed) => {
            out.push_str(&format!(",\"size\":{}{}}}", fixed.size, logical.unwrap_or_default()));
        }
        _ => match logical {
            Some(logical) => out.push_str(&format!("{{\"type\":\"{kind}\"{logical}}}")),
            None => out.push_str(&format!("\"{kind}\"")),
        },
    }
}

fn attributes(logical: LogicalType) -> String {
    let name = logical.name();
    match logical {
        LogicalType::Decimal { precision, scale } => {
            format!(",\"logicalType\":\"{name}\",\"precision\":{precision},\"scale\":{scale}")
        }
        _ => format!(",\"logicalType\":\"{name}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{parse, same};
    use crate::yaml::Source;

    #[test]
    fn a_schema_alone_is_the_same_without_those_it_needs() {
        let needed =
            r#"{"type":"fixed","name":"n.Money","size":8,"logicalType":"decimal","precision":9,"scale":2}"#;
        let text = r#"{"type":"record","name":"n.R","fields":[
            {"name":"a","type":"n.Money"},{"name":"b","type":["null","n.Money"]},
            {"name":"c","type":{"type":"array","items":{"type":"long","logicalType":"timestamp-millis"}}},
            {"name":"d","type":{"type":"string","logicalType":"uuid"}},{"name":"e","type":["null","n.R"]}]}"#;
        let parsed = parse(&Source::new("r", text), &[Source::new("money", needed)]).unwrap();
        let one = alone(&parsed);
        let again = parse(&Source::new("alone", &one), &[]).unwrap();
        assert!(same(&parsed, &again), "{one}");
        assert_eq!(alone(&again), one);
    }
}
