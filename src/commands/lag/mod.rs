//! `eventctl lag`

mod watched;

use std::time::Duration;

use eventctl_core::catalog::{Catalog, Environment};
use eventctl_core::lag::report::LagReport;
use eventctl_core::lag::selection::{Limits, Selection, SelectionError, declared};
use eventctl_core::lag::state::LagState;
use eventctl_core::lag::{advice, check};
use eventctl_core::pattern::{is_glob, literal};
use eventctl_core::shell;

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::lag::{LagRequest, Sampler};
use crate::flow::monitor::Watch;
use crate::outcome::Outcome;
use crate::render::lag::Shown;

/// Tell who is behind, how much, since when, and what will happen next
///
/// Without arguments: the groups that the catalog declares, or all where there is no catalog. No group is joined and
/// nothing is changed.
///
/// Lag counts the offsets from the first unread record to the high watermark. Time lag is the age of that record, which is
/// read from the log; --no-time leaves it out. A partition whose lag cannot be told has none, never 0. What could
/// not be read ends with 3; that a lag is not known for want of a commit does so under --check.
///
/// Example: eventctl lag --check --max-lag 10000 --max-time-lag 5m
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these groups, by name or pattern
    #[arg(value_name = "GROUP", add = super::completions::group_names())]
    groups: Vec<String>,
    /// Every group that this principal may see
    #[arg(long, conflicts_with = "groups")]
    all: bool,
    /// Show every partition, also those where all is well
    #[arg(short, long)]
    partitions: bool,
    /// End with 1 where a limit is crossed, a declared group is missing, records were lost or a commit lies behind the
    /// end; with 3 where a limit cannot be judged
    #[arg(long, conflicts_with_all = ["watch", "metrics", "alert_webhook", "alert_exec"])]
    check: bool,
    /// The lag of a partition in records that is too much, for every group [default: the catalog's max_lag]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    max_lag: Option<i64>,
    /// The age of the first unread record that is too much [default: the catalog's max_time_lag]
    #[arg(long, value_name = "DURATION", value_parser = crate::commands::duration)]
    max_time_lag: Option<Duration>,
    /// Do not read the first unread records: no time lag, and markers of transactions count as records, also against
    /// limits
    #[arg(long, conflicts_with = "max_time_lag")]
    no_time: bool,
    /// Look for first unread records for no longer than this; the rest is unknown, and so is under --check whether a
    /// lag that may be markers of transactions is above its limit
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::commands::duration)]
    time_budget: Duration,
    /// Say how many consumers would catch up, from the rates between two samples
    #[arg(long, conflicts_with_all = ["watch", "metrics", "alert_webhook", "alert_exec"])]
    advise: bool,
    /// Within which time they shall catch up, for --advise
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = crate::commands::duration, requires = "advise")]
    within: Duration,
    /// Take two samples this far apart, for rates and the time to catch up [with --advise: 10s]
    #[arg(long, value_name = "DURATION", value_parser = crate::commands::duration, conflicts_with_all = ["watch", "metrics", "alert_webhook", "alert_exec"])]
    over: Option<Duration>,
    #[command(flatten)]
    watched: watched::WatchArgs,
}

/// Runs the command.
///
/// # Errors
/// Whatever kept it from its work.
pub async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let relied_on = args.check || args.watched.goes_on();
    let catalog = if relied_on { cx.catalog_if_there()? } else { cx.catalog_if_any()? };
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let request = request(args, environment)?;
    if (args.check || args.watched.alerts()) && !request.selection.is_limited() {
        cx.ui.note(
            "no limit is set, so that no lag is too much: give --max-lag or --max-time-lag, or max_lag or max_time_lag in \
             the catalog (what is missing or was lost is found without)",
        );
    }
    expect(cx, catalog.as_ref().zip(environment)).await?;
    let sampler = Sampler::new(cx.cluster()?, cx.scan_means()?);
    let mut watch = Watch::new(sampler, request, || Context::clock().as_millisecond());
    if args.watched.goes_on() {
        return watched::run(args, watch, cx).await;
    }
    let mut report = cx.stop.or(watch.sample()).await?;
    let over = args.over.or(args.advise.then_some(Duration::from_secs(10)));
    if let Some(over) = over {
        report = cx.stop.or(second(&mut watch, over, cx)).await?;
    }
    if args.advise {
        report.advice = Some(advice::advise(&report.groups, args.within.as_secs_f64()));
    }
    absent_globs(args, &report)?;
    if args.check && !args.no_time {
        check::doubt(&mut report);
    }
    let shown = Shown { report: &report, partitions: args.partitions, check: args.check };
    cx.answer(&shown, outcome(args, &report))
}

fn request(args: &Args, environment: Option<&Environment>) -> Result<LagRequest, Failure> {
    let milliseconds = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    let limits = Limits { max_lag: args.max_lag, max_time_lag: args.max_time_lag.map(milliseconds) };
    let declared = environment.map(declared).unwrap_or_default();
    let selection = Selection::new(&args.groups, declared, limits, args.all);
    let selection = selection.map_err(|error| {
        let failure = Failure::usage(error.to_string());
        match error {
            SelectionError::Pattern(error) => failure.hint(format!(
                "a backslash makes a character mean itself: for the group of this very name write {}",
                shell::quoted(&literal(&error.pattern))
            )),
            SelectionError::Name(..) => failure,
        }
    })?;
    Ok(LagRequest {
        selection,
        count_others: args.groups.is_empty() && !args.watched.goes_on(),
        time: (!args.no_time).then_some(args.time_budget),
    })
}

/// Says where another cluster answers than the one that was written down: nothing is changed here, but numbers of another
/// cluster under these names would mislead.
async fn expect(cx: &Context, catalog: Option<(&Catalog, &Environment)>) -> Result<(), Failure> {
    let expected = cx.expected_of(catalog)?;
    if expected.is_empty() {
        return Ok(());
    }
    let live = cx.stop.or(cx.cluster()?.describe()).await?;
    crate::gate::expect_cluster(&expected, live.id.as_ref())
}

/// A second sample, some time after the first.
async fn second(watch: &mut Watch, over: Duration, cx: &Context) -> Result<LagReport, Failure> {
    cx.ui.note(format!("a second sample follows in {}", eventctl_core::human::span(over.as_millis() as i64)));
    tokio::time::sleep(over).await;
    watch.sample().await
}

fn absent_globs(args: &Args, report: &LagReport) -> Result<(), Failure> {
    let only_globs = !args.groups.is_empty() && args.groups.iter().all(|word| is_glob(word));
    // Where a broker did not list its groups, nothing is known of those that are missing.
    if only_globs && report.groups.is_empty() && report.unknown.is_empty() {
        let words = args.groups.join(", ");
        return Err(Failure::usage(format!("`{words}` matches no group, as far as this principal may see"))
            .hint("eventctl groups list shows those there are"));
    }
    Ok(())
}

/// How it ends: what could not be read is unknown in any case; limits count under `--check`.
fn outcome(args: &Args, report: &LagReport) -> Outcome {
    let named = |group: &str| args.groups.iter().any(|word| word == group);
    let missing = report.groups.iter().any(|group| group.state == LagState::Missing && named(&group.group));
    let read = Outcome::unknown(!report.unknown.is_empty()).and(Outcome::findings(missing));
    if !args.check {
        return read;
    }
    let judged = Outcome::unknown(!report.unjudged.is_empty());
    read.and(judged).and(Outcome::findings(!report.findings.is_empty()))
}
