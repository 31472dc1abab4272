//! `eventctl groups describe`

use eventctl_core::groups::report;
use eventctl_core::name::GroupName;

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::groups::look::{self, Looked};
use crate::outcome::Outcome;

/// Show groups in full: type, state, coordinator, members with what they read, commits
///
/// A group that does not exist is a finding (1); one that may not be seen, or whose coordinator does not answer, is
/// unknown (3).
///
/// Example: eventctl groups describe agent-match-service
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The groups
    #[arg(value_name = "GROUP", required = true, add = crate::commands::completions::group_names())]
    groups: Vec<GroupName>,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let cluster = cx.cluster()?;
    let Looked { cluster, seen, commits } = cx.stop.or(look::at(&cluster, &args.groups)).await?;
    let described = report::describe(cluster, &args.groups, seen, commits);
    let outcome = Outcome::unknown(!described.unknown.is_empty());
    cx.answer(&described, outcome.and(Outcome::findings(!described.missing.is_empty())))
}
