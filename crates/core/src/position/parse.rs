//! Reading positions as people write them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{Place, Position};
use crate::duration;

/// Why a text is not a position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    /// Nothing that a position may look like.
    #[error(
        "`{0}` is no position; write start, end, an offset (42), all:42, -100 (before the end), a time (@2026-11-22T14:02:00Z, @-2h), or offsets by partition (0:42,3:17)"
    )]
    Form(String),
    /// A number beyond 63 bits, or a negative one where none may be.
    #[error("`{0}` is no offset: offsets are whole numbers from 0 to 9223372036854775807")]
    Offset(String),
    /// A partition that no topic has.
    #[error("`{0}` is no partition: partitions are whole numbers from 0 to 2147483647")]
    Partition(String),
    /// A partition that stands there twice.
    #[error("partition {0} stands there twice")]
    Twice(i32),
    /// Behind the `@`.
    #[error(
        "`{0}` is no time; write one with its zone (@2026-11-22T14:02:00Z), a date (@2026-11-22, in UTC), milliseconds since 1970 (@1795356120000) or a span before now (@-2h)"
    )]
    Time(String),
    /// A span of time that leads out of the calendar.
    #[error("`{0}` lies outside of the calendar")]
    Calendar(String),
}

pub(super) fn position(text: &str, now: i64) -> Result<Position, PositionError> {
    match text {
        "start" | "earliest" | "beginning" => return Ok(Position::Start),
        "end" | "latest" => return Ok(Position::End),
        _ => {}
    }
    if let Some(written) = text.strip_prefix('@') {
        return time(written, now).map(Position::Time);
    }
    if let Some(written) = text.strip_prefix("all:") {
        return offset(written).map(Position::All);
    }
    if text.contains(':') {
        return partitions(text).map(Position::Partitions);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PositionError::Form(text.to_owned()));
    }
    let number = offset(digits).map_err(|_| PositionError::Offset(text.to_owned()))?;
    Ok(if text.starts_with('-') { Position::BeforeEnd(number) } else { Position::Offset(number) })
}

fn offset(text: &str) -> Result<i64, PositionError> {
    let number = text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(|| PositionError::Offset(text.to_owned()))
}

fn partitions(text: &str) -> Result<BTreeMap<i32, Place>, PositionError> {
    let mut places = BTreeMap::new();
    for part in text.split(',') {
        let (partition, place) = part.split_once(':').ok_or_else(|| PositionError::Form(text.to_owned()))?;
        let number =
            partition.parse::<i32>().ok().filter(|_| partition.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.ok_or_else(|| PositionError::Partition(partition.to_owned()))?;
        let place = if place == "none" { Place::None } else { Place::Offset(offset(place)?) };
        if places.insert(number, place).is_some() {
            return Err(PositionError::Twice(number));
        }
    }
    Ok(places)
}

/// A time in milliseconds since 1970. One without a zone is not taken but for a date, which is short for its midnight
/// in UTC: whose clock a bare `14:02` means is a guess.
fn time(text: &str, now: i64) -> Result<i64, PositionError> {
    if let Some(span) = text.strip_prefix('-') {
        let span = duration::parse(span).map_err(|_| PositionError::Time(text.to_owned()))?;
        return now.checked_sub(span).ok_or_else(|| PositionError::Calendar(text.to_owned()));
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| PositionError::Calendar(text.to_owned()));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_millisecond());
    }
    if text.parse::<DateTime>().is_ok() && text.len() == "2026-11-22".len() {
        let date: Date = text.parse().map_err(|_| PositionError::Time(text.to_owned()))?;
        let midnight = date.to_zoned(TimeZone::UTC).map_err(|_| PositionError::Calendar(text.to_owned()))?;
        return Ok(midnight.timestamp().as_millisecond());
    }
    Err(PositionError::Time(text.to_owned()))
}
