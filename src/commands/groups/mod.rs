//! `eventctl groups`: consumer groups, and their offsets. None of these commands joins one.

mod delete;
mod describe;
mod history;
mod list;
mod moving;
mod peek;
mod seek;
mod undo;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Look at consumer groups, move their offsets and delete them, without ever joining one
///
/// Example: eventctl groups seek analytics-service --topic agent-events --to @-2h
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Describe(describe::Args),
    Peek(peek::Args),
    Seek(seek::Args),
    Undo(undo::Args),
    History(history::Args),
    Delete(delete::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    match args.command {
        Command::Peek(args) => peek::run(args, cx).await,
        Command::Seek(args) => seek::run(args, cx).await,
        Command::Undo(args) => undo::run(args, cx).await,
        Command::History(args) => history::run(&args, cx).await,
        Command::List(args) => list::run(&args, cx).await,
        Command::Describe(args) => describe::run(&args, cx).await,
        Command::Delete(args) => delete::run(&args, cx).await,
    }
}
