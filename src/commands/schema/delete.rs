//! `eventctl schema delete`

use std::collections::BTreeSet;

use eventctl_core::schemas::delete::{self, DeletePlan, DeleteReport};
use eventctl_core::schemas::register::Wanted;
use eventctl_core::schemas::{NamedSchema, NamedVersion};

use super::{asking, carriers};
use crate::commands::{ConsentArgs, Context, SchemaDesk, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::registrar::survey::Survey;
use crate::flow::registrar::{self, survey};
use crate::gate::{self, Live};
use crate::outcome::Outcome;
use crate::registry::{Found, Registry};

/// Delete a version softly: it is no longer listed and no longer judged against; records with its id stay readable
///
/// The version is the registry's: `S@5` is its version 5, whichever file that is. The plan names the file, and says how
/// many records of the topics whose events use the subject still carry the version, among the newest of each partition.
///
/// Example: eventctl schema delete agent-matched-event@5 --allow delete
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The subject and the registry's version: agent-matched-event@5
    #[arg(value_name = "SUBJECT@VERSION", add = crate::commands::completions::subject_names())]
    schema: NamedSchema,
    #[command(flatten)]
    folder: SchemaFolderArgs,
    #[command(flatten)]
    consent: ConsentArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let version = number(&args.schema)?;
    let desk = cx.schema_desk_if_any(&args.folder)?;
    let catalog = asking::environment(cx, &desk)?;
    let registry = asking::needed_registry(cx)?;
    gate::expect_registry(&cx.expected_registries(registry.urls(), catalog)?, registry.urls())?;
    let plan = cx.stop.or(plan(args, version, &desk, &registry)).await?;
    let plan = match plan.target() {
        Some(target) => {
            let carriers = carriers::count(&plan.subject, target, catalog, cx).await?;
            plan.counted(carriers)
        }
        None => plan,
    };
    cx.ui.preview(&plan);
    if let Some(outcome) = plan.without_change() {
        return ended(&DeleteReport { plan, outcome }, cx);
    }
    let policy = cx.registry_policy(&args.consent, registry.urls(), catalog)?;
    let plan = gate::pass(plan, &policy, Live::Registry(registry.urls()), &mut cx.terminal())?;
    let outcome = registrar::delete::delete(&plan, &registry, cx.timeout()?).await;
    ended(&DeleteReport { plan: plan.get().clone(), outcome }, cx).map_err(Failure::of_a_change)
}

async fn plan(
    args: &Args,
    version: u32,
    desk: &SchemaDesk,
    registry: &Registry,
) -> Result<DeletePlan, Failure> {
    let subject = args.schema.subject.as_str();
    let lock = desk.lock().cloned().unwrap_or_default();
    // Files that cannot be read match nothing; what is wrong with them is for `schema check` to say.
    let (wanted, _) = Wanted::of(desk.library(), &lock, [args.schema.subject.clone()]);
    let also = BTreeSet::from([subject.to_owned()]);
    let Survey { held, matches } = survey::of_files(registry, &wanted, also, false).await?;
    let Some(held) = held.subject(subject) else {
        return Err(Failure::cluster(format!("the registry told nothing of {subject}")));
    };
    if let Err(fault) = &held.versions {
        return Err(Failure::cluster(fault.message.clone()));
    }
    let referenced_by = match registry.referenced_by(subject, version).await {
        Ok(Found::Here(ids)) => Ok(ids),
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(error.fault()),
    };
    let files = matches.files_of(subject, version);
    Ok(delete::plan(&asking::url(registry), (subject, version), held, files, referenced_by))
}

/// The registry's number; a file's is not enough, because the two differ.
fn number(schema: &NamedSchema) -> Result<u32, Failure> {
    let subject = &schema.subject;
    let hint = format!("see which there are: eventctl schema list {subject}");
    match schema.version {
        Some(NamedVersion::Registered(number)) => Ok(number),
        Some(NamedVersion::File(number)) => {
            let story =
                format!("v{number} is a file, and what is deleted is a version of the registry: {subject}@N");
            Err(Failure::usage(story).hint(hint))
        }
        None => {
            Err(Failure::usage(format!("which version? name the registry's number: {subject}@N")).hint(hint))
        }
    }
}

fn ended(report: &DeleteReport, cx: &Context) -> Result<Outcome, Failure> {
    cx.ui.show(report)?;
    Ok(Outcome::findings(report.has_findings()).and(Outcome::unknown(report.has_unknown())))
}
