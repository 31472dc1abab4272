//! The calls on consumer groups: what is there, what they committed, and changes of both. Nothing here joins a group.
//!
//! Each group's coordinator is asked for it by name, so every item has its own answer: denied and unanswered are
//! unknown, never absent.

mod changes;
mod commits;
mod described;
mod listed;
mod values;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};

use super::cluster::LOST;
use super::reads;

pub use commits::{Commitments, CommitsOf, TopicCommits};

/// How soon is asked again what a coordinator cannot tell right now. Longer than librdkafka takes to forget a coordinator
/// that is none any more, see `groups_client`.
const PAUSE: Duration = Duration::from_millis(1_600);

/// What became of the items of a call.
type Answers<K, T> = BTreeMap<K, Result<T, Fault>>;

/// A call under way. Boxed, so that what waits for it can move to another thread (an `AsyncFn` cannot promise that).
type Asking<'a, K, T> = Pin<Box<dyn Future<Output = Answers<K, T>> + Send + 'a>>;

/// Asks for items, and again for those that cannot be told or done right now, until the deadline.
async fn settled<'a, K: Ord + Clone, T>(
    items: Vec<K>,
    deadline: Instant,
    ask: impl Fn(Vec<K>) -> Asking<'a, K, T>,
) -> Answers<K, T> {
    settled_where(is_unavailable, items, deadline, ask).await
}

/// The same for calls that only read: those whose connection was lost on the way are made again too.
async fn read<'a, K: Ord + Clone, T>(
    items: Vec<K>,
    deadline: Instant,
    ask: impl Fn(Vec<K>) -> Asking<'a, K, T>,
) -> Answers<K, T> {
    settled_where(|fault| is_unavailable(fault) || fault.code == LOST, items, deadline, ask).await
}

fn is_unavailable(fault: &Fault) -> bool {
    fault.kind == FaultKind::Unavailable
}

async fn settled_where<'a, K: Ord + Clone, T>(
    again: impl Fn(&Fault) -> bool,
    items: Vec<K>,
    deadline: Instant,
    ask: impl Fn(Vec<K>) -> Asking<'a, K, T>,
) -> Answers<K, T> {
    let mut answers = ask(items).await;
    loop {
        let failed = answers.iter().filter_map(|(item, answer)| Some((item, answer.as_ref().err()?)));
        let failed: Vec<(&K, &Fault)> = failed.filter(|(_, fault)| again(fault)).collect();
        // A new connection is made at once; a coordinator takes its time.
        let pause = if failed.iter().all(|(_, fault)| fault.code == LOST) { reads::PAUSE } else { PAUSE };
        if failed.is_empty() || Instant::now() + pause >= deadline {
            return answers;
        }
        let items: Vec<K> = failed.into_iter().map(|(item, _)| item.clone()).collect();
        tokio::time::sleep(pause).await;
        answers.extend(ask(items).await);
    }
}
