//! The changing calls, and their dry twins. What changes takes an `Approved`; what the brokers only check does not.
//!
//! Requests go out one after the other, each with the whole time limit: a controller works them off in that order, and
//! a limit shared by a thousand creations would run out while all goes well. Once a request fails as a whole, the later
//! ones are not sent.

use std::collections::BTreeMap;
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::name::TopicName;
use eventctl_core::topics::change::{Alteration, Creation, Deletion, Growth};

use super::cluster::Cluster;
use super::faults::fault;
use super::native::code::CallError;
use super::native::topics::Items;
use crate::gate::Approved;

/// Items in one request.
const ITEMS_AT_ONCE: usize = 100;

/// What became of each item. `TimedOut` and `Unreachable` leave it open whether a change happened.
pub type Outcomes = BTreeMap<TopicName, Result<(), Fault>>;

impl Cluster {
    /// Creates topics.
    pub async fn create_topics(&self, topics: &Approved<Vec<&Creation>>) -> Outcomes {
        self.creations(topics.get(), false).await
    }

    /// Lets the brokers check creations: policies, limits, values. Nothing is created.
    pub async fn validate_creations(&self, topics: &[&Creation]) -> Outcomes {
        self.creations(topics, true).await
    }

    /// Gives topics more partitions.
    pub async fn grow_topics(&self, topics: &Approved<Vec<&Growth>>) -> Outcomes {
        self.growths(topics.get(), false).await
    }

    /// Lets the brokers check growths. Nothing grows.
    pub async fn validate_growths(&self, topics: &[&Growth]) -> Outcomes {
        self.growths(topics, true).await
    }

    /// Changes the settings that are named, and no other.
    pub async fn alter_topics(&self, topics: &Approved<Vec<&Alteration>>) -> Outcomes {
        self.alterations(topics.get(), false).await
    }

    /// Lets the brokers check changes of settings. Nothing changes.
    pub async fn validate_alterations(&self, topics: &[&Alteration]) -> Outcomes {
        self.alterations(topics, true).await
    }

    /// Deletes topics, with their records and all commits on them.
    pub async fn delete_topics(&self, topics: &Approved<Vec<&Deletion>>) -> Outcomes {
        let call = async |some: &[&Deletion], deadline| {
            let names: Vec<&str> = some.iter().map(|deletion| deletion.topic.as_str()).collect();
            self.inner.handle.delete_topics(&names, deadline).await
        };
        self.in_turn(topics.get(), |deletion| &deletion.topic, call).await
    }

    async fn creations(&self, topics: &[&Creation], validate_only: bool) -> Outcomes {
        let call = async |some: &[&Creation], deadline| {
            self.inner.handle.create_topics(some, validate_only, deadline).await
        };
        self.in_turn(topics, |creation| &creation.topic, call).await
    }

    async fn growths(&self, topics: &[&Growth], validate_only: bool) -> Outcomes {
        let call = async |some: &[&Growth], deadline| {
            self.inner.handle.grow_topics(some, validate_only, deadline).await
        };
        self.in_turn(topics, |growth| &growth.topic, call).await
    }

    async fn alterations(&self, topics: &[&Alteration], validate_only: bool) -> Outcomes {
        let call = async |some: &[&Alteration], deadline| {
            self.inner.handle.alter_topics(some, validate_only, deadline).await
        };
        self.in_turn(topics, |alteration| &alteration.topic, call).await
    }

    /// Sends items in requests of a bounded size, one after the other.
    async fn in_turn<T>(
        &self,
        items: &[&T],
        name: impl Fn(&T) -> &TopicName,
        call: impl AsyncFn(&[&T], Instant) -> Result<Items, CallError>,
    ) -> Outcomes {
        let mut outcomes = Outcomes::new();
        let mut broken: Option<Fault> = None;
        for some in items.chunks(ITEMS_AT_ONCE) {
            if let Some(fault) = &broken {
                let unsent = Fault {
                    kind: FaultKind::Unreachable,
                    code: fault.code.clone(),
                    message: format!("not sent, because an earlier request failed: {}", fault.message),
                };
                outcomes.extend(some.iter().map(|item| (name(item).clone(), Err(unsent.clone()))));
                continue;
            }
            match self.ask(call(some, self.deadline())).await {
                Ok(mut answer) => outcomes.extend(some.iter().map(|item| {
                    let name = name(item);
                    let left_out = || Err(CallError::local("_BAD_MSG", "the broker's answer left it out"));
                    (name.clone(), answer.remove(name.as_str()).unwrap_or_else(left_out).map_err(fault))
                })),
                Err(error) => {
                    outcomes.extend(some.iter().map(|item| (name(item).clone(), Err(error.fault.clone()))));
                    // A refusal of one request as a whole says nothing about the next.
                    broken = error.fault.kind.leaves_outcome_unknown().then_some(error.fault);
                }
            }
        }
        outcomes
    }
}
