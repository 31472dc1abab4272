//! What a reading found, for the line at its end.

use std::collections::BTreeMap;

use crate::payload::{Problem, ProblemClass};
use crate::record::Coordinate;

/// What a value turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// There was none.
    Null,
    /// Avro in the wire format.
    Avro,
    /// JSON.
    Json,
    /// An envelope.
    Envelope,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

impl Found {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Found::Null => "null",
            Found::Avro => "avro",
            Found::Json => "json",
            Found::Envelope => "envelope",
            Found::Text => "text",
            Found::Bytes => "bytes",
        }
    }
}

/// Records that could not be decoded for one kind of reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// How many.
    pub count: u64,
    /// Where the first of them stands.
    pub first: String,
    /// Its reason.
    pub reason: String,
}

/// How many records were what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Matched {
    /// Records that were shown.
    pub shown: u64,
    /// Records that their bytes alone ruled out: they were not decoded.
    pub passed_over: u64,
    /// Records on which the filter itself failed, such as a field asked of a string.
    pub filter_errors: u64,
}

/// What was counted beside the records themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// What matched.
    pub matched: Matched,
    /// What values were, of those that were looked at.
    pub found: BTreeMap<Found, u64>,
    /// What could not be decoded, by the kind of reason.
    pub undecodable: BTreeMap<ProblemClass, Undecodable>,
    /// The first failure of the filter, and where.
    pub filter_error: Option<(String, String)>,
}

impl Summary {
    /// Counts a record that could not be decoded.
    pub fn undecodable(&mut self, at: Coordinate<'_>, problem: &Problem) {
        let entry = self.undecodable.entry(problem.class).or_insert_with(|| Undecodable {
            count: 0,
            first: at.to_string(),
            reason: problem.detail.clone(),
        });
        entry.count += 1;
    }

    /// Counts a record on which the filter failed.
    pub fn filter_failed(&mut self, at: Coordinate<'_>, reason: &str) {
        self.matched.filter_errors += 1;
        if self.filter_error.is_none() {
            self.filter_error = Some((at.to_string(), reason.to_owned()));
        }
    }

    /// How many records could not be decoded, or not be written.
    #[must_use]
    pub fn undecodable_records(&self) -> u64 {
        self.undecodable.values().map(|undecodable| undecodable.count).sum()
    }

    /// How many sound records the file could not hold; they are among those of `undecodable_records`.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.undecodable.get(&ProblemClass::NotInFile).map_or(0, |left_out| left_out.count)
    }

    /// True where some records may be sound and could not be looked at.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.undecodable.keys().any(|class| class.is_unknown())
    }
}
