//! How each level and each version of a plan ended.

use super::level::LevelPlan;
use super::matching::Match;
use super::plan::{Because, Plan, Step, SubjectPlan, Unknown, VersionState};
use crate::catalog::Compatibility;
use crate::fault::Fault;

/// The `kind` of a report's document.
pub const REGISTER_KIND: &str = "schema.register";

/// Which item of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKey {
    /// A subject's level.
    Level {
        /// The subject.
        subject: String,
    },
    /// A version.
    Version {
        /// The subject.
        subject: String,
        /// The file's number.
        file: u32,
    },
}

/// How an item ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOutcome {
    /// It was made; a version with its numbers.
    Done(Option<Match>),
    /// It was so already.
    Existing(Option<Match>),
    /// A file that is left out, which is no finding.
    LeftOut,
    /// It was refused, and nothing was changed.
    Refused {
        /// True where the registry refused it; false where we did, and it was not tried.
        by_registry: bool,
        /// Why, a sentence each.
        reasons: Vec<String>,
    },
    /// It did not come out as wanted.
    Failed {
        /// Why, in one sentence.
        reason: String,
        /// The answer, where one came.
        fault: Option<Fault>,
    },
    /// Whether it was made could not be found out.
    Unresolved {
        /// What is unknown, in one sentence.
        reason: String,
        /// The answer that left it unknown, where one came.
        fault: Option<Fault>,
    },
    /// It was not tried.
    NotTried {
        /// What it hangs on.
        because: Because,
        /// Why not, in one sentence.
        reason: String,
    },
}

impl ItemOutcome {
    /// True where it is as wanted.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, ItemOutcome::Done(_) | ItemOutcome::Existing(_))
    }

    /// The numbers of a version that is registered.
    #[must_use]
    pub fn registered(&self) -> Option<Match> {
        match self {
            ItemOutcome::Done(found) | ItemOutcome::Existing(found) => *found,
            _ => None,
        }
    }

    /// The outcome as a stable word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            ItemOutcome::Done(_) => "done",
            ItemOutcome::Existing(_) => "existing",
            ItemOutcome::LeftOut => "left_out",
            ItemOutcome::Refused { .. } => "refused",
            ItemOutcome::Failed { .. } => "failed",
            ItemOutcome::Unresolved { .. } => "unresolved",
            ItemOutcome::NotTried { .. } => "not_tried",
        }
    }
}

/// One item and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which one.
    pub key: ItemKey,
    /// For a level: the one that was declared.
    pub level: Option<Compatibility>,
    /// How it ended.
    pub outcome: ItemOutcome,
}

/// How everything ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterReport {
    /// The registry, as it may be shown.
    pub registry: String,
    /// Every level that differs and every version, by subject and number.
    pub items: Vec<Item>,
    /// What is worth knowing, by subject.
    pub notes: Vec<(String, String)>,
    /// What could not be found out, by subject.
    pub unknown: Vec<(String, Unknown)>,
    stopped: bool,
}

/// How many items ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct RegisterCounts {
    /// Made.
    pub done: usize,
    /// Were so already.
    pub existing: usize,
    /// Left out, which is no finding.
    pub left_out: usize,
    /// Refused by the registry or by our own verdict.
    pub refused: usize,
    /// Did not come out as wanted.
    pub failed: usize,
    /// Could not be found out.
    pub unresolved: usize,
    /// Not tried.
    pub not_tried: usize,
}

/// The reason of a step that nothing was said about yet.
const UNTRIED: &str = "register ended before it";

impl RegisterReport {
    /// Begins with every step of a plan not tried, so that none can be left out whatever happens.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut report = RegisterReport { registry: plan.registry.clone(), ..RegisterReport::default() };
        for subject in &plan.subjects {
            report.level(subject);
            for version in &subject.versions {
                let key = ItemKey::Version { subject: subject.subject.clone(), file: version.file };
                let outcome = of_state(&version.state);
                report.items.push(Item { key, level: None, outcome });
            }
            report.notes.extend(subject.notes.iter().map(|note| (subject.subject.clone(), note.clone())));
            let unknown = subject.unknown.iter().map(|unknown| (subject.subject.clone(), unknown.clone()));
            report.unknown.extend(unknown);
        }
        report
    }

    fn level(&mut self, subject: &SubjectPlan) {
        let outcome = match &subject.level {
            LevelPlan::LeftAlone | LevelPlan::InForce => return,
            LevelPlan::Set(_) => untried(),
            LevelPlan::NotGranted { enforced } => not_granted(*enforced),
            LevelPlan::Unknown { why, .. } => {
                ItemOutcome::NotTried { because: Because::Unknown, reason: why.clone() }
            }
        };
        let key = ItemKey::Level { subject: subject.subject.clone() };
        self.items.push(Item { key, level: subject.declared, outcome });
    }

    /// Says how an item ended. A later word replaces an earlier one.
    pub fn set(&mut self, key: &ItemKey, outcome: ItemOutcome) {
        if let Some(item) = self.items.iter_mut().find(|item| item.key == *key) {
            item.outcome = outcome;
        }
    }

    /// How an item ended so far.
    #[must_use]
    pub fn get(&self, key: &ItemKey) -> Option<&ItemOutcome> {
        self.items.iter().find(|item| item.key == *key).map(|item| &item.outcome)
    }

    /// Gives a reason to every step that was not tried and has none of its own.
    pub fn not_tried_because(&mut self, why: &str) {
        for item in &mut self.items {
            if let ItemOutcome::NotTried { reason, .. } = &mut item.outcome
                && reason == UNTRIED
            {
                self.stopped = true;
                why.clone_into(reason);
            }
        }
    }

    /// How many items ended in which way.
    #[must_use]
    pub fn counts(&self) -> RegisterCounts {
        let mut counts = RegisterCounts::default();
        for item in &self.items {
            let slot = match &item.outcome {
                ItemOutcome::Done(_) => &mut counts.done,
                ItemOutcome::Existing(_) => &mut counts.existing,
                ItemOutcome::LeftOut => &mut counts.left_out,
                ItemOutcome::Refused { .. } => &mut counts.refused,
                ItemOutcome::Failed { .. } => &mut counts.failed,
                ItemOutcome::Unresolved { .. } => &mut counts.unresolved,
                ItemOutcome::NotTried { .. } => &mut counts.not_tried,
            };
            *slot += 1;
        }
        counts
    }

    /// True where a step was left that nobody came to.
    #[must_use]
    pub fn was_stopped(&self) -> bool {
        self.stopped
    }

    /// True where something was refused or failed, or hangs on what was: a finding (1).
    #[must_use]
    pub fn has_findings(&self) -> bool {
        let finding = |outcome: &ItemOutcome| {
            matches!(
                outcome,
                ItemOutcome::Refused { .. }
                    | ItemOutcome::Failed { .. }
                    | ItemOutcome::NotTried { because: Because::Finding, .. }
            )
        };
        self.items.iter().any(|item| finding(&item.outcome))
    }

    /// True where something is unresolved, was not tried for want of knowledge, or could not be found out: unknown (3).
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        let unknown = |outcome: &ItemOutcome| {
            matches!(
                outcome,
                ItemOutcome::Unresolved { .. } | ItemOutcome::NotTried { because: Because::Unknown, .. }
            )
        };
        !self.unknown.is_empty() || self.items.iter().any(|item| unknown(&item.outcome))
    }
}

fn of_state(state: &VersionState) -> ItemOutcome {
    match state {
        VersionState::Registered(found) => ItemOutcome::Existing(Some(*found)),
        VersionState::SameAs { .. } | VersionState::Added { .. } => untried(),
        VersionState::LeftOut => ItemOutcome::LeftOut,
        VersionState::Refused { reasons } => {
            ItemOutcome::Refused { by_registry: false, reasons: reasons.clone() }
        }
        VersionState::HeldBack { because, reason } => {
            ItemOutcome::NotTried { because: *because, reason: reason.clone() }
        }
    }
}

fn untried() -> ItemOutcome {
    ItemOutcome::NotTried { because: Because::Unknown, reason: UNTRIED.to_owned() }
}

/// How a declared NONE ends that the registry does not grant.
pub(super) fn not_granted(enforced: Compatibility) -> ItemOutcome {
    let reason = format!(
        "NONE is not granted: the registry enforces its default, {enforced}, whatever a subject says"
    );
    ItemOutcome::Failed { reason, fault: None }
}

impl ItemKey {
    /// The item that a step is.
    #[must_use]
    pub fn of(step: &Step) -> ItemKey {
        match step {
            Step::Level(change) => ItemKey::Level { subject: change.subject.clone() },
            Step::Version(added) => ItemKey::Version { subject: added.subject.clone(), file: added.file },
        }
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            ItemKey::Level { subject } | ItemKey::Version { subject, .. } => subject,
        }
    }
}
