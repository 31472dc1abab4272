//! Texts, numbers and comments as YAML that every reader, of YAML 1.1 or 1.2, takes for the same thing.
//!
//! What could be read as anything but a text is quoted, and more than that: only words that begin with a letter and
//! are no keyword stay plain. In quotes everything outside printable ASCII is escaped.

use std::fmt::Write;

/// Words that some version of YAML reads as something else than a text.
const KEYWORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Writes a text so that it is read as this text.
pub(super) fn text(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        && !KEYWORDS.iter().any(|keyword| text.eq_ignore_ascii_case(keyword));
    if plain { text.to_owned() } else { quoted(text) }
}

/// Writes a setting's value: whole numbers and booleans in the broker's own form stay plain, all else is a text.
pub(super) fn setting(value: &str) -> String {
    let number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if number || matches!(value, "true" | "false") { value.to_owned() } else { text(value) }
}

/// Writes a comment on one line.
pub(super) fn comment(text: &str) -> String {
    let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    format!("# {}", text.chars().map(printable).collect::<String>())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a string cannot fail.
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            ' '..='~' => write!(quoted, "{c}"),
            _ if code <= 0xff => write!(quoted, "\\x{code:02x}"),
            _ if code <= 0xffff => write!(quoted, "\\u{code:04x}"),
            _ => write!(quoted, "\\U{code:08x}"),
        };
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_yaml_reads_as_something_else_are_quoted() {
        let plain = ["agent-events", "a.b_c", "e3", "nullable", "Infinity"];
        for word in plain {
            assert_eq!(text(word), word);
        }
        let quoted = [
            "on",
            "Off",
            "YES",
            "n",
            "null",
            "True",
            "007",
            "1e3",
            "0x10",
            "1_000",
            "-a",
            ".inf",
            "_x",
            "12:30",
            "",
            "a b",
            "a: b",
            "a #b",
            "2026-11-22",
            "~",
            "a,b",
        ];
        for word in quoted {
            assert_eq!(text(word), format!("\"{word}\""));
        }
        assert_eq!(text("a\"\\\n\u{85}\u{2028}\u{1f600}"), r#""a\"\\\x0a\x85\u2028\U0001f600""#);
    }

    #[test]
    fn settings_stay_numbers_and_booleans_only_in_the_brokers_own_form() {
        let rows = [
            ("1000", "1000"),
            ("-1", "-1"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "\"9223372036854775808\""),
            ("01", "\"01\""),
            ("+1", "\"+1\""),
            ("0.5", "\"0.5\""),
            ("true", "true"),
            ("TRUE", "\"TRUE\""),
            ("snappy", "snappy"),
            ("compact,delete", "\"compact,delete\""),
        ];
        for (value, expected) in rows {
            assert_eq!(setting(value), expected);
        }
    }

    #[test]
    fn a_comment_is_one_line_of_printable_text() {
        assert_eq!(comment("a\nb: \u{1b}[2Jc"), "# a?b: ?[2Jc");
    }
}
