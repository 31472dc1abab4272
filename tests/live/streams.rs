//! What the tests of reading and writing share: topics of their own, records in, everything out.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eventctl::failure::Failure;
use eventctl::gate::{Approved, Ask, ConsentRule, Live, Policy, pass};
use eventctl::kafka::budget::{FetchSettings, fetch_settings};
use eventctl::kafka::connect::ConnectOptions;
use eventctl::kafka::offsets::Isolation;
use eventctl::kafka::scan::{Item, ScanOptions, ScanStart, Scanner};
use eventctl::kafka::writer::{Delivery, Outgoing, SendError, Stored, WriteTo, Writer, WriterOptions};
use eventctl_core::catalog::Partitioner;
use eventctl_core::fault::Fault;
use eventctl_core::name::TopicName;
use eventctl_core::record::Header;
use eventctl_core::secret::Opened;

use crate::clusters::Shared;
use crate::oracle::java;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn connect(brokers: &str) -> ConnectOptions {
    let brokers = brokers.split(',').map(str::to_owned).collect();
    ConnectOptions { brokers, settings: Vec::new(), timeout: Duration::from_secs(20) }
}

pub(crate) fn with(mut options: ConnectOptions, settings: &[(&str, &str)]) -> ConnectOptions {
    let plain = |(name, value): &(&str, &str)| ((*name).to_owned(), Opened::Plain((*value).into()));
    options.settings.extend(settings.iter().map(plain));
    options
}

/// Creates a topic by Kafka's own tool, which answers when it is there.
pub(crate) fn topic(shared: &Shared, name: &str, partitions: u32, config: &[&str]) -> TopicName {
    create("dev", &shared.name(name), partitions, "3", config)
}

pub(crate) fn create(
    cluster: &str,
    name: &str,
    partitions: u32,
    replicas: &str,
    config: &[&str],
) -> TopicName {
    let partitions = partitions.to_string();
    let mut arguments =
        vec!["--create", "--topic", name, "--partitions", &partitions, "--replication-factor", replicas];
    for setting in config {
        arguments.extend(["--config", setting]);
    }
    java(cluster, "topics", &arguments);
    name.parse().unwrap()
}

struct Nobody;

impl Ask for Nobody {
    fn yes(&mut self, _: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    fn word(&mut self, _: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

pub(crate) fn approved(topic: &TopicName) -> Approved<WriteTo> {
    let policy = Policy {
        rule: ConsentRule::Typed,
        allowed: BTreeSet::new(),
        yes: false,
        confirmed_context: None,
        protected: None,
        expected: Vec::new(),
        registries: Vec::new(),
    };
    let to = WriteTo { topics: vec![topic.clone()], risks: Vec::new() };
    pass(to, &policy, Live::Cluster(None), &mut Nobody).unwrap()
}

pub(crate) fn plain_writer() -> WriterOptions {
    WriterOptions {
        transactional: None,
        delivery_timeout: PATIENCE,
        linger: Duration::from_millis(5),
        batch_bytes: None,
        max_in_flight: 10_000,
        partitioner: Partitioner::Murmur2,
        codec: None,
    }
}

pub(crate) fn writer(options: &ConnectOptions, topic: &TopicName, how: &WriterOptions) -> Writer {
    Writer::start(options, &approved(topic), how).unwrap()
}

/// A record of a value alone, for partition 0.
pub(crate) fn outgoing(value: &[u8]) -> Outgoing<'_> {
    Outgoing {
        topic: 0,
        partition: Some(0),
        key: None,
        value: Some(value),
        headers: &[],
        timestamp: None,
        ticket: 0,
    }
}

/// Sends a record, as soon as there is room.
pub(crate) fn send(writer: &Writer, record: &Outgoing<'_>, into: &mut Vec<Delivery>) {
    loop {
        match writer.send(record) {
            Ok(()) => return,
            Err(SendError::Full) => writer.deliveries(Duration::from_millis(100), into),
            Err(SendError::Refused(fault)) => panic!("{fault}"),
        }
    }
}

/// Waits for all deliveries.
pub(crate) fn delivered(writer: &Writer) -> Vec<Delivery> {
    let (deadline, mut all) = (Instant::now() + PATIENCE, Vec::new());
    while writer.waiting() > 0 {
        assert!(Instant::now() < deadline, "{} are not reported", writer.waiting());
        writer.deliveries(Duration::from_millis(100), &mut all);
    }
    all
}

pub(crate) fn stored(deliveries: &[Delivery]) -> Vec<Stored> {
    deliveries.iter().map(|delivery| *delivery.result.as_ref().unwrap()).collect()
}

/// A record, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) timestamp: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

/// What a scan brought.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    pub(crate) records: Vec<Read>,
    pub(crate) ends: BTreeMap<i32, i64>,
    pub(crate) faults: Vec<(i32, Option<i64>, Fault)>,
}

impl Scanned {
    pub(crate) fn values(&self) -> Vec<String> {
        let text = |read: &Read| String::from_utf8(read.value.clone().unwrap()).unwrap();
        self.records.iter().map(text).collect()
    }

    pub(crate) fn add(&mut self, item: Item<'_>) {
        match item {
            Item::Message(message) => {
                let mut headers: Vec<Header<'_>> = Vec::new();
                message.headers(&mut headers).unwrap();
                assert_eq!(message.has_headers(), !headers.is_empty());
                let owned = |header: &Header<'_>| (header.name.to_vec(), header.value.map(<[u8]>::to_vec));
                self.records.push(Read {
                    partition: message.partition(),
                    offset: message.offset(),
                    timestamp: message.timestamp().0,
                    key: message.key().map(<[u8]>::to_vec),
                    value: message.value().map(<[u8]>::to_vec),
                    headers: headers.iter().map(owned).collect(),
                });
            }
            Item::End { partition, offset, .. } => {
                self.ends.insert(partition, offset);
            }
            Item::Fault { partition, offset, fault, .. } => self.faults.push((partition, offset, fault)),
        }
    }
}

/// Reads partitions 0 to `partitions` from their beginning to their ends, or to their faults.
pub(crate) fn scan(
    options: &ConnectOptions,
    topic: &TopicName,
    partitions: i32,
    isolation: Isolation,
) -> Scanned {
    let starts: Vec<_> =
        (0..partitions).map(|partition| ScanStart { topic: 0, partition, offset: 0 }).collect();
    scan_from(options, topic, &starts, isolation)
}

pub(crate) fn scan_from(
    options: &ConnectOptions,
    topic: &TopicName,
    starts: &[ScanStart],
    isolation: Isolation,
) -> Scanned {
    let mut scanner = scanner(options, topic, starts, isolation, fetch_settings(starts.len(), 3, 96 << 20));
    let (deadline, mut scanned) = (Instant::now() + PATIENCE, Scanned::default());
    while scanned.ends.len() + scanned.faults.len() < starts.len() {
        assert!(Instant::now() < deadline, "no end: {:?} {:?}", scanned.ends, scanner.trouble());
        scanner.next(Duration::from_millis(100)).items().for_each(|item| scanned.add(item));
    }
    scanned
}

pub(crate) fn scanner(
    options: &ConnectOptions,
    topic: &TopicName,
    starts: &[ScanStart],
    isolation: Isolation,
    budget: FetchSettings,
) -> Scanner {
    let topics = std::slice::from_ref(topic);
    Scanner::start(options, &ScanOptions { topics, isolation, starts, budget }).unwrap()
}

/// Runs kcat with these bytes on stdin; returns its stdout as bytes.
pub(crate) fn kcat(brokers: &str, arguments: &[&std::ffi::OsStr], input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut command = Command::new("kcat");
    command.args(["-q", "-b", brokers]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("kcat");
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
