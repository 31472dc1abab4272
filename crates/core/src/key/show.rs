//! How the bytes of a key are shown.

use std::fmt;

use crate::catalog::KeyEncoding;
use crate::codec::texts::{parse_uuid, write_base64};
use crate::json::Reader;

/// A key for people and for JSON. What does not fit its encoding is shown as what it is: text, or base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown<'k> {
    /// Text, a UUID among it.
    Text(&'k str),
    /// The number of an int or a long.
    Number(i64),
    /// JSON text, as it stands.
    Json(&'k str),
    /// Bytes that are none of these, in base64.
    Base64(String),
}

impl Shown<'_> {
    /// The word that outputs use.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Shown::Text(_) => "text",
            Shown::Number(_) => "number",
            Shown::Json(_) => "json",
            Shown::Base64(_) => "base64",
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Text(text) | Shown::Json(text) => formatter.write_str(text),
            Shown::Number(number) => write!(formatter, "{number}"),
            Shown::Base64(text) => formatter.write_str(text),
        }
    }
}

/// Shows the bytes of a key. Avro's need their schema, so they are base64 here; so are raw ones that are no plain text.
#[must_use]
pub fn show(encoding: KeyEncoding, key: &[u8]) -> Shown<'_> {
    let text = std::str::from_utf8(key).ok();
    let fitting = match encoding {
        KeyEncoding::Text => text.map(Shown::Text),
        KeyEncoding::Int => {
            <[u8; 4]>::try_from(key).ok().map(|octets| Shown::Number(i32::from_be_bytes(octets).into()))
        }
        KeyEncoding::Long => {
            <[u8; 8]>::try_from(key).ok().map(|octets| Shown::Number(i64::from_be_bytes(octets)))
        }
        KeyEncoding::Uuid => text.filter(|text| parse_uuid(text).is_ok()).map(Shown::Text),
        KeyEncoding::Json => text.filter(|text| is_json(text)).map(Shown::Json),
        KeyEncoding::Avro => return Shown::Base64(base64(key)),
        KeyEncoding::Raw => None,
    };
    let plain = || text.filter(|text| !text.chars().any(char::is_control)).map(Shown::Text);
    fitting.or_else(plain).unwrap_or_else(|| Shown::Base64(base64(key)))
}

fn is_json(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.kind().and_then(|_| reader.skip()).and_then(|_| reader.end()).is_ok()
}

fn base64(octets: &[u8]) -> String {
    let mut quoted = Vec::new();
    write_base64(octets, &mut quoted);
    String::from_utf8(quoted).unwrap_or_default().trim_matches('"').to_owned()
}
