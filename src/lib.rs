//! eventctl: the operator's command line for event-driven systems on Apache Kafka. `ARCHITECTURE.md` is the map.

pub mod alerts;
pub mod cli;
pub mod commands;
pub mod failure;
pub mod files;
pub mod flow;
pub mod gate;
pub mod http;
pub mod kafka;
pub mod metrics;
pub mod outcome;
pub mod process;
pub mod registry;
pub mod render;
pub mod settings;
pub mod stop;
pub mod stores;
pub mod ui;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::cli::Cli;
use crate::commands::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::escape::Escaped;
use crate::settings::Surroundings;
use crate::stop::Stop;
use crate::ui::Ui;

/// Parses the command line, runs one command and says how it ended. The only place where a failure is printed.
#[must_use]
pub fn main() -> ExitCode {
    let around = match Surroundings::of_process() {
        Ok(around) => around,
        Err(failure) => return end(Ui::default(), Err(failure)),
    };
    if let Some(ended) = commands::completions::complete(&around, Cli::command) {
        return ended;
    }
    let cli = match Cli::try_parse_from(around.arguments()) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, &around),
    };
    let ui = Ui::new(cli.style(&around));
    end(ui, run(cli, around, ui))
}

/// Prints help, or what is wrong with the command line. The parser quotes what was typed as it is, so it is handed the
/// words once more, made harmless.
fn not_parsed(error: &clap::Error, around: &Surroundings) -> ExitCode {
    let words = around.arguments().iter().map(|word| Escaped(word.to_string_lossy()).to_string());
    let told = match Cli::try_parse_from(words) {
        Err(harmless) => harmless.print(),
        // Only a word that is not UTF-8 was wrong.
        Ok(_) => return end(Ui::default(), Err(Failure::usage("the command line is not UTF-8 text"))),
    };
    // Nobody is left to be told when the reader has gone.
    drop(told);
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn end(ui: Ui, result: Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(failure) => {
            ui.failure(&failure);
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli, around: Surroundings, ui: Ui) -> Result<Outcome, Failure> {
    let stop = Stop::default();
    stop.listen(around.hears_hangups())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::machine(format!("cannot start: {error}")))?;
    let cx = Context::new(cli.flags(), around, ui, stop);
    let outcome = runtime.block_on(cli.run(&cx));
    cx.show_log();
    // Threads that still wait for a broker must not hold up the exit.
    runtime.shutdown_background();
    outcome
}
