//! `eventctl produce`

mod rules;
mod schemas;
mod telling;
mod words;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use eventctl_core::catalog::{Encoding, KeyEncoding, Partitioner};
use eventctl_core::fault::Seen;
use eventctl_core::name::{ClusterId, TopicName};
use eventctl_core::produce::{Bounds, Ending, Maker, ProduceReport, Records};
use eventctl_core::shell;

use crate::commands::{Context, SchemaDesk, SchemaFolderArgs};
use crate::failure::Failure;
use crate::files::{self, Container, Input};
use crate::flow::known_schemas;
use crate::flow::schema_cache::SchemaCache;
use crate::flow::send::{self, SendOptions, Sending, Source, World, WriteOptions};
use crate::gate::{self, Approved, Live};
use crate::kafka::cluster::Cluster;
use crate::kafka::writer::{WriteTo, WriterOptions};
use crate::outcome::Outcome;
use crate::render::produce::Summary;
use rules::Rules;
use words::Wrong;

/// How long a record waits for others to go with it. Large requests cost brokers and client least; who types a line waits
/// no longer than that.
const LINGER: Duration = Duration::from_millis(50);

/// Send events: one JSON object a line, validated, encoded, keyed and acknowledged by all replicas in sync
///
/// The catalog says which events a topic has, how they are encoded, which field is the key and how keys find their
/// partitions. Each event is validated against the newest version of its schema file that is registered; nothing is
/// registered here. Each line ends as acknowledged, refused, unknown (possibly stored) or not sent, and is told with
/// `-o json`.
///
/// Example: eventctl produce agent-events --file events.ndjson --on-error reject-file=refused.ndjson
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The topic
    #[arg(value_name = "TOPIC", add = crate::commands::completions::topic_names())]
    topic: TopicName,
    /// Read this file [default: stdin]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// All lines are this event [default: told by `type`, or the only one]
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// Validate and encode by this schema file, vN.avsc [default: the newest that is registered]
    #[arg(long, value_name = "N")]
    schema_version: Option<u32>,
    /// The lines are records as `consume -o json` writes them: keys, values, headers and timestamps go back as they were
    #[arg(long, conflicts_with = "schema_version")]
    records: bool,
    /// Each record stays in the partition that it was read from
    #[arg(long, requires = "records")]
    keep_partitions: bool,
    /// A record whose decoded value was edited is encoded anew
    #[arg(long, requires = "records")]
    encode: bool,
    /// Encode, and show partition and bytes; send nothing
    #[arg(long, conflicts_with_all = ["transaction", "rate"])]
    dry_run: bool,
    /// What a line that is refused does to those behind it: `stop`, `skip`, or `reject-file=FILE`, which keeps it there
    #[arg(long, value_name = "WHAT", default_value = "stop", value_parser = words::on_error)]
    on_error: Wrong,
    /// Send at most so many records a second
    #[arg(long, value_name = "N", value_parser = words::rate)]
    rate: Option<NonZeroU32>,
    /// Have at most so many records on their way
    #[arg(long, value_name = "N", default_value = "100000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_in_flight: u32,
    /// Give up, and send nothing more, once a record is not acknowledged after this time
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = words::duration)]
    delivery_timeout: Duration,
    /// All lines or none: nothing is visible to readers of committed records before the end
    #[arg(long)]
    transaction: bool,
    /// How long a transaction may take; brokers allow 15m by default
    #[arg(long, value_name = "DURATION", default_value = "1m", requires = "transaction", value_parser = words::duration)]
    transaction_timeout: Duration,
    #[command(flatten)]
    without_catalog: WithoutCatalog,
    #[command(flatten)]
    folder: SchemaFolderArgs,
    /// Consent to write to this protected context
    #[arg(long, value_name = "NAME", add = crate::commands::completions::context_names())]
    confirm_context: Option<String>,
}

/// What the catalog says otherwise.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "For topics that the catalog lacks")]
struct WithoutCatalog {
    /// How values are written: json, string or raw
    #[arg(long, value_name = "ENCODING", value_parser = words::encoding)]
    encoding: Option<Encoding>,
    /// The field that is the key [default: no key]
    #[arg(long, value_name = "FIELD")]
    key_field: Option<String>,
    /// How keys are written [default: string]
    #[arg(long, value_name = "ENCODING", requires = "key_field", value_parser = words::key_encoding)]
    key_encoding: Option<KeyEncoding>,
    /// How keys find their partitions: murmur2, crc32 or java-hash [default: murmur2]
    #[arg(long, value_name = "NAME", value_parser = words::partitioner)]
    partitioner: Option<Partitioner>,
}

/// Runs it.
///
/// # Errors
/// Whatever kept it from sending anything.
pub async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    args.check()?;
    let desk = cx.schema_desk_if_any(&args.folder)?;
    let rules = rules::of(&args, cx, &desk)?;
    let source = args.source(cx)?;
    let cluster = cx.cluster()?;
    let there = cx.stop.or(topic(&cluster, &args.topic)).await?;
    let live = there.cluster.clone();
    let maker = cx.stop.or(maker(&args, cx, &desk, (rules.as_ref(), there.partitions))).await?;
    let world = args.world(cx, live.as_ref())?;
    let environment = rules::environment(cx, &desk)?;
    let expected = cx.expected_of(environment)?;
    gate::expect_cluster(&expected, live.as_ref())?;
    if there.bounds.stamps && args.carries_times(rules.as_ref()) {
        cx.ui.warn(format!(
            "{} keeps the time of storing (message.timestamp.type=LogAppendTime): the timestamps of the input are lost",
            args.topic
        ));
    }
    if there.internal {
        return Err(Failure::usage(format!(
            "{} belongs to the brokers: nobody else writes there",
            args.topic
        )));
    }
    if args.dry_run {
        return rehearse(&args, cx, (source, maker, world), there.bounds).await;
    }
    let to = WriteTo { topics: vec![args.topic.clone()], risks: Vec::new() };
    let policy = cx.typed_policy(args.confirm_context.as_deref(), environment, live.as_ref())?;
    let to = gate::pass(to, &policy, Live::Cluster(live.as_ref()), &mut cx.terminal())?;
    let partitioner = rules.map_or(Partitioner::Murmur2, |rules| rules.partitioner);
    let begun = Instant::now();
    let report = args.send(cx, (source, maker, world), (to, partitioner, there.bounds)).await?;
    args.told(cx, &report, begun.elapsed());
    Ok(outcome(&report, cx))
}

impl Args {
    fn check(&self) -> Result<(), Failure> {
        if self.transaction && !matches!(self.on_error, Wrong::Stop) {
            return Err(Failure::usage("a transaction is all or nothing: no line of it can be left out")
                .hint("leave out --on-error, or --transaction"));
        }
        if self.dry_run && matches!(self.on_error, Wrong::RejectFile(_)) {
            return Err(Failure::usage("a dry run keeps nothing: it tells all lines that are wrong"));
        }
        Ok(())
    }

    /// True where the input says when its events were.
    fn carries_times(&self, rules: Option<&Rules>) -> bool {
        self.records || rules.is_some_and(|rules| rules.timestamp.is_some())
    }

    fn source(&self, cx: &Context) -> Result<Source, Failure> {
        let Some(path) = &self.file else { return Ok(Source::Lines(Input::stdin())) };
        let path = cx.around.directory().join(path);
        if path.extension().is_some_and(|extension| extension == "avro") {
            if self.records {
                return Err(Failure::usage("an Avro container file holds events, and no records"));
            }
            return Container::open(&path).map(Source::Container);
        }
        Input::open(&path).map(Source::Lines)
    }

    /// Records carry ids of schemas; what is made of them is looked up to see whether a body was edited.
    fn world(&self, cx: &Context, live: Option<&ClusterId>) -> Result<World, Failure> {
        let registry = if self.records { cx.registry()? } else { None };
        let Some(registry) = registry else { return Ok(World::default()) };
        let folder = cx.around.cache_folder();
        let cache = SchemaCache::new(folder.as_deref(), live.map(ClusterId::as_str), registry.clone());
        Ok(World::with(known_schemas::Source { cache: Arc::new(cache), registry }))
    }

    async fn send(
        &self,
        cx: &Context,
        (source, maker, world): (Source, Maker, World),
        (to, partitioner, bounds): (Approved<WriteTo>, Partitioner, Bounds),
    ) -> Result<ProduceReport, Failure> {
        // After the gate: what is refused there leaves no file behind.
        let rejects = match &self.on_error {
            Wrong::RejectFile(path) => Some(files::create_beside_nothing(&cx.around.directory().join(path))?),
            Wrong::Stop | Wrong::Skip => None,
        };
        let transactional = self.transaction.then(|| {
            let limit = self.transaction_timeout.as_secs_f64();
            cx.ui.note(format_args!("all lines or none, within {limit} s (--transaction-timeout)"));
            send::transactional(&self.topic, self.transaction_timeout)
        });
        let writer = WriterOptions {
            transactional,
            delivery_timeout: self.delivery_timeout,
            linger: LINGER,
            max_in_flight: self.max_in_flight as usize,
            partitioner,
            batch_bytes: bounds.bytes,
            codec: bounds.codec,
        };
        let options = SendOptions {
            on_error: self.on_error.rule(),
            rejects,
            rate: self.rate,
            max_in_flight: self.max_in_flight as usize,
            bounds,
            now: cx.now().as_millisecond(),
        };
        let bytes_read = Arc::new(AtomicU64::new(0));
        let total = usize::try_from(source.length().unwrap_or(0)).unwrap_or(usize::MAX);
        let read = Arc::clone(&bytes_read);
        let bar = (total > 0)
            .then(|| cx.ui.progress("bytes read", total, move || read.load(Ordering::Relaxed) as usize));
        let sink = telling::sink(cx.ui, self.topic.to_string());
        let sending = Sending { source, maker, world, options, sink, stop: cx.stop.clone(), bytes_read };
        let write = WriteOptions { connect: cx.connect_options()?, writer, timeout: cx.timeout()? };
        let report = send::on_thread(sending, to, write).await;
        drop(bar);
        report
    }

    /// Says what became of all, on stderr: stdout is for lines.
    fn told(&self, cx: &Context, report: &ProduceReport, took: Duration) {
        let file = self.file.as_ref().map(|file| shell::quoted(&file.to_string_lossy()));
        let words: Vec<_> = cx.around.arguments().iter().map(|word| word.to_string_lossy()).collect();
        let command = shell::command("eventctl", words.get(1..).unwrap_or_default(), &["--file"]);
        let (topic, command) = (self.topic.as_str(), command.as_str());
        let summary = Summary { topic, file: file.as_deref(), command, report, took, dry_run: self.dry_run };
        cx.ui.say(|page| summary.text(page));
    }
}

/// What is known of the topic as it is.
struct There {
    partitions: i32,
    bounds: Bounds,
    /// True where the topic is the brokers' own.
    internal: bool,
    /// Which cluster says so.
    cluster: Option<ClusterId>,
}

async fn topic(cluster: &Cluster, name: &TopicName) -> Result<There, Failure> {
    let names = [name.clone()];
    let (live, mut seen) = tokio::try_join!(cluster.describe(), cluster.topics(&names, true))?;
    match seen.remove(name) {
        Some(Seen::Present(topic)) => Ok(There {
            partitions: i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX),
            // Without the right to read them, only the broker can tell.
            bounds: topic.config.as_ref().map(Bounds::of).unwrap_or_default(),
            internal: topic.internal,
            cluster: live.id,
        }),
        Some(Seen::Unknown(fault)) => {
            Err(Failure::cluster(format!("nothing is known of topic {name}: {fault}")))
        }
        Some(Seen::Absent) | None => Err(Failure::input(format!("there is no topic {name}"))
            .hint("nothing was sent, and no topic is made here; see eventctl topics list, or topics apply")),
    }
}

/// What is made of lines.
async fn maker(
    args: &Args,
    cx: &Context,
    desk: &SchemaDesk,
    (rules, partitions): (Option<&Rules>, i32),
) -> Result<Maker, Failure> {
    if !args.records {
        let rules = rules.ok_or_else(|| rules::nothing_said(&args.topic))?;
        return Ok(Maker::Bodies(Box::new(schemas::recipe(args, cx, desk, (rules, partitions)).await?)));
    }
    let bodies = match rules.filter(|_| args.encode) {
        Some(rules) => Some(Box::new(schemas::recipe(args, cx, desk, (rules, partitions)).await?)),
        None => None,
    };
    let placement = match rules {
        Some(rules) => rules.placement.clone(),
        None => rules::placement(args)?,
    };
    let (keep_partitions, encode) = (args.keep_partitions, args.encode);
    Ok(Maker::Records(Records { placement, partitions, keep_partitions, encode, bodies }))
}

async fn rehearse(
    args: &Args,
    cx: &Context,
    (source, maker, world): (Source, Maker, World),
    bounds: Bounds,
) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let times = (bounds, cx.now().as_millisecond());
    let told = telling::Rehearsal::new(cx.ui, args.topic.to_string());
    let report =
        send::rehearse_on_thread(source, (maker, world, times), cx.stop.clone(), Box::new(told)).await?;
    args.told(cx, &report, begun.elapsed());
    Ok(outcome(&report, cx))
}

fn outcome(report: &ProduceReport, cx: &Context) -> Outcome {
    let ended = Outcome::findings(report.has_findings()).and(Outcome::unknown(report.has_unknown()));
    match cx.stop.signal() {
        // A signal that came after the last line interrupted nothing.
        Some(signal) if report.ending == Ending::Signal => ended.and(Outcome::Interrupted(signal)),
        _ => ended,
    }
}
