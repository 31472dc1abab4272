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

/// One partition at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sample {
    /// Milliseconds since 1970.
    at: i64,
    committed: i64,
    high_watermark: i64,
    lag: i64,
}

/// The samples of one group.
#[derive(Debug, Default)]
struct GroupWindow {
    partitions: BTreeMap<(String, i32), VecDeque<Sample>>,
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
            let mut samples = self.partitions.remove(&key).unwrap_or_default();
            if let (Some(committed), Some(high_watermark), Some(lag)) =
                (row.committed, row.high_watermark, row.lag)
            {
                samples.push_back(Sample { at, committed, high_watermark, lag });
                if samples.len() > WINDOW {
                    samples.pop_front();
                }
                let samples = samples.make_contiguous();
                rates(row, samples);
                if let (LagState::Lagging | LagState::NoMembers | LagState::Unassigned, Some(state)) =
                    (row.state, state(samples, has_members))
                {
                    row.state = state;
                }
            }
            partitions.insert(key, samples);
        }
        self.partitions = partitions;
        totals(group);
    }
}

/// The rates over the window. A topic that was made anew, or an offset that was set by hand, gives no rate.
fn rates(row: &mut PartitionLag, samples: &[Sample]) {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return };
    let milliseconds = last.at.saturating_sub(first.at);
    if milliseconds <= 0 {
        return;
    }
    let rate = |from: i64, to: i64| {
        let moved = to.checked_sub(from).filter(|moved| *moved >= 0)?;
        Some(moved as f64 * 1_000.0 / milliseconds as f64)
    };
    let backwards = samples.windows(2).any(|pair| match pair {
        [one, other] => other.committed < one.committed,
        _ => false,
    });
    row.commit_rate = if backwards { None } else { rate(first.committed, last.committed) };
    row.produce_rate = rate(first.high_watermark, last.high_watermark);
    row.catch_up_seconds = catch_up(row.lag, row.commit_rate, row.produce_rate);
}

/// Seconds until nothing is unread: 0 where that is so now, none where the group is no faster than the producers.
fn catch_up(lag: Option<i64>, commit: Option<f64>, produce: Option<f64>) -> Option<f64> {
    let (lag, gain) = (lag?, commit? - produce?);
    if lag == 0 {
        return Some(0.0);
    }
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

/// The group's sums. A rate of which a part is missing is not told: it would pass for the whole.
fn totals(group: &mut GroupLag) {
    let rows = &group.partitions;
    let sum = |rate: fn(&PartitionLag) -> Option<f64>| {
        let known: Option<Vec<f64>> = rows.iter().filter(|row| row.committed.is_some()).map(rate).collect();
        known.filter(|known| !known.is_empty()).map(|known| known.iter().sum::<f64>())
    };
    group.commit_rate = sum(|row| row.commit_rate);
    group.produce_rate = sum(|row| row.produce_rate);
    let slowest = |slowest: Option<f64>, row: &PartitionLag| match row.lag {
        Some(0) => slowest,
        _ => Some(slowest?.max(row.catch_up_seconds?)),
    };
    group.catch_up_seconds = rows.iter().fold(Some(0.0), slowest).filter(|_| group.commit_rate.is_some());
    let worst = rows.iter().map(|row| row.state).max();
    group.state = worst.map_or(group.state, |worst| group.state.max(worst));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(offsets: &[(i64, i64)]) -> Vec<Sample> {
        let sample = |(place, (committed, high_watermark)): (usize, &(i64, i64))| Sample {
            at: place as i64 * 10_000,
            committed: *committed,
            high_watermark: *high_watermark,
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
            let mut row = PartitionLag::new("t", 0);
            rates(&mut row, &samples(offsets));
            assert_eq!((row.commit_rate, row.produce_rate), (commit, produce), "{offsets:?}");
        }
    }

    #[test]
    fn the_time_to_catch_up_needs_a_gain() {
        let rows = [
            (Some(0), Some(1.0), Some(9.0), Some(0.0)),
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
