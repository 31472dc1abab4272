//! A scratch world to run the binary in: a folder of its own, no settings of the caller's, no terminal unless asked for.

#![allow(dead_code, reason = "each test target uses its part of it")]

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "../../examples/sample-events/traffic/mod.rs"]
pub(crate) mod traffic;

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder to work in, with nothing of the machine's user in its environment.
pub(crate) struct World {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl World {
    /// An empty folder that looks like a repository's root, so that no settings file above it is found.
    pub(crate) fn empty() -> World {
        let folder = tempfile::tempdir().expect("a scratch folder");
        std::fs::create_dir_all(folder.path().join("repository/.git")).expect("a folder");
        std::fs::create_dir_all(folder.path().join("home")).expect("a folder");
        World { folder, environment: Vec::new() }
    }

    /// A folder with the shipped catalog, schemas and settings.
    pub(crate) fn shipped() -> World {
        let world = World::empty();
        for file in ["topics.yaml", "schemas.lock", "eventctl.yaml"] {
            std::fs::copy(repository().join(file), world.path(file)).expect(file);
        }
        copy(&repository().join("schemas"), &world.path("schemas"));
        world
    }

    /// Sets an environment variable for every later run.
    pub(crate) fn set(mut self, name: &str, value: &str) -> World {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The path of a file of the world's repository.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("repository").join(name)
    }

    /// Writes a file, with its folders.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &World {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, content).expect("a file");
        self
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// Runs eventctl without a terminal and with nothing on stdin.
    pub(crate) fn run(&self, arguments: &[&str]) -> Transcript {
        // setsid takes the controlling terminal away, so that a question has nobody to go to.
        // By its path, for tests in which PATH leads nowhere.
        let mut command = Command::new("/usr/bin/setsid");
        command.arg("--wait").arg(env!("CARGO_BIN_EXE_eventctl")).args(arguments);
        self.finish(command, arguments, b"")
    }

    /// Runs eventctl on a terminal of its own, where `typed` is what its user types. Stdout and stderr are one there.
    pub(crate) fn run_on_terminal(&self, arguments: &[&str], typed: &str) -> Transcript {
        let quoted = arguments.iter().map(|word| format!(" '{}'", word.replace('\'', "'\\''")));
        let line = format!("'{}'{}", env!("CARGO_BIN_EXE_eventctl"), quoted.collect::<String>());
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        self.finish(command, arguments, typed.as_bytes())
    }

    /// A command that runs eventctl in this world; for tests that need its process.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventctl"));
        command.args(arguments);
        self.prepare(&mut command);
        command
    }

    fn prepare(&self, command: &mut Command) {
        let home = self.folder.path().join("home");
        command
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("TERM", "dumb")
            .env("TZ", "UTC")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    fn finish(&self, mut command: Command, arguments: &[&str], typed: &[u8]) -> Transcript {
        self.prepare(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        // A child that ends without reading its input breaks the pipe, which is its right.
        let _ = child.stdin.take().expect("its stdin").write_all(typed);
        let output = child.wait_with_output().expect("its output");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Transcript {
            line: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            stdout: self.neutral(&text(&output.stdout)),
            stderr: self.neutral(&text(&output.stderr)),
        }
    }

    /// What differs from run to run, named.
    fn neutral(&self, text: &str) -> String {
        let folder = self.folder.path().to_string_lossy().into_owned();
        text.replace(&folder, "[world]").replace(env!("CARGO_PKG_VERSION"), "[version]")
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// What a run said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transcript {
    line: String,
    /// The exit code.
    pub(crate) code: i32,
    /// All of stdout.
    pub(crate) stdout: String,
    /// All of stderr.
    pub(crate) stderr: String,
}

impl Transcript {
    /// Asserts the exit code; shows everything where it is another.
    pub(crate) fn ends(self, code: i32) -> Transcript {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// The JSON document on stdout.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }

    /// Asserts that every field of the JSON document on stdout is named in `docs/json.md`. Keys that are data, such as
    /// the names of settings, hold a dot or a dash and are passed over.
    pub(crate) fn documented(&self) {
        let page = std::fs::read_to_string(repository().join("docs/json.md")).expect("docs/json.md");
        let mut values = vec![self.json()];
        while let Some(value) = values.pop() {
            match value {
                serde_json::Value::Object(fields) => {
                    for (name, value) in fields {
                        let known =
                            page.contains(&format!("`{name}`")) || page.contains(&format!("\"{name}\""));
                        assert!(known || name.contains(['.', '-']), "docs/json.md lacks `{name}`\n{self}");
                        values.push(value);
                    }
                }
                serde_json::Value::Array(items) => values.extend(items),
                _ => {}
            }
        }
    }

    /// Replaces a text that differs from run to run.
    pub(crate) fn hiding(mut self, text: &str, name: &str) -> Transcript {
        self.line = self.line.replace(text, name);
        self.stdout = self.stdout.replace(text, name);
        self.stderr = self.stderr.replace(text, name);
        self
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "$ eventctl {}\nexit: {}", self.line, self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "--- {name}\n{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}
