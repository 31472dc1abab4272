//! What became of a plan to move offsets. These types are the promised JSON.

use serde::Serialize;

use super::live::Commits;
use super::saved::{Cause, SetState};
use super::seek::{Effect, SeekPlan, SeekRow};
use crate::fault::{Fault, FaultKind};
use crate::human::instant;

/// The kind of the document.
pub const SEEK_KIND: &str = "groups.seek";

/// A plan, and what became of it where it was carried out.
#[derive(Debug, Clone, Serialize)]
pub struct SeekReport {
    /// The cluster that answered.
    pub cluster: Option<String>,
    /// The group.
    pub group: String,
    /// What for.
    pub cause: Cause,
    /// For an undo: the saved set that it puts back.
    pub undoes: Option<i64>,
    /// The number under which the offsets were saved as they were; none where nothing was changed.
    pub saved_as: Option<i64>,
    /// The partitions whose commit changes.
    pub partitions: Vec<SeekPart>,
    /// How many stand where they should already.
    pub unchanged: usize,
    /// What has to be known.
    pub notes: Vec<String>,
    /// The command that takes it back on this machine, where it was carried out.
    pub undo: Option<String>,
    /// The commands that take it back, from any machine.
    pub inverse: Vec<String>,
    /// True where it could not be looked again whether somebody else commits; a note says why.
    #[serde(skip)]
    pub is_unwatched: bool,
}

/// One partition.
#[derive(Debug, Clone, Serialize)]
pub struct SeekPart {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The commit before; none where there was none.
    pub before: Option<i64>,
    /// The commit after; none where it is taken away.
    pub after: Option<i64>,
    /// What it does.
    #[serde(flatten)]
    pub effect: Effect,
    /// The time of the first record that is moved over, as RFC 3339.
    pub from_time: Option<String>,
    /// That of the last one.
    pub until_time: Option<String>,
    /// What became of it.
    pub outcome: Fate,
    /// Why, where it did not come out as planned.
    pub reason: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is planned and was not tried.
    Planned,
    /// It was made and read back.
    Done,
    /// It was refused; the commit is as it was.
    Failed,
    /// Whether it was made is not known.
    Unknown,
    /// It was made, and somebody else has committed since.
    Overwritten,
}

impl SeekReport {
    /// A plan that was not carried out.
    #[must_use]
    pub fn planned(plan: &SeekPlan, inverse: Vec<String>) -> SeekReport {
        SeekReport {
            cluster: plan.cluster.as_ref().map(ToString::to_string),
            group: plan.group.to_string(),
            cause: plan.cause,
            undoes: plan.undoes,
            saved_as: None,
            partitions: plan.rows.iter().map(part).collect(),
            unchanged: plan.unchanged,
            notes: plan.notes.clone(),
            undo: None,
            inverse,
            is_unwatched: false,
        }
    }

    /// Takes in how the change of a partition was answered, and what was read back.
    pub fn settle(&mut self, plan: &SeekPlan, answers: &[Result<(), Fault>], now: &Result<Commits, Fault>) {
        for ((part, row), answer) in self.partitions.iter_mut().zip(&plan.rows).zip(answers) {
            let read = now.as_ref().and_then(|commits| match commits.get(&row.change.key()) {
                Some(Ok(commit)) => Ok(commit.as_ref().map(|commit| commit.offset)),
                Some(Err(fault)) => Err(fault),
                None => Ok(None),
            });
            (part.outcome, part.reason) = fate(part, answer, read);
        }
    }

    /// Takes in what was read some time later, or why nothing was: whoever else commits shows by then.
    pub fn look_again(&mut self, plan: &SeekPlan, now: &Result<Commits, String>) {
        let now = match now {
            Ok(now) => now,
            Err(reason) => return self.unwatched(format!("not looked again: {reason}")),
        };
        for (place, row) in plan.rows.iter().enumerate() {
            let Some(part) = self.partitions.get_mut(place).filter(|part| part.outcome == Fate::Done) else {
                continue;
            };
            match now.get(&row.change.key()) {
                Some(Err(fault)) => {
                    let note = format!("not looked again at {}/{}: {fault}", part.topic, part.partition);
                    self.unwatched(note);
                }
                commit => {
                    let commit = commit.and_then(|commit| commit.as_ref().ok()).and_then(Option::as_ref);
                    part.seen_again(commit.map(|commit| commit.offset));
                }
            }
        }
    }

    fn unwatched(&mut self, note: String) {
        self.is_unwatched = true;
        self.notes.push(note);
    }

    /// True where it is not known what became of it: of a change, or of it after it was made.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.is_unwatched || self.any(Fate::Unknown)
    }

    /// What the store is told of it.
    #[must_use]
    pub fn state(&self) -> SetState {
        let count = |fate: fn(Fate) -> bool| self.partitions.iter().filter(|part| fate(part.outcome)).count();
        let done = count(|fate| matches!(fate, Fate::Done | Fate::Overwritten));
        if count(|fate| matches!(fate, Fate::Unknown | Fate::Planned)) > 0 {
            return SetState::Begun;
        }
        match done {
            0 => SetState::Failed,
            done if done == self.partitions.len() => SetState::Done,
            _ => SetState::Partly,
        }
    }

    /// True where nothing was tried.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.partitions.iter().all(|part| part.outcome == Fate::Planned)
    }

    /// True where a partition came to this.
    #[must_use]
    pub fn any(&self, fate: Fate) -> bool {
        self.partitions.iter().any(|part| part.outcome == fate)
    }
}

impl SeekPart {
    /// Takes in the offset that stands there some time after it was written.
    fn seen_again(&mut self, read: Option<i64>) {
        if read != self.after {
            self.outcome = Fate::Overwritten;
            self.reason = Some(format!("somebody else committed {} since", words(read)));
        }
    }
}

fn part(row: &SeekRow) -> SeekPart {
    let offset = |commit: &Option<super::live::Commit>| commit.as_ref().map(|commit| commit.offset);
    SeekPart {
        topic: row.change.topic.to_string(),
        partition: row.change.partition,
        before: offset(&row.change.before),
        after: offset(&row.change.after),
        effect: row.effect,
        from_time: row.times.map(|(from, _)| instant(from)),
        until_time: row.times.map(|(_, until)| instant(until)),
        outcome: Fate::Planned,
        reason: None,
    }
}

/// What is read back decides; the broker's answer tells what to make of it.
fn fate(
    part: &SeekPart,
    answer: &Result<(), Fault>,
    read: Result<Option<i64>, &Fault>,
) -> (Fate, Option<String>) {
    match (answer, read) {
        (Ok(()), Ok(read)) if read == part.after => (Fate::Done, None),
        (Ok(()), Ok(read)) => (
            Fate::Overwritten,
            Some(format!("written, and read back as {}: somebody else commits", words(read))),
        ),
        // The answer was lost, and the change was not.
        (Err(fault), Ok(read)) if read == part.after && fault.kind.leaves_outcome_unknown() => {
            (Fate::Done, Some(format!("the answer was lost ({fault}); read back as written")))
        }
        (Err(fault), Ok(_)) if fault.kind != FaultKind::TimedOut => (Fate::Failed, Some(fault.to_string())),
        // A request that timed out may still be carried out.
        (Err(fault), Ok(_)) => (Fate::Unknown, Some(fault.to_string())),
        (Ok(()), Err(fault)) => (Fate::Unknown, Some(format!("written, and cannot be read back: {fault}"))),
        (Err(answer), Err(fault)) => {
            (Fate::Unknown, Some(format!("{answer}; what stands there now cannot be read: {fault}")))
        }
    }
}

fn words(offset: Option<i64>) -> String {
    offset.map_or("no offset".to_owned(), |offset| format!("offset {offset}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::groups::change::OffsetChange;
    use crate::groups::live::Commit;
    use crate::name::GroupName;

    fn fault(kind: FaultKind) -> Fault {
        Fault { kind, code: "CODE".to_owned(), message: "words".to_owned() }
    }

    fn sought(after: Option<i64>) -> SeekPart {
        SeekPart {
            topic: "t".to_owned(),
            partition: 0,
            before: Some(1),
            after,
            effect: Effect::Skips(4),
            from_time: None,
            until_time: None,
            outcome: Fate::Planned,
            reason: None,
        }
    }

    fn report(fates: &[Fate]) -> SeekReport {
        let part = |outcome: &Fate| SeekPart { outcome: *outcome, ..sought(Some(5)) };
        SeekReport {
            cluster: None,
            group: "g".to_owned(),
            cause: Cause::Seek,
            undoes: None,
            saved_as: None,
            partitions: fates.iter().map(part).collect(),
            unchanged: 0,
            notes: Vec::new(),
            undo: None,
            inverse: Vec::new(),
            is_unwatched: false,
        }
    }

    fn plan_of_one() -> SeekPlan {
        let at = |offset| Some(Commit { offset, leader_epoch: None, metadata: None });
        let group: GroupName = "g".parse().unwrap();
        let topic = "t".parse().unwrap();
        let change = OffsetChange { group: group.clone(), topic, partition: 0, before: at(1), after: at(5) };
        SeekPlan {
            cluster: None,
            group,
            cause: Cause::Seek,
            undoes: None,
            is_part: false,
            topic_ids: BTreeMap::new(),
            rows: vec![SeekRow { change, log: None, effect: Effect::Skips(4), times: None }],
            unchanged: 0,
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_was_not_looked_at_again_is_not_known() {
        let plan = plan_of_one();
        let key = plan.rows[0].change.key();
        let commits = |commit| Ok(Commits::from([(key.clone(), commit)]));
        let at = |offset| Some(Commit { offset, leader_epoch: None, metadata: None });
        type Row = (Result<Commits, String>, Fate, bool);
        let rows: [Row; 6] = [
            (commits(Ok(at(5))), Fate::Done, false),
            (commits(Ok(at(6))), Fate::Overwritten, false),
            (commits(Ok(None)), Fate::Overwritten, false),
            (Ok(Commits::new()), Fate::Overwritten, false),
            (commits(Err(fault(FaultKind::TimedOut))), Fate::Done, true),
            (Err("no answer".to_owned()), Fate::Done, true),
        ];
        for (now, fate, unknown) in rows {
            let mut report = report(&[Fate::Done]);
            report.look_again(&plan, &now);
            assert_eq!((report.partitions[0].outcome, report.has_unknown()), (fate, unknown), "{now:?}");
            assert_eq!(report.notes.len(), usize::from(unknown), "{now:?}");
        }
        assert!(report(&[Fate::Done, Fate::Unknown]).has_unknown());
    }

    #[test]
    fn what_is_read_back_decides() {
        let late = fault(FaultKind::TimedOut);
        let rows = [
            (Ok(()), Ok(Some(5)), Fate::Done),
            (Ok(()), Ok(Some(6)), Fate::Overwritten),
            (Ok(()), Ok(None), Fate::Overwritten),
            (Ok(()), Err(&late), Fate::Unknown),
            (Err(fault(FaultKind::Refused)), Ok(Some(1)), Fate::Failed),
            (Err(fault(FaultKind::Denied)), Ok(Some(5)), Fate::Failed),
            (Err(fault(FaultKind::TimedOut)), Ok(Some(5)), Fate::Done),
            (Err(fault(FaultKind::TimedOut)), Ok(Some(1)), Fate::Unknown),
            (Err(fault(FaultKind::TimedOut)), Err(&late), Fate::Unknown),
        ];
        for (answer, read, expected) in rows {
            let name = format!("{answer:?} {read:?}");
            assert_eq!(fate(&sought(Some(5)), &answer, read).0, expected, "{name}");
        }
        assert_eq!(fate(&sought(None), &Ok(()), Ok(None)).0, Fate::Done);
    }

    #[test]
    fn the_store_is_told_the_least_that_is_sure() {
        let state = |fates: &[Fate]| report(fates).state();
        use Fate::{Done, Failed, Overwritten, Unknown};
        let rows = [
            (vec![Done, Done], SetState::Done),
            (vec![Done, Overwritten], SetState::Done),
            (vec![Done, Failed], SetState::Partly),
            (vec![Failed, Failed], SetState::Failed),
            (vec![Done, Unknown], SetState::Begun),
            (vec![Fate::Planned], SetState::Begun),
        ];
        for (fates, expected) in rows {
            assert_eq!(state(&fates), expected, "{fates:?}");
        }
    }
}
