//! One sample of what groups have read and what is there: commits before ends, so that no lag is negative by race.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::live::{Commits, GroupKind, LiveGroup, PartitionKey};
use eventctl_core::lag::facts::{Ends, Expectation, Facts, GroupFacts, Retention};
use eventctl_core::lag::judge::{expectation, partitions_of};
use eventctl_core::lag::partition::reads_from;
use eventctl_core::lag::selection::Selection;
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::topics::live::LiveTopic;

use super::points::PointReader;
use super::scan::Means;
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups::CommitsOf;
use crate::kafka::offsets::Isolation;

/// What is asked.
#[derive(Debug, Clone)]
pub struct LagRequest {
    /// Which groups, and what is expected of them.
    pub selection: Selection,
    /// True where it is told how many groups there are besides.
    pub count_others: bool,
    /// For how long first unread records may be looked for; none leaves them and all that follows from them out.
    pub time: Option<Duration>,
}

/// A group and what is expected of it.
type Asked = (GroupName, Vec<Expectation>);

/// Whoever takes samples. It keeps what the next one can use.
pub struct Sampler {
    reads: Reads,
    means: Means,
    points: PointReader,
    /// The groups of the last sample.
    known: BTreeSet<GroupName>,
}

impl Sampler {
    /// Samples of this cluster.
    #[must_use]
    pub fn new(cluster: Cluster, means: Means) -> Sampler {
        Sampler { reads: Reads { cluster }, means, points: PointReader::default(), known: BTreeSet::new() }
    }

    /// Takes a sample. `now` tells the time in milliseconds since 1970; it is asked when the ends have been read.
    ///
    /// # Errors
    /// `Cluster` where no broker answers at all.
    pub async fn take(&mut self, request: &LagRequest, now: impl Fn() -> i64) -> Result<Facts, Failure> {
        let reads = &self.reads;
        let (live, chosen) = tokio::join!(reads.cluster.describe(), reads.chosen(request, &self.known));
        let (chosen, unlisted, others) = chosen?;
        self.known = chosen.iter().map(|(name, _)| name.clone()).collect();
        let mut facts = Facts { unlisted, others, ..Facts::default() };
        let expected = chosen.iter().flat_map(|(_, expected)| expected);
        let expected: BTreeSet<TopicName> = expected.filter_map(|it| it.topic.clone()).collect();
        let mut topics = reads.topics(&expected, request).await;
        facts.groups = reads.groups(&chosen, &topics).await;
        facts.cluster = match live {
            Ok(live) => live.id,
            // One broker that stands still keeps nothing from being told that the others know.
            Err(failure) if facts.groups.iter().all(|group| group.commits.is_err()) => return Err(failure),
            Err(_) => None,
        };
        let concerned = concerned_topics(&facts, &expected);
        let missing: BTreeSet<TopicName> = concerned.difference(&expected).cloned().collect();
        topics.extend(reads.topics(&missing, request).await);
        facts.partitions = reads.ends(&topics).await;
        facts.at = now();
        facts.retention = retention(&topics);
        facts.topics = topics.into_iter().map(|(name, seen)| (name, without(seen))).collect();
        if let Some(budget) = request.time {
            self.look(&mut facts, &concerned, budget).await?;
        }
        Ok(facts)
    }

    /// Looks for the first unread record of every group that is behind.
    async fn look(
        &mut self,
        facts: &mut Facts,
        topics: &BTreeSet<TopicName>,
        budget: Duration,
    ) -> Result<(), Failure> {
        let mut wanted = BTreeSet::new();
        for group in &facts.groups {
            let Ok(commits) = &group.commits else { continue };
            for key in partitions_of(group, facts) {
                let commit = match commits.get(&key) {
                    Some(Ok(commit)) => commit.as_ref(),
                    Some(Err(_)) => continue,
                    None => None,
                };
                let start = expectation(group, key.0.as_str()).and_then(|expected| expected.start);
                let ends = facts.partitions.get(&key);
                if let Some(from) = ends.and_then(|ends| reads_from(commit, start, ends)) {
                    wanted.insert((key, from));
                }
            }
        }
        let reader = std::mem::take(&mut self.points);
        let wanted = wanted.into_iter().collect();
        let (found, reader) = reader.find(topics, wanted, &self.means, budget).await?;
        (facts.points, self.points) = (found, reader);
        Ok(())
    }
}

/// What is asked of the brokers.
struct Reads {
    cluster: Cluster,
}

impl Reads {
    /// The groups to look at. The brokers are asked for all groups only where that decides or tells anything. Where one
    /// does not list its own, those that are known from before are looked at all the same: nobody said that they are gone.
    async fn chosen(
        &self,
        request: &LagRequest,
        known: &BTreeSet<GroupName>,
    ) -> Result<(Vec<Asked>, Vec<Fault>, Option<usize>), Failure> {
        let selection = &request.selection;
        if !selection.depends_on_listing() && !request.count_others {
            return Ok((selection.of(&[]).groups, Vec::new(), None));
        }
        let (listed, unlisted) = self.cluster.groups().await?;
        let mut names: BTreeSet<GroupName> = listed.into_iter().map(|group| group.name).collect();
        if !unlisted.is_empty() {
            names.extend(known.iter().cloned());
        }
        let chosen = selection.of(&names.into_iter().collect::<Vec<_>>());
        // Groups that were named are told of by their own coordinators.
        let unlisted = if selection.depends_on_listing() { unlisted } else { Vec::new() };
        Ok((chosen.groups, unlisted, Some(chosen.others)))
    }

    /// Topics by name. Where none of them could be asked for, each is unknown.
    async fn topics(
        &self,
        names: &BTreeSet<TopicName>,
        request: &LagRequest,
    ) -> BTreeMap<TopicName, Seen<LiveTopic>> {
        if names.is_empty() {
            return BTreeMap::new();
        }
        let names: Vec<TopicName> = names.iter().cloned().collect();
        self.cluster.topics(&names, request.time.is_some()).await.unwrap_or_else(|failure| {
            let fault =
                Fault { kind: FaultKind::TimedOut, code: "_UNANSWERED".to_owned(), message: failure.story() };
            names.into_iter().map(|name| (name, Seen::Unknown(fault.clone()))).collect()
        })
    }

    /// The groups, and where they stand. What the catalog names is asked for by name, so that denied is told; whatever
    /// else a group reads is told by its commits and its members.
    async fn groups(
        &self,
        chosen: &[Asked],
        topics: &BTreeMap<TopicName, Seen<LiveTopic>>,
    ) -> Vec<GroupFacts> {
        let names: Vec<GroupName> = chosen.iter().map(|(name, _)| name.clone()).collect();
        let mut asked: Vec<CommitsOf> =
            names.iter().map(|group| CommitsOf { group: group.clone(), partitions: None }).collect();
        for (group, expected) in chosen {
            let partitions: Vec<PartitionKey> = expected
                .iter()
                .filter_map(|expected| topics.get(expected.topic.as_ref()?)?.present())
                .flat_map(keys)
                .collect();
            if !partitions.is_empty() {
                asked.push(CommitsOf { group: group.clone(), partitions: Some(partitions) });
            }
        }
        let (mut live, mut commits) =
            tokio::join!(self.cluster.describe_groups(&names), self.cluster.commits_of_groups(&asked));
        let group = |(name, expected): &Asked| {
            let live = live.remove(name).unwrap_or_else(|| Seen::Unknown(Fault::left_out()));
            let commits = commits.remove(name).unwrap_or_else(|| Err(Fault::left_out()));
            let commits = of_a_kind(commits, &live);
            GroupFacts { name: name.clone(), live, commits, expected: expected.clone() }
        };
        chosen.iter().map(group).collect()
    }

    /// The ends of all partitions.
    async fn ends(&self, topics: &BTreeMap<TopicName, Seen<LiveTopic>>) -> BTreeMap<PartitionKey, Ends> {
        ends(&self.cluster, topics.values().filter_map(Seen::present), |_| true).await
    }
}

/// The ends of those partitions of topics that are wanted. Only leaders are asked.
pub(super) async fn ends<'t>(
    cluster: &Cluster,
    topics: impl Iterator<Item = &'t LiveTopic>,
    is_wanted: impl Fn(&PartitionKey) -> bool,
) -> BTreeMap<PartitionKey, Ends> {
    let partitions = topics.flat_map(|topic| {
        topic
            .partitions
            .iter()
            .map(|partition| ((topic.name.clone(), partition.id), partition.leader.is_some()))
    });
    let wanted = partitions.filter(|(key, _)| is_wanted(key));
    let (led, without): (Vec<_>, Vec<_>) = wanted.partition(|(_, is_led)| *is_led);
    let led: Vec<PartitionKey> = led.into_iter().map(|(key, _)| key).collect();
    let (starts, mut watermarks, mut stable) = tokio::join!(
        cluster.starts(&led),
        cluster.ends(&led, Isolation::Uncommitted),
        cluster.ends(&led, Isolation::Committed),
    );
    let mut ends: BTreeMap<PartitionKey, Ends> =
        without.into_iter().map(|(key, _)| (key, Ends::NoLeader)).collect();
    for (key, start) in starts {
        let of = |ends: &mut BTreeMap<PartitionKey, Result<i64, Fault>>| {
            ends.remove(&key).unwrap_or_else(|| Err(Fault::left_out()))
        };
        let (high_watermark, last_stable) = (of(&mut watermarks), of(&mut stable));
        let known = start.and_then(|log_start| {
            let (high_watermark, last_stable) = (high_watermark?, last_stable?);
            // The three were asked side by side: what was written in between is nobody's yet.
            Ok(Ends::Known { log_start, high_watermark, last_stable: last_stable.min(high_watermark) })
        });
        ends.insert(key, known.unwrap_or_else(Ends::Unknown));
    }
    ends
}

/// The topics that groups read, beside those that they should read.
fn concerned_topics(facts: &Facts, expected: &BTreeSet<TopicName>) -> BTreeSet<TopicName> {
    let mut topics = expected.clone();
    for group in &facts.groups {
        topics.extend(group.commits.iter().flatten().map(|((topic, _), _)| topic.clone()));
        let members = group.live.present().into_iter().flat_map(|live| &live.members);
        topics.extend(members.flat_map(|member| member.assigned.iter().map(|(topic, _)| topic.clone())));
    }
    topics
}

fn retention(topics: &BTreeMap<TopicName, Seen<LiveTopic>>) -> BTreeMap<TopicName, Result<Retention, Fault>> {
    let present = topics.values().filter_map(Seen::present);
    let kept = |topic: &LiveTopic| {
        let kept = topic.config.as_ref().map(Retention::of).map_err(Clone::clone);
        (topic.name.clone(), kept)
    };
    present.map(kept).collect()
}

/// A group that is absent, or of a kind that keeps no commits, has none; that nobody could be asked is its own fault.
fn of_a_kind(commits: Result<Commits, Fault>, live: &Seen<LiveGroup>) -> Result<Commits, Fault> {
    match (commits, live) {
        (Err(fault), Seen::Absent) if fault.kind == FaultKind::Absent => Ok(Commits::new()),
        (Err(_), Seen::Present(live)) if live.kind == GroupKind::Unsupported => Ok(Commits::new()),
        (commits, _) => commits,
    }
}

fn keys(topic: &LiveTopic) -> impl Iterator<Item = PartitionKey> + '_ {
    topic.partitions.iter().map(|partition| (topic.name.clone(), partition.id))
}

fn without<T>(seen: Seen<T>) -> Seen<()> {
    match seen {
        Seen::Present(_) => Seen::Present(()),
        Seen::Absent => Seen::Absent,
        Seen::Unknown(fault) => Seen::Unknown(fault),
    }
}
