//! What `groups peek` says: where a group stands in each partition, and the records around that place.

mod around;
mod report;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use around::{Around, FARTHEST, Found, Place, Side, Taken};
pub use report::{PEEK_KIND, Peek, PeekPartition, PeekedRecord, Standing};

use super::live::{Commits, GroupKind, LiveGroup, PartitionKey};
use super::report::UnknownGroup;
use crate::fault::{Fault, FaultKind, Seen};
use crate::lag::facts::Ends;
use crate::name::{ClusterId, GroupName, TopicName};

/// How many partitions are looked at where none are chosen.
pub const PARTITIONS: usize = 20;

/// What is asked of a group.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The group.
    pub group: GroupName,
    /// These topics only; empty is all.
    pub topics: Vec<TopicName>,
    /// These partitions only; empty is all.
    pub partitions: BTreeSet<i32>,
}

impl Choice {
    /// The commits that are looked at, and how many are left out because nobody chose.
    #[must_use]
    pub fn of(&self, commits: Commits) -> (Commits, usize) {
        let is_chosen = |(topic, partition): &PartitionKey| {
            (self.topics.is_empty() || self.topics.contains(topic))
                && (self.partitions.is_empty() || self.partitions.contains(partition))
        };
        let chosen: Vec<_> = commits.into_iter().filter(|(key, _)| is_chosen(key)).collect();
        let is_bounded = self.topics.is_empty() && self.partitions.is_empty();
        let most = if is_bounded { PARTITIONS } else { chosen.len() };
        let left_out = chosen.len().saturating_sub(most);
        (chosen.into_iter().take(most).collect(), left_out)
    }
}

/// What was read of a cluster.
#[derive(Debug, Clone)]
pub struct PeekFacts {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// What the group's coordinator says.
    pub live: Seen<LiveGroup>,
    /// The commits that are looked at.
    pub commits: Result<Commits, Fault>,
    /// How many others there are.
    pub left_out: usize,
    /// The topics of these commits, and those that were chosen.
    pub topics: BTreeMap<TopicName, Seen<()>>,
    /// The ends of the partitions that are there.
    pub ends: BTreeMap<PartitionKey, Ends>,
}

/// Says where the group stands; the records are filled in later.
#[must_use]
pub fn peek(choice: &Choice, facts: PeekFacts) -> Peek {
    let PeekFacts { cluster, live, commits, left_out, topics, ends } = facts;
    let group = &choice.group;
    let unknown =
        |text: String, fault: &Fault| UnknownGroup { group: group.clone(), text, fault: fault.clone() };
    let mut peek = Peek::empty(cluster, group.clone());
    peek.left_out = left_out;
    match &live {
        Seen::Absent => {
            peek.missing = true;
            return peek;
        }
        Seen::Unknown(fault) => {
            peek.unknown.push(unknown("whether it exists could not be found out".to_owned(), fault));
        }
        Seen::Present(live) => {
            (peek.group_type, peek.state) = (Some(live.kind), Some(live.state));
            if live.kind == GroupKind::Unsupported {
                let text = "what it has committed could not be found out".to_owned();
                peek.unknown.push(unknown(text, &unsupported(live)));
                return peek;
            }
        }
    }
    let commits = commits.unwrap_or_else(|fault| {
        // One fault is told once.
        if peek.unknown.is_empty() {
            peek.unknown.push(unknown("what it has committed could not be found out".to_owned(), &fault));
        }
        Commits::new()
    });
    for topic in &choice.topics {
        if let Some(Seen::Unknown(fault)) = topics.get(topic)
            && !commits.keys().any(|(of, _)| of == topic)
        {
            peek.unknown
                .push(unknown(format!("what it has committed in {topic} could not be found out"), fault));
        }
    }
    for (key, commit) in commits {
        let offset = commit.map(|commit| commit.map(|commit| commit.offset));
        let (ends, topic) = (ends.get(&key), topics.get(&key.0));
        peek.partitions.push(report::partition(key, offset, ends, topic));
    }
    peek
}

fn unsupported(live: &LiveGroup) -> Fault {
    let kind = live.protocol_type.as_deref().unwrap_or("unknown");
    let message = format!("groups of this type ({kind}) are not supported: use Kafka's own tools");
    Fault { kind: FaultKind::Unsupported, code: "_UNSUPPORTED_TYPE".to_owned(), message }
}
