//! The environment and the working directory of the process, taken in once and passed down as a value. Nothing else
//! asks the environment, so that `config show` can name every origin and tests need not change it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::files;

/// What surrounds the process: its environment and its working directory.
#[derive(Clone)]
pub struct Surroundings {
    pub(super) variables: BTreeMap<String, String>,
    pub(super) directory: PathBuf,
    arguments: Vec<OsString>,
    hears_hangups: bool,
}

// The environment is full of secrets.
impl std::fmt::Debug for Surroundings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Surroundings").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Surroundings {
    /// Takes in the environment and the working directory of this process.
    ///
    /// # Errors
    /// `Input`, where the working directory is gone or one of our variables is not UTF-8.
    #[expect(clippy::disallowed_methods, reason = "this is the door to the environment")]
    pub fn of_process() -> Result<Surroundings, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::input(format!("the working directory cannot be told: {error}"))
                .hint("cd to one that exists")
        })?;
        let mut variables = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            match value.into_string() {
                Ok(value) => drop(variables.insert(name, value)),
                Err(_) if name.starts_with("EVENTCTL_") => {
                    return Err(Failure::input(format!("variable {name} is not UTF-8")));
                }
                // Not ours; if a secret is to be found there, it is told as not set.
                Err(_) => {}
            }
        }
        let hears_hangups =
            files::read_text(Path::new("/proc/self/status"), 1 << 20).is_ok_and(|it| heeds_hangups(&it));
        Ok(Surroundings { variables, directory, arguments: std::env::args_os().collect(), hears_hangups })
    }

    /// Surroundings of one's own making, for tests.
    #[must_use]
    pub fn new(variables: BTreeMap<String, String>, directory: PathBuf) -> Surroundings {
        Surroundings { variables, directory, arguments: Vec::new(), hears_hangups: false }
    }

    /// True where the end of the terminal shall stop us, as it does unless `nohup` or the like was used.
    #[must_use]
    pub fn hears_hangups(&self) -> bool {
        self.hears_hangups
    }

    /// The words of the command line, the program's own name first.
    #[must_use]
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The working directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A variable that says something.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Who runs us, and where, for those who will ask later: `user@host`, as far as it can be told.
    #[must_use]
    pub fn operator(&self) -> String {
        let user = self.variable("SUDO_USER").or(self.variable("USER")).or(self.variable("LOGNAME"));
        let host = files::read_text(Path::new("/proc/sys/kernel/hostname"), 1 << 10).ok();
        let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty());
        let user = user.map_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()), str::to_owned);
        format!("{user}@{}", host.or(self.variable("HOSTNAME")).unwrap_or("?"))
    }

    /// Where things are cached that may be lost at any time; none without a home.
    #[must_use]
    pub fn cache_folder(&self) -> Option<PathBuf> {
        self.base("XDG_CACHE_HOME", ".cache")
    }

    /// Where what must last is kept; none without a home.
    #[must_use]
    pub fn state_folder(&self) -> Option<PathBuf> {
        self.base("XDG_STATE_HOME", ".local/state")
    }

    fn base(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        // The XDG rules say to ignore a relative path.
        let named = self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = named.or_else(|| self.variable("HOME").map(|home| Path::new(home).join(below_home)));
        folder.map(|folder| folder.join("eventctl"))
    }

    /// The user's own file, and whether the user named it.
    pub(super) fn own_file(&self) -> Option<(PathBuf, bool)> {
        if let Some(named) = self.variable("EVENTCTL_CONFIG") {
            return Some((self.directory.join(named), true));
        }
        self.base("XDG_CONFIG_HOME", ".config").map(|folder| (folder.join("config.yaml"), false))
    }

    pub(super) fn trust_store(&self) -> Option<PathBuf> {
        self.state_folder().map(|folder| folder.join("trusted"))
    }

    /// A path as it is shown: below the working directory without it.
    pub(super) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.directory).unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// True where Linux says of a process that it does not ignore SIGHUP. Elsewhere nobody says, and the signal is left as
/// it is.
fn heeds_hangups(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is the first of all signals.
    ignored.is_some_and(|mask| mask & 1 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangups_are_heeded_unless_they_are_ignored_or_nobody_knows() {
        assert!(heeds_hangups("Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!heeds_hangups("SigIgn:\t0000000000001001\n"));
        assert!(!heeds_hangups("SigIgn:\tno number\n"));
        assert!(!heeds_hangups(""));
    }
}
