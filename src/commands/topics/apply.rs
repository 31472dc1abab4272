//! `eventctl topics apply`

use std::path::PathBuf;
use std::sync::Arc;

use eventctl_core::catalog::{Catalog, Environment};
use eventctl_core::topics::apply::ApplyReport;
use eventctl_core::topics::plan::Plan;
use eventctl_core::topics::plan::file::{Ground, PLAN_FILE_LIMIT, PlanFile, Stale, narrow, stale};

use super::planning::{self, Planned, Request};
use crate::commands::{ConsentArgs, Context};
use crate::failure::{Failure, Kind};
use crate::files;
use crate::flow::provision::{self, Means, Progress};
use crate::flow::survey;
use crate::gate::{self, Live};
use crate::kafka::cluster::Cluster;
use crate::outcome::Outcome;

/// Make the cluster as the catalog wants it: show the plan, ask once, act, read back
///
/// Run it again after anything went wrong: it goes on from what is there.
///
/// Example: eventctl topics apply --yes --allow retention-cut
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Carry out this kept plan, and nothing if its ground has moved
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Also delete what the catalog's scope names and nobody declares
    #[arg(long, conflicts_with = "file")]
    prune: bool,
    #[command(flatten)]
    consent: ConsentArgs,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog()?;
    let environment = cx.environment(&catalog)?;
    let cluster = cx.cluster()?;
    let plan = match &args.file {
        None => {
            let request = Request::of(cx, &catalog, environment, args.prune)?;
            cx.stop.or(planning::plan(environment, &cluster, &request)).await?.plan
        }
        Some(path) => cx.stop.or(kept(&read(path)?, (&catalog, environment), &cluster, cx)).await?,
    };
    cx.ui.preview(&plan);
    let rest = Outcome::unknown(!plan.unknown.is_empty());
    if plan.is_empty() {
        cx.ui.show(&ApplyReport::of(&plan))?;
        return Ok(rest);
    }
    let live = plan.cluster.clone();
    let policy = cx.policy(&args.consent, (&catalog, environment), live.as_ref())?;
    let plan = gate::pass(plan, &policy, Live::Cluster(live.as_ref()), &mut cx.terminal())?;
    if !args.consent.yes && args.consent.confirm_context.is_none() {
        // A question may stay open for long: what was shown must still be so.
        cx.stop.or(unmoved(plan.get(), environment, &cluster)).await?;
    }
    let report = carry_out(&plan, &cluster, cx).await?;
    // What was done must be told: a reader who has gone is no success here.
    cx.ui.show(&report).map_err(Failure::of_a_change)?;
    Ok(outcome(&report, cx).and(rest))
}

async fn carry_out(
    plan: &gate::Approved<Plan>,
    cluster: &Cluster,
    cx: &Context,
) -> Result<ApplyReport, Failure> {
    let progress = Arc::new(Progress::default());
    let bar = cx.ui.progress("applying", plan.get().changes.len(), {
        let progress = Arc::clone(&progress);
        move || progress.ended()
    });
    let means = Means { cluster, timeout: cx.timeout()?, stop: &cx.stop, progress: &progress };
    let report = provision::apply(plan, means).await;
    bar.finish();
    Ok(report)
}

fn read(path: &std::path::Path) -> Result<PlanFile, Failure> {
    let text = files::read_text(path, PLAN_FILE_LIMIT as u64)?;
    PlanFile::parse(&text).map_err(|error| Failure::input(format!("{}: {error}", path.display())))
}

/// Makes the plan anew and keeps of it what the file names, if nothing that the file touches has moved.
async fn kept(
    file: &PlanFile,
    (catalog, environment): (&Catalog, &Environment),
    cluster: &Cluster,
    cx: &Context,
) -> Result<Plan, Failure> {
    let request = Request { also: file.topics(), ..Request::of(cx, catalog, environment, file.prune())? };
    let Planned { plan, live, facts } = planning::plan(environment, cluster, &request).await?;
    let environment_name = environment.name.as_deref();
    let catalog_hash = environment.part_hash();
    let ground =
        Ground { environment: environment_name, catalog_hash: &catalog_hash, live: &live, facts: &facts };
    let moved = stale(file, &ground);
    if !moved.is_empty() {
        return Err(refused(&moved));
    }
    narrow(file, plan).map_err(|moved| refused(&moved))
}

/// Reads anew what a plan touches, and refuses if anything of it has moved since the plan was made.
async fn unmoved(plan: &Plan, environment: &Environment, cluster: &Cluster) -> Result<(), Failure> {
    let kept = PlanFile::parse(&PlanFile::write(plan, env!("CARGO_PKG_VERSION")));
    let kept = kept.map_err(|error| Failure::input(error.to_string()))?;
    let live = survey::topics(cluster, &kept.topics()).await?;
    let facts = survey::facts(cluster, plan, &live).await;
    let catalog_hash = environment.part_hash();
    let ground = Ground {
        environment: environment.name.as_deref(),
        catalog_hash: &catalog_hash,
        live: &live,
        facts: &facts,
    };
    let moved = stale(&kept, &ground);
    if moved.is_empty() { Ok(()) } else { Err(refused(&moved)) }
}

fn refused(moved: &[Stale]) -> Failure {
    let mut story = "the plan is stale, nothing was changed:".to_owned();
    for Stale { what, then, now } in moved {
        story.push_str(&format!("\n{what}: {then} when planned, {now} now"));
    }
    Failure::new(Kind::Refused, story).hint("make a new one: eventctl topics plan --out FILE")
}

fn outcome(report: &ApplyReport, cx: &Context) -> Outcome {
    let ended = Outcome::findings(report.failed()).and(Outcome::unknown(report.unresolved()));
    match cx.stop.signal() {
        // A signal that came after the last change interrupted nothing.
        Some(signal) if report.counts().not_tried > 0 => ended.and(Outcome::Interrupted(signal)),
        _ => ended,
    }
}
