//! How the verdicts on subjects look. Errors of files go to stderr, laid out; JSON has them as data.

use eventctl_core::human;
use eventctl_core::schemas::FileFindings;
use eventctl_core::schemas::check::{CheckReport, Immutability, Remark, RemarkKind, SubjectReport, Verdict};
use eventctl_core::schemas::register::{self, Online, SubjectPlan};
use serde::Serialize;

use super::standing::{Asked, AskedWire};
use super::{LevelWire, RemarkWire, online};
use crate::render::diagnostics::FindingWire;
use crate::render::page::{Page, Tone};
use crate::render::report::Report;

/// What was found about subjects.
pub struct SchemaCheck<'a> {
    /// The verdicts.
    pub report: &'a CheckReport,
    /// What is wrong with schema files, references and the lock.
    pub broken: &'a [FileFindings],
    /// Whether the registry was asked.
    pub asked: &'a Asked,
    /// What it makes of the files, where it was asked.
    pub online: Option<&'a Online>,
    /// True where the text names every subject, and not only those of which there is something to say.
    pub whole: bool,
}

#[derive(Serialize)]
pub(in crate::render) struct CheckedWire<'a> {
    folder: &'a str,
    locked: Option<usize>,
    immutability: ImmutabilityWire<'a>,
    registry: AskedWire<'a>,
    subjects: Vec<SubjectWire<'a>>,
    file_findings: Vec<FindingWire>,
    summary: SummaryWire,
}

#[derive(Serialize)]
struct ImmutabilityWire<'a> {
    state: &'static str,
    reference: Option<&'a str>,
    commit: Option<&'a str>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct SubjectWire<'a> {
    subject: &'a str,
    levels: Vec<LevelWire<'a>>,
    versions: &'a [u32],
    offline: OfflineWire<'a>,
    /// What the registry makes of it, where it was asked.
    registry: Option<register::SubjectWire>,
}

#[derive(Serialize)]
struct OfflineWire<'a> {
    verdict: &'static str,
    compared: usize,
    findings: Vec<RemarkWire<'a>>,
    warnings: Vec<RemarkWire<'a>>,
    notes: Vec<RemarkWire<'a>>,
}

#[derive(Serialize)]
struct SummaryWire {
    subjects: usize,
    versions: usize,
    compatible: usize,
    incompatible: usize,
    single: usize,
    undemanded: usize,
    undecided: usize,
    unreadable: usize,
    no_files: usize,
    findings: usize,
    warnings: usize,
    registry_findings: usize,
    disagreements: usize,
    unknown: usize,
}

impl<'a> SchemaCheck<'a> {
    pub(in crate::render) fn as_wire(&self) -> CheckedWire<'a> {
        let findings = self.broken.iter().flat_map(|file| file.findings.iter().map(FindingWire::from));
        CheckedWire {
            folder: &self.report.folder,
            locked: self.report.locked,
            immutability: immutability(&self.report.immutability),
            registry: self.asked.wire(),
            subjects: self.report.subjects.iter().map(|subject| self.subject(subject)).collect(),
            file_findings: findings.collect(),
            summary: self.summary(),
        }
    }

    fn summary(&self) -> SummaryWire {
        let report = self.report;
        let sum = |of: fn(&SubjectReport) -> usize| report.subjects.iter().map(of).sum();
        SummaryWire {
            subjects: report.subjects.len(),
            versions: sum(|subject| subject.versions.len()),
            compatible: report.count(Verdict::Compatible),
            incompatible: report.count(Verdict::Incompatible),
            single: report.count(Verdict::Single),
            undemanded: report.count(Verdict::Undemanded),
            undecided: report.count(Verdict::Undecided),
            unreadable: report.count(Verdict::Unreadable),
            no_files: report.count(Verdict::NoFiles),
            findings: sum(|subject| subject.offline.findings.len()),
            warnings: sum(|subject| subject.offline.warnings.len()),
            registry_findings: self.online.map_or(0, |online| online.plan.findings()),
            disagreements: self.online.map_or(0, Online::disagreements),
            unknown: self.online.map_or(0, Online::unknown),
        }
    }

    fn registry_side(&self, subject: &SubjectReport) -> Option<(&Online, &SubjectPlan)> {
        let online = self.online?;
        Some((online, online.plan.subject(subject.subject.as_str())?))
    }

    fn subject(&self, report: &'a SubjectReport) -> SubjectWire<'a> {
        let side = self.registry_side(report);
        SubjectWire {
            registry: side.map(|(online, planned)| planned.wire(&online.opinions)),
            ..subject(report)
        }
    }

    /// The subjects of which there is something to say, and one line for all.
    pub(in crate::render) fn write(&self, page: &mut Page) {
        // Where nothing at all is locked, one line says it.
        let nothing_locked = self.report.locked == Some(0) && !self.report.subjects.is_empty();
        let told = |note: &&Remark| match note.kind {
            RemarkKind::NotLocked => !nothing_locked,
            // The verdict says it already.
            RemarkKind::Single => false,
            _ => true,
        };
        for subject in &self.report.subjects {
            let offline = &subject.offline;
            let notes: Vec<&Remark> = offline.notes.iter().filter(told).collect();
            let side = self.registry_side(subject);
            let silent = offline.findings.is_empty()
                && offline.warnings.is_empty()
                && notes.is_empty()
                && side.is_none_or(|(_, planned)| planned.is_settled());
            if silent && !self.whole {
                continue;
            }
            head(subject, page);
            for finding in &offline.findings {
                remark("finding", Tone::Bad, finding, page);
            }
            for warning in &offline.warnings {
                remark("warning", Tone::Notable, warning, page);
            }
            for note in notes {
                remark("note", Tone::Faint, note, page);
            }
            if let Some((online, planned)) = side {
                online::write(online, planned, offline.verdict == Verdict::Incompatible, page);
            }
        }
        self.foot(nothing_locked, page);
    }

    fn foot(&self, nothing_locked: bool, page: &mut Page) {
        let summary = self.summary();
        page.val(human::plural(summary.subjects, "subject")).lit(", ");
        page.val(human::plural(summary.versions, "version")).lit(": ");
        let counts = [
            (summary.compatible, "compatible", Tone::Good),
            (summary.incompatible, "incompatible", Tone::Bad),
            (summary.single, "with one version", Tone::Plain),
            (summary.undemanded, "of which nothing is demanded", Tone::Plain),
            (summary.undecided, "undecided", Tone::Notable),
            (summary.unreadable, "that cannot be read", Tone::Bad),
            (summary.no_files, "without files", Tone::Bad),
        ];
        for (count, words, tone) in counts.into_iter().filter(|(count, _, _)| *count > 0) {
            page.tone(tone, format!("{count} {words}")).lit(", ");
        }
        page.val(human::plural(summary.findings, "finding")).lit(", ");
        page.val(human::plural(summary.warnings, "warning")).end();
        let broken: usize = self.broken.iter().map(|file| file.findings.len()).sum();
        if broken > 0 {
            page.tone(Tone::Bad, human::plural(broken, "error")).lit(" in schema files or the lock\n");
        }
        if nothing_locked {
            page.lit("nothing is locked yet: eventctl schema lock\n");
        }
        match &self.report.immutability {
            Immutability::NotAsked => {}
            Immutability::Checked { reference, commit } => {
                page.lit("locked versions were held against ")
                    .val(reference)
                    .lit(" (")
                    .val(commit)
                    .lit(")\n");
            }
            Immutability::NotChecked { reference, reason } => {
                page.tone(Tone::Notable, "immutability not checked").lit(" against ").val(reference);
                page.lit(": ").line(reason);
            }
        }
    }
}

impl Report for SchemaCheck<'_> {
    const KIND: &'static str = "schema.check";

    fn wire(&self) -> impl Serialize {
        self.as_wire()
    }

    fn text(&self, page: &mut Page) {
        self.write(page);
        let summary = self.summary();
        page.lit("registry: ").val(self.asked.words());
        if self.online.is_some() {
            page.lit(": ").val(human::plural(summary.registry_findings, "finding"));
            page.lit(", ").val(human::plural(summary.disagreements, "disagreement"));
            page.lit(", ").val(summary.unknown).lit(" unknown");
        }
        page.end();
    }
}

fn head(subject: &SubjectReport, page: &mut Page) {
    let (words, tone) = match subject.offline.verdict {
        Verdict::Compatible => ("compatible under ", Tone::Good),
        Verdict::Incompatible => ("incompatible under ", Tone::Bad),
        Verdict::Single => ("one version, nothing to compare it with; ", Tone::Plain),
        Verdict::Undemanded => ("nothing is demanded under ", Tone::Plain),
        Verdict::Undecided => ("not decided under ", Tone::Notable),
        Verdict::Unreadable => ("not compared, because a file cannot be read; ", Tone::Bad),
        Verdict::NoFiles => ("there are no files; ", Tone::Bad),
    };
    let levels: Vec<String> = subject.levels.iter().map(ToString::to_string).collect();
    page.tone(Tone::Strong, &subject.subject).lit(": ").tone(tone, words).line(levels.join(", "));
}

fn remark(word: &'static str, tone: Tone, remark: &Remark, page: &mut Page) {
    page.lit("  ").tone(tone, word).lit(": ").line(&remark.text);
    if let Some(place) = &remark.place {
        page.lit("    at ").val(&place.file).lit(":").val(place.line).lit(":").val(place.column);
        if !place.pointer.is_empty() {
            page.lit(" (").val(&place.pointer).lit(")");
        }
        page.end();
    }
    if let Some(help) = &remark.help {
        page.lit("    help: ").line(help);
    }
}

fn immutability(immutability: &Immutability) -> ImmutabilityWire<'_> {
    let none = ImmutabilityWire { state: "not_asked", reference: None, commit: None, reason: None };
    match immutability {
        Immutability::NotAsked => none,
        Immutability::Checked { reference, commit } => {
            ImmutabilityWire { state: "checked", reference: Some(reference), commit: Some(commit), ..none }
        }
        Immutability::NotChecked { reference, reason } => ImmutabilityWire {
            state: "not_checked",
            reference: Some(reference),
            reason: Some(reason),
            ..none
        },
    }
}

fn subject(report: &SubjectReport) -> SubjectWire<'_> {
    let offline = &report.offline;
    SubjectWire {
        subject: report.subject.as_str(),
        levels: report.levels.iter().map(LevelWire::from).collect(),
        versions: &report.versions,
        offline: OfflineWire {
            verdict: offline.verdict.as_str(),
            compared: offline.compared,
            findings: offline.findings.iter().map(RemarkWire::from).collect(),
            warnings: offline.warnings.iter().map(RemarkWire::from).collect(),
            notes: offline.notes.iter().map(RemarkWire::from).collect(),
        },
        registry: None,
    }
}
