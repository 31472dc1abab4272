//! Spans of time as people write them: `7d`, `500ms`. A day has 24 hours and a week seven days: no calendar is
//! involved, because Kafka counts milliseconds.

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not digits and a unit.
    #[error("a duration is a whole number and one of the units ms, s, m, h, d, w, such as 7d or 500ms")]
    Form,
    /// A number alone.
    #[error("the unit is missing: write one of ms, s, m, h, d, w behind the number, such as 7d or 500ms")]
    Unit,
    /// More milliseconds than 63 bits hold.
    #[error("the duration is too long")]
    TooLong,
}

/// Milliseconds per unit, longest first.
const UNITS: [(&str, i64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The pattern of a duration, for schemas that editors read.
pub const PATTERN: &str = "^[0-9]+(ms|s|m|h|d|w)$";

/// Reads a duration as milliseconds.
///
/// # Errors
/// Anything but digits and one unit; more than 63 bits of milliseconds.
pub fn parse(text: &str) -> Result<i64, DurationError> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits).ok_or(DurationError::Form)?;
    if number.is_empty() {
        return Err(DurationError::Form);
    }
    if unit.is_empty() {
        return Err(DurationError::Unit);
    }
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(DurationError::Form)?;
    let number: i64 = number.parse().map_err(|_| DurationError::TooLong)?;
    number.checked_mul(*milliseconds).ok_or(DurationError::TooLong)
}

/// Writes milliseconds in the longest unit that leaves no remainder: 604800000 is `7d`. Weeks are not written,
/// because retention is commonly thought of in days. Negative values keep their sign; `-1` is no special case here.
#[must_use]
pub fn format(milliseconds: i64) -> String {
    if milliseconds == 0 {
        return "0s".to_owned();
    }
    let fits = |(name, unit): &&(&str, i64)| *name != "w" && milliseconds % unit == 0;
    let (name, unit) = UNITS.iter().find(fits).copied().unwrap_or(("ms", 1));
    format!("{}{name}", milliseconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_digits_and_a_unit() {
        let rows = [
            ("7d", Ok(604_800_000)),
            ("1w", Ok(604_800_000)),
            ("12h", Ok(43_200_000)),
            ("30m", Ok(1_800_000)),
            ("10s", Ok(10_000)),
            ("500ms", Ok(500)),
            ("0s", Ok(0)),
            ("007d", Ok(604_800_000)),
            ("", Err(DurationError::Form)),
            ("d", Err(DurationError::Form)),
            ("7", Err(DurationError::Unit)),
            ("7 d", Err(DurationError::Form)),
            ("7D", Err(DurationError::Form)),
            ("1.5h", Err(DurationError::Form)),
            ("-1d", Err(DurationError::Form)),
            ("1h30m", Err(DurationError::Form)),
            ("1y", Err(DurationError::Form)),
            ("٧d", Err(DurationError::Form)),
            ("9223372036854775807ms", Ok(i64::MAX)),
            ("9223372036854775808ms", Err(DurationError::TooLong)),
            ("9223372036854775807s", Err(DurationError::TooLong)),
            ("15250284452w", Ok(15_250_284_452 * 604_800_000)),
            ("15250284453w", Err(DurationError::TooLong)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_written_duration_reads_back() {
        let rows = [(604_800_000, "7d"), (2_592_000_000, "30d"), (90_000, "90s"), (3_600_001, "3600001ms")];
        for (milliseconds, text) in rows {
            assert_eq!(format(milliseconds), text);
            assert_eq!(parse(text), Ok(milliseconds));
        }
        assert_eq!(parse(&format(0)), Ok(0));
        assert_eq!(format(i64::MIN), "-9223372036854775808ms");
    }
}
