//! Deleting a version of a subject softly: it is no longer listed and no longer judged against, and records that carry
//! its id can still be read.
//!
//! How many records still carry it is counted by whoever deletes, as far as that can be done, and said in the plan; the
//! risk has to be allowed by name.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::register::{HeldSubject, Look};
use crate::fault::{Fault, FaultKind};
use crate::human;
use crate::risk::Risk;

/// The `kind` of a deletion's document.
pub const DELETE_KIND: &str = "schema.delete";

/// What deleting a version would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletePlan {
    /// The registry, as it may be shown.
    pub registry: String,
    /// The subject.
    pub subject: String,
    /// The registry's number.
    pub version: u32,
    /// What is there under that number.
    pub state: DeleteState,
}

/// What is there under the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteState {
    /// A version in use.
    InUse(Target),
    /// A version that was softly deleted already.
    Deleted,
    /// Nothing, and these are the versions in use.
    Absent {
        /// Their numbers.
        versions: Vec<u32>,
    },
}

/// The version that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its schema's id.
    pub id: u32,
    /// The files that say what it says.
    pub files: Vec<u32>,
    /// True where it is the newest version in use.
    pub newest: bool,
    /// True where it is the only version in use.
    pub only: bool,
    /// The ids of schemas that refer to it: registries refuse to delete what is referred to.
    pub referenced_by: Result<Vec<u32>, Fault>,
    /// The records that carry it.
    pub carriers: Carriers,
}

/// The records that carry a version, as far as they were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carriers {
    /// They were not counted, and why.
    NotCounted(String),
    /// They were counted in these topics.
    Counted(Vec<TopicCarriers>),
}

/// The records of one topic that carry a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicCarriers {
    /// The topic.
    pub topic: String,
    /// How many; none where they were not counted.
    pub records: Option<u64>,
    /// Among how many records.
    pub among: u64,
    /// True where these are all there are.
    pub whole: bool,
    /// The time of the last of them; none where there is none, or its timestamp is no time.
    pub last_seen: Option<Timestamp>,
    /// Why they were not counted, or not all.
    pub reason: Option<String>,
}

/// How a deletion ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// It was deleted.
    Done,
    /// It was deleted already.
    Existing,
    /// There is no such version: a finding.
    Absent,
    /// The registry refused, and nothing was changed.
    Refused {
        /// Why, in its words.
        reason: String,
    },
    /// Whether it was deleted could not be found out.
    Unresolved {
        /// What is unknown, in one sentence.
        reason: String,
        /// The answer that left it unknown, where one came.
        fault: Option<Fault>,
    },
    /// It was not tried.
    NotTried {
        /// Why not, in one sentence.
        reason: String,
    },
}

/// A deletion and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteReport {
    /// What was planned.
    pub plan: DeletePlan,
    /// How it ended.
    pub outcome: DeleteOutcome,
}

/// Plans the deletion of a version from what the registry holds of its subject.
#[must_use]
pub fn plan(
    registry: &str,
    (subject, version): (&str, u32),
    held: &HeldSubject,
    files: Vec<u32>,
    referenced_by: Result<Vec<u32>, Fault>,
) -> DeletePlan {
    let versions: Vec<u32> = held.known().iter().map(|held| held.version).collect();
    let in_use = held.known().iter().find(|held| held.version == version);
    let state = match in_use {
        Some(found) => DeleteState::InUse(Target {
            id: found.id,
            files,
            newest: versions.last() == Some(&version),
            only: versions.len() == 1,
            referenced_by,
            carriers: Carriers::NotCounted("nobody looked".to_owned()),
        }),
        None if held.deleted_numbers().contains(&version) => DeleteState::Deleted,
        None => DeleteState::Absent { versions },
    };
    DeletePlan { registry: registry.to_owned(), subject: subject.to_owned(), version, state }
}

impl Target {
    /// How many records carry it, a sentence for each topic.
    fn carried(&self) -> Vec<String> {
        let id = self.id;
        match &self.carriers {
            Carriers::NotCounted(reason) => {
                vec![format!("records that carry id {id}: not counted ({reason}); they can still be read")]
            }
            Carriers::Counted(topics) => {
                topics.iter().map(|topic| format!("records that carry id {id} {topic}")).collect()
            }
        }
    }
}

impl fmt::Display for TopicCarriers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "in {}: ", self.topic)?;
        let reason = self.reason.as_deref();
        let Some(records) = self.records else {
            return write!(formatter, "not counted ({})", reason.unwrap_or("nobody looked"));
        };
        match records {
            0 => formatter.write_str("none")?,
            records => write!(formatter, "{records}")?,
        }
        if let Some(last) = self.last_seen {
            write!(formatter, ", the last at {}", human::moment(last))?;
        }
        let among = human::plural(usize::try_from(self.among).unwrap_or(usize::MAX), "record");
        match (self.whole, reason) {
            (true, _) => write!(formatter, " (among {among}, all there is)"),
            (false, None) => write!(formatter, " (among the newest {among}; older ones were not read)"),
            (false, Some(reason)) => write!(formatter, " (among {among}; {reason})"),
        }
    }
}

impl DeletePlan {
    /// The same plan with what was counted.
    #[must_use]
    pub fn counted(mut self, carriers: Carriers) -> DeletePlan {
        if let DeleteState::InUse(target) = &mut self.state {
            target.carriers = carriers;
        }
        self
    }

    /// The version that is to be deleted; none where there is nothing to do.
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        if let DeleteState::InUse(target) = &self.state { Some(target) } else { None }
    }

    /// How it ends where there is nothing to do.
    #[must_use]
    pub fn without_change(&self) -> Option<DeleteOutcome> {
        match &self.state {
            DeleteState::InUse(_) => None,
            DeleteState::Deleted => Some(DeleteOutcome::Existing),
            DeleteState::Absent { .. } => Some(DeleteOutcome::Absent),
        }
    }

    /// What is worth knowing before it is done, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let Some(target) = self.target() else { return Vec::new() };
        let mut notes = target.carried();
        match target.files.as_slice() {
            [] => notes.push("no file says what it says: only the registry has it".to_owned()),
            files => {
                let files: Vec<String> = files.iter().map(|file| format!("v{file}")).collect();
                notes.push(format!("it is {}", files.join(" and ")));
            }
        }
        if target.only {
            notes.push("it is the subject's only version: the subject goes with it".to_owned());
        } else if target.newest {
            notes.push("it is the newest: the one before it becomes the newest".to_owned());
        }
        match &target.referenced_by {
            Ok(ids) if !ids.is_empty() => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                notes.push(format!(
                    "schemas with these ids refer to it, and the registry may refuse: {}",
                    ids.join(", ")
                ));
            }
            Ok(_) => {}
            Err(fault) => {
                notes.push(format!("whether other schemas refer to it could not be found out ({fault})"));
            }
        }
        notes
    }

    /// Every risk with what carries it.
    #[must_use]
    pub fn risks(&self) -> Vec<(Risk, String)> {
        let risk = |_: &Target| (Risk::Delete, format!("version {} of {}", self.version, self.subject));
        self.target().map(risk).into_iter().collect()
    }

    /// The question that is asked before it is done.
    #[must_use]
    pub fn question(&self) -> String {
        format!("Delete version {} of {} softly at {}?", self.version, self.subject, self.registry)
    }
}

/// What to do after an answer to the deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterDelete {
    /// This is how it ended.
    Settled(DeleteOutcome),
    /// Look whether the version is still in use.
    Look(Option<Fault>),
}

/// Decides what follows from the answer.
#[must_use]
pub fn after_answer(answer: Result<(), Fault>) -> AfterDelete {
    let fault = match answer {
        Ok(()) => return AfterDelete::Look(None),
        Err(fault) => fault,
    };
    match fault.kind {
        FaultKind::TimedOut => AfterDelete::Look(Some(fault)),
        // Somebody else was faster; the look tells.
        FaultKind::Absent => AfterDelete::Look(None),
        FaultKind::Unreachable | FaultKind::Unavailable => {
            AfterDelete::Settled(DeleteOutcome::NotTried { reason: fault.message })
        }
        _ => AfterDelete::Settled(DeleteOutcome::Refused { reason: fault.message }),
    }
}

/// Decides from a look whether the version is still in use; true is yes.
#[must_use]
pub fn look(unanswered: Option<&Fault>, still_there: &Result<bool, Fault>) -> Look<DeleteOutcome> {
    match (still_there, unanswered) {
        (Ok(false), _) => Look::Settled(DeleteOutcome::Done),
        (Ok(true), Some(_)) => Look::Repeat,
        (Ok(true), None) => {
            let reason = "it was accepted, but the version is still listed".to_owned();
            Look::Again(DeleteOutcome::Unresolved { reason, fault: None })
        }
        (Err(fault), _) => {
            let reason = "whether it was deleted could not be read back".to_owned();
            Look::Again(DeleteOutcome::Unresolved { reason, fault: Some(fault.clone()) })
        }
    }
}

/// The data of the `schema.delete` document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeleteWire {
    registry: String,
    subject: String,
    version: u32,
    id: Option<u32>,
    files: Vec<u32>,
    result: Option<&'static str>,
    reason: Option<String>,
    fault: Option<Fault>,
    notes: Vec<String>,
    carried_in: Vec<TopicCarriers>,
}

impl DeleteOutcome {
    /// The outcome as a stable word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            DeleteOutcome::Done => "done",
            DeleteOutcome::Existing => "existing",
            DeleteOutcome::Absent => "absent",
            DeleteOutcome::Refused { .. } => "refused",
            DeleteOutcome::Unresolved { .. } => "unresolved",
            DeleteOutcome::NotTried { .. } => "not_tried",
        }
    }
}

impl DeleteReport {
    /// True where there was no such version or the registry refused: a finding (1).
    #[must_use]
    pub fn has_findings(&self) -> bool {
        matches!(self.outcome, DeleteOutcome::Absent | DeleteOutcome::Refused { .. })
    }

    /// True where it is not known how it ended, or it was not tried: unknown (3).
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        matches!(self.outcome, DeleteOutcome::Unresolved { .. } | DeleteOutcome::NotTried { .. })
    }

    /// The report as the data of its document.
    #[must_use]
    pub fn wire(&self) -> DeleteWire {
        let (reason, fault) = match &self.outcome {
            DeleteOutcome::Refused { reason } | DeleteOutcome::NotTried { reason } => {
                (Some(reason.clone()), None)
            }
            DeleteOutcome::Unresolved { reason, fault } => (Some(reason.clone()), fault.clone()),
            DeleteOutcome::Done | DeleteOutcome::Existing | DeleteOutcome::Absent => (None, None),
        };
        DeleteWire { result: Some(self.outcome.as_str()), reason, fault, ..self.plan.wire() }
    }
}

impl DeletePlan {
    /// The plan as the data of a document that says no result yet.
    #[must_use]
    pub fn wire(&self) -> DeleteWire {
        DeleteWire {
            registry: self.registry.clone(),
            subject: self.subject.clone(),
            version: self.version,
            id: self.target().map(|target| target.id),
            files: self.target().map(|target| target.files.clone()).unwrap_or_default(),
            result: None,
            reason: None,
            fault: None,
            notes: self.notes(),
            carried_in: match self.target().map(|target| &target.carriers) {
                Some(Carriers::Counted(topics)) => topics.clone(),
                _ => Vec::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Compatibility;
    use crate::schemas::register::{Answers, Content, Held, HeldLevel, SubjectAnswers, VersionAnswer};

    fn subject(in_use: &[u32], deleted: &[u32]) -> HeldSubject {
        let version = |number: &u32| VersionAnswer {
            version: *number,
            id: number + 100,
            content: Content { text: "\"long\"".to_owned(), foreign: None, references: Vec::new() },
        };
        let answers = SubjectAnswers {
            versions: Ok(in_use.iter().map(version).collect()),
            unread: 0,
            deleted: deleted.iter().map(version).collect(),
            withheld: vec![8],
            level: Ok(HeldLevel::of_default(Compatibility::Backward)),
        };
        let answers = Answers { subjects: [("s".to_owned(), answers)].into(), ..Answers::default() };
        Held::read(&answers).subjects.remove("s").unwrap()
    }

    #[test]
    fn a_plan_says_what_goes_and_what_hangs_on_it() {
        let held = subject(&[1, 4], &[2]);
        let of = |version, files: &[u32], ids: &[u32]| {
            plan("http://r", ("s", version), &held, files.to_vec(), Ok(ids.to_vec()))
        };
        let rows = [
            (of(1, &[1], &[]), None, "it is v1"),
            (of(4, &[2, 3], &[]), None, "it is v2 and v3"),
            (of(4, &[], &[]), None, "no file says what it says: only the registry has it"),
            (of(4, &[], &[]), None, "it is the newest: the one before it becomes the newest"),
            (of(4, &[], &[7]), None, "schemas with these ids refer to it, and the registry may refuse: 7"),
            (
                of(4, &[], &[]),
                None,
                "records that carry id 104: not counted (nobody looked); they can still be read",
            ),
            (of(2, &[], &[]), Some(DeleteOutcome::Existing), ""),
            (of(8, &[], &[]), Some(DeleteOutcome::Existing), ""),
            (of(9, &[], &[]), Some(DeleteOutcome::Absent), ""),
        ];
        for (plan, ended, note) in rows {
            assert_eq!(plan.without_change(), ended, "{plan:?}");
            assert_eq!(plan.risks().is_empty(), ended.is_some(), "only what is deleted is a risk: {plan:?}");
            assert!(
                note.is_empty() || plan.notes().iter().any(|told| told == note),
                "{note}: {:?}",
                plan.notes()
            );
        }
        let only = plan("http://r", ("s", 1), &subject(&[1], &[]), Vec::new(), Ok(Vec::new()));
        assert!(only.notes().iter().any(|note| note.contains("the subject goes with it")));
        assert!(!only.notes().iter().any(|note| note.contains("newest")));
    }

    #[test]
    fn what_carries_it_is_told_for_each_topic() {
        let of = |records, whole, last: Option<i64>, reason: Option<&str>| TopicCarriers {
            topic: "t".to_owned(),
            records,
            among: 10,
            whole,
            last_seen: last.map(|last| Timestamp::from_millisecond(last).unwrap()),
            reason: reason.map(str::to_owned),
        };
        let rows = [
            (of(Some(0), true, None, None), "none (among 10 records, all there is)"),
            (
                of(Some(3), false, Some(1_500), None),
                "3, the last at 1970-01-01T00:00:01Z (among the newest 10 records; older ones were not read)",
            ),
            (of(Some(3), false, None, Some("denied")), "3 (among 10 records; denied)"),
            (of(None, false, None, Some("denied")), "not counted (denied)"),
        ];
        for (topic, words) in rows {
            let plan = plan("r", ("s", 4), &subject(&[4], &[]), vec![1], Ok(Vec::new()));
            let plan = plan.counted(Carriers::Counted(vec![topic]));
            assert_eq!(plan.notes()[0], format!("records that carry id 104 in t: {words}"));
        }
    }

    #[test]
    fn an_answer_counts_only_once_it_was_looked_at() {
        let fault = |kind| Fault { kind, code: "c".into(), message: "m".into() };
        let refused = DeleteOutcome::Refused { reason: "m".into() };
        let rows = [
            (Ok(()), AfterDelete::Look(None)),
            (Err(fault(FaultKind::Absent)), AfterDelete::Look(None)),
            (Err(fault(FaultKind::TimedOut)), AfterDelete::Look(Some(fault(FaultKind::TimedOut)))),
            (Err(fault(FaultKind::Refused)), AfterDelete::Settled(refused.clone())),
            (Err(fault(FaultKind::Denied)), AfterDelete::Settled(refused)),
            (
                Err(fault(FaultKind::Unreachable)),
                AfterDelete::Settled(DeleteOutcome::NotTried { reason: "m".into() }),
            ),
        ];
        for (answer, expected) in rows {
            assert_eq!(after_answer(answer.clone()), expected, "{answer:?}");
        }
        let timed_out = fault(FaultKind::TimedOut);
        assert_eq!(look(None, &Ok(false)), Look::Settled(DeleteOutcome::Done));
        assert_eq!(look(Some(&timed_out), &Ok(false)), Look::Settled(DeleteOutcome::Done));
        assert_eq!(look(Some(&timed_out), &Ok(true)), Look::Repeat);
        assert!(matches!(look(None, &Ok(true)), Look::Again(DeleteOutcome::Unresolved { .. })));
        assert!(matches!(look(None, &Err(timed_out)), Look::Again(DeleteOutcome::Unresolved { .. })));
    }
}
