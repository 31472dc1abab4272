//! How a record's key is written: from a field of the event, from what a user typed, and how it is shown again.
//!
//! A key decides its record's partition by its bytes, so one value has one form, or it is an error. Wrong types are
//! never converted: what a Java producer with the same serializer would refuse is refused here.
//!
//! | encoding | from a field | typed | bytes |
//! | --- | --- | --- | --- |
//! | string | a string, an enum's symbol, a uuid, a whole number, true or false | as it stands | UTF-8 |
//! | int, long | a whole number that fits | decimal digits | 4 or 8 bytes, the highest first |
//! | uuid | a uuid, or a string that is one | a UUID | its text in lower case, as Java writes it |
//! | json | any scalar | JSON, as it stands | its JSON text |
//! | avro | any scalar that fits the key's schema | JSON, or the characters of a string | the registry's wire format |
//! | raw | bytes, fixed, a string | as it stands, or `base64:…` | themselves |
//!
//! A number with a fraction or an exponent is no string key: `1.50` and `15e-1` are one number and would be two keys.

mod error;
mod show;
mod slot;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use error::KeyError;
pub use show::{Shown, show};

use crate::catalog::KeyEncoding;
use crate::codec::project::Slot;
use crate::codec::texts::{parse_base64, parse_int, parse_long, parse_uuid};
use crate::codec::{EncodeProblem, Encoder, wire};
use crate::json::{Reader, write_string};
use crate::yaml::shown;

/// What a typed raw key begins with where the rest is base64.
pub const BASE64_PREFIX: &str = "base64:";

/// The schema that keys are written with, as the registry knows it.
#[derive(Debug, Clone)]
pub struct KeySchema {
    /// Its id, which stands before each key.
    pub id: u32,
    /// Turns JSON into its data: in the plain form, bytes in base64.
    pub encoder: Arc<Encoder>,
}

/// Writes keys in one encoding.
#[derive(Debug, Clone)]
pub struct KeyEncoder {
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Text,
    Int,
    Long,
    Uuid,
    Json,
    Avro(KeySchema),
    Raw,
}

impl KeyEncoder {
    /// Makes an encoder; the schema counts with avro only.
    ///
    /// # Errors
    /// Avro without a schema.
    pub fn new(encoding: KeyEncoding, schema: Option<KeySchema>) -> Result<KeyEncoder, KeyError> {
        let how = match encoding {
            KeyEncoding::Text => How::Text,
            KeyEncoding::Int => How::Int,
            KeyEncoding::Long => How::Long,
            KeyEncoding::Uuid => How::Uuid,
            KeyEncoding::Json => How::Json,
            KeyEncoding::Avro => How::Avro(schema.ok_or(KeyError::NoSchema)?),
            KeyEncoding::Raw => How::Raw,
        };
        Ok(KeyEncoder { how })
    }

    /// The encoding.
    #[must_use]
    pub fn encoding(&self) -> KeyEncoding {
        match self.how {
            How::Text => KeyEncoding::Text,
            How::Int => KeyEncoding::Int,
            How::Long => KeyEncoding::Long,
            How::Uuid => KeyEncoding::Uuid,
            How::Json => KeyEncoding::Json,
            How::Avro(_) => KeyEncoding::Avro,
            How::Raw => KeyEncoding::Raw,
        }
    }

    /// Adds the key of an event, from the field that the catalog names.
    ///
    /// # Errors
    /// A field that is missing, null, no scalar, or none of this encoding; `out` is then as it was.
    pub fn encode_slot(&self, slot: &Slot<'_>, out: &mut Vec<u8>) -> Result<(), KeyError> {
        match slot {
            Slot::Missing => return Err(KeyError::Missing),
            Slot::Null => return Err(KeyError::Null),
            Slot::Composite(_) => return Err(KeyError::Composite),
            _ => {}
        }
        match &self.how {
            How::Text => slot::text(slot, out),
            How::Int => slot::int(slot, out),
            How::Long => slot::long(slot, out),
            How::Uuid => slot::uuid(slot, out),
            How::Json => slot::json(slot, out),
            How::Avro(schema) => slot::avro(slot, schema, out),
            How::Raw => slot::raw(slot, out),
        }
    }

    /// Adds the key that a user typed.
    ///
    /// # Errors
    /// A text that is no key of this encoding; `out` is then as it was.
    pub fn encode_text(&self, typed: &str, out: &mut Vec<u8>) -> Result<(), KeyError> {
        let wrong = |error| KeyError::Text { typed: shown(typed), error };
        match &self.how {
            How::Text => out.extend_from_slice(typed.as_bytes()),
            How::Int => out.extend_from_slice(&parse_int(typed).map_err(wrong)?.to_be_bytes()),
            How::Long => out.extend_from_slice(&parse_long(typed).map_err(wrong)?.to_be_bytes()),
            How::Uuid => slot::lower_case(typed, &parse_uuid(typed).map_err(wrong)?, out),
            How::Json => {
                checked_json(typed)?;
                out.extend_from_slice(typed.as_bytes());
            }
            How::Avro(schema) => typed_avro(typed, schema, out)?,
            How::Raw => match typed.strip_prefix(BASE64_PREFIX) {
                Some(base64) => out.extend_from_slice(&parse_base64(base64).map_err(wrong)?),
                None => out.extend_from_slice(typed.as_bytes()),
            },
        }
        Ok(())
    }
}

/// Accepts a JSON value, whatever it is: it goes into the key as it stands.
fn checked_json(typed: &str) -> Result<(), KeyError> {
    let mut reader = Reader::new(typed);
    let read = reader.kind().and_then(|_| reader.skip()).and_then(|_| reader.end());
    read.map_err(|error| KeyError::Json { typed: shown(typed), error })
}

/// Adds a typed value of the key's schema. A string may be typed without its quotes: the schema says what it is.
fn typed_avro(typed: &str, schema: &KeySchema, out: &mut Vec<u8>) -> Result<(), KeyError> {
    let Err(first) = in_wire_format(typed, schema, out) else { return Ok(()) };
    let mut quoted = Vec::new();
    write_string(typed, &mut quoted);
    // What was written from text is text.
    let quoted = String::from_utf8(quoted).unwrap_or_default();
    match in_wire_format(&quoted, schema, out) {
        // Of what was no JSON at all, the string's error says what the schema wants.
        Err(second) if matches!(&first, KeyError::Avro(error) if matches!(error.problem(), EncodeProblem::Json(_))) => {
            Err(second)
        }
        Err(_) => Err(first),
        Ok(()) => Ok(()),
    }
}

/// Adds a JSON value in the registry's wire format.
fn in_wire_format(json: &str, schema: &KeySchema, out: &mut Vec<u8>) -> Result<(), KeyError> {
    let begin = out.len();
    wire::frame(schema.id, out);
    schema.encoder.encode(json, out).map_err(|error| {
        out.truncate(begin);
        KeyError::Avro(error)
    })
}
