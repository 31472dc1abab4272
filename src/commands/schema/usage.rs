//! `eventctl schema usage`

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::catalog::{Encoding, Environment, Topic};
use eventctl_core::codec::Style;
use eventctl_core::name::TopicName;
use eventctl_core::payload::Form;
use eventctl_core::position::Position;
use eventctl_core::scan::Window;
use eventctl_core::usage::{Coverage, GroupCommits, SubjectVersions, UsageInput, UsageReport};

use crate::commands::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::usage::meanings::{self, Expected, Meanings};
use crate::flow::usage::reach::{self, DeadLetters, Reach};
use crate::flow::usage::{Counted, Counting};
use crate::flow::window::{self, Times};
use crate::outcome::Outcome;
use crate::render::schemas::{DeadLettersShown, Used};

/// Show which schema versions the records of a topic really carry, and how far each subject's migration is
///
/// Phase 1, consumers first: only older versions are there. Phase 2, mixed: older ones and the newest. Phase 3, old
/// version gone, is said only where the topic and its dead-letter topic were read whole and every committed offset of the
/// topic's groups is past the last older record; otherwise it is "not proven", with what is missing.
///
/// Looks at the last 100000 offsets of each partition, at fewer where there are more than 50 partitions; --from start
/// looks at all there are.
///
/// Example: eventctl schema usage agent-events --from start
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The topic
    #[arg(value_name = "TOPIC", add = crate::commands::completions::topic_names())]
    topic: TopicName,
    /// Begin here [default: so many offsets before the end]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    from: Option<String>,
    /// End before this [default: end]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    until: Option<String>,
    /// Show each partition
    #[arg(long)]
    by_partition: bool,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let declared = environment.and_then(|environment: &Environment| environment.topic(args.topic.as_str()));
    carries_schemas(&args.topic, declared)?;
    let asked = match (&args.from, &args.until) {
        (None, None) => None,
        (from, until) => Some(cx.bounds(from.as_deref(), until.as_deref(), Position::Start)?),
    };
    let registry = cx.registry()?;
    let cluster = cx.cluster()?;
    let reach = cx.stop.or(reach::resolve(&cluster, &args.topic, asked, declared)).await?;
    let meant = catalog.as_ref().zip(environment);
    let mut readings = cx.topic_readings(meant, &reach.ranges.names(), None)?;
    let counted = reach.ranges.names().into_iter().enumerate().map(|(number, name)| {
        let payloads = readings.remove(name.as_str()).unwrap_or_default().payloads;
        let times = if number == 0 { Times::of(&reach.bounds) } else { Times::default() };
        Counted::new(name.to_string(), payloads, times)
    });
    let counted: Vec<Counted> = counted.collect();
    let expected = expected(declared, counted.first(), cx)?;
    let schemas = cx.known_schemas(reach.ranges.cluster.as_ref(), Style::PLAIN)?;
    let (scanned, counting) = cx.watch(&reach.ranges, Counting::new(counted, Some(schemas))).await?;
    let counted = counting.finish();
    let identities: BTreeSet<_> = counted.iter().flat_map(|one| one.usage.identities().cloned()).collect();
    let found = cx.stop.or(meanings::find(identities, &expected, registry.as_ref())).await?;
    let (groups, groups_unknown) = cx.stop.or(reach::groups(&cluster, &args.topic, declared)).await?;
    let Some(window) = window::of(&reach.ranges, 0, &reach.bounds, &scanned) else {
        return Err(Failure::cluster(format!("topic {}: the brokers told nothing of it", args.topic)));
    };
    let dead_window = match &reach.dead_letters {
        DeadLetters::Read(bounds) => window::of(&reach.ranges, 1, bounds, &scanned),
        _ => None,
    };
    let read = Read { counted, window, dead_window, groups, groups_unknown, found };
    answer(args, &reach, &read, cx)
}

/// What was found out.
struct Read {
    counted: Vec<Counted>,
    window: Window,
    dead_window: Option<Window>,
    groups: Vec<GroupCommits>,
    groups_unknown: Option<String>,
    found: Meanings,
}

fn answer(args: &Args, reach: &Reach, read: &Read, cx: &Context) -> Result<Outcome, Failure> {
    let Some(counted) = read.counted.first() else {
        return Err(Failure::machine("nothing was counted"));
    };
    let coverage = Coverage::of(&read.window, counted.outside);
    let dead_coverage = read.dead_window.as_ref().map(|window| Coverage::of(window, 0)).unwrap_or_default();
    let dead = read.counted.get(1);
    let dlq = match (&reach.dead_letters, dead) {
        (DeadLetters::NotRead { topic, reason, .. }, _) => Some((topic.as_str(), Err(reason.as_str()))),
        (DeadLetters::Read(_), Some(dead)) => Some((dead.topic.as_str(), Ok((&dead.usage, &dead_coverage)))),
        _ => None,
    };
    let report = UsageReport::of(&UsageInput {
        topic: args.topic.as_str(),
        usage: &counted.usage,
        coverage: &coverage,
        dlq,
        groups: &read.groups,
        groups_unknown: read.groups_unknown.as_deref(),
        meanings: &read.found.meanings,
        subjects: &read.found.subjects,
    });
    let dead_letters = match (&reach.dead_letters, dead) {
        (DeadLetters::NotRead { topic, reason, .. }, _) => Some(DeadLettersShown::NotRead { topic, reason }),
        (DeadLetters::Absent(topic), _) => Some(DeadLettersShown::Absent { topic: topic.as_str() }),
        (DeadLetters::Read(_), Some(dead)) => read.dead_window.as_ref().map(|window| {
            DeadLettersShown::Read { topic: &dead.topic, records: dead.usage.records(), window }
        }),
        _ => None,
    };
    let used = Used {
        report: &report,
        window: &read.window,
        outside: counted.outside,
        dead_letters,
        groups: &read.groups,
        groups_unknown: read.groups_unknown.as_deref(),
        by_partition: args.by_partition,
    };
    let outcome = outcome(reach, read, &report, cx);
    cx.answer(&used, outcome)
}

fn outcome(reach: &Reach, read: &Read, report: &UsageReport, cx: &Context) -> Outcome {
    let findings = !report.undecodable.is_empty() || !report.unresolved.is_empty();
    let dead_unknown = matches!(&reach.dead_letters, DeadLetters::NotRead { is_unknown: true, .. });
    let groups_unknown =
        read.groups_unknown.is_some() || read.groups.iter().any(|group| group.commits.is_err());
    let unknown = dead_unknown || groups_unknown || read.found.is_unknown;
    let windows = std::iter::once(&read.window).chain(&read.dead_window);
    windows.fold(Outcome::findings(findings).and(Outcome::unknown(unknown)), |outcome, window| {
        outcome.and(cx.outcome_of(window))
    })
}

/// Topics of texts and bytes are no subject of schemas.
fn carries_schemas(topic: &TopicName, declared: Option<&Topic>) -> Result<(), Failure> {
    match declared.and_then(|topic| topic.encoding) {
        Some(encoding @ (Encoding::Text | Encoding::Raw)) => {
            let word = encoding.as_str();
            Err(Failure::input(format!(
                "the catalog says that {topic} is {word}: its records carry no schemas"
            )))
        }
        _ => Ok(()),
    }
}

/// The subjects of the topic's events; for envelopes, whose versions are files, those files' numbers too.
fn expected(declared: Option<&Topic>, counted: Option<&Counted>, cx: &Context) -> Result<Expected, Failure> {
    let events = declared.map(|topic| topic.events.as_slice()).unwrap_or_default();
    let subjects: BTreeMap<String, String> =
        events.iter().map(|event| (event.name.clone(), event.subject.to_string())).collect();
    let envelopes = counted.is_some_and(|counted| matches!(counted.payloads.form(), Form::Envelope(_)));
    if !envelopes {
        return Ok(Expected { subjects, files: None });
    }
    let desk = cx.schema_desk(&SchemaFolderArgs::default())?;
    let files = subjects.values().map(|subject| {
        let files = desk.library().subject(subject).map(|known| known.versions()).unwrap_or_default();
        let versions = files.iter().map(|version| version.number).collect();
        (subject.clone(), SubjectVersions { versions })
    });
    Ok(Expected { files: Some(files.collect()), subjects })
}
