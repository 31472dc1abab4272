//! How the deletion of groups looks, before and after.

use eventctl_core::groups::delete::{
    DELETE_KIND, DeleteItem, DeleteOutcome, DeletePlan, DeleteReport, Verdict,
};
use eventctl_core::human;
use serde::Serialize;

use super::offsets;
use crate::render::page::{Page, Tone};
use crate::render::report::Report;

impl Report for DeletePlan {
    const KIND: &'static str = DELETE_KIND;

    fn wire(&self) -> impl Serialize {
        self.untouched().wire()
    }

    fn text(&self, page: &mut Page) {
        page.lit("Cluster ");
        match &self.cluster {
            Some(id) => page.tone(Tone::Strong, id),
            None => page.lit("of unknown id"),
        };
        page.lit("\n\n");
        for item in &self.items {
            planned(item, page);
        }
        let stay = self.items.len() - self.doomed().len();
        page.lit("\nPlan: delete ").tone(Tone::Strong, human::plural(self.doomed().len(), "group"));
        page.lit(", ").val(stay).lit(" not deleted\n");
        page.lit("Commits in topics that this principal may not see go too: they are not shown and cannot be put back.\n");
    }
}

fn planned(item: &DeleteItem, page: &mut Page) {
    match &item.verdict {
        Verdict::Delete(_) => {
            page.tone(Tone::Bad, "- delete ").tone(Tone::Strong, &item.group);
            let lost = item.lost().unwrap_or_default();
            if lost.is_empty() {
                page.lit(": it has no commits that this principal may see\n");
                return;
            }
            page.lit(": with these commits (partition @ next offset)\n");
            for topic in &lost {
                page.lit("    ").val(&topic.topic).lit(": ").line(offsets(topic));
            }
        }
        Verdict::Stay(reason) => {
            page.tone(Tone::Bad, "! ").tone(Tone::Strong, &item.group).lit(": ").line(reason);
        }
        Verdict::Missing => {
            page.tone(Tone::Bad, "! ").tone(Tone::Strong, &item.group).lit(": there is no such group\n");
        }
        Verdict::Unknown(what, fault) => {
            page.tone(Tone::Notable, "? ").tone(Tone::Strong, &item.group).lit(": ").val(what);
            page.lit(" could not be found out (").val(fault).lit(")\n");
        }
    }
}

impl Report for DeleteReport {
    const KIND: &'static str = DELETE_KIND;

    fn wire(&self) -> impl Serialize {
        DeleteReport::wire(self)
    }

    fn text(&self, page: &mut Page) {
        for (item, outcome) in &self.items {
            let (tone, word) = match outcome {
                DeleteOutcome::Done => (Tone::Good, "deleted"),
                DeleteOutcome::Gone => (Tone::Good, "was gone already"),
                DeleteOutcome::Missing => (Tone::Bad, "there is no such group"),
                DeleteOutcome::Refused { .. } => (Tone::Bad, "not deleted"),
                DeleteOutcome::Unknown { .. } => (Tone::Notable, "unknown"),
                DeleteOutcome::NotTried => (Tone::Notable, "not tried"),
            };
            page.tone(Tone::Strong, &item.group).lit(": ").tone(tone, word);
            let (reason, fault) = outcome.reason();
            if let Some(reason) = reason {
                page.lit(": ").val(reason);
            }
            match fault {
                Some(fault) => page.lit(" (").val(fault).lit(")\n"),
                None => page.end(),
            };
        }
    }
}
