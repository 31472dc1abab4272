//! What a catalog, merged for one environment, wants of each topic: the input of a plan.

use std::collections::BTreeMap;

use crate::name::TopicName;

/// One declared topic: a catalog's topic or the dead-letter topic derived from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: TopicName,
    /// The partitions it shall have; none where the broker's default is meant (`num.partitions`).
    pub partitions: Option<i32>,
    /// The replicas each partition shall have; none where the broker's default is meant (`inherit`).
    pub replication_factor: Option<i16>,
    /// Settings by Kafka's own names, defaults and sugar resolved; `None` = reset to the broker's default.
    pub config: BTreeMap<String, Option<String>>,
    /// For a dead-letter topic made from the catalog: its source.
    pub dlq_of: Option<TopicName>,
    /// True where records have keys (`key` is declared): more partitions then move keys.
    pub keyed: bool,
    /// The names of declared states folded from it: retention matters more there.
    pub states: Vec<String>,
    /// The consumer groups declared on it.
    pub groups: Vec<String>,
}

/// What `--prune` may ever consider, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Topics whose name begins with one of these; never an empty one.
    pub prefixes: Vec<String>,
    /// Topics named outright.
    pub topics: Vec<TopicName>,
    /// Topics that are never considered, whatever the two above say.
    pub exclude: Vec<TopicName>,
}
