//! The events of a topic, each with the version that is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::recipe::EVENT_ID;
use super::stamp::Stamp;
use super::versions::Unusable;
use crate::codec::Encoder;
use crate::codec::event::{EventSchemas, Events, Shape};
use crate::codec::project::{PathError, Projection};
use crate::schema::{Content, LogicalType, NodeId, Schema};

/// One kind of event.
#[derive(Debug)]
pub struct EventInput {
    /// Its name.
    pub name: String,
    /// The value of `type` that marks it.
    pub mark: Option<String>,
    /// Its subject.
    pub subject: String,
    /// The version that is written, or why there is none.
    pub version: Result<VersionInput, Unusable>,
    /// All versions by the numbers of their files: what a line that is an envelope may name.
    pub known: BTreeMap<u32, Arc<Encoder>>,
}

/// The version that is written.
#[derive(Debug)]
pub struct VersionInput {
    /// The number of its file.
    pub file: u32,
    /// The schema's id in the registry; Avro is not written without.
    pub id: Option<u32>,
    /// The schema.
    pub schema: Schema,
    /// Compiled from it, for the plain form with base64.
    pub encoder: Arc<Encoder>,
}

#[derive(Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) mark: Option<String>,
    pub(super) version: Result<Version, Unusable>,
}

#[derive(Debug)]
pub(super) struct Version {
    pub(super) file: u32,
    pub(super) id: Option<u32>,
    pub(super) encoder: Arc<Encoder>,
    /// True where the schema has a text field `eventId`.
    pub(super) event_id: bool,
    pub(super) stamp: Stamp,
    /// Reads the fields of key and timestamp from data, where those tell them.
    pub(super) fields: Option<Projection>,
}

impl Event {
    /// Takes an event in; `data` are the fields that are read from its data.
    pub(super) fn of(
        input: EventInput,
        timestamp: Option<&str>,
        data: &[&str],
    ) -> Result<Event, Vec<PathError>> {
        let EventInput { name, mark, version, .. } = input;
        let version = match version {
            Err(why) => Err(why),
            Ok(VersionInput { file, id, schema, encoder }) => Ok(Version {
                file,
                id,
                encoder,
                event_id: has_text(&schema, EVENT_ID),
                stamp: timestamp.and_then(|field| Stamp::of_field(&schema, field)).unwrap_or(Stamp::Millis),
                fields: if data.is_empty() { None } else { Some(Projection::new(&schema, data)?) },
            }),
        };
        Ok(Event { name, mark, version })
    }
}

pub(super) fn envelopes(events: &[EventInput]) -> Events {
    let schemas = |event: &EventInput| EventSchemas {
        name: event.name.clone(),
        mark: event.mark.clone(),
        subject: event.subject.clone(),
        versions: event.known.clone(),
    };
    Events::new(Shape::Envelope, events.iter().map(schemas).collect())
}

pub(super) fn has(schema: &Schema, name: &str) -> bool {
    schema.fields().iter().any(|field| field.name == name)
}

/// Tells whether the values of a schema have a field of this name that a text fits.
pub(super) fn has_text(schema: &Schema, name: &str) -> bool {
    let text = |node: NodeId| matches!(schema.content(node), Content::String);
    let field = schema.fields().iter().find(|field| field.name == name);
    field.is_some_and(|field| match schema.content(field.schema) {
        Content::Union(branches) => branches.iter().any(|branch| text(*branch)),
        _ => text(field.schema),
    })
}

/// Tells whether data tell fields as the text of their event does: texts and whole numbers that must be there. (A field
/// with a default has a value in the data and may be missing in the text; one in a union may be tagged there.)
pub(super) fn told_by_data(schema: &Schema, paths: &[&str]) -> bool {
    paths.iter().all(|path| {
        let mut node = schema.root();
        for name in path.split('.') {
            let Content::Record(record) = schema.content(node) else { return false };
            let field = record.fields.iter().find(|field| field.name == name);
            let Some(field) = field.filter(|field| field.default.is_none()) else { return false };
            node = field.schema;
        }
        let node = schema.node(node);
        let timestamp = |logical| {
            use LogicalType::{TimestampMicros, TimestampMillis, TimestampNanos};
            matches!(logical, TimestampMillis | TimestampMicros | TimestampNanos)
        };
        match node.content {
            Content::String | Content::Int => node.logical.is_none(),
            Content::Long => node.logical.is_none_or(timestamp),
            _ => false,
        }
    })
}
