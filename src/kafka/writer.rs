//! Writes records: every one once, in the order in which it was handed over, acknowledged by all replicas in sync.
//!
//! Whoever sends a record is told what became of it: stored, and where; not stored; or unknown, where a broker may have
//! written it without our hearing of it. A record is refused at once where that is certain. What is written at all was
//! approved at the gate, which saw the names of the topics.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eventctl_core::catalog::Partitioner;
use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::human;
use eventctl_core::name::TopicName;
use eventctl_core::record::Header;
use eventctl_core::risk::Risk;

use super::connect::{ConnectOptions, rejected};
use super::health::Health;
use super::native::config::known_settings;
use super::native::dispatch::Listener;
use super::native::send::{Producer, Report, Sending};
use crate::failure::Failure;
use crate::gate::{Approved, Consequential};

/// What the gate is asked before anything is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteTo {
    /// The topics; records name them by their place here.
    pub topics: Vec<TopicName>,
    /// What the records may do there, such as deleting keys.
    pub risks: Vec<(Risk, String)>,
}

impl Consequential for WriteTo {
    fn risks(&self) -> Vec<(Risk, String)> {
        self.risks.clone()
    }

    fn question(&self) -> String {
        let names: Vec<&str> = self.topics.iter().map(TopicName::as_str).collect();
        format!("Write records to {}?", human::list(&names, 10))
    }
}

/// A transactional producer's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transactional {
    /// The transactional id. Whoever uses it next ends what this one leaves open.
    pub id: String,
    /// How long a transaction may take before the brokers abort it.
    pub timeout: Duration,
}

/// How records are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterOptions {
    /// Write in transactions.
    pub transactional: Option<Transactional>,
    /// After how long a record that is not acknowledged is given up.
    pub delivery_timeout: Duration,
    /// How long a record may wait for others to go with it: longer is faster for many, and slower for one.
    pub linger: Duration,
    /// How many records may be without a report that was taken.
    pub max_in_flight: usize,
    /// How records without a partition are placed: `Murmur2` and `Crc32` place keys as they say, `JavaHash` places
    /// none (its keys are placed by the caller), and records without a key go anywhere.
    pub partitioner: Partitioner,
    /// How many bytes a batch may have at its topics, where that is known: what is larger is refused before it is sent,
    /// for the broker would refuse its whole batch.
    pub batch_bytes: Option<i64>,
    /// The codec that batches are packed with, where the user's settings name none.
    pub codec: Option<&'static str>,
}

/// A record to write.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// A place in the list of topics.
    pub topic: usize,
    /// Its partition; none where it may go anywhere.
    pub partition: Option<i32>,
    /// Its key; none is null.
    pub key: Option<&'a [u8]>,
    /// Its value; none is null.
    pub value: Option<&'a [u8]>,
    /// Its headers in their order.
    pub headers: &'a [Header<'a>],
    /// Its timestamp in milliseconds since 1970; none is now.
    pub timestamp: Option<i64>,
    /// The caller's number for it, such as its line.
    pub ticket: u64,
}

/// Why a record was not taken. No report will come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// Too many records are on their way: take deliveries, then send it again.
    Full,
    /// This record is not taken.
    Refused(Fault),
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The caller's number for it.
    pub ticket: u64,
    /// Where it is, or why it is not there.
    pub result: Result<Stored, NotStored>,
}

/// A record that all replicas in sync have. In a transaction, readers see it once that is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp in milliseconds since 1970: the broker's, where the topic has those.
    pub timestamp: i64,
}

/// A record that was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStored {
    /// Why. `_INVALID_DIFFERENT_RECORD`: another record of the same request was wrong, and this one is as good as never
    /// sent. `_PURGE_QUEUE` and `_PURGE_INFLIGHT`: given up by [`Writer::purge`] or by an abort.
    pub fault: Fault,
    /// It may have been written nevertheless.
    pub possibly_stored: bool,
}

/// A producer: idempotent, with `acks=all`, and never creating a topic. Several threads may use it. Dropping it gives up
/// what was not acknowledged: wait until [`Writer::waiting`] is 0.
pub struct Writer {
    pub(super) producer: Producer,
    pub(super) health: Arc<Health>,
    reports: Arc<Reports>,
    waiting: AtomicUsize,
    limit: usize,
}

/// Reports that nobody has taken yet. There are never more than records on their way.
#[derive(Default)]
struct Reports {
    queue: Mutex<VecDeque<Report>>,
    came: Condvar,
}

impl Reports {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Report>> {
        // Every change leaves the queue whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, reports: &mut dyn Iterator<Item = Report>) {
        self.queue().extend(reports);
        self.came.notify_all();
    }

    /// Waits until there are some, then takes all.
    fn take(&self, wait: Duration) -> VecDeque<Report> {
        let waited = self.came.wait_timeout_while(self.queue(), wait, |queue| queue.is_empty());
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *queue)
    }
}

/// The user's settings win over these.
const DEFAULTS: [(&str, &str); 5] = [
    // The broker decides what is too large, and says so; this is only what fits into the queue.
    ("message.max.bytes", "40000000"),
    ("queue.buffering.max.kbytes", "49152"),
    // Everything is sent again until it is acknowledged or its time is up.
    ("retry.backoff.max.ms", "500"),
    // For how long a topic that is not there may still appear.
    ("topic.metadata.propagation.max.ms", "10000"),
    ("statistics.interval.ms", "0"),
];

/// And not over these: with others a record could be lost or doubled.
const FIXED: [(&str, &str); 3] =
    [("enable.idempotence", "true"), ("acks", "all"), ("enable.gapless.guarantee", "false")];

impl WriterOptions {
    fn settings(&self) -> Vec<(&'static str, String)> {
        let milliseconds = |time: Duration| time.as_millis().clamp(1, 86_400_000).to_string();
        let partitioner = match self.partitioner {
            Partitioner::Murmur2 => "murmur2_random",
            Partitioner::Crc32 => "consistent_random",
            Partitioner::JavaHash => "random",
        };
        let mut settings = vec![
            ("partitioner", partitioner.to_owned()),
            // Ours is the limit that counts. librdkafka also counts records whose reports are just being read.
            (
                "queue.buffering.max.messages",
                self.max_in_flight.saturating_mul(2).clamp(1, 10_000_000).to_string(),
            ),
        ];
        let mut delivery = self.delivery_timeout;
        if let Some(Transactional { id, timeout }) = &self.transactional {
            delivery = delivery.min(*timeout);
            settings.push(("transactional.id", id.clone()));
            settings.push(("transaction.timeout.ms", milliseconds(*timeout)));
        }
        settings.push(("message.timeout.ms", milliseconds(delivery)));
        settings
    }
}

impl WriterOptions {
    /// How batches are packed and how large they may become, where that is known; the user's settings win.
    fn batch(&self, options: &ConnectOptions) -> Vec<(&'static str, String)> {
        let codecs = ["compression.codec", "compression.type"];
        let packed = options.settings.iter().any(|(name, _)| codecs.contains(&name.as_str()));
        let mut settings = Vec::new();
        // A codec under one of its names would stand beside the user's under the other.
        if let (Some(codec), false) = (self.codec, packed) {
            settings.push(("compression.type", codec.to_owned()));
        }
        if let Some(bytes) = self.batch_bytes {
            settings.push(("batch.size", bytes.clamp(1_000, 1_000_000).to_string()));
            // Whoever asks for a codec may mean a record that is too large without it, and only the broker can tell. Ours
            // is never asked for: what is refused does not hang on how well a record happens to pack.
            if !packed {
                settings.push(("message.max.bytes", bytes.clamp(1_000, 40_000_000).to_string()));
            }
        }
        settings
    }
}

impl Writer {
    /// Prepares a producer. No network yet.
    ///
    /// # Errors
    /// `Input` for a setting that librdkafka does not take, `Usage` for no address at all.
    pub fn start(
        options: &ConnectOptions,
        to: &Approved<WriteTo>,
        writer: &WriterOptions,
    ) -> Result<Writer, Failure> {
        options.demand_address()?;
        let redactor = options.redactor();
        let own = writer.settings();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let (linger, batch) = (writer.linger.as_millis().to_string(), writer.batch(options));
        let batch = batch.iter().map(|(name, value)| (*name, value.as_str()));
        let defaults = DEFAULTS.into_iter().chain([("linger.ms", linger.as_str())]).chain(batch);
        let settings = options.effective_for(defaults, FIXED.into_iter().chain(own));
        let health = Arc::new(Health::new(&options.brokers, redactor.clone()));
        let listener: Arc<dyn Listener> = Arc::clone(&health) as _;
        let reports = Arc::new(Reports::default());
        let (added, heard) = (Arc::clone(&reports), Arc::clone(&health));
        let reported = move |some: &mut dyn Iterator<Item = Report>| {
            let mut answered = false;
            added.add(&mut some.inspect(|report| answered |= report.end.is_ok()));
            if answered {
                heard.answered();
            }
        };
        let topics = to.get().topics.iter().map(TopicName::as_str);
        let producer = Producer::start(&settings, topics, listener, reported)
            .map_err(|error| rejected(&error, &known_settings(), &redactor))?;
        let (waiting, limit) = (AtomicUsize::new(0), writer.max_in_flight.max(1));
        Ok(Writer { producer, health, reports, waiting, limit })
    }

    /// Hands a record over; it is copied. One delivery will come for it.
    ///
    /// # Errors
    /// See [`SendError`]; then no delivery comes.
    pub fn send(&self, record: &Outgoing<'_>) -> Result<(), SendError> {
        if record.timestamp == Some(0) {
            let words = "timestamp 0 (the first millisecond of 1970) cannot be sent: librdkafka would put the time of \
                         sending in its place";
            return Err(SendError::Refused(refusal("_INVALID_ARG", words)));
        }
        if record.partition.is_some_and(|partition| partition < 0) {
            return Err(SendError::Refused(refusal("_UNKNOWN_PARTITION", "a partition below 0")));
        }
        // Counted before it is sent: its report may be taken before this function ends.
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = if before < self.limit { self.hand_over(record) } else { Err(SendError::Full) };
        if sent.is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        sent
    }

    fn hand_over(&self, record: &Outgoing<'_>) -> Result<(), SendError> {
        let Outgoing { topic, partition, key, value, headers, timestamp, ticket } = *record;
        let timestamp = timestamp.unwrap_or(0);
        let sending = Sending { topic, partition, key, value, headers, timestamp, ticket };
        self.producer.send(&sending).map_err(|error| {
            let alone = self.waiting.load(Ordering::Relaxed) <= 1;
            match error.code.as_str() {
                "_QUEUE_FULL" if alone => {
                    let words = "the record is larger than the queue (queue.buffering.max.kbytes)";
                    SendError::Refused(refusal("MSG_SIZE_TOO_LARGE", words))
                }
                "_QUEUE_FULL" => SendError::Full,
                _ => SendError::Refused(self.health.fault(error)),
            }
        })
    }

    /// Waits until there are reports, then adds all of them, in the order in which they came. Those of a partition come
    /// in the order of sending.
    pub fn deliveries(&self, wait: Duration, into: &mut Vec<Delivery>) {
        let reports = self.reports.take(wait);
        self.waiting.fetch_sub(reports.len(), Ordering::Relaxed);
        into.extend(reports.into_iter().map(|Report { ticket, end }| {
            let result = match end {
                Ok((partition, offset, timestamp)) => Ok(Stored { partition, offset, timestamp }),
                Err((error, possibly_stored)) => {
                    // Nobody answered in time: why not is known to the connections.
                    let fault = self.health.explain(error, Instant::now()).fault;
                    Err(NotStored { fault, possibly_stored })
                }
            };
            Delivery { ticket, result }
        }));
    }

    /// How many records have no report that was taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The trouble of the client as a whole. Its code is `_CONNECTION` where waiting is useless (wrong credentials),
    /// `_ALL_BROKERS_DOWN` where the brokers may come back, and any other where the producer is of no use any more, such
    /// as `_FENCED` after another one took over its transactional id.
    #[must_use]
    pub fn trouble(&self) -> Option<Fault> {
        self.producer.fatal().map(|error| self.health.fault(error)).or_else(|| self.health.trouble())
    }

    /// Gives up all records on their way: those that were not sent are reported as not stored, the others as unknown.
    pub fn purge(&self) {
        self.producer.purge();
    }
}

fn refusal(code: &str, words: &str) -> Fault {
    Fault { kind: FaultKind::Refused, code: code.to_owned(), message: words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> WriterOptions {
        WriterOptions {
            transactional: None,
            delivery_timeout: Duration::from_secs(30),
            linger: Duration::from_millis(5),
            max_in_flight: 1_000,
            partitioner: Partitioner::Murmur2,
            batch_bytes: None,
            codec: None,
        }
    }

    fn setting<'a>(settings: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
        settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn records_never_outlive_their_transaction() {
        let plain = options().settings();
        assert_eq!(setting(&plain, "message.timeout.ms"), Some("30000"));
        assert_eq!(setting(&plain, "transactional.id"), None);
        let transactional = Some(Transactional { id: "x".into(), timeout: Duration::from_secs(10) });
        let settings = WriterOptions { transactional, ..options() }.settings();
        assert_eq!(setting(&settings, "message.timeout.ms"), Some("10000"));
        assert_eq!(setting(&settings, "transaction.timeout.ms"), Some("10000"));
    }

    #[test]
    fn the_question_names_the_topics() {
        let topics = vec!["a".parse().unwrap(), "b".parse().unwrap()];
        let to = WriteTo { topics, risks: Vec::new() };
        assert_eq!(to.question(), "Write records to a, b?");
    }
}
