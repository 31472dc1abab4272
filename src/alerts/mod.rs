//! Sends alerts to a URL or a command, beside whatever runs.
//!
//! It decides how hard it is tried: each receiver has a queue of its own, in which alerts stand in order and are sent one
//! at a time, each a bounded number of times. Whoever hands in an alert never waits: what does not fit is dropped and
//! counted. What an alert says, and when there is one, is the core's affair.

mod program;
mod receiver;
mod told;

#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use eventctl_core::lag::alert::Alert;
use tokio::sync::mpsc::{self, Receiver as Queue, Sender};
use tokio::task::JoinSet;

pub use program::places;
pub use receiver::Receiver;
pub use told::Counts;

use receiver::Trouble;
use told::Told;

/// How hard it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How many alerts may wait for a receiver.
    pub queue: usize,
    /// How often one is sent again.
    pub retries: u32,
    /// The wait before that; it doubles each time, up to a minute.
    pub first_wait: Duration,
    /// The time for each try.
    pub attempt: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            queue: 1_000,
            retries: 4,
            first_wait: Duration::from_secs(1),
            attempt: Duration::from_secs(10),
        }
    }
}

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Takes alerts, and sends them.
#[derive(Debug)]
pub struct Alerts {
    queues: Vec<(String, Sender<Arc<Alert>>)>,
    workers: JoinSet<()>,
    told: Arc<Told>,
}

impl Alerts {
    /// Begins to send to these receivers, on the runtime that it is called on.
    #[must_use]
    pub fn start(receivers: Vec<Receiver>, rules: Rules) -> Alerts {
        let told = Arc::new(Told::default());
        let mut workers = JoinSet::new();
        let mut queues = Vec::new();
        for receiver in receivers {
            let (sender, queue) = mpsc::channel(rules.queue.max(1));
            queues.push((receiver.shown().to_owned(), sender));
            workers.spawn(work(receiver, queue, rules, Arc::clone(&told)));
        }
        Alerts { queues, workers, told }
    }

    /// Hands in an alert for each receiver. Never waits: one that does not fit is dropped and counted.
    pub fn push(&self, alert: Alert) {
        let alert = Arc::new(alert);
        for (place, queue) in &self.queues {
            match queue.try_send(Arc::clone(&alert)) {
                Ok(()) => self.told.queued(),
                Err(_) => self.told.dropped(place),
            }
        }
    }

    /// What went wrong since this was asked last, in sentences for people: once for each episode and receiver.
    #[must_use]
    pub fn troubles(&self) -> Vec<String> {
        self.told.troubles()
    }

    /// What became of the alerts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.told.counts()
    }

    /// Waits until everything was sent, but no longer than this, and tells what came of it; what went wrong at the end
    /// is told as well.
    pub async fn finish(mut self, patience: Duration) -> (Counts, Vec<String>) {
        self.queues.clear();
        let all = async { while self.workers.join_next().await.is_some() {} };
        // Those that are not done are ended with the set; what they had is counted as waiting.
        let _ = tokio::time::timeout(patience, all).await;
        (self.told.counts(), self.told.troubles())
    }
}

/// Sends what stands in the queue, in order, until nobody can add to it.
async fn work(receiver: Receiver, mut queue: Queue<Arc<Alert>>, rules: Rules, told: Arc<Told>) {
    while let Some(alert) = queue.recv().await {
        match persist(&receiver, &alert, rules).await {
            Ok(()) => told.sent(),
            Err((tries, trouble)) => told.failed(receiver.shown(), &alert, tries, &trouble),
        }
    }
}

/// Sends an alert, again and again where that may help.
async fn persist(receiver: &Receiver, alert: &Alert, rules: Rules) -> Result<(), (u32, Trouble)> {
    let mut tries = 0;
    loop {
        // Boxed: an exchange's future is large, and its callers' need not be.
        let sent = Box::pin(receiver.send(alert, rules.attempt)).await;
        tries += 1;
        match sent {
            Err(trouble) if trouble.is_passing && tries <= rules.retries => {}
            other => return other.map_err(|trouble| (tries, trouble)),
        }
        tokio::time::sleep(wait(rules.first_wait, tries, RandomState::new().hash_one(tries))).await;
    }
}

/// The wait after so many tries: doubling, half of it left to chance, so that those who failed together do not come back
/// together.
fn wait(first: Duration, tries: u32, chance: u64) -> Duration {
    let full = first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1))).min(LONGEST_WAIT);
    let share = u32::try_from(chance % 1_000).unwrap_or(0);
    full / 2 + full / 2 * share / 1_000
}
