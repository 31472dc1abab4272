//! What holds for the topic: the catalog's word, or the flags where the catalog lacks it.

use eventctl_core::catalog::{
    Catalog, Encoding, Environment, Event, KeyEncoding, Partitioner, TENANT_PATTERN, Topic,
};
use eventctl_core::name::TopicName;
use eventctl_core::partitioner::Placement;

use super::{Args, WithoutCatalog};
use crate::commands::{Context, SchemaDesk};
use crate::failure::Failure;

/// What holds for the topic.
pub(super) struct Rules {
    pub(super) encoding: Encoding,
    pub(super) events: Vec<Event>,
    /// Which of them all lines are, where that was said.
    pub(super) chosen: Option<usize>,
    /// The field of the key and its encoding.
    pub(super) key: Option<(String, KeyEncoding)>,
    pub(super) timestamp: Option<String>,
    pub(super) partitioner: Partitioner,
    pub(super) placement: Placement,
}

/// The catalog and its environment, where there is a catalog.
pub(super) fn environment<'a>(
    cx: &Context,
    desk: &'a SchemaDesk,
) -> Result<Option<(&'a Catalog, &'a Environment)>, Failure> {
    let catalog = desk.catalog.as_ref().and_then(|read| read.catalog.as_ref());
    catalog.map(|catalog| Ok((catalog, cx.environment(catalog)?))).transpose()
}

/// What holds for the topic; none for records of a topic of which nothing is said.
pub(super) fn of(args: &Args, cx: &Context, desk: &SchemaDesk) -> Result<Option<Rules>, Failure> {
    let environment = environment(cx, desk)?;
    match environment.and_then(|(_, environment)| environment.topic(args.topic.as_str())) {
        // Records need no encoding: they have their bytes.
        Some(topic) if args.records && topic.encoding.is_none() => Ok(None),
        Some(topic) => of_catalog(args, topic).map(Some),
        None if args.records => Ok(None),
        None => of_flags(args).map(Some),
    }
}

pub(super) fn nothing_said(topic: &TopicName) -> Failure {
    Failure::usage(format!("no catalog says how {topic} is written")).hint(
        "say it with --encoding json, string or raw, and --key-field for a key; or add it to the catalog",
    )
}

/// How keys find their partitions where no catalog says so.
pub(super) fn placement(args: &Args) -> Result<Placement, Failure> {
    let partitioner = args.without_catalog.partitioner.unwrap_or(Partitioner::Murmur2);
    Placement::new(partitioner, TENANT_PATTERN).map_err(|error| Failure::input(error.to_string()))
}

fn of_catalog(args: &Args, topic: &Topic) -> Result<Rules, Failure> {
    let WithoutCatalog { encoding, key_field, key_encoding, partitioner } = &args.without_catalog;
    let said = encoding.is_some() || key_field.is_some() || key_encoding.is_some() || partitioner.is_some();
    if said {
        return Err(Failure::usage(format!("the catalog says how {} is written", topic.name)).hint(
            "leave out --encoding, --key-field, --key-encoding and --partitioner, or change the catalog",
        ));
    }
    let encoding = topic.encoding.ok_or_else(|| {
        Failure::input(format!("the catalog does not say how the values of {} are written", topic.name))
            .hint("add `encoding` to the topic")
    })?;
    let validated = !matches!(encoding, Encoding::Text | Encoding::Raw);
    let needs_events = matches!(encoding, Encoding::Avro | Encoding::Envelope);
    if needs_events && topic.events.is_empty() {
        return Err(Failure::input(format!("the catalog names no events of {}", topic.name))
            .hint("add `events` to the topic"));
    }
    let events = if validated { topic.events.clone() } else { Vec::new() };
    let chosen = args.event.as_deref().map(|name| chosen(&events, name, topic)).transpose()?;
    if args.schema_version.is_some() && chosen.is_none() && events.len() != 1 {
        return Err(Failure::usage("--schema-version is a file of one event's subject: which event?")
            .hint("add --event"));
    }
    Ok(Rules {
        encoding,
        events,
        chosen,
        key: topic.key.as_ref().map(|key| (key.field.clone(), key.encoding)),
        timestamp: topic.timestamp.clone().filter(|_| validated),
        partitioner: topic.partitioner,
        placement: Placement::of(topic).map_err(|error| Failure::input(error.to_string()))?,
    })
}

fn chosen(events: &[Event], name: &str, topic: &Topic) -> Result<usize, Failure> {
    let found = events.iter().position(|event| event.name == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
        let failure = Failure::usage(format!("{} has no event {name}", topic.name));
        match eventctl_core::yaml::near_miss(name, known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None if known.is_empty() => failure.hint("its lines are not validated: leave out --event"),
            None => failure.hint(format!("its events are {}", known.join(", "))),
        }
    })
}

fn of_flags(args: &Args) -> Result<Rules, Failure> {
    let topic = &args.topic;
    let flags = &args.without_catalog;
    let encoding = flags.encoding.ok_or_else(|| {
        Failure::usage(format!("no catalog says how {topic} is written")).hint(
            "say it with --encoding json, string or raw, and --key-field for a key; or add it to the catalog",
        )
    })?;
    if args.event.is_some() || args.schema_version.is_some() {
        return Err(Failure::usage(format!("the catalog knows no events of {topic}"))
            .hint("leave out --event and --schema-version"));
    }
    let key_encoding = flags.key_encoding.unwrap_or(KeyEncoding::Text);
    let partitioner = flags.partitioner.unwrap_or(Partitioner::Murmur2);
    Ok(Rules {
        encoding,
        events: Vec::new(),
        chosen: None,
        key: flags.key_field.clone().map(|field| (field, key_encoding)),
        timestamp: None,
        partitioner,
        placement: placement(args)?,
    })
}
