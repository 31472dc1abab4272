//! A schema's text, laid out. Nothing of it is lost: members keep their order, numbers their digits.

use eventctl_core::json::{Json, Value, write_string};

use crate::render::escape::is_dangerous;

/// Lays a JSON text out, two spaces a level. What could act on a terminal is written as JSON escapes, so that the text
/// says the same and is harmless. A text with comments, which Avro takes and JSON does not, stays as it is but for that.
#[must_use]
pub fn pretty(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    match Json::read(text) {
        Ok(json) => write(&json, 0, &mut out),
        Err(_) => text.trim_end().chars().for_each(|character| match character {
            '\n' | '\t' => out.push(character),
            '\r' => {}
            other => push(other, &mut out),
        }),
    }
    out.push('\n');
    out
}

/// How deep it recurses is bounded by the reader.
fn write(json: &Json, depth: usize, out: &mut String) {
    match &json.value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(digits) => out.push_str(digits),
        Value::String(text) => string(text, out),
        Value::Array(items) => block('[', ']', items, depth, out, |item, out| write(item, depth + 1, out)),
        Value::Object(members) => block('{', '}', members, depth, out, |member, out| {
            string(&member.name, out);
            out.push_str(": ");
            write(&member.value, depth + 1, out);
        }),
    }
}

fn block<T>(
    open: char,
    close: char,
    parts: &[T],
    depth: usize,
    out: &mut String,
    each: impl Fn(&T, &mut String),
) {
    out.push(open);
    for (index, part) in parts.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        each(part, out);
    }
    if !parts.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

fn string(text: &str, out: &mut String) {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    write_string(text, &mut bytes);
    String::from_utf8_lossy(&bytes).chars().for_each(|character| push(character, out));
}

fn push(character: char, out: &mut String) {
    if !is_dangerous(character) {
        out.push(character);
        return;
    }
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_laid_out_without_loss() {
        let text = r#"{"type":"record","name":"A","fields":[],"x":[1e400,-0.0,9007199254740993],"e":{},"b":[true,null]}"#;
        let expected = "{\n  \"type\": \"record\",\n  \"name\": \"A\",\n  \"fields\": [],\n  \"x\": [\n    1e400,\n    -0.0,\n    \
                        9007199254740993\n  ],\n  \"e\": {},\n  \"b\": [\n    true,\n    null\n  ]\n}\n";
        assert_eq!(pretty(text), expected);
        assert_eq!(pretty("\"string\""), "\"string\"\n");
    }

    #[test]
    fn what_acts_on_a_terminal_becomes_an_escape_that_says_the_same() {
        let text = "{\"doc\":\"a\\u001b[2J\u{202e}\u{9b}\u{e0001}\\u007f\"}";
        let shown = pretty(text);
        assert!(!shown.chars().any(|c| c != '\n' && is_dangerous(c)), "{shown:?}");
        let read = |text: &str| Json::read(text).unwrap().get("doc").unwrap().text().unwrap().to_owned();
        assert_eq!(read(&shown), read(text));
        assert_eq!(pretty("// \u{1b}x\r\n\"int\"\n"), "// \\u001bx\n\"int\"\n");
    }
}
