//! Records, maps and arrays.

use super::*;

const POINT: &str = r#"{"type":"record","name":"a.Point","fields":[
    {"name":"x","type":"int"},{"name":"y","type":"int"},{"name":"z","type":"int","default":7}]}"#;
const SUMMARY: &str = r#"{"type":"record","name":"Ended","fields":[
    {"name":"id","type":"string","default":"none"},
    {"name":"summary","type":{"type":"record","name":"Summary","fields":[
        {"name":"satisfaction","type":["null","int"],"default":null},
        {"name":"topics","type":{"type":"array","items":"string"},"default":["a","b"]},
        {"name":"notes","type":{"type":"map","values":"int"},"default":{}}]}},
    {"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[
        {"name":"price","type":"double"}]}},"default":[]}]}"#;
const LIST: &str = r#"{"type":"record","name":"List","fields":[
    {"name":"value","type":"int"},{"name":"next","type":["null","List"],"default":null}]}"#;

#[test]
fn members_may_come_in_any_order() {
    check(&[
        (POINT, r#"{"x":1,"y":2,"z":3}"#, Ok("020406")),
        (POINT, r#"{"z":3,"y":2,"x":1}"#, Ok("020406")),
        (POINT, r#"{"x":1,"z":3,"y":2}"#, Ok("020406")),
        (POINT, r#"{ "y" : 2 , "x" : 1 }"#, Ok("02040e")),
        (POINT, r#"{"x":1,"y":2}"#, Ok("02040e")),
        (POINT, r#"{"\u0078":1,"y":2}"#, Ok("02040e")),
        (POINT, r#"{"y":2,"\u0078":1}"#, Ok("02040e")),
        (
            SUMMARY,
            r#"{"summary":{"notes":{"k":1},"satisfaction":{"int":5}},"id":"i"}"#,
            Ok("0269020a04026102620002026b020000"),
        ),
        (
            SUMMARY,
            r#"{"items":[{"price":0}],"summary":{}}"#,
            Ok("086e6f6e65000402610262000002000000000000000000"),
        ),
        (LIST, r#"{"next":{"next":{"value":3},"value":2},"value":1}"#, Ok("020204020600")),
    ]);
}

#[test]
fn each_field_stands_once_and_has_a_value() {
    check(&[
        (POINT, r#"{"x":1,"y":2,"x":1}"#, Err("`x` stands twice (byte 13)")),
        (POINT, r#"{"y":1,"y":2}"#, Err("`y` stands twice (byte 7)")),
        (POINT, r#"{"x":1,"\u0078":2}"#, Err("`x` stands twice (byte 7)")),
        (POINT, r#"{"x":1}"#, Err("`y` is missing, and `a.Point` gives it no default (byte 0)")),
        (POINT, r#"{"z":1,"y":1}"#, Err("`x` is missing, and `a.Point` gives it no default (byte 0)")),
        (POINT, "{}", Err("`x` is missing")),
        (POINT, "[]", Err("the value must be a record `a.Point`, not an array")),
        (
            POINT,
            r#"{"x":1,"y":2,"w":3}"#,
            Err("`w` is no field of `a.Point`; its fields are `x`, `y`, `z` (byte 13)"),
        ),
        (
            SUMMARY,
            r#"{"summary":{"satisfation":1}}"#,
            Err("`summary.satisfation` is no field of `Summary`; did you mean `satisfaction`? (byte 12)"),
        ),
        (POINT, r#"{"x":1,"y":2"#, Err("this is not JSON: the text ends too early (byte 12)")),
        (POINT, r#"{"x":1,"y":2,}"#, Err("this is not JSON: expected a name in quotes")),
    ]);
}

#[test]
fn errors_name_the_way_to_the_value() {
    check(&[
        (
            SUMMARY,
            r#"{"summary":{},"items":[{"price":1},{"price":"x"}]}"#,
            Err(
                "`items[1].price` must be a double (at most 1.7976931348623157e308), not the string \"x\" (byte 44)",
            ),
        ),
        (SUMMARY, r#"{"summary":{"notes":{"a b":"x"}}}"#, Err("`summary.notes[\"a b\"]` must be an int")),
        (
            SUMMARY,
            r#"{"summary":{"satisfaction":"high"}}"#,
            Err(
                "`summary.satisfaction` must be a value of the union [null, int], not the string \"high\" (byte 27)",
            ),
        ),
        (SUMMARY, r#"{"summary":{"satisfaction":1.5}}"#, Err("`summary.satisfaction` must be an int")),
        (
            SUMMARY,
            r#"{"items":[{"price":1},{}],"summary":{}}"#,
            Err("`items[1].price` is missing, and `Item` gives it no default (byte 22)"),
        ),
        (
            LIST,
            r#"{"value":1,"next":{"value":2,"next":{"value":true}}}"#,
            Err("`next.next.value` must be an int"),
        ),
    ]);
}

#[test]
fn maps_hold_each_key_once() {
    let map = r#"{"type":"map","values":"int"}"#;
    check(&[
        (map, "{}", Ok("00")),
        (map, r#"{"b":1,"a":2}"#, Ok("0402620202610400")),
        (map, r#"{"":0}"#, Ok("02000000")),
        (map, r#"{"a":1,"b":2,"\u0061":3,"b":4}"#, Err("`[\"a\"]` stands twice (byte 13)")),
        (map, r#"{"a":"x"}"#, Err("`[\"a\"]` must be an int")),
        (
            r#"{"type":"map","values":{"type":"map","values":"int"}}"#,
            r#"{"a":{"k":1},"k":{"k":1,"a":2}}"#,
            Ok("0402610202 6b0200026b04026b020261040000".replace(' ', "").as_str()),
        ),
        (r#"{"type":"array","items":"int"}"#, "[]", Ok("00")),
        (r#"{"type":"array","items":"int"}"#, "[1,2,]", Err("this is not JSON")),
        (r#"{"type":"array","items":"int"}"#, "[1,\"2\"]", Err("`[1]` must be an int")),
        (r#"{"type":"array","items":"null"}"#, "[null,null]", Ok("0400")),
    ]);
    let keys: Vec<String> = (0..1_000).map(|key| format!("\"{key}\":0")).collect();
    assert!(plain(map, &format!("{{{}}}", keys.join(","))).is_ok());
    assert!(
        plain(map, &format!("{{{},\"500\":1}}", keys.join(",")))
            .unwrap_err()
            .contains("`[\"500\"]` stands twice")
    );
}

#[test]
fn every_default_is_prepared() {
    let of = |schema: &str, default: &str| {
        let text = format!(
            r#"{{"type":"record","name":"R","fields":[{{"name":"f","type":{schema},"default":{default}}}]}}"#
        );
        plain(&text, "{}")
    };
    let inner = r#"{"type":"record","name":"S","fields":[{"name":"a","type":"int","default":1},{"name":"b","type":["null","int"],"default":null}]}"#;
    let rows = [
        ("\"null\"", "null", ""),
        ("\"boolean\"", "true", "01"),
        ("\"int\"", "-1", "01"),
        ("\"long\"", "9007199254740993", "8280808080808020"),
        ("\"float\"", "0.1", "cdcccc3d"),
        ("\"double\"", "\"NaN\"", "000000000000f87f"),
        ("\"double\"", "1", "000000000000f03f"),
        ("\"string\"", "\"é\"", "04c3a9"),
        ("\"bytes\"", "\"\\u00ff\\u0000\"", "04ff00"),
        (r#"{"type":"fixed","name":"F","size":2}"#, "\"\\u00ffA\"", "ff41"),
        // Java fills with zeros, or cuts.
        (r#"{"type":"fixed","name":"F","size":2}"#, "\"A\"", "4100"),
        (r#"{"type":"fixed","name":"F","size":1}"#, "\"AB\"", "41"),
        (r#"{"type":"enum","name":"E","symbols":["A","B"]}"#, "\"B\"", "02"),
        (r#"{"type":"array","items":"int"}"#, "[1,2]", "04020400"),
        (r#"{"type":"map","values":"string"}"#, r#"{"k":"v"}"#, "02026b027600"),
        ("[\"null\",\"int\"]", "null", "00"),
        ("[\"null\",\"int\"]", "1", "0202"),
        ("[\"int\",\"long\"]", "3000000000", "0280f882ad16"),
        (inner, "{}", "0200"),
        (inner, r#"{"b":2,"a":3}"#, "060204"),
        (r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#, "\"\\u0004\"", "0204"),
        (r#"{"type":"long","logicalType":"timestamp-millis"}"#, "5", "0a"),
    ];
    for (schema, default, expected) in rows {
        assert_eq!(of(schema, default).as_deref(), Ok(expected), "{schema} {default}");
    }
}

#[test]
fn a_default_that_is_no_value_is_told_where_it_is_needed() {
    let text = r#"{"type":"record","name":"R","fields":[
        {"name":"e","type":{"type":"enum","name":"E","symbols":["A"]},"default":"B"},
        {"name":"b","type":"bytes","default":"Ā"}]}"#;
    check(&[
        (text, r#"{"e":"A","b":"AA=="}"#, Ok("000200")),
        (
            text,
            r#"{"b":"AA=="}"#,
            Err(
                "`e` is missing, and its default in the schema is no value of its type: `B` is no symbol of `E` (byte 0)",
            ),
        ),
        (
            text,
            r#"{"e":"A"}"#,
            // What no byte stands for is a question mark, as in Java.
            Ok("00023f"),
        ),
    ]);
}
