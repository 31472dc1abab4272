//! Thousands of groups at once. The ignored test measures: run it with `--ignored --nocapture`.
#![expect(clippy::print_stdout, reason = "a measurement is told to whoever asked for it")]

use std::time::Instant;

use eventctl::kafka::cluster::Cluster;
use eventctl::kafka::groups::CommitsOf;
use eventctl_core::fault::Seen;
use eventctl_core::groups::live::{GroupKind, GroupState};
use eventctl_core::name::{GroupName, TopicName};

use crate::groups::{alter, approved, at, changes, cluster_of, topic};

/// What the process holds in memory now, in megabytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Gives each group a commit on each partition, side by side.
async fn commit_all(cluster: &Cluster, groups: &[GroupName], topic: &TopicName, partitions: i32) {
    let mut tasks = tokio::task::JoinSet::new();
    for some in groups.chunks(groups.len().div_ceil(32).max(1)) {
        let (cluster, topic, some) = (cluster.clone(), topic.clone(), some.to_vec());
        tasks.spawn(async move {
            for group in some {
                let wanted = (0..partitions).map(|partition| (partition, at(i64::from(partition))));
                let wanted: Vec<_> = wanted.collect();
                let outcomes = alter(&cluster, changes(&group, &topic, &wanted)).await;
                assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

async fn delete_all(cluster: &Cluster, groups: &[GroupName]) {
    let plan = approved(groups.to_vec());
    let outcomes = cluster.delete_groups(&plan.select(|plan| plan.0.iter().collect())).await;
    assert_eq!(outcomes.len(), groups.len());
    assert!(outcomes.values().all(Result::is_ok), "{:?}", outcomes.values().find(|it| it.is_err()));
}

fn all_of(groups: &[GroupName]) -> Vec<CommitsOf> {
    groups.iter().map(|group| CommitsOf { group: group.clone(), partitions: None }).collect()
}

#[tokio::test]
#[ignore = "measures"]
async fn the_time_for_many_groups() {
    let count: usize = std::env::var("GROUPS").map_or(1_000, |count| count.parse().unwrap());
    let topic = topic("scale", 10);
    let groups: Vec<GroupName> =
        (0..count).map(|n| format!("{}-{n:05}", topic.name).parse().unwrap()).collect();
    let cluster = cluster_of(&topic.shared.brokers, 60);
    let start = Instant::now();
    commit_all(&cluster, &groups, &topic.name, 10).await;
    println!("made {count} groups in {:?}", start.elapsed());
    for round in 0..3 {
        let cluster = cluster_of(&topic.shared.brokers, 60);
        let (before, start) = (resident(), Instant::now());
        let (listed, faults) = cluster.groups().await.unwrap();
        let list = start.elapsed();
        let start = Instant::now();
        let seen = cluster.describe_groups(&groups).await;
        let describe = start.elapsed();
        assert!(seen.values().all(|seen| seen.present().is_some()));
        let start = Instant::now();
        let commits = cluster.commits_of_groups(&all_of(&groups)).await;
        let all = start.elapsed();
        assert!(commits.values().all(|commits| commits.as_ref().unwrap().len() == 10));
        let named: Vec<CommitsOf> = groups
            .iter()
            .map(|group| CommitsOf {
                group: group.clone(),
                partitions: Some((0..10).map(|partition| (topic.name.clone(), partition)).collect()),
            })
            .collect();
        let start = Instant::now();
        assert_eq!(cluster.commits_of_groups(&named).await.len(), count);
        println!(
            "{round}: list {} ({} faults) {list:?}, describe {describe:?}, commits {all:?}, by name {:?}, {:.0} MB more",
            listed.len(),
            faults.len(),
            start.elapsed(),
            resident() - before,
        );
    }
    let start = Instant::now();
    delete_all(&cluster, &groups).await;
    println!("deleted in {:?}", start.elapsed());
    let absent = cluster.describe_groups(&groups).await;
    assert!(absent.values().all(|seen| *seen == Seen::Absent));
    println!("absent after {:?}", start.elapsed());
}

#[tokio::test]
async fn five_thousand_groups_at_once_are_described_and_read() {
    let topic = topic("many", 1);
    let groups: Vec<GroupName> =
        (0..5_000).map(|n| format!("{}-{n:05}", topic.name).parse().unwrap()).collect();
    let cluster = cluster_of(&topic.shared.brokers, 60);
    commit_all(&cluster, &groups, &topic.name, 1).await;
    let (listed, faults) = cluster.groups().await.unwrap();
    assert_eq!(faults, []);
    let ours = listed.iter().filter(|group| group.name.as_str().starts_with(topic.name.as_str()));
    let empty = (GroupKind::Classic, GroupState::Empty);
    assert_eq!(ours.filter(|group| (group.kind, group.state) == empty).count(), groups.len());
    let seen = cluster.describe_groups(&groups).await;
    assert_eq!(seen.len(), groups.len());
    for (name, seen) in &seen {
        let group = seen.present().unwrap_or_else(|| panic!("{name}: {seen:?}"));
        assert_eq!((group.kind, group.state, group.members.len()), (empty.0, empty.1, 0));
    }
    let commits = cluster.commits_of_groups(&all_of(&groups)).await;
    assert_eq!(commits.len(), groups.len());
    assert!(commits.values().all(|commits| commits.as_ref().is_ok_and(|commits| commits.len() == 1)));
    delete_all(&cluster, &groups).await;
}
