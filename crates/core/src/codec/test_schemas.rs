//! Schemas for the codec's tests.

use crate::schema::{Schema, parse};
use crate::yaml::Source;

/// Reads a schema that has no errors.
pub(super) fn schema(text: &str) -> Schema {
    parse(&Source::new("test.avsc", text), &[]).unwrap()
}

/// A record that holds a record, and so on, so many of them; the innermost holds a value of the type `last`.
pub(super) fn chain(length: usize, last: &str) -> Schema {
    let record = |index: usize| {
        let inner = if index == 0 { last.to_owned() } else { format!("R{}", index - 1) };
        format!(r#"{{"type":"record","name":"R{index}","fields":[{{"name":"f","type":"{inner}"}}]}}"#)
    };
    let records: Vec<String> = (0..length).map(record).collect();
    let referenced = Source::new("records.avsc", &format!("[{}]", records.join(",")));
    let root = Source::new("root.avsc", &format!("{{\"type\":\"R{}\"}}", length - 1));
    parse(&root, &[referenced]).unwrap()
}
