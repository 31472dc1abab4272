//! What values of all types become in plain and in tagged form.

use super::decoded;
use crate::codec::{Bytes, Form, Style, Times};

const NUMBERS: Style = Style { form: Form::Plain, times: Times::Numbers, bytes: Bytes::Latin };

/// Rows of a schema, bytes, and the plain text; another plain text with numbers and characters where that differs.
#[track_caller]
fn check(schema: &str, datum: &[u8], plain: &str, numbers: &str, tagged: &str) {
    assert_eq!(decoded(schema, Style::PLAIN, datum), plain, "plain {schema}");
    assert_eq!(decoded(schema, NUMBERS, datum), numbers, "numbers {schema}");
    assert_eq!(decoded(schema, Style::TAGGED, datum), tagged, "tagged {schema}");
}

#[track_caller]
fn always(schema: &str, datum: &[u8], text: &str) {
    check(schema, datum, text, text, text);
}

#[test]
fn scalars() {
    always("\"null\"", &[], "null");
    always("\"boolean\"", &[1], "true");
    always("\"boolean\"", &[0], "false");
    always("\"int\"", &[0xff, 0xff, 0xff, 0xff, 0x0f], "-2147483648");
    always("\"long\"", &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "9223372036854775807");
    always("\"long\"", &[0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], "9007199254740993");
    always("\"float\"", &0.1_f32.to_le_bytes(), "0.1");
    always("\"double\"", &(-0.0_f64).to_le_bytes(), "-0.0");
    always("\"double\"", &f64::NAN.to_le_bytes(), "\"NaN\"");
    always("\"float\"", &f32::NEG_INFINITY.to_le_bytes(), "\"-Infinity\"");
    always("\"string\"", "\u{e}é\"\n\u{2028}".as_bytes(), "\"é\\\"\\n\\u2028\"");
    check("\"bytes\"", &[4, 0xff, 0], "\"/wA=\"", "\"ÿ\\u0000\"", "\"ÿ\\u0000\"");
    check(r#"{"type":"fixed","name":"F","size":2}"#, &[0x41, 0xe9], "\"Qek=\"", "\"Aé\"", "\"Aé\"");
    always(r#"{"type":"enum","name":"E","symbols":["A","B"]}"#, &[2], "\"B\"");
}

#[test]
fn logical_types() {
    let int = |name: &str| format!(r#"{{"type":"int","logicalType":"{name}"}}"#);
    let long = |name: &str| format!(r#"{{"type":"long","logicalType":"{name}"}}"#);
    check(&int("date"), &[2], "\"1970-01-02\"", "1", "1");
    check(&int("date"), &[0xff, 0xff, 0xff, 0xff, 0x0f], "-2147483648", "-2147483648", "-2147483648");
    check(&int("time-millis"), &[2], "\"00:00:00.001\"", "1", "1");
    check(&long("time-micros"), &[2], "\"00:00:00.000001\"", "1", "1");
    check(&long("timestamp-millis"), &[1], "\"1969-12-31T23:59:59.999Z\"", "-1", "-1");
    check(&long("timestamp-micros"), &[2], "\"1970-01-01T00:00:00.000001Z\"", "1", "1");
    check(&long("timestamp-nanos"), &[2], "\"1970-01-01T00:00:00.000000001Z\"", "1", "1");
    check(&long("local-timestamp-millis"), &[2], "\"1970-01-01T00:00:00.001\"", "1", "1");
    check(&long("local-timestamp-micros"), &[2], "\"1970-01-01T00:00:00.000001\"", "1", "1");
    check(&long("local-timestamp-nanos"), &[2], "\"1970-01-01T00:00:00.000000001\"", "1", "1");
    let decimal = r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#;
    check(decimal, &[4, 0xfb, 0x2e], "\"-12.34\"", "\"-12.34\"", "\"û.\"");
    check(decimal, &[6, 1, 0xe2, 0x40], "\"1234.56\"", "\"1234.56\"", "\"\\u0001â@\"");
    let fixed = r#"{"type":"fixed","name":"F","size":3,"logicalType":"decimal","precision":4}"#;
    check(fixed, &[0xff, 0xfb, 0x2e], "\"-1234\"", "\"-1234\"", "\"ÿû.\"");
    always(r#"{"type":"string","logicalType":"uuid"}"#, b"\x06any", "\"any\"");
    let uuid = r#"{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}"#;
    let text = "\"20202020-2020-2020-2020-202020202020\"";
    check(uuid, &[0x20; 16], text, text, "\"                \"");
    let duration = r#"{"type":"fixed","name":"D","size":12,"logicalType":"duration"}"#;
    let text = "{\"months\":1,\"days\":2,\"millis\":3}";
    check(
        duration,
        &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
        text,
        text,
        "\"\\u0001\\u0000\\u0000\\u0000\\u0002\\u0000\\u0000\\u0000\\u0003\\u0000\\u0000\\u0000\"",
    );
    // A logical type that does not fit counts for nothing.
    always(r#"{"type":"string","logicalType":"date"}"#, &[2, b'x'], "\"x\"");
}

#[test]
fn containers() {
    let array = r#"{"type":"array","items":"int"}"#;
    always(array, &[0], "[]");
    always(array, &[4, 2, 4, 0], "[1,2]");
    always(array, &[2, 2, 1, 2, 4, 3, 4, 6, 8, 0], "[1,2,3,4]");
    let nulls = r#"{"type":"array","items":"null"}"#;
    always(nulls, &[6, 1, 0, 0], "[null,null,null,null]");
    let map = r#"{"type":"map","values":"string"}"#;
    always(map, &[0], "{}");
    always(map, &[2, 4, b'"', b'b', 2, b'x', 2, 0, 0, 0], "{\"\\\"b\":\"x\",\"\":\"\"}");
    let nested = r#"{"type":"array","items":{"type":"map","values":{"type":"array","items":"boolean"}}}"#;
    always(nested, &[4, 0, 4, 2, b'a', 0, 2, b'b', 4, 1, 0, 0, 0, 0], "[{},{\"a\":[],\"b\":[true,false]}]");
    always(r#"{"type":"record","name":"R","fields":[]}"#, &[], "{}");
    let record = r#"{"type":"record","name":"R","fields":[{"name":"n","type":"null"},{"name":"é","type":"int"},{"name":"r","type":{"type":"record","name":"S","fields":[{"name":"a","type":{"type":"array","items":"int"}}]}},{"name":"m","type":"null"}]}"#;
    always(record, &[2, 2, 4, 0], "{\"n\":null,\"é\":1,\"r\":{\"a\":[2]},\"m\":null}");
}

#[test]
fn unions_are_tagged_where_the_value_does_not_tell() {
    let nullable = r#"["null","string"]"#;
    always(nullable, &[0], "null");
    check(nullable, &[2, 2, b'x'], "\"x\"", "\"x\"", "{\"string\":\"x\"}");
    check("[\"int\",\"null\"]", &[0, 2], "1", "1", "{\"int\":1}");
    always("[\"int\",\"null\"]", &[2], "null");
    always("[\"int\",\"long\"]", &[2, 2], "{\"long\":1}");
    let records = r#"["null",{"type":"record","name":"a.R","fields":[{"name":"x","type":"int"}]},{"type":"record","name":"a.S","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":0}]}]"#;
    always(records, &[2, 2], "{\"a.R\":{\"x\":1}}");
    check(records, &[4, 2, 4], "{\"x\":1,\"y\":2}", "{\"x\":1,\"y\":2}", "{\"a.S\":{\"x\":1,\"y\":2}}");
    let in_record = r#"{"type":"record","name":"R","fields":[{"name":"a","type":["string","null"]},{"name":"b","type":["null","R",{"type":"array","items":["null","double"]}]}]}"#;
    let text = "{\"a\":null,\"b\":{\"a\":\"\",\"b\":[null,1.5]}}";
    let datum = [&[2, 2, 0, 0, 4, 4, 0, 2][..], &1.5_f64.to_le_bytes(), &[0]].concat();
    let tagged =
        "{\"a\":null,\"b\":{\"R\":{\"a\":{\"string\":\"\"},\"b\":{\"array\":[null,{\"double\":1.5}]}}}}";
    check(in_record, &datum, text, text, tagged);
}

#[test]
fn values_that_look_like_another_branch_are_tagged() {
    let nan = [&[2][..], &f64::NAN.to_le_bytes()].concat();
    always(r#"["string","double"]"#, &nan, "{\"double\":\"NaN\"}");
    check(
        r#"["int","double"]"#,
        &nan,
        "{\"double\":\"NaN\"}",
        "{\"double\":\"NaN\"}",
        "{\"double\":\"NaN\"}",
    );
    check(r#"["null","double"]"#, &nan, "\"NaN\"", "\"NaN\"", "{\"double\":\"NaN\"}");
    // And so is a string that looks like one.
    let named = [&[0, 6][..], b"NaN"].concat();
    always(r#"["string","double"]"#, &named, "{\"string\":\"NaN\"}");
    check(r#"["string","int"]"#, &named, "\"NaN\"", "\"NaN\"", "{\"string\":\"NaN\"}");
    let latin = "{\"bytes\":\"NaN\"}";
    check(r#"["bytes","double"]"#, &named, "\"TmFO\"", latin, latin);
    // These six bytes are "Infinity" in base64, which is eight characters of its alphabet.
    let bytes = [0x22, 0x77, 0xe2, 0x9e, 0x2b, 0x72];
    let text = "{\"bytes\":\"Infinity\"}";
    assert_eq!(decoded(r#"["bytes","float"]"#, Style::PLAIN, &[&[0, 12][..], &bytes].concat()), text);
    let fixed = r#"[{"type":"fixed","name":"F","size":6},"float"]"#;
    assert_eq!(decoded(fixed, Style::PLAIN, &[&[0][..], &bytes].concat()), "{\"F\":\"Infinity\"}");
    let finite = [&[2][..], &0.5_f64.to_le_bytes()].concat();
    check(r#"["string","double"]"#, &finite, "0.5", "0.5", "{\"double\":0.5}");
    let map = r#"["null","int",{"type":"map","values":"int"},{"type":"enum","name":"a.E","symbols":["X"]}]"#;
    for (key, is_name) in
        [("map", true), ("int", true), ("null", true), ("E", true), ("a.E", true), ("x", false), ("", false)]
    {
        let datum = [&[4, 2, key.len() as u8 * 2][..], key.as_bytes(), &[2, 0]].concat();
        let (plain, tagged) = (format!("{{\"{key}\":1}}"), format!("{{\"map\":{{\"{key}\":1}}}}"));
        let expected = if is_name { &tagged } else { &plain };
        check(map, &datum, expected, expected, &tagged);
    }
    let two = [4, 4, 6, b'm', b'a', b'p', 2, 0, 4, 0];
    check(map, &two, "{\"map\":1,\"\":2}", "{\"map\":1,\"\":2}", "{\"map\":{\"map\":1,\"\":2}}");
    // The tag stands where the map begins, whatever stands before.
    let array = format!(r#"{{"type":"array","items":{map}}}"#);
    let datum = [4, 2, 2, 4, 2, 6, b'i', b'n', b't', 2, 0, 0];
    check(
        &array,
        &datum,
        "[1,{\"map\":{\"int\":1}}]",
        "[1,{\"map\":{\"int\":1}}]",
        "[{\"int\":1},{\"map\":{\"int\":1}}]",
    );
}
