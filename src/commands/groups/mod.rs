//! `eventctl groups`: the consumer groups of the cluster. None of these commands joins one.

mod delete;
mod describe;
mod list;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Look at consumer groups and delete them, without ever joining one
///
/// Example: eventctl groups list --match 'agent-*'
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Describe(describe::Args),
    Delete(delete::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    match &args.command {
        Command::List(args) => list::run(args, cx).await,
        Command::Describe(args) => describe::run(args, cx).await,
        Command::Delete(args) => delete::run(args, cx).await,
    }
}
