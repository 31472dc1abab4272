//! Why there is no key.

use crate::codec::EncodeError;
use crate::codec::texts::TextError;
use crate::json::JsonError;

/// Why there is no key. The sentence speaks of "the key"; which field and which line it is, the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The event has no such field.
    #[error("the key is missing: the event has no such field")]
    Missing,
    /// The field is null.
    #[error("the key is null")]
    Null,
    /// The field holds other values.
    #[error("the key is an object or a list; it must be one value")]
    Composite,
    /// The field is none of the encoding's types.
    #[error("the key must be {expected}, not {found}")]
    Type {
        /// What it must be.
        expected: &'static str,
        /// What it is, with its value where that is short.
        found: String,
    },
    /// A number outside of what the encoding holds.
    #[error("the key {found} is out of range: {range}")]
    Range {
        /// The number.
        found: i64,
        /// What the encoding holds.
        range: &'static str,
    },
    /// A number that can be written in several ways.
    #[error(
        "the key is {0}; a number with a fraction or an exponent has several texts, and each would be another key"
    )]
    Fraction(String),
    /// A string in the event is no value of the encoding.
    #[error("the key is {found}: {error}")]
    Value {
        /// The string, between back quotes.
        found: String,
        /// What is wrong with it.
        error: TextError,
    },
    /// What was typed is no value of the encoding.
    #[error("{typed} is no such key: {error}")]
    Text {
        /// What was typed, between back quotes.
        typed: String,
        /// What is wrong with it.
        error: TextError,
    },
    /// What was typed is not JSON.
    #[error("{typed} is not JSON: {error}; a string key needs its quotes: '\"…\"'")]
    Json {
        /// What was typed, between back quotes.
        typed: String,
        /// What is wrong with it.
        error: JsonError,
    },
    /// No value of the key's schema.
    #[error("the key does not fit its schema: {0}")]
    Avro(EncodeError),
    /// Keys in Avro need their schema.
    #[error("a key in avro needs the schema that the registry has for it")]
    NoSchema,
}
