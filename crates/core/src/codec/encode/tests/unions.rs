//! Which branch of a union a value belongs to.

use super::*;

const RECORDS: &str = r#"["null",
    {"type":"record","name":"a.Card","fields":[{"name":"number","type":"string"},{"name":"holder","type":["null","string"],"default":null}]},
    {"type":"record","name":"a.Bank","fields":[{"name":"iban","type":"string"},{"name":"holder","type":["null","string"],"default":null}]},
    {"type":"record","name":"b.Card","fields":[{"name":"number","type":"int"},{"name":"year","type":"int"}]}]"#;

#[test]
fn a_value_belongs_to_the_one_branch_it_fits() {
    check(&[
        (r#"["null","string"]"#, "null", Ok("00")),
        (r#"["null","string"]"#, "\"a\"", Ok("020261")),
        (r#"["string","null"]"#, "null", Ok("02")),
        (r#"["string"]"#, "null", Err("the value must be a value of the union [string], not null")),
        (r#"["null","long"]"#, "9007199254740993", Ok("028280808080808020")),
        (r#"["boolean","int","string"]"#, "false", Ok("0000")),
        (r#"["int","string",{"type":"array","items":"int"}]"#, "[1]", Ok("04020200")),
        (r#"["long","double"]"#, "1.5", Ok("02000000000000f83f")),
        (r#"["int","long"]"#, "3000000000", Ok("0280f882ad16")),
        (
            r#"["string",{"type":"map","values":"int"}]"#,
            r#"{"a":1}"#,
            Ok("02020261 0200".replace(' ', "").as_str()),
        ),
        (r#"["string",{"type":"long","logicalType":"timestamp-millis"}]"#, "5", Ok("020a")),
        (
            r#"["bytes",{"type":"enum","name":"E","symbols":["OPEN"]}]"#,
            "\"AB==\"",
            Err("the value fits no branch of its union: not `bytes`"),
        ),
        (r#"["bytes",{"type":"enum","name":"E","symbols":["OPENED"]}]"#, "\"OPENED\"", Ok("0200")),
        (r#"["double","string"]"#, "\"nan\"", Ok("02066e616e")),
        (r#"["double","null"]"#, "\"NaN\"", Ok("00000000000000f87f")),
        (
            "[]",
            "1",
            Err("the value must be a value of an empty union, of which there is none, not the number 1"),
        ),
    ]);
}

#[test]
fn a_value_that_fits_several_branches_asks_for_its_tag() {
    check(&[
        (
            r#"["int","long"]"#,
            "5",
            Err("the value fits `int` and `long` of its union: say which, as {\"int\": …} (byte 0)"),
        ),
        (r#"["int","long"]"#, r#"{"long":5}"#, Ok("020a")),
        (r#"["string","bytes"]"#, "\"AA==\"", Err("the value fits `string` and `bytes`")),
        (r#"["string","bytes"]"#, "\"é\"", Ok("0004c3a9")),
        (r#"["double","string"]"#, "\"NaN\"", Err("the value fits `double` and `string`")),
        (r#"["float","double"]"#, "1e300", Ok("029c7500883ce4377e")),
        (
            r#"["string",{"type":"long","logicalType":"timestamp-millis"}]"#,
            "\"1970-01-01T00:00:00Z\"",
            Err("the value fits `string` and `long`"),
        ),
    ]);
}

#[test]
fn an_object_named_like_a_branch_is_always_tagged() {
    let map = r#"["null",{"type":"map","values":"int"}]"#;
    check(&[
        (r#"["null","string"]"#, r#"{"string":"a"}"#, Ok("020261")),
        (r#"["null","string"]"#, r#"{"null":null}"#, Ok("00")),
        (
            r#"["null","string"]"#,
            r#"{"string":"a","x":1}"#,
            Err("the value must be a value of the union [null, string], not an object"),
        ),
        (map, r#"{"map":{"a":1}}"#, Ok("020202610200")),
        (map, r#"{"map":1}"#, Err("the value must be a map, not the number 1 (byte 7)")),
        (map, r#"{"map":1,"a":2}"#, Ok("0204066d617002026104 00".replace(' ', "").as_str())),
        (map, r#"{"null":1}"#, Err("the value must be null")),
        (map, "{}", Ok("0200")),
        (RECORDS, r#"{"a.Card":{"number":"1"}}"#, Ok("02023100")),
        (RECORDS, r#"{"Bank":{"iban":"1"}}"#, Ok("04023100")),
        // Two branches go by this name, so that it is no tag.
        (
            RECORDS,
            r#"{"Card":{"number":"1"}}"#,
            Err(
                "the value fits no branch of its union: `a.Card` has no field `Card`; `a.Bank` has no field `Card`; `b.Card` has no field `Card`",
            ),
        ),
    ]);
    let tags = |names: &[&str]| {
        let record = |name: &&str| format!(r#"{{"type":"record","name":"{name}","fields":[]}}"#);
        let text = format!("[{}]", names.iter().map(record).collect::<Vec<_>>().join(","));
        let text = format!("[\"int\",{}", &text[1..]);
        let schema = schema(&text);
        let Content::Union(branches) = schema.content(schema.root()) else { panic!("a union") };
        let step = union::UnionStep::new(&schema, branches);
        move |name: &str| step.tagged(name)
    };
    let found = tags(&["R", "a.R", "b.S", "c.int"]);
    // `R` is a whole name of the first, and so is `int`: the others that end in them are told by their whole names.
    assert_eq!(
        ["R", "a.R", "S", "b.S", "c.int", "int", "T"].map(&found),
        [Some(1), Some(2), Some(3), Some(3), Some(4), Some(0), None]
    );
}

#[test]
fn records_are_told_apart_by_their_fields() {
    check(&[
        (RECORDS, r#"{"number":"1"}"#, Ok("02023100")),
        (RECORDS, r#"{"iban":"1","holder":"h"}"#, Ok("0402310202 68".replace(' ', "").as_str())),
        (RECORDS, r#"{"year":2,"number":1}"#, Ok("060204")),
        (RECORDS, r#"{"iban":1}"#, Err("`iban` must be a string, not the number 1 (byte 8)")),
        (
            RECORDS,
            r#"{"holder":"h"}"#,
            Err(
                "the value fits no branch of its union: `a.Card` needs the field `number`; `a.Bank` needs the field `iban`; `b.Card` has no field `holder` (byte 0)",
            ),
        ),
        (RECORDS, r#"{"iban":"1","iban":"1"}"#, Err("`iban` stands twice")),
        (RECORDS, r#"{"iban":"1","#, Err("this is not JSON")),
        (
            RECORDS,
            "5",
            Err("the value must be a value of the union [null, a.Card, a.Bank, b.Card], not the number 5"),
        ),
    ]);
    let overlapping = r#"[{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]},
        {"type":"record","name":"B","fields":[{"name":"x","type":["int","string"]},{"name":"y","type":"int","default":0}]},
        {"type":"map","values":"string"},
        {"type":"fixed","name":"D","size":12,"logicalType":"duration"}]"#;
    check(&[
        (overlapping, r#"{"x":1}"#, Err("the value fits `A` and `B` of its union: say which, as {\"A\": …}")),
        (overlapping, r#"{"x":1,"y":2}"#, Ok("02000204")),
        (overlapping, r#"{"x":"s"}"#, Err("the value fits `B` and `map`")),
        (overlapping, r#"{"A":{"x":1}}"#, Ok("0002")),
        (overlapping, r#"{"z":"s"}"#, Ok("0402027a027300")),
        (
            overlapping,
            r#"{"x":true}"#,
            Err(
                "the value fits no branch of its union: not `A`, because `x` must be an int (from -2147483648 to 2147483647), not true; not `B`, because `x` must be a value of the union [int, string], not true; not `map`, because `[\"x\"]` must be a string, not true",
            ),
        ),
        (overlapping, r#"{"months":1,"days":2,"millis":3}"#, Ok("06010000000200000003000000")),
    ]);
}

#[test]
fn the_tagged_form_needs_its_tags() {
    let tagged =
        |text: &str, json: &str| encoded(&Encoder::new(&schema(text), Form::Tagged, Bytes::Base64), json);
    assert_eq!(tagged(r#"["null","int"]"#, r#"{"int":1}"#).as_deref(), Ok("0202"));
    assert_eq!(tagged(r#"["null","int"]"#, "null").as_deref(), Ok("00"));
    let rows = [
        (
            r#"["null","int"]"#,
            "1",
            "the value must be a value of the union [null, int], as {\"<branch>\": …}, not the number 1 (byte 0)",
        ),
        (
            r#"["null","int"]"#,
            "{}",
            "the value must be a value of the union [null, int], as {\"<branch>\": …}, not an object (byte 0)",
        ),
        (
            r#"["null","int"]"#,
            r#"{"int":1,"int":2}"#,
            "the value must be a value of the union [null, int], as {\"<branch>\": …} alone, not an object (byte 0)",
        ),
        (
            r#"["null","int"]"#,
            r#"{"long":1}"#,
            "the value is tagged `long`, which is no branch of its union; its branches are `null`, `int` (byte 1)",
        ),
        (
            r#"["null",{"type":"enum","name":"a.Status","symbols":["A"]}]"#,
            r#"{"a.Statuss":"A"}"#,
            "the value is tagged `a.Statuss`, which is no branch of its union; did you mean `a.Status`? (byte 1)",
        ),
        (
            r#"["null","int"]"#,
            r#"{"int":"x"}"#,
            "the value must be an int (from -2147483648 to 2147483647), not the string \"x\" (byte 7)",
        ),
    ];
    for (schema, json, words) in rows {
        assert_eq!(tagged(schema, json).unwrap_err(), words);
    }
}
