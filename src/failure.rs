//! A failure is a kind, a story and a next step. The kind alone decides the exit code; only `lib.rs` prints one.

use std::fmt;

use crate::outcome::{Outcome, Signal};

/// Who or what is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Wrong flags, or consent that was not given: nothing was tried.
    Usage,
    /// A wrong catalog, settings file, schema or other input: nothing was tried.
    Input,
    /// A plan whose ground has moved, or a cluster that is not the one meant: nothing was tried.
    Refused,
    /// The question was answered with no.
    Declined,
    /// A broker or registry could not be reached, denied, or did not answer in time.
    Cluster,
    /// This machine's files, terminal or processes failed.
    Machine,
    /// The reader of our output went away; commands that only read end with 0.
    BrokenPipe,
    /// A signal came before anything was changed.
    Interrupted(Signal),
}

/// Why a command could not do its work. What it did before failing is in a report, never here.
pub struct Failure {
    kind: Kind,
    story: Story,
    hints: Vec<String>,
}

enum Story {
    Error(anyhow::Error),
    /// Text that was laid out and escaped before (annotated source snippets).
    Rendered(String),
}

impl Failure {
    /// A failure of this kind, told in one sentence without a full stop.
    #[must_use]
    pub fn new(kind: Kind, story: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Failure { kind, story: Story::Error(anyhow::Error::msg(story)), hints: Vec::new() }
    }

    /// Wrong flags or missing consent (2).
    #[must_use]
    pub fn usage(story: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Failure::new(Kind::Usage, story)
    }

    /// Wrong input (2).
    #[must_use]
    pub fn input(story: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Failure::new(Kind::Input, story)
    }

    /// Brokers or registry (3).
    #[must_use]
    pub fn cluster(story: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Failure::new(Kind::Cluster, story)
    }

    /// This machine (3).
    #[must_use]
    pub fn machine(story: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Failure::new(Kind::Machine, story)
    }

    /// Stopped by a signal before anything was changed (129, 130, 143).
    #[must_use]
    pub fn interrupted(signal: Signal) -> Self {
        Failure::new(Kind::Interrupted(signal), "interrupted; nothing was changed")
    }

    /// Wrong input (2), told by diagnostics that `render` has laid out and escaped already.
    #[must_use]
    pub fn rendered(text: String) -> Self {
        Failure { kind: Kind::Input, story: Story::Rendered(text), hints: Vec::new() }
    }

    /// Adds a next step: something to type or to look at.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The failure of telling what was changed: a reader who has gone is no success there.
    #[must_use]
    pub fn of_a_change(self) -> Self {
        match self.kind {
            Kind::BrokenPipe => {
                Failure { kind: Kind::Machine, ..self }.hint("the changes were made; look at them again")
            }
            _ => self,
        }
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The story: the error and its causes, or text that was laid out before. Foreign text in it is not escaped yet,
    /// except where `is_rendered` says so.
    #[must_use]
    pub fn story(&self) -> String {
        match &self.story {
            Story::Error(error) => format!("{error:#}"),
            Story::Rendered(text) => text.clone(),
        }
    }

    /// True where the story was laid out and escaped before.
    #[must_use]
    pub fn is_rendered(&self) -> bool {
        matches!(self.story, Story::Rendered(_))
    }

    /// The next steps.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The process's exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self.kind {
            Kind::BrokenPipe => 0,
            Kind::Declined => 1,
            Kind::Usage | Kind::Input | Kind::Refused => 2,
            Kind::Cluster | Kind::Machine => 3,
            Kind::Interrupted(signal) => Outcome::Interrupted(signal).code(),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.kind, self.story())
    }
}
