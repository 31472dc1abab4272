//! What becomes of a subject's level: only a declared one is ever set, and what would be lost is said.

use super::held::{HeldLevel, LevelOrigin};
use crate::catalog::Compatibility;
use crate::fault::Fault;
use crate::schema::Direction;

/// What becomes of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelPlan {
    /// Nobody declared one: it is left alone.
    LeftAlone,
    /// The declared level is in force.
    InForce,
    /// It is to be set.
    Set(LevelChange),
    /// NONE is declared, and this registry enforces its default whatever a subject says.
    NotGranted {
        /// The default.
        enforced: Compatibility,
    },
    /// The level in force is not known, so that nobody can say what setting it would lose.
    Unknown {
        /// What is unknown, in one sentence.
        why: String,
        /// What the registry answered, where it is that.
        fault: Option<Fault>,
    },
}

/// A level that is to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// The subject.
    pub subject: String,
    /// The level in force.
    pub from: HeldLevel,
    /// The declared one.
    pub to: Compatibility,
    /// What is lost, in words; none where nothing is.
    pub loses: Option<String>,
}

/// Decides what becomes of a subject's level.
pub(super) fn plan(
    subject: &str,
    declared: Option<Compatibility>,
    held: &Result<HeldLevel, Fault>,
) -> LevelPlan {
    let Some(to) = declared else { return LevelPlan::LeftAlone };
    let level = match held {
        Ok(level) => level,
        Err(fault) => {
            let why = format!("its level cannot be read, so {to} is not set");
            return LevelPlan::Unknown { why, fault: Some(fault.clone()) };
        }
    };
    match &level.in_force {
        Err(word) => {
            let why = format!("its level `{word}` is none that we know, so {to} is not set");
            LevelPlan::Unknown { why, fault: None }
        }
        Ok(in_force) if *in_force == to => LevelPlan::InForce,
        Ok(in_force) if to == Compatibility::None && level.origin == LevelOrigin::DefaultBehindNone => {
            LevelPlan::NotGranted { enforced: *in_force }
        }
        Ok(in_force) => LevelPlan::Set(LevelChange {
            subject: subject.to_owned(),
            from: level.clone(),
            to,
            loses: loses(*in_force, to),
        }),
    }
}

/// What is lost where one level takes the place of another, in words; none where nothing is.
#[must_use]
pub fn loses(from: Compatibility, to: Compatibility) -> Option<String> {
    if !to.loses_against(from) {
        return None;
    }
    let lost = |direction| from.directions().contains(&direction) && !to.directions().contains(&direction);
    let mut words = Vec::new();
    if lost(Direction::NewReadsOld) {
        words.push("new schemas need no longer read old data");
    }
    if lost(Direction::OldReadsNew) {
        words.push("old schemas need no longer read new data");
    }
    if from.is_transitive() && !to.is_transitive() && to != Compatibility::None {
        words.push("only the last version counts, and no longer all");
    }
    Some(words.join(", "))
}
