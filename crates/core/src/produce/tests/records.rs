use std::sync::Arc;

use crate::catalog::{Partitioner, TENANT_PATTERN};
use crate::codec::texts::write_base64;
use crate::codec::{Bytes, Encoder, Form, Style};
use crate::partitioner::{Placement, partition};
use crate::payload::{KnownSchema, SchemaTexts};
use crate::produce::{Line, Maker, Outside, Records, Room, Text};

const SCHEMA: &str =
    r#"{"type":"record","name":"R","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]}"#;

struct World(bool);

impl Outside for World {
    fn id(&mut self, out: &mut String) {
        out.push_str("id");
    }

    fn schema(&mut self, id: u32) -> Option<Arc<KnownSchema>> {
        let texts = SchemaTexts { id, text: SCHEMA, needed: &[] };
        (self.0 && id == 7).then(|| Arc::new(KnownSchema::compile(&texts, Style::PLAIN).unwrap()))
    }
}

fn records(keep_partitions: bool, encode: bool) -> Maker {
    let placement = Placement::new(Partitioner::Murmur2, TENANT_PATTERN).unwrap();
    Maker::Records(Records { placement, partitions: 4, keep_partitions, encode, bodies: None })
}

type Header = (Vec<u8>, Option<Vec<u8>>);
type Made = Result<(Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>, Option<i32>, Vec<Header>), String>;

fn make(maker: &Maker, line: &str, known: bool) -> Made {
    let mut room = Room::default();
    let line = Line { number: 1, text: Text::Valid(line) };
    let made = maker.prepare(&line, &mut room, &mut World(known)).map_err(|error| error.to_string())?;
    let owned = |bytes: Option<std::borrow::Cow<'_, [u8]>>| bytes.map(std::borrow::Cow::into_owned);
    let headers = made.headers.into_iter().map(|header| (header.name.into_owned(), owned(header.value)));
    Ok((owned(made.key), owned(made.value), made.timestamp, made.partition, headers.collect()))
}

fn base64(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    write_base64(bytes, &mut out);
    String::from_utf8(out).unwrap()
}

fn datum(json: &str) -> Vec<u8> {
    let schema = crate::schema::parse(&crate::yaml::Source::new("s", SCHEMA), &[]).unwrap();
    let mut out = vec![0, 0, 0, 0, 7];
    Encoder::new(&schema, Form::Plain, Bytes::Base64).encode(json, &mut out).unwrap();
    out
}

#[test]
fn bytes_headers_and_time_go_back_as_they_were() {
    let line = concat!(
        r#"{"topic":"t","partition":3,"offset":9,"timestamp":1795356120123,"timestamp_type":"create","#,
        r#""key":"","key_encoding":"text","value":{"b" :1e400},"value_encoding":"json","#,
        r#""headers":[{"name":"n","value":null,"value_encoding":"null"},{"name":"n","value":"/w==","value_encoding":"base64"},"#,
        r#"{"name":"/w==","name_encoding":"base64","value":"","value_encoding":"text"}]}"#
    );
    let (key, value, timestamp, placed, headers) = make(&records(false, false), line, false).unwrap();
    assert_eq!((key.as_deref(), value.as_deref()), (Some(&b""[..]), Some(&br#"{"b" :1e400}"#[..])));
    assert_eq!(timestamp, Some(1_795_356_120_123));
    let murmur = Placement::new(Partitioner::Murmur2, TENANT_PATTERN).unwrap();
    assert_eq!(placed, partition(&murmur, Some(b""), 4).unwrap());
    assert_eq!(make(&records(true, false), line, false).unwrap().3, Some(3));
    assert_eq!(
        headers,
        [(b"n".to_vec(), None), (b"n".to_vec(), Some(vec![0xff])), (vec![0xff], Some(Vec::new())),]
    );
    let tombstone = r#"{"key":null,"key_encoding":"null","value":null,"value_encoding":"null"}"#;
    assert_eq!(make(&records(false, false), tombstone, false), Ok((None, None, None, None, Vec::new())));
}

#[test]
fn what_was_decoded_counts_only_where_it_was_edited_and_shall_be_encoded() {
    let raw = datum(r#"{"a":1,"b":"x"}"#);
    let line = |value: &str, raw: &[u8]| {
        format!(
            r#"{{"key":null,"key_encoding":"null","value":{value},"value_encoding":"avro","raw":{}}}"#,
            base64(raw)
        )
    };
    let value = |made: Made| made.map(|made| made.1.unwrap());
    let edited = "`value` was edited: its bytes say something else; encode it anew with --encode";
    for same in [r#"{"a":1,"b":"x"}"#, r#"{ "b": "\u0078", "a": 1 }"#] {
        for encode in [false, true] {
            assert_eq!(
                value(make(&records(false, encode), &line(same, &raw), true)),
                Ok(raw.clone()),
                "{same}"
            );
        }
    }
    let other = line(r#"{"a":2,"b":"x"}"#, &raw);
    assert_eq!(value(make(&records(false, false), &other, true)), Err(edited.to_owned()));
    assert_eq!(value(make(&records(false, true), &other, true)), Ok(datum(r#"{"a":2,"b":"x"}"#)));
    // Nobody can tell without the schema: what was read goes back.
    assert_eq!(value(make(&records(false, false), &other, false)), Ok(raw.clone()));
    let wrong = line(r#"{"a":"2","b":"x"}"#, &raw);
    assert!(value(make(&records(false, true), &wrong, true)).unwrap_err().contains("`a` must be a long"));
    let bare = r#"{"key":null,"key_encoding":"null","value":{"a":1,"b":"x"},"value_encoding":"avro"}"#;
    assert!(value(make(&records(false, false), bare, true)).unwrap_err().contains("no bytes beside it"));
    assert!(value(make(&records(false, true), bare, true)).unwrap_err().contains("cannot be encoded"));
}

#[test]
fn what_cannot_go_back_is_refused_by_name() {
    let with = |rest: &str| {
        format!(r#"{{"key":"k","key_encoding":"text","value":"v","value_encoding":"text"{rest}}}"#)
    };
    let rows = [
        (true, with(r#","timestamp":0"#), "`timestamp` is 0, and a record's timestamp must be after 1970"),
        (true, with(r#","timestamp":-1"#), "`timestamp` is -1, and a record's timestamp must be after 1970"),
        (true, with(""), "`partition` is missing, and it shall be kept"),
        (true, with(r#","partition":4"#), "the topic has no partition 4: it has 4"),
        (false, with(r#","partitoin":4"#), "`partitoin`"),
        (false, r#"{"value":"v"}"#.to_owned(), "missing"),
        (false, "7".to_owned(), "a record"),
    ];
    for (keep, line, reason) in rows {
        let error = make(&records(keep, false), &line, false).unwrap_err();
        assert!(error.contains(reason), "{line}: {error}");
    }
}
