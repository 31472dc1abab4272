//! Comments, which JSON does not know and Java's schema parser takes.

use std::borrow::Cow;

/// Puts spaces in place of the comments `// …` and `/* … */` outside of strings, so that every byte keeps its place. One
/// that does not end is left as it stands.
pub(super) fn blanked(text: &str) -> Cow<'_, str> {
    if !text.contains('/') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let length = match from.get(..2) {
            Some("//") => from.find(['\n', '\r']).unwrap_or(from.len()),
            Some("/*") => from.get(2..).and_then(|body| body.find("*/")).map_or(0, |end| end + 4),
            _ => 0,
        };
        let (token, behind) = from.split_at(if length > 0 { length } else { token_length(from) });
        match length {
            0 => out.push_str(token),
            _ => out.extend(token.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
        }
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// How many bytes the string has that begins here; 1 where none does. One that does not end goes to the end.
fn token_length(from: &str) -> usize {
    if !from.starts_with('"') {
        return 1;
    }
    let mut escaped = false;
    let end = from.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(from.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_spaces_and_strings_stay() {
        let rows = [
            ("\"int\"", "\"int\""),
            ("// é\n\"int\"", "     \n\"int\""),
            ("{/*a\nb*/\"x\"/**/:1}", "{   \n   \"x\"    :1}"),
            (r#"{"a//b":"c/*d*/"}"#, r#"{"a//b":"c/*d*/"}"#),
            (r#"{"a\"//b":1} // "c""#, r#"{"a\"//b":1}       "#),
            (r#"{"a\\"://x"#, r#"{"a\\":   "#),
            ("/* no end", "/* no end"),
            ("/*/", "/*/"),
            ("a / b", "a / b"),
            ("\"no end // x", "\"no end // x"),
        ];
        for (text, expected) in rows {
            assert_eq!(blanked(text), expected, "{text:?}");
            assert_eq!(blanked(text).len(), text.len(), "{text:?}");
        }
    }
}
