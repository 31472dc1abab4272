//! Values that the tests of plans, reports and exports are made of.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Plan, PlanInput, diff};
use crate::fault::{Fault, FaultKind, Seen};
use crate::name::TopicName;
use crate::topics::change::Change;
use crate::topics::declared::{Declared, Scope};
use crate::topics::live::{
    Broker, ConfigSource, ConfigValue, LiveCluster, LiveConfig, LivePartition, LiveTopic, LiveTopics, TopicId,
};

/// The defaults of the sample brokers.
pub(crate) const DEFAULTS: [(&str, &str); 8] = [
    ("cleanup.policy", "delete"),
    ("compression.type", "producer"),
    ("max.message.bytes", "1048588"),
    ("min.insync.replicas", "1"),
    ("retention.bytes", "-1"),
    ("retention.ms", "604800000"),
    ("segment.ms", "604800000"),
    ("unclean.leader.election.enable", "false"),
];

pub(crate) fn name(text: &str) -> TopicName {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T14:00:00Z".parse().unwrap()
}

pub(crate) fn fault(kind: FaultKind, code: &str) -> Fault {
    Fault { kind, code: code.to_owned(), message: "said the broker".to_owned() }
}

pub(crate) fn denied() -> Fault {
    fault(FaultKind::Denied, "TOPIC_AUTHORIZATION_FAILED")
}

pub(crate) fn declared(
    topic: &str,
    partitions: i32,
    factor: i16,
    config: &[(&str, Option<&str>)],
) -> Declared {
    Declared {
        name: name(topic),
        partitions: Some(partitions),
        replication_factor: Some(factor),
        config: config.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect(),
        dlq_of: None,
        keyed: true,
        states: Vec::new(),
        groups: Vec::new(),
    }
}

/// The settings of a topic with these overrides on brokers with `DEFAULTS`.
pub(crate) fn config(overrides: &[(&str, &str)]) -> LiveConfig {
    let mut entries: BTreeMap<String, ConfigValue> = DEFAULTS
        .iter()
        .map(|(key, value)| {
            let value = Some((*value).to_owned());
            let entry = ConfigValue {
                inherited: value.clone(),
                value,
                source: ConfigSource::Default,
                sensitive: false,
            };
            ((*key).to_owned(), entry)
        })
        .collect();
    for (key, value) in overrides {
        let inherited = entries.get(*key).and_then(|entry| entry.inherited.clone());
        let value = Some((*value).to_owned());
        let entry = ConfigValue { value, source: ConfigSource::Topic, inherited, sensitive: false };
        entries.insert((*key).to_owned(), entry);
    }
    LiveConfig(entries)
}

pub(crate) fn live(topic: &str, partitions: i32, factor: i32, overrides: &[(&str, &str)]) -> LiveTopic {
    let replicas: Vec<i32> = (1..=factor).collect();
    let partition =
        |id| LivePartition { id, leader: Some(1), replicas: replicas.clone(), in_sync: replicas.clone() };
    LiveTopic {
        name: name(topic),
        id: Some(TopicId(format!("id-{topic}"))),
        internal: false,
        partitions: (0..partitions).map(partition).collect(),
        config: Ok(config(overrides)),
    }
}

pub(crate) fn cluster(brokers: i32) -> LiveCluster {
    let broker = |id| Broker { id, host: "h".to_owned(), port: 9092, rack: None };
    let id = Some("cluster-1".parse().unwrap());
    LiveCluster { id, brokers: (1..=brokers).map(broker).collect(), controller: Some(1) }
}

/// A catalog and a cluster, to be compared.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) declared: Vec<Declared>,
    pub(crate) mentioned: BTreeSet<TopicName>,
    pub(crate) scope: Scope,
    pub(crate) live: LiveTopics,
    pub(crate) defaults: Option<BTreeMap<String, String>>,
    pub(crate) prune: bool,
}

impl World {
    /// Three brokers; declared topics that are not among the live ones are absent.
    pub(crate) fn new(declared: Vec<Declared>, live: Vec<LiveTopic>) -> World {
        let mut named: BTreeMap<TopicName, Seen<LiveTopic>> =
            declared.iter().map(|topic| (topic.name.clone(), Seen::Absent)).collect();
        let mut others = Vec::new();
        for topic in live {
            match named.get_mut(&topic.name) {
                Some(slot) => *slot = Seen::Present(topic),
                None => others.push(topic),
            }
        }
        World {
            declared,
            mentioned: BTreeSet::new(),
            scope: Scope::default(),
            live: LiveTopics { cluster: cluster(3), named, others },
            defaults: None,
            prune: false,
        }
    }

    pub(crate) fn pruning(mut self, prefixes: &[&str], topics: &[&str]) -> World {
        self.prune = true;
        self.scope.prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
        self.scope.topics = topics.iter().map(|topic| name(topic)).collect();
        self
    }

    pub(crate) fn plan(&self) -> Plan {
        diff(&PlanInput {
            declared: &self.declared,
            mentioned: &self.mentioned,
            scope: &self.scope,
            environment: Some("prod"),
            catalog_hash: "hash",
            live: &self.live,
            broker_defaults: self.defaults.as_ref(),
            prune: self.prune,
            now: now(),
        })
    }

    /// The world after every change of a plan was made.
    pub(crate) fn apply(mut self, plan: &Plan) -> World {
        for planned in &plan.changes {
            apply(&mut self.live, &planned.change);
        }
        self
    }
}

fn apply(all: &mut LiveTopics, change: &Change) {
    let topic = change.topic().clone();
    if let Change::Create(creation) = change {
        let overrides: Vec<(&str, &str)> =
            creation.config.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let factor = i32::from(creation.replication_factor.unwrap_or(3));
        let made = live(topic.as_str(), creation.partitions.unwrap_or(6), factor, &overrides);
        all.named.insert(topic, Seen::Present(made));
        return;
    }
    if let Change::Delete(_) = change {
        all.others.retain(|other| other.name != topic);
        if all.named.contains_key(&topic) {
            all.named.insert(topic, Seen::Absent);
        }
        return;
    }
    let Some(Seen::Present(there)) = all.named.get_mut(&topic) else { panic!("{topic} is not there") };
    match change {
        Change::Grow(growth) => {
            let model = there.partitions.first().unwrap().clone();
            for id in there.partitions.len()..usize::try_from(growth.to).unwrap() {
                there.partitions.push(LivePartition { id: i32::try_from(id).unwrap(), ..model.clone() });
            }
        }
        Change::Configure(alteration) => {
            let config = there.config.as_mut().unwrap();
            for (key, change) in &alteration.settings {
                let inherited = config.0.get(key).and_then(|entry| entry.inherited.clone());
                match (&change.to, &inherited) {
                    (Some(to), _) => {
                        let entry = ConfigValue {
                            value: Some(to.clone()),
                            source: ConfigSource::Topic,
                            inherited,
                            sensitive: false,
                        };
                        config.0.insert(key.clone(), entry);
                    }
                    (None, Some(_)) => {
                        let entry = ConfigValue {
                            value: inherited.clone(),
                            source: ConfigSource::Default,
                            inherited,
                            sensitive: false,
                        };
                        config.0.insert(key.clone(), entry);
                    }
                    (None, None) => {
                        config.0.remove(key);
                    }
                }
            }
        }
        Change::Create(_) | Change::Delete(_) => {}
    }
}
