//! Tables of what is said of pairs of schemas, and of pairs that are made to take forever.

use super::*;
use crate::catalog::Compatibility;
use crate::schema::level::{Direction, demands};
use crate::schema::parse;
use crate::yaml::Source;

fn read(text: &str) -> Schema {
    parse(&Source::new("s", text), &[]).unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

fn field(rest: &str) -> String {
    record(&format!(r#"{{"name":"f",{rest}}}"#))
}

/// One row: the reader, the writer, and for each finding its kind and its three wordings.
type Row = (String, String, Vec<(&'static str, [&'static str; 3])>);

fn check(rows: Vec<Row>) {
    for (reader, writer, expected) in rows {
        let comparison = compare(&read(&reader), &read(&writer));
        let found: Vec<(&str, [String; 3])> = comparison
            .incompatibilities
            .iter()
            .map(|one| {
                let changes =
                    [Direction::NewReadsOld, Direction::OldReadsNew].map(|direction| one.change(direction));
                let [backward, forward] = changes;
                (one.kind().as_str(), [one.message(), backward, forward])
            })
            .collect();
        let expected: Vec<(&str, [String; 3])> =
            expected.into_iter().map(|(kind, texts)| (kind, texts.map(str::to_owned))).collect();
        assert_eq!(found, expected, "{reader} reads {writer}");
    }
}

#[test]
fn each_cause_is_told_in_three_ways() {
    let enumeration = |rest: &str| field(&format!(r#""type":{{"type":"enum","name":"E",{rest}}}"#));
    check(vec![
        (
            field(r#""type":"string""#),
            record(""),
            vec![(
                "missing-default",
                [
                    "field `f` has no default, and the writer has no such field",
                    "field `f` was added without a default",
                    "field `f` was removed, and it had no default",
                ],
            )],
        ),
        (
            enumeration(r#""symbols":["A"],"default":"A""#),
            record(""),
            vec![(
                "missing-default",
                [
                    "field `f` has no default, and the writer has no such field (the default of its enum is for unknown symbols)",
                    "field `f` was added without a default (the default of its enum is for unknown symbols)",
                    "field `f` was removed, and it had no default (the default of its enum is for unknown symbols)",
                ],
            )],
        ),
        (
            field(r#""type":"int""#),
            field(r#""type":{"type":"string","logicalType":"uuid"}"#),
            vec![(
                "type-mismatch",
                [
                    "`f` is read as int and written as uuid over string",
                    "`f` was uuid over string and is now int",
                    "`f` was int and is now uuid over string",
                ],
            )],
        ),
        (
            field(r#""type":"int""#),
            field(r#""type":["null","int"]"#),
            vec![(
                "type-mismatch",
                [
                    "`f` is read as int and may be written as null",
                    "`f` could be null and is now int",
                    "`f` was int and may now be null",
                ],
            )],
        ),
        (
            field(r#""type":["null","int"]"#),
            field(r#""type":["null","int","string"]"#),
            vec![(
                "missing-branch",
                [
                    "`f<string>` may be written as string, and the reader's union has null or int",
                    "`f` could be string and may now only be null or int",
                    "`f` could only be null or int and may now be string",
                ],
            )],
        ),
        (
            r#"{"type":"record","name":"a.New","fields":[]}"#.to_owned(),
            r#"{"type":"record","name":"a.Old","fields":[]}"#.to_owned(),
            vec![(
                "name-mismatch",
                [
                    "the schema is the record `a.New` to the reader and `a.Old` to the writer",
                    "the record `a.Old` of the schema was renamed `a.New` without an alias",
                    "the record `a.New` of the schema was renamed `a.Old`, which the old schema does not know",
                ],
            )],
        ),
        (
            field(r#""type":{"type":"fixed","name":"F","size":1}"#),
            field(r#""type":{"type":"fixed","name":"F","size":2}"#),
            vec![(
                "fixed-size-mismatch",
                [
                    "`f` is read as 1 byte and written as 2 bytes",
                    "`f` had 2 bytes and has now 1 byte",
                    "`f` had 1 byte and has now 2 bytes",
                ],
            )],
        ),
        (
            enumeration(r#""symbols":["A"]"#),
            enumeration(r#""symbols":["A","C","B"]"#),
            vec![(
                "missing-symbols",
                [
                    "the reader's enum of `f` has neither C or B nor a default",
                    "the enum of `f` lost C and B and has no default",
                    "the enum of `f` got C and B, and it had no default",
                ],
            )],
        ),
        (
            field(r#""type":"int","aliases":["g"]"#),
            record(r#"{"name":"f","type":"int"},{"name":"g","type":"int"}"#),
            vec![(
                "ambiguous-field",
                ["field `f` and its aliases name several fields of the writer: `f` and `g`"; 3],
            )],
        ),
    ]);
}

#[test]
fn all_findings_are_told_at_once_with_both_places() {
    let reader = r#"{"type":"record","name":"R","fields":[
        {"name":"summary","type":["null",{"type":"record","name":"S","fields":[
            {"name":"satisfaction","type":"int"},{"name":"new","type":"int"}]}]},
        {"name":"list","type":{"type":"array","items":{"type":"map","values":"int"}}},
        {"name":"now","aliases":["then"],"type":"int"}]}"#;
    let writer = r#"{"type":"record","name":"R","fields":[
        {"name":"then","type":"boolean"},
        {"name":"list","type":{"type":"array","items":{"type":"map","values":"string"}}},
        {"name":"summary","type":["null",{"type":"record","name":"S","fields":[{"name":"satisfaction","type":"string"}]}]}]}"#;
    let comparison = compare(&read(reader), &read(writer));
    let found: Vec<_> = comparison
        .incompatibilities
        .iter()
        .map(|one| {
            let (read, written) = (&one.reader, &one.writer);
            (
                one.kind().as_str(),
                one.in_branch,
                read.path.as_str(),
                read.pointer.as_str(),
                written.path.as_str(),
                written.pointer.as_str(),
            )
        })
        .collect();
    let expected = [
        (
            "type-mismatch",
            true,
            "summary.satisfaction",
            "/fields/0/type/1/fields/0/type",
            "summary.satisfaction",
            "/fields/2/type/1/fields/0/type",
        ),
        ("missing-default", true, "summary.new", "/fields/0/type/1/fields/1", "summary", "/fields/2/type/1"),
        (
            "type-mismatch",
            false,
            "list[]{}",
            "/fields/1/type/items/values",
            "list[]{}",
            "/fields/1/type/items/values",
        ),
        ("type-mismatch", false, "now", "/fields/2/type", "then", "/fields/0/type"),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        (comparison.incompatibilities[3].reader.span.line, comparison.incompatibilities[0].writer.span.line),
        (5, 4)
    );
}

#[test]
fn what_java_refuses_to_compare_is_told_also_where_no_data_go() {
    // The second branch fits; Java tries the first one before, and throws.
    let reader = r#"[{"type":"record","name":"A","fields":[{"name":"f","type":"int","aliases":["g"]}]},
        {"type":"record","name":"B","fields":[{"name":"f","type":"int"}]}]"#;
    let writer =
        r#"{"type":"record","name":"B","fields":[{"name":"f","type":"int"},{"name":"g","type":"int"}]}"#;
    let comparison = compare(&read(reader), &read(writer));
    let kinds: Vec<&str> = comparison.incompatibilities.iter().map(|one| one.kind().as_str()).collect();
    assert_eq!(kinds, ["ambiguous-field"]);
    assert_eq!(comparison.incompatibilities[0].reader.pointer, "/0/fields/0");
}

#[test]
fn a_sentence_names_the_versions_of_both_sides() {
    let comparison = compare(&read(&field(r#""type":"string""#)), &read(&record("")));
    let [finding] = &comparison.incompatibilities[..] else { panic!("one finding") };
    let rows: [(Direction, &[&str], &[&str], &str); 3] = [
        (
            Direction::NewReadsOld,
            &["v3"],
            &["v1", "v2"],
            "field `f` was added without a default: a reader of v3 cannot read records written with v1 and v2",
        ),
        (
            Direction::OldReadsNew,
            &["v1", "v2", "v3"],
            &["v4"],
            "field `f` was removed, and it had no default: readers of v1, v2 and v3 cannot read records written with v4",
        ),
        (
            Direction::NewReadsOld,
            &["agent-matched-event@v2"],
            &["agent-matched-event@7"],
            "field `f` was added without a default: a reader of agent-matched-event@v2 cannot read records written with agent-matched-event@7",
        ),
    ];
    for (direction, readers, writers, expected) in rows {
        assert_eq!(finding.sentence(direction, readers, writers), expected);
    }
}

#[test]
fn what_several_versions_have_in_common_is_said_once() {
    let versions = [
        record(""),
        record(r#"{"name":"g","type":"int"}"#),
        record(r#"{"name":"f","type":"string"},{"name":"g","type":"string"}"#),
    ];
    let new = read(&record(r#"{"name":"f","type":"string"},{"name":"g","type":"int","default":1}"#));
    let compared =
        (1..).zip(&versions).map(|(n, old)| (format!("v{n}"), compare(&new, &read(old)).incompatibilities));
    let told: Vec<String> = together(Direction::NewReadsOld, compared)
        .iter()
        .map(|(finding, labels)| finding.sentence(Direction::NewReadsOld, &["v4".to_owned()], labels))
        .collect();
    let expected = [
        "field `f` was added without a default: a reader of v4 cannot read records written with v1 and v2",
        "`g` was string and is now int: a reader of v4 cannot read records written with v3",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_changes_the_meaning_of_data_is_told_and_stays_compatible() {
    let of = |logical: &str, plain: &str| format!(r#""type":{{"type":"{plain}",{logical}}}"#);
    let decimal = |precision: u32, scale: u32| {
        of(&format!(r#""logicalType":"decimal","precision":{precision},"scale":{scale}"#), "bytes")
    };
    let logical = |name: &str, plain: &str| of(&format!(r#""logicalType":"{name}""#), plain);
    let plain = |name: &str| format!(r#""type":"{name}""#);
    let enumeration = |rest: &str| format!(r#""type":{{"type":"enum","name":"E",{rest}}}"#);
    let rows: Vec<(String, String, Vec<&str>)> = vec![
        (decimal(4, 2), decimal(4, 2), vec![]),
        (decimal(4, 2), decimal(4, 1), vec!["decimal-scale"]),
        (decimal(5, 2), decimal(4, 2), vec!["decimal-precision"]),
        (decimal(4, 2), plain("bytes"), vec!["logical-type-added"]),
        (plain("bytes"), decimal(4, 2), vec!["logical-type-removed"]),
        (plain("string"), decimal(4, 2), vec!["logical-type-removed", "bytes-as-text"]),
        (logical("timestamp-micros", "long"), logical("timestamp-millis", "long"), vec!["time-unit"]),
        (logical("timestamp-nanos", "long"), logical("timestamp-micros", "long"), vec!["time-unit"]),
        (logical("time-micros", "long"), logical("time-millis", "int"), vec!["time-unit"]),
        (
            logical("local-timestamp-millis", "long"),
            logical("local-timestamp-nanos", "long"),
            vec!["time-unit"],
        ),
        (
            logical("local-timestamp-millis", "long"),
            logical("timestamp-millis", "long"),
            vec!["logical-type-changed"],
        ),
        (logical("timestamp-millis", "long"), logical("date", "int"), vec!["logical-type-changed"]),
        (
            r#""type":{"type":"fixed","name":"F","size":12,"logicalType":"duration"}"#.to_owned(),
            r#""type":{"type":"fixed","name":"F","size":12,"logicalType":"decimal","precision":9}"#
                .to_owned(),
            vec!["logical-type-changed"],
        ),
        (plain("int"), logical("date", "int"), vec!["logical-type-removed"]),
        (logical("date", "int"), plain("int"), vec!["logical-type-added"]),
        (
            plain("double"),
            logical("timestamp-millis", "long"),
            vec!["logical-type-removed", "precision-lost"],
        ),
        (logical("uuid", "string"), plain("string"), vec!["logical-type-added"]),
        (logical("colour", "string"), plain("string"), vec![]),
        (plain("double"), plain("long"), vec!["precision-lost"]),
        (plain("float"), plain("long"), vec!["precision-lost"]),
        (plain("float"), plain("int"), vec!["precision-lost"]),
        (plain("double"), plain("int"), vec![]),
        (plain("double"), plain("float"), vec![]),
        (plain("long"), plain("int"), vec![]),
        (plain("bytes"), plain("string"), vec!["text-as-bytes"]),
        (plain("string"), plain("bytes"), vec!["bytes-as-text"]),
        (
            enumeration(r#""symbols":["A"],"default":"A""#),
            enumeration(r#""symbols":["A","B"]"#),
            vec!["symbols-swallowed"],
        ),
        (enumeration(r#""symbols":["B","A"],"default":"A""#), enumeration(r#""symbols":["A","B"]"#), vec![]),
        (
            r#""type":["null","float","double"]"#.to_owned(),
            plain("int"),
            vec!["ambiguous-branch", "precision-lost"],
        ),
        (r#""type":["long","int"]"#.to_owned(), plain("int"), vec![]),
        (r#""type":["null","long"]"#.to_owned(), plain("int"), vec![]),
        (
            r#""type":[{"type":"fixed","name":"b.F","size":1},{"type":"fixed","name":"c.F","size":1}]"#
                .to_owned(),
            r#""type":{"type":"fixed","name":"a.F","size":1}"#.to_owned(),
            vec!["ambiguous-branch"],
        ),
    ];
    for (reader, writer, expected) in rows {
        let comparison = compare(&read(&field(&reader)), &read(&field(&writer)));
        assert!(comparison.is_compatible(), "{reader} {writer}");
        let kinds: Vec<&str> = comparison.meanings.iter().map(|change| change.kind().as_str()).collect();
        assert_eq!(kinds, expected, "{reader} {writer}");
    }
}

#[test]
fn a_change_of_meaning_is_told_in_three_ways() {
    let micros = field(r#""type":{"type":"long","logicalType":"timestamp-micros"}"#);
    let millis = field(r#""type":{"type":"long","logicalType":"timestamp-millis"}"#);
    let small = field(r#""type":{"type":"enum","name":"E","symbols":["A"],"default":"A"}"#);
    let large = field(r#""type":{"type":"enum","name":"E","symbols":["A","B","C"]}"#);
    let union = field(r#""type":["null","long","double"]"#);
    let rows = [
        (
            &micros,
            &millis,
            [
                "`f` is written as timestamp-millis and read as timestamp-micros: the same numbers in another unit, so that every time is wrong",
                "`f` was timestamp-millis and is now timestamp-micros: readers get the same numbers in another unit, so that every time is wrong",
                "`f` was timestamp-micros and is now timestamp-millis: readers get the same numbers in another unit, so that every time is wrong",
            ],
        ),
        (
            &small,
            &large,
            [
                "the reader's enum of `f` lacks B and C, and takes its default A for that",
                "the enum of `f` lost B and C: readers take its default A for that",
                "the enum of `f` got B and C: readers take its old default A for that",
            ],
        ),
        (
            &union,
            &field(r#""type":"int""#),
            ["`f` is written as int and read as long, though double would take it as well"; 3],
        ),
    ];
    for (reader, writer, expected) in rows {
        let comparison = compare(&read(reader), &read(writer));
        let [change] = &comparison.meanings[..] else { panic!("{:?}", comparison.meanings) };
        let changes =
            [Direction::NewReadsOld, Direction::OldReadsNew].map(|direction| change.change(direction));
        let [backward, forward] = changes;
        assert_eq!([change.message(), backward, forward], expected.map(str::to_owned));
    }
}

#[test]
fn a_transitive_level_finds_what_breaks_the_first_version_only() {
    // v2 gave the field a default; v4 drops the default again, and adds it to nobody's data of v1.
    let versions = [
        record(r#"{"name":"id","type":"string"}"#),
        record(r#"{"name":"id","type":"string"},{"name":"priority","type":"string","default":"low"}"#),
        record(r#"{"name":"id","type":"string"},{"name":"priority","type":"string","default":"high"}"#),
    ];
    let versions: Vec<Schema> = versions.iter().map(|text| read(text)).collect();
    let new = read(&record(r#"{"name":"id","type":"string"},{"name":"priority","type":"string"}"#));
    let broken = |level| -> Vec<usize> {
        demands(level, versions.len())
            .earlier
            .filter(|old| !compare(&new, &versions[*old]).is_compatible())
            .collect()
    };
    assert_eq!(broken(Compatibility::Backward), [0_usize; 0]);
    assert_eq!(broken(Compatibility::BackwardTransitive), [0]);
    let forward = demands(Compatibility::ForwardTransitive, versions.len());
    assert!(forward.earlier.into_iter().all(|old| compare(&versions[old], &new).is_compatible()));
}
