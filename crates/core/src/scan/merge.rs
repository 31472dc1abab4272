//! Merging partitions by timestamp, within bounded memory.
//!
//! The record that comes next is the one with the least timestamp among the first ones of all partitions; it is known
//! only while every partition that is not over has one. The order within a partition is kept, so that where its own
//! timestamps go back, theirs do here too. What is held is bounded: a partition that is far ahead is held back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::record::OwnedRecord;

/// How many bytes all partitions together may hold, before those that are ahead are held back. To hold one back and to
/// go on with it costs a fetch, so it is done only where memory asks for it.
const HELD: usize = 24 << 20;

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
    /// The bytes of all.
    bytes: usize,
}

impl Merge {
    /// Merges these partitions.
    #[must_use]
    pub fn new(lanes: impl Iterator<Item = Lane>) -> Self {
        let queues: BTreeMap<Lane, Queue> = lanes.map(|lane| (lane, Queue::default())).collect();
        let awaited = queues.len();
        Merge { queues, first: BTreeSet::new(), awaited, bytes: 0 }
    }

    /// Takes the next record of a partition.
    pub fn push(&mut self, lane: Lane, record: OwnedRecord) {
        let Some(queue) = self.queues.get_mut(&lane) else { return };
        if queue.records.is_empty() {
            self.first.insert((record.timestamp(), lane));
            self.awaited = self.awaited.saturating_sub(usize::from(!queue.over));
        }
        queue.bytes += record.size();
        self.bytes += record.size();
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
            self.bytes = self.bytes.saturating_sub(std::mem::take(&mut queue.bytes));
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
        self.bytes = self.bytes.saturating_sub(record.size());
        match queue.records.front() {
            Some(next) => drop(self.first.insert((next.timestamp(), lane))),
            None => self.awaited += usize::from(!queue.over),
        }
        Some((lane, record))
    }

    /// Partitions to hold back (true) or to go on with (false), since this was last asked. Where too much is held, those
    /// are held back that have more than their share; one that has none never is.
    pub fn changes(&mut self) -> Vec<(Lane, bool)> {
        let share = HELD / self.queues.len().max(1);
        let (too_much, little) = (self.bytes > HELD, self.bytes < HELD / 2);
        let mut changes = Vec::new();
        for (lane, queue) in &mut self.queues {
            let hold_back = too_much && queue.bytes >= share;
            if (hold_back && !queue.held_back) || (little && queue.held_back) {
                queue.held_back = hold_back;
                if !queue.over {
                    changes.push((*lane, hold_back));
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
    fn a_partition_that_is_far_ahead_is_held_back_where_memory_asks_for_it() {
        let mut merge = Merge::new((0..200).map(|partition| (0, partition)));
        merge.push((0, 1), record(1, 0, 0, 10));
        for offset in 0..3 {
            assert_eq!(merge.changes(), []);
            merge.push((0, 0), record(0, offset, offset, HELD * 2 / 5));
        }
        assert_eq!(merge.changes(), [((0, 0), true)]);
        assert_eq!(merge.changes(), []);
        for partition in 1..200 {
            merge.end((0, partition));
        }
        assert_eq!(popped(&mut merge).len(), 4);
        assert_eq!(merge.changes(), [((0, 0), false)]);
        assert_eq!(merge.bytes, 0);
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
