//! A record of Kafka as it was read, or as it is to be written: bytes, and no opinion about them.
//!
//! It borrows everything, because a reader looks at millions of records and keeps few. Null and empty are different
//! things everywhere: a missing key, an empty key, a tombstone and an empty value are four cases.

pub mod json;
mod owned;

use std::fmt;

pub use owned::OwnedRecord;

/// One header. Kafka demands UTF-8 names, and nothing enforces it: a name is bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its value; none where it is null.
    pub value: Option<&'a [u8]>,
}

/// Who set a record's timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimestampType {
    /// Nobody: a record of a time before timestamps.
    None,
    /// The producer.
    Create,
    /// The broker, when it appended the record.
    LogAppend,
}

impl TimestampType {
    /// The word that outputs use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TimestampType::None => "none",
            TimestampType::Create => "create",
            TimestampType::LogAppend => "log-append",
        }
    }
}

/// A record as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its topic.
    pub topic: &'a str,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp in milliseconds since 1970; what a broker stored, negative ones too.
    pub timestamp: i64,
    /// Who set the timestamp.
    pub timestamp_type: TimestampType,
    /// Its key; none where it is null.
    pub key: Option<&'a [u8]>,
    /// Its value; none where it is null.
    pub value: Option<&'a [u8]>,
    /// Its headers in their order, repeated ones too.
    pub headers: &'a [Header<'a>],
}

impl Record<'_> {
    /// Where it stands.
    #[must_use]
    pub fn coordinate(&self) -> Coordinate<'_> {
        Coordinate { topic: self.topic, partition: self.partition, offset: self.offset }
    }

    /// The value of the last header of this name; none where there is no such header or its value is null.
    #[must_use]
    pub fn header(&self, name: &[u8]) -> Option<&[u8]> {
        self.headers.iter().rev().find(|header| header.name == name).and_then(|header| header.value)
    }
}

/// The place of a record: `topic/partition/offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinate<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

impl fmt::Display for Coordinate<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.topic, self.partition, self.offset)
    }
}
