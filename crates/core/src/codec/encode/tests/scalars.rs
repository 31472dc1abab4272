//! Values that hold no others.

use super::*;

const DATE: &str = r#"{"type":"int","logicalType":"date"}"#;
const TIME: &str = r#"{"type":"int","logicalType":"time-millis"}"#;
const MILLIS: &str = r#"{"type":"long","logicalType":"timestamp-millis"}"#;
const LOCAL: &str = r#"{"type":"long","logicalType":"local-timestamp-micros"}"#;
const MONEY: &str = r#"{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}"#;
const WHOLE: &str = r#"{"type":"bytes","logicalType":"decimal","precision":4}"#;
const FIXED_MONEY: &str =
    r#"{"type":"fixed","name":"M","size":4,"logicalType":"decimal","precision":9,"scale":2}"#;
const FIXED: &str = r#"{"type":"fixed","name":"F","size":3}"#;
const UUID: &str = r#"{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}"#;
const DURATION: &str = r#"{"type":"fixed","name":"D","size":12,"logicalType":"duration"}"#;
const ENUM: &str = r#"{"type":"enum","name":"a.Status","symbols":["OPEN","CLOSED","PAID"]}"#;

const INT: &str = "the value must be an int (from -2147483648 to 2147483647), not ";
const LONG: &str = "the value must be a long (from -9223372036854775808 to 9223372036854775807), not ";
const DOUBLE: &str = "the value must be a double (at most 1.7976931348623157e308), not ";

#[test]
fn whole_numbers_are_exact_or_refused() {
    check(&[
        ("int", "0", Ok("00")),
        ("int", "-0", Ok("00")),
        ("int", "2147483647", Ok("feffffff0f")),
        ("int", "-2147483648", Ok("ffffffff0f")),
        ("int", " 64\n", Ok("8001")),
        ("long", "2147483648", Ok("8080808010")),
        ("long", "9007199254740993", Ok("8280808080808020")),
        ("long", "9223372036854775807", Ok("feffffffffffffffff01")),
        ("long", "-9223372036854775808", Ok("ffffffffffffffffff01")),
    ]);
    let refused: [(&str, &str, String); 11] = [
        ("int", "2147483648", format!("{INT}the number 2147483648 (byte 0)")),
        ("int", "-2147483649", format!("{INT}the number -2147483649 (byte 0)")),
        ("int", "1.0", format!("{INT}the number 1.0")),
        ("int", "1e3", format!("{INT}the number 1e3")),
        ("int", " \"1\"", format!("{INT}the string \"1\" (byte 1)")),
        ("int", "null", format!("{INT}null")),
        ("int", "true", format!("{INT}true")),
        ("int", "[1]", format!("{INT}an array")),
        ("int", "{}", format!("{INT}an object")),
        ("long", "9223372036854775808", format!("{LONG}the number 9223372036854775808")),
        ("long", "-9223372036854775809", format!("{LONG}the number -9223372036854775809")),
    ];
    for (schema, json, words) in &refused {
        check(&[(schema, json, Err(words))]);
    }
    let hundred = "7".repeat(100);
    check(&[("long", &hundred, Err(&format!("{LONG}the number {}… (byte 0)", "7".repeat(60))))]);
}

#[test]
fn floats_are_rounded_once_and_never_to_infinity() {
    check(&[
        ("double", "0.1", Ok("9a9999999999b93f")),
        ("double", "-0", Ok("0000000000000080")),
        ("double", "-0.0", Ok("0000000000000080")),
        ("double", "9007199254740993", Ok("0000000000004043")),
        ("double", "1e-400", Ok("0000000000000000")),
        ("double", "\"NaN\"", Ok("000000000000f87f")),
        ("double", "\"Infinity\"", Ok("000000000000f07f")),
        ("double", "\"-Infinity\"", Ok("000000000000f0ff")),
        ("float", "0.1", Ok("cdcccc3d")),
        ("float", "-0.0", Ok("00000080")),
        // Rounded to a double first, this would become 1.0000001.
        ("float", "1.00000005960464477539062500000000000000001", Ok("0100803f")),
        ("float", "16777217", Ok("0000804b")),
        ("float", "\"NaN\"", Ok("0000c07f")),
        ("float", "1e39", Err("the value must be a float (at most 3.4028235e38), not the number 1e39")),
        ("float", "\"nan\"", Err("the value must be a float (at most 3.4028235e38), not the string \"nan\"")),
        ("double", "NaN", Err("this is not JSON: expected a value (byte 0)")),
    ]);
    check(&[
        ("double", "1e400", Err(&format!("{DOUBLE}the number 1e400"))),
        ("double", "\"1\"", Err(&format!("{DOUBLE}the string \"1\""))),
        ("double", "null", Err(&format!("{DOUBLE}null"))),
    ]);
    let hundred = format!("1{}", "0".repeat(99));
    check(&[("double", &hundred, Ok(&hex(&1e99_f64.to_le_bytes())))]);
}

#[test]
fn strings_are_their_characters() {
    check(&[
        ("string", "\"\"", Ok("00")),
        ("string", "\"é\"", Ok("04c3a9")),
        ("string", r#""\u00e9""#, Ok("04c3a9")),
        ("string", r#""\ud83d\ude00\n""#, Ok("0af09f98800a")),
        ("string", r#""\u0000""#, Ok("0200")),
        ("string", r#""\ud800""#, Err("this is not JSON: a lone surrogate is no character (byte 1)")),
        (
            "string",
            "\"a\nb\"",
            Err("this is not JSON: a control character in a string must be escaped (byte 2)"),
        ),
        ("string", "1", Err("the value must be a string, not the number 1")),
        ("string", "\"a\" 1", Err("this is not JSON: something follows the end of the value (byte 4)")),
        ("string", "\"a", Err("this is not JSON: the text ends too early")),
        ("string", "", Err("this is not JSON: the text ends too early (byte 0)")),
        ("null", "null", Ok("")),
        ("null", "0", Err("the value must be null, not the number 0")),
        ("boolean", "true", Ok("01")),
        ("boolean", "false", Ok("00")),
        ("boolean", "\"true\"", Err("the value must be a boolean, not the string \"true\"")),
    ]);
}

#[test]
fn bytes_are_base64_or_characters() {
    check(&[
        ("bytes", "\"\"", Ok("00")),
        ("bytes", "\"AAH/\"", Ok("060001ff")),
        ("bytes", "\"AA==\"", Ok("0200")),
        ("bytes", r#""\u0041A==""#, Ok("0200")),
        ("bytes", "\"AA\"", Err("the value must be bytes, not the string \"AA\": expected base64")),
        ("bytes", "\"_w==\"", Err("the value must be bytes, not the string \"_w==\": expected base64")),
        ("bytes", "1", Err("the value must be bytes, not the number 1")),
        (FIXED, "\"AAH/\"", Ok("0001ff")),
        (FIXED, "\"AA==\"", Err("the value must be 3 bytes, not the string \"AA==\": it has 1 byte")),
    ]);
    let latin = Encoder::new(&schema("bytes"), Form::Plain, Bytes::Latin);
    assert_eq!(encoded(&latin, "\"\\u0000Aÿ\"").as_deref(), Ok("060041ff"));
    let error = encoded(&latin, "\"Ā\"").unwrap_err();
    assert!(error.contains("characters from U+0000 to U+00FF"), "{error}");
}

#[test]
fn logical_types_are_numbers_or_texts() {
    check(&[
        (DATE, "\"1970-01-02\"", Ok("02")),
        (DATE, "-1", Ok("01")),
        (
            DATE,
            "\"2026-02-30\"",
            Err("the value must be a date, not the string \"2026-02-30\": there is no such day"),
        ),
        (DATE, "1.5", Err("the value must be a date, not the number 1.5")),
        (DATE, "2147483648", Err("the value must be a date, not the number 2147483648: out of range")),
        (TIME, "\"00:00:00.001\"", Ok("02")),
        (
            TIME,
            "\"00:00:00.0001\"",
            Err("the value must be a time-millis, not the string \"00:00:00.0001\": more than 3"),
        ),
        (MILLIS, "\"1970-01-01T00:00:00.001Z\"", Ok("02")),
        (MILLIS, "\"1970-01-01T01:00:00+01:00\"", Ok("00")),
        (MILLIS, "\"1970-01-01T00:00:00\"", Err("the value must be a timestamp-millis")),
        (MILLIS, "9223372036854775807", Ok("feffffffffffffffff01")),
        (LOCAL, "\"1970-01-01T00:00:00.000001\"", Ok("02")),
        (LOCAL, "\"1970-01-01T00:00:00Z\"", Err("the value must be a local-timestamp-micros")),
        (r#"{"type":"string","logicalType":"uuid"}"#, "\"any\"", Ok("06616e79")),
        (UUID, "\"00010203-0405-0607-0809-0a0b0c0d0e0f\"", Ok("000102030405060708090a0b0c0d0e0f")),
        (UUID, "\"0001\"", Err("the value must be a uuid, not the string \"0001\"")),
        (DURATION, r#"{"months":1,"days":2,"millis":3}"#, Ok("010000000200000003000000")),
        (DURATION, r#"{"millis":4294967295,"months":1,"days":0}"#, Ok("0100000000000000ffffffff")),
        (
            DURATION,
            r#"{"months":1,"days":2}"#,
            Err(
                "the value must be a duration, not an object: it has months, days and millis, all three (byte 0)",
            ),
        ),
        (DURATION, r#"{"months":1,"weeks":2}"#, Err("the value must be a duration, not an object: it has")),
        (
            DURATION,
            r#"{"months":1,"days":-2,"millis":3}"#,
            Err("`days` must be a whole number from 0 to 4294967295, not the number -2 (byte 19)"),
        ),
        (DURATION, r#"{"months":1,"months":1}"#, Err("`months` stands twice (byte 12)")),
        // A logical type that does not fit counts for nothing.
        (r#"{"type":"int","logicalType":"timestamp-millis"}"#, "\"1970-01-01T00:00:00Z\"", Err(INT)),
    ]);
}

#[test]
fn decimals_are_exact() {
    check(&[
        (MONEY, "\"12.34\"", Ok("0404d2")),
        (MONEY, "12.34", Ok("0404d2")),
        (MONEY, "\"-12.34\"", Ok("04fb2e")),
        (MONEY, "\"0.00\"", Ok("0200")),
        (MONEY, "-0", Ok("0200")),
        (MONEY, "1.28", Ok("040080")),
        (MONEY, "-1.28", Ok("0280")),
        (MONEY, "9999.99", Ok("060f423f")),
        (MONEY, "1.5e1", Ok("0405dc")),
        (
            MONEY,
            "10000.00",
            Err(
                "the value must be a decimal of at most 6 digits, 2 of them behind the point, not the number 10000.00: it has 7 digits",
            ),
        ),
        (
            MONEY,
            "\"1.234\"",
            Err(
                "the value must be a decimal of at most 6 digits, 2 of them behind the point, not the string \"1.234\": more than 2 digits behind the point would be lost",
            ),
        ),
        (MONEY, "1e1000000000", Err("the value must be a decimal")),
        (MONEY, "\"twelve\"", Err("the value must be a decimal")),
        (MONEY, "true", Err("the value must be a decimal")),
        (WHOLE, "1234", Ok("0404d2")),
        (WHOLE, "1.2", Err("the value must be a decimal")),
        (FIXED_MONEY, "12.34", Ok("000004d2")),
        (FIXED_MONEY, "-0.01", Ok("ffffffff")),
        (FIXED_MONEY, "9999999.99", Ok("3b9ac9ff")),
    ]);
}

#[test]
fn symbols_are_known() {
    check(&[
        (ENUM, "\"OPEN\"", Ok("00")),
        (ENUM, "\"PAID\"", Ok("04")),
        (ENUM, r#""\u0050AID""#, Ok("04")),
        (
            ENUM,
            "\"CLOSD\"",
            Err("the value is `CLOSD`, which is no symbol of `a.Status`; did you mean `CLOSED`? (byte 0)"),
        ),
        (
            ENUM,
            " \"X\"",
            Err(
                "the value is `X`, which is no symbol of `a.Status`; its symbols are `OPEN`, `CLOSED`, `PAID` (byte 1)",
            ),
        ),
        (ENUM, "1", Err("the value must be a symbol of `a.Status`, not the number 1")),
    ]);
}

#[test]
fn the_tagged_form_takes_plain_types_only() {
    let tagged =
        |text: &str, json: &str| encoded(&Encoder::new(&schema(text), Form::Tagged, Bytes::Base64), json);
    assert_eq!(tagged(MONEY, "\"\\u0004Ò\"").as_deref(), Ok("0404d2"));
    assert_eq!(tagged(MILLIS, "1").as_deref(), Ok("02"));
    for (schema, json) in
        [(MILLIS, "\"1970-01-01T00:00:00Z\""), (MONEY, "1"), (DURATION, "{}"), (UUID, "\"a\"")]
    {
        assert!(tagged(schema, json).is_err(), "{schema} {json}");
    }
}
