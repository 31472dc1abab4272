//! The door to other programs: nothing else starts one.
//!
//! It runs a command without a shell, waits no longer than it is told, and takes in no more than it is told. The
//! command stays in our process group, so that Ctrl-C reaches it and so that it may ask on the terminal; it inherits
//! our environment, to which we never add a secret. What its output means is the caller's affair.
#![expect(clippy::disallowed_methods, reason = "this is the door to std::process")]

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use eventctl_core::secret::Secret;

/// How long, and how much.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The time after which the command is killed.
    pub time: Duration,
    /// The most bytes of standard output; one more, and the command is killed.
    pub output: usize,
}

/// Why a command gave no output. What it wrote on its standard error is quoted, except where that repeats its output:
/// the output may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// There were no words.
    #[error("the command is empty")]
    Empty,
    /// It could not be started.
    #[error("cannot start `{program}`: {reason}")]
    NotStarted {
        /// The program's name.
        program: String,
        /// The system's words.
        reason: String,
    },
    /// It ended with another status than 0.
    #[error("`{program}` ended with {status}{}", said(.stderr))]
    Failed {
        /// The program's name.
        program: String,
        /// Its exit code, or the signal that ended it.
        status: String,
        /// The end of what it wrote on its standard error.
        stderr: String,
    },
    /// It took too long and was killed.
    #[error("`{program}` was stopped: it took longer than {} s{}", .limit.as_secs_f32(), said(.stderr))]
    TooSlow {
        /// The program's name.
        program: String,
        /// The limit.
        limit: Duration,
        /// The end of what it wrote on its standard error.
        stderr: String,
    },
    /// What it wrote is not what was asked for.
    #[error("`{program}` ended with output that is not UTF-8 text")]
    NotText {
        /// The program's name.
        program: String,
    },
    /// It wrote too much and was killed.
    #[error("`{program}` was stopped: it wrote more than {limit} bytes")]
    TooMuch {
        /// The program's name.
        program: String,
        /// The limit.
        limit: usize,
    },
}

fn said(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; it said: {stderr}") }
}

/// How much of the standard error is quoted: its end, where the reason mostly stands.
const QUOTED: usize = 1_000;
/// How long a pipe may stay open after the command's end, held by a process that it left behind.
const GRACE: Duration = Duration::from_millis(300);
/// How often the command is asked whether it has ended, while its pipes are silent.
const TICK: Duration = Duration::from_millis(10);

enum Event {
    Output(Vec<u8>),
    Error(Vec<u8>),
    Closed,
}

/// What a command is given beside its words.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// What it reads on its standard input.
    pub input: Vec<u8>,
    /// What is added to its environment. No secret: other users may look at it.
    pub variables: Vec<(String, String)>,
}

/// Runs a command, without a shell and without standard input, and returns what it wrote on its standard output.
///
/// # Errors
/// See `ProcessError`. None of them shows the output.
pub fn run(words: &[String], bounds: Bounds) -> Result<Secret, ProcessError> {
    let output = carry_out(words, Given::default(), bounds)?;
    let program = || words.first().cloned().unwrap_or_default();
    String::from_utf8(output).map(Secret::new).map_err(|_| ProcessError::NotText { program: program() })
}

/// Runs a command, without a shell, and hands it what it is given. Its output is of no interest; it is bounded all the
/// same.
///
/// # Errors
/// See `ProcessError`.
pub fn feed(words: &[String], given: Given, bounds: Bounds) -> Result<(), ProcessError> {
    carry_out(words, given, bounds).map(drop)
}

fn carry_out(words: &[String], given: Given, bounds: Bounds) -> Result<Vec<u8>, ProcessError> {
    let (program, arguments) = words.split_first().ok_or(ProcessError::Empty)?;
    let not_started = |error: std::io::Error| ProcessError::NotStarted {
        program: program.clone(),
        reason: error.to_string(),
    };
    let Given { input, variables } = given;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(variables)
        .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(not_started)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A command need not read what it is given; then the pipe breaks, or is closed with the command's end.
        std::thread::spawn(move || drop(pipe.write_all(&input)));
    }
    // Bounded, so that a flood waits in the pipe and not in our memory.
    let (sender, events) = mpsc::sync_channel(16);
    if let Some(pipe) = child.stdout.take() {
        pump(pipe, sender.clone(), Event::Output);
    }
    if let Some(pipe) = child.stderr.take() {
        pump(pipe, sender, Event::Error);
    }
    let mut heard = Heard { output: Vec::new(), error: Vec::new(), open: 2 };
    let ended = attend(&mut child, &events, &mut heard, bounds);
    if !matches!(ended, Ended::With(_)) {
        // It may have ended in between; either way it is reaped here.
        let _ = child.kill();
        let _ = child.wait();
    }
    heard.judge(program, ended, bounds)
}

fn pump<R: Read + Send + 'static>(mut pipe: R, sender: SyncSender<Event>, wrap: fn(Vec<u8>) -> Event) {
    // Detached on purpose: a process left behind by the command can hold the pipe open for ever.
    std::thread::spawn(move || {
        let mut buffer = [0; 4_096];
        while let Ok(length) = pipe.read(&mut buffer) {
            let part = buffer.get(..length).unwrap_or_default().to_vec();
            if length == 0 || sender.send(wrap(part)).is_err() {
                break;
            }
        }
        // The receiver may be gone already; then nobody waits for this.
        let _ = sender.send(Event::Closed);
    });
}

enum Ended {
    With(ExitStatus),
    TooSlow,
    TooMuch,
    Lost(std::io::Error),
}

/// Collects output until the command has ended and its pipes are closed, or a bound is crossed.
fn attend(child: &mut Child, events: &Receiver<Event>, heard: &mut Heard, bounds: Bounds) -> Ended {
    let deadline = Instant::now() + bounds.time;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match &ended {
            Some((status, at)) if heard.open == 0 || at.elapsed() > GRACE => return Ended::With(*status),
            None if Instant::now() >= deadline => return Ended::TooSlow,
            _ => {}
        }
        match events.recv_timeout(TICK) {
            Ok(event) => heard.take(event),
            Err(RecvTimeoutError::Timeout) => {}
            // Both pipes are closed; only the command's end is waited for.
            Err(RecvTimeoutError::Disconnected) => std::thread::park_timeout(TICK),
        }
        if heard.output.len() > bounds.output {
            return Ended::TooMuch;
        }
        if ended.is_none() {
            match child.try_wait() {
                Ok(status) => ended = status.map(|status| (status, Instant::now())),
                Err(error) => return Ended::Lost(error),
            }
        }
    }
}

struct Heard {
    output: Vec<u8>,
    error: Vec<u8>,
    open: u8,
}

impl Heard {
    fn take(&mut self, event: Event) {
        match event {
            Event::Output(part) => self.output.extend(part),
            Event::Error(part) => {
                self.error.extend(part);
                let surplus = self.error.len().saturating_sub(QUOTED);
                self.error.drain(..surplus);
            }
            Event::Closed => self.open = self.open.saturating_sub(1),
        }
    }

    fn judge(self, program: &str, ended: Ended, bounds: Bounds) -> Result<Vec<u8>, ProcessError> {
        let program = program.to_owned();
        match ended {
            Ended::TooMuch => Err(ProcessError::TooMuch { program, limit: bounds.output }),
            Ended::TooSlow => {
                Err(ProcessError::TooSlow { program, limit: bounds.time, stderr: self.quoted() })
            }
            Ended::Lost(error) => {
                Err(ProcessError::Failed { program, status: error.to_string(), stderr: self.quoted() })
            }
            Ended::With(status) if status.success() => Ok(self.output),
            Ended::With(status) => {
                let status = status.to_string();
                Err(ProcessError::Failed { program, status, stderr: self.quoted() })
            }
        }
    }

    /// The end of the standard error, unless a line of the output stands in it.
    fn quoted(&self) -> String {
        let text = String::from_utf8_lossy(&self.error).trim().to_owned();
        let output = String::from_utf8_lossy(&self.output);
        let repeats = output.lines().map(str::trim).any(|line| !line.is_empty() && text.contains(line));
        if repeats { "(not shown: it repeats the output)".to_owned() } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { time: Duration::from_secs(20), output: 1_000 };

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn shell(script: &str, bounds: Bounds) -> Result<Secret, ProcessError> {
        run(&words(&["sh", "-c", script]), bounds)
    }

    #[test]
    fn output_is_returned_and_no_shell_is_involved() {
        let output = run(&words(&["echo", "$HOME; a  b"]), BOUNDS).unwrap();
        assert_eq!(output.expose(), "$HOME; a  b\n");
        assert_eq!(shell("cat; echo end", BOUNDS).unwrap().expose(), "end\n", "standard input is not empty");
    }

    #[test]
    fn a_command_is_given_input_and_variables_and_need_not_take_them() {
        let given = |length| Given {
            input: vec![b'x'; length],
            variables: vec![("EVENTCTL_TEST_GIVEN".to_owned(), "a b\n$c".to_owned())],
        };
        let feed = |script: &str, length| feed(&words(&["sh", "-c", script]), given(length), BOUNDS);
        let check = "test \"$EVENTCTL_TEST_GIVEN\" = 'a b\n$c' && test \"$(wc -c)\" -eq 300000";
        feed(check, 300_000).unwrap();
        feed("exit 0", 300_000).unwrap();
        feed("exec <&-; printf '\\377'", 300_000).unwrap();
        let failed = feed("cat >&2; exit 3", 5).unwrap_err();
        assert_eq!(failed.to_string(), "`sh` ended with exit status: 3; it said: xxxxx");
    }

    #[test]
    fn a_failure_quotes_standard_error_and_never_the_output() {
        let failed = shell("echo canary-7f3a; echo broken >&2; exit 3", BOUNDS).unwrap_err();
        assert_eq!(failed.to_string(), "`sh` ended with exit status: 3; it said: broken");
        assert!(!format!("{failed:?}").contains("canary"));
        let repeated = shell("echo canary-7f3a; echo got canary-7f3a >&2; exit 3", BOUNDS).unwrap_err();
        assert!(repeated.to_string().ends_with("it said: (not shown: it repeats the output)"), "{repeated}");
        let signal = shell("kill -9 $$", BOUNDS).unwrap_err();
        assert!(signal.to_string().contains("signal: 9"), "{signal}");
        let binary = shell("printf '\\377'", BOUNDS).unwrap_err();
        assert!(binary.to_string().contains("not UTF-8"), "{binary}");
        let absent = run(&words(&["eventctl-no-such-program"]), BOUNDS).unwrap_err();
        assert!(absent.to_string().starts_with("cannot start `eventctl-no-such-program`"), "{absent}");
        assert!(matches!(run(&[], BOUNDS), Err(ProcessError::Empty)));
    }

    #[test]
    fn time_and_output_are_bounded() {
        let begun = Instant::now();
        let bounds = Bounds { time: Duration::from_millis(200), output: 1_000 };
        let slow = shell("echo waiting >&2; exec sleep 60", bounds).unwrap_err();
        assert_eq!(slow.to_string(), "`sh` was stopped: it took longer than 0.2 s; it said: waiting");
        let endless = shell("exec yes", BOUNDS).unwrap_err();
        assert_eq!(endless.to_string(), "`sh` was stopped: it wrote more than 1000 bytes");
        let noisy = shell("yes | head -c 100000 >&2; exit 1", BOUNDS).unwrap_err();
        assert!(noisy.to_string().len() < 1_200, "{} bytes are quoted", noisy.to_string().len());
        assert!(begun.elapsed() < Duration::from_secs(15), "took {:?}", begun.elapsed());
    }

    #[test]
    fn a_process_left_behind_does_not_hold_us() {
        let begun = Instant::now();
        assert_eq!(shell("sleep 15 & echo token", BOUNDS).unwrap().expose(), "token\n");
        assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
        let bounds = Bounds { time: Duration::from_millis(200), output: 1_000 };
        assert!(matches!(shell("exec >&- 2>&-; exec sleep 15", bounds), Err(ProcessError::TooSlow { .. })));
        assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
    }
}
