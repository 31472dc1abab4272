//! The fast forms against jq, over records and filters that are anything.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::codec::generate::{Entropy, datum, schema_text};
use crate::codec::{Decoder, Style};
use crate::filter::{Filter, Key, Meta, Verdict};
use crate::record::Header;
use crate::schema::{Schema, parse};
use crate::yaml::Source;

const META: Meta<'_> = Meta {
    topic: "t",
    partition: 1,
    offset: 9_007_199_254_740_993,
    timestamp: -1,
    key: Key::Text("Ab"),
    headers: &[Header { name: b"a", value: Some(b"1") }, Header { name: b"a", value: None }],
};

/// Literals as a filter writes them; those of 400 digits are no floats, and jaq does not know whether they are infinite.
const LITERALS: [&str; 34] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "1.0",
    "1e0",
    "10e-1",
    "-1",
    "1.5",
    "0.1",
    "7",
    "9007199254740993",
    "9007199254740992",
    "9007199254740992.0",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "123456789012345678901234567890",
    "1.2345678901234568e29",
    "1e400",
    "\"\"",
    "\"a\"",
    "\"A\"",
    "\"Ab\"",
    "\"\\u0041b\"",
    "\"é😀\"",
    "\"\\\"\\\\\\u0001\u{2028}\"",
    "\"NaN\"",
    "\"1\"",
    "\"Infinity\"",
];
const OPERATORS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const NAMES: [&str; 6] = ["a", "b", "string", "map", "é", "a b"];
const VARIABLES: [&str; 7] =
    ["$partition", "$offset", "$timestamp", "$key", "$topic", "$headers.a", "$headers[\"b\"]"];

fn path(entropy: &mut Entropy<'_>) -> String {
    if entropy.below(8) == 0 {
        return VARIABLES[entropy.below(VARIABLES.len())].to_owned();
    }
    (0..=entropy.below(3)).fold(String::new(), |path, _| {
        let name = NAMES[entropy.below(NAMES.len())];
        match entropy.below(3) {
            0 if name.is_ascii() && !name.contains(' ') => path + "." + name,
            1 => format!("{path}.\"{name}\""),
            _ if path.is_empty() => format!(".[\"{name}\"]"),
            _ => format!("{path}[\"{name}\"]"),
        }
    })
}

fn filter_text(entropy: &mut Entropy<'_>, depth: usize) -> String {
    match entropy.below(if depth == 0 { 5 } else { 9 }) {
        0 => path(entropy),
        1..5 => {
            // Three of four compare for equality, so that something matches.
            let operator = OPERATORS[entropy.below(OPERATORS.len() * 3).saturating_sub(12)];
            let path = path(entropy);
            let mut literal = LITERALS[entropy.below(LITERALS.len())];
            // Variables that are numbers are not compared with texts.
            if path.starts_with('$') && literal.starts_with('"') && !path.starts_with("$key") {
                literal = "1";
            }
            if entropy.below(3) == 0 {
                format!("{literal} {operator} {path}")
            } else {
                format!("{path} {operator} {literal}")
            }
        }
        5 | 6 => format!("({}) and {}", filter_text(entropy, depth - 1), filter_text(entropy, depth - 1)),
        7 => format!("{} or ({})", filter_text(entropy, depth - 1), filter_text(entropy, depth - 1)),
        _ => format!("({} | not)", filter_text(entropy, depth - 1)),
    }
}

fn json_string(entropy: &mut Entropy<'_>, text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        let must = character < ' ' || matches!(character, '"' | '\\');
        if must || entropy.below(6) == 0 {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = if entropy.below(2) == 0 {
                    write!(out, "\\u{unit:04x}")
                } else {
                    write!(out, "\\u{unit:04X}")
                };
            }
        } else {
            out.push(character);
        }
    }
    out.push('"');
}

fn json_value(entropy: &mut Entropy<'_>, depth: usize, out: &mut String) {
    const TEXTS: [&str; 9] = ["", "a", "A", "Ab", "é😀", "\"\\\u{1}\u{2028}", "NaN", "1", "Infinity"];
    if entropy.below(5) == 0 {
        out.push_str([" ", "\n\t ", ""][entropy.below(3)]);
    }
    match entropy.below(if depth == 0 { 6 } else { 12 }) {
        0..3 => {
            let text = TEXTS[entropy.below(TEXTS.len())];
            json_string(entropy, text, out);
        }
        3..6 => {
            let literal = LITERALS[entropy.below(24)];
            out.push_str(literal);
        }
        6 => {
            out.push('[');
            json_value(entropy, depth - 1, out);
            out.push(']');
        }
        _ => {
            out.push('{');
            for index in 0..entropy.below(5) {
                out.push_str(if index > 0 { "," } else { "" });
                let name = NAMES[entropy.below(NAMES.len())];
                json_string(entropy, name, out);
                out.push_str([":", " : "][entropy.below(2)]);
                json_value(entropy, depth - 1, out);
            }
            out.push('}');
        }
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Match => "match",
        Verdict::NoMatch => "no match",
        Verdict::Failed(_) => "failed",
        Verdict::Unreadable(_) => "unreadable",
    }
}

fn schema(text: &str) -> Schema {
    parse(&Source::new("s.avsc", text), &[]).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn entropy() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

fn configuration() -> ProptestConfig {
    ProptestConfig {
        cases: 2_000,
        rng_seed: RngSeed::Fixed(0xF117E8),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(configuration())]

    #[test]
    fn json_is_compared_as_jq_compares_it(value in entropy(), filters in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut text = String::new();
        json_value(&mut Entropy(&value), 4, &mut text);
        let filter_text = filter_text(&mut Entropy(&filters), 3);
        let filter = Filter::compile(&filter_text).map_err(|error| TestCaseError::fail(format!("{filter_text}: {error}")))?;
        let Some(fast) = filter.over_json(&[]) else {
            // More slots than are there.
            prop_assert!(filter_text.matches(" and ").count() + filter_text.matches(" or ").count() > 2, "{filter_text}");
            return Ok(());
        };
        let slow = filter.matches(&text, &META);
        let found = fast.matches(text.as_bytes(), &META);
        prop_assert_eq!(word(&found), word(&slow), "{} over {}: {:?} {:?}", filter_text, text, found, slow);
        prop_assert!(fast.may_match(text.as_bytes()) || !slow.is_match(), "{} over {}", filter_text, text);
        let envelope = format!("{{\"schemaVersion\":1,\"event\":{text},\"event\":{{\"a\":1}}}}");
        if let Some(fast) = filter.over_json(&["event"]) {
            prop_assert_eq!(word(&fast.matches(envelope.as_bytes(), &META)), word(&slow), "{} over {}", filter_text, envelope);
        }
    }

    #[test]
    fn avro_is_compared_as_jq_compares_its_text(
        shape in entropy(),
        value in entropy(),
        filters in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let text = format!(
            r#"{{"type":"record","name":"whole","fields":[{{"name":"a","type":{}}},{{"name":"string","type":["null","string"]}},{{"name":"b","type":["null",{}]}}]}}"#,
            schema_text(&mut Entropy(&shape)),
            ["\"double\"", "\"float\"", "\"long\"", "\"boolean\"", r#"{"type":"enum","name":"E","symbols":["a","Ab"]}"#][value.len() % 5],
        );
        let Ok(schema) = parse(&Source::new("s.avsc", &text), &[]) else { return Ok(()) };
        let mut data = Vec::new();
        datum(&schema, schema.root(), true, &mut Entropy(&value), &mut data);
        let mut decoded = Vec::new();
        let decoder = Decoder::new(&schema, Style::PLAIN).expect("a decoder");
        prop_assume!(decoder.decode(&data, &mut decoded).is_ok());
        let decoded = String::from_utf8(decoded).expect("text");
        let filter_text = filter_text(&mut Entropy(&filters), 2);
        let filter = Filter::compile(&filter_text).map_err(|error| TestCaseError::fail(format!("{filter_text}: {error}")))?;
        let Some(fast) = filter.over_avro(&schema) else { return Ok(()) };
        let slow = filter.matches(&decoded, &META);
        let found = fast.matches(&data, &META);
        prop_assert_eq!(word(&found), word(&slow), "{} over {} of {}: {:?} {:?}", filter_text, decoded, text, found, slow);
        prop_assert!(fast.may_match(&data) || !slow.is_match(), "{} over {}", filter_text, decoded);
    }
}

#[test]
fn which_schemas_are_compared_fast() {
    let field = |kind: &str| {
        schema(&format!(
            r#"{{"type":"record","name":"r","fields":[{{"name":"f","type":{kind}}},{{"name":"g","type":"int"}}]}}"#
        ))
    };
    let rows = [
        ("\"string\"", true, true),
        ("[\"null\",\"string\"]", true, true),
        ("[\"string\",\"null\"]", true, true),
        (r#"{"type":"enum","name":"e","symbols":["x"]}"#, true, false),
        ("\"long\"", true, false),
        ("\"double\"", true, false),
        (r#"{"type":"map","values":"string"}"#, true, false),
        (r#"{"type":"array","items":"string"}"#, true, false),
        ("\"bytes\"", false, false),
        (r#"{"type":"long","logicalType":"timestamp-millis"}"#, false, false),
        (r#"{"type":"string","logicalType":"uuid"}"#, false, false),
        ("[\"int\",\"string\"]", false, false),
        ("[\"null\",\"int\",\"string\"]", false, false),
    ];
    for (kind, fast, tested) in rows {
        let filter = Filter::compile(".f == \"needle\"").unwrap().over_avro(&field(kind));
        assert_eq!(filter.is_some(), fast, "{kind}");
        if let Some(filter) = filter {
            assert_eq!(!filter.may_match(b"nothing of the kind"), tested, "{kind}");
            assert!(filter.may_match(b"a needle is in it"));
        }
    }
    // What a schema has not is null in its data.
    let none = Filter::compile(".h == \"needle\"").unwrap().over_avro(&field("\"string\"")).unwrap();
    assert!(none.may_match(b""));
    assert!(matches!(none.matches(b"", &META), Verdict::NoMatch));
}

#[test]
fn the_pre_test_is_for_conjunctions_alone() {
    let rows = [
        (".a == \"needle\"", true),
        ("\"needle\" == .a", true),
        (".b > 1 and (.a == \"needle\" and .c)", true),
        (".a == \"needle\" or .b == \"needle\"", false),
        ("(.a == \"needle\" | not)", false),
        (".a != \"needle\"", false),
        (".a >= \"needle\"", false),
        ("$key == \"needle\"", false),
        ("$headers.a == \"needle\"", false),
        ("(.a == \"needle\") == true", false),
        (".a // \"needle\" == \"needle\"", false),
    ];
    for (text, tested) in rows {
        let filter = Filter::compile(text).unwrap();
        let passed = filter.over_json(&[]).is_none_or(|filter| filter.may_match(b"{\"a\":\"other\"}"));
        assert_eq!(!passed, tested, "{text}");
        if let Some(filter) = filter.over_json(&[]) {
            assert!(filter.may_match(b"{\"a\":\"needl\\u0065\"}"), "{text}");
            assert!(filter.may_match(b"{\"a\":\"needle\"}"), "{text}");
        }
    }
    // A longer literal is found in less.
    let filter = Filter::compile(".a == \"x\" and .b == \"longest\" and .c == \"longer\"").unwrap();
    assert!(!filter.over_json(&[]).unwrap().may_match(br#"{"a":"x","b":"","c":"longer"}"#));
}

#[test]
fn a_list_of_alternatives_is_no_deep_tree() {
    let text = vec![".id == 1"; 190].join(" or ");
    let filter = Filter::compile(&text).unwrap().over_json(&[]).unwrap();
    assert!(filter.matches(b"{\"id\":1}", &META).is_match());
    let text = (0..20).map(|n| format!(".f{n} == 1")).collect::<Vec<_>>().join(" and ");
    assert!(Filter::compile(&text).unwrap().over_json(&[]).is_none(), "more slots than there are");
}
