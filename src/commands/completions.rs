//! `eventctl completions`, and the answers that a shell asks for on every TAB.
//!
//! Names of topics and groups come from a short-lived cache, filled by asking the cluster for at most 300 ms. Whatever goes wrong
//! is silence: a shell that waits or prints errors at a TAB is worse than one that completes nothing. No command is
//! ever run for it: a context whose secrets come from one completes no topics.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap_complete::ArgValueCandidates;
use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};
use eventctl_core::settings::{Flags, SecretSource, SettingValue, fingerprint};
use jiff::Timestamp;

use super::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::files::{self, Access};
use crate::outcome::Outcome;
use crate::settings::{self, Loaded, Surroundings};
use crate::stop::Stop;
use crate::ui::Ui;

/// Print the completion script of a shell
///
/// Completes commands, flags, and the names of contexts, topics and groups.
///
/// Example, in ~/.bashrc: source <(eventctl completions bash)
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    shell: String,
}

/// The variable that a completion script sets when it asks.
const VARIABLE: &str = "EVENTCTL_COMPLETE";

/// How long a cluster may take to tell its topics.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long its answer is used again, in seconds.
const CACHED_FOR: i64 = 60;

/// The largest cache that is read, in bytes.
const CACHE_LIMIT: u64 = 4 * 1024 * 1024;

/// Prints the script.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(&args.shell) else {
        return Err(Failure::usage(format!("no completions are made for {}", args.shell)));
    };
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "eventctl", "eventctl", "eventctl", &mut script)
        .map_err(|error| Failure::machine(format!("the script cannot be made: {error}")))?;
    cx.ui.data(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}

/// Answers a shell that asks for candidates; `None` where nobody asks.
#[must_use]
pub fn complete(around: &Surroundings, command: fn() -> clap::Command) -> Option<ExitCode> {
    around.variable(VARIABLE)?;
    let asked = CompleteEnv::with_factory(command).var(VARIABLE).bin("eventctl").completer("eventctl");
    // Errors are silence, and so is what was not asked for.
    let _ = asked.try_complete(around.arguments().iter().cloned(), Some(around.directory()));
    Some(ExitCode::SUCCESS)
}

/// Candidates for `--context`.
#[must_use]
pub fn context_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        // The name that is being typed is no context yet: what is typed chooses nothing here.
        let Some((_, loaded)) = load(|_| Flags::default()) else { return Vec::new() };
        loaded.contexts().map(CompletionCandidate::new).collect()
    })
}

/// Candidates for a topic's name.
#[must_use]
pub fn topic_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        names(Names::Topics).unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    })
}

/// Candidates for a group's name.
#[must_use]
pub fn group_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        names(Names::Groups).unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    })
}

/// Candidates for a subject's name: those that have a folder.
#[must_use]
pub fn subject_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        subjects().unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    })
}

fn subjects() -> Option<Vec<String>> {
    let (around, loaded) = load(|_| Flags::default())?;
    let cx = Context::of(loaded, around, Ui::default(), Stop::default());
    let folder = cx.schema_folder(&SchemaFolderArgs { schemas: None }).ok()?;
    Some(files::list_schemas(&folder).ok()?.subjects.into_keys().collect())
}

fn load(flags: fn(&[std::ffi::OsString]) -> Flags) -> Option<(Surroundings, Loaded)> {
    let around = Surroundings::of_process().ok()?;
    let flags = flags(around.arguments());
    let loaded = settings::load(flags, &around, None).ok()?;
    Some((around, loaded))
}

/// The connection flags of the line that is being typed, as far as they are whole.
fn said(arguments: &[std::ffi::OsString]) -> Flags {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let value = |flag: &str| {
        let spaced = words.windows(2).find_map(|pair| match pair {
            [name, value] if *name == flag => Some((*value).to_owned()),
            _ => None,
        });
        let joined =
            || words.iter().find_map(|word| word.strip_prefix(flag)?.strip_prefix('=').map(str::to_owned));
        spaced.or_else(joined)
    };
    Flags { context: value("--context"), brokers: value("--brokers"), ..Flags::default() }
}

/// Names that a cluster is asked for.
#[derive(Debug, Clone, Copy)]
enum Names {
    Topics,
    Groups,
}

impl Names {
    /// The word for them in a cache.
    fn as_str(self) -> &'static str {
        match self {
            Names::Topics => "topics",
            Names::Groups => "groups",
        }
    }
}

fn names(which: Names) -> Option<Vec<String>> {
    let (around, loaded) = load(said)?;
    if runs_a_command(&loaded) {
        return None;
    }
    let cache = cache_file(&around, &loaded, which)?;
    let cx = Context::of(loaded, around, Ui::default(), Stop::default());
    let now = cx.now();
    if let Some(names) = cached(&cache, now, which) {
        return Some(names);
    }
    let names = ask(&cx, which)?;
    let text =
        serde_json::json!({ "until": now.as_second() + CACHED_FOR, which.as_str(): names }).to_string();
    if let Some(folder) = cache.parent() {
        let _ = files::create_private_folder(folder);
    }
    let _ = files::write_whole(&cache, text.as_bytes(), Access::Private);
    Some(names)
}

fn runs_a_command(loaded: &Loaded) -> bool {
    let command = |value: &SettingValue| matches!(value, SettingValue::Secret(SecretSource::Command(_)));
    loaded.settings.kafka.values().any(|setting| command(&setting.value))
}

/// One cache for each cluster and principal, by hash: what a settings file says is no file name.
fn cache_file(around: &Surroundings, loaded: &Loaded, which: Names) -> Option<PathBuf> {
    let brokers = loaded.settings.brokers.as_ref()?.value.to_string();
    let principal =
        loaded.settings.kafka.get("sasl.username").map(|name| name.value.shown()).unwrap_or_default();
    let hash = fingerprint(format!("{brokers}\n{principal}").as_bytes());
    Some(around.cache_folder()?.join(format!("{}-{hash}.json", which.as_str())))
}

fn cached(path: &Path, now: Timestamp, which: Names) -> Option<Vec<String>> {
    let text = files::read_text(path, CACHE_LIMIT).ok()?;
    let cache: serde_json::Value = serde_json::from_str(&text).ok()?;
    let until = cache.get("until")?.as_i64()?;
    // A clock that was set back must not keep a cache for ever.
    if now.as_second() >= until || until > now.as_second() + CACHED_FOR {
        return None;
    }
    let names = cache.get(which.as_str())?.as_array()?;
    Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
}

fn ask(cx: &Context, which: Names) -> Option<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let names = runtime.block_on(async {
        let cluster = cx.cluster().ok()?;
        let names = async {
            match which {
                Names::Topics => {
                    let names = cluster.topic_names().await.ok()?;
                    Some(names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>())
                }
                Names::Groups => {
                    let (groups, _) = cluster.groups().await.ok()?;
                    Some(groups.into_iter().map(|group| group.name.to_string()).collect())
                }
            }
        };
        tokio::time::timeout(PATIENCE, names).await.ok()?
    });
    runtime.shutdown_background();
    let ordinary = |name: &String| !name.starts_with("__");
    Some(names?.into_iter().filter(ordinary).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typed_line_chooses_the_context() {
        let words = |line: &str| line.split(' ').map(std::ffi::OsString::from).collect::<Vec<_>>();
        let rows = [
            ("eventctl --context prod topics list", Some("prod"), None),
            ("eventctl --context=prod topics list", Some("prod"), None),
            ("eventctl topics describe --brokers a:1 x", None, Some("a:1")),
            ("eventctl topics list --context", None, None),
        ];
        for (line, context, brokers) in rows {
            let flags = said(&words(line));
            assert_eq!((flags.context.as_deref(), flags.brokers.as_deref()), (context, brokers), "{line}");
        }
    }
}
