//! `eventctl config trust`

use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::gate::Ask;
use crate::kafka;
use crate::outcome::Outcome;
use crate::settings;

/// Trust the repository's eventctl.yaml, as it is now, to run what it says
///
/// Commands and librdkafka settings that load or run code count only from your own file, or after this. A change of
/// the file ends the trust.
///
/// Example: eventctl config trust
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let known = kafka::known_settings();
    let mut report = settings::trust_report(&cx.around, Some(&known)).map_err(|error| cx.explain(error))?;
    if report.trusted || report.code.is_empty() {
        cx.ui.show(&report)?;
        return Ok(Outcome::Clean);
    }
    cx.ui.preview(&report);
    let consents = if args.yes { Some(true) } else { cx.terminal().yes("Trust this file to run that?")? };
    match consents {
        Some(true) => {}
        Some(false) => return Err(Failure::new(Kind::Declined, "declined; nothing was trusted")),
        None => {
            return Err(Failure::usage("consent is needed, and there is no terminal to ask on")
                .hint("nothing was trusted; read the file, then add --yes"));
        }
    }
    settings::trust(&report, &cx.around)?;
    report.trusted = true;
    cx.ui.show(&report)?;
    Ok(Outcome::Clean)
}
