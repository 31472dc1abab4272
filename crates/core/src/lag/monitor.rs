//! Several samples of the same groups: rates, the time to catch up, and the states that only samples can show.
//!
//! The rules are Burrow's (linkedin/Burrow, `core/internal/evaluator/caching.go`), made for samples instead of commits:
//! Burrow reads every commit and knows one that repeats an offset; a sample knows only whether the offset has moved.
//! So "stopped" and "stalled", which Burrow tells apart by such commits, are told apart by the members: an offset that
//! stands still is stalled where somebody is there to move it, and stopped where nobody is.
//!
//! No state is told before the window is full: a monitor that has just begun knows no better than a single look.

use std::collections::{BTreeMap, VecDeque};

use super::report::{GroupLag, LagReport, PartitionLag};
use super::state::LagState;

/// How many samples a window has (Burrow's `intervals`).
pub const WINDOW: usize = 10;

/// Where a group stood in one partition at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sample {
    /// Milliseconds since 1970.
    at: i64,
    committed: i64,
    lag: i64,
}

/// The samples of one partition. Its end is known without any commit, and what is written there counts all the same.
#[derive(Debug, Default)]
struct PartitionWindow {
    samples: VecDeque<Sample>,
    /// Milliseconds since 1970, and the high watermark.
    ends: VecDeque<(i64, i64)>,
}

/// The samples of one group.
#[derive(Debug, Default)]
struct GroupWindow {
    partitions: BTreeMap<(String, i32), PartitionWindow>,
}

/// Keeps the last samples of all groups. A group that is not in a sample is forgotten.
#[derive(Debug, Default)]
pub struct Monitor {
    groups: BTreeMap<String, GroupWindow>,
}

impl Monitor {
    /// Takes a sample in, and adds to it what follows from those before: rates, times, states.
    ///
    /// A partition that could not be read keeps its samples; `at` is the time of the sample in milliseconds since 1970.
    pub fn take(&mut self, report: &mut LagReport, at: i64) {
        let mut groups = BTreeMap::new();
        for group in &mut report.groups {
            let mut window = self.groups.remove(&group.group).unwrap_or_default();
            window.take(group, at);
            groups.insert(group.group.clone(), window);
        }
        self.groups = groups;
    }
}

impl GroupWindow {
    fn take(&mut self, group: &mut GroupLag, at: i64) {
        let has_members = group.members.is_some_and(|members| members > 0);
        let mut partitions = BTreeMap::new();
        for row in &mut group.partitions {
            let key = (row.topic.clone(), row.partition);
            let mut window = self.partitions.remove(&key).unwrap_or_default();
            window.take(row, at, has_members);
            partitions.insert(key, window);
        }
        self.partitions = partitions;
        totals(group);
    }
}

impl PartitionWindow {
    fn take(&mut self, row: &mut PartitionLag, at: i64, has_members: bool) {
        if let Some(end) = row.high_watermark {
            row.produce_rate = rate(added(&mut self.ends, (at, end)), |end| *end);
        }
        if let (Some(committed), Some(_), Some(lag)) = (row.committed, row.high_watermark, row.lag) {
            let samples = added(&mut self.samples, Sample { at, committed, lag });
            row.commit_rate = rate(samples, |sample| (sample.at, sample.committed));
            if let (LagState::Lagging | LagState::NoMembers | LagState::Unassigned, Some(state)) =
                (row.state, state(samples, has_members))
            {
                row.state = state;
            }
        }
        row.catch_up_seconds = catch_up(row.lag, row.commit_rate, row.produce_rate);
    }
}

/// The window with something more in it.
fn added<T>(window: &mut VecDeque<T>, more: T) -> &[T] {
    window.push_back(more);
    if window.len() > WINDOW {
        window.pop_front();
    }
    window.make_contiguous()
}

/// How much an offset rises in a second, over the window. One that goes back has none: the topic was made anew, or the
/// offset was set by hand.
fn rate<T>(window: &[T], of: fn(&T) -> (i64, i64)) -> Option<f64> {
    let ((first, from), (last, to)) = (of(window.first()?), of(window.last()?));
    let milliseconds = last.saturating_sub(first);
    let backwards = |pair: &[T]| matches!(pair, [one, other] if of(other).1 < of(one).1);
    if milliseconds <= 0 || window.windows(2).any(backwards) {
        return None;
    }
    Some(to.checked_sub(from)? as f64 * 1_000.0 / milliseconds as f64)
}

/// Seconds until nothing is unread: 0 where that is so now, none where the group is no faster than the producers.
pub(super) fn catch_up(lag: Option<i64>, commit: Option<f64>, produce: Option<f64>) -> Option<f64> {
    let (lag, produce) = (lag?, produce?);
    if lag == 0 {
        return Some(0.0);
    }
    let gain = commit? - produce;
    (gain > 0.0).then(|| lag as f64 / gain)
}

/// The state that a full window shows; none where it shows nothing in particular.
fn state(samples: &[Sample], has_members: bool) -> Option<LagState> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return None };
    if samples.len() < WINDOW || last.lag == 0 {
        return None;
    }
    let standing = if has_members { LagState::Stalled } else { LagState::Stopped };
    let always_behind = samples.iter().all(|sample| sample.lag > 0);
    let moves = |pair: &&[Sample]| matches!(pair, [one, other] if one.committed != other.committed);
    let last_move = samples.windows(2).filter(moves).filter_map(|pair| pair.last()).next_back();
    // Burrow's first rule: it has been silent for longer than it was seen to be at work.
    let since = last_move.map_or(first.at, |sample| sample.at);
    let (silent, active) = (last.at.saturating_sub(since), since.saturating_sub(first.at));
    if always_behind && silent > active {
        return Some(standing);
    }
    if has_rewound(samples) {
        return Some(LagState::Rewound);
    }
    if !always_behind {
        return None;
    }
    let grows = |pair: &[Sample]| matches!(pair, [one, other] if other.lag >= one.lag);
    samples.windows(2).all(grows).then_some(LagState::NotCatchingUp)
}

/// True where an offset went back and has not been regained.
fn has_rewound(samples: &[Sample]) -> bool {
    let Some(last) = samples.last() else { return false };
    samples.windows(2).any(|pair| match pair {
        [one, other] => other.committed < one.committed && last.committed < one.committed,
        _ => false,
    })
}

/// How much is read in a second. Where nothing was ever committed nothing is read.
pub(super) fn commit_rate<'a>(rows: impl Iterator<Item = &'a PartitionLag>) -> Option<f64> {
    whole(rows.filter(|row| row.committed.is_some()).map(|row| row.commit_rate))
}

/// How much is written in a second, also where the group has not committed yet: it has to read that too.
pub(super) fn produce_rate<'a>(rows: impl Iterator<Item = &'a PartitionLag>) -> Option<f64> {
    whole(rows.map(|row| row.produce_rate))
}

/// The sum of rates. One of which a part is missing is not told: it would pass for the whole.
fn whole(rates: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let rates: Vec<f64> = rates.collect::<Option<_>>()?;
    (!rates.is_empty()).then(|| rates.iter().sum())
}

/// The group's sums.
fn totals(group: &mut GroupLag) {
    let rows = &group.partitions;
    group.commit_rate = commit_rate(rows.iter());
    group.produce_rate = produce_rate(rows.iter());
    let slowest = |slowest: Option<f64>, row: &PartitionLag| match row.lag {
        Some(0) => slowest,
        _ => Some(slowest?.max(row.catch_up_seconds?)),
    };
    // A group that is not there catches up with nothing, though the catalog may count no lag of it.
    let is_told = group.produce_rate.is_some() && group.state != LagState::Missing;
    group.catch_up_seconds = rows.iter().fold(Some(0.0), slowest).filter(|_| is_told);
    let worst = rows.iter().map(|row| row.state).max();
    group.state = worst.map_or(group.state, |worst| group.state.max(worst));
}

#[cfg(test)]
mod tests {
    use super::super::alert;
    use super::*;

    fn samples(offsets: &[(i64, i64)]) -> Vec<Sample> {
        let sample = |(place, (committed, high_watermark)): (usize, &(i64, i64))| Sample {
            at: place as i64 * 10_000,
            committed: *committed,
            lag: high_watermark - committed,
        };
        offsets.iter().enumerate().map(sample).collect()
    }

    #[test]
    fn a_window_shows_burrows_states() {
        let rising = |from: i64, step: i64| (0..10).map(move |n| from + n * step);
        let pairs = |one: Vec<i64>, other: Vec<i64>| one.into_iter().zip(other).collect::<Vec<_>>();
        let ends: Vec<i64> = rising(1_000, 10).collect();
        type Row = (&'static str, Vec<(i64, i64)>, bool, Option<LagState>);
        let rows: Vec<Row> = vec![
            ("keeps up", pairs(rising(990, 10).collect(), ends.clone()), true, Some(LagState::NotCatchingUp)),
            ("catches up", pairs(rising(500, 30).collect(), ends.clone()), true, None),
            ("at the end", pairs(ends.clone(), ends.clone()), true, None),
            ("stands still", pairs(vec![900; 10], ends.clone()), true, Some(LagState::Stalled)),
            ("nobody there", pairs(vec![900; 10], ends.clone()), false, Some(LagState::Stopped)),
            (
                "stopped early",
                pairs(vec![800, 850, 900, 900, 900, 900, 900, 900, 900, 900], ends.clone()),
                false,
                Some(LagState::Stopped),
            ),
            (
                "silent a little longer than at work",
                pairs(vec![800, 820, 840, 860, 880, 880, 880, 880, 880, 880], ends.clone()),
                true,
                Some(LagState::Stalled),
            ),
            (
                "at work a little longer than silent",
                pairs(vec![800, 805, 810, 815, 820, 825, 825, 825, 825, 825], ends.clone()),
                true,
                Some(LagState::NotCatchingUp),
            ),
            (
                "pauses",
                pairs(vec![800, 810, 820, 830, 840, 850, 860, 870, 870, 870], ends.clone()),
                true,
                Some(LagState::NotCatchingUp),
            ),
            (
                "was at the head in the window",
                pairs(
                    vec![1_000; 10],
                    vec![1_000, 1_000, 1_001, 1_001, 1_001, 1_001, 1_001, 1_001, 1_001, 1_001],
                ),
                true,
                None,
            ),
            (
                "rewound",
                pairs(vec![900, 910, 920, 300, 310, 320, 330, 340, 350, 360], ends.clone()),
                true,
                Some(LagState::Rewound),
            ),
            (
                "rewound and regained",
                pairs(vec![900, 910, 880, 890, 920, 940, 960, 980, 1_000, 1_020], ends.clone()),
                true,
                None,
            ),
            (
                "rewound and just regained",
                pairs(vec![880, 900, 920, 860, 870, 880, 890, 900, 910, 920], ends.clone()),
                true,
                None,
            ),
            ("not full", pairs(vec![900; 9], ends[..9].to_vec()), true, None),
        ];
        for (name, offsets, members, expected) in rows {
            assert_eq!(state(&samples(&offsets), members), expected, "{name}");
        }
    }

    #[test]
    fn an_offset_that_was_set_back_gives_no_rate() {
        type Row = (&'static [(i64, i64)], Option<f64>, Option<f64>);
        let rows: [Row; 5] = [
            (&[(0, 50)], None, None),
            (&[(0, 50), (20, 60)], Some(2.0), Some(1.0)),
            (&[(10, 50), (30, 50), (20, 50)], None, Some(0.0)),
            (&[(30, 50), (0, 50), (40, 50)], None, Some(0.0)),
            // The topic was made anew.
            (&[(0, 50), (0, 5)], Some(0.0), None),
        ];
        for (offsets, commit, produce) in rows {
            let mut window = PartitionWindow::default();
            let mut row = PartitionLag::new("t", 0);
            for (place, (committed, end)) in offsets.iter().enumerate() {
                row = PartitionLag { committed: Some(*committed), ..unread(place as i32, *end) };
                window.take(&mut row, place as i64 * 10_000, true);
            }
            assert_eq!((row.commit_rate, row.produce_rate), (commit, produce), "{offsets:?}");
        }
    }

    fn unread(partition: i32, end: i64) -> PartitionLag {
        PartitionLag { high_watermark: Some(end), ..alert::tests::partition("t", partition, Some(1)) }
    }

    /// A group in partition 0, which it reads, and in one more of this kind, after two samples.
    fn with(other: fn(end: i64) -> PartitionLag) -> GroupLag {
        let mut monitor = Monitor::default();
        let mut sampled = |at: i64, committed: i64, end: i64| {
            let read = PartitionLag { committed: Some(committed), ..unread(0, end) };
            let mut report = alert::tests::report(vec![alert::tests::group("g", vec![read, other(end)])]);
            monitor.take(&mut report, at);
            report.groups.remove(0)
        };
        sampled(0, 0, 1_000);
        sampled(10_000, 300, 1_100)
    }

    #[test]
    fn what_is_written_counts_in_every_partition_that_has_an_end() {
        let committed = |end| PartitionLag { committed: Some(0), ..unread(1, end) };
        let not_committed = |end| PartitionLag { lag: None, ..unread(1, end) };
        let from_the_start = |end| unread(1, end);
        let empty = |_| PartitionLag { lag: Some(0), ..unread(1, 0) };
        let no_end = |_| PartitionLag { lag: None, high_watermark: None, ..unread(1, 0) };
        // Kind, written in the other partition, read and written in all, when the group catches up.
        type Row = (&'static str, fn(i64) -> PartitionLag, Option<f64>, Option<f64>, Option<f64>);
        let rows: [Row; 5] = [
            ("committed", committed, Some(10.0), Some(20.0), None),
            ("without a commit", not_committed, Some(10.0), Some(20.0), None),
            ("without a commit, counted from the start", from_the_start, Some(10.0), Some(20.0), None),
            ("empty", empty, Some(0.0), Some(10.0), Some(0.05)),
            ("without an end", no_end, None, None, None),
        ];
        for (name, other, written, of_group, catch_up) in rows {
            let group = with(other);
            assert_eq!(group.partitions[1].produce_rate, written, "{name}");
            assert_eq!((group.commit_rate, group.produce_rate), (Some(30.0), of_group), "{name}");
            assert_eq!(group.catch_up_seconds, catch_up, "{name}");
        }
    }

    #[test]
    fn the_time_to_catch_up_needs_a_gain() {
        let rows = [
            (Some(0), Some(1.0), Some(9.0), Some(0.0)),
            (Some(0), None, Some(9.0), Some(0.0)),
            (Some(0), None, None, None),
            (Some(100), Some(30.0), Some(10.0), Some(5.0)),
            (Some(100), Some(10.0), Some(10.0), None),
            (Some(100), None, Some(10.0), None),
            (None, Some(30.0), Some(10.0), None),
        ];
        for (lag, commit, produce, expected) in rows {
            assert_eq!(catch_up(lag, commit, produce), expected, "{lag:?} {commit:?} {produce:?}");
        }
    }
}
