//! A record that is kept.

use super::{Header, Record, TimestampType};

/// A header's name and value.
type OwnedHeader = (Box<[u8]>, Option<Box<[u8]>>);

/// A record with parts of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedRecord {
    topic: String,
    partition: i32,
    offset: i64,
    timestamp: i64,
    timestamp_type: TimestampType,
    key: Option<Box<[u8]>>,
    value: Option<Box<[u8]>>,
    headers: Vec<OwnedHeader>,
}

impl OwnedRecord {
    /// Copies a record.
    #[must_use]
    pub fn of(record: &Record<'_>) -> Self {
        let header = |header: &Header<'_>| (header.name.into(), header.value.map(Into::into));
        OwnedRecord {
            topic: record.topic.to_owned(),
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            timestamp_type: record.timestamp_type,
            key: record.key.map(Into::into),
            value: record.value.map(Into::into),
            headers: record.headers.iter().map(header).collect(),
        }
    }

    /// Its timestamp.
    #[must_use]
    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        let part = |part: &Option<Box<[u8]>>| part.as_ref().map_or(0, |part| part.len());
        let headers = self.headers.iter().map(|(name, value)| name.len() + part(value) + 48);
        200 + self.topic.len() + part(&self.key) + part(&self.value) + headers.sum::<usize>()
    }

    /// Lends itself as a record to somebody.
    pub fn with<T>(&self, look: impl FnOnce(&Record<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> =
            self.headers.iter().map(|(name, value)| Header { name, value: value.as_deref() }).collect();
        look(&Record {
            topic: &self.topic,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.timestamp,
            timestamp_type: self.timestamp_type,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: &headers,
        })
    }
}
