//! What became of an input as a whole.

use std::fmt;

use super::account::Tally;
use super::error::LineError;
use crate::fault::{Fault, FaultKind};

/// Why a line is not stored, or may not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The line is wrong.
    Line(Box<LineError>),
    /// The broker, or the client, said so.
    Fault(Box<Fault>),
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        Reason::Fault(Box::new(fault))
    }
}

impl Reason {
    /// True where the line may well be stored another time: it was the cluster's trouble, and not its own.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        use FaultKind::{Other, TimedOut, Unavailable, Unreachable};
        matches!(self, Reason::Fault(fault) if matches!(fault.kind, TimedOut | Unreachable | Unavailable | Other))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Line(error) => error.fmt(formatter),
            Reason::Fault(fault) => fault.fmt(formatter),
        }
    }
}

/// What a line that is wrong does to those behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// None of them is sent.
    Stop,
    /// They are sent all the same.
    Skip,
    /// They are sent, and it is written into a file.
    Reject,
}

/// Why no more lines were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// There are no more.
    Input,
    /// A line was refused, or nobody knows what became of it.
    Line(u64),
    /// A signal came.
    Signal,
    /// The client cannot go on.
    Fatal(Fault),
    /// A transaction took longer than it may.
    TimeLimit,
    /// The input could not be read on, or what was found not be written.
    Machine(String),
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionEnd {
    /// All of it is visible.
    Committed,
    /// Nothing of it is.
    TakenBack(Option<Fault>),
    /// Nobody knows.
    Undecided(Fault),
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProduceReport {
    /// How many lines ended how.
    pub tally: Tally,
    /// Why no more were sent.
    pub ending: Ending,
    /// True where there is more to be read.
    pub unread: bool,
    /// True where the cluster was the reason that some line is not stored.
    pub troubled: bool,
    /// How the transaction ended, where there was one.
    pub transaction: Option<TransactionEnd>,
    /// How many refused lines are not in the reject file: they are too long, or it could not be written.
    pub not_kept: u64,
    /// How many records are older than the topic keeps them.
    pub expired: u64,
}

impl ProduceReport {
    /// The line to go on from; none where all was sent.
    #[must_use]
    pub fn resume(&self) -> Option<u64> {
        self.tally.first_not_sent.or_else(|| self.unread.then_some(self.tally.lines + 1))
    }

    /// True where a line was refused.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.tally.refused > 0
    }

    /// True where something is not known, or was not brought to its end by the cluster or this machine.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        let undecided = matches!(self.transaction, Some(TransactionEnd::Undecided(_)));
        let taken_back = matches!(self.transaction, Some(TransactionEnd::TakenBack(Some(_))));
        let broken = matches!(self.ending, Ending::Fatal(_) | Ending::TimeLimit | Ending::Machine(_));
        self.tally.unknown > 0 || undecided || taken_back || broken || self.troubled
    }
}
