//! What a text of the file means where a number, a boolean or a plain text is wanted. One reading for the check and
//! for the extraction, so that they cannot disagree.

use super::node::{Scalar, Style};

/// Why a text does not fit, as words for "write …".
pub(super) type Hint = Option<String>;

/// Reads a whole number: digits in decimal, with `-` before them, no leading zero, no quotes.
pub(super) fn integer(scalar: &Scalar) -> Result<i64, Hint> {
    let text = scalar.text.as_str();
    if scalar.style == Style::Quoted {
        return Err(is_decimal(text).then(|| format!("remove the quotes: {text}")));
    }
    if is_decimal(text) {
        return text.parse().map_err(|_| None);
    }
    Err(integer_hint(text))
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !leading_zero && text != "-0"
}

fn integer_hint(text: &str) -> Hint {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let stripped = digits.trim_start_matches('0');
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let plain = if stripped.is_empty() { "0".to_owned() } else { format!("{sign}{stripped}") };
        return Some(format!("write it without a leading zero: {plain}"));
    }
    if let Some((whole, zeros)) = text.split_once('.')
        && is_decimal(whole)
        && zeros.bytes().all(|byte| byte == b'0')
    {
        return Some(format!("write it without a fraction: {whole}"));
    }
    looks_like_number(text).then(|| "write it in decimal digits only".to_owned())
}

/// Reads a boolean: `true` or `false`, and no other word.
pub(super) fn boolean(scalar: &Scalar) -> Result<bool, Hint> {
    match (scalar.text.as_str(), scalar.style) {
        ("true", Style::Plain) => Ok(true),
        ("false", Style::Plain) => Ok(false),
        (text @ ("true" | "false"), Style::Quoted) => Err(Some(format!("remove the quotes: {text}"))),
        (text, _) => {
            let word = text.to_lowercase();
            let other = matches!(word.as_str(), "yes" | "no" | "on" | "off" | "y" | "n" | "true" | "false");
            Err(other.then(|| "write true or false".to_owned()))
        }
    }
}

/// Reads a text. What YAML itself reads as a number or boolean has to be quoted, so that every YAML reader, an
/// editor's among them, sees the same text.
pub(super) fn text(scalar: &Scalar) -> Result<&str, Hint> {
    if scalar.style == Style::Plain && !is_plain_text(&scalar.text) {
        return Err(Some(format!("write it in quotes: \"{}\"", scalar.text)));
    }
    Ok(&scalar.text)
}

fn is_plain_text(text: &str) -> bool {
    !matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") && !looks_like_number(text)
}

/// Tells whether YAML 1.2 (core schema) reads a plain text as a number.
pub(super) fn looks_like_number(text: &str) -> bool {
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let first = unsigned.bytes().find(|byte| *byte != b'.');
    first.is_some_and(|byte| byte.is_ascii_digit()) && unsigned.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar {
        Scalar { text: text.to_owned(), style: Style::Plain }
    }

    fn quoted(text: &str) -> Scalar {
        Scalar { text: text.to_owned(), style: Style::Quoted }
    }

    #[test]
    fn integers_are_decimal_digits() {
        let good = [("0", 0), ("10", 10), ("-1", -1), ("9223372036854775807", i64::MAX)];
        for (text, expected) in good {
            assert_eq!(integer(&plain(text)), Ok(expected), "{text}");
        }
        let bad = [
            ("1e3", Some("write it in decimal digits only")),
            ("0x10", Some("write it in decimal digits only")),
            ("0o17", Some("write it in decimal digits only")),
            ("+3", Some("write it in decimal digits only")),
            ("010", Some("write it without a leading zero: 10")),
            ("-010", Some("write it without a leading zero: -10")),
            ("00", Some("write it without a leading zero: 0")),
            ("-0", Some("write it without a leading zero: 0")),
            ("3.0", Some("write it without a fraction: 3")),
            ("3.5", Some("write it in decimal digits only")),
            ("1_000", None),
            ("9223372036854775808", None),
            ("ten", None),
            ("-", None),
        ];
        for (text, expected) in bad {
            assert_eq!(integer(&plain(text)), Err(expected.map(str::to_owned)), "{text}");
        }
        assert_eq!(integer(&quoted("3")), Err(Some("remove the quotes: 3".to_owned())));
    }

    #[test]
    fn only_true_and_false_are_booleans() {
        assert_eq!(boolean(&plain("true")), Ok(true));
        assert_eq!(boolean(&plain("false")), Ok(false));
        for word in ["yes", "no", "on", "off", "y", "N", "True", "FALSE"] {
            assert_eq!(boolean(&plain(word)), Err(Some("write true or false".to_owned())), "{word}");
        }
        assert_eq!(boolean(&quoted("true")), Err(Some("remove the quotes: true".to_owned())));
        assert_eq!(boolean(&plain("perhaps")), Err(None));
    }

    #[test]
    fn texts_that_yaml_reads_otherwise_need_quotes() {
        for text in ["5", "1.10", "true", "False", "0x1F", "1e3", ".5", "-.inf", ".nan", "+1"] {
            assert!(super::text(&plain(text)).is_err(), "{text}");
            assert_eq!(super::text(&quoted(text)), Ok(text));
        }
        for text in
            ["no", "on", "agent-events", "1.2.3", "7d", "inf", "nan", "..", "2026-11-22", "1_000", "e3"]
        {
            assert_eq!(super::text(&plain(text)), Ok(text), "{text}");
        }
    }
}
