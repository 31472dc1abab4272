use super::super::shape::{ANY_TEXT, Field, Record, Shape};
use super::super::{Source, parse};
use super::*;

static ITEM: Record =
    Record { name: "item", doc: "", fields: &[Field::required("n", Shape::Integer { min: 0, max: 9 }, "")] };
static ROOT: Record = Record {
    name: "root",
    doc: "",
    fields: &[
        Field::optional("flag", Shape::Bool, ""),
        Field::optional("wait", Shape::Duration { forever: true }, ""),
        Field::optional("size", Shape::Size, ""),
        Field::optional("names", Shape::List(&Shape::Text(&ANY_TEXT)), ""),
        Field::optional("one", Shape::OneOf(&[Shape::False, Shape::Record(&ITEM)]), ""),
        Field::optional("many", Shape::Map { key: &ANY_TEXT, value: &Shape::Record(&ITEM) }, ""),
    ],
};

#[test]
fn what_the_table_accepts_is_taken_out_and_nothing_else() {
    let tree = parse(&Source::new(
        "f",
        "flag: true\nwait: forever\nsize: 1KiB\nnames: [a, 5, b]\none: {n: 3}\nmany: {x: {n: 77}, y: 1, z: {n: 2}}\n",
    ))
    .unwrap();
    let fields = Fields::of(&tree, &ROOT).unwrap();
    assert_eq!(fields.boolean("flag").map(|flag| flag.value), Some(true));
    assert_eq!(fields.duration("wait").map(|wait| wait.value), Some(-1));
    assert_eq!(fields.size("size").map(|size| size.value), Some(1_024));
    let names: Vec<String> = fields.texts("names").into_iter().map(|name| name.value).collect();
    assert_eq!(names, ["a", "b"], "5 is no text");
    assert_eq!(fields.fields("one").and_then(|one| one.integer("n")).map(|n| n.value), Some(3));
    let many: Vec<(&str, Option<i64>)> = fields
        .map("many")
        .into_iter()
        .map(|(key, item)| (key.text.as_str(), item.integer("n").map(|n| n.value)))
        .collect();
    assert_eq!(many, [("x", None), ("z", Some(2))], "77 is out of range, and y no mapping");
}

#[test]
fn a_field_that_nobody_reads_is_found() {
    let tree = parse(&Source::new("f", "one: {n: 1}\n")).unwrap();
    let missing = unread(&ROOT, || {
        let fields = Fields::of(&tree, &ROOT).unwrap();
        for name in ["flag", "wait", "size", "names", "many"] {
            assert!(fields.node(name).is_none());
        }
        assert!(fields.fields("one").is_some());
    });
    assert_eq!(missing, ["item.n"]);
}
