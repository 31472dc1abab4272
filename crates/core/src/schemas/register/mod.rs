//! Registering: what a registry holds against what the files want, and what follows from each answer.
//!
//! [`Held`] is what the registry holds, [`Wanted`] what the files want, [`matching()`] says which is which, [`plan()`] what
//! is to be done, and [`Run`] what an answer means while it is done. How a registry is asked is not known here. All is
//! decided from content: a file's number is an order, and the registry's numbers are its own.

mod agreement;
mod held;
mod level;
mod matching;
mod order;
mod plan;
mod planning;
mod report;
mod run;
mod standing;
mod verdict;
mod wanted;
mod wire;

pub use agreement::{Agreement, Online, Opinion, Question, RegistryVerdict, opinion, questions};
pub use held::{
    Answers, Content, Held, HeldLevel, HeldReference, HeldSubject, HeldVersion, LevelOrigin, SubjectAnswers,
    VersionAnswer, read_by_id,
};
pub use level::{LevelChange, LevelPlan, loses};
pub use matching::{FileMatch, Match, Matches, matching};
pub use plan::{
    Addition, AdditionReference, Because, Plan, PlanInput, Step, SubjectPlan, Unknown, VersionPlan,
    VersionState,
};
pub use planning::plan;
pub use report::{Item, ItemKey, ItemOutcome, REGISTER_KIND, RegisterCounts, RegisterReport};
pub use run::{
    Look, Next, Receipt, Request, Run, Seen, after_answer, after_refusal, level_look, look_up, lost,
    read_back,
};
pub use standing::{Standing, StandingVersion, standing};
pub use verdict::Verdict;
pub use wanted::{Wanted, WantedReference, WantedVersion};
pub use wire::{PLAN_KIND, PlanWire, RegisterWire, SubjectWire};

#[cfg(test)]
pub(super) mod tests;
