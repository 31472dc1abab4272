use super::*;
use crate::codec::Style;
use crate::record::{Header, TimestampType};

const SCHEMA: &str =
    r#"{"type":"record","name":"Sent","namespace":"n","fields":[{"name":"a","type":"long"}]}"#;

fn record<'a>(value: Option<&'a [u8]>, headers: &'a [Header<'a>]) -> Record<'a> {
    let (timestamp, timestamp_type) = (1, TimestampType::Create);
    Record { topic: "t", partition: 0, offset: 0, timestamp, timestamp_type, key: None, value, headers }
}

fn payloads(form: Form) -> Payloads {
    let event = |name: &str, mark: &str| (name.to_owned(), Some(mark.to_owned()));
    Payloads::new(form, &[event("Sent", "SENT"), event("Received", "RECEIVED")])
}

fn broken(seen: Seen<'_>) -> ProblemClass {
    match seen {
        Seen::Broken(problem) => problem.class,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_without_a_form_is_avro_else_json_else_text_else_bytes() {
    let payloads = payloads(Form::Any);
    let see = |value: &'static [u8]| payloads.see(&record(Some(value), &[]), true);
    let datum = b"\x02".as_slice();
    assert_eq!(see(b"\0\0\0\0\x07\x02"), Seen::Wire { framing: Framing::Id(7), datum });
    assert_eq!(
        see(b"{\"type\":\"SENT\"}"),
        Seen::Json { text: "{\"type\":\"SENT\"}", whole: true, event: Some("Sent") }
    );
    assert_eq!(
        see(b"{\"type\":\"?\"} "),
        Seen::Json { text: "{\"type\":\"?\"} ", whole: false, event: None }
    );
    assert_eq!(see(b"{\n}"), Seen::Json { text: "{\n}", whole: false, event: None });
    assert_eq!(see(b"words"), Seen::Text("words"));
    assert_eq!(see(b""), Seen::Text(""));
    assert_eq!(see(b"\xff"), Seen::Bytes(b"\xff"));
    assert_eq!(payloads.see(&record(None, &[]), true), Seen::Null);
    // What only looks like the wire format is looked at again when the registry does not know the id.
    assert_eq!(payloads.see_plain(b"\0\0\0\0\x07\xff", true), Seen::Bytes(b"\0\0\0\0\x07\xff"));
    let header = [Header { name: b"__value_schema_id", value: Some(b"\0\0\0\0\x09") }];
    let seen = payloads.see(&record(Some(datum), &header), false);
    assert_eq!(seen, Seen::Wire { framing: Framing::HeaderId(9), datum });
}

#[test]
fn a_value_that_is_not_of_its_form_is_broken_by_a_class() {
    let rows: [(Form, &[u8], ProblemClass); 6] = [
        (Form::Avro, b"{}", ProblemClass::Wire),
        (Form::Avro, b"", ProblemClass::Wire),
        (Form::Json, b"words", ProblemClass::Json),
        (Form::Json, b"{\"a\":\"\xff\"}", ProblemClass::Text),
        (Form::Text, b"\xff", ProblemClass::Text),
        (
            Form::Envelope(Arc::new(Events::new(crate::codec::event::Shape::Envelope, Vec::new()))),
            b"{}",
            ProblemClass::Envelope,
        ),
    ];
    for (form, value, class) in rows {
        let payloads = payloads(form);
        assert_eq!(broken(payloads.see(&record(Some(value), &[]), true)), class, "{value:?}");
    }
    assert_eq!(payloads(Form::Raw).see(&record(Some(b"{}"), &[]), true), Seen::Bytes(b"{}"));
}

#[test]
fn the_only_event_of_a_topic_needs_no_mark() {
    let only = Payloads::new(Form::Json, &[("Sent".to_owned(), None)]);
    assert_eq!(
        only.see(&record(Some(b"{}"), &[]), true),
        Seen::Json { text: "{}", whole: true, event: Some("Sent") }
    );
    assert_eq!(
        only.see(&record(Some(b"{}"), &[]), false),
        Seen::Json { text: "{}", whole: true, event: None }
    );
    let marked = Payloads::new(Form::Json, &[("Sent".to_owned(), Some("SENT".to_owned()))]);
    let seen = |value: &'static [u8]| match marked.see(&record(Some(value), &[]), true) {
        Seen::Json { event, .. } => event.map(str::to_owned),
        other => panic!("{other:?}"),
    };
    assert_eq!(seen(b"{}").as_deref(), Some("Sent"));
    assert_eq!(seen(b"{\"type\":\"OTHER\"}"), None);
}

#[test]
fn a_known_schema_decodes_its_data_and_names_its_event() {
    let texts = SchemaTexts { id: 7, text: SCHEMA, needed: &[] };
    let known = KnownSchema::compile(&texts, Style::PLAIN).unwrap().registered_as("sent".to_owned(), 3);
    assert_eq!((known.event(), known.version), (Some("Sent"), Some(3)));
    let mut out = b"x".to_vec();
    known.decode(b"\x02", &mut out).unwrap();
    assert_eq!(out, b"x{\"a\":1}");
    let problem = known.decode(b"\x02\x02", &mut out).unwrap_err();
    assert_eq!((problem.class, out.as_slice()), (ProblemClass::Avro, b"x{\"a\":1}".as_slice()));
    let texts = SchemaTexts { id: 8, text: "{", needed: &[] };
    let problem = KnownSchema::compile(&texts, Style::PLAIN).unwrap_err();
    assert!(problem.detail.starts_with("the schema with id 8 cannot be used: "), "{}", problem.detail);
}
