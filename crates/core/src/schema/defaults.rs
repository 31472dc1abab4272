//! Whether a default fits its type, by the rules of Avro's Java library (`Schema.isValidDefault`).
//!
//! Java accepts any text for bytes, enums and fixed types; what is odd about such defaults is lint's to say.

use super::model::{Content, NodeId, Schema};
use crate::json::{Json, Value};

/// How deep defaults of recursive records may refer to each other.
const DEPTH_LIMIT: usize = 128;

/// Why a default does not fit.
#[derive(Debug)]
pub(super) struct Misfit {
    /// What is wrong, as a sentence.
    pub(super) message: String,
    /// The first byte of the value that is wrong and the one behind its last; none where a value is missing.
    pub(super) place: Option<(usize, usize)>,
}

/// Says why a default does not fit its type; none where it does. A union's default fits where it fits some branch.
pub(super) fn misfit(schema: &Schema, id: NodeId, default: &Json) -> Option<Misfit> {
    check(schema, id, default, 0)
}

fn check(schema: &Schema, id: NodeId, json: &Json, depth: usize) -> Option<Misfit> {
    let wrong = |message: String| Some(Misfit { message, place: Some((json.start, json.end)) });
    if depth > DEPTH_LIMIT {
        return wrong("this default needs defaults of its own type without end".to_owned());
    }
    let content = schema.content(id);
    let fits = match (content, &json.value) {
        (Content::Null, Value::Null)
        | (Content::Boolean, Value::Boolean(_))
        | (Content::Bytes | Content::String | Content::Enum(_) | Content::Fixed(_), Value::String(_))
        | (Content::Float | Content::Double, Value::Number(_)) => true,
        (Content::Int, Value::Number(text)) => text.parse::<i32>().is_ok(),
        (Content::Long, Value::Number(text)) => text.parse::<i64>().is_ok(),
        // Java turns such a text into a number before it looks.
        (Content::Float | Content::Double, Value::String(text)) => {
            matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") || text.parse::<f64>().is_ok()
        }
        (Content::Array(items), Value::Array(values)) => {
            return values.iter().find_map(|value| check(schema, *items, value, depth + 1));
        }
        (Content::Map(values), Value::Object(members)) => {
            return members.iter().find_map(|member| check(schema, *values, &member.value, depth + 1));
        }
        (Content::Union(branches), _) => {
            branches.iter().any(|branch| check(schema, *branch, json, depth + 1).is_none())
        }
        (Content::Record(record), Value::Object(_)) => {
            return record.fields.iter().find_map(|field| {
                match json.get(&field.name).or(field.default.as_ref()) {
                    Some(value) => check(schema, field.schema, value, depth + 1),
                    None => wrong(format!("the default of a record lacks its field `{}`", field.name)),
                }
            });
        }
        _ => false,
    };
    if fits {
        return None;
    }
    wrong(format!("this default is {}, and the type is {}", described(json), words(content)))
}

fn described(json: &Json) -> String {
    match &json.value {
        Value::Number(text) if text.len() <= 40 => format!("the number {text}"),
        _ => json.kind().words().to_owned(),
    }
}

fn words(content: &Content) -> String {
    match content.name() {
        Some(name) => format!("the {} {name}", content.kind()),
        None => content.kind().name().to_owned(),
    }
}
