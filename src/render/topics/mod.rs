//! How topics look: plans, what became of them, lists and descriptions.

mod planned;

use eventctl_core::human;

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
