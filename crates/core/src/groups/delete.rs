//! Deleting groups: which of those that were named may go, what is lost with them, and what became of it.
//!
//! Only a group that surely has no members goes, and only where all that it committed is known: the plan shows what is
//! lost, and who wants it back needs it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::live::{Commit, Commits, GroupKind, GroupState, LiveGroup, PartitionKey};
use super::report::{CommittedTopic, committed};
use super::saved::SetState;
use super::target::Offsets;
use crate::fault::{Fault, FaultKind, Seen};
use crate::human;
use crate::name::{ClusterId, GroupName};

/// The `kind` of a deletion's document.
pub const DELETE_KIND: &str = "groups.delete";

/// Members that are named in a refusal.
const MEMBERS_NAMED: usize = 5;

/// What deleting groups would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletePlan {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// The groups that were named, each once.
    pub items: Vec<DeleteItem>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteItem {
    /// The group.
    pub group: GroupName,
    /// What is to become of it.
    pub verdict: Verdict,
}

/// What is to become of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is deleted, and with it these commits.
    Delete(Commits),
    /// It stays, for this reason.
    Stay(String),
    /// It is not there.
    Missing,
    /// It stays, because this could not be found out.
    Unknown(String, Fault),
}

/// Plans the deletion of groups, in the order they were named.
#[must_use]
pub fn plan(
    cluster: Option<ClusterId>,
    names: &[GroupName],
    mut seen: BTreeMap<GroupName, Seen<LiveGroup>>,
    mut commits: BTreeMap<GroupName, Result<Commits, Fault>>,
) -> DeletePlan {
    let item = |name: &GroupName| {
        let seen = seen.remove(name)?;
        let verdict = verdict(seen, commits.remove(name));
        Some(DeleteItem { group: name.clone(), verdict })
    };
    DeletePlan { cluster, items: names.iter().filter_map(item).collect() }
}

fn verdict(seen: Seen<LiveGroup>, commits: Option<Result<Commits, Fault>>) -> Verdict {
    let group = match seen {
        Seen::Present(group) => group,
        Seen::Absent => return Verdict::Missing,
        Seen::Unknown(fault) => return Verdict::Unknown("whether it has members".to_owned(), fault),
    };
    if let Some(reason) = reason_to_stay(&group) {
        return Verdict::Stay(reason);
    }
    match commits.unwrap_or_else(|| Ok(Commits::new())) {
        Ok(commits) => match commits.values().find_map(|commit| commit.as_ref().err()) {
            Some(fault) => Verdict::Unknown("what it has committed".to_owned(), fault.clone()),
            None => Verdict::Delete(commits),
        },
        Err(fault) => Verdict::Unknown("what it has committed".to_owned(), fault),
    }
}

fn reason_to_stay(group: &LiveGroup) -> Option<String> {
    if group.kind == GroupKind::Unsupported {
        let kind = group.protocol_type.as_deref().unwrap_or("share or another");
        return Some(format!("it is of a kind that eventctl does not know ({kind}); use Kafka's own tools"));
    }
    if !group.members.is_empty() {
        let member = |member: &super::live::Member| {
            let instance = member.instance_id.as_deref();
            let who =
                instance.unwrap_or(if member.client_id.is_empty() { &member.id } else { &member.client_id });
            format!("{who} at {}", member.host.trim_start_matches('/'))
        };
        let members: Vec<String> = group.members.iter().map(member).collect();
        let count = human::plural(members.len(), "member");
        return Some(format!("it has {count}, stop them first: {}", human::list(&members, MEMBERS_NAMED)));
    }
    (group.state != GroupState::Empty).then(|| format!("it is not empty but {}", group.state.as_str()))
}

impl DeletePlan {
    /// The groups that are to be deleted.
    #[must_use]
    pub fn doomed(&self) -> Vec<&GroupName> {
        let doomed = self.items.iter().filter(|item| matches!(item.verdict, Verdict::Delete(_)));
        doomed.map(|item| &item.group).collect()
    }

    /// The question that is asked before it is done.
    #[must_use]
    pub fn question(&self) -> String {
        let cluster =
            self.cluster.as_ref().map_or("a cluster of unknown id".to_owned(), |id| format!("cluster {id}"));
        let doomed = self.doomed();
        match doomed.as_slice() {
            [one] => format!("Delete group {one} with all that it committed at {cluster}?"),
            many => format!("Delete {} groups with all that they committed at {cluster}?", many.len()),
        }
    }

    /// The groups for which a plan that was made again would do something else: it is not carried out then.
    #[must_use]
    pub fn moved<'a>(&'a self, again: &DeletePlan) -> Vec<&'a GroupName> {
        let now: BTreeMap<&GroupName, &Verdict> =
            again.items.iter().map(|item| (&item.group, &item.verdict)).collect();
        let moved = |item: &&DeleteItem| {
            matches!(item.verdict, Verdict::Delete(_)) && now.get(&item.group) != Some(&&item.verdict)
        };
        self.items.iter().filter(moved).map(|item| &item.group).collect()
    }

    /// The report of a plan of which nothing is carried out.
    #[must_use]
    pub fn untouched(&self) -> DeleteReport {
        self.report(&BTreeMap::new())
    }

    /// The report, with what became of those that were deleted.
    #[must_use]
    pub fn report(&self, outcomes: &BTreeMap<GroupName, DeleteOutcome>) -> DeleteReport {
        let item = |item: &DeleteItem| {
            let outcome = match &item.verdict {
                Verdict::Stay(reason) => DeleteOutcome::Refused { reason: reason.clone(), fault: None },
                Verdict::Missing => DeleteOutcome::Missing,
                Verdict::Unknown(what, fault) => DeleteOutcome::Unknown {
                    reason: format!("{what} could not be found out, and it stays"),
                    fault: Some(fault.clone()),
                },
                Verdict::Delete(_) => outcomes.get(&item.group).cloned().unwrap_or(DeleteOutcome::NotTried),
            };
            (item.clone(), outcome)
        };
        DeleteReport { cluster: self.cluster.clone(), items: self.items.iter().map(item).collect() }
    }
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// It is deleted, and was read back as absent.
    Done,
    /// It was gone already when it was to be deleted.
    Gone,
    /// There is no such group: a finding.
    Missing,
    /// It was not deleted.
    Refused {
        /// Why not.
        reason: String,
        /// The coordinator's words.
        fault: Option<Fault>,
    },
    /// It is not known whether it is there, or whether it may go.
    Unknown {
        /// What is not known.
        reason: String,
        /// Why not.
        fault: Option<Fault>,
    },
    /// It was not tried.
    NotTried,
}

impl DeleteOutcome {
    /// What the store of offsets is told, in which the group's were saved.
    #[must_use]
    pub fn saved_state(&self) -> SetState {
        match self {
            DeleteOutcome::Done | DeleteOutcome::Gone => SetState::Done,
            DeleteOutcome::Missing | DeleteOutcome::Refused { .. } | DeleteOutcome::NotTried => {
                SetState::Failed
            }
            DeleteOutcome::Unknown { .. } => SetState::Begun,
        }
    }
}

/// Decides what became of a deletion from the coordinator's answer and from what was read back.
#[must_use]
pub fn settle(answer: Result<(), Fault>, seen: &Seen<LiveGroup>) -> DeleteOutcome {
    let unsure = |reason: &str, fault| DeleteOutcome::Unknown { reason: reason.to_owned(), fault };
    match (answer, seen) {
        (Ok(()), Seen::Absent) => DeleteOutcome::Done,
        (Ok(()), Seen::Present(_)) => {
            unsure("it was deleted, but it is there again: somebody may commit for it", None)
        }
        (Ok(()), Seen::Unknown(fault)) => {
            unsure("it was accepted, but it could not be read back", Some(fault.clone()))
        }
        (Err(fault), seen) => match (fault.kind, seen) {
            (FaultKind::Absent, _) => DeleteOutcome::Gone,
            (kind, Seen::Absent) if kind.leaves_outcome_unknown() => DeleteOutcome::Done,
            (kind, _) if kind.leaves_outcome_unknown() => {
                unsure("no answer came: it may still be deleted", Some(fault))
            }
            _ => DeleteOutcome::Refused { reason: "its coordinator refused".to_owned(), fault: Some(fault) },
        },
    }
}

/// Groups and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteReport {
    /// The cluster.
    pub cluster: Option<ClusterId>,
    /// Each group with what was planned.
    pub items: Vec<(DeleteItem, DeleteOutcome)>,
}

impl DeleteReport {
    /// True where a group was not deleted although that is known to be so.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        use DeleteOutcome::{Missing, NotTried, Refused};
        self.items.iter().any(|(_, outcome)| matches!(outcome, Missing | Refused { .. } | NotTried))
    }

    /// True where it is not known of a group.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.items.iter().any(|(_, outcome)| matches!(outcome, DeleteOutcome::Unknown { .. }))
    }

    /// True where nothing could be done because groups may not go: there are such, and the others are not there.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        use DeleteOutcome::{Missing, Refused};
        let refused = self.items.iter().any(|(_, outcome)| matches!(outcome, Refused { .. }));
        refused && self.items.iter().all(|(_, outcome)| matches!(outcome, Missing | Refused { .. }))
    }
}

/// The data of the `groups.delete` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteWire {
    cluster: Option<ClusterId>,
    items: Vec<DeleteWireItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DeleteWireItem {
    group: GroupName,
    result: &'static str,
    reason: Option<String>,
    fault: Option<Fault>,
    commits: Option<Vec<CommittedTopic>>,
}

impl DeleteOutcome {
    /// The outcome as a stable word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            DeleteOutcome::Done => "done",
            DeleteOutcome::Gone => "gone",
            DeleteOutcome::Missing => "missing",
            DeleteOutcome::Refused { .. } => "refused",
            DeleteOutcome::Unknown { .. } => "unknown",
            DeleteOutcome::NotTried => "not_tried",
        }
    }

    /// Why, and in whose words.
    #[must_use]
    pub fn reason(&self) -> (Option<&str>, Option<&Fault>) {
        match self {
            DeleteOutcome::Refused { reason, fault } | DeleteOutcome::Unknown { reason, fault } => {
                (Some(reason), fault.as_ref())
            }
            DeleteOutcome::Done | DeleteOutcome::Gone | DeleteOutcome::Missing | DeleteOutcome::NotTried => {
                (None, None)
            }
        }
    }
}

impl DeleteItem {
    /// The offsets that are lost with it; empty where it stays.
    #[must_use]
    pub fn offsets(&self) -> Offsets {
        let Verdict::Delete(commits) = &self.verdict else { return Offsets::new() };
        let offset = |(key, commit): (&PartitionKey, &Result<Option<Commit>, Fault>)| {
            Some((key.clone(), Some(commit.as_ref().ok()?.as_ref()?.offset)))
        };
        commits.iter().filter_map(offset).collect()
    }

    /// What is lost with it; none where it stays.
    #[must_use]
    pub fn lost(&self) -> Option<Vec<CommittedTopic>> {
        match &self.verdict {
            Verdict::Delete(commits) => committed(commits.clone()).0,
            Verdict::Stay(_) | Verdict::Missing | Verdict::Unknown(..) => None,
        }
    }
}

impl DeleteReport {
    /// The data of its document.
    #[must_use]
    pub fn wire(&self) -> DeleteWire {
        let item = |(item, outcome): &(DeleteItem, DeleteOutcome)| {
            let (reason, fault) = outcome.reason();
            DeleteWireItem {
                group: item.group.clone(),
                result: outcome.as_str(),
                reason: reason.map(str::to_owned),
                fault: fault.cloned(),
                commits: item.lost(),
            }
        };
        DeleteWire { cluster: self.cluster.clone(), items: self.items.iter().map(item).collect() }
    }
}
