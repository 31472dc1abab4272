//! From what was read to what is said: the lag and the state of each partition and group.

use std::collections::{BTreeMap, BTreeSet};

use super::check;
use super::facts::{Expectation, Facts, GroupFacts};
use super::partition;
use super::report::{GroupLag, LagReport, MemberShown, PartitionLag, Unknown};
use super::state::LagState;
use crate::fault::{Fault, FaultKind, Seen};
use crate::groups::live::{GroupKind, LiveGroup, PartitionKey};
use crate::human;

/// Makes a report of a sample, with all limits judged.
#[must_use]
pub fn report(facts: &Facts) -> LagReport {
    let mut report = LagReport {
        cluster: facts.cluster.as_ref().map(ToString::to_string),
        at: human::instant(facts.at),
        groups: facts.groups.iter().map(|group| judged(group, facts)).collect(),
        other_groups: facts.others,
        findings: Vec::new(),
        unknown: Vec::new(),
        unjudged: Vec::new(),
        notes: Vec::new(),
        advice: None,
    };
    report.unknown = unknowns(facts, &report.groups);
    report.notes = notes(facts, &report.groups);
    check::judge(facts, &mut report);
    report
}

/// The partitions that concern a group: where it has commits, where its members read, and those of topics that it
/// should read.
#[must_use]
pub fn partitions_of(group: &GroupFacts, facts: &Facts) -> BTreeSet<PartitionKey> {
    let mut keys: BTreeSet<PartitionKey> =
        group.commits.iter().flatten().map(|(key, _)| key.clone()).collect();
    let members = group.live.present().into_iter().flat_map(|live| &live.members);
    keys.extend(members.flat_map(|member| member.assigned.iter().cloned()));
    for topic in group.expected.iter().filter_map(|expected| expected.topic.as_ref()) {
        let first = (topic.clone(), 0);
        let its = facts.partitions.range(first..).take_while(|((name, _), _)| name == topic);
        keys.extend(its.map(|(key, _)| key.clone()));
    }
    keys
}

/// The expectation of a group in a topic: that of the topic, else that of all its topics.
#[must_use]
pub fn expectation<'a>(group: &'a GroupFacts, topic: &str) -> Option<&'a Expectation> {
    let of = |name: Option<&str>| {
        group.expected.iter().find(|expected| expected.topic.as_ref().map(|topic| topic.as_str()) == name)
    };
    of(Some(topic)).or_else(|| of(None))
}

fn judged(group: &GroupFacts, facts: &Facts) -> GroupLag {
    let live = group.live.present();
    let readers = readers(live);
    let partitions: Vec<PartitionLag> = match live.map(|live| live.kind) {
        Some(GroupKind::Unsupported) => Vec::new(),
        _ => partitions_of(group, facts)
            .iter()
            .map(|key| partition::judged(&partition::Asked { group, key, facts, reader: readers.get(key) }))
            .collect(),
    };
    let (own, remark) = hidden(group, facts).unwrap_or_else(|| own_state(group, &partitions));
    let state = partitions.iter().map(|partition| partition.state).max().unwrap_or(own).max(own);
    let lags = || partitions.iter().map(|partition| partition.lag);
    GroupLag {
        group: group.name.to_string(),
        declared: group.expected.iter().any(|expected| expected.declared),
        kind: live.map(|live| live.kind),
        group_state: live.map(|live| live.state),
        members: live.filter(|live| live.kind != GroupKind::Unsupported).map(|live| live.members.len()),
        state,
        remark,
        lag: if own.is_unknown() || partitions.is_empty() { None } else { lags().sum() },
        known_lag: lags().flatten().fold(0, i64::saturating_add),
        max_lag: lags().flatten().max(),
        max_time_lag_ms: oldest(&partitions),
        lost: partitions.iter().filter_map(|partition| partition.lost).fold(0, i64::saturating_add),
        commit_rate: None,
        produce_rate: None,
        catch_up_seconds: None,
        partitions,
    }
}

/// The greatest age that is known; none where only those are known that have nothing unread.
fn oldest(partitions: &[PartitionLag]) -> Option<i64> {
    let ages = || partitions.iter().map(|partition| partition.time_lag_ms);
    let oldest = ages().flatten().max()?;
    (oldest > 0 || ages().all(|age| age.is_some())).then_some(oldest)
}

/// Who reads which partition.
fn readers(live: Option<&LiveGroup>) -> BTreeMap<PartitionKey, MemberShown> {
    let mut readers = BTreeMap::new();
    for member in live.into_iter().flat_map(|live| &live.members) {
        for key in &member.assigned {
            let shown = MemberShown {
                id: member.id.clone(),
                client_id: member.client_id.clone(),
                host: member.host.clone(),
                instance_id: member.instance_id.clone(),
            };
            readers.insert(key.clone(), shown);
        }
    }
    readers
}

/// A topic that the group should read and that cannot be seen: nothing of it can be said, and so nothing of the whole.
fn hidden(group: &GroupFacts, facts: &Facts) -> Option<(LagState, Option<String>)> {
    let topics = group.expected.iter().filter_map(|expected| expected.topic.as_ref());
    let hidden = topics.filter_map(|topic| match facts.topics.get(topic) {
        Some(Seen::Unknown(fault)) => Some((unknown_state(fault), format!("topic {topic}: {fault}"))),
        _ => None,
    });
    hidden.max_by_key(|(state, _)| *state).map(|(state, remark)| (state, Some(remark)))
}

/// What is to be said of the group as a whole.
fn own_state(group: &GroupFacts, partitions: &[PartitionLag]) -> (LagState, Option<String>) {
    if let Err(fault) = &group.commits {
        return (unknown_state(fault), Some(fault.to_string()));
    }
    let none_committed = partitions.iter().all(|partition| partition.committed.is_none());
    match &group.live {
        Seen::Unknown(fault) => (unknown_state(fault), Some(fault.to_string())),
        Seen::Absent if none_committed => {
            let remark = "there is no such group: it never committed, or its commits have expired";
            (LagState::Missing, Some(remark.to_owned()))
        }
        Seen::Absent => (LagState::Ok, Some("the group itself is not there any more".to_owned())),
        Seen::Present(live) if live.kind == GroupKind::Unsupported => {
            let kind = live
                .protocol_type
                .as_ref()
                .map_or("of another kind".to_owned(), |it| format!("a {it} group"));
            let remark = format!("it is {kind}: no committed offsets of it can be read here");
            (LagState::UnsupportedType, Some(remark))
        }
        Seen::Present(live) => present(live, partitions),
    }
}

fn present(live: &LiveGroup, partitions: &[PartitionLag]) -> (LagState, Option<String>) {
    if live.state.is_passing() {
        let remark = format!("members are moving ({}): look again in a moment", live.state.as_str());
        return (LagState::Ok, Some(remark));
    }
    if partitions.is_empty() {
        return match live.members.len() {
            0 => (
                LagState::NoCommit,
                Some("it has no members, and no commits that this principal may see".to_owned()),
            ),
            count => {
                let remark = format!("{} and nothing assigned to it", human::plural(count, "member"));
                (LagState::Unassigned, Some(remark))
            }
        };
    }
    let waiting = partitions.iter().any(|partition| partition.state == LagState::NoMembers);
    let remark = "no members: it is stopped, or its consumers assign partitions by themselves";
    (LagState::Ok, waiting.then(|| remark.to_owned()))
}

/// The state of what could not be read.
pub(super) fn unknown_state(fault: &Fault) -> LagState {
    match fault.kind {
        FaultKind::Denied => LagState::Unauthorised,
        _ => LagState::Unknown,
    }
}

fn unknowns(facts: &Facts, groups: &[GroupLag]) -> Vec<Unknown> {
    let mut unknown: Vec<Unknown> = facts
        .unlisted
        .iter()
        .map(|fault| Unknown {
            group: None,
            topic: None,
            partition: None,
            reason: format!("a broker did not list its groups, so there may be more: {fault}"),
        })
        .collect();
    for (group, said) in facts.groups.iter().zip(groups) {
        let of_group = |reason: String| Unknown {
            group: Some(said.group.clone()),
            topic: None,
            partition: None,
            reason,
        };
        match (&group.commits, &group.live) {
            (Err(fault), _) => unknown.push(of_group(format!("its commits cannot be read: {fault}"))),
            (Ok(_), Seen::Unknown(fault)) => {
                unknown.push(of_group(format!("its members cannot be read: {fault}")));
            }
            (Ok(_), Seen::Present(live)) if live.kind == GroupKind::Unsupported => {
                unknown.push(of_group(said.remark.clone().unwrap_or_default()));
            }
            _ => {}
        }
        let hidden = group.expected.iter().filter_map(|expected| expected.topic.as_ref());
        for topic in hidden {
            if let Some(Seen::Unknown(fault)) = facts.topics.get(topic) {
                let reason = format!("the topic cannot be read: {fault}");
                unknown.push(Unknown { topic: Some(topic.to_string()), ..of_group(reason) });
            }
        }
        let untold = said.partitions.iter().filter(|partition| partition.state.is_unknown());
        unknown.extend(untold.map(|partition| Unknown {
            group: Some(said.group.clone()),
            topic: Some(partition.topic.clone()),
            partition: Some(partition.partition),
            reason: partition.remark.clone().unwrap_or_else(|| partition.state.words().to_owned()),
        }));
    }
    unknown
}

fn notes(facts: &Facts, groups: &[GroupLag]) -> Vec<String> {
    let mut notes = Vec::new();
    let partitions = || groups.iter().flat_map(|group| &group.partitions);
    if partitions().any(|partition| partition.may_be_no_records.is_some()) {
        notes.push(
            "records were not looked at: any part of a lag may be markers of transactions and no records"
                .to_owned(),
        );
    }
    let compacted: BTreeSet<&str> = facts
        .retention
        .iter()
        .filter(|(_, kept)| kept.as_ref().is_ok_and(|kept| kept.compacted))
        .map(|(topic, _)| topic.as_str())
        .collect();
    let lagging: BTreeSet<&str> = partitions()
        .filter(|partition| partition.lag.is_some_and(|lag| lag > 0))
        .map(|partition| partition.topic.as_str())
        .filter(|topic| compacted.contains(topic))
        .collect();
    if !lagging.is_empty() {
        let names: Vec<&str> = lagging.into_iter().collect();
        notes.push(format!("compacted, so that a lag is the most there can be: {}", human::list(&names, 5)));
    }
    notes
}
