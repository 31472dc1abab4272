//! Compiling a filter for jaq, and running it over one record.

use std::cell::Cell;
use std::fmt;

use jaq_core::load::parse::{Def, Term};
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter as Compiled, ValT as _, Vars};
use jaq_json::Val;

use super::error::{FilterError, Reason, RunError};
use super::meta::Meta;
use super::natives::{Kind, Record, Run, definitions, functions};
use super::pattern::Patterns;
use super::rewrite::bounded;

/// How many steps every record may cost, and how many more for each of its bytes.
const STEPS: u64 = 200_000;
const STEPS_PER_BYTE: u64 = 16;

/// The name of the whole filter among the definitions.
const WHOLE: &str = "eventctl_filter";

/// A filter that jaq runs.
pub(super) struct Program {
    compiled: Compiled<Kind>,
    patterns: Patterns,
}

impl fmt::Debug for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Program").field("patterns", &self.patterns).finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles a filter that was checked.
    pub(super) fn new(text: &str, term: Term<&str>) -> Result<Self, FilterError> {
        let (term, patterns) = bounded(text, term)?;
        let mut all: Vec<Def<&str>> = definitions();
        all.push(Def { name: WHOLE, args: Vec::new(), body: term });
        let unknown = || FilterError::new(text, 0..text.len(), "jaq does not compile this filter");
        let arena = Arena::default();
        let modules = Loader::new(all).load(&arena, File { code: WHOLE, path: () }).map_err(|_| unknown())?;
        let compiled = Compiler::default().with_funs(functions()).compile(modules).map_err(|_| unknown())?;
        Ok(Program { compiled, patterns })
    }

    /// Tells whether any output is neither null nor false; the first error before it ends the run. `size` is the
    /// value's, in bytes.
    pub(super) fn matches(&self, value: Val, size: usize, meta: &Meta<'_>) -> Result<bool, RunError> {
        let limit = STEPS.saturating_add(STEPS_PER_BYTE.saturating_mul(size as u64));
        let record = Record { meta, patterns: &self.patterns, steps: Cell::new(limit) };
        let run = Run { lut: &self.compiled.lut, record: &record };
        let context = Ctx::<Kind>::new(run, Vars::new([]));
        for output in self.compiled.id.run((context, value)) {
            match output {
                Ok(value) if value.as_bool() => return Ok(true),
                Ok(_) => {}
                Err(exception) => {
                    let reason =
                        exception.get_err().map_or(Reason::Steps(limit), |error| Reason::Jq(Box::new(error)));
                    return Err(RunError(reason));
                }
            }
        }
        Ok(false)
    }
}
