//! JSON for people to read and for `git diff`: one value a line, two spaces a level.

use super::tree::{Json, Value};
use super::write::write_string;

/// Writes a value over as many lines as it has parts, with a line end. Numbers stay as they were written, members in
/// their order; the characters of strings that `harmful` names are written as escapes, which say the same.
#[must_use]
pub fn pretty(json: &Json, harmful: fn(char) -> bool) -> String {
    let mut writer = Writer { text: String::new(), harmful };
    writer.value(json, 0);
    writer.text.push('\n');
    writer.text
}

/// Writes a character as escapes of JSON, `\u001b`.
pub fn write_escaped(character: char, out: &mut String) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

struct Writer {
    text: String,
    harmful: fn(char) -> bool,
}

impl Writer {
    /// How deep it recurses is bounded by the reader.
    fn value(&mut self, json: &Json, indent: usize) {
        match &json.value {
            Value::Null => self.text.push_str("null"),
            Value::Boolean(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Value::Number(digits) => self.text.push_str(digits),
            Value::String(value) => self.string(value),
            Value::Array(items) if items.is_empty() => self.text.push_str("[]"),
            Value::Object(members) if members.is_empty() => self.text.push_str("{}"),
            Value::Array(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.begin(index, indent + 2);
                    self.value(item, indent + 2);
                }
                self.end(indent, ']');
            }
            Value::Object(members) => {
                self.text.push('{');
                for (index, member) in members.iter().enumerate() {
                    self.begin(index, indent + 2);
                    self.string(&member.name);
                    self.text.push_str(": ");
                    self.value(&member.value, indent + 2);
                }
                self.end(indent, '}');
            }
        }
    }

    fn begin(&mut self, index: usize, indent: usize) {
        self.text.push_str(if index > 0 { ",\n" } else { "\n" });
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    fn end(&mut self, indent: usize, close: char) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push(close);
    }

    fn string(&mut self, value: &str) {
        let mut bytes = Vec::with_capacity(value.len() + 2);
        write_string(value, &mut bytes);
        for character in String::from_utf8_lossy(&bytes).chars() {
            if (self.harmful)(character) {
                write_escaped(character, &mut self.text);
            } else {
                self.text.push(character);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_stands_on_a_line() {
        let text = "{\"a\":[\"null\",{\"b\":9007199254740993}],\"empty\":[],\"none\":{}}";
        let expected = "{\n  \"a\": [\n    \"null\",\n    {\n      \"b\": 9007199254740993\n    }\n  ],\n  \"empty\": \
                        [],\n  \"none\": {}\n}\n";
        assert_eq!(pretty(&Json::read(text).unwrap(), |_| false), expected);
        assert_eq!(pretty(&Json::read("\"string\"").unwrap(), |_| false), "\"string\"\n");
    }

    #[test]
    fn nothing_is_lost() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let rows = ["null", "-0.0", "1E400", "\"a\\\"\\u0000\\u2028\"", "{\"a\":[{\"b\":[[]]}]}", &deep];
        for row in rows {
            let json = Json::read(row).unwrap();
            let again = Json::read(&pretty(&json, |_| false)).unwrap();
            assert!(json.says_the_same_as(&again), "{row}");
        }
    }

    #[test]
    fn what_is_harmful_becomes_an_escape_that_says_the_same() {
        let json = Json::read("[\"a\u{202e}\u{e0001}b\"]").unwrap();
        let text = pretty(&json, |character| u32::from(character) > 0x7f);
        assert_eq!(text, "[\n  \"a\\u202e\\udb40\\udc01b\"\n]\n");
        assert!(json.says_the_same_as(&Json::read(&text).unwrap()));
    }
}
