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

/// One change of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Change {
    /// A topic is created.
    Create(Creation),
    /// Partitions are added.
    Grow(Growth),
    /// Settings are set or reset.
    Configure(Alteration),
    /// A topic is deleted.
    Delete(Deletion),
}

/// What a change does, in the order in which `apply` goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Creates a topic.
    Create,
    /// Adds partitions.
    Grow,
    /// Sets or resets settings.
    Configure,
    /// Deletes a topic.
    Delete,
}

impl Action {
    /// The verb, as messages and the wire have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Grow => "grow",
            Action::Configure => "configure",
            Action::Delete => "delete",
        }
    }
}

/// What tells one change of a plan from the others: a plan holds at most one change per action and topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChangeKey {
    /// What is done.
    pub action: Action,
    /// The topic it is done to.
    pub topic: TopicName,
}

impl Change {
    /// The topic that is changed.
    #[must_use]
    pub fn topic(&self) -> &TopicName {
        match self {
            Change::Create(creation) => &creation.topic,
            Change::Grow(growth) => &growth.topic,
            Change::Configure(alteration) => &alteration.topic,
            Change::Delete(deletion) => &deletion.topic,
        }
    }

    /// What is done.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Change::Create(_) => Action::Create,
            Change::Grow(_) => Action::Grow,
            Change::Configure(_) => Action::Configure,
            Change::Delete(_) => Action::Delete,
        }
    }

    /// Its key within a plan.
    #[must_use]
    pub fn key(&self) -> ChangeKey {
        ChangeKey { action: self.action(), topic: self.topic().clone() }
    }

    /// The id of the topic that the change was planned for; none for a creation, or where the server gives no ids.
    #[must_use]
    pub fn id(&self) -> Option<&TopicId> {
        match self {
            Change::Create(_) => None,
            Change::Grow(growth) => growth.id.as_ref(),
            Change::Configure(alteration) => alteration.id.as_ref(),
            Change::Delete(deletion) => deletion.id.as_ref(),
        }
    }
}
