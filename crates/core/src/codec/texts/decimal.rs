//! Decimals: a number of any size, the highest byte first in two's complement, and how many of its digits stand behind
//! the point.
//!
//! To turn a number of n digits from base 256 into base 10 takes n² steps. Sizes are therefore bounded, far beyond
//! what any amount needs.

use super::TextError;

/// The longest decimal that is written as digits, in bytes.
pub const OCTETS_LIMIT: usize = 4_096;
/// The most digits that are read: as many as any number of so many bytes has room for.
pub const DIGITS_LIMIT: usize = 9_863;

/// Nine digits at a time fit into 32 bits.
const GROUP: u32 = 1_000_000_000;
const GROUP_DIGITS: usize = 9;

/// Adds a decimal as a string with exactly `scale` digits behind the point, and with no point where that is 0.
///
/// # Errors
/// No bytes at all, which Java refuses too; more bytes than [`OCTETS_LIMIT`]. Nothing is added then. The scale is not
/// bounded here: as many zeros are added as it asks for.
pub fn write_decimal(octets: &[u8], scale: u32, out: &mut Vec<u8>) -> Result<(), TextError> {
    let Some(first) = octets.first() else { return Err(TextError::Form("at least one byte")) };
    if octets.len() > OCTETS_LIMIT {
        return Err(TextError::Range("a decimal has at most 4096 bytes"));
    }
    let negative = *first & 0x80 != 0;
    let mut buffer = Vec::new();
    let digits = digits(octets, negative, &mut buffer);
    out.push(b'"');
    if negative {
        out.push(b'-');
    }
    let scale = scale as usize;
    match digits.split_at_checked(digits.len().wrapping_sub(scale)) {
        _ if scale == 0 => out.extend_from_slice(digits),
        Some((whole, fraction)) if !whole.is_empty() => {
            out.extend_from_slice(whole);
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
        _ => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + scale - digits.len(), b'0');
            out.extend_from_slice(digits);
        }
    }
    out.push(b'"');
    Ok(())
}

/// The digits of the number without its sign, at least one of them.
fn digits<'a>(octets: &[u8], negative: bool, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    if octets.len() <= 8 {
        let fill = if negative { 0xff } else { 0 };
        let mut wide = [fill; 8];
        for (place, octet) in wide.iter_mut().rev().zip(octets.iter().rev()) {
            *place = *octet;
        }
        let _ = serde_json::to_writer(&mut *buffer, &i64::from_be_bytes(wide).unsigned_abs());
        return buffer;
    }
    let mut limbs = magnitude(octets, negative);
    let mut groups = Vec::new();
    while limbs.last().is_some() {
        let mut rest = 0_u64;
        for limb in limbs.iter_mut().rev() {
            let value = rest << 32 | u64::from(*limb);
            // The rest is below the divisor, so that the quotient fits.
            *limb = u32::try_from(value / u64::from(GROUP)).unwrap_or(u32::MAX);
            rest = value % u64::from(GROUP);
        }
        groups.push(rest);
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
    }
    for group in groups.iter().rev() {
        let mut group = *group;
        let mut digits = [b'0'; GROUP_DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(group % 10).unwrap_or(0);
            group /= 10;
        }
        buffer.extend_from_slice(&digits);
    }
    let zeros = buffer.iter().take_while(|digit| **digit == b'0').count();
    if zeros == buffer.len() {
        return b"0";
    }
    buffer.get(zeros..).unwrap_or_default()
}

/// The number without its sign as 32 bits at a time, the lowest first, without leading zeros.
fn magnitude(octets: &[u8], negative: bool) -> Vec<u32> {
    let fill = if negative { 0xff } else { 0 };
    let mut carry = negative;
    let mut limbs = Vec::with_capacity(octets.len().div_ceil(4) + 1);
    for part in octets.rchunks(4) {
        let mut wide = [fill; 4];
        for (place, octet) in wide.iter_mut().rev().zip(part.iter().rev()) {
            *place = *octet;
        }
        let mut limb = u32::from_be_bytes(wide);
        if negative {
            (limb, carry) = (!limb).overflowing_add(u32::from(carry));
        }
        limbs.push(limb);
    }
    if carry {
        limbs.push(1);
    }
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    limbs
}

/// Reads a decimal, as a text or as a JSON number, and gives it in as few bytes as hold it.
///
/// Zeros behind the last digit that counts are no digits: with a scale of 2, `1.500` is 1.50.
///
/// # Errors
/// Anything but digits with a sign, a point and an exponent; digits that the scale or the precision has no room for.
pub fn parse_decimal(text: &str, precision: u32, scale: u32) -> Result<Vec<u8>, TextError> {
    let Written { negative, mut digits, exponent } = written(text)?;
    if digits.is_empty() {
        return Ok(vec![0]);
    }
    let shift = exponent.saturating_add(i64::from(scale));
    if shift < 0 {
        let dropped = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX);
        let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
        if dropped > zeros {
            return Err(TextError::Fraction(scale));
        }
        digits.truncate(digits.len() - dropped);
    }
    let added = usize::try_from(shift.max(0)).unwrap_or(usize::MAX);
    let length = digits.len().saturating_add(added);
    if length > precision as usize {
        return Err(TextError::Precision { digits: length, precision });
    }
    if length > DIGITS_LIMIT {
        return Err(TextError::Long(DIGITS_LIMIT));
    }
    digits.resize(length, b'0');
    Ok(octets(&digits, negative))
}

/// A decimal as it is written: its digits without leading zeros, times ten to the power of the exponent.
struct Written {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

fn written(text: &str) -> Result<Written, TextError> {
    let wrong = TextError::Form("a decimal such as -12.34");
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong);
            }
            // What does not fit is beyond every precision and every scale.
            let size = digits.parse::<i32>().map_or(i64::from(i32::MAX), i64::from);
            (number, if exponent.starts_with('-') { -size } else { size })
        }
        None => (unsigned, 0),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(wrong),
        None => (number, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(wrong);
    }
    let digits = whole.bytes().chain(fraction.bytes()).skip_while(|byte| *byte == b'0').collect();
    let exponent = exponent.saturating_sub_unsigned(fraction.len() as u64);
    Ok(Written { negative, digits, exponent })
}

/// The number of these digits in two's complement, in as few bytes as hold it.
fn octets(digits: &[u8], negative: bool) -> Vec<u8> {
    // The highest group may be shorter; the others are whole.
    let mut limbs: Vec<u32> = Vec::with_capacity(digits.len() / GROUP_DIGITS + 1);
    let (first, rest) = digits.split_at(digits.len() % GROUP_DIGITS);
    for group in std::iter::once(first).chain(rest.chunks(GROUP_DIGITS)) {
        let value = group.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        let mut carry = value;
        for limb in &mut limbs {
            let product = u64::from(*limb) * u64::from(GROUP) + carry;
            *limb = (product & u64::from(u32::MAX)) as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            limbs.push(u32::try_from(carry).unwrap_or(u32::MAX));
        }
    }
    let mut octets = vec![0];
    octets.extend(limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()));
    if negative {
        let mut carry = true;
        for octet in octets.iter_mut().rev() {
            (*octet, carry) = (!*octet).overflowing_add(u8::from(carry));
        }
    }
    shortened(&octets).to_vec()
}

/// The same number without bytes that only repeat its sign.
fn shortened(octets: &[u8]) -> &[u8] {
    let mut rest = octets;
    while let [first, second, ..] = rest {
        if !matches!((first, second & 0x80), (0, 0) | (0xff, 0x80)) {
            break;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    rest
}

/// The same number in exactly `size` bytes; none where it does not fit.
#[must_use]
pub fn sign_extended(octets: &[u8], size: usize) -> Option<Vec<u8>> {
    let shortest = shortened(octets);
    let missing = size.checked_sub(shortest.len())?;
    let fill = if shortest.first().is_some_and(|first| first & 0x80 != 0) { 0xff } else { 0 };
    let mut extended = vec![fill; missing];
    extended.extend_from_slice(shortest);
    Some(extended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(octets: &[u8], scale: u32) -> String {
        let mut out = Vec::new();
        write_decimal(octets, scale, &mut out).unwrap();
        String::from_utf8(out).unwrap().trim_matches('"').to_owned()
    }

    #[test]
    fn decimals_have_exactly_their_scale() {
        let rows: [(&[u8], u32, &str); 14] = [
            (&[0], 0, "0"),
            (&[0], 2, "0.00"),
            (&[5], 2, "0.05"),
            (&[0xfb], 2, "-0.05"),
            (&[0x64], 2, "1.00"),
            (&[0x0c, 0x7a], 2, "31.94"),
            (&[0xf3, 0x86], 2, "-31.94"),
            (&[0x80], 0, "-128"),
            (&[0x7f], 1, "12.7"),
            (&[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0, "9223372036854775807"),
            (&[0x80, 0, 0, 0, 0, 0, 0, 0], 0, "-9223372036854775808"),
            (&[0, 0x80, 0, 0, 0, 0, 0, 0, 0], 3, "9223372036854775.808"),
            (
                &[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                0,
                "-170141183460469231731687303715884105728",
            ),
            (&[0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, "-79228162514264337593543950336"),
        ];
        for (octets, scale, text) in rows {
            assert_eq!(written(octets, scale), text);
            assert_eq!(parse_decimal(text, 100, scale).as_deref(), Ok(octets), "{text}");
        }
        // Bytes that only repeat the sign change nothing.
        for length in [2, 7, 8, 9, 16, 17, 100] {
            let mut octets = vec![0xff; length];
            assert_eq!(written(&octets, 1), "-0.1");
            octets.fill(0);
            assert_eq!(written(&octets, 1), "0.0");
        }
    }

    #[test]
    fn numbers_of_any_size_come_back() {
        for length in [1, 9, 10, 19, 20, 38, 39, 300, DIGITS_LIMIT] {
            for first in ["1", "9"] {
                let text = format!("-{first}{}", "0123456789".repeat(1_000).get(..length - 1).unwrap());
                let octets = parse_decimal(&text, u32::MAX, 0).unwrap();
                assert_eq!(written(&octets, 0), text);
                assert_eq!(written(&sign_extended(&octets, OCTETS_LIMIT).unwrap_or_default(), 0), text);
            }
        }
        assert_eq!(parse_decimal(&"9".repeat(DIGITS_LIMIT), u32::MAX, 0).unwrap().len(), OCTETS_LIMIT);
    }

    #[test]
    fn digits_that_have_no_room_are_refused() {
        let good = [("1.500", 2, "1.50"), ("1e2", 1, "100.0"), ("15E-1", 1, "1.5"), ("-0.000", 2, "0.00")];
        for (text, scale, expected) in good {
            assert_eq!(written(&parse_decimal(text, 5, scale).unwrap(), scale), expected);
        }
        use TextError as E;
        let bad = [
            ("1.501", E::Fraction(2)),
            ("1e-3", E::Fraction(2)),
            ("1e-99999999999", E::Fraction(2)),
            ("1000.00", E::Precision { digits: 6, precision: 5 }),
            ("1000", E::Precision { digits: 6, precision: 5 }),
            ("1e3", E::Precision { digits: 6, precision: 5 }),
        ];
        for (text, error) in bad {
            assert_eq!(parse_decimal(text, 5, 2), Err(error), "{text}");
        }
        assert!(matches!(parse_decimal("1e99999999999", 5, 2), Err(E::Precision { .. })));
        assert_eq!(parse_decimal("1e20000", u32::MAX, 0), Err(E::Long(DIGITS_LIMIT)));
        assert_eq!(parse_decimal("0e99999999999", 5, 2), Ok(vec![0]));
        for text in ["", "-", ".5", "5.", "1.2.3", "+1", "1e", "1e+", "0x1", "1_0", " 1", "NaN", "١"] {
            assert!(matches!(parse_decimal(text, 5, 2), Err(E::Form(_))), "{text}");
        }
        let mut out = Vec::new();
        assert!(write_decimal(&[], 0, &mut out).is_err() && out.is_empty());
        assert!(write_decimal(&vec![0; OCTETS_LIMIT + 1], 0, &mut out).is_err() && out.is_empty());
    }

    #[test]
    fn fixed_sizes_are_filled_with_the_sign() {
        assert_eq!(sign_extended(&[5], 3), Some(vec![0, 0, 5]));
        assert_eq!(sign_extended(&[0xfb], 3), Some(vec![0xff, 0xff, 0xfb]));
        assert_eq!(sign_extended(&[0, 0x80], 2), Some(vec![0, 0x80]));
        assert_eq!(sign_extended(&[0, 0x80], 1), None);
        assert_eq!(sign_extended(&[0, 0, 0x7f], 1), Some(vec![0x7f]));
    }
}
