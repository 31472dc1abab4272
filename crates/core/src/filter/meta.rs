//! What a filter knows of a record beside its value.

use jaq_json::{Map, Num, Val};

use super::error::{Reason, RunError};
use super::value;
use crate::codec::texts::write_base64;
use crate::record::Header;

/// What a filter knows of a record beside its value.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'a> {
    /// `$topic`
    pub topic: &'a str,
    /// `$partition`
    pub partition: i32,
    /// `$offset`
    pub offset: i64,
    /// `$timestamp`, in milliseconds since 1970.
    pub timestamp: i64,
    /// `$key`
    pub key: Key<'a>,
    /// `$headers`: an object of names and values. Where a name stands more than once, its last value counts; a value
    /// that is not UTF-8 is base64.
    pub headers: &'a [Header<'a>],
}

/// A record's key as its encoding has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// There is none.
    Null,
    /// A text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// What a JSON text says.
    Json(&'a str),
    /// Bytes that are nothing else: base64.
    Bytes(&'a [u8]),
}

/// A variable of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Topic,
    Partition,
    Offset,
    Timestamp,
    Key,
    Headers,
}

impl Variable {
    /// As they stand in [`VARIABLES`](super::words::VARIABLES).
    pub(super) const ALL: [Variable; 6] = [
        Variable::Topic,
        Variable::Partition,
        Variable::Offset,
        Variable::Timestamp,
        Variable::Key,
        Variable::Headers,
    ];

    /// Its value for a record.
    pub(super) fn of(self, meta: &Meta<'_>) -> Result<Val, RunError> {
        let integer = |number: i64| Val::Num(Num::from_integral(number));
        Ok(match self {
            Variable::Topic => value::string(meta.topic),
            Variable::Partition => integer(meta.partition.into()),
            Variable::Offset => integer(meta.offset),
            Variable::Timestamp => integer(meta.timestamp),
            Variable::Key => match meta.key {
                Key::Null => Val::Null,
                Key::Text(text) => value::string(text),
                Key::Integer(number) => integer(number),
                Key::Json(text) => value::read(text, None).map_err(|_| RunError(Reason::Key))?,
                Key::Bytes(bytes) => base64(bytes),
            },
            Variable::Headers => {
                let mut members = Map::default();
                for header in meta.headers {
                    let name = String::from_utf8_lossy(header.name);
                    members.insert(value::string(&name), header_value(header));
                }
                Val::obj(members)
            }
        })
    }
}

/// The last header of this name; null where there is none.
pub(super) fn header(meta: &Meta<'_>, name: &str) -> Val {
    let named = |header: &&Header<'_>| String::from_utf8_lossy(header.name) == name;
    meta.headers.iter().rev().find(named).map_or(Val::Null, header_value)
}

fn header_value(header: &Header<'_>) -> Val {
    match header.value {
        None => Val::Null,
        Some(bytes) => std::str::from_utf8(bytes).map_or_else(|_| base64(bytes), value::string),
    }
}

/// Bytes as they stand in JSON.
pub(super) fn base64(bytes: &[u8]) -> Val {
    let mut quoted = Vec::new();
    write_base64(bytes, &mut quoted);
    let text = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    Val::utf8_str(text.to_vec())
}
