//! `eventctl schema list`

use std::collections::BTreeSet;

use eventctl_core::name::SubjectName;
use eventctl_core::schemas::listing::list;
use eventctl_core::schemas::register::{PlanInput, Standing, Wanted, standing};
use eventctl_core::schemas::{Levels, Lock};

use super::{asking, named};
use crate::commands::{Context, SchemaDesk, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::registrar::survey::{self, Survey};
use crate::outcome::Outcome;
use crate::registry::{Registry, RegistryError, Scope};
use crate::render::schemas::{Asked, Listed};

/// List subjects: their versions, which of them are locked, the level they are held to and who says so
///
/// Where a registry is configured, its side stands beside: versions with their ids, the level in force and its origin,
/// whether files and registry agree, and the subjects that only the registry has, as far as it lets us see.
///
/// Example: eventctl schema list
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these subjects
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subjects: Vec<SubjectName>,
    /// Do not ask the registry
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let (asked, registry) = asking::registry(cx, args.offline)?;
    let desk =
        if registry.is_some() { cx.schema_desk_if_any(&args.folder)? } else { cx.schema_desk(&args.folder)? };
    let Ok(lock) = &desk.files.lock else {
        cx.lay_out(desk.files.lock.as_ref().err().map(std::slice::from_ref).unwrap_or_default());
        return Err(Failure::rendered(String::new()));
    };
    for stray in &desk.stray {
        cx.ui.warn(format!("{}/{stray} is no schema file", desk.library().folder()));
    }
    // A subject that no file has may still be the registry's.
    let only: Option<BTreeSet<SubjectName>> = match &registry {
        None => named::subjects(&desk, &args.subjects)?,
        Some(_) => (!args.subjects.is_empty()).then(|| args.subjects.iter().cloned().collect()),
    };
    let levels = Levels::new(desk.expectations(), None);
    let mut list = list(desk.library(), lock, levels, only.as_ref());
    let (asked, standings) = match registry {
        None => (asked, Vec::new()),
        Some(registry) => match standings(cx, &desk, lock, only.as_ref(), &registry).await? {
            Ok(standings) => (asked, standings),
            Err(error) => {
                let (url, reason) = (asking::url(&registry), error.to_string());
                (Asked::Failed { url, reason }, Vec::new())
            }
        },
    };
    list.add(standings.iter().map(|standing| standing.subject.as_str()));
    let unknown = standings.iter().any(|one| one.versions.is_err() || one.level.is_err());
    let outcome = Outcome::unknown(asked.is_unknown() || unknown);
    let listed = Listed { list: &list, asked, standings: &standings };
    let absent = listed.absent(only.as_ref());
    for name in &absent {
        cx.ui.warn(format!("there is no subject `{name}`, neither in files nor in the registry"));
    }
    cx.answer(&listed, outcome.and(Outcome::findings(!absent.is_empty())))
}

/// How the registry stands to the subjects that were named, or to all that there are anywhere.
async fn standings(
    cx: &Context,
    desk: &SchemaDesk,
    lock: &Lock,
    only: Option<&BTreeSet<SubjectName>>,
    registry: &Registry,
) -> Result<Result<Vec<Standing>, RegistryError>, Failure> {
    let declared = asking::declared(cx, desk)?;
    let (wanted, _) = Wanted::of(desk.library(), lock, asking::chosen(desk, only));
    let read = async {
        let names = match only {
            Some(only) => only.iter().map(ToString::to_string).collect(),
            None => match registry.subjects(Scope::Live).await {
                Ok(names) => names.into_iter().collect(),
                Err(error) => return Ok(Err(error)),
            },
        };
        let survey = survey::of_files(registry, &wanted, names, false).await;
        Ok(survey)
    };
    let Survey { held, matches } = match cx.stop.or(read).await? {
        Ok(survey) => survey,
        Err(error) => return Ok(Err(error)),
    };
    let input = PlanInput {
        registry: &asking::url(registry),
        normalize: false,
        wanted: &wanted,
        held: &held,
        matches: &matches,
        declared: &declared,
        judged_by: None,
    };
    let wanted = |name: &&String| only.is_none_or(|only| only.iter().any(|one| one.as_str() == *name));
    let names = held.subjects.keys().filter(wanted);
    Ok(Ok(names.filter_map(|name| standing(&input, name)).collect()))
}
