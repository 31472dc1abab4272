//! From positions to offsets: one half-open range for each partition, fixed when a command starts.

use std::collections::BTreeMap;
use std::fmt;

use super::{Place, Position};
use crate::human;

/// What the brokers say of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionFacts {
    /// The offset of the oldest record there is.
    pub log_start: i64,
    /// The end at the isolation level of whoever reads.
    pub end: i64,
    /// The first offset at or after the time of `from`, where it is a time and there is such a record.
    pub at_from: Option<i64>,
    /// The same for `until`.
    pub at_until: Option<i64>,
}

/// Where reading begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// The first record.
    pub from: Position,
    /// Behind the last record; none reads on for ever.
    pub until: Option<Position>,
}

/// The offsets of one partition: from, and up to but without until.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first offset.
    pub from: i64,
    /// Behind the last offset; none without an end.
    pub until: Option<i64>,
}

impl Span {
    /// True where no record can be in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// How many offsets it has; some may hold no record. None without an end.
    #[must_use]
    pub fn offsets(&self) -> Option<u64> {
        self.until.map(|until| u64::try_from(until.saturating_sub(self.from)).unwrap_or(0))
    }
}

/// The ranges of a topic, and what has to be said about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frozen {
    /// The ranges by partition; partitions that were not asked for are not among them, empty ranges are.
    pub spans: BTreeMap<i32, Span>,
    /// What differs from what was asked for.
    pub remarks: Vec<Remark>,
}

impl Frozen {
    /// The sum of the offsets; none where a range has no end.
    #[must_use]
    pub fn offsets(&self) -> Option<u64> {
        self.spans.values().map(|span| span.offsets()).sum()
    }
}

/// A range that is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// Records before the log start are gone: retention, or somebody deleted them.
    Gone {
        /// The partition.
        partition: i32,
        /// The offset that was asked for.
        asked: i64,
        /// The oldest one there is.
        log_start: i64,
    },
    /// The offset lies beyond the end.
    BehindEnd {
        /// The partition.
        partition: i32,
        /// The offset that was asked for.
        asked: i64,
        /// The end.
        end: i64,
    },
}

impl Remark {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        match self {
            Remark::Gone { partition, .. } | Remark::BehindEnd { partition, .. } => *partition,
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Gone { asked, log_start, .. } => {
                write!(formatter, "what lies before the log start {log_start} is gone (asked for {asked})")
            }
            Remark::BehindEnd { asked, end, .. } => {
                write!(formatter, "offset {asked} lies beyond the end {end}")
            }
        }
    }
}

/// Why positions mean nothing for a topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FreezeError {
    /// One offset for several partitions.
    #[error(
        "an offset alone is a place in one partition, and there are {partitions}; write all:{offset}, or 0:{offset} for partition 0 alone"
    )]
    SeveralPartitions {
        /// The offset.
        offset: i64,
        /// How many partitions there are.
        partitions: usize,
    },
    /// A partition that the topic does not have, or that is not read.
    #[error("partition {partition} is not among those that are read ({known})")]
    NoPartition {
        /// The partition.
        partition: i32,
        /// Those there are, in words.
        known: String,
    },
    /// `none`, which only the commits of a group can be.
    #[error("`none` is a position for the commits of groups only")]
    NoCommit,
}

/// The times that have to be looked up to freeze these bounds.
#[must_use]
pub fn needs_times(bounds: &Bounds) -> (Option<i64>, Option<i64>) {
    (bounds.from.time(), bounds.until.as_ref().and_then(Position::time))
}

/// Makes the ranges of a topic's partitions out of positions.
///
/// # Errors
/// Positions that mean nothing for these partitions.
pub fn freeze(bounds: &Bounds, facts: &BTreeMap<i32, PartitionFacts>) -> Result<Frozen, FreezeError> {
    check(&bounds.from, facts)?;
    if let Some(until) = &bounds.until {
        check(until, facts)?;
    }
    let mut frozen = Frozen::default();
    for (partition, facts) in facts {
        let Some(from) = offset_of(&bounds.from, *partition, facts, facts.at_from) else { continue };
        let until = match &bounds.until {
            None => None,
            Some(until) => match offset_of(until, *partition, facts, facts.at_until) {
                Some(until) => Some(until.min(facts.end)),
                None => continue,
            },
        };
        if from < facts.log_start && until.is_none_or(|until| from < until) {
            frozen.remarks.push(Remark::Gone {
                partition: *partition,
                asked: from,
                log_start: facts.log_start,
            });
        }
        if from > facts.end {
            frozen.remarks.push(Remark::BehindEnd { partition: *partition, asked: from, end: facts.end });
        }
        let from = from.max(facts.log_start);
        // Without an end, reading begins where the log is: a place behind it would be one that nobody wrote yet.
        let from = if until.is_none() { from.min(facts.end.max(facts.log_start)) } else { from };
        let until = until.map(|until| until.max(from));
        frozen.spans.insert(*partition, Span { from, until });
    }
    Ok(frozen)
}

fn check(position: &Position, facts: &BTreeMap<i32, PartitionFacts>) -> Result<(), FreezeError> {
    match position {
        Position::Offset(offset) if facts.len() > 1 => {
            Err(FreezeError::SeveralPartitions { offset: *offset, partitions: facts.len() })
        }
        Position::Partitions(places) => {
            if places.values().any(|place| *place == Place::None) {
                return Err(FreezeError::NoCommit);
            }
            match places.keys().find(|partition| !facts.contains_key(partition)) {
                Some(partition) => Err(FreezeError::NoPartition {
                    partition: *partition,
                    known: in_words(facts.keys().copied()),
                }),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// The offset that a position means in one partition; none where it leaves the partition out.
fn offset_of(position: &Position, partition: i32, facts: &PartitionFacts, at: Option<i64>) -> Option<i64> {
    match position {
        Position::Start => Some(facts.log_start),
        Position::End => Some(facts.end),
        Position::Offset(offset) | Position::All(offset) => Some(*offset),
        Position::BeforeEnd(count) => Some(facts.end.saturating_sub(*count).max(facts.log_start)),
        // Where no record is as young as that, the place is the end.
        Position::Time(_) => Some(at.map_or(facts.end, |offset| offset.min(facts.end))),
        Position::Partitions(places) => match places.get(&partition)? {
            Place::Offset(offset) => Some(*offset),
            Place::None => None,
        },
    }
}

/// Numbers of partitions as people say them: `0 to 9`, `1, 3 and 7`.
#[must_use]
pub(super) fn in_words(partitions: impl Iterator<Item = i32>) -> String {
    let runs = human::runs(partitions);
    let words: Vec<String> = runs
        .iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        })
        .collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
