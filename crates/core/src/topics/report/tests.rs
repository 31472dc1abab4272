use super::*;
use crate::topics::plan::samples::{cluster, declared, denied, live, name};

fn ranges(ranges: &[(i64, i64)]) -> BTreeMap<i32, Result<OffsetRange, Fault>> {
    let range = |(index, (log_start, high_watermark)): (usize, &(i64, i64))| {
        let range = OffsetRange { log_start: *log_start, high_watermark: *high_watermark };
        (i32::try_from(index).unwrap(), Ok(range))
    };
    ranges.iter().enumerate().map(range).collect()
}

fn cluster_of(named: Vec<(&str, Seen<LiveTopic>)>, others: Vec<LiveTopic>) -> LiveTopics {
    let named = named.into_iter().map(|(topic, seen)| (name(topic), seen)).collect();
    LiveTopics { cluster: cluster(3), named, others }
}

#[test]
fn a_list_tells_how_well_each_topic_is_and_what_is_missing_or_unknown() {
    let mut ill = live("ill", 3, 3, &[("retention.ms", "-1")]);
    ill.partitions[0].in_sync.pop();
    ill.partitions[1].leader = None;
    ill.partitions[1].in_sync.clear();
    let named = vec![
        ("ill", Seen::Present(ill)),
        ("gone", Seen::Absent),
        ("asked", Seen::Absent),
        ("hidden", Seen::Unknown(denied())),
    ];
    let live = cluster_of(named, vec![live("b", 1, 1, &[])]);
    let catalog = [declared("ill", 3, 3, &[]), declared("gone", 1, 1, &[]), declared("hidden", 1, 1, &[])];
    let offsets = BTreeMap::from([(name("ill"), ranges(&[(0, 10), (5, 10), (9, 4)]))]);
    let list = list(&live, &offsets, Some(&catalog));
    let names: Vec<&str> = list.topics.iter().map(|row| row.topic.as_str()).collect();
    assert_eq!(names, ["b", "ill"]);
    let row = &list.topics[1];
    assert_eq!((row.partitions, row.under_replicated, row.offline), (3, 2, 1));
    assert_eq!((row.retention_ms, row.record_estimate, row.declared), (Some(-1), Some(15), Some(true)));
    assert_eq!(row.overrides.len(), 1);
    assert_eq!(row.overrides[0].inherited.as_deref(), Some("604800000"));
    assert_eq!(list.topics[0].declared, Some(false));
    assert_eq!(list.topics[0].record_estimate, None, "its offsets were not asked for");
    assert_eq!(list.missing, [name("gone")]);
    let unknown: Vec<&str> = list.unknown.iter().map(|unknown| unknown.topic.as_str()).collect();
    assert_eq!(unknown, ["hidden"]);
    let summary = ListSummary { topics: 2, partitions: 4, under_replicated: 2, offline: 1, brokers: 3 };
    assert_eq!(list.summary, summary);
}

#[test]
fn an_estimate_needs_the_offsets_of_every_partition() {
    let topic = live("a", 2, 1, &[]);
    let mut partly = ranges(&[(0, 10), (0, 10)]);
    partly.insert(1, Err(denied()));
    let rows = [
        (ranges(&[(0, 10), (3, 10)]), Some(17)),
        (ranges(&[(0, 10)]), None),
        (partly, None),
        (ranges(&[(0, i64::MAX), (0, i64::MAX)]), Some(i64::MAX)),
    ];
    for (offsets, expected) in rows {
        assert_eq!(record_estimate(&topic, &BTreeMap::from([(name("a"), offsets)])), expected);
    }
}

#[test]
fn a_description_keeps_the_order_asked_for_and_tells_absent_from_unknown() {
    let named = vec![
        ("a", Seen::Present(live("a", 2, 1, &[("cleanup.policy", "compact")]))),
        ("b", Seen::Present(live("b", 1, 1, &[]))),
        ("gone", Seen::Absent),
        ("hidden", Seen::Unknown(denied())),
    ];
    let live = cluster_of(named, vec![]);
    let mut partly = ranges(&[(3, 10), (0, 10)]);
    partly.insert(1, Err(denied()));
    let offsets = BTreeMap::from([(name("a"), partly), (name("b"), ranges(&[(0, 1)]))]);
    let names = ["b", "a", "gone", "hidden", "unasked"].map(name);
    let all = describe(&live, &offsets, &names, None);
    let order: Vec<&str> = all.topics.iter().map(|topic| topic.row.topic.as_str()).collect();
    assert_eq!(order, ["b", "a"]);
    assert_eq!(all.absent, [name("gone")]);
    let unknown: Vec<&str> = all.unknown.iter().map(|unknown| unknown.topic.as_str()).collect();
    assert_eq!(unknown, ["a", "hidden", "unasked"]);
    let partition = &all.topics[1].partition_details[0];
    assert_eq!((partition.log_start, partition.high_watermark), (Some(3), Some(10)));
    assert_eq!(all.topics[1].partition_details[1].fault, Some(denied()));
    let policy = all.topics[1].settings.iter().find(|setting| setting.key == "cleanup.policy").unwrap();
    assert_eq!((policy.source, policy.inherited.as_deref()), (ConfigSource::Topic, Some("delete")));
    let json = serde_json::to_value(&all).unwrap();
    assert_eq!(json["topics"][0]["record_estimate"], serde_json::json!(1));
    assert_eq!(json["topics"][0]["declared"], serde_json::Value::Null);
}

#[test]
fn what_is_wrong_with_a_topic_is_said_with_its_partitions() {
    let mut ill = live("a", 3, 3, &[("min.insync.replicas", "2"), ("cleanup.policy", "compact")]);
    ill.partitions[0].leader = None;
    ill.partitions[1].in_sync = vec![1];
    ill.partitions[2].replicas.pop();
    let live = cluster_of(vec![("a", Seen::Present(ill))], vec![]);
    let offsets = BTreeMap::from([(name("a"), ranges(&[(0, 1), (0, 1), (0, 1)]))]);
    let described = describe(&live, &offsets, &[name("a")], None);
    assert_eq!(
        described.topics[0].notes,
        [
            "partitions without a leader, neither readable nor writable: 0",
            "partitions with a replica out of sync: 1",
            "partitions below min.insync.replicas 2, where writes with acks=all fail: 1",
            "its partitions have different numbers of replicas",
            "it is compacted, so it may hold far fewer records than the span of its offsets",
        ]
    );
}

#[test]
fn settings_that_may_not_be_read_leave_gaps_and_no_guesses() {
    let mut closed = live("a", 1, 1, &[]);
    closed.config = Err(denied());
    let list = list(&cluster_of(vec![], vec![closed]), &BTreeMap::new(), None);
    assert_eq!((list.topics[0].retention_ms, list.topics[0].cleanup_policy.clone()), (None, None));
    assert_eq!(list.unknown.len(), 1);
}
