//! A record that was looked at and is kept, with all that was found out about it.

use super::{Shown, Value};
use crate::payload::Problem;
use crate::record::OwnedRecord;
use crate::record::json::{self, Body, SchemaNote};

/// A record as it is shown, with parts of its own.
#[derive(Debug, Clone)]
pub struct Kept {
    record: OwnedRecord,
    key: Part,
    key_text: Option<String>,
    value: Part,
    event: Option<String>,
    schema: Option<KeptSchema>,
    problem: Option<Problem>,
}

/// A key or a value, without the bytes that stand in the record.
#[derive(Debug, Clone)]
enum Part {
    Null,
    Text(String),
    Json { text: String, whole: bool },
    Avro(String),
    Envelope { text: String, whole: bool },
    Bytes,
}

#[derive(Debug, Clone)]
struct KeptSchema {
    id: Option<u32>,
    subject: Option<String>,
    version: Option<u32>,
}

impl Kept {
    /// Copies a record that is shown.
    #[must_use]
    pub fn of(shown: &Shown<'_>) -> Kept {
        let schema = shown.schema.map(|schema| KeptSchema {
            id: schema.id,
            subject: schema.subject.map(str::to_owned),
            version: schema.version,
        });
        Kept {
            record: OwnedRecord::of(shown.record),
            key: Part::of_key(&shown.key),
            key_text: shown.key_text.map(str::to_owned),
            value: Part::of_value(&shown.value),
            event: shown.event.map(str::to_owned),
            schema,
            problem: shown.problem.cloned(),
        }
    }

    /// Lends itself, as it was shown.
    pub fn with<T>(&self, look: impl FnOnce(&Shown<'_>) -> T) -> T {
        self.record.with(|record| {
            look(&Shown {
                record,
                key: self.key.body(record.key.unwrap_or_default()),
                key_text: self.key_text.as_deref(),
                value: self.value.value(record.value.unwrap_or_default()),
                event: self.event.as_deref(),
                schema: self.schema.as_ref().map(|schema| SchemaNote {
                    id: schema.id,
                    subject: schema.subject.as_deref(),
                    version: schema.version,
                }),
                problem: self.problem.as_ref(),
            })
        })
    }

    /// The record as a lossless JSON object, as `consume` writes it.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        self.with(|shown| json::write(shown.record, &shown.notes(), &mut line));
        line
    }
}

impl Part {
    fn of_key(key: &Body<'_>) -> Part {
        match *key {
            Body::Null => Part::Null,
            Body::Text(text) => Part::Text(text.to_owned()),
            Body::Json(text) => Part::Json { text: text.to_owned(), whole: true },
            Body::Avro { json, .. } => Part::Avro(json.to_owned()),
            Body::Envelope { json, .. } => Part::Envelope { text: json.to_owned(), whole: true },
            Body::Base64(_) => Part::Bytes,
        }
    }

    fn of_value(value: &Value<'_>) -> Part {
        match *value {
            Value::Null => Part::Null,
            Value::Text(text) => Part::Text(text.to_owned()),
            Value::Json { text, whole } => Part::Json { text: text.to_owned(), whole },
            Value::Avro(text) => Part::Avro(text.to_owned()),
            Value::Envelope { text, whole } => Part::Envelope { text: text.to_owned(), whole },
            Value::Bytes(_) => Part::Bytes,
        }
    }

    fn value<'a>(&'a self, raw: &'a [u8]) -> Value<'a> {
        match self {
            Part::Null => Value::Null,
            Part::Text(text) => Value::Text(text),
            Part::Json { text, whole } => Value::Json { text, whole: *whole },
            Part::Avro(text) => Value::Avro(text),
            Part::Envelope { text, whole } => Value::Envelope { text, whole: *whole },
            Part::Bytes => Value::Bytes(raw),
        }
    }

    fn body<'a>(&'a self, raw: &'a [u8]) -> Body<'a> {
        self.value(raw).body(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::ProblemClass;
    use crate::record::{Header, Record, TimestampType};

    #[test]
    fn what_is_kept_is_shown_as_it_was() {
        let headers = [Header { name: b"h", value: Some(b"\xff") }];
        let record = |value| Record {
            topic: "t",
            partition: 3,
            offset: 9,
            timestamp: 5,
            timestamp_type: TimestampType::LogAppend,
            key: Some(b"\0k"),
            value,
            headers: &headers,
        };
        let problem = Problem::new(ProblemClass::Avro, "torn");
        let schema = Some(SchemaNote { id: Some(7), subject: Some("s"), version: Some(2) });
        let bytes: &[u8] = b"{\"a\": 12345678901234567890.10}";
        let text = "{\"a\": 12345678901234567890.10}";
        let raw = b"\0k".as_slice();
        let rows = [
            (None, Value::Null, Body::Null, None),
            (Some(bytes), Value::Json { text, whole: true }, Body::Text("k"), None),
            (Some(bytes), Value::Json { text, whole: false }, Body::Json("1"), None),
            (Some(bytes), Value::Avro(text), Body::Avro { json: "1", raw }, None),
            (Some(bytes), Value::Envelope { text, whole: true }, Body::Envelope { json: "1", raw }, None),
            (Some(bytes), Value::Text(text), Body::Base64(raw), None),
            (Some(bytes), Value::Bytes(bytes), Body::Base64(raw), Some(&problem)),
        ];
        for (value, seen, key, problem) in rows {
            let record = record(value);
            let event = Some("Placed");
            let shown =
                Shown { record: &record, key, key_text: Some("kk"), value: seen, event, schema, problem };
            let mut line = Vec::new();
            json::write(&record, &shown.notes(), &mut line);
            let kept = Kept::of(&shown);
            assert_eq!(String::from_utf8(kept.line()), String::from_utf8(line), "{seen:?}");
            kept.with(|again| {
                assert_eq!((again.value, again.key_text), (seen, Some("kk")));
                assert_eq!(again.problem, problem);
            });
        }
    }
}
