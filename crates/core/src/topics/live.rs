//! What a cluster says about itself and its topics, as plain values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Seen};
use crate::name::{ClusterId, TopicName};

/// The cluster that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCluster {
    /// Its id; every Kafka since 0.10.1 has one.
    pub id: Option<ClusterId>,
    /// The brokers that are registered and unfenced, by id.
    pub brokers: Vec<Broker>,
    /// The controller the metadata names; under KRaft that is any broker.
    pub controller: Option<i32>,
}

/// One broker as the cluster advertises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its node id.
    pub id: i32,
    /// The advertised host.
    pub host: String,
    /// The advertised port.
    pub port: u16,
    /// The rack, where one is set.
    pub rack: Option<String>,
}

/// A topic's id (KIP-516), in Kafka's own base64 form. A topic that was deleted and made anew has another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TopicId(pub String);

/// One topic as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTopic {
    /// Its name.
    pub name: TopicName,
    /// Its id, where the server gives one.
    pub id: Option<TopicId>,
    /// True where the brokers mark it as internal.
    pub internal: bool,
    /// Its partitions, by number.
    pub partitions: Vec<LivePartition>,
    /// Its settings, overridden and inherited; unknown where they may not be read. Never absent for a present topic.
    pub config: Result<LiveConfig, Fault>,
}

impl LiveTopic {
    /// How many replicas its partitions have, where they all have the same number.
    #[must_use]
    pub fn replication_factor(&self) -> Option<usize> {
        let first = self.partitions.first()?.replicas.len();
        self.partitions.iter().all(|partition| partition.replicas.len() == first).then_some(first)
    }
}

/// One partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePartition {
    /// Its number.
    pub id: i32,
    /// The leader's broker id; none while it is offline.
    pub leader: Option<i32>,
    /// The brokers that should hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those of them that are in sync.
    pub in_sync: Vec<i32>,
}

impl LivePartition {
    /// True where a replica is missing from the in-sync set.
    #[must_use]
    pub fn under_replicated(&self) -> bool {
        self.in_sync.len() < self.replicas.len()
    }
}

/// A topic's settings by Kafka's own names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveConfig(pub BTreeMap<String, ConfigValue>);

impl LiveConfig {
    /// The effective value of a setting.
    #[must_use]
    pub fn effective(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.value.as_deref()
    }

    /// The value that was set on the topic itself, if one was.
    #[must_use]
    pub fn overridden(&self, key: &str) -> Option<&str> {
        self.0.get(key).filter(|entry| entry.source == ConfigSource::Topic)?.value.as_deref()
    }

    /// The settings that were set on the topic itself.
    pub fn overrides(&self) -> impl Iterator<Item = (&str, &ConfigValue)> {
        self.0
            .iter()
            .filter(|(_, entry)| entry.source == ConfigSource::Topic)
            .map(|(key, entry)| (key.as_str(), entry))
    }
}

/// One setting as the broker reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigValue {
    /// The effective value; none where the broker hides it (sensitive).
    pub value: Option<String>,
    /// Where the effective value comes from.
    pub source: ConfigSource,
    /// What the topic would inherit if its own override were reset, where the broker's synonyms tell.
    pub inherited: Option<String>,
    /// True where the broker does not show the value.
    pub sensitive: bool,
}

/// Where an effective value comes from, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSource {
    /// Set on the topic (`DYNAMIC_TOPIC_CONFIG`).
    Topic,
    /// Set on one broker at run time.
    DynamicBroker,
    /// Set for all brokers at run time.
    DynamicDefaultBroker,
    /// From the broker's own file.
    StaticBroker,
    /// Kafka's built-in default.
    Default,
    /// Another source this version does not know.
    Other,
}

/// What was read of a cluster for a plan or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTopics {
    /// The cluster that answered.
    pub cluster: LiveCluster,
    /// The topics that were asked for by name, each with its answer.
    pub named: BTreeMap<TopicName, Seen<LiveTopic>>,
    /// All other topics this principal may see, without their settings (never a proof of absence).
    pub others: Vec<LiveTopic>,
}

/// The offsets of one partition. "Records" made of them is an estimate: markers and compaction leave gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetRange {
    /// The log start offset.
    pub log_start: i64,
    /// The high watermark.
    pub high_watermark: i64,
}
