//! Plans the deletion of groups from what a cluster says, carries it out, and reads back that they are gone.

use std::collections::BTreeMap;

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::delete::{self, DeleteOutcome, DeletePlan, settle};
use eventctl_core::human;
use eventctl_core::name::GroupName;
use eventctl_core::risk::Risk;

use super::look::{self, Looked};
use crate::failure::{Failure, Kind};
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

/// Deletes the groups of a plan, and reads back what became of each.
pub async fn carry_out(plan: &Approved<DeletePlan>, cluster: &Cluster) -> BTreeMap<GroupName, DeleteOutcome> {
    let doomed = plan.select(|plan| plan.doomed());
    let answers = cluster.delete_groups(&doomed).await;
    let names: Vec<GroupName> = answers.keys().cloned().collect();
    let mut seen = cluster.describe_groups(&names).await;
    let outcome = |(name, answer): (GroupName, Result<(), Fault>)| {
        let seen = seen.remove(&name).unwrap_or_else(|| Seen::Unknown(unread()));
        let outcome = settle(answer, &seen);
        (name, outcome)
    };
    answers.into_iter().map(outcome).collect()
}

fn unread() -> Fault {
    let message = "it was not read back".to_owned();
    Fault { kind: FaultKind::Other, code: "_NOT_ASKED".to_owned(), message }
}
