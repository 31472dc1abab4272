//! What a report rests on: which offsets of a topic were read, which were not, and why.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PartitionEnd, PartitionScan, ScanEnd};
use crate::fault::Fault;
use crate::human;
use crate::position::{Bounds, PartitionFacts, Remark};

/// The offsets of one partition that a bounded reading looks at where nothing else is asked for.
const DEEPEST: i64 = 100_000;

/// The offsets that it looks at in all, as far as each partition has its least.
const TOGETHER: i64 = 5_000_000;

/// The least offsets of a partition that it looks at.
const SHALLOWEST: i64 = 1_000;

/// How many offsets before its end a partition is looked at where nothing else is asked for, of so many partitions.
#[must_use]
pub fn depth(partitions: usize) -> i64 {
    let partitions = i64::try_from(partitions.max(1)).unwrap_or(i64::MAX);
    (TOGETHER / partitions).clamp(SHALLOWEST, DEEPEST)
}

/// What a window is made of.
#[derive(Debug, Clone, Copy)]
pub struct WindowInput<'a> {
    /// From where to where, as it was meant.
    pub bounds: &'a Bounds,
    /// `committed` or `uncommitted`.
    pub isolation: &'static str,
    /// Why the reading ended.
    pub end: ScanEnd,
    /// How far each partition of the topic came.
    pub partitions: &'a [PartitionScan],
    /// What the brokers said of each partition.
    pub facts: &'a BTreeMap<i32, PartitionFacts>,
    /// Partitions that could not be asked.
    pub unreadable: &'a [(i32, Fault)],
    /// What differs from what was asked for.
    pub remarks: &'a [Remark],
}

/// Which part of a topic was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// From where, as it was meant.
    pub from: String,
    /// Until where, as it was meant.
    pub until: Option<String>,
    /// Whose records counted.
    pub isolation: &'static str,
    /// Why the reading ended: `end`, `enough`, `signal`.
    pub ended_by: &'static str,
    /// How many offsets were read.
    pub offsets: u64,
    /// How many offsets there were when the reading began; fewer of them may hold a record.
    pub offsets_there: u64,
    /// By partition, in ascending order.
    pub parts: Vec<WindowPart>,
    /// What could not be read, or was not what was asked for.
    pub unread: Vec<Unread>,
    /// True where reading was stopped before its end.
    #[serde(skip)]
    pub is_stopped: bool,
}

/// The offsets that were read of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WindowPart {
    /// The partition.
    pub partition: i32,
    /// The first one.
    pub from: i64,
    /// Behind the last one.
    pub until: i64,
    /// The first one that was there.
    pub log_start: i64,
    /// Behind the last one that was there when the reading began.
    pub end: i64,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The partition.
    pub partition: i32,
    /// Why.
    pub reason: String,
    /// True where it is not known what is there; otherwise it is known to be gone, or never was.
    #[serde(skip)]
    pub is_unknown: bool,
}

impl Window {
    /// Says what was read.
    #[must_use]
    pub fn of(input: &WindowInput<'_>) -> Window {
        let mut parts = Vec::new();
        let mut unread: Vec<Unread> = Vec::new();
        for scan in input.partitions {
            let from = scan.span.from;
            let until = scan.next.max(from);
            let facts = input.facts.get(&scan.partition);
            let (log_start, end) = facts.map_or((from, until), |facts| (facts.log_start, facts.end));
            parts.push(WindowPart { partition: scan.partition, from, until, log_start, end });
            if let PartitionEnd::Failed(fault) = &scan.end {
                unread.push(Unread::unknown(scan.partition, fault));
            }
        }
        // Partitions that the positions leave out: all that is there is unread.
        for (partition, facts) in input.facts {
            if !input.partitions.iter().any(|scan| scan.partition == *partition) {
                let PartitionFacts { log_start, end, .. } = *facts;
                parts.push(WindowPart {
                    partition: *partition,
                    from: log_start,
                    until: log_start,
                    log_start,
                    end,
                });
            }
        }
        unread.extend(input.unreadable.iter().map(|(partition, fault)| Unread::unknown(*partition, fault)));
        unread.extend(input.remarks.iter().map(|remark| Unread {
            partition: remark.partition(),
            reason: remark.to_string(),
            is_unknown: false,
        }));
        parts.sort_by_key(|part| part.partition);
        unread.sort_by_key(|unread| unread.partition);
        let sum = |width: fn(&WindowPart) -> i64| -> u64 {
            parts.iter().map(|part| u64::try_from(width(part)).unwrap_or(0)).sum()
        };
        Window {
            from: input.bounds.from.to_string(),
            until: input.bounds.until.as_ref().map(ToString::to_string),
            isolation: input.isolation,
            ended_by: input.end.as_str(),
            offsets: sum(|part| part.until - part.from),
            offsets_there: sum(|part| part.end - part.log_start),
            parts,
            unread,
            is_stopped: input.end == ScanEnd::Stopped,
        }
    }

    /// True where nobody knows what part of the window holds.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.unread.iter().any(|unread| unread.is_unknown)
    }

    /// True where part of what was asked for is gone, or never was.
    #[must_use]
    pub fn has_gone(&self) -> bool {
        self.unread.iter().any(|unread| !unread.is_unknown)
    }

    /// True where all that was there was read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.offsets >= self.offsets_there && !self.has_unknown() && !self.is_stopped
    }

    /// What was read, in words that follow a number of records.
    #[must_use]
    pub fn words(&self) -> String {
        let partitions = human::plural(self.parts.len(), "partition");
        let until = self.until.as_deref().unwrap_or("end");
        let range = format!("from {} until {until}, {}", self.from, self.isolation);
        if self.is_whole() {
            return format!("of {partitions}, all there is ({range})");
        }
        format!("of {partitions}, {} of {} offsets ({range})", self.offsets, self.offsets_there)
    }
}

impl Unread {
    fn unknown(partition: i32, fault: &Fault) -> Unread {
        Unread { partition, reason: fault.to_string(), is_unknown: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;
    use crate::position::{Position, Span};

    #[test]
    fn the_depth_falls_with_the_number_of_partitions() {
        let rows =
            [(0, 100_000), (1, 100_000), (50, 100_000), (100, 50_000), (1_000, 5_000), (1_000_000, 1_000)];
        for (partitions, expected) in rows {
            assert_eq!(depth(partitions), expected, "{partitions} partitions");
        }
    }

    fn scan(partition: i32, from: i64, next: i64, end: PartitionEnd) -> PartitionScan {
        let span = Span { from, until: Some(100) };
        PartitionScan { topic: 0, partition, span, next, taken: 0, end }
    }

    #[test]
    fn a_window_says_what_was_read_and_what_was_not() {
        let fault = Fault { kind: FaultKind::Denied, code: "c".into(), message: "no".into() };
        let facts = |log_start| PartitionFacts { log_start, end: 100, at_from: None, at_until: None };
        let facts: BTreeMap<i32, PartitionFacts> = [(0, facts(0)), (1, facts(90))].into();
        let bounds = Bounds { from: Position::All(50), until: Some(Position::End) };
        let whole = [scan(1, 90, 100, PartitionEnd::Reached)];
        let only: BTreeMap<i32, PartitionFacts> = [(1, facts[&1])].into();
        let input = WindowInput {
            bounds: &bounds,
            isolation: "committed",
            end: ScanEnd::Ends,
            partitions: &whole,
            facts: &only,
            unreadable: &[],
            remarks: &[],
        };
        let window = Window::of(&input);
        assert!(window.is_whole() && !window.has_unknown() && !window.has_gone(), "{window:?}");
        assert_eq!(window.words(), "of 1 partition, all there is (from all:50 until end, committed)");

        let some =
            [scan(1, 90, 95, PartitionEnd::Failed(fault.clone())), scan(0, 50, 100, PartitionEnd::Reached)];
        let left_out = Window::of(&WindowInput { facts: &facts, ..input });
        assert_eq!((left_out.offsets, left_out.offsets_there, left_out.is_whole()), (10, 110, false));
        let window = Window::of(&WindowInput {
            partitions: &some,
            facts: &facts,
            unreadable: &[(2, fault)],
            remarks: &[Remark::Gone { partition: 1, asked: 50, log_start: 90 }],
            ..input
        });
        assert_eq!((window.offsets, window.offsets_there), (55, 110));
        assert!(window.has_unknown() && window.has_gone() && !window.is_whole());
        let unread: Vec<i32> = window.unread.iter().map(|unread| unread.partition).collect();
        assert_eq!(unread, [1, 1, 2]);
        assert_eq!(window.words(), "of 2 partitions, 55 of 110 offsets (from all:50 until end, committed)");
        let stopped = Window::of(&WindowInput { end: ScanEnd::Stopped, ..input });
        assert!(!stopped.is_whole());
    }
}
