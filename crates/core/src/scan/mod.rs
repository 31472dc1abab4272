//! The rule of a bounded reading: which records belong to it, and when it is over.
//!
//! A reading ends by position and never by counting: offsets have gaps, where transactions left markers and compaction
//! took records. A partition is done when a record at or behind its end was seen, or when the broker said that nothing
//! follows and its position has reached the end. What the broker calls the end before that is told apart: the log is
//! shorter than it was when the reading began.

pub mod merge;
mod report;
mod window;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use report::{PartitionEnd, PartitionScan, ScanCounts, ScanEnd};
pub use window::{Unread, Window, WindowInput, WindowPart, depth};

use crate::fault::Fault;
use crate::position::Span;

/// What is to be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It belongs to the reading.
    Take,
    /// It does not: it comes before the first or after the last one, or of a partition that is closed.
    PassOver,
}

/// One partition on its way.
#[derive(Debug, Clone)]
struct Track {
    span: Span,
    /// The offset that is read next.
    next: i64,
    state: State,
    taken: u64,
    /// The end that the broker last spoke of, where it lies before ours.
    short: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Open,
    Done,
    /// No more of it was wanted.
    Closed,
    Failed(Fault),
}

/// Follows the partitions of a reading.
#[derive(Debug, Clone, Default)]
pub struct Tracker {
    /// By topic, then by partition; the topics are those of the reading, by number.
    topics: Vec<Vec<Option<Track>>>,
    open: usize,
    finished: Vec<(usize, i32)>,
}

impl Tracker {
    /// Follows these ranges: of each topic by number, its partitions. Empty ranges are done already.
    #[must_use]
    pub fn new(topics: &[BTreeMap<i32, Span>]) -> Self {
        let mut tracker = Tracker::default();
        for spans in topics {
            let mut tracks: Vec<Option<Track>> = Vec::new();
            for (partition, span) in spans {
                let Ok(index) = usize::try_from(*partition) else { continue };
                if tracks.len() <= index {
                    tracks.resize(index + 1, None);
                }
                let state = if span.is_empty() { State::Done } else { State::Open };
                tracker.open += usize::from(state == State::Open);
                let track = Track { span: *span, next: span.from, state, taken: 0, short: None };
                if let Some(slot) = tracks.get_mut(index) {
                    *slot = Some(track);
                }
            }
            tracker.topics.push(tracks);
        }
        tracker
    }

    /// How many partitions are still being read.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open
    }

    /// The places where reading begins, of the partitions that have something to read: topic, partition, offset.
    pub fn starts(&self) -> impl Iterator<Item = (usize, i32, i64)> {
        self.tracks()
            .filter(|(_, _, track)| track.state == State::Open)
            .map(|(topic, partition, track)| (topic, partition, track.next))
    }

    /// Says whether a record belongs to the reading, and moves behind it. `finished` tells of partitions that are done
    /// with it.
    #[inline]
    pub fn record(&mut self, topic: usize, partition: i32, offset: i64) -> Verdict {
        let Some(track) = self.track(topic, partition) else { return Verdict::PassOver };
        if track.state != State::Open || offset < track.next {
            return Verdict::PassOver;
        }
        track.short = None;
        if track.span.until.is_some_and(|until| offset >= until) {
            track.next = track.span.until.unwrap_or(offset);
            self.close(topic, partition, State::Done);
            return Verdict::PassOver;
        }
        track.next = offset.saturating_add(1);
        track.taken += 1;
        if track.span.until == Some(track.next) {
            self.close(topic, partition, State::Done);
        }
        Verdict::Take
    }

    /// Heeds that the broker has nothing behind this offset now.
    pub fn end(&mut self, topic: usize, partition: i32, offset: i64) {
        let Some(track) = self.track(topic, partition) else { return };
        if track.state != State::Open {
            return;
        }
        // Markers and aborted records lie between the last record and the end.
        track.next = track.next.max(offset);
        match track.span.until {
            Some(until) if track.next >= until => {
                track.next = until;
                self.close(topic, partition, State::Done);
            }
            Some(_) => track.short = Some(offset),
            None => {}
        }
    }

    /// Ends a partition that can be read no further.
    pub fn fail(&mut self, topic: usize, partition: i32, fault: Fault) {
        self.close(topic, partition, State::Failed(fault));
    }

    /// Ends a partition of which no more is wanted.
    pub fn close_partition(&mut self, topic: usize, partition: i32) {
        self.close(topic, partition, State::Closed);
    }

    /// Partitions whose log is shorter than their range, as far as the brokers say now: topic, partition, the end they
    /// speak of and ours.
    pub fn short(&self) -> impl Iterator<Item = (usize, i32, i64, i64)> {
        self.tracks()
            .filter(|(_, _, track)| track.state == State::Open)
            .filter_map(|(topic, partition, track)| Some((topic, partition, track.short?, track.span.until?)))
    }

    /// The partitions that were finished since this was last asked: nothing of them need be read any more.
    pub fn finished(&mut self) -> std::vec::Drain<'_, (usize, i32)> {
        self.finished.drain(..)
    }

    /// How far every partition came, and why not further. `stopped` says why those ended that were still open.
    #[must_use]
    pub fn report(&self) -> Vec<PartitionScan> {
        let scan = |(topic, partition, track): (usize, i32, &Track)| PartitionScan {
            topic,
            partition,
            span: track.span,
            next: track.next,
            taken: track.taken,
            end: match &track.state {
                State::Open => PartitionEnd::Stopped,
                State::Done => PartitionEnd::Reached,
                State::Closed => PartitionEnd::Enough,
                State::Failed(fault) => PartitionEnd::Failed(fault.clone()),
            },
        };
        self.tracks().map(scan).collect()
    }

    /// How many offsets lie behind and before the reading, for a progress bar; none where it has no end.
    #[must_use]
    pub fn progress(&self) -> Option<(u64, u64)> {
        let mut sum = (0_u64, 0_u64);
        for (_, _, track) in self.tracks() {
            let all = track.span.offsets()?;
            let read = match track.state {
                State::Open => {
                    u64::try_from(track.next.saturating_sub(track.span.from)).unwrap_or(0).min(all)
                }
                _ => all,
            };
            sum = (sum.0.saturating_add(read), sum.1.saturating_add(all));
        }
        Some(sum)
    }

    fn tracks(&self) -> impl Iterator<Item = (usize, i32, &Track)> {
        self.topics.iter().enumerate().flat_map(|(topic, tracks)| {
            (0_i32..)
                .zip(tracks)
                .filter_map(move |(partition, track)| Some((topic, partition, track.as_ref()?)))
        })
    }

    fn track(&mut self, topic: usize, partition: i32) -> Option<&mut Track> {
        self.topics.get_mut(topic)?.get_mut(usize::try_from(partition).ok()?)?.as_mut()
    }

    fn close(&mut self, topic: usize, partition: i32, state: State) {
        let Some(track) = self.track(topic, partition) else { return };
        if track.state == State::Open {
            track.state = state;
            track.short = None;
            self.open = self.open.saturating_sub(1);
            self.finished.push((topic, partition));
        }
    }
}
