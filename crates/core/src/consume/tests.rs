use super::*;
use crate::payload::ProblemClass;
use crate::record::TimestampType;

fn record<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>) -> Record<'a> {
    let (timestamp, timestamp_type) = (1, TimestampType::Create);
    Record { topic: "t", partition: 0, offset: 4, timestamp, timestamp_type, key, value, headers: &[] }
}

fn written(form: &mut DataForm, record: &Record<'_>, value: Value<'_>) -> String {
    let key = Body::of(record.key);
    let shown = Shown { record, key, key_text: None, value, event: None, schema: None, problem: None };
    let mut out = Vec::new();
    form.write(&shown, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn values_take_one_line_each() {
    let rows = [
        (Value::Null, "null"),
        (Value::Json { text: "{\n \"a\":\r\n1}\n", whole: false }, "{  \"a\":  1}"),
        (Value::Json { text: "{\"a\":1}", whole: true }, "{\"a\":1}"),
        (Value::Avro("{\"a\":2}"), "{\"a\":2}"),
        (Value::Text("words"), "words"),
        (Value::Bytes(b"\xff\0"), "/wA="),
        (Value::Bytes(b""), ""),
    ];
    for (value, line) in rows {
        let record = record(Some(b"k"), Some(b"v"));
        assert_eq!(written(&mut DataForm::Value, &record, value), format!("{line}\n"));
        assert_eq!(written(&mut DataForm::KeyValue, &record, value), format!("k\t{line}\n"));
    }
    assert_eq!(written(&mut DataForm::KeyValue, &record(None, None), Value::Null), "\tnull\n");
}

#[test]
fn raw_records_stand_between_their_separators() {
    let record = record(Some(b"k"), Some(b"v\n"));
    let raw = |key: Option<&str>, end: &str| {
        let separators = Separators { key: key.map(|key| key.as_bytes().to_vec()), record: end.into() };
        written(&mut DataForm::Raw(separators), &record, Value::Bytes(b"v\n"))
    };
    assert_eq!(raw(None, "\n"), "v\n\n");
    assert_eq!(raw(Some("|"), "\0"), "k|v\n\0");
    assert_eq!(raw(Some(""), ""), "kv\n");
}

#[test]
fn the_lossless_line_has_the_bytes_of_what_was_decoded_and_the_reason_of_what_was_not() {
    let sound = record(None, Some(b"\0\0\0\0\x01\x02"));
    let line = written(&mut DataForm::Json, &sound, Value::Avro("{\"a\":1}"));
    assert!(line.contains(r#""value":{"a":1},"value_encoding":"avro","raw":"AAAAAAEC""#), "{line}");
    let problem = Problem::new(ProblemClass::Avro, "the data end too early");
    let shown = Shown {
        record: &sound,
        key: Body::Null,
        key_text: None,
        value: Value::Bytes(b"\0\0\0\0\x01\x02"),
        event: None,
        schema: None,
        problem: Some(&problem),
    };
    let mut out = Vec::new();
    DataForm::Json.write(&shown, &mut out);
    let line = String::from_utf8(out).unwrap();
    assert!(line.contains(r#""value":"AAAAAAEC","value_encoding":"base64""#), "{line}");
    assert!(line.ends_with("\"error\":\"the data end too early\"}\n"), "{line}");
}

#[test]
fn undecodable_records_are_counted_by_reason_and_the_first_is_kept() {
    let mut summary = Summary::default();
    for (offset, class) in
        [(4, ProblemClass::Json), (5, ProblemClass::Json), (6, ProblemClass::SchemaUnavailable)]
    {
        let at = crate::record::Coordinate { topic: "t", partition: 0, offset };
        summary.undecodable(at, &Problem::new(class, format!("reason {offset}")));
    }
    let json = &summary.undecodable[&ProblemClass::Json];
    assert_eq!((json.count, json.first.as_str(), json.reason.as_str()), (2, "t/0/4", "reason 4"));
    assert_eq!(summary.undecodable_records(), 3);
    assert!(summary.is_undecided());
}

#[test]
fn separators_are_typed_with_escapes() {
    let rows: [(&str, &[u8]); 7] = [
        ("", b""),
        ("\n", b"\n"),
        ("\\0", b"\0"),
        ("a\\tb\\x1f\\xfF", b"a\tb\x1f\xff"),
        ("\\\\n", b"\\n"),
        ("\\r\\n", b"\r\n"),
        ("\u{e9}", "\u{e9}".as_bytes()),
    ];
    for (typed, bytes) in rows {
        assert_eq!(Separator::parse(typed).unwrap().0, bytes, "{typed:?}");
    }
    for wrong in ["\\", "\\q", "\\x", "\\x1", "\\xg0", "\\x\u{e9}", "a\\x+1"] {
        assert!(Separator::parse(wrong).unwrap_err().contains("means nothing"), "{wrong:?}");
    }
}
