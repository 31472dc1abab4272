//! `eventctl consume`

mod asked;
mod read;
mod told;

use std::path::PathBuf;

use clap::ValueEnum;
use eventctl_core::catalog::{Encoding, KeyEncoding};
use eventctl_core::consume::Separator;
use eventctl_core::name::GroupName;

use crate::commands::{Context, subjects};
use crate::failure::Failure;
use crate::flow::consume::{Consume, Parts, Wanted};
use crate::flow::sink::Sink;
use crate::outcome::Outcome;

/// Look into topics: decoded records, filtered, bounded, and what was scanned
///
/// Reads from the oldest record to the end as it is when the command starts, and joins no group.
///
/// Positions: start, end, 42, all:42, -100 (before the end), @2026-11-22T14:02:00Z, @-2h, 0:42,3:17.
///
/// Example: eventctl consume message-events --from @-1h --where '.senderId == "agent-7"' -o json
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Topics, or patterns such as 'orders-*'
    #[arg(required = true, value_name = "TOPIC", add = crate::commands::completions::topic_names())]
    topics: Vec<String>,
    /// Read these partitions only
    #[arg(long, value_name = "P,…", value_delimiter = ',')]
    partitions: Vec<i32>,
    /// Begin here [default: start; with --follow: end]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    from: Option<String>,
    /// End before this [default: end]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true, conflicts_with = "follow")]
    until: Option<String>,
    /// Go on reading what is written from now on
    #[arg(short, long)]
    follow: bool,
    /// Show no more than so many records
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    number: Option<u64>,
    /// Show no more than so many records of each partition
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    per_partition: Option<u64>,
    /// Show the last N records of all partitions, in the order of time
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = ["from", "until", "follow", "number", "per_partition", "key", "event", "filter", "group"]
    )]
    tail: Option<usize>,
    /// Merge partitions by the timestamps of their records [default: each partition in its own order]
    #[arg(long, value_name = "ORDER", conflicts_with_all = ["follow", "group"])]
    order: Option<OrderName>,
    /// Read as a member of this group, and commit what was written to the output
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["from", "until", "partitions", "per_partition"])]
    group: Option<GroupName>,
    /// With --group: how it is organised [default: classic]
    #[arg(long, value_name = "PROTOCOL", requires = "group")]
    group_protocol: Option<ProtocolName>,
    /// With --group: where partitions begin that it never committed [default: earliest]
    #[arg(long, value_name = "PLACE", requires = "group")]
    group_start: Option<StartName>,
    /// With --group: consent on this protected context
    #[arg(long, value_name = "NAME", requires = "group", add = crate::commands::completions::context_names())]
    confirm_context: Option<String>,
    /// Show records with this key only
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// How the key is written: string, int, long, uuid, json, avro, or raw (base64:… are bytes) [default: the catalog's]
    #[arg(long, value_name = "ENCODING", requires = "key", value_parser = key_encoding)]
    key_encoding: Option<KeyEncoding>,
    /// Show records of this event only; may be repeated
    #[arg(long, value_name = "EVENT")]
    event: Vec<String>,
    /// Show records that this jq expression matches; also $key, $headers, $topic, $partition, $offset, $timestamp
    #[arg(long = "where", value_name = "JQ")]
    filter: Option<String>,
    /// Whose records count: those of finished transactions, or all [default: committed]
    #[arg(long, value_name = "LEVEL")]
    isolation: Option<IsolationName>,
    /// Read values as avro, json, envelope, string or raw [default: the catalog's, else whatever each record is]
    #[arg(long, value_name = "ENCODING", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Write to this file instead of stdout; FILE.avro becomes an Avro container file of the values
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// With -o raw: what stands behind each record; \n, \t, \0 and \xNN are what they mean [default: \n]
    #[arg(long, value_name = "TEXT", value_parser = separator)]
    record_separator: Option<Separator>,
    /// With -o raw: write keys too, with this behind each
    #[arg(long, value_name = "TEXT", value_parser = separator)]
    key_separator: Option<Separator>,
    /// End with the first record that cannot be decoded
    #[arg(long)]
    fail_fast: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum IsolationName {
    Committed,
    Uncommitted,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OrderName {
    Time,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProtocolName {
    Classic,
    Consumer,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StartName {
    Earliest,
    Latest,
}

fn separator(typed: &str) -> Result<Separator, String> {
    Separator::parse(typed)
}

fn key_encoding(word: &str) -> Result<KeyEncoding, String> {
    KeyEncoding::of(word).ok_or_else(|| "it is one of string, int, long, uuid, json, avro, raw".to_owned())
}

fn encoding(word: &str) -> Result<Encoding, String> {
    Encoding::of(word).ok_or_else(|| "it is one of avro, json, envelope, string, raw".to_owned())
}

pub(crate) async fn run(args: Box<Args>, cx: &Context) -> Result<Outcome, Failure> {
    // A commit relies on the catalog: it says which cluster is meant, and which topics are protected.
    let catalog = if args.group.is_some() { cx.catalog_if_there()? } else { cx.catalog_if_any()? };
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let meant = catalog.as_ref().zip(environment);
    let bounds = asked::bounds(&args, cx)?;
    let wanted = asked::wanted(&args, &bounds, cx)?;
    let cluster = cx.cluster()?;
    let (topics, mut ranges) = cx.stop.or(asked::resolve(&args, &bounds, &cluster, cx)).await?;
    asked::check_events(&args, &topics, environment)?;
    let key = cx.stop.or(asked::key(&args, &topics, environment, cx)).await?;
    let wanted = Wanted { key, ..wanted };
    let key_note = asked::choose_partitions(&args, &wanted, environment, &mut ranges)?;
    let parts = Parts {
        wanted,
        topics: cx.topic_readings(meant, &topics, args.encoding)?,
        schemas: cx
            .known_schemas(ranges.cluster.as_ref(), asked::style(cx))?
            .expecting(subjects(&topics, environment)),
        form: asked::form(&args, cx),
        sink: Sink::new(asked::output(&args, cx)?, args.follow),
        container: args.writes_container(),
    };
    let consume = Consume::new(parts);
    if let Some(group) = &args.group {
        let consumed = read::as_member(&args, group, (meant, &ranges), consume, cx).await?;
        return told::of_member(&args, consumed, (&ranges, &bounds), cx);
    }
    let read = match args.tail {
        Some(most) => read::last(most, &mut ranges, consume, cx).await,
        None => read::all(&args, &ranges, consume, cx).await,
    };
    told::report(&args, read, &ranges, (&bounds, key_note), cx)
}

impl Args {
    fn writes_container(&self) -> bool {
        self.out.as_ref().and_then(|path| path.extension()).is_some_and(|extension| extension == "avro")
    }
}
