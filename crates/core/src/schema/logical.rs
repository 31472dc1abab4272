//! Logical types: what a plain type means to people.

use super::model::{Content, Property};
use crate::json::{Json, Value};

/// A logical type that fits the type below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogicalType {
    /// A number with a fixed count of digits behind the point, over bytes or fixed.
    Decimal {
        /// How many digits it has at most, from 1.
        precision: u32,
        /// How many of them stand behind the point.
        scale: u32,
    },
    /// A UUID, over string or 16 fixed bytes.
    Uuid,
    /// Days since 1970-01-01, over int.
    Date,
    /// Milliseconds since midnight, over int.
    TimeMillis,
    /// Microseconds since midnight, over long.
    TimeMicros,
    /// Milliseconds since 1970-01-01T00:00Z, over long.
    TimestampMillis,
    /// Microseconds since 1970-01-01T00:00Z, over long.
    TimestampMicros,
    /// Nanoseconds since 1970-01-01T00:00Z, over long.
    TimestampNanos,
    /// Milliseconds since 1970-01-01T00:00 of some local time, over long.
    LocalTimestampMillis,
    /// Microseconds since 1970-01-01T00:00 of some local time, over long.
    LocalTimestampMicros,
    /// Nanoseconds since 1970-01-01T00:00 of some local time, over long.
    LocalTimestampNanos,
    /// Months, days and milliseconds, over 12 fixed bytes.
    Duration,
}

/// Why a `logicalType` counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogicalProblem {
    /// Avro does not know the name. Other libraries may.
    #[error("`{0}` is no logical type that Avro knows")]
    Unknown(String),
    /// It stands over a type that it does not fit.
    #[error("`{name}` fits {fits}, not {found}")]
    Misplaced {
        /// Its name.
        name: &'static str,
        /// The types it fits.
        fits: &'static str,
        /// The type it stands over.
        found: String,
    },
    /// A decimal whose numbers do not add up.
    #[error("{0}")]
    Decimal(String),
}

impl LogicalType {
    /// The name as it stands in schemas.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LogicalType::Decimal { .. } => "decimal",
            LogicalType::Uuid => "uuid",
            LogicalType::Date => "date",
            LogicalType::TimeMillis => "time-millis",
            LogicalType::TimeMicros => "time-micros",
            LogicalType::TimestampMillis => "timestamp-millis",
            LogicalType::TimestampMicros => "timestamp-micros",
            LogicalType::TimestampNanos => "timestamp-nanos",
            LogicalType::LocalTimestampMillis => "local-timestamp-millis",
            LogicalType::LocalTimestampMicros => "local-timestamp-micros",
            LogicalType::LocalTimestampNanos => "local-timestamp-nanos",
            LogicalType::Duration => "duration",
        }
    }

    fn fits(self) -> &'static str {
        match self {
            LogicalType::Decimal { .. } => "bytes and fixed",
            LogicalType::Uuid => "string and fixed of 16 bytes",
            LogicalType::Date | LogicalType::TimeMillis => "int",
            LogicalType::Duration => "fixed of 12 bytes",
            _ => "long",
        }
    }

    fn fits_over(self, content: &Content) -> bool {
        match (self, content) {
            (LogicalType::Decimal { .. }, Content::Bytes | Content::Fixed(_))
            | (LogicalType::Uuid, Content::String)
            | (LogicalType::Date | LogicalType::TimeMillis, Content::Int) => true,
            (LogicalType::Uuid, Content::Fixed(fixed)) => fixed.size == 16,
            (LogicalType::Duration, Content::Fixed(fixed)) => fixed.size == 12,
            (
                LogicalType::Decimal { .. }
                | LogicalType::Uuid
                | LogicalType::Duration
                | LogicalType::Date
                | LogicalType::TimeMillis,
                _,
            ) => false,
            (_, content) => matches!(content, Content::Long),
        }
    }
}

/// Decides what the `logicalType` among a type's attributes means.
pub(super) fn logical_type(
    content: &Content,
    properties: &[Property],
) -> Result<Option<LogicalType>, LogicalProblem> {
    let property = |name: &str| properties.iter().find(|property| property.name == name);
    let Some(name) = property("logicalType").and_then(|property| property.value.text()) else {
        return Ok(None);
    };
    let number = |name: &str| property(name).map(|property| &property.value);
    let logical = match name {
        "decimal" => decimal(content, number("precision"), number("scale"))?,
        "uuid" => LogicalType::Uuid,
        "date" => LogicalType::Date,
        "time-millis" => LogicalType::TimeMillis,
        "time-micros" => LogicalType::TimeMicros,
        "timestamp-millis" => LogicalType::TimestampMillis,
        "timestamp-micros" => LogicalType::TimestampMicros,
        "timestamp-nanos" => LogicalType::TimestampNanos,
        "local-timestamp-millis" => LogicalType::LocalTimestampMillis,
        "local-timestamp-micros" => LogicalType::LocalTimestampMicros,
        "local-timestamp-nanos" => LogicalType::LocalTimestampNanos,
        "duration" => LogicalType::Duration,
        other => return Err(LogicalProblem::Unknown(other.to_owned())),
    };
    if logical.fits_over(content) {
        return Ok(Some(logical));
    }
    let found = match content {
        Content::Fixed(fixed) => format!("fixed of {} bytes", fixed.size),
        other => other.kind().name().to_owned(),
    };
    Err(LogicalProblem::Misplaced { name: logical.name(), fits: logical.fits(), found })
}

fn decimal(
    content: &Content,
    precision: Option<&Json>,
    scale: Option<&Json>,
) -> Result<LogicalType, LogicalProblem> {
    let wrong = |text: String| Err(LogicalProblem::Decimal(text));
    let number = |json: &Json| match &json.value {
        Value::Number(text) => text.parse::<u32>().ok(),
        _ => None,
    };
    let Some(precision) = precision.and_then(number).filter(|precision| *precision > 0) else {
        return wrong("a decimal needs a `precision` of at least 1".to_owned());
    };
    let Some(scale) = scale.map_or(Some(0), number) else {
        return wrong("the `scale` of a decimal is a number from 0 to its precision".to_owned());
    };
    if scale > precision {
        return wrong(format!("the scale {scale} is greater than the precision {precision}"));
    }
    if let Content::Fixed(fixed) = content {
        // As many digits as any number of so many bytes surely has room for.
        let most = (f64::from(fixed.size) * 8.0 - 1.0).max(0.0) * std::f64::consts::LOG10_2;
        if f64::from(precision) > most.floor() {
            let most = most.floor();
            return wrong(format!("{} bytes hold {most} digits, not {precision}", fixed.size));
        }
    }
    Ok(LogicalType::Decimal { precision, scale })
}
