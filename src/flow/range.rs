//! From positions to frozen ranges: asks the brokers once what there is, and lets the core decide what it means.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::name::{ClusterId, TopicName};
use eventctl_core::position::{Bounds, FreezeError, Frozen, PartitionFacts, freeze, needs_times};
use eventctl_core::topics::live::{LiveTopic, TopicId};
use eventctl_core::yaml::near_miss;

use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::offsets::{Isolation, PartitionKey};

/// What is to be read.
#[derive(Debug, Clone)]
pub struct RangeRequest<'a> {
    /// The topics, each asked for by name.
    pub topics: &'a [TopicName],
    /// These partitions only.
    pub partitions: Option<&'a BTreeSet<i32>>,
    /// From where to where.
    pub bounds: &'a Bounds,
    /// Whose records count, and where the end is.
    pub isolation: Isolation,
}

/// A topic with its ranges.
#[derive(Debug, Clone)]
pub struct TopicRange {
    /// Its name.
    pub name: TopicName,
    /// Its id, where the server gives one.
    pub id: Option<TopicId>,
    /// How many partitions it has.
    pub partitions: usize,
    /// Its ranges, fixed.
    pub frozen: Frozen,
    /// What the ranges were made from: where each partition's log begins and ends.
    pub facts: BTreeMap<i32, PartitionFacts>,
    /// Partitions that could not be asked, with the reason: nothing of them is read.
    pub unreadable: Vec<(i32, Fault)>,
    /// Partitions whose last offsets belong to transactions that are not decided yet, or stand behind such ones: how many
    /// there are.
    pub undecided: Vec<(i32, u64)>,
}

/// What is read, fixed.
#[derive(Debug, Clone)]
pub struct Ranges {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// How many brokers it has.
    pub brokers: usize,
    /// Whose records count.
    pub isolation: Isolation,
    /// The topics in the order they were asked for.
    pub topics: Vec<TopicRange>,
}

impl Ranges {
    /// How many partitions are read.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.topics.iter().map(|topic| topic.frozen.spans.len()).sum()
    }

    /// The names of the topics.
    #[must_use]
    pub fn names(&self) -> Vec<TopicName> {
        self.topics.iter().map(|topic| topic.name.clone()).collect()
    }
}

/// Fixes ranges.
///
/// # Errors
/// `Input` for a topic that is not there and for positions that mean nothing for one; `Cluster` where no broker answers
/// or a topic may not be seen.
pub async fn resolve(cluster: &Cluster, request: &RangeRequest<'_>) -> Result<Ranges, Failure> {
    let (live, seen) = tokio::join!(cluster.describe(), cluster.topics(request.topics, false));
    let (live, mut seen) = (live?, seen?);
    let mut topics = Vec::new();
    for name in request.topics {
        match seen.remove(name) {
            Some(Seen::Present(topic)) => topics.push(topic),
            Some(Seen::Unknown(fault)) => return Err(not_seen(name, &fault)),
            Some(Seen::Absent) | None => return Err(no_such_topic(cluster, name).await),
        }
    }
    let mut wanted = Vec::new();
    for topic in &topics {
        wanted.extend(partitions_of(topic, request.partitions)?);
    }
    let mut answers = ask(cluster, request, &wanted).await;
    let ranges = topics.iter().map(|topic| frozen(topic, request, &mut answers));
    Ok(Ranges {
        cluster: live.id,
        brokers: live.brokers.len(),
        isolation: request.isolation,
        topics: ranges.collect::<Result<_, Failure>>()?,
    })
}

/// The same ranges, of each partition no more than its last offsets.
#[must_use]
pub fn last_offsets(ranges: &Ranges, offsets: i64) -> Ranges {
    let mut cut = ranges.clone();
    for span in cut.topics.iter_mut().flat_map(|topic| topic.frozen.spans.values_mut()) {
        if let Some(until) = span.until {
            span.from = span.from.max(until.saturating_sub(offsets));
        }
    }
    cut
}

fn not_seen(name: &TopicName, fault: &Fault) -> Failure {
    let failure = Failure::cluster(format!("topic {name} cannot be read: {fault}"));
    match fault.kind {
        FaultKind::Denied => failure.hint("this principal may not see it; whether it exists is not known"),
        _ => failure,
    }
}

/// That a topic is not there, with the name of one that is like it.
pub async fn no_such_topic(cluster: &Cluster, name: &TopicName) -> Failure {
    let failure = Failure::input(format!("there is no topic {name}"));
    let names = cluster.topic_names().await.unwrap_or_default();
    match near_miss(name.as_str(), names.iter().map(TopicName::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("eventctl topics list shows those there are"),
    }
}

/// The partitions of a topic that are read.
fn partitions_of(
    topic: &LiveTopic,
    wanted: Option<&BTreeSet<i32>>,
) -> Result<Vec<(PartitionKey, bool)>, Failure> {
    let has = |partition: &i32| topic.partitions.iter().any(|live| live.id == *partition);
    if let Some(missing) = wanted.and_then(|wanted| wanted.iter().find(|partition| !has(partition))) {
        let count = topic.partitions.len();
        return Err(Failure::usage(format!("topic {} has no partition {missing}", topic.name))
            .hint(format!("its {count} partitions are numbered from 0")));
    }
    let read = topic.partitions.iter().filter(|live| wanted.is_none_or(|wanted| wanted.contains(&live.id)));
    Ok(read.map(|live| ((topic.name.clone(), live.id), live.leader.is_some())).collect())
}

/// What the brokers say of each partition; of one that they do not speak of, why.
/// With the facts: how many offsets stand between the end and the high watermark.
type Answers = BTreeMap<PartitionKey, Result<(PartitionFacts, u64), Fault>>;

async fn ask(cluster: &Cluster, request: &RangeRequest<'_>, wanted: &[(PartitionKey, bool)]) -> Answers {
    // Of a partition without a leader nobody can say anything, and asking would take the whole time limit.
    let led: Vec<PartitionKey> =
        wanted.iter().filter(|(_, led)| *led).map(|(partition, _)| partition.clone()).collect();
    let (from, until) = needs_times(request.bounds);
    let watermarks = async {
        match request.isolation {
            Isolation::Committed => cluster.ends(&led, Isolation::Uncommitted).await,
            Isolation::Uncommitted => BTreeMap::new(),
        }
    };
    let (starts, mut ends, mut at_from, mut at_until, mut watermarks) = tokio::join!(
        cluster.starts(&led),
        cluster.ends(&led, request.isolation),
        times(cluster, &led, from),
        times(cluster, &led, until),
        watermarks,
    );
    let mut answers = Answers::new();
    for (partition, start) in starts {
        let facts = start.and_then(|log_start| {
            let end = ends.remove(&partition).unwrap_or_else(|| Err(Fault::left_out()))?;
            let at_from = at_from.remove(&partition).transpose()?.flatten();
            let at_until = at_until.remove(&partition).transpose()?.flatten();
            let undecided = match watermarks.remove(&partition) {
                Some(Ok(high_watermark)) => high_watermark.saturating_sub(end),
                // Nothing hangs on it but a note.
                Some(Err(_)) | None => 0,
            };
            let undecided = u64::try_from(undecided).unwrap_or(0);
            Ok((PartitionFacts { log_start, end, at_from, at_until }, undecided))
        });
        answers.insert(partition, facts);
    }
    for (partition, led) in wanted {
        if !led {
            answers.insert(partition.clone(), Err(no_leader()));
        }
    }
    answers
}

async fn times(
    cluster: &Cluster,
    partitions: &[PartitionKey],
    time: Option<i64>,
) -> BTreeMap<PartitionKey, Result<Option<i64>, Fault>> {
    match time {
        Some(time) => cluster.offsets_at(partitions, time).await,
        None => BTreeMap::new(),
    }
}

fn frozen(
    topic: &LiveTopic,
    request: &RangeRequest<'_>,
    answers: &mut Answers,
) -> Result<TopicRange, Failure> {
    let (mut facts, mut unreadable, mut undecided) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (key, _) in partitions_of(topic, request.partitions)? {
        match answers.remove(&key).unwrap_or_else(|| Err(Fault::left_out())) {
            Ok((known, behind)) => {
                facts.insert(key.1, known);
                undecided.extend((behind > 0).then_some((key.1, behind)));
            }
            Err(fault) => unreadable.push((key.1, fault)),
        }
    }
    // A partition that is named and cannot be asked is unreadable, and not unknown.
    let frozen = match freeze(request.bounds, &facts) {
        Ok(frozen) => frozen,
        Err(FreezeError::NoPartition { .. }) if !unreadable.is_empty() => Frozen::default(),
        Err(error) => {
            return Err(Failure::usage(format!("topic {}: {error}", topic.name)));
        }
    };
    Ok(TopicRange {
        name: topic.name.clone(),
        id: topic.id.clone(),
        partitions: topic.partitions.len(),
        frozen,
        facts,
        unreadable,
        undecided,
    })
}

fn no_leader() -> Fault {
    let message = "the partition has no leader: no broker can be asked for its records".to_owned();
    Fault { kind: FaultKind::Unavailable, code: "LEADER_NOT_AVAILABLE".to_owned(), message }
}
