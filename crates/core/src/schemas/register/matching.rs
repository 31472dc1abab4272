//! Which file is which registered version: by everything the two say, never by their numbers.
//!
//! A file's number is an order of our own; a registry's numbers have holes and differ from one registry to the next.
//! A version is the file's where both schemas say the same (defaults, docs, aliases and logical types included) and
//! refer to the same versions of the same subjects. Registries tell texts apart that say the same, so that one file
//! may be several versions; and two files that say the same are one version.

use std::collections::{BTreeMap, BTreeSet};

use super::held::{Held, HeldReference, HeldSubject, HeldVersion};
use super::order::{self, Key};
use super::wanted::{Wanted, WantedReference, WantedVersion};
use crate::schema::{parsing_form, same};

/// A version of the registry that a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The registry's number.
    pub version: u32,
    /// The schema's id.
    pub id: u32,
}

/// What one file is in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileMatch {
    /// The versions in use, by number.
    pub held: Vec<Match>,
    /// Those that were softly deleted.
    pub deleted: Vec<Match>,
    /// True where the registry itself says so, although the texts differ in what they say.
    pub by_lookup: bool,
}

/// What all files are.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    files: BTreeMap<Key, FileMatch>,
    /// An order in which each version follows what it depends on.
    pub(super) order: Vec<Key>,
    /// Versions that depend on themselves.
    pub(super) circular: BTreeSet<Key>,
}

/// Matches files with what the registry holds.
#[must_use]
pub fn matching(wanted: &Wanted, held: &Held) -> Matches {
    let (order, circular) = order::order(wanted);
    let mut matches = Matches { files: BTreeMap::new(), order, circular };
    let forms: BTreeMap<&str, Forms<'_>> =
        held.subjects.iter().map(|(name, subject)| (name.as_str(), Forms::of(subject))).collect();
    for key in matches.order.clone() {
        let (subject, file) = &key;
        let (Some(version), Some(forms)) = (wanted.version(subject, *file), forms.get(subject.as_str()))
        else {
            continue;
        };
        let form = parsing_form(&version.schema);
        let those = |versions: &BTreeMap<String, Vec<&HeldVersion>>| {
            let candidates = versions.get(&form).into_iter().flatten();
            let same = candidates.filter(|held| matches.is_same(version, held));
            same.map(|held| Match { version: held.version, id: held.id }).collect()
        };
        let found = FileMatch { held: those(&forms.known), deleted: those(&forms.deleted), by_lookup: false };
        matches.files.insert(key, found);
    }
    matches
}

/// A subject's versions by their canonical forms. What says the same has one form, so that of many versions only a few
/// have to be compared; what has one form may still say something else.
struct Forms<'a> {
    known: BTreeMap<String, Vec<&'a HeldVersion>>,
    deleted: BTreeMap<String, Vec<&'a HeldVersion>>,
}

impl<'a> Forms<'a> {
    fn of(subject: &'a HeldSubject) -> Self {
        let by_form = |versions: &'a [HeldVersion]| {
            let mut forms: BTreeMap<String, Vec<&HeldVersion>> = BTreeMap::new();
            for held in versions {
                if let Ok(schema) = &held.schema {
                    forms.entry(parsing_form(schema)).or_default().push(held);
                }
            }
            forms
        };
        Forms { known: by_form(subject.known()), deleted: by_form(&subject.deleted) }
    }
}

impl Matches {
    /// What a file is in the registry.
    #[must_use]
    pub fn file(&self, subject: &str, file: u32) -> Option<&FileMatch> {
        self.files.get(&(subject.to_owned(), file))
    }

    /// The version in use that a file is; the lowest where there are several.
    #[must_use]
    pub fn registered(&self, subject: &str, file: u32) -> Option<Match> {
        self.file(subject, file)?.held.first().copied()
    }

    /// The files that a version of the registry is, by number.
    #[must_use]
    pub fn files_of(&self, subject: &str, version: u32) -> Vec<u32> {
        let of_subject = self.files.range((subject.to_owned(), 0)..=(subject.to_owned(), u32::MAX));
        let is =
            |found: &FileMatch| found.held.iter().chain(&found.deleted).any(|held| held.version == version);
        of_subject.filter(|(_, found)| is(found)).map(|((_, file), _)| *file).collect()
    }

    /// Files that are no version in use as far as we can tell, and whose references all are: the registry can be asked
    /// whether it takes them for one of its own (`found_by_lookup`).
    #[must_use]
    pub fn open<'a>(&self, wanted: &'a Wanted, held: &Held) -> Vec<(&'a str, &'a WantedVersion)> {
        let is_open = |subject: &str, version: &WantedVersion| {
            let known = held.subject(subject).is_some_and(|subject| !subject.known().is_empty());
            let none = self.file(subject, version.number).is_some_and(|found| found.held.is_empty());
            known && none && self.references(version).is_some()
        };
        wanted.versions().filter(|(subject, version)| is_open(subject, version)).collect()
    }

    /// What a version refers to, by the registry's numbers; none where one of them is not registered.
    #[must_use]
    pub fn references(&self, version: &WantedVersion) -> Option<Vec<HeldReference>> {
        let translate = |reference: &WantedReference| {
            let found = self.registered(&reference.subject, reference.file)?;
            Some(HeldReference {
                name: reference.name.clone(),
                subject: reference.subject.clone(),
                version: found.version,
            })
        };
        version.references.iter().map(translate).collect()
    }

    /// Adds that the registry takes a file for one of its versions.
    pub fn found_by_lookup(&mut self, subject: &str, file: u32, found: Match) {
        let entry = self.files.entry((subject.to_owned(), file)).or_default();
        if entry.held.is_empty() {
            entry.held.push(found);
            entry.by_lookup = true;
        }
    }

    /// Tells whether a version of the registry says what a file says, references included.
    #[must_use]
    pub fn is_same(&self, version: &WantedVersion, held: &HeldVersion) -> bool {
        let Ok(schema) = &held.schema else { return false };
        self.same_references(&version.references, &held.references) && same(&version.schema, schema)
    }

    fn same_references(&self, wanted: &[WantedReference], held: &[HeldReference]) -> bool {
        if wanted.len() != held.len() {
            return false;
        }
        let by_name: BTreeMap<&str, &HeldReference> =
            held.iter().map(|reference| (reference.name.as_str(), reference)).collect();
        wanted.iter().all(|wanted| {
            let Some(held) = by_name.get(wanted.name.as_str()) else { return false };
            let found = self.file(&wanted.subject, wanted.file);
            let is = |one: &Match| one.version == held.version;
            held.subject == wanted.subject
                && found.is_some_and(|found| found.held.iter().chain(&found.deleted).any(is))
        })
    }
}
