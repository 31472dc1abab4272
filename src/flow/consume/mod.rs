//! Reading for people and programs: each record is held against what is asked for, decoded, and written.
//!
//! What rules a record out is tried in the order of its cost: its key, its timestamp, its bytes, the fields that a
//! filter names, and only then the whole value.

mod container;
mod look;
pub mod member;

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::catalog::KeyEncoding;
use eventctl_core::codec::wire;
use eventctl_core::consume::{Form, Shown, Summary, Value};
use eventctl_core::filter::Filter;
use eventctl_core::key;
use eventctl_core::payload::{Payloads, Problem};
use eventctl_core::record::json::Body;
use eventctl_core::record::{OwnedRecord, Record};
use eventctl_core::scan::ScanEnd;

use super::judged::{Judge, Ruling, judges};
use super::known_schemas::KnownSchemas;
use super::scan::{Next, Visitor, on_a_thread};
use super::sink::Sink;
use crate::failure::Failure;
use container::ContainerFile;
use look::{Look, Looked, Verdict};

/// Which records are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those with this key only.
    pub key: Option<Vec<u8>>,
    /// Those as young as this, in milliseconds since 1970.
    pub since: Option<i64>,
    /// Those older than this.
    pub before: Option<i64>,
    /// Those of these events only; empty wants all.
    pub events: BTreeSet<String>,
    /// Those that this filter matches.
    pub filter: Option<Filter>,
    /// No more than so many together.
    pub limit: Option<u64>,
    /// No more than so many of each partition.
    pub per_partition: Option<u64>,
    /// True where the first undecodable record ends it.
    pub fail_fast: bool,
}

impl Wanted {
    /// True where the record's key and timestamp do not rule it out.
    fn is_candidate(&self, record: &Record<'_>) -> bool {
        self.key.as_deref().is_none_or(|key| record.key == Some(key))
            && self.since.is_none_or(|since| record.timestamp >= since)
            && self.before.is_none_or(|before| record.timestamp < before)
    }
}

/// Runs the filter on a thread of its own.
struct Filtering {
    wanted: Wanted,
    look: Look,
}

impl Judge for Filtering {
    fn judge(&mut self, record: &Record<'_>) -> Ruling {
        if self.wanted.is_candidate(record) {
            self.look.at(record, false).into()
        } else {
            Ruling::NoCandidate
        }
    }

    fn wants_headers(&self, topic: &str, value: Option<&[u8]>) -> bool {
        self.look.wants_headers(topic, value)
    }
}

/// How the records of one topic are read.
#[derive(Debug, Clone, Default)]
pub struct TopicReading {
    /// Its payloads.
    pub payloads: Payloads,
    /// How its keys are written, where the catalog says so.
    pub key: Option<KeyEncoding>,
}

/// What a visitor of this kind is made of.
pub struct Parts {
    /// Which records.
    pub wanted: Wanted,
    /// The topics by name; one that is not among them is read without knowledge.
    pub topics: BTreeMap<String, TopicReading>,
    /// Where schemas come from.
    pub schemas: KnownSchemas,
    /// How they are written.
    pub form: Box<dyn Form>,
    /// Where to.
    pub sink: Sink,
    /// True where an Avro container file is written instead of lines.
    pub container: bool,
}

/// Looks at the records of a reading and writes those that are wanted.
pub struct Consume {
    wanted: Wanted,
    keys: Vec<(String, KeyEncoding)>,
    /// Taken out while a record is looked at, so that what was seen may be borrowed from it while it is shown.
    look: Option<Box<Look>>,
    form: Box<dyn Form>,
    container: Option<ContainerFile>,
    /// Of keys.
    key_schemas: KnownSchemas,
    sink: Sink,
    summary: Summary,
    shown_of: BTreeMap<(String, i32), u64>,
}

impl Consume {
    /// Begins.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { wanted, topics, schemas, form, sink, container } = parts;
        let keys = topics.iter().filter_map(|(name, topic)| Some((name.clone(), topic.key?))).collect();
        let topics = topics.into_iter().map(|(name, topic)| (name, topic.payloads)).collect();
        let events = form.names_events() || !wanted.events.is_empty();
        let key_schemas = schemas.another();
        let container = container.then(|| ContainerFile::new(schemas.another()));
        let decodes = form.decodes() || container.is_some();
        let look = Some(Box::new(Look::new(topics, schemas, wanted.filter.clone(), (events, decodes))));
        let (summary, shown_of) = (Summary::default(), BTreeMap::new());
        Consume { wanted, keys, look, form, container, key_schemas, sink, summary, shown_of }
    }

    /// Writes what is left, and gives what was counted.
    ///
    /// # Errors
    /// As [`Sink::flush`].
    pub fn finish(mut self) -> Result<Summary, Failure> {
        self.flush()?;
        Ok(self.summary)
    }

    /// The same where what was counted has to be told in any case.
    fn ended(mut self) -> (Summary, Result<(), Failure>) {
        let flushed = self.flush();
        (self.summary, flushed)
    }

    /// Writes what is there.
    fn flush(&mut self) -> Result<(), Failure> {
        if let Some(container) = &mut self.container {
            container.flush(self.sink.block())?;
        }
        self.sink.flush()
    }

    /// Heeds that nothing else is there now.
    fn waits(&mut self) -> Result<(), Failure> {
        if self.sink.is_eager() { self.flush() } else { Ok(()) }
    }

    fn show(
        &mut self,
        record: &Record<'_>,
        looked: &Looked<'_>,
        problem: Option<&Problem>,
    ) -> Result<Next, Failure> {
        if let (Some(container), None) = (&mut self.container, problem) {
            if let Err(problem) = container.add(&looked.value, looked.datum, self.sink.block())? {
                self.summary.undecodable(record.coordinate(), &problem);
                self.summary.matched.shown += 1;
                return Ok(if self.wanted.fail_fast { Next::End(ScanEnd::FailedFast) } else { Next::Go });
            }
            self.sink.added()?;
            return Ok(self.counted(record));
        }
        let known = self.keys.iter().find(|(topic, _)| topic == record.topic);
        let encoding = known.map_or(KeyEncoding::Text, |(_, encoding)| *encoding);
        let key = record.key.map(|bytes| key::show(encoding, bytes));
        let key_text = match (&key, encoding, record.key) {
            (_, KeyEncoding::Avro, Some(bytes)) => decoded_key(&mut self.key_schemas, bytes),
            (Some(key::Shown::Number(number)), ..) => Some(number.to_string()),
            _ => None,
        };
        let shown = Shown {
            record,
            key: match key {
                Some(key::Shown::Json(text)) if encoding == KeyEncoding::Json => {
                    eventctl_core::record::json::embeddable(text.as_bytes())
                        .map_or(Body::Text(text), Body::Json)
                }
                _ => Body::of(record.key),
            },
            key_text: key_text.as_deref(),
            value: looked.value,
            event: looked.event,
            schema: looked.schema,
            problem,
        };
        self.form.write(&shown, self.sink.block());
        self.sink.added()?;
        Ok(self.counted(record))
    }

    /// Counts a record that was shown, and says whether more are wanted.
    fn counted(&mut self, record: &Record<'_>) -> Next {
        self.summary.matched.shown += 1;
        if self.wanted.limit.is_some_and(|limit| self.summary.matched.shown >= limit) {
            return Next::End(ScanEnd::Enough);
        }
        let Some(most) = self.wanted.per_partition else { return Next::Go };
        let shown = self.shown_of.entry((record.topic.to_owned(), record.partition)).or_default();
        *shown += 1;
        if *shown >= most { Next::ClosePartition } else { Next::Go }
    }
}

/// The text of a key in the registry's Avro; none where it cannot be decoded, and stays bytes.
fn decoded_key(schemas: &mut KnownSchemas, key: &[u8]) -> Option<String> {
    let (framing, datum) = wire::unframe(key, None).ok()?;
    let mut text = Vec::new();
    schemas.get(framing).ok()?.decode(datum, &mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    // A string needs no quotes to be told from others.
    let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    Some(plain.filter(|text| !text.contains(['\\', '"'])).map_or_else(|| text.clone(), str::to_owned))
}

/// Shows records that were kept, and gives what was counted.
///
/// # Errors
/// As of a reading.
pub async fn show_all(records: Vec<OwnedRecord>, mut consume: Consume) -> Result<Summary, Failure> {
    on_a_thread("show", move || {
        for record in &records {
            if let Next::End(_) = record.with(|record| consume.record(record))? {
                break;
            }
        }
        consume.finish()
    })
    .await
}

impl Visitor for Consume {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        self.judged(record, Ruling::Open)
    }

    fn judges(&mut self) -> Vec<Box<dyn Judge>> {
        let looks = self.look.as_ref().map(|look| look.others(judges())).unwrap_or_default();
        let filtering = |look| Box::new(Filtering { wanted: self.wanted.clone(), look }) as Box<dyn Judge>;
        looks.into_iter().map(filtering).collect()
    }

    fn judged(&mut self, record: &Record<'_>, ruling: Ruling) -> Result<Next, Failure> {
        let matched = match ruling {
            Ruling::Open if self.wanted.is_candidate(record) => false,
            Ruling::Match => true,
            Ruling::Open | Ruling::NoCandidate => return Ok(Next::Go),
            Ruling::PassOver => return self.looked(record, Verdict::PassOver),
            Ruling::NoMatch => return self.looked(record, Verdict::NoMatch),
            Ruling::FilterFailed(reason) => return self.looked(record, Verdict::FilterFailed(reason)),
            Ruling::Undecodable(problem) => return self.looked(record, Verdict::Undecodable(problem)),
        };
        let Some(mut look) = self.look.take() else { return Ok(Next::Go) };
        let next = self.looked(record, look.at(record, matched));
        self.look = Some(look);
        next
    }

    fn drained(&mut self) -> Result<Next, Failure> {
        self.waits()?;
        Ok(Next::Go)
    }

    fn wants_headers(&self, topic: &str, value: Option<&[u8]>) -> bool {
        self.form.shows_headers() || self.look.as_ref().is_some_and(|look| look.wants_headers(topic, value))
    }
}

impl Consume {
    fn looked(&mut self, record: &Record<'_>, verdict: Verdict<'_>) -> Result<Next, Failure> {
        match verdict {
            Verdict::PassOver => {
                self.summary.matched.passed_over += 1;
                Ok(Next::Go)
            }
            Verdict::NoMatch => Ok(Next::Go),
            Verdict::FilterFailed(reason) => {
                self.summary.filter_failed(record.coordinate(), &reason);
                Ok(Next::Go)
            }
            Verdict::Undecodable(problem) => {
                self.summary.undecodable(record.coordinate(), &problem);
                let value = record.value.map_or(Value::Null, Value::Bytes);
                let looked = Looked { value, event: None, schema: None, datum: None };
                // A file of data has no place for what is none.
                let next = if self.container.is_none() {
                    self.show(record, &looked, Some(&problem))?
                } else {
                    self.summary.matched.shown += 1;
                    Next::Go
                };
                Ok(if self.wanted.fail_fast { Next::End(ScanEnd::FailedFast) } else { next })
            }
            Verdict::Found(looked) => {
                let wanted = &self.wanted.events;
                if !wanted.is_empty() && !looked.event.is_some_and(|event| wanted.contains(event)) {
                    return Ok(Next::Go);
                }
                *self.summary.found.entry(looked.value.found()).or_default() += 1;
                self.show(record, &looked, None)
            }
        }
    }
}
