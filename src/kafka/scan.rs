//! Reads partitions from offsets that were chosen, without any group: nothing is joined and nothing is committed.
//!
//! Where a record is gone before it was read (retention, truncation), the partition's reading ends with a fault that
//! says so: a reader that goes on somewhere else would hide the loss. When to stop is decided by the caller, by
//! position: markers of transactions and compaction leave gaps, so the last offset of a range may never be seen.

use std::sync::Arc;
use std::time::Duration;

use eventctl_core::fault::Fault;
use eventctl_core::name::TopicName;
use eventctl_core::record::Header;

use super::budget::{FetchSettings, Queues};
use super::connect::{ConnectOptions, rejected};
use super::health::Health;
use super::native::batch::{self, Entry};
use super::native::config::known_settings;
use super::native::consumer::{BATCH, Consumer};
use super::native::dispatch::Listener;
use super::offsets::Isolation;
use crate::failure::Failure;

pub use super::native::batch::Message;

/// Where reading a partition begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanStart {
    /// A place in the list of topics.
    pub topic: usize,
    /// The partition.
    pub partition: i32,
    /// The first offset that may be read.
    pub offset: i64,
}

/// What is read.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions<'a> {
    /// The topics; messages and faults name them by their place here.
    pub topics: &'a [TopicName],
    /// Whether records of open and aborted transactions are read too.
    pub isolation: Isolation,
    /// The partitions, each once.
    pub starts: &'a [ScanStart],
    /// How much is held ready, and whether partitions are kept apart.
    pub budget: FetchSettings,
}

/// A reader. A topic that may not even be described brings nothing at all, not even a fault: look for its partitions
/// before. One thread uses it; dropping it ends it within about a quarter of a second.
pub struct Scanner {
    consumer: Consumer,
    health: Arc<Health>,
    /// How many messages of a partition that is kept apart are taken at once.
    most: usize,
}

/// The user's settings win over these.
const DEFAULTS: [(&str, &str); 3] = [
    ("check.crcs", "true"),
    // After an error of a partition, such as a leader that moves.
    ("fetch.error.backoff.ms", "100"),
    // For how long a topic that is not there may still appear.
    ("topic.metadata.propagation.max.ms", "10000"),
];

/// And not over these: a reader that commits, joins or skips is not what its caller was promised.
const FIXED: [(&str, &str); 7] = [
    ("group.id", "eventctl-reads-without-group"),
    ("group.protocol", "classic"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "true"),
    ("auto.offset.reset", "error"),
    ("statistics.interval.ms", "0"),
];

impl Scanner {
    /// Begins to read.
    ///
    /// # Errors
    /// `Input` for a setting that librdkafka does not take, `Usage` for no address at all. A partition that cannot be
    /// read is told by [`Scanner::next`].
    pub fn start(options: &ConnectOptions, scan: &ScanOptions<'_>) -> Result<Scanner, Failure> {
        options.demand_address()?;
        let redactor = options.redactor();
        let isolation = match scan.isolation {
            Isolation::Committed => "read_committed",
            Isolation::Uncommitted => "read_uncommitted",
        };
        let budget = scan.budget.settings();
        let defaults = DEFAULTS.into_iter().chain(budget.iter().map(|(name, value)| (*name, value.as_str())));
        let fixed = FIXED.into_iter().chain([("isolation.level", isolation)]);
        let settings = options.effective_for(defaults, fixed);
        let health = Arc::new(Health::new(&options.brokers, redactor.clone()));
        let listener: Arc<dyn Listener> = Arc::clone(&health) as _;
        let topics = scan.topics.iter().map(TopicName::as_str);
        let mut consumer = Consumer::start(&settings, topics, listener)
            .map_err(|error| rejected(&error, &known_settings(), &redactor))?;
        let starts: Vec<_> =
            scan.starts.iter().map(|start| (start.topic, start.partition, start.offset)).collect();
        let apart = match scan.budget.queues {
            Queues::One => Ok(()),
            Queues::PerPartition => consumer.keep_apart(&starts),
        };
        let assigned = apart.and_then(|()| consumer.assign(&starts)).map_err(|error| {
            let fault = health.fault(error);
            Failure::cluster(format!("the partitions cannot be read: {fault}"))
        });
        let most = scan.budget.queued_records.clamp(1, BATCH);
        assigned.map(|()| Scanner { consumer, health, most })
    }

    /// Waits for one message, then takes what else is there, up to 4,096 together. An empty batch: nothing came.
    pub fn next(&mut self, wait: Duration) -> Batch {
        let batch = self.consumer.next(wait);
        self.heard(batch)
    }

    /// As [`Scanner::next`], of one partition of those that are kept apart. Where nothing of it came, there may be faults
    /// of others.
    pub fn next_of(&mut self, topic: usize, partition: i32, wait: Duration) -> Batch {
        let batch = self.consumer.next_of((topic, partition), wait, self.most);
        self.heard(batch)
    }

    fn heard(&self, batch: batch::Batch) -> Batch {
        if batch.has_answer() {
            self.health.answered();
        }
        Batch { batch, health: Arc::clone(&self.health), of_member: false }
    }

    /// Reads other partitions, or from other offsets, from now on. What was fetched for before and not taken yet does not
    /// come any more.
    ///
    /// # Errors
    /// `Cluster` where the library does not take them; then nothing is read.
    pub fn restart(&mut self, starts: &[ScanStart]) -> Result<(), Failure> {
        let starts: Vec<_> =
            starts.iter().map(|start| (start.topic, start.partition, start.offset)).collect();
        self.consumer.assign(&starts).map_err(|error| {
            let fault = self.health.fault(error);
            Failure::cluster(format!("the partitions cannot be read: {fault}"))
        })
    }

    /// Stops reading a partition. What was taken from it before may still be in a batch.
    pub fn finish(&mut self, topic: usize, partition: i32) {
        // A partition that is not read any more, or was never, is finished already.
        let _already = self.consumer.unassign(topic, partition);
    }

    /// The trouble of the client as a whole, in words that name addresses and reasons. Its code is `_CONNECTION` where
    /// waiting is useless (wrong credentials, another protocol), and `_ALL_BROKERS_DOWN` where the brokers may come back.
    #[must_use]
    pub fn trouble(&self) -> Option<Fault> {
        self.health.trouble()
    }
}

/// What was taken at once. It owns its messages, and may move to another thread.
pub struct Batch {
    batch: batch::Batch,
    health: Arc<Health>,
    of_member: bool,
}

impl Batch {
    /// What a member of a group took.
    pub(super) fn of_member(batch: batch::Batch, health: Arc<Health>) -> Batch {
        Batch { batch, health, of_member: true }
    }

    /// Cuts it into so many parts of about the same size at most, in its order.
    #[must_use]
    pub fn split(self, parts: usize) -> Vec<Batch> {
        let Batch { batch, health, of_member } = self;
        let part = |batch| Batch { batch, health: Arc::clone(&health), of_member };
        batch.split(parts).into_iter().map(part).collect()
    }

    /// How many items it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// True where nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its items, those of a partition in the order of their offsets.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.batch.entries().filter_map(|entry| self.meant(entry))
    }

    /// The item at a place, from 0 on; none where what is there concerns nobody.
    #[must_use]
    pub fn item(&self, place: usize) -> Option<Item<'_>> {
        self.batch.entry(place).and_then(|entry| self.meant(entry))
    }

    fn meant<'b>(&self, entry: Entry<'b>) -> Option<Item<'b>> {
        match entry {
            Entry::Record(message) => Some(Item::Message(message)),
            Entry::End { topic, partition, offset } => Some(Item::End { topic, partition, offset }),
            // What a coordinator says of a group that nobody joins is of no interest.
            Entry::Error { topic: None, error, .. } if !self.of_member && is_of_a_group(&error.code) => None,
            Entry::Error { topic, partition, offset, error } => {
                Some(Item::Fault { topic, partition, offset, fault: self.health.fault(error) })
            }
        }
    }
}

/// One item of a batch.
pub enum Item<'b> {
    /// A record.
    Message(Message<'b>),
    /// The end of a partition is reached: at this offset the next record will be written, or the first open transaction
    /// begins. It comes again after more was written.
    End {
        /// A place in the list of topics.
        topic: usize,
        /// The partition.
        partition: i32,
        /// The end.
        offset: i64,
    },
    /// A partition cannot be read, or not any more.
    Fault {
        /// A place in the list of topics; none where the fault concerns the reader as a whole.
        topic: Option<usize>,
        /// The partition.
        partition: i32,
        /// The offset that cannot be read, where it is known.
        offset: Option<i64>,
        /// What happened. `_AUTO_OFFSET_RESET`: the offset is not there (any more). `_LOG_TRUNCATION`: the log was cut
        /// after it had been read.
        fault: Fault,
    },
}

impl<'b> Message<'b> {
    /// Adds its headers to a list, in their order, repeated ones too. Names are bytes; librdkafka cuts one that holds a
    /// NUL there.
    ///
    /// # Errors
    /// Where the record's headers are no headers.
    pub fn headers(&self, into: &mut Vec<Header<'b>>) -> Result<(), Fault> {
        self.read_headers(into).map_err(super::faults::fault)
    }
}

fn is_of_a_group(code: &str) -> bool {
    matches!(
        code,
        "GROUP_AUTHORIZATION_FAILED"
            | "COORDINATOR_NOT_AVAILABLE"
            | "COORDINATOR_LOAD_IN_PROGRESS"
            | "NOT_COORDINATOR"
            | "INVALID_GROUP_ID"
            | "_WAIT_COORD"
    )
}
