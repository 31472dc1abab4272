//! The door to the environment: flags, variables and files become settings here.
//!
//! It knows where files lie and reads them; what they mean is decided in `eventctl_core::settings`. Secrets are looked
//! up only when something is to be reached. It writes nothing but the list of trusted files. Commands that need no
//! settings never call it.

mod secrets;
mod surroundings;

use std::path::{Path, PathBuf};

use eventctl_core::settings::{
    ConfigReport, FilePlace, FileRow, FileState, Layers, Role, Settings, SettingsError, SettingsFile,
    TrustReport, Trusted, Unreadable, Variables, fingerprint, read_settings, resolve,
};
use eventctl_core::yaml::{Diagnostic, SIZE_LIMIT, Source};

pub use eventctl_core::settings::Flags;
pub use secrets::{RegistryAccess, client_settings, registry_access};
pub use surroundings::Surroundings;

use crate::failure::Failure;
use crate::files::{self, Access};

/// The names of a repository's settings file.
const REPOSITORY_FILE: [&str; 1] = ["eventctl.yaml"];
/// The catalog's file, where nobody names one.
const CATALOG_FILE: [&str; 1] = ["topics.yaml"];
const TRUST_STORE_LIMIT: u64 = 4 * 1024 * 1024;

/// Why there are no settings.
#[derive(Debug)]
pub enum LoadError {
    /// Files that cannot be used; to be laid out with their excerpts.
    Files(Vec<Unreadable>),
    /// Anything else.
    Failure(Failure),
}

impl From<Failure> for LoadError {
    fn from(failure: Failure) -> LoadError {
        LoadError::Failure(failure)
    }
}

/// Settings, and what they were read from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is meant.
    pub settings: Settings,
    declared: Vec<SettingsFile>,
    files: Vec<FileRow>,
}

impl Loaded {
    /// What `config show` tells.
    #[must_use]
    pub fn report(&self, around: &Surroundings) -> ConfigReport {
        let declared: Vec<&SettingsFile> = self.declared.iter().collect();
        let variables = around.variables.keys().map(String::as_str);
        ConfigReport::new(&self.settings, &declared, self.files.clone(), variables)
    }

    /// The names of all contexts, for completion.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().flat_map(|file| file.contexts.keys().map(String::as_str))
    }
}

/// Finds and reads the settings files, and decides what they, the environment and the flags add up to. `known` is
/// what librdkafka knows, where it was asked.
///
/// # Errors
/// Every file that cannot be used, or what does not add up (2).
pub fn load(flags: Flags, around: &Surroundings, known: Option<Vec<String>>) -> Result<Loaded, LoadError> {
    let names = known.as_deref();
    let mut unreadable = Vec::new();
    let mut read = |found: Option<Found>| {
        let found = found?;
        match read_settings(&found.source, &found.place, names) {
            Ok(file) => Some(file),
            Err(error) => {
                unreadable.push(*error);
                None
            }
        }
    };
    let Places { repository, own, mut files } = Places::find(around)?;
    let (repository, own) = (read(repository), read(own));
    if !unreadable.is_empty() {
        return Err(LoadError::Files(unreadable));
    }
    for row in files.iter_mut().filter(|row| row.role == "repository" && row.state == FileState::Found) {
        let runs_code = |file: &SettingsFile| file.contexts.values().any(|context| !context.code.is_empty());
        if repository.as_ref().is_some_and(|file| !file.place.trusted && runs_code(file)) {
            row.state = FileState::Untrusted;
        }
    }
    let declared = repository.iter().chain(&own).cloned().collect();
    let found_catalog = files::find_up(&CATALOG_FILE, &around.directory).map(|path| around.shown(&path));
    let variables = Variables::of(&around.variables);
    let layers = Layers { flags, variables, repository, own, found_catalog, known };
    let settings = resolve(layers).map_err(|errors| LoadError::Failure(together(&errors)))?;
    Ok(Loaded { settings, declared, files })
}

fn together(errors: &[SettingsError]) -> Failure {
    let story: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let failure = Failure::input(story.join("; "));
    let mut hints: Vec<String> = errors.iter().map(SettingsError::hint).collect();
    hints.dedup();
    hints.into_iter().fold(failure, Failure::hint)
}

struct Found {
    source: Source,
    place: FilePlace,
    /// The path without links, as trust is given to it.
    path: String,
    bytes: Vec<u8>,
}

struct Places {
    repository: Option<Found>,
    own: Option<Found>,
    files: Vec<FileRow>,
}

impl Places {
    fn find(around: &Surroundings) -> Result<Places, LoadError> {
        let mut files = Vec::new();
        let own_path = around.own_file();
        // A file that the user names as the own one is the own one, also where the search would find it.
        let is_own = |path: &PathBuf| {
            own_path.as_ref().is_some_and(|(own, _)| files::canonical(own) == files::canonical(path))
        };
        let repository_path =
            files::find_up(&REPOSITORY_FILE, &around.directory).filter(|path| !is_own(path));
        let row = |path: &Path, role, state| FileRow { path: around.shown(path), role, state };
        let repository = match &repository_path {
            Some(path) => Found::read(path, Role::Repository, around)?,
            None => None,
        };
        let path = repository_path.unwrap_or_else(|| around.directory.join("eventctl.yaml"));
        let state = if repository.is_some() { FileState::Found } else { FileState::Absent };
        files.push(row(&path, "repository", state));
        let own = match &own_path {
            Some((path, named)) => {
                let own = Found::read(path, Role::Own, around)?;
                if own.is_none() && *named {
                    let story = format!("EVENTCTL_CONFIG names {}, which does not exist", around.shown(path));
                    return Err(Failure::input(story)
                        .hint("correct the variable, or unset EVENTCTL_CONFIG")
                        .into());
                }
                files.push(row(
                    path,
                    "own",
                    if own.is_some() { FileState::Found } else { FileState::Absent },
                ));
                own
            }
            None => None,
        };
        Ok(Places { repository, own, files })
    }
}

impl Found {
    fn read(path: &Path, role: Role, around: &Surroundings) -> Result<Option<Found>, LoadError> {
        let Some(bytes) = files::read_if_there(path, SIZE_LIMIT as u64)? else {
            return Ok(None);
        };
        let name = around.shown(path);
        let source = Source::from_bytes(&name, &bytes).map_err(|finding| {
            // A text that cannot be read cannot be searched for secrets: only the place is told.
            let findings = vec![Diagnostic { private: true, ..finding }];
            LoadError::Files(vec![Unreadable { findings, source: Source::new(&name, "") }])
        })?;
        let canonical = files::canonical(path).to_string_lossy().into_owned();
        let trusted = role == Role::Own || trusted(around)?.trusts(&canonical, &bytes);
        let place = FilePlace {
            path: name,
            folder: path.parent().unwrap_or(Path::new("/")).to_string_lossy().into_owned(),
            home: around.variable("HOME").map(str::to_owned),
            role,
            trusted,
            private: files::is_private(path)?,
        };
        Ok(Some(Found { source, place, path: canonical, bytes }))
    }
}

fn trusted(around: &Surroundings) -> Result<Trusted, Failure> {
    let Some(path) = around.trust_store() else {
        return Ok(Trusted::default());
    };
    let bytes = files::read_if_there(&path, TRUST_STORE_LIMIT)?.unwrap_or_default();
    Ok(Trusted::parse(&String::from_utf8_lossy(&bytes)))
}

/// What `config trust` would trust: the repository's file, its fingerprint, and what in it runs code. `known` is what
/// librdkafka knows, where it was asked.
///
/// # Errors
/// `Input`, where there is no such file; the file, where it cannot be used.
pub fn trust_report(around: &Surroundings, known: Option<&[String]>) -> Result<TrustReport, LoadError> {
    let Some(found) = Places::find(around)?.repository else {
        let story = "there is no eventctl.yaml from the working directory up to the repository's root";
        return Err(Failure::input(story).hint("see what was looked at: eventctl config show").into());
    };
    let file = read_settings(&found.source, &found.place, known)
        .map_err(|unreadable| LoadError::Files(vec![*unreadable]))?;
    let mut report = TrustReport::new(&file, fingerprint(&found.bytes));
    report.path = found.path;
    Ok(report)
}

/// Trusts the file that a report showed. What is trusted is what was shown: a file that has changed since is refused.
///
/// # Errors
/// `Input`, where the file has changed or there is no home; `Machine`, where the list cannot be written.
pub fn trust(report: &TrustReport, around: &Surroundings) -> Result<(), Failure> {
    let store = around.trust_store().ok_or_else(|| {
        Failure::input("there is no place to remember it").hint("set HOME or XDG_STATE_HOME")
    })?;
    let bytes = files::read(Path::new(&report.path), SIZE_LIMIT as u64)?;
    let mut trusted = trusted(around)?;
    if fingerprint(&bytes) != report.sha256 {
        return Err(Failure::input(format!("{} has changed since it was shown", report.path))
            .hint("nothing was trusted; look at it again: eventctl config trust"));
    }
    if !trusted.trust(&report.path, &bytes) {
        return Err(Failure::input("a path with a line break cannot be trusted").hint("move the file"));
    }
    if let Some(folder) = store.parent() {
        files::create_private_folder(folder)?;
    }
    files::write_whole(&store, trusted.text().as_bytes(), Access::Private)
}

#[cfg(test)]
mod tests;
