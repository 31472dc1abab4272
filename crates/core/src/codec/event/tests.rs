//! Payloads against the events of a topic.

use super::*;
use crate::codec::encode::tests::schema;
use crate::codec::{Bytes, Form};

fn event(name: &str, mark: Option<&str>, versions: &[&str]) -> EventSchemas {
    let fields = |fields: &&str| format!(r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#);
    let encoder = |text: &&str| Arc::new(Encoder::new(&schema(&fields(text)), Form::Plain, Bytes::Base64));
    EventSchemas {
        name: name.to_owned(),
        mark: mark.map(str::to_owned),
        subject: format!("{}-subject", name.to_lowercase()),
        versions: (1..).zip(versions.iter().map(encoder)).collect(),
    }
}

const ID: &str = r#"{"name":"id","type":"string"}"#;
const ID_AND_RANK: &str = r#"{"name":"id","type":"string"},{"name":"rank","type":"int","default":0}"#;
const TYPED: &str = r#"{"name":"type","type":{"type":"enum","name":"Kind","symbols":["OWN"]}}"#;

fn several(shape: Shape) -> Events {
    Events::new(
        shape,
        vec![
            event("Opened", Some("OPENED"), &[ID, ID_AND_RANK]),
            event("Closed", Some("CLOSED"), &[ID]),
            event("Own", Some("OWN"), &[TYPED]),
        ],
    )
}

/// What is said of a payload: its event, version and value, or the fault.
fn check(events: &Events, text: &str) -> Result<String, String> {
    let mut scratch = vec![1, 2, 3];
    let found = events.check(text, &mut scratch).map_err(|error| error.to_string())?;
    assert_eq!(text.get(found.at..found.at + found.value.len()), Some(found.value));
    let shown = format!("{} v{} {}", found.event.name, found.version, found.value);
    let again = events.find(text).map_err(|error| error.to_string())?;
    assert_eq!(shown, format!("{} v{} {}", again.event.name, again.version, again.value));
    Ok(shown)
}

fn rows(events: &Events, rows: &[(&str, Result<&str, &str>)]) {
    for (text, expected) in rows {
        assert_eq!(check(events, text), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
    }
}

#[test]
fn an_event_is_known_by_its_type() {
    rows(
        &several(Shape::Plain),
        &[
            (r#"{"type":"OPENED","id":"a"}"#, Ok(r#"Opened v2 {"type":"OPENED","id":"a"}"#)),
            (
                r#"{"id":"a","rank":1,"type":"OPENED"}"#,
                Ok(r#"Opened v2 {"id":"a","rank":1,"type":"OPENED"}"#),
            ),
            (
                r#"{"\u0074ype":"CLOS\u0045D","id":"a"}"#,
                Ok(r#"Closed v1 {"\u0074ype":"CLOS\u0045D","id":"a"}"#),
            ),
            (r#"{"type":"OWN"}"#, Ok(r#"Own v1 {"type":"OWN"}"#)),
            (
                r#"{"type":"OPEND","id":"a"}"#,
                Err("`type` is `OPEND`, which is no event of this topic; did you mean `OPENED`?"),
            ),
            (
                r#"{"type":"X"}"#,
                Err("`type` is `X`, which is no event of this topic; known are: `OPENED`, `CLOSED`, `OWN`"),
            ),
            (
                r#"{"id":"a"}"#,
                Err("`type` is missing, which tells the event; known are: `OPENED`, `CLOSED`, `OWN`"),
            ),
            (r#"{"type":5}"#, Err("`type` must be a string, not a number (byte 8)")),
            (r#"{"type":"CLOSED","id":"a","type":"OPENED"}"#, Err("`type` stands twice (byte 26)")),
            (
                r#"{"type":"CLOSED","id":"a","rank":1}"#,
                Err("`rank` is no field of `Closed`; its fields are `id` (byte 26)"),
            ),
            (
                r#"{"type":"CLOSED","id":9007199254740993}"#,
                Err("`id` must be a string, not the number 9007199254740993 (byte 22)"),
            ),
            (r#"{"type":"CLOSED"}"#, Err("`id` is missing, and `Closed` gives it no default (byte 0)")),
            (r#"[1]"#, Err("the payload must be an object, not an array (byte 0)")),
            (
                r#"{"type":"CLOSED","id":"a"} x"#,
                Err("this is not JSON: something follows the end of the value (byte 27)"),
            ),
            (
                r#"{"type":"CLOSED","id":"\ud800"}"#,
                Err("this is not JSON: a lone surrogate is no character (byte 23)"),
            ),
            ("", Err("this is not JSON: the text ends too early (byte 0)")),
        ],
    );
}

#[test]
fn the_only_event_needs_no_type() {
    rows(
        &Events::new(Shape::Plain, vec![event("Opened", None, &[ID])]),
        &[
            (r#"{"id":"a"}"#, Ok(r#"Opened v1 {"id":"a"}"#)),
            (r#"{"id":"a","type":"WHATEVER"}"#, Ok(r#"Opened v1 {"id":"a","type":"WHATEVER"}"#)),
        ],
    );
    rows(
        &Events::new(Shape::Plain, vec![event("Opened", Some("OPENED"), &[ID])]),
        &[
            (r#"{"id":"a"}"#, Ok(r#"Opened v1 {"id":"a"}"#)),
            (
                r#"{"id":"a","type":"OTHER"}"#,
                Err("`type` is `OTHER`, which is no event of this topic; known are: `OPENED`"),
            ),
        ],
    );
    rows(&Events::new(Shape::Plain, vec![]), &[("{}", Err("the topic has no events"))]);
    rows(
        &Events::new(Shape::Plain, vec![event("E", None, &[])]),
        &[("{}", Err("`e-subject` has no version"))],
    );
}

#[test]
fn an_envelope_names_its_version() {
    rows(
        &several(Shape::Envelope),
        &[
            (
                r#"{"schemaVersion":1,"event":{"type":"OPENED","id":"a"}}"#,
                Ok(r#"Opened v1 {"type":"OPENED","id":"a"}"#),
            ),
            (
                r#"{"event": {"id":"a","type":"OPENED","rank":2} , "schemaVersion": 2}"#,
                Ok(r#"Opened v2 {"id":"a","type":"OPENED","rank":2}"#),
            ),
            (
                r#"{"schemaVersion":3,"event":{"type":"OPENED","id":"a"}}"#,
                Err("`opened-subject` has no version 3; known are: v1, v2"),
            ),
            (
                r#"{"schemaVersion":-1,"event":{"type":"OPENED"}}"#,
                Err("`opened-subject` has no version -1; known are: v1, v2"),
            ),
            (
                r#"{"schemaVersion":99999999999,"event":{"type":"OPENED"}}"#,
                Err("`opened-subject` has no version 99999999999; known are: v1, v2"),
            ),
            (
                r#"{"schemaVersion":"1","event":{"type":"OPENED"}}"#,
                Err("`schemaVersion` must be a whole number, not \"1\" (byte 17)"),
            ),
            (
                r#"{"schemaVersion":1.0,"event":{"type":"OPENED"}}"#,
                Err("`schemaVersion` must be a whole number, not 1.0 (byte 17)"),
            ),
            (
                r#"{"event":{"type":"OPENED"}}"#,
                Err("the envelope lacks `schemaVersion`; it is {\"schemaVersion\": 2, \"event\": {…}}"),
            ),
            (
                r#"{"schemaVersion":1}"#,
                Err("the envelope lacks `event`; it is {\"schemaVersion\": 2, \"event\": {…}}"),
            ),
            (
                r#"{"schemaVersion":1,"event":{},"trace":1}"#,
                Err(
                    "`trace` is no member of an envelope, which is {\"schemaVersion\": 2, \"event\": {…}} (byte 30)",
                ),
            ),
            (
                r#"{"schemaVersion":1,"schemaVersion":1,"event":{}}"#,
                Err("`schemaVersion` stands twice (byte 19)"),
            ),
            (r#"{"schemaVersion":1,"event":{},"event":{}}"#, Err("`event` stands twice (byte 30)")),
            (r#"{"schemaVersion":1,"event":[]}"#, Err("`event` must be an object, not an array (byte 27)")),
            (
                r#"{"schemaVersion":1,"event":{"type":7}}"#,
                Err("`type` must be a string, not a number (byte 35)"),
            ),
            (
                r#"{"schemaVersion":1,"event":{"type":"OPENED","id":"a","rank":1}}"#,
                Err("`event.rank` is no field of `Opened`; its fields are `id` (byte 53)"),
            ),
            (
                r#"{"schemaVersion":2,"event":{"type":"OPENED","id":"a","rank":"high"}}"#,
                Err(
                    "`event.rank` must be an int (from -2147483648 to 2147483647), not the string \"high\" (byte 60)",
                ),
            ),
            (
                r#"{"schemaVersion":1,"event":{"type":"OPENED","id":"a"}"#,
                Err("this is not JSON: the text ends too early (byte 53)"),
            ),
        ],
    );
}

#[test]
fn a_payload_is_found_though_it_does_not_fit() {
    let events = several(Shape::Envelope);
    let text = r#"{"schemaVersion":1,"event":{"type":"OPENED","other":9007199254740993}}"#;
    let found = events.find(text).unwrap();
    assert_eq!(
        (found.event.name.as_str(), found.value),
        ("Opened", r#"{"type":"OPENED","other":9007199254740993}"#)
    );
    let plain = several(Shape::Plain);
    assert!(plain.find(r#"{"type":"OPENED"} x"#).is_err(), "the whole text must be JSON");
    assert!(plain.find(r#"{"type":"OPENED","a":01}"#).is_err());
}

#[test]
fn a_payload_is_shown_as_it_stands_where_it_is_json_on_one_line() {
    let rows: [(&[u8], Result<&str, &str>); 9] = [
        (b"{\"a\": 1e400, \"a\":-0}", Ok("{\"a\": 1e400, \"a\":-0}")),
        (b" 9007199254740993 ", Ok(" 9007199254740993 ")),
        ("\"\u{2028}\"".as_bytes(), Ok("\"\u{2028}\"")),
        (b"{}\n", Err("this holds a line break (byte 2)")),
        (b"[1,\r2]", Err("this holds a line break (byte 3)")),
        (b"{\"a\":NaN}", Err("this is not JSON: expected a value (byte 5)")),
        (b"\"\xff\"", Err("this is not UTF-8 (byte 1)")),
        (b"\x1f\x8b\x08", Err("this is not UTF-8 (byte 1)")),
        (b"", Err("this is not JSON: the text ends too early (byte 0)")),
    ];
    for (payload, expected) in rows {
        let found = verbatim(payload).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{payload:?}");
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(verbatim(deep.as_bytes()).unwrap_err().to_string().contains("nested deeper than 128"));
}
