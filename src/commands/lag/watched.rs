//! `lag` that goes on: lines or a screen, metrics, alerts. Samples are taken beside it and wait for nobody.

use std::sync::Arc;
use std::time::Duration;

use eventctl_core::human;
use eventctl_core::lag::alert::Episodes;
use eventctl_core::lag::metrics::{Sampling, Snapshot};
use eventctl_core::lag::report::LagReport;
use eventctl_core::secret::Secret;
use tokio::sync::mpsc;

use super::Args;
use crate::alerts::{self, Alerts, Counts, Receiver, Rules};
use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::files;
use crate::flow::monitor::{Sampled, Watch};
use crate::metrics::Listener;
use crate::outcome::{Outcome, Signal};
use crate::render::lag::{Shown, sample_line};
use crate::render::report;
use crate::ui::Format;
use crate::ui::screen::{Change, Event, LagView, Screen};

/// How long alerts that wait may hold up the end.
const LAST_ALERTS: Duration = Duration::from_secs(10);

/// How often the screen tells how old a sample is.
const SECOND: Duration = Duration::from_secs(1);

/// Flags of a monitor.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Going on")]
pub(super) struct WatchArgs {
    /// Go on: a live screen, or a line for each sample where the output is no terminal
    #[arg(short, long)]
    watch: bool,
    /// How far samples are apart
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = crate::commands::duration)]
    every: Duration,
    /// Go on, and serve metrics for Prometheus at /metrics; :9308 is on the loopback device only
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<String>,
    /// Go on, and send alerts there as JSON by POST
    #[arg(long, value_name = "URL")]
    alert_webhook: Option<String>,
    /// Go on, and run this program with its words, and no shell, for each alert: its JSON on stdin, its fields in
    /// EVENTCTL_ALERT_…. Words are split at blanks, and quotes mean nothing: name a script for more
    #[arg(long, value_name = "COMMAND")]
    alert_exec: Option<String>,
    /// Alert where a limit is crossed in this many samples in a row
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    alert_samples: u32,
}

impl WatchArgs {
    /// True where the command does not end after a sample.
    pub(super) fn goes_on(&self) -> bool {
        self.watch || self.metrics.is_some() || self.alert_webhook.is_some() || self.alert_exec.is_some()
    }

    /// True where somebody is told of what is found.
    pub(super) fn alerts(&self) -> bool {
        self.alert_webhook.is_some() || self.alert_exec.is_some()
    }

    fn receivers(&self, cx: &Context) -> Result<Vec<Receiver>, Failure> {
        let webhook = self.alert_webhook.clone().map(|url| Receiver::webhook(Secret::new(url)));
        let command = self.alert_exec.as_deref().map(|text| command(text, cx));
        webhook.into_iter().chain(command).collect()
    }
}

/// A command for alerts whose program is there now: the first alert, which may be days away, is too late to find out.
fn command(text: &str, cx: &Context) -> Result<Receiver, Failure> {
    let (receiver, program) = Receiver::command(text)?;
    let places = alerts::places(&program, cx.around.variable("PATH"));
    if places.iter().any(|place| files::is_program(place)) {
        return Ok(receiver);
    }
    let story = match program.contains('/') {
        true => format!("`{program}`, the command for alerts, is no file that can be run"),
        false => format!("`{program}`, the command for alerts, is no program in PATH"),
    };
    Err(Failure::usage(story)
        .hint("words are split at blanks, and quotes mean nothing: put what needs them into a script, and name that"))
}

/// Goes on until a signal comes, the reader has gone, or the user leaves the screen.
pub(super) async fn run(args: &Args, watch: Watch, cx: &Context) -> Result<Outcome, Failure> {
    let mut beside = Beside::start(&args.watched, cx).await?;
    let live = args.watched.watch && cx.ui.style().format == Format::Text && cx.ui.is_on_terminal();
    let screen = if live { Some(Screen::open(&cx.stop, cx.ui.colours_stdout())?) } else { None };
    let samples = watch.start(args.watched.every, cx.stop.clone());
    let ended = match screen {
        Some(screen) => shown(screen, samples, (&mut beside, args.watched.every), cx).await,
        None => lines(samples, &mut beside, args, cx).await,
    };
    beside.finish(cx).await;
    match ended {
        Err(failure) if failure.kind() != Kind::BrokenPipe => Err(failure),
        _ => Ok(cx.stop.signal().map_or(Outcome::Clean, Outcome::Interrupted)),
    }
}

async fn lines(
    mut samples: mpsc::Receiver<Sampled>,
    beside: &mut Beside,
    args: &Args,
    cx: &Context,
) -> Result<(), Failure> {
    while let Some(sampled) = samples.recv().await {
        for trouble in beside.take(&sampled, cx) {
            cx.ui.warn(trouble);
        }
        if args.watched.watch { line(&sampled, cx)? } else { told(&sampled, cx)? }
    }
    Ok(())
}

/// Shows samples on the screen until the user leaves it.
async fn shown(
    mut screen: Screen,
    mut samples: mpsc::Receiver<Sampled>,
    (beside, every): (&mut Beside, Duration),
    cx: &Context,
) -> Result<(), Failure> {
    let now = || cx.now().as_millisecond();
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    let mut view = LagView::new(now());
    let mut next = None;
    let mut clock = tokio::time::interval(SECOND);
    loop {
        view.tick(now(), next);
        screen.draw(&mut view)?;
        tokio::select! {
            _ = cx.stop.wait() => return Ok(()),
            _ = clock.tick() => {}
            event = screen.next_event() => match event {
                Some(Event::Key(key)) => match view.key(key) {
                    Change::Quit => return Ok(()),
                    Change::Interrupt => cx.stop.set(Signal::Interrupt),
                    Change::Nothing | Change::Redraw => {}
                },
                Some(Event::Resize) => {}
                None => return Ok(()),
            },
            sampled = samples.recv() => {
                let Some(sampled) = sampled else { return Ok(()) };
                let troubles = beside.take(&sampled, cx);
                next = Some(now().saturating_add(every));
                match sampled.report {
                    Ok(report) => view.sample(report, now(), troubles.into_iter().next_back()),
                    Err(failure) => view.failed(failure.story()),
                }
            }
        }
    }
}

/// What a monitor does beside showing: it serves and alerts.
struct Beside {
    listener: Option<Listener>,
    alerts: Option<(Episodes, Alerts)>,
    sampling: Sampling,
}

impl Beside {
    async fn start(args: &WatchArgs, cx: &Context) -> Result<Beside, Failure> {
        let receivers = args.receivers(cx)?;
        let listener = match &args.metrics {
            Some(address) => Some(Listener::bind(address).await?),
            None => None,
        };
        if let Some(listener) = &listener {
            cx.ui.note(format!("metrics at http://{}/metrics", listener.address()));
            if !listener.is_loopback() {
                cx.ui.warn("whoever reaches that address can read the names of groups and topics");
            }
        }
        let alerts = (!receivers.is_empty())
            .then(|| (Episodes::new(args.alert_samples), Alerts::start(receivers, Rules::default())));
        let cluster_name = cx.settings()?.context.as_ref().map(|context| context.value.clone());
        let sampling = Sampling { cluster_name, version: env!("CARGO_PKG_VERSION"), ..Sampling::default() };
        Ok(Beside { listener, alerts, sampling })
    }

    /// Takes a sample in. Returns what went wrong with alerts since the last one.
    fn take(&mut self, sampled: &Sampled, cx: &Context) -> Vec<String> {
        let now = cx.now().as_millisecond();
        let report = sampled.report.as_ref().ok();
        self.sampling.samples = sampled.number;
        self.sampling.seconds = Some(sampled.took.as_secs_f64());
        self.sampling.errors += u64::from(report.is_none_or(|report| !report.unknown.is_empty()));
        self.sampling.last = report.map(|_| now).or(self.sampling.last);
        if let Some(listener) = &self.listener {
            listener.publish(Snapshot { report: report.cloned(), sampling: self.sampling.clone() });
        }
        let Some((episodes, alerts)) = &mut self.alerts else { return Vec::new() };
        for alert in report.into_iter().flat_map(|report| episodes.sample(report, now)) {
            alerts.push(alert);
        }
        alerts.troubles()
    }

    /// Lets alerts that wait be sent.
    async fn finish(self, cx: &Context) {
        let Some((_, alerts)) = self.alerts else { return };
        let (Counts { failed, dropped, waiting, .. }, troubles) = alerts.finish(LAST_ALERTS).await;
        for trouble in troubles {
            cx.ui.warn(trouble);
        }
        if failed + dropped + waiting > 0 {
            let count = usize::try_from(failed + dropped + waiting).unwrap_or(usize::MAX);
            cx.ui.warn(format!("{} did not arrive", human::plural(count, "alert")));
        }
    }
}

/// Says where a sample failed, for a monitor that shows nothing else.
fn told(sampled: &Sampled, cx: &Context) -> Result<(), Failure> {
    if let Err(failure) = &sampled.report {
        cx.ui.warn(format!("sample {}: {}", sampled.number, failure.story()));
    }
    Ok(())
}

/// Writes a sample as a line.
fn line(sampled: &Sampled, cx: &Context) -> Result<(), Failure> {
    let report: &Arc<LagReport> = match &sampled.report {
        Ok(report) => report,
        Err(_) => return told(sampled, cx),
    };
    if cx.ui.style().format == Format::Json {
        return cx.ui.data(&report::line(&Shown { report, partitions: true, check: true }));
    }
    cx.ui.data(&sample_line(report, cx.ui.colours_stdout()))
}
