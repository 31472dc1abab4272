//! Findings about a file, as plain data: what is wrong, where, and what to do next.
//!
//! A file's findings are collected, never thrown: a reader sees all of them at once. Texts of the file appear in
//! messages as they are; whoever prints them escapes them.

use std::collections::BTreeSet;
use std::fmt;

use super::source::Span;

/// How much a finding matters. Errors sort before warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file may not be used.
    Error,
    /// The file may be used.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// A place with a word about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// The name of the source all labels lie in.
    pub source: String,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the primary place first, then places that explain it.
    pub labels: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
    /// True where the lines of the labels may hold a secret and are not to be shown; the message never holds one.
    pub private: bool,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(source: &str, span: Span, message: &str) -> Self {
        Self::new(Severity::Error, source, span, message)
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(source: &str, span: Span, message: &str) -> Self {
        Self::new(Severity::Warning, source, span, message)
    }

    fn new(severity: Severity, source: &str, span: Span, message: &str) -> Self {
        let labels = vec![Label { span, text: String::new() }];
        Self {
            severity,
            source: source.to_owned(),
            message: message.to_owned(),
            labels,
            help: None,
            private: false,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }

    /// Adds a further place that explains the finding.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: &str) -> Self {
        self.labels.push(Label { span, text: text.to_owned() });
        self
    }

    /// The primary place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map_or_else(Span::start, |label| label.span)
    }
}

/// One line for tests and logs: `file:line:column: error: message`, then the help on a line of its own.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { line, column, .. } = self.span();
        write!(formatter, "{}:{line}:{column}: {}: {}", self.source, self.severity, self.message)?;
        match &self.help {
            Some(help) => write!(formatter, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// How many findings of one file are kept; the rest are counted.
pub const FINDINGS_LIMIT: usize = 1_000;

/// How many names may be compared to find suggestions for one file.
const COMPARISONS_LIMIT: usize = 200_000;

/// The findings of one file while they are collected. Bounded: what is too much is counted and said.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    source: String,
    items: Vec<Diagnostic>,
    dropped: usize,
    comparisons_left: usize,
}

impl Diagnostics {
    /// Begins the collection for the source of this name.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), items: Vec::new(), dropped: 0, comparisons_left: COMPARISONS_LIMIT }
    }

    /// The name of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.items.len() < FINDINGS_LIMIT {
            self.items.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Adds an error.
    pub fn error(&mut self, span: Span, message: &str) {
        self.push(Diagnostic::error(&self.source, span, message));
    }

    /// Adds an error that says what to do next.
    pub fn error_with_help(&mut self, span: Span, message: &str, help: &str) {
        self.push(Diagnostic::error(&self.source, span, message).with_help(help));
    }

    /// Adds a warning that says what to do next.
    pub fn warning(&mut self, span: Span, message: &str, help: &str) {
        self.push(Diagnostic::warning(&self.source, span, message).with_help(help));
    }

    /// Finds the candidate that a misspelt text most likely meant. Says nothing once a file has asked too often.
    pub fn near_miss<'a>(
        &mut self,
        text: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        let affordable = candidates.into_iter().take(self.comparisons_left);
        let mut compared = 0;
        let best = near_miss(text, affordable.inspect(|_| compared += 1));
        self.comparisons_left -= compared;
        best.map(str::to_owned)
    }

    /// True while no error was added.
    #[must_use]
    pub fn is_free_of_errors(&self) -> bool {
        self.dropped == 0 && self.items.iter().all(|item| item.severity != Severity::Error)
    }

    /// The findings so far, in the order they were made.
    #[must_use]
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// The findings by position, each once. Where some were dropped, a last one says how many.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.items.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut seen = BTreeSet::new();
        self.items.retain(|item| seen.insert((item.span(), item.message.clone())));
        if self.dropped > 0 {
            let message = format!("{} further findings are not shown", self.dropped);
            let last = self.items.last().map_or_else(Span::start, Diagnostic::span);
            self.items.push(Diagnostic::error(&self.source, last, &message));
        }
        self.items
    }
}

fn order(item: &Diagnostic) -> (Span, Severity, &str) {
    (item.span(), item.severity, &item.message)
}

/// Finds the candidate nearest to a misspelt text: at most a third of its letters may differ, and never more than 3.
/// Of equally near ones the first wins.
pub fn near_miss<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = text.chars().take(101).count();
    if length > 100 {
        return None;
    }
    if length < 3 {
        return None;
    }
    let allowed = (length / 3).min(3);
    let lower = text.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(text.len()) > 3 * allowed || candidate == text {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A text of the file as it stands in a message: between back quotes, cut where it is long.
#[must_use]
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_near() {
        let known = ["retention", "partitions", "replication_factor", "key"];
        let rows = [
            ("retension", Some("retention")),
            ("Retention", Some("retention")),
            ("partition", Some("partitions")),
            ("kye", Some("key")),
            ("colour", None),
            ("retention", None),
            ("", None),
            ("ke", None),
        ];
        for (text, expected) in rows {
            assert_eq!(near_miss(text, known), expected, "{text:?}");
        }
        assert_eq!(near_miss(&"a".repeat(1_000_000), known), None, "a huge text is not compared");
    }

    #[test]
    fn findings_are_sorted_unique_and_bounded() {
        let at = |start: usize| Span { start, end: start, line: 1, column: start + 1 };
        let mut few = Diagnostics::new("f");
        few.error(at(5), "b");
        few.error(at(1), "a");
        few.error(at(5), "b");
        let lines: Vec<String> = few.finish().iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["f:1:2: error: a", "f:1:6: error: b"]);

        let mut many = Diagnostics::new("f");
        for start in 0..FINDINGS_LIMIT + 7 {
            many.error(at(start), "x");
        }
        let all = many.finish();
        assert_eq!(all.len(), FINDINGS_LIMIT + 1);
        assert_eq!(all.last().unwrap().message, "7 further findings are not shown");
    }

    #[test]
    fn suggestions_end_when_a_file_asks_too_often() {
        let names: Vec<String> = (0..1_000).map(|n| format!("name-{n:04}")).collect();
        let mut findings = Diagnostics::new("f");
        let answers = (0..300)
            .filter_map(|_| findings.near_miss("name-00001", names.iter().map(String::as_str)))
            .count();
        assert_eq!(answers, 200, "200,000 comparisons are 200 questions about 1,000 names");
    }
}
