//! Why fields cannot be read: paths that lead nowhere, and payloads that are broken.

use std::fmt;

use crate::codec::input::Malformed;
use crate::json::JsonError;
use crate::yaml::shown;

/// Why a payload's fields cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// The payload is no data of its schema.
    #[error("the data are damaged: {problem} (byte {at})")]
    Avro {
        /// What is wrong.
        problem: Malformed,
        /// The byte where it was seen, from 0.
        at: usize,
    },
    /// The payload is not JSON.
    #[error("this is not JSON: {0}")]
    Json(#[from] JsonError),
    /// The payload is not UTF-8, from this byte on.
    #[error("this is not UTF-8 (byte {0})")]
    NotText(usize),
}

/// A path that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// The path.
    pub path: String,
    /// What is wrong with it.
    pub problem: PathProblem,
}

/// What is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathProblem {
    /// A name in it is empty.
    Empty,
    /// It has more names than any value is deep.
    Long,
    /// No record has such a field.
    Unknown {
        /// The part of the path up to the name that is not known.
        part: String,
        /// The path up to there that may have been meant.
        near: Option<String>,
        /// The names of the records that were looked into.
        records: Vec<String>,
    },
    /// It goes on behind something that has no fields.
    NoFields {
        /// The part of the path that leads to it; empty for the whole value.
        part: String,
        /// What it is: "an array".
        found: String,
    },
}

impl std::error::Error for PathError {}

impl fmt::Display for PathError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = shown(&self.path);
        match &self.problem {
            PathProblem::Empty => {
                write!(formatter, "{path} is no path: names with dots between them, as in `a.b`")
            }
            PathProblem::Long => write!(formatter, "{path} has more names than a value is deep"),
            PathProblem::Unknown { part, near, records } => {
                let records: Vec<String> = records.iter().map(|record| shown(record)).collect();
                write!(formatter, "{} is no field of {}", shown(part), records.join(" or "))?;
                near.as_ref().map_or(Ok(()), |near| write!(formatter, "; did you mean {}?", shown(near)))
            }
            PathProblem::NoFields { part, found } if part.is_empty() => {
                write!(formatter, "{path} leads nowhere: the whole value is {found} and has no fields")
            }
            PathProblem::NoFields { part, found } => {
                write!(formatter, "{path} leads nowhere: {} is {found} and has no fields", shown(part))
            }
        }
    }
}
