//! Whether the topic takes records of some time now.

use std::time::Instant;

use eventctl_core::produce::{Bounds, LineError};

/// The time as it goes on from a moment that was handed in.
pub(super) struct Clock {
    bounds: Bounds,
    start: i64,
    begun: Instant,
    /// The times that were taken when it was looked last.
    taken: (i64, i64),
    /// Records before this time are older than the brokers keep them.
    kept_from: Option<i64>,
    /// How many of those there were.
    pub(super) expired: u64,
}

impl Clock {
    pub(super) fn new(bounds: Bounds, now: i64) -> Clock {
        let kept_from = bounds.retention.map(|time| now.saturating_sub(time));
        let (begun, taken) = (Instant::now(), bounds.times(now));
        Clock { bounds, start: now, begun, taken, kept_from, expired: 0 }
    }

    /// Refuses a time that the topic does not take.
    pub(super) fn check(&mut self, stamp: Option<i64>) -> Result<(), LineError> {
        let Some(stamp) = stamp else { return Ok(()) };
        self.expired += u64::from(self.kept_from.is_some_and(|from| stamp < from));
        // What lies far enough back for a topic without a limit in the past does so later too; the clock is asked for
        // the others only.
        if self.taken.0 <= 0 && stamp <= self.taken.1 {
            return Ok(());
        }
        let passed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let now = self.start.saturating_add(passed);
        self.taken = self.bounds.times(now);
        self.bounds.check(stamp, now).map_err(LineError::of_bound)
    }
}
