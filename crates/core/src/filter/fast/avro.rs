//! Comparing the fields of Avro data.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::seen::Seen;
use super::{Fast, SLOTS};
use crate::codec::project::{Project, Projection, Slot};
use crate::filter::{Meta, Verdict};
use crate::schema::{Content, NodeId, Schema};

/// A filter over data of one schema.
#[derive(Debug)]
pub struct AvroFilter {
    fast: Arc<Fast>,
    /// None where the schema has none of the fields.
    projection: Option<Projection>,
    slots: usize,
    fields: Vec<Field>,
    needle: Option<Finder<'static>>,
}

/// Where a field is.
#[derive(Debug, Clone, Copy)]
enum Field {
    /// The schema has no such field.
    Missing,
    /// In this slot.
    Scalar(usize),
    /// In this slot, and an array where it is not null.
    Array(usize),
    /// In this slot, and a string where it is not null, which stands in the data as it is.
    Text(usize),
}

impl AvroFilter {
    pub(in crate::filter) fn new(fast: Arc<Fast>, schema: &Schema) -> Option<Self> {
        let mut paths: Vec<String> = Vec::new();
        let mut fields = Vec::new();
        for names in &fast.fields {
            let slot = paths.len();
            let field = match leaf(schema, names)? {
                Leaf::Missing => Field::Missing,
                Leaf::Scalar => Field::Scalar(slot),
                Leaf::Array => Field::Array(slot),
                Leaf::Text => Field::Text(slot),
            };
            if !matches!(field, Field::Missing) {
                paths.push(names.join("."));
            }
            fields.push(field);
        }
        let texts: Vec<&str> = paths.iter().map(String::as_str).collect();
        let projection = if texts.is_empty() { None } else { Some(Projection::new(schema, &texts).ok()?) };
        // Symbols of enums are not in the data, and what the schema lacks is nowhere.
        let in_data = |field: &usize| matches!(fields.get(*field), Some(Field::Text(_)));
        let needed = fast.needed().into_iter().filter(|(field, _)| in_data(field)).map(|(_, text)| text);
        let needle = needed.filter(|text| !text.is_empty()).max_by_key(|text| text.len());
        let needle = needle.map(|needle| Finder::new(needle).into_owned());
        let slots = texts.len();
        (slots <= SLOTS).then_some(AvroFilter { fast, projection, slots, fields, needle })
    }

    /// Tells, without reading the data, whether they may match. Where they may not, nothing else is known of them.
    #[must_use]
    #[inline]
    pub fn may_match(&self, data: &[u8]) -> bool {
        self.needle.as_ref().is_none_or(|needle| needle.find(data).is_some())
    }

    /// Runs the filter over a datum. It is read as far as the fields that are compared.
    #[must_use]
    pub fn matches(&self, data: &[u8], meta: &Meta<'_>) -> Verdict {
        let mut room = [Slot::Missing; SLOTS];
        let Some(slots) = room.get_mut(..self.slots) else { return Verdict::NoMatch };
        if let Some(projection) = &self.projection
            && let Err(error) = projection.project(data, slots)
        {
            return Verdict::Unreadable(error);
        }
        let slots = &*slots;
        let at = |slot: usize| slots.get(slot).copied().unwrap_or_default();
        let field = |field: usize| {
            Ok(match self.fields.get(field) {
                None | Some(Field::Missing) => Seen::Null,
                Some(Field::Scalar(slot) | Field::Text(slot)) => Seen::of(at(*slot)),
                Some(Field::Array(slot)) => match at(*slot) {
                    Slot::Composite(_) => Seen::Array,
                    other => Seen::of(other),
                },
            })
        };
        self.fast.matches(meta, &field).into()
    }
}

/// What a path leads to in a schema.
enum Leaf {
    Missing,
    Scalar,
    Array,
    Text,
}

/// What a path leads to; none where the plain form may show it otherwise than the projection does.
fn leaf(schema: &Schema, names: &[Box<str>]) -> Option<Leaf> {
    let mut node = schema.root();
    for name in names {
        let (id, optional) = present(schema, node)?;
        let Content::Record(record) = schema.content(id) else { return None };
        // Null or a tagged value may stand for a record in a union; a record of one field may look like a tag.
        if optional && record.fields.len() == 1 {
            return None;
        }
        match record.fields.iter().find(|field| *field.name == **name) {
            Some(field) => node = field.schema,
            None => return Some(Leaf::Missing),
        }
    }
    let (id, _) = present(schema, node)?;
    if schema.node(id).logical.is_some() {
        return None;
    }
    Some(match schema.content(id) {
        Content::Null
        | Content::Boolean
        | Content::Int
        | Content::Long
        | Content::Float
        | Content::Double => Leaf::Scalar,
        Content::Enum(_) | Content::Record(_) | Content::Map(_) => Leaf::Scalar,
        Content::String => Leaf::Text,
        Content::Array(_) => Leaf::Array,
        Content::Bytes | Content::Fixed(_) | Content::Union(_) => return None,
    })
}

/// The type of the values that are not null, and whether there may be null; none for other unions.
fn present(schema: &Schema, node: NodeId) -> Option<(NodeId, bool)> {
    let Content::Union(branches) = schema.content(node) else { return Some((node, false)) };
    let is_null = |id: &NodeId| matches!(schema.content(*id), Content::Null);
    match branches.as_slice() {
        [null, other] | [other, null] if is_null(null) => Some((*other, true)),
        _ => None,
    }
}
