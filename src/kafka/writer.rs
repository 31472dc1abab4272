//! Writes records: every one once, in the order in which it was handed over, acknowledged by all replicas in sync.
//!
//! Whoever sends a record is told what became of it: stored, and where; not stored; or unknown, where a broker may have
//! written it without our hearing of it. A record is refused at once where that is certain. What is written at all was
//! approved at the gate, which saw the names of the topics.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::human;
use eventctl_core::name::TopicName;
use eventctl_core::record::Header;
use eventctl_core::risk::Risk;

use super::connect::{ConnectOptions, rejected};
use super::health::Health;
use super::native::code::CallError;
use super::native::config::known_settings;
use super::native::dispatch::Listener;
use super::native::send::{Producer, Report, Sending};
use super::on_the_way::OnTheWay;
use super::writer_options::{DEFAULTS, FIXED};
pub use super::writer_options::{Transactional, WriterOptions};
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
    /// Its offset. None where an earlier attempt stored it whose answer was lost: then the broker only says that it is there.
    pub offset: Option<i64>,
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
    on_the_way: Mutex<OnTheWay>,
    /// None in a transaction, which is taken back as a whole.
    patience: Option<Duration>,
    /// True once the patience was over.
    late: AtomicBool,
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
        let patience = writer.transactional.is_none().then_some(writer.delivery_timeout);
        let (on_the_way, late) = (Mutex::default(), AtomicBool::new(false));
        Ok(Writer { producer, health, reports, waiting, limit, on_the_way, patience, late })
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
        if self.is_late() {
            return Err(SendError::Refused(given_up()));
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
        let number = self.on_the_way().begin(ticket, Instant::now());
        let sending = Sending { topic, partition, key, value, headers, timestamp, ticket: number };
        self.producer.send(&sending).map_err(|error| {
            self.on_the_way().end(number);
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
    /// in the order of sending. It also looks at the time, so it has to be called now and then.
    pub fn deliveries(&self, wait: Duration, into: &mut Vec<Delivery>) {
        let reports = self.reports.take(wait);
        self.waiting.fetch_sub(reports.len(), Ordering::Relaxed);
        let mut on_the_way = self.on_the_way();
        into.extend(reports.into_iter().filter_map(|Report { ticket: number, end }| {
            let result = match end {
                Ok((partition, offset, timestamp)) => {
                    Ok(Stored { partition, offset: (offset >= 0).then_some(offset), timestamp })
                }
                Err((error, possibly_stored)) => {
                    // Nobody answered in time: why not is known to the connections.
                    let fault = self.health.explain(self.timed_out(error), Instant::now()).fault;
                    Err(NotStored { fault, possibly_stored })
                }
            };
            on_the_way.end(number).map(|ticket| Delivery { ticket, result })
        }));
        // Only now: what was acknowledged while nobody looked is not late.
        let overdue = |(since, patience): (Instant, Duration)| since.elapsed() >= patience;
        if on_the_way.oldest().zip(self.patience).is_some_and(overdue) && !self.is_late() {
            self.late.store(true, Ordering::Relaxed);
            self.purge();
        }
    }

    fn on_the_way(&self) -> MutexGuard<'_, OnTheWay> {
        // Every change leaves it whole.
        self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// What was given up because the time was over is told so.
    fn timed_out(&self, error: CallError) -> CallError {
        if self.is_late() && error.code.starts_with("_PURGE_") {
            let (code, message) = ("_MSG_TIMED_OUT".to_owned(), "not acknowledged in time".to_owned());
            return CallError { code, message };
        }
        error
    }

    /// How many records have no report that was taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The trouble of the client as a whole. Its code is `_CONNECTION` where waiting is useless (wrong credentials),
    /// `_ALL_BROKERS_DOWN` where the brokers may come back, and any other where the producer is of no use any more, such
    /// as `_FENCED` after another one took over its transactional id, or `_MSG_TIMED_OUT` after everything was given up.
    #[must_use]
    pub fn trouble(&self) -> Option<Fault> {
        if self.is_late() {
            return Some(given_up());
        }
        self.producer.fatal().map(|error| self.health.fault(error)).or_else(|| self.health.trouble())
    }

    /// Gives up all records on their way: those that were not sent are reported as not stored, the others as unknown.
    pub fn purge(&self) {
        self.producer.purge();
    }
}

fn given_up() -> Fault {
    let message = "a record was not acknowledged in time, and everything on its way was given up with it";
    Fault { kind: FaultKind::TimedOut, code: "_MSG_TIMED_OUT".to_owned(), message: message.to_owned() }
}

fn refusal(code: &str, words: &str) -> Fault {
    Fault { kind: FaultKind::Refused, code: code.to_owned(), message: words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_the_topics() {
        let topics = vec!["a".parse().unwrap(), "b".parse().unwrap()];
        let to = WriteTo { topics, risks: Vec::new() };
        assert_eq!(to.question(), "Write records to a, b?");
    }
}
