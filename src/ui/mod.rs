//! The terminal: data to stdout, talk to stderr, questions to the controlling terminal.

mod progress;
pub mod screen;
mod terminal;

use std::io::{ErrorKind, IsTerminal, Write};

pub use progress::Bar;
pub use terminal::Terminal;

use eventctl_core::yaml::{Diagnostic, Source};

use crate::failure::{Failure, Kind};
use crate::render::diagnostics;
use crate::render::escape::Escaped;
use crate::render::page::{Page, Tone};
use crate::render::report::{self, Report};

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document; of streams, an object a line.
    Json,
    /// Records: the decoded values alone.
    Value,
    /// Records: keys and values.
    KeyValue,
    /// Records: bytes between separators.
    Raw,
    /// Records: as `Json`, Avro data in Avro's own JSON.
    AvroJson,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the user said about output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// The format of reports.
    pub format: Format,
    /// When colours are used.
    pub colour: ColourChoice,
    /// True where the environment asks for no colours (`NO_COLOR`, `TERM=dumb`).
    pub colourless_environment: bool,
    /// `-q`: no notes and no progress; warnings and errors stay.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbose: u8,
}

/// Prints. Passed by reference; holds no state but what the user said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ui {
    style: Style,
}

impl Ui {
    /// Prints as the user said.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Ui { style }
    }

    /// What the user said.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Prints a report to stdout, as text or as a JSON document.
    ///
    /// # Errors
    /// `BrokenPipe` where the reader has gone, `Machine` where stdout cannot be written.
    pub fn show<R: Report>(&self, value: &R) -> Result<(), Failure> {
        let text = match self.style.format {
            Format::Json => report::document(value),
            _ => report::text(value, self.colour(std::io::stdout().is_terminal())),
        };
        self.data(&text)
    }

    /// Prints a report's text to stderr: a plan before its question.
    pub fn preview<R: Report>(&self, value: &R) {
        let text = report::text(value, self.colour(std::io::stderr().is_terminal()));
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints text that is data to stdout: a script, a file's content. The text is the caller's own, not escaped.
    ///
    /// # Errors
    /// `BrokenPipe` where the reader has gone, `Machine` where stdout cannot be written.
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::new(Kind::BrokenPipe, "the reader of stdout has gone"),
            _ => Failure::machine(format!("cannot write to stdout: {error}")),
        })
    }

    /// Lays findings about a file out on stderr.
    pub fn findings(&self, source: &Source, findings: &[Diagnostic]) {
        let text = diagnostics::layout(source, findings, self.colours_stderr());
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Says something in passing, unless `-q`.
    pub fn note(&self, text: impl std::fmt::Display) {
        if !self.style.quiet {
            self.talk(|page| {
                page.line(text);
            });
        }
    }

    /// Says on stderr what a stream came to. Not silenced by `-q`.
    pub fn say(&self, write: impl FnOnce(&mut Page)) {
        self.talk(write);
    }

    /// Warns. Not silenced by `-q`.
    pub fn warn(&self, text: impl std::fmt::Display) {
        self.talk(|page| {
            page.tone(Tone::Notable, "warning").lit(": ").line(text);
        });
    }

    /// Says details that `-v` asks for.
    pub fn detail(&self, text: impl std::fmt::Display) {
        if self.style.verbose > 0 {
            self.talk(|page| {
                page.tone(Tone::Faint, text).end();
            });
        }
    }

    /// Prints a failure to stderr; a broken pipe is silence.
    pub fn failure(&self, failure: &Failure) {
        match failure.kind() {
            Kind::BrokenPipe => return,
            Kind::Declined | Kind::Interrupted(_) => self.talk(|page| {
                page.line(failure.story());
            }),
            _ if failure.is_rendered() => {
                let _ = std::io::stderr().lock().write_all(failure.story().as_bytes());
            }
            _ => self.talk(|page| {
                page.tone(Tone::Bad, "error").lit(": ");
                lines(page, &failure.story());
            }),
        }
        self.talk(|page| {
            for hint in failure.hints() {
                page.tone(Tone::Good, "hint").lit(": ").line(hint);
            }
        });
    }

    /// Shows how far work has come, on a terminal and unless `-q`; `done` is looked at while it runs.
    #[must_use]
    pub fn progress(
        &self,
        what: &'static str,
        total: usize,
        done: impl Fn() -> usize + Send + 'static,
    ) -> Bar {
        if self.style.quiet || !std::io::stderr().is_terminal() {
            return Bar::hidden();
        }
        Bar::start(what, total, done)
    }

    /// True where stdout is a terminal.
    #[must_use]
    pub fn is_on_terminal(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// True where text that goes to stdout may be coloured.
    #[must_use]
    pub fn colours_stdout(&self) -> bool {
        self.colour(std::io::stdout().is_terminal())
    }

    /// True where text that goes to stderr may be coloured.
    #[must_use]
    pub fn colours_stderr(&self) -> bool {
        self.colour(std::io::stderr().is_terminal())
    }

    fn talk(&self, write: impl FnOnce(&mut Page)) {
        let mut page = Page::new(self.colours_stderr());
        write(&mut page);
        // Nobody is left to be told when stderr is gone.
        let _ = std::io::stderr().lock().write_all(page.into_text().as_bytes());
    }

    fn colour(&self, terminal: bool) -> bool {
        match self.style.colour {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => terminal && !self.style.colourless_environment,
        }
    }
}

/// Puts down a story of one or more lines: each is escaped on its own, so that a line end is the only thing that a
/// foreign text can add.
fn lines(page: &mut Page, story: &str) {
    for (index, line) in story.lines().enumerate() {
        if index > 0 {
            page.lit("  ");
        }
        page.line(Escaped(line));
    }
}
