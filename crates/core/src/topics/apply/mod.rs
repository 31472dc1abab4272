//! What follows from each answer while a plan is carried out, and the report that comes of it.
//!
//! The caller owns the requests and the waiting; here is decided what an answer means. A request whose answer did not
//! come is looked up before it is repeated, "exists already" is no success until the topic was compared, and what
//! cannot be found out is unresolved, never done. Carrying out a plan twice, or by two people at once, does no harm:
//! whatever is already as wanted is reported as such.

mod compare;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::change::{Change, ChangeKey};
use super::live::{LiveTopic, LiveTopics};
use super::plan::{Finding, FindingKind, FindingWire, Plan, Unknown};
use crate::fault::{Fault, FaultKind, Seen};
use crate::human;

pub use compare::{Comparison, Readiness, compare, readiness};

/// How one change ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ItemOutcome {
    /// It was made.
    Done,
    /// It was so already when it was tried: somebody else made it.
    AlreadySo,
    /// The brokers refused it, and nothing was changed.
    Refused {
        /// Their answer.
        fault: Fault,
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
        /// Why not.
        reason: String,
    },
}

impl ItemOutcome {
    /// True where the cluster is as the change wants it.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, ItemOutcome::Done | ItemOutcome::AlreadySo)
    }

    fn failed(reason: impl Into<String>, fault: Option<&Fault>) -> Self {
        ItemOutcome::Failed { reason: reason.into(), fault: fault.cloned() }
    }

    fn unresolved(reason: impl Into<String>, fault: &Fault) -> Self {
        ItemOutcome::Unresolved { reason: reason.into(), fault: Some(fault.clone()) }
    }
}

/// One change and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemResult {
    /// Which change.
    #[serde(flatten)]
    pub key: ChangeKey,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: ItemOutcome,
}

/// How each change of a plan ended, in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApplyReport {
    /// Every change of the plan.
    pub items: Vec<ItemResult>,
    /// What the plan found and no change of it mends.
    pub findings: Vec<Finding>,
    /// What the plan could not find out.
    pub unknown: Vec<Unknown>,
}

/// How many changes ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ApplyCounts {
    /// Made.
    pub done: usize,
    /// Were so already.
    pub already_so: usize,
    /// Refused by the brokers.
    pub refused: usize,
    /// Did not come out as wanted.
    pub failed: usize,
    /// Could not be found out.
    pub unresolved: usize,
    /// Not tried.
    pub not_tried: usize,
}

/// The data of the `topics.apply` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyWire {
    /// Every change of the plan, in its order.
    pub items: Vec<ItemResult>,
    /// What the plan found and no change of it mends.
    pub findings: Vec<FindingWire>,
    /// What the plan could not find out.
    pub unknown: Vec<Unknown>,
    /// How many ended in which way.
    pub summary: ApplyCounts,
}

/// The `kind` of an apply report's document.
pub const APPLY_KIND: &str = "topics.apply";

/// The reason of a change that nothing was said about yet.
const UNTRIED: &str = "apply ended before it";

impl ApplyReport {
    /// Begins with every change not tried, so that none can be left out whatever happens.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let untried = |change: &Change| ItemResult {
            key: change.key(),
            outcome: ItemOutcome::NotTried { reason: UNTRIED.to_owned() },
        };
        // What the brokers would refuse is among the changes already.
        let findings = plan.findings.iter().filter(|finding| finding.kind != FindingKind::Refused).cloned();
        ApplyReport {
            items: plan.changes.iter().map(|planned| untried(&planned.change)).collect(),
            findings: findings.collect(),
            unknown: plan.unknown.clone(),
        }
    }

    /// Says how a change ended. A later word replaces an earlier one; a change that is not of the plan is added.
    pub fn set(&mut self, key: ChangeKey, outcome: ItemOutcome) {
        match self.items.iter_mut().find(|item| item.key == key) {
            Some(item) => item.outcome = outcome,
            None => self.items.push(ItemResult { key, outcome }),
        }
    }

    /// Gives a reason to every change that was not tried and has none of its own.
    pub fn not_tried_because(&mut self, why: &str) {
        for item in &mut self.items {
            if let ItemOutcome::NotTried { reason } = &mut item.outcome
                && reason == UNTRIED
            {
                why.clone_into(reason);
            }
        }
    }

    /// How a change ended so far.
    #[must_use]
    pub fn get(&self, key: &ChangeKey) -> Option<&ItemOutcome> {
        self.items.iter().find(|item| item.key == *key).map(|item| &item.outcome)
    }

    /// How many changes ended in which way.
    #[must_use]
    pub fn counts(&self) -> ApplyCounts {
        let mut counts = ApplyCounts::default();
        for item in &self.items {
            let slot = match &item.outcome {
                ItemOutcome::Done => &mut counts.done,
                ItemOutcome::AlreadySo => &mut counts.already_so,
                ItemOutcome::Refused { .. } => &mut counts.refused,
                ItemOutcome::Failed { .. } => &mut counts.failed,
                ItemOutcome::Unresolved { .. } => &mut counts.unresolved,
                ItemOutcome::NotTried { .. } => &mut counts.not_tried,
            };
            *slot += 1;
        }
        counts
    }

    /// True where a change was refused or did not come out as wanted: a finding (1).
    #[must_use]
    pub fn failed(&self) -> bool {
        let counts = self.counts();
        counts.refused + counts.failed > 0
    }

    /// True where a change is unresolved or was not tried: unknown (3).
    #[must_use]
    pub fn unresolved(&self) -> bool {
        let counts = self.counts();
        counts.unresolved + counts.not_tried > 0
    }

    /// The report as the data of its document.
    #[must_use]
    pub fn wire(&self) -> ApplyWire {
        ApplyWire {
            items: self.items.clone(),
            findings: self.findings.iter().map(FindingWire::of).collect(),
            unknown: self.unknown.clone(),
            summary: self.counts(),
        }
    }
}

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing more: this is how it ended.
    Settled(ItemOutcome),
    /// It was accepted: wait until every new partition has a leader (`readiness`).
    AwaitLeaders,
    /// Look the topic up by name and `resolve` with this fault.
    LookUp(Fault),
}

/// Decides before a change to an existing topic is sent whether it still means that topic: its id is compared, since
/// a name may have been deleted and made anew since the plan.
///
/// # Errors
/// How the change ended, where it must not be sent.
pub fn before(change: &Change, lookup: &Seen<LiveTopic>) -> Result<(), ItemOutcome> {
    if matches!(change, Change::Create(_)) {
        return Ok(());
    }
    match (change, lookup) {
        (_, Seen::Unknown(fault)) => {
            let reason = format!("the topic could not be looked up before the change ({fault})");
            Err(ItemOutcome::NotTried { reason })
        }
        (Change::Delete(_), Seen::Absent) => Err(ItemOutcome::AlreadySo),
        (_, Seen::Absent) => Err(ItemOutcome::failed("the topic is gone since the plan: plan again", None)),
        (_, Seen::Present(live)) if compare::another_topic(change, live) => {
            Err(ItemOutcome::failed("the topic was deleted and made anew since the plan: plan again", None))
        }
        (Change::Grow(growth), Seen::Present(live)) => {
            let has = i32::try_from(live.partitions.len()).unwrap_or(i32::MAX);
            if has == growth.to {
                Err(ItemOutcome::AlreadySo)
            } else if has != growth.from {
                let from = growth.from;
                let reason = format!("it has {has} partitions, the plan was made for {from}: plan again");
                Err(ItemOutcome::failed(reason, None))
            } else {
                Ok(())
            }
        }
        (_, Seen::Present(_)) => Ok(()),
    }
}

/// Decides what the answer to a change's request means.
#[must_use]
pub fn after_answer(change: &Change, answer: Result<(), Fault>) -> Next {
    let fault = match answer {
        Ok(()) if matches!(change, Change::Create(_) | Change::Grow(_)) => return Next::AwaitLeaders,
        Ok(()) => return Next::Settled(ItemOutcome::Done),
        Err(fault) => fault,
    };
    match (change, fault.kind) {
        (_, FaultKind::TimedOut | FaultKind::Unreachable) => Next::LookUp(fault),
        (Change::Create(_), FaultKind::Exists) => Next::LookUp(fault),
        // Brokers refuse a growth to the number there is: somebody else was faster.
        (Change::Grow(_), FaultKind::Refused | FaultKind::Exists) => Next::LookUp(fault),
        (Change::Delete(_), FaultKind::Absent) => Next::Settled(ItemOutcome::AlreadySo),
        (_, FaultKind::Absent) => {
            let reason = "the topic is gone since the plan: plan again";
            Next::Settled(ItemOutcome::failed(reason, Some(&fault)))
        }
        (_, FaultKind::Denied | FaultKind::Refused | FaultKind::Unsupported | FaultKind::Exists) => {
            Next::Settled(ItemOutcome::Refused { fault })
        }
        // An error that says neither yes nor no: whether it happened has to be looked up.
        (_, FaultKind::Unavailable | FaultKind::Other) => Next::LookUp(fault),
    }
}

/// What a lookup told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// This is how it ended.
    Settled(ItemOutcome),
    /// It is as wanted but for leaders: wait until every new partition has one (`readiness`).
    AwaitLeaders(ItemOutcome),
    /// Nothing has happened yet: the request may be repeated. When there is no time left, `give_up`.
    TryAgain,
}

/// Decides how a change ended whose request brought this fault, from the topic as it was looked up since.
#[must_use]
pub fn resolve(change: &Change, fault: &Fault, lookup: &Seen<LiveTopic>) -> Resolution {
    let refused = matches!(fault.kind, FaultKind::Refused | FaultKind::Exists);
    let good = if refused { ItemOutcome::AlreadySo } else { ItemOutcome::Done };
    let gone = || ItemOutcome::failed("the topic is gone since the plan: plan again", Some(fault));
    match (change, lookup) {
        (_, Seen::Unknown(unknown)) => {
            let reason = format!("after {} the topic could not be looked up", fault.code);
            Resolution::Settled(ItemOutcome::unresolved(reason, unknown))
        }
        (Change::Delete(_), Seen::Absent) => Resolution::Settled(good),
        (Change::Create(_), Seen::Absent) => Resolution::TryAgain,
        (_, Seen::Absent) => Resolution::Settled(gone()),
        (Change::Delete(_), Seen::Present(live)) if compare::another_topic(change, live) => {
            // The one that was meant is gone, and the new one is none of ours.
            Resolution::Settled(good)
        }
        (_, Seen::Present(live)) if compare::another_topic(change, live) => {
            let reason = "the topic was deleted and made anew since the plan: plan again";
            Resolution::Settled(ItemOutcome::failed(reason, Some(fault)))
        }
        (_, Seen::Present(live)) => match (change, compare(change, lookup)) {
            (Change::Create(_) | Change::Grow(_), Comparison::Same) => Resolution::AwaitLeaders(good),
            (_, Comparison::Same) => Resolution::Settled(good),
            (_, Comparison::Unknown(unknown)) => {
                let reason = format!("after {} it could not be compared with what is wanted", fault.code);
                Resolution::Settled(ItemOutcome::unresolved(reason, &unknown))
            }
            (Change::Create(_), Comparison::Different(differences)) => {
                let differences = human::list(&differences, 10);
                let reason = format!("it exists already and differs ({differences}): plan again");
                Resolution::Settled(ItemOutcome::failed(reason, Some(fault)))
            }
            (Change::Grow(growth), Comparison::Different(differences)) => {
                let unmoved = i32::try_from(live.partitions.len()) == Ok(growth.from);
                if !unmoved {
                    let reason = format!("{}: plan again", human::list(&differences, 10));
                    Resolution::Settled(ItemOutcome::failed(reason, Some(fault)))
                } else if refused {
                    Resolution::Settled(ItemOutcome::Refused { fault: fault.clone() })
                } else {
                    Resolution::TryAgain
                }
            }
            (Change::Configure(_) | Change::Delete(_), Comparison::Different(_)) => Resolution::TryAgain,
        },
    }
}

/// How a change ended that was tried and looked up until no time was left.
#[must_use]
pub fn give_up(fault: &Fault) -> ItemOutcome {
    ItemOutcome::unresolved("no answer came, and the cluster does not show it yet: run apply again", fault)
}

/// How a change ended whose new partitions had no leader when no time was left; `before` is what it would have been.
#[must_use]
pub fn without_leaders(readiness: &Readiness, before: ItemOutcome) -> ItemOutcome {
    match readiness {
        Readiness::Ready => before,
        Readiness::Waiting(partitions) => {
            let partitions = human::list(partitions, 10);
            let reason = format!("it was accepted, but these partitions have no leader yet: {partitions}");
            ItemOutcome::Unresolved { reason, fault: None }
        }
        Readiness::Unknown(fault) => ItemOutcome::unresolved(
            "it was accepted, but whether its partitions have leaders is unknown",
            fault,
        ),
    }
}

/// Compares every change that ended well with the cluster as it was read afterwards. What differs or could not be
/// read is unresolved: the change was accepted, but either the brokers that were asked lag behind or somebody undid it.
#[must_use]
pub fn read_back(mut report: ApplyReport, changes: &[&Change], live: &LiveTopics) -> ApplyReport {
    for change in changes {
        let key = change.key();
        if !report.get(&key).is_some_and(ItemOutcome::is_good) {
            continue;
        }
        let unanswered = || Comparison::Unknown(compare::no_answer());
        let compared = live.named.get(change.topic()).map_or_else(unanswered, |seen| compare(change, seen));
        match compared {
            Comparison::Same => {}
            Comparison::Different(differences) => {
                let differences = human::list(&differences, 10);
                let reason = format!("it was accepted, but the cluster does not show it: {differences}");
                report.set(key, ItemOutcome::Unresolved { reason, fault: None });
            }
            Comparison::Unknown(fault) => {
                report.set(key, ItemOutcome::unresolved("it was made, but could not be read back", &fault));
            }
        }
    }
    report
}
