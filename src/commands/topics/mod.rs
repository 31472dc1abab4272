//! `eventctl topics`: the topics of the cluster, as the catalog wants them and as they are.

mod apply;
mod describe;
mod export;
mod list;
mod plan;
mod planning;
mod skew;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Provision topics from the catalog, and look at what is there
///
/// Example: eventctl topics plan && eventctl topics apply
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Plan(plan::Args),
    Apply(apply::Args),
    List(list::Args),
    Describe(describe::Args),
    Export(export::Args),
    Skew(skew::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    match args.command {
        Command::Plan(args) => plan::run(args, cx).await,
        Command::Apply(args) => Box::pin(apply::run(args, cx)).await,
        Command::List(args) => list::run(args, cx).await,
        Command::Describe(args) => describe::run(args, cx).await,
        Command::Export(args) => export::run(args, cx).await,
        Command::Skew(args) => skew::run(&args, cx).await,
    }
}
