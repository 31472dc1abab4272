//! How producing looks: a line of JSON for each line that ended, and what became of all.

mod planned;
mod summary;

pub use planned::{Planned, planned_json, planned_text};
pub use summary::Summary;

use eventctl_core::produce::{End, Reason};
use serde::Serialize;

/// The most lines that are told one by one for people; the others are counted.
pub const TOLD: usize = 20;

#[derive(Serialize)]
struct LineWire<'a> {
    line: u64,
    status: &'static str,
    topic: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<i32>,
    /// Of an acknowledged line; null where the broker did not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<Option<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

/// Adds what became of a line as JSON; nothing for a blank one.
pub fn line_json(topic: &str, line: u64, end: &End<Reason>, out: &mut String) {
    let wire = |status| LineWire {
        line,
        status,
        topic,
        partition: None,
        offset: None,
        reason: None,
        code: None,
        field: None,
        column: None,
    };
    let wire = match end {
        End::Acknowledged { partition, offset } => {
            LineWire { partition: Some(*partition), offset: Some(*offset), ..wire("acknowledged") }
        }
        End::Refused(reason) => because(wire("refused"), reason),
        End::Unknown(reason) => because(wire("unknown"), reason),
        End::NotSent => wire("not_sent"),
        End::Blank => return,
    };
    add(&wire, out);
}

fn because<'a>(wire: LineWire<'a>, reason: &'a Reason) -> LineWire<'a> {
    match reason {
        Reason::Line(error) => {
            LineWire { reason: Some(error.to_string()), field: error.field(), column: error.column(), ..wire }
        }
        Reason::Fault(fault) => {
            LineWire { reason: Some(fault.message.clone()), code: Some(&fault.code), ..wire }
        }
    }
}

/// What became of a line, for people; none where there is nothing to look at.
#[must_use]
pub fn line_text(line: u64, end: &End<Reason>) -> Option<String> {
    match end {
        End::Refused(reason) => Some(format!("line {line} refused: {reason}")),
        End::Unknown(reason) => Some(format!("line {line} may be stored or not: {reason}")),
        _ => None,
    }
}

fn add(wire: &impl Serialize, out: &mut String) {
    // A wire struct has string keys and whole numbers only, so this cannot fail.
    if let Ok(text) = serde_json::to_string(wire) {
        out.push_str(&text);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_that_nobody_told_is_null() {
        let rows = [(Some(7), "7"), (Some(0), "0"), (None, "null")];
        for (offset, shown) in rows {
            let mut out = String::new();
            line_json("t", 1, &End::Acknowledged { partition: 2, offset }, &mut out);
            let start = r#"{"line":1,"status":"acknowledged","topic":"t","partition":2,"offset":"#;
            assert_eq!(out.trim_end(), format!("{start}{shown}}}"));
        }
    }
}
