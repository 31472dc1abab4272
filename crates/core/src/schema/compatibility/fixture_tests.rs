//! Our verdicts against those of Avro's Java library (`dev/avro-oracle`).

use std::collections::BTreeSet;

use super::*;
use crate::catalog::Compatibility;
use crate::schema::level::{Direction, demands};
use crate::schema::parse;
use crate::yaml::Source;

/// The lines of a fixture file; a test that sees too few of them fails.
fn lines(text: &'static str, least: usize) -> Vec<serde_json::Value> {
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(lines.len() >= least, "only {} lines", lines.len());
    lines
}

fn schema(json: &serde_json::Value) -> Schema {
    let text = json.to_string();
    parse(&Source::new("fixture", &text), &[]).unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
}

/// The schema; none where it refers to a type before it defines it, which we refuse and Java 1.12 does not.
fn known(json: &serde_json::Value) -> Option<Schema> {
    match parse(&Source::new("fixture", &json.to_string()), &[]) {
        Ok(schema) => Some(schema),
        Err(findings) => {
            let forward = findings.iter().all(|finding| finding.message.contains("not defined before"));
            assert!(forward, "{json}: {findings:?}");
            None
        }
    }
}

/// The word that Java has for a finding. It calls all of what we find in a branch a missing branch.
fn java(finding: &Incompatibility) -> &'static str {
    match &finding.cause {
        _ if finding.in_branch => "MISSING_UNION_BRANCH",
        Cause::MissingDefault { enum_default: true } | Cause::TypeMismatch { .. } => "TYPE_MISMATCH",
        Cause::MissingDefault { enum_default: false } => "READER_FIELD_MISSING_DEFAULT_VALUE",
        Cause::NameMismatch { .. } => "NAME_MISMATCH",
        Cause::FixedSizeMismatch { .. } => "FIXED_SIZE_MISMATCH",
        Cause::MissingSymbols { .. } => "MISSING_ENUM_SYMBOLS",
        Cause::MissingBranch { .. } => "MISSING_UNION_BRANCH",
        Cause::AmbiguousField { .. } => "an exception",
        Cause::TooLarge { .. } => "nothing",
    }
}

#[test]
fn each_pair_has_the_verdict_and_the_kinds_of_findings_of_java() {
    let rows = lines(include_str!("../../../fixtures/avro/verdicts.jsonl"), 200);
    let (mut fit, mut forward, mut wrong) = (0, 0, Vec::new());
    for row in &rows {
        let (Some(reader), Some(writer)) = (known(&row["reader"]), known(&row["writer"])) else {
            forward += 1;
            continue;
        };
        let comparison = compare(&reader, &writer);
        let expected = row["compatible"].as_bool().expect("a verdict");
        fit += usize::from(expected);
        let found: BTreeSet<&str> = comparison.incompatibilities.iter().map(java).collect();
        if row.get("error").is_some() {
            // The exception hides what else is wrong.
            if !found.contains("an exception") {
                wrong.push(format!("{}: throws; we find {found:?}", row["name"]));
            }
            continue;
        }
        let kinds: BTreeSet<&str> = row["incompatibilities"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["type"].as_str().expect("a kind"))
            .collect();
        if comparison.is_compatible() != expected || found != kinds {
            wrong.push(format!("{}: {kinds:?}; we find {found:?}", row["name"]));
        }
    }
    assert!(forward * 50 < rows.len(), "{forward} rows are left out");
    assert!(fit >= 200 && rows.len() - fit >= 200, "both verdicts are in the table");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn each_level_has_the_verdict_of_java() {
    let rows = lines(include_str!("../../../fixtures/avro/levels.jsonl"), 100);
    for row in rows {
        let earlier: Vec<Schema> = row["earlier"].as_array().expect("a list").iter().map(schema).collect();
        let new = schema(&row["new"]);
        for (word, _) in Compatibility::WORDS {
            let level = Compatibility::of(word).expect("a level");
            let demands = demands(level, earlier.len());
            let fits = earlier[demands.earlier].iter().all(|old| {
                demands.directions.iter().all(|direction| match direction {
                    Direction::NewReadsOld => compare(&new, old).is_compatible(),
                    Direction::OldReadsNew => compare(old, &new).is_compatible(),
                })
            });
            assert_eq!(Some(fits), row["compatible"][word].as_bool(), "{}: {word}", row["name"]);
        }
    }
}
