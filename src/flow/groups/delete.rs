//! Plans the deletion of groups from what a cluster says, carries it out, and reads back that they are gone.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::delete::{self, DeleteItem, DeleteOutcome, DeletePlan, Verdict, settle};
use eventctl_core::groups::live::{Commit, PartitionKey};
use eventctl_core::groups::saved::{Cause, SavedOffset, SetState};
use eventctl_core::human;
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::risk::Risk;
use eventctl_core::topics::live::{LiveTopic, TopicId};

use super::look::{self, Looked};
use crate::failure::{Failure, Kind};
use crate::flow::saving::{Change, Saving};
use crate::gate::{Approved, Consequential};
use crate::kafka::cluster::Cluster;

impl Consequential for DeletePlan {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        DeletePlan::question(self)
    }
}

/// Plans the deletion of these groups.
///
/// # Errors
/// `Cluster` when no broker answers at all.
pub async fn plan(cluster: &Cluster, names: &[GroupName]) -> Result<DeletePlan, Failure> {
    let Looked { cluster, seen, commits } = look::at(cluster, names).await?;
    Ok(delete::plan(cluster, names, seen, commits))
}

/// Plans anew what was planned, and refuses if any group that is to go has changed since.
///
/// # Errors
/// `Refused` where one has; `Cluster` when no broker answers at all.
pub async fn unmoved(plan: &DeletePlan, cluster: &Cluster) -> Result<(), Failure> {
    let names: Vec<GroupName> = plan.items.iter().map(|item| item.group.clone()).collect();
    let again = self::plan(cluster, &names).await?;
    let moved = plan.moved(&again);
    if moved.is_empty() {
        return Ok(());
    }
    let story = format!(
        "the plan is stale, nothing was changed: {} came alive or committed since it was shown",
        human::list(&moved, 10)
    );
    Err(Failure::new(Kind::Refused, story).hint("look at them: eventctl groups describe GROUP"))
}

/// Deletes the groups of a plan, and reads back what became of each. What they committed is saved before.
///
/// # Errors
/// `Machine` where it cannot be saved: then nothing was deleted.
pub async fn carry_out(
    plan: &Approved<DeletePlan>,
    cluster: &Cluster,
    mut saving: Saving<'_>,
) -> Result<BTreeMap<GroupName, DeleteOutcome>, Failure> {
    let topic_ids = topic_ids(plan.get(), cluster).await;
    let saved = save(plan.get(), &topic_ids, &mut saving)?;
    let doomed = plan.select(|plan| plan.doomed());
    let answers = cluster.delete_groups(&doomed).await;
    let names: Vec<GroupName> = answers.keys().cloned().collect();
    let mut seen = cluster.describe_groups(&names).await;
    let outcome = |(name, answer): (GroupName, Result<(), Fault>)| {
        let seen = seen.remove(&name).unwrap_or_else(|| Seen::Unknown(unread()));
        let outcome = settle(answer, &seen);
        (name, outcome)
    };
    let outcomes: BTreeMap<GroupName, DeleteOutcome> = answers.into_iter().map(outcome).collect();
    for (group, number) in saved {
        let state = outcomes.get(&group).map_or(SetState::Begun, DeleteOutcome::saved_state);
        saving.store.settle(number, state)?;
    }
    Ok(outcomes)
}

/// The ids of the topics in which something was committed, by which a topic that is made anew is known later. What cannot
/// be found out stays out.
async fn topic_ids(plan: &DeletePlan, cluster: &Cluster) -> BTreeMap<TopicName, TopicId> {
    let topics: BTreeSet<TopicName> =
        plan.items.iter().flat_map(|item| item.offsets().into_keys()).map(|(topic, _)| topic).collect();
    let topics: Vec<TopicName> = topics.into_iter().collect();
    let seen = cluster.topics(&topics, false).await.unwrap_or_default();
    let id = |(name, seen): (TopicName, Seen<LiveTopic>)| match seen {
        Seen::Present(topic) => Some((name, topic.id?)),
        Seen::Absent | Seen::Unknown(_) => None,
    };
    seen.into_iter().filter_map(id).collect()
}

/// Saves what the groups committed that are to go.
fn save(
    plan: &DeletePlan,
    topic_ids: &BTreeMap<TopicName, TopicId>,
    saving: &mut Saving<'_>,
) -> Result<Vec<(GroupName, i64)>, Failure> {
    let mut saved = Vec::new();
    for DeleteItem { group, verdict } in &plan.items {
        let Verdict::Delete(commits) = verdict else { continue };
        let offset = |((topic, partition), commit): (&PartitionKey, &Result<Option<Commit>, Fault>)| {
            let before = commit.as_ref().ok()?.clone()?;
            let (topic, partition) = (topic.clone(), *partition);
            let topic_id = topic_ids.get(&topic).cloned();
            Some(SavedOffset { topic, topic_id, partition, before: Some(before), after: None })
        };
        let offsets: Vec<SavedOffset> = commits.iter().filter_map(offset).collect();
        if !offsets.is_empty() {
            let cluster = plan.cluster.as_ref();
            let number =
                saving.save(Change { cluster, group, cause: Cause::Delete, undoes: None, offsets })?;
            saved.push((group.clone(), number));
        }
    }
    Ok(saved)
}

fn unread() -> Fault {
    let message = "it was not read back".to_owned();
    Fault { kind: FaultKind::Other, code: "_NOT_ASKED".to_owned(), message }
}
