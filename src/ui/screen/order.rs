//! In which order rows stand.

use std::cmp::Ordering;

use eventctl_core::lag::report::{GroupLag, PartitionLag};

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum By {
    /// Lag in records, the greatest first.
    #[default]
    Lag,
    /// Lag in time, the greatest first.
    TimeLag,
    /// Names, from A on.
    Name,
    /// States, the gravest first.
    State,
    /// Commit rates, the fastest first.
    Rate,
}

impl By {
    /// The one that comes after it.
    pub(super) fn next(self) -> By {
        match self {
            By::Lag => By::TimeLag,
            By::TimeLag => By::Name,
            By::Name => By::State,
            By::State => By::Rate,
            By::Rate => By::Lag,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            By::Lag => "lag",
            By::TimeLag => "time lag",
            By::Name => "name",
            By::State => "state",
            By::Rate => "rate",
        }
    }
}

/// An order, or its reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sorting {
    /// What rows are sorted by.
    pub(super) by: By,
    /// True for the other way round.
    pub(super) reversed: bool,
}

impl Sorting {
    /// Compares groups; equal ones stand by name.
    pub(super) fn groups(self, one: &GroupLag, other: &GroupLag) -> Ordering {
        // Where a partition is not known, what is known is the least that it can be.
        let lag = |group: &GroupLag| group.lag.unwrap_or(group.known_lag);
        let order = match self.by {
            By::Lag => lag(other).cmp(&lag(one)),
            By::TimeLag => other.max_time_lag_ms.cmp(&one.max_time_lag_ms),
            By::Name => Ordering::Equal,
            By::State => other.state.cmp(&one.state),
            By::Rate => rate(other.commit_rate).total_cmp(&rate(one.commit_rate)),
        };
        self.turned(order, || one.group.cmp(&other.group))
    }

    /// Compares partitions; equal ones stand by topic and number.
    pub(super) fn partitions(self, one: &PartitionLag, other: &PartitionLag) -> Ordering {
        let order = match self.by {
            By::Lag => other.lag.cmp(&one.lag),
            By::TimeLag => other.time_lag_ms.cmp(&one.time_lag_ms),
            By::Name => Ordering::Equal,
            By::State => other.state.cmp(&one.state),
            By::Rate => rate(other.commit_rate).total_cmp(&rate(one.commit_rate)),
        };
        self.turned(order, || (&one.topic, one.partition).cmp(&(&other.topic, other.partition)))
    }

    fn turned(self, order: Ordering, names: impl FnOnce() -> Ordering) -> Ordering {
        let names = if order == Ordering::Equal { names() } else { order };
        // Of equal rows, names go from A on either way, unless it is names that are turned.
        let turns = self.reversed && (order != Ordering::Equal || self.by == By::Name);
        if turns { names.reverse() } else { names }
    }
}

/// A rate that is not known comes last.
fn rate(rate: Option<f64>) -> f64 {
    rate.unwrap_or(f64::NEG_INFINITY)
}
