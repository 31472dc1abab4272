//! Texts and schemas that want more than there is.

use super::*;
use crate::json::DEPTH_LIMIT;

const LIST: &str =
    r#"{"type":"record","name":"List","fields":[{"name":"next","type":["null","List"],"default":null}]}"#;

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}null{}", "{\"next\":".repeat(depth), "}".repeat(depth));
    assert_eq!(plain(LIST, &nested(DEPTH_LIMIT)).unwrap().len(), 2 * DEPTH_LIMIT);
    for depth in [DEPTH_LIMIT + 1, 200, 1_000_000] {
        let error = plain(LIST, &nested(depth)).unwrap_err();
        assert!(error.starts_with("this is not JSON: nested deeper than 128 levels"), "{error}");
    }
}

#[test]
fn a_text_is_bounded() {
    let long = format!("\"{}\"", "a".repeat(SIZE_LIMIT));
    assert_eq!(
        plain("string", &long).unwrap_err(),
        format!("the value is larger than {SIZE_LIMIT} bytes (byte 0)")
    );
}

#[test]
fn defaults_cannot_fill_the_memory() {
    // Each `{}` stands for 4 KiB.
    let text = format!(
        r#"{{"type":"array","items":{{"type":"record","name":"R","fields":[{{"name":"a","type":"string","default":"{}"}}]}}}}"#,
        "x".repeat(4_096)
    );
    let many = format!("[{}{{}}]", "{},".repeat(20_000));
    let error = plain(&text, &many).unwrap_err();
    assert!(error.contains(&format!("is larger than {SIZE_LIMIT} bytes")), "{error}");
}

#[test]
fn defaults_of_defaults_are_bounded() {
    // Each record's default holds two of the next one's: 2^40 of the last.
    let mut text =
        r#"{"type":"record","name":"R0","fields":[{"name":"a","type":"int","default":1}]}"#.to_owned();
    for level in 1..12 {
        let inner = level - 1;
        text = format!(
            r#"{{"type":"record","name":"R{level}","fields":[{{"name":"a","type":{text},"default":{{}}}},{{"name":"b","type":"R{inner}","default":{{}}}}]}}"#
        );
    }
    assert_eq!(plain(&text, "{}").unwrap().len(), 2 * (1 << 11), "2^11 ints of one byte");
    let steps = std::cell::Cell::new(0);
    let schema = schema(&text);
    let fields = schema.fields();
    let mut defaults = Defaults::new(&schema);
    while defaults.bytes(fields[0].schema, fields[0].default.as_ref().unwrap()).is_ok() {
        steps.set(steps.get() + 1);
        assert!(steps.get() < 1_000, "a schema's defaults have an end");
    }
}

#[test]
fn undecidable_unions_end() {
    // Both records fit until the innermost value tells them apart: each level doubles the tries.
    let text = r#"["null",
        {"type":"record","name":"A","fields":[{"name":"n","type":["null","A",{"type":"record","name":"B","fields":[
            {"name":"n","type":["null","A","B"]},{"name":"v","type":"int"}]}]},{"name":"v","type":["int","string"]}]},"B"]"#;
    let nested = |depth: usize| format!("{}null{}", "{\"n\":".repeat(depth), ",\"v\":\"x\"}".repeat(depth));
    assert!(plain(text, &nested(3)).is_ok());
    let error = plain(text, &nested(60)).unwrap_err();
    assert!(
        error.contains("takes too long to find its branch in: say which, as {\"<branch>\": …}"),
        "{error}"
    );
}

#[test]
fn a_union_of_thousands_is_told_apart_by_names() {
    let branches: Vec<String> = (0..5_000)
        .map(|n| format!(r#"{{"type":"record","name":"R{n}","fields":[{{"name":"f{n}","type":"int"}}]}}"#))
        .collect();
    let encoder = Encoder::new(&schema(&format!("[{}]", branches.join(","))), Form::Plain, Bytes::Base64);
    assert_eq!(encoded(&encoder, r#"{"f4999":1}"#).as_deref(), Ok("8e4e02"));
    assert_eq!(encoded(&encoder, r#"{"R4999":{"f4999":1}}"#).as_deref(), Ok("8e4e02"));
    let error = encoded(&encoder, r#"{"x":1}"#).unwrap_err();
    assert!(error.len() < 1_000, "{error}");
}

#[test]
fn an_event_leaves_its_type_aside() {
    let encoder = Encoder::new(
        &schema(
            r#"{"type":"record","name":"E","fields":[{"name":"a","type":"int"},{"name":"m","type":{"type":"map","values":"string"},"default":{}}]}"#,
        ),
        Form::Plain,
        Bytes::Base64,
    );
    let event = |json: &str| {
        let mut out = Vec::new();
        encoder.encode_event(json, &mut out).map(|()| hex(&out)).map_err(|error| error.to_string())
    };
    for json in [
        r#"{"type":"X","a":1}"#,
        r#"{"a":1,"type":"X"}"#,
        r#" {"a":1,"\u0074ype":"X"}"#,
        r#"{"a":1,"type":[{}]}"#,
        r#"{"a":1}"#,
    ] {
        assert_eq!(event(json).as_deref(), Ok("0200"), "{json}");
    }
    assert_eq!(
        event(r#"{"a":1,"m":{"type":"x"}}"#).as_deref(),
        Ok("02020874797065027800"),
        "only at the top"
    );
    assert_eq!(event(r#"{"type":"X","a":1,"type":"X"}"#).unwrap_err(), "`type` stands twice (byte 18)");
    assert!(encoded(&encoder, r#"{"type":"X","a":1}"#).unwrap_err().contains("`type` is no field"));
    // A union of records: the names in the object do not count `type`.
    let union = Encoder::new(
        &schema(
            r#"[{"type":"record","name":"A","fields":[{"name":"a","type":"int"}]},{"type":"record","name":"B","fields":[{"name":"b","type":"int"}]}]"#,
        ),
        Form::Plain,
        Bytes::Base64,
    );
    let mut out = Vec::new();
    union.encode_event(r#"{"type":"X","b":1}"#, &mut out).unwrap();
    union.encode_event(r#"{"type":"X","B":{"b":1}}"#, &mut out).unwrap();
    assert_eq!(hex(&out), "02020202");
    // A schema with a field of this name keeps it.
    let own = Encoder::new(
        &schema(r#"{"type":"record","name":"E","fields":[{"name":"type","type":"string"}]}"#),
        Form::Plain,
        Bytes::Base64,
    );
    let mut out = Vec::new();
    own.encode_event(r#"{"type":"X"}"#, &mut out).unwrap();
    assert_eq!(hex(&out), "0258");
}
