//! What we read as a schema against what Avro's Java library does (`dev/avro-oracle`).

use super::*;
use crate::yaml::Source;

/// Why we refuse what Java takes: the exceptions at the head of `parse`, by what is said.
const EXCEPTIONS: [&str; 6] = [
    "this name stands twice in its object",
    "a lone surrogate is no character",
    "something follows the end",
    "is not defined before this place",
    "is defined twice",
    "nested deeper than 128 levels",
];

#[test]
fn texts_are_schemas_where_java_says_so() {
    let text = include_str!("../../fixtures/avro/parsing.jsonl");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(rows.len() >= 200, "only {} lines", rows.len());
    let (mut wrong, mut excepted) = (Vec::new(), 0);
    for row in &rows {
        let text = row["text"].as_str().expect("a text");
        let shown: String = text.chars().take(200).collect();
        let ours = parse(&Source::new("s", text), &[]);
        match (ours, row["parses"].as_bool().expect("a verdict")) {
            (Ok(schema), true) => {
                let (ours, java) = (parsing_form(&schema), row["canonical"].as_str().expect("a form"));
                if ours != java {
                    wrong.push(format!("{shown}\n   form {ours}\n   Java {java}"));
                }
            }
            (Err(_), false) => {}
            (Ok(_), false) if text.starts_with('\u{feff}') => excepted += 1,
            (Ok(_), false) => wrong.push(format!("{shown}\n   Java refuses: {}", row["message"])),
            (Err(findings), true) => {
                let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
                if EXCEPTIONS.iter().any(|exception| messages.iter().all(|m| m.contains(exception))) {
                    excepted += 1;
                } else {
                    wrong.push(format!("{shown}\n   Java takes it, we say {messages:?}"));
                }
            }
        }
    }
    assert!(excepted * 10 < rows.len(), "{excepted} exceptions");
    assert!(
        wrong.is_empty(),
        "{} of {} ({excepted} excepted):\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

#[test]
fn canonical_forms_and_fingerprints_are_those_of_java() {
    let text = include_str!("../../fixtures/avro/canonical.jsonl");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(rows.len() >= 150, "only {} lines", rows.len());
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for row in &rows {
        let text = row["schema"].to_string();
        let schema = parse(&Source::new("s", &text), &[]).unwrap_or_else(|found| panic!("{text}: {found:?}"));
        let form = parsing_form(&schema);
        assert_eq!(Some(form.as_str()), row["canonical"].as_str(), "{text}");
        let crc64 = fingerprint::crc64(&form);
        assert_eq!(row["crc64_avro_little_endian"], hex(&crc64.to_le_bytes()), "{text}");
        assert_eq!(
            row["crc64_avro_signed"].as_i64(),
            Some(i64::from_le_bytes(crc64.to_le_bytes())),
            "{text}"
        );
        assert_eq!(row["md5"], hex(&fingerprint::md5(&form)), "{text}");
        assert_eq!(row["sha256"], hex(&fingerprint::sha256(&form)), "{text}");
    }
}
