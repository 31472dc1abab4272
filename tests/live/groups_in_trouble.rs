//! Groups whose coordinator moves, stands still, or may not be asked: unknown is never absent, and nothing crashes.

use std::time::{Duration, Instant};

use eventctl::kafka::cluster::Cluster;
use eventctl::kafka::connect::ConnectOptions;
use eventctl::kafka::groups::CommitsOf;
use eventctl_core::fault::{FaultKind, Seen};
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::secret::Opened;

use crate::clusters::Own;
use crate::groups::{alter, at, changes, cluster_of};
use crate::oracle::java;

fn name(text: &str) -> GroupName {
    text.parse().unwrap()
}

fn all_of(group: &GroupName) -> CommitsOf {
    CommitsOf { group: group.clone(), partitions: None }
}

/// Makes a topic and groups with a commit on it.
async fn with_groups(own: &Own, cluster: &Cluster, groups: &[GroupName]) -> TopicName {
    java(&own.name, "topics", &["--create", "--topic", "orders", "--partitions", "2"]);
    let topic: TopicName = "orders".parse().unwrap();
    for group in groups {
        let outcomes = alter(cluster, changes(group, &topic, &[(0, at(4))])).await;
        assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
    }
    topic
}

/// The number of the broker that coordinates a group.
async fn coordinator(cluster: &Cluster, group: &GroupName) -> i32 {
    let seen = cluster.describe_groups(std::slice::from_ref(group)).await.remove(group).unwrap();
    let group = seen.present().unwrap_or_else(|| panic!("{seen:?}"));
    group.coordinator.as_ref().unwrap().id
}

/// Takes all of the offsets' topic from a broker, which goes on running.
fn take_away(own: &Own, broker: i32) {
    let others: Vec<String> = (1..=3).filter(|id| *id != broker).map(|id| id.to_string()).collect();
    let partition = |id: i32| {
        let replicas = others.join(",");
        format!(r#"{{"topic":"__consumer_offsets","partition":{id},"replicas":[{replicas}]}}"#)
    };
    let partitions: Vec<String> = (0..10).map(partition).collect();
    let plan = format!(r#"{{"version":1,"partitions":[{}]}}"#, partitions.join(","));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    std::fs::write(&file, plan).unwrap();
    java(&own.name, "reassign", &["--execute", "--reassignment-json-file", file.to_str().unwrap()]);
}

#[tokio::test]
async fn a_coordinator_that_moves_or_stands_still_is_waited_for_and_then_unknown() {
    let own = Own::start("ga-moving", &["--no-registry"]);
    let brokers = own.get("BROKERS").to_owned();
    let cluster = cluster_of(&brokers, 20);
    let groups: Vec<GroupName> = (0..30).map(|number| name(&format!("g{number}"))).collect();
    let topic = with_groups(&own, &cluster, &groups).await;
    let moving = &groups[0];

    let before = coordinator(&cluster, moving).await;
    take_away(&own, before);
    // The broker is asked first that was the coordinator a moment ago, and says that it is none any more.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let commits = cluster.commits_of_groups(&[all_of(moving)]).await.remove(moving).unwrap();
        assert_eq!(commits.unwrap()[&(topic.clone(), 0)], Ok(at(4)));
        if coordinator(&cluster, moving).await != before {
            break;
        }
        assert!(Instant::now() < deadline, "it did not move");
    }

    let still = coordinator(&cluster, moving).await;
    own.cluster(&["pause", &still.to_string()]);
    let hasty = cluster_of(&brokers, 4);
    let wishes: Vec<CommitsOf> = groups.iter().map(all_of).collect();
    let never = name("never");
    let start = Instant::now();
    let (seen, commits, absent) = tokio::join!(
        hasty.describe_groups(&groups),
        hasty.commits_of_groups(&wishes),
        hasty.describe_groups(std::slice::from_ref(&never)),
    );
    let took = start.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(matches!(absent[&never], Seen::Unknown(_)), "a broker did not list its groups: {absent:?}");
    let late = |kind| matches!(kind, FaultKind::TimedOut | FaultKind::Unreachable);
    let unknown = |group: &GroupName| matches!(&seen[group], Seen::Unknown(fault) if late(fault.kind));
    assert!(unknown(moving), "{:?}", seen[moving]);
    assert!(groups.iter().any(|group| !unknown(group)), "the other coordinator answers: {seen:?}");
    for group in &groups {
        assert!(unknown(group) || seen[group].present().is_some(), "{:?}", seen[group]);
        assert_eq!(commits[group].is_err(), unknown(group), "{group}: {:?}", commits[group]);
    }
    // The calls that were given up find their coordinator now: a broker that stands still is replaced after some seconds.
    let deadline = Instant::now() + Duration::from_secs(40);
    while !hasty.describe_groups(&groups).await.values().all(|seen| seen.present().is_some()) {
        assert!(Instant::now() < deadline, "no other coordinator answers");
    }
    own.cluster(&["resume", &still.to_string()]);
}

#[tokio::test]
async fn a_denied_group_is_unknown_and_a_denied_topic_is_told_by_name() {
    let own = Own::start("ga-rights", &["--no-registry", "--brokers", "1", "--secure"]);
    let admin = cluster_of(own.get("BROKERS"), 20);
    let (denied, allowed) = (name("denied"), name("allowed"));
    let topic = with_groups(&own, &admin, &[denied.clone(), allowed.clone()]).await;
    let allow = |what: &[&str]| {
        java(&own.name, "acls", &[&["--add", "--allow-principal", "User:ops"], what].concat());
    };
    allow(&["--operation", "Describe", "--group", "allowed"]);
    allow(&["--operation", "Describe", "--group", "absent"]);
    let ops = secure(&own, "ops");
    let deadline = Instant::now() + Duration::from_secs(10);
    let names = [denied.clone(), allowed.clone(), name("absent"), name("other")];
    let seen = loop {
        let seen = ops.describe_groups(&names).await;
        // A broker tells a right after it has it, which may be a moment after the tool has ended.
        if seen[&allowed].present().is_some() || Instant::now() > deadline {
            break seen;
        }
    };
    let fault = |seen: &Seen<_>| match seen {
        Seen::Unknown(fault) => Some(fault.kind),
        _ => None,
    };
    assert_eq!(fault(&seen[&denied]), Some(FaultKind::Denied), "{seen:?}");
    assert_eq!(fault(&seen[&name("other")]), Some(FaultKind::Denied), "{seen:?}");
    assert!(seen[&allowed].present().is_some(), "{seen:?}");
    assert_eq!(seen[&name("absent")], Seen::Absent, "{seen:?}");

    let (listed, faults) = ops.groups().await.unwrap();
    let listed: Vec<&str> = listed.iter().map(|group| group.name.as_str()).collect();
    assert_eq!((listed, faults), (vec!["allowed"], Vec::new()));
    let named = CommitsOf { group: allowed.clone(), partitions: Some(vec![(topic.clone(), 0)]) };
    let commits = ops.commits_of_groups(&[all_of(&denied), all_of(&allowed)]).await;
    assert_eq!(commits[&denied].as_ref().unwrap_err().kind, FaultKind::Denied);
    assert_eq!(commits[&allowed].as_ref().unwrap().len(), 0, "brokers leave out what may not be seen");
    let commits = ops.commits_of_groups(&[named]).await.remove(&allowed).unwrap().unwrap();
    assert_eq!(commits[&(topic, 0)].as_ref().unwrap_err().kind, FaultKind::Denied);
}

fn secure(own: &Own, user: &str) -> Cluster {
    let key = format!("{}_PASSWORD_FILE", user.to_uppercase());
    let password = std::fs::read_to_string(own.get(&key)).unwrap().trim().to_owned();
    let settings = [
        ("security.protocol", "SASL_SSL"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.username", user),
        ("sasl.password", &password),
        ("ssl.ca.location", own.get("CA_FILE")),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), Opened::Plain(value.to_owned())));
    let brokers = own.get("SECURE_BROKERS").split(',').map(str::to_owned).collect();
    let timeout = Duration::from_secs(20);
    Cluster::connect(&ConnectOptions { brokers, settings: settings.to_vec(), timeout }).unwrap()
}
