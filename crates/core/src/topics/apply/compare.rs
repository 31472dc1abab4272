//! Whether a topic is as a change wants it, and whether its partitions can be written to.

use crate::fault::{Fault, FaultKind, Seen};
use crate::topics::change::{Alteration, Change, Creation};
use crate::topics::live::{LiveConfig, LiveTopic};
use crate::topics::settings::same_value;

/// How a topic compares with what a change wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// It is as wanted.
    Same,
    /// It is not, and this is where, one sentence each.
    Different(Vec<String>),
    /// It could not be found out.
    Unknown(Fault),
}

/// Whether a topic's new partitions can be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Every partition has a leader.
    Ready,
    /// These have none yet, or are not to be seen yet.
    Waiting(Vec<i32>),
    /// It could not be found out.
    Unknown(Fault),
}

/// Compares a topic with what a change wants of it, and with nothing else.
#[must_use]
pub fn compare(change: &Change, seen: &Seen<LiveTopic>) -> Comparison {
    let live = match (change, seen) {
        (_, Seen::Unknown(fault)) => return Comparison::Unknown(fault.clone()),
        (Change::Delete(_), Seen::Absent) => return Comparison::Same,
        (_, Seen::Absent) => return Comparison::Different(vec!["it does not exist".to_owned()]),
        (_, Seen::Present(live)) => live,
    };
    match change {
        Change::Create(creation) => created(creation, live),
        Change::Configure(alteration) => match &live.config {
            Ok(config) => of(altered(alteration, config)),
            Err(fault) => Comparison::Unknown(fault.clone()),
        },
        Change::Grow(growth) => {
            let has = live.partitions.len();
            let same = i32::try_from(has) == Ok(growth.to);
            of(if same { Vec::new() } else { vec![format!("it has {has} partitions, wanted {}", growth.to)] })
        }
        Change::Delete(_) if another_topic(change, live) => Comparison::Same,
        Change::Delete(_) => Comparison::Different(vec!["it still exists".to_owned()]),
    }
}

fn of(differences: Vec<String>) -> Comparison {
    if differences.is_empty() { Comparison::Same } else { Comparison::Different(differences) }
}

fn created(creation: &Creation, live: &LiveTopic) -> Comparison {
    let mut differences = Vec::new();
    let has = live.partitions.len();
    if let Some(wanted) = creation.partitions.filter(|wanted| i32::try_from(has) != Ok(*wanted)) {
        differences.push(format!("it has {has} partitions, wanted {wanted}"));
    }
    let other = |wanted: &usize| live.partitions.iter().any(|partition| partition.replicas.len() != *wanted);
    let factor = creation.replication_factor.and_then(|factor| usize::try_from(factor).ok());
    if let Some(wanted) = factor.filter(other) {
        let has = live.replication_factor().map_or("mixed".to_owned(), |factor| factor.to_string());
        differences.push(format!("its replication factor is {has}, wanted {wanted}"));
    }
    match &live.config {
        Ok(config) => {
            let settings = creation.config.iter();
            differences.extend(settings.filter_map(|(key, wanted)| set_to(config, key, wanted)));
        }
        // What differs already is enough to know that it is not as wanted.
        Err(fault) if differences.is_empty() && !creation.config.is_empty() => {
            return Comparison::Unknown(fault.clone());
        }
        Err(_) => {}
    }
    of(differences)
}

fn altered(alteration: &Alteration, config: &LiveConfig) -> Vec<String> {
    let settings = alteration.settings.iter();
    settings
        .filter_map(|(key, change)| match &change.to {
            Some(wanted) => set_to(config, key, wanted),
            None => config.overridden(key).map(|value| format!("{key} is still set to {value}")),
        })
        .collect()
}

fn set_to(config: &LiveConfig, key: &str, wanted: &str) -> Option<String> {
    match config.effective(key) {
        Some(value) if same_value(key, value, wanted) => None,
        Some(value) => Some(format!("{key} is {value}, wanted {wanted}")),
        // A value that the brokers hide cannot be compared; that it was set is what can be known.
        None if config.0.get(key).is_some_and(|entry| entry.sensitive) => None,
        None => Some(format!("{key} is not set, wanted {wanted}")),
    }
}

/// True where a topic of this name has another id than the one the change was planned for.
pub(super) fn another_topic(change: &Change, live: &LiveTopic) -> bool {
    matches!((change.id(), live.id.as_ref()), (Some(planned), Some(now)) if planned != now)
}

/// Tells whether every partition that a creation or growth makes has a leader. Other changes make none.
#[must_use]
pub fn readiness(change: &Change, seen: &Seen<LiveTopic>) -> Readiness {
    let wanted = match change {
        Change::Create(creation) => creation.partitions.unwrap_or(1),
        Change::Grow(growth) => growth.to,
        Change::Configure(_) | Change::Delete(_) => return Readiness::Ready,
    };
    let live = match seen {
        Seen::Unknown(fault) => return Readiness::Unknown(fault.clone()),
        Seen::Absent => return Readiness::Waiting((0..wanted).collect()),
        Seen::Present(live) => live,
    };
    let led: std::collections::BTreeSet<i32> = live
        .partitions
        .iter()
        .filter(|partition| partition.leader.is_some())
        .map(|partition| partition.id)
        .collect();
    let known = i32::try_from(live.partitions.len()).unwrap_or(i32::MAX);
    let waiting: Vec<i32> = (0..wanted.max(known)).filter(|id| !led.contains(id)).collect();
    if waiting.is_empty() { Readiness::Ready } else { Readiness::Waiting(waiting) }
}

/// The fault of a topic that was not answered for.
pub(super) fn no_answer() -> Fault {
    Fault { kind: FaultKind::Other, code: "NO_ANSWER".to_owned(), message: "it was not read".to_owned() }
}
