//! What records carry, by subject, as it is shown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::fold::{Identity, Run, Usage};
use super::phase::{Coverage, Evidence, GroupCommits, Phase, Reach, Seen, Stock, phase};

/// The document's kind in JSON.
pub const USAGE_KIND: &str = "schema.usage";

/// What an identity means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A version of a subject.
    Version(Named),
    /// An event whose records name no version.
    Unversioned {
        /// Its subject.
        subject: String,
    },
    /// It is not known, and why.
    Unknown(String),
}

/// A version of a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The subject.
    pub subject: String,
    /// The version's number.
    pub version: u32,
}

/// Which of the versions that have one schema a topic's records mean: of a subject that is expected there, where one is,
/// the newest.
#[must_use]
pub fn meant<'v>(versions: &'v [Named], expected: &BTreeSet<String>) -> Option<&'v Named> {
    let here = versions.iter().find(|named| expected.contains(&named.subject));
    let subject = here.or_else(|| versions.iter().min()).map(|named| named.subject.as_str())?;
    versions.iter().filter(|named| named.subject == subject).max()
}

/// The versions that a subject has, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectVersions {
    /// All of them.
    pub versions: BTreeSet<u32>,
}

/// What was read of a dead-letter topic, or why nothing was.
pub type DlqReading<'a> = Result<(&'a Usage, &'a Coverage), &'a str>;

/// Everything that a report is made of.
#[derive(Debug)]
pub struct UsageInput<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// What its records carry.
    pub usage: &'a Usage,
    /// What of it was read.
    pub coverage: &'a Coverage,
    /// What the dead-letter topic's records carry, where there is one and it was read.
    pub dlq: Option<(&'a str, DlqReading<'a>)>,
    /// The groups that read the topic.
    pub groups: &'a [GroupCommits],
    /// Why these may not be all groups.
    pub groups_unknown: Option<&'a str>,
    /// What identities mean; one that is missing is not known.
    pub meanings: &'a BTreeMap<Identity, Meaning>,
    /// The subjects that are expected in the topic, with the versions they have.
    pub subjects: &'a BTreeMap<String, SubjectVersions>,
}

/// What the records of a topic carry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsageReport {
    /// The topic.
    pub topic: String,
    /// How many records were counted.
    pub records: u64,
    /// How many of them have a null value.
    pub null_values: u64,
    /// By subject, in order of their names.
    pub subjects: Vec<SubjectUsage>,
    /// Identities that nobody could explain.
    pub unresolved: Vec<Unresolved>,
    /// What could not be decoded, by reason.
    pub undecodable: Vec<ReasonUsage>,
    /// Records with a schema that were not told apart: too many different ones came before them.
    pub not_told_apart: u64,
    /// The same of records that could not be decoded.
    pub undecodable_not_told_apart: u64,
}

/// What is used of a subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubjectUsage {
    /// The subject.
    pub subject: String,
    /// Its newest version; none where records name none.
    pub newest: Option<u32>,
    /// The phase's number, where it has one.
    pub phase: Option<u8>,
    /// The phase's name.
    pub phase_name: &'static str,
    /// What stands between this and phase 3, a sentence each.
    pub missing: Vec<String>,
    /// The last record of an older version by time, in phase 2.
    pub last_old: Option<Timestamp>,
    /// Its records.
    pub records: u64,
    /// By version, in ascending order.
    pub versions: Vec<VersionUsage>,
}

/// What is used of a version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionUsage {
    /// The version; none where records name none.
    pub version: Option<u32>,
    /// The ids that records name it by.
    pub ids: Vec<u32>,
    /// Its records.
    pub records: u64,
    /// Its part of the subject's records, from 0 to 1.
    pub share: f64,
    /// The earliest of them; null where its timestamp is no time.
    pub first_seen: Option<Timestamp>,
    /// The latest of them.
    pub last_seen: Option<Timestamp>,
    /// By partition, in ascending order.
    pub partitions: Vec<PartitionUsage>,
}

/// Records in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionUsage {
    /// The partition.
    pub partition: i32,
    /// How many.
    pub records: u64,
    /// The least offset of them.
    pub first_offset: i64,
    /// The greatest.
    pub last_offset: i64,
    /// The earliest of them.
    pub first_seen: Option<Timestamp>,
    /// The latest of them.
    pub last_seen: Option<Timestamp>,
}

/// An identity that nobody could explain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unresolved {
    /// The identity: `id 7`, a GUID, an event's name.
    pub identity: String,
    /// Why.
    pub reason: String,
    /// Its records.
    pub records: u64,
    /// By partition.
    pub partitions: Vec<PartitionUsage>,
}

/// Records that could not be decoded for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonUsage {
    /// The reason.
    pub reason: String,
    /// How many.
    pub records: u64,
    /// By partition.
    pub partitions: Vec<PartitionUsage>,
}

/// What one topic holds of each subject's versions.
type Holdings = BTreeMap<String, BTreeMap<Option<u32>, Holding>>;

#[derive(Debug, Clone, Default)]
struct Holding {
    ids: BTreeSet<u32>,
    runs: BTreeMap<i32, Run>,
}

impl Holding {
    fn records(&self) -> u64 {
        records(&self.runs)
    }
}

impl UsageReport {
    /// Sums up by subject and decides on each one's phase.
    #[must_use]
    pub fn of(input: &UsageInput<'_>) -> UsageReport {
        let (held, unresolved) = resolved(input.usage, input.meanings);
        let dlq = input.dlq.map(|(topic, read)| {
            let read = read.map(|(usage, coverage)| (resolved(usage, input.meanings).0, usage, coverage));
            (topic, read)
        });
        let expected = input.subjects.keys().map(|subject| (subject.clone(), BTreeMap::new()));
        let mut all: Holdings = expected.collect();
        all.extend(held);
        let subjects = all.iter().map(|(subject, versions)| {
            let newest = newest(subject, versions, input.subjects);
            let unread =
                || dlq.as_ref().map(|(topic, read)| (*topic, read.as_ref().map_err(|reason| *reason)));
            let phase = newest.map(|newest| subject_phase(input, (subject, newest), versions, unread()));
            subject_usage(subject, newest, versions, phase.as_ref())
        });
        UsageReport {
            topic: input.topic.to_owned(),
            records: input.usage.records(),
            null_values: input.usage.null_values(),
            subjects: subjects.collect(),
            unresolved,
            undecodable: input
                .usage
                .reasons()
                .iter()
                .map(|(reason, runs)| reason_usage(reason, runs))
                .collect(),
            not_told_apart: input.usage.not_told_apart(),
            undecodable_not_told_apart: input.usage.undecodable_not_told_apart(),
        }
    }
}

/// Gives each identity's runs to its subject and version.
fn resolved(usage: &Usage, meanings: &BTreeMap<Identity, Meaning>) -> (Holdings, Vec<Unresolved>) {
    let (mut held, mut unresolved) = (Holdings::new(), Vec::new());
    for (identity, runs) in usage.carried() {
        let (subject, version) = match meanings.get(identity) {
            Some(Meaning::Version(named)) => (&named.subject, Some(named.version)),
            Some(Meaning::Unversioned { subject }) => (subject, None),
            Some(Meaning::Unknown(reason)) => {
                unresolved.push(unexplained(identity, reason, runs));
                continue;
            }
            None => {
                unresolved.push(unexplained(identity, "nobody was asked for it", runs));
                continue;
            }
        };
        let holding = held.entry(subject.clone()).or_default().entry(version).or_default();
        if let Identity::Id(id) = identity {
            holding.ids.insert(*id);
        }
        super::fold::join_runs(&mut holding.runs, runs.clone());
    }
    (held, unresolved)
}

fn unexplained(identity: &Identity, reason: &str, runs: &BTreeMap<i32, Run>) -> Unresolved {
    Unresolved {
        identity: identity.to_string(),
        reason: reason.to_owned(),
        records: records(runs),
        partitions: partitions(runs),
    }
}

/// The newest version that is known or was seen; none where records name no version.
fn newest(
    subject: &str,
    seen: &BTreeMap<Option<u32>, Holding>,
    known: &BTreeMap<String, SubjectVersions>,
) -> Option<u32> {
    if seen.contains_key(&None) {
        return None;
    }
    let known = known.get(subject).and_then(|known| known.versions.last().copied());
    seen.keys().copied().flatten().chain(known).max()
}

type DlqHeld<'r, 'a> = (&'a str, Result<&'r (Holdings, &'a Usage, &'a Coverage), &'a str>);

fn subject_phase<'a>(
    input: &UsageInput<'a>,
    (subject, newest): (&str, u32),
    versions: &BTreeMap<Option<u32>, Holding>,
    dlq: Option<DlqHeld<'_, 'a>>,
) -> Phase {
    let known = input.subjects.get(subject);
    let seen: BTreeSet<u32> = versions.keys().copied().flatten().collect();
    let in_dlq =
        |held: &Holdings| held.get(subject).map(|versions| old_of(versions, newest)).unwrap_or_default();
    let unknown = |usage: &Usage| unknown_records(usage, input.meanings);
    let dlq = match dlq {
        None => Reach::None,
        Some((topic, Err(reason))) => Reach::NotRead { topic, reason },
        Some((topic, Ok((held, usage, coverage)))) => {
            Reach::Read(Stock { topic, coverage, old: in_dlq(held), unresolved: unknown(usage) })
        }
    };
    let others = |version: &u32| *version != newest;
    phase(&Evidence {
        newest_records: versions.get(&Some(newest)).map_or(0, Holding::records),
        only_version: !seen.iter().any(others)
            && !known.is_some_and(|known| known.versions.iter().any(others)),
        topic: Stock {
            topic: input.topic,
            coverage: input.coverage,
            old: old_of(versions, newest),
            unresolved: unknown(input.usage),
        },
        dlq,
        groups: input.groups,
        groups_unknown: input.groups_unknown,
    })
}

/// What there is of versions other than the newest.
fn old_of(versions: &BTreeMap<Option<u32>, Holding>, newest: u32) -> Seen {
    let mut old = Seen::default();
    for (_, holding) in versions.iter().filter(|(version, _)| **version != Some(newest)) {
        for (partition, run) in &holding.runs {
            old.records += run.records;
            old.last = old.last.max(Some(run.latest));
            let last = old.last_offsets.entry(*partition).or_insert(run.last_offset);
            *last = run.last_offset.max(*last);
        }
    }
    old
}

/// Records that may be of any version of any subject.
fn unknown_records(usage: &Usage, meanings: &BTreeMap<Identity, Meaning>) -> u64 {
    let unknown = usage.carried().filter(|(identity, _)| {
        !matches!(meanings.get(identity), Some(Meaning::Version(_) | Meaning::Unversioned { .. }))
    });
    unknown.map(|(_, runs)| records(runs)).sum::<u64>() + usage.not_told_apart()
}

fn subject_usage(
    subject: &str,
    newest: Option<u32>,
    versions: &BTreeMap<Option<u32>, Holding>,
    phase: Option<&Phase>,
) -> SubjectUsage {
    let all: u64 = versions.values().map(Holding::records).sum();
    let last_old = match phase {
        Some(Phase::Mixed { last_old, .. }) => last_old.and_then(|last| time(last.timestamp)),
        _ => None,
    };
    SubjectUsage {
        subject: subject.to_owned(),
        newest,
        phase: phase.and_then(Phase::number),
        phase_name: match phase {
            Some(phase) => phase.as_str(),
            None if versions.is_empty() => Phase::Unseen.as_str(),
            None => "unversioned",
        },
        missing: phase
            .map(|phase| phase.missing().iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        last_old,
        records: all,
        versions: versions.iter().map(|(version, holding)| version_usage(*version, holding, all)).collect(),
    }
}

fn version_usage(version: Option<u32>, holding: &Holding, all: u64) -> VersionUsage {
    let records = holding.records();
    VersionUsage {
        version,
        ids: holding.ids.iter().copied().collect(),
        records,
        share: if all == 0 { 0.0 } else { records as f64 / all as f64 },
        first_seen: holding
            .runs
            .values()
            .map(|run| run.earliest)
            .min()
            .and_then(|first| time(first.timestamp)),
        last_seen: holding.runs.values().map(|run| run.latest).max().and_then(|last| time(last.timestamp)),
        partitions: partitions(&holding.runs),
    }
}

fn reason_usage(reason: &str, runs: &BTreeMap<i32, Run>) -> ReasonUsage {
    ReasonUsage { reason: reason.to_owned(), records: records(runs), partitions: partitions(runs) }
}

fn records(runs: &BTreeMap<i32, Run>) -> u64 {
    runs.values().map(|run| run.records).sum()
}

fn partitions(runs: &BTreeMap<i32, Run>) -> Vec<PartitionUsage> {
    let usage = |(partition, run): (&i32, &Run)| PartitionUsage {
        partition: *partition,
        records: run.records,
        first_offset: run.first_offset,
        last_offset: run.last_offset,
        first_seen: time(run.earliest.timestamp),
        last_seen: time(run.latest.timestamp),
    };
    runs.iter().map(usage).collect()
}

/// A timestamp as a time; none where the calendar has no such.
fn time(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds).ok()
}
