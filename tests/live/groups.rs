//! The door to consumer groups against a real cluster, each kind of group. Kafka's own tools and kcat are the members.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use eventctl::failure::Failure;
use eventctl::gate::{Approved, Ask, ConsentRule, Consequential, Live, Policy, pass};
use eventctl::kafka::cluster::Cluster;
use eventctl::kafka::connect::ConnectOptions;
use eventctl::kafka::groups::CommitsOf;
use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::change::OffsetChange;
use eventctl_core::groups::live::{Commit, Commits, GroupKind, GroupState, LiveGroup, PartitionKey};
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::risk::Risk;

use crate::clusters::Shared;
use crate::group_members::Consumer;
use crate::oracle::java;

/// Approves parts of no plan: only for tests, and by the gate's own rules.
pub(crate) struct Parts<T>(pub(crate) Vec<T>);

impl<T> Consequential for Parts<T> {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        String::new()
    }
}

struct Nobody;

impl Ask for Nobody {
    fn yes(&mut self, _: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    fn word(&mut self, _: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

pub(crate) fn approved<T>(parts: Vec<T>) -> Approved<Parts<T>> {
    let policy = Policy {
        rule: ConsentRule::Question,
        allowed: BTreeSet::new(),
        yes: true,
        confirmed_context: None,
        protected: None,
        expected: Vec::new(),
        registries: Vec::new(),
    };
    pass(Parts(parts), &policy, Live::Cluster(None), &mut Nobody).unwrap()
}

pub(crate) fn cluster_of(brokers: &str, seconds: u64) -> Cluster {
    let brokers = brokers.split(',').map(str::to_owned).collect();
    let options = ConnectOptions { brokers, settings: Vec::new(), timeout: Duration::from_secs(seconds) };
    Cluster::connect(&options).unwrap()
}

/// A topic of a test's own on the shared cluster.
pub(crate) struct Topic {
    pub(crate) shared: Shared,
    pub(crate) name: TopicName,
}

pub(crate) fn topic(test: &str, partitions: i32) -> Topic {
    let mut shared = Shared::cluster(test);
    shared.prefix = format!("ga-{}", shared.prefix);
    let name = shared.name("t");
    let partitions = partitions.to_string();
    java("dev", "topics", &["--create", "--topic", &name, "--partitions", &partitions]);
    Topic { name: name.parse().unwrap(), shared }
}

fn group(topic: &Topic, name: &str) -> GroupName {
    topic.shared.name(name).parse().unwrap()
}

fn key(topic: &Topic, partition: i32) -> PartitionKey {
    (topic.name.clone(), partition)
}

async fn seen(cluster: &Cluster, name: &GroupName) -> Seen<LiveGroup> {
    cluster.describe_groups(std::slice::from_ref(name)).await.remove(name).unwrap()
}

/// The group as soon as it is as it should be.
async fn eventually(cluster: &Cluster, name: &GroupName, good: impl Fn(&LiveGroup) -> bool) -> LiveGroup {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let seen = seen(cluster, name).await;
        match seen.present().filter(|group| good(group)) {
            Some(group) => return group.clone(),
            None => assert!(Instant::now() < deadline, "not in time: {seen:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn stable(members: usize) -> impl Fn(&LiveGroup) -> bool {
    move |group| group.state == GroupState::Stable && group.members.len() == members
}

/// Changes of commits: partition, and the commit that is wanted.
pub(crate) fn changes(
    group: &GroupName,
    topic: &TopicName,
    wanted: &[(i32, Option<Commit>)],
) -> Vec<OffsetChange> {
    let change = |(partition, after): &(i32, Option<Commit>)| OffsetChange {
        group: group.clone(),
        topic: topic.clone(),
        partition: *partition,
        before: None,
        after: after.clone(),
    };
    wanted.iter().map(change).collect()
}

/// Makes changes of commits. A topic that is new may be unknown to a coordinator for a moment.
pub(crate) async fn alter(
    cluster: &Cluster,
    changes: Vec<OffsetChange>,
) -> BTreeMap<PartitionKey, Result<(), Fault>> {
    let plan = approved(changes);
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let outcomes = cluster.alter_commits(&plan.select(|plan| plan.0.iter().collect())).await;
        let absent = |it: &Result<(), Fault>| it.as_ref().is_err_and(|it| it.kind == FaultKind::Absent);
        if !outcomes.values().any(absent) || Instant::now() > deadline {
            return outcomes;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) fn at(offset: i64) -> Option<Commit> {
    Some(Commit { offset, leader_epoch: None, metadata: None })
}

async fn commits(cluster: &Cluster, group: &GroupName, named: Option<&[PartitionKey]>) -> Commits {
    let asked = CommitsOf { group: group.clone(), partitions: named.map(<[_]>::to_vec) };
    cluster.commits_of_groups(&[asked]).await.remove(group).unwrap().unwrap()
}

async fn deleted(cluster: &Cluster, groups: &[GroupName]) -> BTreeMap<GroupName, Result<(), Fault>> {
    let plan = approved(groups.to_vec());
    cluster.delete_groups(&plan.select(|plan| plan.0.iter().collect())).await
}

#[tokio::test]
async fn a_group_that_nobody_ever_joined_is_absent_and_has_no_commits() {
    let topic = topic("never", 2);
    let (cluster, name) = (cluster_of(&topic.shared.brokers, 20), group(&topic, "g"));
    assert_eq!(seen(&cluster, &name).await, Seen::Absent);
    assert_eq!(commits(&cluster, &name, None).await, Commits::new());
    let named = commits(&cluster, &name, Some(&[key(&topic, 0), key(&topic, 1)])).await;
    assert_eq!(named, BTreeMap::from([(key(&topic, 0), Ok(None)), (key(&topic, 1), Ok(None))]));
    let (listed, faults) = cluster.groups().await.unwrap();
    assert!(!listed.iter().any(|group| group.name == name));
    assert_eq!(faults, []);
    let gone = deleted(&cluster, std::slice::from_ref(&name)).await.remove(&name).unwrap();
    assert_eq!(gone.unwrap_err().kind, FaultKind::Absent);
}

#[tokio::test]
async fn a_classic_group_shows_its_static_and_other_members_and_is_not_disturbed() {
    let topic = topic("classic", 4);
    let (cluster, name) = (cluster_of(&topic.shared.brokers, 20), group(&topic, "g"));
    let brokers = &topic.shared.brokers;
    let one = ["client.id=one", "group.instance.id=static-one"];
    let _one = Consumer::kcat(brokers, topic.name.as_str(), name.as_str(), &one);
    let _two = Consumer::kcat(brokers, topic.name.as_str(), name.as_str(), &["client.id=two"]);
    let group = eventually(&cluster, &name, stable(2)).await;
    assert_eq!((group.kind, group.assignor.as_deref()), (GroupKind::Classic, Some("range")));
    assert!(group.coordinator.as_ref().is_some_and(|broker| broker.id > 0 && broker.port > 0), "{group:?}");
    let told: BTreeSet<_> =
        group.members.iter().map(|it| (it.client_id.as_str(), it.instance_id.as_deref())).collect();
    assert_eq!(told, BTreeSet::from([("one", Some("static-one")), ("two", None)]));
    assert!(group.members.iter().all(|it| it.host == "/127.0.0.1" && it.target.is_none()), "{group:?}");
    let assigned: BTreeSet<PartitionKey> =
        group.members.iter().flat_map(|member| member.assigned.clone()).collect();
    assert_eq!(assigned, (0..4).map(|partition| key(&topic, partition)).collect());
    let refused = alter(&cluster, changes(&name, &topic.name, &[(0, at(1)), (1, None)])).await;
    let kinds: Vec<FaultKind> = refused.into_values().map(|it| it.unwrap_err().kind).collect();
    assert_eq!(kinds, [FaultKind::Refused; 2]);
    let refused = deleted(&cluster, std::slice::from_ref(&name)).await.remove(&name).unwrap().unwrap_err();
    assert_eq!((refused.kind, refused.code.as_str()), (FaultKind::Refused, "NON_EMPTY_GROUP"));
    let (listed, _) = cluster.groups().await.unwrap();
    let listed = listed.iter().find(|group| group.name == name).unwrap();
    assert_eq!((listed.kind, listed.state), (GroupKind::Classic, GroupState::Stable));
    assert_eq!(seen(&cluster, &name).await, Seen::Present(group), "the members were disturbed");
}

#[tokio::test]
async fn a_group_of_the_new_protocol_shows_what_its_members_shall_read() {
    let topic = topic("new", 3);
    let (cluster, name) = (cluster_of(&topic.shared.brokers, 20), group(&topic, "g"));
    let id = format!("group.id={name}");
    let _consumer =
        Consumer::java("dev", topic.name.as_str(), &["group.protocol=consumer", "client.id=newborn", &id]);
    let all: Vec<PartitionKey> = (0..3).map(|partition| key(&topic, partition)).collect();
    let whole = |group: &LiveGroup| stable(1)(group) && group.members[0].assigned.len() == 3;
    let group = eventually(&cluster, &name, whole).await;
    assert_eq!((group.kind, group.assignor.as_deref()), (GroupKind::Consumer, Some("uniform")));
    let member = &group.members[0];
    assert_eq!((member.client_id.as_str(), &member.assigned), ("newborn", &all));
    assert_eq!(member.target.as_ref(), Some(&all));
    let (listed, _) = cluster.groups().await.unwrap();
    let listed = listed.iter().find(|group| group.name == name).unwrap();
    assert_eq!(listed.kind, GroupKind::Consumer);
    let refused = deleted(&cluster, std::slice::from_ref(&name)).await.remove(&name).unwrap().unwrap_err();
    assert_eq!(refused.kind, FaultKind::Refused, "{refused:?}");
    let refused = alter(&cluster, changes(&name, &topic.name, &[(0, at(1)), (1, None)])).await;
    let kinds: Vec<FaultKind> = refused.into_values().map(|it| it.unwrap_err().kind).collect();
    assert_eq!(kinds, [FaultKind::Refused; 2]);
}

#[tokio::test]
async fn a_share_group_is_unsupported_and_never_absent() {
    let topic = topic("share", 1);
    let (cluster, name) = (cluster_of(&topic.shared.brokers, 20), group(&topic, "g"));
    let consumer = Consumer::sharing("dev", &topic.shared.brokers, topic.name.as_str(), name.as_str());
    let group = eventually(&cluster, &name, |group| group.kind == GroupKind::Unsupported).await;
    assert_eq!((group.state, group.members.len()), (GroupState::Unknown, 0));
    let (listed, _) = cluster.groups().await.unwrap();
    let listed = listed.iter().find(|group| group.name == name).unwrap();
    assert_eq!(listed.kind, GroupKind::Unsupported);
    assert_eq!(commits(&cluster, &name, None).await, Commits::new());
    let never = self::group(&topic, "never");
    let both = cluster.describe_groups(&[never.clone(), name.clone(), never.clone()]).await;
    assert_eq!((both.len(), &both[&never]), (2, &Seen::Absent));
    drop(consumer);
    // Kafka keeps share groups for ever. As far as it goes: the members may not have left yet.
    let mut command = std::process::Command::new(crate::world::repository().join("dev/cluster"));
    let _ = command.args(["exec", "share-groups", "--delete", "--group", name.as_str()]).output();
}

#[tokio::test]
async fn commits_are_written_read_by_name_and_deleted_again() {
    let topic = topic("commits", 3);
    let (cluster, name) = (cluster_of(&topic.shared.brokers, 20), group(&topic, "g"));
    let full = Commit { offset: 7, leader_epoch: Some(0), metadata: Some("from a shift change: ü".into()) };
    let wanted = [(0, Some(full.clone())), (1, at(9_000_000_000))];
    let outcomes = alter(&cluster, changes(&name, &topic.name, &wanted)).await;
    assert_eq!(outcomes.into_values().collect::<Vec<_>>(), [Ok(()), Ok(())]);
    let group = seen(&cluster, &name).await.present().cloned().unwrap();
    assert_eq!((group.kind, group.state, group.members.len()), (GroupKind::Classic, GroupState::Empty, 0));
    let there = BTreeMap::from([(key(&topic, 0), Ok(Some(full))), (key(&topic, 1), Ok(at(9_000_000_000)))]);
    assert_eq!(commits(&cluster, &name, None).await, there);
    let absent = (topic.shared.name("absent").parse::<TopicName>().unwrap(), 5);
    let named = [key(&topic, 1), key(&topic, 2), absent.clone()];
    let expected = BTreeMap::from([
        (absent, Ok(None)),
        (key(&topic, 1), Ok(at(9_000_000_000))),
        (key(&topic, 2), Ok(None)),
    ]);
    assert_eq!(commits(&cluster, &name, Some(&named)).await, expected);
    let on = cluster.commits_on(&topic.name, &[]).await.unwrap();
    assert_eq!(on.groups[&name], Ok(BTreeMap::from([(0, 7), (1, 9_000_000_000)])));
    let found = cluster.groups_with_commits(std::slice::from_ref(&topic.name)).await.unwrap();
    assert_eq!(found.groups[&topic.name], std::slice::from_ref(&name));

    let outcomes = alter(&cluster, changes(&name, &topic.name, &[(0, None), (2, at(3))])).await;
    assert_eq!(outcomes.into_values().collect::<Vec<_>>(), [Ok(()), Ok(())]);
    let there = BTreeMap::from([(key(&topic, 1), Ok(at(9_000_000_000))), (key(&topic, 2), Ok(at(3)))]);
    assert_eq!(commits(&cluster, &name, None).await, there);
    let one = &changes(&name, &topic.name, &[(17, at(1))])[0];
    let plan = approved(vec![one.clone()]);
    let outcomes = cluster.alter_commits(&plan.select(|plan| plan.0.iter().collect())).await;
    assert_eq!(outcomes[&key(&topic, 17)].as_ref().unwrap_err().kind, FaultKind::Absent, "{outcomes:?}");
    assert_eq!(
        deleted(&cluster, std::slice::from_ref(&name)).await,
        BTreeMap::from([(name.clone(), Ok(()))])
    );
    assert_eq!(seen(&cluster, &name).await, Seen::Absent);
}
