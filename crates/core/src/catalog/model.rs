//! The catalog resolved for one environment: defaults filled in, dead-letter queues derived, names typed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::effective::{EffectiveDlq, Layers, dlq_of, shared_dlqs};
use super::reducers::{self, Reducer};
use super::words::{Compatibility, DlqFormat, Encoding, KeyEncoding, Partitioner, Start};
use super::written::{self, Limits, Overlay, Replication, Written};
use crate::name::{ClusterId, GroupName, SubjectName, TopicName};
use crate::topics::declared::{Declared, Scope};
use crate::yaml::{Span, Spanned};

/// The pattern that finds a tenant's id in a key where the catalog names no other.
pub const TENANT_PATTERN: &str = "^tenant-([^:/-]+)";

/// The catalog as it holds in one environment, or in none.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// The environment's name; none for the catalog without an overlay.
    pub name: Option<String>,
    /// The cluster it belongs to, where the catalog says so.
    pub cluster_id: Option<ClusterId>,
    /// The URL of the schema registry it belongs to, where the catalog says so.
    pub registry: Option<String>,
    /// What `--prune` may consider.
    pub scope: Scope,
    /// The topics in the order of the file.
    pub topics: Vec<Topic>,
    /// The states in the order of the file.
    pub states: Vec<State>,
}

/// One topic, defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name.
    pub name: TopicName,
    /// Where it is declared.
    pub span: Span,
    /// Its partitions; none leaves them to the broker.
    pub partitions: Option<i32>,
    /// Its replication factor; none leaves it to the broker.
    pub replication_factor: Option<i16>,
    /// Its settings by Kafka's names; `None` = reset to the broker's default.
    pub config: BTreeMap<String, Option<String>>,
    /// How records get their keys; none where they have none.
    pub key: Option<KeyRule>,
    /// How keys find their partitions.
    pub partitioner: Partitioner,
    /// How values are written, where the catalog says so.
    pub encoding: Option<Encoding>,
    /// The event's field that becomes the record's timestamp.
    pub timestamp: Option<String>,
    /// Its events in the order of the file.
    pub events: Vec<Event>,
    /// The groups that read it.
    pub consumers: Vec<Consumer>,
    /// Its dead-letter queue.
    pub dlq: Option<DeadLetter>,
}

/// How records get their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRule {
    /// The event's field, as a path of names with dots between them.
    pub field: String,
    /// How the key is written.
    pub encoding: KeyEncoding,
    /// True where a key is known to be in one partition only.
    pub stable: bool,
    /// What its group captures is placed instead of the key, with [`Partitioner::JavaHash`].
    pub tenant_pattern: String,
}

/// One kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name, as in its schema.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Its subject.
    pub subject: SubjectName,
    /// The value of `type` that marks it in JSON.
    pub type_: Option<String>,
    /// The level its subject shall have; none leaves it alone.
    pub compatibility: Option<Compatibility>,
}

/// Two events that give one subject different levels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalog gives subject {subject} two levels: {} by {}, {} by {}", one.1, one.0, other.1, other.0)]
pub struct LevelConflict {
    /// The subject.
    pub subject: String,
    /// An event and the level it gives.
    pub one: (String, Compatibility),
    /// Another one.
    pub other: (String, Compatibility),
}

/// A consumer group and what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// The group.
    pub group: GroupName,
    /// The lag of a partition in records from which there is a finding.
    pub max_lag: Option<i64>,
    /// The same in time, in milliseconds.
    pub max_time_lag: Option<i64>,
    /// Where it begins without a commit.
    pub start: Option<Start>,
}

/// A topic's dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The dead-letter topic.
    pub topic: TopicName,
    /// What is provisioned; none where the topic is shared, or another tool's.
    pub provisioned: Option<Provision>,
    /// What its records look like.
    pub format: DlqFormat,
    /// The groups that read it.
    pub consumers: Vec<Consumer>,
}

/// How a dead-letter topic shall be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// Its partitions; none leaves them to the broker, as those of its source are.
    pub partitions: Option<i32>,
    /// Its replication factor; none leaves it to the broker.
    pub replication_factor: Option<i16>,
    /// Its settings; `None` = reset.
    pub config: BTreeMap<String, Option<String>>,
}

/// A state per key.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// The topic it is folded from.
    pub topic: TopicName,
    /// The event's field that says whose state it is.
    pub key: String,
    /// The field that orders and de-duplicates a key's events.
    pub version: Option<String>,
    /// The field that says when an event happened.
    pub updated: Option<String>,
    /// What a state holds before its first event, in the order of the file.
    pub initial: Vec<(String, Json)>,
    /// What each event does, in the order of the file.
    pub on: Vec<(String, Reducer)>,
}

impl Environment {
    /// The topic of this name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name.as_str() == name)
    }

    /// What a plan shall bring about: the topics in the order of the file, each followed by its dead-letter topic.
    /// Dead-letter topics that are shared or another tool's are there only where they are declared as topics.
    #[must_use]
    pub fn declared(&self) -> Vec<Declared> {
        let mut states: BTreeMap<&TopicName, Vec<String>> = BTreeMap::new();
        for state in &self.states {
            states.entry(&state.topic).or_default().push(state.name.clone());
        }
        let mut shared: BTreeMap<&TopicName, Vec<&Consumer>> = BTreeMap::new();
        for dlq in self.topics.iter().filter_map(|topic| topic.dlq.as_ref()) {
            if dlq.provisioned.is_none() {
                shared.entry(&dlq.topic).or_default().extend(&dlq.consumers);
            }
        }
        let mut declared = Vec::new();
        for topic in &self.topics {
            let as_dlq = shared.get(&topic.name).into_iter().flatten().copied();
            declared.push(Declared {
                name: topic.name.clone(),
                partitions: topic.partitions,
                replication_factor: topic.replication_factor,
                config: topic.config.clone(),
                dlq_of: None,
                keyed: topic.key.is_some(),
                states: states.get(&topic.name).cloned().unwrap_or_default(),
                groups: groups(topic.consumers.iter().chain(as_dlq)),
            });
            declared.extend(topic.dlq.as_ref().and_then(|dlq| declared_dlq(topic, dlq)));
        }
        declared
    }

    /// Topics that are named without being declared: dead-letter topics that are shared or another tool's. They are
    /// never created and never deleted.
    #[must_use]
    pub fn mentioned(&self) -> BTreeSet<TopicName> {
        let dlqs = self.topics.iter().filter_map(|topic| topic.dlq.as_ref());
        let foreign = dlqs.filter(|dlq| dlq.provisioned.is_none()).map(|dlq| dlq.topic.clone());
        foreign.filter(|name| self.topic(name.as_str()).is_none()).collect()
    }

    /// The level that each subject shall have; those that are left alone are not among them.
    ///
    /// # Errors
    /// The first subject that events give different levels.
    pub fn declared_levels(&self) -> Result<BTreeMap<String, Compatibility>, LevelConflict> {
        let mut levels: BTreeMap<String, (&str, Compatibility)> = BTreeMap::new();
        for event in self.topics.iter().flat_map(|topic| &topic.events) {
            let Some(level) = event.compatibility else { continue };
            let subject = event.subject.to_string();
            match levels.get(&subject) {
                Some((first, said)) if *said != level => {
                    let one = ((*first).to_owned(), *said);
                    return Err(LevelConflict { subject, one, other: (event.name.clone(), level) });
                }
                _ => drop(levels.insert(subject, (&event.name, level))),
            }
        }
        Ok(levels.into_iter().map(|(subject, (_, level))| (subject, level)).collect())
    }

    /// A SHA-256 in hexadecimal of what [`declared`](Self::declared) says about topics: names, partitions,
    /// replication, settings, keys, states. Comments, form and order of the file, and groups, do not change it.
    #[must_use]
    pub fn part_hash(&self) -> String {
        let mut lines: Vec<String> = self.declared().iter().map(canonical).collect();
        lines.sort();
        let mut hash = Sha256::new();
        for line in lines {
            hash.update(line.as_bytes());
            hash.update(b"\n");
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn canonical(topic: &Declared) -> String {
    let Declared { name, partitions, replication_factor, config, dlq_of, keyed, states, groups: _ } = topic;
    let states: BTreeSet<&String> = states.iter().collect();
    serde_json::json!([name, partitions, replication_factor, config, dlq_of, keyed, states]).to_string()
}

fn declared_dlq(topic: &Topic, dlq: &DeadLetter) -> Option<Declared> {
    let provision = dlq.provisioned.clone()?;
    Some(Declared {
        name: dlq.topic.clone(),
        partitions: provision.partitions,
        replication_factor: provision.replication_factor,
        config: provision.config,
        dlq_of: Some(topic.name.clone()),
        keyed: topic.key.is_some(),
        states: Vec::new(),
        groups: groups(dlq.consumers.iter()),
    })
}

fn groups<'a>(consumers: impl Iterator<Item = &'a Consumer>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = consumers.map(|consumer| consumer.group.to_string());
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// Resolves a catalog that the rules have passed.
pub(super) fn resolve(written: &Written, overlay: Option<&Overlay>) -> Environment {
    let shared = shared_dlqs(written);
    let topic = |topic| self::topic(written, topic, &shared);
    Environment {
        name: overlay.map(|overlay| overlay.name.value.clone()),
        cluster_id: overlay.and_then(|overlay| overlay.cluster_id.as_ref()?.value.parse().ok()),
        registry: overlay.and_then(|overlay| Some(overlay.registry.as_ref()?.value.clone())),
        scope: Scope {
            prefixes: written.scope.prefixes.iter().map(|prefix| prefix.value.clone()).collect(),
            topics: names(&written.scope.topics),
            exclude: names(&written.scope.exclude),
        },
        topics: written.topics.iter().filter_map(topic).collect(),
        states: written.states.iter().filter_map(state).collect(),
    }
}

fn names(texts: &[Spanned<String>]) -> Vec<TopicName> {
    texts.iter().filter_map(|text| text.value.parse().ok()).collect()
}

fn topic(written: &Written, topic: &written::Topic, shared: &BTreeSet<&str>) -> Option<Topic> {
    let layers = Layers::of_topic(written, topic);
    let defaults = &written.defaults.values;
    let partitioner = topic.values.partitioner.as_ref().or(defaults.partitioner.as_ref());
    let partitions = layers.partitions().map(|partitions| partitions.value);
    Some(Topic {
        name: topic.name.value.parse().ok()?,
        span: topic.name.span,
        partitions,
        replication_factor: factor(&layers),
        config: config(&layers),
        key: topic.key.as_ref().map(key_rule),
        partitioner: partitioner.map_or(Partitioner::Murmur2, |said| said.value),
        encoding: super::effective::encoding_of(written, topic),
        timestamp: topic.timestamp.as_ref().map(|field| field.value.clone()),
        events: topic.events.iter().filter_map(|event| self::event(written, topic, event)).collect(),
        consumers: consumers(written, &topic.consumers),
        dlq: dlq_of(written, topic, shared).and_then(|dlq| dead_letter(written, &dlq, partitions)),
    })
}

fn factor(layers: &Layers<'_>) -> Option<i16> {
    match layers.replication()?.value {
        Replication::Factor(factor) => Some(factor),
        Replication::Inherit => None,
    }
}

fn config(layers: &Layers<'_>) -> BTreeMap<String, Option<String>> {
    layers.config().into_iter().map(|(name, value)| (name.to_owned(), value.value)).collect()
}

fn key_rule(key: &written::KeyField) -> KeyRule {
    KeyRule {
        field: key.field.value.clone(),
        encoding: key.encoding.as_ref().map_or(KeyEncoding::Text, |said| said.value),
        stable: key.stable.as_ref().is_some_and(|said| said.value),
        tenant_pattern: key.tenant_pattern.as_ref().map_or(TENANT_PATTERN, |said| &said.value).to_owned(),
    }
}

fn event(written: &Written, topic: &written::Topic, event: &written::Event) -> Option<Event> {
    let levels = [&event.compatibility, &topic.values.compatibility, &written.defaults.values.compatibility];
    Some(Event {
        name: event.name.value.clone(),
        span: event.name.span,
        subject: event.subject.as_ref()?.value.parse().ok()?,
        type_: event.type_.as_ref().map(|said| said.value.clone()),
        compatibility: levels.into_iter().find_map(|level| level.as_ref().map(|said| said.value)),
    })
}

fn consumers(written: &Written, said: &[written::Consumer]) -> Vec<Consumer> {
    let defaults = &written.defaults.consumers;
    let consumer = |consumer: &written::Consumer| {
        let Limits { max_lag, max_time_lag, start } = &consumer.limits;
        Some(Consumer {
            group: consumer.group.value.parse().ok()?,
            max_lag: max_lag.as_ref().or(defaults.max_lag.as_ref()).map(|said| said.value),
            max_time_lag: max_time_lag.as_ref().or(defaults.max_time_lag.as_ref()).map(|said| said.value),
            start: start.as_ref().or(defaults.start.as_ref()).map(|said| said.value),
        })
    };
    said.iter().filter_map(consumer).collect()
}

fn dead_letter(
    written: &Written,
    dlq: &EffectiveDlq<'_>,
    source_partitions: Option<i32>,
) -> Option<DeadLetter> {
    let layers = dlq.layers(written);
    let mut seen = BTreeSet::new();
    // The topic's own groups first: what it says about a group wins over what the defaults say about it.
    let all = dlq.said.iter().flat_map(|fields| consumers(written, &fields.consumers));
    let readers: Vec<Consumer> = all.filter(|consumer| seen.insert(consumer.group.clone())).collect();
    let format = dlq.said.iter().find_map(|fields| fields.format.as_ref());
    Some(DeadLetter {
        topic: dlq.name.parse().ok()?,
        provisioned: dlq.derived.then(|| Provision {
            partitions: dlq.own_partitions().map(|said| said.value).or(source_partitions),
            replication_factor: factor(&layers),
            config: config(&layers),
        }),
        format: format.map_or(DlqFormat::Headers, |said| said.value),
        consumers: readers,
    })
}

fn state(state: &written::State) -> Option<State> {
    let text = |said: &Option<Spanned<String>>| said.as_ref().map(|said| said.value.clone());
    let initial = |(name, node): &(Spanned<String>, crate::yaml::Node)| {
        Some((name.value.clone(), reducers::literal(node).ok()?))
    };
    Some(State {
        name: state.name.value.clone(),
        span: state.name.span,
        topic: state.topic.as_ref()?.value.parse().ok()?,
        key: text(&state.key)?,
        version: text(&state.version),
        updated: text(&state.updated),
        initial: state.initial.iter().filter_map(initial).collect(),
        on: state.reducers.iter().map(|said| (said.event.value.clone(), reducers::resolve(said))).collect(),
    })
}
