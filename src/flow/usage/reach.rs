//! What a report on schemas has to look at beside the topic: its dead-letter topic, and the groups that read it.

use std::collections::BTreeMap;

use eventctl_core::catalog::{DlqFormat, Topic};
use eventctl_core::fault::Seen;
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::position::{Bounds, Position};
use eventctl_core::scan::depth;
use eventctl_core::topics::live::LiveTopic;
use eventctl_core::usage::GroupCommits;

use crate::failure::Failure;
use crate::flow::range::{self, RangeRequest, Ranges};
use crate::kafka::cluster::Cluster;
use crate::kafka::offsets::Isolation;

/// What is known of a dead-letter topic.
#[derive(Debug, Clone)]
pub enum DeadLetters {
    /// There is none.
    None,
    /// It is declared and is not there, so nothing is in it.
    Absent(TopicName),
    /// It cannot be read.
    NotRead {
        /// Its name, as far as it is known.
        topic: String,
        /// Why.
        reason: String,
        /// True where somebody could not be asked.
        is_unknown: bool,
    },
    /// It is the second topic of the reading, from here.
    Read(Bounds),
}

/// What is read.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The topic's ranges, and behind them those of its dead-letter topic.
    pub ranges: Ranges,
    /// The bounds of the topic.
    pub bounds: Bounds,
    /// The dead-letter topic.
    pub dead_letters: DeadLetters,
}

/// The bounds of a reading that nobody gave any: the last offsets of each partition, as many as `depth` says.
#[must_use]
pub fn newest(partitions: usize) -> Bounds {
    Bounds { from: Position::BeforeEnd(depth(partitions)), until: Some(Position::End) }
}

/// Fixes the ranges of a topic and of its dead-letter topic. Without bounds, and in the dead-letter topic always but where
/// the topic is read from its start, the newest offsets are read.
///
/// # Errors
/// As [`range::resolve`], of the topic. What is wrong with the dead-letter topic is in the answer.
pub async fn resolve(
    cluster: &Cluster,
    name: &TopicName,
    asked: Option<Bounds>,
    declared: Option<&Topic>,
) -> Result<Reach, Failure> {
    let dlq = declared.and_then(|topic| topic.dlq.as_ref());
    let names: Vec<TopicName> = std::iter::once(name).chain(dlq.map(|dlq| &dlq.topic)).cloned().collect();
    let seen = cluster.topics(&names, false).await?;
    let partitions = |name: &TopicName| {
        seen.get(name).and_then(Seen::present).map_or(1, |topic: &LiveTopic| topic.partitions.len())
    };
    let from_start = asked.as_ref().is_some_and(|bounds| bounds.from == Position::Start);
    let bounds = asked.unwrap_or_else(|| newest(partitions(name)));
    let mut ranges = one(cluster, name, &bounds).await?;
    let Some(dlq) = dlq else {
        let dead_letters = if declared.is_some() { DeadLetters::None } else { undeclared(name) };
        return Ok(Reach { ranges, bounds, dead_letters });
    };
    let not_read = |reason: String, is_unknown| DeadLetters::NotRead {
        topic: dlq.topic.to_string(),
        reason,
        is_unknown,
    };
    let dead_letters = match seen.get(&dlq.topic) {
        Some(Seen::Absent) | None => DeadLetters::Absent(dlq.topic.clone()),
        Some(Seen::Unknown(fault)) => not_read(fault.to_string(), true),
        Some(Seen::Present(_)) if dlq.format != DlqFormat::Headers => {
            let reason =
                "in its format the original event is wrapped, and which schema it carries is not told";
            not_read(reason.to_owned(), false)
        }
        Some(Seen::Present(live)) => {
            let whole = Bounds { from: Position::Start, until: Some(Position::End) };
            let bounds = if from_start { whole } else { newest(live.partitions.len()) };
            match one(cluster, &dlq.topic, &bounds).await {
                Ok(mut more) => {
                    ranges.topics.append(&mut more.topics);
                    DeadLetters::Read(bounds)
                }
                Err(failure) => not_read(failure.story(), true),
            }
        }
    };
    Ok(Reach { ranges, bounds, dead_letters })
}

fn undeclared(name: &TopicName) -> DeadLetters {
    DeadLetters::NotRead {
        topic: "the dead-letter topic".to_owned(),
        reason: format!("the catalog does not declare {name}, so which one that is is not known"),
        is_unknown: false,
    }
}

async fn one(cluster: &Cluster, name: &TopicName, bounds: &Bounds) -> Result<Ranges, Failure> {
    let request = RangeRequest {
        topics: std::slice::from_ref(name),
        partitions: None,
        bounds,
        isolation: Isolation::Committed,
    };
    range::resolve(cluster, &request).await
}

/// Where the groups of a topic stand, and why there may be further ones.
///
/// # Errors
/// `Cluster` where no broker answers.
pub async fn groups(
    cluster: &Cluster,
    name: &TopicName,
    declared: Option<&Topic>,
) -> Result<(Vec<GroupCommits>, Option<String>), Failure> {
    let consumers = declared.map(|topic| topic.consumers.as_slice()).unwrap_or_default();
    let named: Vec<GroupName> = consumers.iter().map(|consumer| consumer.group.clone()).collect();
    let found = cluster.commits_on(name, &named).await?;
    let groups = found.groups.into_iter().map(|(group, commits)| {
        let offsets = |offsets: BTreeMap<i32, i64>| {
            offsets.into_iter().map(|(partition, offset)| (partition, Some(offset))).collect()
        };
        GroupCommits {
            group: group.to_string(),
            commits: commits.map(offsets).map_err(|fault| fault.to_string()),
        }
    });
    Ok((groups.collect(), found.unlisted.first().map(ToString::to_string)))
}
