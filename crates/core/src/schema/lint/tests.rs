//! Tests of lint: one row per rule, and that a good schema has none.

use std::fmt::Write as _;

use super::*;
use crate::schema::parse;
use crate::yaml::Source;

fn told_of(text: &str, docs: bool) -> Vec<String> {
    let schema =
        parse(&Source::new("s", text), &[]).unwrap_or_else(|findings| panic!("{text}: {findings:?}"));
    let found = lint(&schema, LintOptions { docs });
    found
        .iter()
        .map(|lint| format!("{} {}: {}", lint.kind.as_str(), lint.place.pointer, lint.message))
        .collect()
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

#[test]
fn each_rule_finds_its_kind() {
    let f = |rest: &str| record(&format!(r#"{{"name":"f",{rest}}}"#));
    let rows: Vec<(String, &[&str])> = vec![
        (f(r#""type":["null","string"],"default":null"#), &[]),
        (
            f(r#""type":["string","null"],"default":null"#),
            &["default-of-later-branch /fields/0/default: the default of `f` is not of the first branch of its union: it is null, and the first branch is string"],
        ),
        (
            f(r#""type":{"type":"array","items":["null","int"]},"default":[null,5,6]"#),
            &["default-of-later-branch /fields/0/default: the default of `f` is not of the first branch of its union: it is 5, and the first branch is null"],
        ),
        (
            f(r#""type":{"type":"enum","name":"E","symbols":["A"]}"#),
            &["enum-without-default /fields/0/type: the enum `E` has no default"],
        ),
        (f(r#""type":{"type":"enum","name":"E","symbols":["A"],"default":"A"}"#), &[]),
        (
            f(r#""type":{"type":"enum","name":"E","symbols":["A"],"default":"A"},"default":"B""#),
            &["default-misfit /fields/0/default: the default of `f` does not fit: \"B\" is no symbol of `E`"],
        ),
        (
            f(r#""type":"bytes","default":"a\u0100""#),
            &["default-misfit /fields/0/default: the default of `f` does not fit: 'Ā' is no byte: bytes are written as characters up to U+00FF"],
        ),
        (
            f(r#""type":{"type":"fixed","name":"F","size":2},"default":"abc""#),
            &["default-misfit /fields/0/default: the default of `f` does not fit: it has 3 bytes, and `F` has 2"],
        ),
        (f(r#""type":{"type":"fixed","name":"F","size":2},"default":"a\u00ff""#), &[]),
        (
            f(r#""type":"float","default":1e300"#),
            &["default-misfit /fields/0/default: the default of `f` does not fit: 1e300 is beyond what a float holds"],
        ),
        (
            f(r#""type":{"type":"record","name":"S","fields":[{"name":"x","type":"int"}]},"default":{"x":1,"y":2}"#),
            &["default-misfit /fields/0/default: the default of `f` does not fit: `y` is no field of `S`"],
        ),
        (
            f(r#""type":{"type":"string","logicalType":"colour"}"#),
            &["logical-type-ignored /fields/0/type: the logical type of `f`: `colour` is no logical type that Avro knows"],
        ),
        (
            f(r#""type":{"type":"int","logicalType":"timestamp-millis"}"#),
            &["logical-type-ignored /fields/0/type: the logical type of `f` counts for nothing: `timestamp-millis` fits long, not int"],
        ),
        (
            f(r#""type":"int","logicalType":"date""#),
            &["logical-type-ignored /fields/0: the logical type of `f` counts for nothing: it stands beside the type, not in it"],
        ),
        (
            record(r#"{"name":"ab","type":"int"},{"name":"aB","type":"int"}"#),
            &["name-collision /fields/1: field `aB` differs from `ab` by case only"],
        ),
        (
            record(r#"{"name":"a","type":"int","aliases":["a","b","c"]},{"name":"b","type":"int","aliases":["c"]}"#),
            &[
                "name-collision /fields/0: field `a` has an alias that is the name of the field `b`",
                "name-collision /fields/0: field `a` has its own name as an alias, which Java refuses to compare",
                "name-collision /fields/1: field `b` has the alias `c`, and so has the field `a`",
            ],
        ),
        (
            record(r#"{"name":"größe","type":"int","aliases":["x y"]}"#),
            &[
                "name-outside-specification /fields/0: field `größe` has a name that is not ASCII",
                "name-outside-specification /fields/0: field `größe` has the alias `x y`, which is no name",
            ],
        ),
        (
            r#"{"type":"enum","name":"ä.E","symbols":["Ö","A"],"default":"A"}"#.to_owned(),
            &[
                "name-outside-specification : symbols of the enum `ä.E` are not ASCII: `Ö`",
                "name-outside-specification : the enum name `ä.E` is not ASCII",
            ],
        ),
        (
            r#"[{"type":"fixed","name":"a.F","size":1},{"type":"fixed","name":"b.F","size":1}]"#.to_owned(),
            &[
                "name-collision /0: `a.F` has the unqualified name of `b.F`, and Java compares no more of it",
                "name-collision /1: `b.F` has the unqualified name of `a.F`, and Java compares no more of it",
            ],
        ),
        (
            r#"[{"type":"fixed","name":"Ab","size":1},{"type":"fixed","name":"AB","size":1}]"#.to_owned(),
            &[
                "name-collision /0: `Ab` differs from `AB` by case only",
                "name-collision /1: `AB` differs from `Ab` by case only",
            ],
        ),
        (
            // Aliases in a circle, one of both, and one of itself.
            r#"[{"type":"fixed","name":"A","size":1,"aliases":["B","Old","A"]},{"type":"fixed","name":"B","size":1,"aliases":["A","Old"]}]"#.to_owned(),
            &[
                "name-collision /0: `A` has its own name as an alias",
                "name-collision /0: `A` has the alias `A`, and so has `B`",
                "name-collision /0: `A` has the alias `B`, which is another type",
                "name-collision /0: `A` has the alias `Old`, and so has `B`",
                "name-collision /1: `B` has the alias `A`, and so has `A`",
                "name-collision /1: `B` has the alias `A`, which is another type",
                "name-collision /1: `B` has the alias `Old`, and so has `A`",
            ],
        ),
        (
            record(r#"{"name":"a","type":"int"},{"name":"me","type":"R"}"#),
            &["endless-record : the record `R` always contains itself: no value of it ever ends"],
        ),
        // Through another record, and through a union without a way out; the outermost record is not in the circle.
        (
            record(
                r#"{"name":"in","type":{"type":"record","name":"A","fields":[{"name":"b","type":["A",{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}]}]}}"#,
            ),
            &["endless-record /fields/0/type: the record `A` always contains itself: no value of it ever ends"],
        ),
        (
            record(r#"{"name":"s","type":{"type":"record","name":"S","fields":[{"name":"r","type":"R"}]}}"#),
            &[
                "endless-record : the record `R` always contains itself: no value of it ever ends",
                "endless-record /fields/0/type: the record `S` always contains itself: no value of it ever ends",
            ],
        ),
        (record(r#"{"name":"n","type":["R","null"]}"#), &[]),
        (record(r#"{"name":"n","type":{"type":"array","items":"R"}},{"name":"m","type":{"type":"map","values":"R"}}"#), &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(told_of(&text, false), expected, "{text}");
    }
}

#[test]
fn docs_are_asked_for_only_where_the_catalog_does() {
    let text = record(
        r#"{"name":"a","type":"int","doc":"what it is"},{"name":"b","type":"int"},{"name":"c","type":"int","doc":" "}"#,
    );
    assert_eq!(told_of(&text, false), [""; 0]);
    let expected = [
        "field-without-doc /fields/1: field `b` has no doc",
        "field-without-doc /fields/2: field `c` has no doc",
    ];
    assert_eq!(told_of(&text, true), expected);
}

#[test]
fn referenced_documents_are_not_looked_at_except_for_their_names() {
    let other = Source::new("other", r#"{"type":"enum","name":"a.E","symbols":["A"]}"#);
    let own = Source::new(
        "own",
        r#"{"type":"record","name":"b.R","fields":[{"name":"e","type":"a.E"},{"name":"o","type":{"type":"enum","name":"E","symbols":["B"],"default":"B"}}]}"#,
    );
    let schema = parse(&own, &[other]).unwrap();
    let found = lint(&schema, LintOptions::default());
    let messages: Vec<&str> = found.iter().map(|lint| lint.message.as_str()).collect();
    assert_eq!(messages, ["`b.E` has the unqualified name of `a.E`, and Java compares no more of it"]);
    let finding = found[0].diagnostic("own").to_string();
    assert!(finding.starts_with("own:1:86: warning: `b.E`"), "{finding}");
}

#[test]
fn a_long_way_into_a_circle_is_gone_once() {
    let mut fields = String::from(
        r#"{"name":"f","type":{"type":"record","name":"R0","fields":[{"name":"f","type":"R0"}]}}"#,
    );
    for n in 1..20_000 {
        let _ = write!(
            fields,
            r#",{{"name":"f{n}","type":{{"type":"record","name":"R{n}","fields":[{{"name":"f","type":"R{}"}}]}}}}"#,
            n - 1
        );
    }
    let expected =
        ["endless-record /fields/0/type: the record `R0` always contains itself: no value of it ever ends"];
    assert_eq!(told_of(&record(&fields), false), expected);
}

#[test]
fn many_findings_are_counted() {
    let fields: Vec<String> =
        (0..LINTS_LIMIT + 7).map(|n| format!(r#"{{"name":"f{n}","type":"int"}}"#)).collect();
    let found = told_of(&record(&fields.join(",")), true);
    assert_eq!(found.len(), LINTS_LIMIT + 1);
    assert!(found.last().unwrap().ends_with("7 further findings are not shown"));
}
