//! What `topics list` and `topics describe` say: the topics that can be seen, and how well they are.
//!
//! The number of records is an estimate from above, the span between a partition's first and last offset: compaction
//! and transaction markers leave gaps. Where a partition's offsets are unknown there is no estimate at all.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use super::declared::Declared;
use super::live::{
    ConfigSource, ConfigValue, LiveConfig, LivePartition, LiveTopic, LiveTopics, OffsetRange, TopicId,
};
use super::plan::Unknown;
use super::settings::{items, number};
use crate::fault::{Fault, Seen};
use crate::human;
use crate::name::{ClusterId, TopicName};

/// The `kind` of a list's document.
pub const LIST_KIND: &str = "topics.list";

/// The `kind` of a description's document.
pub const DESCRIBE_KIND: &str = "topics.describe";

/// The offsets of topics, by partition, each with its own answer.
pub type Offsets = BTreeMap<TopicName, BTreeMap<i32, Result<OffsetRange, Fault>>>;

/// The topics of a cluster, as far as this principal may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicList {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// The topics by name.
    pub topics: Vec<TopicRow>,
    /// Declared topics that do not exist.
    pub missing: Vec<TopicName>,
    /// What could not be read.
    pub unknown: Vec<Unknown>,
    /// How much of everything there is.
    pub summary: ListSummary,
}

/// How much of everything a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ListSummary {
    /// Topics listed.
    pub topics: usize,
    /// Their partitions.
    pub partitions: usize,
    /// Partitions with a replica out of sync.
    pub under_replicated: usize,
    /// Partitions without a leader.
    pub offline: usize,
    /// Brokers that are up.
    pub brokers: usize,
}

/// One topic in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicRow {
    /// Its name.
    pub topic: TopicName,
    /// Its id; null where the server gives none.
    pub id: Option<TopicId>,
    /// True where the brokers mark it as internal.
    pub internal: bool,
    /// How many partitions it has.
    pub partitions: usize,
    /// How many replicas each has; null where they differ.
    pub replication_factor: Option<usize>,
    /// Partitions with a replica out of sync.
    pub under_replicated: usize,
    /// Partitions without a leader.
    pub offline: usize,
    /// The effective retention in milliseconds, -1 without limit; null where it could not be read.
    pub retention_ms: Option<i64>,
    /// The effective cleanup policy; null where it could not be read.
    pub cleanup_policy: Option<String>,
    /// The span of its offsets: at most this many records; null where any partition's offsets are unknown.
    pub record_estimate: Option<i64>,
    /// The settings that were set on the topic itself.
    pub overrides: Vec<SettingRow>,
    /// True where the catalog declares it; null without a catalog.
    pub declared: Option<bool>,
    /// The source, for a dead-letter topic made from the catalog.
    pub dlq_of: Option<TopicName>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingRow {
    /// Kafka's name of it.
    pub key: String,
    /// The effective value; null where the brokers hide it.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// What the topic would inherit without its own value; null where unknown.
    pub inherited: Option<String>,
}

/// Some topics in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicDescriptions {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// Those that are there, in the order asked for.
    pub topics: Vec<TopicDescription>,
    /// Those that do not exist.
    pub absent: Vec<TopicName>,
    /// What could not be read.
    pub unknown: Vec<Unknown>,
}

/// One topic in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicDescription {
    /// What a list says of it.
    #[serde(flatten)]
    pub row: TopicRow,
    /// Its partitions by number.
    pub partition_details: Vec<PartitionRow>,
    /// All its settings by name; empty where they could not be read.
    pub settings: Vec<SettingRow>,
    /// What is worth knowing, in sentences.
    pub notes: Vec<String>,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionRow {
    /// Its number.
    pub partition: i32,
    /// The leader's broker id; null while it is offline.
    pub leader: Option<i32>,
    /// The brokers that should hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those of them that are in sync.
    pub in_sync: Vec<i32>,
    /// The first offset that is kept; null where unknown.
    pub log_start: Option<i64>,
    /// The offset behind the last committed record; null where unknown.
    pub high_watermark: Option<i64>,
    /// Why the offsets are unknown; null where they are not.
    pub fault: Option<Fault>,
}

/// Lists every topic that was read.
#[must_use]
pub fn list(live: &LiveTopics, offsets: &Offsets, catalog: Option<&[Declared]>) -> TopicList {
    let catalog = Catalog::of(catalog);
    let named = live.named.values().filter_map(Seen::present);
    let topics: BTreeMap<&TopicName, &LiveTopic> =
        live.others.iter().chain(named).map(|topic| (&topic.name, topic)).collect();
    let mut list = TopicList {
        cluster: live.cluster.id.clone(),
        topics: Vec::new(),
        missing: Vec::new(),
        unknown: Vec::new(),
        summary: ListSummary { brokers: live.cluster.brokers.len(), ..ListSummary::default() },
    };
    for topic in topics.values() {
        let row = row(topic, offsets, &catalog);
        list.summary.topics += 1;
        list.summary.partitions += row.partitions;
        list.summary.under_replicated += row.under_replicated;
        list.summary.offline += row.offline;
        unknown_parts(topic, offsets, &mut list.unknown);
        list.topics.push(row);
    }
    for (name, seen) in &live.named {
        match seen {
            Seen::Present(_) => {}
            Seen::Absent if catalog.declares(name) == Some(true) => list.missing.push(name.clone()),
            Seen::Absent => {}
            Seen::Unknown(fault) => list.unknown.push(unread(name, Some(fault))),
        }
    }
    list
}

/// Describes the topics that were named, in their order.
#[must_use]
pub fn describe(
    live: &LiveTopics,
    offsets: &Offsets,
    names: &[TopicName],
    catalog: Option<&[Declared]>,
) -> TopicDescriptions {
    let catalog = Catalog::of(catalog);
    let mut all = TopicDescriptions {
        cluster: live.cluster.id.clone(),
        topics: Vec::new(),
        absent: Vec::new(),
        unknown: Vec::new(),
    };
    for name in names {
        match live.named.get(name) {
            Some(Seen::Present(topic)) => {
                unknown_parts(topic, offsets, &mut all.unknown);
                all.topics.push(description(topic, offsets, &catalog));
            }
            Some(Seen::Absent) => all.absent.push(name.clone()),
            Some(Seen::Unknown(fault)) => all.unknown.push(unread(name, Some(fault))),
            None => all.unknown.push(unread(name, None)),
        }
    }
    all
}

/// The declared topics by name; none where there is no catalog.
struct Catalog<'a>(Option<BTreeMap<&'a str, &'a Declared>>);

impl<'a> Catalog<'a> {
    fn of(declared: Option<&'a [Declared]>) -> Self {
        Catalog(declared.map(|topics| topics.iter().map(|topic| (topic.name.as_str(), topic)).collect()))
    }

    fn declares(&self, name: &TopicName) -> Option<bool> {
        self.0.as_ref().map(|topics| topics.contains_key(name.as_str()))
    }

    fn dlq_of(&self, name: &TopicName) -> Option<TopicName> {
        self.0.as_ref()?.get(name.as_str())?.dlq_of.clone()
    }
}

fn unread(topic: &TopicName, fault: Option<&Fault>) -> Unknown {
    let text = "whether it exists could not be found out".to_owned();
    Unknown { topic: topic.clone(), text, fault: fault.cloned() }
}

/// Adds what of a topic that is there could not be read. Offsets that were not asked for are not unknown.
fn unknown_parts(topic: &LiveTopic, offsets: &Offsets, unknown: &mut Vec<Unknown>) {
    if let Err(fault) = &topic.config {
        let text = "its settings could not be read".to_owned();
        unknown.push(Unknown { topic: topic.name.clone(), text, fault: Some(fault.clone()) });
    }
    let answers = offsets.get(&topic.name).into_iter().flatten();
    let failed: Vec<(&i32, &Fault)> =
        answers.filter_map(|(partition, answer)| Some((partition, answer.as_ref().err()?))).collect();
    if let Some((_, fault)) = failed.first() {
        let partitions: Vec<&i32> = failed.iter().map(|(partition, _)| *partition).collect();
        let text =
            format!("the offsets of these partitions could not be read: {}", human::list(&partitions, 10));
        unknown.push(Unknown { topic: topic.name.clone(), text, fault: Some((*fault).clone()) });
    }
}

fn row(topic: &LiveTopic, offsets: &Offsets, catalog: &Catalog<'_>) -> TopicRow {
    let config = topic.config.as_ref().ok();
    let effective = |key: &str| config.and_then(|config| config.effective(key));
    TopicRow {
        topic: topic.name.clone(),
        id: topic.id.clone(),
        internal: topic.internal,
        partitions: topic.partitions.len(),
        replication_factor: topic.replication_factor(),
        under_replicated: topic.partitions.iter().filter(|partition| partition.under_replicated()).count(),
        offline: topic.partitions.iter().filter(|partition| partition.leader.is_none()).count(),
        retention_ms: effective("retention.ms").and_then(number),
        cleanup_policy: effective("cleanup.policy").map(str::to_owned),
        record_estimate: record_estimate(topic, offsets),
        overrides: config
            .into_iter()
            .flat_map(LiveConfig::overrides)
            .map(|(key, entry)| setting(key, entry))
            .collect(),
        declared: catalog.declares(&topic.name),
        dlq_of: catalog.dlq_of(&topic.name),
    }
}

fn setting(key: &str, entry: &ConfigValue) -> SettingRow {
    let ConfigValue { value, source, inherited, sensitive: _ } = entry.clone();
    SettingRow { key: key.to_owned(), value, source, inherited }
}

/// The span of all partitions' offsets; none unless every partition's are known.
#[must_use]
pub fn record_estimate(topic: &LiveTopic, offsets: &Offsets) -> Option<i64> {
    let offsets = offsets.get(&topic.name)?;
    topic.partitions.iter().try_fold(0_i64, |sum, partition| {
        let range = offsets.get(&partition.id)?.as_ref().ok()?;
        Some(sum.saturating_add(range.high_watermark.saturating_sub(range.log_start).max(0)))
    })
}

fn description(topic: &LiveTopic, offsets: &Offsets, catalog: &Catalog<'_>) -> TopicDescription {
    let own = offsets.get(&topic.name);
    let details = |partition: &LivePartition| {
        let answer = own.and_then(|offsets| offsets.get(&partition.id));
        let range = answer.and_then(|answer| answer.as_ref().ok());
        PartitionRow {
            partition: partition.id,
            leader: partition.leader,
            replicas: partition.replicas.clone(),
            in_sync: partition.in_sync.clone(),
            log_start: range.map(|range| range.log_start),
            high_watermark: range.map(|range| range.high_watermark),
            fault: answer.and_then(|answer| answer.as_ref().err()).cloned(),
        }
    };
    let mut partition_details: Vec<PartitionRow> = topic.partitions.iter().map(details).collect();
    partition_details.sort_by_key(|partition| partition.partition);
    let settings = topic.config.as_ref().ok().into_iter().flat_map(|config| &config.0);
    TopicDescription {
        row: row(topic, offsets, catalog),
        partition_details,
        settings: settings.map(|(key, entry)| setting(key, entry)).collect(),
        notes: notes(topic, record_estimate(topic, offsets).is_some()),
    }
}

fn notes(topic: &LiveTopic, estimated: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let which = |select: &dyn Fn(&LivePartition) -> bool| {
        let ids: Vec<i32> = topic
            .partitions
            .iter()
            .filter(|partition| select(partition))
            .map(|partition| partition.id)
            .collect();
        (!ids.is_empty()).then(|| human::list(&ids, 10))
    };
    if let Some(ids) = which(&|partition| partition.leader.is_none()) {
        notes.push(format!("partitions without a leader, neither readable nor writable: {ids}"));
    }
    if let Some(ids) = which(&LivePartition::under_replicated) {
        notes.push(format!("partitions with a replica out of sync: {ids}"));
    }
    let effective = |key: &str| topic.config.as_ref().ok().and_then(|config| config.effective(key));
    let min_isr = effective("min.insync.replicas").and_then(number).and_then(|min| usize::try_from(min).ok());
    if let Some(min) = min_isr
        && let Some(ids) = which(&|partition| partition.leader.is_some() && partition.in_sync.len() < min)
    {
        notes.push(format!(
            "partitions below min.insync.replicas {min}, where writes with acks=all fail: {ids}"
        ));
    }
    if topic.replication_factor().is_none() && !topic.partitions.is_empty() {
        notes.push("its partitions have different numbers of replicas".to_owned());
    }
    if estimated && effective("cleanup.policy").is_some_and(|policy| items(policy).contains("compact")) {
        notes.push(
            "it is compacted, so it may hold far fewer records than the span of its offsets".to_owned(),
        );
    }
    notes
}
