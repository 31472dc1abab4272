//! `eventctl groups list`

use clap::ValueEnum;
use eventctl_core::groups::live::GroupState;
use eventctl_core::groups::report;
use eventctl_core::name::GroupName;
use eventctl_core::pattern::Patterns;

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::groups::look;
use crate::outcome::Outcome;

/// List consumer groups: type, state, members, coordinator
///
/// Groups of kinds that the client library does not know, such as share groups, are listed as unsupported.
///
/// Example: eventctl groups list --match 'agent-*' --state empty
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only groups that match one of these patterns
    #[arg(long = "match", value_name = "PATTERN", add = crate::commands::completions::group_names())]
    patterns: Vec<String>,
    /// Only groups in one of these states
    #[arg(long, value_name = "STATE,…", value_delimiter = ',')]
    state: Vec<State>,
}

/// The states that the client library tells. It calls those of the new protocol, while members move, unknown.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Stable,
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Unknown,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let patterns = Patterns::new(&args.patterns).map_err(|error| Failure::usage(error.to_string()))?;
    let named: Vec<GroupName> = patterns.outright().filter_map(|name| name.parse().ok()).collect();
    let states: Vec<GroupState> = args.state.iter().map(|state| meant(*state)).collect();
    let cluster = cx.cluster()?;
    let wanted = |name: &GroupName| patterns.choose_or_all(name.as_str());
    let facts = cx.stop.or(look::listed(&cluster, named, wanted)).await?;
    let list = report::list(facts, &states);
    let unknown = !list.unknown.is_empty() || !list.unlisted.is_empty();
    let outcome = Outcome::unknown(unknown).and(Outcome::findings(!list.missing.is_empty()));
    cx.answer(&list, outcome)
}

fn meant(state: State) -> GroupState {
    match state {
        State::Stable => GroupState::Stable,
        State::Empty => GroupState::Empty,
        State::PreparingRebalance => GroupState::PreparingRebalance,
        State::CompletingRebalance => GroupState::CompletingRebalance,
        State::Unknown => GroupState::Unknown,
    }
}
