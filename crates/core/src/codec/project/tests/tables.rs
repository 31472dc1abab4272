//! What is found in single values, and what is said of paths that lead nowhere.

use super::*;

const EVENT: &str = r#"{"type":"record","name":"a.Event","fields":[
    {"name":"flag","type":"boolean"},{"name":"half","type":"float"},{"name":"whole","type":"double"},
    {"name":"small","type":"int"},{"name":"large","type":["long","null"]},
    {"name":"tags","type":{"type":"array","items":"string"}},
    {"name":"labels","type":{"type":"map","values":["null","int"]}},
    {"name":"state","type":{"type":"enum","name":"State","symbols":["OPEN","CLOSED"]}},
    {"name":"raw","type":"bytes"},{"name":"hash","type":{"type":"fixed","name":"Hash","size":2}},
    {"name":"id","type":{"type":"fixed","name":"Id","size":16,"logicalType":"uuid"}},
    {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
    {"name":"fee","type":["null",{"type":"fixed","name":"Fee","size":4,"logicalType":"decimal","precision":9,"scale":3}]},
    {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
    {"name":"nothing","type":"null"},
    {"name":"customer","type":{"type":"record","name":"Customer","fields":[
        {"name":"name","type":"string"},
        {"name":"address","type":["null",{"type":"record","name":"Address","fields":[
            {"name":"street","type":"string"},{"name":"city","type":["null","string"]}]}]}]}},
    {"name":"end","type":"string"}]}"#;
const JSON: &str = r#"{"flag":true,"half":0.1,"whole":-0.0,"small":-5,"large":9007199254740993,"tags":["x","yy"],
    "labels":{"a":null,"b":7},"state":"CLOSED","raw":"AAH/","hash":"AAE=","id":"00010203-0405-0607-0809-0a0b0c0d0e0f",
    "price":"12.34","fee":"-0.001","at":1763820000123,"nothing":null,
    "customer":{"name":"é","address":{"street":"s","city":null}},"end":"e"}"#;

#[test]
fn every_type_fills_its_slot() {
    let datum = data(EVENT, JSON);
    let rows = [
        ("flag", "true"),
        ("half", "0.1f"),
        ("whole", "-0.0d"),
        ("small", "-5"),
        ("large", "9007199254740993"),
        ("tags", "whole [4, 2, 120, 4, 121, 121, 0]"),
        ("labels", "whole [4, 2, 97, 0, 2, 98, 2, 14, 0]"),
        ("state", "'CLOSED'"),
        ("raw", "bytes [0, 1, 255]"),
        ("hash", "bytes [0, 1]"),
        ("id", "uuid [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]"),
        ("price", "decimal [4, 210]/2"),
        ("fee", "decimal [255, 255, 255, 255]/3"),
        ("at", "1763820000123"),
        ("nothing", "null"),
        ("customer", "whole [4, 195, 169, 2, 2, 115, 0]"),
        ("customer.name", "'é'"),
        ("customer.address", "whole [2, 115, 0]"),
        ("customer.address.street", "'s'"),
        ("customer.address.city", "null"),
        ("end", "'e'"),
    ];
    let schema = schema(EVENT);
    let paths: Vec<&str> = rows.iter().map(|(path, _)| *path).collect();
    let expected: Vec<String> = rows.iter().map(|(_, slot)| (*slot).to_owned()).collect();
    for projection in
        [Projection::new(&schema, &paths).unwrap(), Projection::strict(&schema, &paths).unwrap()]
    {
        assert_eq!(found(&projection, &datum).unwrap(), expected);
    }
    for (path, slot) in rows {
        let one = Projection::new(&schema, &[path]).unwrap();
        assert_eq!(found(&one, &datum).unwrap(), [slot], "{path}");
        // Each path in front of and behind each other one.
        for (other, other_slot) in rows {
            let two = Projection::strict(&schema, &[path, other, path]).unwrap();
            assert_eq!(found(&two, &datum).unwrap(), [slot, other_slot, slot], "{path} {other}");
        }
    }
    let none = Projection::new(&schema, &[]).unwrap();
    assert_eq!(found(&none, &[]).unwrap(), Vec::<String>::new());
}

#[test]
fn a_branch_without_the_field_gives_nothing() {
    let text = r#"{"type":"record","name":"P","fields":[{"name":"by","type":["null","string",
        {"type":"record","name":"Card","fields":[{"name":"number","type":"string"},{"name":"holder","type":"string"}]},
        {"type":"record","name":"Bank","fields":[{"name":"holder","type":{"type":"record","name":"H","fields":[{"name":"number","type":"int"}]}},{"name":"iban","type":"string"}]}]},
        {"name":"end","type":"int"}]}"#;
    let projection =
        Projection::new(&schema(text), &paths_of("by.number by.holder by.holder.number by end")).unwrap();
    let rows = [
        (r#"{"by":null,"end":1}"#, ["missing", "missing", "missing", "null", "1"]),
        (r#"{"by":"cash","end":2}"#, ["missing", "missing", "missing", "'cash'", "2"]),
        (
            r#"{"by":{"number":"1","holder":"h"},"end":3}"#,
            ["'1'", "'h'", "missing", "whole [2, 49, 2, 104]", "3"],
        ),
        (
            r#"{"by":{"iban":"i","holder":{"number":5}},"end":4}"#,
            ["missing", "whole [10]", "5", "whole [10, 2, 105]", "4"],
        ),
    ];
    for (json, expected) in rows {
        assert_eq!(found(&projection, &data(text, json)).unwrap(), expected, "{json}");
    }
}

#[test]
fn a_composite_knows_its_type() {
    let text = r#"["null",{"type":"record","name":"A","fields":[{"name":"x","type":["null","A",{"type":"map","values":"int"}]}]}]"#;
    let schema = schema(text);
    let projection = Projection::new(&schema, &["x"]).unwrap();
    let mut slots = [Slot::Missing];
    let datum = data(text, r#"{"x":{"x":null}}"#);
    projection.project(&datum, &mut slots).unwrap();
    assert_eq!(slots, [Slot::Composite(Composite::Avro { data: &[0], node: schema.named("A").unwrap() })]);
    let datum = data(text, r#"{"x":{"k":1}}"#);
    projection.project(&datum, &mut slots).unwrap();
    let [Slot::Composite(Composite::Avro { data, node })] = slots else { panic!("{slots:?}") };
    assert_eq!((data, schema.content(node).branch_name()), ([2, 2, b'k', 2, 0].as_slice(), "map"));
}

#[test]
fn recursive_records_are_passed_over_and_looked_into() {
    let text = r#"{"type":"record","name":"Tree","fields":[
        {"name":"children","type":{"type":"array","items":"Tree"}},{"name":"left","type":["null","Tree"]},{"name":"name","type":"string"}]}"#;
    let json = r#"{"children":[{"children":[],"left":null,"name":"a"}],"left":{"children":[],"left":{"children":[],"left":null,"name":"b"},"name":"c"},"name":"d"}"#;
    let projection =
        Projection::strict(&schema(text), &paths_of("name left.name left.left.name left.left.left.name"))
            .unwrap();
    assert_eq!(found(&projection, &data(text, json)).unwrap(), ["'d'", "'c'", "'b'", "missing"]);
    // Data that nest deeper than any JSON: each level is a list of one child.
    let deep = vec![2; 100_000];
    let error = found(&projection, &deep).unwrap_err();
    assert_eq!(error, "the data are damaged: nested deeper than 256 levels (byte 91)");
    // What a decoder takes is read, however it nests.
    for (schema_text, begin, inner, end) in [
        (
            r#"{"type":"record","name":"L","fields":[{"name":"n","type":["null","L"]}]}"#,
            "{\"n\":",
            "null",
            "}",
        ),
        (
            r#"{"type":"record","name":"L","fields":[{"name":"n","type":["null",{"type":"array","items":"L"}]}]}"#,
            "{\"n\":[",
            "",
            "]}",
        ),
        (
            r#"{"type":"record","name":"L","fields":[{"name":"n","type":{"type":"map","values":["null","L"]}}]}"#,
            "{\"n\":{\"k\":",
            "null",
            "}}",
        ),
    ] {
        let levels = crate::json::DEPTH_LIMIT / (begin.len() - begin.replace(['{', '['], "").len());
        let json = format!("{}{inner}{}", begin.repeat(levels), end.repeat(levels));
        let nothing = Projection::strict(&schema(schema_text), &[]).unwrap();
        assert_eq!(found(&nothing, &data(schema_text, &json)), Ok(Vec::new()), "{schema_text}");
    }
    let endless = r#"{"type":"record","name":"R","fields":[{"name":"e","type":{"type":"record","name":"E","fields":[{"name":"e","type":"E"},{"name":"f","type":"E"}]}},{"name":"x","type":"int"}]}"#;
    let endless = Projection::new(&schema(endless), &["x"]).unwrap();
    assert_eq!(
        found(&endless, &[0; 9]).unwrap_err(),
        "the data are damaged: nested deeper than 256 levels (byte 0)"
    );
}

#[test]
fn blocks_are_jumped_over() {
    let text = r#"{"type":"record","name":"R","fields":[
        {"name":"list","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"s","type":"string"},{"name":"n","type":["null","long","string"]}]}}},
        {"name":"map","type":{"type":"map","values":"long"}},
        {"name":"fixed","type":{"type":"array","items":"double"}},
        {"name":"nulls","type":{"type":"array","items":"null"}},
        {"name":"end","type":"int"}]}"#;
    let projection = Projection::strict(&schema(text), &["end"]).unwrap();
    let good: [&[u8]; 4] = [
        &[0, 0, 0, 0, 14],
        // Two items of three and two bytes; a map of one entry; eight bytes; three nulls.
        &[4, 2, b'a', 0, 0, 0, 0, 2, 2, b'k', 1, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 6, 0, 14],
        // The same in blocks that tell their sizes; what is in them is not looked at.
        &[3, 10, 9, 9, 9, 9, 9, 0, 1, 6, 9, 9, 9, 0, 1, 16, 9, 9, 9, 9, 9, 9, 9, 9, 0, 5, 0, 0, 14],
        // Several blocks.
        &[2, 0, 0, 1, 4, 0, 0, 2, 0, 0, 0, 0, 0, 2, 4, 0, 14],
    ];
    for datum in good {
        assert_eq!(found(&projection, datum).as_deref(), Ok(["7".to_owned()].as_slice()), "{datum:?}");
    }
    let bad: [(&[u8], &str); 7] = [
        (
            &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0],
            "a block of 9223372036854775807 items where 1 bytes are left (byte 0)",
        ),
        (&[3, 20, 1, 2], "a length of 10 bytes where 2 are left (byte 0)"),
        (&[3, 1, 1, 2], "a length below zero: -1 (byte 0)"),
        (&[0, 0, 2, 1, 2, 3], "the data end within a fixed (byte 3)"),
        // 2^62 nulls.
        (
            &[0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0, 14],
            "more than 1000000 items that take no bytes (byte 3)",
        ),
        (&[2, 0, 6, 0, 0, 0, 0], "branch 3 of a union of 3 (byte 2)"),
        (&[0, 0, 0, 0, 14, 1], "the value ends, and 1 bytes follow (byte 5)"),
    ];
    for (datum, words) in bad {
        assert_eq!(
            found(&projection, datum).unwrap_err(),
            format!("the data are damaged: {words}"),
            "{datum:?}"
        );
    }
}

#[test]
fn reading_ends_with_the_last_field() {
    let datum = data(EVENT, JSON);
    let schema = schema(EVENT);
    let early = Projection::new(&schema, &["small", "flag"]).unwrap();
    assert_eq!(found(&early, &datum[..14]).unwrap(), ["-5", "true"], "the rest is not needed");
    assert_eq!(
        found(&early, &datum[..13]).unwrap_err(),
        "the data are damaged: the data end within a number (byte 13)"
    );
    let strict = Projection::strict(&schema, &["small", "flag"]).unwrap();
    assert!(found(&strict, &datum[..14]).is_err());
    assert!(found(&strict, &[datum.as_slice(), &[0]].concat()).unwrap_err().contains("1 bytes follow"));
    assert_eq!(early.code.len(), 4, "{:?}", early.code);
    // What fails leaves nothing of the payload before.
    let mut slots = [Slot::Null; 2];
    early.project(&[1], &mut slots).unwrap_err();
    assert_eq!(slots, [Slot::Missing, Slot::Boolean(true)]);
}

#[test]
fn neighbours_are_passed_over_at_once() {
    let optional = r#"["null","string"]"#;
    let text = format!(
        r#"{{"type":"record","name":"R","fields":[
        {{"name":"a","type":"float"}},{{"name":"b","type":{{"type":"record","name":"S","fields":[{{"name":"c","type":"double"}},{{"name":"d","type":"int"}}]}}}},{{"name":"e","type":"long"}},
        {{"name":"f","type":{optional}}},{{"name":"g","type":{optional}}},{{"name":"z","type":"int"}}]}}"#
    );
    let projection = Projection::new(&schema(&text), &["z"]).unwrap();
    use program::{Op, Scalar, Simple};
    assert_eq!(
        projection.code,
        [
            Op::Skip { what: Simple::Fixed(12), times: 1 },
            Op::Skip { what: Simple::Long, times: 2 },
            Op::SkipOptional { what: Simple::Bytes, present: 1, times: 2 },
            Op::Read { slot: 0, kind: Scalar::Int },
            Op::End,
        ]
    );
}

#[test]
fn a_chain_of_records_needs_no_stack() {
    let schema = crate::codec::test_schemas::chain(20_000, "int");
    let projection = Projection::strict(&schema, &[]).unwrap();
    assert!(projection.code.len() < 100_000, "{}", projection.code.len());
    let error = found(&projection, &[0; 1]).unwrap_err();
    assert!(error.contains("nested deeper than 256 levels"), "{error}");
}

#[test]
fn slots_are_used_again() {
    let mut slots: Vec<Slot<'_>> = Vec::with_capacity(7);
    for payload in ["{\"a\":1}".to_owned(), "{\"a\":\"x\"}".to_owned()] {
        slots = recycled(slots);
        slots.resize(1, Slot::Missing);
        JsonProjection::new(&[], &["a"])
            .unwrap()
            .project(payload.as_bytes(), &mut recycled(slots.clone()))
            .unwrap();
        assert_eq!(slots.capacity(), 7);
        slots = recycled(slots);
    }
}

#[test]
fn paths_lead_to_fields() {
    let rows = [
        ("smal", "`smal` is no field of `a.Event`; did you mean `small`?"),
        (
            "customer.adress.city",
            "`customer.adress` is no field of `a.Customer`; did you mean `customer.address`?",
        ),
        ("customer.address.zzzz", "`customer.address.zzzz` is no field of `a.Address`"),
        ("tags.x", "`tags.x` leads nowhere: `tags` is an array and has no fields"),
        ("labels.a", "`labels.a` leads nowhere: `labels` is a map and has no fields"),
        ("large.x", "`large.x` leads nowhere: `large` is a long and has no fields"),
        ("state.x", "`state.x` leads nowhere: `state` is an enum and has no fields"),
        ("nothing.x", "`nothing.x` leads nowhere: `nothing` is null and has no fields"),
        ("", "`` is no path: names with dots between them, as in `a.b`"),
        ("customer..name", "`customer..name` is no path: names with dots between them, as in `a.b`"),
    ];
    for (path, expected) in rows {
        let errors = Projection::new(&schema(EVENT), &["end", path]).unwrap_err();
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
    let all = Projection::new(&schema(EVENT), &["smal", "end", "flagg"]).unwrap_err();
    assert_eq!(all.len(), 2, "all at once");
    let whole = Projection::new(&schema("int"), &["a"]).unwrap_err();
    assert_eq!(whole[0].to_string(), "`a` leads nowhere: the whole value is an int and has no fields");
    let long = vec!["a"; 200].join(".");
    assert_eq!(Projection::new(&schema("int"), &[&long]).unwrap_err()[0].problem, PathProblem::Long);
    let records: Vec<String> =
        (0..6).map(|n| format!(r#"{{"type":"record","name":"R{n}","fields":[]}}"#)).collect();
    let union = Projection::new(&schema(&format!("[{}]", records.join(","))), &["a"]).unwrap_err();
    assert_eq!(union[0].to_string(), "`a` is no field of `R0` or `R1` or `R2` or `R3`");
}
