//! Reading what groups committed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::groups::live::{Commits, GroupKind, PartitionKey};
use eventctl_core::name::{GroupName, TopicName};

use super::{Answers, settled, values};
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups_client::Connected;
use crate::kafka::native::groups::Commit;
use crate::kafka::together;

/// Groups whose commits are asked for side by side.
const GROUPS_AT_ONCE: usize = 64;

/// Partitions in one request: librdkafka compares each answer with each question.
const PARTITIONS_AT_ONCE: usize = 500;

/// Which groups have commits on which topics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commitments {
    /// The topics that were asked for, each with the groups that have a commit on it, sorted.
    pub groups: BTreeMap<TopicName, Vec<GroupName>>,
    /// What could not be found out: with the group's name where it is one group's, without where a broker did not list
    /// its groups. While this is not empty, a topic without groups is not proven to have none.
    pub unknown: Vec<(Option<String>, Fault)>,
}

/// Where groups stand in one topic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicCommits {
    /// The groups that have a commit on the topic, those that were named, and those that could not be asked: the offsets
    /// by partition, or why they are not known.
    pub groups: BTreeMap<GroupName, Result<BTreeMap<i32, i64>, Fault>>,
    /// What brokers said that did not list their groups: while there is any, there may be further groups.
    pub unlisted: Vec<Fault>,
}

/// Which commits of a group are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitsOf {
    /// The group.
    pub group: GroupName,
    /// These partitions, by name: only so is told which topics are denied. None for all that may be seen.
    pub partitions: Option<Vec<PartitionKey>>,
}

/// All that is wanted of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    all: bool,
    named: BTreeSet<PartitionKey>,
}

impl Cluster {
    /// Reads commits, one entry for each group; several wishes for one group are one. A group that is not there has none.
    pub async fn commits_of_groups(
        &self,
        asked: &[CommitsOf],
    ) -> BTreeMap<GroupName, Result<Commits, Fault>> {
        let deadline = self.deadline();
        let wanted = wanted(asked);
        let names: Vec<GroupName> = wanted.keys().cloned().collect();
        let client = match self.groups_client() {
            Ok(client) => client,
            Err(error) => {
                return names.into_iter().map(|name| (name, Err(error.fault.clone()))).collect();
            }
        };
        let wanted = &wanted;
        settled(names, deadline, |names| {
            Box::pin(async move {
                let mut answers = Answers::new();
                for some in names.chunks(GROUPS_AT_ONCE) {
                    let calls = some.iter().filter_map(|name| Some((name, wanted.get(name)?)));
                    let calls = calls.map(|(name, wanted)| commits_of(client, name, wanted, deadline));
                    answers.extend(together::all(calls).await);
                }
                answers
            })
        })
        .await
    }

    /// Finds the groups that have commits on these topics, by asking every group that can be seen.
    ///
    /// # Errors
    /// `Cluster` when no broker answers at all.
    pub async fn groups_with_commits(&self, topics: &[TopicName]) -> Result<Commitments, Failure> {
        let (names, faults) = self.groups_that_commit().await?;
        let mut found = Commitments {
            groups: topics.iter().map(|topic| (topic.clone(), Vec::new())).collect(),
            unknown: faults.into_iter().map(|fault| (None, fault)).collect(),
        };
        for (group, commits) in self.commits_of_groups(&all_of(names)).await {
            match commits {
                Ok(commits) => {
                    for (topic, _) in commits.into_keys() {
                        let Some(groups) = found.groups.get_mut(&topic) else { continue };
                        if groups.last() != Some(&group) {
                            groups.push(group.clone());
                        }
                    }
                }
                Err(fault) => found.unknown.push((Some(group.to_string()), fault)),
            }
        }
        Ok(found)
    }

    /// Finds where groups stand in a topic: those that are named, and all that can be seen and have a commit on it.
    ///
    /// # Errors
    /// `Cluster` when no broker answers at all.
    pub async fn commits_on(&self, topic: &TopicName, named: &[GroupName]) -> Result<TopicCommits, Failure> {
        let (listed, unlisted) = self.groups_that_commit().await?;
        let asked = all_of(listed.into_iter().chain(named.iter().cloned()));
        let mut groups = BTreeMap::new();
        for (group, commits) in self.commits_of_groups(&asked).await {
            let stands = commits.and_then(|commits| offsets_in(topic, commits));
            if named.contains(&group) || stands.as_ref().map_or(true, |offsets| !offsets.is_empty()) {
                groups.insert(group, stands);
            }
        }
        Ok(TopicCommits { groups, unlisted })
    }

    /// The groups that may have commits.
    async fn groups_that_commit(&self) -> Result<(Vec<GroupName>, Vec<Fault>), Failure> {
        let (listed, unlisted) = self.groups().await?;
        let listed = listed.into_iter().filter(|group| group.kind != GroupKind::Unsupported);
        Ok((listed.map(|group| group.name).collect(), unlisted))
    }
}

fn all_of(groups: impl IntoIterator<Item = GroupName>) -> Vec<CommitsOf> {
    groups.into_iter().map(|group| CommitsOf { group, partitions: None }).collect()
}

fn wanted(asked: &[CommitsOf]) -> BTreeMap<GroupName, Wanted> {
    let mut all: BTreeMap<GroupName, Wanted> = BTreeMap::new();
    for CommitsOf { group, partitions } in asked {
        let wanted = all.entry(group.clone()).or_default();
        match partitions {
            Some(partitions) => wanted.named.extend(partitions.iter().cloned()),
            None => wanted.all = true,
        }
    }
    all
}

async fn commits_of(
    client: &Connected,
    group: &GroupName,
    wanted: &Wanted,
    deadline: Instant,
) -> (GroupName, Result<Commits, Fault>) {
    (group.clone(), wanted_commits(client, group, wanted, deadline).await)
}

async fn wanted_commits(
    client: &Connected,
    group: &GroupName,
    wanted: &Wanted,
    deadline: Instant,
) -> Result<Commits, Fault> {
    let start = Instant::now();
    let mut commits = Commits::new();
    let mut add = |answer: Vec<Commit>| {
        for commit in answer {
            let Ok(topic) = TopicName::try_from(commit.topic) else { continue };
            let Commit { offset, leader_epoch, metadata, .. } = commit;
            let told = offset.map(|offset| values::commit(offset, leader_epoch, metadata));
            let told = told.map_err(|error| client.fault(error, start));
            commits.insert((topic, commit.partition), told);
        }
    };
    if wanted.all {
        add(asked(client, group, None, deadline).await?);
    }
    let named: Vec<(&str, i32)> =
        wanted.named.iter().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
    for some in named.chunks(PARTITIONS_AT_ONCE) {
        add(asked(client, group, Some(some), deadline).await?);
    }
    // What an answer leaves out has no commit: brokers leave out all of a group that is not there.
    for key in &wanted.named {
        commits.entry(key.clone()).or_insert(Ok(None));
    }
    Ok(commits)
}

async fn asked(
    client: &Connected,
    group: &GroupName,
    partitions: Option<&[(&str, i32)]>,
    deadline: Instant,
) -> Result<Vec<Commit>, Fault> {
    match client.ask(client.handle.commits(group.as_str(), partitions, deadline)).await {
        Ok(commits) => Ok(commits),
        Err(error) if error.fault.kind == FaultKind::Absent => Ok(Vec::new()),
        Err(error) => Err(error.fault),
    }
}

/// The commits on one topic; one that cannot be told makes the whole unknown.
fn offsets_in(topic: &TopicName, commits: Commits) -> Result<BTreeMap<i32, i64>, Fault> {
    let here = commits.into_iter().filter(|((on, _), _)| on == topic);
    let offset = |((_, partition), commit): (PartitionKey, Result<_, Fault>)| {
        commit.map(|commit: Option<eventctl_core::groups::live::Commit>| Some((partition, commit?.offset)))
    };
    here.filter_map(|entry| offset(entry).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_for_one_group_are_one() {
        let name = |text: &str| text.parse::<GroupName>().unwrap();
        let key = |partition| ("orders".parse::<TopicName>().unwrap(), partition);
        let asked = [
            CommitsOf { group: name("a"), partitions: Some(vec![key(1), key(0)]) },
            CommitsOf { group: name("b"), partitions: None },
            CommitsOf { group: name("a"), partitions: Some(vec![key(1)]) },
            CommitsOf { group: name("a"), partitions: None },
        ];
        let wanted = wanted(&asked);
        assert_eq!(wanted[&name("a")], Wanted { all: true, named: BTreeSet::from([key(0), key(1)]) });
        assert_eq!(wanted[&name("b")], Wanted { all: true, named: BTreeSet::new() });
        assert_eq!(wanted.len(), 2);
    }
}
