//! A plan that was kept in a file: whether it may still be carried out.
//!
//! It is bound to the cluster, the environment, the catalog and the live values of exactly what it touches; what it
//! does not touch may move freely. Nothing in the file is trusted: `narrow` takes the changes from a plan that was
//! made anew and keeps those the file names, so an edited file can leave changes out but can neither add one nor hide
//! a risk. Allowed risks are not part of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::diff::{inherited, seen};
use super::wire::{PLAN_KIND, PLAN_VERSION, PlanWire};
use super::{Facts, Plan, PlannedChange};
use crate::fault::Seen;
use crate::name::{ClusterId, TopicName};
use crate::topics::change::{Alteration, Change, ChangeKey, Deletion, Growth, SettingChange};
use crate::topics::live::{ConfigSource, LiveConfig, LiveTopic, LiveTopics, TopicId};
use crate::topics::settings::same_value;

/// The longest plan file that is read, in bytes: some 20,000 changes.
pub const PLAN_FILE_LIMIT: usize = 16 * 1024 * 1024;

/// Why a text is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// Too long.
    #[error("the plan file has {0} bytes; {PLAN_FILE_LIMIT} are allowed")]
    TooLarge(usize),
    /// Not JSON.
    #[error("the plan file is not JSON: {0}")]
    NotJson(String),
    /// JSON, but another document.
    #[error("this is not a plan of topics (its kind is {0}); `topics plan --out FILE` writes one")]
    NotAPlan(String),
    /// A form this version does not know.
    #[error("the plan file has version {0}; this eventctl reads version {PLAN_VERSION}: plan again with it")]
    Version(String),
    /// A field is missing or wrong.
    #[error("the plan file is damaged: {0}")]
    Damaged(String),
}

/// A plan read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFile(PlanWire);

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    kind: serde_json::Value,
    #[serde(default)]
    version: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    kind: String,
    version: u64,
    data: T,
}

impl PlanFile {
    /// Reads a plan file's text.
    ///
    /// # Errors
    /// The text is too long, is not a plan of topics, is of another version, or holds what no plan can.
    pub fn parse(text: &str) -> Result<PlanFile, PlanFileError> {
        if text.len() > PLAN_FILE_LIMIT {
            return Err(PlanFileError::TooLarge(text.len()));
        }
        let head: Head = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                PlanFileError::NotAPlan("missing".to_owned())
            } else {
                PlanFileError::NotJson(error.to_string())
            }
        })?;
        if head.kind.as_str() != Some(PLAN_KIND) {
            return Err(PlanFileError::NotAPlan(head.kind.to_string()));
        }
        if head.version.as_u64() != Some(PLAN_VERSION) {
            return Err(PlanFileError::Version(head.version.to_string()));
        }
        let envelope: Envelope<PlanWire> =
            serde_json::from_str(text).map_err(|error| PlanFileError::Damaged(error.to_string()))?;
        possible(&envelope.data)?;
        Ok(PlanFile(envelope.data))
    }

    /// Writes a plan as a file's text.
    #[must_use]
    pub fn write(plan: &Plan, tool_version: &str) -> String {
        let data = plan.wire(tool_version);
        let envelope = Envelope { kind: PLAN_KIND.to_owned(), version: PLAN_VERSION, data };
        // The document holds texts, numbers and lists only: writing it cannot fail.
        let mut text = serde_json::to_string_pretty(&envelope).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Everything it says.
    #[must_use]
    pub fn wire(&self) -> &PlanWire {
        &self.0
    }

    /// True where it was made with `--prune`: the plan to narrow has to be made with it too.
    #[must_use]
    pub fn prune(&self) -> bool {
        self.0.prune
    }

    /// The topics it touches, which have to be asked for by name beside the declared ones.
    #[must_use]
    pub fn topics(&self) -> BTreeSet<TopicName> {
        self.0.changes.iter().map(|wire| wire.change.topic().clone()).collect()
    }
}

/// Refuses what no plan can hold, so that later steps need not think of it.
fn possible(plan: &PlanWire) -> Result<(), PlanFileError> {
    let mut keys = BTreeSet::new();
    for wire in &plan.changes {
        let (topic, action) = (wire.change.topic(), wire.change.action().name());
        let wrong = match &wire.change {
            Change::Grow(growth) => growth.from < 0 || growth.to <= growth.from,
            Change::Configure(alteration) => alteration.settings.is_empty(),
            Change::Create(creation) => {
                creation.partitions.is_some_and(|count| count < 1)
                    || creation.replication_factor.is_some_and(|factor| factor < 1)
            }
            Change::Delete(_) => !plan.prune,
        };
        if wrong {
            return Err(PlanFileError::Damaged(format!("the {action} of {topic} cannot be")));
        }
        if !keys.insert(wire.change.key()) {
            return Err(PlanFileError::Damaged(format!("it holds the {action} of {topic} twice")));
        }
    }
    Ok(())
}

/// Something that moved since a plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// What: `cluster`, `catalog`, `agent-events retention.ms`.
    pub what: String,
    /// What the plan was made for.
    pub then: String,
    /// What it is now.
    pub now: String,
}

impl Stale {
    fn new(what: impl Into<String>, then: impl Into<String>, now: impl Into<String>) -> Self {
        Stale { what: what.into(), then: then.into(), now: now.into() }
    }
}

/// What a kept plan is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The catalog's environment now.
    pub environment: Option<&'a str>,
    /// The hash of the catalog's part now.
    pub catalog_hash: &'a str,
    /// The cluster now, with every topic of `PlanFile::topics` asked for by name.
    pub live: &'a LiveTopics,
    /// The offsets now of the topics that the plan deletes.
    pub facts: &'a Facts,
}

/// Lists what moved of everything that a kept plan is bound to. Empty: it may go on to `narrow`.
#[must_use]
pub fn stale(file: &PlanFile, ground: &Ground<'_>) -> Vec<Stale> {
    let plan = &file.0;
    let mut moved = Moved::default();
    let id = |id: Option<&ClusterId>| id.map_or("unknown", ClusterId::as_str).to_owned();
    moved.compare("cluster", id(plan.cluster.as_ref()), id(ground.live.cluster.id.as_ref()));
    let name = |name: Option<&str>| name.unwrap_or("none").to_owned();
    moved.compare("environment", name(plan.environment.as_deref()), name(ground.environment));
    moved.compare("catalog", plan.catalog_hash.clone(), ground.catalog_hash.to_owned());
    for wire in &plan.changes {
        let topic = wire.change.topic();
        let live = match seen(ground.live, topic) {
            Some(Seen::Present(live)) => Some(live),
            Some(Seen::Absent) => None,
            Some(Seen::Unknown(fault)) => {
                moved.compare(topic.as_str(), "known".to_owned(), format!("unknown ({})", fault.code));
                continue;
            }
            None => {
                moved.compare(topic.as_str(), "known".to_owned(), "unknown (no answer)".to_owned());
                continue;
            }
        };
        match (&wire.change, live) {
            (Change::Create(_), Some(_)) => moved.compare(topic.as_str(), "absent".into(), "present".into()),
            (Change::Create(_), None) => {}
            (_, None) => moved.compare(topic.as_str(), "present".into(), "absent".into()),
            (change, Some(live)) => {
                moved.id(topic, change.id(), live.id.as_ref());
                moved.values(change, wire.high_watermarks, live, ground.facts);
            }
        }
    }
    moved.0
}

#[derive(Default)]
struct Moved(Vec<Stale>);

impl Moved {
    fn compare(&mut self, what: &str, then: String, now: String) {
        if then != now {
            self.0.push(Stale::new(what, then, now));
        }
    }

    fn id(&mut self, topic: &TopicName, then: Option<&TopicId>, now: Option<&TopicId>) {
        // A server that gives no ids proves nothing either way.
        if let (Some(then), Some(now)) = (then, now) {
            self.compare(&format!("{topic} id"), then.0.clone(), now.0.clone());
        }
    }

    fn values(&mut self, change: &Change, watermarks: Option<i64>, live: &LiveTopic, facts: &Facts) {
        match change {
            Change::Create(_) => {}
            Change::Grow(Growth { topic, from, .. }) => {
                let (then, now) = (from.to_string(), live.partitions.len().to_string());
                self.compare(&format!("{topic} partitions"), then, now);
            }
            Change::Configure(alteration) => self.settings(alteration, live),
            Change::Delete(Deletion { topic, .. }) => {
                let now = facts.0.get(topic).and_then(|facts| facts.high_watermarks(live.partitions.len()));
                let told = |sum: Option<i64>| sum.map_or("unknown".to_owned(), |sum| sum.to_string());
                self.compare(&format!("{topic} high watermarks"), told(watermarks), told(now));
            }
        }
    }

    fn settings(&mut self, alteration: &Alteration, live: &LiveTopic) {
        let topic = &alteration.topic;
        let config = match &live.config {
            Ok(config) => config,
            Err(fault) => {
                let now = format!("unknown ({})", fault.code);
                return self.compare(&format!("{topic} settings"), "known".to_owned(), now);
            }
        };
        for (key, then) in &alteration.settings {
            let now = current(config, key, then);
            if !same_ground(key, then, &now) {
                self.compare(&format!("{topic} {key}"), told(then), told(&now));
            }
        }
    }
}

/// What a setting's change would be planned for now.
fn current(config: &LiveConfig, key: &str, then: &SettingChange) -> SettingChange {
    let entry = config.0.get(key);
    SettingChange {
        from: entry.and_then(|entry| entry.value.clone()),
        overridden: entry.is_some_and(|entry| entry.source == ConfigSource::Topic),
        to: then.to.clone(),
        inherited: entry.and_then(inherited).map(str::to_owned),
    }
}

/// What a setting inherits is part of the ground only where a reset leads to it.
fn same_ground(key: &str, one: &SettingChange, other: &SettingChange) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => same_value(key, one, other),
        (one, other) => one == other,
    };
    same(&one.from, &other.from)
        && one.overridden == other.overridden
        && (one.to.is_some() || same(&one.inherited, &other.inherited))
}

fn told(change: &SettingChange) -> String {
    let value = change.from.as_deref().unwrap_or("unknown");
    let source = if change.overridden { "set on the topic" } else { "inherited" };
    match (&change.to, &change.inherited) {
        (None, Some(inherited)) => format!("{value} ({source}, inherits {inherited})"),
        _ => format!("{value} ({source})"),
    }
}

/// Narrows a plan made anew, from the same catalog with the file's `prune`, to the changes that a kept plan names.
///
/// # Errors
/// The kept plan names a change that the catalog does not ask for now: it was edited, or the ground has moved.
pub fn narrow(file: &PlanFile, mut fresh: Plan) -> Result<Plan, Vec<Stale>> {
    let mut moved = Vec::new();
    let mut kept: Vec<PlannedChange> = Vec::new();
    let mut offered: BTreeMap<ChangeKey, PlannedChange> =
        fresh.changes.into_iter().map(|planned| (planned.change.key(), planned)).collect();
    for wire in &file.0.changes {
        let key = wire.change.key();
        match offered.remove(&key).and_then(|planned| part(&wire.change, planned)) {
            Some(planned) => kept.push(planned),
            None => moved.push(Stale::new(
                key.topic.as_str(),
                format!("the plan would {} it", key.action.name()),
                "catalog and cluster do not ask for this change".to_owned(),
            )),
        }
    }
    if !moved.is_empty() {
        return Err(moved);
    }
    // The order is the plan's own, not the file's.
    kept.sort_by(|one, other| super::diff::order(one).cmp(&super::diff::order(other)));
    let keys: BTreeSet<ChangeKey> = kept.iter().map(|planned| planned.change.key()).collect();
    fresh.findings.retain(|finding| {
        finding.kind != super::FindingKind::Refused || keys.iter().any(|key| key.topic == finding.topic)
    });
    fresh.changes = kept;
    Ok(fresh)
}

/// The part of a change made anew that a kept change names; none where it names anything else.
fn part(kept: &Change, mut planned: PlannedChange) -> Option<PlannedChange> {
    match (kept, &mut planned.change) {
        (Change::Configure(kept), Change::Configure(fresh)) => {
            let named = |key: &String, change: &SettingChange| {
                fresh
                    .settings
                    .get(key)
                    .is_some_and(|now| now.to == change.to && same_ground(key, change, now))
            };
            if !kept.settings.iter().all(|(key, change)| named(key, change)) {
                return None;
            }
            fresh.settings.retain(|key, _| kept.settings.contains_key(key));
            planned
                .risks
                .retain(|risk| risk.setting.as_ref().is_none_or(|key| kept.settings.contains_key(key)));
        }
        (Change::Grow(kept), Change::Grow(fresh)) if (kept.from, kept.to) == (fresh.from, fresh.to) => {}
        (Change::Create(kept), Change::Create(fresh)) if kept == fresh => {}
        (Change::Delete(_), Change::Delete(_)) => {}
        _ => return None,
    }
    Some(planned)
}
