//! Tests of reading schemas: what they become, and what is said of those that are none.

use super::*;
use crate::yaml::Source;

fn read(text: &str) -> Result<Schema, Vec<String>> {
    let findings = parse(&Source::new("s.avsc", text), &[]);
    findings.map_err(|findings| findings.iter().map(ToString::to_string).collect())
}

#[test]
fn types_know_their_pointers_and_places() {
    let text = r#"{"type":"record","name":"a.R","fields":[
  {"name":"list","type":{"type":"array","items":["null","R",{"type":"enum","name":"E","symbols":["X"]}]}},
  {"name":"e","type":"E"},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}"#;
    let schema = read(text).unwrap();
    let pointer = |full: &str| schema.node(schema.named(full).unwrap()).pointer.clone();
    assert_eq!((pointer("a.R"), pointer("a.E")), (String::new(), "/fields/0/type/items/2".to_owned()));
    let fields = schema.fields();
    assert_eq!(
        schema.node(fields[1].schema).pointer,
        "/fields/0/type/items/2",
        "a name leads to its definition"
    );
    assert_eq!((fields[1].span.line, fields[1].span.column), (3, 3));
    assert_eq!(schema.node(fields[2].schema).logical, Some(LogicalType::TimestampMillis));
    let Content::Array(items) = schema.content(fields[0].schema) else { panic!("an array") };
    let Content::Union(branches) = schema.content(*items) else { panic!("a union") };
    assert_eq!(branches[1], schema.root(), "a recursive type is one node");
}

#[test]
fn names_are_resolved_as_java_does() {
    let text = r#"{"type":"record","name":"R","namespace":"a.b","fields":[
        {"name":"x","type":{"type":"fixed","name":"F","size":2,"aliases":["G","c.H"]}},
        {"name":"y","type":{"type":"record","name":"c.S","fields":[{"name":"f","type":"a.b.F"},{"name":"t","type":{"type":"enum","name":"T","symbols":[]}}]}},
        {"name":"z","type":{"type":"fixed","name":"U","namespace":"","size":1}},
        {"name":"u","type":"U"}]}"#;
    let schema = read(text).unwrap();
    let names: Vec<&str> = schema.names().map(|(name, _)| name).collect();
    assert_eq!(names, ["U", "a.b.F", "a.b.R", "c.S", "c.T"]);
    let aliases = schema.content(schema.named("a.b.F").unwrap()).aliases();
    assert_eq!(aliases.iter().map(Name::full).collect::<Vec<_>>(), ["a.b.G", "c.H"]);
    let name = Name::resolve("a.b.C", "ignored");
    assert_eq!((name.full(), name.short(), name.namespace()), ("a.b.C", "C", "a.b"));
}

#[test]
fn documents_are_referred_to_by_name() {
    let address = Source::new("address", r#"{"type":"record","name":"a.Address","fields":[]}"#);
    let order = Source::new(
        "order",
        r#"{"type":"record","name":"b.Order","fields":[{"name":"to","type":"a.Address"}]}"#,
    );
    let schema = parse(&order, std::slice::from_ref(&address)).unwrap();
    let to = schema.node(schema.fields()[0].schema);
    assert_eq!((to.document, schema.document(), schema.node(schema.root()).document), (0, 1, 1));
    let missing = parse(&order, &[]).unwrap_err();
    assert_eq!(missing[0].message, "the type `a.Address` is not defined before this place");
    assert!(
        parse(&address, std::slice::from_ref(&address)).unwrap_err()[0].message.contains("defined twice")
    );
}

#[test]
fn all_errors_of_a_schema_are_told_at_once() {
    let text = r#"{"type":"record","name":"R","fields":[
  {"name":"a","type":"strin"},
  {"name":"a-b","type":"int"},
  {"name":"c","type":["int","int",["null"]]},
  {"name":"d"},
  {"name":"e","type":{"type":"fixed","name":"F","size":-1}}]}"#;
    let expected = [
        "s.avsc:2:22: error: the type `strin` is not defined before this place\n  help: did you mean `string`?",
        "s.avsc:3:11: error: a name holds letters, digits and `_`, not '-'\n  help: give the field another name",
        "s.avsc:4:29: error: `int` stands twice in this union\n  help: a union has each type once; only named types may repeat their kind",
        "s.avsc:4:35: error: a union may not be a branch of a union\n  help: list its branches here instead",
        "s.avsc:5:3: error: the field `d` needs a `type`\n  help: for example \"type\": \"string\"",
        "s.avsc:6:56: error: a fixed type needs a `size` in bytes, from 0 to 2147483639\n  help: for example \"size\": 16",
    ];
    assert_eq!(read(text).unwrap_err(), expected);
}

#[test]
fn a_default_fits_its_type_or_some_branch() {
    let field = |schema: &str, default: &str| {
        read(&format!(
            r#"{{"type":"record","name":"R","fields":[{{"name":"f","type":{schema},"default":{default}}}]}}"#
        ))
    };
    let good = [
        ("\"int\"", "2147483647"),
        ("\"long\"", "-9223372036854775808"),
        ("\"double\"", "1"),
        ("\"double\"", "\"NaN\""),
        ("[\"null\",\"int\"]", "1"),
        ("{\"type\":\"array\",\"items\":\"int\"}", "[1,2]"),
        (
            "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"int\",\"default\":1}]}",
            "{}",
        ),
        ("{\"type\":\"map\",\"values\":\"string\"}", "{\"a\":\"b\"}"),
        ("\"bytes\"", "\"\\u00ff\""),
    ];
    for (schema, default) in good {
        assert!(field(schema, default).is_ok(), "{schema} {default}: {:?}", field(schema, default));
    }
    let bad = [
        ("\"int\"", "2147483648"),
        ("\"int\"", "1.0"),
        ("\"string\"", "1"),
        ("[\"null\",\"int\"]", "\"x\""),
        ("\"null\"", "0"),
        ("{\"type\":\"array\",\"items\":\"int\"}", "[1,\"2\"]"),
        ("\"boolean\"", "\"true\""),
        ("{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}", "{}"),
        (
            "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"S\",\"default\":{}}]}",
            "{}",
        ),
    ];
    for (schema, default) in bad {
        let errors = field(schema, default).unwrap_err();
        assert!(errors[0].contains("default"), "{schema} {default}: {errors:?}");
    }
}

#[test]
fn a_logical_type_that_does_not_fit_counts_for_nothing() {
    let rows = [
        (
            r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#,
            Ok(Some(LogicalType::Decimal { precision: 4, scale: 2 })),
        ),
        (
            r#"{"type":"bytes","logicalType":"decimal","precision":4}"#,
            Ok(Some(LogicalType::Decimal { precision: 4, scale: 0 })),
        ),
        (
            r#"{"type":"bytes","logicalType":"decimal","precision":0}"#,
            Err("a decimal needs a `precision` of at least 1"),
        ),
        (
            r#"{"type":"bytes","logicalType":"decimal","precision":2,"scale":3}"#,
            Err("the scale 3 is greater than the precision 2"),
        ),
        (
            r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9}"#,
            Ok(Some(LogicalType::Decimal { precision: 9, scale: 0 })),
        ),
        (
            r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":10}"#,
            Err("4 bytes hold 9 digits, not 10"),
        ),
        (r#"{"type":"int","logicalType":"timestamp-millis"}"#, Err("`timestamp-millis` fits long, not int")),
        (
            r#"{"type":"fixed","name":"F","size":12,"logicalType":"duration"}"#,
            Ok(Some(LogicalType::Duration)),
        ),
        (r#"{"type":"string","logicalType":"colour"}"#, Err("`colour` is no logical type that Avro knows")),
        (r#"{"type":"long"}"#, Ok(None)),
    ];
    for (text, expected) in rows {
        let schema = read(text).unwrap();
        let node = schema.node(schema.root());
        let found =
            node.logical_problem.as_ref().map_or(Ok(node.logical), |problem| Err(problem.to_string()));
        assert_eq!(found, expected.map_err(str::to_owned), "{text}");
    }
}
