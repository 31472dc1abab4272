//! Describing groups by name.

use std::collections::BTreeMap;
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::listing::{GroupLists, unsupported};
use eventctl_core::groups::live::{GroupKind, GroupState, LiveGroup};
use eventctl_core::name::GroupName;
use eventctl_core::topics::live::Broker;

use super::{Answers, listed, read, values};
use crate::kafka::cluster::Cluster;
use crate::kafka::groups_client::Connected;
use crate::kafka::health::Explained;
use crate::kafka::native::groups::Description;

/// What a group's coordinator says.
enum Word {
    /// This is what it is.
    Group(LiveGroup),
    /// It knows no group of this name that is supported.
    None(Option<Broker>),
}

/// What is known of groups, and the coordinators of those that are absent or of another kind.
type SortedOut = (BTreeMap<GroupName, Seen<LiveGroup>>, BTreeMap<GroupName, Option<Broker>>);

impl Cluster {
    /// Asks the coordinators of groups for what they are, by name. Denied and unanswered are `Unknown`, never `Absent`; a
    /// group of another kind is never `Absent` either.
    pub async fn describe_groups(&self, names: &[GroupName]) -> BTreeMap<GroupName, Seen<LiveGroup>> {
        let deadline = self.deadline();
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let client = match self.groups_client() {
            Ok(client) => client,
            Err(error) => {
                return names.into_iter().map(|name| (name, Seen::Unknown(error.fault.clone()))).collect();
            }
        };
        let (mut seen, unknown) = sorted_out(words(&client, names, deadline).await);
        if unknown.is_empty() {
            return seen;
        }
        let lists = Box::pin(listed::lists(&client, deadline)).await;
        // One that is on the list of those that are supported came to be after its coordinator was asked.
        let supported = |name: &GroupName| {
            let listing = lists.as_ref().ok().and_then(|lists| lists.groups.get(name));
            listing.is_some_and(|listing| listing.kind != GroupKind::Unsupported)
        };
        let newborn: Vec<GroupName> = unknown.keys().filter(|name| supported(name)).cloned().collect();
        seen.extend(unknown.into_iter().map(|(name, coordinator)| {
            let told = told(&lists, &name, coordinator);
            (name, told)
        }));
        if !newborn.is_empty() {
            seen.extend(sorted_out(words(&client, newborn, deadline).await).0);
        }
        seen
    }
}

/// Describes groups where the lists are known already.
pub(super) async fn beside(
    client: &Connected,
    lists: &GroupLists,
    names: Vec<GroupName>,
    deadline: Instant,
) -> BTreeMap<GroupName, Seen<LiveGroup>> {
    let (mut seen, unknown) = sorted_out(words(client, names, deadline).await);
    seen.extend(unknown.into_iter().map(|(name, coordinator)| {
        let told = lists.tell(&name, coordinator);
        (name, told)
    }));
    seen
}

fn told(
    lists: &Result<GroupLists, Explained>,
    name: &GroupName,
    coordinator: Option<Broker>,
) -> Seen<LiveGroup> {
    match lists {
        Ok(lists) => lists.tell(name, coordinator),
        Err(error) => Seen::Unknown(error.fault.clone()),
    }
}

fn sorted_out(words: Answers<GroupName, Word>) -> SortedOut {
    let (mut seen, mut unknown) = SortedOut::default();
    for (name, word) in words {
        match word {
            Ok(Word::Group(group)) => drop(seen.insert(name, Seen::Present(group))),
            Ok(Word::None(coordinator)) => drop(unknown.insert(name, coordinator)),
            Err(fault) => drop(seen.insert(name, Seen::Unknown(fault))),
        }
    }
    (seen, unknown)
}

/// What the coordinators say; those that cannot right now are asked again.
async fn words(client: &Connected, names: Vec<GroupName>, deadline: Instant) -> Answers<GroupName, Word> {
    read(names, deadline, |names| {
        Box::pin(async move {
            let asked: Vec<&str> = names.iter().map(GroupName::as_str).collect();
            let answers = client.ask_each(client.handle.describe_groups(&asked, deadline)).await;
            match answers {
                Ok(answers) => {
                    let words = names.iter().zip(answers);
                    words.map(|(name, answer)| (name.clone(), word(name, answer))).collect()
                }
                Err(fault) => names.into_iter().map(|name| (name, Err(fault.clone()))).collect(),
            }
        })
    })
    .await
}

fn word(name: &GroupName, answer: Result<Description, Fault>) -> Result<Word, Fault> {
    match answer {
        Ok(description) => {
            let group = values::group(name, description);
            let known = group.state != GroupState::Dead;
            Ok(if known { Word::Group(group) } else { Word::None(group.coordinator) })
        }
        Err(fault) => match values::other_protocol(&fault.code, &fault.message) {
            Some(protocol) => Ok(Word::Group(unsupported(name.clone(), Some(protocol), None))),
            None if fault.kind == FaultKind::Absent => Ok(Word::None(None)),
            None => Err(fault),
        },
    }
}
