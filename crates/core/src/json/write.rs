//! Writing strings of JSON.

/// Adds a string with its quotes. Quotes, backslashes and control characters are escaped, and so are U+2028 and U+2029,
/// which some readers of lines take for an end; everything else stands as it is.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut done = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let (escape, length): (&[u8], usize) = match byte {
            b'"' => (b"\\\"", 1),
            b'\\' => (b"\\\\", 1),
            b'\n' => (b"\\n", 1),
            b'\r' => (b"\\r", 1),
            b'\t' => (b"\\t", 1),
            0..=0x1f => (&[], 1),
            0xe2 => match bytes.get(at..at + 3) {
                Some([_, 0x80, 0xa8]) => (b"\\u2028", 3),
                Some([_, 0x80, 0xa9]) => (b"\\u2029", 3),
                _ => continue,
            },
            _ => continue,
        };
        out.extend_from_slice(bytes.get(done..at).unwrap_or_default());
        if escape.is_empty() {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
        } else {
            out.extend_from_slice(escape);
        }
        done = at + length;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let rows = [
            "",
            "plain",
            "a\"b\\c/",
            "\0\u{1}\n\r\t\u{1f}\u{7f}",
            "é😀\u{2028}x\u{2029}",
            "\u{2027}\u{e000}",
        ];
        for row in rows {
            let mut out = Vec::new();
            write_string(row, &mut out);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), row);
            assert!(!out.iter().any(|byte| *byte < 0x20), "{row:?}");
            assert!(!String::from_utf8(out).unwrap().contains(['\u{2028}', '\u{2029}']));
        }
    }
}
