//! Writes field-shape tables as a JSON Schema, for editors. Draft 7, because that is what YAML language servers
//! understand best.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shape::{Field, Record, Shape, TextRule};
use crate::{duration, size};

/// The schema of a file whose root is this record.
#[must_use]
pub fn json_schema(root: &'static Record, title: &str) -> Value {
    let mut writer = Writer { definitions: BTreeMap::new() };
    let body = writer.record(root, false);
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!(title));
    schema.extend(body);
    let definitions: Map<String, Value> = writer.definitions.into_iter().collect();
    schema.insert("definitions".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

struct Writer {
    definitions: BTreeMap<String, Value>,
}

impl Writer {
    fn record(&mut self, record: &'static Record, partial: bool) -> Map<String, Value> {
        let mut properties = Map::new();
        for field in record.fields {
            properties.insert(field.name.to_owned(), self.field(field, partial));
        }
        let mut body = Map::new();
        body.insert("description".to_owned(), json!(record.doc));
        body.insert("type".to_owned(), json!("object"));
        body.insert("additionalProperties".to_owned(), json!(false));
        let required: Vec<&str> =
            record.fields.iter().filter(|field| field.required && !partial).map(|field| field.name).collect();
        if !required.is_empty() {
            body.insert("required".to_owned(), json!(required));
        }
        body.insert("properties".to_owned(), Value::Object(properties));
        body
    }

    fn field(&mut self, field: &'static Field, partial: bool) -> Value {
        let mut doc = field.doc.to_owned();
        if let Some(default) = field.default {
            doc = format!("{doc} Default: {default}.");
        }
        let mut body = Map::new();
        body.insert("description".to_owned(), json!(doc));
        let shape = self.shape(&field.shape, partial);
        // Draft 7 ignores everything beside a `$ref`, so a description needs the `allOf` around it.
        if shape.contains_key("$ref") {
            body.insert("allOf".to_owned(), json!([shape]));
        } else {
            body.extend(shape);
        }
        Value::Object(body)
    }

    fn shape(&mut self, shape: &'static Shape, partial: bool) -> Map<String, Value> {
        let value = match shape {
            Shape::Bool => json!({"type": "boolean"}),
            Shape::False => json!({"const": false}),
            Shape::Null => json!({"type": "null"}),
            Shape::Integer { min, max: i64::MAX } => json!({"type": "integer", "minimum": min}),
            Shape::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
            Shape::Duration { forever: false } => json!({"type": "string", "pattern": duration::PATTERN}),
            Shape::Duration { forever: true } => {
                let pattern = format!("{}|^forever$", duration::PATTERN);
                json!({"type": "string", "pattern": pattern})
            }
            Shape::Size => json!({"type": "string", "pattern": size::PATTERN}),
            Shape::Text(rule) | Shape::PrivateText(rule) => text(rule),
            Shape::Choice(words) => {
                let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let docs: Vec<&str> = words.iter().map(|(_, doc)| *doc).collect();
                json!({"enum": names, "markdownEnumDescriptions": docs})
            }
            Shape::Scalar => json!({"type": ["string", "number", "boolean"]}),
            Shape::Any => json!({}),
            Shape::List(item) => json!({"type": "array", "items": self.shape(item, partial)}),
            Shape::Map { key, value } => {
                let value = self.shape(value, partial);
                match key.pattern {
                    Some(pattern) => json!({
                        "type": "object",
                        "propertyNames": {"pattern": pattern},
                        "additionalProperties": value,
                    }),
                    None => json!({"type": "object", "additionalProperties": value}),
                }
            }
            Shape::Record(record) => self.reference(record, partial),
            Shape::Partial(record) => self.reference(record, true),
            Shape::OneOf(shapes) => {
                let options: Vec<Map<String, Value>> =
                    shapes.iter().map(|shape| self.shape(shape, partial)).collect();
                json!({"anyOf": options})
            }
        };
        match value {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }

    fn reference(&mut self, record: &'static Record, partial: bool) -> Value {
        let name = if partial { format!("{}-overlay", record.name) } else { record.name.to_owned() };
        if !self.definitions.contains_key(&name) {
            // Holds the place, so that a record that contains itself ends.
            self.definitions.insert(name.clone(), Value::Null);
            let body = self.record(record, partial);
            self.definitions.insert(name.clone(), Value::Object(body));
        }
        json!({"$ref": format!("#/definitions/{name}")})
    }
}

fn text(rule: &TextRule) -> Value {
    match rule.pattern {
        Some(pattern) => json!({"type": "string", "pattern": pattern}),
        None => json!({"type": "string"}),
    }
}
