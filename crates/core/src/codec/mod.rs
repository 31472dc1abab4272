//! Avro data: from bytes to JSON text and back, by programs that are compiled once per schema.
//!
//! [`wire`] tells which schema a value was written with. A [`Decoder`] turns data into text, by the schema they were
//! written with or as a reader of another one has them; an [`Encoder`] turns text into data. [`texts`] holds the forms
//! that both directions share: how a decimal, a time or a float is written and read again.
//!
//! # The plain form
//! - Integers are exact; floats have the fewest digits that read back as the same bits, and the names of those that are
//!   no JSON number are strings. A decimal is a string with exactly as many digits behind the point as its scale.
//! - Dates and times are strings of ISO 8601, or the stored numbers where [`Times::Numbers`] or the calendar says so; the
//!   encoder takes both. A duration is an object of months, days and millis.
//! - Bytes and fixed are base64, or as [`Bytes`] says. Enums are their symbols, records and maps are objects.
//! - A value in a union stands as it is where its shape alone tells its branch, and else in Avro's tagged form,
//!   `{"<branch>": value}`: where another branch takes numbers, strings or objects with these names too, where it is an
//!   object of one member that is named like a branch, and where `"NaN"` and its like may be a string or a float. An
//!   object of one member that is named like a branch is always read as tagged.
//!
//! What was decoded is therefore encoded as the same data.

mod branches;
mod decode;
mod defaults;
mod encode;
pub mod event;
mod extent;
mod input;
mod output;
pub mod project;
mod skip;
pub mod texts;
pub mod wire;

#[cfg(test)]
pub(crate) mod generate;
#[cfg(test)]
mod test_schemas;

pub use decode::{CompileError, DecodeError, DecodeProblem, Decoder, OUTPUT_LIMIT};
pub use encode::{EncodeError, EncodeProblem, Encoder, SIZE_LIMIT};
pub use input::{EMPTY_ITEMS_LIMIT, Malformed};

/// How deep the arrays and objects of a value may nest: as deep as our reader of JSON, and most others, follow.
pub const DEPTH_LIMIT: usize = crate::json::DEPTH_LIMIT;

/// How Avro data stands in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people: unions untagged where the value tells its branch, logical types as texts.
    Plain,
    /// Avro's own JSON encoding, as Java writes it.
    Tagged,
}

/// How dates and times stand in plain JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// As ISO 8601 writes them, where the calendar has such a value.
    Iso,
    /// As the numbers that are stored.
    Numbers,
}

/// How bytes stand in plain JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// As base64 (RFC 4648), padded.
    Base64,
    /// Avro's own way: each character from U+0000 to U+00FF is a byte.
    Latin,
}

/// How a datum is written as JSON. The tagged form has no choices: what the other fields say counts in the plain form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether for people or as Avro says.
    pub form: Form,
    /// How dates and times stand.
    pub times: Times,
    /// How bytes stand.
    pub bytes: Bytes,
}

impl Style {
    /// For people: untagged, times as ISO 8601 and bytes in base64.
    pub const PLAIN: Style = Style { form: Form::Plain, times: Times::Iso, bytes: Bytes::Base64 };
    /// As Avro's JSON encoding says.
    pub const TAGGED: Style = Style { form: Form::Tagged, times: Times::Numbers, bytes: Bytes::Latin };
}

/// Sets an entry that is known to be there.
fn set<T>(entries: &mut [T], index: usize, value: T) {
    if let Some(entry) = entries.get_mut(index) {
        *entry = value;
    }
}
