//! Which version of an event's schema a producer writes by.
//!
//! It is the newest file that is registered. A newer file that is not registered yet is a warning: producing never
//! registers. Somebody who rolls a producer back, or is not there yet, names the file's number.

use std::fmt;

use crate::schemas::register::Match;
use crate::yaml::shown;

/// A schema file of a subject and the registered version that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVersion {
    /// The file's number.
    pub file: u32,
    /// The registered version; none where it is not registered.
    pub registered: Option<Match>,
}

/// What is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionWish {
    /// The number of a file; none is the newest that will do.
    pub file: Option<u32>,
    /// True where only a registered version will do: there is a registry to ask.
    pub registered: bool,
}

/// The version that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The file, and what it is in the registry.
    pub version: FileVersion,
    /// Newer files, which are not registered.
    pub newer: Vec<u32>,
}

/// Why an event cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// The subject has no file that can be read.
    NoFile {
        /// The subject.
        subject: String,
    },
    /// It has no file of the number that is wished for.
    NoSuchFile {
        /// The subject.
        subject: String,
        /// The number.
        file: u32,
        /// The numbers there are.
        known: Vec<u32>,
    },
    /// None of its files is registered, or not the one that is wished for.
    NotRegistered {
        /// The subject.
        subject: String,
        /// The file that is wished for.
        file: Option<u32>,
    },
    /// What the registry holds of it could not be found out.
    Unread {
        /// The subject.
        subject: String,
        /// Why.
        reason: String,
    },
}

/// Chooses among the files of a subject, given by their numbers from the lowest.
///
/// # Errors
/// Why none of them will do.
pub fn choose(subject: &str, files: &[FileVersion], wish: VersionWish) -> Result<Chosen, Unusable> {
    let subject = || subject.to_owned();
    if files.is_empty() {
        return Err(Unusable::NoFile { subject: subject() });
    }
    let will_do = |version: &&FileVersion| !wish.registered || version.registered.is_some();
    let version = match wish.file {
        None => files.iter().rev().find(will_do),
        Some(file) => {
            let named = files.iter().find(|version| version.file == file);
            let known = || files.iter().map(|version| version.file).collect();
            let named =
                named.ok_or_else(|| Unusable::NoSuchFile { subject: subject(), file, known: known() });
            Some(named?).filter(will_do)
        }
    };
    let version = *version.ok_or_else(|| Unusable::NotRegistered { subject: subject(), file: wish.file })?;
    let is_newer =
        |other: &&FileVersion| wish.file.is_none() && other.file > version.file && other.registered.is_none();
    let newer = files.iter().filter(is_newer).map(|other| other.file).collect();
    Ok(Chosen { version, newer })
}

impl std::error::Error for Unusable {}

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::NoFile { subject } => write!(formatter, "{} has no schema file", shown(subject)),
            Unusable::NoSuchFile { subject, file, known } => {
                let known: Vec<String> = known.iter().map(|file| format!("v{file}")).collect();
                write!(formatter, "{} has no file v{file}; it has {}", shown(subject), known.join(", "))
            }
            Unusable::NotRegistered { subject, file: Some(file) } => {
                write!(formatter, "v{file} of {} is not registered", shown(subject))
            }
            Unusable::NotRegistered { subject, file: None } => {
                write!(formatter, "none of the files of {} is registered", shown(subject))
            }
            Unusable::Unread { subject, reason } => {
                write!(formatter, "what the registry holds of {} is not known: {reason}", shown(subject))
            }
        }
    }
}
