//! Projections against tables, against what Java wrote, and against bytes that are anything.

mod java;
mod json;
mod tables;

use super::*;
use crate::codec::encode::tests::schema;
use crate::codec::{Bytes, Encoder, Form};

/// The data of a plain JSON text.
fn data(schema_text: &str, json: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = Encoder::new(&schema(schema_text), Form::Plain, Bytes::Base64);
    encoder.encode(json, &mut out).unwrap_or_else(|error| panic!("{json}: {error}"));
    out
}

/// A slot in a few words.
fn shown(slot: &Slot<'_>) -> String {
    match slot {
        Slot::Missing => "missing".to_owned(),
        Slot::Null => "null".to_owned(),
        Slot::Boolean(value) => value.to_string(),
        Slot::Integer(value) => value.to_string(),
        Slot::Float(value) => format!("{value:?}f"),
        Slot::Double(value) => format!("{value:?}d"),
        Slot::Number(text) => format!("number {text}"),
        Slot::Text(text) => format!("'{}'", text.decode()),
        Slot::Bytes(bytes) => format!("bytes {bytes:?}"),
        Slot::Decimal { unscaled, scale } => format!("decimal {unscaled:?}/{scale}"),
        Slot::Uuid(bytes) => format!("uuid {bytes:?}"),
        Slot::Composite(Composite::Avro { data, .. }) => format!("whole {data:?}"),
        Slot::Composite(Composite::Json(text)) => format!("whole {text}"),
    }
}

/// What a projection finds, or what it says.
fn found(projection: &impl Project, payload: &[u8]) -> Result<Vec<String>, String> {
    let mut slots = vec![Slot::Boolean(true); projection.fields()];
    projection.project(payload, &mut slots).map_err(|error| error.to_string())?;
    Ok(slots.iter().map(shown).collect())
}

fn paths_of(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
