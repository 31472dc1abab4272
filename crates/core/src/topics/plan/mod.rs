//! The plan: what `apply` would do, what it risks, what it found and what it could not find out.
//!
//! One value serves `plan`, `apply`, `--check`, `--out` and `check`, so they cannot disagree. It is made in steps:
//! `diff` compares, `questions` says what else the cluster should be asked, `with_facts` puts the answers into the
//! risks' sentences, `with_validation` adds what the brokers said of the changes beforehand. It knows nothing of how a
//! cluster is asked, and never claims bytes: only records can be counted from offsets, and even those are an estimate,
//! because compaction and transaction markers leave gaps between offsets.

mod diff;
mod facts;
pub mod file;
mod findings;
mod parts;
mod prune;
mod reassignment;
mod risks;
mod wire;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::change::{Action, Alteration, Change, ChangeKey, Creation, Deletion, Growth};
use super::declared::{Declared, Scope};
use super::live::LiveTopics;
use crate::fault::FaultKind;
use crate::human;
use crate::name::{ClusterId, TopicName};
use crate::risk::Risk;

pub use diff::{diff, names_to_ask};
pub use facts::{Facts, Question, TopicFacts};
pub use parts::{
    Context, Counts, Finding, FindingKind, Note, PlannedChange, PlannedRisk, Unknown, Unmanaged,
    UnmanagedOverride, Validation,
};
pub use reassignment::{ReassignedPartition, Reassignment};
pub use risks::describe;
pub use wire::{FindingWire, PLAN_KIND, PLAN_VERSION, PlanWire};

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// Every declared topic and dead-letter topic of the merged catalog.
    pub declared: &'a [Declared],
    /// Topics that the catalog names without declaring them (a shared dead-letter topic): never created, never deleted.
    pub mentioned: &'a BTreeSet<TopicName>,
    /// What `--prune` may consider.
    pub scope: &'a Scope,
    /// The catalog's environment, where one was chosen.
    pub environment: Option<&'a str>,
    /// A hash of the part of the catalog that the plan is made from.
    pub catalog_hash: &'a str,
    /// What was read of the cluster: the topics of `names_to_ask` by name, and all others that can be seen.
    pub live: &'a LiveTopics,
    /// The brokers' own settings by Kafka's names (`default.replication.factor`, …), where they could be read.
    pub broker_defaults: Option<&'a BTreeMap<String, String>>,
    /// True where topics of the scope that nobody declares shall be deleted.
    pub prune: bool,
    /// The time, from which retention counts back.
    pub now: Timestamp,
}

/// What `apply` would do, and everything that was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// The catalog's environment, where one was chosen.
    pub environment: Option<String>,
    /// A hash of the part of the catalog that it was made from.
    pub catalog_hash: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// True where it was made with `--prune`.
    pub prune: bool,
    /// The changes in the order in which they are to be made.
    pub changes: Vec<PlannedChange>,
    /// What differs, or is wrong, and no change of this plan mends.
    pub findings: Vec<Finding>,
    /// What is worth knowing and is neither drift nor wrong.
    pub notes: Vec<Note>,
    /// What could not be found out. Never to be read as "no changes".
    pub unknown: Vec<Unknown>,
    /// What lies outside the catalog: listed, never touched.
    pub unmanaged: Unmanaged,
    /// How many topics are declared.
    pub declared: usize,
}

impl Plan {
    /// True where there is nothing to change. What could not be found out may still differ: ask `unknown` too.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// True where the cluster is not as declared: what `--check` calls a finding.
    #[must_use]
    pub fn drift(&self) -> bool {
        !self.changes.is_empty() || !self.findings.is_empty()
    }

    /// How much of everything it holds.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            findings: self.findings.len(),
            unknown: self.unknown.len(),
            declared: self.declared,
            unmanaged: self.unmanaged.topics.len(),
            ..Counts::default()
        };
        for planned in &self.changes {
            match &planned.change {
                Change::Create(_) => counts.creates += 1,
                Change::Grow(_) => counts.growths += 1,
                Change::Configure(alteration) => counts.settings += alteration.settings.len(),
                Change::Delete(_) => counts.deletes += 1,
            }
        }
        counts
    }

    /// Every risk with the topic that carries it, each pair once: what the gate asks for. The sentences stand in the plan
    /// that is shown.
    #[must_use]
    pub fn topics_at_risk(&self) -> BTreeSet<(Risk, TopicName)> {
        let of = |planned: &PlannedChange| {
            let topic = planned.change.topic().clone();
            planned.risks.clone().into_iter().map(move |risk| (risk.risk, topic.clone()))
        };
        self.changes.iter().flat_map(of).collect()
    }

    /// Every risk with its sentence.
    #[must_use]
    pub fn risks(&self) -> Vec<(Risk, String)> {
        let of = |planned: &PlannedChange| {
            let topic = planned.change.topic().clone();
            planned.risks.clone().into_iter().map(move |risk| (risk.risk, format!("{topic}: {}", risk.text)))
        };
        self.changes.iter().flat_map(of).collect()
    }

    /// The question that is asked before it is carried out.
    #[must_use]
    pub fn question(&self) -> String {
        let counts = self.counts();
        let parts: Vec<String> = [
            (counts.creates, "create"),
            (counts.growths, "growth"),
            (counts.settings, "setting"),
            (counts.deletes, "delete"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| human::plural(number, noun))
        .collect();
        let cluster = self.cluster.as_ref().map_or("of unknown id", ClusterId::as_str);
        let changes = human::plural(counts.changes(), "change");
        format!("Apply {changes} ({}) to cluster {cluster}?", parts.join(", "))
    }

    /// The topics to be created, in order.
    #[must_use]
    pub fn creations(&self) -> Vec<&Creation> {
        self.of(|change| if let Change::Create(creation) = change { Some(creation) } else { None })
    }

    /// The topics to be grown, in order.
    #[must_use]
    pub fn growths(&self) -> Vec<&Growth> {
        self.of(|change| if let Change::Grow(growth) = change { Some(growth) } else { None })
    }

    /// The topics whose settings are to be changed, in order.
    #[must_use]
    pub fn alterations(&self) -> Vec<&Alteration> {
        self.of(|change| if let Change::Configure(alteration) = change { Some(alteration) } else { None })
    }

    /// The topics to be deleted, in order.
    #[must_use]
    pub fn deletions(&self) -> Vec<&Deletion> {
        self.of(|change| if let Change::Delete(deletion) = change { Some(deletion) } else { None })
    }

    fn of<'a, T>(&'a self, select: impl Fn(&'a Change) -> Option<&'a T>) -> Vec<&'a T> {
        self.changes.iter().filter_map(|planned| select(&planned.change)).collect()
    }

    /// The change of this key, if the plan holds one.
    #[must_use]
    pub fn change(&self, key: &ChangeKey) -> Option<&PlannedChange> {
        self.changes.iter().find(|planned| planned.change.key() == *key)
    }

    /// Every reassignment of the findings as one, for one call of Kafka's own tool; none where there is none.
    #[must_use]
    pub fn reassignment(&self) -> Option<Reassignment> {
        let parts = self.findings.iter().filter_map(|finding| finding.reassignment.as_ref());
        let partitions: Vec<_> = parts.flat_map(|reassignment| reassignment.partitions.clone()).collect();
        (!partitions.is_empty()).then_some(Reassignment { version: 1, partitions })
    }

    /// What the cluster should be asked so that the risks can be told in numbers.
    #[must_use]
    pub fn questions(&self) -> BTreeSet<Question> {
        self.changes.iter().flat_map(|planned| facts::questions(planned, self.made_at)).collect()
    }

    /// Puts what the cluster answered into the risks. What it did not answer is said to be unknown.
    #[must_use]
    pub fn with_facts(mut self, facts: &Facts) -> Plan {
        for planned in &mut self.changes {
            let known = facts.0.get(planned.change.topic());
            planned.risks = risks::of(planned, known, self.made_at);
            if planned.change.action() == Action::Delete {
                planned.high_watermarks =
                    known.and_then(|known| known.high_watermarks(planned.context.partitions));
            }
        }
        self
    }

    /// True where the brokers' word on a change contradicts what the plan was made from: a topic to be created exists,
    /// or one to be grown has as many partitions already. Somebody was faster, or a broker told what was before.
    #[must_use]
    pub fn contradicted(&self) -> bool {
        self.changes.iter().any(|planned| match (&planned.change, &planned.validation) {
            (Change::Create(_), Validation::Refused { fault }) => fault.kind == FaultKind::Exists,
            (Change::Grow(_), Validation::Refused { fault }) => fault.code == "INVALID_PARTITIONS",
            _ => false,
        })
    }

    /// Adds what the brokers said of the changes beforehand; a refusal is also a finding.
    #[must_use]
    pub fn with_validation(mut self, answers: &BTreeMap<ChangeKey, Validation>) -> Plan {
        self.findings.retain(|finding| finding.kind != FindingKind::Refused);
        for planned in &mut self.changes {
            if let Some(answer) = answers.get(&planned.change.key()) {
                planned.validation = answer.clone();
            }
            let told = self.findings.iter().any(|finding| {
                finding.kind == FindingKind::TooFewBrokers && finding.topic == *planned.change.topic()
            });
            if let Validation::Refused { fault } = &planned.validation
                && !told
            {
                let action = planned.change.action().name();
                self.findings.push(Finding {
                    kind: FindingKind::Refused,
                    topic: planned.change.topic().clone(),
                    text: format!("the brokers would refuse to {action} it: {fault}"),
                    reassignment: None,
                });
            }
        }
        self
    }
}
