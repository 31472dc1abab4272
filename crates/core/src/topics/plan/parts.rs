//! What a plan is made of: changes with their risks, findings, notes, what is unknown and what is unmanaged.

use serde::{Deserialize, Serialize};

use super::Reassignment;
use crate::fault::{Fault, FaultKind};
use crate::name::TopicName;
use crate::risk::Risk;
use crate::topics::change::Change;

/// One change with everything a person needs to consent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// The change.
    pub change: Change,
    /// What the catalog and the cluster say of the topic.
    pub context: Context,
    /// What can be lost or broken by it.
    pub risks: Vec<PlannedRisk>,
    /// What is worth knowing about it.
    pub notes: Vec<String>,
    /// What the brokers said of it beforehand.
    pub validation: Validation,
    /// The sum of the topic's high watermarks, for a deletion whose offsets are known: it moves with every write.
    pub high_watermarks: Option<i64>,
}

/// What the sentences about a change need to know besides the change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// True where the catalog declares a key.
    pub keyed: bool,
    /// The source, for a dead-letter topic made from the catalog.
    pub dlq_of: Option<TopicName>,
    /// The names of declared states folded from it.
    pub states: Vec<String>,
    /// The consumer groups declared on it.
    pub groups: Vec<String>,
    /// The partitions it has now.
    pub partitions: usize,
    /// The cleanup policy that holds after the plan, where it is known.
    pub cleanup_policy: Option<String>,
    /// The retention that holds after the plan in milliseconds, -1 without limit, where it is known.
    pub retention_ms: Option<i64>,
}

/// A risk with the sentence that tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRisk {
    /// What has to be allowed.
    pub risk: Risk,
    /// The setting that carries it, where it is one.
    pub setting: Option<String>,
    /// One sentence without a full stop, with the numbers that are known.
    pub text: String,
}

/// What the brokers said of a change before it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Validation {
    /// They would accept it.
    Valid,
    /// They were not asked, cannot tell, or did not answer.
    NotValidated {
        /// Why not.
        reason: String,
    },
    /// They would refuse it.
    Refused {
        /// Their answer.
        fault: Fault,
    },
}

impl Validation {
    /// Reads the answer to a validate-only request: only an answer that refuses is a refusal.
    #[must_use]
    pub fn of(answer: Result<(), Fault>) -> Self {
        let Err(fault) = answer else { return Validation::Valid };
        match fault.kind {
            FaultKind::Unsupported
            | FaultKind::TimedOut
            | FaultKind::Unreachable
            | FaultKind::Unavailable => Validation::NotValidated { reason: fault.to_string() },
            FaultKind::Absent
            | FaultKind::Denied
            | FaultKind::Exists
            | FaultKind::Refused
            | FaultKind::Other => Validation::Refused { fault },
        }
    }

    pub(super) fn not_asked() -> Self {
        Validation::NotValidated { reason: "the brokers were not asked".to_owned() }
    }
}

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Partitions have another number of replicas than declared.
    ReplicationFactor,
    /// More replicas are declared than there are brokers.
    TooFewBrokers,
    /// There are more partitions than declared.
    CannotShrink,
    /// More in-sync replicas are demanded than there are replicas: no acknowledged write succeeds.
    MinIsrAboveReplicas,
    /// The catalog declares a topic that belongs to the brokers.
    Internal,
    /// The catalog names a dead-letter topic that it does not provision, and that is not there.
    MissingDeadLetterTopic,
    /// A topic to be created differs from an existing one only in `.` and `_`: brokers refuse it.
    NameCollision,
    /// The brokers would refuse a change.
    Refused,
}

/// Something that differs or is wrong, and that no change of the plan mends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The topic it was found at.
    pub topic: TopicName,
    /// One sentence without a full stop, with the next step where there is one.
    pub text: String,
    /// For a replication factor: what Kafka's own tool wants.
    pub reassignment: Option<Reassignment>,
}

/// Something worth knowing that is no finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The topic it is about; none where it is about the plan.
    pub topic: Option<TopicName>,
    /// One sentence without a full stop.
    pub text: String,
}

/// Something that could not be found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// The topic.
    pub topic: TopicName,
    /// What of it is unknown: one sentence without a full stop.
    pub text: String,
    /// The answer that left it unknown; none where there was no answer at all.
    pub fault: Option<Fault>,
}

/// What lies outside the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unmanaged {
    /// Topics that nobody declares, as far as this principal may see; internal ones left out.
    pub topics: Vec<TopicName>,
    /// Those of them that `--prune` would delete.
    pub in_scope: Vec<TopicName>,
    /// How many topics belong to brokers and tools.
    pub internal: usize,
    /// Settings of declared topics that the catalog does not name.
    pub overrides: Vec<UnmanagedOverride>,
}

/// A setting of a declared topic that the catalog does not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedOverride {
    /// The topic.
    pub topic: TopicName,
    /// The setting by Kafka's name.
    pub key: String,
    /// Its value; none where the broker hides it.
    pub value: Option<String>,
}

/// How much of everything a plan holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Topics to create.
    pub creates: usize,
    /// Topics to grow.
    pub growths: usize,
    /// Settings to set or reset.
    pub settings: usize,
    /// Topics to delete.
    pub deletes: usize,
    /// Findings.
    pub findings: usize,
    /// Things that could not be found out.
    pub unknown: usize,
    /// Declared topics.
    pub declared: usize,
    /// Topics that nobody declares.
    pub unmanaged: usize,
}

impl Counts {
    /// How many changes there are; each setting is one.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.creates + self.growths + self.settings + self.deletes
    }
}
