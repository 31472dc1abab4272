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
    assert!(forward.earlier.clone().all(|old| compare(&versions[old], &new).is_compatible()));
}

fn union_of(names: impl Iterator<Item = String>, inside: &str) -> Schema {
    let branches: Vec<String> =
        names.map(|name| format!(r#"{{"type":"record","name":"{name}","fields":[{inside}]}}"#)).collect();
    read(&format!("[{}]", branches.join(",")))
}

#[test]
fn unions_of_ten_thousand_branches_are_judged() {
    let reader = union_of((0..10_000).map(|n| format!("N{n}")), r#"{"name":"x","type":"int"}"#);
    let fits = union_of((0..10_000).rev().map(|n| format!("N{n}")), r#"{"name":"x","type":"int"}"#);
    assert!(compare(&reader, &fits).is_compatible());
    let other = union_of((0..10_000).map(|n| format!("M{n}")), r#"{"name":"x","type":"int"}"#);
    let comparison = compare(&reader, &other);
    assert_eq!(
        (comparison.incompatibilities.len(), comparison.further),
        (FINDINGS_LIMIT, 10_000 - FINDINGS_LIMIT)
    );
    let Cause::MissingBranch { branches, .. } = &comparison.incompatibilities[0].cause else {
        panic!("a branch")
    };
    assert_eq!((branches.first.len(), branches.further), (100, 9_900));
}

#[test]
fn what_is_too_large_is_not_called_compatible() {
    // All of one unqualified name: each branch may be each other one.
    let alike = |space: &'static str, kind: &str| {
        union_of((0..10_000).map(|n| format!("{space}{n}.N")), &format!(r#"{{"name":"x","type":"{kind}"}}"#))
    };
    let comparison = compare(&alike("a", "int"), &alike("b", "string"));
    let kinds: Vec<&str> = comparison.incompatibilities.iter().map(|one| one.kind().as_str()).collect();
    assert_eq!(kinds, ["too-large"]);
    let sentence = comparison.incompatibilities[0].sentence(Direction::NewReadsOld, &["v2"], &["v1"]);
    assert_eq!(
        sentence,
        "the schemas are too large to be compared: there are more than 2000000 pairs of types: nobody knows whether a reader of v2 can read records written with v1"
    );
    // Recursive on both sides: Java looks inside of every record, whatever its name.
    let recursive = |name: &'static str| {
        let names = (0..10_000).map(move |n| format!("{name}{n}"));
        let branches: Vec<String> = names
            .map(|name| {
                format!(r#"{{"type":"record","name":"{name}","fields":[{{"name":"n","type":["null","{name}"]}}]}}"#)
            })
            .collect();
        read(&format!("[{}]", branches.join(",")))
    };
    let comparison = compare(&recursive("A"), &recursive("B"));
    assert_eq!(comparison.incompatibilities[0].kind(), IncompatibilityKind::TooLarge);
}

/// Types of which each has the one before as a field.
fn chain(length: usize, last: &str) -> Schema {
    let mut types =
        vec![format!(r#"{{"type":"record","name":"T0","fields":[{{"name":"f","type":"{last}"}}]}}"#)];
    types.extend((1..length).map(|n| {
        format!(r#"{{"type":"record","name":"T{n}","fields":[{{"name":"f","type":"T{}"}}]}}"#, n - 1)
    }));
    // The last one comes first in the walk, and leads through all the others.
    let fields: Vec<String> = types
        .iter()
        .rev()
        .enumerate()
        .map(|(n, text)| format!(r#"{{"name":"t{n}","type":{text}}}"#))
        .rev()
        .collect();
    read(&record(&fields.join(",")))
}

#[test]
fn ten_thousand_types_deep_is_no_deeper_than_one() {
    let (reader, writer) = (chain(10_000, "int"), chain(10_000, "string"));
    let comparison = compare(&reader, &writer);
    assert_eq!(comparison.incompatibilities.len(), 1, "one pair of types is told once");
    assert!(compare(&reader, &reader).is_compatible());
    assert!(crate::schema::same(&reader, &reader) && !crate::schema::same(&reader, &writer));
    assert_eq!(crate::schema::diff::diff(&reader, &writer).items.len(), 1);
    assert!(crate::schema::parsing_form(&reader).len() > 10_000);
}

#[test]
fn aliases_in_a_circle_end() {
    let circle = r#"[{"type":"record","name":"A","aliases":["B"],"fields":[{"name":"b","type":["null",{"type":"record","name":"B","aliases":["A"],"fields":[{"name":"a","type":["null","A"]}]}]}]}]"#;
    let swapped = circle.replace("\"A\"", "\"X\"").replace("\"B\"", "\"A\"").replace("\"X\"", "\"B\"");
    for (reader, writer) in [(circle, circle), (circle, &swapped), (&swapped, circle)] {
        assert!(compare(&read(reader), &read(writer)).is_compatible());
        let _ = crate::schema::diff::diff(&read(reader), &read(writer));
    }
}
