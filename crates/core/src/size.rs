//! Amounts of bytes as people write them: `64KiB`, `1MiB`, `500B`.

/// Why a text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// Not digits and a unit.
    #[error("a size is a whole number and one of the units B, kB, KiB, MB, MiB, GB, GiB, such as 64KiB")]
    Form,
    /// A number alone.
    #[error(
        "the unit is missing: write one of B, kB, KiB, MB, MiB, GB, GiB behind the number, such as 64KiB"
    )]
    Unit,
    /// More than 63 bits.
    #[error("the size is too large")]
    TooLarge,
}

const UNITS: [(&str, i64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

/// The pattern of a size, for schemas that editors read.
pub const PATTERN: &str = "^[0-9]+(B|kB|KiB|MB|MiB|GB|GiB)$";

/// Reads a size as bytes.
///
/// # Errors
/// Anything but digits and one unit; more than 63 bits.
pub fn parse(text: &str) -> Result<i64, SizeError> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits).ok_or(SizeError::Form)?;
    if number.is_empty() {
        return Err(SizeError::Form);
    }
    if unit.is_empty() {
        return Err(SizeError::Unit);
    }
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(SizeError::Form)?;
    let number: i64 = number.parse().map_err(|_| SizeError::TooLarge)?;
    number.checked_mul(*bytes).ok_or(SizeError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_digits_and_a_unit() {
        let rows = [
            ("500B", Ok(500)),
            ("64KiB", Ok(65_536)),
            ("1kB", Ok(1_000)),
            ("2MiB", Ok(2_097_152)),
            ("1GB", Ok(1_000_000_000)),
            ("1GiB", Ok(1_073_741_824)),
            ("64", Err(SizeError::Unit)),
            ("", Err(SizeError::Form)),
            ("1.5MiB", Err(SizeError::Form)),
            ("1mb", Err(SizeError::Form)),
            ("-1B", Err(SizeError::Form)),
            ("9223372036854775807GiB", Err(SizeError::TooLarge)),
            ("99999999999999999999B", Err(SizeError::TooLarge)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }
}
