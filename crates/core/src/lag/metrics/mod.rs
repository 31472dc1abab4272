//! Lag as metrics: which series a sample has.
//!
//! The names are those that dashboards know from kafka-lag-exporter, `kafka_consumer_lag` and our own `eventctl_…`. What
//! is not known has no series: a 0 would be taken for good news. Series are made from the sample each time and kept
//! nowhere, so those of a group that is gone go with it. How they are written and served is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::report::{GroupLag, LagReport, PartitionLag};

#[cfg(test)]
mod tests;

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// A number that goes up and down.
    Gauge,
    /// A number that only goes up. `_total` is added to its name where it is written.
    Counter,
}

/// A value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number, written exactly.
    Whole(i64),
    /// Another one.
    Real(f64),
}

/// The label of a series: its name and its value, which is foreign text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label<'a> {
    /// A text.
    Text(&'static str, &'a str),
    /// The partition.
    Partition(i32),
}

/// A series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<'a> {
    /// Its labels.
    pub labels: Vec<Label<'a>>,
    /// Its value.
    pub value: Number,
}

/// The series of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Family<'a> {
    /// The name.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
    /// What kind of metric it is.
    pub kind: MetricKind,
    /// The series.
    pub series: Vec<Series<'a>>,
}

/// How sampling itself goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampling {
    /// What the cluster is called in `cluster_name`; without it there is no such label.
    pub cluster_name: Option<String>,
    /// The version of this program.
    pub version: &'static str,
    /// How many samples were taken, those that failed among them.
    pub samples: u64,
    /// How many of them failed, or could not find out everything.
    pub errors: u64,
    /// How long the last one took, in seconds.
    pub seconds: Option<f64>,
    /// When the last one that did not fail was taken, in milliseconds since 1970.
    pub last: Option<i64>,
}

/// What is to be served after a sample: no lag at all where it failed.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The lag.
    pub report: Option<Arc<LagReport>>,
    /// How sampling goes.
    pub sampling: Sampling,
}

/// How many families there are.
const FAMILIES: usize = PER_PARTITION.len() + ENDS.len() + PER_GROUP.len() + 6;

impl Snapshot {
    /// The families, each made when it is taken: a large cluster has hundreds of thousands of series.
    pub fn families(&self) -> impl Iterator<Item = Family<'_>> {
        (0..FAMILIES).filter_map(|index| self.family(index)).filter(|family| !family.series.is_empty())
    }

    fn family(&self, index: usize) -> Option<Family<'_>> {
        if let Some(row) = PER_PARTITION.get(index) {
            return Some(self.of_partitions(row));
        }
        let index = index - PER_PARTITION.len();
        if let Some(row) = ENDS.get(index) {
            return Some(self.of_ends(row));
        }
        let index = index - ENDS.len();
        if let Some(row) = PER_GROUP.get(index) {
            return Some(self.of_groups(row));
        }
        self.of_sampling(index - PER_GROUP.len())
    }

    fn groups(&self) -> &[GroupLag] {
        self.report.as_ref().map_or(&[], |report| report.groups.as_slice())
    }

    /// The labels that a series begins with.
    fn labels(&self) -> Vec<Label<'_>> {
        self.sampling.cluster_name.iter().map(|name| Label::Text("cluster_name", name)).collect()
    }

    fn of_partitions(&self, row: &PerPartition) -> Family<'_> {
        let PerPartition { name, help, named, of } = row;
        let mut series = Vec::new();
        for group in self.groups().iter().filter(|group| is_there(group)) {
            for partition in &group.partitions {
                let Some(value) = of(partition) else { continue };
                let mut labels = if *named { self.labels() } else { Vec::with_capacity(3) };
                labels.push(Label::Text("group", &group.group));
                labels.push(Label::Text("topic", &partition.topic));
                labels.push(Label::Partition(partition.partition));
                series.push(Series { labels, value });
            }
        }
        Family { name, help, kind: MetricKind::Gauge, series }
    }

    /// Ends belong to partitions: several groups that read one have one series.
    fn of_ends(&self, row: &Ends) -> Family<'_> {
        let (name, help, of) = row;
        let mut ends: BTreeMap<(&str, i32), i64> = BTreeMap::new();
        for partition in self.groups().iter().flat_map(|group| &group.partitions) {
            if let Some(end) = of(partition) {
                ends.insert((&partition.topic, partition.partition), end);
            }
        }
        let series = ends.into_iter().map(|((topic, partition), end)| {
            let mut labels = self.labels();
            labels.extend([Label::Text("topic", topic), Label::Partition(partition)]);
            Series { labels, value: Number::Whole(end) }
        });
        Family { name, help, kind: MetricKind::Gauge, series: series.collect() }
    }

    fn of_groups(&self, row: &PerGroup) -> Family<'_> {
        let (name, help, of) = row;
        let series = self.groups().iter().filter_map(|group| {
            let value = of(group)?;
            let mut labels = self.labels();
            labels.push(Label::Text("group", &group.group));
            if *name == STATE {
                labels.push(Label::Text("state", group.state.name()));
            }
            Some(Series { labels, value })
        });
        Family { name, help, kind: MetricKind::Gauge, series: series.collect() }
    }

    fn of_sampling(&self, index: usize) -> Option<Family<'_>> {
        use MetricKind::{Counter, Gauge};
        let Sampling { version, samples, errors, seconds, last, .. } = &self.sampling;
        let count = |number: u64| Some(Number::Whole(i64::try_from(number).unwrap_or(i64::MAX)));
        let (name, help, kind, value) = match index {
            0 => ("eventctl_build_info", "The version of eventctl", Gauge, Some(Number::Whole(1))),
            1 => {
                ("eventctl_samples", "Samples taken, those that failed among them", Counter, count(*samples))
            }
            2 => (
                "eventctl_sample_errors",
                "Samples that failed or could not find out everything",
                Counter,
                count(*errors),
            ),
            3 => (
                "eventctl_sample_duration_seconds",
                "How long the last sample took",
                Gauge,
                seconds.map(Number::Real),
            ),
            4 => (
                "eventctl_last_sample_timestamp_seconds",
                "When the last sample that did not fail was taken",
                Gauge,
                last.map(seconds_of),
            ),
            5 => (
                "eventctl_groups",
                "Groups in the last sample",
                Gauge,
                self.report.as_ref().map(|report| Number::Whole(length(report.groups.len()))),
            ),
            _ => return None,
        };
        let labels = if index == 0 { vec![Label::Text("version", version)] } else { Vec::new() };
        let series = value.map(|value| Series { labels, value }).into_iter().collect();
        Some(Family { name, help, kind, series })
    }
}

/// Milliseconds as seconds.
fn seconds_of(milliseconds: i64) -> Number {
    // Exact up to 2^53 milliseconds, which is 285,000 years.
    Number::Real(milliseconds as f64 / 1_000.0)
}

fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A metric of each partition that a group reads; `named` where it has the label `cluster_name`.
struct PerPartition {
    name: &'static str,
    help: &'static str,
    named: bool,
    of: fn(&PartitionLag) -> Option<Number>,
}

const PER_PARTITION: [PerPartition; 5] = [
    PerPartition {
        name: "kafka_consumer_lag",
        help: "Unread records of a group in a partition",
        named: false,
        of: |row| row.lag.map(Number::Whole),
    },
    PerPartition {
        name: "kafka_consumergroup_group_lag",
        help: "Unread records of a group in a partition",
        named: true,
        of: |row| row.lag.map(Number::Whole),
    },
    PerPartition {
        name: "kafka_consumergroup_group_lag_seconds",
        help: "Age of the first unread record of a group in a partition",
        named: true,
        of: |row| row.time_lag_ms.map(seconds_of),
    },
    PerPartition {
        name: "kafka_consumergroup_group_offset",
        help: "Committed offset of a group in a partition",
        named: true,
        of: |row| row.committed.map(Number::Whole),
    },
    PerPartition {
        name: "eventctl_lost_records",
        help: "Offsets that were deleted before the group read them",
        named: true,
        of: |row| row.lost.map(Number::Whole),
    },
];

type Ends = (&'static str, &'static str, fn(&PartitionLag) -> Option<i64>);

const ENDS: [Ends; 2] = [
    ("kafka_partition_latest_offset", "High watermark of a partition", |row| row.high_watermark),
    ("kafka_partition_earliest_offset", "Log start offset of a partition", |row| row.log_start),
];

type PerGroup = (&'static str, &'static str, fn(&GroupLag) -> Option<Number>);

const STATE: &str = "eventctl_group_state";

const PER_GROUP: [PerGroup; 6] = [
    (
        "kafka_consumergroup_group_max_lag",
        "Greatest known lag of a group in a partition; see eventctl_lag_unknown",
        |group| greatest(group, group.max_lag, |row| row.lag).map(Number::Whole),
    ),
    (
        "kafka_consumergroup_group_max_lag_seconds",
        "Greatest known age of a first unread record of a group",
        |group| greatest(group, group.max_time_lag_ms, |row| row.time_lag_ms).map(seconds_of),
    ),
    ("kafka_consumergroup_group_sum_lag", "Unread records of a group, where all are known", |group| {
        group.lag.filter(|_| is_there(group)).map(Number::Whole)
    }),
    (STATE, "1 for the state that a group is in", |_| Some(Number::Whole(1))),
    ("eventctl_group_members", "Members of a group", |group| {
        group.members.map(|members| Number::Whole(length(members)))
    }),
    (
        "eventctl_lag_unknown",
        "Partitions of a group whose lag is not known, 1 at least where that is any",
        |group| Some(Number::Whole(length(unknown(group)))),
    ),
];

/// Partitions of a group whose lag is not known.
fn unknown(group: &GroupLag) -> usize {
    let is_there = is_there(group);
    let unknown = group.partitions.iter().filter(|row| !is_there || row.lag.is_none()).count();
    // Of a group that cannot be read, or that shows nothing, not even the partitions are known.
    let is_any = !is_there || group.lag.is_none() || group.state.is_unknown();
    unknown.max(usize::from(is_any))
}

/// True where something is known to be there that can be behind: the group, or commits that outlived it. What the catalog
/// says of where a group starts makes no lag of one that is missing: it would pass for a consumer that keeps up.
fn is_there(group: &GroupLag) -> bool {
    group.group_state.is_some() || group.partitions.iter().any(|row| row.committed.is_some())
}

/// The greatest of the numbers that are known. While some are not, it may be greater than that, and 0 would be a guess.
fn greatest(group: &GroupLag, known: Option<i64>, of: fn(&PartitionLag) -> Option<i64>) -> Option<i64> {
    let whole = !group.state.is_unknown() && group.partitions.iter().all(|row| of(row).is_some());
    known.filter(|number| is_there(group) && (whole || *number > 0))
}
