//! Carries out an approved plan: sets levels, adds versions, reads each back, looks up what had no answer.
//!
//! What an answer means is decided in the core (`schemas::register`); here is the waiting. One step is taken after the
//! other, so that whatever ends the work leaves a beginning of the plan's order done and the rest untouched.

use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::risk::Risk;
use eventctl_core::schemas::register::{
    HeldReference, ItemOutcome, Look, Match, Next, Plan, Receipt, RegisterReport, Request, Run, Seen, Wanted,
    after_answer, after_refusal, level_look, look_up, lost, read_back,
};

use super::judge::words;
use super::survey::{content, level, received};
use crate::flow::provision::Progress;
use crate::gate::{Approved, Consequential};
use crate::registry::{
    Changes, LevelChange, Registration, Registry, RegistryError, SchemaContent, VersionName,
};
use crate::stop::Stop;

/// How soon a registry is asked again while something is awaited.
const PAUSE: Duration = Duration::from_millis(100);

/// How often one change is sent.
const TRIES: u32 = 3;

/// Why steps were not tried.
const STOPPED: &str = "stopped by a signal before it: run register again";
const LOST: &str = "the registry stopped answering before it: run register again";

impl Consequential for Plan {
    fn risks(&self) -> Vec<(Risk, String)> {
        Plan::risks(self)
    }

    fn question(&self) -> String {
        Plan::question(self)
    }
}

/// What carrying out a plan needs besides the plan.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// The files, to compare with what is read back.
    pub wanted: &'a Wanted,
    /// The time that what was sent has to be answered and looked up.
    pub timeout: Duration,
    /// Heeded between steps: what was sent is seen through.
    pub stop: &'a Stop,
    /// Told of each ended step.
    pub progress: &'a Progress,
}

/// Carries out a plan.
pub async fn register(plan: &Approved<Plan>, means: Means<'_>) -> RegisterReport {
    let mut run = Run::begin(plan.get());
    let changes = means.registry.changes(plan);
    for step in &plan.get().steps {
        if means.stop.signal().is_some() {
            return run.end(Some(STOPPED));
        }
        if let Some(request) = run.request(step) {
            let work = Work { request, changes, normalize: plan.get().normalize, means };
            let (outcome, away) = work.carry_out().await;
            run.settle(step, outcome);
            if away {
                return run.end(Some(LOST));
            }
        }
        means.progress.add_one();
    }
    run.end(None)
}

/// One step on its way.
struct Work<'a> {
    request: Request<'a>,
    changes: Changes<'a>,
    normalize: bool,
    means: Means<'a>,
}

impl Work<'_> {
    /// How the step ended, and whether the registry is away.
    async fn carry_out(&self) -> (ItemOutcome, bool) {
        for turn in 1.. {
            let answer = self.send().await;
            let receipt = answer.as_ref().ok().copied().flatten();
            let unanswered = match after_answer(answer.map(|_| ())) {
                Next::Settled(outcome) => return (outcome, false),
                Next::Refused(outcome) => return (self.look_behind(outcome).await, false),
                Next::Lost(fault) => return (lost(&fault), true),
                Next::ReadBack => None,
                Next::LookUp(fault) => Some(fault),
            };
            match self.see_through(receipt, unanswered.as_ref()).await {
                Look::Settled(outcome) => return (outcome, false),
                Look::Again(outcome) => return (outcome.clone(), is_away(&outcome)),
                Look::Repeat if turn < TRIES => {}
                Look::Repeat => break,
            }
        }
        let reason = "no answer came, and it is not there yet: it may still come to be".to_owned();
        (ItemOutcome::Unresolved { reason, fault: None }, true)
    }

    /// Looks until it is known how the step ended or no time is left.
    async fn see_through(&self, receipt: Option<Receipt>, unanswered: Option<&Fault>) -> Look {
        let deadline = Instant::now() + self.means.timeout;
        loop {
            let look = self.look(receipt, unanswered).await;
            let over = Instant::now() + PAUSE >= deadline;
            match look {
                Look::Again(_) if !over => tokio::time::sleep(PAUSE).await,
                look => return look,
            }
        }
    }

    /// Sends the change; a version's answer brings a receipt.
    async fn send(&self) -> Result<Option<Receipt>, Fault> {
        match &self.request {
            Request::Level(change) => {
                let change = LevelChange { subject: Some(change.subject.clone()), level: change.to };
                self.changes.set_level(&change).await.map(|()| None).map_err(|error| fault(&error))
            }
            Request::Version { addition, references } => {
                let registration = Registration {
                    subject: addition.subject.clone(),
                    schema: content(&addition.text, references),
                    normalize: self.normalize,
                };
                let receipt = self.changes.register(&registration).await.map_err(|error| fault(&error))?;
                Ok(Some(Receipt { id: receipt.id, version: receipt.version }))
            }
        }
    }

    /// Looks whether what was refused is there all the same.
    async fn look_behind(&self, refused: ItemOutcome) -> ItemOutcome {
        let Request::Version { addition, references } = &self.request else { return refused };
        let content = content(&addition.text, references);
        let seen = self.seen((&addition.subject, addition.file), &content, references).await;
        after_refusal(refused, self.normalize, &seen)
    }

    async fn look(&self, receipt: Option<Receipt>, unanswered: Option<&Fault>) -> Look {
        match &self.request {
            Request::Level(change) => {
                let seen = self.means.registry.level(&change.subject).await;
                let seen = seen.map(|seen| level(&seen)).map_err(|error| error.fault());
                level_look(change, unanswered.is_none(), &seen)
            }
            Request::Version { addition, references } => {
                let content = content(&addition.text, references);
                let seen = self.seen((&addition.subject, addition.file), &content, references).await;
                match (receipt, unanswered) {
                    (_, Some(fault)) => look_up(fault, self.normalize, &seen),
                    (Some(receipt), None) => read_back(receipt, self.normalize, &seen),
                    (None, None) => look_up(&nothing(), self.normalize, &seen),
                }
            }
        }
    }

    /// Looks a version up by its content, then reads what stands under its number and under its id.
    async fn seen(
        &self,
        file: (&str, u32),
        content: &SchemaContent,
        sent: &[HeldReference],
    ) -> Result<Option<Seen>, Fault> {
        let registry = self.means.registry;
        let looked_up = registry.lookup(file.0, content, self.normalize).await;
        let Some(found) = looked_up.map_err(|error| error.fault())?.here() else { return Ok(None) };
        let by_number = registry.version(file.0, VersionName::Number(found.version)).await;
        let Some(by_number) = by_number.map_err(|error| error.fault())?.here() else { return Ok(None) };
        let by_id = registry.schema_by_id(found.id).await;
        let Some(by_id) = by_id.map_err(|error| error.fault())?.here() else { return Ok(None) };
        let says = |schema: &SchemaContent| self.means.wanted.reads_back(file, sent, &received(schema));
        let same = by_number.id == found.id && says(&by_number.schema) && says(&by_id);
        Ok(Some(Seen { found: Match { version: found.version, id: found.id }, same }))
    }
}

/// A fault of a change, in the server's own words where it refused.
fn fault(error: &RegistryError) -> Fault {
    let fault = error.fault();
    if error.refusal().is_some() { Fault { message: words(error), ..fault } } else { fault }
}

fn nothing() -> Fault {
    Fault { kind: FaultKind::Other, code: "NOTHING".to_owned(), message: "no receipt came".to_owned() }
}

/// True where a step ended so because nobody answers any more.
fn is_away(outcome: &ItemOutcome) -> bool {
    let ItemOutcome::Unresolved { fault: Some(fault), .. } = outcome else { return false };
    matches!(fault.kind, FaultKind::TimedOut | FaultKind::Unreachable | FaultKind::Unavailable)
}
