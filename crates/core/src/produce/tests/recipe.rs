use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Encoding, KeyEncoding, Partitioner, TENANT_PATTERN};
use crate::codec::{Bytes, Encoder, Form};
use crate::key::KeyEncoder;
use crate::partitioner::{Placement, partition};
use crate::produce::{
    EventInput, KeyInput, Line, Prepared, Recipe, RecipeInput, Room, Text, Unusable, VersionInput,
};
use crate::schema::{Schema, parse};
use crate::yaml::Source;

const MATCHED: &str = r#"{"type":"record","name":"Matched","fields":[
    {"name":"agentId","type":"string"},
    {"name":"timestamp","type":"long"},
    {"name":"priority","type":["null","string"],"default":null},
    {"name":"eventId","type":["null","string"],"default":null}]}"#;
const CHANGED: &str = r#"{"type":"record","name":"Changed","fields":[
    {"name":"agentId","type":"string"},
    {"name":"count","type":"long"},
    {"name":"timestamp","type":{"type":"long","logicalType":"timestamp-millis"}}]}"#;

fn schema(text: &str) -> Schema {
    parse(&Source::new("v1.avsc", text), &[]).unwrap()
}

fn event(name: &str, mark: Option<&str>, text: &str) -> EventInput {
    let schema = schema(text);
    let encoder = Arc::new(Encoder::new(&schema, Form::Plain, Bytes::Base64));
    let known = BTreeMap::from([(3, Arc::clone(&encoder))]);
    let version = Ok(VersionInput { file: 3, id: Some(0x0102_0304), schema, encoder });
    EventInput { name: name.into(), mark: mark.map(str::to_owned), subject: name.into(), version, known }
}

fn two() -> Vec<EventInput> {
    vec![event("Matched", Some("MATCHED"), MATCHED), event("Changed", Some("CHANGED"), CHANGED)]
}

fn input(encoding: Encoding, events: Vec<EventInput>) -> RecipeInput {
    RecipeInput {
        encoding,
        events,
        chosen: None,
        key: Some(KeyInput {
            field: "agentId".into(),
            encoder: KeyEncoder::new(KeyEncoding::Text, None).unwrap(),
        }),
        timestamp: Some("timestamp".into()),
        placement: Placement::new(Partitioner::Murmur2, TENANT_PATTERN).unwrap(),
        partitions: 10,
    }
}

fn recipe(input: RecipeInput) -> Recipe {
    Recipe::new(input).unwrap()
}

/// Key, value, timestamp, and event with version, of a line; or why it is refused.
type Made = Result<(Option<String>, Vec<u8>, Option<i64>, Option<(usize, u32)>), String>;

fn make_bytes(recipe: &Recipe, text: Text<'_>) -> Made {
    let mut room = Room::default();
    let mut next = 0;
    let mut ids = |out: &mut String| {
        next += 1;
        out.push_str(&format!("id-{next}"));
    };
    let made = recipe.prepare(&Line { number: 1, text }, &mut room, &mut ids);
    let made: Prepared<'_> = made.map_err(|error| error.to_string())?;
    let count = 10;
    let place =
        partition(&Placement::new(Partitioner::Murmur2, TENANT_PATTERN).unwrap(), made.key.as_deref(), count);
    assert_eq!(made.partition, place.unwrap());
    Ok((
        made.key.as_deref().map(|key| String::from_utf8(key.to_vec()).unwrap()),
        made.value.as_deref().unwrap().to_vec(),
        made.timestamp,
        made.event.zip(made.version),
    ))
}

fn make(recipe: &Recipe, line: &str) -> Made {
    make_bytes(recipe, Text::Valid(line))
}

/// Key, value, timestamp, and the event with its version.
type Sent = (Option<String>, String, Option<i64>, Option<(usize, u32)>);

fn text(made: Made) -> Sent {
    let (key, value, timestamp, event) = made.unwrap();
    (key, String::from_utf8(value).unwrap(), timestamp, event)
}

fn avro(text: &str, line: &str) -> Vec<u8> {
    let mut out = vec![0, 1, 2, 3, 4];
    Encoder::new(&schema(text), Form::Plain, Bytes::Base64).encode_event(line, &mut out).unwrap();
    out
}

#[test]
fn avro_is_the_wire_format_of_the_version_that_is_written() {
    let recipe = recipe(input(Encoding::Avro, two()));
    let line = r#"{"type":"CHANGED","agentId":"agent-1","count":9007199254740993,"timestamp":"2026-11-22T14:02:00.123Z"}"#;
    let (key, value, timestamp, event) = make(&recipe, line).unwrap();
    assert_eq!((key.as_deref(), timestamp, event), (Some("agent-1"), Some(1_795_356_120_123), Some((1, 3))));
    assert_eq!(value, avro(CHANGED, line));
    let id = make(&recipe, r#"{"agentId":"a","timestamp":5,"type":"MATCHED"}"#).unwrap();
    assert_eq!(id.1, avro(MATCHED, r#"{"agentId":"a","timestamp":5,"eventId":"id-1"}"#));
    assert_eq!(id.2, Some(5));
    for own in [r#""eventId":"own""#, r#""eventId":null"#] {
        let line = format!(r#"{{"agentId":"a","timestamp":5,"type":"MATCHED",{own}}}"#);
        assert_eq!(make(&recipe, &line).unwrap().1, avro(MATCHED, &line), "{own}");
    }
}

#[test]
fn json_stays_verbatim_but_for_an_id_at_its_front() {
    let recipe = recipe(input(Encoding::Json, two()));
    let rows = [
        (
            r#" { "timestamp" : 7,"agentId":"\u0061", "eventId" : "x", "type":"MATCHED"} "#,
            r#" { "timestamp" : 7,"agentId":"\u0061", "eventId" : "x", "type":"MATCHED"} "#,
        ),
        (
            r#" { "timestamp" : 7,"agentId":"\u0061", "type":"MATCHED"}"#,
            r#" {"eventId":"id-1", "timestamp" : 7,"agentId":"\u0061", "type":"MATCHED"}"#,
        ),
        (
            r#"{"type":"CHANGED","agentId":"a","count":9007199254740993,"timestamp":7}"#,
            r#"{"type":"CHANGED","agentId":"a","count":9007199254740993,"timestamp":7}"#,
        ),
    ];
    for (line, expected) in rows {
        let (key, value, timestamp, _) = text(make(&recipe, line));
        assert_eq!((key.as_deref(), value.as_str(), timestamp), (Some("a"), expected, Some(7)));
    }
}

#[test]
fn an_event_that_was_named_need_not_tell_itself_and_is_marked_where_readers_need_it() {
    let named = |encoding| recipe(RecipeInput { chosen: Some(1), ..input(encoding, two()) });
    let line = r#"{"agentId":"a","count":1,"timestamp":7}"#;
    assert_eq!(make(&named(Encoding::Avro), line).unwrap().1, avro(CHANGED, line));
    let marked = r#"{"type":"CHANGED","agentId":"a","count":1,"timestamp":7}"#;
    assert_eq!(text(make(&named(Encoding::Json), line)).1, marked);
    assert_eq!(
        text(make(&named(Encoding::Envelope), line)).1,
        format!(r#"{{"schemaVersion":3,"event":{marked}}}"#)
    );
    let other = r#"{"agentId":"a","timestamp":7,"type":"MATCHED"}"#;
    assert_eq!(make(&named(Encoding::Avro), other).unwrap_err(), "`type` is `MATCHED`, not `CHANGED`");
    let only = recipe(input(Encoding::Json, vec![event("Changed", Some("CHANGED"), CHANGED)]));
    assert_eq!(text(make(&only, line)).1, line);
    assert_eq!(text(make(&only, marked)).1, marked);
    let both = recipe(RecipeInput { chosen: Some(0), ..input(Encoding::Json, two()) });
    let line = r#"{"agentId":"a","timestamp":7}"#;
    assert_eq!(
        text(make(&both, line)).1,
        r#"{"type":"MATCHED","eventId":"id-1","agentId":"a","timestamp":7}"#
    );
    let unmarked = recipe(input(Encoding::Json, vec![event("Changed", None, CHANGED)]));
    assert_eq!(text(make(&unmarked, marked)).1, marked);
}

#[test]
fn envelopes_are_made_or_stay_as_they_are() {
    let recipe = recipe(input(Encoding::Envelope, two()));
    let body = r#"{"type":"MATCHED","agentId":"a","timestamp":7}"#;
    let (key, value, timestamp, event) = text(make(&recipe, body));
    assert_eq!(
        value,
        r#"{"schemaVersion":3,"event":{"eventId":"id-1","type":"MATCHED","agentId":"a","timestamp":7}}"#
    );
    assert_eq!((key.as_deref(), timestamp, event), (Some("a"), Some(7), Some((0, 3))));
    let whole = format!(r#" {{ "event": {body}, "schemaVersion": 3 }}"#);
    let (key, value, timestamp, event) = text(make(&recipe, &whole));
    assert_eq!((key.as_deref(), value, timestamp, event), (Some("a"), whole, Some(7), Some((0, 3))));
    for (line, reason) in [
        (r#"{"schemaVersion":4,"event":{"type":"MATCHED"}}"#, "`Matched` has no version 4; known are: v3"),
        (r#"{"schemaVersion":3}"#, "the envelope lacks `event`"),
        (r#"{"schemaVersion":3,"event":{"type":"MATCHED","agentId":"a"}}"#, "`event.timestamp` is missing"),
    ] {
        let error = make(&recipe, line).unwrap_err();
        assert!(error.contains(reason), "{line}: {error}");
    }
}

#[test]
fn without_events_json_is_only_json() {
    let bare = recipe(input(Encoding::Json, Vec::new()));
    let line = r#"{"agentId":"a","x":[1e400,-0,"\ud83d\ude00"],"timestamp":7}"#;
    assert_eq!(text(make(&bare, line)).1, line);
    let rows = [
        (
            r#"{"agentId":"a","x":{"y":1,"y":2}}"#,
            "this is not JSON: this name stands twice in its object (column 27)",
        ),
        (r#"{"agentId":"a","x":NaN}"#, "this is not JSON: expected a value (column 20)"),
        (r#"["a"]"#, "an event is an object, not an array (column 1)"),
        (r#"{"agentId":"a"} {}"#, "this is not JSON: something follows the end of the value (column 17)"),
        (r#"{"agentId":"a","x":"\ud800"}"#, "this is not JSON: a lone surrogate is no character (column 21)"),
    ];
    for (line, reason) in rows {
        assert_eq!(make(&bare, line).unwrap_err(), reason, "{line}");
    }
}

#[test]
fn opaque_values_pass_as_they_are() {
    let without_key =
        |encoding| recipe(RecipeInput { key: None, timestamp: None, ..input(encoding, vec![]) });
    let not_utf8 = Text::NotUtf8(b"\xff\x00", 0);
    let raw = make_bytes(&without_key(Encoding::Raw), not_utf8).unwrap();
    assert_eq!(raw, (None, b"\xff\x00".to_vec(), None, None));
    assert_eq!(
        make_bytes(&without_key(Encoding::Text), not_utf8).unwrap_err(),
        "this is not UTF-8 (column 1)"
    );
    assert_eq!(text(make(&without_key(Encoding::Text), " any {thing ")).1, " any {thing ");
    let keyed = recipe(input(Encoding::Text, vec![]));
    assert_eq!(text(make(&keyed, r#"{"agentId":"a"}"#)).0.as_deref(), Some("a"));
    assert!(make(&keyed, "agentId=a").unwrap_err().starts_with("this is not JSON"));
}

#[test]
fn each_wrong_line_is_refused_with_its_place_and_what_was_expected() {
    let avro = recipe(input(Encoding::Avro, two()));
    let rows = [
        ("", "this is not JSON: the text ends too early (column 1)"),
        ("{", "this is not JSON: the text ends too early (column 2)"),
        ("7", "an event is an object, not a number (column 1)"),
        ("NaN", "this is not JSON: expected a value (column 1)"),
        (r#"{"agentId":"a"}"#, "`type` is missing, which tells the event; known are: `MATCHED`, `CHANGED`"),
        (r#"{"type":"MATCHD"}"#, "`type` is `MATCHD`; did you mean `MATCHED`?"),
        (
            r#"{"type":"OTHER"}"#,
            "`type` is `OTHER`, which is no event of this topic; known are: `MATCHED`, `CHANGED`",
        ),
        (r#"{"type":7}"#, "`type` must be a text, not such a number"),
        (r#"{"type":null}"#, "`type` must be a text, not null"),
        (
            r#"{"type":"CHANGED","agentId":"a","count":"x","timestamp":7}"#,
            "`count` must be a long (from -9223372036854775808 to 9223372036854775807), not the string \"x\" (column 41)",
        ),
        (
            r#"{"type":"CHANGED","agentId":"a","count":9007199254740993.5,"timestamp":7}"#,
            "`count` must be a long (from -9223372036854775808 to 9223372036854775807), not the number 9007199254740993.5 (column 41)",
        ),
        (
            r#"{"type":"CHANGED","agentId":"a","count":1,"timestamp":7,"count":1}"#,
            "`count` stands twice (column 57)",
        ),
        (
            r#"{"type":"CHANGED","agentId":"a","count":1,"timestamp":7,"type":"CHANGED"}"#,
            "`type` stands twice (column 57)",
        ),
        (
            r#"{"type":"CHANGED","agentId":"a","count":1}"#,
            "`timestamp` is missing, and `Changed` gives it no default (column 1)",
        ),
        (
            r#"{"type":"MATCHED","agentId":"","timestamp":7,"eventId":1}"#,
            "`eventId` must be a value of the union [null, string], not the number 1 (column 56)",
        ),
        (
            r#"{"type":"CHANGED","agentId":"a","count":1,"timestamp":0}"#,
            "`timestamp` is 0, and a record's timestamp must be after 1970-01-01T00:00:00Z",
        ),
        // The place is one of the line, not of what was made of it by an id at its front.
        (
            r#"{"type":"MATCHED","agentId":"a","timestamp":"x"}"#,
            "`timestamp` must be a long (from -9223372036854775808 to 9223372036854775807), not the string \"x\" (column 45)",
        ),
        (
            r#" {"type":"MATCHED","agentId":"a"}"#,
            "`timestamp` is missing, and `Matched` gives it no default (column 2)",
        ),
        (
            r#"{"type":"MATCHED","agentId":"a","timestamp":7,"prority":"x"}"#,
            "`prority` is no field of `Matched`; did you mean `priority`? (column 47)",
        ),
    ];
    for (line, reason) in rows {
        assert_eq!(make(&avro, line).unwrap_err(), reason, "{line}");
    }
    let bytes = |bytes, at| make_bytes(&avro, Text::NotUtf8(bytes, at)).unwrap_err();
    assert_eq!(bytes(b"{\"a\":\"\xff\"}", 6), "this is not UTF-8 (column 7)");
    assert_eq!(bytes(b"\x1f\x8b\x08", 1), "this is no text, it looks like gzip data: unpack it first");
    assert_eq!(bytes(b"\xff\xfe{\0", 0), "this is no text, it looks like UTF-16: turn it into UTF-8 first");
    assert_eq!(
        make_bytes(&avro, Text::TooLong(1 << 30)).unwrap_err(),
        "the line has 1073741824 bytes, more than the 67108864 that are read"
    );
}

#[test]
fn a_key_that_is_none_is_an_error() {
    let bare = recipe(input(Encoding::Json, Vec::new()));
    for (key, reason) in [
        (r#""x":1"#, "`agentId`: the key is missing: the event has no such field"),
        (r#""agentId":null"#, "`agentId`: the key is null"),
        (r#""agentId":{"id":1}"#, "`agentId`: the key is an object or a list; it must be one value"),
        (r#""agentId":["a"]"#, "`agentId`: the key is an object or a list; it must be one value"),
    ] {
        assert_eq!(make(&bare, &format!("{{{key}}}")).unwrap_err(), reason, "{key}");
    }
    // Texts that differ are keys that differ.
    let keys = [r#""1""#, "\"1.0\"", "\"\""];
    let made = keys.map(|key| make(&bare, &format!("{{\"agentId\":{key}}}")).unwrap().0.unwrap());
    assert_eq!(made, ["1", "1.0", ""]);
}

#[test]
fn an_event_without_a_version_refuses_its_own_lines_only() {
    let mut events = two();
    events[0].version = Err(Unusable::NotRegistered { subject: "matched".into(), file: None });
    let recipe = recipe(input(Encoding::Avro, events));
    assert_eq!(
        make(&recipe, r#"{"type":"MATCHED","agentId":"a","timestamp":7}"#).unwrap_err(),
        "`Matched` cannot be written: none of the files of `matched` is registered"
    );
    assert!(make(&recipe, r#"{"type":"CHANGED","agentId":"a","count":1,"timestamp":7}"#).is_ok());
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_a_line_makes_a_record_or_an_error(line in "\\PC*") {
        for encoding in [Encoding::Avro, Encoding::Json, Encoding::Envelope, Encoding::Text, Encoding::Raw] {
            for events in [two(), Vec::new()] {
                let _ = make(&recipe(input(encoding, events)), &line);
            }
        }
    }
}
