//! What the value of a record is: Avro in the wire format, JSON, an envelope, text or bytes.
//!
//! [`Payloads`] knows how a topic's values are written, or finds it out for each record: the wire format if its schema id
//! is known to the registry, else JSON, else text, else bytes. It looks schemas up nowhere: [`Seen::Wire`] names one, and
//! whoever has it goes on with [`KnownSchema`], or with [`Payloads::see_plain`] where there is none.

mod known;
mod problem;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use known::{KnownSchema, SchemaTexts};
pub use problem::{Problem, ProblemClass};

use crate::catalog::Encoding;
use crate::codec::event::{Events, PayloadError, mark};
use crate::codec::wire::{self, Framing};
use crate::json::Reader;
use crate::record::Record;

/// How a topic's values are written.
#[derive(Debug, Clone, Default)]
pub enum Form {
    /// Nobody said so: found out for each record.
    #[default]
    Any,
    /// The registry's wire format.
    Avro,
    /// Plain JSON.
    Json,
    /// Envelopes, each valid under its version of its subject.
    Envelope(Arc<Events>),
    /// Text.
    Text,
    /// Bytes.
    Raw,
}

impl Form {
    /// The form of an encoding that needs no schema files; none of envelopes, whose versions are the files.
    #[must_use]
    pub fn of(encoding: Encoding) -> Option<Form> {
        match encoding {
            Encoding::Avro => Some(Form::Avro),
            Encoding::Json => Some(Form::Json),
            Encoding::Envelope => None,
            Encoding::Text => Some(Form::Text),
            Encoding::Raw => Some(Form::Raw),
        }
    }
}

/// How the values of a topic are read.
#[derive(Debug, Clone, Default)]
pub struct Payloads {
    form: Form,
    /// The events by the `type` that marks them in JSON.
    marks: Vec<(String, String)>,
    /// The topic's only event.
    only: Option<String>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen<'p> {
    /// There is none: a tombstone.
    Null,
    /// Data of a schema that has to be looked up.
    Wire {
        /// The schema.
        framing: Framing,
        /// The data.
        datum: &'p [u8],
    },
    /// JSON.
    Json {
        /// The text.
        text: &'p str,
        /// True where the text begins and ends with the value and holds no line break.
        whole: bool,
        /// Its event, where it was asked for and is known.
        event: Option<&'p str>,
    },
    /// An envelope.
    Envelope {
        /// The text.
        text: &'p str,
        /// As of JSON.
        whole: bool,
        /// Its event.
        event: &'p str,
        /// The subject of the event.
        subject: &'p str,
        /// The version it names: the number of a file.
        version: u32,
    },
    /// Text.
    Text(&'p str),
    /// Bytes.
    Bytes(&'p [u8]),
    /// It is not what it should be.
    Broken(Problem),
}

impl Payloads {
    /// The payloads of a topic: how they are written, and its events as (name, mark).
    #[must_use]
    pub fn new(form: Form, events: &[(String, Option<String>)]) -> Self {
        let marks = events.iter().filter_map(|(name, mark)| Some((mark.clone()?, name.clone()))).collect();
        let only = if let [(name, _)] = events { Some(name.clone()) } else { None };
        Payloads { form, marks, only }
    }

    /// How the values are written.
    #[must_use]
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Tells what the value of a record is. Which event JSON holds is looked for only where `event` asks for it.
    #[must_use]
    pub fn see<'p>(&'p self, record: &Record<'p>, event: bool) -> Seen<'p> {
        let Some(value) = record.value else { return Seen::Null };
        match &self.form {
            Form::Any => match wire::unframe(value, record.header(wire::VALUE_SCHEMA_HEADER.as_bytes())) {
                Ok((framing, datum)) => Seen::Wire { framing, datum },
                Err(_) => self.see_plain(value, event),
            },
            Form::Avro => match wire::unframe(value, record.header(wire::VALUE_SCHEMA_HEADER.as_bytes())) {
                Ok((framing, datum)) => Seen::Wire { framing, datum },
                Err(error) => Seen::Broken(Problem::new(ProblemClass::Wire, error.to_string())),
            },
            Form::Json => match text(value).and_then(json) {
                Ok((text, whole)) => Seen::Json { text, whole, event: self.event(text, event) },
                Err(problem) => Seen::Broken(problem),
            },
            Form::Envelope(events) => envelope(events, value),
            Form::Text => text(value).map_or_else(Seen::Broken, Seen::Text),
            Form::Raw => Seen::Bytes(value),
        }
    }

    /// Tells what a value is that is not Avro: JSON, else text, else bytes.
    #[must_use]
    pub fn see_plain<'p>(&'p self, value: &'p [u8], event: bool) -> Seen<'p> {
        let Ok(text) = text(value) else { return Seen::Bytes(value) };
        match json(text) {
            Ok((text, whole)) => Seen::Json { text, whole, event: self.event(text, event) },
            Err(_) => Seen::Text(text),
        }
    }

    /// The event of a JSON text; one that is marked by nothing known has none.
    fn event<'p>(&'p self, text: &'p str, wanted: bool) -> Option<&'p str> {
        if !wanted {
            return None;
        }
        match (&self.only, self.marks.as_slice()) {
            (Some(only), []) => Some(only),
            (_, []) => None,
            (only, marks) => match mark(text) {
                Ok(Some(found)) => {
                    marks.iter().find(|(mark, _)| **mark == *found).map(|(_, name)| name.as_str())
                }
                Ok(None) => only.as_deref(),
                Err(_) => None,
            },
        }
    }
}

fn text(value: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(value).map_err(|error| {
        Problem::new(ProblemClass::Text, PayloadError::NotText(error.valid_up_to()).to_string())
    })
}

/// The text, which must be JSON, and whether it is nothing but the value, in one line.
fn json(text: &str) -> Result<(&str, bool), Problem> {
    let mut reader = Reader::new(text);
    let read = reader.skip().and_then(|value| reader.end().map(|()| value.len() == text.len()));
    match read {
        Ok(whole) => Ok((text, whole && memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none())),
        Err(error) => Err(Problem::new(ProblemClass::Json, PayloadError::Json(error).to_string())),
    }
}

fn envelope<'p>(events: &'p Events, value: &'p [u8]) -> Seen<'p> {
    let seen = text(value).and_then(json).and_then(|(text, whole)| {
        let payload = events.find(text);
        let payload = payload.map_err(|error| Problem::new(ProblemClass::Envelope, error.to_string()))?;
        let (event, subject) = (payload.event.name.as_str(), payload.event.subject.as_str());
        Ok(Seen::Envelope { text, whole, event, subject, version: payload.version })
    });
    seen.unwrap_or_else(Seen::Broken)
}
