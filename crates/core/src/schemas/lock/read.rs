//! From a lock's text to a [`Lock`], with every line that is wrong.

use std::collections::BTreeMap;

use super::{Line, Lock, LockedVersion};
use crate::schemas::folder::{folder_name, subject_of_folder};
use crate::yaml::{Diagnostic, Diagnostics, Source, Span, shown};

const FORM: &str = "a line is `<subject> v<N> <SHA-256>`, with one space between them";

pub(super) fn read(source: &Source) -> Result<Lock, Vec<Diagnostic>> {
    let mut reading = Reading {
        findings: Diagnostics::new(&source.name),
        lines: Vec::new(),
        seen: BTreeMap::new(),
        last: None,
    };
    let mut start = 0;
    for (index, whole) in source.text.split_inclusive('\n').enumerate() {
        let text = whole.strip_suffix('\n').unwrap_or(whole);
        // A byte order mark is no part of the first line.
        let mark = if index == 0 { text.len() - text.trim_start_matches('\u{feff}').len() } else { 0 };
        let text = text.get(mark..).unwrap_or_default();
        reading.line(text, start + mark, index + 1);
        start += whole.len();
    }
    let Reading { findings, lines, .. } = reading;
    if findings.is_free_of_errors() { Ok(Lock::of(lines)) } else { Err(findings.finish()) }
}

struct Reading {
    findings: Diagnostics,
    lines: Vec<Line>,
    seen: BTreeMap<(String, u32), Span>,
    /// The line before, by what lines are sorted by.
    last: Option<(String, u32)>,
}

impl Reading {
    fn line(&mut self, text: &str, start: usize, line: usize) {
        if text.is_empty() || text.starts_with('#') {
            self.lines.push(Line::Remark(text.to_owned()));
            return;
        }
        let place = |from: usize, to: usize| {
            let column = text.get(..from).unwrap_or_default().chars().count() + 1;
            Span { start: start + from, end: start + to, line, column }
        };
        match parts(text) {
            Ok((subject, number, hash)) => {
                let span = place(0, text.len());
                self.sorted(LockedVersion { subject, number, hash, span });
            }
            Err(Wrong { from, to, message, help }) => {
                self.findings.error_with_help(place(from, to), &message, help);
            }
        }
    }

    fn sorted(&mut self, locked: LockedVersion) {
        let order = (folder_name(locked.subject.as_str()), locked.number);
        if let Some(first) = self.seen.get(&order) {
            let message = format!("{} v{} stands twice", shown(&order.0), order.1);
            let finding = Diagnostic::error(self.findings.source(), locked.span, &message)
                .with_label(*first, "first here")
                .with_help("keep the line that was committed first");
            self.findings.push(finding);
            return;
        }
        if let Some((subject, number)) = self.last.as_ref().filter(|last| **last > order) {
            let message =
                format!("{} v{} stands after {} v{number}", shown(&order.0), order.1, shown(subject));
            let help = "lines are sorted by subject, then by number: move it up";
            self.findings.error_with_help(locked.span, &message, help);
        } else {
            self.last = Some(order.clone());
        }
        self.seen.insert(order, locked.span);
        self.lines.push(Line::Locked(locked));
    }
}

struct Wrong {
    from: usize,
    to: usize,
    message: String,
    help: &'static str,
}

/// Takes a line apart from its end, because a subject may hold spaces.
fn parts(text: &str) -> Result<(crate::name::SubjectName, u32, super::ContentHash), Wrong> {
    let whole = |message: &str, help| Wrong { from: 0, to: text.len(), message: message.to_owned(), help };
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| text.starts_with(mark)) {
        return Err(whole(
            "a merge left its mark here",
            "keep the lines of both sides, sorted; none may differ",
        ));
    }
    if text.ends_with('\r') {
        let help = "keep git from changing line ends: write `schemas.lock -text` and `*.avsc -text` into .gitattributes";
        return Err(whole("this line ends as on Windows", help));
    }
    let Some((rest, hash_text)) = text.rsplit_once(' ') else {
        return Err(whole("this is no line of a lock", FORM));
    };
    let Some((name, version)) = rest.rsplit_once(' ') else {
        return Err(whole("this is no line of a lock", FORM));
    };
    let hash = hash_text.parse().map_err(|error: super::hash::NoHash| Wrong {
        from: rest.len() + 1,
        to: text.len(),
        message: error.to_string(),
        help: "write `eventctl schema lock`'s own line, or remove the line and lock the version again",
    })?;
    let number = version.strip_prefix('v').and_then(|digits| {
        let number: u32 = digits.parse().ok()?;
        (number > 0 && number.to_string() == digits).then_some(number)
    });
    let Some(number) = number else {
        let message = format!("{} is no version of a file", shown(version));
        return Err(Wrong { from: name.len() + 1, to: rest.len(), message, help: "write v1, v2 and so on" });
    };
    let Some(subject) = subject_of_folder(name) else {
        let message = format!("no subject's folder is called {}", shown(name));
        return Err(Wrong { from: 0, to: name.len(), message, help: FORM });
    };
    Ok((subject, number, hash))
}
