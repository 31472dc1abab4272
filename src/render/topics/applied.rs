//! How the report of an apply looks.

use eventctl_core::human;
use eventctl_core::topics::apply::{APPLY_KIND, ApplyReport, ItemOutcome};
use serde::Serialize;

use crate::render::page::{Page, Tone};
use crate::render::report::Report;

impl Report for ApplyReport {
    const KIND: &'static str = APPLY_KIND;

    fn wire(&self) -> impl Serialize {
        self.wire()
    }

    fn text(&self, page: &mut Page) {
        for item in &self.items {
            let (tone, word) = match &item.outcome {
                ItemOutcome::Done => (Tone::Good, "done"),
                ItemOutcome::AlreadySo => (Tone::Good, "already so"),
                ItemOutcome::Refused { .. } => (Tone::Bad, "refused"),
                ItemOutcome::Failed { .. } => (Tone::Bad, "failed"),
                ItemOutcome::Unresolved { .. } => (Tone::Notable, "unresolved"),
                ItemOutcome::NotTried { .. } => (Tone::Notable, "not tried"),
            };
            page.val(item.key.action.name())
                .lit(" ")
                .tone(Tone::Strong, &item.key.topic)
                .lit(": ")
                .tone(tone, word);
            match &item.outcome {
                ItemOutcome::Done | ItemOutcome::AlreadySo => page.end(),
                ItemOutcome::Refused { fault } => page.lit(": ").line(fault),
                ItemOutcome::NotTried { reason } => page.lit(": ").line(reason),
                ItemOutcome::Failed { reason, fault } | ItemOutcome::Unresolved { reason, fault } => {
                    page.lit(": ").val(reason);
                    match fault {
                        Some(fault) => page.lit(" (").val(fault).lit(")\n"),
                        None => page.end(),
                    }
                }
            };
        }
        if self.items.is_empty() {
            page.lit("Nothing to apply\n");
            rest(self, page);
            return;
        }
        let counts = self.counts();
        page.lit("\nApplied: ").val(counts.done + counts.already_so).lit(" done");
        for (count, word) in [
            (counts.refused, "refused"),
            (counts.failed, "failed"),
            (counts.unresolved, "unresolved"),
            (counts.not_tried, "not tried"),
        ] {
            if count > 0 {
                page.lit(", ").val(count).lit(" ").lit(word);
            }
        }
        page.end();
        rest(self, page);
    }
}

/// What no change of the plan mends.
fn rest(report: &ApplyReport, page: &mut Page) {
    let (findings, unknown) = (report.findings.len(), report.unknown.len());
    if findings + unknown > 0 {
        page.tone(Tone::Notable, "Left as it is").lit(": ").val(human::plural(findings, "finding")).lit(", ");
        page.val(unknown).lit(" unknown: eventctl topics plan --check\n");
    }
}
