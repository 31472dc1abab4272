//! The verdict on subjects: whether their versions fit each other as their levels demand, and whether what is locked
//! has stayed as it was.
//!
//! Every new version is held against the versions that its level demands, and always the newest one. What older locked
//! versions do to each other cannot be changed any more: where they break the level, that is a note. Decided here is
//! what the files say; what a registry says of the same subjects stands beside it in [`SubjectReport`].

mod history;
mod pairs;
mod remark;
mod subject;

use std::collections::BTreeSet;

pub use remark::{Remark, RemarkKind, RemarkPlace};
pub use subject::{Offline, Verdict};

use super::expected;
use super::levels::{Level, Levels};
use super::library::{FileFindings, Library};
use super::lock::Lock;
use crate::catalog::Expectations;
use crate::name::SubjectName;
use crate::yaml::{Diagnostic, Diagnostics};

/// The most versions of one subject that are compared.
pub const VERSIONS_LIMIT: usize = 1_000;

/// What subjects are held against.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The files.
    pub library: &'a Library,
    /// The lock; none where it cannot be read.
    pub lock: Option<&'a Lock>,
    /// The lock at another state of the repository, where one is asked for.
    pub against: Option<&'a Against>,
    /// The levels.
    pub levels: Levels<'a>,
    /// What the catalog expects of schemas, and the catalog's name.
    pub expectations: Option<(&'a Expectations, &'a str)>,
    /// True where every field shall have a `doc`.
    pub docs: bool,
}

/// The lock at another state of the repository.
#[derive(Debug, Clone)]
pub enum Against {
    /// It was seen.
    Seen {
        /// The state as the user named it.
        reference: String,
        /// The commit that is.
        commit: String,
        /// Its lock.
        lock: Lock,
    },
    /// It could not be seen, so that nobody knows whether locked versions stayed as they were.
    NotSeen {
        /// The state as the user named it.
        reference: String,
        /// Why.
        reason: String,
    },
}

/// What a check brought.
#[derive(Debug)]
pub struct Checked {
    /// The verdicts.
    pub report: CheckReport,
    /// What is wrong with schema files and references.
    pub broken: Vec<FileFindings>,
    /// What is not as the catalog expects; findings of the catalog's file.
    pub catalog: Vec<Diagnostic>,
}

/// The verdicts on all subjects that were asked for.
#[derive(Debug)]
pub struct CheckReport {
    /// The folder as it is shown.
    pub folder: String,
    /// How many versions are locked, of all subjects; none where the lock cannot be read.
    pub locked: Option<usize>,
    /// Whether locked versions were held against another state of the repository.
    pub immutability: Immutability,
    /// The subjects by name.
    pub subjects: Vec<SubjectReport>,
}

/// Whether locked versions were held against another state of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Immutability {
    /// Nobody asked for it.
    NotAsked,
    /// They were.
    Checked {
        /// The state as the user named it.
        reference: String,
        /// The commit that is.
        commit: String,
    },
    /// They were not, although that was asked for.
    NotChecked {
        /// The state as the user named it.
        reference: String,
        /// Why.
        reason: String,
    },
}

/// The verdict on one subject.
#[derive(Debug)]
pub struct SubjectReport {
    /// The subject.
    pub subject: SubjectName,
    /// The levels it is held to.
    pub levels: Vec<Level>,
    /// The numbers of its files in order.
    pub versions: Vec<u32>,
    /// What the files say.
    pub offline: Offline,
}

/// A check that was begun. Each subject is judged by itself, so that callers may share the work out.
pub struct Check<'a> {
    desk: Desk<'a>,
    names: Vec<&'a SubjectName>,
    lost: subject::LockFindings<'a>,
}

/// What was found about one subject.
pub struct Judged {
    report: SubjectReport,
    broken: Vec<FileFindings>,
    catalog: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    /// The subjects that are to be judged, by name.
    #[must_use]
    pub fn names(&self) -> &[&'a SubjectName] {
        &self.names
    }

    /// Judges one subject.
    #[must_use]
    pub fn judge(&self, name: &SubjectName) -> Judged {
        let desk = &self.desk;
        let levels = desk.levels.of(name.as_str());
        let Some(files) = desk.library.subject(name.as_str()) else {
            let offline = Offline::without_files(self.lost.of(desk, name, &[]));
            let report = SubjectReport { subject: name.clone(), levels, versions: Vec::new(), offline };
            return Judged { report, broken: Vec::new(), catalog: Vec::new() };
        };
        let read = desk.library.read_subject(files);
        let mut unmet = Diagnostics::new(desk.expectations.map_or("", |(_, source)| source));
        if let Some((expectations, _)) = desk.expectations
            && let Some(items) = expectations.items.get(name)
        {
            expected::judge(&read, items, &mut unmet);
        }
        let offline = subject::judge(desk, &read, &levels, &self.lost);
        let versions = files.versions().iter().map(|version| version.number).collect();
        let report = SubjectReport { subject: name.clone(), levels, versions, offline };
        Judged { report, broken: read.into_findings(), catalog: unmet.finish() }
    }

    /// Joins what was found about all subjects, in the order of their names.
    #[must_use]
    pub fn finish(&self, judged: Vec<Judged>) -> Checked {
        let mut subjects = Vec::with_capacity(judged.len());
        let mut broken = Vec::new();
        let mut unmet = Diagnostics::new(self.desk.expectations.map_or("", |(_, source)| source));
        for one in judged {
            subjects.push(one.report);
            broken.extend(one.broken);
            one.catalog.into_iter().for_each(|finding| unmet.push(finding));
        }
        let report = CheckReport {
            folder: self.desk.library.folder().to_owned(),
            locked: self.desk.lock.map(Lock::size),
            immutability: self.desk.immutability(),
            subjects,
        };
        Checked { report, broken, catalog: unmet.finish() }
    }
}

impl<'a> Desk<'a> {
    /// Begins a check of all subjects, or of those that are named.
    #[must_use]
    pub fn begin(&self, only: Option<&BTreeSet<SubjectName>>) -> Check<'a> {
        let mut names: BTreeSet<&SubjectName> =
            self.library.subjects().map(|subject| &subject.name).collect();
        let locks = [self.lock, self.earlier()];
        names.extend(locks.into_iter().flatten().flat_map(Lock::versions).map(|locked| &locked.subject));
        names.retain(|name| only.is_none_or(|only| only.contains(*name)));
        let lost = subject::LockFindings::collect(self);
        Check { desk: *self, names: names.into_iter().collect(), lost }
    }

    /// Checks all subjects, or those that are named.
    #[must_use]
    pub fn check(&self, only: Option<&BTreeSet<SubjectName>>) -> Checked {
        let check = self.begin(only);
        let judged = check.names().iter().map(|name| check.judge(name)).collect();
        check.finish(judged)
    }

    /// The lock at the other state of the repository.
    fn earlier(&self) -> Option<&'a Lock> {
        match self.against? {
            Against::Seen { lock, .. } => Some(lock),
            Against::NotSeen { .. } => None,
        }
    }

    fn immutability(&self) -> Immutability {
        match self.against.cloned() {
            None => Immutability::NotAsked,
            Some(Against::Seen { reference, commit, .. }) => Immutability::Checked { reference, commit },
            Some(Against::NotSeen { reference, reason }) => Immutability::NotChecked { reference, reason },
        }
    }
}

impl CheckReport {
    /// True where something is wrong: versions that do not fit, locked ones that changed.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.subjects.iter().any(|subject| !subject.offline.findings.is_empty())
    }

    /// True where something is doubtful.
    #[must_use]
    pub fn has_warnings(&self) -> bool {
        self.subjects.iter().any(|subject| !subject.offline.warnings.is_empty())
    }

    /// True where something that was asked for could not be found out.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        let unseen = matches!(self.immutability, Immutability::NotChecked { .. });
        unseen || self.subjects.iter().any(|subject| subject.offline.verdict == Verdict::Undecided)
    }

    /// How many subjects have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.subjects.iter().filter(|subject| subject.offline.verdict == verdict).count()
    }

    /// The subject of this name.
    #[must_use]
    pub fn subject(&self, name: &str) -> Option<&SubjectReport> {
        self.subjects.iter().find(|subject| subject.subject.as_str() == name)
    }
}

#[cfg(test)]
mod tests;
