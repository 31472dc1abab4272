//! What a cluster says about consumer groups, as plain values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::name::{GroupName, TopicName};
use crate::topics::live::Broker;

/// A partition of a topic.
pub type PartitionKey = (TopicName, i32);

/// Which protocol a group speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// The protocol of Kafka before 4.0: the members agree on who reads what.
    Classic,
    /// The protocol of KIP-848: the coordinator decides who reads what.
    Consumer,
    /// A group that is there and whose kind the client library does not know: share, streams, Connect's workers.
    Unsupported,
}

impl GroupKind {
    /// The word that outputs use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            GroupKind::Classic => "classic",
            GroupKind::Consumer => "consumer",
            GroupKind::Unsupported => "unsupported",
        }
    }
}

/// What a group is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// It has members, and each knows what it reads.
    Stable,
    /// It has commits and no members: stopped, or its consumers assign partitions by themselves.
    Empty,
    /// Members join or leave.
    PreparingRebalance,
    /// Members wait for what they shall read.
    CompletingRebalance,
    /// The coordinator makes a new assignment.
    Assigning,
    /// Members move to a new assignment.
    Reconciling,
    /// It is about to be forgotten.
    Dead,
    /// The client library gives no name to it.
    Unknown,
}

impl GroupState {
    /// True while members move: a moment later things look different.
    #[must_use]
    pub fn is_passing(self) -> bool {
        use GroupState::{Assigning, CompletingRebalance, PreparingRebalance, Reconciling};
        matches!(self, PreparingRebalance | CompletingRebalance | Assigning | Reconciling)
    }

    /// Reads the name; `Unknown` for any other text.
    #[must_use]
    pub fn of(name: &str) -> GroupState {
        use GroupState::{
            Assigning, CompletingRebalance, Dead, Empty, PreparingRebalance, Reconciling, Stable,
        };
        let all = [Stable, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead];
        all.into_iter().find(|state| state.as_str() == name).unwrap_or(GroupState::Unknown)
    }

    /// Its name as Kafka's own tools write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            GroupState::Stable => "Stable",
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Assigning => "Assigning",
            GroupState::Reconciling => "Reconciling",
            GroupState::Dead => "Dead",
            GroupState::Unknown => "Unknown",
        }
    }
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The id that the coordinator knows it by.
    pub id: String,
    /// Its `client.id`. Foreign text, as everything here.
    pub client_id: String,
    /// The host it speaks from, as the broker sees it.
    pub host: String,
    /// Its `group.instance.id`, if it is a static member.
    pub instance_id: Option<String>,
    /// What it reads.
    pub assigned: Vec<PartitionKey>,
    /// What it shall read, where the coordinator tells (KIP-848).
    pub target: Option<Vec<PartitionKey>>,
}

/// One group as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGroup {
    /// Its name.
    pub name: GroupName,
    /// Which protocol it speaks.
    pub kind: GroupKind,
    /// The broker's own word for its kind or protocol, such as `share` or `connect`, where the kind is not supported.
    pub protocol_type: Option<String>,
    /// What it is doing. `Unknown` where the kind is not supported.
    pub state: GroupState,
    /// How partitions are given to members, such as `range`; none without members.
    pub assignor: Option<String>,
    /// The broker that coordinates it.
    pub coordinator: Option<Broker>,
    /// Its members, sorted.
    pub members: Vec<Member>,
}

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Commit {
    /// The next offset that the group will read.
    pub offset: i64,
    /// The leader's epoch at that offset, where the committer told it.
    pub leader_epoch: Option<i32>,
    /// What the committer wrote beside it. Foreign text.
    pub metadata: Option<String>,
}

/// The commits of one group by partition: `None` where it has none there. A partition that cannot be told of (the topic
/// is denied) has its own fault.
pub type Commits = BTreeMap<PartitionKey, Result<Option<Commit>, Fault>>;
