//! How a registry's side of subjects looks: what it holds, beside the files.

use eventctl_core::fault::Fault;
use eventctl_core::human;
use eventctl_core::schemas::register::{LevelOrigin, Standing, StandingVersion};
use serde::Serialize;

use crate::render::page::{Cell, Tone, cell};

/// Whether the registry was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The user said not to.
    Offline,
    /// None is configured.
    NotConfigured,
    /// Schema files have errors, so that there was nothing to ask about.
    BrokenFiles,
    /// It was asked.
    Yes {
        /// Its URL.
        url: String,
    },
    /// It could not be asked.
    Failed {
        /// Its URL.
        url: String,
        /// Why, in one sentence.
        reason: String,
    },
}

/// The same for programs.
#[derive(Serialize)]
pub(in crate::render) struct AskedWire<'a> {
    state: &'static str,
    url: Option<&'a str>,
    reason: Option<&'a str>,
}

impl Asked {
    /// True where it should have been asked and could not be.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Asked::Failed { .. })
    }

    pub(super) fn wire(&self) -> AskedWire<'_> {
        let none = |state| AskedWire { state, url: None, reason: None };
        match self {
            Asked::Offline => none("offline"),
            Asked::NotConfigured => none("not_configured"),
            Asked::BrokenFiles => none("broken_files"),
            Asked::Yes { url } => AskedWire { url: Some(url), ..none("asked") },
            Asked::Failed { url, reason } => {
                AskedWire { url: Some(url), reason: Some(reason), ..none("failed") }
            }
        }
    }

    /// In words that follow `registry: `.
    pub(super) fn words(&self) -> String {
        match self {
            Asked::Offline => "not asked (--offline)".to_owned(),
            Asked::NotConfigured => "not asked (none is configured)".to_owned(),
            Asked::BrokenFiles => "not asked (schema files have errors)".to_owned(),
            Asked::Yes { url } => url.clone(),
            Asked::Failed { reason, .. } => format!("could not be asked: {reason}"),
        }
    }
}

#[derive(Serialize)]
pub(super) struct StandingWire<'a> {
    level: Option<&'a str>,
    level_origin: Option<&'static str>,
    level_agrees: Option<bool>,
    level_fault: Option<&'a Fault>,
    versions: Option<Vec<VersionWire<'a>>>,
    fault: Option<&'a Fault>,
    deleted: Vec<VersionWire<'a>>,
    unregistered: &'a [u32],
    agrees: Option<bool>,
    notes: &'a [String],
}

#[derive(Serialize)]
pub(super) struct VersionWire<'a> {
    version: u32,
    id: u32,
    files: &'a [u32],
}

impl<'a> From<&'a StandingVersion> for VersionWire<'a> {
    fn from(held: &'a StandingVersion) -> Self {
        VersionWire { version: held.version, id: held.id, files: &held.files }
    }
}

impl<'a> From<&'a Standing> for StandingWire<'a> {
    fn from(standing: &'a Standing) -> Self {
        let level = standing.level.as_ref().ok();
        StandingWire {
            level: level.map(|level| level.word()),
            level_origin: level.map(|level| level.origin.as_str()),
            level_agrees: standing.level_agrees,
            level_fault: standing.level.as_ref().err(),
            versions: standing
                .versions
                .as_ref()
                .ok()
                .map(|held| held.iter().map(VersionWire::from).collect()),
            fault: standing.versions.as_ref().err(),
            deleted: standing.deleted.iter().map(VersionWire::from).collect(),
            unregistered: &standing.unregistered,
            agrees: standing.agrees,
            notes: &standing.notes,
        }
    }
}

/// How many versions are named in a cell.
const NAMED: usize = 8;

/// The cells of a table: versions with their ids, the level in force, whether files and registry agree.
pub(super) fn cells(standing: Option<&Standing>) -> [Cell; 3] {
    let Some(standing) = standing else { return [cell("-"), cell("-"), cell("-")] };
    let versions = match &standing.versions {
        Ok(versions) if versions.is_empty() => cell("none").tone(Tone::Notable),
        Ok(versions) => {
            let short = |held: &StandingVersion| format!("{} (id {})", held.version, held.id);
            let versions: Vec<String> = versions.iter().map(short).collect();
            cell(human::list(&versions, NAMED))
        }
        Err(_) => cell("?").tone(Tone::Notable),
    };
    let level = match &standing.level {
        Ok(level) => {
            let origin = match level.origin {
                LevelOrigin::Subject => "subject",
                LevelOrigin::Default => "default",
                LevelOrigin::DefaultBehindNone => "default, reads NONE",
            };
            let cell = cell(format!("{} ({origin})", level.word()));
            if standing.level_agrees == Some(false) { cell.tone(Tone::Notable) } else { cell }
        }
        Err(_) => cell("?").tone(Tone::Notable),
    };
    let agrees = match standing.agrees {
        _ if standing.is_strange() => cell("no files").tone(Tone::Faint),
        Some(true) => cell("yes").tone(Tone::Good),
        Some(false) => cell("no").tone(Tone::Notable),
        None => cell("?").tone(Tone::Notable),
    };
    [versions, level, agrees]
}

/// What is to be said below a table, each line with its subject.
pub(super) fn remarks(standing: &Standing) -> Vec<String> {
    let mut remarks = Vec::new();
    // Of a subject that no file has, the table says it all.
    if standing.is_strange() {
        return remarks;
    }
    if let Err(fault) = &standing.versions {
        remarks.push(format!("its versions could not be read ({})", fault.message));
    } else if let Err(fault) = &standing.level {
        remarks.push(format!("its level could not be read ({})", fault.message));
    }
    if !standing.unregistered.is_empty() {
        let files: Vec<String> = standing.unregistered.iter().map(|file| format!("v{file}")).collect();
        remarks.push(format!("not registered: {}", human::list(&files, NAMED)));
    }
    if let (Some(false), Some(declared)) = (standing.level_agrees, standing.declared) {
        remarks.push(format!("the declared level {declared} is not in force"));
    }
    remarks.extend(standing.notes.iter().cloned());
    remarks
}
