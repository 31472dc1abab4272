//! `eventctl schema`: the schema desk. Subjects, their files and their lock.

mod check;
mod diff;
mod list;
mod lock;
mod named;
mod show;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Check schemas against their earlier versions, lock them, and look at what is there
///
/// Example: eventctl schema check && eventctl schema lock
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Lock(lock::Args),
    List(list::Args),
    Show(show::Args),
    Diff(diff::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    match &args.command {
        Command::Check(args) => check::run(args, cx),
        Command::Lock(args) => lock::run(args, cx),
        Command::List(args) => list::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Diff(args) => diff::run(args, cx),
    }
}
