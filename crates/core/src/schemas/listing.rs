//! The subjects as a list: their versions, what the lock says of each, and the level they are held to.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::{Level, Levels};
use super::library::{Library, Subject, Version};
use super::lock::{ContentHash, Lock, State};
use crate::name::SubjectName;

/// The document's kind in JSON.
pub const LIST_KIND: &str = "schema.list";

/// The subjects.
#[derive(Debug)]
pub struct SubjectList {
    /// The folder as it is shown.
    pub folder: String,
    /// The subjects by name.
    pub subjects: Vec<SubjectRow>,
}

/// One subject.
#[derive(Debug)]
pub struct SubjectRow {
    /// Its name.
    pub subject: SubjectName,
    /// The levels it is held to.
    pub levels: Vec<Level>,
    /// Its versions in order, those without a file included.
    pub versions: Vec<VersionRow>,
}

/// One version.
#[derive(Debug)]
pub struct VersionRow {
    /// The file's number.
    pub number: u32,
    /// The file as it is shown.
    pub file: String,
    /// The SHA-256 of its files; none where they are missing or cannot be read.
    pub hash: Option<ContentHash>,
    /// What the lock says of it; none where it is locked and has no file.
    pub state: Option<State>,
    /// What it refers to itself: types by full name, subjects and their files' numbers.
    pub references: Vec<(String, SubjectName, u32)>,
}

/// Lists all subjects that a file or the lock knows, or those that are named.
#[must_use]
pub fn list(
    library: &Library,
    lock: &Lock,
    levels: Levels<'_>,
    only: Option<&BTreeSet<SubjectName>>,
) -> SubjectList {
    let mut rows: BTreeMap<&SubjectName, Vec<VersionRow>> = BTreeMap::new();
    for subject in library.subjects() {
        let versions = subject.versions().iter().map(|version| row(subject, version, lock)).collect();
        rows.insert(&subject.name, versions);
    }
    for missing in lock.missing(library) {
        rows.entry(&missing.subject).or_default().push(VersionRow {
            number: missing.number,
            file: library.path(missing.subject.as_str(), missing.number),
            hash: None,
            state: None,
            references: Vec::new(),
        });
    }
    let wanted = |name: &SubjectName| only.is_none_or(|only| only.contains(name));
    let subjects = rows.into_iter().filter(|(name, _)| wanted(name)).map(|(name, mut versions)| {
        versions.sort_by_key(|version| version.number);
        SubjectRow { subject: name.clone(), levels: levels.of(name.as_str()), versions }
    });
    SubjectList { folder: library.folder().to_owned(), subjects: subjects.collect() }
}

impl SubjectList {
    /// Adds subjects that no file and no lock knows.
    pub fn add<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            let Ok(subject) = name.parse::<SubjectName>() else { continue };
            if let Err(at) = self.subjects.binary_search_by(|row| row.subject.cmp(&subject)) {
                self.subjects.insert(at, SubjectRow { subject, levels: Vec::new(), versions: Vec::new() });
            }
        }
    }
}

fn row(subject: &Subject, version: &Version, lock: &Lock) -> VersionRow {
    let references = version.references.iter();
    let references =
        references.map(|reference| (reference.name.clone(), reference.subject.clone(), reference.version));
    VersionRow {
        number: version.number,
        file: version.source.name.clone(),
        hash: version.hash,
        state: Some(lock.state(&subject.name, version)),
        references: references.collect(),
    }
}
