//! `schemas.lock`: which versions may not change any more, and what their files were.
//!
//! One line a version: subject, `v<N>`, SHA-256, sorted by subject and then by number; lines that begin with `#` are
//! comments. Lines are only ever added. The lock of a folder stands beside it under the folder's own name.

mod hash;
mod read;

use std::collections::BTreeMap;

pub use hash::ContentHash;

use super::folder::folder_name;
use super::library::{Library, Version};
use crate::name::SubjectName;
use crate::yaml::{Diagnostic, Source, Span};

/// How a lock begins that is written anew.
const HEADING: &str = "\
# Written by `eventctl schema lock`. One line per version: subject, version, and the SHA-256 of vN.avsc, followed by
# vN.references.json where there is one. A version that stands here never changes: write the next one instead.
";

/// The name of a folder's lock, which stands beside it.
#[must_use]
pub fn lock_file(folder: &str) -> String {
    format!("{folder}.lock")
}

/// The versions that may not change any more.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    lines: Vec<Line>,
    /// The line of each version.
    places: BTreeMap<(SubjectName, u32), usize>,
}

/// A version that is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedVersion {
    /// Whose version.
    pub subject: SubjectName,
    /// The file's number.
    pub number: u32,
    /// What its files were.
    pub hash: ContentHash,
    /// Where it stands in the lock.
    pub span: Span,
}

#[derive(Debug, Clone)]
enum Line {
    /// A comment or an empty line, as it stands.
    Remark(String),
    Locked(LockedVersion),
}

/// How a version's files compare with the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// They are what is locked.
    Locked,
    /// The lock does not name the version.
    New,
    /// They are not what is locked.
    Changed,
    /// They could not be read.
    Unreadable,
}

/// A line that another state of the lock has and this one has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Whose version.
    pub subject: SubjectName,
    /// The file's number.
    pub number: u32,
    /// What the line said there.
    pub was: ContentHash,
    /// What it says here; none where it is missing.
    pub is: Option<ContentHash>,
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// Every line that is wrong, by place.
    pub fn read(source: &Source) -> Result<Lock, Vec<Diagnostic>> {
        read::read(source)
    }

    fn of(lines: Vec<Line>) -> Lock {
        let mut places = BTreeMap::new();
        for (at, line) in lines.iter().enumerate() {
            if let Line::Locked(locked) = line {
                places.insert((locked.subject.clone(), locked.number), at);
            }
        }
        Lock { lines, places }
    }

    /// The line of a version.
    #[must_use]
    pub fn get(&self, subject: &SubjectName, number: u32) -> Option<&LockedVersion> {
        match self.lines.get(*self.places.get(&(subject.clone(), number))?)? {
            Line::Locked(locked) => Some(locked),
            Line::Remark(_) => None,
        }
    }

    /// All versions that are locked, in the order of the lock.
    pub fn versions(&self) -> impl Iterator<Item = &LockedVersion> {
        self.lines.iter().filter_map(|line| match line {
            Line::Locked(locked) => Some(locked),
            Line::Remark(_) => None,
        })
    }

    /// How many versions are locked.
    #[must_use]
    pub fn size(&self) -> usize {
        self.places.len()
    }

    /// How a version's files compare with the lock.
    #[must_use]
    pub fn state(&self, subject: &SubjectName, version: &Version) -> State {
        match (self.get(subject, version.number), version.hash) {
            (_, None) => State::Unreadable,
            (None, Some(_)) => State::New,
            (Some(locked), Some(hash)) if locked.hash == hash => State::Locked,
            _ => State::Changed,
        }
    }

    /// The locked versions that have no file.
    #[must_use]
    pub fn missing(&self, library: &Library) -> Vec<&LockedVersion> {
        let gone =
            |locked: &&LockedVersion| library.version(locked.subject.as_str(), locked.number).is_none();
        self.versions().filter(gone).collect()
    }

    /// The lines of an earlier lock that this one has no more, or has otherwise.
    #[must_use]
    pub fn lost_since(&self, earlier: &Lock) -> Vec<Lost> {
        let lost = |was: &LockedVersion| {
            let is = self.get(&was.subject, was.number).map(|is| is.hash);
            (is != Some(was.hash)).then(|| Lost {
                subject: was.subject.clone(),
                number: was.number,
                was: was.hash,
                is,
            })
        };
        earlier.versions().filter_map(lost).collect()
    }

    /// The same lock with further versions, each in its place; what stands in it stays as it is.
    #[must_use]
    pub fn with(&self, new: impl IntoIterator<Item = (SubjectName, u32, ContentHash)>) -> Lock {
        let mut new: Vec<LockedVersion> = new
            .into_iter()
            .filter(|(subject, number, _)| self.get(subject, *number).is_none())
            .map(|(subject, number, hash)| LockedVersion { subject, number, hash, span: Span::start() })
            .collect();
        new.sort_by_cached_key(LockedVersion::order);
        new.dedup_by(|a, b| a.order() == b.order());
        let mut new = new.into_iter().map(Line::Locked).peekable();
        let mut lines = Vec::with_capacity(self.lines.len() + new.len());
        if self.lines.is_empty() {
            lines.extend(HEADING.lines().map(|line| Line::Remark(line.to_owned())));
        }
        // A new line follows the one before it directly: remarks stay with what they stand above.
        let mut remarks = Vec::new();
        let first = self.lines.iter().find_map(Line::order);
        for line in &self.lines {
            match line.order() {
                None => remarks.push(line.clone()),
                Some(order) => {
                    let first = Some(&order) == first.as_ref();
                    let before = std::iter::from_fn(|| new.next_if(|new| new.order() < Some(order.clone())));
                    if first {
                        lines.append(&mut remarks);
                        lines.extend(before);
                    } else {
                        lines.extend(before);
                        lines.append(&mut remarks);
                    }
                    lines.push(line.clone());
                }
            }
        }
        if self.places.is_empty() {
            lines.append(&mut remarks);
        }
        lines.extend(new);
        lines.append(&mut remarks);
        Lock::of(lines)
    }

    /// The lock as it is written.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            match line {
                Line::Remark(remark) => text.push_str(remark),
                Line::Locked(locked) => {
                    let LockedVersion { subject, number, hash, .. } = locked;
                    text.push_str(&format!("{} v{number} {hash}", folder_name(subject.as_str())));
                }
            }
            text.push('\n');
        }
        text
    }
}

impl Line {
    fn order(&self) -> Option<(String, u32)> {
        if let Line::Locked(locked) = self { Some(locked.order()) } else { None }
    }
}

impl LockedVersion {
    /// What lines are sorted by.
    fn order(&self) -> (String, u32) {
        (folder_name(self.subject.as_str()), self.number)
    }
}

#[cfg(test)]
mod tests;
