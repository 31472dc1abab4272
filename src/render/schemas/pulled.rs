//! How a pull looks.

use eventctl_core::human;
use eventctl_core::schemas::folder_name;
use eventctl_core::schemas::pull::{PULL_KIND, Pull, PullState, PulledVersion};
use serde::Serialize;

use crate::render::page::{Page, Tone};
use crate::render::report::Report;

#[derive(Serialize)]
struct PullWire<'a> {
    #[serde(flatten)]
    pull: &'a Pull,
    summary: PullCounts,
}

#[derive(Serialize, Default)]
struct PullCounts {
    written: usize,
    existing: usize,
    same_as: usize,
    refused: usize,
    failed: usize,
    absent: usize,
    unknown: usize,
}

fn counts(pull: &Pull) -> PullCounts {
    let unknown = pull.subjects.iter().filter(|subject| subject.fault.is_some()).count();
    let absent = pull.subjects.iter().filter(|subject| subject.absent).count();
    let mut counts = PullCounts { absent, unknown, ..PullCounts::default() };
    for version in pull.versions() {
        let slot = match version.state {
            PullState::Written { .. } => &mut counts.written,
            PullState::Existing => &mut counts.existing,
            PullState::SameAs { .. } => &mut counts.same_as,
            PullState::Refused { .. } => &mut counts.refused,
            PullState::Failed { .. } => &mut counts.failed,
        };
        *slot += 1;
    }
    counts
}

impl Report for Pull {
    const KIND: &'static str = PULL_KIND;

    fn wire(&self) -> impl Serialize {
        PullWire { pull: self, summary: counts(self) }
    }

    fn text(&self, page: &mut Page) {
        for subject in &self.subjects {
            if let Some(fault) = &subject.fault {
                page.tone(Tone::Notable, "? ").tone(Tone::Strong, &subject.subject);
                page.lit(": its versions could not be read (").val(&fault.message).lit(")\n");
            }
            if subject.absent {
                page.tone(Tone::Bad, "! ").tone(Tone::Strong, &subject.subject);
                page.lit(": the registry has no such subject\n");
            }
            for version in subject.versions.iter().filter(|version| version.state != PullState::Existing) {
                self::version(&subject.subject, version, page);
            }
        }
        let counts = counts(self);
        page.lit("Pulled: ").val(human::plural(counts.written, "new file"));
        for (count, word) in [
            (counts.existing, "there before"),
            (counts.same_as, "that say what others say"),
            (counts.refused, "refused"),
            (counts.failed, "failed"),
            (counts.absent, "not there"),
            (counts.unknown, "unknown"),
        ] {
            if count > 0 {
                page.lit(", ").val(count).lit(" ").lit(word);
            }
        }
        page.lit("; in ").line(&self.folder);
    }
}

fn version(subject: &str, version: &PulledVersion, page: &mut Page) {
    let (mark, tone) = match version.state {
        PullState::Written { .. } => ("+ ", Tone::Good),
        PullState::Existing | PullState::SameAs { .. } => ("= ", Tone::Plain),
        PullState::Refused { .. } | PullState::Failed { .. } => ("! ", Tone::Bad),
    };
    page.tone(tone, mark).tone(Tone::Strong, subject);
    if let Some(file) = version.file {
        page.lit(" v").val(file);
    }
    page.lit(": the registry's version ").val(version.version).lit(", id ").val(version.id);
    match &version.state {
        // A subject that is no name of a folder has one by another name.
        PullState::Written { .. } if folder_name(subject) != subject => {
            page.lit(", in the folder ").line(folder_name(subject))
        }
        PullState::Written { .. } | PullState::Existing => page.end(),
        PullState::SameAs { same_as } => page.lit(", which says what version ").val(same_as).lit(" says\n"),
        PullState::Refused { reason } => page.lit(", is not written: ").line(reason),
        PullState::Failed { reason } => page.lit(", could not be written: ").line(reason),
    };
}
