//! What `groups list` and `groups describe` say: the groups that can be seen, and who reads what in them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::live::{Commit, Commits, GroupKind, GroupState, LiveGroup, Member, PartitionKey};
use crate::fault::{Fault, Seen};
use crate::name::{ClusterId, GroupName, TopicName};
use crate::topics::live::Broker;

/// The `kind` of a list's document.
pub const LIST_KIND: &str = "groups.list";

/// The `kind` of a description's document.
pub const DESCRIBE_KIND: &str = "groups.describe";

/// The groups of a cluster, as far as this principal may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupList {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// The groups by name.
    pub groups: Vec<GroupRow>,
    /// Groups that were named outright and are not there.
    pub missing: Vec<GroupName>,
    /// Groups of which nothing more could be found out.
    pub unknown: Vec<UnknownGroup>,
    /// What brokers said that did not list their groups: there may be further ones.
    pub unlisted: Vec<Fault>,
}

/// A group of which something could not be found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownGroup {
    /// The group.
    pub group: GroupName,
    /// What could not be found out, in words.
    pub text: String,
    /// Why not.
    pub fault: Fault,
}

/// One group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRow {
    /// Its name.
    pub group: GroupName,
    /// Which protocol it speaks.
    pub group_type: GroupKind,
    /// The broker's own word for its kind, where that is not supported and the broker tells it.
    pub protocol_type: Option<String>,
    /// What it is doing.
    pub state: GroupState,
    /// How many members it has; null where the kind is not supported.
    pub members: Option<usize>,
    /// The broker that coordinates it; null where it is not known.
    pub coordinator: Option<BrokerRow>,
}

/// A broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokerRow {
    /// Its number.
    pub id: i32,
    /// Its address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// Some groups in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupDescriptions {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// Those that are there, in the order asked for.
    pub groups: Vec<GroupDescription>,
    /// Those that do not exist.
    pub missing: Vec<GroupName>,
    /// What could not be found out.
    pub unknown: Vec<UnknownGroup>,
}

/// One group in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupDescription {
    /// What a list says of it.
    #[serde(flatten)]
    pub row: GroupRow,
    /// How partitions are given to members; null without members.
    pub assignor: Option<String>,
    /// Its members.
    pub member_details: Vec<MemberRow>,
    /// What it has committed, by topic; null where that could not be read.
    pub commits: Option<Vec<CommittedTopic>>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberRow {
    /// The id that the coordinator knows it by.
    pub member: String,
    /// Its `client.id`.
    pub client_id: String,
    /// The host it speaks from.
    pub host: String,
    /// Its `group.instance.id`; null unless it is a static member.
    pub instance_id: Option<String>,
    /// What it reads.
    pub assigned: Vec<TopicShare>,
    /// What it shall read; null where the protocol has no such thing.
    pub target: Option<Vec<TopicShare>>,
}

/// Some partitions of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicShare {
    /// The topic.
    pub topic: TopicName,
    /// The partitions.
    pub partitions: Vec<i32>,
}

/// What a group has committed in one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommittedTopic {
    /// The topic.
    pub topic: TopicName,
    /// The commits by partition.
    pub partitions: Vec<CommittedPartition>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommittedPartition {
    /// The partition.
    pub partition: i32,
    /// The next offset that the group will read.
    pub offset: i64,
    /// The leader's epoch there; null where it was not committed.
    pub leader_epoch: Option<i32>,
    /// What was committed beside it; null where that is nothing.
    pub metadata: Option<String>,
}

/// What was read to list groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFacts {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// The groups that were asked for, those that were named outright among them.
    pub seen: BTreeMap<GroupName, Seen<LiveGroup>>,
    /// The groups that were named outright.
    pub named: Vec<GroupName>,
    /// What brokers said that did not list theirs.
    pub unlisted: Vec<Fault>,
}

/// Lists groups; of these states only, if any are given.
#[must_use]
pub fn list(facts: ListFacts, states: &[GroupState]) -> GroupList {
    let mut list = GroupList {
        cluster: facts.cluster,
        groups: Vec::new(),
        missing: Vec::new(),
        unknown: Vec::new(),
        unlisted: facts.unlisted,
    };
    for (name, seen) in facts.seen {
        match seen {
            Seen::Present(group) => {
                if states.is_empty() || states.contains(&group.state) {
                    list.groups.push(row(&group));
                }
            }
            // One that was listed and is gone since is none; one that was named is missing.
            Seen::Absent if facts.named.contains(&name) => list.missing.push(name),
            Seen::Absent => {}
            Seen::Unknown(fault) => list.unknown.push(unknown(name, "what it is and does", fault)),
        }
    }
    list
}

/// Describes groups in the order they were named, each once.
#[must_use]
pub fn describe(
    cluster: Option<ClusterId>,
    names: &[GroupName],
    mut seen: BTreeMap<GroupName, Seen<LiveGroup>>,
    mut commits: BTreeMap<GroupName, Result<Commits, Fault>>,
) -> GroupDescriptions {
    let mut all = GroupDescriptions { cluster, groups: Vec::new(), missing: Vec::new(), unknown: Vec::new() };
    for name in names {
        match seen.remove(name) {
            Some(Seen::Present(group)) => {
                let read = commits.remove(name).unwrap_or_else(|| Ok(Commits::new()));
                let (told, faults) = match read {
                    Ok(commits) => committed(commits),
                    Err(fault) => (None, vec![("what it has committed".to_owned(), fault)]),
                };
                let faults = faults.into_iter();
                all.unknown.extend(faults.map(|(what, fault)| unknown(name.clone(), &what, fault)));
                all.groups.push(description(&group, told));
            }
            Some(Seen::Absent) => all.missing.push(name.clone()),
            Some(Seen::Unknown(fault)) => {
                all.unknown.push(unknown(name.clone(), "whether it exists", fault));
            }
            // Named twice.
            None => {}
        }
    }
    all
}

fn unknown(group: GroupName, what: &str, fault: Fault) -> UnknownGroup {
    UnknownGroup { group, text: format!("{what} could not be found out"), fault }
}

fn row(group: &LiveGroup) -> GroupRow {
    let supported = group.kind != GroupKind::Unsupported;
    GroupRow {
        group: group.name.clone(),
        group_type: group.kind,
        protocol_type: group.protocol_type.clone(),
        state: group.state,
        members: supported.then_some(group.members.len()),
        coordinator: group.coordinator.as_ref().map(broker),
    }
}

fn broker(broker: &Broker) -> BrokerRow {
    BrokerRow { id: broker.id, host: broker.host.clone(), port: broker.port }
}

fn description(group: &LiveGroup, commits: Option<Vec<CommittedTopic>>) -> GroupDescription {
    GroupDescription {
        row: row(group),
        assignor: group.assignor.clone(),
        member_details: group.members.iter().map(member).collect(),
        commits,
    }
}

fn member(member: &Member) -> MemberRow {
    MemberRow {
        member: member.id.clone(),
        client_id: member.client_id.clone(),
        host: member.host.clone(),
        instance_id: member.instance_id.clone(),
        assigned: shares(&member.assigned),
        target: member.target.as_deref().map(shares),
    }
}

fn shares(keys: &[PartitionKey]) -> Vec<TopicShare> {
    let mut topics: BTreeMap<&TopicName, Vec<i32>> = BTreeMap::new();
    for (topic, partition) in keys {
        topics.entry(topic).or_default().push(*partition);
    }
    topics.into_iter().map(|(topic, partitions)| TopicShare { topic: topic.clone(), partitions }).collect()
}

/// The commits by topic, and which topics' could not be read.
pub(super) fn committed(commits: Commits) -> (Option<Vec<CommittedTopic>>, Vec<(String, Fault)>) {
    let mut topics: BTreeMap<TopicName, Vec<CommittedPartition>> = BTreeMap::new();
    let mut faults: BTreeMap<TopicName, Fault> = BTreeMap::new();
    for ((topic, partition), commit) in commits {
        match commit {
            Ok(Some(commit)) => topics.entry(topic).or_default().push(committed_partition(partition, commit)),
            Ok(None) => {}
            Err(fault) => drop(faults.entry(topic).or_insert(fault)),
        }
    }
    let topics = topics.into_iter().map(|(topic, partitions)| CommittedTopic { topic, partitions }).collect();
    let faults = faults.into_iter();
    (
        Some(topics),
        faults.map(|(topic, fault)| (format!("what it has committed in {topic}"), fault)).collect(),
    )
}

fn committed_partition(partition: i32, commit: Commit) -> CommittedPartition {
    let Commit { offset, leader_epoch, metadata } = commit;
    CommittedPartition { partition, offset, leader_epoch, metadata }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{commits, fault, group, key, name, unsupported_group};
    use super::*;

    #[test]
    fn a_list_tells_missing_unknown_and_gone_apart() {
        let facts = ListFacts {
            seen: BTreeMap::from([
                (name("a"), Seen::Present(group("a", GroupState::Empty, 0))),
                (name("b"), Seen::Present(group("b", GroupState::Stable, 2))),
                (name("gone"), Seen::Absent),
                (name("named"), Seen::Absent),
                (name("secret"), Seen::Unknown(fault())),
                (name("share"), Seen::Present(unsupported_group("share"))),
            ]),
            named: vec![name("named"), name("a")],
            ..ListFacts::default()
        };
        let rows = |list: &GroupList| {
            list.groups.iter().map(|row| (row.group.to_string(), row.members)).collect::<Vec<_>>()
        };
        let all = list(facts.clone(), &[]);
        assert_eq!(rows(&all), [("a".into(), Some(0)), ("b".into(), Some(2)), ("share".into(), None)]);
        assert_eq!(all.missing, [name("named")]);
        assert_eq!(all.unknown.len(), 1);
        let stable = list(facts, &[GroupState::Stable]);
        assert_eq!(rows(&stable), [("b".into(), Some(2))]);
        assert_eq!(stable.unknown.len(), 1, "one of unknown state may be in this one");
    }

    #[test]
    fn a_description_keeps_the_order_and_says_what_could_not_be_read() {
        let seen = BTreeMap::from([
            (name("a"), Seen::Present(group("a", GroupState::Stable, 1))),
            (name("b"), Seen::Present(group("b", GroupState::Empty, 0))),
            (name("c"), Seen::Absent),
            (name("d"), Seen::Unknown(fault())),
        ]);
        let mut partly = commits(&[("orders", 0, 5), ("orders", 1, 6)]);
        partly.insert(key("secret", 0), Err(fault()));
        partly.insert(key("secret", 1), Err(fault()));
        let read = BTreeMap::from([(name("a"), Ok(partly)), (name("b"), Err(fault()))]);
        let names = [name("b"), name("a"), name("c"), name("d"), name("a")];
        let told = describe(None, &names, seen, read);
        let order: Vec<_> = told.groups.iter().map(|group| group.row.group.as_str()).collect();
        assert_eq!(order, ["b", "a"]);
        assert_eq!(told.groups[0].commits, None, "unknown is not nothing");
        let topics = told.groups[1].commits.as_ref().unwrap();
        assert_eq!((topics.len(), topics[0].partitions.len()), (1, 2));
        assert_eq!(told.missing, [name("c")]);
        let texts: Vec<_> = told.unknown.iter().map(|it| (it.group.as_str(), it.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                ("b", "what it has committed could not be found out"),
                ("a", "what it has committed in secret could not be found out"),
                ("d", "whether it exists could not be found out"),
            ]
        );
    }
}
