//! The reading calls on topics and brokers: many items at once, one result for each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::name::TopicName;
use eventctl_core::topics::live::{LiveConfig, LiveTopic};

use super::cluster::{Cluster, failure};
use super::faults::fault;
use super::health::Explained;
use super::native::anywhere::PATIENCE;
use super::native::code::CallError;
use super::native::configs::Configs;
use super::native::topics::{Description, Descriptions};
use super::{together, values};
use crate::failure::Failure;

/// Topics in one request. More requests of this size run side by side.
const TOPICS_AT_ONCE: usize = 250;

/// How soon an item is asked for again that a broker cannot tell right now. It is asked for until the time limit: a new
/// partition's leader takes up to some seconds to serve on a loaded cluster.
pub(super) const PAUSE: Duration = Duration::from_millis(150);

/// How often an item is asked for that a broker does not know: a new topic is unknown to some brokers for a moment, on a
/// loaded cluster for seconds.
pub(super) const ATTEMPTS_IF_ABSENT: u32 = 20;

/// One broker's answer about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerAnswer {
    /// Its settings.
    pub config: Result<LiveConfig, Fault>,
    /// How long it took, a new connection included where there was none.
    pub took: Duration,
}

impl Cluster {
    /// Asks for topics by name. Denied is `Unknown`, never `Absent`; settings are read where `with_config`.
    ///
    /// # Errors
    /// `Cluster` when no broker answers at all.
    pub async fn topics(
        &self,
        names: &[TopicName],
        with_config: bool,
    ) -> Result<BTreeMap<TopicName, Seen<LiveTopic>>, Failure> {
        self.topics_until(names, with_config, self.deadline()).await
    }

    /// The same within a shorter time than the connection's own.
    ///
    /// # Errors
    /// As `topics`.
    pub async fn topics_within(
        &self,
        names: &[TopicName],
        with_config: bool,
        limit: Duration,
    ) -> Result<BTreeMap<TopicName, Seen<LiveTopic>>, Failure> {
        let deadline = self.deadline().min(Instant::now() + limit);
        self.topics_until(names, with_config, deadline).await
    }

    async fn topics_until(
        &self,
        names: &[TopicName],
        with_config: bool,
        deadline: Instant,
    ) -> Result<BTreeMap<TopicName, Seen<LiveTopic>>, Failure> {
        let names = unique(names);
        let (described, configs) =
            tokio::join!(self.descriptions(&names, deadline), self.configs_if(with_config, &names, deadline));
        let described = described.map_err(|error| failure("the topics could not be described", error))?;
        let mut configs = configs;
        self.configs_again(&described, &mut configs, deadline).await;
        let mut seen = BTreeMap::new();
        for name in names {
            let description = described.get(name.as_str()).cloned().unwrap_or_else(|| Err(left_out()));
            let config = configs.remove(name.as_str()).unwrap_or_else(|| Err(not_asked()));
            seen.insert(name.clone(), sight(name, description, config));
        }
        self.inherit_times(&mut seen, deadline).await;
        Ok(seen)
    }

    /// The settings of brokers, each asked for its own, and how long its answer took.
    pub async fn broker_configs(&self, brokers: &[i32]) -> BTreeMap<i32, BrokerAnswer> {
        let deadline = self.deadline();
        let ask = |broker: i32| async move {
            let start = Instant::now();
            let config =
                self.ask_again(deadline, || self.inner.handle.describe_broker_config(broker, deadline)).await;
            let config = config.map(values::config).map_err(|error| error.fault);
            (broker, BrokerAnswer { config, took: start.elapsed() })
        };
        together::all(brokers.iter().copied().map(ask)).await.into_iter().collect()
    }

    /// The settings of any of these brokers, as the first one tells them that answers; none where none does.
    pub async fn config_of_any(&self, brokers: &[i32]) -> Option<LiveConfig> {
        self.config_of_any_until(brokers, self.deadline()).await
    }

    async fn config_of_any_until(&self, brokers: &[i32], deadline: Instant) -> Option<LiveConfig> {
        let mut brokers = brokers.to_vec();
        let preferred = self.inner.handle.brokers.preferred();
        brokers.sort_by_key(|broker| Some(*broker) != preferred);
        let ask = |broker: i32| {
            self.ask_again(deadline, move || self.inner.handle.describe_broker_config(broker, deadline))
        };
        let answer = together::first_good(brokers.into_iter().map(ask), PATIENCE).await;
        answer?.ok().map(values::config)
    }

    pub(super) async fn descriptions(
        &self,
        names: &[&TopicName],
        deadline: Instant,
    ) -> Result<Descriptions, Explained> {
        let ask = |some: &[&TopicName]| {
            let names: Vec<String> = some.iter().map(|name| name.to_string()).collect();
            async move {
                let asked: Vec<&str> = names.iter().map(String::as_str).collect();
                let answer =
                    self.ask_again(deadline, || self.inner.handle.describe_topics(&asked, deadline)).await;
                (names, answer)
            }
        };
        let mut all = Descriptions::new();
        let mut failed = None;
        for (names, answer) in together::all(names.chunks(TOPICS_AT_ONCE).map(ask)).await {
            match answer {
                Ok(answer) => all.extend(answer),
                Err(error) => {
                    let item = call_error(&error);
                    all.extend(names.into_iter().map(|name| (name, Err(item.clone()))));
                    failed = Some(error);
                }
            }
        }
        // While one request was answered, the others' failure is their items' own.
        match failed {
            Some(error) if all.values().all(Result::is_err) => Err(error),
            _ => Ok(all),
        }
    }

    async fn configs_if(&self, wanted: bool, names: &[&TopicName], deadline: Instant) -> Configs {
        if !wanted {
            return Configs::new();
        }
        let ask = |some: &[&TopicName]| {
            let names: Vec<String> = some.iter().map(|name| name.to_string()).collect();
            async move {
                let asked: Vec<&str> = names.iter().map(String::as_str).collect();
                let answer = self
                    .ask_again(deadline, || self.inner.handle.describe_topic_configs(&asked, deadline))
                    .await;
                answer.unwrap_or_else(|error| {
                    let item = call_error(&error);
                    names.into_iter().map(|name| (name, Err(item.clone()))).collect()
                })
            }
        };
        together::all(names.chunks(TOPICS_AT_ONCE).map(ask)).await.into_iter().flatten().collect()
    }

    /// Asks once more for settings that one broker did not know of yet, although another has the topic.
    async fn configs_again(&self, described: &Descriptions, configs: &mut Configs, deadline: Instant) {
        for attempt in 1.. {
            let missing: Vec<TopicName> = configs
                .iter()
                .filter(|(name, config)| {
                    let again = |error: &CallError| worth_another_try(&fault(error.clone()), attempt);
                    described.get(*name).is_some_and(Result::is_ok) && config.as_ref().is_err_and(again)
                })
                .filter_map(|(name, _)| name.parse().ok())
                .collect();
            if missing.is_empty() || Instant::now() + PAUSE >= deadline {
                return;
            }
            tokio::time::sleep(PAUSE).await;
            configs.extend(self.configs_if(true, &unique(&missing), deadline).await);
        }
    }

    /// Asks a broker for its settings where topics do not tell what they inherit. Where none may be asked, they go
    /// without.
    async fn inherit_times(&self, seen: &mut BTreeMap<TopicName, Seen<LiveTopic>>, deadline: Instant) {
        let mut topics: Vec<&mut LiveTopic> = seen
            .values_mut()
            .filter_map(|seen| match seen {
                Seen::Present(topic) => Some(topic),
                Seen::Absent | Seen::Unknown(_) => None,
            })
            .filter(|topic| topic.config.as_ref().is_ok_and(values::inherits_unknown_times))
            .collect();
        let partitions = topics.iter().flat_map(|topic| &topic.partitions);
        let leaders: BTreeSet<i32> = partitions.filter_map(|partition| partition.leader).collect();
        let leaders: Vec<i32> = leaders.into_iter().collect();
        let Some(broker) = self.config_of_any_until(&leaders, deadline).await else { return };
        for topic in &mut topics {
            if let Ok(config) = &mut topic.config {
                values::inherit_times(config, &broker);
            }
        }
    }
}

fn sight(
    name: &TopicName,
    description: Result<Description, CallError>,
    config: Result<Vec<super::native::configs::Entry>, CallError>,
) -> Seen<LiveTopic> {
    match description.map_err(fault) {
        Ok(description) => Seen::Present(LiveTopic {
            name: name.clone(),
            id: values::topic_id(description.id),
            internal: description.internal,
            partitions: values::partitions(description.partitions),
            config: config.map(values::config).map_err(fault),
        }),
        Err(fault) if fault.kind == FaultKind::Absent => Seen::Absent,
        Err(fault) => Seen::Unknown(fault),
    }
}

/// Tells whether an item is asked for again after this many attempts.
pub(super) fn worth_another_try(fault: &Fault, attempts: u32) -> bool {
    match fault.kind {
        FaultKind::Unavailable => true,
        FaultKind::Absent => attempts < ATTEMPTS_IF_ABSENT,
        _ => false,
    }
}

pub(super) fn unique(names: &[TopicName]) -> Vec<&TopicName> {
    let mut unique: Vec<&TopicName> = names.iter().collect();
    unique.sort_unstable();
    unique.dedup();
    unique
}

fn call_error(error: &Explained) -> CallError {
    CallError { code: error.fault.code.clone(), message: error.fault.message.clone() }
}

pub(super) fn left_out() -> CallError {
    CallError::local("_BAD_MSG", "the broker's answer left it out")
}

fn not_asked() -> CallError {
    CallError::local("_NOT_ASKED", "the settings were not asked for")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_change_soon_is_asked_for_again() {
        let rows = [
            (FaultKind::Unavailable, 1, true),
            (FaultKind::Unavailable, 1_000, true),
            (FaultKind::Absent, 19, true),
            (FaultKind::Absent, 20, false),
            (FaultKind::Denied, 1, false),
            (FaultKind::TimedOut, 1, false),
            (FaultKind::Unreachable, 1, false),
        ];
        for (kind, attempts, expected) in rows {
            let fault = Fault { kind, code: String::new(), message: String::new() };
            assert_eq!(worth_another_try(&fault, attempts), expected, "{kind:?} after {attempts}");
        }
    }
}
