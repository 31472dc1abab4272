//! Whether a default fits its type, by the rules of Avro's Java library (`Schema.isValidDefault`).
//!
//! Java accepts any text for bytes, enums and fixed types; what is odd about such defaults is lint's to say.

use super::model::{Content, NodeId, Schema};
use super::words::inner_words;
use crate::json::{Json, Value};

/// How many values are compared with types in one document: a large default of a large union could take forever.
const STEPS_LIMIT: usize = 5_000_000;

const TOO_LARGE: &str = "the defaults of this schema are too large to be checked";

/// Why a default does not fit.
#[derive(Debug)]
pub(super) struct Misfit {
    /// What is wrong, as a sentence.
    pub(super) message: String,
    /// The first byte of the value that is wrong.
    pub(super) start: usize,
    /// The byte behind its last.
    pub(super) end: usize,
}

/// Checks the defaults of one document.
pub(super) struct Checker<'a> {
    schema: &'a Schema,
    steps: usize,
}

impl<'a> Checker<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Checker { schema, steps: 0 }
    }

    /// Says why a default does not fit the type of its field; none where it does. A union's default fits where it fits
    /// some branch. Open records are those around the field, whose fields Java does not know yet.
    pub(super) fn misfit(&mut self, id: NodeId, default: &Json, open: &[NodeId]) -> Option<Misfit> {
        if let (Content::Float | Content::Double, Value::String(text)) =
            (self.schema.content(id), &default.value)
            && is_java_double(text)
        {
            // Java turns such a text into a number, but nowhere deeper.
            return None;
        }
        self.check(id, default, open)
    }

    /// Values nest as deep as JSON does, and each step here goes into a value or a union, of which none is in another.
    fn check(&mut self, id: NodeId, json: &Json, open: &[NodeId]) -> Option<Misfit> {
        self.steps += 1;
        let wrong = |message: String| Some(Misfit { message, start: json.start, end: json.end });
        if self.steps > STEPS_LIMIT {
            return wrong(TOO_LARGE.to_owned());
        }
        let schema = self.schema;
        let content = schema.content(id);
        let fits = match (content, &json.value) {
            (Content::Null, Value::Null)
            | (Content::Boolean, Value::Boolean(_))
            | (Content::Bytes | Content::String | Content::Enum(_) | Content::Fixed(_), Value::String(_))
            | (Content::Float | Content::Double, Value::Number(_)) => true,
            (Content::Int, Value::Number(text)) => text.parse::<i32>().is_ok(),
            (Content::Long, Value::Number(text)) => text.parse::<i64>().is_ok(),
            (Content::Array(items), Value::Array(values)) => {
                return values.iter().find_map(|value| self.check(*items, value, open));
            }
            (Content::Map(values), Value::Object(members)) => {
                return members.iter().find_map(|member| self.check(*values, &member.value, open));
            }
            (Content::Union(branches), _) => {
                let fits = branches.iter().any(|branch| self.check(*branch, json, open).is_none());
                if self.steps > STEPS_LIMIT {
                    return wrong(TOO_LARGE.to_owned());
                }
                fits
            }
            (Content::Record(_), Value::Object(_)) if open.contains(&id) => {
                return wrong("a default cannot hold the record that its field is in".to_owned());
            }
            (Content::Record(record), Value::Object(_)) => {
                return record.fields.iter().find_map(|field| match json.get(&field.name) {
                    Some(value) => self.check(field.schema, value, open),
                    // Its own default was checked where it stands.
                    None if field.default.is_some() => None,
                    None => wrong(format!("the default of a record lacks its field `{}`", field.name)),
                });
            }
            _ => false,
        };
        if fits {
            return None;
        }
        let words = match content {
            Content::Union(_) => "union".to_owned(),
            _ => inner_words(schema, id),
        };
        wrong(format!("this default is {}, and the type is {words}", described(json)))
    }
}

/// Tells whether Java reads a text as a double (`Double.parseDouble`). Of its forms the hexadecimal one is left out.
fn is_java_double(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(unsigned);
    let begins = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    matches!(unsigned, "NaN" | "Infinity") || (begins && digits.parse::<f64>().is_ok())
}

fn described(json: &Json) -> String {
    match &json.value {
        Value::Number(text) if text.len() <= 40 => format!("the number {text}"),
        _ => json.kind().words().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_read_as_java_does() {
        for good in ["1", "-1.5", " 1e3 ", "1.", ".5", "1f", "1D", "NaN", "-Infinity", "+Infinity", "+1"] {
            assert!(is_java_double(good), "{good:?}");
        }
        for bad in ["", "x", "nan", "inf", "infinity", "1 f", "--1", ".", "f", "1ff", "NaNf", "e5"] {
            assert!(!is_java_double(bad), "{bad:?}");
        }
    }
}
