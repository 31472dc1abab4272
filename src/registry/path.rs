//! The paths of the Confluent API, with every subject percent-encoded exactly once.
//!
//! A subject is any text: `a/b c`, `%2F`, `?`, `#`, `:.context:orders`. Everything but letters, digits, `-`, `.`, `_`
//! and `~` is encoded, byte by byte. Two names cannot be asked for at all: `.` and `..` mean a folder in every URL, also
//! where they are written as `%2E`, so that a request for them would go to another resource.

use super::values::Scope;

/// A subject that no URL can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Nothing.
    #[error("a subject's name may not be empty")]
    Empty,
    /// `.` or `..`
    #[error("a subject called `.` or `..` cannot be asked for: in a URL they mean a folder")]
    Dots,
}

/// The path of a subject: `/subjects/NAME`.
pub(super) fn subject(name: &str) -> Result<String, SubjectError> {
    Ok(format!("/subjects/{}", segment(name)?))
}

/// The path of a subject's level, or of the default: `/config/NAME` or `/config`.
pub(super) fn level(name: Option<&str>) -> Result<String, SubjectError> {
    name.map_or_else(|| Ok("/config".to_owned()), |name| Ok(format!("/config/{}", segment(name)?)))
}

/// The path that compares with a subject's versions: `/compatibility/subjects/NAME/versions`.
pub(super) fn comparison(name: &str) -> Result<String, SubjectError> {
    Ok(format!("/compatibility/subjects/{}/versions", segment(name)?))
}

/// The query that asks for what was deleted, too.
pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Live => "",
        Scope::WithDeleted => "?deleted=true",
    }
}

/// The query that asks for the normal form.
pub(super) fn normal_form(normalize: bool) -> &'static str {
    if normalize { "?normalize=true" } else { "" }
}

/// One segment of a path, encoded.
fn segment(name: &str) -> Result<String, SubjectError> {
    match name {
        "" => return Err(SubjectError::Empty),
        "." | ".." => return Err(SubjectError::Dots),
        _ => {}
    }
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16));
            encoded.extend(digits.into_iter().flatten().map(|digit| digit.to_ascii_uppercase()));
        }
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_encoded_exactly_once() {
        let rows = [
            ("orders-value", "orders-value"),
            ("a/b c", "a%2Fb%20c"),
            ("%", "%25"),
            ("%2F", "%252F"),
            ("%2e%2e", "%252e%252e"),
            ("?x=1&y#z", "%3Fx%3D1%26y%23z"),
            (":.ctx:a+b", "%3A.ctx%3Aa%2Bb"),
            ("Übung", "%C3%9Cbung"),
            ("..a", "..a"),
            ("...", "..."),
            ("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd"),
            ("a\\b\t\r\n\0", "a%5Cb%09%0D%0A%00"),
            ("~-._", "~-._"),
        ];
        for (name, expected) in rows {
            assert_eq!(segment(name).as_deref(), Ok(expected), "{name:?}");
        }
        assert_eq!(subject("a/b"), Ok("/subjects/a%2Fb".to_owned()));
        assert_eq!(level(Some("a/b")), Ok("/config/a%2Fb".to_owned()));
        assert_eq!(level(None), Ok("/config".to_owned()));
        assert_eq!(comparison("a/b"), Ok("/compatibility/subjects/a%2Fb/versions".to_owned()));
    }

    #[test]
    fn names_that_would_lead_elsewhere_are_refused() {
        for (name, expected) in
            [("", SubjectError::Empty), (".", SubjectError::Dots), ("..", SubjectError::Dots)]
        {
            assert_eq!(subject(name), Err(expected));
            assert_eq!(level(Some(name)), Err(expected));
            assert_eq!(comparison(name), Err(expected));
        }
    }
}
