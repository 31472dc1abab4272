//! Writing a record as a line.

use super::{Body, Notes, SchemaNote};
use crate::codec::texts::{write_base64, write_integer};
use crate::json::write_string;
use crate::record::{Header, Record};

/// Adds the record as one JSON object; the end of the line is the caller's.
pub fn write(record: &Record<'_>, notes: &Notes<'_>, out: &mut Vec<u8>) {
    let mut line = Line(out);
    line.text("{\"topic\":").string(record.topic);
    line.text(",\"partition\":").integer(i64::from(record.partition));
    line.text(",\"offset\":").integer(record.offset);
    line.text(",\"timestamp\":").integer(record.timestamp);
    line.text(",\"timestamp_type\":\"").text(record.timestamp_type.as_str());
    line.text("\",\"key\":").body(&notes.key);
    line.text(",\"key_encoding\":\"").text(notes.key.encoding().as_str());
    line.text("\"").raw(",\"key_raw\":", &notes.key);
    line.text(",\"value\":").body(&notes.value);
    line.text(",\"value_encoding\":\"").text(notes.value.encoding().as_str());
    line.text("\"").raw(",\"raw\":", &notes.value);
    line.headers(record.headers);
    if let Some(event) = notes.event {
        line.text(",\"event\":").string(event);
    }
    if let Some(schema) = &notes.schema {
        line.schema(schema);
    }
    if let Some(error) = notes.error {
        line.text(",\"error\":").string(error);
    }
    line.text("}");
}

struct Line<'o>(&'o mut Vec<u8>);

impl Line<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    fn string(&mut self, text: &str) {
        write_string(text, self.0);
    }

    fn integer(&mut self, number: i64) {
        write_integer(number, self.0);
    }

    fn body(&mut self, body: &Body<'_>) {
        match body {
            Body::Null => drop(self.text("null")),
            Body::Text(text) => self.string(text),
            Body::Json(json) | Body::Avro { json, .. } | Body::Envelope { json, .. } => drop(self.text(json)),
            Body::Base64(bytes) => write_base64(bytes, self.0),
        }
    }

    /// The bytes beside what was decoded of them.
    fn raw(&mut self, name: &str, body: &Body<'_>) {
        if let Body::Avro { raw, .. } | Body::Envelope { raw, .. } = body {
            self.text(name);
            write_base64(raw, self.0);
        }
    }

    fn headers(&mut self, headers: &[Header<'_>]) {
        self.text(",\"headers\":[");
        for (index, header) in headers.iter().enumerate() {
            self.text(if index > 0 { ",{\"name\":" } else { "{\"name\":" });
            match std::str::from_utf8(header.name) {
                Ok(name) => self.string(name),
                Err(_) => {
                    write_base64(header.name, self.0);
                    self.text(",\"name_encoding\":\"base64\"");
                }
            }
            let value = Body::of(header.value);
            self.text(",\"value\":").body(&value);
            self.text(",\"value_encoding\":\"").text(value.encoding().as_str()).text("\"}");
        }
        self.text("]");
    }

    fn schema(&mut self, schema: &SchemaNote<'_>) {
        let mut comma = "";
        self.text(",\"schema\":{");
        let mut number = |line: &mut Self, name: &str, value: Option<u32>| {
            if let Some(value) = value {
                line.text(std::mem::replace(&mut comma, ",")).text(name).integer(i64::from(value));
            }
        };
        number(self, "\"id\":", schema.id);
        number(self, "\"version\":", schema.version);
        if let Some(subject) = schema.subject {
            self.text(comma).text("\"subject\":").string(subject);
        }
        self.text("}");
    }
}
