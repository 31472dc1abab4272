//! What became of alerts, for whoever asks.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use eventctl_core::lag::alert::{Alert, AlertStatus};

use super::receiver::Trouble;

/// What became of alerts; one for two receivers counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that arrived.
    pub sent: u64,
    /// Those that were given up.
    pub failed: u64,
    /// Those that did not fit into a queue.
    pub dropped: u64,
    /// Those that wait, or are being sent.
    pub waiting: u64,
}

/// The most sentences that wait to be read; the oldest goes first.
const SENTENCES: usize = 100;
/// The most episodes of which it is remembered that they were told.
const EPISODES: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    counts: Counts,
    sentences: VecDeque<String>,
    /// Receivers and episodes of which it was told that something did not arrive.
    episodes: BTreeSet<(String, String)>,
    /// Receivers whose queue overflows, of which that was told.
    full: BTreeSet<String>,
}

impl Told {
    /// Nothing that holds the lock can panic in the midst of a change that matters.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn queued(&self) {
        self.inner().counts.waiting += 1;
    }

    pub(super) fn dropped(&self, place: &str) {
        let mut inner = self.inner();
        inner.counts.dropped += 1;
        if inner.full.insert(place.to_owned()) {
            inner.say(format!("alerts come faster than {place} takes them: some are dropped"));
        }
    }

    pub(super) fn sent(&self) {
        let mut inner = self.inner();
        inner.counts.sent += 1;
        inner.counts.waiting = inner.counts.waiting.saturating_sub(1);
    }

    pub(super) fn failed(&self, place: &str, alert: &Alert, tries: u32, trouble: &Trouble) {
        let mut inner = self.inner();
        inner.counts.failed += 1;
        inner.counts.waiting = inner.counts.waiting.saturating_sub(1);
        let episode = (place.to_owned(), alert.id.clone());
        let is_new = !inner.episodes.contains(&episode);
        if alert.status == AlertStatus::Resolved {
            inner.episodes.remove(&episode);
        } else if inner.episodes.len() < EPISODES {
            inner.episodes.insert(episode);
        }
        if is_new {
            let Alert { id, group, .. } = alert;
            let times = if tries == 1 { "once".to_owned() } else { format!("{tries} times") };
            let head = format!("the alert {id} of group {group} did not reach {place}, tried {times}");
            inner.say(format!("{head}: {}", trouble.reason));
        }
    }

    pub(super) fn troubles(&self) -> Vec<String> {
        let mut inner = self.inner();
        inner.full.clear();
        inner.sentences.drain(..).collect()
    }

    pub(super) fn counts(&self) -> Counts {
        self.inner().counts
    }
}

impl Inner {
    fn say(&mut self, sentence: String) {
        if self.sentences.len() >= SENTENCES {
            self.sentences.pop_front();
        }
        self.sentences.push_back(sentence);
    }
}
