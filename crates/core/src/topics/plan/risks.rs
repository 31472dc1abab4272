//! The risks of a change, in sentences with the numbers that are known.
//!
//! They are always made anew from the change itself, never read from a file, so a plan file cannot hide one.

use jiff::Timestamp;

use super::facts::Estimate;
use super::{Context, PlannedChange, PlannedRisk, TopicFacts};
use crate::human;
use crate::risk::Risk;
use crate::topics::change::{Change, Growth, SettingChange};
use crate::topics::settings;

/// Every risk of a change.
pub(super) fn of(planned: &PlannedChange, facts: Option<&TopicFacts>, now: Timestamp) -> Vec<PlannedRisk> {
    match &planned.change {
        Change::Create(_) => Vec::new(),
        Change::Grow(growth) => vec![growth_risk(growth, &planned.context)],
        Change::Delete(_) => vec![deletion_risk(&planned.context, facts)],
        Change::Configure(alteration) => alteration
            .settings
            .iter()
            .filter_map(|(key, change)| {
                let risk = settings::risk(key, change)?;
                let text = setting_text(key, change, &Ground { context: &planned.context, facts, now });
                Some(PlannedRisk { risk, setting: Some(key.clone()), text })
            })
            .collect(),
    }
}

/// True where the sentence about a setting counts records.
pub(super) fn counts_records(key: &str, change: &SettingChange) -> bool {
    matches!(key, "retention.ms" | "cleanup.policy") && settings::risk(key, change).is_some()
}

/// The time before which records become deletable by a setting's change, where it is one that works by age.
pub(super) fn boundary(
    key: &str,
    change: &SettingChange,
    context: &Context,
    now: Timestamp,
) -> Option<Timestamp> {
    settings::risk(key, change)?;
    let retention = match key {
        "retention.ms" if deletes(context.cleanup_policy.as_deref()) => {
            settings::leads_to(change).and_then(settings::number)?
        }
        "cleanup.policy" if begins_to_delete(change) => context.retention_ms?,
        _ => return None,
    };
    if retention < 0 {
        return None;
    }
    Timestamp::from_millisecond(now.as_millisecond().checked_sub(retention)?).ok()
}

/// True unless the policy is known and has no `delete`.
fn deletes(policy: Option<&str>) -> bool {
    policy.is_none_or(|policy| settings::items(policy).contains("delete"))
}

fn begins_to_delete(change: &SettingChange) -> bool {
    let had = change.from.as_deref().is_some_and(|policy| deletes(Some(policy)));
    !had && deletes(settings::leads_to(change))
}

fn begins_to_compact(change: &SettingChange) -> bool {
    let compacts = |policy: &str| settings::items(policy).contains("compact");
    !change.from.as_deref().is_some_and(compacts) && settings::leads_to(change).is_none_or(compacts)
}

struct Ground<'a> {
    context: &'a Context,
    facts: Option<&'a TopicFacts>,
    now: Timestamp,
}

impl Ground<'_> {
    fn records(&self) -> Estimate {
        let unknown = || Estimate::Unknown("not asked".to_owned());
        self.facts.map_or_else(unknown, |facts| facts.records(self.context.partitions))
    }

    fn records_before(&self, at: Timestamp) -> Estimate {
        let unknown = || Estimate::Unknown("not asked".to_owned());
        self.facts.map_or_else(unknown, |facts| facts.records_before(at, self.context.partitions))
    }
}

fn growth_risk(growth: &Growth, context: &Context) -> PlannedRisk {
    let (from, to) = (growth.from, growth.to);
    let mut text = if context.keyed {
        format!(
            "{from} to {to} partitions: keys move to other partitions and the order of a key's records breaks there"
        )
    } else {
        format!("{from} to {to} partitions: no key is declared, but where producers set one, keys move")
    };
    text.push_str(&naming("groups", &context.groups));
    text.push_str(&naming("states", &context.states));
    PlannedRisk { risk: Risk::PartitionIncrease, setting: None, text }
}

fn naming(what: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; declared {what}: {}", human::list(names, 5)) }
}

fn deletion_risk(context: &Context, facts: Option<&TopicFacts>) -> PlannedRisk {
    let none = TopicFacts::default();
    let facts = facts.unwrap_or(&none);
    let records = facts.records(context.partitions);
    let risk = if records == Estimate::About(0) { Risk::Delete } else { Risk::DeleteNonempty };
    let holds = match records {
        Estimate::About(0) => "it holds no records".to_owned(),
        Estimate::Unknown(why) => format!("whether it holds records is unknown ({why})"),
        some => format!("it holds {}", told(&some)),
    };
    let written = match &facts.last_write {
        Some(Ok(Some(at))) => format!("last write {}", human::moment(*at)),
        Some(Ok(None)) => "no last write".to_owned(),
        Some(Err(fault)) => format!("last write unknown ({})", fault.code),
        None => "last write unknown (not asked)".to_owned(),
    };
    let groups = match &facts.commits {
        Some(Ok(groups)) if groups.is_empty() => "no group that may be seen has commits".to_owned(),
        Some(Ok(groups)) => format!("groups with commits: {}", human::list(groups, 10)),
        Some(Err(fault)) => format!("groups with commits unknown ({})", fault.code),
        None => "groups with commits unknown (not asked)".to_owned(),
    };
    PlannedRisk { risk, setting: None, text: format!("{holds}; {written}; {groups}") }
}

fn setting_text(key: &str, change: &SettingChange, ground: &Ground<'_>) -> String {
    let consequence = match key {
        "retention.ms" => retention(key, change, ground),
        "retention.bytes" => {
            "the oldest records of partitions above it become deletable, how many is not known".to_owned()
        }
        "local.retention.ms" | "local.retention.bytes" => {
            "older records leave the brokers' own disks and are read from the remote tier".to_owned()
        }
        "remote.storage.enable" => "records that lie only in the remote tier may be lost".to_owned(),
        "cleanup.policy" => policy(key, change, ground),
        "min.insync.replicas" => "a write is acknowledged with fewer replicas in sync".to_owned(),
        "unclean.leader.election.enable" => {
            "a replica out of sync may become leader, and acknowledged records are lost".to_owned()
        }
        "max.message.bytes" => "larger records, accepted until now, are refused".to_owned(),
        _ => String::new(),
    };
    let mut text = format!("{}: {consequence}", transition(key, change));
    if matches!(key, "retention.ms" | "retention.bytes" | "cleanup.policy") {
        text.push_str(&naming("states", &ground.context.states));
    }
    text
}

/// A setting's change in words: `retention.ms 7d to 1d`, `retention.ms 7d to what it inherits (1d)`.
fn transition(key: &str, change: &SettingChange) -> String {
    let from =
        change.from.as_deref().map_or_else(|| "unknown".to_owned(), |value| human::setting(key, value));
    let to = match (&change.to, &change.inherited) {
        (Some(to), _) => human::setting(key, to),
        (None, Some(inherited)) => format!("what it inherits ({})", human::setting(key, inherited)),
        (None, None) => "what it inherits (unknown)".to_owned(),
    };
    format!("{key} {from} to {to}")
}

fn retention(key: &str, change: &SettingChange, ground: &Ground<'_>) -> String {
    if !deletes(ground.context.cleanup_policy.as_deref()) {
        return "records become deletable as soon as cleanup.policy has `delete`, which it has not"
            .to_owned();
    }
    match boundary(key, change, ground.context, ground.now) {
        Some(at) => deletable(at, ground),
        None => "older records become deletable, how many is unknown".to_owned(),
    }
}

fn deletable(at: Timestamp, ground: &Ground<'_>) -> String {
    let before = human::moment(at);
    match ground.records_before(at) {
        Estimate::About(0) => format!("no record is older than {before}, so none becomes deletable now"),
        Estimate::Unknown(why) => {
            format!("everything before {before} becomes deletable, how many records is unknown ({why})")
        }
        some => format!("{}, everything before {before}, become deletable", told(&some)),
    }
}

fn policy(key: &str, change: &SettingChange, ground: &Ground<'_>) -> String {
    let mut parts = Vec::new();
    if begins_to_compact(change) {
        let records = match ground.records() {
            Estimate::Unknown(why) => format!("it holds an unknown number of records ({why})"),
            some => format!("it holds {}", told(&some)),
        };
        parts.push(format!("all but the last record of each key is compacted away, {records}"));
        parts.push("records without a key are refused".to_owned());
    }
    if begins_to_delete(change) {
        parts.push(match boundary(key, change, ground.context, ground.now) {
            Some(at) => deletable(at, ground),
            None if ground.context.retention_ms.is_some_and(|retention| retention < 0) => {
                "records become deletable by size only, there is no limit by age".to_owned()
            }
            None => "records become deletable, how many is unknown".to_owned(),
        });
    }
    if parts.is_empty() {
        parts.push("records are kept by another rule".to_owned());
    }
    parts.join("; ")
}

fn told(estimate: &Estimate) -> String {
    let records =
        |number: i64| format!("{} {}", human::count(number), if number == 1 { "record" } else { "records" });
    match estimate {
        Estimate::About(number) => format!("about {}", records(*number)),
        Estimate::AtLeast(number, why) => {
            format!("at least about {} (some partitions unknown: {why})", records(*number))
        }
        Estimate::Unknown(why) => format!("an unknown number of records ({why})"),
    }
}

/// What a change does, in words, for lists of changes.
#[must_use]
pub fn describe(change: &Change) -> Vec<String> {
    match change {
        Change::Create(creation) => {
            let count = |number: Option<String>| number.unwrap_or_else(|| "the brokers' default".to_owned());
            let partitions = count(creation.partitions.map(|count| count.to_string()));
            let factor = count(creation.replication_factor.map(|factor| factor.to_string()));
            let mut lines = vec![format!("partitions {partitions}"), format!("replication factor {factor}")];
            let settings = creation.config.iter();
            lines.extend(settings.map(|(key, value)| format!("{key} {}", human::setting(key, value))));
            lines
        }
        Change::Grow(growth) => vec![format!("partitions {} to {}", growth.from, growth.to)],
        Change::Configure(alteration) => {
            alteration.settings.iter().map(|(key, change)| transition(key, change)).collect()
        }
        Change::Delete(_) => Vec::new(),
    }
}
