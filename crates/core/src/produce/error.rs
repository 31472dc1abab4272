//! Why a line is no record of its topic.

use std::fmt;

use super::bounds::BoundError;
use super::stamp::StampError;
use super::versions::Unusable;
use crate::codec::EncodeError;
use crate::codec::event::PayloadError;
use crate::json::{JsonError, Kind};
use crate::key::KeyError;
use crate::partitioner::PlaceError;
use crate::record::json::RecordLineProblem;
use crate::yaml::{near_miss, shown};

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// What is wrong.
    pub problem: LineProblem,
    /// The byte of the line where it was seen, from 0, where there is one.
    pub at: Option<usize>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineProblem {
    /// Its bytes are not UTF-8.
    NotUtf8,
    /// They look like something else: "gzip data".
    OtherData(&'static str),
    /// It is longer than a line may be.
    TooLong {
        /// How many bytes it has.
        length: u64,
        /// How many it may have.
        limit: usize,
    },
    /// It is not JSON.
    Json(JsonError),
    /// It is JSON, and no object.
    NotAnObject(Kind),
    /// Nothing tells which event it is.
    NoType {
        /// The marks of the events.
        known: Vec<String>,
    },
    /// `type` is no text.
    TypeKind(&'static str),
    /// `type` is the mark of another event, or of none.
    Type {
        /// The mark.
        found: String,
        /// The marks that would do.
        known: Vec<String>,
    },
    /// Its event has no version that can be written.
    Unusable {
        /// The event.
        event: String,
        /// Why.
        why: Unusable,
    },
    /// The event is no value of its schema.
    Value(EncodeError),
    /// An envelope is none.
    Envelope(PayloadError),
    /// The key's field makes no key.
    Key {
        /// The field.
        field: String,
        /// Why.
        why: KeyError,
    },
    /// The key has no place.
    Place(PlaceError),
    /// It is no record.
    Record(RecordLineProblem),
    /// A body is not what its bytes say.
    Edited {
        /// Which one.
        member: &'static str,
    },
    /// A body has no bytes.
    NoBytes {
        /// Which one.
        member: &'static str,
        /// True where it should have been encoded, and nothing says how.
        encode: bool,
    },
    /// It shall stay in a partition that is not there.
    Partition {
        /// The partition, where the line has one.
        partition: Option<i32>,
        /// How many there are.
        partitions: i32,
    },
    /// The topic takes no record of its time.
    Bound(BoundError),
    /// The timestamp's field tells none.
    Stamp {
        /// The field.
        field: String,
        /// Why.
        why: StampError,
    },
}

impl LineError {
    pub(super) fn new(problem: LineProblem) -> Self {
        LineError { problem, at: None }
    }

    /// A time that the topic does not take.
    #[must_use]
    pub fn of_bound(error: BoundError) -> Self {
        LineError::new(LineProblem::Bound(error))
    }

    pub(super) fn at(problem: LineProblem, at: usize) -> Self {
        LineError { problem, at: Some(at) }
    }

    /// The same in a line whose object has so many bytes less behind its first brace.
    pub(super) fn without_front(mut self, bytes: usize, brace: usize) -> Self {
        self.at = self.at.map(|at| if at > brace { at.saturating_sub(bytes).max(brace) } else { at });
        self
    }

    /// The column, in bytes from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.at.map(|at| at + 1)
    }

    /// The path of the field that is wrong, where it is one.
    #[must_use]
    pub fn field(&self) -> Option<String> {
        match &self.problem {
            LineProblem::Value(error) => Some(error.path()).filter(|path| !path.is_empty()),
            LineProblem::Key { field, .. } | LineProblem::Stamp { field, .. } => Some(field.clone()),
            LineProblem::NoType { .. } | LineProblem::TypeKind(_) | LineProblem::Type { .. } => {
                Some("type".to_owned())
            }
            _ => None,
        }
    }
}

impl From<JsonError> for LineError {
    fn from(error: JsonError) -> Self {
        LineError::at(LineProblem::Json(error), error.at)
    }
}

impl From<EncodeError> for LineError {
    fn from(error: EncodeError) -> Self {
        let at = error.at();
        LineError::at(LineProblem::Value(error), at)
    }
}

impl std::error::Error for LineError {}

impl fmt::Display for LineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)?;
        self.column().map_or(Ok(()), |column| write!(formatter, " (column {column})"))
    }
}

impl fmt::Display for LineProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineProblem::NotUtf8 => formatter.write_str("this is not UTF-8"),
            LineProblem::OtherData(what) => write!(formatter, "this is no text, it looks like {what}"),
            LineProblem::TooLong { length, limit } => {
                write!(formatter, "the line has {length} bytes, more than the {limit} that are read")
            }
            LineProblem::Json(error) => write!(formatter, "this is not JSON: {}", error.kind),
            LineProblem::NotAnObject(found) => {
                write!(formatter, "an event is an object, not {}", found.words())
            }
            LineProblem::NoType { known } => {
                write!(formatter, "`type` is missing, which tells the event; known are: {}", list(known))
            }
            LineProblem::TypeKind(found) => write!(formatter, "`type` must be a text, not {found}"),
            LineProblem::Type { found, known } => {
                let near = near_miss(found, known.iter().map(String::as_str));
                write!(formatter, "`type` is {}", shown(found))?;
                match (near, known.as_slice()) {
                    (Some(near), _) => write!(formatter, "; did you mean {}?", shown(near)),
                    (None, [only]) => write!(formatter, ", not {}", shown(only)),
                    (None, _) => {
                        write!(formatter, ", which is no event of this topic; known are: {}", list(known))
                    }
                }
            }
            LineProblem::Unusable { event, why } => {
                write!(formatter, "{} cannot be written: {why}", shown(event))
            }
            LineProblem::Value(error) => formatter.write_str(&error.sentence()),
            LineProblem::Envelope(error) => error.fmt(formatter),
            LineProblem::Key { field, why } => write!(formatter, "`{field}`: {why}"),
            LineProblem::Place(error) => error.fmt(formatter),
            LineProblem::Record(problem) => problem.fmt(formatter),
            LineProblem::Edited { member } => write!(
                formatter,
                "`{member}` was edited: its bytes say something else; encode it anew with --encode"
            ),
            LineProblem::NoBytes { member, encode: false } => {
                write!(formatter, "`{member}` has no bytes beside it; encode it anew with --encode")
            }
            LineProblem::NoBytes { member, encode: true } => {
                write!(
                    formatter,
                    "`{member}` cannot be encoded: the catalog does not say how this topic is written"
                )
            }
            LineProblem::Partition { partition: None, .. } => {
                formatter.write_str("`partition` is missing, and it shall be kept")
            }
            LineProblem::Partition { partition: Some(partition), partitions } => {
                write!(formatter, "the topic has no partition {partition}: it has {partitions}")
            }
            LineProblem::Bound(error) => error.fmt(formatter),
            LineProblem::Stamp { field, why } => write!(formatter, "`{field}` {why}"),
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}
