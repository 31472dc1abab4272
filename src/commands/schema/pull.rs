//! `eventctl schema pull`

use std::collections::BTreeSet;
use std::path::PathBuf;

use eventctl_core::name::SubjectName;
use eventctl_core::pattern::Patterns;
use eventctl_core::schemas::pull::{NewFile, PullInput, pull};
use eventctl_core::schemas::register::{Held, Wanted, matching};
use eventctl_core::schemas::{FileFindings, Lock};

use super::asking;
use crate::commands::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::registrar::pull::write;
use crate::flow::registrar::survey;
use crate::flow::schemas::{DeskFiles, write_lock};
use crate::outcome::Outcome;
use crate::registry::{Registry, Scope};

/// Fetch subjects of a registry into schema files and the lock, for a team that begins with a registry
///
/// A registry's versions become v1, v2, … in its order, and references are written by the numbers of files. A file that
/// is there and says something else is never written over: that is a finding.
///
/// Example: eventctl schema pull --match 'agent-*'
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these subjects, and those that they refer to [default: all]
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subjects: Vec<SubjectName>,
    /// Only subjects that match this pattern, and those that they refer to; may be repeated
    #[arg(long = "match", value_name = "PATTERN", conflicts_with = "subjects")]
    patterns: Vec<String>,
    /// Write below this folder, and its lock beside it [default: that of the schema files]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let patterns = Patterns::new(&args.patterns).map_err(|error| Failure::usage(error.to_string()))?;
    let registry = asking::needed_registry(cx)?;
    let folder = match &args.out {
        Some(out) => cx.around.directory().join(out),
        None => cx.schema_folder(&args.folder)?,
    };
    let desk = cx.bare_desk(&folder)?.files;
    let lock = desk.lock.as_ref().map_err(|wrong| broken(cx, std::slice::from_ref(wrong)))?;
    let held = cx.stop.or(held(args, &patterns, &registry)).await?;
    let known = held.subjects.keys().filter_map(|name| name.parse::<SubjectName>().ok());
    let (wanted, wrong) = Wanted::of(&desk.library, lock, known);
    if !wrong.is_empty() {
        return Err(broken(cx, &wrong));
    }
    let mut pulled = pull(&PullInput {
        registry: &asking::url(&registry),
        held: &held,
        matches: &matching(&wanted, &held),
        library: &desk.library,
        lock,
    });
    let written = write(&mut pulled, &folder);
    add_to_lock(&desk, lock, &written)?;
    cx.ui.show(&pulled).map_err(Failure::of_a_change)?;
    let nothing = pulled.subjects.is_empty() && !args.patterns.is_empty();
    if nothing {
        cx.ui.warn(format!("no subject matches {}", args.patterns.join(", ")));
    }
    Ok(Outcome::findings(pulled.has_findings() || nothing).and(Outcome::unknown(pulled.has_unknown())))
}

/// What the registry holds of the subjects that are wanted, and of those that they refer to.
async fn held(args: &Args, patterns: &Patterns, registry: &Registry) -> Result<Held, Failure> {
    let mut names: BTreeSet<String> = args.subjects.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        let all = registry.subjects(Scope::Live).await?;
        names.extend(all.into_iter().filter(|name| patterns.choose_or_all(name)));
    }
    loop {
        let held = survey::subjects(registry, names.clone()).await?;
        let versions = held.subjects.values().flat_map(|subject| subject.known());
        let referred = versions.flat_map(|version| &version.references);
        let further: Vec<String> = referred
            .map(|reference| reference.subject.clone())
            .filter(|subject| !names.contains(subject))
            .collect();
        if further.is_empty() {
            return Ok(held);
        }
        names.extend(further);
    }
}

fn add_to_lock(desk: &DeskFiles, lock: &Lock, written: &[NewFile]) -> Result<(), Failure> {
    let new = written.iter().filter_map(|new| Some((new.subject.parse().ok()?, new.file, new.hash)));
    let grown = lock.with(new);
    if written.is_empty() || grown.size() == lock.size() {
        return Ok(());
    }
    write_lock(&desk.lock_path, &grown)
}

fn broken(cx: &Context, wrong: &[FileFindings]) -> Failure {
    cx.lay_out(wrong);
    Failure::rendered(String::new()).hint("nothing was written: correct these files first")
}
