//! Tests of what is told of two schemas.

use super::*;
use crate::schema::parse;
use crate::yaml::Source;

fn read(text: &str) -> Schema {
    parse(&Source::new("s", text), &[]).unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
}

fn told(old: &str, new: &str) -> Vec<String> {
    let differences = diff(&read(old), &read(new));
    assert_eq!(differences.further, 0);
    differences.items.iter().map(|item| format!("{}: {}", item.kind.as_str(), item.message)).collect()
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

#[test]
fn each_kind_of_change_is_told() {
    let f = |rest: &str| record(&format!(r#"{{"name":"f",{rest}}}"#));
    let e = |rest: &str| format!(r#"{{"type":"enum","name":"E",{rest}}}"#);
    let rows: Vec<(String, String, &[&str])> = vec![
        (f(r#""type":"int""#), f(r#""type":"int""#), &[]),
        (
            record(""),
            record(r#"{"name":"req","type":"string"},{"name":"opt","type":["null","int"],"default":null}"#),
            &[
                "field-added: field `req` was added: string, without a default",
                "field-added: field `opt` was added: union of null and int, default null",
            ],
        ),
        (f(r#""type":"int""#), record(""), &["field-removed: field `f` was removed: int"]),
        (
            f(r#""type":"int""#),
            record(r#"{"name":"g","type":"int","aliases":["f"]}"#),
            &["field-renamed: field `f` was renamed `g`", "aliases-changed: field `g` got the alias `f`"],
        ),
        (f(r#""type":"int""#), f(r#""type":"long""#), &["type-changed: `f` was int and is now long"]),
        (
            f(r#""type":["null",{"type":"int","logicalType":"date"}]"#),
            f(r#""type":"int""#),
            &[
                "type-changed: `f` was union of null and date over int and is now int",
                "logical-type-changed: `f` was date and is now plain int",
            ],
        ),
        (
            f(r#""type":"int""#),
            f(r#""type":["null",{"type":"int","logicalType":"date"}]"#),
            &[
                "type-changed: `f` was int and is now union of null and date over int",
                "logical-type-changed: `f` was plain int and is now date",
            ],
        ),
        (
            f(r#""type":"int""#),
            f(r#""type":"int","default":1"#),
            &["default-added: field `f` got the default 1"],
        ),
        (
            f(r#""type":"int","default":1"#),
            f(r#""type":"int""#),
            &["default-removed: field `f` lost its default 1"],
        ),
        (
            f(r#""type":"string","default":"a""#),
            f(r#""type":"string","default":"b""#),
            &[r#"default-changed: the default of `f` was "a" and is now "b""#],
        ),
        (f(r#""type":"double","default":1"#), f(r#""type":"double","default":1.0"#), &[]),
        (f(r#""type":"int""#), f(r#""type":"int","doc":"x""#), &["doc-changed: the doc of `f` was added"]),
        (
            f(r#""type":"int","doc":"y""#),
            f(r#""type":"int","doc":"x""#),
            &["doc-changed: the doc of `f` changed"],
        ),
        (
            f(r#""type":"int""#),
            f(r#""type":"int","order":"ignore""#),
            &["order-changed: the sort order of `f` was ascending and is now ignore"],
        ),
        (
            f(r#""type":"int","p":1,"q":1"#),
            f(r#""type":"int","q":2,"r":1"#),
            &["properties-changed: other attributes of `f` changed: `p`, `q` and `r`"],
        ),
        (
            f(r#""type":{"type":"fixed","name":"F","size":1}"#),
            f(r#""type":{"type":"fixed","name":"F","size":2}"#),
            &["size-changed: `f` had 1 byte and has now 2 bytes"],
        ),
        (
            f(r#""type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#),
            f(r#""type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":1}"#),
            &["logical-type-changed: `f` was decimal(4, 2) and is now decimal(4, 1)"],
        ),
        (
            e(r#""symbols":["A","B","C"],"default":"A""#),
            e(r#""symbols":["C","A","D"],"default":"C","doc":"x""#),
            &[
                "doc-changed: the doc of the enum `E` was added",
                "symbols-added: the enum `E` got D",
                "symbols-removed: the enum `E` lost B",
                "symbols-moved: the symbols of the enum `E` are in another order",
                "default-changed: the default of the enum `E` was A and is now C",
            ],
        ),
        (
            r#"["null","int","string"]"#.to_owned(),
            r#"["string","null","long"]"#.to_owned(),
            &[
                "branch-added: the union of the schema got the branch long",
                "branch-removed: the union of the schema lost the branch int",
                "branches-moved: the branches of the union of the schema are in another order",
            ],
        ),
        (
            r#"{"type":"array","items":"int"}"#.to_owned(),
            r#"{"type":"array","items":"long"}"#.to_owned(),
            &["type-changed: `[]` was int and is now long"],
        ),
        (
            r#"{"type":"record","name":"a.R","fields":[]}"#.to_owned(),
            r#"{"type":"error","name":"b.S","aliases":["a.R"],"fields":[]}"#.to_owned(),
            &[
                "type-renamed: the record of the schema was renamed from `a.R` to `b.S`",
                "aliases-changed: the record `b.S` got the alias `a.R`",
                "type-changed: the schema was a record and is now an error",
            ],
        ),
    ];
    for (old, new, expected) in rows {
        assert_eq!(told(&old, &new), expected, "{old} {new}");
        assert!(diff(&read(&new), &read(&new)).is_empty());
    }
}

#[test]
fn the_fewest_fields_move() {
    let fields = |names: &[&str]| {
        record(
            &names
                .iter()
                .map(|name| format!(r#"{{"name":"{name}","type":"int"}}"#))
                .collect::<Vec<_>>()
                .join(","),
        )
    };
    let rows: [(&[&str], &[&str], &[&str]); 4] = [
        (&["a", "b", "c", "d"], &["d", "a", "b", "c"], &["field-moved: field `d` moved from place 4 to 1"]),
        (&["a", "b", "c"], &["b", "c", "a"], &["field-moved: field `a` moved from place 1 to 3"]),
        (&["a", "b"], &["x", "a", "b"], &["field-added: field `x` was added: int, without a default"]),
        (&["a", "b"], &["b"], &["field-removed: field `a` was removed: int"]),
    ];
    for (old, new, expected) in rows {
        assert_eq!(told(&fields(old), &fields(new)), expected, "{old:?} {new:?}");
    }
}

#[test]
fn changes_inside_are_told_once_with_their_path() {
    let nested = |inner: &str| {
        record(&format!(
            r#"{{"name":"items","type":{{"type":"array","items":["null",{{"type":"record","name":"S","fields":[{inner},{{"name":"next","type":["null","S"]}}]}}]}}}},
               {{"name":"last","type":"S"}}"#
        ))
    };
    let (old, new) = (nested(r#"{"name":"x","type":"int"}"#), nested(r#"{"name":"x","type":"long"}"#));
    assert_eq!(told(&old, &new), ["type-changed: `items[].x` was int and is now long"]);
    let differences = diff(&read(&old), &read(&new));
    let place = differences.items[0].new.as_ref().unwrap();
    assert_eq!(place.pointer, "/fields/0/type/items/1/fields/0/type");
}

#[test]
fn many_changes_are_counted() {
    let fields = |kind: &str| {
        let fields: Vec<String> =
            (0..DIFFERENCES_LIMIT + 5).map(|n| format!(r#"{{"name":"f{n}","type":"{kind}"}}"#)).collect();
        read(&record(&fields.join(",")))
    };
    let differences = diff(&fields("int"), &fields("long"));
    assert_eq!((differences.items.len(), differences.further), (DIFFERENCES_LIMIT, 5));
}
