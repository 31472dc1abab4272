//! `eventctl groups history`

use eventctl_core::name::GroupName;

use crate::commands::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::groups::History;

/// Show the offsets that were saved before groups were moved, the newest first
///
/// They are those of this machine and of the cluster that answers.
///
/// Example: eventctl groups history analytics-service
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only those of this group
    #[arg(value_name = "GROUP", add = crate::commands::completions::group_names())]
    group: Option<GroupName>,
    /// How many at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    number: usize,
    /// Show the offsets of each
    #[arg(long)]
    offsets: bool,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let live = cx.stop.or(cx.cluster()?.describe()).await?;
    let mut store = super::moving::open_store(cx)?;
    let sets = store.history(live.id.as_ref(), args.group.as_ref(), args.number)?;
    cx.answer(&History { sets: &sets, offsets: args.offsets }, Outcome::Clean)
}
