//! Avro data: from bytes to JSON text and back, by programs that are compiled once per schema.
//!
//! [`texts`] holds the forms that both directions share: how a decimal, a time or a float is written and read again.

mod defaults;
mod encode;
pub mod event;
mod output;
pub mod texts;

pub use encode::{EncodeError, EncodeProblem, Encoder, SIZE_LIMIT};

/// How Avro data stands in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people: unions untagged where the value tells its branch, logical types as texts.
    Plain,
    /// Avro's own JSON encoding, as Java writes it.
    Tagged,
}

/// How bytes stand in plain JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// As base64 (RFC 4648), padded.
    Base64,
    /// Avro's own way: each character from U+0000 to U+00FF is a byte.
    Latin,
}
