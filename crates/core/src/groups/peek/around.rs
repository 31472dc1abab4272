//! The records around a place in a log: the last ones before it and the first ones from it on.
//!
//! Records are wanted and offsets are known: markers of transactions, aborted records and compaction leave gaps. So the
//! log before the place is read in steps that grow, each ending where the last one began, until there are enough records
//! or it has been looked far enough.

use std::collections::VecDeque;

use serde::Serialize;

use crate::position::Span;

/// How many offsets from the place are looked at, in each direction.
pub const FARTHEST: i64 = 100_000;

/// The offsets of the first step.
const FIRST_STEP: i64 = 64;

/// By what a step is longer than the one before it.
const GROWTH: i64 = 8;

/// On which side of a place a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before it: it was read.
    Before,
    /// At it or behind: it will be read.
    After,
}

/// A committed offset and the log around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The offset.
    pub offset: i64,
    /// The oldest offset there is.
    pub log_start: i64,
    /// Behind the newest offset that may be read.
    pub end: i64,
}

impl Place {
    /// The offset, or the end of the log that is nearest to it.
    fn nearest(&self) -> i64 {
        self.offset.clamp(self.log_start, self.end.max(self.log_start))
    }
}

/// What a record changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken<T> {
    /// True where more of this step is wanted.
    pub more: bool,
    /// A record that is not wanted any more, since later ones before the place were found.
    pub dropped: Option<T>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// The records in the order of their offsets.
    pub records: Vec<(Side, T)>,
    /// The first offset that was looked at; the place or an end of the log where none was.
    pub from: i64,
    /// Behind the last offset that was looked at, unless enough records were found before.
    pub until: i64,
}

impl<T> Found<T> {
    /// How many records stand on a side.
    #[must_use]
    pub fn count(&self, side: Side) -> usize {
        self.records.iter().filter(|(of, _)| *of == side).count()
    }

    /// The same with other records.
    #[must_use]
    pub fn map<U>(self, mut change: impl FnMut(T) -> Option<U>) -> Found<U> {
        let records = self.records.into_iter().filter_map(|(side, record)| Some((side, change(record)?)));
        Found { records: records.collect(), from: self.from, until: self.until }
    }
}

/// Gathers the records around one place.
#[derive(Debug, Clone)]
pub struct Around<T> {
    place: Place,
    most: usize,
    /// The first offset that was looked at.
    from: i64,
    /// Behind the last one.
    until: i64,
    /// How far before the place the next step begins.
    step: i64,
    begun: bool,
    /// What this step found before the place.
    found: VecDeque<T>,
    /// What the steps before it found there: later records.
    before: VecDeque<T>,
    after: Vec<T>,
}

impl<T> Around<T> {
    /// Wants so many records on each side.
    #[must_use]
    pub fn new(place: Place, most: usize) -> Around<T> {
        let step = i64::try_from(most).unwrap_or(FARTHEST).saturating_mul(2).clamp(FIRST_STEP, FARTHEST);
        let middle = place.nearest();
        let until = middle.saturating_add(FARTHEST).min(place.end).max(middle);
        let (found, before, after) = (VecDeque::new(), VecDeque::new(), Vec::new());
        Around { place, most, from: middle, until, step, begun: false, found, before, after }
    }

    /// The offsets of the next step; none where nothing is left to be looked at. Settles what the last step found.
    pub fn step(&mut self) -> Option<Span> {
        while let Some(record) = self.found.pop_back() {
            self.before.push_front(record);
        }
        let middle = self.place.nearest();
        let earliest = self.place.log_start.max(middle.saturating_sub(FARTHEST));
        let until = if self.begun { self.from } else { self.until };
        if self.before.len() < self.most {
            self.from = middle.saturating_sub(self.step).max(earliest);
        }
        self.begun = true;
        self.step = self.step.saturating_mul(GROWTH).min(FARTHEST);
        let span = Span { from: self.from, until: Some(until) };
        (!span.is_empty()).then_some(span)
    }

    /// Takes a record of a step; those of a step come in the order of their offsets.
    pub fn take(&mut self, offset: i64, record: T) -> Taken<T> {
        if offset >= self.place.offset {
            self.after.push(record);
            return Taken { more: self.after.len() < self.most, dropped: None };
        }
        self.found.push_back(record);
        let wanted = self.most.saturating_sub(self.before.len());
        let dropped = if self.found.len() > wanted { self.found.pop_front() } else { None };
        Taken { more: true, dropped }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Found<T> {
        let before = self.found.into_iter().chain(self.before).map(|record| (Side::Before, record));
        let after = self.after.into_iter().map(|record| (Side::After, record));
        Found { records: before.chain(after).collect(), from: self.from, until: self.until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks around a place in a log whose records have these offsets. Gives what was found and how many steps it took.
    fn look(place: Place, most: usize, log: &[i64]) -> (Found<i64>, usize) {
        let mut around = Around::new(place, most);
        let mut steps = 0;
        while let Some(span) = around.step() {
            steps += 1;
            assert!(span.from >= place.log_start && span.until.is_some_and(|until| until <= place.end));
            for offset in log.iter().filter(|at| **at >= span.from && Some(**at) < span.until) {
                if !around.take(*offset, *offset).more {
                    break;
                }
            }
        }
        (around.finish(), steps)
    }

    fn of(found: &Found<i64>, side: Side) -> Vec<i64> {
        found.records.iter().filter(|(of, _)| *of == side).map(|(_, offset)| *offset).collect()
    }

    #[test]
    fn the_records_next_to_the_place_are_found_on_both_sides() {
        let log: Vec<i64> = (10..50).collect();
        let place = |offset| Place { offset, log_start: 10, end: 50 };
        let rows: [(i64, &[i64], &[i64]); 8] = [
            (30, &[28, 29], &[30, 31]),
            (50, &[48, 49], &[]),
            (49, &[47, 48], &[49]),
            (10, &[], &[10, 11]),
            (11, &[10], &[11, 12]),
            // Below the log start, and ahead of the end.
            (3, &[], &[10, 11]),
            (70, &[48, 49], &[]),
            (i64::MAX, &[48, 49], &[]),
        ];
        for (offset, before, after) in rows {
            let (found, _) = look(place(offset), 2, &log);
            assert_eq!(
                (of(&found, Side::Before).as_slice(), of(&found, Side::After).as_slice()),
                (before, after)
            );
        }
        let (found, steps) = look(Place { offset: 0, log_start: 0, end: 0 }, 2, &[]);
        assert_eq!((found.records.len(), steps), (0, 0), "an empty log is not read");
    }

    #[test]
    fn gaps_are_passed_over_in_steps_that_grow_and_read_nothing_twice() {
        let log = [0, 3, 100, 5_000, 5_001, 9_999, 10_050];
        let place = Place { offset: 10_000, log_start: 0, end: 10_051 };
        let (found, steps) = look(place, 4, &log);
        assert_eq!(of(&found, Side::Before), [100, 5_000, 5_001, 9_999]);
        assert_eq!(of(&found, Side::After), [10_050]);
        assert_eq!((found.from, found.until, steps), (0, 10_051, 4));
        let (found, steps) = look(place, 1, &log);
        assert_eq!((of(&found, Side::Before), steps), (vec![9_999], 1));
    }

    #[test]
    fn it_is_looked_no_further_than_so_far() {
        let place = Place { offset: 1_000_000, log_start: 0, end: 2_000_000 };
        let (found, steps) = look(place, 3, &[899_999, 1_100_000]);
        assert_eq!((found.records.len(), found.from, found.until, steps), (0, 900_000, 1_100_000, 5));
        let (found, _) = look(place, 1_000, &(999_000..1_001_500).collect::<Vec<_>>());
        assert_eq!((found.count(Side::Before), found.count(Side::After)), (1_000, 1_000));
    }

    #[test]
    fn no_more_records_are_held_than_are_wanted() {
        let mut around = Around::new(Place { offset: 100, log_start: 0, end: 200 }, 2);
        around.step();
        let dropped: Vec<Option<i64>> = (0..5).map(|offset| around.take(offset, offset).dropped).collect();
        assert_eq!(dropped, [None, None, Some(0), Some(1), Some(2)]);
    }
}
