//! Integers and floats.
//!
//! Floats are written with the fewest digits that read back as the same bits of their own width. JSON has no NaN and no
//! infinity: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.

use super::TextError;

/// Adds an integer.
#[inline]
pub fn write_integer(value: i64, out: &mut Vec<u8>) {
    // Writing a number to memory does not fail.
    let _ = serde_json::to_writer(out, &value);
}

/// Adds a float of 32 bits.
pub fn write_float(value: f32, out: &mut Vec<u8>) {
    if value.is_finite() {
        let _ = serde_json::to_writer(out, &value);
    } else {
        write_special(f64::from(value), out);
    }
}

/// Adds a float of 64 bits.
pub fn write_double(value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        let _ = serde_json::to_writer(out, &value);
    } else {
        write_special(value, out);
    }
}

fn write_special(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(match value {
        f64::INFINITY => b"\"Infinity\"",
        f64::NEG_INFINITY => b"\"-Infinity\"",
        _ => b"\"NaN\"",
    });
}

/// What the characters of a string mean where a float is expected; none where they mean nothing there.
#[must_use]
pub fn special_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// Reads a JSON number as an int.
///
/// # Errors
/// A fraction or an exponent, whatever its value; a number that 32 bits do not hold.
pub fn parse_int(number: &str) -> Result<i32, TextError> {
    integer(number)?.parse().map_err(|_| TextError::Range("an int lies between -2147483648 and 2147483647"))
}

/// Reads a JSON number as a long.
///
/// # Errors
/// A fraction or an exponent, whatever its value; a number that 64 bits do not hold.
pub fn parse_long(number: &str) -> Result<i64, TextError> {
    let range = TextError::Range("a long lies between -9223372036854775808 and 9223372036854775807");
    integer(number)?.parse().map_err(|_| range)
}

fn integer(number: &str) -> Result<&str, TextError> {
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TextError::Form("a whole number, without a point or an exponent"));
    }
    Ok(number)
}

/// Reads a JSON number as a float of 32 bits, rounded once.
///
/// # Errors
/// A number that is no number, or greater than any finite one.
pub fn parse_float(number: &str) -> Result<f32, TextError> {
    let value: f32 = number.parse().map_err(|_| TextError::Form("a number"))?;
    let range = TextError::Range("a float lies between -3.4028235e38 and 3.4028235e38");
    if value.is_finite() { Ok(value) } else { Err(range) }
}

/// Reads a JSON number as a float of 64 bits.
///
/// # Errors
/// A number that is no number, or greater than any finite one.
pub fn parse_double(number: &str) -> Result<f64, TextError> {
    let value: f64 = number.parse().map_err(|_| TextError::Form("a number"))?;
    let range = TextError::Range("a double lies between -1.7976931348623157e308 and 1.7976931348623157e308");
    if value.is_finite() { Ok(value) } else { Err(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_are_exact() {
        for value in [0, 1, -1, 9_007_199_254_740_993, i64::MIN, i64::MAX] {
            let text = written(|out| write_integer(value, out));
            assert_eq!(text, value.to_string());
            assert_eq!(parse_long(&text), Ok(value));
        }
        assert_eq!(parse_int("-0"), Ok(0));
        assert_eq!(parse_int("2147483647"), Ok(i32::MAX));
        assert!(matches!(parse_int("2147483648"), Err(TextError::Range(_))));
        assert!(matches!(parse_long("9223372036854775808"), Err(TextError::Range(_))));
        for text in ["1.0", "1e3", "", "-", "+1", "0x1", " 1", "NaN"] {
            assert!(matches!(parse_long(text), Err(TextError::Form(_))), "{text}");
        }
    }

    #[test]
    fn floats_come_back_with_the_same_bits() {
        let doubles = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e300, "1e+300"),
            (5e-324, "5e-324"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (f64::MAX, "1.7976931348623157e+308"),
        ];
        for (value, text) in doubles {
            assert_eq!(written(|out| write_double(value, out)), text);
            assert_eq!(parse_double(text).unwrap().to_bits(), value.to_bits());
        }
        let floats =
            [(0.1_f32, "0.1"), (-0.0, "-0.0"), (16_777_216.0, "16777216.0"), (f32::MAX, "3.4028235e+38")];
        for (value, text) in floats {
            assert_eq!(written(|out| write_float(value, out)), text);
            assert_eq!(parse_float(text).unwrap().to_bits(), value.to_bits());
        }
        assert!(matches!(parse_double("1e400"), Err(TextError::Range(_))));
        assert!(matches!(parse_float("1e39"), Err(TextError::Range(_))));
        // Rounding to 64 bits first would give the lower neighbour.
        assert_eq!(parse_float("7.038531e-26").unwrap().to_bits(), 0x15ae_43fd);
    }

    #[test]
    fn what_json_has_no_number_for_is_a_string() {
        let rows = [(f64::NAN, "NaN"), (f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity")];
        for (value, text) in rows {
            assert_eq!(written(|out| write_double(value, out)), format!("\"{text}\""));
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the three values are the same in both widths"
            )]
            let float = value as f32;
            assert_eq!(written(|out| write_float(float, out)), format!("\"{text}\""));
            assert_eq!(special_float(text).map(f64::to_bits), Some(value.to_bits()));
        }
        assert_eq!(special_float("nan"), None);
    }
}
