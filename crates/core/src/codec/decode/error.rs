//! Why a datum has no value, and where in it.

use std::fmt;

use super::containers::Loop;
use super::program::{Place, Program};
use crate::codec::input::Malformed;

/// How many characters of a map's key are shown.
const KEY_LIMIT: usize = 60;

/// What is wrong with a datum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeProblem {
    /// Its bytes are no value of the schema.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// A map has a key twice.
    #[error("this key stands twice in its map")]
    KeyTwice,
    /// The reader's schema does not fit what was written.
    #[error("{0}")]
    Unreadable(String),
    /// Its text would be too long.
    #[error("the value takes more than {0} bytes as text")]
    Long(usize),
}

/// Why a datum has no value, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub problem: DecodeProblem,
    /// Where in the value, as a JSON pointer (RFC 6901) that passes over the tags of unions.
    pub pointer: String,
    /// The byte of the datum where it was seen, from 0.
    pub at: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (", self.problem)?;
        if !self.pointer.is_empty() {
            write!(formatter, "at {}, ", self.pointer)?;
        }
        write!(formatter, "byte {})", self.at)
    }
}

impl std::error::Error for DecodeError {}

/// Why no decoder can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The schemas are larger than any that is used.
    #[error("the schemas need more than {0} steps to decode")]
    Steps(usize),
    /// To match the schemas takes too long.
    #[error("to compare the types of the two schemas takes more than {0} steps")]
    Comparisons(usize),
    /// Unions of records of unions, and so on, none of which is told by its name.
    #[error("the unions of the two schemas can only be matched by looking more than {0} records deep")]
    Deep(usize),
}

/// The place of a step, as a JSON pointer: the records that are open and the items that are being read tell the way.
pub(super) fn pointer(program: &Program, step: usize, calls: &[u32], loops: &[Loop<'_>]) -> String {
    let mut parts = Vec::new();
    let mut loops = loops.iter().rev();
    let steps =
        std::iter::once(step).chain(calls.iter().rev().map(|back| (*back as usize).saturating_sub(1)));
    for step in steps {
        let mut place = program.step_places.get(step).copied();
        while let Some(known) = place.and_then(|place| program.places.get(place as usize)) {
            place = match known {
                Place::Top => None,
                Place::Field { of, name } => {
                    parts.push(program.names.get(*name as usize).map_or(String::new(), |name| escaped(name)));
                    Some(*of)
                }
                Place::Item { of } => {
                    parts.extend(loops.next().map(|open| open.index.to_string()));
                    Some(*of)
                }
                Place::Value { of } => {
                    let key = loops.next().and_then(|open| open.key);
                    parts.extend(key.map(|key| escaped(&String::from_utf8_lossy(key))));
                    Some(*of)
                }
            };
        }
    }
    parts.iter().rev().fold(String::new(), |pointer, part| pointer + "/" + part)
}

fn escaped(name: &str) -> String {
    let mut shown: String = name.chars().take(KEY_LIMIT).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    shown.replace('~', "~0").replace('/', "~1")
}
