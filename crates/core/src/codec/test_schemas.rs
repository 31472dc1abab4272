//! Schemas for the codec's tests.

use crate::schema::{Schema, parse};
use crate::yaml::Source;

/// Reads a schema that has no errors.
pub(super) fn schema(text: &str) -> Schema {
    parse(&Source::new("test.avsc", text), &[]).unwrap()
}

/// Reads a schema that refers to another one.
pub(super) fn referring(text: &str, referenced: &str) -> Schema {
    parse(&Source::new("test.avsc", text), &[Source::new("referenced.avsc", referenced)]).unwrap()
}

/// A record that holds a record, and so on, so many of them; the innermost holds a value of the type `last`.
pub(super) fn chain(length: usize, last: &str) -> Schema {
    let record = |index: usize| {
        let inner = if index == 0 { last.to_owned() } else { format!("R{}", index - 1) };
        format!(r#"{{"type":"record","name":"R{index}","fields":[{{"name":"f","type":"{inner}"}}]}}"#)
    };
    let records: Vec<String> = (0..length).map(record).collect();
    referring(&format!("{{\"type\":\"R{}\"}}", length - 1), &format!("[{}]", records.join(",")))
}
