//! A run of eventctl whose output is read bit by bit, so that faults come in the middle of it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use crate::oracle::checked;
use crate::world::World;

/// What keeps a reader from having everything at hand before anything is read from it.
pub(crate) const LITTLE_AT_ONCE: [&str; 10] = [
    "-X",
    "queued.min.messages=1",
    "-X",
    "queued.max.messages.kbytes=64",
    "-X",
    "fetch.message.max.bytes=8192",
    "-X",
    "fetch.max.bytes=65536",
    "-X",
    "message.max.bytes=65536",
];

/// A run that goes on.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    lines: Vec<String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// None where a signal ended it in its default way.
    pub(crate) code: Option<i32>,
    pub(crate) lines: Vec<String>,
    pub(crate) stderr: String,
}

impl Running {
    /// Starts eventctl.
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Running {
        Running::of(world.command(arguments))
    }

    /// Starts a command.
    pub(crate) fn of(mut command: Command) -> Running {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        let stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let mut stderr = child.stderr.take().expect("stderr");
        let stderr = std::thread::spawn(move || {
            let mut told = Vec::new();
            stderr.read_to_end(&mut told).expect("stderr");
            String::from_utf8_lossy(&told).into_owned()
        });
        Running { child, stdout, stderr: Some(stderr), lines: Vec::new() }
    }

    /// Reads so many further lines.
    pub(crate) fn read(&mut self, count: usize) {
        for _ in 0..count {
            let mut line = String::new();
            self.stdout.read_line(&mut line).expect("a line");
            assert!(line.ends_with('\n'), "it ended after {} lines: {}", self.lines.len(), self.told());
            self.lines.push(line);
        }
    }

    /// All of stderr, once it has ended.
    fn told(&mut self) -> String {
        self.stderr.take().expect("stderr, once").join().expect("stderr")
    }

    /// Sends a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        checked(Command::new("kill").args(["-s", name, &self.child.id().to_string()]));
    }

    /// Reads no more, as `head` does, and waits for the end.
    pub(crate) fn close(mut self) -> Finished {
        let stderr = self.stderr.take().expect("stderr, once");
        drop(self.stdout);
        let code = self.child.wait().expect("its end").code();
        Finished { code, lines: self.lines, stderr: stderr.join().expect("stderr") }
    }

    /// Reads the rest and waits for the end. The last line must be whole.
    pub(crate) fn finish(mut self) -> Finished {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("text");
        assert!(rest.is_empty() || rest.ends_with('\n'), "the last line is cut: {rest:?}");
        self.lines.extend(rest.lines().map(|line| format!("{line}\n")));
        self.close()
    }
}

impl Finished {
    /// Asserts the exit code, and that nothing panicked.
    pub(crate) fn ends(self, code: i32) -> Finished {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// All lines.
    pub(crate) fn stdout(&self) -> String {
        self.lines.concat()
    }
}
