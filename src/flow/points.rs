//! First records: what stands at or behind an offset, for many offsets at once and in a time that is given.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::groups::live::PartitionKey;
use eventctl_core::lag::points::{Found, Search};
use eventctl_core::name::TopicName;
use eventctl_core::record::TimestampType;

use super::scan::{Means, WAIT, on_a_thread};
use crate::failure::Failure;
use crate::kafka::budget::settings_of_probes;
use crate::kafka::offsets::Isolation;
use crate::kafka::scan::{Batch, Item, ScanOptions, ScanStart, Scanner};

/// Reads first records. It keeps its client from one search to the next, as long as the topics stay the same.
#[derive(Default)]
pub struct PointReader {
    scanner: Option<(Vec<TopicName>, Scanner)>,
}

impl PointReader {
    /// Looks for the first record of a finished transaction, or of none, at or behind each of these offsets of these
    /// topics. What is not found within the budget is said to be so.
    ///
    /// # Errors
    /// Where the client cannot be made. That a partition cannot be read is in the answer.
    pub async fn find(
        mut self,
        topics: &BTreeSet<TopicName>,
        wanted: Vec<(PartitionKey, i64)>,
        means: &Means,
        budget: Duration,
    ) -> Result<(Found, PointReader), Failure> {
        let topics: Vec<TopicName> = topics.iter().cloned().collect();
        let search = Search::new(&topics, wanted);
        let (means, until) = (means.clone(), Instant::now() + budget);
        on_a_thread("points", move || {
            let kept = self.scanner.take().filter(|(of, _)| *of == topics).map(|(_, scanner)| scanner);
            let (found, scanner) = Points { search, means, until }.run(&topics, kept)?;
            Ok((found, PointReader { scanner: scanner.map(|scanner| (topics, scanner)) }))
        })
        .await
    }
}

impl Drop for PointReader {
    fn drop(&mut self) {
        // The client takes a quarter of a second to end, for which nobody has to wait.
        if let Some((_, scanner)) = self.scanner.take() {
            std::thread::spawn(move || drop(scanner));
        }
    }
}

struct Points {
    search: Search,
    means: Means,
    until: Instant,
}

impl Points {
    fn run(
        mut self,
        topics: &[TopicName],
        kept: Option<Scanner>,
    ) -> Result<(Found, Option<Scanner>), Failure> {
        let mut starts = self.places();
        if starts.is_empty() {
            return Ok((self.search.finish(), kept));
        }
        let options = ScanOptions {
            topics,
            isolation: Isolation::Committed,
            starts: &starts,
            budget: settings_of_probes(),
        };
        let mut scanner = match kept {
            Some(mut scanner) => scanner.restart(&starts).map(|()| scanner)?,
            None => Scanner::start(&self.means.options, &options)?,
        };
        while self.round(&mut scanner) {
            starts = self.places();
            if starts.is_empty() {
                break;
            }
            scanner.restart(&starts)?;
        }
        scanner.restart(&[])?;
        Ok((self.search.finish(), Some(scanner)))
    }

    fn places(&mut self) -> Vec<ScanStart> {
        let places = self.search.round().into_iter();
        places.map(|(topic, partition, offset)| ScanStart { topic, partition, offset }).collect()
    }

    /// Reads until every partition of the round has answered; false where the time is over.
    fn round(&mut self, scanner: &mut Scanner) -> bool {
        while self.search.is_waiting() {
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.means.stop.signal().is_some() {
                return false;
            }
            let batch = scanner.next(WAIT.min(left));
            if batch.is_empty() && scanner.trouble().is_some_and(|trouble| trouble.code == "_CONNECTION") {
                return false;
            }
            self.take(&batch, scanner);
        }
        true
    }

    fn take(&mut self, batch: &Batch, scanner: &mut Scanner) {
        for item in batch.items() {
            let done = match item {
                Item::Message(message) => {
                    let place = (message.topic(), message.partition());
                    let (timestamp, kind) = message.timestamp();
                    let timestamp = (kind != TimestampType::None && timestamp >= 0).then_some(timestamp);
                    let time = (timestamp, kind == TimestampType::LogAppend);
                    self.search.record(place, message.offset(), time).then_some(place)
                }
                Item::End { topic, partition, .. } => {
                    self.search.end((topic, partition)).then_some((topic, partition))
                }
                Item::Fault { topic: Some(topic), partition, fault, .. } if is_final(&fault) => {
                    self.search.fail((topic, partition), &fault).then_some((topic, partition))
                }
                Item::Fault { .. } => None,
            };
            if let Some((topic, partition)) = done {
                scanner.finish(topic, partition);
            }
        }
    }
}

/// What a broker may mend by itself is waited for.
fn is_final(fault: &Fault) -> bool {
    !matches!(fault.kind, FaultKind::Unavailable | FaultKind::TimedOut | FaultKind::Unreachable)
}
