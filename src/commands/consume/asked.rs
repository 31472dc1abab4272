//! What was asked for: positions, filters, keys, and how it is written.

use std::collections::BTreeSet;

use eventctl_core::catalog::{Environment, KeyEncoding};
use eventctl_core::codec::Style;
use eventctl_core::consume::{DataForm, Form, Separators};
use eventctl_core::filter::Filter;
use eventctl_core::human;
use eventctl_core::name::TopicName;
use eventctl_core::partitioner::{Placement, partition};
use eventctl_core::position::{Bounds, Position};
use eventctl_core::yaml::near_miss;

use super::{Args, IsolationName};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::Stream;
use crate::flow::consume::Wanted;
use crate::flow::range::{self, RangeRequest, Ranges};
use crate::kafka::cluster::Cluster;
use crate::kafka::offsets::Isolation;
use crate::render::records::Line;
use crate::ui::Format;

pub(super) fn bounds(args: &Args, cx: &Context) -> Result<Bounds, Failure> {
    let default = if args.follow { Position::End } else { Position::Start };
    let bounds = cx.bounds(args.from.as_deref(), args.until.as_deref(), default)?;
    Ok(if args.follow { Bounds { until: None, ..bounds } } else { bounds })
}

/// What is wanted, but for the key: it may need the registry.
pub(super) fn wanted(args: &Args, bounds: &Bounds, cx: &Context) -> Result<Wanted, Failure> {
    let filter = args.filter.as_deref().map(Filter::compile).transpose();
    if cx.ui.style().format != Format::Raw
        && (args.record_separator.is_some() || args.key_separator.is_some())
    {
        return Err(Failure::usage("separators stand in -o raw only"));
    }
    Ok(Wanted {
        key: None,
        since: bounds.from.time(),
        before: bounds.until.as_ref().and_then(Position::time),
        events: args.event.iter().cloned().collect(),
        filter: filter.map_err(|error| Failure::usage(format!("--where: {error}")))?,
        limit: args.number,
        per_partition: args.per_partition,
        fail_fast: args.fail_fast,
    })
}

/// Refuses an event that no topic has, where the catalog knows the events of all of them.
pub(super) fn check_events(
    args: &Args,
    topics: &[TopicName],
    environment: Option<&Environment>,
) -> Result<(), Failure> {
    let declared = topics.iter().map(|name| environment?.topic(name.as_str()));
    let Some(declared) = declared.collect::<Option<Vec<_>>>() else { return Ok(()) };
    if declared.iter().any(|topic| topic.events.is_empty()) {
        return Ok(());
    }
    let known = || declared.iter().flat_map(|topic| topic.events.iter().map(|event| event.name.as_str()));
    for asked in &args.event {
        if known().any(|name| name == asked) {
            continue;
        }
        let failure =
            Failure::usage(format!("--event {asked}: the catalog has no such event in these topics"));
        return Err(match near_miss(asked, known()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("they have {}", human::list(&known().collect::<Vec<_>>(), 10))),
        });
    }
    Ok(())
}

/// The bytes of the key that was typed, as the first topic that has a rule for keys writes it.
pub(super) async fn key(
    args: &Args,
    topics: &[TopicName],
    environment: Option<&Environment>,
    cx: &Context,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some(typed) = &args.key else { return Ok(None) };
    let rule = topics.iter().find_map(|name| {
        let topic = environment.and_then(|environment| environment.topic(name.as_str()));
        let declared = || topic?.key.as_ref().map(|key| key.encoding);
        Some((name, args.key_encoding.or_else(declared)?))
    });
    let Some((topic, encoding)) = rule.filter(|(_, encoding)| *encoding != KeyEncoding::Text) else {
        return Ok(Some(typed.as_bytes().to_vec()));
    };
    let refused = |error: eventctl_core::key::KeyError| Failure::usage(format!("--key: {error}"));
    let mut bytes = Vec::new();
    cx.key_encoder(topic, encoding).await?.encode_text(typed, &mut bytes).map_err(refused)?;
    Ok(Some(bytes))
}

pub(super) async fn resolve(
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

pub(super) fn style(cx: &Context) -> Style {
    if cx.ui.style().format == Format::AvroJson { Style::TAGGED } else { Style::PLAIN }
}

pub(super) fn form(args: &Args, cx: &Context) -> Box<dyn Form> {
    let separators = || Separators {
        key: args.key_separator.clone().map(|it| it.0),
        record: args.record_separator.clone().map_or_else(|| b"\n".to_vec(), |it| it.0),
    };
    match cx.ui.style().format {
        Format::Text => Box::new(Line { colour: args.out.is_none() && cx.ui.colours_stdout() }),
        Format::Json | Format::AvroJson => Box::new(DataForm::Json),
        Format::Value => Box::new(DataForm::Value),
        Format::KeyValue => Box::new(DataForm::KeyValue),
        Format::Raw => Box::new(DataForm::Raw(separators())),
    }
}

pub(super) fn output(args: &Args, cx: &Context) -> Result<Stream, Failure> {
    let Some(path) = &args.out else { return Stream::stdout() };
    let path = cx.around.directory().join(path);
    // What a group has committed is read by nobody again: a file that may hold it is left alone.
    if args.group.is_some() { Stream::new_file(&path) } else { Stream::file(&path) }
}

/// Leaves out the partitions in which a key cannot be, where the catalog knows that; and says what was done.
pub(super) fn choose_partitions(
    args: &Args,
    wanted: &Wanted,
    environment: Option<&Environment>,
    ranges: &mut Ranges,
) -> Result<Option<String>, Failure> {
    let Some(key) = &wanted.key else { return Ok(None) };
    let mut notes = Vec::new();
    for range in &mut ranges.topics {
        let topic = environment.and_then(|environment| environment.topic(range.name.as_str()));
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
