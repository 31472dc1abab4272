//! How the report of a registration looks.

use eventctl_core::schemas::register::{Item, ItemKey, ItemOutcome, REGISTER_KIND, RegisterReport};
use serde::Serialize;

use crate::render::page::{Page, Tone};
use crate::render::report::Report;

impl Report for RegisterReport {
    const KIND: &'static str = REGISTER_KIND;

    fn wire(&self) -> impl Serialize {
        RegisterReport::wire(self)
    }

    fn text(&self, page: &mut Page) {
        let counts = self.counts();
        // What was there before and stays is told only by its number, unless it is all there is.
        let changed = self.items.iter().any(|item| !is_as_before(item));
        let told = |item: &&Item| !changed || !is_as_before(item);
        // What is unknown of a level is said below, with the registry's answer.
        let known = |item: &&Item| match &item.outcome {
            ItemOutcome::NotTried { reason, .. } => !self
                .unknown
                .iter()
                .any(|(subject, unknown)| subject == item.key.subject() && unknown.text == *reason),
            _ => true,
        };
        for item in self.items.iter().filter(told).filter(known) {
            self::item(item, page);
        }
        for (subject, unknown) in &self.unknown {
            page.tone(Tone::Notable, "? ").tone(Tone::Strong, subject).lit(": ").val(&unknown.text);
            match &unknown.fault {
                Some(fault) => page.lit(" (").val(&fault.message).lit(")\n"),
                None => page.end(),
            };
        }
        if !changed && self.unknown.is_empty() {
            page.lit("Nothing to register: ")
                .val(counts.existing)
                .lit(" registered at ")
                .line(&self.registry);
            return;
        }
        page.lit("Registered: ").val(counts.done).lit(" done");
        for (count, word) in [
            (counts.existing, "there before"),
            (counts.left_out, "left out"),
            (counts.refused, "refused"),
            (counts.failed, "failed"),
            (counts.unresolved, "unresolved"),
            (counts.not_tried, "not tried"),
        ] {
            if count > 0 {
                page.lit(", ").val(count).lit(" ").lit(word);
            }
        }
        page.lit(", at ").line(&self.registry);
    }
}

fn is_as_before(item: &Item) -> bool {
    matches!(item.outcome, ItemOutcome::Existing(_) | ItemOutcome::LeftOut)
}

fn item(item: &Item, page: &mut Page) {
    page.tone(Tone::Strong, item.key.subject());
    match &item.key {
        ItemKey::Level { .. } => match item.level {
            Some(level) => page.lit(" level ").val(level),
            None => page.lit(" level"),
        },
        ItemKey::Version { file, .. } => page.lit(" v").val(file),
    };
    let (tone, word) = match &item.outcome {
        ItemOutcome::Done(_) => (Tone::Good, "done"),
        ItemOutcome::Existing(_) => (Tone::Good, "there"),
        ItemOutcome::LeftOut => (Tone::Faint, "left out"),
        ItemOutcome::Refused { by_registry: true, .. } => (Tone::Bad, "refused by the registry"),
        ItemOutcome::Refused { by_registry: false, .. } => (Tone::Bad, "refused, not tried"),
        ItemOutcome::Failed { .. } => (Tone::Bad, "failed"),
        ItemOutcome::Unresolved { .. } => (Tone::Notable, "unresolved"),
        ItemOutcome::NotTried { .. } => (Tone::Notable, "not tried"),
    };
    page.lit(": ").tone(tone, word);
    match &item.outcome {
        ItemOutcome::Done(found) | ItemOutcome::Existing(found) => match found {
            Some(found) => page.lit(", version ").val(found.version).lit(", id ").line(found.id),
            None => page.end(),
        },
        ItemOutcome::LeftOut => page.end(),
        ItemOutcome::Refused { reasons, .. } => {
            page.end();
            for reason in reasons {
                page.lit("  ").line(reason);
            }
            page
        }
        ItemOutcome::NotTried { reason, .. } => page.lit(": ").line(reason),
        ItemOutcome::Failed { reason, fault } | ItemOutcome::Unresolved { reason, fault } => {
            page.lit(": ").val(reason);
            match fault {
                Some(fault) => page.lit(" (").val(&fault.message).lit(")\n"),
                None => page.end(),
            }
        }
    };
}
