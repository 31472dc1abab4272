//! Projections over JSON text.

use super::*;

const TEXT: &str = r#" {"type":"X","id":"a\u00e9\"","count":9007199254740993,"zero":-0,"huge":1e400,"ratio":1.50,
    "long":123456789012345678901234567890,"yes":true,"none":null,"list":[1,{"id":2}],
    "customer":{"name":"n","address":{"city":"c"}},"a.b":1} "#;

#[test]
fn fields_are_what_stands_in_the_text() {
    let rows = [
        ("type", "'X'"),
        ("id", "'aé\"'"),
        ("count", "9007199254740993"),
        ("zero", "number -0"),
        ("huge", "number 1e400"),
        ("ratio", "number 1.50"),
        ("long", "number 123456789012345678901234567890"),
        ("yes", "true"),
        ("none", "null"),
        ("list", "whole [1,{\"id\":2}]"),
        ("list.id", "missing"),
        ("none.x", "missing"),
        ("id.x", "missing"),
        ("other", "missing"),
        ("customer", "whole {\"name\":\"n\",\"address\":{\"city\":\"c\"}}"),
        ("customer.address.city", "'c'"),
        ("customer.address", "whole {\"city\":\"c\"}"),
        ("customer.name", "'n'"),
    ];
    let paths: Vec<&str> = rows.iter().map(|(path, _)| *path).collect();
    let expected: Vec<String> = rows.iter().map(|(_, slot)| (*slot).to_owned()).collect();
    for projection in
        [JsonProjection::new(&[], &paths).unwrap(), JsonProjection::strict(&[], &paths).unwrap()]
    {
        assert_eq!(found(&projection, TEXT.as_bytes()).unwrap(), expected);
    }
    for (path, slot) in rows {
        for (other, other_slot) in rows {
            let two = JsonProjection::new(&[], &[path, other, path]).unwrap();
            assert_eq!(found(&two, TEXT.as_bytes()).unwrap(), [slot, other_slot, slot], "{path} {other}");
        }
    }
}

#[test]
fn the_event_of_an_envelope_is_below_a_prefix() {
    let projection = JsonProjection::new(&["event"], &["id", "by.name"]).unwrap();
    let rows = [
        (r#"{"schemaVersion":2,"event":{"id":7,"by":{"name":"n"}}}"#, ["7", "'n'"]),
        (r#"{"event":{"by":{"name":null}},"id":7}"#, ["missing", "null"]),
        ("{\"id\":1}", ["missing", "missing"]),
        ("[]", ["missing", "missing"]),
    ];
    for (text, expected) in rows {
        assert_eq!(found(&projection, text.as_bytes()).unwrap(), expected, "{text}");
    }
}

#[test]
fn of_doubled_names_the_first_counts() {
    // The first value counts whole: no field is taken from the second.
    let text = br#"{"a":1,"b":{"c":1},"a":2,"b":{"c":2,"d":3}}"#;
    for projection in [
        JsonProjection::new(&[], &["a", "b.c", "b.d"]).unwrap(),
        JsonProjection::strict(&[], &["a", "b.c", "b.d"]).unwrap(),
    ] {
        assert_eq!(found(&projection, text).unwrap(), ["1", "1", "missing"]);
    }
}

#[test]
fn reading_ends_with_the_last_field_unless_it_is_strict() {
    let text = br#"{"a":{"x":1,"y":2},"b":tru"#;
    assert_eq!(found(&JsonProjection::new(&[], &["a.x"]).unwrap(), text).unwrap(), ["1"]);
    assert_eq!(found(&JsonProjection::new(&[], &["a"]).unwrap(), text).unwrap(), ["whole {\"x\":1,\"y\":2}"]);
    let strict = JsonProjection::strict(&[], &["a.x"]).unwrap();
    assert_eq!(found(&strict, text).unwrap_err(), "this is not JSON: expected a value (byte 23)");
    assert_eq!(
        found(&strict, b"{} 1").unwrap_err(),
        "this is not JSON: something follows the end of the value (byte 3)"
    );
    assert_eq!(found(&strict, b"{\"\xff\":1}").unwrap_err(), "this is not UTF-8 (byte 2)");
    assert_eq!(found(&strict, b"").unwrap_err(), "this is not JSON: the text ends too early (byte 0)");
    let deep = format!("{{\"a\":{}", "[".repeat(1_000));
    assert!(found(&strict, deep.as_bytes()).unwrap_err().contains("nested deeper than 128 levels"));
    assert!(JsonProjection::new(&[], &["a", "b..c"]).is_err());
}
