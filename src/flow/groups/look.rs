//! Asks a cluster what it says of groups. Changes nothing.

use std::collections::BTreeMap;

use eventctl_core::fault::{Fault, Seen};
use eventctl_core::groups::live::{Commits, GroupKind, LiveGroup, PartitionKey};
use eventctl_core::groups::report::ListFacts;
use eventctl_core::name::{ClusterId, GroupName};

use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups::CommitsOf;

/// What was read of groups by name.
#[derive(Debug)]
pub struct Looked {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// What the groups are.
    pub seen: BTreeMap<GroupName, Seen<LiveGroup>>,
    /// What they have committed: of those that are there and of a supported kind.
    pub commits: BTreeMap<GroupName, Result<Commits, Fault>>,
}

/// Reads the groups that can be seen and are wanted, and those that are named, whether they are listed or not.
///
/// # Errors
/// `Cluster` when no broker answers at all.
pub async fn listed(
    cluster: &Cluster,
    named: Vec<GroupName>,
    wanted: impl Fn(&GroupName) -> bool,
) -> Result<ListFacts, Failure> {
    let (live, listed) = tokio::join!(cluster.describe(), cluster.groups());
    let (listed, unlisted) = listed?;
    let listed = listed.into_iter().map(|group| group.name).filter(|name| wanted(name));
    let names: Vec<GroupName> = listed.chain(named.iter().cloned()).collect();
    let seen = cluster.describe_groups(&names).await;
    Ok(ListFacts { cluster: live?.id, seen, named, unlisted })
}

/// Reads groups by name, with what they have committed. The partitions that their members read are asked for by name as
/// well: of a topic that may not be seen, brokers leave out the commits otherwise.
///
/// # Errors
/// `Cluster` when no broker answers at all.
pub async fn at(cluster: &Cluster, names: &[GroupName]) -> Result<Looked, Failure> {
    let (live, seen) = tokio::join!(cluster.describe(), cluster.describe_groups(names));
    let cluster_id = live?.id;
    let asked: Vec<CommitsOf> = seen.values().filter_map(Seen::present).flat_map(wishes).collect();
    let commits = cluster.commits_of_groups(&asked).await;
    Ok(Looked { cluster: cluster_id, seen, commits })
}

pub(super) fn wishes(group: &LiveGroup) -> Vec<CommitsOf> {
    if group.kind == GroupKind::Unsupported {
        return Vec::new();
    }
    let assigned = group.members.iter().flat_map(|member| member.assigned.iter().cloned());
    let assigned: Vec<PartitionKey> = assigned.collect();
    let of = |partitions| CommitsOf { group: group.name.clone(), partitions };
    let named = (!assigned.is_empty()).then(|| of(Some(assigned)));
    named.into_iter().chain([of(None)]).collect()
}
