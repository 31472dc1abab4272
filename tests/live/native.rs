//! The door to Kafka against a real cluster. Every test has topics of its own, which it deletes at its end.
#![expect(
    clippy::disallowed_methods,
    reason = "a test makes names that no other run has, from environment and clock"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use eventctl::failure::Kind;
use eventctl::kafka::cluster::Cluster;
use eventctl::kafka::connect::ConnectOptions;
use eventctl::kafka::offsets::Isolation;
use eventctl_core::fault::{FaultKind, Seen};
use eventctl_core::name::TopicName;
use eventctl_core::secret::Opened;
use eventctl_core::topics::change::{Alteration, Creation, Deletion, Growth, SettingChange};
use eventctl_core::topics::live::{ConfigSource, LiveTopic};

use crate::groups::approved;

const BROKERS: &str = "127.0.0.1:19092,127.0.0.1:19093,127.0.0.1:19094";

fn options() -> ConnectOptions {
    let brokers = std::env::var("EVENTCTL_TEST_BROKERS").unwrap_or_else(|_| BROKERS.to_owned());
    let brokers = brokers.split(',').map(str::to_owned).collect();
    ConnectOptions { brokers, settings: Vec::new(), timeout: Duration::from_secs(20) }
}

fn cluster() -> Cluster {
    Cluster::connect(&options()).unwrap()
}

fn name(test: &str, rest: &str) -> TopicName {
    let run = std::process::id();
    format!("live-native-{run}-{test}-{rest}").parse().unwrap()
}

fn creation(topic: &TopicName, partitions: Option<i32>, config: &[(&str, &str)]) -> Creation {
    let config = config.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Creation { topic: topic.clone(), partitions, replication_factor: partitions.map(|_| 3), config }
}

async fn create(cluster: &Cluster, creations: Vec<Creation>) -> Vec<Result<(), FaultKind>> {
    let plan = approved(creations);
    let parts = plan.select(|plan| plan.0.iter().collect());
    let outcomes = cluster.create_topics(&parts).await;
    outcomes.into_values().map(|outcome| outcome.map_err(|fault| fault.kind)).collect()
}

async fn delete(cluster: &Cluster, topics: &[TopicName]) {
    let deletions = topics.iter().map(|topic| Deletion { topic: topic.clone(), id: None }).collect();
    let plan = approved(deletions);
    let outcomes = cluster.delete_topics(&plan.select(|plan| plan.0.iter().collect())).await;
    for (topic, outcome) in outcomes {
        let gone = outcome.as_ref().is_err_and(|fault| fault.kind == FaultKind::Absent);
        assert!(outcome.is_ok() || gone, "{topic}: {outcome:?}");
    }
}

/// The topics as soon as all of them are as they should be, or as they are after ten seconds.
async fn eventually(
    cluster: &Cluster,
    names: &[TopicName],
    good: impl Fn(&LiveTopic) -> bool,
) -> BTreeMap<TopicName, LiveTopic> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let seen = cluster.topics(names, true).await.unwrap();
        let present: BTreeMap<_, _> =
            seen.iter().filter_map(|(name, seen)| Some((name.clone(), seen.present()?.clone()))).collect();
        if present.len() == names.len() && present.values().all(&good) {
            return present;
        }
        assert!(Instant::now() < deadline, "not in time: {seen:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn led(topic: &LiveTopic) -> bool {
    topic.config.is_ok() && topic.partitions.iter().all(|partition| partition.leader.is_some())
}

fn changed(from: Option<&str>, to: Option<&str>) -> SettingChange {
    SettingChange {
        from: from.map(str::to_owned),
        overridden: true,
        to: to.map(str::to_owned),
        inherited: None,
    }
}

#[tokio::test]
async fn a_cluster_describes_itself_and_its_brokers() {
    let cluster = cluster();
    let live = cluster.describe().await.unwrap();
    assert!(live.id.is_some());
    assert!(!live.brokers.is_empty());
    let ids: Vec<i32> = live.brokers.iter().map(|broker| broker.id).collect();
    let answers = cluster.broker_configs(&ids).await;
    assert_eq!(answers.keys().copied().collect::<Vec<_>>(), ids);
    for (id, answer) in answers {
        let config = answer.config.unwrap();
        assert_eq!(config.effective("node.id"), Some(id.to_string().as_str()), "another broker answered");
        assert!(config.effective("auto.create.topics.enable").is_some());
    }
    let reached = Cluster::reach(&options()).await.unwrap();
    assert!(reached.iter().all(|(_, answer)| answer.is_ok()), "{reached:?}");
}

#[tokio::test]
async fn topics_are_created_changed_grown_and_deleted() {
    let cluster = cluster();
    let topic = name("life", "a");
    let absent = name("life", "absent");
    let wanted = creation(&topic, Some(4), &[("retention.ms", "1000000"), ("compression.type", "snappy")]);
    assert_eq!(create(&cluster, vec![wanted.clone()]).await, [Ok(())]);
    assert_eq!(create(&cluster, vec![wanted]).await, [Err(FaultKind::Exists)]);
    let one = std::slice::from_ref(&topic);

    let live = eventually(&cluster, one, led).await.remove(&topic).unwrap();
    assert_eq!((live.partitions.len(), live.replication_factor(), live.internal), (4, Some(3), false));
    assert!(live.id.as_ref().is_some_and(|id| id.0.len() == 22), "{:?}", live.id);
    let config = live.config.unwrap();
    let overrides: Vec<&str> = config.overrides().map(|(key, _)| key).collect();
    assert_eq!(overrides, ["compression.type", "retention.ms"]);
    assert_eq!(config.overridden("retention.ms"), Some("1000000"));
    assert_eq!(
        config.0["retention.ms"].inherited.as_deref(),
        Some("604800000"),
        "in milliseconds, not hours"
    );
    assert_eq!(config.0["compression.type"].inherited.as_deref(), Some("producer"));
    assert_eq!(config.0["cleanup.policy"].source, ConfigSource::Default);
    let seen = cluster.topics(&[absent.clone(), topic.clone()], false).await.unwrap();
    assert_eq!(seen[&absent], Seen::Absent);

    // One key set, one reset; the other stays.
    let settings = BTreeMap::from([
        ("retention.ms".to_owned(), changed(Some("1000000"), None)),
        ("max.message.bytes".to_owned(), changed(None, Some("2000000"))),
    ]);
    let alteration = |topic: &TopicName, settings: &BTreeMap<String, SettingChange>| Alteration {
        topic: topic.clone(),
        id: None,
        settings: settings.clone(),
    };
    let wrong = BTreeMap::from([("retention.ms".to_owned(), changed(None, Some("soon")))]);
    let parts = [alteration(&topic, &settings), alteration(&name("life", "absent"), &settings)];
    let checked = cluster.validate_alterations(&parts.iter().collect::<Vec<_>>()).await;
    assert_eq!(checked[&topic], Ok(()));
    assert_eq!(checked[&absent].as_ref().unwrap_err().kind, FaultKind::Absent);
    let refused = cluster.validate_alterations(&[&alteration(&topic, &wrong)]).await;
    assert_eq!(refused[&topic].as_ref().unwrap_err().kind, FaultKind::Refused, "{refused:?}");
    let unchanged = eventually(&cluster, one, led).await.remove(&topic).unwrap();
    assert_eq!(
        unchanged.config.unwrap().overridden("retention.ms"),
        Some("1000000"),
        "validation changed it"
    );

    let plan = approved(vec![alteration(&topic, &settings)]);
    let outcomes = cluster.alter_topics(&plan.select(|plan| plan.0.iter().collect())).await;
    assert_eq!(outcomes[&topic], Ok(()));
    let altered = |live: &LiveTopic| {
        let config = live.config.as_ref().ok();
        config.and_then(|config| config.overridden("max.message.bytes")) == Some("2000000")
    };
    let config = eventually(&cluster, one, altered).await.remove(&topic).unwrap().config.unwrap();
    let overrides: Vec<&str> = config.overrides().map(|(key, _)| key).collect();
    assert_eq!(overrides, ["compression.type", "max.message.bytes"]);

    let growth = |to| Growth { topic: topic.clone(), id: None, from: 4, to };
    assert_eq!(cluster.validate_growths(&[&growth(6)]).await[&topic], Ok(()));
    let shrunk = cluster.validate_growths(&[&growth(2)]).await;
    assert_eq!(shrunk[&topic].as_ref().unwrap_err().kind, FaultKind::Refused, "{shrunk:?}");
    let plan = approved(vec![growth(6)]);
    assert_eq!(cluster.grow_topics(&plan.select(|plan| plan.0.iter().collect())).await[&topic], Ok(()));
    eventually(&cluster, one, |live| live.partitions.len() == 6 && led(live)).await;

    delete(&cluster, one).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    while cluster.topics(one, false).await.unwrap()[&topic] != Seen::Absent {
        assert!(Instant::now() < deadline, "still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn validation_creates_nothing_and_one_bad_topic_spoils_no_other() {
    let cluster = cluster();
    let good = name("valid", "good");
    let bad = name("valid", "bad");
    let wild = name("valid", "wild");
    let zero = name("valid", "zero");
    let creations = [
        creation(&good, None, &[]),
        creation(&bad, Some(1), &[("retention.ms", "soon")]),
        creation(&wild, Some(1), &[("no.such.setting", "1")]),
        creation(&zero, Some(0), &[]),
    ];
    let outcomes = cluster.validate_creations(&creations.iter().collect::<Vec<_>>()).await;
    assert_eq!(outcomes[&good], Ok(()));
    for topic in [&bad, &wild, &zero] {
        assert_eq!(outcomes[topic].as_ref().unwrap_err().kind, FaultKind::Refused, "{topic}: {outcomes:?}");
    }
    let all = [good, bad, wild, zero];
    let seen = cluster.topics(&all, false).await.unwrap();
    assert!(seen.values().all(|seen| *seen == Seen::Absent), "{seen:?}");
}

#[tokio::test]
async fn offsets_of_an_empty_topic_are_zero_and_of_an_absent_one_a_fault() {
    let cluster = cluster();
    let topic = name("offsets", "a");
    assert_eq!(create(&cluster, vec![creation(&topic, Some(3), &[])]).await, [Ok(())]);
    let partitions: Vec<_> = (0..3).map(|partition| (topic.clone(), partition)).collect();
    // Asked at once: some brokers may not know the new topic yet.
    for (key, range) in cluster.offsets(&partitions).await {
        let range = range.unwrap_or_else(|fault| panic!("{key:?}: {fault:?}"));
        assert_eq!((range.log_start, range.high_watermark), (0, 0));
    }
    for isolation in [Isolation::Committed, Isolation::Uncommitted] {
        let ends = cluster.ends(&partitions, isolation).await;
        assert!(ends.values().all(|end| *end == Ok(0)), "{ends:?}");
    }
    let at = cluster.offsets_at(&partitions, 1_000).await;
    assert!(at.values().all(|offset| *offset == Ok(None)), "{at:?}");
    let last = cluster.last_write(&partitions).await;
    assert!(last.values().all(|write| *write == Ok(None)), "{last:?}");
    let absent = [(name("offsets", "absent"), 0)];
    let fault = cluster.offsets(&absent).await.into_values().next().unwrap().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Absent, "{fault:?}");
    let commitments = cluster.groups_with_commits(std::slice::from_ref(&topic)).await.unwrap();
    assert_eq!((commitments.groups[&topic].len(), commitments.unknown.len()), (0, 0), "{commitments:?}");
    delete(&cluster, &[topic]).await;
}

#[tokio::test]
async fn many_topics_in_one_call_are_created_read_and_deleted() {
    let cluster = cluster();
    let names: Vec<TopicName> = (0..220).map(|number| name("many", &format!("{number:03}"))).collect();
    let created = create(&cluster, names.iter().map(|topic| creation(topic, Some(1), &[])).collect()).await;
    assert_eq!(created, vec![Ok(()); names.len()]);
    let topics = eventually(&cluster, &names, led).await;
    assert_eq!(topics.len(), names.len());
    // Any broker lists the topics, and one of them may lag behind the one that described them.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let listed: BTreeSet<TopicName> = cluster.topic_names().await.unwrap().into_iter().collect();
        let missing = names.iter().filter(|name| !listed.contains(*name)).count();
        if missing == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "{missing} are not listed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let partitions: Vec<_> = names.iter().map(|name| (name.clone(), 0)).collect();
    // A leader may hear of its newest partitions after the metadata that named it leader.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let offsets = cluster.offsets(&partitions).await;
        assert_eq!(offsets.len(), partitions.len());
        let faults: Vec<_> = offsets.values().filter_map(|range| range.as_ref().err()).collect();
        if faults.is_empty() {
            break;
        }
        let unknown_yet = faults.iter().all(|fault| fault.kind == FaultKind::Absent);
        assert!(unknown_yet && Instant::now() < deadline, "{faults:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    delete(&cluster, &names).await;
}

#[tokio::test]
async fn a_dropped_call_leaves_the_handle_whole() {
    let cluster = cluster();
    for round in 0..200u64 {
        let impatient = Duration::from_micros(round * 10);
        let _dropped_in_the_middle_or_done = tokio::time::timeout(impatient, cluster.describe()).await;
    }
    assert!(cluster.describe().await.is_ok());
}

#[tokio::test]
async fn an_unreachable_cluster_is_told_in_time_with_address_and_reason() {
    let limit = Duration::from_secs(1);
    let options =
        ConnectOptions { brokers: vec!["127.0.0.1:1".into()], settings: Vec::new(), timeout: limit };
    let cluster = Cluster::connect(&options).unwrap();
    let start = Instant::now();
    let failure = cluster.describe().await.unwrap_err();
    let took = start.elapsed();
    assert!(took >= limit.mul_f64(0.99) && took < limit + Duration::from_secs(5), "{took:?}");
    assert_eq!(failure.kind(), Kind::Cluster);
    assert!(failure.story().ends_with("127.0.0.1:1: connection refused"), "{}", failure.story());
    let topic = name("unreachable", "a");
    let creations = [creation(&topic, Some(1), &[])];
    let fault = cluster.validate_creations(&[&creations[0]]).await.remove(&topic).unwrap().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let start = Instant::now();
    drop(cluster);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_setting_is_refused_before_any_network() {
    let mut options = options();
    options.settings.push(("socket.timeot.ms".into(), Opened::Plain("1".into())));
    let failure = Cluster::connect(&options).unwrap_err();
    assert_eq!(
        (failure.code(), failure.hints()),
        (2, ["did you mean `socket.timeout.ms`?".to_owned()].as_slice())
    );
}
