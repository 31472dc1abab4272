//! Batches of a reading with what was found out about their records beforehand, by several threads where that pays.

use std::num::NonZeroUsize;
use std::time::Duration;

use eventctl_core::payload::Problem;
use eventctl_core::record::{Coordinate, Header, Record};

use super::lanes::{Job, LaneError, Lanes, Place};
use crate::failure::Failure;
use crate::kafka::scan::{Batch, Item, Message};
use crate::stop::Stop;

/// How long one record may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// No more threads than these: one thread writes what they find.
const MOST: usize = 4;

/// The memory that a reading plans with, the whole process's: what is in librdkafka's queues, and all beside them.
const MEMORY: usize = 80 << 20;

/// What a thread that judges takes of it.
const EACH: usize = 10 << 20;

/// The memory that a reading with so many judges may take for what it fetches, in bytes.
pub(super) fn memory(judges: usize) -> usize {
    MEMORY.saturating_sub(judges.saturating_mul(EACH))
}

/// What was found out about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Nothing yet.
    Open,
    /// Its key or its timestamp rules it out.
    NoCandidate,
    /// Its bytes alone rule it out.
    PassOver,
    /// The filter does not match.
    NoMatch,
    /// The filter fails on it.
    FilterFailed(String),
    /// It cannot be decoded.
    Undecodable(Problem),
    /// The filter matches.
    Match,
}

impl Ruling {
    /// True where the record may still be shown.
    #[must_use]
    pub fn leaves_it_open(&self) -> bool {
        matches!(self, Ruling::Open | Ruling::Match | Ruling::Undecodable(_))
    }
}

/// Finds out about records, on a thread of its own.
pub trait Judge: Send {
    /// Looks at a record.
    fn judge(&mut self, record: &Record<'_>) -> Ruling;

    /// False where the headers of a record with this value are of no interest.
    fn wants_headers(&self, topic: &str, value: Option<&[u8]>) -> bool;
}

/// A batch, or a part of it.
pub struct Judged {
    batch: Batch,
    rulings: Vec<Ruling>,
}

impl Judged {
    /// A batch of which nothing was found out.
    #[must_use]
    pub fn open(batch: Batch) -> Judged {
        Judged { batch, rulings: Vec::new() }
    }

    /// How many places it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// True where it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a place, and what was found out about it; none where nothing of interest stands there.
    #[must_use]
    pub fn item(&self, place: usize) -> Option<(Item<'_>, Ruling)> {
        let ruling = self.rulings.get(place).cloned().unwrap_or(Ruling::Open);
        self.batch.item(place).map(|item| (item, ruling))
    }

    /// Its items.
    pub fn items(&self) -> impl Iterator<Item = (Item<'_>, Ruling)> {
        (0..self.len()).filter_map(|place| self.item(place))
    }
}

/// A record's topic, as a place among those of the reading, its partition and its offset.
type At = (usize, i32, i64);

/// Looks at batches before whoever reads them does.
pub struct Panel {
    lanes: Option<Lanes<Batch, Vec<Ruling>, At>>,
    topics: Vec<String>,
}

/// How many judges are worth having here.
#[must_use]
pub fn judges() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST)
}

impl Panel {
    /// Starts a thread for each judge; without any, batches pass as they come. The topics are those of the reading.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(judges: Vec<Box<dyn Judge>>, topics: &[String], stop: &Stop) -> Result<Panel, Failure> {
        let topics = topics.to_vec();
        if judges.is_empty() {
            return Ok(Panel { lanes: None, topics });
        }
        let jobs = judges.into_iter().map(|judge| job(judge, topics.clone())).collect();
        Lanes::start(jobs, stop.clone(), PATIENCE).map(|lanes| Panel { lanes: Some(lanes), topics })
    }

    /// Looks at a batch. None: a signal came first, and nothing of the batch counts as read.
    ///
    /// # Errors
    /// Where a record takes too long.
    pub fn judge(&mut self, batch: Batch) -> Result<Option<Vec<Judged>>, Failure> {
        let Some(lanes) = &mut self.lanes else {
            return Ok(Some(vec![Judged::open(batch)]));
        };
        let ran = lanes.run(batch.split(lanes.count())).map_err(|error| match error {
            LaneError::Stuck(at) => stuck(at, &self.topics),
            LaneError::Broken => Failure::machine("a thread that runs the filter broke down"),
        })?;
        let judged = |parts: Vec<_>| parts.into_iter().map(|(batch, rulings)| Judged { batch, rulings });
        Ok(ran.map(|parts| judged(parts).collect()))
    }
}

fn stuck((topic, partition, offset): At, topics: &[String]) -> Failure {
    let topic = topics.get(topic).map_or("?", String::as_str);
    let at = Coordinate { topic, partition, offset };
    let seconds = PATIENCE.as_secs();
    Failure::cluster(format!(
        "the filter did not come to an end within {seconds} s at {at}: whether it matches there and behind is unknown"
    ))
    .hint("use a simpler filter, or leave that record out with --from and --until")
}

fn job(mut judge: Box<dyn Judge>, topics: Vec<String>) -> Job<Batch, Vec<Ruling>, At> {
    Box::new(move |batch: &Batch, place: &Place<At>| {
        let mut rulings = Vec::with_capacity(batch.len());
        for item in (0..batch.len()).map(|place| batch.item(place)) {
            let Some(Item::Message(message)) = item else {
                rulings.push(Ruling::Open);
                continue;
            };
            let topic = topics.get(message.topic()).map_or("", String::as_str);
            if !place.begin((message.topic(), message.partition(), message.offset())) {
                break;
            }
            rulings.push(ruling(&message, topic, judge.as_mut()));
        }
        rulings
    })
}

fn ruling(message: &Message<'_>, topic: &str, judge: &mut dyn Judge) -> Ruling {
    let wants = judge.wants_headers(topic, message.value());
    match with_record(message, topic, wants, |record| judge.judge(record)) {
        Ok(ruling) => ruling,
        // Whoever reads it finds out the same, and has somebody to tell.
        Err(_unreadable_headers) => Ruling::Open,
    }
}

/// Shows a message as a record of the topic of this name, with its headers where they are wanted.
///
/// # Errors
/// Where its headers cannot be read.
#[inline]
pub(super) fn with_record<T>(
    message: &Message<'_>,
    topic: &str,
    headers_wanted: bool,
    look: impl FnOnce(&Record<'_>) -> T,
) -> Result<T, eventctl_core::fault::Fault> {
    let (timestamp, timestamp_type) = message.timestamp();
    let (key, value) = (message.key(), message.value());
    let mut headers: Vec<Header<'_>> = Vec::new();
    if headers_wanted && message.has_headers() {
        message.headers(&mut headers)?;
    }
    let (partition, offset, headers) = (message.partition(), message.offset(), headers.as_slice());
    Ok(look(&Record { topic, partition, offset, timestamp, timestamp_type, key, value, headers }))
}
