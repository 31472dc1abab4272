//! What is made of a line.

use std::borrow::Cow;

/// Room for one record, used over and over.
#[derive(Debug, Default)]
pub struct Room {
    pub(super) line: String,
    pub(super) value: Vec<u8>,
    pub(super) scratch: Vec<u8>,
    pub(super) key: Vec<u8>,
}

/// A record that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared<'a> {
    /// Its key; none is null.
    pub key: Option<Cow<'a, [u8]>>,
    /// Its value; none is null.
    pub value: Option<Cow<'a, [u8]>>,
    /// Its headers; only records that were read have any.
    pub headers: Vec<PreparedHeader<'a>>,
    /// Its timestamp in milliseconds; none is now.
    pub timestamp: Option<i64>,
    /// Its partition; none is any.
    pub partition: Option<i32>,
    /// Which event it is, by its place among the topic's.
    pub event: Option<usize>,
    /// The number of its schema's file.
    pub version: Option<u32>,
}

impl Prepared<'_> {
    /// Its key, its value and its headers, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        let length = |bytes: &Option<Cow<'_, [u8]>>| bytes.as_ref().map_or(0, |bytes| bytes.len());
        let headers = self.headers.iter().map(|header| header.name.len() + length(&header.value));
        length(&self.key) + length(&self.value) + headers.sum::<usize>()
    }
}

/// A header that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedHeader<'a> {
    /// Its name.
    pub name: Cow<'a, [u8]>,
    /// Its value; none is null.
    pub value: Option<Cow<'a, [u8]>>,
}
