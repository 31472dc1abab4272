//! `eventctl schema`: the schema desk. Subjects, their files, their lock, and the registry's side of them.

mod asking;
mod carriers;
mod check;
mod delete;
mod diff;
mod list;
mod lock;
mod named;
mod pull;
mod register;
mod show;
mod usage;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Check schemas against their earlier versions, register them in order, and look at what is there
///
/// Example: eventctl schema check && eventctl schema register
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Register(register::Args),
    Lock(lock::Args),
    List(list::Args),
    Show(show::Args),
    Diff(diff::Args),
    Pull(pull::Args),
    Delete(delete::Args),
    Usage(usage::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    match &args.command {
        Command::Check(args) => check::run(args, cx).await,
        Command::Register(args) => register::run(args, cx).await,
        Command::Lock(args) => lock::run(args, cx),
        Command::List(args) => list::run(args, cx).await,
        Command::Show(args) => show::run(args, cx).await,
        Command::Diff(args) => diff::run(args, cx).await,
        Command::Pull(args) => pull::run(args, cx).await,
        Command::Delete(args) => delete::run(args, cx).await,
        Command::Usage(args) => usage::run(args, cx).await,
    }
}
