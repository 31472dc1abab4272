//! Finding the few members of a payload that tell what it is, without understanding the rest.

use std::borrow::Cow;

use super::error::{PayloadError, cut};
use super::{EVENT, SCHEMA_VERSION, TYPE};
use crate::json::{JsonError, Kind, Reader, Text};

/// The parts of an envelope.
pub(super) struct Envelope<'t> {
    /// Its schemaVersion as it stands: a whole number.
    pub(super) version: &'t str,
    /// Its event as it stands.
    pub(super) event: &'t str,
    /// The byte where the event begins.
    pub(super) at: usize,
}

/// Takes an envelope apart. The whole text is read.
pub(super) fn envelope(text: &str) -> Result<Envelope<'_>, PayloadError> {
    let mut reader = Reader::new(text);
    begin(&mut reader, "the payload", 0)?;
    let (mut version, mut event, mut first) = (None, None, true);
    while let Some((name, at)) = member(&mut reader, &mut first)? {
        let kind = reader.kind()?;
        let value = reader.at();
        if name.is(SCHEMA_VERSION) {
            let found = reader.skip()?;
            if kind != Kind::Number || found.contains(['.', 'e', 'E']) {
                return Err(PayloadError::Version { found: cut(found), at: value });
            }
            once(&mut version, found, (SCHEMA_VERSION, at))?;
        } else if name.is(EVENT) {
            if kind != Kind::Object {
                return Err(PayloadError::NotAnObject { what: "`event`", found: kind, at: value });
            }
            once(&mut event, (reader.skip()?, value), (EVENT, at))?;
        } else {
            return Err(PayloadError::Unknown { name: cut(&name.decode()), at });
        }
    }
    reader.end()?;
    let version = version.ok_or(PayloadError::Missing(SCHEMA_VERSION))?;
    let (event, at) = event.ok_or(PayloadError::Missing(EVENT))?;
    Ok(Envelope { version, event, at })
}

/// The mark of an event, whose text begins at this byte of its payload. Behind the mark nothing is read.
pub(super) fn mark(text: &str, offset: usize) -> Result<Option<Cow<'_, str>>, PayloadError> {
    let mut reader = Reader::new(text);
    let moved = |error: JsonError| JsonError { at: error.at + offset, ..error };
    begin(&mut reader, if offset == 0 { "the payload" } else { "`event`" }, offset)?;
    let mut first = true;
    while let Some((name, _)) = member(&mut reader, &mut first).map_err(moved)? {
        if name.is(TYPE) {
            let found = reader.kind().map_err(moved)?;
            if found != Kind::String {
                return Err(PayloadError::Type { found, at: reader.at() + offset });
            }
            return Ok(Some(reader.string().map_err(moved)?.decode()));
        }
        reader.skip().map_err(moved)?;
    }
    Ok(None)
}

fn begin(reader: &mut Reader<'_>, what: &'static str, offset: usize) -> Result<(), PayloadError> {
    let found = reader.kind().map_err(|error| JsonError { at: error.at + offset, ..error })?;
    if found != Kind::Object {
        return Err(PayloadError::NotAnObject { what, found, at: reader.at() + offset });
    }
    Ok(reader.begin_object()?)
}

/// The next member's name, and the byte where it begins.
fn member<'t>(reader: &mut Reader<'t>, first: &mut bool) -> Result<Option<(Text<'t>, usize)>, JsonError> {
    let before = reader.at();
    let Some(name) = reader.name(first)? else { return Ok(None) };
    let at = before + reader.slice(before, reader.at()).find('"').unwrap_or(0);
    Ok(Some((name, at)))
}

fn once<V>(slot: &mut Option<V>, value: V, (name, at): (&'static str, usize)) -> Result<(), PayloadError> {
    match slot.replace(value) {
        Some(_) => Err(PayloadError::Twice { name, at }),
        None => Ok(()),
    }
}
