use proptest::prelude::*;

use super::*;
use crate::json::DEPTH_LIMIT;
use crate::record::{Header, Record, TimestampType};

fn record<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>, headers: &'a [Header<'a>]) -> Record<'a> {
    let (timestamp, timestamp_type) = (1_795_356_120_000, TimestampType::Create);
    Record { topic: "t", partition: 3, offset: 7, timestamp, timestamp_type, key, value, headers }
}

fn line(record: &Record<'_>, value: Body<'_>) -> String {
    let notes = Notes { key: Body::of(record.key), value, event: None, schema: None, error: None };
    let mut out = Vec::new();
    write(record, &notes, &mut out);
    String::from_utf8(out).unwrap()
}

/// The body that a reader without a catalog would take.
fn body(value: Option<&[u8]>) -> Body<'_> {
    value.and_then(embeddable).map_or(Body::of(value), Body::Json)
}

#[test]
fn a_line_has_its_members_in_this_order() {
    let headers = [
        Header { name: b"a", value: Some(b"1") },
        Header { name: b"a", value: None },
        Header { name: b"\xff", value: Some(b"\xfe") },
        Header { name: b"", value: Some(b"") },
    ];
    let record = record(Some(b"k\"1"), Some(b"\0\0\0\0\x07x"), &headers);
    let value = Body::Avro { json: "{\"a\":1}", raw: b"\0\0\0\0\x07x" };
    let schema = Some(SchemaNote { id: Some(7), subject: Some("s"), version: Some(2) });
    let notes = Notes { key: Body::of(record.key), value, event: Some("E"), schema, error: None };
    let mut out = Vec::new();
    write(&record, &notes, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        concat!(
            r#"{"topic":"t","partition":3,"offset":7,"timestamp":1795356120000,"timestamp_type":"create","#,
            r#""key":"k\"1","key_encoding":"text","value":{"a":1},"value_encoding":"avro","raw":"AAAAAAd4","#,
            r#""headers":[{"name":"a","value":"1","value_encoding":"text"},{"name":"a","value":null,"value_encoding":"null"},"#,
            r#"{"name":"/w==","name_encoding":"base64","value":"/g==","value_encoding":"base64"},"#,
            r#"{"name":"","value":"","value_encoding":"text"}],"event":"E","schema":{"id":7,"version":2,"subject":"s"}}"#
        )
    );
}

#[test]
fn json_stands_as_it_is_only_where_its_characters_are_its_bytes() {
    let deep = "[".repeat(DEPTH_LIMIT) + &"]".repeat(DEPTH_LIMIT);
    let too_deep = format!("[{deep}]");
    let rows: [(&[u8], Encoding); 14] = [
        (b"{\"a\": 1.0e5 }", Encoding::Json),
        (b"9007199254740993", Encoding::Json),
        (b"{\"a\":1,\"a\":2}", Encoding::Json),
        (deep.as_bytes(), Encoding::Json),
        (b"null", Encoding::Json),
        (b" {}", Encoding::Text),
        (b"{}\n", Encoding::Text),
        (b"{\"a\":\r1}", Encoding::Text),
        (b"\"\\ud800\"", Encoding::Text),
        (b"NaN", Encoding::Text),
        (b"", Encoding::Text),
        (too_deep.as_bytes(), Encoding::Text),
        (b"\xef\xbb\xbf{}", Encoding::Text),
        (b"{\"a\":\"\xff\"}", Encoding::Base64),
    ];
    for (value, encoding) in rows {
        let body = body(Some(value));
        assert_eq!(body.encoding(), encoding, "{}", String::from_utf8_lossy(value));
        let line = line(&record(None, Some(value), &[]), body);
        let read = parse(&line).unwrap();
        assert_eq!(read.value.bytes.as_deref(), Some(value), "{line}");
    }
}

#[test]
fn null_and_empty_are_told_apart() {
    for bytes in [None, Some(b"".as_slice())] {
        let headers = [Header { name: b"h", value: bytes }];
        let line = line(&record(bytes, bytes, &headers), body(bytes));
        let read = parse(&line).unwrap();
        assert_eq!((read.key.bytes.as_deref(), read.value.bytes.as_deref()), (bytes, bytes), "{line}");
        assert_eq!(read.headers[0].value.as_deref(), bytes);
    }
}

#[test]
fn decoded_values_come_back_by_their_bytes() {
    let raw: &[u8] = b"\0\0\0\0\x07x";
    let written = line(&record(None, Some(raw), &[]), Body::Avro { json: "{\"a\":1}", raw });
    let read = parse(&written).unwrap();
    assert_eq!((read.value.encoding, read.value.written), (Encoding::Avro, "{\"a\":1}"));
    assert_eq!(read.value.bytes.as_deref(), Some(raw));
    let without = written.replace("\"raw\":\"AAAAAAd4\",", "");
    assert_eq!(parse(&without).unwrap().value.bytes, None);
}

#[test]
fn what_is_wrong_with_a_line_is_told_with_its_place() {
    let with = |rest: &str| format!(r#"{{"key":null,"key_encoding":"null",{rest}}}"#);
    let valued = |rest: &str| with(&format!(r#""value":"a","value_encoding":"text",{rest}"#));
    let rows = [
        (String::new(), "not JSON: the text ends too early (byte 0)"),
        ("[]".to_owned(), "`a record` must be an object, and it is an array (byte 0)"),
        (with(r#""value":"a""#), "`value_encoding` is missing (byte 46)"),
        (with(r#""value_encoding":"text""#), "`value` is missing (byte 58)"),
        (
            with(r#""value":1,"value_encoding":"text""#),
            "`value` must be a string, and it is a number (byte 42)",
        ),
        (
            with(r#""value":"a","value_encoding":"null""#),
            "`value` must be null, and it is a string (byte 42)",
        ),
        (
            with(r#""value":"a","value_encoding":"utf8""#),
            "`utf8` is no encoding; there are null, text, json, avro, envelope and base64",
        ),
        (
            with(r#""value":"a","value_encoding":"base64""#),
            "`value`: expected base64 in the standard alphabet, padded with `=` (byte 42)",
        ),
        (
            valued(r#""raw":"AA==""#),
            "`raw` stands beside the encoding `text`, whose bytes are `value` itself",
        ),
        (valued(r#""vale":1"#), "a record has no member `vale`; did you mean `value`?"),
        (valued(r#""value":"b""#), "`value` stands there twice"),
        (valued(r#""partition":-1"#), "`partition` is no whole number from 0 to 2147483647"),
        (valued(r#""offset":1.0"#), "`offset` is no whole number from 0 to 9223372036854775807"),
        (valued(r#""headers":[{"name":"a","value":null,"value_encoding":"avro"}]"#), "`avro` is no encoding"),
        (valued(r#""headers":[{"value":null,"value_encoding":"null"}]"#), "`name` is missing"),
        (valued(r#""headers":[{"name":"a","nam":1}]"#), "a record has no member `nam`; did you mean `name`?"),
    ];
    for (line, sentence) in rows {
        let error = parse(&line).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{line}\n{error}");
    }
}

proptest! {
    #[test]
    fn any_record_comes_back_byte_for_byte(
        key in proptest::option::of(payload()),
        value in proptest::option::of(payload()),
        headers in proptest::collection::vec((payload(), proptest::option::of(payload())), 0..4),
        timestamp in any::<i64>(),
    ) {
        let headers: Vec<Header<'_>> = headers
            .iter()
            .map(|(name, value)| Header { name, value: value.as_deref() })
            .collect();
        let record = Record { timestamp, ..record(key.as_deref(), value.as_deref(), &headers) };
        let line = line(&record, body(record.value));
        let one_line = !line.contains(['\n', '\r']);
        prop_assert!(one_line);
        let read = parse(&line).unwrap();
        prop_assert_eq!(read.key.bytes.as_deref(), record.key);
        prop_assert_eq!(read.value.bytes.as_deref(), record.value);
        prop_assert_eq!(read.timestamp, Some(timestamp));
        prop_assert_eq!((read.partition, read.offset), (Some(3), Some(7)));
        let again: Vec<Header<'_>> =
            read.headers.iter().map(|it| Header { name: &it.name, value: it.value.as_deref() }).collect();
        prop_assert_eq!(again, headers);
    }

    #[test]
    fn any_line_is_a_record_or_an_error(line in "\\PC{0,60}|[{}\\[\\]\":,a-z0-9_ \\\\]{0,60}") {
        let _value_or_error = parse(&line);
    }
}

/// Bytes, texts and JSON in about equal parts.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..20),
        "\\PC{0,12}".prop_map(String::into_bytes),
        r#"\{"[a-z\n]{0,3}": ?[0-9]{1,20}\} ?"#.prop_map(String::into_bytes),
    ]
}
