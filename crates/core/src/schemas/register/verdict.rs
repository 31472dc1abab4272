//! Our own verdict on a version that is to be added: against which of the versions before it, and why not.

use std::collections::BTreeMap;

use crate::catalog::Compatibility;
use crate::schema::compatibility::{Cause, Incompatibility, compare};
use crate::schema::{Direction, Schema, demands};
use crate::schemas::check::VERSIONS_LIMIT;

/// What we say of a version that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No version stands before it.
    First,
    /// The level demands nothing.
    NotDemanded,
    /// It fits.
    Compatible {
        /// The versions that it was compared with.
        with: Vec<String>,
    },
    /// It does not fit.
    Incompatible {
        /// Why, a sentence each.
        reasons: Vec<String>,
    },
    /// We cannot say.
    Unknown {
        /// Why not, in one sentence.
        why: String,
    },
}

impl Verdict {
    /// Whether it fits; none where we cannot say.
    #[must_use]
    pub fn fits(&self) -> Option<bool> {
        match self {
            Verdict::First | Verdict::NotDemanded | Verdict::Compatible { .. } => Some(true),
            Verdict::Incompatible { .. } => Some(false),
            Verdict::Unknown { .. } => None,
        }
    }

    /// The verdict as a stable word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::First => "first",
            Verdict::NotDemanded => "not_demanded",
            Verdict::Compatible { .. } => "compatible",
            Verdict::Incompatible { .. } => "incompatible",
            Verdict::Unknown { .. } => "unknown",
        }
    }
}

/// A version that stands before the one that is to be added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier<'a> {
    /// What people call it.
    pub(super) label: &'a str,
    /// What it says; why that is not known.
    pub(super) schema: Result<&'a Schema, &'a str>,
}

/// Judges a version against those before it, which are in the registry's order.
pub(super) fn judge(level: Compatibility, label: &str, schema: &Schema, before: &[Earlier<'_>]) -> Verdict {
    if before.is_empty() {
        return Verdict::First;
    }
    let demands = demands(level, before.len());
    if demands.directions.is_empty() {
        return Verdict::NotDemanded;
    }
    let earlier = before.get(demands.earlier).unwrap_or_default();
    if earlier.len() > VERSIONS_LIMIT {
        let why = format!("{} versions are too many to be compared with", earlier.len());
        return Verdict::Unknown { why };
    }
    let mut reasons = Reasons::default();
    let mut unknown = None;
    for direction in demands.directions {
        for one in earlier {
            let other = match one.schema {
                Ok(other) => other,
                Err(why) => {
                    unknown.get_or_insert_with(|| format!("{} cannot be compared with: {why}", one.label));
                    continue;
                }
            };
            let comparison = match direction {
                Direction::NewReadsOld => compare(schema, other),
                Direction::OldReadsNew => compare(other, schema),
            };
            for reason in comparison.incompatibilities {
                if let Cause::TooLarge { .. } = reason.cause {
                    unknown.get_or_insert_with(|| reason.message());
                } else {
                    reasons.add(*direction, reason, one.label);
                }
            }
            reasons.further += comparison.further;
        }
    }
    if !reasons.found.is_empty() {
        return Verdict::Incompatible { reasons: reasons.sentences(label) };
    }
    match unknown {
        Some(why) => Verdict::Unknown { why },
        None => Verdict::Compatible { with: earlier.iter().map(|one| one.label.to_owned()).collect() },
    }
}

/// Reasons, each told once for all the versions that it concerns.
#[derive(Default)]
struct Reasons {
    found: Vec<(Direction, Incompatibility, Vec<String>)>,
    places: BTreeMap<(Direction, String), usize>,
    further: usize,
}

impl Reasons {
    fn add(&mut self, direction: Direction, reason: Incompatibility, label: &str) {
        let key = (direction, reason.change(direction));
        let at = *self.places.entry(key).or_insert_with(|| {
            self.found.push((direction, reason, Vec::new()));
            self.found.len() - 1
        });
        if let Some((_, _, labels)) = self.found.get_mut(at) {
            labels.push(label.to_owned());
        }
    }

    fn sentences(&self, label: &str) -> Vec<String> {
        let new = [label.to_owned()];
        let sentence =
            |(direction, reason, others): &(Direction, Incompatibility, Vec<String>)| match direction {
                Direction::NewReadsOld => reason.sentence(*direction, &new, others),
                Direction::OldReadsNew => reason.sentence(*direction, others, &new),
            };
        let mut sentences: Vec<String> = self.found.iter().map(sentence).collect();
        if self.further > 0 {
            sentences.push(format!("and {} more", self.further));
        }
        sentences
    }
}
