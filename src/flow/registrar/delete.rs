//! Carries out an approved deletion, and reads back that the version is gone.

use std::time::{Duration, Instant};

use eventctl_core::fault::Fault;
use eventctl_core::risk::Risk;
use eventctl_core::schemas::delete::{AfterDelete, DeleteOutcome, DeletePlan, after_answer, look};
use eventctl_core::schemas::register::Look;

use super::judge::words;
use crate::gate::{Approved, Consequential};
use crate::registry::{Deletion, Registry, Scope};

/// How soon a registry is asked again while something is awaited.
const PAUSE: Duration = Duration::from_millis(100);

/// How often the deletion is sent.
const TRIES: u32 = 3;

impl Consequential for DeletePlan {
    fn risks(&self) -> Vec<(Risk, String)> {
        DeletePlan::risks(self)
    }

    fn question(&self) -> String {
        DeletePlan::question(self)
    }
}

/// Deletes a version softly.
pub async fn delete(plan: &Approved<DeletePlan>, registry: &Registry, timeout: Duration) -> DeleteOutcome {
    if let Some(ended) = plan.get().without_change() {
        return ended;
    }
    let DeletePlan { subject, version, .. } = plan.get();
    let deletion = Deletion { subject: subject.clone(), version: *version };
    for turn in 1.. {
        let answer = registry.changes(plan).delete_version(&deletion).await;
        let answer = answer.map_err(|error| match error.refusal() {
            Some(_) => Fault { message: words(&error), ..error.fault() },
            None => error.fault(),
        });
        let unanswered = match after_answer(answer) {
            AfterDelete::Settled(outcome) => return outcome,
            AfterDelete::Look(unanswered) => unanswered,
        };
        match see_through(&deletion, unanswered.as_ref(), registry, timeout).await {
            Look::Settled(outcome) | Look::Again(outcome) => return outcome,
            Look::Repeat if turn < TRIES => {}
            Look::Repeat => break,
        }
    }
    let reason = "no answer came, and the version is still there: it may still go".to_owned();
    DeleteOutcome::Unresolved { reason, fault: None }
}

async fn see_through(
    deletion: &Deletion,
    unanswered: Option<&Fault>,
    registry: &Registry,
    timeout: Duration,
) -> Look<DeleteOutcome> {
    let deadline = Instant::now() + timeout;
    loop {
        let versions = registry.versions(&deletion.subject, Scope::Live).await;
        let there = versions.map(|found| found.here().unwrap_or_default().contains(&deletion.version));
        let look = look(unanswered, &there.map_err(|error| error.fault()));
        let over = Instant::now() + PAUSE >= deadline;
        match look {
            Look::Again(_) if !over => tokio::time::sleep(PAUSE).await,
            look => return look,
        }
    }
}
