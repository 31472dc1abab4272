//! A schema's text, laid out. Nothing of it is lost: members keep their order, numbers their digits.

use eventctl_core::json::{self, Json, write_escaped};

use crate::render::escape::is_dangerous;

/// Lays a JSON text out, two spaces a level. What could act on a terminal is written as JSON escapes, so that the text
/// says the same and is harmless. A text with comments, which Avro takes and JSON does not, stays as it is but for that.
#[must_use]
pub fn pretty(text: &str) -> String {
    if let Ok(json) = Json::read(text) {
        return json::pretty(&json, is_dangerous);
    }
    let mut out = String::with_capacity(text.len());
    text.trim_end().chars().for_each(|character| match character {
        '\r' => {}
        other if other == '\n' || other == '\t' || !is_dangerous(other) => out.push(other),
        other => write_escaped(other, &mut out),
    });
    out.push('\n');
    out
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
