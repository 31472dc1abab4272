//! What follows from each answer while a plan is carried out.
//!
//! The caller owns the requests and the waiting. A change without a usable answer is looked up before it is repeated,
//! an accepted one counts only once it was read back, and what cannot be found out is unresolved, never done. A refused
//! version stops its subject and whatever refers to it, and nothing else. Whoever is already as wanted is reported as
//! such, so that carrying out a plan twice does no harm.

use std::collections::BTreeMap;

use super::held::{HeldLevel, HeldReference, LevelOrigin};
use super::level::LevelChange;
use super::matching::Match;
use super::plan::{Addition, Because, Plan, Step, VersionState};
use super::report::{ItemKey, ItemOutcome, RegisterReport, not_granted};
use crate::catalog::Compatibility;
use crate::fault::{Fault, FaultKind};

/// A plan on its way.
#[derive(Debug)]
pub struct Run<'a> {
    plan: &'a Plan,
    report: RegisterReport,
    /// The registry's numbers of files, as far as they are known.
    numbers: BTreeMap<(&'a str, u32), u32>,
    /// Subjects that take no more versions, and why.
    stopped: BTreeMap<&'a str, (Because, String)>,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request<'a> {
    /// A level is set.
    Level(&'a LevelChange),
    /// A version is added.
    Version {
        /// What the plan says of it.
        addition: &'a Addition,
        /// What it refers to, by the registry's numbers.
        references: Vec<HeldReference>,
    },
}

/// What the registry answered to a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The schema's id.
    pub id: u32,
    /// The version, where the answer told it.
    pub version: Option<u32>,
}

/// What looking a version up by its content brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its numbers.
    pub found: Match,
    /// True where what stands there says what the file says.
    pub same: bool,
}

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing more: this is how it ended.
    Settled(ItemOutcome),
    /// It was refused with this: what is there already is refused too where two register at once, so look.
    Refused(ItemOutcome),
    /// It was accepted: read it back.
    ReadBack,
    /// Whether it happened is not known: look before it is repeated.
    LookUp(Fault),
    /// The registry is away, and nothing was sent: no step makes sense before it is back.
    Lost(Fault),
}

/// What a look told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look<T = ItemOutcome> {
    /// This is how it ended.
    Settled(T),
    /// It has not happened: the request may be repeated.
    Repeat,
    /// Nothing yet: look again. When there is no time left, this is how it ends.
    Again(T),
}

impl<'a> Run<'a> {
    /// Begins a plan.
    #[must_use]
    pub fn begin(plan: &'a Plan) -> Run<'a> {
        let mut numbers = BTreeMap::new();
        for subject in &plan.subjects {
            for version in &subject.versions {
                if let VersionState::Registered(found) = version.state {
                    numbers.insert((subject.subject.as_str(), version.file), found.version);
                }
            }
        }
        Run { plan, report: RegisterReport::of(plan), numbers, stopped: BTreeMap::new() }
    }

    /// What is to be sent for a step; none where it must not be sent, which is then said in the report.
    pub fn request(&mut self, step: &'a Step) -> Option<Request<'a>> {
        let addition = match step {
            Step::Level(change) => return Some(Request::Level(change)),
            Step::Version(addition) => addition,
        };
        if let Some((because, reason)) = self.stopped.get(addition.subject.as_str()).cloned() {
            self.settle(step, ItemOutcome::NotTried { because, reason });
            return None;
        }
        match self.references(addition) {
            Ok(references) => Some(Request::Version { addition, references }),
            Err(outcome) => {
                self.settle(step, outcome);
                None
            }
        }
    }

    fn references(&self, addition: &Addition) -> Result<Vec<HeldReference>, ItemOutcome> {
        let translate = |reference: &super::plan::AdditionReference| {
            let key = (reference.subject.as_str(), reference.file);
            let version = reference.registered.or_else(|| self.numbers.get(&key).copied());
            let Some(version) = version else {
                let item = ItemKey::Version { subject: reference.subject.clone(), file: reference.file };
                let because = because_of(self.report.get(&item));
                let reason = format!(
                    "it refers to {} v{}, which is not registered",
                    reference.subject, reference.file
                );
                return Err(ItemOutcome::NotTried { because, reason });
            };
            let (name, subject) = (reference.name.clone(), reference.subject.clone());
            Ok(HeldReference { name, subject, version })
        };
        addition.references.iter().map(translate).collect()
    }

    /// Says how a step ended.
    pub fn settle(&mut self, step: &'a Step, outcome: ItemOutcome) {
        match step {
            Step::Level(change) => self.level_ended(change, &outcome),
            Step::Version(addition) => self.version_ended(addition, &outcome),
        }
        self.report.set(&ItemKey::of(step), outcome);
    }

    /// Versions go on where the level in force loses nothing against the declared one.
    fn level_ended(&mut self, change: &'a LevelChange, outcome: &ItemOutcome) {
        let enough = |level: Compatibility| !level.loses_against(change.to);
        if outcome.is_good() || change.from.in_force.as_ref().is_ok_and(|level| enough(*level)) {
            return;
        }
        let reason = format!(
            "the subject's level is {} and not the declared {}, which asks for more",
            change.from.word(),
            change.to
        );
        self.stopped.insert(&change.subject, (because_of(Some(outcome)), reason));
    }

    fn version_ended(&mut self, addition: &'a Addition, outcome: &ItemOutcome) {
        let subject = addition.subject.as_str();
        let Some(found) = outcome.registered() else {
            let reason = format!("v{} before it is not registered", addition.file);
            self.stopped.entry(subject).or_insert((because_of(Some(outcome)), reason));
            return;
        };
        self.numbers.insert((subject, addition.file), found.version);
        // Files that say the same are the same version.
        let versions =
            self.plan.subject(subject).map(|subject| subject.versions.as_slice()).unwrap_or_default();
        for version in versions {
            if (VersionState::SameAs { file: addition.file }) == version.state {
                self.numbers.insert((subject, version.file), found.version);
                let key = ItemKey::Version { subject: subject.to_owned(), file: version.file };
                self.report.set(&key, ItemOutcome::Existing(Some(found)));
            }
        }
    }

    /// The report, with a reason for every step that was not tried.
    #[must_use]
    pub fn end(mut self, why: Option<&str>) -> RegisterReport {
        if let Some(why) = why {
            self.report.not_tried_because(why);
        }
        self.report
    }
}

/// What hangs on an item that ended so.
fn because_of(outcome: Option<&ItemOutcome>) -> Because {
    match outcome {
        Some(ItemOutcome::Unresolved { .. } | ItemOutcome::NotTried { because: Because::Unknown, .. }) => {
            Because::Unknown
        }
        _ => Because::Finding,
    }
}

/// Decides what follows from the answer to a change.
#[must_use]
pub fn after_answer(answer: Result<(), Fault>) -> Next {
    let fault = match answer {
        Ok(()) => return Next::ReadBack,
        Err(fault) => fault,
    };
    match fault.kind {
        FaultKind::TimedOut => Next::LookUp(fault),
        FaultKind::Unreachable | FaultKind::Unavailable => Next::Lost(fault),
        FaultKind::Refused | FaultKind::Exists => Next::Refused(refused(fault)),
        FaultKind::Denied | FaultKind::Absent | FaultKind::Unsupported => Next::Settled(refused(fault)),
        FaultKind::Other => {
            let reason = "the registry's answer is none".to_owned();
            Next::Settled(ItemOutcome::Failed { reason, fault: Some(fault) })
        }
    }
}

fn refused(fault: Fault) -> ItemOutcome {
    ItemOutcome::Refused { by_registry: true, reasons: vec![fault.message] }
}

/// Decides from a look at a version that was refused: whoever came first may have registered the same.
#[must_use]
pub fn after_refusal(
    refused: ItemOutcome,
    normalize: bool,
    look: &Result<Option<Seen>, Fault>,
) -> ItemOutcome {
    match look {
        Ok(Some(seen)) if seen.same || normalize => ItemOutcome::Existing(Some(seen.found)),
        _ => refused,
    }
}

/// How a step ends that was not sent because the registry is away.
#[must_use]
pub fn lost(fault: &Fault) -> ItemOutcome {
    ItemOutcome::NotTried { because: Because::Unknown, reason: fault.message.clone() }
}

/// Decides from a look at a version that was accepted with this receipt.
#[must_use]
pub fn read_back(receipt: Receipt, normalize: bool, look: &Result<Option<Seen>, Fault>) -> Look {
    let id = receipt.id;
    let unresolved = |what: &str, fault: Option<&Fault>| {
        let reason = format!("it was accepted with id {id}, but {what}");
        Look::Again(ItemOutcome::Unresolved { reason, fault: fault.cloned() })
    };
    let failed = |reason: String| Look::Settled(ItemOutcome::Failed { reason, fault: None });
    match look {
        Err(fault) => unresolved("could not be read back", Some(fault)),
        Ok(None) => unresolved("the registry does not show it", None),
        Ok(Some(seen)) if seen.found.id != id => {
            failed(format!("it was accepted with id {id}, but reads back with id {}", seen.found.id))
        }
        Ok(Some(seen)) if receipt.version.is_some_and(|version| version != seen.found.version) => {
            let version = receipt.version.unwrap_or_default();
            failed(format!(
                "it was accepted as version {version}, but reads back as version {}",
                seen.found.version
            ))
        }
        // The normal form may say things otherwise; that is what was asked for.
        Ok(Some(seen)) if !seen.same && !normalize => {
            let version = seen.found.version;
            failed(format!("the registry's version {version} (id {id}) says something else than the file"))
        }
        Ok(Some(seen)) => Look::Settled(ItemOutcome::Done(Some(seen.found))),
    }
}

/// Decides from a look at a version whose registration brought no usable answer.
#[must_use]
pub fn look_up(fault: &Fault, normalize: bool, look: &Result<Option<Seen>, Fault>) -> Look {
    match look {
        Ok(Some(seen)) if seen.same || normalize => Look::Settled(ItemOutcome::Done(Some(seen.found))),
        Ok(Some(seen)) => {
            let Match { version, id } = seen.found;
            let reason =
                format!("the registry's version {version} (id {id}) says something else than the file");
            Look::Settled(ItemOutcome::Failed { reason, fault: Some(fault.clone()) })
        }
        Ok(None) => Look::Repeat,
        Err(unknown) => Look::Again(ItemOutcome::Unresolved {
            reason: "no answer came, and whether it was registered could not be looked up".to_owned(),
            fault: Some(unknown.clone()),
        }),
    }
}

/// Decides from a look at a level that was set, or whose setting brought no usable answer.
#[must_use]
pub fn level_look(change: &LevelChange, accepted: bool, look: &Result<HeldLevel, Fault>) -> Look {
    let level = match look {
        Ok(level) => level,
        Err(fault) => {
            let reason = "whether the level was set could not be read back".to_owned();
            return Look::Again(ItemOutcome::Unresolved { reason, fault: Some(fault.clone()) });
        }
    };
    match &level.in_force {
        Ok(in_force) if *in_force == change.to => Look::Settled(ItemOutcome::Done(None)),
        Ok(in_force)
            if change.to == Compatibility::None && level.origin == LevelOrigin::DefaultBehindNone =>
        {
            Look::Settled(not_granted(*in_force))
        }
        _ if !accepted => Look::Repeat,
        _ => {
            let reason = format!("it was accepted, but the level reads back as {}", level.word());
            Look::Again(ItemOutcome::Failed { reason, fault: None })
        }
    }
}
