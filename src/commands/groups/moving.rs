//! What `seek` and `undo` share: the plan is shown, the group watched, consent asked, the offsets written and looked at.

use std::time::Duration;

use eventctl_core::catalog::Catalog;
use eventctl_core::groups::moved::{Fate, SeekReport};
use eventctl_core::groups::seek::{self, SeekPlan, SeekRow, Standing};
use eventctl_core::groups::target::Offsets;
use eventctl_core::name::GroupName;
use eventctl_core::{human, shell};

use crate::commands::{ConsentArgs, Context};
use crate::failure::Failure;
use crate::flow::saving::Saving;
use crate::flow::seek as moving;
use crate::gate::{self, Live};
use crate::kafka::cluster::Cluster;
use crate::outcome::Outcome;
use crate::stores::undo::{FILE, Undo};

/// A change of offsets on its way.
pub(super) struct Moving<'a> {
    /// What is relied on for the cluster that is meant: read before the cluster is asked anything.
    pub(super) catalog: Option<Catalog>,
    pub(super) cluster: &'a Cluster,
    pub(super) standing: Standing,
    /// For how long the group is watched, before and after.
    pub(super) watch: Option<Duration>,
    pub(super) dry_run: bool,
    pub(super) consent: &'a ConsentArgs,
}

impl Moving<'_> {
    /// Shows the plan, asks, and carries it out.
    pub(super) async fn run(self, plan: SeekPlan, cx: &Context) -> Result<Outcome, Failure> {
        let catalog = self.catalog.as_ref();
        let environment = catalog.map(|catalog| cx.environment(catalog)).transpose()?;
        let plan = cx.stop.or(moving::with_times(plan, &cx.scan_means()?)).await?;
        let mut report = SeekReport::planned(&plan, inverse(&plan.rows, cx));
        if plan.rows.is_empty() || self.dry_run {
            return cx.answer(&report, Outcome::Clean);
        }
        cx.ui.preview(&report);
        let (group, live) = (plan.group.clone(), plan.cluster.clone());
        if let Some(time) = self.watch {
            cx.ui.note(format!(
                "watching whether anybody commits for {} …",
                human::span(time.as_millis() as i64)
            ));
            cx.stop.or(moving::quiet(self.cluster, &self.standing, &plan, time)).await?;
        }
        // Before anything is asked: a change that cannot be taken back is not begun.
        let mut store = open_store(cx)?;
        let policy = cx.asked_policy(self.consent, catalog.zip(environment), live.as_ref())?;
        let plan = gate::pass(plan, &policy, Live::Cluster(live.as_ref()), &mut cx.terminal())?;
        // A question may stay open for long: what was shown must still be so.
        cx.stop.or(moving::unmoved(self.cluster, &self.standing, plan.get())).await?;
        let undo = at_this_cluster(cx, seek::undo_command(&group));
        let written = |report: &SeekReport| {
            let again = human::span(self.watch.unwrap_or_default().as_millis() as i64);
            let set = report.saved_as.unwrap_or_default();
            cx.ui.note(format!("written, saved as set {set} ({undo}); looking again after {again} …"));
        };
        let means = moving::Means {
            cluster: self.cluster,
            saving: saving(&mut store, cx),
            stop: &cx.stop,
            watch: self.watch,
            written: &written,
        };
        report.undo = Some(undo.clone());
        let mut report = moving::carry_out(&plan, report, means).await?;
        report.inverse = inverse(changed(plan.get(), &report), cx);
        // What was done must be told: a reader who has gone is no success here.
        cx.ui.show(&report).map_err(|failure| {
            Failure::of_a_change(failure).hint(format!("the offsets were written; to put them back: {undo}"))
        })?;
        Ok(outcome(&report, cx))
    }
}

/// How it ended: what is not known is graver than what was refused.
fn outcome(report: &SeekReport, cx: &Context) -> Outcome {
    let findings = report.any(Fate::Failed) || report.any(Fate::Overwritten);
    let ended = Outcome::findings(findings).and(Outcome::unknown(report.has_unknown()));
    cx.stop.signal().map_or(ended, |signal| ended.and(Outcome::Interrupted(signal)))
}

/// The store of offsets as they were.
pub(super) fn open_store(cx: &Context) -> Result<Undo, Failure> {
    let folder = cx.around.state_folder().ok_or_else(|| {
        Failure::input("there is no folder in which the offsets could be saved as they are")
            .hint("nothing was changed; set HOME, or XDG_STATE_HOME to an absolute path")
    })?;
    Undo::open(&folder.join(FILE))
        .map_err(|failure| failure.hint("nothing was changed: the offsets could not be saved as they are"))
}

/// What is noted beside what is saved.
pub(super) fn saving<'a>(store: &'a mut Undo, cx: &Context) -> Saving<'a> {
    let (at, operator) = (cx.now().as_millisecond(), cx.around.operator());
    Saving { store, at, operator, command: typed(cx) }
}

/// The rows of a plan that were written, or may have been.
fn changed<'a>(plan: &'a SeekPlan, report: &SeekReport) -> impl Iterator<Item = &'a SeekRow> {
    let fates: Vec<Fate> = report.partitions.iter().map(|part| part.outcome).collect();
    plan.rows.iter().zip(fates).filter(|(_, fate)| *fate != Fate::Failed).map(|(row, _)| row)
}

/// The commands that put back what stands there now.
fn inverse<'a>(rows: impl IntoIterator<Item = &'a SeekRow>, cx: &Context) -> Vec<String> {
    let rows: Vec<&SeekRow> = rows.into_iter().collect();
    let Some(first) = rows.first() else { return Vec::new() };
    let before = |row: &&SeekRow| (row.change.key(), row.change.before.as_ref().map(|commit| commit.offset));
    back(&first.change.group, &rows.iter().map(before).collect(), cx)
}

/// The commands that commit these offsets.
pub(super) fn back(group: &GroupName, offsets: &Offsets, cx: &Context) -> Vec<String> {
    seek::commands(group, offsets).into_iter().map(|words| at_this_cluster(cx, words)).collect()
}

/// A command as a shell takes it, with the flags that lead to the cluster in use.
pub(super) fn at_this_cluster(cx: &Context, words: Vec<String>) -> String {
    let words: Vec<String> = reached(cx).into_iter().chain(words).collect();
    shell::command("eventctl", &words, &[])
}

/// The flags that lead to the same cluster: a context's name goes along with its credentials, brokers alone do not.
fn reached(cx: &Context) -> Vec<String> {
    let Ok(settings) = cx.settings() else { return Vec::new() };
    match (&settings.context, &settings.brokers) {
        (Some(context), _) => vec!["--context".to_owned(), context.value.clone()],
        (None, Some(brokers)) => vec!["--brokers".to_owned(), brokers.value.to_string()],
        (None, None) => Vec::new(),
    }
}

/// The command as it was typed. Secrets are no flags, so there are none in it.
fn typed(cx: &Context) -> String {
    let words: Vec<String> =
        cx.around.arguments().iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    shell::command("eventctl", &words, &[])
}
