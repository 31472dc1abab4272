//! Tables: which commits are looked at, where they stand, and what is said about them.

use super::*;
use crate::consume::{Kept, Shown, Value};
use crate::groups::live::GroupState;
use crate::groups::samples::{commits, fault, group, key, name, unsupported_group};
use crate::record::json::Body;
use crate::record::{Record, TimestampType};

fn choice(topics: &[&str], partitions: &[i32]) -> Choice {
    let topics = topics.iter().map(|topic| topic.parse().unwrap()).collect();
    Choice { group: name("g"), topics, partitions: partitions.iter().copied().collect() }
}

fn known(log_start: i64, last_stable: i64, high_watermark: i64) -> Ends {
    Ends::Known { log_start, high_watermark, last_stable }
}

fn facts(offset: i64, ends: Option<Ends>) -> PeekFacts {
    PeekFacts {
        cluster: None,
        live: Seen::Present(group("g", GroupState::Empty, 0)),
        commits: Ok(commits(&[("orders", 0, offset)])),
        left_out: 0,
        topics: [("orders".parse().unwrap(), Seen::Present(()))].into(),
        ends: ends.map(|ends| (key("orders", 0), ends)).into_iter().collect(),
    }
}

fn kept(offset: i64) -> Kept {
    let record = Record {
        topic: "orders",
        partition: 0,
        offset,
        timestamp: 0,
        timestamp_type: TimestampType::Create,
        key: None,
        value: Some(b"1.10"),
        headers: &[],
    };
    Kept::of(&Shown {
        record: &record,
        key: Body::Null,
        key_text: None,
        value: Value::Json { text: "1.10", whole: true },
        event: None,
        schema: None,
        problem: None,
    })
}

#[test]
fn twenty_partitions_are_looked_at_unless_some_are_chosen() {
    let rows: Vec<(&str, i32, i64)> =
        (0..30).flat_map(|partition| [("orders", partition, 1), ("payments", partition, 1)]).collect();
    let all = commits(&rows);
    let table: [(&[&str], &[i32], usize, usize); 5] = [
        (&[], &[], 20, 40),
        (&["orders"], &[], 30, 0),
        (&[], &[3, 29], 4, 0),
        (&["payments"], &[3], 1, 0),
        (&["absent"], &[], 0, 0),
    ];
    for (topics, partitions, looked_at, left_out) in table {
        let (chosen, left) = choice(topics, partitions).of(all.clone());
        assert_eq!((chosen.len(), left), (looked_at, left_out), "{topics:?} {partitions:?}");
    }
}

#[test]
fn each_standing_has_its_name_and_only_readable_logs_are_read() {
    use Standing::{
        AheadOfEnd, AtEnd, BehindOpenTransaction, BelowLogStart, Missing, NoLeader, Unknown, Unread,
    };
    let rows = [
        (Some(known(0, 10, 10)), 4, Unread, true),
        (Some(known(0, 10, 10)), 10, AtEnd, true),
        (Some(known(5, 10, 10)), 4, BelowLogStart, true),
        (Some(known(0, 10, 10)), 11, AheadOfEnd, true),
        (Some(known(0, 8, 10)), 8, BehindOpenTransaction, true),
        (Some(known(0, 8, 10)), 9, BehindOpenTransaction, true),
        (Some(known(0, 8, 10)), 10, AtEnd, true),
        (Some(Ends::NoLeader), 4, NoLeader, false),
        (Some(Ends::Unknown(fault())), 4, Unknown, false),
        (None, 4, Missing, false),
    ];
    for (ends, offset, standing, is_read) in rows {
        let peek = peek(&choice(&[], &[]), facts(offset, ends.clone()));
        let row = &peek.partitions[0];
        assert_eq!((row.standing, row.committed), (standing, Some(offset)), "{ends:?}");
        assert_eq!(peek.places().len(), usize::from(is_read), "{ends:?}");
        let findings = matches!(standing, BelowLogStart | AheadOfEnd | Missing);
        let unknown = matches!(standing, NoLeader | Unknown);
        assert_eq!((peek.has_findings(), peek.has_unknown()), (findings, unknown), "{ends:?}");
    }
}

#[test]
fn what_cannot_be_seen_is_never_called_absent() {
    let told = |live, commits, topics: &[&str], seen| {
        let topic = "orders".parse().unwrap();
        let facts =
            PeekFacts { live, commits, topics: [(topic, seen)].into(), ..facts(1, Some(known(0, 5, 5))) };
        let peek = peek(&choice(topics, &[]), facts);
        let unknown: Vec<String> = peek.unknown.iter().map(|it| it.text.clone()).collect();
        (peek.missing, peek.partitions.len(), unknown)
    };
    let present = || Seen::Present(group("g", GroupState::Empty, 0));
    let one = || Ok(commits(&[("orders", 0, 1)]));
    let commits_unknown = vec!["what it has committed could not be found out".to_owned()];
    assert_eq!(told(Seen::Absent, Ok(Commits::new()), &[], Seen::Absent), (true, 0, vec![]));
    let exists = vec!["whether it exists could not be found out".to_owned()];
    assert_eq!(told(Seen::Unknown(fault()), Err(fault()), &[], Seen::Absent), (false, 0, exists));
    let share = Seen::Present(unsupported_group("g"));
    assert_eq!(told(share, Ok(Commits::new()), &[], Seen::Absent), (false, 0, commits_unknown.clone()));
    assert_eq!(told(present(), Err(fault()), &[], Seen::Present(())), (false, 0, commits_unknown));
    let denied = vec!["what it has committed in orders could not be found out".to_owned()];
    assert_eq!(told(present(), Ok(Commits::new()), &["orders"], Seen::Unknown(fault())), (false, 0, denied));
    assert_eq!(told(present(), one(), &["orders"], Seen::Unknown(fault())), (false, 1, vec![]));
    let mut partly = facts(1, Some(known(0, 5, 5)));
    partly.commits = Ok([(key("orders", 0), Err(fault())), (key("orders", 1), Ok(None))].into());
    let peek = peek(&choice(&[], &[]), partly);
    let standings: Vec<Standing> = peek.partitions.iter().map(|row| row.standing).collect();
    assert_eq!(standings, [Standing::Unknown, Standing::NoCommit]);
    assert!(peek.has_unknown() && peek.places().is_empty());
}

#[test]
fn what_was_found_is_told_with_what_was_not() {
    let found = |offsets: &[i64], from, until| {
        let side = |offset: &i64| if *offset < 200_000 { Side::Before } else { Side::After };
        Found { records: offsets.iter().map(|offset| (side(offset), kept(*offset))).collect(), from, until }
    };
    type Row = (i64, Found<Kept>, Option<Fault>, Standing, &'static str);
    let rows: [Row; 6] = [
        (400_000, found(&[199_990, 199_999, 200_000, 200_001], 199_936, 300_000), None, Standing::Unread, ""),
        (
            400_000,
            found(&[200_000], 100_000, 300_000),
            None,
            Standing::Unread,
            "no more records were found before it, as far as 100000 offsets back; \
             no more records were found behind it, as far as 100000 offsets on",
        ),
        // The log begins there.
        (200_001, found(&[7, 200_000], 5, 200_001), None, Standing::Unread, ""),
        (
            200_001,
            found(&[7, 8], 5, 200_001),
            None,
            Standing::AtEnd,
            "1 offset from it on hold no record, such as markers of transactions",
        ),
        (200_000, found(&[7, 8], 5, 200_000), None, Standing::AtEnd, ""),
        (
            200_001,
            found(&[7], 5, 200_001),
            Some(fault()),
            Standing::Unknown,
            "not all records around it could be read",
        ),
    ];
    for (end, found, fault, standing, notes) in rows {
        let mut peek = peek(&choice(&[], &[]), facts(200_000, Some(known(5, end, end))));
        let records = found.records.len();
        peek.fill(&key("orders", 0), 2, found, fault);
        let row = &peek.partitions[0];
        assert_eq!((row.standing, row.notes.join("; ").as_str()), (standing, notes));
        assert_eq!(row.records.len(), records);
    }
}

#[test]
fn a_record_has_its_side_and_the_fields_of_a_line_as_they_were_written() {
    let mut peek = peek(&choice(&[], &[]), facts(4, Some(known(0, 9, 9))));
    let records = vec![(Side::Before, kept(3)), (Side::After, kept(4))];
    peek.fill(&key("orders", 0), 1, Found { records, from: 0, until: 9 }, None);
    let text = serde_json::to_string_pretty(&peek).unwrap();
    for offset in [3, 4] {
        let side = if offset == 3 { "before" } else { "after" };
        let line = format!(
            "{{\"side\":\"{side}\",\"topic\":\"orders\",\"partition\":0,\"offset\":{offset},\"timestamp\":0,\
             \"timestamp_type\":\"create\",\"key\":null,\"key_encoding\":\"null\",\"value\":1.10,\
             \"value_encoding\":\"json\",\"headers\":[]}}"
        );
        assert!(text.contains(&line), "{text}");
    }
}
