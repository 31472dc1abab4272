//! The record as one line of JSON, without loss: what `consume -o json` writes and `produce --records` reads.
//!
//! ```json
//! {"topic":"t","partition":0,"offset":7,"timestamp":1795356120000,"timestamp_type":"create","key":"k","key_encoding":"text",
//!  "value":{"a":1},"value_encoding":"json","headers":[{"name":"n","value":"v","value_encoding":"text"}]}
//! ```
//!
//! An encoding says how the member before it is read back, its shape never does:
//!
//! | encoding | the member | its bytes |
//! | --- | --- | --- |
//! | `null` | `null` | none: a tombstone, not an empty value |
//! | `text` | a string | its characters in UTF-8 |
//! | `json` | any JSON | the characters exactly as they stand |
//! | `base64` | a string | what it says |
//! | `avro`, `envelope` | the decoded event | those in `raw` (of a key: `key_raw`), in base64 |
//!
//! `json` stands only where the payload is JSON that begins and ends with the value and holds no line break, so that its
//! characters are its bytes. A header whose name is no UTF-8 has `name_encoding: base64`. `event`, `schema` and `error`
//! say what was found out about the value; nothing is read back from them.

mod parse;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use parse::{RecordLineError, RecordLineProblem, parse};
pub use write::write;

/// How a key or a value stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// There is none.
    Null,
    /// A string of its characters.
    Text,
    /// The payload itself, which is JSON.
    Json,
    /// What was decoded of the registry's wire format.
    Avro,
    /// The envelope itself; its bytes stand beside it.
    Envelope,
    /// A string in base64.
    Base64,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 6] = [
        Encoding::Null,
        Encoding::Text,
        Encoding::Json,
        Encoding::Avro,
        Encoding::Envelope,
        Encoding::Base64,
    ];

    /// The word that stands in the line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Null => "null",
            Encoding::Text => "text",
            Encoding::Json => "json",
            Encoding::Avro => "avro",
            Encoding::Envelope => "envelope",
            Encoding::Base64 => "base64",
        }
    }
}

/// A key or a value to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// There is none.
    Null,
    /// Characters.
    Text(&'a str),
    /// JSON that [`embeddable`] has passed.
    Json(&'a str),
    /// Decoded JSON text, and the bytes it was decoded from.
    Avro {
        /// The JSON text, without line breaks.
        json: &'a str,
        /// The bytes.
        raw: &'a [u8],
    },
    /// An envelope that [`embeddable`] has passed, and its bytes.
    Envelope {
        /// The JSON text.
        json: &'a str,
        /// The bytes.
        raw: &'a [u8],
    },
    /// Bytes.
    Base64(&'a [u8]),
}

impl<'a> Body<'a> {
    /// Bytes of which nothing is known: text where they are UTF-8, else base64.
    #[must_use]
    pub fn of(bytes: Option<&'a [u8]>) -> Body<'a> {
        match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
            None => Body::Null,
            Some((_, Ok(text))) => Body::Text(text),
            Some((bytes, Err(_))) => Body::Base64(bytes),
        }
    }

    /// Its encoding.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        match self {
            Body::Null => Encoding::Null,
            Body::Text(_) => Encoding::Text,
            Body::Json(_) => Encoding::Json,
            Body::Avro { .. } => Encoding::Avro,
            Body::Envelope { .. } => Encoding::Envelope,
            Body::Base64(_) => Encoding::Base64,
        }
    }
}

/// The schema that a value was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemaNote<'a> {
    /// Its id in the registry.
    pub id: Option<u32>,
    /// Its subject, where it is known.
    pub subject: Option<&'a str>,
    /// The version: the registry's number of Avro, the file's number of an envelope.
    pub version: Option<u32>,
}

/// What is written about a record beside its own parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notes<'a> {
    /// The key.
    pub key: Body<'a>,
    /// The value.
    pub value: Body<'a>,
    /// The name of its event, where it is known.
    pub event: Option<&'a str>,
    /// Its schema, where it is known.
    pub schema: Option<SchemaNote<'a>>,
    /// Why the value, or the key, could not be decoded.
    pub error: Option<&'a str>,
}

/// The bytes as JSON that may stand in a line as it is; none where they are not JSON, or where something of them would
/// be lost: white space around the value, or a line break in it.
#[must_use]
pub fn embeddable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    if memchr::memchr2(b'\n', b'\r', bytes).is_some() {
        return None;
    }
    let mut reader = crate::json::Reader::new(text);
    let value = reader.skip().ok()?;
    (value.len() == text.len()).then_some(text)
}

/// A record as a line says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine<'a> {
    /// The topic it was read from.
    pub topic: Option<Cow<'a, str>>,
    /// Its partition there.
    pub partition: Option<i32>,
    /// Its offset there.
    pub offset: Option<i64>,
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// Its key.
    pub key: Payload<'a>,
    /// Its value.
    pub value: Payload<'a>,
    /// Its headers in their order.
    pub headers: Vec<LineHeader<'a>>,
}

/// A key or a value that was read from a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload<'a> {
    /// How it stands there.
    pub encoding: Encoding,
    /// The member as it stands; of `avro` and `envelope` the decoded event.
    pub written: &'a str,
    /// Its bytes; none of `null`, and of `avro` and `envelope` without `raw`.
    pub bytes: Option<Cow<'a, [u8]>>,
}

/// A header that was read from a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineHeader<'a> {
    /// Its name.
    pub name: Cow<'a, [u8]>,
    /// Its value; none where it is null.
    pub value: Option<Cow<'a, [u8]>>,
}
