//! What a plan reports and does not mend: replicas, brokers that lack, guarantees that contradict each other, and
//! retention that a state would feel.

use super::diff::{After, Draft};
use super::{Finding, FindingKind};
use crate::human;
use crate::topics::declared::Declared;
use crate::topics::live::LiveTopic;
use crate::topics::settings;

/// What would make a creation fail, or useless.
pub(super) fn creation(draft: &mut Draft<'_>, declared: &Declared, after: &After) {
    let twin =
        draft.present.keys().find(|other| other.collides_with(&declared.name)).map(|name| (*name).clone());
    if let Some(twin) = twin {
        let text = format!("its name differs from that of {twin} only in `.` and `_`: the brokers refuse it");
        draft.finding(FindingKind::NameCollision, &declared.name, text);
    }
    let default = draft.broker_default("default.replication.factor");
    let factor = wanted_factor(declared).or(default.and_then(|factor| usize::try_from(factor).ok()));
    if let Some(factor) = factor {
        too_few_brokers(draft, declared, factor, "the brokers refuse to create it");
    }
    let min_isr = after.number("min.insync.replicas").or(draft.broker_default("min.insync.replicas"));
    compare_min_isr(draft, declared, min_isr, factor);
    states(draft, declared, after);
}

/// Reports partitions whose number of replicas is not the declared one.
pub(super) fn replication(draft: &mut Draft<'_>, declared: &Declared, live: &LiveTopic) {
    let Some(wanted) = wanted_factor(declared) else { return };
    let differing = live.partitions.iter().filter(|partition| partition.replicas.len() != wanted).count();
    if differing == 0 {
        return;
    }
    let reassignment = draft.reassign(live, wanted);
    let has = match live.replication_factor() {
        Some(factor) => format!("its partitions have {}", human::plural(factor, "replica")),
        None => format!(
            "{differing} of its {} have another number of replicas",
            human::plural(live.partitions.len(), "partition")
        ),
    };
    let next = if reassignment.is_some() {
        "run kafka-reassign-partitions with the JSON below"
    } else {
        "it cannot be reassigned with the brokers there are"
    };
    let grows =
        declared.partitions.and_then(|count| usize::try_from(count).ok()) > Some(live.partitions.len());
    let again = if grows { "; the partitions that are added need it afterwards" } else { "" };
    let text = format!("{has}, {wanted} declared; librdkafka cannot change that: {next}{again}");
    let (kind, topic) = (FindingKind::ReplicationFactor, declared.name.clone());
    draft.plan.findings.push(Finding { kind, topic, text, reassignment });
    too_few_brokers(draft, declared, wanted, "it cannot be reached");
}

fn too_few_brokers(draft: &mut Draft<'_>, declared: &Declared, factor: usize, consequence: &str) {
    let brokers = draft.input.live.cluster.brokers.len();
    if factor > brokers {
        let brokers = human::plural(brokers, "broker");
        let text = format!("replication factor {factor}, but the cluster has {brokers}: {consequence}");
        draft.finding(FindingKind::TooFewBrokers, &declared.name, text);
    }
}

/// Compares the in-sync replicas that writes demand with the replicas there are.
pub(super) fn min_isr(draft: &mut Draft<'_>, declared: &Declared, live: &LiveTopic, after: &After) {
    let default = draft.broker_default("min.insync.replicas").filter(|_| live.config.is_ok());
    let min_isr = after.number("min.insync.replicas").or(default);
    let factor = live.partitions.iter().map(|partition| partition.replicas.len()).min();
    compare_min_isr(draft, declared, min_isr, factor);
}

fn compare_min_isr(draft: &mut Draft<'_>, declared: &Declared, min_isr: Option<i64>, factor: Option<usize>) {
    let (Some(min_isr), Some(factor)) = (min_isr.and_then(|number| usize::try_from(number).ok()), factor)
    else {
        return;
    };
    let origin = match declared.config.get("min.insync.replicas") {
        Some(Some(_)) => "declared",
        _ => "inherited or set outside the catalog",
    };
    if min_isr > factor {
        let text = format!(
            "min.insync.replicas is {min_isr} ({origin}) with {}: writes with acks=all fail; lower it or add replicas",
            human::plural(factor, "replica")
        );
        draft.finding(FindingKind::MinIsrAboveReplicas, &declared.name, text);
    } else if min_isr == factor && factor > 1 {
        let text = format!("min.insync.replicas equals its {factor} replicas: one broker down stops writes");
        draft.note(Some(&declared.name), text);
    }
}

/// Says what a state folded from a topic loses by the topic's retention. A note, since snapshots may cover it.
pub(super) fn states(draft: &mut Draft<'_>, declared: &Declared, after: &After) {
    if declared.states.is_empty() {
        return;
    }
    let mut losses = Vec::new();
    if let Some(retention) = after.number("retention.ms").filter(|retention| *retention >= 0) {
        losses.push(format!("records go after {}", human::duration(retention)));
    }
    if let Some(size) = after.number("retention.bytes").filter(|size| *size >= 0) {
        losses.push(format!("records go above {} per partition", human::bytes(size)));
    }
    if after.get("cleanup.policy").is_some_and(|policy| settings::items(policy).contains("compact")) {
        losses.push("all but the last record of a key is compacted away".to_owned());
    }
    if after
        .get("unclean.leader.election.enable")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    {
        losses.push("acknowledged records may be lost (unclean.leader.election.enable)".to_owned());
    }
    if !losses.is_empty() {
        let (states, losses) = (human::list(&declared.states, 5), losses.join(", "));
        let text = format!("{losses}: beyond that, {states} can be rebuilt from snapshots only");
        draft.note(Some(&declared.name), text);
    }
}

/// Says that records stay longer than their retention where segments are rolled less often.
pub(super) fn segment_note(after: &After) -> Option<String> {
    let (retention, roll) = (after.number("retention.ms")?, after.number("segment.ms")?);
    let deletes = after.get("cleanup.policy").is_none_or(|policy| settings::items(policy).contains("delete"));
    (deletes && retention >= 0 && roll > retention).then(|| {
        let (retention, roll) = (human::duration(retention), human::duration(roll));
        format!("records go by whole segments, so with segment.ms {roll} some stay longer than {retention}")
    })
}

fn wanted_factor(declared: &Declared) -> Option<usize> {
    declared.replication_factor.and_then(|factor| usize::try_from(factor).ok()).filter(|factor| *factor > 0)
}
