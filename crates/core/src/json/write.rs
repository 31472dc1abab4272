//! Writing strings of JSON.

use std::str::Utf8Error;

/// Adds a string with its quotes. Quotes, backslashes and control characters are escaped, and so are U+2028 and U+2029,
/// which some readers of lines take for an end; everything else stands as it is.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    if is_plain(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_escaped(text.as_bytes(), out);
    }
    out.push(b'"');
}

/// Adds a string with its quotes, as [`write_string`] does, of bytes that have yet to prove that they are UTF-8.
///
/// # Errors
/// Where they are not; nothing is added then.
pub fn write_utf8(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Utf8Error> {
    let plain = is_plain(bytes);
    if !plain {
        std::str::from_utf8(bytes)?;
    }
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if plain {
        out.extend_from_slice(bytes);
    } else {
        write_escaped(bytes, out);
    }
    out.push(b'"');
    Ok(())
}

/// Tells whether all bytes are ASCII and none needs an escape; eight are looked at in one step.
fn is_plain(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    let found = words.iter().fold(0, |found, word| found | marked(u64::from_le_bytes(*word)));
    // The last eight bytes again hold all that is left, where there are as many.
    let last = match bytes.last_chunk() {
        Some(last) => marked(u64::from_le_bytes(*last)),
        None => rest.iter().fold(0, |found, byte| found | marked(u64::from(*byte) | SPACES << 8)),
    };
    found | last == 0
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x80 * ONES;
const SPACES: u64 = 0x20 * ONES;

/// Not zero where one of the eight bytes is a quote, a backslash, a control character or not ASCII. (That a byte is
/// less than another one, or equal, is told by what it borrows from its high bit; the borrow of a lower byte can only
/// mark more where one is marked already.)
fn marked(word: u64) -> u64 {
    let below = |word: u64, bytes: u64| word.wrapping_sub(bytes) & !word;
    let equal = |byte: u8| below(word ^ (u64::from(byte) * ONES), ONES);
    (word | below(word, SPACES) | equal(b'"') | equal(b'\\')) & HIGHS
}

fn write_escaped(bytes: &[u8], out: &mut Vec<u8>) {
    let mut done = 0;
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
    #[test]
    fn every_byte_in_every_place_is_seen() {
        for length in 1..20 {
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    let plain = byte >= 0x20 && byte != b'"' && byte != b'\\' && byte < 0x80;
                    assert_eq!(is_plain(&bytes), plain, "{byte:#x} at {at} of {length}");
                    let mut out = Vec::new();
                    assert_eq!(write_utf8(&bytes, &mut out).is_ok(), byte < 0x80);
                    if byte < 0x80 {
                        assert_eq!(serde_json::from_slice::<String>(&out).unwrap().into_bytes(), bytes);
                    } else {
                        assert!(out.is_empty());
                    }
                }
            }
        }
        assert!(is_plain(b""));
    }
}
