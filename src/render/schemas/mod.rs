//! How schemas look: verdicts, lists, one schema, the difference of two, what was locked.

mod checked;
mod deleted;
mod diffed;
mod listed;
mod locked;
mod online;
mod planned;
mod pretty;
mod pulled;
mod registered;
mod shown;
mod standing;
mod used;

use eventctl_core::schema::Place;
use eventctl_core::schemas::check::{Remark, RemarkPlace};
use eventctl_core::schemas::{Level, State};
use serde::Serialize;

pub use checked::SchemaCheck;
pub use diffed::{Diffed, DiffedVersion};
pub use listed::Listed;
pub use locked::{Locked, LockedRow};
pub use pretty::pretty;
pub use shown::{Shown, ShownFile, ShownHeld, ShownReference};
pub use standing::Asked;
pub use used::{DeadLettersShown, Used};

pub(super) use checked::CheckedWire;

/// What the lock says of a version, as a stable word for programs.
fn state_word(state: State) -> &'static str {
    match state {
        State::Locked => "locked",
        State::New => "new",
        State::Changed => "changed",
        State::Unreadable => "unreadable",
    }
}

#[derive(Serialize)]
struct LevelWire<'a> {
    level: &'static str,
    origin: &'static str,
    environment: Option<&'a str>,
}

impl<'a> From<&'a Level> for LevelWire<'a> {
    fn from(level: &'a Level) -> Self {
        LevelWire {
            level: level.level.as_str(),
            origin: level.origin.as_str(),
            environment: level.origin.environment(),
        }
    }
}

#[derive(Serialize)]
struct PlaceWire<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    pointer: &'a str,
    path: &'a str,
}

impl<'a> From<&'a RemarkPlace> for PlaceWire<'a> {
    fn from(place: &'a RemarkPlace) -> Self {
        let RemarkPlace { file, line, column, pointer, path } = place;
        PlaceWire { file, line: *line, column: *column, pointer, path }
    }
}

/// A place of a schema, where its document is known from elsewhere.
#[derive(Serialize)]
struct SchemaPlaceWire<'a> {
    line: usize,
    column: usize,
    pointer: &'a str,
    path: &'a str,
}

impl<'a> From<&'a Place> for SchemaPlaceWire<'a> {
    fn from(place: &'a Place) -> Self {
        SchemaPlaceWire {
            line: place.span.line,
            column: place.span.column,
            pointer: &place.pointer,
            path: &place.path,
        }
    }
}

#[derive(Serialize)]
struct RemarkWire<'a> {
    kind: &'static str,
    cause: Option<&'static str>,
    text: &'a str,
    version: Option<u32>,
    others: &'a [u32],
    place: Option<PlaceWire<'a>>,
    help: Option<&'a str>,
}

impl<'a> From<&'a Remark> for RemarkWire<'a> {
    fn from(remark: &'a Remark) -> Self {
        RemarkWire {
            kind: remark.kind.as_str(),
            cause: remark.cause,
            text: &remark.text,
            version: remark.version,
            others: &remark.others,
            place: remark.place.as_ref().map(PlaceWire::from),
            help: remark.help.as_deref(),
        }
    }
}
