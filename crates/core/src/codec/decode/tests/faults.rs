//! What is said of bytes that are no value, and that what they ask for is bounded.

use super::{decoded, schema, text_of};
use crate::codec::test_schemas::chain;
use crate::codec::{DEPTH_LIMIT, DecodeProblem, Decoder, Malformed, Style};

const RECORD: &str = r#"{"type":"record","name":"R","fields":[
    {"name":"id","type":"int"},
    {"name":"list","type":{"type":"array","items":{"type":"map","values":["null","string",{"type":"record","name":"S","fields":[{"name":"flag","type":"boolean"}]}]}}},
    {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},
    {"name":"next","type":["null","R"]}]}"#;

#[test]
fn faults_are_told_with_their_place() {
    let rows: [(&[u8], &str); 20] = [
        (&[], "the data end within a number (at /id, byte 0)"),
        (&[0x80, 0x80, 0x80, 0x80, 0x10], "an int has 32 bits, found 2147483648 (at /id, byte 0)"),
        (&[0x80; 12], "a number of more than 64 bits (at /id, byte 0)"),
        (&[2, 4], "a block of 2 items where 0 bytes are left (at /list, byte 1)"),
        (&[2, 2, 2], "a block of 1 items where 0 bytes are left (at /list/0, byte 2)"),
        (&[2, 2, 2, 4, b'k'], "a length of 2 bytes where 1 are left (at /list/0, byte 3)"),
        (&[2, 2, 2, 2, b'k', 6], "branch 3 of a union of 3 (at /list/0/k, byte 5)"),
        (&[2, 2, 2, 2, b'k', 1], "branch -1 of a union of 3 (at /list/0/k, byte 5)"),
        (&[2, 2, 2, 2, b'k', 2, 3], "a length below zero: -2 (at /list/0/k, byte 6)"),
        (&[2, 2, 2, 2, b'k', 2, 2, 0xff], "a string that is not UTF-8 (at /list/0/k, byte 6)"),
        (&[2, 2, 2, 2, 0xff, 2, 2], "a string that is not UTF-8 (at /list/0, byte 3)"),
        (
            &[2, 4, 0, 2, 4, b'~', b'/', 4, 2],
            "a boolean is the byte 0 or 1, found 2 (at /list/1/~0~1/flag, byte 8)",
        ),
        (&[2, 4, 0, 2, 2, b'a', 0, 2, 2, b'b', 8], "branch 4 of a union of 3 (at /list/1/b, byte 10)"),
        (
            &[2, 2, 4, 2, b'a', 0, 2, b'a', 0, 0, 0],
            "this key stands twice in its map (at /list/0/a, byte 10)",
        ),
        (&[2, 2, 0, 0, 4], "symbol 2 of an enum of 2 (at /e, byte 4)"),
        (&[2, 0, 0, 2, 2, 0, 0], "the data end within a number (at /next/next, byte 7)"),
        (
            &[2, 0, 0, 2, 2, 2, 2, 2, b'k', 4, 7],
            "a boolean is the byte 0 or 1, found 7 (at /next/list/0/k/flag, byte 10)",
        ),
        (&[2, 0, 0, 0, 9], "the value ends, and 1 bytes follow (byte 4)"),
        (&[2, 1, 4, 0, 9, 0, 0, 0], "a block of 2 bytes whose items take 1 (at /list/1, byte 4)"),
        (&[2, 1, 1, 0], "a length below zero: -1 (at /list, byte 1)"),
    ];
    for (datum, sentence) in rows {
        assert_eq!(decoded(RECORD, Style::PLAIN, datum), sentence, "{datum:x?}");
    }
    let plain: [(&str, &[u8], &str); 7] = [
        ("\"int\"", &[2, 2], "the value ends, and 1 bytes follow (byte 1)"),
        ("\"float\"", &[0; 3], "the data end within a float (byte 0)"),
        ("\"double\"", &[0; 7], "the data end within a double (byte 0)"),
        ("\"boolean\"", &[], "the data end within a boolean (byte 0)"),
        (r#"{"type":"fixed","name":"F","size":4}"#, &[0; 3], "the data end within a fixed (byte 0)"),
        (
            r#"{"type":"bytes","logicalType":"decimal","precision":4}"#,
            &[0],
            "a decimal that is none: expected at least one byte (byte 0)",
        ),
        ("[]", &[0], "branch 0 of a union of 0 (byte 0)"),
    ];
    for (schema, datum, sentence) in plain {
        assert_eq!(decoded(schema, Style::PLAIN, datum), sentence, "{schema}");
    }
}

#[test]
fn long_keys_are_cut_in_messages() {
    let key = "k".repeat(100);
    let datum = [&[2, 200, 1][..], key.as_bytes(), &[7]].concat();
    let said = decoded(r#"{"type":"map","values":"boolean"}"#, Style::PLAIN, &datum);
    assert_eq!(said, format!("a boolean is the byte 0 or 1, found 7 (at /{}…, byte 103)", "k".repeat(60)));
}

#[test]
fn keys_that_stand_twice_are_found_among_many() {
    let entry = |index: usize| format!("\u{8}{index:04}\u{2}");
    for (count, twice) in [(8, false), (9, false), (1_000, false), (8, true), (9, true), (1_000, true)] {
        let mut keys: Vec<String> = (0..count).map(entry).collect();
        if twice {
            keys[count - 1] = entry(3);
        }
        let mut datum = Vec::new();
        keys.iter().for_each(|key| datum.extend([&[2], key.as_bytes()].concat()));
        datum.push(0);
        let said = decoded(r#"{"type":"map","values":"int"}"#, Style::PLAIN, &datum);
        let expected = format!("this key stands twice in its map (at /0003, byte {})", datum.len());
        assert_eq!(said == expected, twice, "{count}: {said}");
        assert_eq!(said.starts_with('{'), !twice, "{count}: {said}");
    }
}

#[test]
fn depth_is_bounded() {
    let list = schema(r#"{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}"#);
    let decoder = Decoder::new(&list, Style::PLAIN).unwrap();
    let nested = |depth: usize| [vec![2; depth - 1], vec![0]].concat();
    assert!(text_of(&decoder, &nested(DEPTH_LIMIT)).ends_with(&"}".repeat(DEPTH_LIMIT)));
    for depth in [DEPTH_LIMIT + 1, 1_000_000] {
        let error = decoder.decode(&nested(depth), &mut Vec::new()).unwrap_err();
        assert_eq!(error.problem, DecodeProblem::Malformed(Malformed::Deep(DEPTH_LIMIT)));
        assert_eq!(error.pointer, "/next".repeat(DEPTH_LIMIT));
    }
    let deep = |said: &str| said.starts_with("nested deeper than 128 levels");
    let arrays =
        r#"{"type":"record","name":"A","fields":[{"name":"a","type":{"type":"array","items":"A"}}]}"#;
    assert!(deep(&decoded(arrays, Style::PLAIN, &[2; 1_000])));
    let maps = r#"{"type":"record","name":"A","fields":[{"name":"a","type":{"type":"map","values":"A"}}]}"#;
    assert!(deep(&decoded(maps, Style::PLAIN, &[2, 0].repeat(1_000))));
    assert!(deep(&decoded(
        r#"{"type":"record","name":"A","fields":[{"name":"a","type":"A"}]}"#,
        Style::PLAIN,
        &[]
    )));
    // Many levels one after the other are none inside of each other.
    let wide = [vec![0xd0, 0x0f], vec![0; 1_000], vec![0]].concat();
    assert!(
        decoded(r#"{"type":"array","items":{"type":"array","items":"int"}}"#, Style::PLAIN, &wide)
            .starts_with("[[],[]")
    );
}

/// How deep a record may stand that ends with these bytes; before them each record holds the next one.
fn deepest(decoder: &Decoder, inner: &[u8], last: &[u8]) -> usize {
    let datum = |depth: usize| [inner.repeat(depth - 1), last.to_vec()].concat();
    let read = |depth: &usize| decoder.decode(&datum(*depth), &mut Vec::new()).is_ok();
    (1..200).take_while(read).count()
}

#[test]
fn tags_and_what_is_passed_over_count_as_levels() {
    let list = |value: &str| {
        format!(
            r#"{{"type":"record","name":"L","fields":[{{"name":"v","type":{value}}},{{"name":"next","type":["null","L"]}}]}}"#
        )
    };
    let of = |value: &str, style: Style| Decoder::new(&schema(&list(value)), style).unwrap();
    let nan = [&[2][..], &f64::NAN.to_le_bytes(), &[0]].concat();
    let floats = of(r#"["string","double"]"#, Style::PLAIN);
    assert_eq!((deepest(&floats, &[0, 0, 2], &[0, 0, 0]), deepest(&floats, &[0, 0, 2], &nan)), (128, 127));
    let maps = of(r#"["null",{"type":"map","values":"int"}]"#, Style::PLAIN);
    let map = |key: &[u8]| [&[2, 2, 6], key, &[0, 0, 0]].concat();
    assert_eq!((deepest(&maps, &[0, 2], &map(b"any")), deepest(&maps, &[0, 2], &map(b"map"))), (127, 126));
    // Each level is a tag, an array and a record; the outermost is in an array alone.
    let tagged = r#"{"type":"array","items":{"type":"record","name":"A","fields":[{"name":"v","type":["null","int"]},{"name":"n","type":["null",{"type":"array","items":"A"}]}]}}"#;
    let tagged = Decoder::new(&schema(tagged), Style::TAGGED).unwrap();
    let datum = |value: &[u8]| {
        let begin = [&[2][..], &[0, 2, 2].repeat(42)].concat();
        [&begin, value, &[0], &[0].repeat(43)].concat()
    };
    assert!(text_of(&tagged, &datum(&[0])).starts_with("[{\"v\":null,\"n\":{\"array\":[{"));
    assert!(text_of(&tagged, &datum(&[2, 2])).starts_with("nested deeper than 128 levels (at /0/n/0"));
    let (writer, reader) = (
        list(r#"{"type":"array","items":{"type":"array","items":"int"}}"#),
        list("\"null\",\"default\":null"),
    );
    let reader = reader.replace("\"v\"", "\"w\"");
    let passing = Decoder::resolving(&schema(&writer), &schema(&reader), Style::PLAIN).unwrap();
    assert_eq!(
        deepest(&passing, &[0, 2], &[2, 2, 2, 0, 0, 0]),
        127,
        "where the innermost array needs no stack"
    );
}

#[test]
fn a_chain_of_records_needs_no_stack() {
    let schema = chain(20_000, "int");
    for decoder in [
        Decoder::new(&schema, Style::PLAIN),
        Decoder::resolving(&schema, &chain(20_000, "long"), Style::PLAIN),
    ] {
        let said = text_of(&decoder.unwrap(), &[2]);
        assert!(said.starts_with("nested deeper than 128 levels"), "{said}");
    }
}

#[test]
fn what_takes_no_bytes_is_counted() {
    let million = [0x80, 0x89, 0x7a, 0];
    let more = [0x82, 0x89, 0x7a, 0];
    let nulls = r#"{"type":"array","items":"null"}"#;
    assert_eq!(decoded(nulls, Style::PLAIN, &million).len(), 5_000_001);
    let limit = "more than 1000000 items that take no bytes";
    assert_eq!(decoded(nulls, Style::PLAIN, &more), format!("{limit} (byte 0)"));
    let endless = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0];
    assert_eq!(decoded(nulls, Style::PLAIN, &endless), format!("{limit} (byte 0)"));
    // The budget is one for the whole datum.
    let twice = format!(r#"{{"type":"array","items":{nulls}}}"#);
    let datum = [&[4][..], &million, &[2, 0], &[0]].concat();
    assert_eq!(decoded(&twice, Style::PLAIN, &datum), format!("{limit} (at /1, byte 5)"));
}

#[test]
fn the_text_is_bounded() {
    let name = "n".repeat(10_000);
    let text = format!(
        r#"{{"type":"array","items":{{"type":"record","name":"R","fields":[{{"name":"{name}","type":"null"}}]}}}}"#
    );
    let decoder = Decoder::new(&schema(&text), Style::PLAIN).unwrap().with_output_limit(1 << 20);
    let error = decoder.decode(&[0x80, 0x89, 0x7a, 0], &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the value takes more than 1048576 bytes as text (at /104, byte 3)");
    // Records of two records each, and so on: no bytes, and a text beyond all measure.
    let records: Vec<String> = (0..100)
        .map(|index| {
            let inner = if index == 0 { "null".to_owned() } else { format!("R{}", index - 1) };
            format!(r#"{{"type":"record","name":"R{index}","fields":[{{"name":"a","type":"{inner}"}},{{"name":"b","type":"{inner}"}}]}}"#)
        })
        .collect();
    let decoder = Decoder::new(&schema(&format!("[{}]", records.join(","))), Style::PLAIN).unwrap();
    let error = decoder.with_output_limit(1 << 20).decode(&[0xc6, 1], &mut Vec::new()).unwrap_err();
    assert_eq!(error.problem, DecodeProblem::Long(1 << 20));
    let decimal = r#"{"type":"bytes","logicalType":"decimal","precision":4000000000,"scale":4000000000}"#;
    assert_eq!(
        decoded(decimal, Style::PLAIN, &[2, 1]),
        "the value takes more than 268435456 bytes as text (byte 2)"
    );
    let exact = Decoder::new(&schema("\"string\""), Style::PLAIN).unwrap().with_output_limit(4);
    assert_eq!(text_of(&exact, b"\x04ab"), "\"ab\"");
    assert_eq!(text_of(&exact, b"\x06abc"), "the value takes more than 4 bytes as text (byte 4)");
}
