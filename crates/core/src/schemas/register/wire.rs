//! The JSON of plans and reports. Fields are only ever added.

use serde::Serialize;

use super::agreement::Opinion;
use super::level::LevelPlan;
use super::plan::{Because, Plan, SubjectPlan, Unknown, VersionPlan, VersionState};
use super::report::{Item, ItemKey, ItemOutcome, RegisterCounts, RegisterReport};
use crate::fault::Fault;
use crate::risk::Risk;

/// The `kind` of a plan's document.
pub const PLAN_KIND: &str = "schema.plan";

/// The data of the `schema.plan` document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanWire {
    registry: String,
    normalize: bool,
    subjects: Vec<SubjectWire>,
    summary: PlanCounts,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlanCounts {
    levels: usize,
    versions: usize,
    findings: usize,
    unknown: usize,
}

/// One subject of a plan as data, for `schema.plan` and `schema.check`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubjectWire {
    subject: String,
    new: bool,
    declared_level: Option<&'static str>,
    level: Option<String>,
    level_origin: Option<&'static str>,
    set_level: Option<&'static str>,
    loses: Option<String>,
    risk: Option<&'static str>,
    versions: Vec<VersionWire>,
    notes: Vec<String>,
    unknown: Vec<UnknownWire>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Default)]
struct VersionWire {
    file: u32,
    state: &'static str,
    version: Option<u32>,
    id: Option<u32>,
    verdict: Option<&'static str>,
    same_as: Option<u32>,
    reasons: Vec<String>,
    registry_verdict: Option<&'static str>,
    registry_reasons: Vec<String>,
    agreement: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct UnknownWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    text: String,
    fault: Option<Fault>,
}

/// The data of the `schema.register` document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegisterWire {
    registry: String,
    items: Vec<ItemWire>,
    notes: Vec<NoteWire>,
    unknown: Vec<UnknownWire>,
    summary: RegisterCounts,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NoteWire {
    subject: String,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ItemWire {
    subject: String,
    item: &'static str,
    file: Option<u32>,
    level: Option<&'static str>,
    result: &'static str,
    version: Option<u32>,
    id: Option<u32>,
    refused_by: Option<&'static str>,
    because: Option<&'static str>,
    reasons: Vec<String>,
    fault: Option<Fault>,
}

impl Because {
    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Because::Finding => "finding",
            Because::Unknown => "unknown",
        }
    }
}

impl Plan {
    /// The plan as the data of its document.
    #[must_use]
    pub fn wire(&self) -> PlanWire {
        PlanWire {
            registry: self.registry.clone(),
            normalize: self.normalize,
            subjects: self.subjects.iter().map(|subject| subject.wire(&[])).collect(),
            summary: PlanCounts {
                levels: self.levels().count(),
                versions: self.additions().count(),
                findings: self.findings(),
                unknown: self.unknown(),
            },
        }
    }
}

impl SubjectPlan {
    /// The subject as data, with the registry's verdicts where it was asked for them.
    #[must_use]
    pub fn wire(&self, opinions: &[Opinion]) -> SubjectWire {
        let change = if let LevelPlan::Set(change) = &self.level { Some(change) } else { None };
        let loses = change.and_then(|change| change.loses.clone());
        let version = |planned: &VersionPlan| {
            let mut opinions = opinions.iter();
            let opinion =
                opinions.find(|opinion| opinion.subject == self.subject && opinion.file == planned.file);
            VersionWire {
                registry_verdict: opinion.map(|opinion| opinion.theirs.as_str()),
                registry_reasons: opinion.map(|opinion| opinion.theirs.reasons()).unwrap_or_default(),
                agreement: opinion.map(|opinion| opinion.agreement.as_str()),
                ..version(planned)
            }
        };
        SubjectWire {
            subject: self.subject.clone(),
            new: self.new,
            declared_level: self.declared.map(|level| level.as_str()),
            level: self.in_force.as_ref().map(|level| level.word().to_owned()),
            level_origin: self.in_force.as_ref().map(|level| level.origin.as_str()),
            set_level: change.map(|change| change.to.as_str()),
            risk: loses.as_ref().map(|_| Risk::CompatibilityLower.name()),
            loses,
            versions: self.versions.iter().map(version).collect(),
            notes: self.notes.clone(),
            unknown: self.unknown.iter().map(|unknown| unknown_wire(None, unknown)).collect(),
        }
    }
}

fn version(version: &VersionPlan) -> VersionWire {
    let wire = VersionWire { file: version.file, ..VersionWire::default() };
    match &version.state {
        VersionState::Registered(found) => {
            VersionWire { state: "registered", version: Some(found.version), id: Some(found.id), ..wire }
        }
        VersionState::SameAs { file } => VersionWire { state: "same_as", same_as: Some(*file), ..wire },
        VersionState::Added { verdict } => {
            VersionWire { state: "added", verdict: Some(verdict.as_str()), ..wire }
        }
        VersionState::LeftOut => VersionWire { state: "left_out", ..wire },
        VersionState::Refused { reasons } => {
            VersionWire { state: "refused", verdict: Some("incompatible"), reasons: reasons.clone(), ..wire }
        }
        VersionState::HeldBack { reason, .. } => {
            VersionWire { state: "held_back", reasons: vec![reason.clone()], ..wire }
        }
    }
}

fn unknown_wire(subject: Option<&str>, unknown: &Unknown) -> UnknownWire {
    let Unknown { text, fault } = unknown.clone();
    UnknownWire { subject: subject.map(str::to_owned), text, fault }
}

impl RegisterReport {
    /// The report as the data of its document.
    #[must_use]
    pub fn wire(&self) -> RegisterWire {
        let note =
            |(subject, text): &(String, String)| NoteWire { subject: subject.clone(), text: text.clone() };
        let unknown = |(subject, unknown): &(String, Unknown)| unknown_wire(Some(subject), unknown);
        RegisterWire {
            registry: self.registry.clone(),
            items: self.items.iter().map(item).collect(),
            notes: self.notes.iter().map(note).collect(),
            unknown: self.unknown.iter().map(unknown).collect(),
            summary: self.counts(),
        }
    }
}

fn item(item: &Item) -> ItemWire {
    let registered = item.outcome.registered();
    let (reasons, fault): (Vec<String>, Option<Fault>) = match &item.outcome {
        ItemOutcome::Refused { reasons, .. } => (reasons.clone(), None),
        ItemOutcome::Failed { reason, fault } | ItemOutcome::Unresolved { reason, fault } => {
            (vec![reason.clone()], fault.clone())
        }
        ItemOutcome::NotTried { reason, .. } => (vec![reason.clone()], None),
        ItemOutcome::Done(_) | ItemOutcome::Existing(_) | ItemOutcome::LeftOut => (Vec::new(), None),
    };
    ItemWire {
        subject: item.key.subject().to_owned(),
        item: if matches!(item.key, ItemKey::Level { .. }) { "level" } else { "version" },
        file: if let ItemKey::Version { file, .. } = item.key { Some(file) } else { None },
        level: item.level.map(|level| level.as_str()),
        result: item.outcome.as_str(),
        version: registered.map(|found| found.version),
        id: registered.map(|found| found.id),
        refused_by: match item.outcome {
            ItemOutcome::Refused { by_registry: true, .. } => Some("registry"),
            ItemOutcome::Refused { by_registry: false, .. } => Some("eventctl"),
            _ => None,
        },
        because: match item.outcome {
            ItemOutcome::NotTried { because, .. } => Some(because.as_str()),
            _ => None,
        },
        reasons,
        fault,
    }
}
