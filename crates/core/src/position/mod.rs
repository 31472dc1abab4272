//! Positions: where in a topic something begins or ends, as people write it, and the offsets that it means.
//!
//! [`Position`] is what was written: `start`, `end`, `42`, `all:42`, `-100`, `@2026-11-22T14:02:00Z`, `@-2h`, `0:42,3:17`.
//! [`freeze()`] makes offsets of it, once, from what the brokers say of each partition; what is written to the topic
//! afterwards changes nothing. Every command that reads a range goes through it.

mod freeze;
mod parse;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

pub use freeze::{Bounds, FreezeError, Frozen, PartitionFacts, Remark, Span, freeze, needs_times};
pub use parse::PositionError;

/// A place in each partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The oldest record there is.
    Start,
    /// Behind the newest record: the last stable offset under committed isolation, the high watermark under
    /// uncommitted.
    End,
    /// An offset of the only partition.
    Offset(i64),
    /// The same offset in every partition.
    All(i64),
    /// So many offsets before the end of every partition.
    BeforeEnd(i64),
    /// The first record at or after a time, in milliseconds since 1970; each record is held against it as well, since
    /// the timestamps of a partition need not rise.
    Time(i64),
    /// An offset for each of some partitions; the others are left out.
    Partitions(BTreeMap<i32, Place>),
}

/// A place in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// This offset.
    Offset(i64),
    /// No commit at all: for groups, whose offset is taken away.
    None,
}

impl Position {
    /// Reads a position. `now` is what spans of time count from, in milliseconds since 1970.
    ///
    /// # Errors
    /// What is none, with what would be.
    pub fn parse(text: &str, now: i64) -> Result<Position, PositionError> {
        parse::position(text, now)
    }

    /// The time, where this is one.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        if let Position::Time(time) = self { Some(*time) } else { None }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Position::Start => formatter.write_str("start"),
            Position::End => formatter.write_str("end"),
            Position::Offset(offset) => write!(formatter, "{offset}"),
            Position::All(offset) => write!(formatter, "all:{offset}"),
            Position::BeforeEnd(count) => write!(formatter, "-{count}"),
            Position::Time(time) => match jiff::Timestamp::from_millisecond(*time) {
                Ok(timestamp) => write!(formatter, "@{timestamp}"),
                Err(_) => write!(formatter, "@{time}"),
            },
            Position::Partitions(places) => {
                for (index, (partition, place)) in places.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    match place {
                        Place::Offset(offset) => write!(formatter, "{comma}{partition}:{offset}")?,
                        Place::None => write!(formatter, "{comma}{partition}:none")?,
                    }
                }
                Ok(())
            }
        }
    }
}
