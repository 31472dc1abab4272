//! How a subject stands: what the registry holds of it beside what the files say, and whether the two agree.

use std::collections::BTreeSet;

use super::held::{HeldLevel, HeldSubject, HeldVersion};
use super::plan::PlanInput;
use super::planning::notes;
use crate::catalog::Compatibility;
use crate::fault::Fault;

/// A subject's standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The subject.
    pub subject: String,
    /// The level that the catalog declares.
    pub declared: Option<Compatibility>,
    /// The level in force.
    pub level: Result<HeldLevel, Fault>,
    /// Whether the two are one; none where nothing is declared or nothing known.
    pub level_agrees: Option<bool>,
    /// The versions in use by number; why they are not known.
    pub versions: Result<Vec<StandingVersion>, Fault>,
    /// Those that were softly deleted, as far as they could be told.
    pub deleted: Vec<StandingVersion>,
    /// The files that are no version in use.
    pub unregistered: Vec<u32>,
    /// Whether files and registry hold the same schemas in the same order; none where that is not known.
    pub agrees: Option<bool>,
    /// What they differ in, and what else is worth knowing.
    pub notes: Vec<String>,
}

impl Standing {
    /// True where only the registry has the subject: it is another team's, or nobody pulled it yet.
    #[must_use]
    pub fn is_strange(&self) -> bool {
        let none = |versions: &Vec<StandingVersion>| versions.iter().all(|version| version.files.is_empty());
        self.unregistered.is_empty() && self.versions.as_ref().is_ok_and(none)
    }
}

/// A version that the registry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingVersion {
    /// The registry's number.
    pub version: u32,
    /// The schema's id.
    pub id: u32,
    /// The files that say what it says.
    pub files: Vec<u32>,
}

/// Tells how a subject stands; none where the registry was not asked about it.
#[must_use]
pub fn standing(input: &PlanInput<'_>, subject: &str) -> Option<Standing> {
    let held = input.held.subject(subject)?;
    let declared = input.declared.get(subject).copied();
    let version = |held: &HeldVersion| StandingVersion {
        version: held.version,
        id: held.id,
        files: input.matches.files_of(subject, held.version),
    };
    let versions: Result<Vec<StandingVersion>, Fault> =
        held.versions.as_ref().map(|versions| versions.iter().map(version).collect()).map_err(Clone::clone);
    let files = input.wanted.subjects.get(subject).map(Vec::as_slice).unwrap_or_default();
    let registered = |file: u32| input.matches.registered(subject, file).is_some();
    let unregistered: Vec<u32> = match &versions {
        Ok(_) => files.iter().map(|file| file.number).filter(|file| !registered(*file)).collect(),
        Err(_) => Vec::new(),
    };
    let notes = if versions.is_ok() { notes(input, subject, held) } else { Vec::new() };
    let readable =
        versions.as_ref().ok().filter(|_| held.unread == 0 && !input.wanted.broken.contains(subject));
    let agrees = readable.map(|versions| {
        let known = versions.iter().all(|version| !version.files.is_empty());
        unregistered.is_empty() && known && in_order(versions)
    });
    Some(Standing {
        subject: subject.to_owned(),
        declared,
        level: held.level.clone(),
        level_agrees: level_agrees(declared, held),
        deleted: held.deleted.iter().map(version).collect(),
        versions,
        unregistered,
        agrees,
        notes,
    })
}

/// True where files come in the registry's order. A version that says what an earlier one says changes no order.
fn in_order(versions: &[StandingVersion]) -> bool {
    let mut seen = BTreeSet::new();
    let files = versions.iter().filter_map(|version| version.files.first());
    files.filter(|file| seen.insert(**file)).is_sorted()
}

fn level_agrees(declared: Option<Compatibility>, held: &HeldSubject) -> Option<bool> {
    let in_force = held.level.as_ref().ok()?.in_force.as_ref().ok()?;
    Some(*in_force == declared?)
}
