//! How a list of subjects looks.

use eventctl_core::human;
use eventctl_core::schemas::State;
use eventctl_core::schemas::listing::{LIST_KIND, SubjectList, SubjectRow, VersionRow};
use serde::Serialize;

use super::{LevelWire, state_word};
use crate::render::page::{Cell, Page, Table, Tone, cell};
use crate::render::report::Report;

/// How many versions of a subject are named in a table.
const NAMED: usize = 12;

#[derive(Serialize)]
struct ListWire<'a> {
    folder: &'a str,
    subjects: Vec<SubjectWire<'a>>,
    summary: SummaryWire,
}

#[derive(Serialize)]
struct SummaryWire {
    subjects: usize,
    versions: usize,
    locked: usize,
}

#[derive(Serialize)]
struct SubjectWire<'a> {
    subject: &'a str,
    levels: Vec<LevelWire<'a>>,
    versions: Vec<VersionWire<'a>>,
    /// What the registry has: it is not asked.
    registry: (),
}

#[derive(Serialize)]
struct VersionWire<'a> {
    version: u32,
    file: &'a str,
    sha256: Option<String>,
    state: &'static str,
    references: Vec<ReferenceWire<'a>>,
}

#[derive(Serialize)]
struct ReferenceWire<'a> {
    name: &'a str,
    subject: &'a str,
    version: u32,
}

fn state(row: &VersionRow) -> &'static str {
    row.state.map_or("missing", state_word)
}

fn summary(list: &SubjectList) -> SummaryWire {
    let versions = || list.subjects.iter().flat_map(|subject| &subject.versions);
    SummaryWire {
        subjects: list.subjects.len(),
        versions: versions().filter(|version| version.state.is_some()).count(),
        locked: versions().filter(|version| version.state == Some(State::Locked)).count(),
    }
}

impl Report for SubjectList {
    const KIND: &'static str = LIST_KIND;

    fn wire(&self) -> impl Serialize {
        ListWire {
            folder: &self.folder,
            subjects: self.subjects.iter().map(subject).collect(),
            summary: summary(self),
        }
    }

    fn text(&self, page: &mut Page) {
        let mut table = Table::new(&["SUBJECT", "VERSIONS", "LOCK", "LEVEL"]);
        for row in &self.subjects {
            table.row(cells(row));
        }
        if !self.subjects.is_empty() {
            page.table(&table).end();
        }
        let summary = summary(self);
        page.val(human::plural(summary.subjects, "subject")).lit(", ");
        page.val(human::plural(summary.versions, "version")).lit(", ");
        page.val(summary.locked).lit(" locked, in ").val(&self.folder).lit("; registry: not asked\n");
    }
}

fn cells(row: &SubjectRow) -> Vec<Cell> {
    let files = row.versions.iter().filter(|version| version.state.is_some());
    let names: Vec<String> = files.map(|version| format!("v{}", version.number)).collect();
    let of = |wanted: &str| -> Vec<String> {
        let these = row.versions.iter().filter(|version| state(version) == wanted);
        these.map(|version| format!("v{}", version.number)).collect()
    };
    let told = [
        ("new", "not locked"),
        ("changed", "changed"),
        ("missing", "without a file"),
        ("unreadable", "unreadable"),
    ];
    let told: Vec<String> = told
        .iter()
        .filter_map(|(word, words)| {
            let these = of(word);
            (!these.is_empty()).then(|| format!("{} {words}", human::list(&these, NAMED)))
        })
        .collect();
    let lock = match (told.is_empty(), row.versions.is_empty()) {
        (true, true) => cell("-"),
        (true, false) => cell("all").tone(Tone::Good),
        (false, _) => cell(told.join("; ")).tone(Tone::Notable),
    };
    let levels: Vec<String> = row.levels.iter().map(ToString::to_string).collect();
    let names = if names.is_empty() { "-".to_owned() } else { human::list(&names, NAMED) };
    vec![cell(&row.subject), cell(names), lock, cell(levels.join(", ")).tone(Tone::Faint)]
}

fn subject(row: &SubjectRow) -> SubjectWire<'_> {
    SubjectWire {
        subject: row.subject.as_str(),
        levels: row.levels.iter().map(LevelWire::from).collect(),
        versions: row.versions.iter().map(version).collect(),
        registry: (),
    }
}

fn version(row: &VersionRow) -> VersionWire<'_> {
    let references = row.references.iter().map(|(name, subject, version)| ReferenceWire {
        name,
        subject: subject.as_str(),
        version: *version,
    });
    VersionWire {
        version: row.number,
        file: &row.file,
        sha256: row.hash.map(|hash| hash.to_string()),
        state: state(row),
        references: references.collect(),
    }
}
