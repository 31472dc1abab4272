//! Moving the offsets of a group: what is written where, what that skips or repeats, and why it is refused.

mod commands;
mod stale;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::change::OffsetChange;
use super::live::{Commit, Commits, PartitionKey};
use super::saved::Cause;
use super::target::{Offsets, Target};
use super::undo::Wanted;
use crate::human;
use crate::name::{ClusterId, GroupName, TopicName};
use crate::topics::live::TopicId;

pub use commands::{commands, undo_command, undo_part_command};
pub use stale::{moved, refusal, stale};
pub use wanted::{wanted, within};

/// What the brokers say of a partition whose commit is to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The log start offset.
    pub start: i64,
    /// The last stable offset: the end of the records of finished transactions.
    pub end: i64,
    /// The high watermark: the end of all records.
    pub high_watermark: i64,
    /// The first offset at or after the time of the target, where it is a time and there is such a record.
    pub at: Option<i64>,
}

/// Where a group stands, and the logs of the partitions that are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// True where the group is there.
    pub exists: bool,
    /// Its commits in the partitions that are chosen.
    pub commits: Commits,
    /// The ids of their topics, where the server gives them.
    pub topic_ids: BTreeMap<TopicName, TopicId>,
    /// Their logs.
    pub logs: BTreeMap<PartitionKey, Log>,
    /// Topics of those that were asked for that are not there.
    pub absent: BTreeSet<TopicName>,
}

/// Why offsets cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeekError {
    /// One offset for several partitions.
    #[error(
        "an offset alone is a place in one partition, and {partitions} are chosen; write all:{offset}, or 0:{offset} for partition 0 alone"
    )]
    SeveralPartitions {
        /// The offset.
        offset: i64,
        /// How many partitions are chosen.
        partitions: usize,
    },
    /// Offsets by partition for several topics.
    #[error(
        "offsets by partition are those of one topic, and {0} are chosen; use a file of lines topic,partition,offset"
    )]
    SeveralTopics(usize),
    /// Partitions that are named and not chosen.
    #[error("{0} is named, and is not among the partitions that are chosen")]
    NotChosen(String),
    /// Offsets outside of their logs.
    #[error("{0}")]
    OutOfRange(String),
}

/// A plan to move offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekPlan {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// The group.
    pub group: GroupName,
    /// What for.
    pub cause: Cause,
    /// For an undo: the set that it puts back.
    pub undoes: Option<i64>,
    /// True where only a part of that set is put back, so that the rest of it still can be.
    pub is_part: bool,
    /// The ids of the topics, where the server gives them: offsets mean nothing in a topic that was made anew.
    pub topic_ids: BTreeMap<TopicName, TopicId>,
    /// The partitions whose commit changes.
    pub rows: Vec<SeekRow>,
    /// How many are chosen and stand where they should already.
    pub unchanged: usize,
    /// What has to be known before consent is given.
    pub notes: Vec<String>,
}

/// One partition of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekRow {
    /// The change.
    pub change: OffsetChange,
    /// The log, as far as it could be read.
    pub log: Option<Log>,
    /// What it does.
    pub effect: Effect,
    /// The times of the first and the last record that are skipped or repeated, in milliseconds since 1970.
    pub times: Option<(i64, i64)>,
}

/// What a change of an offset does to the group's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "effect", content = "offsets")]
pub enum Effect {
    /// So many offsets are never read by the group.
    Skips(i64),
    /// So many offsets are read once more.
    Repeats(i64),
    /// The group had no commit there.
    Begins,
    /// The commit is taken away: where the group begins is decided by its reset policy.
    Forgets,
    /// Only what is gone lies between the two.
    Nothing,
}

/// What a plan is made for.
#[derive(Debug, Clone, Copy)]
pub struct Purpose<'a> {
    /// The group.
    pub group: &'a GroupName,
    /// What moves it.
    pub cause: Cause,
    /// For an undo: the set that it puts back.
    pub undoes: Option<i64>,
    /// True where only a part of that set is put back.
    pub is_part: bool,
}

/// Makes a plan of the commits that are wanted. Its notes stand behind those that are handed in.
#[must_use]
pub fn plan(purpose: Purpose<'_>, wanted: &Wanted, standing: &Standing, mut notes: Vec<String>) -> SeekPlan {
    let Purpose { group, cause, undoes, is_part } = purpose;
    let (rows, unchanged) = rows(group, &standing.commits, wanted, &standing.logs);
    if !standing.exists && !rows.is_empty() {
        notes.push(format!("there is no group {group} yet: this makes one"));
    }
    notes.extend(never_read(&rows));
    notes.extend(way_back(&rows));
    let after = |row: &SeekRow| Some((row.change.after.as_ref()?.offset, row.log?.end));
    let open = rows.iter().filter_map(after).filter(|(offset, end)| offset > end).count();
    if open > 0 {
        let what = human::plural(open, "partition");
        notes.push(format!("in {what} the new offset stands behind a transaction that is still open"));
    }
    SeekPlan {
        cluster: standing.cluster.clone(),
        group: group.clone(),
        cause,
        undoes,
        is_part,
        topic_ids: standing.topic_ids.clone(),
        rows,
        unchanged,
        notes,
    }
}

/// What has to be known of a target: partitions of which it says nothing, and times that no record is as young as.
/// `written` is the target as it was typed.
#[must_use]
pub fn remarks(
    target: &Target,
    written: &str,
    logs: &BTreeMap<PartitionKey, Log>,
    wanted: &Offsets,
) -> Vec<String> {
    let said = |count: usize, what: String| (count > 0).then_some(what);
    match target {
        Target::Position(position) if position.time().is_some() => {
            let young = logs.values().filter(|log| log.at.is_none()).count();
            let what = human::plural(young, "partition");
            said(young, format!("in {what} no record is as young as {written}: the end is meant"))
                .into_iter()
                .collect()
        }
        Target::Position(_) => Vec::new(),
        Target::Group(_) | Target::File(_) => {
            let left_out = logs.len().saturating_sub(wanted.len());
            let what = human::plural(left_out, "chosen partition");
            said(left_out, format!("{what} left as they are: {written} says nothing of them"))
                .into_iter()
                .collect()
        }
    }
}

/// Makes the changes: what stands where it should is left alone.
fn rows(
    group: &GroupName,
    commits: &Commits,
    wanted: &Wanted,
    logs: &BTreeMap<PartitionKey, Log>,
) -> (Vec<SeekRow>, usize) {
    let mut rows = Vec::new();
    for (key, after) in wanted {
        let before = commits.get(key).and_then(|commit| commit.as_ref().ok()).and_then(Option::as_ref);
        let offset = |commit: Option<&Commit>| commit.map(|commit| commit.offset);
        if offset(before) == offset(after.as_ref()) {
            continue;
        }
        let log = logs.get(key).copied();
        let change = OffsetChange {
            group: group.clone(),
            topic: key.0.clone(),
            partition: key.1,
            before: before.cloned(),
            after: after.clone(),
        };
        let effect = effect(offset(before), offset(after.as_ref()), log);
        rows.push(SeekRow { change, log, effect, times: None });
    }
    let unchanged = wanted.len().saturating_sub(rows.len());
    (rows, unchanged)
}

/// What lies between two commits, without what is gone and what is not there yet.
fn effect(before: Option<i64>, after: Option<i64>, log: Option<Log>) -> Effect {
    let (before, after) = match (before, after) {
        (_, None) => return Effect::Forgets,
        (None, Some(_)) => return Effect::Begins,
        (Some(before), Some(after)) => (before, after),
    };
    let inside =
        |offset: i64| log.map_or(offset, |log| offset.max(log.start).min(log.high_watermark.max(log.start)));
    match inside(after).saturating_sub(inside(before)) {
        0 => Effect::Nothing,
        skipped if skipped > 0 => Effect::Skips(skipped),
        repeated => Effect::Repeats(repeated.saturating_neg()),
    }
}

/// What a first commit leaves behind it: as much as a skip does, for consumers that begin at the oldest record.
fn never_read(rows: &[SeekRow]) -> Option<String> {
    let skipped = |row: &SeekRow| match (&row.change.before, &row.change.after, row.log) {
        (None, Some(after), Some(log)) => Some(after.offset.saturating_sub(log.start)).filter(|it| *it > 0),
        _ => None,
    };
    let skipped: Vec<i64> = rows.iter().filter_map(skipped).collect();
    let sum = skipped.iter().fold(0_i64, |sum, offsets| sum.saturating_add(*offsets));
    (sum > 0).then(|| {
        format!(
            "{} had no commit: a consumer that begins at the oldest record would never read the {sum} offsets in front of the new one",
            human::plural(skipped.len(), "partition")
        )
    })
}

/// What taking a change back would need, or would not bring back.
fn way_back(rows: &[SeekRow]) -> Vec<String> {
    let before = || rows.iter().filter_map(|row| Some((row, row.change.before.as_ref()?)));
    let outside = |(row, commit): &(&SeekRow, &Commit)| {
        row.log.is_some_and(|log| commit.offset < log.start || commit.offset > log.high_watermark)
    };
    let outside = before().filter(outside).count();
    let metadata = before().filter(|(_, commit)| commit.metadata.is_some()).count();
    let mut notes = Vec::new();
    if outside > 0 {
        let what = human::plural(outside, "offset");
        notes
            .push(format!("{what} stood outside of the log: the way back is refused, or moved with --clamp"));
    }
    if metadata > 0 {
        let what = human::plural(metadata, "commit");
        notes.push(format!(
            "{what} with metadata of its application, which goes: groups undo brings it back, the printed command does not"
        ));
    }
    notes
}

/// The offsets between which a change moves, where records lie there: the first, and the one behind the last.
#[must_use]
pub fn moved_over(row: &SeekRow) -> Option<(i64, i64)> {
    let (before, after) = (row.change.before.as_ref()?.offset, row.change.after.as_ref()?.offset);
    let log = row.log?;
    let (low, high) = (before.min(after).max(log.start), before.max(after).min(log.high_watermark));
    (low < high).then_some((low, high))
}

#[cfg(test)]
mod tests;
