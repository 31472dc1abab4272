//! What Java's library wrote: its tagged JSON must become its bytes.

use super::*;
use crate::json::{Json, Value};

/// The one value whose JSON does not tell its bytes: Java shows a float's -0.0 as 0.0.
const WITHOUT_SIGN: &str = "\"float\" -0.0";

#[test]
fn tagged_json_of_java_becomes_its_bytes() {
    let lines = include_str!("../../../../fixtures/avro/datums.jsonl");
    let (mut same, mut shuffled) = (0, 0);
    for line in lines.lines() {
        let row = Json::read(line).unwrap();
        let text = |name: &str| row.get(name).and_then(Json::text).unwrap();
        let part = |name: &str| line.get(row.get(name).unwrap().start..row.get(name).unwrap().end).unwrap();
        if text("name") == WITHOUT_SIGN {
            continue;
        }
        let encoder = Encoder::new(&schema(part("schema")), Form::Tagged, Bytes::Base64);
        let json = row.get("json").unwrap();
        assert_eq!(encoded(&encoder, part("json")).as_deref(), Ok(text("bytes")), "{}", text("name"));
        same += 1;
        // Records whose members come the other way around are the same records; a map keeps the order of its text.
        if !part("schema").contains("\"map\"") {
            let mut backwards = String::new();
            reversed(json, &mut backwards);
            assert_eq!(encoded(&encoder, &backwards).as_deref(), Ok(text("bytes")), "{backwards}");
            shuffled += usize::from(part("json").contains(','));
        }
    }
    assert!(same > 290 && shuffled > 100, "{same} {shuffled}");
}

/// The same value with the members of all objects in the opposite order.
fn reversed(json: &Json, out: &mut String) {
    let string = |text: &str| serde_json::Value::from(text).to_string();
    match &json.value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(&value.to_string()),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => out.push_str(&string(text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                reversed(item, out);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(members) => {
            for (index, member) in members.iter().rev().enumerate() {
                out.push(if index == 0 { '{' } else { ',' });
                out.push_str(&format!(" {} : ", string(&member.name)));
                reversed(&member.value, out);
            }
            out.push_str(if members.is_empty() { "{}" } else { "}" });
        }
    }
}
