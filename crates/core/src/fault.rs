//! What went wrong with one item of an answer: one topic, one partition, one setting.
//!
//! A bulk answer keeps one fault per item, so that a failure never hides the others. `FaultKind` says what follows
//! from it; the broker's own words are kept beside it to be shown.

use serde::{Deserialize, Serialize};

/// What follows from a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The thing does not exist.
    Absent,
    /// The principal may not see or do this: it says nothing about whether the thing exists.
    Denied,
    /// Something of this name is there already.
    Exists,
    /// The broker answered and refused: a policy, an invalid value. Nothing was changed.
    Refused,
    /// The broker, or this client, does not know the request.
    Unsupported,
    /// No answer came in time: a change may or may not have happened.
    TimedOut,
    /// No broker could be reached, or it was lost on the way.
    Unreachable,
    /// The broker cannot do it now (no leader, not enough replicas, load): worth another try.
    Unavailable,
    /// Anything else, in the broker's words.
    Other,
}

impl FaultKind {
    /// True where a mutating request may have taken effect although it failed: it has to be looked up before it is
    /// repeated.
    #[must_use]
    pub fn leaves_outcome_unknown(self) -> bool {
        matches!(self, FaultKind::TimedOut | FaultKind::Unreachable)
    }
}

/// A fault of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// What follows from it.
    pub kind: FaultKind,
    /// The protocol's name of the error, such as `TOPIC_AUTHORIZATION_FAILED`, or librdkafka's.
    pub code: String,
    /// The broker's or the client's words. Foreign text: escape it before it reaches a terminal.
    pub message: String,
}

impl Fault {
    /// Of an item that was asked for, and of which the answer says nothing.
    #[must_use]
    pub fn left_out() -> Fault {
        let message = "the brokers did not speak of it".to_owned();
        Fault { kind: FaultKind::Other, code: "_LEFT_OUT".to_owned(), message }
    }
}

/// What asking for one thing by name brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// It is there, and this is what it is.
    Present(T),
    /// It is surely not there.
    Absent,
    /// It could not be found out: denied, unreachable, timed out. Never to be read as absent.
    Unknown(Fault),
}

impl<T> Seen<T> {
    /// The thing, if it is there.
    pub fn present(&self) -> Option<&T> {
        match self {
            Seen::Present(thing) => Some(thing),
            Seen::Absent | Seen::Unknown(_) => None,
        }
    }
}
