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
    let mut answers = ask(items).await;
    while Instant::now() + PAUSE < deadline {
        let unavailable = |(item, answer): (&K, &Result<T, Fault>)| {
            let again = answer.as_ref().is_err_and(|fault| fault.kind == FaultKind::Unavailable);
            again.then(|| item.clone())
        };
        let again: Vec<K> = answers.iter().filter_map(unavailable).collect();
        if again.is_empty() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        answers.extend(ask(again).await);
    }
    answers
}
