//! Limits: what is wrong, and what cannot be judged.

use std::collections::BTreeMap;

use super::facts::{Expectation, Facts, GroupFacts};
use super::judge::expectation;
use super::report::{Finding, FindingKind, GroupLag, LagReport, PartitionLag, Unknown};
use super::state::LagState;
use crate::fault::Seen;
use crate::human;

/// Transactions that are open in one partition at the same time, at the most.
const OPEN_AT_ONCE: i64 = 1_000;

/// Holds a report against what is expected of the groups.
pub(super) fn judge(facts: &Facts, report: &mut LagReport) {
    let (mut findings, mut unjudged) = (Vec::new(), Vec::new());
    for (group, said) in facts.groups.iter().zip(&report.groups) {
        of_group(facts, group, said, &mut findings);
        // Brokers leave out the commits in topics that may not be seen: none that is visible is not none at all.
        let nothing =
            said.partitions.is_empty() && matches!(said.state, LagState::NoCommit | LagState::Unassigned);
        unjudged.extend(nothing.then(|| Unknown {
            group: Some(said.group.clone()),
            topic: None,
            partition: None,
            reason: said.remark.clone().unwrap_or_else(|| said.state.words().to_owned()),
        }));
        for partition in &said.partitions {
            let expected = expectation(group, &partition.topic);
            of_partition(said, partition, expected, &mut findings);
            unjudged.extend(unjudgeable(said, partition, expected));
        }
    }
    report.findings = findings;
    report.unjudged = unjudged;
}

/// Takes a lag of which only markers of transactions may be above the limit for one that cannot be judged.
///
/// This is for `--check`, where the first unread records were looked for and the time did not suffice for some. Where
/// they were left out by choice, all of every lag may be markers, and nothing could be judged any more. A monitor alerts
/// on what was found: a lag that grows would else be silent as soon as there is too much to look at.
pub fn doubt(report: &mut LagReport) {
    let of_group = |group: &GroupLag| {
        let rows = group.partitions.iter();
        let doubts =
            rows.filter_map(|row| Some(((row.topic.clone(), row.partition), row.may_be_no_records?)));
        (group.group.clone(), doubts.collect::<BTreeMap<_, _>>())
    };
    let doubts: BTreeMap<_, _> = report.groups.iter().map(of_group).collect();
    let doubtful = |finding: &Finding| {
        let place = (finding.topic.clone()?, finding.partition?);
        let (lag, limit) = (finding.value?, finding.limit?);
        let markers = (*doubts.get(&finding.group)?.get(&place)?).min(most_markers(lag));
        let is_doubtful = finding.kind == FindingKind::MaxLag && lag.saturating_sub(markers) <= limit;
        is_doubtful.then(|| Unknown {
            group: Some(finding.group.clone()),
            topic: finding.topic.clone(),
            partition: finding.partition,
            reason: format!(
                "whether its lag is above {limit} is not known: up to {markers} of {lag} offsets may be markers of \
                 transactions and no records, and there was no time to look; give more with --time-budget"
            ),
        })
    };
    let findings = std::mem::take(&mut report.findings);
    for finding in findings {
        match doubtful(&finding) {
            Some(unknown) => report.unjudged.push(unknown),
            None => report.findings.push(finding),
        }
    }
}

/// The most offsets of a lag that are taken for markers. A transaction marks a partition once, behind records of its own
/// there: no more than every second offset is a marker, beside those of transactions whose records lie in front of the
/// commit. So a great lag is beyond doubt.
fn most_markers(lag: i64) -> i64 {
    (lag / 2).saturating_add(OPEN_AT_ONCE)
}

fn of_group(facts: &Facts, group: &GroupFacts, said: &GroupLag, findings: &mut Vec<Finding>) {
    let finding = |kind, topic: Option<String>, text: String| Finding {
        kind,
        group: said.group.clone(),
        topic,
        partition: None,
        value: None,
        limit: None,
        text,
    };
    if said.state == LagState::Missing {
        let text =
            format!("group {} is not there: it never committed, or everything has expired", said.group);
        findings.push(finding(FindingKind::Missing, None, text));
    }
    for topic in group.expected.iter().filter_map(|expected| expected.topic.as_ref()) {
        if let Some(Seen::Absent) = facts.topics.get(topic) {
            let text = format!("group {} should read topic {topic}, which is not there", said.group);
            findings.push(finding(FindingKind::NoTopic, Some(topic.to_string()), text));
        }
    }
}

fn of_partition(
    said: &GroupLag,
    row: &PartitionLag,
    expected: Option<&Expectation>,
    findings: &mut Vec<Finding>,
) {
    let place = format!("group {}, {}/{}", said.group, row.topic, row.partition);
    let finding = |kind, value: Option<i64>, limit: Option<i64>, text: String| Finding {
        kind,
        group: said.group.clone(),
        topic: Some(row.topic.clone()),
        partition: Some(row.partition),
        value,
        limit,
        text,
    };
    match (row.state, row.lost) {
        (LagState::AheadOfEnd, _) => {
            let beyond = row.committed.zip(row.high_watermark).map(|(at, end)| at.saturating_sub(end));
            let text = format!("{place}: the commit lies beyond the end of the log");
            findings.push(finding(FindingKind::AheadOfEnd, beyond, None, text));
        }
        (_, Some(lost)) => {
            let records = human::plural(usize::try_from(lost).unwrap_or(usize::MAX), "record");
            let text = format!("{place}: {records} deleted before the group read that far");
            findings.push(finding(FindingKind::BelowLogStart, Some(lost), None, text));
        }
        _ => {}
    }
    let Some(expected) = expected else { return };
    if let (Some(lag), Some(limit)) = (row.lag, expected.max_lag)
        && lag > limit
    {
        let text = format!("{place}: lag {lag} is above {limit}");
        findings.push(finding(FindingKind::MaxLag, Some(lag), Some(limit), text));
    }
    if let (Some(age), Some(limit)) = (row.time_lag_ms, expected.max_time_lag)
        && age > limit
    {
        let text = format!(
            "{place}: the first unread record is {} old, above {}",
            human::span(age),
            human::span(limit)
        );
        findings.push(finding(FindingKind::MaxTimeLag, Some(age), Some(limit), text));
    }
}

/// A limit that cannot be held against anything. What could not be read at all is told as unknown already.
fn unjudgeable(said: &GroupLag, row: &PartitionLag, expected: Option<&Expectation>) -> Option<Unknown> {
    // A commit without meaning, or a group that is not there, is a finding, and no limit says more.
    if row.state.is_unknown() || row.state == LagState::AheadOfEnd || said.state == LagState::Missing {
        return None;
    }
    let limited = |limit: fn(&Expectation) -> Option<i64>| expected.and_then(limit).is_some();
    let reason = if row.lag.is_none() {
        let remark = row.remark.clone().unwrap_or_else(|| row.state.words().to_owned());
        format!("{remark}; say so in the catalog (start: earliest or latest)")
    } else if limited(|it| it.max_time_lag) && row.time_lag_ms.is_none() {
        let why = row.time_lag_unknown.as_deref().unwrap_or("unknown");
        format!("the time lag is not known: {why}")
    } else {
        return None;
    };
    Some(Unknown {
        group: Some(said.group.clone()),
        topic: Some(row.topic.clone()),
        partition: Some(row.partition),
        reason,
    })
}
