//! Projections of what Java wrote, with and without sizes of blocks, whole, cut and broken.

use super::*;
use crate::json::{Json, Value};
use crate::schema::{Content, NodeId, Schema};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

struct Row {
    name: String,
    schema: Schema,
    json: Json,
    /// The bytes, and the same in blocks that tell their sizes.
    bytes: [Vec<u8>; 2],
}

fn rows() -> Vec<Row> {
    let bytes = |text: &str| {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let row = |line: &str| {
        let row = Json::read(line).unwrap();
        let text = |name: &str| row.get(name).and_then(Json::text).unwrap();
        let place = row.get("schema").unwrap();
        Row {
            name: text("name").to_owned(),
            schema: schema(line.get(place.start..place.end).unwrap()),
            json: row.get("json").unwrap().clone(),
            bytes: [bytes(text("bytes")), bytes(text("blocking"))],
        }
    };
    include_str!("../../../../fixtures/avro/datums.jsonl").lines().map(row).collect()
}

/// The paths to all fields of a schema that are at most four names away.
fn paths(schema: &Schema, id: NodeId, before: &str, depth: usize, found: &mut Vec<String>) {
    match schema.content(id) {
        Content::Union(branches) => {
            branches.iter().for_each(|branch| paths(schema, *branch, before, depth, found));
        }
        Content::Record(record) if depth < 4 => {
            for field in &record.fields {
                let path =
                    if before.is_empty() { field.name.clone() } else { format!("{before}.{}", field.name) };
                if !found.contains(&path) {
                    found.push(path.clone());
                }
                paths(schema, field.schema, &path, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// What Java's tagged JSON has at the end of a path.
fn at<'j>(schema: &'j Schema, id: NodeId, json: &'j Json, steps: &[&str]) -> Option<(NodeId, &'j Json)> {
    match (schema.content(id), steps.split_first()) {
        (Content::Union(branches), _) => {
            let name = json.members().first().map_or("null", |member| &member.name);
            let branch =
                branches.iter().find(|branch| schema.content(**branch).branch_name() == name).unwrap();
            let inner = json.members().first().map_or(json, |member| &member.value);
            at(schema, *branch, inner, steps)
        }
        (_, None) => Some((id, json)),
        (Content::Record(record), Some((name, rest))) => {
            let field = record.fields.iter().find(|field| field.name == *name)?;
            at(schema, field.schema, json.get(name).unwrap(), rest)
        }
        _ => None,
    }
}

/// Tells whether a slot holds what stands in Java's JSON.
fn holds(slot: &Slot<'_>, expected: Option<(NodeId, &Json)>, schema: &Schema) -> bool {
    let Some((id, json)) = expected else { return *slot == Slot::Missing };
    let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let special = |number: f64| match number {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    };
    match (slot, &json.value) {
        (Slot::Null, Value::Null) => true,
        (Slot::Boolean(slot), Value::Boolean(value)) => slot == value,
        (Slot::Integer(slot), Value::Number(text)) => *slot == text.parse::<i64>().unwrap(),
        (Slot::Float(slot), Value::Number(text)) => *slot == text.parse::<f64>().unwrap() as f32,
        (Slot::Double(slot), Value::Number(text)) => slot.to_bits() == text.parse::<f64>().unwrap().to_bits(),
        (Slot::Float(slot), Value::String(text)) => special(f64::from(*slot)) == text,
        (Slot::Double(slot), Value::String(text)) => special(*slot) == text,
        (Slot::Text(slot), Value::String(text)) => slot.is(text),
        (Slot::Bytes(slot) | Slot::Decimal { unscaled: slot, .. }, Value::String(text)) => {
            latin(slot) == *text
        }
        (Slot::Uuid(slot), Value::String(text)) => latin(*slot) == *text,
        (Slot::Composite(Composite::Avro { data, node }), Value::Array(_) | Value::Object(_)) => {
            // The value alone is whole: a projection of nothing ends with its last byte.
            let nothing = Projection::strict(&schema.narrowed_to(*node), &[]).unwrap();
            *node == id && found(&nothing, data).is_ok()
        }
        _ => false,
    }
}

#[test]
fn every_field_that_java_wrote_is_found() {
    let mut fields = 0;
    for row in rows() {
        let mut all = Vec::new();
        paths(&row.schema, row.schema.root(), "", 0, &mut all);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let together = Projection::strict(&row.schema, &all).unwrap();
        for bytes in &row.bytes {
            let mut slots = vec![Slot::Missing; all.len()];
            together.project(bytes, &mut slots).unwrap_or_else(|error| panic!("{}: {error}", row.name));
            for (path, slot) in all.iter().zip(&slots) {
                let steps: Vec<&str> = path.split('.').collect();
                let expected = at(&row.schema, row.schema.root(), &row.json, &steps);
                assert!(holds(slot, expected, &row.schema), "{} {path}: {slot:?} {expected:?}", row.name);
                let alone = Projection::new(&row.schema, &[path]).unwrap();
                let mut one = [Slot::Missing];
                alone.project(bytes, &mut one).unwrap();
                assert_eq!(shown(&one[0]), shown(slot), "{} {path}", row.name);
                fields += 1;
            }
        }
    }
    assert!(fields > 2_000, "{fields}");
}

#[test]
fn data_that_are_cut_or_too_long_are_refused() {
    for row in rows() {
        let nothing = Projection::strict(&row.schema, &[]).unwrap();
        for bytes in &row.bytes {
            assert_eq!(found(&nothing, bytes), Ok(Vec::new()), "{}", row.name);
            let cuts = (0..bytes.len()).filter(|cut| bytes.len() < 400 || cut % 37 == 0);
            for cut in cuts {
                assert!(found(&nothing, &bytes[..cut]).is_err(), "{} cut to {cut}", row.name);
            }
            let longer = found(&nothing, &[bytes.as_slice(), &[0]].concat()).unwrap_err();
            assert!(longer.contains("1 bytes follow"), "{} {longer}", row.name);
        }
    }
}

#[test]
fn any_bytes_give_fields_or_an_error() {
    let rows: Vec<(Row, Projection, Vec<String>)> = rows()
        .into_iter()
        .map(|row| {
            let mut all = Vec::new();
            paths(&row.schema, row.schema.root(), "", 0, &mut all);
            let projection =
                Projection::new(&row.schema, &all.iter().map(String::as_str).collect::<Vec<_>>());
            (row, projection.unwrap(), all)
        })
        .collect();
    let mut runner = TestRunner::new(Config { cases: 4_000, failure_persistence: None, ..Config::default() });
    let bytes = prop::collection::vec(prop_oneof![0_u8..8, any::<u8>()], 0..60);
    let change = (any::<prop::sample::Index>(), any::<u8>());
    runner
        .run(
            &(any::<prop::sample::Index>(), bytes, prop::collection::vec(change, 0..4)),
            |(index, bytes, changes)| {
                let (row, projection, all) = index.get(&rows);
                let mut changed = row.bytes[usize::from(changes.len() % 2 == 0)].clone();
                for (at, byte) in changes {
                    if !changed.is_empty() {
                        let at = at.index(changed.len());
                        changed[at] = byte;
                    }
                }
                for payload in [bytes, changed] {
                    let mut slots = vec![Slot::Null; all.len()];
                    if projection.project(&payload, &mut slots).is_err() {
                        continue;
                    }
                    for slot in &slots {
                        if let Slot::Composite(Composite::Avro { data, .. }) = slot {
                            prop_assert!(data.len() <= payload.len());
                        }
                    }
                }
                Ok(())
            },
        )
        .unwrap();
}
