//! `eventctl groups seek`

use std::collections::BTreeMap;
use std::time::Duration;

use eventctl_core::groups::live::{Commit, Commits};
use eventctl_core::groups::saved::Cause;
use eventctl_core::groups::seek::{self, Purpose, SeekPlan, Standing};
use eventctl_core::groups::target::{self, Offsets, Target, TopicPart};
use eventctl_core::name::{GroupName, TopicName};

use super::moving::Moving;
use crate::commands::{ConsentArgs, Context};
use crate::failure::{Failure, Kind};
use crate::files;
use crate::flow::range::no_such_topic;
use crate::flow::seek::standing;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups::CommitsOf;
use crate::outcome::Outcome;

/// The largest file of offsets that is read, in bytes.
const FILE_LIMIT: u64 = 64 << 20;

/// Move the committed offsets of a group, with a plan and a way back
///
/// The group must have no members. Its commits are watched for a while first, because a group without members may still be
/// alive. The offsets are saved as they were: `groups undo` puts them back, and so does the command that is printed, from
/// any machine.
///
/// Positions: start, end, an offset (42, all:42), -100 (before the end), a time (@2026-11-22T14:02:00Z, @-2h), offsets by
/// partition (0:42,3:17, 3:none for no commit), group:OTHER (where that group stands), file:F (lines
/// topic,partition,offset).
///
/// Example: eventctl groups seek analytics-service --topic agent-events --to @-2h
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The group
    #[arg(value_name = "GROUP", add = crate::commands::completions::group_names())]
    group: GroupName,
    /// A topic, or some of its partitions as TOPIC:0,3,7-9; may be repeated. Not needed with group: and file:
    #[arg(long = "topic", value_name = "TOPIC[:P,…]", value_parser = TopicPart::parse,
        add = crate::commands::completions::topic_names())]
    topics: Vec<TopicPart>,
    /// Where to
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    to: String,
    /// Move offsets that lie outside of the log to its nearest end
    #[arg(long)]
    clamp: bool,
    /// Watch the commits for this time first, and as long again afterwards
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = crate::commands::duration)]
    watch: Duration,
    /// Do not watch: the group's consumers are known to be stopped
    #[arg(long, conflicts_with = "watch")]
    no_watch: bool,
    /// Show the plan and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    consent: ConsentArgs,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let now = cx.now().as_millisecond();
    let target = Target::parse(&args.to, now).map_err(|error| Failure::usage(error.to_string()))?;
    let file = offsets_of_file(&target, cx)?;
    let catalog = cx.catalog_if_there()?;
    let cluster = cx.cluster()?;
    let other = cx.stop.or(commits_of_other(&target, &cluster)).await?;
    let parts = parts(&args, &target, (other.as_ref(), file.as_ref()))?;
    let time = match &target {
        Target::Position(position) => position.time(),
        Target::Group(_) | Target::File(_) => None,
    };
    let standing = cx.stop.or(standing(&cluster, &args.group, &parts, time)).await?;
    if let Some(topic) = standing.absent.first() {
        return Err(no_such_topic(&cluster, topic).await);
    }
    let plan = plan(&args, &target, (other.as_ref(), file.as_ref()), &standing)?;
    let watch = (!args.no_watch).then_some(args.watch);
    Moving { catalog, cluster: &cluster, standing, watch, dry_run: args.dry_run, consent: &args.consent }
        .run(plan, cx)
        .await
}

fn offsets_of_file(target: &Target, cx: &Context) -> Result<Option<Offsets>, Failure> {
    let Target::File(path) = target else { return Ok(None) };
    let text = files::read_text(&cx.around.directory().join(path), FILE_LIMIT)?;
    let offsets = target::offsets(&text).map_err(|error| {
        Failure::input(format!("{path}: {error}"))
            .hint("nothing was changed; a line is topic,partition,offset")
    })?;
    if offsets.is_empty() {
        return Err(Failure::input(format!("{path} holds no offsets")));
    }
    Ok(Some(offsets))
}

async fn commits_of_other(target: &Target, cluster: &Cluster) -> Result<Option<Commits>, Failure> {
    let Target::Group(other) = target else { return Ok(None) };
    let asked = [CommitsOf { group: other.clone(), partitions: None }];
    match cluster.commits_of_groups(&asked).await.remove(other) {
        Some(Ok(commits)) if commits.is_empty() => {
            Err(Failure::input(format!("group {other} has no commits, or there is no such group")))
        }
        Some(Ok(commits)) => match commits.values().find_map(|commit| commit.as_ref().err()) {
            Some(fault) => {
                Err(Failure::cluster(format!("a commit of group {other} cannot be read: {fault}")))
            }
            None => Ok(Some(commits)),
        },
        Some(Err(fault)) => {
            Err(Failure::cluster(format!("the commits of group {other} cannot be read: {fault}")))
        }
        None => Err(Failure::cluster(format!("the brokers did not speak of group {other}"))),
    }
}

/// The partitions that are chosen: those that are named, else those that the other group or the file speaks of.
fn parts(
    args: &Args,
    target: &Target,
    (other, file): (Option<&Commits>, Option<&Offsets>),
) -> Result<Vec<TopicPart>, Failure> {
    let mut parts: BTreeMap<TopicName, TopicPart> = BTreeMap::new();
    for part in &args.topics {
        if parts.insert(part.topic.clone(), part.clone()).is_some() {
            let story = format!("topic {} is named twice", part.topic);
            return Err(Failure::usage(story).hint("name its partitions at once: --topic NAME:0,3,7-9"));
        }
    }
    if matches!(target, Target::Position(_)) && parts.is_empty() {
        return Err(Failure::usage("--topic is missing: which of the group's offsets are moved?")
            .hint("eventctl groups describe GROUP shows what it reads"));
    }
    if parts.is_empty() {
        let other = other.into_iter().flat_map(|it| it.keys());
        return Ok(TopicPart::of(other.chain(file.into_iter().flat_map(|it| it.keys()))));
    }
    Ok(parts.into_values().collect())
}

fn plan(
    args: &Args,
    target: &Target,
    (other, file): (Option<&Commits>, Option<&Offsets>),
    standing: &Standing,
) -> Result<SeekPlan, Failure> {
    let refused = |error: seek::SeekError| match error {
        seek::SeekError::OutOfRange(_) => Failure::new(Kind::Refused, error.to_string())
            .hint("nothing was changed; --clamp moves such offsets to the nearest end of the log"),
        _ => Failure::usage(error.to_string()),
    };
    let wanted = seek::wanted(target, &standing.logs, other, file).map_err(refused)?;
    let mut notes = seek::remarks(target, &args.to, &standing.logs, &wanted);
    let (wanted, clamped) = seek::within(wanted, &standing.logs, args.clamp).map_err(refused)?;
    notes.extend(clamped);
    let commit = |offset: i64| Commit { offset, ..Commit::default() };
    let wanted = wanted.into_iter().map(|(key, offset)| (key, offset.map(commit))).collect();
    let purpose = Purpose { group: &args.group, cause: Cause::Seek, undoes: None, is_part: false };
    Ok(seek::plan(purpose, &wanted, standing, notes))
}
