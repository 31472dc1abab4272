//! Numbers, durations and lists in words, for the sentences that plans and reports carry.
//!
//! It rounds for the eye only: whatever a script reads is a number of its own beside the sentence. It does not parse;
//! what a user types as a duration is the catalog's to read.

use jiff::Timestamp;

/// The units of `duration`, largest first, in milliseconds.
const UNITS: [(i64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];

/// Writes a number of things, exact below 10,000 and with two or three digits above: `950`, `12 k`, `1.2 M`, `3 bn`.
#[must_use]
pub fn count(number: i64) -> String {
    if number < 10_000 {
        return number.to_string();
    }
    // Rounded to tenths in whole numbers, so that no float is shown and 999,950 becomes 1 M rather than 1000 k.
    for (unit, name) in [(1_000_i64, "k"), (1_000_000, "M"), (1_000_000_000, "bn")] {
        let tenths = number / (unit / 10) + i64::from(number % (unit / 10) >= unit / 20);
        if tenths < 10_000 || name == "bn" {
            let (whole, tenth) = (tenths / 10, tenths % 10);
            return if tenth == 0 || whole >= 100 {
                format!("{whole} {name}")
            } else {
                format!("{whole}.{tenth} {name}")
            };
        }
    }
    number.to_string()
}

/// Writes milliseconds in the largest unit that divides them: `7d`, `36h`, `90s`, `250ms`; a negative number, Kafka's
/// way to say "without a limit", is `forever`.
#[must_use]
pub fn duration(milliseconds: i64) -> String {
    if milliseconds < 0 {
        return "forever".to_owned();
    }
    exact_duration(milliseconds).unwrap_or_else(|| format!("{milliseconds}ms"))
}

/// The same for positive numbers of whole seconds, which is what a catalog's `retention` takes; none for others.
#[must_use]
pub fn exact_duration(milliseconds: i64) -> Option<String> {
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| milliseconds > 0 && milliseconds % unit == 0)?;
    Some(format!("{}{name}", milliseconds / unit))
}

/// Writes a span of time that was measured, in its two largest units: `3d4h`, `2m5s`, `12s`, `250ms`. A negative one has
/// its sign.
#[must_use]
pub fn span(milliseconds: i64) -> String {
    let length = milliseconds.unsigned_abs();
    let sign = if milliseconds < 0 { "-" } else { "" };
    if length < 1_000 {
        return format!("{sign}{length}ms");
    }
    let seconds = length / 1_000;
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let first = units.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let mut rest = seconds;
    let mut words = Vec::new();
    for (unit, name) in units.iter().skip(first).take(2) {
        let count = rest / unit;
        rest %= unit;
        if count > 0 {
            words.push(format!("{count}{name}"));
        }
    }
    format!("{sign}{}", words.concat())
}

/// Writes a size in bytes: exact, with binary units beside it where they help: `1048588 (1.0 MiB)`.
#[must_use]
pub fn bytes(number: i64) -> String {
    if number < 0 {
        return "without limit".to_owned();
    }
    for (unit, name) in [(1_i64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if number >= unit {
            return format!("{number} ({}.{} {name})", number / unit, number % unit * 10 / unit);
        }
    }
    format!("{number} bytes")
}

/// Writes a number with its noun: `1 topic`, `2 topics`.
#[must_use]
pub fn plural(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Writes up to `limit` things in a row and says how many more there are: `a, b and 3 more`.
#[must_use]
pub fn list<T: ToString>(things: &[T], limit: usize) -> String {
    let shown: Vec<String> = things.iter().take(limit).map(ToString::to_string).collect();
    match things.len().saturating_sub(limit) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The runs of neighbouring numbers, each with its first and its last.
#[must_use]
pub fn runs(numbers: impl Iterator<Item = i32>) -> Vec<(i32, i32)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// Writes numbers that rise, runs of neighbours as such, and says how many runs more there are: `0-3, 7, 9-12`.
#[must_use]
pub fn ranges(numbers: impl Iterator<Item = i32>, limit: usize) -> String {
    let range = |(first, last): (i32, i32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    list(&runs(numbers).into_iter().map(range).collect::<Vec<String>>(), limit)
}

/// Writes a moment to the second, in UTC.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// Writes milliseconds since 1970 as RFC 3339, to the millisecond; a number outside of the calendar as it is.
#[must_use]
pub fn instant(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| milliseconds.to_string(), |time| format!("{time:.3}"))
}

/// Writes a setting's value the way a person reads it: durations and sizes by the key's ending, others as they are.
#[must_use]
pub fn setting(key: &str, value: &str) -> String {
    let Ok(number) = value.trim().parse::<i64>() else { return value.to_owned() };
    if key.ends_with(".ms") && number < i64::MAX {
        duration(number)
    } else if key.ends_with(".ms") {
        "forever".to_owned()
    } else if key.ends_with(".bytes") {
        bytes(number)
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_written_as_a_range() {
        let rows: [(&[i32], &str); 4] = [
            (&[], ""),
            (&[4], "4"),
            (&[0, 1, 2, 3, 7, 9, 10], "0-3, 7, 9-10"),
            (&[1, 3, 5, 7], "1, 3, 5 and 1 more"),
        ];
        for (numbers, words) in rows {
            assert_eq!(ranges(numbers.iter().copied(), 3), words);
        }
    }

    #[test]
    fn spans_have_two_units() {
        let rows = [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1s"),
            (61_500, "1m1s"),
            (3_600_000, "1h"),
            (3_605_000, "1h"),
            (90_061_000, "1d1h"),
            (-125_000, "-2m5s"),
            (i64::MIN, "-106751991167d7h"),
        ];
        for (milliseconds, words) in rows {
            assert_eq!(span(milliseconds), words);
        }
    }

    #[test]
    fn counts_are_exact_when_small_and_rounded_when_large() {
        let rows = [
            (0, "0"),
            (9_999, "9999"),
            (10_000, "10 k"),
            (12_345, "12.3 k"),
            (999_949, "999 k"),
            (999_950, "1 M"),
            (1_200_000, "1.2 M"),
            (3_000_000_000, "3 bn"),
            (i64::MAX, "9223372036 bn"),
        ];
        for (number, expected) in rows {
            assert_eq!(count(number), expected, "{number}");
        }
    }

    #[test]
    fn durations_take_the_largest_unit_that_divides_them() {
        let rows = [
            (604_800_000, "7d"),
            (129_600_000, "36h"),
            (5_400_000, "90m"),
            (90_000, "90s"),
            (1_500, "1500ms"),
            (0, "0ms"),
            (-1, "forever"),
        ];
        for (milliseconds, expected) in rows {
            assert_eq!(duration(milliseconds), expected, "{milliseconds}");
        }
        assert_eq!(exact_duration(-1), None);
        assert_eq!(exact_duration(0), None);
        assert_eq!(exact_duration(1_500), None);
    }

    #[test]
    fn lists_say_how_many_they_leave_out() {
        assert_eq!(list(&["a", "b"], 3), "a, b");
        assert_eq!(list(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!((plural(1, "topic"), plural(0, "topic")), ("1 topic".to_owned(), "0 topics".to_owned()));
    }

    #[test]
    fn settings_are_read_by_their_keys_ending() {
        let rows = [
            ("retention.ms", "604800000", "7d"),
            ("retention.ms", "-1", "forever"),
            ("segment.ms", "9223372036854775807", "forever"),
            ("max.message.bytes", "1048588", "1048588 (1.0 MiB)"),
            ("retention.bytes", "-1", "without limit"),
            ("cleanup.policy", "compact", "compact"),
            ("min.insync.replicas", "2", "2"),
        ];
        for (key, value, expected) in rows {
            assert_eq!(setting(key, value), expected, "{key}={value}");
        }
    }
}
