//! The fold, the phases and the report, against tables.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::codec::wire::Framing;

fn at(partition: i32, offset: i64, timestamp: i64) -> Moment {
    Moment { timestamp, partition, offset }
}

fn id(id: u32) -> Carried<'static> {
    Carried::Framed(Framing::Id(id))
}

#[test]
fn records_are_counted_by_what_they_carry() {
    let mut usage = Usage::new();
    let guid = [7; 16];
    let records = [
        (at(0, 5, 50), id(1)),
        (at(0, 3, 90), Carried::Framed(Framing::HeaderId(1))),
        (at(1, 0, 10), id(1)),
        (at(0, 6, 60), Carried::Framed(Framing::Guid(guid))),
        (at(0, 7, 70), Carried::Framed(Framing::HeaderGuid(guid))),
        (at(0, 8, 80), Carried::Envelope("E", 2)),
        (at(0, 9, 90), Carried::Envelope("E", 1)),
        (at(0, 10, 95), Carried::Unversioned("E")),
        (at(0, 11, -1), Carried::Nothing),
        (at(0, 12, 0), Carried::Undecodable("short")),
        (at(2, 1, 0), Carried::Undecodable("short")),
    ];
    for (moment, carried) in records {
        usage.add(moment, carried);
    }
    assert_eq!((usage.records(), usage.null_values(), usage.not_told_apart()), (11, 1, 0));
    let names: Vec<String> = usage.identities().map(ToString::to_string).collect();
    let guid = format!("guid {}", "07".repeat(16));
    assert_eq!(names, ["id 1", &guid, "E version 1", "E version 2", "E"]);
    let (_, runs) = usage.carried().next().unwrap();
    let expected =
        Run { records: 2, first_offset: 3, last_offset: 5, earliest: at(0, 5, 50), latest: at(0, 3, 90) };
    assert_eq!((runs[&0], runs.len()), (expected, 2));
    assert_eq!(usage.reasons()["short"].len(), 2);

    // Lanes are joined to the same as if one had counted all.
    let (mut one, mut other) = (Usage::new(), Usage::new());
    for (index, (moment, carried)) in records.into_iter().enumerate() {
        if index % 2 == 0 { &mut one } else { &mut other }.add(moment, carried);
    }
    one.join(other);
    assert!(one.carried().eq(usage.carried()));
    assert_eq!((one.reasons(), one.records(), one.null_values()), (usage.reasons(), 11, 1));
}

#[test]
fn broken_data_count_for_the_schema_that_they_name_and_among_what_cannot_be_decoded() {
    let mut usage = Usage::new();
    usage.add(at(0, 1, 10), Carried::Broken(Framing::Id(1), "broken"));
    usage.add(at(0, 2, 20), id(1));
    assert_eq!(usage.records(), 2);
    let (_, runs) = usage.carried().next().unwrap();
    assert_eq!((runs[&0].records, usage.reasons()["broken"][&0].records), (2, 1));
}

#[test]
fn an_id_means_the_newest_version_of_a_subject_that_is_expected() {
    let named = |subject: &str, version| Named { subject: subject.to_owned(), version };
    let all = [named("a", 9), named("b", 1), named("b", 3), named("c", 2)];
    let rows: [(&[&str], Option<Named>); 4] = [
        (&["b", "c"], Some(named("b", 3))),
        (&["c"], Some(named("c", 2))),
        (&[], Some(named("a", 9))),
        (&["z"], Some(named("a", 9))),
    ];
    for (expected, found) in rows {
        let expected: BTreeSet<String> = expected.iter().map(|subject| (*subject).to_owned()).collect();
        assert_eq!(meant(&all, &expected), found.as_ref(), "{expected:?}");
    }
    assert_eq!(meant(&[], &BTreeSet::new()), None);
}

#[test]
fn a_hostile_topic_takes_a_bounded_room() {
    let mut usage = Usage::new();
    for number in 0..5_000_u32 {
        usage.add(at(0, i64::from(number), 0), id(number + 1));
        usage.add(at(0, 0, 0), Carried::Undecodable(&format!("reason {number}")));
        usage.add(at(0, 0, 0), Carried::Envelope(&"é".repeat(10_000), number));
    }
    assert_eq!(usage.identities().count(), IDENTITIES_LIMIT);
    assert_eq!(usage.reasons().len(), REASONS_LIMIT);
    assert_eq!(usage.not_told_apart() + usage.undecodable_not_told_apart(), 15_000 - 1_000 - 100);
    let partitions = i32::try_from(PARTITIONS_LIMIT).unwrap();
    let before = usage.not_told_apart();
    for partition in 0..partitions + 10 {
        usage.add(at(partition, 0, 0), id(1));
    }
    // 1,100 runs were there before, one of them of id 1 in partition 0.
    assert_eq!(usage.not_told_apart() - before, 10 + 1_100 - 1);
    assert!(usage.identities().all(|identity| identity.to_string().len() < 600));
}

#[test]
fn a_window_covers_what_was_read_and_names_what_was_not() {
    use crate::scan::{Unread, Window, WindowPart};
    let unread = |is_unknown| Unread { partition: 3, reason: "denied".to_owned(), is_unknown };
    let mut window = Window {
        from: "start".to_owned(),
        until: None,
        isolation: "committed",
        ended_by: "end",
        offsets: 5,
        offsets_there: 8,
        parts: vec![WindowPart { partition: 0, from: 2, until: 7, log_start: 1, end: 9 }],
        unread: vec![unread(false)],
        is_stopped: false,
    };
    let covered = Coverage::of(&window, 0);
    let range = PartitionRange { partition: 0, log_start: 1, from: 2, until: 7, end: 9 };
    assert_eq!((covered.ranges.as_slice(), covered.unknown), ([range].as_slice(), None));
    window.unread.push(unread(true));
    let told = Coverage::of(&window, 2).unknown.unwrap();
    assert_eq!(told, "partition 3: denied, 2 records outside the times asked for");
}

/// Partitions that were read whole, 0 to 100.
fn whole(partitions: i32) -> Coverage {
    let range = |partition| PartitionRange { partition, log_start: 10, from: 10, until: 100, end: 100 };
    Coverage { ranges: (0..partitions).map(range).collect(), unknown: None }
}

fn group(name: &str, commits: &[(i32, Option<i64>)]) -> GroupCommits {
    GroupCommits { group: name.to_owned(), commits: Ok(commits.iter().copied().collect()) }
}

fn old(records: u64) -> Seen {
    let last = (records > 0).then(|| at(1, 40, 4_000));
    Seen { records, last, last_offsets: last.map(|_| (1, 40)).into_iter().collect() }
}

fn stock<'a>(topic: &'a str, coverage: &'a Coverage, old: Seen) -> Stock<'a> {
    Stock { topic, coverage, old, unresolved: 0 }
}

fn sentences(phase: &Phase) -> Vec<String> {
    phase.missing().iter().map(ToString::to_string).collect()
}

#[test]
fn phases_follow_from_what_was_seen() {
    let coverage = whole(2);
    let evidence = |old_records, newest_records, only_version| Evidence {
        newest_records,
        only_version,
        topic: stock("t", &coverage, old(old_records)),
        dlq: Reach::None,
        groups: &[],
        groups_unknown: None,
    };
    let rows = [
        (0, 0, false, "unseen", None),
        (0, 0, true, "unseen", None),
        (0, 5, true, "one_version", None),
        (5, 0, false, "consumers_first", Some(1)),
        (1, 3, false, "mixed", Some(2)),
        (0, 5, false, "old_version_gone", Some(3)),
    ];
    for (old, newest, only, name, number) in rows {
        let found = phase(&evidence(old, newest, only));
        assert_eq!((found.as_str(), found.number()), (name, number), "{old} old, {newest} newest");
    }
    let Phase::Mixed { old_share, last_old, .. } = phase(&evidence(1, 3, false)) else { panic!("mixed") };
    assert_eq!((old_share, last_old), (0.25, Some(at(1, 40, 4_000))));
}

#[test]
fn that_an_old_version_is_gone_is_proved_or_not_said() {
    let (all, dlq) = (whole(2), whole(1));
    let mut window = whole(2);
    window.ranges[0].from = 60;
    window.ranges[1].until = 90;
    let denied = Coverage { unknown: Some("partition 1: denied".to_owned()), ..whole(1) };
    let past = [group("g", &[(0, Some(10)), (1, Some(100))]), group("h", &[(0, None)])];
    let behind = [group("g", &[(0, Some(9)), (1, Some(5))])];
    let silent = [GroupCommits { group: "g".to_owned(), commits: Err("denied".to_owned()) }];
    let base = || Evidence {
        newest_records: 5,
        only_version: false,
        topic: stock("t", &all, old(0)),
        dlq: Reach::Read(stock("t-dlq", &dlq, old(0))),
        groups: &past,
        groups_unknown: None,
    };
    let rows: [(Evidence<'_>, &[&str]); 10] = [
        (base(), &[]),
        (
            Evidence { topic: stock("t", &window, old(0)), groups: &[], ..base() },
            &["60 offsets in 2 partitions of t were not read"],
        ),
        (
            Evidence { topic: stock("t", &window, old(0)), ..base() },
            &[
                "60 offsets in 2 partitions of t were not read",
                "group g stands at 10 in partition 0, before 60",
            ],
        ),
        (
            Evidence { topic: stock("t", &denied, old(0)), ..base() },
            &["t was not read in full: partition 1: denied"],
        ),
        (
            Evidence { topic: Stock { unresolved: 3, ..base().topic }, ..base() },
            &["3 records of t with a schema that is not known"],
        ),
        (
            Evidence { dlq: Reach::NotRead { topic: "t-dlq", reason: "--no-dlq" }, ..base() },
            &["t-dlq was not read in full: --no-dlq"],
        ),
        (
            Evidence { dlq: Reach::Read(stock("t-dlq", &dlq, old(2))), ..base() },
            &["t-dlq holds 2 records of older versions"],
        ),
        (
            Evidence { groups: &behind, ..base() },
            &["group g stands at 9 in partition 0, before 10 (and so in 1 more)"],
        ),
        (Evidence { groups: &silent, ..base() }, &["where group g stands is not known: denied"]),
        (
            Evidence { groups_unknown: Some("as far as may be seen"), ..base() },
            &["there may be further groups: as far as may be seen"],
        ),
    ];
    for (evidence, missing) in rows {
        let found = phase(&evidence);
        assert_eq!(sentences(&found), missing, "{evidence:?}");
        let name = if missing.is_empty() { "old_version_gone" } else { "not_proven" };
        assert_eq!(found.as_str(), name);
    }
    // Mixed: a group has to come past the last older record.
    let groups = [group("g", &[(1, Some(40))]), group("h", &[(1, Some(41))])];
    let mixed = phase(&Evidence { topic: stock("t", &all, old(2)), groups: &groups, ..base() });
    assert_eq!(mixed.number(), Some(2));
    assert_eq!(
        sentences(&mixed),
        ["t holds 2 records of older versions", "group g stands at 40 in partition 1, before 41"]
    );
}

#[test]
fn a_report_sums_up_by_subject() {
    let mut usage = Usage::new();
    for offset in 10..16 {
        usage.add(at(0, offset, offset * 1_000), id(1));
    }
    usage.add(at(1, 10, 20_000), id(1));
    for offset in 16..18 {
        usage.add(at(0, offset, offset * 1_000), id(2));
    }
    usage.add(at(1, 11, i64::MAX), id(3));
    usage.add(at(1, 12, 0), id(9));
    usage.add(at(1, 13, 0), Carried::Undecodable("short"));
    usage.add(at(1, 14, 0), Carried::Nothing);
    let named = |subject: &str, version| Meaning::Version(Named { subject: subject.to_owned(), version });
    let meanings = BTreeMap::from([
        (Identity::Id(1), named("a", 1)),
        (Identity::Id(2), named("a", 2)),
        (Identity::Id(3), named("b", 4)),
        (Identity::Id(9), Meaning::Unknown("the registry has no schema with id 9".to_owned())),
    ]);
    let versions =
        |versions: &[u32]| SubjectVersions { versions: versions.iter().copied().collect::<BTreeSet<_>>() };
    let subjects = BTreeMap::from([
        ("a".to_owned(), versions(&[1, 2])),
        ("b".to_owned(), versions(&[4])),
        ("c".to_owned(), versions(&[1, 2])),
    ]);
    let coverage = whole(2);
    let report = UsageReport::of(&UsageInput {
        topic: "t",
        usage: &usage,
        coverage: &coverage,
        dlq: Some(("t-dlq", Err("it was not asked for"))),
        groups: &[],
        groups_unknown: None,
        meanings: &meanings,
        subjects: &subjects,
    });
    let rows: Vec<(&str, Option<u32>, &str, u64)> = report
        .subjects
        .iter()
        .map(|subject| (subject.subject.as_str(), subject.newest, subject.phase_name, subject.records))
        .collect();
    assert_eq!(
        rows,
        [("a", Some(2), "mixed", 9), ("b", Some(4), "one_version", 1), ("c", Some(2), "unseen", 0)]
    );
    let [first, second] = report.subjects[0].versions.as_slice() else { panic!("{report:?}") };
    assert_eq!((first.version, first.ids.as_slice(), first.records), (Some(1), [1].as_slice(), 7));
    assert!((second.share - 2.0 / 9.0).abs() < 1e-12);
    assert_eq!(first.partitions.len(), 2);
    assert_eq!(first.last_seen.unwrap().to_string(), "1970-01-01T00:00:20Z");
    assert_eq!(report.subjects[0].last_old, first.last_seen);
    // No calendar has this time.
    assert_eq!(report.subjects[1].versions[0].last_seen, None);
    assert_eq!(
        report.subjects[0].missing,
        [
            "t holds 7 records of older versions",
            "1 record of t with a schema that is not known",
            "t-dlq was not read in full: it was not asked for",
        ]
    );
    assert_eq!(report.unresolved[0].identity, "id 9");
    assert_eq!((report.undecodable[0].records, report.null_values, report.records), (1, 1, 13));
}

#[test]
fn json_without_versions_has_no_phase() {
    let mut usage = Usage::new();
    usage.add(at(0, 1, 0), Carried::Unversioned("E"));
    let event = Identity::Unversioned { event: "E".to_owned() };
    let meanings = BTreeMap::from([(event, Meaning::Unversioned { subject: "e".to_owned() })]);
    let (coverage, subjects) = (whole(1), BTreeMap::new());
    let report = UsageReport::of(&UsageInput {
        topic: "t",
        usage: &usage,
        coverage: &coverage,
        dlq: None,
        groups: &[],
        groups_unknown: None,
        meanings: &meanings,
        subjects: &subjects,
    });
    assert_eq!((report.subjects[0].phase, report.subjects[0].phase_name), (None, "unversioned"));
}
