//! What of a sample is a finding, and what cannot be judged.

use super::super::check::doubt;
use super::super::report::FindingKind;
use super::*;

#[test]
fn limits_are_crossed_above_them_and_unknown_is_no_zero() {
    let kinds = |sample: Sample| {
        let (report, _, _) = sample.said();
        let kinds: Vec<FindingKind> = report.findings.iter().map(|finding| finding.kind).collect();
        (kinds, report.unjudged.len())
    };
    let behind = |max_lag, max_time, point| Sample {
        commit: Some(at(4)),
        point,
        expected: expects(max_lag, max_time, None),
        ..Sample::default()
    };
    let rows = [
        ("at the limit", behind(Some(6), Some(700), record(4, 700)), vec![], 0),
        (
            "above both",
            behind(Some(5), Some(699), record(4, 700)),
            vec![FindingKind::MaxLag, FindingKind::MaxTimeLag],
            0,
        ),
        ("time not looked at", behind(Some(6), Some(700), None), vec![], 1),
        (
            "time out of budget, lag above",
            behind(Some(5), Some(700), Some(Point::Budget)),
            vec![FindingKind::MaxLag],
            1,
        ),
        ("no limit on time", behind(Some(6), None, None), vec![], 0),
        (
            "no commit",
            Sample { commit: None, expected: expects(Some(1), None, None), ..Sample::default() },
            vec![],
            1,
        ),
        (
            "no commit, and where it starts is said",
            Sample {
                commit: None,
                expected: expects(Some(9), None, Some(Start::Earliest)),
                ..Sample::default()
            },
            vec![FindingKind::MaxLag],
            0,
        ),
        (
            "below log start needs no limit",
            Sample { commit: Some(at(2)), ends: known(5, 5), ..Sample::default() },
            vec![FindingKind::BelowLogStart],
            0,
        ),
        (
            "ahead of end needs no limit",
            Sample { commit: Some(at(99)), ..Sample::default() },
            vec![FindingKind::AheadOfEnd],
            0,
        ),
        (
            "no leader is told as unknown, once",
            Sample { ends: Ends::NoLeader, expected: expects(Some(1), Some(1), None), ..Sample::default() },
            vec![],
            0,
        ),
    ];
    for (name, sample, findings, unjudged) in rows {
        assert_eq!(kinds(sample), (findings, unjudged), "{name}");
    }
}

#[test]
fn a_lag_of_which_only_markers_may_be_above_the_limit_is_not_judged() {
    let behind = |point, max_lag| {
        let sample = Sample {
            commit: Some(at(4)),
            point,
            expected: expects(Some(max_lag), None, None),
            ..Sample::default()
        };
        sample.said()
    };
    // Name, what was read, limit, how many offsets may be no records, findings and what is unjudged after the doubt.
    let rows = [
        ("read", record(4, 700), 5, None, 1, 0),
        ("out of time, above", Some(Point::Budget), 5, Some(6), 0, 1),
        ("out of time, any lag is too much", Some(Point::Budget), 0, Some(6), 0, 1),
        ("out of time, within", Some(Point::Budget), 6, Some(6), 0, 0),
        ("not readable", Some(Point::Unknown(fault(FaultKind::Denied))), 5, None, 1, 0),
    ];
    for (name, point, max_lag, markers, findings, unjudged) in rows {
        let (mut report, _, row) = behind(point, max_lag);
        assert_eq!((row.lag, row.may_be_no_records), (Some(6), markers), "{name}");
        assert_eq!(report.notes.len(), usize::from(markers.is_some()), "{name}");
        doubt(&mut report);
        assert_eq!((report.findings.len(), report.unjudged.len()), (findings, unjudged), "{name}");
        assert!(report.unjudged.iter().all(|it| it.reason.contains("--time-budget")), "{name}");
    }
    // A great lag is no heap of markers.
    for (lag, limit, unjudged) in [(10_000, 4_000, 1), (10_000, 3_999, 0), (1_000_000, 10_000, 0)] {
        let (mut report, _, _) = behind(Some(Point::Budget), 5);
        report.groups[0].partitions[0].may_be_no_records = Some(lag);
        (report.findings[0].value, report.findings[0].limit) = (Some(lag), Some(limit));
        doubt(&mut report);
        assert_eq!(report.unjudged.len(), unjudged, "{lag} {limit}");
    }
    // Only a part is in doubt, or it is no lag in records.
    for (kind, markers, unjudged) in
        [(FindingKind::MaxLag, 1, 1), (FindingKind::MaxLag, 0, 0), (FindingKind::BelowLogStart, 6, 0)]
    {
        let (mut report, _, _) = behind(Some(Point::Unknown(fault(FaultKind::Denied))), 5);
        report.groups[0].partitions[0].may_be_no_records = Some(markers);
        report.findings[0].kind = kind;
        doubt(&mut report);
        assert_eq!(
            (report.findings.len(), report.unjudged.len()),
            (1 - unjudged, unjudged),
            "{kind:?} {markers}"
        );
    }
}

#[test]
fn a_topic_that_is_not_there_is_a_finding_and_one_that_is_denied_is_unknown() {
    let topic: TopicName = "t".parse().unwrap();
    let with = |seen: Seen<()>| {
        let group = GroupFacts {
            name: "g".parse().unwrap(),
            live: live(GroupState::Empty, &[]),
            commits: Ok(Commits::new()),
            expected: expects(Some(1), None, None),
        };
        let topics = BTreeMap::from([(topic.clone(), seen)]);
        report(&Facts { groups: vec![group], topics, ..Facts::default() })
    };
    let absent = with(Seen::Absent);
    assert_eq!(absent.findings[0].kind, FindingKind::NoTopic);
    let denied = with(Seen::Unknown(fault(FaultKind::Denied)));
    assert_eq!((denied.findings.len(), denied.unknown.len()), (0, 1));
    assert_eq!(denied.groups[0].state, LagState::Unauthorised);
}
