//! Payloads that are JSON text: a plain object, or an envelope `{"schemaVersion": 2, "event": {…}}`.
//!
//! It decides which event a payload is, by its member `type` or by being the only one, and under which version of its
//! subject it must be valid. A payload is never written anew: it is valid where it could be encoded, and stays as it
//! stands. Schemas are handed in, compiled; where they come from is not known here.

mod error;
mod find;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use error::PayloadError;

use super::encode::Encoder;
use crate::json::Reader;

/// The member of an event that tells which one it is.
const TYPE: &str = "type";
/// The members of an envelope.
const SCHEMA_VERSION: &str = "schemaVersion";
const EVENT: &str = "event";

/// What a JSON payload looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The event itself.
    Plain,
    /// `{"schemaVersion": 2, "event": {…}}`.
    Envelope,
}

/// An event and the schemas of its subject.
#[derive(Debug, Clone)]
pub struct EventSchemas {
    /// Its name, as the catalog gives it.
    pub name: String,
    /// The value of `type` that marks it.
    pub mark: Option<String>,
    /// Its subject.
    pub subject: String,
    /// The versions of its subject, by the numbers of their files, each compiled for the plain form with base64.
    pub versions: BTreeMap<u32, Arc<Encoder>>,
}

/// The events that the payloads of a topic may hold.
#[derive(Debug, Clone)]
pub struct Events {
    shape: Shape,
    events: Vec<EventSchemas>,
}

/// A payload whose event is known.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'e, 't> {
    /// The event.
    pub event: &'e EventSchemas,
    /// The version it must be valid under: the one that the envelope names, the newest one of plain payloads.
    pub version: u32,
    /// The event as it stands in the payload.
    pub value: &'t str,
    /// The byte of the payload where it begins.
    pub at: usize,
}

impl Events {
    /// The events of a topic. Where there are several, each has a mark of its own; one without is never found.
    #[must_use]
    pub fn new(shape: Shape, events: Vec<EventSchemas>) -> Self {
        Events { shape, events }
    }

    /// The events.
    #[must_use]
    pub fn events(&self) -> &[EventSchemas] {
        &self.events
    }

    /// Finds out which event a payload is. The whole text is read, and must be JSON; whether the event fits its schema
    /// is not asked.
    ///
    /// # Errors
    /// A text that is not JSON or not of this shape; a `type` or a version that is not known.
    pub fn find<'t>(&self, text: &'t str) -> Result<Payload<'_, 't>, PayloadError> {
        let payload = self.of(text)?;
        let mut reader = Reader::new(text);
        reader.skip()?;
        reader.end()?;
        Ok(payload)
    }

    /// Finds out which event a payload is, and checks that it is valid under its version: missing fields have
    /// defaults, and `type` is passed over where it is no field of the schema.
    ///
    /// `scratch` is room that is overwritten.
    ///
    /// # Errors
    /// As `find`; what in the event is no value of its schema.
    pub fn check<'t>(&self, text: &'t str, scratch: &mut Vec<u8>) -> Result<Payload<'_, 't>, PayloadError> {
        let payload = self.of(text)?;
        let encoder = payload.event.versions.get(&payload.version);
        let encoder = encoder.ok_or_else(|| PayloadError::NoSchema(payload.event.subject.clone()))?;
        scratch.clear();
        encoder.encode_event(payload.value, scratch).map_err(|error| match self.shape {
            Shape::Plain => PayloadError::Value(error),
            Shape::Envelope => PayloadError::Value(error.moved(payload.at).in_field(EVENT)),
        })?;
        Ok(payload)
    }

    fn of<'t>(&self, text: &'t str) -> Result<Payload<'_, 't>, PayloadError> {
        match self.shape {
            Shape::Plain => {
                let event = self.event(text, 0)?;
                let version = event.versions.keys().next_back().copied();
                let version = version.ok_or_else(|| PayloadError::NoSchema(event.subject.clone()))?;
                Ok(Payload { event, version, value: text, at: 0 })
            }
            Shape::Envelope => {
                let envelope = find::envelope(text)?;
                let event = self.event(envelope.event, envelope.at)?;
                let number = envelope.version.parse::<u32>().ok();
                let version = number.filter(|number| event.versions.contains_key(number));
                let version = version.ok_or_else(|| PayloadError::UnknownVersion {
                    subject: event.subject.clone(),
                    version: error::cut(envelope.version),
                    known: event.versions.keys().copied().collect(),
                })?;
                Ok(Payload { event, version, value: envelope.event, at: envelope.at })
            }
        }
    }

    /// The event that a text marks with `type`, or the only one.
    fn event(&self, text: &str, at: usize) -> Result<&EventSchemas, PayloadError> {
        if let [EventSchemas { mark: None, .. }] = self.events.as_slice() {
            return self.events.first().ok_or(PayloadError::NoEvents);
        }
        let mark = find::mark(text, at)?;
        let known = || self.events.iter().filter_map(|event| event.mark.clone()).collect();
        match (mark, self.events.as_slice()) {
            (_, []) => Err(PayloadError::NoEvents),
            (None, [only]) => Ok(only),
            (None, _) => Err(PayloadError::NoType { known: known() }),
            (Some(mark), events) => {
                let found = events.iter().find(|event| event.mark.as_deref() == Some(&*mark));
                found.ok_or_else(|| PayloadError::UnknownType { found: error::cut(&mark), known: known() })
            }
        }
    }
}

/// The `type` of a payload that is a JSON object; none where it has no such member. Behind it nothing is read.
///
/// # Errors
/// A payload that is no object, or whose `type` is no string.
pub fn mark(text: &str) -> Result<Option<std::borrow::Cow<'_, str>>, PayloadError> {
    find::mark(text, 0)
}

/// A payload's bytes as the JSON value they are, for showing it as it stands in a line of its own.
///
/// # Errors
/// Bytes that are not UTF-8, a text that is not JSON, and one that holds a line break.
pub fn verbatim(payload: &[u8]) -> Result<&str, PayloadError> {
    let text = std::str::from_utf8(payload).map_err(|error| PayloadError::NotText(error.valid_up_to()))?;
    let mut reader = Reader::new(text);
    reader.skip()?;
    reader.end()?;
    match payload.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        Some(at) => Err(PayloadError::LineBreak(at)),
        None => Ok(text),
    }
}
