//! `eventctl schema register`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventctl_core::catalog::Compatibility;
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::register::{Plan, PlanInput, RegisterReport, Wanted, plan};

use super::{asking, named};
use crate::commands::{ConsentArgs, Context, SchemaFolderArgs};
use crate::failure::{Failure, Kind};
use crate::flow::provision::Progress;
use crate::flow::registrar::register::{self, Means};
use crate::flow::registrar::survey::{self, Survey};
use crate::gate::{self, Approved, Live};
use crate::outcome::Outcome;
use crate::registry::Registry;

/// Register new versions and set declared levels: show the plan, ask once, act in order, read back
///
/// Files and registered versions are matched by everything they say, never by their numbers. A version that does not
/// fit, by our verdict or the registry's, stops its subject only. Run it again after anything went wrong: it goes on
/// from what is there.
///
/// Example: eventctl schema register agent-matched-event --yes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these subjects; what they refer to must be registered or named too
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subjects: Vec<SubjectName>,
    /// Let the registry bring schemas into its normal form
    #[arg(long)]
    normalize: bool,
    /// Only show the plan: ends with 1 if there is a finding
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    folder: SchemaFolderArgs,
    #[command(flatten)]
    consent: ConsentArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    cx.existing_catalog()?;
    let desk = cx.schema_desk(&args.folder)?;
    let only = named::subjects(&desk, &args.subjects)?;
    let (catalog, declared) = (asking::environment(cx, &desk)?, asking::declared(cx, &desk)?);
    let wanted = asking::wanted(cx, &desk, only.as_ref())?;
    let registry = asking::needed_registry(cx)?;
    // A plan for another registry than the one that was written down is none.
    gate::expect_registry(&cx.expected_registries(registry.urls(), catalog)?, registry.urls())?;
    let desired =
        Desired { registry: &registry, wanted: &wanted, declared: &declared, normalize: args.normalize };
    let plan = cx.stop.or(desired.plan()).await?;
    if args.dry_run {
        return cx.answer(&plan, planned(&plan));
    }
    cx.ui.preview(&plan);
    if plan.is_empty() {
        let report = RegisterReport::of(&plan);
        cx.ui.show(&report)?;
        return Ok(outcome(&report));
    }
    let policy = cx.registry_policy(&args.consent, registry.urls(), catalog)?;
    let plan = gate::pass(plan, &policy, Live::Registry(registry.urls()), &mut cx.terminal())?;
    if !args.consent.yes && args.consent.confirm_context.is_none() {
        // A question may stay open for long: what was shown must still be so.
        let now = cx.stop.or(desired.plan()).await?;
        if now != *plan.get() {
            return Err(Failure::new(Kind::Refused, "the registry has moved since the plan was shown")
                .hint("nothing was changed; run it again and look at the new plan"));
        }
    }
    let report = carry_out(&plan, &wanted, &registry, cx).await?;
    // What was done must be told: a reader who has gone is no success here.
    cx.ui.show(&report).map_err(Failure::of_a_change)?;
    Ok(ended(&report, cx))
}

/// What is to be registered where.
struct Desired<'a> {
    registry: &'a Registry,
    wanted: &'a Wanted,
    declared: &'a BTreeMap<String, Compatibility>,
    normalize: bool,
}

impl Desired<'_> {
    /// The plan against the registry as it is now.
    async fn plan(&self) -> Result<Plan, Failure> {
        let &Desired { registry, wanted, declared, normalize } = self;
        let Survey { held, matches } = survey::of_files(registry, wanted, BTreeSet::new(), normalize).await?;
        Ok(plan(&PlanInput {
            registry: &asking::url(registry),
            normalize,
            wanted,
            held: &held,
            matches: &matches,
            declared,
            judged_by: None,
        }))
    }
}

async fn carry_out(
    plan: &Approved<Plan>,
    wanted: &Wanted,
    registry: &Registry,
    cx: &Context,
) -> Result<RegisterReport, Failure> {
    let progress = Arc::new(Progress::default());
    let bar = cx.ui.progress("registering", plan.get().steps.len(), {
        let progress = Arc::clone(&progress);
        move || progress.ended()
    });
    let means = Means { registry, wanted, timeout: cx.timeout()?, stop: &cx.stop, progress: &progress };
    let report = register::register(plan, means).await;
    bar.finish();
    Ok(report)
}

/// How a plan that is only shown ends: what would be done is no finding, what would be refused is.
fn planned(plan: &Plan) -> Outcome {
    Outcome::findings(plan.findings() > 0).and(Outcome::unknown(plan.unknown() > 0))
}

fn outcome(report: &RegisterReport) -> Outcome {
    Outcome::findings(report.has_findings()).and(Outcome::unknown(report.has_unknown()))
}

fn ended(report: &RegisterReport, cx: &Context) -> Outcome {
    match cx.stop.signal() {
        // A signal that came after the last step interrupted nothing.
        Some(signal) if report.was_stopped() => outcome(report).and(Outcome::Interrupted(signal)),
        _ => outcome(report),
    }
}
