//! Samples in, alerts out.

use super::super::report::{GroupLag, PartitionLag, Unknown};
use super::super::state::LagState;
use super::*;

const LIMIT: i64 = 10_000;

pub(in super::super) fn partition(topic: &str, partition: i32, lag: Option<i64>) -> PartitionLag {
    PartitionLag {
        state: if lag.is_some() { LagState::Lagging } else { LagState::Unknown },
        lag,
        ..PartitionLag::new(topic, partition)
    }
}

pub(in super::super) fn group(name: &str, partitions: Vec<PartitionLag>) -> GroupLag {
    GroupLag {
        group: name.to_owned(),
        declared: true,
        kind: None,
        group_state: None,
        members: None,
        state: partitions.iter().map(|row| row.state).max().unwrap_or(LagState::Ok),
        remark: None,
        lag: None,
        known_lag: 0,
        max_lag: None,
        max_time_lag_ms: None,
        lost: 0,
        commit_rate: None,
        produce_rate: None,
        catch_up_seconds: None,
        partitions,
    }
}

pub(in super::super) fn report(groups: Vec<GroupLag>) -> LagReport {
    let findings = groups.iter().flat_map(|group| {
        let above = group.partitions.iter().filter(|row| row.lag.is_some_and(|lag| lag > LIMIT));
        above
            .map(|row| finding(FindingKind::MaxLag, &group.group, Some((&row.topic, row.partition)), row.lag))
    });
    LagReport {
        cluster: Some("one".to_owned()),
        at: String::new(),
        findings: findings.collect(),
        groups,
        other_groups: None,
        unknown: Vec::new(),
        unjudged: Vec::new(),
        notes: Vec::new(),
        advice: None,
    }
}

fn finding(kind: FindingKind, group: &str, at: Option<(&str, i32)>, value: Option<i64>) -> Finding {
    Finding {
        kind,
        group: group.to_owned(),
        topic: at.map(|(topic, _)| topic.to_owned()),
        partition: at.map(|(_, partition)| partition),
        value,
        limit: value.map(|_| LIMIT),
        text: "words of the finding".to_owned(),
    }
}

fn unknown(group: Option<&str>, topic: Option<&str>, partition: Option<i32>) -> Unknown {
    let reason = "no answer".to_owned();
    Unknown { group: group.map(str::to_owned), topic: topic.map(str::to_owned), partition, reason }
}

/// What a sample shows of partition 0 of `t` as group `g` reads it.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// Above the limit.
    High,
    /// Within it.
    Low,
    /// The group's row has no number.
    NoNumber,
    /// Something covers it that could not be found out, and its number is above the limit.
    Covered,
    /// As before, and its number is within the limit.
    CoveredLow,
    /// The topic could not be read.
    TopicDenied,
    /// The group is there and does not read the partition.
    NotRead,
    /// The group is not in the report.
    Gone,
    /// As before, and a broker did not list its groups.
    GoneUnlisted,
    /// As before, and the group could not be described.
    GoneUnknown,
}

fn sample(seen: Seen) -> LagReport {
    let with = |lag| report(vec![group("g", vec![partition("t", 0, lag)])]);
    let covered = |lag, unknown| {
        let whole = with(lag);
        LagReport { findings: Vec::new(), unknown: vec![unknown], ..whole }
    };
    match seen {
        Seen::High => with(Some(LIMIT + 1)),
        Seen::Low => with(Some(LIMIT)),
        Seen::NoNumber => with(None),
        Seen::Covered => covered(Some(LIMIT + 1), unknown(Some("g"), Some("t"), Some(0))),
        Seen::CoveredLow => covered(Some(3), unknown(Some("g"), None, None)),
        Seen::TopicDenied => covered(Some(LIMIT + 1), unknown(None, Some("t"), None)),
        Seen::NotRead => report(vec![group("g", vec![partition("t", 1, Some(0))])]),
        Seen::Gone => report(vec![]),
        Seen::GoneUnlisted => LagReport { unknown: vec![unknown(None, None, None)], ..report(vec![]) },
        Seen::GoneUnknown => LagReport { unknown: vec![unknown(Some("g"), None, None)], ..report(vec![]) },
    }
}

/// What fires (`F`), what is over (`R`) and what is silent (`.`), sample by sample.
fn told(samples: u32, seen: &[Seen]) -> (String, Vec<Alert>) {
    let mut episodes = Episodes::new(samples);
    let mut all = Vec::new();
    let mut line = String::new();
    for (index, seen) in seen.iter().enumerate() {
        let alerts = episodes.sample(&sample(*seen), index as i64 * 10_000);
        line.push(match alerts.as_slice() {
            [] => '.',
            [one] if one.status == AlertStatus::Firing => 'F',
            [_] => 'R',
            more => panic!("{more:?}"),
        });
        all.extend(alerts);
    }
    (line, all)
}

#[test]
fn an_episode_fires_once_and_is_over_once() {
    use Seen::*;
    let rows: [(u32, &[Seen], &str); 16] = [
        (3, &[High, High, High, High, High, Low, Low], "..F..R."),
        (3, &[High, High, Low, High, High, Low], "......"),
        (1, &[High, Low, High, Low], "FRFR"),
        (0, &[High, Low], "FR"),
        (3, &[High, NoNumber, High, NoNumber, High, NoNumber, Low], "....F.R"),
        (2, &[High, High, Covered, TopicDenied, NoNumber, Low], ".F...R"),
        (2, &[Covered, Covered, NoNumber, TopicDenied], "...."),
        (2, &[High, Covered, High], "..F"),
        (2, &[High, High, CoveredLow], ".FR"),
        (2, &[High, CoveredLow, High], "..."),
        (1, &[High, NotRead, NotRead], "FR."),
        (1, &[High, Gone, Gone], "FR."),
        (1, &[High, GoneUnlisted, GoneUnknown, Gone], "F..R"),
        (1, &[High, GoneUnlisted, High, Low], "F..R"),
        (2, &[High, Gone, High], "..."),
        (2, &[High, GoneUnknown, High], "..F"),
    ];
    for (samples, seen, expected) in rows {
        assert_eq!(told(samples, seen).0, expected, "{samples} of {seen:?}");
    }
}

#[test]
fn both_ends_of_an_episode_say_which_it_is() {
    use Seen::{Gone, High, Low};
    let (_, alerts) = told(2, &[High, High, High, Low, High, High, Gone]);
    let [first, over, second, gone] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!(first.id, over.id);
    assert_eq!(second.id, gone.id);
    assert_ne!(first.id, second.id);
    let expected = Alert {
        status: AlertStatus::Firing,
        title: "High consumer lag detected",
        id: first.id.clone(),
        cluster: Some("one".to_owned()),
        group: "g".to_owned(),
        topic: Some("t".to_owned()),
        partition: Some(0),
        kind: FindingKind::MaxLag,
        value: Some(LIMIT + 1),
        limit: Some(LIMIT),
        since: "1970-01-01T00:00:00.000Z".to_owned(),
        at: "1970-01-01T00:00:10.000Z".to_owned(),
        samples: 2,
        reason: "words of the finding".to_owned(),
    };
    assert_eq!(*first, expected);
    let expected = Alert {
        status: AlertStatus::Resolved,
        value: Some(LIMIT),
        at: "1970-01-01T00:00:30.000Z".to_owned(),
        samples: 3,
        reason: "it is within the limit again".to_owned(),
        ..expected
    };
    assert_eq!(*over, expected);
    assert_eq!((gone.value, gone.reason.as_str()), (None, "the group is gone"));
}

#[test]
fn kinds_and_places_are_followed_each_by_itself() {
    let mut both =
        report(vec![group("g", vec![partition("t", 0, Some(LIMIT + 1)), partition("t", 1, Some(0))])]);
    both.findings.push(finding(FindingKind::BelowLogStart, "g", Some(("t", 0)), None));
    both.findings.push(finding(FindingKind::NoTopic, "g", Some(("t", 1)), None));
    both.findings.push(finding(FindingKind::Missing, "h", None, None));
    // Said twice is found once.
    both.findings.push(both.findings[0].clone());
    both.groups.push(group("h", vec![]));
    let mut episodes = Episodes::new(2);
    assert_eq!(episodes.sample(&both, 0), []);
    let fired = episodes.sample(&both, 1);
    assert_eq!(fired.len(), 4, "{fired:?}");
    assert_eq!(episodes.firing(), 4);
    let ids: BTreeSet<&str> = fired.iter().map(|alert| alert.id.as_str()).collect();
    assert_eq!(ids.len(), 4);
    // The group comes back, the others stay.
    both.findings.retain(|finding| finding.kind != FindingKind::Missing);
    let over = episodes.sample(&both, 2);
    let told: Vec<_> = over.iter().map(|alert| (alert.kind, alert.status)).collect();
    assert_eq!(told, [(FindingKind::Missing, AlertStatus::Resolved)]);
    assert_eq!(episodes.firing(), 3);
}

#[test]
fn a_state_that_is_not_known_ends_nothing() {
    let mut missing = report(vec![group("h", vec![])]);
    missing.findings.push(finding(FindingKind::Missing, "h", None, None));
    let mut episodes = Episodes::new(1);
    assert_eq!(episodes.sample(&missing, 0).len(), 1);
    missing.findings.clear();
    missing.groups[0].state = LagState::Unauthorised;
    assert_eq!(episodes.sample(&missing, 1), []);
    missing.groups[0].state = LagState::Ok;
    assert_eq!(episodes.sample(&missing, 2).len(), 1);
}

#[test]
fn the_end_of_a_finding_without_a_number_does_not_repeat_it() {
    let rows = [
        (FindingKind::Missing, None, "Resolved: Consumer group is missing: group h; it is there again"),
        (
            FindingKind::NoTopic,
            Some(("t", None)),
            "Resolved: Topic of a consumer group missing: group h, topic t; the topic is there, or is not expected any more",
        ),
        (
            FindingKind::BelowLogStart,
            Some(("t", Some(0))),
            "Resolved: Unread records were deleted: group h, topic t, partition 0; the group has gone on behind the log start",
        ),
        (
            FindingKind::AheadOfEnd,
            Some(("t", Some(0))),
            "Resolved: Committed offset lies beyond the end: group h, topic t, partition 0; the commit lies within the log \
             again",
        ),
    ];
    for (kind, at, expected) in rows {
        let found = Finding {
            topic: at.map(|(topic, _)| topic.to_owned()),
            partition: at.and_then(|(_, partition)| partition),
            ..finding(kind, "h", None, None)
        };
        let healthy = report(vec![group("h", vec![partition("t", 0, Some(0))])]);
        let ill = LagReport { findings: vec![found], ..healthy.clone() };
        let mut episodes = Episodes::new(1);
        assert_eq!(episodes.sample(&ill, 0).len(), 1, "{kind:?}");
        let over: Vec<String> = episodes.sample(&healthy, 1).iter().map(Alert::line).collect();
        assert_eq!(over, [expected], "{kind:?}");
    }
}

#[test]
fn memory_is_bounded_and_what_is_left_out_is_counted() {
    let mut episodes = Episodes { most: 3, ..Episodes::new(1) };
    let rows = (0..5).map(|number| partition("t", number, Some(LIMIT + 1))).collect();
    let five = report(vec![group("g", rows)]);
    assert_eq!(episodes.sample(&five, 0).len(), 3);
    assert_eq!(episodes.sample(&five, 1).len(), 0);
    assert_eq!((episodes.open.len(), episodes.not_followed()), (3, 4));
    assert_eq!(episodes.sample(&report(vec![]), 2).len(), 3);
    assert_eq!((episodes.open.len(), episodes.sample(&five, 3).len()), (0, 3), "there is room again");
}

#[test]
fn a_line_says_what_where_and_how_much() {
    let (_, alerts) = told(1, &[Seen::High, Seen::Low, Seen::High, Seen::Gone]);
    let lines: Vec<String> = alerts.iter().map(Alert::line).collect();
    assert_eq!(
        lines,
        [
            "High consumer lag detected: group g, topic t, partition 0; lag 10001, limit 10000; \
             since 1970-01-01T00:00:00.000Z",
            "Resolved: High consumer lag detected: group g, topic t, partition 0; lag 10000, limit 10000; \
             it is within the limit again",
            "High consumer lag detected: group g, topic t, partition 0; lag 10001, limit 10000; \
             since 1970-01-01T00:00:20.000Z",
            "Resolved: High consumer lag detected: group g, topic t, partition 0; the group is gone",
        ]
    );
    let mut late = alerts[0].clone();
    (late.kind, late.value, late.limit) = (FindingKind::MaxTimeLag, Some(250_000), Some(60_000));
    assert!(late.line().contains("; lag 4m10s, limit 1m; "), "{}", late.line());
    let mut hostile = alerts[3].clone();
    hostile.group = "<!channel> & \u{202e}co\u{200b}".to_owned();
    assert!(hostile.line().contains("group &lt;!channel&gt; &amp; co,"), "{}", hostile.line());
    let mut whole = alerts[0].clone();
    (whole.kind, whole.value, whole.topic, whole.partition) = (FindingKind::Missing, None, None, None);
    assert!(whole.line().ends_with("group g; words of the finding; since 1970-01-01T00:00:00.000Z"));
}

#[test]
fn large_samples_are_judged_in_bounded_time() {
    let rows = |lag| {
        (0..5_000).map(move |number| {
            group(&format!("g{number}"), (0..10).map(|it| partition("t", it, Some(lag))).collect())
        })
    };
    let (high, low) = (report(rows(LIMIT + 1).collect()), report(rows(0).collect()));
    let covered = LagReport {
        unknown: (0..5_000).map(|number| unknown(Some(&format!("g{number}")), None, None)).collect(),
        ..low
    };
    let mut episodes = Episodes::new(2);
    assert_eq!(episodes.sample(&high, 0).len(), 0);
    assert_eq!(episodes.sample(&high, 1).len(), 50_000);
    assert_eq!(episodes.sample(&covered, 2).len(), 50_000);
    assert_eq!(episodes.open.len(), 0);
}
