//! Bytes as text: base64, Avro's one character per byte, UUIDs and durations.

use super::TextError;
use crate::json::write_string;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Adds bytes as a string in base64 (RFC 4648, section 4), padded.
pub fn write_base64(octets: &[u8], out: &mut Vec<u8>) {
    let sign = |group: u32, shift: u32| ALPHABET.get((group >> shift & 63) as usize).copied().unwrap_or(b'A');
    out.reserve(octets.len().div_ceil(3) * 4 + 2);
    out.push(b'"');
    let (groups, rest) = octets.as_chunks::<3>();
    for [a, b, c] in groups {
        let group = u32::from_be_bytes([0, *a, *b, *c]);
        out.extend_from_slice(&[sign(group, 18), sign(group, 12), sign(group, 6), sign(group, 0)]);
    }
    match rest {
        [a] => {
            let group = u32::from_be_bytes([0, *a, 0, 0]);
            out.extend_from_slice(&[sign(group, 18), sign(group, 12), b'=', b'=']);
        }
        [a, b] => {
            let group = u32::from_be_bytes([0, *a, *b, 0]);
            out.extend_from_slice(&[sign(group, 18), sign(group, 12), sign(group, 6), b'=']);
        }
        _ => {}
    }
    out.push(b'"');
}

/// Reads base64 (RFC 4648, section 4), padded.
///
/// # Errors
/// Other characters, missing padding, and bits set that belong to no byte: each value has one text.
pub fn parse_base64(text: &str) -> Result<Vec<u8>, TextError> {
    let wrong = TextError::Form("base64 in the standard alphabet, padded with `=`");
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    if !rest.is_empty() {
        return Err(wrong);
    }
    let mut octets = Vec::with_capacity(groups.len() * 3);
    for (index, group) in groups.iter().enumerate() {
        let padding = group.iter().rev().take_while(|byte| **byte == b'=').count();
        if padding > 2 || (padding > 0 && index + 1 < groups.len()) {
            return Err(wrong);
        }
        let mut bits = 0_u32;
        for byte in group.iter().take(4 - padding) {
            bits = bits << 6 | sextet(*byte).ok_or(wrong)?;
        }
        bits <<= 6 * padding;
        let [_, octets_of_group @ ..] = bits.to_be_bytes();
        let (kept, dropped) = octets_of_group.split_at(3 - padding);
        if dropped.iter().any(|byte| *byte != 0) {
            return Err(wrong);
        }
        octets.extend_from_slice(kept);
    }
    Ok(octets)
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Adds bytes as a string in which each character's code is one byte: Avro's own way.
pub fn write_latin(octets: &[u8], out: &mut Vec<u8>) {
    let text: String = octets.iter().map(|octet| char::from(*octet)).collect();
    write_string(&text, out);
}

/// Reads a text in which each character's code is one byte.
///
/// # Errors
/// Characters beyond U+00FF.
pub fn parse_latin(text: &str) -> Result<Vec<u8>, TextError> {
    let octets = text.chars().map(|character| u8::try_from(u32::from(character)));
    octets
        .collect::<Result<_, _>>()
        .map_err(|_| TextError::Form("characters from U+0000 to U+00FF, one per byte"))
}

/// Adds a UUID as a string of hexadecimal digits with hyphens.
pub fn write_uuid(octets: &[u8; 16], out: &mut Vec<u8>) {
    let digit = |value: u8| HEXADECIMAL.get(usize::from(value)).copied().unwrap_or(b'0');
    out.push(b'"');
    for (index, octet) in octets.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[digit(octet >> 4), digit(octet & 15)]);
    }
    out.push(b'"');
}

/// Reads a UUID of 32 hexadecimal digits with hyphens behind the 8th, 12th, 16th and 20th.
///
/// # Errors
/// Anything else.
pub fn parse_uuid(text: &str) -> Result<[u8; 16], TextError> {
    let wrong = TextError::Form("a UUID such as 123e4567-e89b-12d3-a456-426614174000");
    let hyphens = |index: usize| matches!(index, 8 | 13 | 18 | 23);
    if text.len() != 36 || text.bytes().enumerate().any(|(index, byte)| hyphens(index) != (byte == b'-')) {
        return Err(wrong);
    }
    let mut digits = text.bytes().filter(|byte| *byte != b'-').map(|byte| char::from(byte).to_digit(16));
    let mut octets = [0; 16];
    for octet in &mut octets {
        let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else { return Err(wrong) };
        *octet = u8::try_from(high << 4 | low).map_err(|_| wrong)?;
    }
    Ok(octets)
}

/// Adds a duration as an object of months, days and milliseconds.
pub fn write_duration(octets: &[u8; 12], out: &mut Vec<u8>) {
    let (numbers, _) = octets.as_chunks::<4>();
    for (name, number) in ["{\"months\":", ",\"days\":", ",\"millis\":"].into_iter().zip(numbers) {
        out.extend_from_slice(name.as_bytes());
        super::write_integer(i64::from(u32::from_le_bytes(*number)), out);
    }
    out.push(b'}');
}

/// A duration as it is stored: three numbers of 32 bits, the lowest byte first.
#[must_use]
pub fn duration_octets(months: u32, days: u32, millis: u32) -> [u8; 12] {
    let mut octets = [0; 12];
    let (places, _) = octets.as_chunks_mut::<4>();
    for (place, number) in places.iter_mut().zip([months, days, millis]) {
        *place = number.to_le_bytes();
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn base64_has_one_text_per_value() {
        // RFC 4648, section 10, and the two signs of the standard alphabet.
        let rows: [(&[u8], &str); 8] = [
            (b"", ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"fooba", "Zm9vYmE="),
            (b"foobar", "Zm9vYmFy"),
            (&[0xfb, 0xff, 0xfe], "+//+"),
        ];
        for (octets, text) in rows {
            assert_eq!(written(|out| write_base64(octets, out)), format!("\"{text}\""));
            assert_eq!(parse_base64(text).as_deref(), Ok(octets));
        }
        for text in ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "Zg==Zg==", "-__-", "Zm 9", "Z=g="] {
            assert!(parse_base64(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_byte_is_one_character() {
        let octets: Vec<u8> = (0..=255).collect();
        let text = written(|out| write_latin(&octets, out));
        let read: String = serde_json::from_str(&text).unwrap();
        assert_eq!(read.chars().map(u32::from).collect::<Vec<_>>(), (0..256).collect::<Vec<_>>());
        assert_eq!(parse_latin(&read), Ok(octets));
        assert!(parse_latin("\u{100}").is_err());
    }

    #[test]
    fn uuids_have_hyphens_in_their_places() {
        let text = "123e4567-e89b-12d3-a456-426614174000";
        let octets = parse_uuid(text).unwrap();
        assert_eq!(octets[..4], [0x12, 0x3e, 0x45, 0x67]);
        assert_eq!(written(|out| write_uuid(&octets, out)), format!("\"{text}\""));
        assert_eq!(parse_uuid(&text.to_uppercase()), Ok(octets));
        for text in [
            "",
            "123e4567e89b12d3a456426614174000",
            "123e4567-e89b-12d3-a456-42661417400",
            "123e4567-e89b-12d3-a456-42661417400g",
            "123e4567-e89b-12d3-a456426-614174000",
            "{23e4567-e89b-12d3-a456-426614174000",
            "é23e4567-e89b-12d3-a456-42661417400",
        ] {
            assert!(parse_uuid(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_three_numbers() {
        let octets = duration_octets(1, 2, u32::MAX);
        assert_eq!(octets, [1, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255]);
        let text = written(|out| write_duration(&octets, out));
        assert_eq!(text, "{\"months\":1,\"days\":2,\"millis\":4294967295}");
    }
}
