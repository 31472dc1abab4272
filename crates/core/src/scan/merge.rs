//! Merging partitions by timestamp, within bounded memory.
//!
//! The record that comes next is the one with the least timestamp among the first ones of all partitions; it is known
//! only while every partition that is not over has one. The order within a partition is kept, so that where its own
//! timestamps go back, theirs do here too. What is held is bounded: a partition that is far ahead is held back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::record::OwnedRecord;

/// How many bytes all partitions together may hold.
const HELD: usize = 32 << 20;
/// How many a single one may hold in any case: enough for what comes at once.
const LEAST: usize = 256 << 10;

/// A partition: the topic's place in the reading, and its number.
pub type Lane = (usize, i32);

#[derive(Debug, Default)]
struct Queue {
    records: VecDeque<OwnedRecord>,
    bytes: usize,
    over: bool,
    held_back: bool,
}

/// Merges the records of some partitions.
#[derive(Debug, Default)]
pub struct Merge {
    queues: BTreeMap<Lane, Queue>,
    /// The timestamps of the first records, with their partitions.
    first: BTreeSet<(i64, Lane)>,
    /// How many partitions are neither over nor have a record.
    awaited: usize,
    share: usize,
}

impl Merge {
    /// Merges these partitions.
    #[must_use]
    pub fn new(lanes: impl Iterator<Item = Lane>) -> Self {
        let queues: BTreeMap<Lane, Queue> = lanes.map(|lane| (lane, Queue::default())).collect();
        let (awaited, share) = (queues.len(), (HELD / queues.len().max(1)).max(LEAST));
        Merge { queues, first: BTreeSet::new(), awaited, share }
    }

    /// Takes the next record of a partition.
    pub fn push(&mut self, lane: Lane, record: OwnedRecord) {
        let Some(queue) = self.queues.get_mut(&lane) else { return };
        if queue.records.is_empty() {
            self.first.insert((record.timestamp(), lane));
            self.awaited = self.awaited.saturating_sub(usize::from(!queue.over));
        }
        queue.bytes += record.size();
        queue.records.push_back(record);
    }

    /// Heeds that a partition has no more.
    pub fn end(&mut self, lane: Lane) {
        let Some(queue) = self.queues.get_mut(&lane) else { return };
        if !std::mem::replace(&mut queue.over, true) && queue.records.is_empty() {
            self.awaited = self.awaited.saturating_sub(1);
        }
    }

    /// Lets go what is held of a partition of which no more is wanted.
    pub fn forget(&mut self, lane: Lane) {
        self.end(lane);
        if let Some(queue) = self.queues.get_mut(&lane) {
            if let Some(record) = queue.records.front() {
                self.first.remove(&(record.timestamp(), lane));
            }
            queue.records.clear();
            queue.bytes = 0;
        }
    }

    /// The next record of all; none where it is not known yet, or nothing is left.
    pub fn pop(&mut self) -> Option<(Lane, OwnedRecord)> {
        if self.awaited > 0 {
            return None;
        }
        let (_, lane) = self.first.pop_first()?;
        let queue = self.queues.get_mut(&lane)?;
        let record = queue.records.pop_front()?;
        queue.bytes = queue.bytes.saturating_sub(record.size());
        match queue.records.front() {
            Some(next) => drop(self.first.insert((next.timestamp(), lane))),
            None => self.awaited += usize::from(!queue.over),
        }
        Some((lane, record))
    }

    /// Partitions to hold back (true) or to go on with (false), since this was last asked.
    pub fn changes(&mut self) -> Vec<(Lane, bool)> {
        let mut changes = Vec::new();
        for (lane, queue) in &mut self.queues {
            let full = queue.bytes > self.share;
            let low = queue.bytes < self.share / 2;
            if (full && !queue.held_back) || (low && queue.held_back) {
                queue.held_back = full;
                if !queue.over {
                    changes.push((*lane, full));
                }
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Record, TimestampType};

    fn record(partition: i32, offset: i64, timestamp: i64, size: usize) -> OwnedRecord {
        let value = vec![0; size];
        let timestamp_type = TimestampType::Create;
        let (topic, key, value, headers) = ("t", None, Some(value.as_slice()), &[] as &[_]);
        OwnedRecord::of(&Record { topic, partition, offset, timestamp, timestamp_type, key, value, headers })
    }

    fn popped(merge: &mut Merge) -> Vec<(i32, i64)> {
        std::iter::from_fn(|| merge.pop()).map(|(_, it)| it.with(|it| (it.partition, it.offset))).collect()
    }

    #[test]
    fn the_least_timestamp_comes_first_as_soon_as_it_is_known() {
        let mut merge = Merge::new([(0, 0), (0, 1)].into_iter());
        merge.push((0, 0), record(0, 0, 10, 1));
        merge.push((0, 0), record(0, 1, 5, 1));
        // Of partition 1 something older may come.
        assert_eq!(popped(&mut merge), []);
        merge.push((0, 1), record(1, 0, 7, 1));
        assert_eq!(popped(&mut merge), [(1, 0)]);
        merge.push((0, 1), record(1, 1, 20, 1));
        // The order within a partition stays, though its timestamps go back.
        assert_eq!(popped(&mut merge), [(0, 0), (0, 1)]);
        merge.end((0, 0));
        assert_eq!(popped(&mut merge), [(1, 1)]);
        merge.end((0, 1));
        assert_eq!(popped(&mut merge), []);
    }

    #[test]
    fn a_partition_that_is_far_ahead_is_held_back_until_it_is_low() {
        let mut merge = Merge::new((0..200).map(|partition| (0, partition)));
        for offset in 0..3 {
            merge.push((0, 0), record(0, offset, offset, LEAST / 2));
        }
        assert_eq!(merge.changes(), [((0, 0), true)]);
        assert_eq!(merge.changes(), []);
        for partition in 1..200 {
            merge.end((0, partition));
        }
        assert_eq!(popped(&mut merge).len(), 3);
        assert_eq!(merge.changes(), [((0, 0), false)]);
    }

    #[test]
    fn what_is_not_wanted_any_more_holds_nobody_up() {
        let mut merge = Merge::new([(0, 0), (0, 1)].into_iter());
        merge.push((0, 0), record(0, 0, 1, 1));
        merge.push((0, 1), record(1, 0, 2, 1));
        merge.forget((0, 0));
        assert_eq!(popped(&mut merge), [(1, 0)]);
        merge.push((7, 7), record(7, 7, 7, 7));
        merge.end((0, 0));
        merge.end((0, 1));
        assert_eq!(popped(&mut merge), []);
    }
}
