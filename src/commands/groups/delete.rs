//! `eventctl groups delete`

use eventctl_core::groups::delete::{DeleteOutcome, DeletePlan, DeleteReport};
use eventctl_core::groups::seek;
use eventctl_core::name::GroupName;

use super::moving;
use crate::commands::{ConsentArgs, Context};
use crate::failure::{Failure, Kind};
use crate::flow::groups::delete;
use crate::gate::{self, Live};
use crate::outcome::Outcome;

/// Delete empty groups, with all that they committed: show their commits, ask once, act, read back
///
/// A group with members is refused and its members are named: stop them first.
///
/// Example: eventctl groups delete old-service --yes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The groups
    #[arg(value_name = "GROUP", required = true, add = crate::commands::completions::group_names())]
    groups: Vec<GroupName>,
    #[command(flatten)]
    consent: ConsentArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_there()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let cluster = cx.cluster()?;
    let plan = cx.stop.or(delete::plan(&cluster, &args.groups)).await?;
    cx.ui.preview(&plan);
    if plan.doomed().is_empty() {
        return nothing_to_do(&plan, cx);
    }
    // Before anything is asked: what cannot be taken back is not begun.
    let mut store = moving::open_store(cx)?;
    let live = plan.cluster.clone();
    let policy = cx.asked_policy(&args.consent, catalog.as_ref().zip(environment), live.as_ref())?;
    let plan = gate::pass(plan, &policy, Live::Cluster(live.as_ref()), &mut cx.terminal())?;
    if !args.consent.yes && args.consent.confirm_context.is_none() {
        // A question may stay open for long: what was shown must still be so.
        cx.stop.or(delete::unmoved(plan.get(), &cluster)).await?;
    }
    let saving = moving::saving(&mut store, cx);
    let outcomes = delete::carry_out(&plan, &cluster, saving).await?;
    way_back(&plan.get().report(&outcomes), cx);
    ended(&plan.get().report(&outcomes), cx).map_err(Failure::of_a_change)
}

/// Reports a plan of which nothing can be carried out; where groups were refused, nothing was tried.
fn nothing_to_do(plan: &DeletePlan, cx: &Context) -> Result<Outcome, Failure> {
    let report = plan.untouched();
    let outcome = ended(&report, cx)?;
    if report.is_refusal() {
        return Err(Failure::new(Kind::Refused, "none of these groups can be deleted; nothing was changed")
            .hint("stop the members, or see who they are: eventctl groups describe GROUP"));
    }
    Ok(outcome)
}

/// Says how what was shown and is gone now can be put back.
fn way_back(report: &DeleteReport, cx: &Context) {
    for (item, outcome) in &report.items {
        if *outcome == DeleteOutcome::Done && item.lost().is_some_and(|lost| !lost.is_empty()) {
            let undo = moving::at_this_cluster(cx, seek::undo_command(&item.group));
            let back = moving::back(&item.group, &item.offsets(), cx);
            cx.ui.say(|page| {
                page.lit("the commits that were shown are saved: ").line(undo);
                page.lit("the way back from another machine:\n");
                for command in back {
                    page.lit("  ").line(command);
                }
            });
        }
    }
}

fn ended(report: &DeleteReport, cx: &Context) -> Result<Outcome, Failure> {
    cx.ui.show(report)?;
    Ok(Outcome::findings(report.has_findings()).and(Outcome::unknown(report.has_unknown())))
}
