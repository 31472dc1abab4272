//! Looks up what became of a record of a transaction whose end was not heard.

use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::name::TopicName;

use super::budget::fetch_settings;
use super::connect::ConnectOptions;
use super::offsets::Isolation;
use super::scan::{Item, ScanOptions, ScanStart, Scanner};

/// Whether a reader of committed records sees a record at this offset. Ask after the transaction was ended, by
/// `init_transactions` of another writer of its id: an open one hides everything after it.
///
/// # Errors
/// Where it cannot be told: nobody answered in time, the transaction is open still, or the offset is gone.
pub fn is_visible(
    options: &ConnectOptions,
    topic: &TopicName,
    (partition, offset): (i32, i64),
    limit: Duration,
) -> Result<bool, Fault> {
    let deadline = Instant::now() + limit;
    let scan = ScanOptions {
        topics: std::slice::from_ref(topic),
        isolation: Isolation::Committed,
        starts: &[ScanStart { topic: 0, partition, offset }],
        budget: fetch_settings(1, 1, 0),
    };
    let other = |message: String| Fault { kind: FaultKind::Other, code: "_FAIL".to_owned(), message };
    let mut scanner = Scanner::start(options, &scan).map_err(|failure| other(failure.story()))?;
    while Instant::now() < deadline {
        for item in scanner.next(Duration::from_millis(100)).items() {
            match item {
                Item::Message(message) => return Ok(message.offset() == offset),
                // The end of what is stable: what was skipped before it was aborted.
                Item::End { offset: end, .. } if end > offset => return Ok(false),
                Item::End { .. } => {}
                Item::Fault { fault, .. } => return Err(fault),
            }
        }
        if let Some(trouble) = scanner.trouble().filter(|trouble| trouble.code == "_CONNECTION") {
            return Err(trouble);
        }
    }
    let words = format!("partition {partition} has no stable record at or after offset {offset} yet");
    Err(Fault { kind: FaultKind::TimedOut, code: "_TIMED_OUT".to_owned(), message: words })
}
