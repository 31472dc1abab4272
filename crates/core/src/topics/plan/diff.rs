//! What lies between the catalog and the cluster, topic by topic.
//!
//! A topic that could not be read is unknown: it is neither created nor called unchanged. A setting is changed only
//! where its effective value differs, and only where the catalog names it.

use std::collections::{BTreeMap, BTreeSet};

use super::reassignment::Load;
use super::{
    Context, Finding, FindingKind, Note, Plan, PlanInput, PlannedChange, Unknown, Unmanaged,
    UnmanagedOverride, Validation, findings, prune, risks,
};
use crate::fault::Seen;
use crate::name::TopicName;
use crate::topics::change::{Action, Alteration, Change, Creation, Growth, SettingChange};
use crate::topics::declared::{Declared, Scope};
use crate::topics::internal::{Reach, reach, reach_by_name};
use crate::topics::live::{ConfigSource, ConfigValue, LiveConfig, LiveTopic, LiveTopics};
use crate::topics::settings::{number, same_value};

/// Lists the topics that have to be asked for by name, since a list leaves out what a principal may not see.
#[must_use]
pub fn names_to_ask(declared: &[Declared], scope: &Scope, prune: bool) -> BTreeSet<TopicName> {
    let declared = declared.iter().map(|topic| topic.name.clone());
    let scope = scope.topics.iter().filter(|_| prune).cloned();
    declared.chain(scope).collect()
}

/// Compares what is declared with what is there.
#[must_use]
pub fn diff(input: &PlanInput<'_>) -> Plan {
    let declared: BTreeMap<&TopicName, &Declared> =
        input.declared.iter().map(|topic| (&topic.name, topic)).collect();
    let mut draft = Draft::new(input, declared.len());
    for topic in declared.values() {
        draft.topic(topic);
    }
    draft.mentioned();
    draft.unmanaged(&declared);
    prune::prune(&mut draft, &declared);
    draft.dead_letters(&declared);
    draft.finish()
}

/// A plan being made.
pub(super) struct Draft<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) plan: Plan,
    load: Load<'a>,
    /// All topics that can be seen, however they were asked for.
    pub(super) present: BTreeMap<&'a TopicName, &'a LiveTopic>,
    /// The partitions that declared topics have after the plan, where that is known.
    partitions_after: BTreeMap<TopicName, usize>,
}

impl<'a> Draft<'a> {
    fn new(input: &'a PlanInput<'a>, declared: usize) -> Self {
        let present = present(input.live);
        let plan = Plan {
            cluster: input.live.cluster.id.clone(),
            environment: input.environment.map(str::to_owned),
            catalog_hash: input.catalog_hash.to_owned(),
            made_at: input.now,
            prune: input.prune,
            changes: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
            unknown: Vec::new(),
            unmanaged: Unmanaged::default(),
            declared,
        };
        let load = Load::count(&input.live.cluster.brokers, present.values().copied());
        Draft { input, plan, load, present, partitions_after: BTreeMap::new() }
    }

    /// A default of the brokers as a number, where it is known.
    pub(super) fn broker_default(&self, key: &str) -> Option<i64> {
        self.input.broker_defaults?.get(key).and_then(|value| number(value))
    }

    pub(super) fn finding(&mut self, kind: FindingKind, topic: &TopicName, text: String) {
        self.plan.findings.push(Finding { kind, topic: topic.clone(), text, reassignment: None });
    }

    pub(super) fn note(&mut self, topic: Option<&TopicName>, text: String) {
        self.plan.notes.push(Note { topic: topic.cloned(), text });
    }

    pub(super) fn unknown(&mut self, topic: &TopicName, text: &str, seen: Option<&crate::fault::Fault>) {
        self.plan.unknown.push(Unknown { topic: topic.clone(), text: text.to_owned(), fault: seen.cloned() });
    }

    pub(super) fn change(&mut self, change: Change, context: Context, notes: Vec<String>) {
        let mut planned = PlannedChange {
            change,
            context,
            risks: Vec::new(),
            notes,
            validation: Validation::not_asked(),
            high_watermarks: None,
        };
        planned.risks = risks::of(&planned, None, self.input.now);
        self.plan.changes.push(planned);
    }

    fn topic(&mut self, declared: &Declared) {
        let name = &declared.name;
        if reach_by_name(name.as_str()) == Reach::Internal {
            return self.internal(name);
        }
        match seen(self.input.live, name) {
            Some(Seen::Present(live)) if reach(live) == Reach::Internal => self.internal(name),
            Some(Seen::Present(live)) => self.compare(declared, live),
            Some(Seen::Absent) => self.create(declared),
            Some(Seen::Unknown(fault)) => {
                self.unknown(
                    name,
                    "whether it exists could not be found out: it is not touched",
                    Some(&fault),
                );
            }
            None => self.unknown(name, "the cluster gave no answer about it: it is not touched", None),
        }
    }

    /// Looks for the dead-letter topics that are shared or another tool's: they are not provisioned, but whoever writes
    /// dead letters needs them.
    fn mentioned(&mut self) {
        for name in self.input.mentioned {
            match seen(self.input.live, name) {
                Some(Seen::Absent) => {
                    let text = "the catalog names it as a dead-letter topic without declaring it, and it does not exist: \
                                declare it, or make it with the tool it belongs to";
                    self.finding(FindingKind::MissingDeadLetterTopic, name, text.to_owned());
                }
                Some(Seen::Unknown(fault)) => {
                    self.unknown(
                        name,
                        "whether this dead-letter topic exists could not be found out",
                        Some(&fault),
                    );
                }
                // Not asked for by name: nothing is claimed about it.
                Some(Seen::Present(_)) | None => {}
            }
        }
    }

    fn internal(&mut self, name: &TopicName) {
        let text = "it belongs to the brokers and is never touched: take it out of the catalog".to_owned();
        self.finding(FindingKind::Internal, name, text);
    }

    fn create(&mut self, declared: &Declared) {
        let mut notes = Vec::new();
        if declared.partitions.is_none() {
            notes.push(inherits("partitions", "num.partitions", self.broker_default("num.partitions")));
        }
        if declared.replication_factor.is_none() {
            let key = "default.replication.factor";
            notes.push(inherits("replicas", key, self.broker_default(key)));
        }
        let config: BTreeMap<String, String> =
            declared.config.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
        let after = After::of(declared, None);
        notes.extend(findings::segment_note(&after));
        findings::creation(self, declared, &after);
        if let Some(partitions) = declared.partitions.map(i64::from).or(self.broker_default("num.partitions"))
        {
            self.partitions_after.insert(declared.name.clone(), usize::try_from(partitions).unwrap_or(0));
        }
        let creation = Creation {
            topic: declared.name.clone(),
            partitions: declared.partitions,
            replication_factor: declared.replication_factor,
            config,
        };
        self.change(Change::Create(creation), context(declared, 0, &after), notes);
    }

    fn compare(&mut self, declared: &Declared, live: &LiveTopic) {
        let after = After::of(declared, live.config.as_ref().ok());
        self.partitions(declared, live, &after);
        findings::replication(self, declared, live);
        findings::min_isr(self, declared, live, &after);
        findings::states(self, declared, &after);
        match &live.config {
            Ok(config) => self.settings(declared, live, config, &after),
            Err(fault) => {
                let text = "its settings could not be read: whether they are as declared is unknown";
                self.unknown(&declared.name, text, Some(fault));
            }
        }
    }

    fn partitions(&mut self, declared: &Declared, live: &LiveTopic, after: &After) {
        let has = live.partitions.len();
        let wanted = declared.partitions.and_then(|wanted| usize::try_from(wanted).ok()).unwrap_or(has);
        self.partitions_after.insert(declared.name.clone(), has.max(wanted));
        if wanted < has {
            let text = format!(
                "it has {has} partitions and {wanted} are declared; a topic cannot shrink: declare {has}, or make it anew"
            );
            self.finding(FindingKind::CannotShrink, &declared.name, text);
        } else if wanted > has {
            let growth = Growth {
                topic: declared.name.clone(),
                id: live.id.clone(),
                from: i32::try_from(has).unwrap_or(i32::MAX),
                to: declared.partitions.unwrap_or(i32::MAX),
            };
            self.change(Change::Grow(growth), context(declared, has, after), Vec::new());
        }
    }

    fn settings(&mut self, declared: &Declared, live: &LiveTopic, config: &LiveConfig, after: &After) {
        let mut changed = BTreeMap::new();
        for (key, wanted) in &declared.config {
            let entry = config.0.get(key);
            if entry.is_some_and(|entry| entry.value.is_none()) {
                let text = format!("the brokers do not show its {key}: whether it is as declared is unknown");
                self.unknown(&declared.name, &text, None);
            } else if let Some(change) = setting(key, wanted.as_deref(), entry) {
                changed.insert(key.clone(), change);
            }
        }
        if !changed.is_empty() {
            let notes = if changed.keys().any(|key| matches!(key.as_str(), "retention.ms" | "segment.ms")) {
                findings::segment_note(after).into_iter().collect()
            } else {
                Vec::new()
            };
            let alteration =
                Alteration { topic: declared.name.clone(), id: live.id.clone(), settings: changed };
            let context = context(declared, live.partitions.len(), after);
            self.change(Change::Configure(alteration), context, notes);
        }
        for (key, entry) in config.overrides().filter(|(key, _)| !declared.config.contains_key(*key)) {
            let (topic, key) = (declared.name.clone(), key.to_owned());
            self.plan.unmanaged.overrides.push(UnmanagedOverride { topic, key, value: entry.value.clone() });
        }
    }

    /// Chooses replicas for a topic that has another number of them than is declared.
    pub(super) fn reassign(&mut self, live: &LiveTopic, wanted: usize) -> Option<super::Reassignment> {
        self.load.reassign(live, wanted)
    }

    fn unmanaged(&mut self, declared: &BTreeMap<&TopicName, &Declared>) {
        for (name, live) in &self.present {
            if declared.contains_key(name) {
                continue;
            }
            if reach(live) == Reach::Ordinary {
                self.plan.unmanaged.topics.push((*name).clone());
            } else {
                self.plan.unmanaged.internal += 1;
            }
        }
    }

    /// Says which dead-letter topics grow with their source, and which have fewer partitions than it.
    fn dead_letters(&mut self, declared: &BTreeMap<&TopicName, &Declared>) {
        let grows: BTreeSet<TopicName> =
            self.plan.growths().into_iter().map(|growth| growth.topic.clone()).collect();
        for planned in &mut self.plan.changes {
            if let (Change::Grow(_), Some(source)) = (&planned.change, &planned.context.dlq_of)
                && grows.contains(source)
            {
                planned.notes.push(format!("raised together with its source {source}"));
            }
        }
        let mut notes = Vec::new();
        for topic in declared.values() {
            let Some(source) = &topic.dlq_of else { continue };
            let (own, of) = (self.partitions_after.get(&topic.name), self.partitions_after.get(source));
            if let (Some(own), Some(of)) = (own, of)
                && own < of
            {
                let text = format!(
                    "it has {own} partitions and its source {source} {of}: a writer that keeps the partition number fails"
                );
                notes.push(Note { topic: Some(topic.name.clone()), text });
            }
        }
        self.plan.notes.extend(notes);
    }

    fn finish(mut self) -> Plan {
        // A dead-letter topic comes before the sources, so that it is never the one that is missing.
        self.plan.changes.sort_by(|one, other| order(one).cmp(&order(other)));
        self.plan.findings.sort_by(|one, other| (&one.topic, one.kind).cmp(&(&other.topic, other.kind)));
        self.plan
    }
}

pub(super) fn order(planned: &PlannedChange) -> (Action, bool, &TopicName) {
    (planned.change.action(), planned.context.dlq_of.is_none(), planned.change.topic())
}

/// All topics of an answer that are there, by name.
fn present(live: &LiveTopics) -> BTreeMap<&TopicName, &LiveTopic> {
    let named = live.named.values().filter_map(Seen::present);
    live.others.iter().chain(named).map(|topic| (&topic.name, topic)).collect()
}

/// What an answer says of one topic; none where nothing was said, which proves nothing.
pub(super) fn seen<'a>(live: &'a LiveTopics, name: &TopicName) -> Option<Seen<&'a LiveTopic>> {
    match live.named.get(name) {
        Some(Seen::Present(topic)) => Some(Seen::Present(topic)),
        Some(Seen::Absent) => Some(Seen::Absent),
        Some(Seen::Unknown(fault)) => Some(Seen::Unknown(fault.clone())),
        None => live.others.iter().find(|topic| topic.name == *name).map(Seen::Present),
    }
}

/// The change that one setting needs, if it needs one.
fn setting(key: &str, wanted: Option<&str>, entry: Option<&ConfigValue>) -> Option<SettingChange> {
    let from = entry.and_then(|entry| entry.value.as_deref());
    let overridden = entry.is_some_and(|entry| entry.source == ConfigSource::Topic);
    let needed = match (wanted, from) {
        (Some(wanted), Some(from)) => !same_value(key, wanted, from),
        (Some(_), None) => true,
        (None, _) => overridden,
    };
    needed.then(|| SettingChange {
        from: from.map(str::to_owned),
        overridden,
        to: wanted.map(str::to_owned),
        inherited: entry.and_then(inherited).map(str::to_owned),
    })
}

/// What the topic inherits: the effective value itself where it is not the topic's own.
pub(crate) fn inherited(entry: &ConfigValue) -> Option<&str> {
    if entry.source == ConfigSource::Topic { entry.inherited.as_deref() } else { entry.value.as_deref() }
}

/// A topic's settings as they are after the plan, where they are known.
pub(super) struct After(BTreeMap<String, String>);

impl After {
    fn of(declared: &Declared, live: Option<&LiveConfig>) -> Self {
        let mut settings: BTreeMap<String, String> = BTreeMap::new();
        for (key, entry) in live.into_iter().flat_map(|config| &config.0) {
            if let Some(value) = &entry.value {
                settings.insert(key.clone(), value.clone());
            }
        }
        for (key, wanted) in &declared.config {
            let reset = || live.and_then(|config| config.0.get(key)).and_then(inherited).map(str::to_owned);
            match wanted.clone().or_else(reset) {
                Some(value) => settings.insert(key.clone(), value),
                None => settings.remove(key),
            };
        }
        After(settings)
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    pub(super) fn number(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(number)
    }
}

fn context(declared: &Declared, partitions: usize, after: &After) -> Context {
    Context {
        keyed: declared.keyed,
        dlq_of: declared.dlq_of.clone(),
        states: declared.states.clone(),
        groups: declared.groups.clone(),
        partitions,
        cleanup_policy: after.get("cleanup.policy").map(str::to_owned),
        retention_ms: after.number("retention.ms"),
    }
}

fn inherits(what: &str, key: &str, value: Option<i64>) -> String {
    match value {
        Some(value) => format!("{what}: the brokers' {key}, {value}"),
        None => format!("{what}: the brokers' {key}, which is not known here"),
    }
}
