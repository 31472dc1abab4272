//! Keys from slots and from typed text, against tables.

use super::*;
use crate::codec::project::Composite;
use crate::codec::{Bytes, Form};
use crate::json::Text;
use crate::schema::{self, Schema};
use crate::yaml::Source;

fn schema(text: &str) -> Schema {
    schema::parse(&Source::new("key", text), &[]).expect("a schema")
}

fn encoder(encoding: KeyEncoding) -> KeyEncoder {
    KeyEncoder::new(encoding, None).unwrap()
}

fn avro(text: &str) -> KeyEncoder {
    let encoder = Arc::new(Encoder::new(&schema(text), Form::Plain, Bytes::Base64));
    KeyEncoder::new(KeyEncoding::Avro, Some(KeySchema { id: 7, encoder })).unwrap()
}

fn of_slot(encoder: &KeyEncoder, slot: &Slot<'_>) -> Result<Vec<u8>, String> {
    let mut out = b"before".to_vec();
    let done = encoder.encode_slot(slot, &mut out);
    let key = out.strip_prefix(b"before").expect("what was there before").to_vec();
    assert!(done.is_ok() || key.is_empty(), "an error leaves nothing: {key:?}");
    done.map(|()| key).map_err(|error| error.to_string())
}

fn of_text(encoder: &KeyEncoder, typed: &str) -> Result<Vec<u8>, String> {
    let mut out = b"before".to_vec();
    let done = encoder.encode_text(typed, &mut out);
    let key = out.strip_prefix(b"before").expect("what was there before").to_vec();
    assert!(done.is_ok() || key.is_empty(), "an error leaves nothing: {key:?}");
    done.map(|()| key).map_err(|error| error.to_string())
}

fn text(text: &str) -> Slot<'_> {
    Slot::Text(Text::unescaped(text))
}

const UUID: &str = "123e4567-e89b-12d3-a456-426614174000";
const OCTETS: [u8; 16] =
    [0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0];

#[test]
fn fields_become_keys() {
    use KeyEncoding::{Int, Json, Long, Raw, Text, Uuid};
    let upper = UUID.to_uppercase();
    let rows: [(KeyEncoding, Slot<'_>, &[u8]); 30] = [
        (Text, text("agent-123"), b"agent-123"),
        (Text, text(""), b""),
        (Text, text("é😀"), "é😀".as_bytes()),
        (Text, Slot::Integer(-42), b"-42"),
        (Text, Slot::Integer(i64::MIN), b"-9223372036854775808"),
        (Text, Slot::Boolean(true), b"true"),
        (Text, Slot::Number("18446744073709551616"), b"18446744073709551616"),
        (Text, Slot::Uuid(&OCTETS), UUID.as_bytes()),
        (Int, Slot::Integer(1), &[0, 0, 0, 1]),
        (Int, Slot::Integer(-1), &[255; 4]),
        (Int, Slot::Integer(-2_147_483_648), &[0x80, 0, 0, 0]),
        (Long, Slot::Integer(258), &[0, 0, 0, 0, 0, 0, 1, 2]),
        (Long, Slot::Integer(i64::MAX), &[0x7f, 255, 255, 255, 255, 255, 255, 255]),
        (Uuid, text(UUID), UUID.as_bytes()),
        (Uuid, text(&upper), UUID.as_bytes()),
        (Uuid, Slot::Uuid(&OCTETS), UUID.as_bytes()),
        (Json, text("a\"b"), br#""a\"b""#),
        (Json, Slot::Integer(5), b"5"),
        (Json, Slot::Boolean(false), b"false"),
        (Json, Slot::Number("1.50e3"), b"1.50e3"),
        (Json, Slot::Double(0.1), b"0.1"),
        (Json, Slot::Float(0.1), b"0.1"),
        (Json, Slot::Double(f64::NAN), b"\"NaN\""),
        (Json, Slot::Bytes(b"foob"), b"\"Zm9vYg==\""),
        (Json, Slot::Decimal { unscaled: &[0x04, 0xd2], scale: 2 }, b"\"12.34\""),
        (Json, Slot::Uuid(&OCTETS), b"\"123e4567-e89b-12d3-a456-426614174000\""),
        (Raw, Slot::Bytes(b"\xff\0"), b"\xff\0"),
        (Raw, text("é"), "é".as_bytes()),
        (Raw, Slot::Uuid(&OCTETS), &OCTETS),
        (Raw, Slot::Decimal { unscaled: &[1, 2], scale: 1 }, &[1, 2]),
    ];
    for (encoding, slot, key) in rows {
        assert_eq!(of_slot(&encoder(encoding), &slot).as_deref(), Ok(key), "{encoding} {slot:?}");
    }
    // Escapes of JSON are resolved before a key is hashed.
    let mut reader = Reader::new(r#""a\u0062""#);
    let escaped = reader.string().unwrap();
    assert_eq!(of_slot(&encoder(Text), &Slot::Text(escaped)).as_deref(), Ok(b"ab".as_slice()));
}

#[test]
fn other_fields_are_refused_by_name() {
    use KeyEncoding::{Int, Json, Long, Raw, Text, Uuid};
    let several = "a number with a fraction or an exponent has several texts, and each would be another key";
    let rows: [(KeyEncoding, Slot<'_>, &str); 17] = [
        (Text, Slot::Missing, "the key is missing: the event has no such field"),
        (Int, Slot::Null, "the key is null"),
        (Json, Slot::Null, "the key is null"),
        (Raw, Slot::Composite(Composite::Json("{}")), "the key is an object or a list; it must be one value"),
        (Text, Slot::Number("1.0"), &format!("the key is the number `1.0`; {several}")),
        (Text, Slot::Number("-0"), &format!("the key is the number `-0`; {several}")),
        (Text, Slot::Number("1e3"), &format!("the key is the number `1e3`; {several}")),
        (Text, Slot::Double(1.0), &format!("the key is the double 1; {several}")),
        (
            Text,
            Slot::Bytes(b"ab"),
            "the key must be a string or a whole number (bytes need the encoding raw), not 2 bytes",
        ),
        (Int, text("1"), "the key must be a whole number of at most 64 bits, not the string `1`"),
        (Long, Slot::Boolean(true), "the key must be a whole number of at most 64 bits, not true"),
        (
            Long,
            Slot::Number("9223372036854775808"),
            "the key must be a whole number of at most 64 bits, not the number `9223372036854775808`",
        ),
        (
            Int,
            Slot::Integer(2_147_483_648),
            "the key 2147483648 is out of range: an int lies between -2147483648 and 2147483647",
        ),
        (Uuid, text("x"), "the key is `x`: expected a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
        (Uuid, Slot::Integer(1), "the key must be a UUID, not the number 1"),
        (Raw, Slot::Integer(1), "the key must be bytes or a string, not the number 1"),
        (Json, Slot::Decimal { unscaled: &[], scale: 0 }, "the key is a decimal: expected at least one byte"),
    ];
    for (encoding, slot, sentence) in rows {
        assert_eq!(of_slot(&encoder(encoding), &slot), Err(sentence.to_owned()), "{encoding} {slot:?}");
    }
}

#[test]
fn typed_texts_become_keys() {
    use KeyEncoding::{Int, Json, Long, Raw, Text, Uuid};
    let upper = UUID.to_uppercase();
    type Row<'r> = (KeyEncoding, &'r str, Result<&'r [u8], &'r str>);
    let rows: [Row<'_>; 17] = [
        (Text, "agent-123", Ok(b"agent-123")),
        (Text, "", Ok(b"")),
        (Int, "-1", Ok(&[255; 4])),
        (
            Int,
            "2147483648",
            Err("`2147483648` is no such key: out of range: an int lies between -2147483648 and 2147483647"),
        ),
        (Int, "1.0", Err("`1.0` is no such key: expected a whole number, without a point or an exponent")),
        (Long, "1", Ok(&[0, 0, 0, 0, 0, 0, 0, 1])),
        (Long, "", Err("`` is no such key: expected a whole number, without a point or an exponent")),
        (Long, "+1", Err("`+1` is no such key: expected a whole number, without a point or an exponent")),
        (Uuid, &upper, Ok(UUID.as_bytes())),
        (
            Uuid,
            "{}",
            Err("`{}` is no such key: expected a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
        ),
        (Json, "{\"b\": 1}", Ok(b"{\"b\": 1}")),
        (Json, "\"a\"", Ok(b"\"a\"")),
        (
            Json,
            "agent",
            Err("`agent` is not JSON: expected a value (byte 0); a string key needs its quotes: '\"…\"'"),
        ),
        (
            Json,
            "1 2",
            Err(
                "`1 2` is not JSON: something follows the end of the value (byte 2); a string key needs its quotes: '\"…\"'",
            ),
        ),
        (Raw, "base64:/wA=", Ok(b"\xff\0")),
        (
            Raw,
            "base64:/w",
            Err("`base64:/w` is no such key: expected base64 in the standard alphabet, padded with `=`"),
        ),
        (Raw, "a", Ok(b"a")),
    ];
    for (encoding, typed, expected) in rows {
        let found = of_text(&encoder(encoding), typed);
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{encoding} {typed}");
    }
}

#[test]
fn keys_in_avro_have_their_schemas_id_before_them() {
    assert_eq!(KeyEncoder::new(KeyEncoding::Avro, None).map(|_| ()), Err(KeyError::NoSchema));
    let (strings, longs) = (avro("\"string\""), avro("\"long\""));
    let record = avro(r#"{"type":"record","name":"K","fields":[{"name":"id","type":"string"}]}"#);
    let key = |datum: &[u8]| Ok([b"\0\0\0\0\x07", datum].concat());
    assert_eq!(of_slot(&strings, &text("ab")), key(b"\x04ab"));
    assert_eq!(of_slot(&longs, &Slot::Integer(-1)), key(b"\x01"));
    assert_eq!(of_slot(&avro("\"bytes\""), &Slot::Bytes(b"\xff")), key(b"\x02\xff"));
    let refused = of_slot(&longs, &text("ab")).unwrap_err();
    assert!(refused.starts_with("the key does not fit its schema: the value must be a long"), "{refused}");
    // Typed, a string goes without quotes too; the schema decides.
    assert_eq!(of_text(&strings, "ab"), key(b"\x04ab"));
    assert_eq!(of_text(&strings, "\"ab\""), key(b"\x04ab"));
    assert_eq!(of_text(&strings, "12"), key(b"\x0412"));
    assert_eq!(of_text(&longs, "12"), key(b"\x18"));
    assert_eq!(of_text(&record, "{\"id\": \"ab\"}"), key(b"\x04ab"));
    let refused = of_text(&record, "ab").unwrap_err();
    assert!(refused.contains("not the string \"ab\""), "{refused}");
    let refused = of_text(&record, "{\"ib\": 1}").unwrap_err();
    assert!(refused.contains("`ib`"), "{refused}");
}

#[test]
fn keys_are_shown_as_what_they_are() {
    use KeyEncoding::{Avro, Int, Json, Long, Raw, Text, Uuid};
    let rows: [(KeyEncoding, &[u8], &str, &str); 14] = [
        (Text, b"agent-123", "text", "agent-123"),
        (Text, b"a\nb", "text", "a\nb"),
        (Text, b"\xff", "base64", "/w=="),
        (Int, &[255; 4], "number", "-1"),
        (Int, b"abc", "text", "abc"),
        (Int, &[0; 3], "base64", "AAAA"),
        (Long, &[0, 0, 0, 0, 0, 0, 1, 0], "number", "256"),
        (Uuid, UUID.as_bytes(), "text", UUID),
        (Uuid, &OCTETS, "base64", "Ej5FZ+ibEtOkVkJmFBdAAA=="),
        (Json, b"{\"a\": 1}", "json", "{\"a\": 1}"),
        (Json, b"agent", "text", "agent"),
        (Avro, b"\0\0\0\0\x07\x04ab", "base64", "AAAAAAcEYWI="),
        (Raw, b"plain", "text", "plain"),
        (Raw, b"a\0", "base64", "YQA="),
    ];
    for (encoding, key, word, text) in rows {
        let shown = show(encoding, key);
        assert_eq!((shown.as_str(), shown.to_string().as_str()), (word, text), "{encoding} {key:?}");
    }
}
