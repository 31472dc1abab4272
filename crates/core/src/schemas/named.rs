//! How a user names a schema: `S` for the newest file, `S@vN` for a file, `S@N` for the registry's version N. The two
//! numbers are not the same: a registry's have holes and differ from one registry to the next.

use std::fmt;
use std::str::FromStr;

use crate::name::{NameError, SubjectName};

/// A version of a subject as a user names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedVersion {
    /// `vN`: the file of this number.
    File(u32),
    /// `N`: what the registry calls its version N.
    Registered(u32),
}

/// A schema as a user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSchema {
    /// The subject.
    pub subject: SubjectName,
    /// The version; none means the newest.
    pub version: Option<NamedVersion>,
}

/// Why a text names no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamedError {
    /// No subject may be called so.
    #[error(transparent)]
    Subject(#[from] NameError),
    /// Not a version.
    #[error("`{0}` is no version: write `v3` for the file v3.avsc, or `3` for the registry's version 3")]
    Version(String),
}

impl FromStr for NamedVersion {
    type Err = NamedError;

    fn from_str(text: &str) -> Result<Self, NamedError> {
        let wrong = || NamedError::Version(text.to_owned());
        let digits = text.strip_prefix('v').unwrap_or(text);
        let number: u32 = digits.parse().map_err(|_| wrong())?;
        if number == 0 || number.to_string() != digits {
            return Err(wrong());
        }
        let file = digits.len() < text.len();
        Ok(if file { NamedVersion::File(number) } else { NamedVersion::Registered(number) })
    }
}

impl FromStr for NamedSchema {
    type Err = NamedError;

    /// What stands behind the last `@` is the version; without one, the newest is meant.
    fn from_str(text: &str) -> Result<Self, NamedError> {
        let Some((subject, version)) = text.rsplit_once('@') else {
            return Ok(NamedSchema { subject: text.parse()?, version: None });
        };
        Ok(NamedSchema { subject: subject.parse()?, version: Some(version.parse()?) })
    }
}

impl fmt::Display for NamedVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedVersion::File(number) => write!(formatter, "v{number}"),
            NamedVersion::Registered(number) => write!(formatter, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_named_by_subject_and_version() {
        use NamedVersion::{File, Registered};
        let rows = [
            ("orders", Some(("orders", None))),
            ("orders@v3", Some(("orders", Some(File(3))))),
            ("orders@12", Some(("orders", Some(Registered(12))))),
            ("a@b@v1", Some(("a@b", Some(File(1))))),
            ("a/b c@v1", Some(("a/b c", Some(File(1))))),
            ("orders@", None),
            ("orders@v", None),
            ("orders@v0", None),
            ("orders@03", None),
            ("orders@latest", None),
            ("orders@-1", None),
            ("orders@4294967296", None),
            ("@v1", None),
            ("", None),
            ("a\u{1b}b", None),
        ];
        for (text, expected) in rows {
            let named = text.parse::<NamedSchema>().ok();
            let seen = named.as_ref().map(|named| (named.subject.as_str(), named.version));
            assert_eq!(seen, expected, "{text:?}");
        }
        assert_eq!((File(3).to_string(), Registered(3).to_string()), ("v3".to_owned(), "3".to_owned()));
    }
}
