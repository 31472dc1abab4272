//! The reading loop: takes batches from a scanner, lets the core's rule say what belongs to the reading, and hands that
//! to a visitor. Every bounded reading runs in it.
//!
//! It runs on a thread of its own; whoever waits for it goes on serving the runtime, so that a visitor may block on what
//! needs the network, such as a schema.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::record::Record;
use eventctl_core::scan::{PartitionScan, ScanCounts, ScanEnd, Tracker, Verdict};

use super::judged::{Judge, Judged, Panel, Ruling, memory, with_record};
use super::range::Ranges;
use crate::failure::Failure;
use crate::kafka::budget::{FetchSettings, fetch_settings};
use crate::kafka::connect::ConnectOptions;
use crate::kafka::scan::{Batch, Item, Message, ScanOptions, ScanStart, Scanner};
use crate::stop::Stop;

/// How long one wait for records takes at most: a signal is heeded this soon.
pub(super) const WAIT: Duration = Duration::from_millis(100);

/// How long a log may be shorter than it was, before it is called truncated: a new leader learns its high watermark
/// from its followers only after some time.
const SHORT_FOR: Duration = Duration::from_secs(15);

/// How long no broker may be reached in the middle of a reading.
const SILENT_FOR: Duration = Duration::from_secs(60);

/// What a visitor wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next record.
    Go,
    /// No more of this partition.
    ClosePartition,
    /// Nothing more.
    End(ScanEnd),
}

/// Whoever looks at the records of a reading.
pub trait Visitor: Send {
    /// Looks at a record of the reading; those of a partition come in the order of their offsets.
    ///
    /// # Errors
    /// What ends the reading at once.
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure>;

    /// Gives those who look at the records beforehand, each on a thread of its own; asked once, when reading begins.
    fn judges(&mut self) -> Vec<Box<dyn Judge>> {
        Vec::new()
    }

    /// Looks at a record of which something was found out beforehand.
    ///
    /// # Errors
    /// As `record`.
    fn judged(&mut self, record: &Record<'_>, _ruling: Ruling) -> Result<Next, Failure> {
        self.record(record)
    }

    /// Called when all that was there has been looked at, and before more is waited for.
    ///
    /// # Errors
    /// As `record`.
    fn drained(&mut self) -> Result<Next, Failure> {
        Ok(Next::Go)
    }

    /// False where the headers of a record with this value are of no interest: to take them apart costs as much as the
    /// rest of a small record.
    fn wants_headers(&self, _topic: &str, _value: Option<&[u8]>) -> bool {
        true
    }
}

/// How a reading ended.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// Why.
    pub end: ScanEnd,
    /// How far each partition came.
    pub partitions: Vec<PartitionScan>,
    /// What was counted.
    pub counts: ScanCounts,
    /// How long it took.
    pub took: Duration,
}

/// How far a reading has come, for whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
}

impl Progress {
    /// How many offsets lie behind the reading.
    #[must_use]
    pub fn offsets(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// What a reading runs with.
#[derive(Clone)]
pub struct Means {
    /// How the cluster is reached.
    pub options: ConnectOptions,
    /// What stops it.
    pub stop: Stop,
    /// Where it tells how far it is.
    pub progress: Arc<Progress>,
}

/// Reads ranges to their ends and shows every record to the visitor, which comes back with what it holds.
///
/// # Errors
/// What the visitor's error was; where the client cannot be made or cannot reach the cluster. That a partition cannot be
/// read is in the report.
pub async fn scan<V: Visitor + 'static>(
    ranges: &Ranges,
    means: &Means,
    mut visitor: V,
) -> Result<(Scanned, V), Failure> {
    let (ranges, means) = (ranges.clone(), means.clone());
    on_a_thread("scan", move || {
        let (scan, panel) = Scan::start(&ranges, &means, fetch_settings, visitor.judges())?;
        scan.run(panel, &mut visitor).map(|it| (it, visitor))
    })
    .await
}

/// Runs work on a plain thread and waits for it.
///
/// # Errors
/// The work's own; where no thread can be started.
pub async fn on_a_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (done, result) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody waits any more where the process is about to end.
        let _ = done.send(work());
    });
    thread.map_err(|error| Failure::machine(format!("no thread can be started: {error}")))?;
    result.await.map_err(|_| Failure::machine("the reading ended without a result"))?
}

/// How much is held ready for so many partitions of so many brokers, in so much memory.
pub(super) type Budget = fn(usize, usize, usize) -> FetchSettings;

/// A reading under way, whatever the order in which its items are taken.
pub(super) struct Scan {
    scanner: Option<Scanner>,
    tracker: Tracker,
    names: Vec<String>,
    counts: ScanCounts,
    means: Means,
    short_since: Option<Instant>,
    began: Instant,
    heard: Instant,
}

impl Scan {
    /// Begins to read, with those who look at the records beforehand.
    pub(super) fn start(
        ranges: &Ranges,
        means: &Means,
        budget: Budget,
        judges: Vec<Box<dyn Judge>>,
    ) -> Result<(Scan, Panel), Failure> {
        let spans: Vec<_> = ranges.topics.iter().map(|topic| topic.frozen.spans.clone()).collect();
        let tracker = Tracker::new(&spans);
        let starts: Vec<ScanStart> = tracker
            .starts()
            .map(|(topic, partition, offset)| ScanStart { topic, partition, offset })
            .collect();
        let topics = ranges.names();
        let scanner = if starts.is_empty() {
            None
        } else {
            let budget = budget(starts.len(), ranges.brokers, memory(judges.len()));
            let isolation = ranges.isolation;
            Some(Scanner::start(
                &means.options,
                &ScanOptions { topics: &topics, isolation, starts: &starts, budget },
            )?)
        };
        let names: Vec<String> = topics.iter().map(ToString::to_string).collect();
        let panel = Panel::start(judges, &names, &means.stop)?;
        let (means, now) = (means.clone(), Instant::now());
        let (counts, short_since) = (ScanCounts::default(), None);
        let scan = Scan { scanner, tracker, names, counts, means, short_since, began: now, heard: now };
        Ok((scan, panel))
    }

    fn run(mut self, mut panel: Panel, visitor: &mut impl Visitor) -> Result<Scanned, Failure> {
        let mut end = None;
        while end.is_none() && self.is_open() {
            if self.is_stopped() {
                end = Some(ScanEnd::Stopped);
                break;
            }
            let Some(batch) = self.take(|scanner| scanner.next(WAIT))? else { break };
            let Some(parts) = panel.judge(batch)? else {
                end = Some(ScanEnd::Stopped);
                break;
            };
            for (item, ruling) in parts.iter().flat_map(Judged::items) {
                end = self.item(item, ruling, visitor)?;
                if end.is_some() {
                    break;
                }
            }
            drop(parts);
            self.settle();
            self.finished();
            if let (None, Next::End(why)) = (end, visitor.drained()?) {
                end = Some(why);
            }
        }
        Ok(self.report(end))
    }

    /// The partitions that are still being read: topic and number.
    pub(super) fn partitions(&self) -> Vec<(usize, i32)> {
        self.tracker.starts().map(|(topic, partition, _)| (topic, partition)).collect()
    }

    /// True while something is left to read.
    pub(super) fn is_open(&self) -> bool {
        self.tracker.open() > 0
    }

    /// True once a signal came.
    pub(super) fn is_stopped(&self) -> bool {
        self.means.stop.signal().is_some()
    }

    /// Takes a batch. It fails where nothing can come any more; there is none where nothing was to be read at all.
    pub(super) fn take(
        &mut self,
        take: impl FnOnce(&mut Scanner) -> Batch,
    ) -> Result<Option<Batch>, Failure> {
        let Some(scanner) = &mut self.scanner else { return Ok(None) };
        let batch = take(scanner);
        if batch.is_empty() {
            self.silent()?;
        } else {
            self.heard = Instant::now();
        }
        Ok(Some(batch))
    }

    /// What became of the reading.
    pub(super) fn report(self, end: Option<ScanEnd>) -> Scanned {
        Scanned {
            end: end.unwrap_or(ScanEnd::Ends),
            partitions: self.tracker.report(),
            counts: self.counts,
            took: self.began.elapsed(),
        }
    }

    /// Heeds an item. Returns why the reading ends, where it does.
    pub(super) fn item(
        &mut self,
        item: Item<'_>,
        ruling: Ruling,
        visitor: &mut impl Visitor,
    ) -> Result<Option<ScanEnd>, Failure> {
        match item {
            Item::Message(message) => self.message(&message, ruling, visitor),
            Item::End { topic, partition, offset } => {
                self.tracker.end(topic, partition, offset);
                Ok(None)
            }
            Item::Fault { topic: Some(topic), partition, offset, fault } => {
                if ends_a_partition(&fault) {
                    self.tracker.fail(topic, partition, told(fault, offset));
                }
                Ok(None)
            }
            // What concerns the client as a whole is looked at when nothing comes.
            Item::Fault { topic: None, .. } => Ok(None),
        }
    }

    #[inline]
    fn message(
        &mut self,
        message: &Message<'_>,
        ruling: Ruling,
        visitor: &mut impl Visitor,
    ) -> Result<Option<ScanEnd>, Failure> {
        let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
        if self.tracker.record(topic, partition, offset) == Verdict::PassOver {
            return Ok(None);
        }
        self.counts.records += 1;
        let size = message.key().map_or(0, <[u8]>::len) + message.value().map_or(0, <[u8]>::len);
        self.counts.bytes = self.counts.bytes.saturating_add(size as u64);
        let name = self.names.get(topic).map_or("", String::as_str);
        match show(message, name, ruling, visitor)? {
            Ok(Next::Go) => Ok(None),
            Ok(Next::ClosePartition) => {
                self.tracker.close_partition(topic, partition);
                Ok(None)
            }
            Ok(Next::End(why)) => Ok(Some(why)),
            Err(fault) => {
                self.tracker.fail(topic, partition, told(fault, Some(offset)));
                Ok(None)
            }
        }
    }

    /// Tells how far the reading is, and gives up logs that are shorter than they were for too long.
    pub(super) fn settle(&mut self) {
        let read = self.tracker.progress().map_or(self.counts.records, |(read, _)| read);
        self.means.progress.read.store(read, Ordering::Relaxed);
        let short: Vec<_> = self.tracker.short().collect();
        if short.is_empty() {
            self.short_since = None;
            return;
        }
        let since = *self.short_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= SHORT_FOR {
            for (topic, partition, end, until) in short {
                self.tracker.fail(topic, partition, truncated(end, until));
            }
        }
    }

    /// Stops reading what is done. Returns what that is since this was last called.
    pub(super) fn finished(&mut self) -> Vec<(usize, i32)> {
        let finished: Vec<_> = self.tracker.finished().collect();
        if let Some(scanner) = &mut self.scanner {
            for (topic, partition) in &finished {
                scanner.finish(*topic, *partition);
            }
        }
        finished
    }

    /// Nothing came: ends the reading where nothing can come any more.
    fn silent(&self) -> Result<(), Failure> {
        let Some(trouble) = self.scanner.as_ref().and_then(Scanner::trouble) else { return Ok(()) };
        let lasting = self.heard.elapsed() >= SILENT_FOR;
        if trouble.code == "_CONNECTION" || (trouble.code == "_ALL_BROKERS_DOWN" && lasting) {
            return Err(Failure::cluster(format!("reading ended: {}", trouble.message)));
        }
        Ok(())
    }
}

/// Shows a message to a visitor, as a record of the topic of this name; or says why its headers cannot be read.
///
/// # Errors
/// As [`Visitor::record`].
#[inline]
pub(super) fn show(
    message: &Message<'_>,
    topic: &str,
    ruling: Ruling,
    visitor: &mut impl Visitor,
) -> Result<Result<Next, Fault>, Failure> {
    let headers = ruling.leaves_it_open() && visitor.wants_headers(topic, message.value());
    with_record(message, topic, headers, |record| visitor.judged(record, ruling))
        .map_or_else(|fault| Ok(Err(fault)), |next| next.map(Ok))
}

/// Tells whether a partition can be read no further. What a broker may mend by itself is waited for.
fn ends_a_partition(fault: &Fault) -> bool {
    !matches!(fault.kind, FaultKind::Unavailable | FaultKind::TimedOut | FaultKind::Unreachable)
}

/// What happened, in words that say what it means.
fn told(fault: Fault, offset: Option<i64>) -> Fault {
    let at = offset.map_or(String::new(), |offset| format!(" at offset {offset}"));
    let message = match fault.code.as_str() {
        "_AUTO_OFFSET_RESET" | "OFFSET_OUT_OF_RANGE" => {
            format!(
                "records{at} are gone before they were read (retention, or somebody deleted them): {}",
                fault.message
            )
        }
        "_LOG_TRUNCATION" => format!("the log was cut{at} after an unclean election: {}", fault.message),
        _ => format!("{}{at}", fault.message),
    };
    Fault { message, ..fault }
}

fn truncated(end: i64, until: i64) -> Fault {
    let message = format!(
        "the log ends at {end} now, and ended at {until} when the reading began: records were lost, or their transaction was aborted by a new leader"
    );
    Fault { kind: FaultKind::Other, code: "_LOG_TRUNCATION".to_owned(), message }
}
