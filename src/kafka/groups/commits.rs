//! Reading what groups committed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::groups::live::{self as groups, Commits, GroupKind, PartitionKey};
use eventctl_core::name::{GroupName, TopicName};

use super::{Answers, read, values};
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::faults::fault;
use crate::kafka::groups_client::Connected;
use crate::kafka::native::groups::{Commit, ListCommits};

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
        let (client, wanted) = (&client, &wanted);
        read(names, deadline, |names| {
            Box::pin(async move {
                let wanted = names.iter().filter_map(|name| Some((name, wanted.get(name)?))).collect();
                commits_of(client, wanted, deadline).await
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

/// Makes all calls at once: one that waits for its coordinator holds no other up.
async fn commits_of(
    client: &Connected,
    wanted: BTreeMap<&GroupName, &Wanted>,
    deadline: Instant,
) -> Answers<GroupName, Commits> {
    let calls: Vec<(&GroupName, ListCommits<'_>)> =
        wanted.iter().flat_map(|(group, wanted)| calls(group, wanted)).collect();
    let wishes: Vec<ListCommits<'_>> = calls.iter().map(|(_, call)| call.clone()).collect();
    let answers = match client.ask_each(client.handle.commits(&wishes, deadline)).await {
        Ok(answers) => answers,
        Err(fault) => return wanted.into_keys().map(|group| (group.clone(), Err(fault.clone()))).collect(),
    };
    let mut found: Answers<GroupName, Commits> = wanted
        .into_iter()
        // What an answer leaves out has no commit: brokers leave out all of a group that is not there.
        .map(|(group, wanted)| {
            (group.clone(), Ok(wanted.named.iter().map(|key| (key.clone(), Ok(None))).collect()))
        })
        .collect();
    for ((group, _), answer) in calls.into_iter().zip(answers) {
        let Some(entry) = found.get_mut(group) else { continue };
        match (entry.as_mut(), answer) {
            (Ok(commits), Ok(answer)) => commits.extend(answer.into_iter().filter_map(told)),
            (Ok(_), Err(fault)) if fault.kind != FaultKind::Absent => *entry = Err(fault),
            (Ok(_) | Err(_), _) => {}
        }
    }
    found
}

fn calls<'a>(group: &'a GroupName, wanted: &'a Wanted) -> Vec<(&'a GroupName, ListCommits<'a>)> {
    let call = |partitions| (group, ListCommits { group: group.as_str(), partitions });
    let named: Vec<(&str, i32)> =
        wanted.named.iter().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
    let all = wanted.all.then(|| call(None));
    all.into_iter().chain(named.chunks(PARTITIONS_AT_ONCE).map(|some| call(Some(some.to_vec())))).collect()
}

/// None for a topic whose name is no legal one.
fn told(commit: Commit) -> Option<(PartitionKey, Result<Option<groups::Commit>, Fault>)> {
    let Commit { topic, partition, offset, leader_epoch, metadata } = commit;
    let told = offset.map(|offset| values::commit(offset, leader_epoch, metadata)).map_err(fault);
    Some(((TopicName::try_from(topic).ok()?, partition), told))
}

/// The commits on one topic; one that cannot be told makes the whole unknown.
fn offsets_in(topic: &TopicName, commits: Commits) -> Result<BTreeMap<i32, i64>, Fault> {
    let here = commits.into_iter().filter(|((on, _), _)| on == topic);
    here.filter_map(|((_, partition), commit)| {
        commit.map(|commit| Some((partition, commit?.offset))).transpose()
    })
    .collect()
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
