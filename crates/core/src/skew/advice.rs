//! What to make of how records lie.

use serde::Serialize;

use super::{HeavyKey, Measure, PartitionLoad, SkewReport};
use crate::yaml::shown;

/// From which part of its partition's weight on a key is hot.
pub const HOT_SHARE: f64 = 0.5;

/// From which multiple of the mean on a partition is called heavy.
pub const IMBALANCE: f64 = 2.0;

/// How many records per partition make a judgement.
pub const ENOUGH: u64 = 100;

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceKind {
    /// There is too little to judge by.
    TooFew,
    /// One key is most of its partition, and the partition is heavy.
    HotKey,
    /// A partition is heavy, and no one key makes it so.
    Imbalance,
    /// Partitions hold nothing, though there are keys enough.
    Empty,
    /// A key is in several partitions.
    SplitKey,
    /// Some records have a key and others have none.
    SomeWithoutKey,
}

/// What was noticed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What.
    pub kind: AdviceKind,
    /// In a sentence.
    pub text: String,
    /// What to do.
    pub help: String,
}

impl Advice {
    fn new(kind: AdviceKind, text: String, help: &str) -> Advice {
        Advice { kind, text, help: help.to_owned() }
    }

    /// Tells whether it is a finding. The others are to be known.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        matches!(self.kind, AdviceKind::HotKey | AdviceKind::Imbalance | AdviceKind::SplitKey)
    }
}

/// Says what is to be noticed about a report, the gravest first. With too few records nothing else is said.
#[must_use]
pub fn advise(report: &SkewReport) -> Vec<Advice> {
    let partitions = report.partitions.len() as u64;
    if report.records < ENOUGH.saturating_mul(partitions) {
        let text = format!("{} records on {partitions} partitions are too few to judge by", report.records);
        return vec![Advice::new(AdviceKind::TooFew, text, "count more of the topic: --from start")];
    }
    let mut all = Vec::new();
    all.extend(heavy_partitions(report));
    all.extend(split_keys(report));
    all.extend(empty_partitions(report));
    all.extend(some_without_key(report));
    all
}

/// How many times the mean a partition has.
fn times_mean(report: &SkewReport, load: &PartitionLoad) -> f64 {
    load.share * report.partitions.len() as f64
}

fn heavy_partitions(report: &SkewReport) -> impl Iterator<Item = Advice> + '_ {
    let heavy = report.partitions.iter().filter(|load| times_mean(report, load) >= IMBALANCE);
    heavy.map(|load| {
        let times = times_mean(report, load);
        let hot = |key: &&HeavyKey| key.partition == load.partition && key.share_at_least >= HOT_SHARE;
        let partition = load.partition;
        match report.heaviest.iter().find(hot) {
            Some(key) => Advice::new(
                AdviceKind::HotKey,
                format!(
                    "the key {} is at least {} % of partition {partition}, which has {times:.1} times the mean",
                    shown(&key.key),
                    (key.share_at_least * 100.0).floor()
                ),
                "more partitions do not divide one key: give its records a finer key, or a topic of their own",
            ),
            None => {
                let what = match report.measure {
                    Measure::Records => "records",
                    Measure::Bytes => "bytes",
                };
                Advice::new(
                    AdviceKind::Imbalance,
                    format!("partition {partition} has {times:.1} times as many {what} as the mean"),
                    "few distinct keys lie unevenly, and so does what several partitioners or a changed number of \
                     partitions left behind: compare with `eventctl partition of`",
                )
            }
        }
    })
}

fn split_keys(report: &SkewReport) -> Option<Advice> {
    let mut split: Vec<&HeavyKey> = report.heaviest.iter().filter(|key| key.in_partitions > 1).collect();
    split.sort_by(|one, other| one.key.cmp(&other.key));
    split.dedup_by(|one, other| one.key == other.key && one.key_length == other.key_length);
    let first = split.first()?;
    let others = match split.len() - 1 {
        0 => String::new(),
        others => format!(" (and {others} of the other heavy keys in several too)"),
    };
    Some(Advice::new(
        AdviceKind::SplitKey,
        format!("the key {} is in {} partitions{others}", shown(&first.key), first.in_partitions),
        "its records have no common order: partitions were added, or producers use different partitioners; see \
         `eventctl partition of TOPIC KEY --observed`",
    ))
}

fn empty_partitions(report: &SkewReport) -> Option<Advice> {
    let empty = report.partitions.iter().filter(|load| load.records == 0).count();
    (empty > 0).then(|| {
        Advice::new(
            AdviceKind::Empty,
            format!("{empty} of {} partitions hold no records of what was counted", report.partitions.len()),
            "a consumer of such a partition idles; there may be fewer keys than partitions",
        )
    })
}

fn some_without_key(report: &SkewReport) -> Option<Advice> {
    let mixed = report.null_keys > 0 && report.null_keys < report.records;
    mixed.then(|| {
        Advice::new(
            AdviceKind::SomeWithoutKey,
            format!("{} of {} records have no key", report.null_keys, report.records),
            "they go anywhere and have no order among the others; compaction refuses them",
        )
    })
}
