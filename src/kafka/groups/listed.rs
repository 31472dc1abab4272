//! Listing groups of all kinds.

use std::time::Instant;

use eventctl_core::fault::{Fault, Seen};
use eventctl_core::groups::listing::{GroupListing, GroupLists};
use eventctl_core::groups::live::GroupKind;
use eventctl_core::name::GroupName;

use super::{described, values};
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, LOST, failure};
use crate::kafka::groups_client::Connected;
use crate::kafka::health::Explained;
use crate::kafka::native::groups::{Listings, OldListing};
use crate::kafka::reads::PAUSE;

impl Cluster {
    /// Lists the groups, each once, sorted, as far as this principal may see them; the faults are those of brokers that
    /// did not list theirs.
    ///
    /// # Errors
    /// `Cluster` when no broker answers at all.
    pub async fn groups(&self) -> Result<(Vec<GroupListing>, Vec<Fault>), Failure> {
        let deadline = self.deadline();
        let listed = async {
            let client = self.groups_client()?;
            let mut lists = lists(&client, deadline).await?;
            look_again(&client, &mut lists, deadline).await;
            Ok(lists)
        };
        let lists =
            Box::pin(listed).await.map_err(|error| failure("the groups could not be listed", error))?;
        Ok((lists.groups.into_values().collect(), lists.unlisted))
    }
}

/// Looks at groups that seem to be of another kind: one that appeared while the two lists were read is on one of them
/// only.
async fn look_again(client: &Connected, lists: &mut GroupLists, deadline: Instant) {
    let odd = |group: &&GroupListing| {
        let protocol = group.protocol_type.as_deref();
        group.kind == GroupKind::Unsupported && matches!(protocol, None | Some("consumer"))
    };
    let odd: Vec<GroupName> = lists.groups.values().filter(odd).map(|group| group.name.clone()).collect();
    if odd.is_empty() {
        return;
    }
    for (name, seen) in described::beside(client, lists, odd, deadline).await {
        match seen {
            Seen::Present(group) => {
                let (kind, state) = (group.kind, group.state);
                let listing = GroupListing { name, kind, state, protocol_type: group.protocol_type };
                lists.groups.insert(listing.name.clone(), listing);
            }
            Seen::Absent => drop(lists.groups.remove(&name)),
            Seen::Unknown(_) => {}
        }
    }
}

/// Both of librdkafka's lists. They are read at the same time: either waits for a broker that stands still.
pub(super) async fn lists(client: &Connected, deadline: Instant) -> Result<GroupLists, Explained> {
    if !client.has_answered() {
        // Waits for the first connection where the wait can be ended.
        client.ask_again(deadline, || client.handle.describe_cluster(deadline)).await?;
    }
    let start = Instant::now();
    let (supported, all) = tokio::join!(supported(client, deadline), of_all_kinds(client, deadline),);
    let supported = supported?;
    let mut unlisted: Vec<Fault> =
        supported.errors.into_iter().map(|error| client.fault(error, start)).collect();
    let all = all.unwrap_or_else(|error| {
        // What one list says of a broker, the other need not repeat.
        if unlisted.is_empty() {
            unlisted.push(error.fault);
        }
        Vec::new()
    });
    let all = all
        .into_iter()
        .filter_map(|group| Some((GroupName::try_from(group.group).ok()?, group.protocol_type)));
    let supported = supported.groups.into_iter().filter_map(values::listing).collect();
    Ok(GroupLists::join(supported, all.collect(), unlisted))
}

/// The list of the groups that are supported. Where a broker's part of it is lost with a connection, it is read again.
async fn supported(client: &Connected, deadline: Instant) -> Result<Listings, Explained> {
    loop {
        let listings = client.ask_again(deadline, || client.handle.list_groups(deadline)).await?;
        let lost = listings.errors.iter().any(|error| error.code == LOST);
        if !lost || Instant::now() + PAUSE >= deadline {
            return Ok(listings);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The list of the groups of all kinds. It does not tell which broker's part is missing, or why.
async fn of_all_kinds(client: &Connected, deadline: Instant) -> Result<Vec<OldListing>, Explained> {
    loop {
        let listed = client.ask_again(deadline, || client.handle.list_groups_of_all_kinds(deadline)).await;
        let partial = listed.as_ref().is_err_and(|error| error.fault.code == "_PARTIAL");
        if !partial || Instant::now() + PAUSE >= deadline {
            return listed;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
