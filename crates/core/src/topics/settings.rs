//! When two values of a topic's setting are the same, and which differences are a risk.
//!
//! Brokers write values in their own form, so texts are compared by what they mean. It knows the settings whose change
//! can lose records or guarantees by name; all others it only compares.

use std::collections::BTreeSet;

use super::change::SettingChange;
use crate::risk::Risk;

/// The settings whose lower value makes records deletable earlier; negative means without a limit.
const RETENTION: [&str; 4] =
    ["retention.ms", "retention.bytes", "local.retention.ms", "local.retention.bytes"];

/// The settings whose values are lists in which the order says nothing.
const LISTS: [&str; 3] =
    ["cleanup.policy", "leader.replication.throttled.replicas", "follower.replication.throttled.replicas"];

/// The largest whole number up to which floating point is exact.
const EXACT_FLOAT: i128 = 1 << 53;

/// Tells whether two texts are the same value of a setting: `01` is `1`, `TRUE` is `true`, `compact, delete` is
/// `delete,compact`.
#[must_use]
pub fn same_value(key: &str, one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if one == other {
        return true;
    }
    if LISTS.contains(&key) {
        return items(one) == items(other);
    }
    match (one.parse::<i128>(), other.parse::<i128>()) {
        (Ok(one), Ok(other)) => return one == other,
        (Ok(number), Err(_)) | (Err(_), Ok(number)) if number.abs() > EXACT_FLOAT => return false,
        _ => {}
    }
    if let (Some(one), Some(other)) = (decimal(one), decimal(other)) {
        return one == other;
    }
    matches!((boolean(one), boolean(other)), (Some(one), Some(other)) if one == other)
}

/// The items of a list value, such as `compact,delete`.
#[must_use]
pub fn items(value: &str) -> BTreeSet<&str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
}

fn decimal(text: &str) -> Option<f64> {
    // Rust also reads `inf` and `nan`, which are no numbers to a broker.
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E')) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The risk that a setting's change carries, if any. Where a value is not known, the worse is assumed.
#[must_use]
pub fn risk(key: &str, change: &SettingChange) -> Option<Risk> {
    let (from, to) = (change.from.as_deref(), leads_to(change));
    if let (Some(from), Some(to)) = (from, to)
        && same_value(key, from, to)
    {
        return None;
    }
    match key {
        "cleanup.policy" => Some(Risk::CleanupPolicy),
        "min.insync.replicas" => lowered(from, to).then_some(Risk::DurabilityLower),
        "unclean.leader.election.enable" => {
            (to.and_then(boolean_of) != Some(false)).then_some(Risk::DurabilityLower)
        }
        "max.message.bytes" => lowered(from, to).then_some(Risk::MessageSizeCut),
        // What lies only in the remote tier is no longer served, or is deleted.
        "remote.storage.enable" => (to.and_then(boolean_of) != Some(true)).then_some(Risk::RetentionCut),
        _ if RETENTION.contains(&key) => lowered(from, to).then_some(Risk::RetentionCut),
        _ => None,
    }
}

/// The effective value after a change: what is set, or what a reset leads to, where that is known.
#[must_use]
pub fn leads_to(change: &SettingChange) -> Option<&str> {
    change.to.as_deref().or(change.inherited.as_deref())
}

fn boolean_of(text: &str) -> Option<bool> {
    boolean(text.trim())
}

/// True unless the change surely raises the value.
fn lowered(from: Option<&str>, to: Option<&str>) -> bool {
    match (from.and_then(limit), to.and_then(limit)) {
        (Some(from), Some(to)) => to < from,
        // Nothing is above "no limit", whatever the value was.
        (None, Some(to)) => to != i128::MAX,
        (_, None) => true,
    }
}

/// A number as a limit: negative (-1; -2 of the local tier, which follows the whole) is no limit.
fn limit(text: &str) -> Option<i128> {
    let number: i128 = text.trim().parse().ok()?;
    Some(if number < 0 { i128::MAX } else { number })
}

/// A setting's value as milliseconds or bytes; none where it is no number.
#[must_use]
pub fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: Option<&str>, to: Option<&str>, inherited: Option<&str>) -> SettingChange {
        SettingChange {
            from: from.map(str::to_owned),
            overridden: true,
            to: to.map(str::to_owned),
            inherited: inherited.map(str::to_owned),
        }
    }

    #[test]
    fn values_are_compared_by_what_they_mean() {
        let rows = [
            ("retention.ms", "1", "01", true),
            ("retention.ms", "1", "+1", true),
            ("retention.ms", " 7 ", "7", true),
            ("retention.ms", "1", "2", false),
            ("retention.ms", "9223372036854775807", "9223372036854775806", false),
            ("min.cleanable.dirty.ratio", "0.5", "0.50", true),
            ("min.cleanable.dirty.ratio", "1", "1.0", true),
            ("min.cleanable.dirty.ratio", "0.5", "0.6", false),
            ("x", "9007199254740993", "9007199254740992.0", false),
            ("preallocate", "TRUE", "true", true),
            ("preallocate", "true", "false", false),
            ("preallocate", "true", "1", false),
            ("cleanup.policy", "compact,delete", "delete, compact", true),
            ("cleanup.policy", "compact", "compact,delete", false),
            ("compression.type", "snappy", "Snappy", false),
            ("x", "nan", "NaN", false),
            ("x", "inf", "infinity", false),
        ];
        for (key, one, other, expected) in rows {
            assert_eq!(same_value(key, one, other), expected, "{key}: {one} and {other}");
            assert_eq!(same_value(key, other, one), expected, "{key}: {other} and {one}");
        }
    }

    #[test]
    fn a_risk_follows_the_direction_of_a_change_and_the_worse_is_assumed_where_a_value_is_unknown() {
        use Risk::{CleanupPolicy, DurabilityLower, MessageSizeCut, RetentionCut};
        let rows = [
            ("retention.ms", Some("10"), Some("5"), None, Some(RetentionCut)),
            ("retention.ms", Some("5"), Some("10"), None, None),
            ("retention.ms", Some("-1"), Some("10"), None, Some(RetentionCut)),
            ("retention.ms", Some("10"), Some("-1"), None, None),
            ("retention.ms", None, Some("10"), None, Some(RetentionCut)),
            ("retention.ms", None, Some("-1"), None, None),
            ("retention.ms", Some("10"), None, Some("5"), Some(RetentionCut)),
            ("retention.ms", Some("10"), None, Some("20"), None),
            ("retention.ms", Some("10"), None, None, Some(RetentionCut)),
            ("retention.ms", Some("10"), Some("soon"), None, Some(RetentionCut)),
            ("retention.ms", Some("10"), Some("010"), None, None),
            ("retention.bytes", Some("-1"), Some("1000"), None, Some(RetentionCut)),
            ("local.retention.ms", Some("-2"), Some("1000"), None, Some(RetentionCut)),
            ("local.retention.bytes", Some("1000"), Some("-2"), None, None),
            ("remote.storage.enable", Some("true"), Some("false"), None, Some(RetentionCut)),
            ("remote.storage.enable", Some("false"), Some("true"), None, None),
            ("cleanup.policy", Some("delete"), Some("compact"), None, Some(CleanupPolicy)),
            ("cleanup.policy", Some("compact,delete"), Some("delete,compact"), None, None),
            ("cleanup.policy", Some("compact"), None, None, Some(CleanupPolicy)),
            ("min.insync.replicas", Some("2"), Some("1"), None, Some(DurabilityLower)),
            ("min.insync.replicas", Some("1"), Some("2"), None, None),
            ("min.insync.replicas", Some("2"), None, None, Some(DurabilityLower)),
            ("unclean.leader.election.enable", Some("false"), Some("TRUE"), None, Some(DurabilityLower)),
            ("unclean.leader.election.enable", Some("true"), Some("false"), None, None),
            ("unclean.leader.election.enable", Some("false"), None, None, Some(DurabilityLower)),
            ("unclean.leader.election.enable", Some("true"), None, Some("false"), None),
            ("max.message.bytes", Some("1000"), Some("999"), None, Some(MessageSizeCut)),
            ("max.message.bytes", Some("999"), Some("1000"), None, None),
            ("delete.retention.ms", Some("10"), Some("1"), None, None),
            ("segment.ms", Some("10"), Some("1"), None, None),
        ];
        for (key, from, to, inherited, expected) in rows {
            let change = change(from, to, inherited);
            assert_eq!(risk(key, &change), expected, "{key}: {change:?}");
        }
    }
}
