//! How a deletion looks, before and after.

use eventctl_core::human;
use eventctl_core::risk::Risk;
use eventctl_core::schemas::delete::{DELETE_KIND, DeleteOutcome, DeletePlan, DeleteReport, DeleteState};
use serde::Serialize;

use crate::render::page::{Page, Tone};
use crate::render::report::Report;

impl Report for DeletePlan {
    const KIND: &'static str = DELETE_KIND;

    fn wire(&self) -> impl Serialize {
        DeletePlan::wire(self)
    }

    fn text(&self, page: &mut Page) {
        page.lit("registry ").line(&self.registry);
        page.tone(Tone::Bad, "- ").tone(Tone::Strong, &self.subject).lit(" version ").val(self.version);
        match &self.state {
            DeleteState::InUse(target) => {
                page.lit(", id ").line(target.id);
                page.lit("  ")
                    .tone(Tone::Bad, Risk::Delete)
                    .lit(": it is no longer listed, and no longer judged against\n");
            }
            DeleteState::Deleted => {
                page.lit(" was softly deleted already\n");
            }
            DeleteState::Absent { versions } if versions.is_empty() => {
                page.lit(": the registry has no such subject\n");
            }
            DeleteState::Absent { versions } => {
                page.lit(": there is none; there are ").line(human::list(versions, 20));
            }
        }
        for note in self.notes() {
            page.lit("  ").tone(Tone::Faint, "note").lit(": ").line(note);
        }
    }
}

impl Report for DeleteReport {
    const KIND: &'static str = DELETE_KIND;

    fn wire(&self) -> impl Serialize {
        DeleteReport::wire(self)
    }

    fn text(&self, page: &mut Page) {
        let (tone, word) = match &self.outcome {
            DeleteOutcome::Done => (Tone::Good, "deleted"),
            DeleteOutcome::Existing => (Tone::Good, "was deleted already"),
            DeleteOutcome::Absent => (Tone::Bad, "there is no such version"),
            DeleteOutcome::Refused { .. } => (Tone::Bad, "refused by the registry"),
            DeleteOutcome::Unresolved { .. } => (Tone::Notable, "unresolved"),
            DeleteOutcome::NotTried { .. } => (Tone::Notable, "not tried"),
        };
        page.tone(Tone::Strong, &self.plan.subject).lit(" version ").val(self.plan.version);
        page.lit(": ").tone(tone, word);
        match &self.outcome {
            DeleteOutcome::Done | DeleteOutcome::Existing | DeleteOutcome::Absent => page.end(),
            DeleteOutcome::Refused { reason } | DeleteOutcome::NotTried { reason } => {
                page.lit(": ").line(reason)
            }
            DeleteOutcome::Unresolved { reason, fault } => {
                page.lit(": ").val(reason);
                match fault {
                    Some(fault) => page.lit(" (").val(&fault.message).lit(")\n"),
                    None => page.end(),
                }
            }
        };
    }
}
