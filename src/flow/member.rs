//! Reads as a member of a group: every record is handled before its offset is committed, so none is lost; a record may
//! be handled twice where a member ends between the two.
//!
//! Offsets are committed after the handler has flushed: every so often, before a partition goes, and at the end. What
//! a handler did not accept is not committed. How records are handled is not known here.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};

use super::judged::{Judged, Ruling};
use crate::failure::Failure;
use crate::kafka::member::{Assigned, Commit, Member, MemberEvent, Share};
use crate::kafka::scan::{Batch, Item, Message};
use crate::outcome::Signal;
use crate::stop::Stop;

/// How long a step waits for something to come.
const WAIT: Duration = Duration::from_millis(100);

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    More,
    /// This was the last record to handle.
    Enough,
}

/// What is done with the records.
pub trait Handler {
    /// Handles a record; those of a partition come in the order of their offsets.
    ///
    /// # Errors
    /// Where the work cannot go on. This record is not committed then.
    fn record(&mut self, record: &Message<'_>, ruling: Ruling) -> Result<Next, Failure>;

    /// Lets others find out about records beforehand. None: a signal came first, and nothing of the batch is handled.
    ///
    /// # Errors
    /// As `record`.
    fn judge(&mut self, batch: Batch) -> Result<Option<Vec<Judged>>, Failure> {
        Ok(Some(vec![Judged::open(batch)]))
    }

    /// Makes sure that everything handled so far has taken effect; then it is committed.
    ///
    /// # Errors
    /// Where it has not. Nothing since the last flush is committed then.
    fn flush(&mut self) -> Result<(), Failure>;

    /// Hears of partitions that came.
    fn assigned(&mut self, _assigned: &[Assigned]) {}

    /// Hears of partitions that went. `lost`: without warning, so what was handled since the last commit may be handled
    /// again by others.
    fn gone(&mut self, _gone: &[Share], _lost: bool) {}

    /// Asked after every step, also when nothing came.
    fn is_done(&mut self) -> bool {
        false
    }
}

/// How the work is paced.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long at most something handled waits for its commit.
    pub commit_every: Duration,
    /// How long a commit may take.
    pub timeout: Duration,
}

/// Why the work ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The handler had enough.
    Enough,
    /// A signal came.
    Stopped(Signal),
    /// The membership, or the reading of a partition, broke.
    Fault(Fault),
}

/// What was done.
#[derive(Debug)]
pub struct MemberReport {
    /// Why it ended.
    pub ended: Ended,
    /// Records that were handled.
    pub handled: u64,
    /// For each partition that was ever read, the last offset that was committed: that of the next record to read.
    pub committed: BTreeMap<Share, i64>,
    /// Partitions in which more was handled than committed: others will handle it again. With the reason.
    pub uncommitted: BTreeMap<Share, Fault>,
    /// The handler's own failure. Everything before it was flushed and committed, as far as that could be done.
    pub failure: Option<Failure>,
}

/// Runs until the handler has enough, a signal comes, or something breaks. The member is left to the caller, who should
/// let it leave.
pub fn run(member: &mut Member, handler: &mut impl Handler, pace: Pace, stop: &Stop) -> MemberReport {
    let mut work = Work { progress: Progress::default(), pace, committed_at: Instant::now() };
    let ended = work.go_on(member, handler, stop);
    // After a failure too: what it does not concern need not be done again.
    let finished = work.finish(member, handler);
    let (ended, failure) = match (ended, finished) {
        (Ok(ended), finished) => (ended, finished.err()),
        (Err(failure), _) => (Ended::Enough, Some(failure)),
    };
    if let Some(failure) = &failure {
        work.progress.left(&failure.story());
    }
    let Progress { handled, committed, uncommitted, .. } = work.progress;
    MemberReport { ended, handled, committed, uncommitted, failure }
}

/// How far the work has come, partition by partition.
#[derive(Debug, Default)]
struct Progress {
    handled: u64,
    /// Handled and not committed: the offset of the next record.
    pending: BTreeMap<Share, i64>,
    committed: BTreeMap<Share, i64>,
    uncommitted: BTreeMap<Share, Fault>,
}

impl Progress {
    fn handled(&mut self, share: Share, offset: i64) {
        self.handled += 1;
        self.pending.insert(share, offset.saturating_add(1));
    }

    /// Takes in the answers to a commit.
    fn answered(&mut self, commit: Commit, answer: Result<(), Fault>) {
        match answer {
            Ok(()) => {
                self.pending.remove(&commit.share);
                self.uncommitted.remove(&commit.share);
                self.committed.insert(commit.share, commit.offset);
            }
            Err(fault) => {
                self.uncommitted.insert(commit.share, fault);
            }
        }
    }

    /// Says of everything that is pending why it stays so.
    fn left(&mut self, why: &str) {
        for share in self.pending.keys() {
            let (kind, code) = (FaultKind::Other, "_NOT_HANDLED".to_owned());
            self.uncommitted.entry(*share).or_insert(Fault { kind, code, message: why.to_owned() });
        }
    }

    /// Forgets partitions that went; what is pending there stays so.
    fn gone(&mut self, shares: &[Share], lost: bool) {
        for share in shares {
            if self.pending.remove(share).is_some() && lost {
                let fault = Fault {
                    kind: FaultKind::Other,
                    code: "_ASSIGNMENT_LOST".to_owned(),
                    message: "the group took the partition away without waiting".to_owned(),
                };
                self.uncommitted.insert(*share, fault);
            }
        }
    }

    /// A partition that came again begins anew.
    fn came(&mut self, assigned: &[Assigned]) {
        for Assigned { share, .. } in assigned {
            self.pending.remove(share);
        }
    }
}

struct Work {
    progress: Progress,
    pace: Pace,
    committed_at: Instant,
}

impl Work {
    fn go_on(
        &mut self,
        member: &mut Member,
        handler: &mut impl Handler,
        stop: &Stop,
    ) -> Result<Ended, Failure> {
        loop {
            if let Some(signal) = stop.signal() {
                return Ok(Ended::Stopped(signal));
            }
            if let Some(ended) = self.step(member, handler)? {
                return Ok(ended);
            }
            if handler.is_done() {
                return Ok(Ended::Enough);
            }
            if self.committed_at.elapsed() >= self.pace.commit_every {
                self.commit(member, handler)?;
            }
        }
    }

    fn step(&mut self, member: &mut Member, handler: &mut impl Handler) -> Result<Option<Ended>, Failure> {
        match member.next(WAIT) {
            MemberEvent::Records(batch) => return self.batch(batch, handler),
            MemberEvent::Assigned(assigned) => {
                self.progress.came(&assigned);
                handler.assigned(&assigned);
            }
            MemberEvent::Revoking(shares) => {
                self.commit(member, handler)?;
                self.progress.gone(&shares, false);
                handler.gone(&shares, false);
            }
            MemberEvent::Lost(shares) => {
                self.progress.gone(&shares, true);
                handler.gone(&shares, true);
            }
            MemberEvent::Fault(fault) => return Ok(Some(Ended::Fault(fault))),
            MemberEvent::Nothing => {
                // Brokers that are down may come back; wrong credentials stay wrong.
                let trouble = member.trouble().filter(|trouble| trouble.code == "_CONNECTION");
                return Ok(trouble.map(Ended::Fault));
            }
        }
        Ok(None)
    }

    fn batch(&mut self, batch: Batch, handler: &mut impl Handler) -> Result<Option<Ended>, Failure> {
        let Some(parts) = handler.judge(batch)? else { return Ok(None) };
        for (item, ruling) in parts.iter().flat_map(Judged::items) {
            match item {
                Item::Message(record) => {
                    let next = handler.record(&record, ruling)?;
                    let share = Share { topic: record.topic(), partition: record.partition() };
                    self.progress.handled(share, record.offset());
                    if next == Next::Enough {
                        return Ok(Some(Ended::Enough));
                    }
                }
                Item::End { .. } => {}
                Item::Fault { topic: None, fault, .. } if passes(&fault) => {}
                Item::Fault { fault, .. } => return Ok(Some(Ended::Fault(fault))),
            }
        }
        Ok(None)
    }

    /// Flushes, then commits everything that was handled.
    fn commit(&mut self, member: &mut Member, handler: &mut impl Handler) -> Result<(), Failure> {
        self.committed_at = Instant::now();
        if self.progress.pending.is_empty() {
            return Ok(());
        }
        handler.flush()?;
        let pending = self.progress.pending.iter();
        let commits: Vec<Commit> =
            pending.map(|(share, offset)| Commit { share: *share, offset: *offset }).collect();
        let answers = member.commit(&commits, self.pace.timeout);
        for (commit, answer) in commits.into_iter().zip(answers) {
            self.progress.answered(commit, answer);
        }
        Ok(())
    }

    /// The last commit: a coordinator that only moves gets another chance.
    fn finish(&mut self, member: &mut Member, handler: &mut impl Handler) -> Result<(), Failure> {
        let deadline = Instant::now() + self.pace.timeout;
        loop {
            self.commit(member, handler)?;
            let again = |fault: &Fault| passes(fault);
            let hopeful =
                self.progress.pending.keys().any(|it| self.progress.uncommitted.get(it).is_some_and(again));
            if !hopeful || Instant::now() >= deadline {
                return Ok(());
            }
            // Nothing new is handled; but what comes and goes meanwhile counts.
            match member.next(WAIT) {
                MemberEvent::Assigned(assigned) => self.progress.came(&assigned),
                MemberEvent::Revoking(shares) => {
                    self.commit(member, handler)?;
                    self.progress.gone(&shares, false);
                }
                MemberEvent::Lost(shares) => self.progress.gone(&shares, true),
                MemberEvent::Records(_) | MemberEvent::Fault(_) | MemberEvent::Nothing => {}
            }
        }
    }
}

/// Faults of the membership that pass by themselves.
fn passes(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Unavailable | FaultKind::TimedOut | FaultKind::Unreachable)
        || matches!(fault.code.as_str(), "REBALANCE_IN_PROGRESS" | "_IN_PROGRESS" | "_MAX_POLL_EXCEEDED")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(partition: i32) -> Share {
        Share { topic: 0, partition }
    }

    fn fault() -> Fault {
        Fault { kind: FaultKind::TimedOut, code: "_TIMED_OUT".into(), message: String::new() }
    }

    #[test]
    fn what_was_not_committed_stays_pending_until_it_is_or_the_partition_goes() {
        let mut progress = Progress::default();
        progress.handled(share(0), 9);
        progress.handled(share(1), 4);
        progress.answered(Commit { share: share(0), offset: 10 }, Err(fault()));
        assert_eq!(progress.pending.len(), 2);
        assert!(progress.uncommitted.contains_key(&share(0)));
        progress.answered(Commit { share: share(0), offset: 10 }, Ok(()));
        assert_eq!((progress.pending.len(), progress.uncommitted.len()), (1, 0));
        progress.gone(&[share(1)], true);
        assert_eq!(progress.uncommitted[&share(1)].code, "_ASSIGNMENT_LOST");
        assert_eq!((progress.handled, progress.committed[&share(0)]), (2, 10));
    }

    #[test]
    fn only_passing_faults_are_tried_again() {
        let rows = [
            ("_TIMED_OUT", FaultKind::TimedOut, true),
            ("REBALANCE_IN_PROGRESS", FaultKind::Other, true),
            ("ILLEGAL_GENERATION", FaultKind::Other, false),
            ("GROUP_AUTHORIZATION_FAILED", FaultKind::Denied, false),
        ];
        for (code, kind, expected) in rows {
            let fault = Fault { kind, code: code.into(), message: String::new() };
            assert_eq!(passes(&fault), expected, "{code}");
        }
    }
}
