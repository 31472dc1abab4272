//! JSON for people to read and for `git diff`: one value a line, two spaces a level.

use super::tree::{Json, Value};
use super::write::write_string;

/// Writes a value over as many lines as it has parts, with a line end. Numbers stay as they were written, members in
/// their order.
#[must_use]
pub fn pretty(json: &Json) -> String {
    let mut text = String::new();
    write(json, 0, &mut text);
    text.push('\n');
    text
}

fn write(json: &Json, indent: usize, text: &mut String) {
    match &json.value {
        Value::Null => text.push_str("null"),
        Value::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(digits) => text.push_str(digits),
        Value::String(value) => quoted(value, text),
        Value::Array(items) if items.is_empty() => text.push_str("[]"),
        Value::Object(members) if members.is_empty() => text.push_str("{}"),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                begin(index, indent + 2, text);
                write(item, indent + 2, text);
            }
            end(indent, ']', text);
        }
        Value::Object(members) => {
            text.push('{');
            for (index, member) in members.iter().enumerate() {
                begin(index, indent + 2, text);
                quoted(&member.name, text);
                text.push_str(": ");
                write(&member.value, indent + 2, text);
            }
            end(indent, '}', text);
        }
    }
}

fn begin(index: usize, indent: usize, text: &mut String) {
    text.push_str(if index > 0 { ",\n" } else { "\n" });
    text.extend(std::iter::repeat_n(' ', indent));
}

fn end(indent: usize, close: char, text: &mut String) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
    text.push(close);
}

fn quoted(value: &str, text: &mut String) {
    let mut bytes = Vec::with_capacity(value.len() + 2);
    write_string(value, &mut bytes);
    text.push_str(&String::from_utf8_lossy(&bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_stands_on_a_line() {
        let text = "{\"a\":[\"null\",{\"b\":9007199254740993}],\"empty\":[],\"none\":{}}";
        let expected = "{\n  \"a\": [\n    \"null\",\n    {\n      \"b\": 9007199254740993\n    }\n  ],\n  \"empty\": \
                        [],\n  \"none\": {}\n}\n";
        assert_eq!(pretty(&Json::read(text).unwrap()), expected);
        assert_eq!(pretty(&Json::read("\"string\"").unwrap()), "\"string\"\n");
    }

    #[test]
    fn nothing_is_lost() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let rows = ["null", "-0.0", "1E400", "\"a\\\"\\u0000\\u2028\"", "{\"a\":[{\"b\":[[]]}]}", &deep];
        for row in rows {
            let json = Json::read(row).unwrap();
            let again = Json::read(&pretty(&json)).unwrap();
            assert!(json.says_the_same_as(&again), "{row}");
        }
    }
}
