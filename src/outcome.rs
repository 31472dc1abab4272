//! How a command ended, and the exit code that says so. Exit codes are known in this file and in `failure` only.

/// How a command ended. Outcomes merge by severity: interrupted, then unknown, then findings, then clean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Done, nothing to report: 0.
    Clean,
    /// Done, and there is a finding: 1.
    Findings,
    /// Something could not be read, reached or finished, or ended unresolved: 3.
    Unknown,
    /// Stopped by a signal, in a consistent state: 128 plus the signal's number.
    Interrupted(Signal),
}

/// The signals that stop a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// `kill`.
    Terminate,
    /// The terminal is gone.
    Hangup,
}

impl Outcome {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Unknown => 3,
            Outcome::Interrupted(Signal::Hangup) => 129,
            Outcome::Interrupted(Signal::Interrupt) => 130,
            Outcome::Interrupted(Signal::Terminate) => 143,
        }
    }

    /// The graver of two outcomes.
    #[must_use]
    pub fn and(self, other: Outcome) -> Outcome {
        self.max(other)
    }

    /// `Findings` if there is one, else `Clean`.
    #[must_use]
    pub fn findings(any: bool) -> Outcome {
        if any { Outcome::Findings } else { Outcome::Clean }
    }

    /// `Unknown` if anything is, else `Clean`.
    #[must_use]
    pub fn unknown(any: bool) -> Outcome {
        if any { Outcome::Unknown } else { Outcome::Clean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_merge_by_severity() {
        let interrupted = Outcome::Interrupted(Signal::Interrupt);
        let rows = [
            (Outcome::Clean, Outcome::Clean, 0),
            (Outcome::Clean, Outcome::Findings, 1),
            (Outcome::Findings, Outcome::Unknown, 3),
            (Outcome::Unknown, interrupted, 130),
            (Outcome::Interrupted(Signal::Terminate), Outcome::Findings, 143),
            (Outcome::Interrupted(Signal::Hangup), Outcome::Unknown, 129),
        ];
        for (one, other, code) in rows {
            assert_eq!(one.and(other).code(), code, "{one:?} and {other:?}");
            assert_eq!(other.and(one).code(), code, "{other:?} and {one:?}");
        }
    }
}
