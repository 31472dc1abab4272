//! Reading for people and programs: each record is held against what is asked for, decoded, and written.
//!
//! What rules a record out is tried in the order of its cost: its key, its timestamp, its bytes, the fields that a
//! filter names, and only then the whole value.

mod look;
pub mod member;

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::catalog::KeyEncoding;
use eventctl_core::consume::{Form, Shown, Summary, Value};
use eventctl_core::filter::Filter;
use eventctl_core::key;
use eventctl_core::payload::{Payloads, Problem};
use eventctl_core::record::json::Body;
use eventctl_core::record::{OwnedRecord, Record};
use eventctl_core::scan::ScanEnd;

use super::known_schemas::KnownSchemas;
use super::scan::{Next, Visitor, on_a_thread};
use super::sink::Sink;
use crate::failure::Failure;
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
}

/// Looks at the records of a reading and writes those that are wanted.
pub struct Consume {
    wanted: Wanted,
    keys: Vec<(String, KeyEncoding)>,
    /// Taken out while a record is looked at, so that what was seen may be borrowed from it while it is shown.
    look: Option<Box<Look>>,
    form: Box<dyn Form>,
    sink: Sink,
    summary: Summary,
    shown_of: BTreeMap<(String, i32), u64>,
}

impl Consume {
    /// Begins.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { wanted, topics, schemas, form, sink } = parts;
        let keys = topics.iter().filter_map(|(name, topic)| Some((name.clone(), topic.key?))).collect();
        let topics = topics.into_iter().map(|(name, topic)| (name, topic.payloads)).collect();
        let events = form.names_events() || !wanted.events.is_empty();
        let look = Look::new(topics, schemas, wanted.filter.clone(), (events, form.decodes()));
        let look = Some(Box::new(look));
        Consume { wanted, keys, look, form, sink, summary: Summary::default(), shown_of: BTreeMap::new() }
    }

    /// Writes what is left, and gives what was counted.
    ///
    /// # Errors
    /// As [`Sink::flush`].
    pub fn finish(mut self) -> Result<Summary, Failure> {
        self.sink.flush()?;
        Ok(self.summary)
    }

    /// True where the record's key and timestamp do not rule it out.
    fn is_candidate(&self, record: &Record<'_>) -> bool {
        self.wanted.key.as_deref().is_none_or(|key| record.key == Some(key))
            && self.wanted.since.is_none_or(|since| record.timestamp >= since)
            && self.wanted.before.is_none_or(|before| record.timestamp < before)
    }

    fn show(
        &mut self,
        record: &Record<'_>,
        looked: &Looked<'_>,
        problem: Option<&Problem>,
    ) -> Result<Next, Failure> {
        let known = self.keys.iter().find(|(topic, _)| topic == record.topic);
        let encoding = known.map_or(KeyEncoding::Text, |(_, encoding)| *encoding);
        let key = record.key.map(|bytes| key::show(encoding, bytes));
        let key_text = match &key {
            Some(key::Shown::Number(number)) => Some(number.to_string()),
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
        if !self.is_candidate(record) {
            return Ok(Next::Go);
        }
        let Some(mut look) = self.look.take() else { return Ok(Next::Go) };
        let next = self.looked(record, look.at(record));
        self.look = Some(look);
        next
    }

    fn drained(&mut self) -> Result<Next, Failure> {
        self.sink.drained()?;
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
                let next = self.show(record, &Looked { value, event: None, schema: None }, Some(&problem))?;
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
