//! Readings in the order of time: partitions merged by timestamp, and the last records of all.

use std::collections::VecDeque;

use eventctl_core::record::{OwnedRecord, Record};
use eventctl_core::scan::merge::Merge;

use super::range::Ranges;
use super::scan::{Next, Visitor, Wish};
use crate::failure::Failure;

/// Shows the records of all partitions to another visitor in the order of their timestamps.
pub struct InTime<V> {
    visitor: V,
    topics: Vec<String>,
    merge: Merge,
    wishes: Vec<(usize, i32, Wish)>,
}

impl<V: Visitor> InTime<V> {
    /// Merges the partitions of these ranges.
    #[must_use]
    pub fn new(ranges: &Ranges, visitor: V) -> Self {
        let lanes = ranges.topics.iter().enumerate().flat_map(|(topic, range)| {
            let read = range.frozen.spans.iter().filter(|(_, span)| !span.is_empty());
            read.map(move |(partition, _)| (topic, *partition))
        });
        let topics = ranges.topics.iter().map(|topic| topic.name.to_string()).collect();
        InTime { visitor, topics, merge: Merge::new(lanes), wishes: Vec::new() }
    }

    /// The visitor that the records were shown to.
    #[must_use]
    pub fn into_inner(self) -> V {
        self.visitor
    }
}

impl<V: Visitor> Visitor for InTime<V> {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        if let Some(topic) = self.topics.iter().position(|name| name == record.topic) {
            self.merge.push((topic, record.partition), OwnedRecord::of(record));
        }
        Ok(Next::Go)
    }

    fn drained(&mut self) -> Result<Next, Failure> {
        while let Some(((topic, partition), record)) = self.merge.pop() {
            match record.with(|record| self.visitor.record(record))? {
                Next::Go => {}
                Next::ClosePartition => {
                    self.merge.forget((topic, partition));
                    self.wishes.push((topic, partition, Wish::Close));
                }
                Next::End(why) => return Ok(Next::End(why)),
            }
        }
        let changes = self.merge.changes().into_iter().map(|((topic, partition), held_back)| {
            (topic, partition, if held_back { Wish::Pause } else { Wish::Resume })
        });
        self.wishes.extend(changes);
        self.visitor.drained()
    }

    fn ended(&mut self, topic: usize, partition: i32) {
        self.merge.end((topic, partition));
    }

    fn wishes(&mut self) -> Vec<(usize, i32, Wish)> {
        std::mem::take(&mut self.wishes)
    }

    fn wants_headers(&self, topic: &str, value: Option<&[u8]>) -> bool {
        self.visitor.wants_headers(topic, value)
    }
}

/// Keeps the last records that it is shown.
pub struct Last {
    most: usize,
    records: VecDeque<OwnedRecord>,
}

impl Last {
    /// Keeps so many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Last { most, records: VecDeque::new() }
    }

    /// The records, the oldest first.
    #[must_use]
    pub fn records(self) -> Vec<OwnedRecord> {
        self.records.into()
    }
}

impl Visitor for Last {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        if self.records.len() == self.most {
            self.records.pop_front();
        }
        if self.most > 0 {
            self.records.push_back(OwnedRecord::of(record));
        }
        Ok(Next::Go)
    }
}
