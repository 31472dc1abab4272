//! How topics look: plans, what became of them, lists, descriptions, exports.

mod applied;
mod described;
mod exported;
mod listed;
mod planned;

use eventctl_core::human;
use eventctl_core::topics::plan::Unknown;

use super::page::{Page, Tone};

/// A setting's value with what it means beside it: `604800000 (7d)`.
fn shown_value(key: &str, value: &str) -> String {
    let Ok(number) = value.parse::<i64>() else { return value.to_owned() };
    let meaning = match key {
        _ if key.ends_with(".ms") => human::duration(number),
        _ if key.ends_with(".bytes") => return human::bytes(number),
        _ => return value.to_owned(),
    };
    if meaning == format!("{number}ms") { meaning } else { format!("{number} ({meaning})") }
}

/// What could not be found out, a line each.
fn unknowns(unknown: &[Unknown], page: &mut Page) {
    for one in unknown {
        page.tone(Tone::Notable, "? ").tone(Tone::Strong, &one.topic).lit(": ").val(&one.text);
        match &one.fault {
            Some(fault) => page.lit(" (").val(fault).lit(")\n"),
            None => page.end(),
        };
    }
}
