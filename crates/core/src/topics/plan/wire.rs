//! A plan as JSON: the data of `topics.plan`, printed by `-o json` and kept by `--out`.
//!
//! It is a promise to scripts: fields are only ever added. Reading it back for `apply` is `file`'s, which trusts the
//! changes only as far as they can be checked, and the risks not at all.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Counts, Finding, FindingKind, Note, Plan, PlannedChange, PlannedRisk, Reassignment, Unknown, Unmanaged,
    UnmanagedOverride, Validation,
};
use crate::name::{ClusterId, TopicName};
use crate::topics::change::Change;

/// The `kind` of the document.
pub const PLAN_KIND: &str = "topics.plan";

/// The version of the document's form.
pub const PLAN_VERSION: u64 = 1;

/// The `data` of a plan's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanWire {
    /// The id of the cluster that answered; null where it has none.
    pub cluster: Option<ClusterId>,
    /// The catalog's environment; null where none was chosen.
    pub environment: Option<String>,
    /// A hash of the part of the catalog that the plan was made from.
    pub catalog_hash: String,
    /// The version of eventctl that made it.
    pub tool_version: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// True where it was made with `--prune`.
    pub prune: bool,
    /// The changes in the order in which they are made.
    pub changes: Vec<ChangeWire>,
    /// What no change mends.
    #[serde(default)]
    pub findings: Vec<FindingWire>,
    /// What is worth knowing.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// What could not be found out.
    #[serde(default)]
    pub unknown: Vec<Unknown>,
    /// What lies outside the catalog.
    #[serde(default)]
    pub unmanaged: UnmanagedWire,
    /// How much of everything there is.
    #[serde(default)]
    pub summary: Counts,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeWire {
    /// `action`, `topic` and what the action needs, with the live values it was planned for.
    #[serde(flatten)]
    pub change: Change,
    /// For a deletion: the sum of the topic's high watermarks; null where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_watermarks: Option<i64>,
    /// Its risks. Ignored when the plan is read back.
    #[serde(default)]
    pub risks: Vec<PlannedRisk>,
    /// What is worth knowing about it.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the brokers said of it beforehand. Ignored when the plan is read back.
    #[serde(default = "Validation::not_asked")]
    pub validation: Validation,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingWire {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The topic.
    pub topic: TopicName,
    /// One sentence.
    pub text: String,
    /// What kafka-reassign-partitions reads; null where it does not apply.
    pub reassignment: Option<Reassignment>,
}

/// What lies outside the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UnmanagedWire {
    /// Topics that nobody declares, as far as this principal may see.
    pub topics: Vec<TopicName>,
    /// Those that `--prune` would delete.
    pub in_scope: Vec<TopicName>,
    /// How many topics belong to brokers and tools.
    pub internal: usize,
    /// Settings of declared topics that the catalog does not name.
    pub overrides: Vec<UnmanagedOverride>,
}

impl Plan {
    /// The plan as the data of its document.
    #[must_use]
    pub fn wire(&self, tool_version: &str) -> PlanWire {
        PlanWire {
            cluster: self.cluster.clone(),
            environment: self.environment.clone(),
            catalog_hash: self.catalog_hash.clone(),
            tool_version: tool_version.to_owned(),
            created_at: self.made_at,
            prune: self.prune,
            changes: self.changes.iter().map(ChangeWire::of).collect(),
            findings: self.findings.iter().map(FindingWire::of).collect(),
            notes: self.notes.clone(),
            unknown: self.unknown.clone(),
            unmanaged: UnmanagedWire::of(&self.unmanaged),
            summary: self.counts(),
        }
    }
}

impl ChangeWire {
    fn of(planned: &PlannedChange) -> Self {
        ChangeWire {
            change: planned.change.clone(),
            high_watermarks: planned.high_watermarks,
            risks: planned.risks.clone(),
            notes: planned.notes.clone(),
            validation: planned.validation.clone(),
        }
    }
}

impl FindingWire {
    /// A finding as the wire has it.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let Finding { kind, topic, text, reassignment } = finding.clone();
        FindingWire { kind, topic, text, reassignment }
    }
}

impl UnmanagedWire {
    fn of(unmanaged: &Unmanaged) -> Self {
        let Unmanaged { topics, in_scope, internal, overrides } = unmanaged.clone();
        UnmanagedWire { topics, in_scope, internal, overrides }
    }
}
