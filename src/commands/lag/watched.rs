//! `lag` that goes on: a screen, lines, metrics, alerts.

use std::time::Duration;

use super::Args;
use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::flow::monitor::{Sampled, Watch};
use crate::outcome::Outcome;
use crate::render::lag::sample_line;
use crate::render::report;
use crate::ui::Format;

/// Flags of a monitor.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Going on")]
pub(super) struct WatchArgs {
    /// Go on: a live screen, or a line for each sample where the output is no terminal
    #[arg(long)]
    watch: bool,
    /// How far samples are apart
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = super::span)]
    every: Duration,
}

impl WatchArgs {
    /// True where the command does not end after a sample.
    pub(super) fn goes_on(&self) -> bool {
        self.watch
    }
}

/// Goes on until a signal comes or the reader has gone.
pub(super) async fn run(args: &Args, watch: Watch, cx: &Context) -> Result<Outcome, Failure> {
    let mut samples = watch.start(args.watched.every, cx.stop.clone());
    while let Some(sampled) = samples.recv().await {
        match line(&sampled, cx) {
            Err(failure) if failure.kind() == Kind::BrokenPipe => return Ok(Outcome::Clean),
            told => told?,
        }
    }
    Ok(cx.stop.signal().map_or(Outcome::Clean, Outcome::Interrupted))
}

/// Writes a sample as a line.
fn line(sampled: &Sampled, cx: &Context) -> Result<(), Failure> {
    match &sampled.report {
        Ok(report) if cx.ui.style().format == Format::Json => {
            cx.ui.data(&report::line(&crate::render::lag::Shown { report, partitions: true, check: true }))
        }
        Ok(report) => cx.ui.data(&sample_line(report, cx.ui.colours_stdout())),
        Err(failure) => {
            cx.ui.warn(format!("sample {}: {}", sampled.number, failure.story()));
            Ok(())
        }
    }
}
