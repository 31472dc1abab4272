//! Asks a cluster what a topic plan, a list or an export needs to know. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::fault::{Fault, Seen};
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::topics::change::{Action, ChangeKey};
use eventctl_core::topics::live::{LiveTopic, LiveTopics};
use eventctl_core::topics::plan::{Facts, Plan, Question, TopicFacts, Validation};
use eventctl_core::topics::report::Offsets;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups::Commitments;
use crate::kafka::offsets::PartitionKey;

/// Reads the named topics with their settings, and all others this principal may see without theirs.
///
/// # Errors
/// `Cluster` when no broker answers in time.
pub async fn topics(cluster: &Cluster, named: &BTreeSet<TopicName>) -> Result<LiveTopics, Failure> {
    let live = cluster.describe().await?;
    let asked: Vec<TopicName> = named.iter().cloned().collect();
    let (seen, visible) = tokio::join!(cluster.topics(&asked, true), cluster.topic_names());
    let others: Vec<TopicName> = visible?.into_iter().filter(|name| !named.contains(name)).collect();
    let mut live = LiveTopics { cluster: live, named: seen?, others: Vec::new() };
    for (name, seen) in cluster.topics(&others, false).await? {
        match seen {
            Seen::Present(topic) => live.others.push(topic),
            // Deleted since it was listed.
            Seen::Absent => {}
            // It is there, and more is not known: whoever plans by prefixes has to know that.
            Seen::Unknown(_) => drop(live.named.insert(name, seen)),
        }
    }
    Ok(live)
}

/// Reads every topic that this principal may see and `wanted` wants, and those of `also`, with settings and offsets.
///
/// # Errors
/// `Cluster` when no broker answers in time.
pub async fn everything(
    cluster: &Cluster,
    also: &BTreeSet<TopicName>,
    wanted: impl Fn(&TopicName) -> bool,
) -> Result<(LiveTopics, Offsets), Failure> {
    let names = cluster.topic_names().await?;
    let names: BTreeSet<TopicName> = names.into_iter().chain(also.iter().cloned()).filter(wanted).collect();
    some(cluster, &names.into_iter().collect::<Vec<_>>()).await
}

/// Reads topics by name, with settings and offsets.
///
/// # Errors
/// `Cluster` when no broker answers in time.
pub async fn some(cluster: &Cluster, names: &[TopicName]) -> Result<(LiveTopics, Offsets), Failure> {
    // Offsets need partitions but no settings: asked side by side, a list takes one exchange less.
    let (live, seen, offsets) =
        tokio::join!(cluster.describe(), cluster.topics(names, true), offsets(cluster, names));
    Ok((LiveTopics { cluster: live?, named: seen?, others: Vec::new() }, offsets?))
}

async fn offsets(cluster: &Cluster, names: &[TopicName]) -> Result<Offsets, Failure> {
    let seen = cluster.topics(names, false).await?;
    let keys: Vec<PartitionKey> = seen.values().filter_map(Seen::present).flat_map(partition_keys).collect();
    let mut offsets = Offsets::new();
    if !keys.is_empty() {
        for ((topic, partition), range) in cluster.offsets(&keys).await {
            offsets.entry(topic).or_default().insert(partition, range);
        }
    }
    Ok(offsets)
}

/// The brokers' own settings by Kafka's names, as the first broker that tells them has them; none where none does.
pub async fn broker_defaults(cluster: &Cluster, live: &LiveTopics) -> Option<BTreeMap<String, String>> {
    let brokers: Vec<i32> = live.cluster.brokers.iter().map(|broker| broker.id).collect();
    let config = cluster.config_of_any(&brokers).await?;
    Some(config.0.into_iter().filter_map(|(key, entry)| Some((key, entry.value?))).collect())
}

/// Asks what a plan's risks want to know. An answer that does not come stays a fault of its topic.
pub async fn facts(cluster: &Cluster, plan: &Plan, live: &LiveTopics) -> Facts {
    let questions = plan.questions();
    let mut facts = Facts::default();
    ask_ranges(cluster, &questions, live, &mut facts).await;
    ask_times(cluster, &questions, live, &mut facts).await;
    ask_last_writes(cluster, &questions, live, &mut facts).await;
    ask_commits(cluster, &questions, &mut facts).await;
    facts
}

/// Lets the brokers check a plan's changes beforehand; nothing changes. Deletions cannot be checked so.
pub async fn validations(cluster: &Cluster, plan: &Plan) -> BTreeMap<ChangeKey, Validation> {
    let (creations, growths, alterations) = (plan.creations(), plan.growths(), plan.alterations());
    let (created, grown, altered) = tokio::join!(
        cluster.validate_creations(&creations),
        cluster.validate_growths(&growths),
        cluster.validate_alterations(&alterations),
    );
    let mut all = BTreeMap::new();
    for (action, answers) in [(Action::Create, created), (Action::Grow, grown), (Action::Configure, altered)]
    {
        all.extend(
            answers.into_iter().map(|(topic, answer)| (ChangeKey { action, topic }, Validation::of(answer))),
        );
    }
    all
}

/// The partitions of topics by name.
fn partitions(live: &LiveTopics, topic: &TopicName) -> Vec<PartitionKey> {
    let other = || live.others.iter().find(|other| other.name == *topic);
    let topic = live.named.get(topic).and_then(Seen::present).or_else(other);
    topic.map(partition_keys).unwrap_or_default()
}

/// The partitions of a topic whose offsets can be asked: without a leader there is nobody to answer, and the client
/// would wait for one until the time limit. Such a partition's offsets stay unknown.
fn partition_keys(topic: &LiveTopic) -> Vec<PartitionKey> {
    let led = topic.partitions.iter().filter(|partition| partition.leader.is_some());
    led.map(|partition| (topic.name.clone(), partition.id)).collect()
}

fn slot<'a>(facts: &'a mut Facts, topic: &TopicName) -> &'a mut TopicFacts {
    facts.0.entry(topic.clone()).or_default()
}

async fn ask_ranges(cluster: &Cluster, questions: &BTreeSet<Question>, live: &LiveTopics, facts: &mut Facts) {
    let ranges = questions.iter().filter_map(|question| match question {
        Question::Ranges { topic } => Some(partitions(live, topic)),
        _ => None,
    });
    let keys: Vec<PartitionKey> = ranges.flatten().collect();
    if keys.is_empty() {
        return;
    }
    for ((topic, partition), range) in cluster.offsets(&keys).await {
        slot(facts, &topic).ranges.insert(partition, range);
    }
}

async fn ask_times(cluster: &Cluster, questions: &BTreeSet<Question>, live: &LiveTopics, facts: &mut Facts) {
    // One request per moment, with the partitions of all its topics.
    let mut moments: BTreeMap<Timestamp, Vec<PartitionKey>> = BTreeMap::new();
    for question in questions {
        if let Question::OffsetsAt { topic, at } = question {
            moments.entry(*at).or_default().extend(partitions(live, topic));
        }
    }
    for (at, keys) in moments {
        for ((topic, partition), offset) in cluster.offsets_at(&keys, at.as_millisecond()).await {
            slot(facts, &topic).offsets_at.entry(at).or_default().insert(partition, offset);
        }
    }
}

async fn ask_last_writes(
    cluster: &Cluster,
    questions: &BTreeSet<Question>,
    live: &LiveTopics,
    facts: &mut Facts,
) {
    let topics = questions.iter().filter_map(|question| match question {
        Question::LastWrite { topic } => Some(topic),
        _ => None,
    });
    let keys: Vec<PartitionKey> = topics.flat_map(|topic| partitions(live, topic)).collect();
    if keys.is_empty() {
        return;
    }
    let mut last: BTreeMap<TopicName, Result<Option<Timestamp>, Fault>> = BTreeMap::new();
    for ((topic, _), write) in cluster.last_write(&keys).await {
        let write =
            write.map(|write| write.and_then(|write| Timestamp::from_millisecond(write.timestamp).ok()));
        let merged = match (last.remove(&topic), write) {
            // A partition that did not answer may hold the latest record.
            (Some(Err(fault)), _) | (_, Err(fault)) => Err(fault),
            (Some(Ok(one)), Ok(other)) => Ok(one.max(other)),
            (None, Ok(only)) => Ok(only),
        };
        last.insert(topic, merged);
    }
    for (topic, write) in last {
        slot(facts, &topic).last_write = Some(write);
    }
}

async fn ask_commits(cluster: &Cluster, questions: &BTreeSet<Question>, facts: &mut Facts) {
    let topics: Vec<TopicName> = questions
        .iter()
        .filter_map(|question| match question {
            Question::Commits { topic } => Some(topic.clone()),
            _ => None,
        })
        .collect();
    if topics.is_empty() {
        return;
    }
    let answer = cluster.groups_with_commits(&topics).await;
    for topic in topics {
        let commits = match &answer {
            Ok(found) => commits_of(found, &topic),
            Err(failure) => Err(Fault {
                kind: eventctl_core::fault::FaultKind::Unavailable,
                code: "_UNKNOWN".to_owned(),
                message: failure.story(),
            }),
        };
        slot(facts, &topic).commits = Some(commits);
    }
}

/// While a group could not be asked, no list of groups is proved to be whole.
fn commits_of(found: &Commitments, topic: &TopicName) -> Result<Vec<GroupName>, Fault> {
    match found.unknown.first() {
        Some((_, fault)) => Err(fault.clone()),
        None => Ok(found.groups.get(topic).cloned().unwrap_or_default()),
    }
}
