//! How a list of subjects looks.

use eventctl_core::human;
use eventctl_core::schemas::State;
use std::collections::BTreeSet;

use eventctl_core::name::SubjectName;
use eventctl_core::schemas::listing::{LIST_KIND, SubjectList, SubjectRow, VersionRow};
use eventctl_core::schemas::register::Standing;
use serde::Serialize;

use super::standing::{self, Asked, AskedWire, StandingWire};
use super::{LevelWire, state_word};
use crate::render::page::{Cell, Page, Table, Tone, cell};
use crate::render::report::Report;

/// How many versions of a subject are named in a table.
const NAMED: usize = 12;

/// The subjects, and the registry's side where it was asked.
pub struct Listed<'a> {
    /// The subjects.
    pub list: &'a SubjectList,
    /// Whether the registry was asked.
    pub asked: Asked,
    /// What it holds, by subject.
    pub standings: &'a [Standing],
}

#[derive(Serialize)]
struct ListWire<'a> {
    folder: &'a str,
    registry: AskedWire<'a>,
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
    /// What the registry holds of it, where it was asked.
    registry: Option<StandingWire<'a>>,
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

impl Listed<'_> {
    fn standing(&self, row: &SubjectRow) -> Option<&Standing> {
        self.standings.iter().find(|standing| standing.subject == row.subject.as_str())
    }

    /// Subjects that were named and that nobody has, in files or in the registry.
    #[must_use]
    pub fn absent(&self, only: Option<&BTreeSet<SubjectName>>) -> Vec<SubjectName> {
        let held = |name: &str| {
            let mut standings = self.standings.iter();
            let unknown = !matches!(self.asked, Asked::Yes { .. });
            unknown
                || standings.any(|one| {
                    let none = one.versions.as_ref().is_ok_and(Vec::is_empty) && one.deleted.is_empty();
                    one.subject == name && !none
                })
        };
        let filed = |name: &SubjectName| {
            let mut rows = self.list.subjects.iter();
            rows.any(|row| row.subject == *name && !row.versions.is_empty())
        };
        let names = only.into_iter().flatten();
        names.filter(|name| !filed(name) && !held(name.as_str())).cloned().collect()
    }
}

impl Report for Listed<'_> {
    const KIND: &'static str = LIST_KIND;

    fn wire(&self) -> impl Serialize {
        let subject =
            |row| SubjectWire { registry: self.standing(row).map(StandingWire::from), ..subject(row) };
        ListWire {
            folder: &self.list.folder,
            registry: self.asked.wire(),
            subjects: self.list.subjects.iter().map(subject).collect(),
            summary: summary(self.list),
        }
    }

    fn text(&self, page: &mut Page) {
        let asked = matches!(self.asked, Asked::Yes { .. });
        let mut heading = vec!["SUBJECT", "VERSIONS", "LOCK", "LEVEL"];
        if asked {
            heading.extend(["REGISTRY", "IN FORCE", "AGREE"]);
        }
        let mut table = Table::new(&heading);
        for row in &self.list.subjects {
            let mut cells = cells(row);
            if asked {
                cells.extend(standing::cells(self.standing(row)));
            }
            table.row(cells);
        }
        if !self.list.subjects.is_empty() {
            page.table(&table).end();
        }
        for standing in self.standings {
            for remark in standing::remarks(standing) {
                page.tone(Tone::Strong, &standing.subject).lit(": ").line(remark);
            }
        }
        let summary = summary(self.list);
        page.val(human::plural(summary.subjects, "subject")).lit(", ");
        page.val(human::plural(summary.versions, "version")).lit(", ");
        page.val(summary.locked).lit(" locked, in ").val(&self.list.folder);
        page.lit("; registry: ").line(self.asked.words());
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
        registry: None,
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
