//! `eventctl groups undo`

use std::time::Duration;

use eventctl_core::groups::live::PartitionKey;
use eventctl_core::groups::saved::{Cause, SavedOffset, SavedSet, SetState};
use eventctl_core::groups::seek::{self, Purpose};
use eventctl_core::groups::target::TopicPart;
use eventctl_core::groups::undo::{self, UndoError};
use eventctl_core::name::GroupName;

use super::moving::{self, Moving};
use crate::commands::{ConsentArgs, Context};
use crate::failure::{Failure, Kind};
use crate::flow::seek::standing;
use crate::outcome::Outcome;

/// Put back the offsets that the last seek, undo or delete of a group replaced
///
/// With the same care as `seek`: a plan, a watch, one question. An offset that was none is taken away again. An undo is a
/// change like any other, so undoing it does the change once more. The saved sets are those of this machine; from another
/// one, use the command that the seek printed.
///
/// Example: eventctl groups undo analytics-service
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The group
    #[arg(value_name = "GROUP", add = crate::commands::completions::group_names())]
    group: GroupName,
    /// Put this saved set back instead of the last one: `groups history` has the numbers
    #[arg(long, value_name = "NUMBER")]
    set: Option<i64>,
    /// Put back what was saved of this topic only, or of some of its partitions as TOPIC:0,3,7-9; may be repeated
    #[arg(long = "topic", value_name = "TOPIC[:P,…]", value_parser = TopicPart::parse,
        add = crate::commands::completions::topic_names())]
    topics: Vec<TopicPart>,
    /// Watch the commits for this time first, and as long again afterwards
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = crate::commands::duration)]
    watch: Duration,
    /// Do not watch: the group's consumers are known to be stopped
    #[arg(long, conflicts_with = "watch")]
    no_watch: bool,
    /// Move offsets that lie outside of the log by now to its nearest end
    #[arg(long)]
    clamp: bool,
    /// Show the plan and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    consent: ConsentArgs,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_there()?;
    let cluster = cx.cluster()?;
    let live = cx.stop.or(cluster.describe()).await?;
    let (set, is_part) = undo::narrowed(saved(&args, live.id.as_ref(), cx)?, &args.topics);
    if set.set.offsets.is_empty() {
        return Err(Failure::usage(format!("nothing of these topics was saved in set {}", set.number))
            .hint(format!("see what was: eventctl groups history {} --offsets", args.group)));
    }
    let keys: Vec<PartitionKey> = set.set.offsets.iter().map(SavedOffset::key).collect();
    let standing = cx.stop.or(standing(&cluster, &args.group, &TopicPart::of(&keys), None)).await?;
    let (wanted, mut notes) =
        undo::wanted(&set, &standing, args.clamp).map_err(|error| refused(&error, &args, cx))?;
    notes.extend(undo::moved_since(&set, &standing.commits));
    if set.state == SetState::Begun {
        notes.push(format!("whether the change of set {} happened is not known", set.number));
    }
    let purpose = Purpose { group: &args.group, cause: Cause::Undo, undoes: Some(set.number), is_part };
    let plan = seek::plan(purpose, &wanted, &standing, notes);
    let watch = (!args.no_watch).then_some(args.watch);
    Moving { catalog, cluster: &cluster, standing, watch, dry_run: args.dry_run, consent: &args.consent }
        .run(plan, cx)
        .await
}

fn saved(
    args: &Args,
    cluster: Option<&eventctl_core::name::ClusterId>,
    cx: &Context,
) -> Result<SavedSet, Failure> {
    let mut store = moving::open_store(cx)?;
    let group = &args.group;
    let Some(number) = args.set else {
        return store.last(cluster, group)?.ok_or_else(|| {
            Failure::new(
                Kind::Refused,
                format!("nothing was saved of group {group} on this machine and cluster"),
            )
            .hint("whoever moved the group has the command that puts it back: seek printed it")
        });
    };
    match store.get(cluster, number)? {
        Some(set) if set.set.group == *group => Ok(set),
        _ => Err(Failure::usage(format!("there is no saved set {number} of group {group} on this cluster"))
            .hint(format!("eventctl groups history {group} shows those there are"))),
    }
}

/// Why a set is not put back, and how the rest of it can be.
fn refused(error: &UndoError, args: &Args, cx: &Context) -> Failure {
    let failure = Failure::new(Kind::Refused, error.to_string());
    match error {
        UndoError::LostTopics { others, set, .. } if !others.is_empty() => {
            let command = moving::at_this_cluster(cx, seek::undo_part_command(&args.group, *set, others));
            failure.hint(format!("nothing was changed; to put back the others: {command}"))
        }
        UndoError::LostTopics { .. } | UndoError::OutOfRange(_) => failure.hint(
            "nothing was changed; eventctl groups history --offsets shows what was saved, to seek other topics",
        ),
    }
}
