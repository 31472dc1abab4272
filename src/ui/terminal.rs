//! Questions on the controlling terminal. Stdin may be data and stdout a file: neither is asked.

use std::fs::File;
use std::io::{Read, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::failure::Failure;
use crate::gate::Ask;
use crate::render::escape::Escaped;
use crate::stop::Stop;

/// The controlling terminal, if there is one.
pub struct Terminal {
    stop: Stop,
}

/// An answer longer than this is none.
const ANSWER_LIMIT: usize = 4_096;

impl Terminal {
    /// A terminal whose questions a signal ends.
    #[must_use]
    pub fn new(stop: Stop) -> Self {
        Terminal { stop }
    }

    fn ask(&self, question: &str) -> Result<Option<String>, Failure> {
        let opened = File::options().read(true).write(true).open("/dev/tty");
        let Ok(mut terminal) = opened else { return Ok(None) };
        let written = write!(terminal, "{} ", Escaped(question)).and_then(|()| terminal.flush());
        written.map_err(|error| Failure::machine(format!("cannot ask on the terminal: {error}")))?;
        self.line(&mut terminal).map(Some)
    }

    fn line(&self, terminal: &mut File) -> Result<String, Failure> {
        let mut answer = Vec::new();
        loop {
            if let Some(signal) = self.stop.signal() {
                let _ = terminal.write_all(b"\n");
                return Err(Failure::interrupted(signal));
            }
            let wait = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
            let ready = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&wait));
            if !matches!(ready, Ok(count) if count > 0) {
                continue;
            }
            let mut buffer = [0; 256];
            let count = terminal.read(&mut buffer);
            let count =
                count.map_err(|error| Failure::machine(format!("cannot read from the terminal: {error}")))?;
            answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
            // No bytes: the terminal was closed (or Ctrl-D was typed), which is no consent.
            if count == 0 || answer.contains(&b'\n') || answer.len() > ANSWER_LIMIT {
                return Ok(String::from_utf8_lossy(&answer).trim().to_owned());
            }
        }
    }
}

impl Ask for Terminal {
    fn yes(&mut self, question: &str) -> Result<Option<bool>, Failure> {
        let answer = self.ask(&format!("{question} [y/N]"))?;
        Ok(answer.map(|answer| matches!(answer.to_lowercase().as_str(), "y" | "yes")))
    }

    fn word(&mut self, question: &str) -> Result<Option<String>, Failure> {
        self.ask(question)
    }
}
