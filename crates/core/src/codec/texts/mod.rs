//! How single values stand in plain JSON: numbers, decimals, times, UUIDs, durations and bytes, each written and read
//! again by the same file, so that both directions agree.
//!
//! A function that writes adds to a buffer, quotes included where the value is a string. One that reads takes the
//! characters between the quotes, or the number as it stands. What it knows is the one value; fields, places and
//! unions are its callers'.

mod decimal;
mod number;
mod octets;
mod time;

pub use decimal::{DIGITS_LIMIT, OCTETS_LIMIT, parse_decimal, sign_extended, write_decimal};
pub use number::{
    parse_double, parse_float, parse_int, parse_long, special_float, write_double, write_float, write_integer,
};
pub use octets::{
    duration_octets, parse_base64, parse_latin, parse_uuid, write_base64, write_duration, write_latin,
    write_uuid,
};
pub use time::{is_time, parse_time, write_time};

/// Why a text is not a value of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is something else.
    #[error("expected {0}")]
    Form(&'static str),
    /// It lies outside of what its type holds.
    #[error("out of range: {0}")]
    Range(&'static str),
    /// It has more digits behind the point than its type keeps.
    #[error("more than {0} digits behind the point would be lost")]
    Fraction(u32),
    /// It has more digits than its type allows.
    #[error("it has {digits} digits, and {precision} are allowed")]
    Precision {
        /// How many it has, those that its scale adds among them.
        digits: usize,
        /// How many its type allows.
        precision: u32,
    },
    /// It is longer than any value of its kind that is taken.
    #[error("longer than {0} digits")]
    Long(usize),
    /// The calendar or the clock has no such value.
    #[error("there is no such {0}")]
    Calendar(&'static str),
}
