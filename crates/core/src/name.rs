//! Names as types: a value of one of these types is a legal name, and a group cannot be passed where a topic is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a legal name. The text itself is the caller's to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing between the quotes.
    #[error("{0} may not be empty")]
    Empty(&'static str),
    /// `.` and `..` are folders to a broker, which keeps a partition in a folder of its topic's name.
    #[error("a topic may not be called `.` or `..`")]
    Dots,
    /// Longer than a broker accepts.
    #[error("{what} has {length} characters; {limit} are allowed")]
    TooLong {
        /// What kind of name.
        what: &'static str,
        /// Its length in characters.
        length: usize,
        /// The longest that is allowed.
        limit: usize,
    },
    /// A character outside the allowed set.
    #[error("{what} may not contain {character:?} (character {position}); allowed are {allowed}")]
    Character {
        /// What kind of name.
        what: &'static str,
        /// The first character that is not allowed.
        character: char,
        /// Its place, counted from 1.
        position: usize,
        /// The allowed set, in words.
        allowed: &'static str,
    },
}

/// The longest topic name a broker accepts, in characters (Kafka, `common/internals/Topic.java`).
pub const TOPIC_NAME_LIMIT: usize = 249;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                $check(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // Lets a map keyed by the name be asked with a `&str`.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name_type!(
    /// A topic's name: 1 to 249 of `[a-zA-Z0-9._-]`, neither `.` nor `..`.
    TopicName,
    check_topic
);
name_type!(
    /// A consumer group's id. Brokers accept any text, and so do we: a group that cannot be named cannot be seen either.
    /// Whatever shows it escapes it.
    GroupName,
    check_group
);
name_type!(
    /// A subject of the schema registry.
    SubjectName,
    check_subject
);
name_type!(
    /// A cluster's id, as its brokers tell it.
    ClusterId,
    check_cluster_id
);

impl TopicName {
    /// Tells whether two names collide: brokers turn `.` into `_` in metric names, and refuse a second topic that
    /// differs from a first only there.
    #[must_use]
    pub fn collides_with(&self, other: &TopicName) -> bool {
        self != other && self.0.replace('.', "_") == other.0.replace('.', "_")
    }
}

fn check_topic(text: &str) -> Result<(), NameError> {
    const WHAT: &str = "a topic name";
    if text.is_empty() {
        return Err(NameError::Empty(WHAT));
    }
    if text == "." || text == ".." {
        return Err(NameError::Dots);
    }
    let illegal =
        text.chars().enumerate().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
    if let Some((index, character)) = illegal {
        let allowed = "letters a-z and A-Z, digits, `.`, `_` and `-`";
        return Err(NameError::Character { what: WHAT, character, position: index + 1, allowed });
    }
    let length = text.chars().count();
    if length > TOPIC_NAME_LIMIT {
        return Err(NameError::TooLong { what: WHAT, length, limit: TOPIC_NAME_LIMIT });
    }
    Ok(())
}

fn check_group(text: &str) -> Result<(), NameError> {
    const WHAT: &str = "a consumer group";
    if text.is_empty() {
        return Err(NameError::Empty(WHAT));
    }
    // The client library ends a name there.
    if let Some(index) = text.chars().position(|character| character == '\0') {
        let allowed = "all but NUL";
        return Err(NameError::Character { what: WHAT, character: '\0', position: index + 1, allowed });
    }
    // The protocol counts bytes, in 15 bits.
    let (length, limit) = (text.len(), 32_767);
    if length > limit { Err(NameError::TooLong { what: WHAT, length, limit }) } else { Ok(()) }
}

/// Tells whether a catalog may declare a group of this name: one that people can read.
///
/// # Errors
/// Control characters, and what is no name at all.
pub fn check_declared_group(text: &str) -> Result<(), NameError> {
    check_printable("a consumer group", text, 1_000)
}

fn check_subject(text: &str) -> Result<(), NameError> {
    check_printable("a subject", text, 1_000)
}

fn check_cluster_id(text: &str) -> Result<(), NameError> {
    check_printable("a cluster id", text, 100)
}

fn check_printable(what: &'static str, text: &str, limit: usize) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty(what));
    }
    if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| c.is_control()) {
        let allowed = "all but control characters";
        return Err(NameError::Character { what, character, position: index + 1, allowed });
    }
    let length = text.chars().count();
    if length > limit {
        return Err(NameError::TooLong { what, length, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_names_are_those_a_broker_accepts() {
        let longest = "a".repeat(249);
        let too_long = "a".repeat(250);
        let rows: [(&str, bool); 15] = [
            ("agent-events", true),
            ("A.b_c-9", true),
            ("__consumer_offsets", true),
            ("...", true),
            (&longest, true),
            (&too_long, false),
            ("", false),
            (".", false),
            ("..", false),
            ("a b", false),
            ("a/b", false),
            ("../x", false),
            ("a\nb", false),
            ("\u{430}gent-events", false),
            ("a\0", false),
        ];
        for (text, legal) in rows {
            assert_eq!(text.parse::<TopicName>().is_ok(), legal, "{text:?}");
        }
    }

    #[test]
    fn dots_and_underscores_collide() {
        let name = |text: &str| text.parse::<TopicName>().unwrap();
        assert!(name("a.b").collides_with(&name("a_b")));
        assert!(!name("a.b").collides_with(&name("a.b")), "a name does not collide with itself");
        assert!(!name("a.b").collides_with(&name("a-b")));
    }
}
