//! What the files want registered: the versions of the subjects that were chosen, and those that they refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::held::{Content, HeldReference, name};
use crate::name::SubjectName;
use crate::schema::{Schema, parse, same};
use crate::schemas::{FileFindings, Library, Lock, Reference, State, Version};
use crate::yaml::Source;

/// A version as its files have it.
#[derive(Debug, Clone)]
pub struct WantedVersion {
    /// The file's number.
    pub number: u32,
    /// The schema's text.
    pub text: String,
    /// What it refers to, by the numbers of files.
    pub references: Vec<WantedReference>,
    /// What it says.
    pub schema: Schema,
    /// How it compares with the lock.
    pub state: State,
}

/// A reference between files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedReference {
    /// The full name of the type.
    pub name: String,
    /// The subject that defines it.
    pub subject: String,
    /// The number of its file.
    pub file: u32,
}

/// The files by subject, each subject's in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The subjects that were chosen.
    pub chosen: BTreeSet<String>,
    /// Those, and all that they refer to.
    pub subjects: BTreeMap<String, Vec<WantedVersion>>,
    /// Subjects with a version that cannot be read.
    pub broken: BTreeSet<String>,
}

impl Wanted {
    /// Takes the files of some subjects out of a library, and of those they refer to; with everything that is wrong
    /// with their files. A version that cannot be read is left out.
    #[must_use]
    pub fn of(
        library: &Library,
        lock: &Lock,
        chosen: impl IntoIterator<Item = SubjectName>,
    ) -> (Wanted, Vec<FileFindings>) {
        let mut wanted = Wanted::default();
        let mut wrong = Vec::new();
        let mut ahead: BTreeSet<SubjectName> = chosen.into_iter().collect();
        wanted.chosen = ahead.iter().map(ToString::to_string).collect();
        while let Some(name) = ahead.pop_first() {
            let Some(subject) = library.subject(name.as_str()) else { continue };
            let mut versions = Vec::new();
            for version in subject.versions() {
                ahead.extend(version.references.iter().map(|reference| reference.subject.clone()));
                match library.schema(version) {
                    Ok(schema) => versions.push(self::version(version, schema, lock.state(&name, version))),
                    Err(findings) => {
                        wanted.broken.insert(name.to_string());
                        wrong.extend(findings);
                    }
                }
            }
            wanted.subjects.insert(name.to_string(), versions);
            ahead.retain(|name| !wanted.subjects.contains_key(name.as_str()));
        }
        (wanted, wrong)
    }

    /// A version of a file.
    #[must_use]
    pub fn version(&self, subject: &str, file: u32) -> Option<&WantedVersion> {
        self.subjects.get(subject)?.iter().find(|version| version.number == file)
    }

    /// Tells whether what the registry gives says what a file says and refers to what was sent.
    #[must_use]
    pub fn reads_back(
        &self,
        (subject, file): (&str, u32),
        sent: &[HeldReference],
        received: &Content,
    ) -> bool {
        let Some(version) = self.version(subject, file) else { return false };
        let sorted = |references: &[HeldReference]| -> BTreeSet<HeldReference> {
            references.iter().cloned().collect()
        };
        if received.foreign.is_some() || sorted(sent) != sorted(&received.references) {
            return false;
        }
        let source = Source::new(&name(subject, file), &received.text);
        let schema = parse(&source, &self.documents(version));
        schema.is_ok_and(|schema| same(&version.schema, &schema))
    }

    /// What a file refers to, directly and through others, each behind everything that it refers to itself.
    fn documents(&self, version: &WantedVersion) -> Vec<Source> {
        let mut documents = Vec::new();
        let mut begun: BTreeSet<(&str, u32)> = BTreeSet::new();
        // A way down and back up: true says that everything below has been put down.
        let mut way: Vec<(bool, &WantedReference)> =
            version.references.iter().rev().map(|reference| (false, reference)).collect();
        while let Some((finished, reference)) = way.pop() {
            let Some(version) = self.version(&reference.subject, reference.file) else { continue };
            if finished {
                documents.push(Source::new(&name(&reference.subject, reference.file), &version.text));
            } else if begun.insert((&reference.subject, reference.file)) {
                way.push((true, reference));
                way.extend(version.references.iter().rev().map(|reference| (false, reference)));
            }
        }
        documents
    }

    /// All versions with their subjects, in order.
    pub fn versions(&self) -> impl Iterator<Item = (&str, &WantedVersion)> {
        self.subjects
            .iter()
            .flat_map(|(name, versions)| versions.iter().map(move |version| (name.as_str(), version)))
    }
}

fn version(version: &Version, schema: Schema, state: State) -> WantedVersion {
    let reference = |reference: &Reference| WantedReference {
        name: reference.name.clone(),
        subject: reference.subject.to_string(),
        file: reference.version,
    };
    WantedVersion {
        number: version.number,
        // Avro's Java library passes over a byte order mark in files, and registries refuse one.
        text: version.source.text.trim_start_matches('\u{feff}').to_owned(),
        references: version.references.iter().map(reference).collect(),
        schema,
        state,
    }
}
