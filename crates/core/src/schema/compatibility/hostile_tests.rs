//! Pairs of schemas that are made to take forever: each is judged, or called too large, soon.

use super::*;
use crate::schema::level::Direction;
use crate::schema::parse;
use crate::yaml::Source;

fn read(text: &str) -> Schema {
    parse(&Source::new("s", text), &[]).unwrap_or_else(|findings| panic!("{text:.200}: {findings:?}"))
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
    read(&format!(r#"{{"type":"record","name":"R","fields":[{}]}}"#, fields.join(",")))
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
