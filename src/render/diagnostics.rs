//! Lays findings about a file out as compilers do: the line, a caret below it, what is wrong and what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use eventctl_core::yaml::{Diagnostic, Severity, Source};
use serde::Serialize;

use super::escape::{Escaped, is_dangerous};

/// How much of a line is shown around what is wrong in it.
const WIDTH: usize = 120;

/// Lays all findings out, each followed by an empty line. The text is escaped and may be printed as it is.
#[must_use]
pub fn layout(source: &Source, findings: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(WIDTH);
    let mut text = String::new();
    for finding in findings {
        text.push_str(&one(source, finding, &renderer));
        text.push_str("\n\n");
    }
    text
}

fn one(source: &Source, finding: &Diagnostic, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = Escaped(&finding.message).to_string();
    let title = level.primary_title(message);
    let mut group = if finding.private {
        // The line may hold a secret: only its place is told.
        let span = finding.span();
        let place = Origin::path(Escaped(&source.name).to_string()).line(span.line).char_column(span.column);
        title.element(place)
    } else {
        title.element(Excerpt::of(source, finding).snippet(source, finding))
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(Escaped(help).to_string()));
    }
    let report: &[Group<'_>] = &[group];
    renderer.render(report)
}

/// The lines that a finding's labels lie on, made harmless without moving a byte more than needed.
struct Excerpt {
    text: String,
    first_line: usize,
    /// Each label's place in `text`.
    places: Vec<std::ops::Range<usize>>,
}

impl Excerpt {
    fn of(source: &Source, finding: &Diagnostic) -> Excerpt {
        let text = source.text.as_str();
        let begin = finding.labels.iter().map(|label| label.span.start).min().unwrap_or(0).min(text.len());
        let end =
            finding.labels.iter().map(|label| label.span.end).max().unwrap_or(0).clamp(begin, text.len());
        let first = text.get(..begin).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
        let lines = text.get(first..last).unwrap_or_default();
        let first_line = finding.labels.iter().map(|label| label.span.line).min().unwrap_or(1).max(1);
        let places = finding.labels.iter();
        let places =
            places.map(|label| label.span.start.saturating_sub(first)..label.span.end.saturating_sub(first));
        harmless(lines, first_line, places.collect())
    }

    fn snippet<'a>(
        &self,
        source: &Source,
        finding: &'a Diagnostic,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let mut snippet = Snippet::source(self.text.clone())
            .line_start(self.first_line)
            .path(Escaped(&source.name).to_string());
        for (index, (label, place)) in finding.labels.iter().zip(&self.places).enumerate() {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(place.clone());
            let text = Escaped(&label.text).to_string();
            snippet = snippet.annotation(if text.is_empty() { annotation } else { annotation.label(text) });
        }
        snippet
    }
}

/// Replaces what could act on a terminal by U+FFFD, and moves the labels accordingly.
fn harmless(lines: &str, first_line: usize, places: Vec<std::ops::Range<usize>>) -> Excerpt {
    let dangerous = |character: char| is_dangerous(character) && !matches!(character, '\n' | '\t');
    let mut text = String::with_capacity(lines.len());
    // The new place of each old byte, and of the end.
    let mut moved = Vec::with_capacity(lines.len() + 1);
    for character in lines.chars() {
        moved.extend(std::iter::repeat_n(text.len(), character.len_utf8()));
        match character {
            '\r' => {}
            other if dangerous(other) => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
    let end = text.len();
    moved.push(end);
    let place = |old: usize| moved.get(old).copied().unwrap_or(end);
    let places =
        places.into_iter().map(|old| place(old.start)..place(old.end).max(place(old.start))).collect();
    Excerpt { text, first_line, places }
}

/// A finding in JSON.
#[derive(Debug, Serialize)]
pub struct FindingWire {
    severity: &'static str,
    file: String,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
}

impl From<&Diagnostic> for FindingWire {
    fn from(finding: &Diagnostic) -> Self {
        let span = finding.span();
        FindingWire {
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            file: finding.source.clone(),
            line: span.line,
            column: span.column,
            message: finding.message.clone(),
            help: finding.help.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventctl_core::yaml::Span;

    #[test]
    fn the_line_is_shown_with_a_caret_and_a_help() {
        let source = Source::new("topics.yaml", "version: 1\ntopics:\n  a: { retenton: 7d }\n");
        let span = Span { start: 26, end: 34, line: 3, column: 8 };
        let finding = Diagnostic::error("topics.yaml", span, "unknown key `retenton`")
            .with_help("did you mean `retention`?");
        let text = layout(&source, &[finding], false);
        let expected = "error: unknown key `retenton`\n --> topics.yaml:3:8\n  |\n3 |   a: { retenton: 7d }\n  |        ^^^^^^^^\n  |\n  = help: did you mean `retention`?\n\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_of_a_file_reaches_the_terminal_unescaped() {
        let text = "a: \u{1b}[2J\u{202e}x\r\nb: 1\n";
        let source = Source::new("ev\u{1b}il.yaml", text);
        let span = Span { start: 3, end: 12, line: 1, column: 4 };
        let finding =
            Diagnostic::error("x", span, "bad \u{1b}]0;t").with_help("h\u{7}").with_label(span, "l\u{9b}");
        let shown = layout(&source, &[finding], false);
        assert!(!shown.chars().any(|c| c != '\n' && is_dangerous(c)), "{shown:?}");
    }

    #[test]
    fn the_line_of_a_private_finding_is_not_shown() {
        let source = Source::new("t", "url: http://u:c4n4ry@h\n");
        let span = Span { start: 5, end: 22, line: 1, column: 6 };
        let finding = Diagnostic { private: true, ..Diagnostic::error("t", span, "no credentials here") };
        let shown = layout(&source, &[finding], false);
        assert!(shown.contains("t:1:6") && !shown.contains("c4n4ry"), "{shown}");
    }

    #[test]
    fn labels_beyond_the_text_do_no_harm() {
        let source = Source::new("t", "\u{e4}");
        for (start, end) in [(0, 0), (1, 1), (2, 2), (5, 9), (2, 1)] {
            let finding = Diagnostic::error("t", Span { start, end, line: 1, column: 1 }, "m");
            assert!(layout(&source, &[finding], false).contains('m'));
        }
    }
}
