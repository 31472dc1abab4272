//! `eventctl schema check`

use std::collections::BTreeSet;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use eventctl_core::catalog::Compatibility;
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::Levels;
use eventctl_core::schemas::check::Checked;
use eventctl_core::schemas::register::Online;

use super::{asking, named};
use crate::commands::{Context, SchemaDesk, SchemaFolderArgs, check_schemas};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::schemas::{Asked, SchemaCheck};

/// Hold every new version against the versions its level demands, and every locked one against the lock
///
/// The level is the catalog's; where none is declared, BACKWARD is assumed. BACKWARD: the new schema reads old data, so
/// consumers are deployed first. FORWARD: the old schema reads new data, so producers are. Where a registry is
/// configured, it is asked too: what registering would do, and its own verdict beside ours. Ends with 1 where a version
/// breaks its readers or writers, a locked file has changed or verdicts disagree, with 3 where the registry is away.
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
    /// Do not ask the registry: judge by the files alone
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

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.schema_desk(&args.folder)?;
    let only = named::subjects(&desk, &args.subjects)?;
    let against = cx.lock_at(&desk, args.against.as_deref())?;
    let levels = Levels::new(desk.expectations(), args.level);
    let Checked { report, broken, catalog: _ } =
        check_schemas(&desk, levels, against.as_ref(), only.as_ref());
    cx.lay_out(&broken);
    let (asked, online) = if broken.is_empty() {
        ask(args, cx, &desk, only.as_ref()).await?
    } else {
        (Asked::BrokenFiles, None)
    };
    let asked = &asked;
    let outcome = Outcome::findings(report.has_findings() || (args.strict && report.has_warnings()))
        .and(Outcome::unknown(report.is_unknown() || asked.is_unknown()))
        .and(Outcome::findings(online.as_ref().is_some_and(Online::has_findings)))
        .and(Outcome::unknown(online.as_ref().is_some_and(|online| online.unknown() > 0)));
    let online = online.as_ref();
    let shown = SchemaCheck { report: &report, broken: &broken, asked, online, whole: true };
    let outcome = cx.answer(&shown, outcome)?;
    if broken.is_empty() {
        return Ok(outcome);
    }
    // Everything was said already, as text or in the document.
    Err(Failure::rendered(String::new()))
}

/// What the registry makes of the files; whatever keeps it from answering hides nothing of what they say themselves.
async fn ask(
    args: &Args,
    cx: &Context,
    desk: &SchemaDesk,
    only: Option<&BTreeSet<SubjectName>>,
) -> Result<(Asked, Option<Online>), Failure> {
    let (asked, registry) = asking::registry(cx, args.offline)?;
    let Some(registry) = registry else { return Ok((asked, None)) };
    if let Some(level) = args.level {
        cx.ui.warn(format!("{level} is tried here: `schema register` goes by the declared levels"));
    }
    match asking::online(cx, desk, only, (&registry, args.level)).await? {
        Ok(online) => Ok((asked, Some(online))),
        Err(reason) => Ok((Asked::Failed { url: asking::url(&registry), reason }, None)),
    }
}
