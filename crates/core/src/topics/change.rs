//! The four kinds of change that a topic plan can hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::live::TopicId;
use crate::name::TopicName;

/// A topic to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creation {
    /// Its name.
    pub topic: TopicName,
    /// Its partitions; none leaves the number to the broker.
    pub partitions: Option<i32>,
    /// Its replication factor; none leaves it to the broker.
    pub replication_factor: Option<i16>,
    /// Its settings.
    pub config: BTreeMap<String, String>,
}

/// Partitions to be added to a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// The topic.
    pub topic: TopicName,
    /// Its id when the plan was made.
    pub id: Option<TopicId>,
    /// The partitions it has.
    pub from: i32,
    /// The partitions it shall have.
    pub to: i32,
}

/// Settings of one topic to be changed, each by the incremental call and no other key with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alteration {
    /// The topic.
    pub topic: TopicName,
    /// Its id when the plan was made.
    pub id: Option<TopicId>,
    /// The settings, by Kafka's own names.
    pub settings: BTreeMap<String, SettingChange>,
}

/// One setting's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// The effective value now, where the broker shows it.
    pub from: Option<String>,
    /// True where the value now is the topic's own override.
    pub overridden: bool,
    /// The value to set; none resets the setting to what the topic inherits.
    pub to: Option<String>,
    /// What the topic inherits, where it is known: what a reset leads to.
    pub inherited: Option<String>,
}

/// A topic to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The topic.
    pub topic: TopicName,
    /// Its id when the plan was made.
    pub id: Option<TopicId>,
}
