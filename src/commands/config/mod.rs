//! `eventctl config`: what the settings are and who said so, and which file may run code.

mod show;
mod trust;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Show settings with their origin, or trust a repository's settings file
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Args),
    Trust(trust::Args),
}

/// Runs one of the family.
///
/// # Errors
/// Whatever kept the command from its work.
pub fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    match &args.command {
        Command::Show(args) => show::run(args, cx),
        Command::Trust(args) => trust::run(args, cx),
    }
}
