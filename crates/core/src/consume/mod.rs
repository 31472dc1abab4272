//! What `consume` shows of a record, and in which forms; what it counts.
//!
//! Whoever reads puts a [`Shown`] together; a [`Form`] writes it. The forms here are data for programs; the one for
//! people is made elsewhere, because it is coloured and must not let foreign characters through.

mod form;
mod kept;
mod summary;

#[cfg(test)]
mod tests;

pub use form::{DataForm, Form, Separator, Separators};
pub use kept::Kept;
pub use summary::{Found, Matched, Summary, Undecodable};

use crate::payload::Problem;
use crate::record::Record;
use crate::record::json::{Body, Notes, SchemaNote};

/// A value as it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// There is none.
    Null,
    /// Decoded Avro data.
    Avro(&'a str),
    /// JSON.
    Json {
        /// The text.
        text: &'a str,
        /// True where the text is the value alone, in one line.
        whole: bool,
    },
    /// An envelope.
    Envelope {
        /// The text.
        text: &'a str,
        /// As of JSON.
        whole: bool,
    },
    /// Text.
    Text(&'a str),
    /// Bytes; also those of a value that could not be decoded.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The value as JSON text, where it is JSON or was decoded to it.
    #[must_use]
    pub fn json(&self) -> Option<&'a str> {
        match self {
            Value::Avro(text) | Value::Json { text, .. } | Value::Envelope { text, .. } => Some(text),
            Value::Null | Value::Text(_) | Value::Bytes(_) => None,
        }
    }

    /// How the value stands in a line; `raw` are the record's bytes.
    #[must_use]
    pub fn body(&self, raw: &'a [u8]) -> Body<'a> {
        match *self {
            Value::Null => Body::Null,
            Value::Avro(json) => Body::Avro { json, raw },
            Value::Json { text, whole: true } => Body::Json(text),
            Value::Envelope { text, whole: true } => Body::Envelope { json: text, raw },
            Value::Json { text, .. } | Value::Envelope { text, .. } | Value::Text(text) => Body::Text(text),
            Value::Bytes(bytes) => Body::Base64(bytes),
        }
    }

    /// What it is, in a word to count by.
    #[must_use]
    pub fn found(&self) -> Found {
        match self {
            Value::Null => Found::Null,
            Value::Avro(_) => Found::Avro,
            Value::Json { .. } => Found::Json,
            Value::Envelope { .. } => Found::Envelope,
            Value::Text(_) => Found::Text,
            Value::Bytes(_) => Found::Bytes,
        }
    }
}

/// A record that is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The record.
    pub record: &'a Record<'a>,
    /// Its key, as it is read back from a line.
    pub key: Body<'a>,
    /// Its key for people, where it is no text.
    pub key_text: Option<&'a str>,
    /// Its value.
    pub value: Value<'a>,
    /// Its event, where it is known.
    pub event: Option<&'a str>,
    /// Its schema, where it is known.
    pub schema: Option<SchemaNote<'a>>,
    /// Why it could not be decoded.
    pub problem: Option<&'a Problem>,
}

impl<'a> Shown<'a> {
    /// What the lossless line says beside the record's own parts.
    #[must_use]
    pub fn notes(&self) -> Notes<'a> {
        Notes {
            key: self.key,
            value: self.value.body(self.record.value.unwrap_or_default()),
            event: self.event,
            schema: self.schema,
            error: self.problem.map(|problem| problem.detail.as_str()),
        }
    }
}
