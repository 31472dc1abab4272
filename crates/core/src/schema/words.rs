//! Types and lists as they stand in sentences.

use super::logical::LogicalType;
use super::model::{Content, NodeId, Schema};
use crate::json::{Json, Value, write_string};

/// How many things are named in one sentence.
const NAMED: usize = 8;
/// How many things are kept to be named.
const KEPT: usize = 100;
/// How many characters of a value are shown.
const TEXT_SHOWN: usize = 60;

/// Some words, of many only the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The first ones, at most a hundred.
    pub first: Vec<String>,
    /// How many there are besides.
    pub further: usize,
}

impl Words {
    /// Makes the words of the first things only: of 10,000 the others are counted.
    pub(super) fn of<T>(things: impl IntoIterator<Item = T>, word: impl FnMut(T) -> String) -> Words {
        let mut things = things.into_iter();
        let first: Vec<String> = things.by_ref().take(KEPT).map(word).collect();
        Words { first, further: things.count() }
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Joins them as a sentence does, and says how many are not named.
    #[must_use]
    pub fn joined(&self, last: &str) -> String {
        let left_out = self.further + self.first.len().saturating_sub(NAMED);
        let mut shown: Vec<String> = self.first.iter().take(NAMED).cloned().collect();
        if left_out > 0 {
            shown.push(format!("{left_out} more"));
        }
        joined(&shown, last)
    }
}

/// Joins words as a sentence does: `a, b and c`.
pub(super) fn joined<T: AsRef<str>>(words: &[T], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., end] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", first.join(", "), end.as_ref())
        }
    }
}

/// A type as it stands in a sentence: ``record `a.R` ``, `date over int`, `array of string`, `union of null and int`.
pub(super) fn type_words(schema: &Schema, id: NodeId) -> String {
    match schema.content(id) {
        Content::Array(inner) => format!("array of {}", inner_words(schema, *inner)),
        Content::Map(inner) => format!("map of {}", inner_words(schema, *inner)),
        Content::Union(branches) if branches.is_empty() => "empty union".to_owned(),
        Content::Union(branches) => {
            let words = Words::of(branches, |branch| inner_words(schema, *branch));
            format!("union of {}", words.joined("and"))
        }
        _ => inner_words(schema, id),
    }
}

/// A type without what is inside of it.
pub(super) fn inner_words(schema: &Schema, id: NodeId) -> String {
    let node = schema.node(id);
    let kind = node.content.kind().name();
    let plain = match &node.content {
        Content::Fixed(fixed) => format!("fixed `{}` of {}", fixed.name, bytes(fixed.size)),
        content => content.name().map_or_else(|| kind.to_owned(), |name| format!("{kind} `{name}`")),
    };
    match node.logical {
        Some(logical) => format!("{} over {plain}", logical_words(logical)),
        None => plain,
    }
}

/// A logical type with its numbers.
pub(super) fn logical_words(logical: LogicalType) -> String {
    match logical {
        LogicalType::Decimal { precision, scale } => format!("decimal({precision}, {scale})"),
        other => other.name().to_owned(),
    }
}

/// A count of bytes.
pub(super) fn bytes(count: u32) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// A value as JSON, cut where it is long.
pub(super) fn json_words(json: &Json) -> String {
    let mut out = String::new();
    write_json(json, &mut out);
    match out.char_indices().nth(TEXT_SHOWN) {
        Some((end, _)) => format!("{}…", out.get(..end).unwrap_or_default()),
        None => out,
    }
}

/// Writes what is shown of a value and not much more.
fn write_json(json: &Json, out: &mut String) {
    if out.len() > TEXT_SHOWN * 4 {
        return;
    }
    match &json.value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().take(TEXT_SHOWN).enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().take(TEXT_SHOWN).enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_text(&member.name, out);
                out.push(':');
                write_json(&member.value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    let mut bytes = Vec::new();
    let start: String = text.chars().take(TEXT_SHOWN + 1).collect();
    write_string(&start, &mut bytes);
    out.push_str(&String::from_utf8_lossy(&bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_sentences_and_end() {
        let list = |count: usize| Words::of(0..count, |n| format!("w{n}"));
        assert_eq!(list(0).joined("and"), "");
        assert_eq!(list(1).joined("and"), "w0");
        assert_eq!(list(3).joined("or"), "w0, w1 or w2");
        assert_eq!(list(9).joined("and"), "w0, w1, w2, w3, w4, w5, w6, w7 and 1 more");
        let many = list(1_000);
        assert_eq!((many.first.len(), many.further), (100, 900));
        assert!(many.joined("and").ends_with("w7 and 992 more"));
    }
    #[test]
    fn values_are_shown_as_json_and_cut() {
        let shown = |text: &str| json_words(&Json::read(text).unwrap());
        let text = "{\"a\":[1,null,true],\"b\":\"x\\n\"}";
        assert_eq!(shown(&format!(" {text} ")), text);
        let long = shown(&format!("[{}1]", "1,".repeat(100_000)));
        assert_eq!((long.chars().count(), long.ends_with('…')), (61, true));
        assert_eq!(shown(&format!("\"{}\"", "é".repeat(1_000_000))).chars().count(), 61);
    }
}
