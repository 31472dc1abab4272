//! What has to be known before offsets are moved.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::live::{Commits, LiveGroup, PartitionKey};
use eventctl_core::groups::seek::{Log, SeekPlan, Standing, moved, moved_over, refusal, stale};
use eventctl_core::groups::target::TopicPart;
use eventctl_core::human;
use eventctl_core::lag::facts::Point;
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::topics::live::{LivePartition, LiveTopic};

use crate::failure::{Failure, Kind};
use crate::flow::points::PointReader;
use crate::flow::scan::Means;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups::CommitsOf;
use crate::kafka::offsets::Isolation;

/// For how long the times of records may be looked for: they are told, and nothing hangs on them.
const TIMES: Duration = Duration::from_secs(5);

/// Reads where a group stands in these partitions, each topic once. `time` is that of the target, where it is one.
///
/// # Errors
/// `Usage` for a partition that is not there, `Refused` where the group has members or is of another kind,
/// `Cluster` where anything of it cannot be found out.
pub async fn standing(
    cluster: &Cluster,
    group: &GroupName,
    parts: &[TopicPart],
    time: Option<i64>,
) -> Result<Standing, Failure> {
    let topics: Vec<TopicName> = parts.iter().map(|part| part.topic.clone()).collect();
    let (described, seen, live) =
        tokio::join!(cluster.describe(), cluster.topics(&topics, false), group_of(cluster, group));
    let (described, seen, live) = (described?, seen?, live?);
    let (mut keys, mut topic_ids, mut absent) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    for part in parts {
        match seen.get(&part.topic) {
            Some(Seen::Present(topic)) => {
                keys.extend(chosen(part, topic)?);
                topic_ids.extend(topic.id.clone().map(|id| (part.topic.clone(), id)));
            }
            Some(Seen::Unknown(fault)) => {
                return Err(Failure::cluster(format!("topic {} cannot be read: {fault}", part.topic)));
            }
            Some(Seen::Absent) | None => {
                absent.insert(part.topic.clone());
            }
        }
    }
    let commits = commits(cluster, group, &keys).await?;
    let logs = logs(cluster, &keys, time).await?;
    Ok(Standing { cluster: described.id, exists: live.is_some(), commits, topic_ids, logs, absent })
}

/// The group, which may be moved now; none where it is not there.
async fn group_of(cluster: &Cluster, group: &GroupName) -> Result<Option<LiveGroup>, Failure> {
    match cluster.describe_groups(std::slice::from_ref(group)).await.remove(group) {
        Some(Seen::Present(live)) => match refusal(&live) {
            None => Ok(Some(live)),
            Some(why) => Err(Failure::new(Kind::Refused, why)
                .hint("nothing was changed; stop the group's consumers first, then try again")),
        },
        Some(Seen::Absent) => Ok(None),
        Some(Seen::Unknown(fault)) => Err(unknown(group, &fault)),
        None => Err(Failure::cluster(format!("the brokers did not speak of group {group}"))),
    }
}

fn unknown(group: &GroupName, fault: &Fault) -> Failure {
    let failure = Failure::cluster(format!("group {group} cannot be read: {fault}"));
    match fault.kind {
        FaultKind::Denied => {
            failure.hint("this principal may not see it; whether it has members is not known")
        }
        _ => failure.hint("nothing was changed"),
    }
}

fn chosen(part: &TopicPart, topic: &LiveTopic) -> Result<Vec<PartitionKey>, Failure> {
    let has = |partition: &i32| topic.partitions.iter().any(|live| live.id == *partition);
    if let Some(missing) = part.partitions.iter().flatten().find(|partition| !has(partition)) {
        let count = topic.partitions.len();
        return Err(Failure::usage(format!("topic {} has no partition {missing}", topic.name))
            .hint(format!("its {count} partitions are numbered from 0")));
    }
    let chosen = topic.partitions.iter().filter(|live| part.has(live.id));
    let leaderless = |live: &&LivePartition| live.leader.is_none();
    if let Some(live) = chosen.clone().find(leaderless) {
        return Err(Failure::cluster(format!(
            "{}/{} has no leader: where its log begins and ends cannot be told",
            topic.name, live.id
        ))
        .hint("nothing was changed; choose other partitions with --topic NAME:0,1,2"));
    }
    Ok(chosen.map(|live| (topic.name.clone(), live.id)).collect())
}

/// The commits of a group in partitions, all of which are known.
pub(super) async fn commits(
    cluster: &Cluster,
    group: &GroupName,
    keys: &[PartitionKey],
) -> Result<Commits, Failure> {
    let asked = [CommitsOf { group: group.clone(), partitions: Some(keys.to_vec()) }];
    let answer = cluster.commits_of_groups(&asked).await.remove(group);
    let commits = match answer {
        Some(Ok(commits)) => commits,
        Some(Err(fault)) if fault.kind == FaultKind::Absent => Commits::new(),
        Some(Err(fault)) => return Err(unknown(group, &fault)),
        None => return Err(Failure::cluster(format!("the brokers did not speak of group {group}"))),
    };
    for (key, commit) in &commits {
        if let Err(fault) = commit {
            let (topic, partition) = key;
            return Err(Failure::cluster(format!(
                "the commit of group {group} in {topic}/{partition} cannot be read: {fault}"
            )));
        }
    }
    Ok(commits)
}

async fn logs(
    cluster: &Cluster,
    keys: &[PartitionKey],
    time: Option<i64>,
) -> Result<BTreeMap<PartitionKey, Log>, Failure> {
    let at = async {
        match time {
            Some(time) => cluster.offsets_at(keys, time).await,
            None => BTreeMap::new(),
        }
    };
    let (starts, mut watermarks, mut stable, mut at) = tokio::join!(
        cluster.starts(keys),
        cluster.ends(keys, Isolation::Uncommitted),
        cluster.ends(keys, Isolation::Committed),
        at,
    );
    let mut logs = BTreeMap::new();
    for (key, start) in starts {
        let missing = || Err(Fault::left_out());
        let log = start.and_then(|start| {
            let high_watermark = watermarks.remove(&key).unwrap_or_else(missing)?;
            let end = stable.remove(&key).unwrap_or_else(missing)?.min(high_watermark);
            let at = at.remove(&key).transpose()?.flatten();
            Ok(Log { start, end, high_watermark, at })
        });
        match log {
            Ok(log) => logs.insert(key, log),
            Err(fault) => {
                return Err(Failure::cluster(format!("{}/{} cannot be read: {fault}", key.0, key.1))
                    .hint("nothing was changed"));
            }
        };
    }
    Ok(logs)
}

/// Waits, and looks whether anybody committed meanwhile: a group without members may still be alive, where its consumers
/// assign partitions by themselves.
///
/// # Errors
/// `Refused` where somebody did, or joined, or where the topics are not as they were; as [`standing`].
pub async fn quiet(
    cluster: &Cluster,
    before: &Standing,
    plan: &SeekPlan,
    time: Duration,
) -> Result<(), Failure> {
    tokio::time::sleep(time).await;
    unmoved(cluster, before, plan).await
}

/// Looks whether the group still stands as it stood, nobody has joined it, and the offsets of its plan still mean what
/// they meant.
///
/// # Errors
/// As [`quiet`].
pub async fn unmoved(cluster: &Cluster, before: &Standing, plan: &SeekPlan) -> Result<(), Failure> {
    let group = &plan.group;
    let now = standing(cluster, group, &TopicPart::of(before.logs.keys()), None).await?;
    let refused = |story: String| Failure::new(Kind::Refused, story);
    let stale = stale(before, &now, &plan.rows);
    if !stale.is_empty() {
        let words = human::list(&stale, 10);
        return Err(refused(format!("the plan is stale: {words}"))
            .hint("nothing was changed; the same command makes a new plan"));
    }
    let moved = moved(&before.commits, &now.commits, before.logs.keys().cloned());
    if moved.is_empty() {
        return Ok(());
    }
    let words = human::list(&moved, 10);
    Err(refused(format!("group {group} has no members and commits all the same: {words}")).hint(
        "nothing was changed; its consumers assign partitions by themselves, or somebody else moves it: stop them, then try again",
    ))
}

/// Adds the times of the first and the last record that each change moves over. What cannot be found stays out.
///
/// # Errors
/// Where the client cannot be made.
pub async fn with_times(mut plan: SeekPlan, means: &Means) -> Result<SeekPlan, Failure> {
    let mut topics = BTreeSet::new();
    let mut wanted = Vec::new();
    for row in &plan.rows {
        if let Some((low, high)) = moved_over(row) {
            topics.insert(row.change.topic.clone());
            wanted.extend([low, high - 1].map(|offset| (row.change.key(), offset)));
        }
    }
    let (found, _) = PointReader::default().find(&topics, wanted, means, TIMES).await?;
    for row in &mut plan.rows {
        let Some((low, high)) = moved_over(row) else { continue };
        let time = |offset: i64| match found.get(&(row.change.key(), offset)) {
            Some(Point::Record { offset, timestamp, .. }) if *offset < high => *timestamp,
            _ => None,
        };
        // The last offset may be a marker; then only the first record's time is known.
        row.times = time(low).map(|first| (first, time(high - 1).unwrap_or(first)));
    }
    Ok(plan)
}
