//! A rate that is not exceeded.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};

/// How much of a second may come at once: less is more even, and wakes more often than a machine sleeps well.
const BURSTS_A_SECOND: u32 = 50;

/// Lets so many records a second pass.
#[derive(Debug)]
pub(super) struct Pace {
    limiter: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl Pace {
    pub(super) fn new(rate: NonZeroU32) -> Pace {
        // By default a whole second's worth comes at once, so that the first second has twice as many.
        let burst = NonZeroU32::new(rate.get() / BURSTS_A_SECOND).unwrap_or(NonZeroU32::MIN);
        let limiter = DefaultDirectRateLimiter::direct(Quota::per_second(rate).allow_burst(burst));
        Pace { limiter, clock: DefaultClock::default() }
    }

    /// How long the next record has to wait; zero lets it pass.
    pub(super) fn wait(&self) -> Duration {
        match self.limiter.check() {
            Ok(()) => Duration::ZERO,
            Err(until) => until.wait_time_from(self.clock.now()).max(Duration::from_micros(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn the_first_second_has_no_more_than_any_other() {
        let begun = Instant::now();
        let pace = Pace::new(NonZeroU32::new(2_000).unwrap());
        let mut passed = 0;
        while begun.elapsed() < Duration::from_millis(300) {
            if pace.wait().is_zero() {
                passed += 1;
            }
        }
        let allowed = 2_000.0 * begun.elapsed().as_secs_f64() + 2_000.0 / f64::from(BURSTS_A_SECOND) + 1.0;
        assert!(f64::from(passed) <= allowed, "{passed} of {allowed}");
        assert!(passed > 200, "{passed}");
    }
}
