//! Records that were read, from the lines that `consume -o json` writes: they go back byte for byte.
//!
//! Of an Avro value or an envelope the line holds what was decoded and the bytes it was decoded from. The bytes count;
//! where the decoded text says something else, somebody has edited it, and that is an error unless it shall be encoded
//! anew: by the schema that its bytes name, so that a change of one field changes nothing else.

use std::borrow::Cow;
use std::sync::Arc;

use super::error::{LineError, LineProblem};
use super::lines::{LINE_LIMIT, Line, Text};
use super::made::{Prepared, PreparedHeader, Room};
use super::recipe::{Recipe, not_text};
use super::stamp::StampError;
use crate::codec::wire::{self, Framing, VALUE_SCHEMA_HEADER};
use crate::codec::{Bytes, Encoder, Form};
use crate::json::Json;
use crate::partitioner::{self, Placement};
use crate::payload::KnownSchema;
use crate::record::json::{Encoding, Payload, RecordLine, parse};

/// What records need from outside.
pub trait Outside {
    /// Adds the text of a new id.
    fn id(&mut self, out: &mut String);

    /// The schema of this id; none where it cannot be had.
    fn schema(&mut self, id: u32) -> Option<Arc<KnownSchema>>;
}

/// How records are written again.
#[derive(Debug)]
pub struct Records {
    /// How keys find their partitions.
    pub placement: Placement,
    /// How many partitions there are.
    pub partitions: i32,
    /// Each stays in the partition it was read from.
    pub keep_partitions: bool,
    /// A body that was edited is encoded anew.
    pub encode: bool,
    /// What encodes a body that has no bytes: the topic's own recipe, where it has one.
    pub bodies: Option<Box<Recipe>>,
}

/// What is made of lines.
#[derive(Debug)]
pub enum Maker {
    /// The lines are bodies of events.
    Bodies(Box<Recipe>),
    /// They are records.
    Records(Records),
}

impl Maker {
    /// Makes a record of a line.
    ///
    /// # Errors
    /// Why the line makes none.
    pub fn prepare<'a>(
        &'a self,
        line: &Line<'a>,
        room: &'a mut Room,
        outside: &mut dyn Outside,
    ) -> Result<Prepared<'a>, LineError> {
        match self {
            Maker::Bodies(recipe) => recipe.prepare(line, room, &mut |out| outside.id(out)),
            Maker::Records(records) => records.prepare(line, room, outside),
        }
    }

    /// The name of an event by its place.
    #[must_use]
    pub fn event(&self, place: usize) -> Option<&str> {
        match self {
            Maker::Bodies(recipe) => recipe.event(place),
            Maker::Records(_) => None,
        }
    }
}

impl Records {
    fn prepare<'a>(
        &'a self,
        line: &Line<'a>,
        room: &'a mut Room,
        outside: &mut dyn Outside,
    ) -> Result<Prepared<'a>, LineError> {
        let text = match line.text {
            Text::Valid(text) => text,
            Text::NotUtf8(bytes, at) => return Err(not_text(line.number, bytes, at)),
            Text::TooLong(length) => {
                return Err(LineError::new(LineProblem::TooLong { length, limit: LINE_LIMIT }));
            }
        };
        let record =
            parse(text).map_err(|error| LineError::at(LineProblem::Record(error.problem), error.at))?;
        let RecordLine { partition, timestamp, key, value, headers, .. } = record;
        if let Some(timestamp) = timestamp.filter(|timestamp| *timestamp <= 0) {
            let why = StampError::NotAfter1970(timestamp);
            return Err(LineError::new(LineProblem::Stamp { field: "timestamp".to_owned(), why }));
        }
        let header = headers.iter().rev().find(|header| *header.name == *VALUE_SCHEMA_HEADER.as_bytes());
        let header = header.and_then(|header| header.value.as_deref());
        let value = self.body(value, ("value", header), room, outside)?;
        let key = self.body(key, ("key", None), &mut Room::default(), outside)?;
        let partition = self.partition(partition, key.as_deref())?;
        let header = |header: crate::record::json::LineHeader<'a>| PreparedHeader {
            name: header.name,
            value: header.value,
        };
        let headers = headers.into_iter().map(header).collect();
        Ok(Prepared { key, value, headers, timestamp, partition, event: None, version: None })
    }

    fn partition(&self, read: Option<i32>, key: Option<&[u8]>) -> Result<Option<i32>, LineError> {
        if !self.keep_partitions {
            let placed = partitioner::partition(&self.placement, key, self.partitions);
            return placed.map_err(|error| LineError::new(LineProblem::Place(error)));
        }
        match read {
            Some(partition) if partition < self.partitions => Ok(Some(partition)),
            partition => {
                let partitions = self.partitions;
                Err(LineError::new(LineProblem::Partition { partition, partitions }))
            }
        }
    }

    /// The bytes of a key or a value.
    fn body<'a>(
        &self,
        payload: Payload<'a>,
        (member, header): (&'static str, Option<&[u8]>),
        room: &mut Room,
        outside: &mut dyn Outside,
    ) -> Result<Option<Cow<'a, [u8]>>, LineError> {
        let Payload { encoding, written, bytes } = payload;
        match (encoding, bytes) {
            (Encoding::Avro, Some(raw)) => {
                let framed = wire::unframe(&raw, header).ok();
                let known = framed
                    .and_then(|(framing, datum)| Some((outside.schema(framing.id()?)?, framing, datum)));
                // Without the schema nobody can tell; the bytes are what was read.
                let Some((schema, framing, datum)) = known else { return Ok(Some(raw)) };
                let mut decoded = Vec::new();
                let same = schema.decode(datum, &mut decoded).is_ok() && says_the_same(&decoded, written);
                if same {
                    return Ok(Some(raw));
                }
                self.demand_encode(member)?;
                encoded(&schema, framing, written).map(|bytes| Some(Cow::Owned(bytes)))
            }
            (Encoding::Envelope, Some(raw)) => {
                if says_the_same(&raw, written) {
                    return Ok(Some(raw));
                }
                self.demand_encode(member)?;
                Ok(Some(Cow::Borrowed(written.as_bytes())))
            }
            (Encoding::Avro | Encoding::Envelope, None) => {
                let Some(bodies) = self.bodies.as_ref().filter(|_| self.encode) else {
                    return Err(LineError::new(LineProblem::NoBytes { member, encode: self.encode }));
                };
                let line = Line { number: 0, text: Text::Valid(written) };
                let made = bodies.prepare(&line, room, &mut |out| outside.id(out))?;
                Ok(made.value.map(|value| Cow::Owned(value.into_owned())))
            }
            (_, bytes) => Ok(bytes),
        }
    }

    fn demand_encode(&self, member: &'static str) -> Result<(), LineError> {
        if self.encode { Ok(()) } else { Err(LineError::new(LineProblem::Edited { member })) }
    }
}

/// Tells whether a text says what other bytes say, whatever its white space and the order of its members.
fn says_the_same(bytes: &[u8], written: &str) -> bool {
    if bytes == written.as_bytes() {
        return true;
    }
    let other = std::str::from_utf8(bytes).ok().and_then(|text| Json::read(text).ok());
    match (other, Json::read(written)) {
        (Some(this), Ok(that)) => this.says_the_same_as(&that),
        _ => false,
    }
}

fn encoded(schema: &KnownSchema, framing: Framing, written: &str) -> Result<Vec<u8>, LineError> {
    let mut out = Vec::new();
    if let Framing::Id(id) = framing {
        wire::frame(id, &mut out);
    }
    Encoder::new(&schema.schema, Form::Plain, Bytes::Base64).encode(written, &mut out).map_err(|error| {
        // The byte is one of the member, and not of the line.
        LineError::new(LineProblem::Value(error))
    })?;
    Ok(out)
}
