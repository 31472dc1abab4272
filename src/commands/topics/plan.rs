//! `eventctl topics plan`

use std::path::PathBuf;

use eventctl_core::topics::plan::Plan;
use eventctl_core::topics::plan::file::PlanFile;

use super::planning::{self, Request};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::{self, Access};
use crate::outcome::Outcome;

/// Show what apply would do; nothing is changed
///
/// Example: eventctl topics plan --check
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// End with 1 if anything differs, for CI; otherwise a plan with changes ends with 0
    #[arg(long)]
    check: bool,
    /// Keep the plan in this file, for `topics apply FILE`
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// Also delete what the catalog's scope names and nobody declares
    #[arg(long)]
    prune: bool,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog()?;
    let environment = cx.environment(&catalog)?;
    let cluster = cx.cluster()?;
    let request = Request::of(cx, &catalog, environment, args.prune)?;
    let planned = cx.stop.or(planning::plan(environment, &cluster, &request)).await?;
    if let Some(path) = &args.out {
        let text = PlanFile::write(&planned.plan, env!("CARGO_PKG_VERSION"));
        files::write_whole(path, text.as_bytes(), Access::Ordinary)?;
        cx.ui.note(format!("plan kept in {}: eventctl topics apply {}", path.display(), path.display()));
    }
    cx.answer(&planned.plan, outcome(&planned.plan, args.check))
}

/// Without `--check` a plan is an answer, whatever it holds; what could not be found out never is.
fn outcome(plan: &Plan, check: bool) -> Outcome {
    let unknown = Outcome::unknown(!plan.unknown.is_empty());
    unknown.and(Outcome::findings(check && plan.drift()))
}
