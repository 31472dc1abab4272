//! What is wrong with a filter, and what went wrong while one ran.

use std::fmt::{self, Write as _};
use std::ops::Range;

use crate::codec::project::ProjectError;

/// How many characters of a line an error shows.
const LINE_LIMIT: usize = 100;
/// How many of them stand before the place that is meant, where the line is longer.
const BEFORE_LIMIT: usize = 60;
/// How much of a value an error shows.
const VALUE_LIMIT: usize = 160;

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    text: String,
    at: Range<usize>,
    message: String,
    help: Option<String>,
}

impl FilterError {
    pub(super) fn new(text: &str, at: Range<usize>, message: impl Into<String>) -> Self {
        FilterError { text: text.to_owned(), at, message: message.into(), help: None }
    }

    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        FilterError { help: Some(help.into()), ..self }
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The bytes of the text that are meant.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.at.clone()
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The line that is meant, and below it another one with carets under the place. A long line is cut.
    #[must_use]
    pub fn marked(&self) -> String {
        let (before, rest) = self.text.split_at_checked(self.at.start).unwrap_or((&self.text, ""));
        let before = before.rsplit('\n').next().unwrap_or_default();
        let rest = rest.split('\n').next().unwrap_or_default();
        let meant = self.text.get(self.at.clone()).unwrap_or_default().split('\n').next().unwrap_or_default();
        let before: Vec<char> = before.chars().map(visible).collect();
        let dropped = before.len().saturating_sub(BEFORE_LIMIT);
        let mut line: String = if dropped > 0 { "…".to_owned() } else { String::new() };
        line.extend(before.iter().skip(dropped));
        let indent = line.chars().count();
        let room = LINE_LIMIT.saturating_sub(indent);
        line.extend(rest.chars().map(visible).take(room));
        if rest.chars().nth(room).is_some() {
            line.push('…');
        }
        let carets = meant.chars().count().clamp(1, room.max(1));
        format!("{line}\n{}{}", " ".repeat(indent), "^".repeat(carets))
    }

    /// The line of the place, from 1, and the character in it, from 1.
    fn place(&self) -> (usize, usize) {
        let before = self.text.get(..self.at.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
    }
}

/// One column wide, and nothing that moves a cursor.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        control if control.is_control() => '�',
        other => other,
    }
}

impl std::error::Error for FilterError {}

impl fmt::Display for FilterError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            (1, column) => write!(formatter, "{} (character {column} of the filter)", self.message),
            (line, column) => {
                write!(formatter, "{} (line {line}, character {column} of the filter)", self.message)
            }
        }
    }
}

/// What a filter says of one record.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// The record is one of those that are looked for.
    Match,
    /// It is not.
    NoMatch,
    /// The filter fails on this record, and so does not match it: `.a` of a string, say.
    Failed(RunError),
    /// The value cannot be read.
    Unreadable(ProjectError),
}

impl Verdict {
    /// Tells whether the record is one of those that are looked for.
    #[must_use]
    pub fn is_match(&self) -> bool {
        matches!(self, Verdict::Match)
    }
}

impl From<Result<bool, RunError>> for Verdict {
    fn from(result: Result<bool, RunError>) -> Self {
        match result {
            Ok(true) => Verdict::Match,
            Ok(false) => Verdict::NoMatch,
            Err(error) => Verdict::Failed(error),
        }
    }
}

/// Why a filter fails on a record.
///
/// It is written only when it is shown, because a filter may fail on every one of many records.
#[derive(Debug, Clone)]
pub struct RunError(pub(super) Reason);

#[derive(Debug, Clone)]
pub(super) enum Reason {
    /// As jq says it.
    Jq(Box<jaq_json::Error>),
    /// A field is asked of what has none.
    Index { path: String, found: &'static str, name: String },
    /// The filter takes more steps than one record may cost.
    Steps(u64),
    /// The key is said to be JSON, and is not.
    Key,
}

impl std::error::Error for RunError {}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Jq(error) => formatter.write_str(&shortened(error)),
            Reason::Index { path, found, name } => {
                write!(formatter, "cannot read {name:?} of {path}, which is {found}")
            }
            Reason::Steps(limit) => {
                write!(formatter, "the filter takes more than {limit} steps on this record")
            }
            Reason::Key => formatter.write_str("the key is no JSON"),
        }
    }
}

/// The beginning of what a value says; the rest, which may be long, is never written.
fn shortened(value: &impl fmt::Display) -> String {
    struct Short {
        text: String,
        left: usize,
    }
    impl fmt::Write for Short {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            for character in part.chars() {
                self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
                self.text.push(character);
            }
            Ok(())
        }
    }
    let mut short = Short { text: String::new(), left: VALUE_LIMIT };
    if write!(short, "{value}").is_err() {
        short.text.push('…');
    }
    short.text
}
