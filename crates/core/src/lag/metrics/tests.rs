//! A sample in, its series out.

use super::super::alert::tests::{group, partition, report};
use super::super::facts::{Ends, Expectation, Facts, GroupFacts};
use super::super::judge;
use super::super::state::LagState;
use super::*;
use crate::catalog::Start;
use crate::fault::{Fault, FaultKind, Seen};
use crate::groups::live::{Commit, GroupKind, GroupState, LiveGroup};
use crate::name::TopicName;

fn shown(snapshot: &Snapshot) -> Vec<String> {
    let label = |label: &Label<'_>| match label {
        Label::Text(name, text) => format!("{name}={text}"),
        Label::Partition(number) => format!("partition={number}"),
    };
    let line = |name: &str, series: &Series<'_>| {
        let labels: Vec<String> = series.labels.iter().map(label).collect();
        let value = match series.value {
            Number::Whole(number) => number.to_string(),
            Number::Real(number) => format!("{number:?}"),
        };
        format!("{name}{{{}}} {value}", labels.join(","))
    };
    snapshot
        .families()
        .flat_map(|family| family.series.iter().map(|it| line(family.name, it)).collect::<Vec<_>>())
        .collect()
}

fn sampling() -> Sampling {
    Sampling {
        cluster_name: Some("dev".to_owned()),
        version: "1.2.3",
        samples: 4,
        errors: 1,
        seconds: Some(0.25),
        last: Some(1_500),
    }
}

#[test]
fn a_sample_has_these_series() {
    let mut known = partition("t", 0, Some(5));
    (known.time_lag_ms, known.committed, known.lost) = (Some(2_500), Some(10), Some(0));
    (known.high_watermark, known.log_start) = (Some(15), Some(2));
    let mut all = group("g", vec![known.clone()]);
    (all.lag, all.max_lag, all.max_time_lag_ms, all.members) = (Some(5), Some(5), Some(2_500), Some(2));
    let mut half = group("h", vec![known, partition("t", 1, None)]);
    (half.max_lag, half.max_time_lag_ms) = (Some(0), Some(2_500));
    let mut denied = group("i", vec![]);
    denied.state = LagState::Unauthorised;
    let report = Some(Arc::new(report(vec![all, half, denied])));
    let expected = "kafka_consumer_lag{group=g,topic=t,partition=0} 5
kafka_consumer_lag{group=h,topic=t,partition=0} 5
kafka_consumergroup_group_lag{cluster_name=dev,group=g,topic=t,partition=0} 5
kafka_consumergroup_group_lag{cluster_name=dev,group=h,topic=t,partition=0} 5
kafka_consumergroup_group_lag_seconds{cluster_name=dev,group=g,topic=t,partition=0} 2.5
kafka_consumergroup_group_lag_seconds{cluster_name=dev,group=h,topic=t,partition=0} 2.5
kafka_consumergroup_group_offset{cluster_name=dev,group=g,topic=t,partition=0} 10
kafka_consumergroup_group_offset{cluster_name=dev,group=h,topic=t,partition=0} 10
eventctl_lost_records{cluster_name=dev,group=g,topic=t,partition=0} 0
eventctl_lost_records{cluster_name=dev,group=h,topic=t,partition=0} 0
kafka_partition_latest_offset{cluster_name=dev,topic=t,partition=0} 15
kafka_partition_earliest_offset{cluster_name=dev,topic=t,partition=0} 2
kafka_consumergroup_group_max_lag{cluster_name=dev,group=g} 5
kafka_consumergroup_group_max_lag_seconds{cluster_name=dev,group=g} 2.5
kafka_consumergroup_group_max_lag_seconds{cluster_name=dev,group=h} 2.5
kafka_consumergroup_group_sum_lag{cluster_name=dev,group=g} 5
eventctl_group_state{cluster_name=dev,group=g,state=lagging} 1
eventctl_group_state{cluster_name=dev,group=h,state=unknown} 1
eventctl_group_state{cluster_name=dev,group=i,state=unauthorised} 1
eventctl_group_members{cluster_name=dev,group=g} 2
eventctl_lag_unknown{cluster_name=dev,group=g} 0
eventctl_lag_unknown{cluster_name=dev,group=h} 1
eventctl_lag_unknown{cluster_name=dev,group=i} 1
eventctl_build_info{version=1.2.3} 1
eventctl_samples{} 4
eventctl_sample_errors{} 1
eventctl_sample_duration_seconds{} 0.25
eventctl_last_sample_timestamp_seconds{} 1.5
eventctl_groups{} 3";
    let snapshot = Snapshot { report, sampling: sampling() };
    assert_eq!(shown(&snapshot), expected.lines().collect::<Vec<_>>());
}

#[test]
fn without_a_sample_there_is_no_lag_and_without_a_name_no_label() {
    let nothing = Snapshot { report: None, sampling: Sampling { version: "1", ..Sampling::default() } };
    let lines = ["eventctl_build_info{version=1} 1", "eventctl_samples{} 0", "eventctl_sample_errors{} 0"];
    assert_eq!(shown(&nothing), lines);
    let read = PartitionLag { committed: Some(7), ..partition("t", 0, Some(0)) };
    let report = Some(Arc::new(report(vec![group("g", vec![read])])));
    let nameless = Snapshot { report, sampling: Sampling::default() };
    assert!(shown(&nameless).iter().all(|line| !line.contains("cluster_name")));
}

/// What a single look says of a group in a topic of two partitions: it is there or not, has these commits, and starts so.
fn looked_at(live: Seen<LiveGroup>, commits: &[i32], start: Option<Start>, ends: &[i64]) -> Vec<String> {
    let topic: TopicName = "t".parse().unwrap();
    let at =
        |partition: &i32| ((topic.clone(), *partition), Ok(Some(Commit { offset: 3, ..Commit::default() })));
    let end = |(partition, end): (usize, &i64)| {
        let known = Ends::Known { log_start: 0, high_watermark: *end, last_stable: *end };
        ((topic.clone(), partition as i32), known)
    };
    let expected =
        Expectation { topic: Some(topic.clone()), max_lag: None, max_time_lag: None, start, declared: true };
    let facts = Facts {
        groups: vec![GroupFacts {
            name: "g".parse().unwrap(),
            live,
            commits: Ok(commits.iter().map(at).collect()),
            expected: vec![expected],
        }],
        partitions: ends.iter().enumerate().map(end).collect(),
        topics: BTreeMap::from([(topic.clone(), Seen::Present(()))]),
        ..Facts::default()
    };
    let snapshot = Snapshot { report: Some(Arc::new(judge::report(&facts))), ..Snapshot::default() };
    let of_lag = |line: &String| line.contains("lag");
    shown(&snapshot).into_iter().filter(of_lag).collect()
}

#[test]
fn a_group_that_is_missing_or_shows_nothing_is_unknown_and_never_healthy() {
    let empty = || {
        Seen::Present(LiveGroup {
            name: "g".parse().unwrap(),
            kind: GroupKind::Classic,
            protocol_type: None,
            state: GroupState::Empty,
            assignor: None,
            coordinator: None,
            members: Vec::new(),
        })
    };
    let silent = || {
        let (code, message) = ("CODE".to_owned(), "words".to_owned());
        Seen::Unknown(Fault { kind: FaultKind::TimedOut, code, message })
    };
    let latest = Some(Start::Latest);
    // Name, group, partitions with a commit, start, ends, partitions without a known lag, whether lag has a series.
    type Row<'a> = (&'a str, Seen<LiveGroup>, &'a [i32], Option<Start>, &'a [i64], usize, bool);
    let rows: [Row<'_>; 9] = [
        ("missing", Seen::Absent, &[], None, &[5, 5], 2, false),
        ("missing, without any topic", Seen::Absent, &[], None, &[], 1, false),
        ("missing, and would start behind the newest", Seen::Absent, &[], latest, &[5, 5], 2, false),
        (
            "missing, and would start at the oldest",
            Seen::Absent,
            &[],
            Some(Start::Earliest),
            &[5, 5],
            2,
            false,
        ),
        ("missing, and the log is empty", Seen::Absent, &[], None, &[0], 1, false),
        ("silent, and would start behind the newest", silent(), &[], latest, &[5], 1, false),
        ("without members and commits", empty(), &[], None, &[], 1, false),
        ("there, and starts behind the newest", empty(), &[], latest, &[5, 5], 0, true),
        ("gone, and its commits stand", Seen::Absent, &[0, 1], None, &[5, 5], 0, true),
    ];
    for (name, live, commits, start, ends, unknown, has_lag) in rows {
        let lines = looked_at(live, commits, start, ends);
        let (counts, lags): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.starts_with("eventctl_lag_unknown"));
        assert_eq!(counts, [format!("eventctl_lag_unknown{{group=g}} {unknown}")], "{name}");
        assert_eq!(!lags.is_empty(), has_lag, "{name}: {lags:?}");
    }
}
