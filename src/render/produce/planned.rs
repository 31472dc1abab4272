//! A record that would be sent.

use eventctl_core::produce::Prepared;
use serde::Serialize;

use crate::render::page::Page;

/// How many bytes of a value are shown to people.
const SHOWN: usize = 32;

/// A line of a dry run.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// Its number.
    pub line: u64,
    /// The topic.
    pub topic: &'a str,
    /// The event's name, where it is known.
    pub event: Option<&'a str>,
    /// What would be sent.
    pub record: &'a Prepared<'a>,
}

#[derive(Serialize)]
struct PlannedWire<'a> {
    line: u64,
    status: &'static str,
    topic: &'a str,
    partition: Option<i32>,
    event: Option<&'a str>,
    schema_version: Option<u32>,
    timestamp: Option<i64>,
    key: Option<String>,
    key_encoding: &'static str,
    value: Option<String>,
    value_encoding: &'static str,
    bytes: usize,
}

/// Adds a line of a dry run as JSON.
pub fn planned_json(planned: &Planned<'_>, out: &mut String) {
    let Planned { line, topic, event, record } = planned;
    let ((key, key_encoding), (value, value_encoding)) =
        (body(record.key.as_deref()), body(record.value.as_deref()));
    let wire = PlannedWire {
        line: *line,
        status: "prepared",
        topic,
        partition: record.partition,
        event: *event,
        schema_version: record.version,
        timestamp: record.timestamp,
        key,
        key_encoding,
        value,
        value_encoding,
        bytes: record.value.as_ref().map_or(0, |value| value.len()),
    };
    super::add(&wire, out);
}

/// Adds a line of a dry run for people.
pub fn planned_text(planned: &Planned<'_>, out: &mut String) {
    let mut page = Page::new(false);
    page.line(sentence(planned));
    out.push_str(&page.into_text());
}

fn sentence(planned: &Planned<'_>) -> String {
    let Planned { line, topic, event, record } = planned;
    let partition = record.partition.map_or("any partition".to_owned(), |partition| partition.to_string());
    let mut text = format!("line {line} -> {topic}/{partition}");
    if let Some(event) = event {
        text.push_str(&format!(" {event}"));
    }
    if let Some(version) = record.version {
        text.push_str(&format!(" v{version}"));
    }
    match body(record.key.as_deref()) {
        (None, _) => text.push_str(", no key"),
        (Some(key), encoding) => text.push_str(&format!(", key {key} ({encoding})")),
    }
    match &record.value {
        None => text.push_str(", no value"),
        Some(value) => {
            let shown = value.get(..SHOWN).unwrap_or(value);
            let hex: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
            let more = if value.len() > SHOWN { " …" } else { "" };
            text.push_str(&format!(", {} bytes: {}{more}", value.len(), hex.join(" ")));
        }
    }
    text
}

/// Bytes as they stand in JSON, and how.
fn body(bytes: Option<&[u8]>) -> (Option<String>, &'static str) {
    match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => (None, "null"),
        Some((_, Ok(text))) => (Some(text.to_owned()), "text"),
        Some((bytes, Err(_))) => {
            let mut quoted = Vec::new();
            eventctl_core::codec::texts::write_base64(bytes, &mut quoted);
            let text = String::from_utf8_lossy(&quoted);
            (Some(text.trim_matches('"').to_owned()), "base64")
        }
    }
}
