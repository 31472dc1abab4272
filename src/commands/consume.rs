//! `eventctl consume`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use eventctl_core::catalog::{Catalog, Encoding, Environment};
use eventctl_core::codec::Style;
use eventctl_core::consume::{DataForm, Form, Separators, Summary};
use eventctl_core::filter::Filter;
use eventctl_core::key::KeyEncoder;
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::partitioner::{Placement, partition};
use eventctl_core::position::{Bounds, Position};
use eventctl_core::scan::{PartitionEnd, ScanEnd};

use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::files::Stream;
use crate::flow::consume::member::{self, Consumed, Join};
use crate::flow::consume::{self, Consume, Parts, Wanted};
use crate::flow::merged::{InTime, Last};
use crate::flow::range::{self, RangeRequest, Ranges};
use crate::flow::scan::{self, Scanned};
use crate::flow::sink::Sink;
use crate::gate::{self, Live};
use crate::kafka::cluster::Cluster;
use crate::kafka::member::{Beginning, GroupProtocol};
use crate::kafka::offsets::Isolation;
use crate::outcome::Outcome;
use crate::render::records::{self, Ended, Line};
use crate::ui::Format;

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
    #[arg(required = true, value_name = "TOPIC", add = super::completions::topic_names())]
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
    #[arg(short = 'n', long, value_name = "N")]
    number: Option<u64>,
    /// Show no more than so many records of each partition
    #[arg(long, value_name = "N")]
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
    #[arg(long, value_name = "NAME", requires = "group", add = super::completions::context_names())]
    confirm_context: Option<String>,
    /// Show records with this key only
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
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
    /// Write to this file instead of stdout
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// With -o raw: what stands behind each record [default: a line end]
    #[arg(long, value_name = "TEXT")]
    record_separator: Option<String>,
    /// With -o raw: write keys too, with this behind each
    #[arg(long, value_name = "TEXT")]
    key_separator: Option<String>,
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

fn encoding(word: &str) -> Result<Encoding, String> {
    Encoding::of(word).ok_or_else(|| "it is one of avro, json, envelope, string, raw".to_owned())
}

pub(crate) async fn run(args: Box<Args>, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let meant = catalog.as_ref().zip(environment);
    let bounds = bounds(&args, cx.now().as_millisecond())?;
    let wanted = wanted(&args, meant, &bounds)?;
    let cluster = cx.cluster()?;
    let (topics, mut ranges) = cx.stop.or(resolve(&args, &bounds, &cluster, cx)).await?;
    let key_note = choose_partitions(&args, &wanted, meant, &mut ranges)?;
    let parts = Parts {
        wanted,
        topics: cx.topic_readings(meant, &topics, args.encoding)?,
        schemas: cx.known_schemas(ranges.cluster.as_ref(), style(cx))?,
        form: form(&args, cx),
        sink: Sink::new(output(&args)?, args.follow),
    };
    let consume = Consume::new(parts);
    if let Some(group) = &args.group {
        let consumed = as_member(&args, group, (meant, &ranges), consume, cx).await;
        return told_of_member(&args, consumed, (&ranges, &bounds), cx);
    }
    let read = match args.tail {
        Some(most) => last(most, &mut ranges, consume, cx).await,
        None => read(&args, &ranges, consume, cx).await,
    };
    report(&args, read, &ranges, (&bounds, key_note), cx)
}

fn bounds(args: &Args, now: i64) -> Result<Bounds, Failure> {
    let parse = |text: &str| Position::parse(text, now).map_err(|error| Failure::usage(error.to_string()));
    let default = if args.follow { Position::End } else { Position::Start };
    Ok(Bounds {
        from: args.from.as_deref().map_or(Ok(default), parse)?,
        until: match (&args.until, args.follow) {
            (Some(until), _) => Some(parse(until)?),
            (None, true) => None,
            (None, false) => Some(Position::End),
        },
    })
}

fn wanted(
    args: &Args,
    catalog: Option<(&Catalog, &Environment)>,
    bounds: &Bounds,
) -> Result<Wanted, Failure> {
    let filter = args.filter.as_deref().map(Filter::compile).transpose();
    Ok(Wanted {
        key: args.key.as_deref().map(|key| encoded(key, &args.topics, catalog)).transpose()?,
        since: bounds.from.time(),
        before: bounds.until.as_ref().and_then(Position::time),
        events: args.event.iter().cloned().collect(),
        filter: filter.map_err(|error| Failure::usage(format!("--where: {error}")))?,
        limit: args.number,
        per_partition: args.per_partition,
        fail_fast: args.fail_fast,
    })
}

/// The bytes of a key that was typed, as the first topic that has a rule for keys writes it.
fn encoded(
    key: &str,
    topics: &[String],
    catalog: Option<(&Catalog, &Environment)>,
) -> Result<Vec<u8>, Failure> {
    let rule = topics.iter().find_map(|topic| catalog?.1.topic(topic)?.key.as_ref());
    let mut bytes = Vec::new();
    let Some(rule) = rule else { return Ok(key.as_bytes().to_vec()) };
    let refused = |error: eventctl_core::key::KeyError| Failure::usage(format!("--key: {error}"));
    KeyEncoder::new(rule.encoding, None).map_err(refused)?.encode_text(key, &mut bytes).map_err(refused)?;
    Ok(bytes)
}

async fn resolve(
    args: &Args,
    bounds: &Bounds,
    cluster: &Cluster,
    cx: &Context,
) -> Result<(Vec<TopicName>, Ranges), Failure> {
    let topics = cx.topics_meant(cluster, &args.topics).await?;
    let partitions: BTreeSet<i32> = args.partitions.iter().copied().collect();
    let request = RangeRequest {
        topics: &topics,
        partitions: (!partitions.is_empty()).then_some(&partitions),
        bounds,
        isolation: match args.isolation {
            None | Some(IsolationName::Committed) => Isolation::Committed,
            Some(IsolationName::Uncommitted) => Isolation::Uncommitted,
        },
    };
    let ranges = range::resolve(cluster, &request).await?;
    Ok((topics, ranges))
}

fn style(cx: &Context) -> Style {
    if cx.ui.style().format == Format::AvroJson { Style::TAGGED } else { Style::PLAIN }
}

fn form(args: &Args, cx: &Context) -> Box<dyn Form> {
    let separators = || Separators {
        key: args.key_separator.as_ref().map(|text| text.clone().into_bytes()),
        record: args.record_separator.as_deref().unwrap_or("\n").as_bytes().to_vec(),
    };
    match cx.ui.style().format {
        Format::Text => Box::new(Line { colour: args.out.is_none() && cx.ui.colours_stdout() }),
        Format::Json | Format::AvroJson => Box::new(DataForm::Json),
        Format::Value => Box::new(DataForm::Value),
        Format::KeyValue => Box::new(DataForm::KeyValue),
        Format::Raw => Box::new(DataForm::Raw(separators())),
    }
}

fn output(args: &Args) -> Result<Stream, Failure> {
    args.out.as_deref().map_or_else(Stream::stdout, Stream::file)
}

/// Leaves out the partitions in which a key cannot be, where the catalog knows that; and says what was done.
fn choose_partitions(
    args: &Args,
    wanted: &Wanted,
    catalog: Option<(&Catalog, &Environment)>,
    ranges: &mut Ranges,
) -> Result<Option<String>, Failure> {
    let Some(key) = &wanted.key else { return Ok(None) };
    let mut notes = Vec::new();
    for range in &mut ranges.topics {
        let topic = catalog.and_then(|(_, environment)| environment.topic(range.name.as_str()));
        let rule = topic.and_then(|topic| topic.key.as_ref()).filter(|rule| rule.stable);
        let (Some(topic), Some(rule), true) = (topic, rule, args.partitions.is_empty()) else {
            notes.push(format!("{}: the key was looked for in every partition that was read", range.name));
            continue;
        };
        let refused = |error: String| Failure::input(format!("topic {}: {error}", range.name));
        let placement = Placement::new(topic.partitioner, &rule.tenant_pattern);
        let placement = placement.map_err(|error| refused(error.to_string()))?;
        let count = i32::try_from(range.partitions).unwrap_or(i32::MAX);
        let place = partition(&placement, Some(key), count).map_err(|error| refused(error.to_string()))?;
        if let Some(place) = place {
            range.frozen.spans.retain(|partition, _| *partition == place);
            notes.push(format!(
                "{}: only partition {place} was read: the catalog says that keys are stable, and {} puts this one there",
                range.name, topic.partitioner
            ));
        }
    }
    Ok(Some(notes.join("; ")))
}

/// Shows the last records of all. Where offsets hold no records, more of them are read.
async fn last(
    most: usize,
    ranges: &mut Ranges,
    consume: Consume,
    cx: &Context,
) -> Result<(Scanned, Summary), Failure> {
    let whole = ranges.clone();
    let mut window = i64::try_from(most).unwrap_or(i64::MAX).max(1);
    let means = cx.scan_means()?;
    loop {
        let cut = range::last_offsets(&whole, window);
        let (scanned, merged) = scan::scan(&cut, &means, InTime::new(&cut, Last::new(most))).await?;
        let records = merged.into_inner().records();
        let is_whole = cut.topics.iter().zip(&whole.topics).all(|(cut, whole)| cut.frozen == whole.frozen);
        if records.len() >= most || is_whole || scanned.end != ScanEnd::Ends {
            *ranges = cut;
            let summary = consume::show_all(records, consume).await?;
            return Ok((scanned, summary));
        }
        window = window.saturating_mul(8);
    }
}

async fn as_member(
    args: &Args,
    group: &GroupName,
    (catalog, ranges): (Option<(&Catalog, &Environment)>, &Ranges),
    consume: Consume,
    cx: &Context,
) -> Result<Consumed, Failure> {
    let join = Join {
        group: group.clone(),
        topics: ranges.names(),
        protocol: match args.group_protocol {
            None | Some(ProtocolName::Classic) => GroupProtocol::Classic,
            Some(ProtocolName::Consumer) => GroupProtocol::Consumer,
        },
        beginning: match args.group_start {
            None | Some(StartName::Earliest) => Beginning::Earliest,
            Some(StartName::Latest) => Beginning::Latest,
        },
        isolation: ranges.isolation,
    };
    let live = ranges.cluster.as_ref();
    let policy = cx.typed_policy(args.confirm_context.as_deref(), catalog, live)?;
    let join = gate::pass(join, &policy, Live::Cluster(live), &mut cx.terminal())?;
    member::consume(join, ranges, &cx.scan_means()?, consume).await
}

fn told_of_member(
    args: &Args,
    consumed: Result<Consumed, Failure>,
    (ranges, bounds): (&Ranges, &Bounds),
    cx: &Context,
) -> Result<Outcome, Failure> {
    // What was committed is a change: a reader who has gone does not make it a success.
    let Consumed { scanned, summary, committed, uncommitted, fault } =
        consumed.map_err(Failure::of_a_change)?;
    for (topic, partition, why) in &uncommitted {
        let name = ranges.topics.get(*topic).map_or("?", |topic| topic.name.as_str());
        cx.ui.warn(format!(
            "{name} partition {partition}: shown and not committed, so it will be read again: {why}"
        ));
    }
    if let Some(fault) = &fault {
        cx.ui.warn(format!("the group's reading broke off: {fault}"));
    }
    let committed: Vec<String> = committed
        .iter()
        .map(|((topic, partition), offset)| {
            let name = ranges.topics.get(*topic).map_or("?", |topic| topic.name.as_str());
            format!("{name}/{partition}:{offset}")
        })
        .collect();
    let note = if committed.is_empty() {
        "nothing was committed".to_owned()
    } else {
        format!("committed {}", committed.join(", "))
    };
    let broken = Outcome::unknown(fault.is_some() || !uncommitted.is_empty());
    Ok(report(args, Ok((scanned, summary)), ranges, (bounds, Some(note)), cx)?.and(broken))
}

/// Reads and shows; a reader of our output who has gone ends it.
async fn read(
    args: &Args,
    ranges: &Ranges,
    consume: Consume,
    cx: &Context,
) -> Result<(Scanned, Summary), Failure> {
    let means = cx.scan_means()?;
    let offsets: Option<u64> =
        ranges.topics.iter().flat_map(|topic| topic.frozen.spans.values()).map(|span| span.offsets()).sum();
    let progress = std::sync::Arc::clone(&means.progress);
    let bar = match offsets.map(usize::try_from) {
        Some(Ok(total)) => cx
            .ui
            .progress("reading", total, move || usize::try_from(progress.offsets()).unwrap_or(usize::MAX)),
        _ => crate::ui::Bar::hidden(),
    };
    let read = match args.order {
        Some(OrderName::Time) => {
            let read = scan::scan(ranges, &means, InTime::new(ranges, consume)).await;
            read.map(|(scanned, merged)| (scanned, merged.into_inner()))
        }
        None => scan::scan(ranges, &means, consume).await,
    };
    bar.finish();
    let (scanned, consume) = read?;
    Ok((scanned, consume.finish()?))
}

fn report(
    args: &Args,
    read: Result<(Scanned, Summary), Failure>,
    ranges: &Ranges,
    (bounds, note): (&Bounds, Option<String>),
    cx: &Context,
) -> Result<Outcome, Failure> {
    let (scanned, summary) = match read {
        Ok(read) => read,
        Err(failure) if failure.kind() == Kind::BrokenPipe => return Ok(Outcome::Clean),
        Err(failure) => return Err(failure),
    };
    let names: Vec<String> = ranges.topics.iter().map(|topic| topic.name.to_string()).collect();
    let remarks: Vec<_> = ranges
        .topics
        .iter()
        .flat_map(|topic| topic.frozen.remarks.iter().map(|remark| (topic.name.to_string(), *remark)))
        .collect();
    let ended = Ended {
        topics: &names,
        from: bounds.from.to_string(),
        until: bounds.until.as_ref().map(ToString::to_string),
        isolation: if ranges.isolation == Isolation::Committed { "committed" } else { "uncommitted" },
        end: scanned.end,
        partitions: &scanned.partitions,
        unreadable: ranges.topics.iter().map(|topic| topic.unreadable.len()).sum(),
        counts: scanned.counts,
        took: scanned.took,
        summary: &summary,
        remarks: &remarks,
        resume: resume(args, &scanned),
        note,
    };
    for topic in &ranges.topics {
        for (partition, fault) in &topic.unreadable {
            cx.ui.warn(format!("{} partition {partition} cannot be read: {fault}", topic.name));
        }
    }
    cx.ui.say(|page| records::lay_out(&ended, page, true));
    if !cx.ui.style().quiet {
        cx.ui.say(|page| records::lay_out(&ended, page, false));
    }
    Ok(outcome(&scanned, &summary, ranges, cx))
}

/// Where a reading that was stopped goes on. A group knows it by itself; of a merged reading more was read than shown,
/// and with several topics one position would not do.
fn resume(args: &Args, scanned: &Scanned) -> Option<String> {
    let by_offsets = args.group.is_none() && args.order.is_none() && args.tail.is_none();
    let one_topic = scanned.partitions.iter().all(|scan| scan.topic == 0);
    if scanned.end != ScanEnd::Stopped || !by_offsets || !one_topic || scanned.partitions.is_empty() {
        return None;
    }
    let places = scanned.partitions.iter().map(|scan| format!("{}:{}", scan.partition, scan.next));
    Some(places.collect::<Vec<_>>().join(","))
}

fn outcome(scanned: &Scanned, summary: &Summary, ranges: &Ranges, cx: &Context) -> Outcome {
    let failed = scanned.partitions.iter().any(|it| matches!(it.end, PartitionEnd::Failed(_)));
    let unreadable = ranges.topics.iter().any(|topic| !topic.unreadable.is_empty());
    let gone = ranges.topics.iter().any(|topic| !topic.frozen.remarks.is_empty());
    let findings = summary.undecodable_records() > 0 || gone;
    let ended =
        Outcome::findings(findings).and(Outcome::unknown(failed || unreadable || summary.is_undecided()));
    match cx.stop.signal() {
        Some(signal) if scanned.end == ScanEnd::Stopped => ended.and(Outcome::Interrupted(signal)),
        _ => ended,
    }
}
