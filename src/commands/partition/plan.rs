//! `eventctl partition plan`

use eventctl_core::partitioner::{self, EVENTS_LIMIT, PlanRequest};

use crate::commands::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Plan how many partitions to declare, and show every step
///
/// One partition is planned for 10000 events a second; half as many partitions more are a reserve, each consumer of a
/// group has at least one, and the next power of two is taken. No cluster is asked.
///
/// Example: eventctl partition plan --events-per-second 50000 --consumers 6
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Events a second, at the peak
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=EVENTS_LIMIT))]
    events_per_second: u64,
    /// Consumers that one group shall have
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    consumers: Option<u32>,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let Args { events_per_second, consumers } = *args;
    cx.answer(&partitioner::plan(PlanRequest { events_per_second, consumers }), Outcome::Clean)
}
