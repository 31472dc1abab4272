//! Writes the offsets of an approved plan. They are saved before, read back after, and looked at again some time later.

use std::time::Duration;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::groups::live::PartitionKey;
use eventctl_core::groups::moved::SeekReport;
use eventctl_core::groups::saved::{SavedOffset, SetState};
use eventctl_core::groups::seek::{SeekPlan, SeekRow};

use super::read::commits;
use crate::failure::Failure;
use crate::flow::saving::{Change, Saving};
use crate::gate::Approved;
use crate::kafka::cluster::Cluster;
use crate::stop::Stop;
use crate::stores::undo::Undo;

/// What it is carried out with.
pub struct Means<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Where the offsets are kept as they were.
    pub saving: Saving<'a>,
    /// What stops the waiting; what was begun is finished.
    pub stop: &'a Stop,
    /// After how long it is looked again; none leaves that out.
    pub watch: Option<Duration>,
    /// Is told what was written, before it is looked again.
    pub written: &'a dyn Fn(&SeekReport),
}

/// Carries out a plan. The report says what became of each partition.
///
/// # Errors
/// `Machine` where the offsets cannot be saved: then nothing was changed.
pub async fn carry_out(
    plan: &Approved<SeekPlan>,
    mut report: SeekReport,
    means: Means<'_>,
) -> Result<SeekReport, Failure> {
    let Means { cluster, mut saving, stop, watch, written } = means;
    let whole = plan.get();
    let number = saving.save(change(whole))?;
    report.saved_as = Some(number);
    let changes = plan.select(|plan| plan.rows.iter().map(|row| &row.change).collect());
    let mut answers = cluster.alter_commits(&changes).await;
    let answers: Vec<Result<(), Fault>> = whole
        .rows
        .iter()
        .map(|row| answers.remove(&row.change.key()).unwrap_or_else(|| Err(left_out())))
        .collect();
    let keys: Vec<PartitionKey> = whole.rows.iter().map(|row| row.change.key()).collect();
    let now = commits(cluster, &whole.group, &keys).await.map_err(|failure| unread(&failure));
    report.settle(whole, &answers, &now);
    keep(saving.store, whole, number, &mut report);
    if let Some(time) = watch {
        written(&report);
        tokio::select! {
            _ = stop.wait() => report.notes.push("stopped before it was looked again".to_owned()),
            () = tokio::time::sleep(time) => {
                let now = commits(cluster, &whole.group, &keys).await.map_err(|failure| failure.story());
                report.look_again(whole, &now);
            }
        }
    }
    Ok(report)
}

/// Tells the store what became of it. The change is made: a store that fails now is told of, and takes nothing back.
fn keep(store: &mut Undo, plan: &SeekPlan, number: i64, report: &mut SeekReport) {
    let state = report.state();
    if let Err(failure) = store.settle(number, state) {
        report.notes.push(format!("what became of it could not be kept: {}", failure.story()));
    }
    let is_back = !plan.is_part && matches!(state, SetState::Done | SetState::Partly);
    if let Some(Err(failure)) =
        plan.undoes.filter(|_| is_back).map(|undone| store.mark_undone(undone, number))
    {
        report.notes.push(failure.story());
    }
}

fn change(plan: &SeekPlan) -> Change<'_> {
    let offset = |row: &SeekRow| SavedOffset {
        topic: row.change.topic.clone(),
        topic_id: plan.topic_ids.get(&row.change.topic).cloned(),
        partition: row.change.partition,
        before: row.change.before.clone(),
        after: row.change.after.as_ref().map(|commit| commit.offset),
    };
    Change {
        cluster: plan.cluster.as_ref(),
        group: &plan.group,
        cause: plan.cause,
        undoes: plan.undoes,
        offsets: plan.rows.iter().map(offset).collect(),
    }
}

fn unread(failure: &Failure) -> Fault {
    Fault { kind: FaultKind::Other, code: "_UNREAD".to_owned(), message: failure.story() }
}

fn left_out() -> Fault {
    let message = "the answer left it out".to_owned();
    Fault { kind: FaultKind::TimedOut, code: "_LEFT_OUT".to_owned(), message }
}
