//! What a sample says: a row for each state a partition or a group can be in.

mod limits;

use std::collections::BTreeMap;

use super::facts::{Ends, Expectation, Facts, GroupFacts, Point, Retention};
use super::judge::report;
use super::report::{GroupLag, LagReport, PartitionLag};
use super::state::LagState;
use crate::catalog::Start;
use crate::fault::{Fault, FaultKind, Seen};
use crate::groups::live::{Commit, Commits, GroupKind, GroupState, LiveGroup, Member, PartitionKey};
use crate::name::TopicName;

const NOW: i64 = 1_800_000_000_000;

fn key(partition: i32) -> PartitionKey {
    ("t".parse().unwrap(), partition)
}

fn fault(kind: FaultKind) -> Fault {
    Fault { kind, code: "CODE".to_owned(), message: "words".to_owned() }
}

fn known(log_start: i64, high_watermark: i64) -> Ends {
    Ends::Known { log_start, high_watermark, last_stable: high_watermark }
}

fn at(offset: i64) -> Result<Option<Commit>, Fault> {
    Ok(Some(Commit { offset, ..Commit::default() }))
}

fn live(state: GroupState, members: &[&[i32]]) -> Seen<LiveGroup> {
    let member = |(place, partitions): (usize, &&[i32])| Member {
        id: format!("m{place}"),
        client_id: "client".to_owned(),
        host: "/10.0.0.1".to_owned(),
        instance_id: None,
        assigned: partitions.iter().map(|partition| key(*partition)).collect(),
        target: None,
    };
    Seen::Present(LiveGroup {
        name: "g".parse().unwrap(),
        kind: GroupKind::Classic,
        protocol_type: None,
        state,
        assignor: None,
        coordinator: None,
        members: members.iter().enumerate().map(member).collect(),
    })
}

fn expects(max_lag: Option<i64>, max_time_lag: Option<i64>, start: Option<Start>) -> Vec<Expectation> {
    vec![Expectation { topic: Some("t".parse().unwrap()), max_lag, max_time_lag, start, declared: true }]
}

/// A sample of one group in one partition; the tests change what they are about.
struct Sample {
    live: Seen<LiveGroup>,
    commit: Option<Result<Option<Commit>, Fault>>,
    ends: Ends,
    point: Option<Point>,
    expected: Vec<Expectation>,
}

impl Default for Sample {
    fn default() -> Self {
        Sample {
            live: live(GroupState::Stable, &[&[0]]),
            commit: Some(at(10)),
            ends: known(0, 10),
            point: None,
            expected: Vec::new(),
        }
    }
}

impl Sample {
    fn facts(self) -> Facts {
        let commits: Commits = self.commit.map(|commit| (key(0), commit)).into_iter().collect();
        let from = commits.values().flatten().flatten().map(|commit| commit.offset).next().unwrap_or(0);
        let from = match self.ends {
            Ends::Known { log_start, .. } => from.max(log_start),
            _ => from,
        };
        let group = GroupFacts {
            name: "g".parse().unwrap(),
            live: self.live,
            commits: Ok(commits),
            expected: self.expected,
        };
        let retention = Retention { milliseconds: Some(100_000), by_size: false, compacted: false };
        Facts {
            at: NOW,
            groups: vec![group],
            partitions: BTreeMap::from([(key(0), self.ends)]),
            topics: BTreeMap::from([(key(0).0, Seen::Present(()))]),
            retention: BTreeMap::from([(key(0).0, Ok(retention))]),
            points: self.point.map(|point| ((key(0), from), point)).into_iter().collect(),
            ..Facts::default()
        }
    }

    fn said(self) -> (LagReport, GroupLag, PartitionLag) {
        let report = report(&self.facts());
        let group = report.groups[0].clone();
        let row = group.partitions[0].clone();
        (report, group, row)
    }
}

fn record(offset: i64, age: i64) -> Option<Point> {
    Some(Point::Record { offset, timestamp: Some(NOW - age), log_append_time: false })
}

#[test]
fn a_partition_has_the_state_that_its_offsets_show() {
    use LagState::{
        AheadOfEnd, BelowLogStart, Lagging, NoCommit, NoLeader, Ok as Fine, Unauthorised, Unknown,
    };
    let earliest = || expects(None, None, Some(Start::Earliest));
    let latest = || expects(None, None, Some(Start::Latest));
    let denied = || Err(fault(FaultKind::Denied));
    let base = Sample::default;
    // Name, sample, state, lag, lost, time lag.
    let rows = [
        ("all read", base(), Fine, Some(0), None, Some(0)),
        (
            "behind",
            Sample { commit: Some(at(4)), point: record(4, 700), ..base() },
            Lagging,
            Some(6),
            None,
            Some(700),
        ),
        ("not looked at", Sample { commit: Some(at(4)), ..base() }, Lagging, Some(6), None, None),
        (
            "markers before the record",
            Sample { commit: Some(at(4)), point: record(6, 1), ..base() },
            Lagging,
            Some(4),
            None,
            Some(1),
        ),
        (
            "markers only",
            Sample { commit: Some(at(9)), point: Some(Point::None), ..base() },
            Fine,
            Some(0),
            None,
            Some(0),
        ),
        (
            "out of time",
            Sample { commit: Some(at(4)), point: Some(Point::Budget), ..base() },
            Lagging,
            Some(6),
            None,
            None,
        ),
        (
            "clock behind",
            Sample { commit: Some(at(4)), point: record(4, -60_000), ..base() },
            Lagging,
            Some(6),
            None,
            Some(0),
        ),
        (
            "below log start",
            Sample { commit: Some(at(2)), ends: known(5, 10), point: record(5, 9), ..base() },
            BelowLogStart,
            Some(5),
            Some(3),
            Some(9),
        ),
        (
            "below, and nothing left",
            Sample { commit: Some(at(2)), ends: known(10, 10), ..base() },
            BelowLogStart,
            Some(0),
            Some(8),
            Some(0),
        ),
        ("ahead of end", Sample { commit: Some(at(11)), ..base() }, AheadOfEnd, None, None, None),
        ("never committed", Sample { commit: None, ..base() }, NoCommit, None, None, None),
        ("told to have none", Sample { commit: Some(Ok(None)), ..base() }, NoCommit, None, None, None),
        (
            "never committed, empty",
            Sample { commit: None, ends: known(7, 7), ..base() },
            Fine,
            Some(0),
            None,
            Some(0),
        ),
        (
            "starts at the oldest",
            Sample { commit: None, expected: earliest(), point: record(0, 5), ..base() },
            NoCommit,
            Some(10),
            None,
            Some(5),
        ),
        (
            "starts behind the newest",
            Sample { commit: None, expected: latest(), ..base() },
            NoCommit,
            Some(0),
            None,
            Some(0),
        ),
        ("no leader", Sample { ends: Ends::NoLeader, ..base() }, NoLeader, None, None, None),
        (
            "topic denied",
            Sample { ends: Ends::Unknown(fault(FaultKind::Denied)), ..base() },
            Unauthorised,
            None,
            None,
            None,
        ),
        (
            "end unknown",
            Sample { ends: Ends::Unknown(fault(FaultKind::TimedOut)), ..base() },
            Unknown,
            None,
            None,
            None,
        ),
        ("commit denied", Sample { commit: Some(denied()), ..base() }, Unauthorised, None, None, None),
    ];
    for (name, sample, state, lag, lost, time) in rows {
        let (_, group, row) = sample.said();
        assert_eq!((row.state, row.lag, row.lost, row.time_lag_ms), (state, lag, lost, time), "{name}");
        assert_eq!(group.state, state, "{name}");
        assert_eq!(group.lag, lag, "{name}: the group's");
    }
}

#[test]
fn an_open_transaction_is_told_apart_from_records() {
    let ends = || Ends::Known { log_start: 0, high_watermark: 10, last_stable: 7 };
    let (_, _, waits) =
        Sample { commit: Some(at(7)), ends: ends(), point: Some(Point::None), ..Sample::default() }.said();
    assert_eq!(
        (waits.lag, waits.behind_open_transaction, waits.state),
        (Some(3), Some(3), LagState::Lagging)
    );
    assert_eq!(waits.time_lag_ms, None);
    let (_, _, behind) =
        Sample { commit: Some(at(5)), ends: ends(), point: record(5, 8), ..Sample::default() }.said();
    assert_eq!((behind.lag, behind.behind_open_transaction, behind.time_lag_ms), (Some(5), Some(3), Some(8)));
    assert!(behind.remark.unwrap().contains("3 offsets behind an open transaction"));
    // Who reads what is not committed may stand in the midst of it.
    let (_, _, within) =
        Sample { commit: Some(at(8)), ends: ends(), point: Some(Point::None), ..Sample::default() }.said();
    assert_eq!((within.lag, within.behind_open_transaction), (Some(2), Some(3)));
}

#[test]
fn who_reads_a_partition_decides_between_the_states_of_waiting() {
    let rows = [
        (live(GroupState::Stable, &[&[0]]), LagState::Lagging),
        (live(GroupState::Stable, &[&[1]]), LagState::Unassigned),
        (live(GroupState::Empty, &[]), LagState::NoMembers),
        (live(GroupState::PreparingRebalance, &[&[]]), LagState::Lagging),
        (live(GroupState::Reconciling, &[&[1]]), LagState::Lagging),
    ];
    for (live, state) in rows {
        let name = format!("{live:?}");
        let (_, _, row) = Sample { live, commit: Some(at(4)), ..Sample::default() }.said();
        assert_eq!(row.state, state, "{name}");
    }
    let (_, group, row) = Sample { commit: Some(at(4)), ..Sample::default() }.said();
    assert_eq!(row.member.unwrap().id, "m0");
    assert_eq!(group.members, Some(1));
}

#[test]
fn retention_says_when_unread_records_may_go() {
    let deleted = |age: i64| {
        Sample { commit: Some(at(4)), point: record(4, age), ..Sample::default() }.said().2.deleted_in_ms
    };
    assert_eq!(deleted(700), Some(99_300));
    assert_eq!(deleted(200_000), Some(0));
    let mut facts = Sample { commit: Some(at(4)), point: record(4, 700), ..Sample::default() }.facts();
    let topic: TopicName = "t".parse().unwrap();
    for kept in [
        Retention { milliseconds: None, by_size: false, compacted: true },
        Retention { milliseconds: Some(1), by_size: true, compacted: false },
    ] {
        facts.retention.insert(topic.clone(), Ok(kept));
        assert_eq!(report(&facts).groups[0].partitions[0].deleted_in_ms, None);
    }
}

#[test]
fn a_group_that_cannot_be_asked_is_never_read_as_absent() {
    let named = |live: Seen<LiveGroup>, commits: Result<Commits, Fault>| {
        let group =
            GroupFacts { name: "g".parse().unwrap(), live, commits, expected: expects(Some(1), None, None) };
        report(&Facts { groups: vec![group], ..Facts::default() })
    };
    let rows = [
        (
            "denied",
            Seen::Unknown(fault(FaultKind::Denied)),
            Err(fault(FaultKind::Denied)),
            LagState::Unauthorised,
            0,
            1,
        ),
        (
            "no answer",
            Seen::Unknown(fault(FaultKind::TimedOut)),
            Err(fault(FaultKind::TimedOut)),
            LagState::Unknown,
            0,
            1,
        ),
        (
            "commits only",
            Seen::Unknown(fault(FaultKind::TimedOut)),
            Ok(Commits::new()),
            LagState::Unknown,
            0,
            1,
        ),
        ("absent", Seen::Absent, Ok(Commits::new()), LagState::Missing, 1, 0),
        ("nobody and nothing", live(GroupState::Empty, &[]), Ok(Commits::new()), LagState::NoCommit, 0, 0),
    ];
    for (name, live, commits, state, findings, unknown) in rows {
        let said = named(live, commits);
        assert_eq!(said.groups[0].state, state, "{name}");
        assert_eq!(said.groups[0].lag, None, "{name}: no zero");
        assert_eq!((said.findings.len(), said.unknown.len()), (findings, unknown), "{name}");
    }
    let mut share = live(GroupState::Unknown, &[]);
    if let Seen::Present(group) = &mut share {
        (group.kind, group.protocol_type) = (GroupKind::Unsupported, Some("share".to_owned()));
    }
    let said = named(share, Ok(Commits::new()));
    assert_eq!((said.groups[0].state, said.groups[0].lag), (LagState::UnsupportedType, None));
    assert_eq!((said.findings.len(), said.unknown.len()), (0, 1));
}
