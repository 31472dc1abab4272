//! Schemas that are made to hurt: each is read or refused with a word, soon.

use std::time::{Duration, Instant};

use super::compatibility::compare;
use super::diff::diff;
use super::lint::{LintOptions, lint};
use super::*;
use crate::yaml::Source;

/// Far more than anything here needs, and far less than what grows with a square of its size would take.
const SOON: Duration = Duration::from_secs(30);

fn read(text: &str) -> Result<Schema, Vec<String>> {
    let findings = parse(&Source::new("s", text), &[]);
    findings.map_err(|findings| findings.into_iter().map(|finding| finding.message).collect())
}

/// Reads a schema and asks everything that can be asked of it.
fn everything(text: &str) -> Result<Schema, Vec<String>> {
    let schema = read(text)?;
    assert!(same(&schema, &schema));
    assert!(diff(&schema, &schema).is_empty());
    assert!(compare(&schema, &schema).is_compatible(), "{text:.200}");
    let _ = lint(&schema, LintOptions { docs: true });
    let _ = fingerprint::sha256(&parsing_form(&schema));
    Ok(schema)
}

fn nested(depth: usize, open: &str, close: &str) -> String {
    format!("{}\"int\"{}", open.repeat(depth), close.repeat(depth))
}

fn listed(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

#[test]
fn hostile_schemas_are_read_or_refused_soon() {
    let record = |fields: &str| format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#);
    let decimal = |numbers: &str| format!(r#"{{"type":"bytes","logicalType":"decimal",{numbers}}}"#);
    // The text, and what is said of it where it is refused.
    let rows: Vec<(String, Option<&str>)> = vec![
        (record(r#"{"name":"next","type":["null","R"],"default":null}"#), None),
        (record(r#"{"name":"self","type":"R"}"#), None),
        (
            record(r#"{"name":"s","type":{"type":"record","name":"S","fields":[{"name":"r","type":["null","R"]}]}}"#),
            None,
        ),
        (format!("[{}]", listed(10_000, |n| format!(r#"{{"type":"fixed","name":"F{n}","size":{n}}}"#))), None),
        (format!("[{}]", listed(100_000, |_| "\"int\"".to_owned())), Some("`int` stands twice in this union")),
        (r#"["int",["null"]]"#.to_owned(), Some("a union may not be a branch of a union")),
        (r#"["int","int"]"#.to_owned(), Some("`int` stands twice in this union")),
        (record(r#"{"name":"f","type":"int","default":"x"}"#), Some("this default is a string, and the type is int")),
        (record(r#"{"name":"f","type":["int","null"],"default":null}"#), None),
        (
            r#"{"type":"enum","name":"E","symbols":["A"],"default":"B"}"#.to_owned(),
            Some("the default `B` is none of the symbols"),
        ),
        (r#"{"type":"record","name":"Größe","fields":[]}"#.to_owned(), None),
        (
            r#"{"type":"record","name":"1R","fields":[]}"#.to_owned(),
            Some("a name begins with a letter or `_`, not with '1'"),
        ),
        (r#"{"type":"record","name":"R","namespace":"","fields":[]}"#.to_owned(), None),
        (
            r#"{"type":"record","name":"../../etc/passwd","fields":[]}"#.to_owned(),
            Some("a name begins with a letter or `_`, not with '/'"),
        ),
        (
            r#"[{"type":"fixed","name":"A","aliases":["B"],"size":1},{"type":"fixed","name":"B","aliases":["A"],"size":1}]"#
                .to_owned(),
            None,
        ),
        (decimal(r#""precision":0"#), None),
        (decimal(r#""precision":2,"scale":3"#), None),
        (decimal(r#""precision":99999999999"#), None),
        (r#"{"type":"string","logicalType":"timestamp-millis"}"#.to_owned(), None),
        (
            r#"{"type":"fixed","name":"F","size":2147483648}"#.to_owned(),
            Some("a fixed type needs a `size` in bytes, from 0 to 2147483639"),
        ),
        (nested(100, "{\"type\":\"array\",\"items\":", "}"), None),
        (
            nested(5_000, "{\"type\":\"array\",\"items\":", "}"),
            Some("this schema is nested deeper than 128 levels"),
        ),
        (nested(100, "{\"type\":", "}"), Some("`type` is a word here, not an object")),
        (nested(100_000, "{\"type\":", "}"), Some("this schema is nested deeper than 128 levels")),
        ("[".repeat(1_000_000), Some("this schema is nested deeper than 128 levels")),
        (r#"{"type":"int","type":"long"}"#.to_owned(), Some("this name stands twice in its object")),
        (record(&listed(50_000, |n| format!(r#"{{"name":"f{n}","type":"int","doc":"{}"}}"#, "x".repeat(100)))), None),
        (
            record(&listed(50_000, |n| format!(r#"{{"name":"f{n}","type":"Missing{n}"}}"#))),
            Some("the type `Missing0` is not defined before this place"),
        ),
        (format!("\"{}\"", "x".repeat(10_000_000)), Some("is not defined before this place")),
        (String::new(), Some("this is not JSON: the text ends too early")),
        ("\0".to_owned(), Some("this is not JSON: expected a value")),
    ];
    let begun = Instant::now();
    for (text, expected) in rows {
        let shown: String = text.chars().take(80).collect();
        match (everything(&text), expected) {
            (Ok(_), None) => {}
            (Err(messages), Some(expected)) if messages[0].contains(expected) => {
                assert!(messages.len() <= 1_001, "{shown}: {} findings", messages.len());
            }
            (found, expected) => panic!("{shown}: expected {expected:?}, found {:?}", found.map(|_| ())),
        }
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[test]
fn defaults_that_hold_defaults_are_checked_once_each() {
    // Each record holds the one before twice, by default: the whole value has 2^100 parts.
    let mut fields = String::from(r#"{"name":"x","type":"int","default":1}"#);
    let mut types = Vec::new();
    for n in 0..100 {
        types.push(format!(r#"{{"type":"record","name":"R{n}","fields":[{fields}]}}"#));
        fields = format!(
            r#"{{"name":"a","type":"R{n}","default":{{}}}},{{"name":"b","type":"R{n}","default":{{}}}}"#
        );
    }
    let begun = Instant::now();
    everything(&format!("[{}]", types.join(","))).unwrap();
    assert!(begun.elapsed() < SOON);
}

#[test]
fn defaults_of_large_unions_are_bounded() {
    let branches = listed(10_000, |n| format!(r#"{{"type":"enum","name":"E{n}","symbols":["A"]}}"#));
    let items = listed(10_000, |_| "1".to_owned());
    let text = format!(
        r#"{{"type":"record","name":"R","fields":[{{"name":"f","type":{{"type":"array","items":[{branches},"int"]}},"default":[{items}]}}]}}"#
    );
    let begun = Instant::now();
    assert_eq!(read(&text).unwrap_err(), ["the defaults of this schema are too large to be checked"]);
    assert!(begun.elapsed() < SOON);
}

#[test]
fn references_are_followed_a_thousand_long_and_no_further() {
    let document = |n: usize| {
        let field = match n {
            0 => String::new(),
            _ => format!(r#"{{"name":"before","type":"T{}"}}"#, n - 1),
        };
        Source::new(&format!("t{n}"), &format!(r#"{{"type":"record","name":"T{n}","fields":[{field}]}}"#))
    };
    let documents: Vec<Source> = (0..=DOCUMENTS_LIMIT + 1).map(document).collect();
    let schema = parse(&documents[DOCUMENTS_LIMIT], &documents[..DOCUMENTS_LIMIT]).unwrap();
    assert_eq!(usize::from(schema.document()), DOCUMENTS_LIMIT);
    assert!(compare(&schema, &schema).is_compatible());
    let refused = parse(&documents[DOCUMENTS_LIMIT + 1], &documents[..=DOCUMENTS_LIMIT]).unwrap_err();
    assert_eq!(refused[0].message, "it refers to 1001 documents; 1000 are allowed");
    // What is missing, and a circle, which has no order in which each refers to ones before it.
    let missing = parse(&documents[5], &documents[..4]).unwrap_err();
    assert_eq!(missing[0].message, "the type `T4` is not defined before this place");
    let circle = [
        Source::new("a", r#"{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]}"#),
        Source::new("b", r#"{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}"#),
    ];
    let refused = parse(&circle[1], &circle[..1]).unwrap_err();
    assert_eq!((refused[0].source.as_str(), refused[0].message.contains("`B` is not defined")), ("a", true));
}
