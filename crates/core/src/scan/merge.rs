//! Merging partitions by timestamp: whose record comes next.
//!
//! It is the one with the least timestamp among the first ones of all partitions, which is known only while every
//! partition that is not over has one at hand. The order within a partition is kept, so that where its own timestamps
//! go back, theirs do here too. No record is held here: the caller takes from the partition that is lacking and from no
//! other, so that one which is far ahead in time waits where its records are.

use std::collections::BTreeSet;

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The first record of this partition comes next; then say what follows it there.
    Show(usize),
    /// Nothing is known before this partition's next record is.
    Await(usize),
    /// Every partition is over.
    Over,
}

/// What is known of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Lacking,
    At(i64),
    Over,
}

/// Merges partitions, which it knows by numbers from 0 on.
#[derive(Debug, Default)]
pub struct Merge {
    heads: Vec<Head>,
    /// The timestamps of the first records, with their partitions.
    first: BTreeSet<(i64, usize)>,
    lacking: BTreeSet<usize>,
}

impl Merge {
    /// Merges so many partitions, of each of which nothing is at hand.
    #[must_use]
    pub fn new(partitions: usize) -> Self {
        let heads = vec![Head::Lacking; partitions];
        Merge { heads, first: BTreeSet::new(), lacking: (0..partitions).collect() }
    }

    /// Heeds the timestamp of the record that is now the first one of a partition.
    pub fn offer(&mut self, partition: usize, timestamp: i64) {
        self.set(partition, Head::At(timestamp));
    }

    /// Heeds that nothing of a partition is at hand, and more may come.
    pub fn lack(&mut self, partition: usize) {
        self.set(partition, Head::Lacking);
    }

    /// Heeds that nothing more of a partition is wanted, or comes.
    pub fn end(&mut self, partition: usize) {
        self.set(partition, Head::Over);
    }

    /// What comes next.
    #[must_use]
    pub fn turn(&self) -> Turn {
        if let Some(partition) = self.lacking.first() {
            return Turn::Await(*partition);
        }
        self.first.first().map_or(Turn::Over, |(_, partition)| Turn::Show(*partition))
    }

    fn set(&mut self, partition: usize, head: Head) {
        let Some(known) = self.heads.get_mut(partition) else { return };
        match *known {
            Head::Over => return,
            Head::Lacking => drop(self.lacking.remove(&partition)),
            Head::At(timestamp) => drop(self.first.remove(&(timestamp, partition))),
        }
        *known = head;
        match head {
            Head::Over => {}
            Head::Lacking => drop(self.lacking.insert(partition)),
            Head::At(timestamp) => drop(self.first.insert((timestamp, partition))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merges lists of timestamps as a caller does that takes so many at once; returns what was shown, and the most
    /// that was at hand.
    fn merged(lists: &[&[i64]], at_once: usize) -> (Vec<(usize, i64)>, usize) {
        let mut rest: Vec<&[i64]> = lists.to_vec();
        let mut at_hand: Vec<&[i64]> = vec![&[]; lists.len()];
        let (mut merge, mut shown, mut most) = (Merge::new(lists.len()), Vec::new(), 0);
        loop {
            let partition = match merge.turn() {
                Turn::Over => return (shown, most),
                Turn::Show(partition) => {
                    let (first, others) = at_hand[partition].split_first().expect("a record");
                    shown.push((partition, *first));
                    at_hand[partition] = others;
                    partition
                }
                Turn::Await(partition) => {
                    assert!(at_hand[partition].is_empty(), "nothing is asked for that is at hand");
                    let (taken, left) = rest[partition].split_at(at_once.min(rest[partition].len()));
                    (at_hand[partition], rest[partition]) = (taken, left);
                    most = most.max(at_hand.iter().map(|list| list.len()).sum());
                    if taken.is_empty() {
                        merge.end(partition);
                        continue;
                    }
                    partition
                }
            };
            match at_hand[partition].first() {
                Some(timestamp) => merge.offer(partition, *timestamp),
                None => merge.lack(partition),
            }
        }
    }

    #[test]
    fn records_come_by_their_timestamps_and_each_partition_keeps_its_order() {
        let lists: [&[i64]; 4] = [&[10, 5, 30], &[7, 20], &[], &[5, 5, 40]];
        let expected = [(3, 5), (3, 5), (1, 7), (0, 10), (0, 5), (1, 20), (0, 30), (3, 40)];
        for at_once in [1, 2, 100] {
            assert_eq!(merged(&lists, at_once).0, expected, "{at_once} at once");
        }
    }

    #[test]
    fn of_a_partition_that_is_ahead_no_more_than_one_take_is_at_hand() {
        let lists: Vec<Vec<i64>> = (0..5).map(|list| (list * 1_000..(list + 1) * 1_000).collect()).collect();
        let lists: Vec<&[i64]> = lists.iter().map(Vec::as_slice).collect();
        let (shown, most) = merged(&lists, 10);
        assert!(shown.iter().map(|(_, timestamp)| *timestamp).eq(0..5_000));
        assert_eq!(most, 50);
    }

    #[test]
    fn what_is_over_stays_over_and_holds_nobody_up() {
        let mut merge = Merge::new(2);
        assert_eq!(merge.turn(), Turn::Await(0));
        merge.offer(0, 1);
        assert_eq!(merge.turn(), Turn::Await(1));
        merge.offer(1, 2);
        assert_eq!(merge.turn(), Turn::Show(0));
        merge.end(0);
        assert_eq!(merge.turn(), Turn::Show(1));
        merge.lack(0);
        merge.offer(0, 0);
        assert_eq!(merge.turn(), Turn::Show(1));
        merge.lack(1);
        assert_eq!(merge.turn(), Turn::Await(1));
        merge.end(1);
        merge.offer(7, 7);
        assert_eq!(merge.turn(), Turn::Over);
    }
}
