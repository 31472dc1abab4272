//! Filters over records: a jq expression that says of each record whether it is one of those that are looked for.
//!
//! A record matches where the expression gives, among its outputs, one that is neither null nor false, as `select`
//! has it. `.` is the record's value; `$topic`, `$partition`, `$offset`, `$timestamp`, `$key` and `$headers` are what
//! surrounds it ([`Meta`]). Where the expression fails on a record, say because it asks a string for a field, the
//! record does not match, and its caller counts it ([`Verdict::Failed`]).
//!
//! # Three ways to run
//! - Comparisons of fields and variables with literals, joined by `and`, `or` and `not`, are projected: of a payload
//!   only those fields are read ([`JsonFilter`], [`AvroFilter`]).
//! - Where all of a conjunction must hold, and one part of it says that a field is a certain string, the bytes of a
//!   payload are searched for that string first. In JSON the string may be written with escapes, so that a payload
//!   with a backslash is always read ([`JsonFilter::may_match`]); payloads that are passed over are not checked.
//! - Everything else runs in jaq over the value ([`Filter::matches`]).
//!
//! All of them say the same: fields are compared as jaq compares values. Null is less than false, false than true, true
//! than any number, and then come strings, arrays and objects; a field that is missing is null. Whole numbers are exact
//! up to 1,000 digits, others are floats of 64 bits, and a whole number is compared with a float as a float. Where a
//! name stands twice in an object, the first one counts.
//!
//! # What an expression cannot do
//! It must end, and it must not end the process. There are no `def`, `reduce` and `foreach`, no assignments, and
//! functions are those of an explicit list; what is left out says so, and what to use instead. Whatever gives more
//! values than it takes is counted, and a record may cost 200,000 steps and 16 for each of its bytes. A single
//! step may still be long where the expression makes it so (`tojson` twenty times in a row over a large value); only
//! a watchdog helps there.

mod check;
mod error;
mod fast;
mod meta;
mod natives;
mod needs;
mod parse;
mod pattern;
mod rewrite;
mod run;
mod value;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use error::{FilterError, RunError, Verdict};
pub use fast::{AvroFilter, JsonFilter};
pub use meta::{Key, Meta};

use crate::codec::project::ProjectError;
use crate::schema::Schema;
use fast::Fast;
use run::Program;

/// A filter that is ready to run, from any thread.
#[derive(Debug, Clone)]
pub struct Filter {
    program: Arc<Program>,
    fast: Option<Arc<Fast>>,
    uses: Uses,
    /// The members of values that are objects that jq sees; none where it sees all.
    members: Option<Arc<BTreeSet<Box<str>>>>,
}

/// What a filter looks at. Whatever it does not look at need not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    /// The record's key.
    pub key: bool,
    /// The record's headers.
    pub headers: bool,
}

impl Filter {
    /// Compiles a filter.
    ///
    /// # Errors
    /// The first thing in the text that is no jq, or that filters do not know.
    pub fn compile(text: &str) -> Result<Self, FilterError> {
        let term = parse::parse(text)?;
        check::check(text, &term)?;
        let uses = Uses { key: text.contains("$key"), headers: text.contains("$headers") };
        let fast = Fast::of(&term).map(Arc::new);
        let members = needs::members(&term).map(Arc::new);
        Ok(Filter { program: Arc::new(Program::new(text, term)?), fast, uses, members })
    }

    /// What it looks at beside the value, the topic and numbers.
    #[must_use]
    pub fn uses(&self) -> Uses {
        self.uses
    }

    /// The same filter for payloads that are JSON text, where it compares fields alone. The value is the member that
    /// `prefix` leads to: the whole text where it is empty, `["event"]` in envelopes.
    #[must_use]
    pub fn over_json(&self, prefix: &[&str]) -> Option<JsonFilter> {
        JsonFilter::new(Arc::clone(self.fast.as_ref()?), prefix)
    }

    /// The same filter for the data of a schema, where it compares fields alone, and these stand in the plain form as
    /// projections give them: no times, no decimals, no bytes. It says what [`Filter::matches`] says of the texts that
    /// a decoder of this one schema makes; not of those of another, which a reader's schema has resolved.
    #[must_use]
    pub fn over_avro(&self, schema: &Schema) -> Option<AvroFilter> {
        AvroFilter::new(Arc::clone(self.fast.as_ref()?), schema)
    }

    /// Runs the filter over a value that is JSON text. The text of a record without value is `null`.
    #[must_use]
    pub fn matches(&self, text: &str, meta: &Meta<'_>) -> Verdict {
        match value::read(text, self.members.as_deref()) {
            Ok(value) => self.program.matches(value, text.len(), meta).into(),
            Err(error) => Verdict::Unreadable(ProjectError::Json(error)),
        }
    }
}
