//! How a plan to register looks.

use eventctl_core::human;
use eventctl_core::risk::Risk;
use eventctl_core::schemas::register::{
    LevelPlan, PLAN_KIND, Plan, SubjectPlan, Unknown, Verdict, VersionPlan, VersionState,
};
use serde::Serialize;

use crate::render::page::{Page, Tone};
use crate::render::report::Report;

impl Report for Plan {
    const KIND: &'static str = PLAN_KIND;

    fn wire(&self) -> impl Serialize {
        Plan::wire(self)
    }

    fn text(&self, page: &mut Page) {
        page.lit("registry ").line(&self.registry);
        for subject in self.subjects.iter().filter(|subject| !subject.is_settled()) {
            self::subject(subject, page);
        }
        summary(self, page);
    }
}

fn subject(subject: &SubjectPlan, page: &mut Page) {
    page.tone(Tone::Strong, &subject.subject);
    if subject.deleted {
        page.lit(" (deleted before)");
    } else if subject.new {
        page.lit(" (new)");
    }
    page.end();
    level(&subject.level, page);
    for planned in &subject.versions {
        version(planned, page);
    }
    unknowns(&subject.unknown, page);
    for note in &subject.notes {
        page.lit("  ").tone(Tone::Faint, "note").lit(": ").line(note);
    }
}

fn level(level: &LevelPlan, page: &mut Page) {
    match level {
        LevelPlan::LeftAlone | LevelPlan::InForce | LevelPlan::Unknown { .. } => {}
        LevelPlan::Set(change) => {
            page.lit("  ").tone(Tone::Notable, "~").lit(" level ").val(change.from.word());
            page.lit(" -> ").val(change.to).lit(" (").val(change.from.word()).lit(" is ");
            page.val(change.from.origin.words()).lit(")\n");
            if let Some(loses) = &change.loses {
                page.lit("    ").tone(Tone::Bad, Risk::CompatibilityLower).lit(": ").line(loses);
            }
        }
        LevelPlan::NotGranted { enforced } => {
            page.lit("  ")
                .tone(Tone::Bad, "!")
                .lit(" level NONE is not granted: the registry enforces its default, ");
            page.val(enforced).lit(", whatever a subject says\n");
        }
    }
}

fn version(planned: &VersionPlan, page: &mut Page) {
    let mut begin = |tone, mark| {
        page.lit("  ").tone(tone, mark).lit(" v").val(planned.file);
    };
    match &planned.state {
        VersionState::Registered(found) => {
            begin(Tone::Plain, "=");
            page.lit(" is version ").val(found.version).lit(", id ").line(found.id);
        }
        VersionState::SameAs { file } => {
            begin(Tone::Plain, "=");
            page.lit(" says what v").val(file).lit(" says: one version is enough\n");
        }
        VersionState::LeftOut => {
            begin(Tone::Faint, "-");
            page.lit(" left out\n");
        }
        VersionState::Added { verdict } => {
            begin(Tone::Good, "+");
            match verdict {
                Verdict::First => page.end(),
                Verdict::NotDemanded => page.lit(" (the level demands nothing)\n"),
                Verdict::Compatible { with } => page.lit(" fits ").line(human::list(with, 10)),
                Verdict::Incompatible { .. } => page.end(),
                Verdict::Unknown { why } => page.lit(" (only the registry judges: ").val(why).lit(")\n"),
            };
        }
        VersionState::Refused { reasons } => {
            begin(Tone::Bad, "!");
            page.lit(" does not fit\n");
            for reason in reasons {
                page.lit("    ").line(reason);
            }
        }
        VersionState::HeldBack { reason, .. } => {
            begin(Tone::Notable, "-");
            page.lit(" held back: ").line(reason);
        }
    }
}

/// What could not be found out, a line each.
pub(super) fn unknowns(unknown: &[Unknown], page: &mut Page) {
    for one in unknown {
        page.lit("  ").tone(Tone::Notable, "?").lit(" ").val(&one.text);
        match &one.fault {
            Some(fault) => page.lit(" (").val(&fault.message).lit(")\n"),
            None => page.end(),
        };
    }
}

fn summary(plan: &Plan, page: &mut Page) {
    let (findings, unknown) = (plan.findings(), plan.unknown());
    if plan.is_empty() {
        match (findings, unknown) {
            (0, 0) => page.tone(Tone::Good, "Nothing to register").lit(": "),
            (_, 0) => page.lit("Nothing that register could do, but see the findings above: "),
            // What could not be seen may still have to be done.
            _ => page.lit("Nothing to do in what could be seen, the rest is unknown: "),
        };
    } else {
        let (levels, versions) = (plan.levels().count(), plan.additions().count());
        let parts = [(levels, "set", "level"), (versions, "register", "version")];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<String> =
            parts.map(|(count, verb, noun)| format!("{verb} {}", human::plural(count, noun))).collect();
        page.lit("Plan: ").tone(Tone::Strong, parts.join(", ")).lit("; ");
    }
    page.val(human::plural(plan.subjects.len(), "subject"));
    page.lit(", ").val(human::plural(findings, "finding")).lit(", ").val(unknown).lit(" unknown\n");
}
