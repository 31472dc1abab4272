//! Comparing the fields of JSON payloads.

use std::sync::Arc;

use memchr::memchr;
use memchr::memmem::Finder;

use super::seen::Seen;
use super::{Fast, SLOTS};
use crate::codec::project::{Composite, JsonProjection, Project, Slot};
use crate::filter::error::{Reason, RunError};
use crate::filter::{Meta, Verdict};

/// A filter over payloads that are JSON text.
#[derive(Debug)]
pub struct JsonFilter {
    fast: Arc<Fast>,
    projection: JsonProjection,
    slots: usize,
    /// The slot of the value, where it is a member of the payload.
    root: Option<usize>,
    /// For each field the slots on the way to it, and its own.
    ways: Vec<Vec<usize>>,
    needle: Option<Finder<'static>>,
}

impl JsonFilter {
    pub(in crate::filter) fn new(fast: Arc<Fast>, prefix: &[&str]) -> Option<Self> {
        let prefix = prefix.join(".");
        let mut paths: Vec<String> = Vec::new();
        let root = (!prefix.is_empty()).then_some(0);
        paths.extend(root.map(|_| prefix.clone()));
        let mut slot = |path: String| match paths.iter().position(|known| *known == path) {
            Some(at) => at,
            None => {
                paths.push(path);
                paths.len() - 1
            }
        };
        let mut ways = Vec::new();
        for names in &fast.fields {
            let mut path = prefix.clone();
            let mut way = Vec::new();
            for name in names {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                way.push(slot(path.clone()));
            }
            ways.push(way);
        }
        let texts: Vec<&str> = paths.iter().map(String::as_str).collect();
        let projection = JsonProjection::new(&[], &texts).ok()?;
        let needle = fast.needed().into_iter().map(|(_, text)| quoted(text)).max_by_key(Vec::len);
        let needle = needle.map(|needle| Finder::new(&needle).into_owned());
        let slots = texts.len();
        (slots <= SLOTS).then_some(JsonFilter { fast, projection, slots, root, ways, needle })
    }

    /// Tells, without reading the payload, whether it may match. Where it may not, nothing else is known of it: it need
    /// not even be JSON.
    #[must_use]
    #[inline]
    pub fn may_match(&self, payload: &[u8]) -> bool {
        match &self.needle {
            // A string that is written with an escape is found by its backslash.
            Some(needle) => needle.find(payload).is_some() || memchr(b'\\', payload).is_some(),
            None => true,
        }
    }

    /// Runs the filter over a payload. It is read as far as the fields that are compared.
    #[must_use]
    pub fn matches(&self, payload: &[u8], meta: &Meta<'_>) -> Verdict {
        let mut room = [Slot::Missing; SLOTS];
        let Some(slots) = room.get_mut(..self.slots) else { return Verdict::NoMatch };
        if !self.ways.is_empty()
            && let Err(error) = self.projection.project(payload, slots)
        {
            return Verdict::Unreadable(error);
        }
        let slots = &*slots;
        self.fast.matches(meta, &|field| self.field(field, payload, slots)).into()
    }

    #[inline]
    fn field<'d>(&self, field: usize, payload: &[u8], slots: &[Slot<'d>]) -> Result<Seen<'d>, RunError> {
        let at = |slot: &usize| slots.get(*slot).copied().unwrap_or_default();
        let way = self.ways.get(field).map_or([].as_slice(), Vec::as_slice);
        let slot = way.last().map_or(Slot::Missing, at);
        if matches!(slot, Slot::Missing) { self.missing(field, payload, slots) } else { Ok(Seen::of(slot)) }
    }

    /// A field that is not there is null where all on the way to it is an object or null, and an error elsewhere.
    fn missing<'d>(&self, field: usize, payload: &[u8], slots: &[Slot<'d>]) -> Result<Seen<'d>, RunError> {
        let names = self.fast.fields.get(field).map_or([].as_slice(), Vec::as_slice);
        let way = self.ways.get(field).map_or([].as_slice(), Vec::as_slice);
        let root = match self.root {
            Some(slot) => slots.get(slot).copied().unwrap_or_default(),
            None => whole(payload),
        };
        let above = way.iter().map(|slot| slots.get(*slot).copied().unwrap_or_default());
        for (depth, slot) in std::iter::once(root).chain(above).take(names.len()).enumerate() {
            let found = match slot {
                Slot::Missing | Slot::Null => return Ok(Seen::Null),
                Slot::Composite(Composite::Json(text)) if text.starts_with('{') => continue,
                Slot::Composite(_) => "an array",
                Slot::Boolean(_) => "a boolean",
                Slot::Text(_) => "a string",
                _ => "a number",
            };
            let path = names.get(..depth).unwrap_or_default().join(".");
            let path = if path.is_empty() { "the value".to_owned() } else { format!(".{path}") };
            let name = names.get(depth).map_or(String::new(), ToString::to_string);
            return Err(RunError(Reason::Index { path, found, name }));
        }
        Ok(Seen::Null)
    }
}

/// What the whole payload is, by its first character.
fn whole(payload: &[u8]) -> Slot<'static> {
    match payload.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
        Some(b'{') => Slot::Composite(Composite::Json("{")),
        Some(b'[') => Slot::Composite(Composite::Json("[")),
        Some(b'n') => Slot::Null,
        Some(b'"') => Slot::Text(crate::json::Text::unescaped("")),
        Some(b't' | b'f') => Slot::Boolean(true),
        _ => Slot::Integer(0),
    }
}

/// A string as it stands in JSON where nothing is escaped: with its quotes, which are another two bytes to find.
fn quoted(text: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len() + 2);
    plain.push(b'"');
    plain.extend_from_slice(text.as_bytes());
    plain.push(b'"');
    plain
}
