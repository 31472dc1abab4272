//! `eventctl schema check`

use clap::builder::{PossibleValuesParser, TypedValueParser};
use eventctl_core::catalog::Compatibility;
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::Levels;
use eventctl_core::schemas::check::Checked;

use super::named;
use crate::commands::{Context, SchemaFolderArgs, check_schemas};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::schemas::SchemaCheck;

/// Hold every new version against the versions its level demands, and every locked one against the lock
///
/// The level is the catalog's; where none is declared, BACKWARD is assumed. BACKWARD: the new schema reads old data, so
/// consumers are deployed first. FORWARD: the old schema reads new data, so producers are. Ends with 1 where a version
/// breaks its readers or writers, or a locked file has changed.
///
/// Example: eventctl schema check agent-matched-event --against origin/main
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these subjects
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subjects: Vec<SubjectName>,
    /// Try this level instead of those that are declared
    #[arg(long, value_name = "LEVEL", ignore_case = true, value_parser = level())]
    level: Option<Compatibility>,
    /// Hold the lock against the one that git has at this branch, tag or commit
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// End with 1 if there is a warning
    #[arg(long)]
    strict: bool,
    /// Do not ask the registry; it is not asked yet without this either
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

/// Reads a level by its name; help and errors list them all.
fn level() -> impl TypedValueParser<Value = Compatibility> {
    let words = Compatibility::WORDS.iter().map(|(word, _)| *word);
    PossibleValuesParser::new(words)
        .try_map(|word| Compatibility::of(&word.to_uppercase()).ok_or(format!("no level is called {word}")))
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.schema_desk(&args.folder)?;
    let only = named::subjects(&desk, &args.subjects)?;
    let against = cx.lock_at(&desk, args.against.as_deref())?;
    let levels = Levels::new(desk.expectations(), args.level);
    let Checked { report, broken, catalog: _ } =
        check_schemas(&desk, levels, against.as_ref(), only.as_ref());
    cx.lay_out(&broken);
    let outcome = Outcome::findings(report.has_findings() || (args.strict && report.has_warnings()))
        .and(Outcome::unknown(report.is_unknown()));
    let outcome = cx.answer(&SchemaCheck { report: &report, broken: &broken, whole: true }, outcome)?;
    if broken.is_empty() {
        return Ok(outcome);
    }
    // Everything was said already, as text or in the document.
    Err(Failure::rendered(String::new()))
}
