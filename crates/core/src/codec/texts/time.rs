//! Dates and times in the Gregorian calendar, as ISO 8601 and RFC 3339 write them.
//!
//! What is counted is days, or fractions of seconds; there are no leap seconds. Dates are turned by Howard Hinnant's
//! `civil_from_days` and `days_from_civil` (chrono-Compatible Low-Level Date Algorithms). Years 1 to 9999 have a text;
//! other values stay numbers.

use super::{TextError, write_integer};
use crate::schema::LogicalType;

/// 0001-01-01 and 9999-12-31 in days since 1970-01-01.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;

/// How a value is counted and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Date,
    Time(Unit),
    Timestamp(Unit),
    LocalTimestamp(Unit),
}

/// A fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    per_second: i64,
    digits: u32,
}

const MILLIS: Unit = Unit { per_second: 1_000, digits: 3 };
const MICROS: Unit = Unit { per_second: 1_000_000, digits: 6 };
const NANOS: Unit = Unit { per_second: 1_000_000_000, digits: 9 };

fn shape(logical: LogicalType) -> Option<Shape> {
    Some(match logical {
        LogicalType::Date => Shape::Date,
        LogicalType::TimeMillis => Shape::Time(MILLIS),
        LogicalType::TimeMicros => Shape::Time(MICROS),
        LogicalType::TimestampMillis => Shape::Timestamp(MILLIS),
        LogicalType::TimestampMicros => Shape::Timestamp(MICROS),
        LogicalType::TimestampNanos => Shape::Timestamp(NANOS),
        LogicalType::LocalTimestampMillis => Shape::LocalTimestamp(MILLIS),
        LogicalType::LocalTimestampMicros => Shape::LocalTimestamp(MICROS),
        LogicalType::LocalTimestampNanos => Shape::LocalTimestamp(NANOS),
        LogicalType::Decimal { .. } | LogicalType::Uuid | LogicalType::Duration => return None,
    })
}

/// Tells whether values of this logical type are dates or times, which are written as text or as a number.
#[must_use]
pub fn is_time(logical: LogicalType) -> bool {
    shape(logical).is_some()
}

/// Adds a date or time as a string, or as the plain number where the calendar has no such value.
pub fn write_time(logical: LogicalType, value: i64, out: &mut Vec<u8>) {
    // The unit is a constant in each of these, because to divide by one is fast.
    let text = match logical {
        LogicalType::Date => push_date(value, out),
        LogicalType::TimeMillis => push_time::<1_000>(value, out),
        LogicalType::TimeMicros => push_time::<1_000_000>(value, out),
        LogicalType::TimestampMillis => push_timestamp::<1_000>(value, b"Z\"", out),
        LogicalType::TimestampMicros => push_timestamp::<1_000_000>(value, b"Z\"", out),
        LogicalType::TimestampNanos => push_timestamp::<1_000_000_000>(value, b"Z\"", out),
        LogicalType::LocalTimestampMillis => push_timestamp::<1_000>(value, b"\"", out),
        LogicalType::LocalTimestampMicros => push_timestamp::<1_000_000>(value, b"\"", out),
        LogicalType::LocalTimestampNanos => push_timestamp::<1_000_000_000>(value, b"\"", out),
        LogicalType::Decimal { .. } | LogicalType::Uuid | LogicalType::Duration => false,
    };
    if !text {
        write_integer(value, out);
    }
}

fn push_date(days: i64, out: &mut Vec<u8>) -> bool {
    let inside = (FIRST_DAY..=LAST_DAY).contains(&days);
    if inside {
        out.push(b'"');
        out.extend_from_slice(&date_digits(days));
        out.push(b'"');
    }
    inside
}

fn push_time<const PER_SECOND: i64>(value: i64, out: &mut Vec<u8>) -> bool {
    let inside = (0..86_400 * PER_SECOND).contains(&value);
    if inside {
        out.push(b'"');
        push_clock::<PER_SECOND>(value, out);
        out.push(b'"');
    }
    inside
}

fn push_timestamp<const PER_SECOND: i64>(value: i64, end: &[u8], out: &mut Vec<u8>) -> bool {
    let day = 86_400 * PER_SECOND;
    let days = value.div_euclid(day);
    let inside = (FIRST_DAY..=LAST_DAY).contains(&days);
    if inside {
        out.reserve(32);
        out.push(b'"');
        out.extend_from_slice(&date_digits(days));
        out.push(b'T');
        push_clock::<PER_SECOND>(value.rem_euclid(day), out);
        out.extend_from_slice(end);
    }
    inside
}

/// One digit: the last of a number that is not negative.
fn digit(number: i64) -> u8 {
    b'0' + (number % 10) as u8
}

/// A day whose year has four digits.
fn date_digits(days: i64) -> [u8; 10] {
    let (year, month, day) = civil(days);
    [
        digit(year / 1_000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ]
}

/// Adds a time of the day, with three digits behind the point, or six, or nine.
fn push_clock<const PER_SECOND: i64>(value: i64, out: &mut Vec<u8>) {
    let (seconds, fraction) = (value / PER_SECOND, value % PER_SECOND);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    out.extend_from_slice(&[
        digit(hour / 10),
        digit(hour),
        b':',
        digit(minute / 10),
        digit(minute),
        b':',
        digit(second / 10),
        digit(second),
        b'.',
    ]);
    let mut divisor = PER_SECOND / 1_000;
    while divisor > 0 {
        let three = fraction / divisor;
        out.extend_from_slice(&[digit(three / 100), digit(three / 10), digit(three)]);
        divisor /= 1_000;
    }
}

/// Year, month and day of a day since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The day since 1970-01-01 of a year, month and day.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Reads a date or time. Fewer digits behind the point than the type keeps are allowed, and none.
///
/// # Errors
/// Another form; a day or time that does not exist; more digits behind the point than the type keeps; a timestamp
/// without offset, and a local one with it.
pub fn parse_time(logical: LogicalType, text: &str) -> Result<i64, TextError> {
    let mut scan = Scan { rest: text.as_bytes() };
    let (value, form) = match shape(logical) {
        Some(Shape::Date) => (scan.date(), "a date such as 2026-11-22"),
        Some(Shape::Time(unit)) => (scan.clock(unit), "a time such as 14:02:00.123"),
        Some(Shape::Timestamp(unit)) => {
            (scan.timestamp(unit, true), "a time with its offset such as 2026-11-22T14:02:00.123Z")
        }
        Some(Shape::LocalTimestamp(unit)) => {
            (scan.timestamp(unit, false), "a time without offset such as 2026-11-22T14:02:00.123")
        }
        None => return Err(TextError::Form("a date or a time")),
    };
    match value? {
        Some(value) if scan.rest.is_empty() => Ok(value),
        _ => Err(TextError::Form(form)),
    }
}

/// What is read of a text; `None` is another form.
type Scanned = Result<Option<i64>, TextError>;

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn byte(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        number
            .iter()
            .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
    }

    fn pair(&mut self, before: u8) -> Option<i64> {
        self.byte(before)?;
        self.number(2)
    }

    fn date(&mut self) -> Scanned {
        let (Some(year), Some(month), Some(day)) = (self.number(4), self.pair(b'-'), self.pair(b'-')) else {
            return Ok(None);
        };
        let days = days(year, month.clamp(1, 12), day);
        if year == 0 || civil(days) != (year, month, day) {
            return Err(TextError::Calendar("day"));
        }
        Ok(Some(days))
    }

    fn clock(&mut self, unit: Unit) -> Scanned {
        let (Some(hour), Some(minute), Some(second)) = (self.number(2), self.pair(b':'), self.pair(b':'))
        else {
            return Ok(None);
        };
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TextError::Calendar("time"));
        }
        let seconds = hour * 3_600 + minute * 60 + second;
        Ok(self.fraction(unit)?.map(|fraction| seconds * unit.per_second + fraction))
    }

    fn fraction(&mut self, unit: Unit) -> Scanned {
        if self.byte(b'.').is_none() {
            return Ok(Some(0));
        }
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > unit.digits as usize {
            return Err(TextError::Fraction(unit.digits));
        }
        let missing = unit.digits.saturating_sub(digits as u32);
        Ok(if digits == 0 { None } else { self.number(digits).map(|number| number * 10_i64.pow(missing)) })
    }

    fn timestamp(&mut self, unit: Unit, offset: bool) -> Scanned {
        let Some(days) = self.date()? else { return Ok(None) };
        if self.byte(b'T').is_none() {
            return Ok(None);
        }
        let Some(clock) = self.clock(unit)? else { return Ok(None) };
        let offset = if offset { self.offset()? } else { Some(0) };
        let Some(offset) = offset else { return Ok(None) };
        // The whole may leave the range by seconds and come back by its fraction: 1677-09-21T00:12:43.145224192.
        let value = i128::from(days * 86_400 - offset) * i128::from(unit.per_second) + i128::from(clock);
        let range = TextError::Range("64 bits of nanoseconds reach from 1677-09-21 to 2262-04-11");
        i64::try_from(value).map(Some).map_err(|_| range)
    }

    /// How many seconds the clock is ahead of universal time.
    fn offset(&mut self) -> Scanned {
        if self.byte(b'Z').is_some() {
            return Ok(Some(0));
        }
        let sign = match self.rest.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Ok(None),
        };
        self.rest = self.rest.get(1..).unwrap_or_default();
        let (Some(hours), Some(minutes)) = (self.number(2), self.pair(b':')) else { return Ok(None) };
        if hours > 23 || minutes > 59 {
            return Err(TextError::Calendar("offset"));
        }
        Ok(Some(sign * (hours * 3_600 + minutes * 60)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LogicalType as L;

    fn written(logical: L, value: i64) -> String {
        let mut out = Vec::new();
        write_time(logical, value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_have_as_many_digits_as_their_unit() {
        let rows = [
            (L::Date, 0, "1970-01-01"),
            (L::Date, -1, "1969-12-31"),
            (L::Date, 20_779, "2026-11-22"),
            (L::Date, 11_016, "2000-02-29"),
            (L::Date, -719_162, "0001-01-01"),
            (L::Date, 2_932_896, "9999-12-31"),
            (L::TimeMillis, 50_520_123, "14:02:00.123"),
            (L::TimeMillis, 0, "00:00:00.000"),
            (L::TimeMillis, 86_399_999, "23:59:59.999"),
            (L::TimeMicros, 50_520_123_456, "14:02:00.123456"),
            (L::TimestampMillis, 1_795_356_120_123, "2026-11-22T14:02:00.123Z"),
            (L::TimestampMillis, -1, "1969-12-31T23:59:59.999Z"),
            (L::TimestampMicros, 1_795_356_120_123_456, "2026-11-22T14:02:00.123456Z"),
            (L::TimestampNanos, i64::MIN, "1677-09-21T00:12:43.145224192Z"),
            (L::TimestampNanos, i64::MAX, "2262-04-11T23:47:16.854775807Z"),
            (L::TimestampMillis, -62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (L::TimestampMillis, 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (L::LocalTimestampMillis, 5, "1970-01-01T00:00:00.005"),
            (L::LocalTimestampMicros, 5, "1970-01-01T00:00:00.000005"),
            (L::LocalTimestampNanos, 5, "1970-01-01T00:00:00.000000005"),
        ];
        for (logical, value, text) in rows {
            assert_eq!(written(logical, value), format!("\"{text}\""));
            assert_eq!(parse_time(logical, text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_the_calendar_does_not_have_stays_a_number() {
        let rows = [
            (L::Date, -719_163),
            (L::Date, 2_932_897),
            (L::Date, i64::from(i32::MIN)),
            (L::TimeMillis, -1),
            (L::TimeMillis, 86_400_000),
            (L::TimeMicros, 86_400_000_000),
            (L::TimestampMillis, -62_135_596_800_001),
            (L::TimestampMillis, 253_402_300_800_000),
            (L::TimestampMicros, i64::MIN),
            (L::LocalTimestampMillis, i64::MAX),
        ];
        for (logical, value) in rows {
            assert_eq!(written(logical, value), value.to_string());
        }
    }

    #[test]
    fn every_day_has_one_text() {
        let mut before = civil(FIRST_DAY - 1);
        for day in FIRST_DAY..=LAST_DAY {
            let (year, month, number) = civil(day);
            assert_eq!(days(year, month, number), day);
            assert!((year, month, number) > before);
            let follows = number == before.2 + 1 || (number == 1 && (28..=31).contains(&before.2));
            assert!(follows, "{year}-{month}-{number}");
            before = (year, month, number);
        }
    }

    #[test]
    fn times_are_read_with_their_offsets() {
        let rows = [
            (L::TimeMillis, "14:02:00", 50_520_000),
            (L::TimeMillis, "14:02:00.1", 50_520_100),
            (L::TimestampMillis, "2026-11-22T14:02:00Z", 1_795_356_120_000),
            (L::TimestampMillis, "2026-11-22T16:02:00+02:00", 1_795_356_120_000),
            (L::TimestampMillis, "2026-11-22T08:32:00.000-05:30", 1_795_356_120_000),
            (L::TimestampMicros, "2026-11-22T14:02:00.5Z", 1_795_356_120_500_000),
            (L::LocalTimestampNanos, "1970-01-01T00:00:01", 1_000_000_000),
        ];
        for (logical, text, value) in rows {
            assert_eq!(parse_time(logical, text), Ok(value), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let form = |text| (text, L::TimestampMillis, "form");
        let rows = [
            form(""),
            form("2026-11-22"),
            form("2026-11-22T14:02:00"),
            form("2026-11-22T14:02Z"),
            form("2026-11-22 14:02:00Z"),
            form("2026-11-22T14:02:00.Z"),
            form("2026-11-22T14:02:00ZZ"),
            form("2026-11-22T14:02:00+0200"),
            form("+026-11-22T14:02:00Z"),
            form("12026-11-22T14:02:00Z"),
            ("2026-11-22T14:02:00Z", L::LocalTimestampMillis, "form"),
            ("2026-11-22T14:02:00.1234Z", L::TimestampMillis, "fraction"),
            ("2026-11-22T14:02:00.1230Z", L::TimestampMillis, "fraction"),
            ("2026-02-29T14:02:00Z", L::TimestampMillis, "calendar"),
            ("2026-13-01", L::Date, "calendar"),
            ("2026-00-01", L::Date, "calendar"),
            ("2026-01-00", L::Date, "calendar"),
            ("0000-01-01", L::Date, "calendar"),
            ("24:00:00", L::TimeMillis, "calendar"),
            ("23:59:60", L::TimeMillis, "calendar"),
            ("2026-11-22T14:02:00+24:00", L::TimestampMillis, "calendar"),
            ("2262-04-11T23:47:16.854775808Z", L::TimestampNanos, "range"),
            ("9999-12-31T00:00:00Z", L::TimestampNanos, "range"),
        ];
        for (text, logical, expected) in rows {
            let found = match parse_time(logical, text) {
                Err(TextError::Form(_)) => "form",
                Err(TextError::Fraction(_)) => "fraction",
                Err(TextError::Calendar(_)) => "calendar",
                Err(TextError::Range(_)) => "range",
                other => panic!("{text}: {other:?}"),
            };
            assert_eq!(found, expected, "{text}");
        }
    }
}
