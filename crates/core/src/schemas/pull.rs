//! Pulling: which files a registry's versions become, for a team that begins with a registry and no files.
//!
//! A version that a file says already stays that file. Every other one becomes the file behind that of the version
//! before it; where such a file is there and says something else, that is a finding, and nothing is written over it.
//! References are written by the numbers of files, so that what a version refers to is pulled with it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::register::{Held, HeldReference, HeldSubject, HeldVersion, Matches};
use super::{ContentHash, Library, Lock, folder_name, references_file, schema_file};
use crate::fault::Fault;
use crate::json::{self, Json};
use crate::name::SubjectName;
use crate::schema::same;
use crate::yaml::SIZE_LIMIT;

/// The `kind` of a pull's document.
pub const PULL_KIND: &str = "schema.pull";

/// What a pull is decided from.
#[derive(Debug, Clone, Copy)]
pub struct PullInput<'a> {
    /// The registry, as it may be shown.
    pub registry: &'a str,
    /// What it holds: the chosen subjects, and those that they refer to.
    pub held: &'a Held,
    /// Which file is which version.
    pub matches: &'a Matches,
    /// The files that are there.
    pub library: &'a Library,
    /// The folder's lock.
    pub lock: &'a Lock,
}

/// What becomes of each version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pull {
    /// The registry.
    pub registry: String,
    /// The folder as it is shown.
    pub folder: String,
    /// The subjects by name.
    pub subjects: Vec<PulledSubject>,
}

/// One subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PulledSubject {
    /// Its name.
    pub subject: String,
    /// Its versions in the registry's order.
    pub versions: Vec<PulledVersion>,
    /// True where the registry has no such subject: a finding.
    pub absent: bool,
    /// Why its versions could not be read; null where they were.
    pub fault: Option<Fault>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PulledVersion {
    /// The registry's number.
    pub version: u32,
    /// The schema's id.
    pub id: u32,
    /// The file's number, where it has one.
    pub file: Option<u32>,
    /// What became of it.
    #[serde(flatten)]
    pub state: PullState,
}

/// What becomes of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum PullState {
    /// It is written as a new file.
    Written {
        /// What the file holds.
        #[serde(skip)]
        text: String,
        /// What its references file holds, where it needs one.
        #[serde(skip)]
        references: Option<String>,
    },
    /// A file says it already.
    Existing,
    /// An earlier version says the same; one file is enough.
    SameAs {
        /// That version.
        same_as: u32,
    },
    /// It is not written: a finding.
    Refused {
        /// Why, in one sentence.
        reason: String,
    },
    /// It was to be written, and the machine did not.
    Failed {
        /// Why, in one sentence.
        reason: String,
    },
}

/// Decides what becomes of each version.
#[must_use]
pub fn pull(input: &PullInput<'_>) -> Pull {
    let mut puller = Puller { input, begun: BTreeMap::new() };
    for (name, held) in &input.held.subjects {
        puller.begun.insert(name, Begun { held, done: Vec::new(), next: 1, stopped: None });
    }
    // Each round takes what refers only to what was taken before; a round that takes nothing is the last.
    while puller.round() {}
    puller.finish()
}

struct Puller<'a> {
    input: &'a PullInput<'a>,
    begun: BTreeMap<&'a str, Begun<'a>>,
}

struct Begun<'a> {
    held: &'a HeldSubject,
    done: Vec<PulledVersion>,
    /// The number of the next new file.
    next: u32,
    /// The version that was not written, so that none behind it is.
    stopped: Option<u32>,
}

impl<'a> Puller<'a> {
    fn round(&mut self) -> bool {
        let names: Vec<&str> = self.begun.keys().copied().collect();
        let mut any = false;
        for name in names {
            while let Some(taken) = self.take(name, false) {
                any = true;
                self.put(name, taken);
            }
        }
        any
    }

    fn finish(mut self) -> Pull {
        // What is left refers to what was never pulled.
        let names: Vec<&str> = self.begun.keys().copied().collect();
        for name in names {
            while let Some(taken) = self.take(name, true) {
                self.put(name, taken);
            }
        }
        let subject = |(name, begun): (&str, Begun<'_>)| PulledSubject {
            subject: name.to_owned(),
            versions: begun.done,
            absent: begun.held.versions.as_ref().is_ok_and(Vec::is_empty),
            fault: begun.held.versions.as_ref().err().cloned(),
        };
        Pull {
            registry: self.input.registry.to_owned(),
            folder: self.input.library.folder().to_owned(),
            subjects: self.begun.into_iter().map(subject).collect(),
        }
    }

    fn put(&mut self, name: &str, taken: PulledVersion) {
        let Some(begun) = self.begun.get_mut(name) else { return };
        match (&taken.state, taken.file) {
            (PullState::Written { .. } | PullState::Existing, Some(file)) => {
                begun.next = file.saturating_add(1);
            }
            (PullState::Refused { .. }, _) if begun.stopped.is_none() => begun.stopped = Some(taken.version),
            _ => {}
        }
        begun.done.push(taken);
    }

    /// The next version of a subject, if what it refers to was taken before, or if nothing else is to come.
    fn take(&self, name: &str, last: bool) -> Option<PulledVersion> {
        let begun = self.begun.get(name)?;
        let held = begun.held.known().get(begun.done.len())?;
        let refused = |reason: String| PulledVersion {
            version: held.version,
            id: held.id,
            file: None,
            state: PullState::Refused { reason },
        };
        if let Some(file) = self.input.matches.files_of(name, held.version).first() {
            let (version, id, file) = (held.version, held.id, Some(*file));
            return Some(PulledVersion { version, id, file, state: PullState::Existing });
        }
        if let Err(error) = name.parse::<SubjectName>() {
            return Some(refused(format!("no folder can have its subject's name: {error}")));
        }
        if let Err(why) = &held.schema {
            return Some(refused(why.clone()));
        }
        match self.references(&held.references) {
            Ok(references) => Some(self.decide(name, begun, held, &references)),
            Err(missing) if last => {
                let HeldReference { subject, version, .. } = missing;
                Some(refused(format!("it refers to version {version} of {subject}, which is not pulled")))
            }
            Err(_) => None,
        }
    }

    fn decide(
        &self,
        name: &str,
        begun: &Begun<'a>,
        held: &HeldVersion,
        references: &[FileReference],
    ) -> PulledVersion {
        let (version, id) = (held.version, held.id);
        let pulled = |file, state| PulledVersion { version, id, file, state };
        if let Some((same_as, file)) = self.twin(begun, held, references) {
            return pulled(file, PullState::SameAs { same_as });
        }
        let refused = |reason: String| pulled(None, PullState::Refused { reason });
        if let Some(before) = begun.stopped {
            return refused(format!("the registry's version {before} before it is not written"));
        }
        let file = begun.next;
        if self.input.library.version(name, file).is_some() {
            let path = self.input.library.path(name, file);
            return refused(format!("{path} is there and says something else"));
        }
        let text = match Json::read(&held.text) {
            // What acts on a terminal is written as escapes: files are looked at with `cat`.
            Ok(json) => json::pretty(&json, char::is_control),
            Err(_) => held.text.clone(),
        };
        let text = if text.len() > SIZE_LIMIT { held.text.clone() } else { text };
        if text.len() > SIZE_LIMIT {
            return refused(format!("it has {} bytes; files may have {SIZE_LIMIT}", text.len()));
        }
        let references = (!references.is_empty()).then(|| references_text(references));
        let hash = hash(&text, references.as_deref());
        let locked =
            name.parse().ok().and_then(|name: SubjectName| Some(self.input.lock.get(&name, file)?.hash));
        if locked.is_some_and(|locked| locked != hash) {
            return refused(format!(
                "the lock holds v{file} with another SHA-256: a locked version never changes"
            ));
        }
        pulled(Some(file), PullState::Written { text, references })
    }

    /// An earlier version of the subject that says the same.
    fn twin(
        &self,
        begun: &Begun<'a>,
        held: &HeldVersion,
        references: &[FileReference],
    ) -> Option<(u32, Option<u32>)> {
        let schema = held.schema.as_ref().ok()?;
        let mut earlier = begun.done.iter().filter(|done| !matches!(done.state, PullState::Refused { .. }));
        earlier.find_map(|done| {
            let other = begun.held.version(done.version)?;
            let same_references = self.references(&other.references).is_ok_and(|other| other == references);
            (same_references && same(other.schema.as_ref().ok()?, schema))
                .then_some((done.version, done.file))
        })
    }

    /// References by the numbers of files.
    fn references(&self, references: &[HeldReference]) -> Result<Vec<FileReference>, HeldReference> {
        let translate = |reference: &HeldReference| {
            let subject = reference.subject.as_str();
            let done = self.begun.get(subject).map_or(&[][..], |begun| &begun.done);
            let taken = done.iter().find(|done| done.version == reference.version).and_then(|done| done.file);
            let file =
                taken.or_else(|| self.input.matches.files_of(subject, reference.version).first().copied());
            let file = file.ok_or_else(|| reference.clone())?;
            Ok(FileReference { name: reference.name.clone(), subject: subject.to_owned(), version: file })
        };
        references.iter().map(translate).collect()
    }
}

/// A reference as a references file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FileReference {
    name: String,
    subject: String,
    version: u32,
}

fn references_text(references: &[FileReference]) -> String {
    let line = |reference: &FileReference| {
        let FileReference { name, subject, version } = reference;
        let (name, subject) =
            (serde_json::Value::from(name.as_str()), serde_json::Value::from(subject.as_str()));
        format!("{{\"name\": {name}, \"subject\": {subject}, \"version\": {version}}}")
    };
    let lines: Vec<String> = references.iter().map(line).collect();
    format!("[{}]\n", lines.join(",\n "))
}

fn hash(text: &str, references: Option<&str>) -> ContentHash {
    let parts: Vec<&str> = std::iter::once(text).chain(references).collect();
    ContentHash::of(&parts)
}

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The subject.
    pub subject: String,
    /// Its folder's name.
    pub folder: String,
    /// The file's number.
    pub file: u32,
    /// The schema file's name and content.
    pub schema: (String, String),
    /// The references file's name and content, where it needs one.
    pub references: Option<(String, String)>,
    /// What the lock says of the two.
    pub hash: ContentHash,
}

impl Pull {
    /// The files to be written, in order.
    pub fn files(&self) -> impl Iterator<Item = NewFile> {
        self.subjects.iter().flat_map(|subject| {
            subject.versions.iter().filter_map(|version| match (&version.state, version.file) {
                (PullState::Written { text, references }, Some(file)) => Some(NewFile {
                    subject: subject.subject.clone(),
                    folder: folder_name(&subject.subject),
                    file,
                    schema: (schema_file(file), text.clone()),
                    references: references.clone().map(|text| (references_file(file), text)),
                    hash: hash(text, references.as_deref()),
                }),
                _ => None,
            })
        })
    }

    /// Says that a file could not be written, or that one was there; those of its subject behind it are not written.
    pub fn failed(&mut self, subject: &str, file: u32, reason: &str, refused: bool) {
        let versions = self.subjects.iter_mut().filter(|found| found.subject == subject);
        for version in versions.flat_map(|found| &mut found.versions) {
            if version.file == Some(file) && matches!(version.state, PullState::Written { .. }) {
                let reason = reason.to_owned();
                version.state =
                    if refused { PullState::Refused { reason } } else { PullState::Failed { reason } };
            }
        }
    }

    /// True where a version was refused, or a subject is not there: a finding (1).
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.subjects.iter().any(|subject| subject.absent)
            || self.versions().any(|version| matches!(version.state, PullState::Refused { .. }))
    }

    /// True where something could not be read or written: unknown (3).
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.subjects.iter().any(|subject| subject.fault.is_some())
            || self.versions().any(|version| matches!(version.state, PullState::Failed { .. }))
    }

    /// All versions.
    pub fn versions(&self) -> impl Iterator<Item = &PulledVersion> {
        self.subjects.iter().flat_map(|subject| &subject.versions)
    }
}

#[cfg(test)]
#[path = "pull_tests.rs"]
mod tests;
