//! `eventctl config show`

use crate::commands::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Show every setting in use with its origin; secrets are never shown
///
/// Example: eventctl --context prod config show
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, cx: &Context) -> Result<Outcome, Failure> {
    cx.ui.show(&cx.loaded()?.report(&cx.around))?;
    Ok(Outcome::Clean)
}
