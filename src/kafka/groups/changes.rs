//! Changing what groups committed, and deleting groups. What changes takes an `Approved`.

use std::collections::BTreeMap;
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::groups::change::OffsetChange;
use eventctl_core::groups::live::PartitionKey;
use eventctl_core::name::GroupName;

use super::{Answers, settled};
use crate::gate::Approved;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups_client::Connected;
use crate::kafka::health::Explained;
use crate::kafka::native::groups::{NewCommit, PartitionItems};
use crate::kafka::reads::left_out;

/// Partitions in one request: librdkafka compares each answer with each question.
const PARTITIONS_AT_ONCE: usize = 500;

impl Cluster {
    /// Writes and deletes commits of one group. A change of another group than the first one's is not made.
    /// `TimedOut` and `Unreachable` leave it open whether a change happened.
    pub async fn alter_commits(
        &self,
        changes: &Approved<Vec<&OffsetChange>>,
    ) -> BTreeMap<PartitionKey, Result<(), Fault>> {
        let deadline = self.deadline();
        let Some(group) = changes.get().first().map(|change| &change.group) else {
            return BTreeMap::new();
        };
        let (ours, others): (Vec<&OffsetChange>, Vec<&OffsetChange>) =
            changes.get().iter().copied().partition(|change| change.group == *group);
        let mut outcomes: BTreeMap<_, _> =
            others.iter().map(|change| (change.key(), Err(not_of_the_group(group)))).collect();
        let by_key: BTreeMap<PartitionKey, &OffsetChange> =
            ours.into_iter().map(|change| (change.key(), change)).collect();
        let keys: Vec<PartitionKey> = by_key.keys().cloned().collect();
        let client = match self.groups_client() {
            Ok(client) => client,
            Err(error) => {
                outcomes.extend(keys.into_iter().map(|key| (key, Err(error.fault.clone()))));
                return outcomes;
            }
        };
        let (by_key, connected) = (&by_key, &client);
        let altered = settled(keys, deadline, |keys| {
            Box::pin(async move {
                let changes: Vec<&OffsetChange> =
                    keys.iter().filter_map(|key| by_key.get(key).copied()).collect();
                altered(connected, group, &changes, deadline).await
            })
        });
        outcomes.extend(altered.await);
        self.end_if_given_up(&client);
        outcomes
    }

    /// Deletes groups, with all that they committed. One that has members is refused by its coordinator.
    pub async fn delete_groups(
        &self,
        groups: &Approved<Vec<&GroupName>>,
    ) -> BTreeMap<GroupName, Result<(), Fault>> {
        let deadline = self.deadline();
        let mut names: Vec<GroupName> = groups.get().iter().map(|name| (*name).clone()).collect();
        names.sort_unstable();
        names.dedup();
        let client = match self.groups_client() {
            Ok(client) => client,
            Err(error) => {
                return names.into_iter().map(|name| (name, Err(error.fault.clone()))).collect();
            }
        };
        let connected = &client;
        let outcomes = settled(names, deadline, |names| {
            Box::pin(async move { deleted(connected, names, deadline).await })
        })
        .await;
        self.end_if_given_up(&client);
        outcomes
    }
}

async fn altered(
    client: &Connected,
    group: &GroupName,
    changes: &[&OffsetChange],
    deadline: Instant,
) -> Answers<PartitionKey, ()> {
    let (written, deleted): (Vec<&OffsetChange>, Vec<&OffsetChange>) =
        changes.iter().copied().partition(|change| change.after.is_some());
    let mut outcomes = Answers::new();
    for some in written.chunks(PARTITIONS_AT_ONCE) {
        let commits: Vec<NewCommit<'_>> = some.iter().filter_map(|change| new_commit(change)).collect();
        let call = client.handle.alter_commits(group.as_str(), &commits, deadline);
        outcomes.extend(outcomes_of(client, some, client.ask(call).await));
    }
    for some in deleted.chunks(PARTITIONS_AT_ONCE) {
        let partitions: Vec<(&str, i32)> =
            some.iter().map(|change| (change.topic.as_str(), change.partition)).collect();
        let call = client.handle.delete_commits(group.as_str(), &partitions, deadline);
        outcomes.extend(outcomes_of(client, some, client.ask(call).await));
    }
    outcomes
}

fn new_commit(change: &OffsetChange) -> Option<NewCommit<'_>> {
    let commit = change.after.as_ref()?;
    Some(NewCommit {
        topic: change.topic.as_str(),
        partition: change.partition,
        offset: commit.offset,
        leader_epoch: commit.leader_epoch,
        metadata: commit.metadata.as_deref(),
    })
}

fn outcomes_of(
    client: &Connected,
    changes: &[&OffsetChange],
    answer: Result<PartitionItems, Explained>,
) -> Vec<(PartitionKey, Result<(), Fault>)> {
    let start = Instant::now();
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            return changes.iter().map(|change| (change.key(), Err(error.fault.clone()))).collect();
        }
    };
    let outcome = |change: &&OffsetChange| {
        let outcome = answer.remove(&(change.topic.to_string(), change.partition));
        let outcome = outcome.unwrap_or_else(|| Err(left_out()));
        (change.key(), outcome.map_err(|error| client.fault(error, start)))
    };
    changes.iter().map(outcome).collect()
}

async fn deleted(client: &Connected, names: Vec<GroupName>, deadline: Instant) -> Answers<GroupName, ()> {
    let asked: Vec<&str> = names.iter().map(GroupName::as_str).collect();
    match client.ask_each(client.handle.delete_groups(&asked, deadline)).await {
        Ok(answers) => names.into_iter().zip(answers).collect(),
        Err(fault) => names.into_iter().map(|name| (name, Err(fault.clone()))).collect(),
    }
}

fn not_of_the_group(group: &GroupName) -> Fault {
    let message = format!("the change is not of group {group}, whose changes these are");
    Fault { kind: FaultKind::Refused, code: "_INVALID_ARG".to_owned(), message }
}
