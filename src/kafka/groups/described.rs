//! Describing groups by name.

use std::collections::BTreeMap;
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::groups::listing::{GroupLists, unsupported};
use eventctl_core::groups::live::{GroupKind, GroupState, LiveGroup};
use eventctl_core::name::GroupName;
use eventctl_core::topics::live::Broker;

use super::{Answers, listed, settled, values};
use crate::kafka::cluster::Cluster;
use crate::kafka::faults::fault;
use crate::kafka::groups_client::Connected;
use crate::kafka::health::Explained;
use crate::kafka::native::groups::Description;
use crate::kafka::reads::left_out;
use crate::kafka::together;

/// Groups in one call. librdkafka makes a request of each, and compares each answer with each question.
const GROUPS_AT_ONCE: usize = 250;

/// What a group's coordinator says.
enum Word {
    /// This is what it is.
    Group(LiveGroup),
    /// It knows no group of this name that is supported.
    None(Option<Broker>),
}

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
        let words = words(client, names, deadline).await;
        let (mut seen, unknown) = sorted_out(words);
        if unknown.is_empty() {
            return seen;
        }
        let lists = listed::lists(client, deadline).await;
        // One that is on the list of those that are supported came to be after its coordinator was asked.
        let supported = |name: &GroupName| {
            let listing = lists.as_ref().ok().and_then(|lists| lists.groups.get(name));
            listing.is_some_and(|listing| listing.kind != GroupKind::Unsupported)
        };
        let newborn: Vec<GroupName> = unknown.keys().filter(|name| supported(name)).cloned().collect();
        let told = unknown.into_iter().map(|(name, coordinator)| {
            let told = told(&lists, &name, coordinator);
            (name, told)
        });
        seen.extend(told);
        if !newborn.is_empty() {
            seen.extend(sorted_out(self::words(client, newborn, deadline).await).0);
        }
        seen
    }

    /// The same where the lists are known already.
    pub(super) async fn described_beside(
        &self,
        lists: &GroupLists,
        names: Vec<GroupName>,
        deadline: Instant,
    ) -> BTreeMap<GroupName, Seen<LiveGroup>> {
        let Ok(client) = self.groups_client() else { return BTreeMap::new() };
        let (mut seen, unknown) = sorted_out(words(client, names, deadline).await);
        seen.extend(unknown.into_iter().map(|(name, coordinator)| {
            let told = lists.tell(&name, coordinator);
            (name, told)
        }));
        seen
    }
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

/// Separates what is known from the groups that are absent or of another kind, with their coordinators.
fn sorted_out(
    words: Answers<GroupName, Word>,
) -> (BTreeMap<GroupName, Seen<LiveGroup>>, BTreeMap<GroupName, Option<Broker>>) {
    let (mut seen, mut unknown) = (BTreeMap::new(), BTreeMap::new());
    for (name, word) in words {
        match word {
            Ok(Word::Group(group)) => {
                seen.insert(name, Seen::Present(group));
            }
            Ok(Word::None(coordinator)) => {
                unknown.insert(name, coordinator);
            }
            Err(fault) => {
                seen.insert(name, Seen::Unknown(fault));
            }
        }
    }
    (seen, unknown)
}

/// What the coordinators say; those that cannot right now are asked again.
async fn words(client: &Connected, names: Vec<GroupName>, deadline: Instant) -> Answers<GroupName, Word> {
    settled(names, deadline, |names| {
        Box::pin(async move {
            let calls = names.chunks(GROUPS_AT_ONCE).map(|some| words_of(client, some, deadline));
            together::all(calls).await.into_iter().flatten().collect()
        })
    })
    .await
}

async fn words_of(
    client: &Connected,
    names: &[GroupName],
    deadline: Instant,
) -> Vec<(GroupName, Result<Word, Fault>)> {
    let start = Instant::now();
    let asked: Vec<&str> = names.iter().map(GroupName::as_str).collect();
    match client.ask(client.handle.describe_groups(&asked, deadline)).await {
        Ok(mut answer) => {
            let word = |name: &GroupName| {
                let description = answer.remove(name.as_str()).unwrap_or_else(|| Err(left_out()));
                let word = match description {
                    Ok(description) => Ok(word(name, description)),
                    Err(error) => match values::other_protocol(&error.code, &error.message) {
                        Some(protocol) => Ok(Word::Group(unsupported(name.clone(), Some(protocol), None))),
                        None if fault(error.clone()).kind == FaultKind::Absent => Ok(Word::None(None)),
                        None => Err(client.fault(error, start)),
                    },
                };
                (name.clone(), word)
            };
            names.iter().map(word).collect()
        }
        Err(error) => names.iter().map(|name| (name.clone(), Err(error.fault.clone()))).collect(),
    }
}

fn word(name: &GroupName, description: Description) -> Word {
    let group = values::group(name, description);
    if group.state == GroupState::Dead { Word::None(group.coordinator) } else { Word::Group(group) }
}
