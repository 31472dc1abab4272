//! Values of one schema as a reader of another one has them. That this is what Java does is tested by its fixtures;
//! here is what they do not say: the plain form, places and reasons.

use super::resolved;
use crate::codec::test_schemas::{referring, schema};
use crate::codec::{CompileError, Decoder, Style};

fn record(name: &str, fields: &str) -> String {
    format!(r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#)
}

fn field(name: &str, rest: &str) -> String {
    format!(r#"{{"name":"{name}","type":{rest}}}"#)
}

#[test]
fn fields_come_in_the_readers_order() {
    let writer = record(
        "R",
        &[field("a", "\"int\""), field("b", "\"string\""), field("c", "\"null\""), field("d", "\"boolean\"")]
            .join(","),
    );
    let datum = [2, 2, b'x', 1];
    let rows = [
        (vec![field("a", "\"long\""), field("d", "\"boolean\"")], "{\"a\":1,\"d\":true}"),
        (vec![field("d", "\"boolean\""), field("a", "\"int\"")], "{\"d\":true,\"a\":1}"),
        (
            vec![field("c", "\"null\""), field("b", "\"bytes\""), field("a", "\"double\"")],
            "{\"c\":null,\"b\":\"eA==\",\"a\":1.0}",
        ),
        (
            vec![
                field("x", "\"int\",\"default\":5"),
                field("c", "\"null\""),
                field("y", "[\"null\",\"int\"],\"default\":null"),
                field("a", "\"int\""),
                field("z", "\"string\",\"default\":\"q\\\"\""),
            ],
            "{\"x\":5,\"c\":null,\"y\":null,\"a\":1,\"z\":\"q\\\"\"}",
        ),
        (
            vec![
                field("x", "\"int\",\"default\":5"),
                field("b", "\"string\""),
                field("y", "\"int\",\"default\":6"),
                field("d", "\"boolean\""),
            ],
            "{\"x\":5,\"b\":\"x\",\"y\":6,\"d\":true}",
        ),
        (vec![], "{}"),
        (
            vec![field(
                "x",
                r#"{"type":"map","values":{"type":"array","items":["null","double"]}},"default":{"k":[null]}"#,
            )],
            "{\"x\":{\"k\":[null]}}",
        ),
    ];
    for (fields, expected) in rows {
        assert_eq!(resolved(&writer, &record("R", &fields.join(",")), &datum), expected);
    }
    // Inside of each other.
    let inner = |fields: &str| record("S", fields);
    let (a, b) = (field("a", "\"int\""), field("b", "\"int\""));
    let writer = record(
        "R",
        &[
            field("s", &format!(r#"{{"type":"array","items":{}}}"#, inner(&format!("{a},{b}")))),
            field("t", "\"S\""),
        ]
        .join(","),
    );
    let reader = record(
        "R",
        &[field("t", &inner(&format!("{b},{a}"))), field("s", r#"{"type":"array","items":"S"}"#)].join(","),
    );
    let expected = "{\"t\":{\"b\":6,\"a\":5},\"s\":[{\"b\":2,\"a\":1},{\"b\":4,\"a\":3}]}";
    assert_eq!(resolved(&writer, &reader, &[4, 2, 4, 6, 8, 0, 10, 12]), expected);
}

#[test]
fn defaults_of_records_are_completed_and_styled() {
    let deep = record(
        "D",
        &[
            field("day", r#"{"type":"int","logicalType":"date"},"default":1"#),
            field("raw", "\"bytes\",\"default\":\"ÿ\""),
            field("u", "[\"int\",\"string\"],\"default\":3"),
        ]
        .join(","),
    );
    let reader = record("R", &field("d", &format!("{deep},\"default\":{{\"u\":4}}")));
    assert_eq!(
        resolved(&record("R", ""), &reader, &[]),
        "{\"d\":{\"day\":\"1970-01-02\",\"raw\":\"/w==\",\"u\":4}}"
    );
    let decoder = Decoder::resolving(&schema(&record("R", "")), &schema(&reader), Style::TAGGED).unwrap();
    assert_eq!(super::text_of(&decoder, &[]), "{\"d\":{\"day\":1,\"raw\":\"ÿ\",\"u\":{\"int\":4}}}");
}

#[test]
fn the_default_of_a_union_is_of_the_first_branch_it_fits() {
    let rows = [
        (r#"[{"type":"map","values":"int"},"null"]"#, "null", "null"),
        (r#"[{"type":"record","name":"Q","fields":[]},"null"]"#, "null", "null"),
        (r#"["int","double"]"#, "1.5", "{\"double\":1.5}"),
        (r#"["int","long"]"#, "5000000000", "{\"long\":5000000000}"),
    ];
    for (union, default, expected) in rows {
        let reader = record("R", &field("f", &format!("{union},\"default\":{default}")));
        assert_eq!(resolved(&record("R", ""), &reader, &[]), format!("{{\"f\":{expected}}}"));
    }
}

#[test]
fn what_does_not_match_is_told_where_it_is_met() {
    let union = |branches: &str| record("R", &field("f", &format!("[{branches}]")));
    let writer = union("\"null\",\"string\",\"long\"");
    let reader = union("\"null\",\"int\",\"string\"");
    assert_eq!(resolved(&writer, &reader, &[0]), "{\"f\":null}");
    assert_eq!(resolved(&writer, &reader, &[2, 2, b'x']), "{\"f\":\"x\"}");
    assert_eq!(
        resolved(&writer, &reader, &[4, 2]),
        "no branch of the reader's union takes long (at /f, byte 1)"
    );
    let list = |item: &str| format!(r#"{{"type":"array","items":{item}}}"#);
    assert_eq!(resolved(&list("\"int\""), &list("\"string\""), &[0]), "[]");
    assert_eq!(
        resolved(&list("\"int\""), &list("\"string\""), &[2, 2, 0]),
        "the reader's string does not take int (at /0, byte 1)"
    );
    let kind =
        |name: &str, symbols: &str| format!(r#"{{"type":"enum","name":"{name}","symbols":[{symbols}]}}"#);
    let (written, read) = (kind("a.E", "\"A\",\"B\""), kind("b.E", "\"B\""));
    assert_eq!(resolved(&written, &read, &[2]), "\"B\"");
    assert_eq!(
        resolved(&written, &read, &[0]),
        "the reader's enum `b.E` has no default, and no symbol \"A\" (byte 1)"
    );
    assert_eq!(
        resolved(&written, &kind("E2", "\"A\""), &[0]),
        "the enum `a.E` was written, and the reader's is called `E2` (byte 0)"
    );
    let fixed = |size: u32| format!(r#"{{"type":"fixed","name":"F","size":{size}}}"#);
    assert_eq!(
        resolved(&fixed(1), &fixed(2), &[0]),
        "the fixed `F` was written with 1 bytes, and the reader's has 2 (byte 0)"
    );
    let missing =
        "the reader's record `R` needs the field `f`, which was not written and has no default (byte 0)";
    assert_eq!(resolved(&record("R", ""), &record("R", &field("f", "\"int\"")), &[]), missing);
    let (a, b) = (field("a", "\"int\""), field("b", "\"int\""));
    let both = record("R", &field("b", "\"int\",\"aliases\":[\"a\"]"));
    let twice = "the fields `a` and `b` were written, and both are the reader's `b` (byte 0)";
    assert_eq!(resolved(&record("R", &format!("{a},{b}")), &both, &[2, 2]), twice);
    let symbol = record("R", &field("e", &format!("{},\"default\":\"X\"", kind("E", "\"A\""))));
    let said = resolved(&record("R", ""), &symbol, &[]);
    assert!(said.starts_with("the default of the reader's field `e` does not fit: "), "{said}");
}

#[test]
fn faults_in_what_is_passed_over_are_told_by_the_field() {
    let writer =
        record("R", &[field("a", r#"{"type":"array","items":"string"}"#), field("b", "\"int\"")].join(","));
    let reader = record("R", &field("b", "\"int\""));
    assert_eq!(resolved(&writer, &reader, &[2, 4, b'x', b'y', 0, 2]), "{\"b\":1}");
    assert_eq!(
        resolved(&writer, &reader, &[2, 6, b'x', b'y']),
        "a length of 3 bytes where 2 are left (at /a, byte 1)"
    );
    assert_eq!(resolved(&writer, &reader, &[0]), "the data end within a number (at /b, byte 1)");
}

#[test]
fn aliases_are_followed() {
    let writer = record("old.R", &field("was", "\"int\""));
    let reader = r#"{"type":"record","name":"R","aliases":["old.R"],"fields":[{"name":"is","type":"int","aliases":["was"]}]}"#;
    assert_eq!(resolved(&writer, reader, &[2]), "{\"is\":1}");
    let branches = format!("[\"null\",{}]", reader.replace("\"int\"", "\"long\""));
    assert_eq!(resolved(&writer, &branches, &[2]), "{\"is\":1}");
    let unknown = reader.replace("old.R", "other.R");
    assert!(resolved(&writer, &unknown, &[2]).contains("needs the field `is`"));
}

#[test]
fn records_in_unions_are_matched_by_name_then_by_fields() {
    let (x, y) = (field("x", "\"int\""), field("y", "\"int\""));
    let reader = format!(
        "[\"null\",{},{},{}]",
        record("n.A", &x),
        record("n.B", &x),
        record("n.C", &format!("{x},{y}"))
    );
    let tagged = |writer: &str, datum: &[u8]| {
        let decoder = Decoder::resolving(&schema(writer), &schema(&reader), Style::TAGGED).unwrap();
        super::text_of(&decoder, datum)
    };
    assert_eq!(tagged(&record("n.B", &x), &[2]), "{\"n.B\":{\"x\":1}}", "by its full name");
    assert_eq!(tagged(&record("m.B", &x), &[2]), "{\"n.B\":{\"x\":1}}", "by its name and its fields");
    assert_eq!(tagged(&record("m.Z", &x), &[2]), "{\"n.A\":{\"x\":1}}", "the first of its fields");
    assert_eq!(
        tagged(&record("m.Z", &y), &[2]),
        "no branch of the reader's union takes record `m.Z` (byte 0)"
    );
}

#[test]
fn schemas_beyond_measure_are_refused() {
    // Each record holds a union with a record of another name, so that only its fields tell.
    let nested = |space: &str| {
        let mut text = record(&format!("{space}0"), "");
        for index in 1..40 {
            text = record(&format!("{space}{index}"), &field("f", &text));
        }
        text
    };
    assert!(Decoder::resolving(&schema(&nested("A")), &schema(&nested("B")), Style::PLAIN).is_ok());
    let records = |space: &str, reader: bool| {
        let of = |index: usize| match (index, reader) {
            (0, _) => record(&format!("{space}0"), &field("f", "\"null\"")),
            (_, false) => {
                record(&format!("{space}{index}"), &field("f", &format!("\"{space}{}\"", index - 1)))
            }
            (_, true) => record(
                &format!("{space}{index}"),
                &field("f", &format!("[\"null\",\"{space}{}\"]", index - 1)),
            ),
        };
        let records: Vec<String> = (0..200).map(of).collect();
        let root = if reader {
            format!("[\"null\",\"{space}199\"]")
        } else {
            format!("{{\"type\":\"{space}199\"}}")
        };
        referring(&root, &format!("[{}]", records.join(",")))
    };
    let refused = Decoder::resolving(&records("A", false), &records("B", true), Style::PLAIN);
    assert_eq!(refused.err(), Some(CompileError::Deep(64)));
    let many = |space: &str| {
        let of = |index: usize| record(&format!("{space}{index}"), &field(&format!("f{index}"), "\"int\""));
        format!("[{}]", (0..3_000).map(of).collect::<Vec<_>>().join(","))
    };
    let refused = Decoder::resolving(&schema(&many("A")), &schema(&many("B")), Style::PLAIN);
    assert_eq!(refused.err(), Some(CompileError::Comparisons(5_000_000)));
    assert!(Decoder::resolving(&schema(&many("A")), &schema(&many("A")), Style::PLAIN).is_ok());
}
