//! Whatever is read as a schema is a schema or an error; what holds of every schema holds of those that come out of
//! soup and of broken ones. The fuzz target `schema_parser` does the same without end.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::compatibility::{IncompatibilityKind, compare};
use super::diff::diff;
use super::lint::{LintOptions, lint};
use super::*;
use crate::json::{Json, Value};
use crate::yaml::Source;

/// What soup is made of.
const TOKENS: [&str; 48] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"type\":",
    "\"name\":",
    "\"fields\":[",
    "\"items\":",
    "\"values\":",
    "\"symbols\":[\"A\",\"B\"]",
    "\"size\":4",
    "\"default\":",
    "\"aliases\":[\"A\"]",
    "\"namespace\":\"n\"",
    "\"record\"",
    "\"enum\"",
    "\"fixed\"",
    "\"array\"",
    "\"map\"",
    "\"error\"",
    "\"null\"",
    "\"int\"",
    "\"long\"",
    "\"float\"",
    "\"double\"",
    "\"bytes\"",
    "\"string\"",
    "\"boolean\"",
    "\"A\"",
    "\"n.B\"",
    "\".C\"",
    "\"\"",
    "null",
    "0",
    "-1.5e3",
    "9223372036854775808",
    "\"\\ud800\"",
    "\"\\u00ff\"",
    "// c\n",
    "/*",
    "*/",
    "\"logicalType\":",
    "\"decimal\"",
    "\"precision\":4",
    "é",
    "\0",
];

/// Schemas as texts, out of the oracle's pairs.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../../fixtures/avro/verdicts.jsonl").lines();
    let rows = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON"));
    rows.flat_map(|row| [row["reader"].to_string(), row["writer"].to_string()]).collect()
});

/// A good schema, and what a few changes made of its text.
fn changed() -> impl Strategy<Value = (String, String)> {
    let change = (any::<prop::sample::Index>(), 0..12_usize, 0..TOKENS.len(), 0..4_u8);
    (any::<prop::sample::Index>(), prop::collection::vec(change, 0..4)).prop_map(|(text, changes)| {
        let original = text.get(&TEXTS).clone();
        let mut text = original.clone();
        for (at, length, token, how) in changes {
            let border =
                |wanted: usize| (0..=wanted.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            let from = border(at.index(text.len() + 1)).unwrap_or(0);
            let to = border(from + length).unwrap_or(from).max(from);
            let part = text[from..to].to_owned();
            match how {
                0 => text.replace_range(from..to, ""),
                1 => text.insert_str(from, TOKENS[token]),
                2 => text.replace_range(from..to, TOKENS[token]),
                _ => text.insert_str(from, &part),
            }
        }
        (original, text)
    })
}

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(TOKENS.to_vec()), 0..40).prop_map(|tokens| tokens.concat())
}

/// What a pointer leads to.
fn at<'a>(json: &'a Json, pointer: &str) -> Option<&'a Json> {
    pointer.split('/').skip(1).try_fold(json, |json, step| match &json.value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => json.get(step),
    })
}

fn read(text: &str) -> Option<Schema> {
    parse(&Source::new("s", text), &[]).ok()
}

/// What holds of every schema.
fn laws(text: &str) -> Option<Schema> {
    let schema = read(text)?;
    assert!(same(&schema, &schema), "{text}");
    assert!(diff(&schema, &schema).is_empty(), "{text}");
    let oneself = compare(&schema, &schema);
    let ambiguous = |kind| kind == IncompatibilityKind::AmbiguousField;
    assert!(oneself.incompatibilities.iter().all(|one| ambiguous(one.kind())), "{text}: {oneself:?}");
    for finding in lint(&schema, LintOptions { docs: true }) {
        assert!(!finding.message.is_empty());
    }
    // Every type stands where it says it does. Comments are no JSON, so that there is no tree to look into.
    if let Ok(json) = Json::read(text) {
        for (_, node) in schema.nodes() {
            let place = at(&json, &node.pointer).map(|json| (json.start, json.end));
            assert_eq!(place, Some((node.span.start, node.span.end)), "{} of {text}", node.pointer);
        }
    }
    Some(schema)
}

/// What holds of every two schemas.
fn laws_of_two(one: &Schema, other: &Schema) {
    let equal = same(one, other);
    assert_eq!(equal, same(other, one));
    let differences = diff(one, other);
    // Sameness and difference agree, both ways round.
    assert_eq!(equal, differences.is_empty(), "{:?}", differences.items);
    for comparison in [compare(one, other), compare(other, one)] {
        for finding in &comparison.incompatibilities {
            assert!(!finding.message().is_empty());
            assert!(finding.kind() != IncompatibilityKind::TooLarge);
        }
        assert!(
            !equal
                || comparison
                    .incompatibilities
                    .iter()
                    .all(|one| one.kind() == IncompatibilityKind::AmbiguousField)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_122),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_give_a_schema_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = Source::from_bytes("s", &bytes) {
            laws(&source.text);
        }
    }

    #[test]
    fn soup_gives_a_schema_or_an_error(text in soup()) {
        laws(&text);
    }

    #[test]
    fn broken_schemas_give_a_schema_or_an_error((original, text) in changed(), (other, _) in changed()) {
        let Some(schema) = laws(&text) else { return Ok(()) };
        for other in [original, other] {
            // Some of the oracle's schemas refer to what follows, which we refuse.
            if let Some(other) = read(&other) {
                laws_of_two(&schema, &other);
            }
        }
    }
}
