//! Samples of lag again and again, on a task of its own: whoever looks at them is never waited for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eventctl_core::lag::judge;
use eventctl_core::lag::monitor::Monitor;
use eventctl_core::lag::report::LagReport;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::lag::{LagRequest, Sampler};
use crate::failure::Failure;
use crate::stop::Stop;

/// Samples that wait to be looked at; what is not taken by then is not made.
const WAITING: usize = 2;

/// One sample, or why there is none.
#[derive(Debug)]
pub struct Sampled {
    /// Its number, from 1 on.
    pub number: u64,
    /// What was found out.
    pub report: Result<Arc<LagReport>, Failure>,
    /// How long it took.
    pub took: Duration,
}

/// Whoever takes samples and keeps what follows from several of them.
pub struct Watch {
    sampler: Sampler,
    request: LagRequest,
    monitor: Monitor,
    begun: Instant,
    now: fn() -> i64,
}

impl Watch {
    /// Samples of what is asked; `now` tells the time in milliseconds since 1970.
    #[must_use]
    pub fn new(sampler: Sampler, request: LagRequest, now: fn() -> i64) -> Watch {
        Watch { sampler, request, monitor: Monitor::default(), begun: Instant::now(), now }
    }

    /// Takes a sample.
    ///
    /// # Errors
    /// `Cluster` where no broker answers at all.
    pub async fn sample(&mut self) -> Result<LagReport, Failure> {
        let facts = self.sampler.take(&self.request, self.now).await?;
        let mut report = judge::report(&facts);
        // Rates are made of time that passed: a clock that is set must not change them.
        let passed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.monitor.take(&mut report, passed);
        Ok(report)
    }

    /// Takes samples from now on, one every so often, until a signal comes or nobody takes them any more. One that takes
    /// longer puts the next one off.
    #[must_use]
    pub fn start(mut self, every: Duration, stop: Stop) -> mpsc::Receiver<Sampled> {
        let (send, samples) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for number in 1.. {
                tokio::select! {
                    _ = stop.wait() => return,
                    _ = ticks.tick() => {}
                }
                let began = Instant::now();
                let report = tokio::select! {
                    _ = stop.wait() => return,
                    report = self.sample() => report,
                };
                let sampled = Sampled { number, report: report.map(Arc::new), took: began.elapsed() };
                if send.send(sampled).await.is_err() {
                    return;
                }
            }
        });
        samples
    }
}
