//! How topics look: plans, what became of them, lists, descriptions, exports.

mod applied;
mod described;
mod exported;
mod listed;
mod planned;
mod skewed;

use eventctl_core::human;
use eventctl_core::topics::plan::Unknown;

pub use skewed::Skewed;

use super::page::{Page, Tone};

/// A setting's value with what it means beside it: `604800000 (7d)`.
fn shown_value(key: &str, value: &str) -> String {
    let Ok(number) = value.parse::<i64>() else { return value.to_owned() };
    let time = key.ends_with(".ms");
    match number {
        // Kafka's own ways to say what is no number.
        -2 if key.starts_with("local.retention.") => format!("-2 (as {})", key.trim_start_matches("local.")),
        i64::MAX => format!("{number} (no limit)"),
        -1 if key.ends_with(".bytes") => "-1 (no limit)".to_owned(),
        0 => value.to_owned(),
        _ if time => {
            let meaning = human::duration(number);
            if meaning == format!("{number}ms") { meaning } else { format!("{number} ({meaning})") }
        }
        _ if key.ends_with(".bytes") => human::bytes(number),
        _ => value.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_meaning_beside_them() {
        let rows = [
            ("retention.ms", "604800000", "604800000 (7d)"),
            ("retention.ms", "-1", "-1 (forever)"),
            ("retention.ms", "12345", "12345ms"),
            ("local.retention.ms", "-2", "-2 (as retention.ms)"),
            ("flush.ms", "9223372036854775807", "9223372036854775807 (no limit)"),
            ("retention.bytes", "-1", "-1 (no limit)"),
            ("segment.bytes", "1048576", "1048576 (1.0 MiB)"),
            ("cleanup.policy", "compact", "compact"),
            ("min.insync.replicas", "2", "2"),
        ];
        for (key, value, shown) in rows {
            assert_eq!(shown_value(key, value), shown, "{key}={value}");
        }
    }
}
