//! The schema desk's files: the folder, its lock, and the lock as git has it at another commit.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eventctl_core::name::SubjectName;
use eventctl_core::schemas::check::{Against, Checked, Desk, Judged};
use eventctl_core::schemas::{FileFindings, Library, Lock, lock_file};
use eventctl_core::yaml::{SIZE_LIMIT, Source};

use crate::failure::Failure;
use crate::files::{self, Access, SchemaFolder};
use crate::process::{self, Bounds, ProcessError};

/// How long git may take for one answer.
const GIT_TIME: Duration = Duration::from_secs(10);

/// A folder of schemas with its lock.
#[derive(Debug)]
pub struct DeskFiles {
    /// The schema files.
    pub library: Library,
    /// The lock; empty where there is no file, and what is wrong with it where it cannot be used.
    pub lock: Result<Lock, FileFindings>,
    /// Where the lock stands.
    pub lock_path: PathBuf,
    /// The same as it is shown.
    pub lock_name: String,
}

/// Reads a folder that was listed, and its lock. In messages the folder is called `shown`.
///
/// # Errors
/// `Input` where the files are too large together or the lock cannot be read, `Machine` where the disk fails.
pub fn read(folder: &Path, shown: &str, listing: &SchemaFolder) -> Result<DeskFiles, Failure> {
    let library = Library::read(shown, files::read_schemas(folder, shown, listing)?);
    let lock_path = beside(folder);
    let lock_name = lock_file(shown);
    let lock = match files::read_if_there(&lock_path, SIZE_LIMIT as u64)? {
        None => Ok(Lock::default()),
        Some(bytes) => lock_of(&lock_name, &bytes),
    };
    Ok(DeskFiles { library, lock, lock_path, lock_name })
}

/// How many subjects are judged by one thread at least: fewer are not worth starting one.
const SHARE: usize = 32;

/// Judges the subjects of a desk on all cores.
#[must_use]
pub fn check(desk: &Desk<'_>, only: Option<&BTreeSet<SubjectName>>) -> Checked {
    let check = desk.begin(only);
    let names = check.names();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = names.len().div_ceil(cores).max(SHARE);
    let judge =
        |names: &[&SubjectName]| -> Vec<Judged> { names.iter().map(|name| check.judge(name)).collect() };
    let judged = std::thread::scope(|scope| {
        let (own, others) = names.split_at(share.min(names.len()));
        let others: Vec<_> = others.chunks(share).map(|names| scope.spawn(move || judge(names))).collect();
        let mut judged = judge(own);
        for thread in others {
            judged.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        judged
    });
    check.finish(judged)
}

/// The lock's path: beside the folder, under its name.
fn beside(folder: &Path) -> PathBuf {
    let whole = if folder.file_name().is_some() { folder.to_owned() } else { files::canonical(folder) };
    let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
    whole.with_file_name(lock_file(&name))
}

fn lock_of(name: &str, bytes: &[u8]) -> Result<Lock, FileFindings> {
    let source = match Source::from_bytes(name, bytes) {
        Ok(source) => source,
        Err(finding) => {
            let source = Source::new(name, &String::from_utf8_lossy(bytes));
            return Err(FileFindings { source, findings: vec![finding] });
        }
    };
    Lock::read(&source).map_err(|findings| FileFindings { source, findings })
}

/// Writes the lock, whole or not at all.
///
/// # Errors
/// `Input` where the path cannot be written to, `Machine` where the disk is full or fails.
pub fn write_lock(path: &Path, lock: &Lock) -> Result<(), Failure> {
    files::write_whole(path, lock.text().as_bytes(), Access::Ordinary)
}

/// Asks git for the lock as it was committed at `reference`. Whatever keeps git from the answer is said, never passed
/// over: without it nobody knows whether locked versions stayed as they were.
///
/// # Errors
/// `Usage` where the reference can be none.
pub fn lock_at(lock_path: &Path, reference: &str) -> Result<Against, Failure> {
    if reference.is_empty() || reference.starts_with('-') || reference.contains(char::is_control) {
        return Err(Failure::usage(format!("`{reference}` is no reference of git's"))
            .hint("name a branch, a tag or a commit: --against origin/main"));
    }
    let seen = seen_at(lock_path, reference);
    Ok(match seen {
        Ok((commit, lock)) => Against::Seen { reference: reference.to_owned(), commit, lock },
        Err(reason) => Against::NotSeen { reference: reference.to_owned(), reason },
    })
}

fn seen_at(lock_path: &Path, reference: &str) -> Result<(String, Lock), String> {
    let folder = lock_path.parent().unwrap_or(Path::new("."));
    let name = lock_path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let git = |words: &[&str]| git(folder, words);
    git(&["rev-parse", "--git-dir"]).map_err(|error| match error {
        ProcessError::NotStarted { .. } => error.to_string(),
        other => format!("this is no git repository, or git cannot use it: {other}"),
    })?;
    let commit = format!("{reference}^{{commit}}");
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).map_err(
        |error| match error {
            ProcessError::Failed { .. } => format!("git knows no commit `{reference}` here: is it fetched?"),
            other => other.to_string(),
        },
    )?;
    let commit = commit.trim().to_owned();
    // `./` makes the path relative to the folder, wherever in the repository it is.
    let path = format!("./{name}");
    let listed = git(&["ls-tree", &commit, "--", &path]).map_err(|error| error.to_string())?;
    if listed.trim().is_empty() {
        return Err(format!("there is no {name} at {reference}"));
    }
    let text = git(&["cat-file", "blob", &format!("{commit}:{path}")]).map_err(|error| error.to_string())?;
    let lock = lock_of(&format!("{reference}:{name}"), text.as_bytes()).map_err(|wrong| {
        let first = wrong.findings.first().map(ToString::to_string).unwrap_or_default();
        format!("the lock there cannot be read: {}", first.lines().next().unwrap_or_default())
    })?;
    Ok((commit, lock))
}

fn git(folder: &Path, words: &[&str]) -> Result<String, ProcessError> {
    let mut command = vec!["git".to_owned(), "-C".to_owned(), folder.to_string_lossy().into_owned()];
    command.extend(words.iter().map(|word| (*word).to_owned()));
    let bounds = Bounds { time: GIT_TIME, output: SIZE_LIMIT };
    process::run(&command, bounds).map(|output| output.expose().to_owned())
}
