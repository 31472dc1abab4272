//! Counting which schemas records carry, and finding out what that means.

pub mod meanings;
pub mod reach;

use std::sync::Arc;

use eventctl_core::codec::wire::Framing;
use eventctl_core::payload::{Form, KnownSchema, Payloads, Problem, ProblemClass, Seen};
use eventctl_core::record::Record;
use eventctl_core::usage::{Carried, Moment, Usage};

use super::known_schemas::KnownSchemas;
use super::scan::{Next, Visitor};
use super::window::Times;
use crate::failure::Failure;

/// A topic whose records are counted.
pub struct Counted {
    /// Its name.
    pub topic: String,
    /// How its values are read.
    pub payloads: Payloads,
    /// Which of its records count.
    pub times: Times,
    /// What was counted.
    pub usage: Usage,
    /// Records that did not count, because of their times.
    pub outside: u64,
}

impl Counted {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(topic: String, payloads: Payloads, times: Times) -> Self {
        Counted { topic, payloads, times, usage: Usage::new(), outside: 0 }
    }
}

/// Counts what the records of some topics carry.
pub struct Counting {
    topics: Vec<Counted>,
    /// Where schemas come from; without, data are not looked into.
    schemas: Option<KnownSchemas>,
    /// The schema of the last record, which most often is that of the next one too.
    current: Option<(Framing, Arc<KnownSchema>)>,
    text: Vec<u8>,
}

impl Counting {
    /// Begins. With schemas, data are decoded, and those that cannot be are counted by reason.
    #[must_use]
    pub fn new(topics: Vec<Counted>, schemas: Option<KnownSchemas>) -> Self {
        Counting { topics, schemas, current: None, text: Vec::new() }
    }

    /// What was counted, in the order of the topics.
    #[must_use]
    pub fn finish(self) -> Vec<Counted> {
        self.topics
    }
}

impl Visitor for Counting {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        let Counting { topics, schemas, current, text } = self;
        let Some(topic) = topics.iter_mut().find(|topic| topic.topic == record.topic) else {
            return Ok(Next::Go);
        };
        if !topic.times.has(record.timestamp) {
            topic.outside += 1;
            return Ok(Next::Go);
        }
        let Record { timestamp, partition, offset, .. } = *record;
        let moment = Moment { timestamp, partition, offset };
        let class;
        let carried = match topic.payloads.see(record, true) {
            Seen::Wire { framing, datum } => match decodes(schemas, current, (framing, datum), text) {
                Ok(()) => Carried::Framed(framing),
                Err(problem) if problem.class == ProblemClass::SchemaUnknown => {
                    unknown(&topic.payloads, record, framing)
                }
                Err(problem) if problem.class == ProblemClass::SchemaUnavailable => Carried::Framed(framing),
                Err(problem) => {
                    class = problem.class.to_string();
                    Carried::Broken(framing, &class)
                }
            },
            Seen::Broken(problem) => {
                class = problem.class.to_string();
                Carried::Undecodable(&class)
            }
            seen => plain(&seen),
        };
        topic.usage.add(moment, carried);
        Ok(Next::Go)
    }

    /// A header that names the schema counts more than what the value begins with, so all are looked at.
    fn wants_headers(&self, topic: &str, value: Option<&[u8]>) -> bool {
        let counted = self.topics.iter().find(|counted| counted.topic == topic);
        value.is_some()
            && counted.is_some_and(|counted| matches!(counted.payloads.form(), Form::Any | Form::Avro))
    }
}

/// Decodes a datum, where there are schemas, and keeps nothing of it.
fn decodes(
    schemas: &mut Option<KnownSchemas>,
    current: &mut Option<(Framing, Arc<KnownSchema>)>,
    (framing, datum): (Framing, &[u8]),
    text: &mut Vec<u8>,
) -> Result<(), Problem> {
    let Some(schemas) = schemas else { return Ok(()) };
    if current.as_ref().is_none_or(|(last, _)| *last != framing) {
        *current = Some((framing, schemas.get(framing)?));
    }
    let Some((_, schema)) = current else { return Ok(()) };
    text.clear();
    schema.decode(datum, text)
}

/// A value that begins like the wire format, with a schema that nobody knows. Where nobody said how values are written,
/// JSON is what it looks like; anything else is counted by what it names.
fn unknown<'p>(payloads: &'p Payloads, record: &Record<'p>, framing: Framing) -> Carried<'p> {
    match (payloads.form(), record.value) {
        (Form::Any, Some(value)) => match payloads.see_plain(value, true) {
            Seen::Json { event: Some(event), .. } => Carried::Unversioned(event),
            _ => Carried::Framed(framing),
        },
        _ => Carried::Framed(framing),
    }
}

/// A value that needs no schema of the registry.
fn plain<'p>(seen: &Seen<'p>) -> Carried<'p> {
    match seen {
        Seen::Null => Carried::Nothing,
        Seen::Json { event: Some(event), .. } => Carried::Unversioned(event),
        Seen::Envelope { event, version, .. } => Carried::Envelope(event, *version),
        Seen::Json { event: None, .. } => Carried::Undecodable("JSON of no event that the catalog names"),
        Seen::Text(_) => Carried::Undecodable("text, which names no schema"),
        Seen::Bytes(_) | Seen::Wire { .. } | Seen::Broken(_) => {
            Carried::Undecodable("bytes, which name no schema")
        }
    }
}
