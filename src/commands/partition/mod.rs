//! `eventctl partition`: where a key lives, and how many partitions to declare.

mod of;
mod plan;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Show which partition a key lives in, and plan how many partitions to declare
///
/// Example: eventctl partition of agent-events agent-123
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Of(of::Args),
    Plan(plan::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    match &args.command {
        Command::Of(args) => of::run(args, cx).await,
        Command::Plan(args) => plan::run(args, cx),
    }
}
