//! How a reading ended.

use crate::fault::Fault;
use crate::position::Span;

/// Why a whole reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanEnd {
    /// Every partition was read to its end, or failed.
    Ends,
    /// As many records were found as were wanted.
    Enough,
    /// A signal stopped it.
    Stopped,
    /// The first record that could not be decoded was to stop it.
    FailedFast,
    /// The reader of the output went away.
    Closed,
}

impl ScanEnd {
    /// Why, in words that end a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ScanEnd::Ends => "the end was reached",
            ScanEnd::Enough => "as many records were found as were asked for",
            ScanEnd::Stopped => "a signal stopped it",
            ScanEnd::FailedFast => "the first undecodable record stopped it",
            ScanEnd::Closed => "the reader of the output went away",
        }
    }

    /// The word that JSON documents use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ScanEnd::Ends => "end",
            ScanEnd::Enough => "enough",
            ScanEnd::Stopped => "signal",
            ScanEnd::FailedFast => "undecodable",
            ScanEnd::Closed => "closed",
        }
    }
}

/// Why the reading of a partition ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionEnd {
    /// Its end was reached.
    Reached,
    /// No more of it was wanted.
    Enough,
    /// The reading was stopped before.
    Stopped,
    /// It can be read no further.
    Failed(Fault),
}

/// How far the reading of a partition came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionScan {
    /// The topic's number in the reading.
    pub topic: usize,
    /// The partition.
    pub partition: i32,
    /// Its range.
    pub span: Span,
    /// The first offset that was not read.
    pub next: i64,
    /// How many records were read.
    pub taken: u64,
    /// Why not further.
    pub end: PartitionEnd,
}

/// What a reading counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanCounts {
    /// Records that were read.
    pub records: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
}
