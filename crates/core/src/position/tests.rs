use super::freeze::in_words;
use super::*;

const NOW: i64 = 1_795_356_120_000;

#[test]
fn positions_are_read_as_they_are_written() {
    let places = |rows: &[(i32, Place)]| Position::Partitions(rows.iter().copied().collect());
    let rows = [
        ("start", Position::Start),
        ("end", Position::End),
        ("0", Position::Offset(0)),
        ("42", Position::Offset(42)),
        ("9223372036854775807", Position::Offset(i64::MAX)),
        ("all:42", Position::All(42)),
        ("-100", Position::BeforeEnd(100)),
        ("@1970-01-01T00:00:01Z", Position::Time(1_000)),
        ("@1970-01-01T01:00:01+01:00", Position::Time(1_000)),
        ("@1970-01-02", Position::Time(86_400_000)),
        ("@1500", Position::Time(1_500)),
        ("@-2h", Position::Time(NOW - 7_200_000)),
        ("0:42,3:17", places(&[(0, Place::Offset(42)), (3, Place::Offset(17))])),
        ("3:none", places(&[(3, Place::None)])),
    ];
    for (text, expected) in rows {
        assert_eq!(Position::parse(text, NOW), Ok(expected.clone()), "{text}");
        // What is written again means the same.
        assert_eq!(Position::parse(&expected.to_string(), NOW), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_position_is_told_with_what_would_be_one() {
    let rows = [
        ("", "`` is no position"),
        ("begin", "`begin` is no position"),
        ("4.2", "`4.2` is no position"),
        ("+4", "`+4` is no position"),
        ("-", "`-` is no position"),
        ("9223372036854775808", "`9223372036854775808` is no offset"),
        ("all:-1", "`-1` is no offset"),
        ("all:", "`` is no offset"),
        ("0:+1", "`+1` is no offset"),
        ("0:1,0:2", "partition 0 stands there twice"),
        ("0:1,", "`0:1,` is no position"),
        ("x:1", "`x` is no partition"),
        ("2147483648:1", "`2147483648` is no partition"),
        ("@", "`` is no time"),
        ("@14:02", "`14:02` is no time"),
        ("@2026-11-22T14:02:00", "`2026-11-22T14:02:00` is no time"),
        ("@2026-02-30", "`2026-02-30` is no time"),
        ("@-2", "`-2` is no time"),
        ("@99999999999999999999", "`99999999999999999999` lies outside"),
    ];
    for (text, sentence) in rows {
        let error = Position::parse(text, NOW).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{text}: {error}");
    }
}

fn facts(log_start: i64, end: i64) -> PartitionFacts {
    PartitionFacts { log_start, end, at_from: None, at_until: None }
}

fn frozen(from: &str, until: Option<&str>, facts: &[PartitionFacts]) -> Result<Frozen, FreezeError> {
    let parse = |text: &str| Position::parse(text, NOW).unwrap();
    let bounds = Bounds { from: parse(from), until: until.map(parse) };
    let facts = facts.iter().enumerate().map(|(number, facts)| (i32::try_from(number).unwrap(), *facts));
    freeze(&bounds, &facts.collect())
}

fn spans(frozen: &Frozen) -> Vec<(i32, i64, Option<i64>)> {
    frozen.spans.iter().map(|(partition, span)| (*partition, span.from, span.until)).collect()
}

#[test]
fn positions_become_offsets_of_each_partition() {
    let two = [facts(10, 100), facts(0, 5)];
    type Spans = &'static [(i32, i64, Option<i64>)];
    let rows: [(&str, Option<&str>, Spans); 9] = [
        ("start", Some("end"), &[(0, 10, Some(100)), (1, 0, Some(5))]),
        ("-20", Some("end"), &[(0, 80, Some(100)), (1, 0, Some(5))]),
        ("start", Some("-20"), &[(0, 10, Some(80)), (1, 0, Some(0))]),
        ("end", None, &[(0, 100, None), (1, 5, None)]),
        ("all:50", None, &[(0, 50, None), (1, 5, None)]),
        ("all:50", Some("end"), &[(0, 50, Some(100)), (1, 50, Some(50))]),
        ("0:20", Some("end"), &[(0, 20, Some(100))]),
        ("0:20,1:1", Some("0:30,1:2"), &[(0, 20, Some(30)), (1, 1, Some(2))]),
        // A partition that only one side names is left out.
        ("0:20", Some("1:2"), &[]),
    ];
    for (from, until, expected) in rows {
        assert_eq!(spans(&frozen(from, until, &two).unwrap()), expected, "{from} {until:?}");
    }
}

#[test]
fn an_end_is_never_behind_what_there_was_when_it_was_fixed() {
    let frozen = frozen("start", Some("all:1000"), &[facts(0, 5)]).unwrap();
    assert_eq!(spans(&frozen), [(0, 0, Some(5))]);
}

#[test]
fn what_is_gone_and_what_is_not_there_yet_is_said() {
    let log = [facts(10, 100)];
    let gone = frozen("3", Some("end"), &log).unwrap();
    assert_eq!(spans(&gone), [(0, 10, Some(100))]);
    assert_eq!(gone.remarks, [Remark::Gone { partition: 0, asked: 3, log_start: 10 }]);
    let behind = frozen("200", Some("end"), &log).unwrap();
    assert!(behind.spans[&0].is_empty());
    assert_eq!(behind.remarks, [Remark::BehindEnd { partition: 0, asked: 200, end: 100 }]);
    assert_eq!(frozen("10", Some("100"), &log).unwrap().remarks, []);
    // A range wholly before the log start is empty, and says so; an empty range that was asked for says nothing.
    let before = frozen("3", Some("7"), &log).unwrap();
    assert!(before.spans[&0].is_empty());
    assert_eq!(before.remarks, [Remark::Gone { partition: 0, asked: 3, log_start: 10 }]);
    assert_eq!(frozen("3", Some("3"), &log).unwrap().remarks, []);
}

#[test]
fn a_time_is_the_first_record_as_young_or_the_end() {
    let at = |from, until| PartitionFacts { at_from: from, at_until: until, ..facts(10, 100) };
    let rows = [
        (at(Some(40), Some(60)), (40, Some(60))),
        (at(None, None), (100, Some(100))),
        // A record of an unfinished transaction may be younger than the last stable offset.
        (at(Some(150), None), (100, Some(100))),
    ];
    for (facts, (from, until)) in rows {
        let frozen = frozen("@1000", Some("@2000"), &[facts]).unwrap();
        assert_eq!(spans(&frozen), [(0, from, until)]);
    }
}

#[test]
fn positions_that_mean_nothing_for_the_topic_are_refused() {
    let two = [facts(0, 9), facts(0, 9)];
    let rows = [
        ("4", "an offset alone is a place in one partition, and there are 2; write all:4"),
        ("2:4", "partition 2 is not among those that are read (0, 1)"),
        ("1:none", "`none` is a position for the commits of groups only"),
    ];
    for (from, sentence) in rows {
        let error = frozen(from, Some("end"), &two).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
    assert!(frozen("start", Some("4"), &two).is_err());
}

#[test]
fn partitions_are_said_in_runs() {
    let rows: [(&[i32], &str); 5] = [
        (&[], "none"),
        (&[3], "3"),
        (&[0, 1], "0, 1"),
        (&[0, 1, 2, 3], "0 to 3"),
        (&[0, 1, 2, 5, 7], "0 to 2, 5 and 7"),
    ];
    for (partitions, words) in rows {
        assert_eq!(in_words(partitions.iter().copied()), words);
    }
}
