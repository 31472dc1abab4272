//! Why a JSON payload is no event of its topic.

use std::fmt;

use crate::codec::encode::EncodeError;
use crate::json::{JsonError, Kind};
use crate::yaml::{near_miss, shown};

/// Why a JSON payload is no event of its topic. Bytes are counted from 0, in the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadError {
    /// Its bytes are not UTF-8, from this one on.
    NotText(usize),
    /// It is not JSON.
    Json(JsonError),
    /// It holds a line break at this byte.
    LineBreak(usize),
    /// Something is not an object.
    NotAnObject {
        /// What: "the payload", "`event`".
        what: &'static str,
        /// What it is.
        found: Kind,
        /// Where it begins.
        at: usize,
    },
    /// A member stands twice in its object.
    Twice {
        /// Its name.
        name: &'static str,
        /// Where its second name begins.
        at: usize,
    },
    /// An envelope lacks a member.
    Missing(&'static str),
    /// An envelope has a member that none has.
    Unknown {
        /// Its name.
        name: String,
        /// Where it begins.
        at: usize,
    },
    /// `schemaVersion` is no whole number.
    Version {
        /// What it is, as it stands.
        found: String,
        /// Where it begins.
        at: usize,
    },
    /// `schemaVersion` is none of the subject's versions.
    UnknownVersion {
        /// The subject.
        subject: String,
        /// The version, as it stands.
        version: String,
        /// The versions it has.
        known: Vec<u32>,
    },
    /// The topic has several events, and nothing says which one it is.
    NoType {
        /// The marks of the events.
        known: Vec<String>,
    },
    /// `type` is no string.
    Type {
        /// What it is.
        found: Kind,
        /// Where it begins.
        at: usize,
    },
    /// `type` marks no event of the topic.
    UnknownType {
        /// The mark.
        found: String,
        /// The marks of the events.
        known: Vec<String>,
    },
    /// The topic has no events.
    NoEvents,
    /// The subject has no version.
    NoSchema(String),
    /// The event is no value of its schema.
    Value(EncodeError),
}

impl From<JsonError> for PayloadError {
    fn from(error: JsonError) -> Self {
        PayloadError::Json(error)
    }
}

impl std::error::Error for PayloadError {}

impl fmt::Display for PayloadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PayloadError::NotText(at) => write!(formatter, "this is not UTF-8 (byte {at})"),
            PayloadError::Json(error) => write!(formatter, "this is not JSON: {error}"),
            PayloadError::LineBreak(at) => write!(formatter, "this holds a line break (byte {at})"),
            PayloadError::NotAnObject { what, found, at } => {
                write!(formatter, "{what} must be an object, not {} (byte {at})", found.words())
            }
            PayloadError::Twice { name, at } => write!(formatter, "`{name}` stands twice (byte {at})"),
            PayloadError::Missing(name) => {
                write!(formatter, "the envelope lacks `{name}`; it is {ENVELOPE}")
            }
            PayloadError::Unknown { name, at } => {
                write!(
                    formatter,
                    "{} is no member of an envelope, which is {ENVELOPE} (byte {at})",
                    shown(name)
                )
            }
            PayloadError::Version { found, at } => {
                write!(formatter, "`schemaVersion` must be a whole number, not {found} (byte {at})")
            }
            PayloadError::UnknownVersion { subject, version, known } => {
                let known: Vec<String> = known.iter().map(|version| format!("v{version}")).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                write!(formatter, "{} has no version {version}; known are: {known}", shown(subject))
            }
            PayloadError::NoType { known } => {
                write!(formatter, "`type` is missing, which tells the event; known are: {}", list(known))
            }
            PayloadError::Type { found, at } => {
                write!(formatter, "`type` must be a string, not {} (byte {at})", found.words())
            }
            PayloadError::UnknownType { found, known } => {
                write!(formatter, "`type` is {}, which is no event of this topic; ", shown(found))?;
                match near_miss(found, known.iter().map(String::as_str)) {
                    Some(near) => write!(formatter, "did you mean {}?", shown(near)),
                    None => write!(formatter, "known are: {}", list(known)),
                }
            }
            PayloadError::NoEvents => formatter.write_str("the topic has no events"),
            PayloadError::NoSchema(subject) => write!(formatter, "{} has no version", shown(subject)),
            PayloadError::Value(error) => error.fmt(formatter),
        }
    }
}

const ENVELOPE: &str = "{\"schemaVersion\": 2, \"event\": {…}}";

fn list(names: &[String]) -> String {
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}

/// The beginning of a text, with a mark where it was cut.
pub(super) fn cut(text: &str) -> String {
    crate::codec::encode::cut(text, 60)
}
