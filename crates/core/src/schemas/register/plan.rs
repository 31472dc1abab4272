//! The plan: which levels are to be set and which versions to be added, in order, and what stands in the way.

use std::collections::BTreeMap;

use super::held::{Held, HeldLevel};
use super::level::{LevelChange, LevelPlan};
use super::matching::{Match, Matches};
use super::verdict::Verdict;
use super::wanted::Wanted;
use crate::catalog::Compatibility;
use crate::fault::Fault;
use crate::human;
use crate::risk::Risk;

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// The registry, as it may be shown.
    pub registry: &'a str,
    /// Whether the registry is to bring schemas into its normal form.
    pub normalize: bool,
    /// What the files want.
    pub wanted: &'a Wanted,
    /// What the registry holds.
    pub held: &'a Held,
    /// Which is which.
    pub matches: &'a Matches,
    /// The levels that the catalog declares, by subject.
    pub declared: &'a BTreeMap<String, Compatibility>,
    /// A level by which versions are judged instead of the one that will be in force.
    pub judged_by: Option<Compatibility>,
}

/// What registering would do, and everything that was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The registry, as it may be shown.
    pub registry: String,
    /// Whether the registry is to bring schemas into its normal form.
    pub normalize: bool,
    /// The subjects that were chosen, by name.
    pub subjects: Vec<SubjectPlan>,
    /// What is to be done, in this order.
    pub steps: Vec<Step>,
}

/// One subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectPlan {
    /// Its name.
    pub subject: String,
    /// The level that the catalog declares.
    pub declared: Option<Compatibility>,
    /// The level in force; none where it is unknown.
    pub in_force: Option<HeldLevel>,
    /// True where the registry has no version of it in use.
    pub new: bool,
    /// True where it had some, and all of them were softly deleted.
    pub deleted: bool,
    /// What becomes of its level.
    pub level: LevelPlan,
    /// Its files by number.
    pub versions: Vec<VersionPlan>,
    /// What is worth knowing and is no finding.
    pub notes: Vec<String>,
    /// What could not be found out. Never to be read as "nothing to do".
    pub unknown: Vec<Unknown>,
}

/// Something that could not be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What is unknown, in one sentence.
    pub text: String,
    /// What the registry answered, where it is that.
    pub fault: Option<Fault>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionPlan {
    /// The file's number.
    pub file: u32,
    /// What becomes of it.
    pub state: VersionState,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionState {
    /// It is registered.
    Registered(Match),
    /// It says what an earlier file says that is to be added: a registry keeps one version for both.
    SameAs {
        /// The earlier file.
        file: u32,
    },
    /// It is to be added.
    Added {
        /// What we say of it.
        verdict: Verdict,
    },
    /// It does not fit, and is not tried.
    Refused {
        /// Why, a sentence each.
        reasons: Vec<String>,
    },
    /// It is left out, which is no finding.
    LeftOut,
    /// It is not tried.
    HeldBack {
        /// What it hangs on.
        because: Because,
        /// Why, in one sentence.
        reason: String,
    },
}

/// What something hangs on that is not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// A finding: something was refused, or is wrong.
    Finding,
    /// Something that is not known.
    Unknown,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A level is set.
    Level(LevelChange),
    /// A version is added.
    Version(Addition),
}

/// A version that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The subject.
    pub subject: String,
    /// The file's number.
    pub file: u32,
    /// The schema's text.
    pub text: String,
    /// What it refers to.
    pub references: Vec<AdditionReference>,
}

/// A reference of a version that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionReference {
    /// The full name of the type.
    pub name: String,
    /// The subject that defines it.
    pub subject: String,
    /// The number of its file.
    pub file: u32,
    /// The registry's number; none where the file is to be added before this one.
    pub registered: Option<u32>,
}

impl Plan {
    /// True where there is nothing to do. What is not known may still have to be done: ask `unknown` too.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// A subject of the plan.
    #[must_use]
    pub fn subject(&self, name: &str) -> Option<&SubjectPlan> {
        self.subjects.iter().find(|subject| subject.subject == name)
    }

    /// The levels that are to be set.
    pub fn levels(&self) -> impl Iterator<Item = &LevelChange> {
        self.steps.iter().filter_map(|step| if let Step::Level(change) = step { Some(change) } else { None })
    }

    /// The versions that are to be added.
    pub fn additions(&self) -> impl Iterator<Item = &Addition> {
        self.steps.iter().filter_map(|step| if let Step::Version(added) = step { Some(added) } else { None })
    }

    /// How many findings there are: versions that do not fit or that something wrong holds back, and levels that are
    /// not granted. What follows from another one of the same subject is not counted.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.subjects.iter().map(SubjectPlan::findings).sum()
    }

    /// How much could not be found out.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.subjects.iter().map(|subject| subject.unknown.len()).sum()
    }

    /// Every risk with the subject that carries it and what would be lost.
    #[must_use]
    pub fn risks(&self) -> Vec<(Risk, String)> {
        let lowers = self.levels().filter(|change| change.loses.is_some());
        lowers
            .map(|change| {
                let text = format!("{} from {} to {}", change.subject, change.from.word(), change.to);
                (Risk::CompatibilityLower, text)
            })
            .collect()
    }

    /// The question that is asked before it is carried out.
    #[must_use]
    pub fn question(&self) -> String {
        let (levels, versions) = (self.levels().count(), self.additions().count());
        let set = format!("set {}", human::plural(levels, "level"));
        let add = format!("register {}", human::plural(versions, "version"));
        let what = match (levels, versions) {
            (0, _) => add,
            (_, 0) => set,
            _ => format!("{set} and {add}"),
        };
        let mut letters = what.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let what: String = first.into_iter().chain(letters).collect();
        format!("{what} at {}?", self.registry)
    }
}

impl SubjectPlan {
    /// True where there is nothing to do and nothing to say.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let registered = |version: &VersionPlan| matches!(version.state, VersionState::Registered(_));
        matches!(self.level, LevelPlan::LeftAlone | LevelPlan::InForce)
            && self.versions.iter().all(registered)
            && self.notes.is_empty()
            && self.unknown.is_empty()
    }

    /// How many findings there are.
    #[must_use]
    pub fn findings(&self) -> usize {
        let stopped = self.versions.iter().any(|version| version.state.is_finding());
        usize::from(stopped) + usize::from(matches!(self.level, LevelPlan::NotGranted { .. }))
    }
}

impl VersionState {
    /// True where it is a finding.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        matches!(
            self,
            VersionState::Refused { .. } | VersionState::HeldBack { because: Because::Finding, .. }
        )
    }
}
