//! One partition of a group: where it stands, and what that means.

use super::facts::{Ends, Facts, GroupFacts, Point};
use super::judge::{expectation, unknown_state};
use super::report::{FirstUnread, MemberShown, PartitionLag};
use super::state::LagState;
use crate::catalog::Start;
use crate::fault::{Fault, Seen};
use crate::groups::live::{Commit, PartitionKey};
use crate::human;

/// What is judged.
pub(super) struct Asked<'a> {
    pub(super) group: &'a GroupFacts,
    pub(super) key: &'a PartitionKey,
    pub(super) facts: &'a Facts,
    /// The member that reads the partition.
    pub(super) reader: Option<&'a MemberShown>,
}

/// The offsets of a partition that could be read.
#[derive(Clone, Copy)]
struct Log {
    start: i64,
    high_watermark: i64,
    last_stable: i64,
}

/// The offset from which on a group will read: its commit, or the log start where that lies further on. None where
/// nothing is unread, or nothing can be told. It is where the first unread record is looked for.
#[must_use]
pub fn reads_from(commit: Option<&Commit>, start: Option<Start>, ends: &Ends) -> Option<i64> {
    let Ends::Known { log_start, high_watermark, .. } = ends else { return None };
    let from = match commit {
        Some(commit) => commit.offset.max(*log_start),
        None if start == Some(Start::Earliest) => *log_start,
        None => return None,
    };
    (from < *high_watermark).then_some(from)
}

pub(super) fn judged(asked: &Asked<'_>) -> PartitionLag {
    let mut row = empty(asked);
    match asked.facts.partitions.get(asked.key) {
        Some(Ends::Known { log_start, high_watermark, last_stable }) => {
            let log = Log { start: *log_start, high_watermark: *high_watermark, last_stable: *last_stable };
            (row.log_start, row.high_watermark) = (Some(log.start), Some(log.high_watermark));
            row.last_stable_offset = Some(log.last_stable);
            stand(asked, log, &mut row);
        }
        Some(Ends::NoLeader) => {
            row.state = LagState::NoLeader;
            row.remark = Some("the partition has no leader: no broker can tell its end".to_owned());
        }
        Some(Ends::Unknown(fault)) => untold(&mut row, fault),
        None => match asked.facts.topics.get(&asked.key.0) {
            Some(Seen::Unknown(fault)) => untold(&mut row, fault),
            _ => {
                row.state = LagState::Unknown;
                row.remark = Some("the topic has no such partition now".to_owned());
            }
        },
    }
    row
}

fn empty(asked: &Asked<'_>) -> PartitionLag {
    let commit = asked.group.commits.as_ref().ok().and_then(|commits| commits.get(asked.key));
    let committed = commit.and_then(|commit| commit.as_ref().ok()).and_then(Option::as_ref);
    PartitionLag {
        committed: committed.map(|commit| commit.offset),
        member: asked.reader.cloned(),
        ..PartitionLag::new(asked.key.0.as_str(), asked.key.1)
    }
}

fn untold(row: &mut PartitionLag, fault: &Fault) {
    row.state = unknown_state(fault);
    row.remark = Some(fault.to_string());
}

/// Where the group stands in a log that is known.
fn stand(asked: &Asked<'_>, log: Log, row: &mut PartitionLag) {
    let open = log.high_watermark.saturating_sub(log.last_stable);
    row.behind_open_transaction = (open > 0).then_some(open);
    let commit = match &asked.group.commits {
        Ok(commits) => match commits.get(asked.key) {
            Some(Ok(commit)) => commit.as_ref(),
            Some(Err(fault)) => return untold(row, fault),
            None => None,
        },
        Err(fault) => return untold(row, fault),
    };
    match commit {
        None => without_commit(asked, log, row),
        Some(commit) if commit.offset > log.high_watermark => {
            row.state = LagState::AheadOfEnd;
            let beyond = commit.offset.saturating_sub(log.high_watermark);
            row.remark = Some(format!(
                "the commit lies {} beyond the end: the log was cut or made anew, or the offset was set by hand",
                records(beyond, "offset")
            ));
        }
        Some(commit) => {
            if commit.offset < log.start {
                let lost = log.start.saturating_sub(commit.offset);
                row.lost = Some(lost);
                row.remark = Some(format!(
                    "{} deleted before the group read them; where it goes on is decided by its reset policy",
                    records(lost, "record")
                ));
            }
            behind(asked, log, commit.offset.max(log.start), row);
            if row.lost.is_some() {
                row.state = LagState::BelowLogStart;
            }
        }
    }
}

fn without_commit(asked: &Asked<'_>, log: Log, row: &mut PartitionLag) {
    if log.start >= log.high_watermark {
        row.lag = Some(0);
        row.time_lag_ms = Some(0);
        row.remark = Some("no commit yet, and the log is empty".to_owned());
        return;
    }
    match expectation(asked.group, &row.topic).and_then(|expected| expected.start) {
        Some(Start::Earliest) => behind(asked, log, log.start, row),
        Some(Start::Latest) => (row.lag, row.time_lag_ms) = (Some(0), Some(0)),
        None => {}
    }
    row.state = LagState::NoCommit;
    row.remark = Some(match row.lag {
        Some(_) => "no commit: counted from where the catalog says that such a group starts".to_owned(),
        None => {
            "no commit: whether it begins at the oldest or behind the newest record is not known".to_owned()
        }
    });
}

/// The lag of a group that reads on from an offset inside of the log.
fn behind(asked: &Asked<'_>, log: Log, from: i64, row: &mut PartitionLag) {
    let lag = log.high_watermark.saturating_sub(from);
    row.lag = Some(lag);
    if lag == 0 {
        row.time_lag_ms = Some(0);
        return;
    }
    match asked.facts.points.get(&(asked.key.clone(), from)) {
        Some(Point::Record { offset, timestamp, log_append_time }) => {
            row.lag = Some(log.high_watermark.saturating_sub((*offset).max(from)));
            row.first_unread = Some(FirstUnread {
                offset: *offset,
                timestamp: timestamp.map(human::instant),
                timestamp_type: if *log_append_time { "LogAppendTime" } else { "CreateTime" },
            });
            aged(asked, *timestamp, row);
        }
        Some(Point::None) if row.behind_open_transaction.is_some() => {
            // A reader of all records may have committed behind its beginning.
            row.lag = row.behind_open_transaction.map(|open| open.min(lag));
            row.time_lag_unknown = Some("what is unread stands behind an open transaction".to_owned());
        }
        Some(Point::None) => {
            row.remark = Some(format!(
                "the {} before the end hold no records that count: markers, aborted ones, or gaps",
                records(lag, "offset")
            ));
            (row.lag, row.time_lag_ms) = (Some(0), Some(0));
            return;
        }
        Some(Point::Budget) => {
            row.time_lag_unknown = Some("not found within the time budget".to_owned());
            row.may_be_no_records = Some(lag);
        }
        Some(Point::Unknown(fault)) => row.time_lag_unknown = Some(fault.to_string()),
        None => {
            row.time_lag_unknown = Some("not asked for".to_owned());
            row.may_be_no_records = Some(lag);
        }
    }
    row.state = waiting(asked);
    if row.remark.is_none() {
        row.remark = row.behind_open_transaction.map(|open| {
            format!(
                "{} behind an open transaction: a reader of committed records waits",
                records(open, "offset")
            )
        });
    }
}

/// The state of a partition in which something is unread.
fn waiting(asked: &Asked<'_>) -> LagState {
    let Some(live) = asked.group.live.present() else { return LagState::Lagging };
    if live.state.is_passing() || asked.reader.is_some() {
        return LagState::Lagging;
    }
    if live.members.is_empty() { LagState::NoMembers } else { LagState::Unassigned }
}

/// The age of the first unread record, and when it may be deleted.
fn aged(asked: &Asked<'_>, timestamp: Option<i64>, row: &mut PartitionLag) {
    let Some(timestamp) = timestamp else {
        row.time_lag_unknown = Some("the record has no timestamp".to_owned());
        return;
    };
    let age = asked.facts.at.saturating_sub(timestamp);
    row.time_lag_ms = Some(age.max(0));
    if age < 0 {
        let ahead = human::span(age.saturating_neg());
        row.remark = Some(format!("its timestamp is {ahead} ahead of this machine's clock"));
    }
    let Some(Ok(kept)) = asked.facts.retention.get(&asked.key.0) else { return };
    if let (Some(retention), false) = (kept.milliseconds, kept.by_size) {
        row.deleted_in_ms = Some(retention.saturating_sub(age).max(0));
    }
}

fn records(count: i64, noun: &str) -> String {
    human::plural(usize::try_from(count).unwrap_or(usize::MAX), noun)
}
