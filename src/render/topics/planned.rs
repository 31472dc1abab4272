//! How a topic plan looks.

use eventctl_core::human;
use eventctl_core::topics::change::{Action, Alteration, Change, Creation, SettingChange};
use eventctl_core::topics::plan::{FindingKind, PLAN_KIND, Plan, PlannedChange, Unmanaged, Validation};
use serde::Serialize;

use super::{shown_value, unknowns};
use crate::render::page::{Page, Tone};
use crate::render::report::Report;

/// How many names of unmanaged topics are shown; JSON has them all.
const NAMES_SHOWN: usize = 10;

impl Report for Plan {
    const KIND: &'static str = PLAN_KIND;

    fn wire(&self) -> impl Serialize {
        self.wire(env!("CARGO_PKG_VERSION"))
    }

    fn text(&self, page: &mut Page) {
        heading(self, page);
        for planned in &self.changes {
            change(planned, page);
        }
        // What the brokers would refuse stands with the change.
        for finding in self.findings.iter().filter(|finding| finding.kind != FindingKind::Refused) {
            page.tone(Tone::Bad, "! ").tone(Tone::Strong, &finding.topic).lit(": ").line(&finding.text);
        }
        unknowns(&self.unknown, page);
        for note in &self.notes {
            page.tone(Tone::Faint, "  note: ");
            if let Some(topic) = &note.topic {
                page.val(topic).lit(": ");
            }
            page.line(&note.text);
        }
        if let Some(reassignment) = self.reassignment() {
            page.lit("\nWhat kafka-reassign-partitions --reassignment-json-file takes, for the replication factors above:\n");
            page.line(reassignment.to_json());
        }
        unmanaged(&self.unmanaged, page);
        summary(self, page);
    }
}

fn heading(plan: &Plan, page: &mut Page) {
    page.lit("Cluster ");
    match &plan.cluster {
        Some(id) => page.tone(Tone::Strong, id),
        None => page.lit("of unknown id"),
    };
    if let Some(environment) = &plan.environment {
        page.lit(", environment ").tone(Tone::Strong, environment);
    }
    page.lit("\n\n");
}

fn change(planned: &PlannedChange, page: &mut Page) {
    match &planned.change {
        Change::Create(creation) => create(creation, page),
        Change::Grow(growth) => {
            page.tone(Tone::Notable, "~ grow ").tone(Tone::Strong, &growth.topic);
            page.lit(": ").val(growth.from).lit(" -> ").val(growth.to).lit(" partitions\n");
        }
        Change::Configure(alteration) => configure(alteration, page),
        Change::Delete(deletion) => {
            page.tone(Tone::Bad, "- delete ").tone(Tone::Strong, &deletion.topic).end();
        }
    }
    for risk in &planned.risks {
        page.lit("    ").tone(Tone::Bad, "risk ").tone(Tone::Bad, risk.risk).lit(": ").line(&risk.text);
    }
    for note in &planned.notes {
        page.lit("    ").tone(Tone::Faint, "note: ").line(note);
    }
    match &planned.validation {
        // Brokers cannot check a deletion beforehand, and nobody expects it.
        _ if planned.change.action() == Action::Delete => {}
        Validation::Valid => {}
        Validation::NotValidated { reason } => {
            page.lit("    ").tone(Tone::Faint, "not validated by the brokers: ").line(reason);
        }
        Validation::Refused { fault } => {
            page.lit("    ").tone(Tone::Bad, "the brokers would refuse it: ").line(fault);
        }
    }
}

fn create(creation: &Creation, page: &mut Page) {
    page.tone(Tone::Good, "+ create ").tone(Tone::Strong, &creation.topic).lit(": ");
    match creation.partitions {
        Some(partitions) => page.val(human::plural(usize::try_from(partitions).unwrap_or(0), "partition")),
        None => page.lit("the broker's default of partitions"),
    };
    match creation.replication_factor {
        Some(1) => page.lit(", 1 replica\n"),
        Some(replicas) => page.lit(", ").val(replicas).lit(" replicas\n"),
        None => page.lit(", the broker's default of replicas\n"),
    };
    for (key, value) in &creation.config {
        page.lit("    ").val(key).lit(" = ").line(shown_value(key, value));
    }
}

fn configure(alteration: &Alteration, page: &mut Page) {
    page.tone(Tone::Notable, "~ configure ").tone(Tone::Strong, &alteration.topic).end();
    for (key, setting) in &alteration.settings {
        page.lit("    ").val(key).lit(": ").val(value_before(key, setting)).lit(" -> ");
        match (&setting.to, &setting.inherited) {
            (Some(to), _) => page.line(shown_value(key, to)),
            (None, Some(inherited)) => page.lit("reset to the inherited ").line(shown_value(key, inherited)),
            (None, None) => page.lit("reset to what the broker has\n"),
        };
    }
}

fn value_before(key: &str, setting: &SettingChange) -> String {
    match &setting.from {
        Some(from) if setting.overridden => shown_value(key, from),
        Some(from) => format!("{} (inherited)", shown_value(key, from)),
        None => "a hidden value".to_owned(),
    }
}

fn unmanaged(unmanaged: &Unmanaged, page: &mut Page) {
    if !unmanaged.topics.is_empty() {
        page.lit("\nNot declared, not touched: ").val(human::plural(unmanaged.topics.len(), "topic"));
        page.lit(" (").val(human::list(&unmanaged.topics, NAMES_SHOWN)).lit(")\n");
    }
    if !unmanaged.overrides.is_empty() {
        page.lit("\nSet on declared topics without being named by the catalog, not touched:\n");
        for one in &unmanaged.overrides {
            page.lit("    ").val(&one.topic).lit(": ").val(&one.key).lit(" = ");
            match &one.value {
                Some(value) => page.line(shown_value(&one.key, value)),
                None => page.lit("(hidden)\n"),
            };
        }
    }
}

fn summary(plan: &Plan, page: &mut Page) {
    let counts = plan.counts();
    if counts.changes() + counts.findings + counts.unknown + plan.unmanaged.overrides.len() > 0 {
        page.end();
    }
    if plan.is_empty() {
        match (counts.findings, counts.unknown) {
            (0, 0) => page.tone(Tone::Good, "No changes").lit(": "),
            (_, 0) => page.lit("Nothing that apply could change, but see the findings above: "),
            // What could not be seen may still differ: that is never "no changes".
            _ => page.lit("Nothing to change in what could be seen, the rest is unknown: "),
        };
        page.val(human::plural(counts.declared, "topic")).lit(" declared");
        page.lit(", ")
            .val(human::plural(counts.findings, "finding"))
            .lit(", ")
            .val(counts.unknown)
            .lit(" unknown\n");
        return;
    }
    page.lit("Plan: ").tone(Tone::Strong, human::plural(counts.changes(), "change")).lit(" (");
    page.val(human::plural(counts.creates, "create")).lit(", ").val(human::plural(counts.growths, "growth"));
    page.lit(", ").val(human::plural(counts.settings, "setting")).lit(", ");
    page.val(human::plural(counts.deletes, "delete")).lit("), ");
    page.val(human::plural(counts.findings, "finding")).lit(", ").val(counts.unknown).lit(" unknown; ");
    page.val(human::plural(counts.declared, "topic")).lit(" declared\n");
}
