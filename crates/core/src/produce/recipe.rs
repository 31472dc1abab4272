//! What is made of the lines for one topic: decided once, so that each line costs one look for the few members that
//! matter and one pass that validates and encodes.

use std::borrow::Cow;

use super::error::{LineError, LineProblem};
use super::events::{Event, EventInput, Version, envelopes, has, has_text, told_by_data};
use super::front::{Front, insert};
use super::lines::{LINE_LIMIT, Line, Text};
use super::made::{Prepared, Room};
use super::stamp::{Stamp, words};
use crate::catalog::Encoding;
use crate::codec::event::Events;
use crate::codec::project::{JsonProjection, PathError, Project, Slot};
use crate::codec::wire;
use crate::json::{self, Kind, Reader};
use crate::key::KeyEncoder;
use crate::partitioner::{self, Placement};
use crate::schema::Schema;

/// The member that tells the event.
const TYPE: &str = "type";
/// The member that tells the version, in an envelope.
const SCHEMA_VERSION: &str = "schemaVersion";
/// The member that identifies an event.
pub(super) const EVENT_ID: &str = "eventId";
/// How many members are looked for at most.
const SLOTS: usize = 5;

/// What is known of a topic.
#[derive(Debug)]
pub struct RecipeInput {
    /// How its values are written.
    pub encoding: Encoding,
    /// Its events; none where lines are not validated.
    pub events: Vec<EventInput>,
    /// The one of them that all lines are.
    pub chosen: Option<usize>,
    /// How records get their keys.
    pub key: Option<KeyInput>,
    /// The field that becomes the timestamp.
    pub timestamp: Option<String>,
    /// How keys find their partitions.
    pub placement: Placement,
    /// How many partitions there are.
    pub partitions: i32,
}

/// How records get their keys.
#[derive(Debug)]
pub struct KeyInput {
    /// The field, as a path.
    pub field: String,
    /// How its value becomes bytes.
    pub encoder: KeyEncoder,
}

/// Turns lines into records of one topic.
#[derive(Debug)]
pub struct Recipe {
    encoding: Encoding,
    events: Vec<Event>,
    marks: Vec<String>,
    chosen: Option<usize>,
    key: Option<KeyInput>,
    timestamp: Option<String>,
    placement: Placement,
    partitions: i32,
    projection: Option<JsonProjection>,
    places: Places,
    envelopes: Option<Events>,
}

/// Which slot holds what.
#[derive(Debug, Default)]
struct Places {
    mark: Option<usize>,
    key: Option<usize>,
    timestamp: Option<usize>,
    event_id: Option<usize>,
    schema_version: Option<usize>,
}

impl Recipe {
    /// Makes the recipe of a topic.
    ///
    /// # Errors
    /// Fields of key and timestamp that are no paths.
    pub fn new(input: RecipeInput) -> Result<Recipe, Vec<PathError>> {
        let RecipeInput { encoding, events, chosen, key, timestamp, placement, partitions } = input;
        let any = |fits: &dyn Fn(&Schema) -> bool| {
            events.iter().filter_map(|event| event.version.as_ref().ok()).any(|version| fits(&version.schema))
        };
        let event_id = any(&|schema| has_text(schema, EVENT_ID));
        let own_version = any(&|schema| has(schema, SCHEMA_VERSION));
        let envelopes = (encoding == Encoding::Envelope && !own_version && !events.is_empty())
            .then(|| envelopes(&events));
        let fields: Vec<&str> =
            key.iter().map(|key| key.field.as_str()).chain(timestamp.as_deref()).collect();
        // The data tell them sooner than the text does, where they tell the same.
        let of_data = encoding != Encoding::Envelope && !any(&|schema| !told_by_data(schema, &fields));
        let of_data = of_data && !events.is_empty();
        let of_text = |path| if of_data { None } else { path };
        let mut paths: Vec<&str> = Vec::new();
        let mut places = Places::default();
        let slots: [(&mut Option<usize>, Option<&str>); SLOTS] = [
            (&mut places.mark, (!events.is_empty()).then_some(TYPE)),
            (&mut places.key, of_text(key.as_ref().map(|key| key.field.as_str()))),
            (&mut places.timestamp, of_text(timestamp.as_deref())),
            (&mut places.event_id, event_id.then_some(EVENT_ID)),
            (&mut places.schema_version, envelopes.as_ref().map(|_| SCHEMA_VERSION)),
        ];
        for (slot, path) in slots {
            if let Some(path) = path {
                *slot = Some(paths.len());
                paths.push(path);
            }
        }
        let projection = if paths.is_empty() { None } else { Some(JsonProjection::new(&[], &paths)?) };
        let data = if of_data { fields.as_slice() } else { &[] };
        let made = events.into_iter().map(|event| Event::of(event, timestamp.as_deref(), data));
        let events = made.collect::<Result<Vec<Event>, _>>()?;
        Ok(Recipe {
            encoding,
            marks: events.iter().filter_map(|event| event.mark.clone()).collect(),
            events,
            chosen,
            key,
            timestamp,
            placement,
            partitions,
            projection,
            places,
            envelopes,
        })
    }

    /// The name of an event by its place.
    #[must_use]
    pub fn event(&self, place: usize) -> Option<&str> {
        self.events.get(place).map(|event| event.name.as_str())
    }

    /// Makes a record of a line. `ids` adds the text of a new id to what it is given, where an event needs one.
    ///
    /// # Errors
    /// Why the line makes none.
    pub fn prepare<'a>(
        &'a self,
        line: &Line<'a>,
        room: &'a mut Room,
        ids: &mut dyn FnMut(&mut String),
    ) -> Result<Prepared<'a>, LineError> {
        match line.text {
            Text::TooLong(length) => Err(LineError::new(LineProblem::TooLong { length, limit: LINE_LIMIT })),
            Text::NotUtf8(bytes, _) if self.encoding == Encoding::Raw && self.key.is_none() => {
                self.finish(None, Some(bytes), room, None)
            }
            Text::NotUtf8(bytes, at) => Err(not_text(line.number, bytes, at)),
            Text::Valid(text) => match self.encoding {
                Encoding::Text | Encoding::Raw if self.key.is_none() => {
                    self.finish(None, Some(text.as_bytes()), room, None)
                }
                _ => self.text(text, room, ids),
            },
        }
    }

    fn text<'a>(
        &'a self,
        text: &'a str,
        room: &'a mut Room,
        ids: &mut dyn FnMut(&mut String),
    ) -> Result<Prepared<'a>, LineError> {
        let mut slots = [Slot::Missing; SLOTS];
        let brace = self.look(text, &mut slots)?;
        if self.events.is_empty() {
            json::check(text)?;
            return self.finish(Some(&slots), Some(text.as_bytes()), room, None);
        }
        if !matches!(slot(&slots, self.places.schema_version), Slot::Missing) {
            return self.envelope(text, room);
        }
        let index = self.event_of(slot(&slots, self.places.mark))?;
        let Some(event) = self.events.get(index) else {
            return Err(LineError::new(LineProblem::NoType { known: self.marks.clone() }));
        };
        let version = event.version.as_ref().map_err(|why| {
            LineError::new(LineProblem::Unusable { event: event.name.clone(), why: why.clone() })
        })?;
        let front = Front {
            event_id: version.event_id && matches!(slot(&slots, self.places.event_id), Slot::Missing),
            mark: event.mark.as_deref().filter(|_| self.must_be_marked(slot(&slots, self.places.mark))),
        };
        let Room { line, value, scratch, key } = room;
        let (body, inserted) = if front.is_empty() {
            (text, 0)
        } else {
            insert(text, brace, &front, (line, ids));
            (line.as_str(), line.len() - text.len())
        };
        let moved = |error| LineError::from(error).without_front(inserted, brace);
        value.clear();
        scratch.clear();
        let (value, datum): (&[u8], &[u8]) = if self.encoding == Encoding::Avro {
            wire::frame(version.id.unwrap_or_default(), value);
            let head = value.len();
            version.encoder.encode_event(body, value).map_err(moved)?;
            (value, value.get(head..).unwrap_or_default())
        } else {
            version.encoder.encode_event(body, scratch).map_err(moved)?;
            if self.encoding == Encoding::Envelope {
                wrap(version.file, body, value);
                (value, scratch)
            } else {
                (body.as_bytes(), scratch)
            }
        };
        let (of_key, of_time) = self.told(&slots, version, datum);
        let (key, partition) = self.key(&of_key, key)?;
        let timestamp = self.stamp(version.stamp, &of_time)?;
        let (event, version) = (Some(index), Some(version.file));
        let (key, value) = (key.map(Cow::Borrowed), Some(Cow::Borrowed(value)));
        Ok(Prepared { key, value, headers: Vec::new(), timestamp, partition, event, version })
    }

    /// The values of the fields of key and timestamp.
    fn told<'d>(
        &self,
        slots: &[Slot<'d>; SLOTS],
        version: &'d Version,
        datum: &'d [u8],
    ) -> (Slot<'d>, Slot<'d>) {
        let Some(fields) = &version.fields else {
            return (*slot(slots, self.places.key), *slot(slots, self.places.timestamp));
        };
        let mut found = [Slot::Missing; 2];
        if let Some(found) = found.get_mut(..fields.fields()) {
            // Data that were just written are not broken.
            let _whole = fields.project(datum, found);
        }
        match (&self.key, found) {
            (Some(_), [key, time]) => (key, time),
            (None, [time, _]) => (Slot::Missing, time),
        }
    }

    /// Looks for the members that matter. Gives the byte of the object's brace.
    fn look<'a>(&'a self, text: &'a str, slots: &mut [Slot<'a>; SLOTS]) -> Result<usize, LineError> {
        let mut reader = Reader::new(text);
        let kind = reader.kind()?;
        if kind != Kind::Object {
            return Err(LineError::at(LineProblem::NotAnObject(kind), reader.at()));
        }
        if let Some(projection) = &self.projection
            && let Some(slots) = slots.get_mut(..projection.fields())
        {
            projection.project_text(text, slots)?;
        }
        Ok(reader.at())
    }

    /// Which event a line is, by its place.
    fn event_of(&self, mark: &Slot<'_>) -> Result<usize, LineError> {
        let wrong = |found: &str, known: Vec<String>| {
            Err(LineError::new(LineProblem::Type { found: found.chars().take(60).collect(), known }))
        };
        let only = self.chosen.or((self.events.len() == 1).then_some(0));
        if let Some(only) = only {
            let expected = self.events.get(only).and_then(|event| event.mark.as_deref());
            return match (mark, expected) {
                (Slot::Text(found), Some(expected)) if !found.is(expected) => {
                    wrong(&found.decode(), vec![expected.to_owned()])
                }
                (Slot::Text(_) | Slot::Missing, Some(_)) | (_, None) => Ok(only),
                (other, Some(_)) => Err(LineError::new(LineProblem::TypeKind(words(other)))),
            };
        }
        match mark {
            Slot::Text(found) => {
                let is = |event: &Event| event.mark.as_deref().is_some_and(|mark| found.is(mark));
                match self.events.iter().position(is) {
                    Some(index) => Ok(index),
                    None => wrong(&found.decode(), self.marks.clone()),
                }
            }
            Slot::Missing => Err(LineError::new(LineProblem::NoType { known: self.marks.clone() })),
            other => Err(LineError::new(LineProblem::TypeKind(words(other)))),
        }
    }

    /// True where a JSON payload would not tell its event without its mark.
    fn must_be_marked(&self, mark: &Slot<'_>) -> bool {
        matches!(self.encoding, Encoding::Json | Encoding::Envelope)
            && self.events.len() > 1
            && matches!(mark, Slot::Missing)
    }

    /// Makes a record of a line that is an envelope already: it stays as it stands.
    fn envelope<'a>(&'a self, text: &'a str, room: &'a mut Room) -> Result<Prepared<'a>, LineError> {
        let none = || LineError::new(LineProblem::NoType { known: self.marks.clone() });
        let envelopes = self.envelopes.as_ref().ok_or_else(none)?;
        let wrong = |error| LineError::new(LineProblem::Envelope(error));
        let payload = envelopes.check(text, &mut room.scratch).map_err(wrong)?;
        let index = self.events.iter().position(|event| event.name == payload.event.name);
        let index = index.ok_or_else(none)?;
        if let Some(chosen) = self.chosen.filter(|chosen| *chosen != index) {
            let expected = self.events.get(chosen).and_then(|event| event.mark.clone());
            let found = payload.event.mark.clone().unwrap_or_default();
            return Err(LineError::new(LineProblem::Type { found, known: expected.into_iter().collect() }));
        }
        let mut slots = [Slot::Missing; SLOTS];
        self.look(payload.value, &mut slots)?;
        let version = payload.version;
        let mut prepared = self.finish(Some(&slots), Some(text.as_bytes()), room, Some(index))?;
        prepared.version = Some(version);
        Ok(prepared)
    }

    /// A record of a value that is known already.
    fn finish<'a>(
        &'a self,
        slots: Option<&[Slot<'_>; SLOTS]>,
        value: Option<&'a [u8]>,
        room: &'a mut Room,
        event: Option<usize>,
    ) -> Result<Prepared<'a>, LineError> {
        let none = [Slot::Missing; SLOTS];
        let slots = slots.unwrap_or(&none);
        let stamp = event.and_then(|event| self.events.get(event)?.version.as_ref().ok());
        let stamp = stamp.map_or(Stamp::Millis, |version| version.stamp);
        let timestamp = self.stamp(stamp, slot(slots, self.places.timestamp))?;
        let (key, partition) = self.key(slot(slots, self.places.key), &mut room.key)?;
        let (key, value) = (key.map(Cow::Borrowed), value.map(Cow::Borrowed));
        Ok(Prepared { key, value, headers: Vec::new(), timestamp, partition, event, version: None })
    }

    fn key<'k>(
        &self,
        slot: &Slot<'_>,
        out: &'k mut Vec<u8>,
    ) -> Result<(Option<&'k [u8]>, Option<i32>), LineError> {
        let key = match &self.key {
            None => None,
            Some(KeyInput { field, encoder }) => {
                out.clear();
                encoder
                    .encode_slot(slot, out)
                    .map_err(|why| LineError::new(LineProblem::Key { field: field.clone(), why }))?;
                Some(out.as_slice())
            }
        };
        let placed = partitioner::partition(&self.placement, key, self.partitions);
        Ok((key, placed.map_err(|error| LineError::new(LineProblem::Place(error)))?))
    }

    fn stamp(&self, stamp: Stamp, slot: &Slot<'_>) -> Result<Option<i64>, LineError> {
        let Some(field) = &self.timestamp else { return Ok(None) };
        stamp.read(slot).map_err(|why| LineError::new(LineProblem::Stamp { field: field.clone(), why }))
    }
}

fn wrap(file: u32, event: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"schemaVersion\":");
    out.extend_from_slice(file.to_string().as_bytes());
    out.extend_from_slice(b",\"event\":");
    out.extend_from_slice(event.as_bytes());
    out.push(b'}');
}

fn slot<'s, 'd>(slots: &'s [Slot<'d>; SLOTS], place: Option<usize>) -> &'s Slot<'d> {
    place.and_then(|place| slots.get(place)).unwrap_or(&Slot::Missing)
}

/// What bytes that are no text look like, at the beginning of an input.
pub(super) fn not_text(line: u64, bytes: &[u8], at: usize) -> LineError {
    let marks: [(&[u8], &str); 4] = [
        (&[0x1f, 0x8b], "gzip data: unpack it first"),
        (&[0xff, 0xfe], "UTF-16: turn it into UTF-8 first"),
        (&[0xfe, 0xff], "UTF-16: turn it into UTF-8 first"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "zstd data: unpack it first"),
    ];
    let found = marks.iter().find(|(mark, _)| line == 1 && bytes.starts_with(mark));
    match found {
        Some((_, what)) => LineError::new(LineProblem::OtherData(what)),
        None => LineError::at(LineProblem::NotUtf8, at),
    }
}
