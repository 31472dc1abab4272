//! The schemas that lines are validated against, with what the registry calls them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventctl_core::catalog::{Encoding, Event, KeyEncoding};
use eventctl_core::codec::{Bytes, Encoder, Form};
use eventctl_core::key::KeyEncoder;
use eventctl_core::name::SubjectName;
use eventctl_core::produce::{
    EventInput, FileVersion, KeyInput, Recipe, RecipeInput, Unusable, VersionInput, VersionWish, choose,
};
use eventctl_core::schemas::Lock;
use eventctl_core::schemas::register::Wanted;

use super::Args;
use super::rules::{self, Rules};
use crate::commands::{Context, SchemaDesk};
use crate::failure::Failure;
use crate::flow::key_schema;
use crate::flow::registrar::survey::{self, Survey};
use crate::gate;
use crate::registry::Registry;

/// Makes the recipe of the topic.
pub(super) async fn recipe(
    args: &Args,
    cx: &Context,
    desk: &SchemaDesk,
    (rules, partitions): (&Rules, i32),
) -> Result<Recipe, Failure> {
    let key_in_avro = matches!(rules.key, Some((_, KeyEncoding::Avro)));
    let registry = if rules.events.is_empty() && !key_in_avro { None } else { cx.registry()? };
    if let Some(registry) = &registry {
        // An id of another registry means another schema, or none.
        let environment = rules::environment(cx, desk)?;
        gate::expect_registry(&cx.expected_registries(registry.urls(), environment)?, registry.urls())?;
    } else if rules.encoding == Encoding::Avro || key_in_avro {
        return Err(Failure::input("avro needs the ids of a schema registry, and none is named")
            .hint("pass --registry URL, set EVENTCTL_REGISTRY, or add `registry` to the context"));
    }
    let events = events(args, cx, desk, (rules, registry.as_ref())).await?;
    let usable = |event: &&EventInput| event.version.is_ok();
    if !events.is_empty() && !events.iter().any(|event| usable(&event)) {
        let why = events.iter().find_map(|event| event.version.as_ref().err());
        let why = why.map_or_else(String::new, ToString::to_string);
        return Err(Failure::input(format!("nothing can be written to {}: {why}", args.topic))
            .hint("register its schemas first: eventctl schema register"));
    }
    let key = match &rules.key {
        None => None,
        Some((field, encoding)) => {
            let schema = match &registry {
                Some(registry) if key_in_avro => Some(key_schema::of_topic(registry, &args.topic).await?),
                _ => None,
            };
            let encoder = KeyEncoder::new(*encoding, schema);
            let encoder = encoder.map_err(|error| Failure::input(error.to_string()))?;
            Some(KeyInput { field: field.clone(), encoder })
        }
    };
    let input = RecipeInput {
        encoding: rules.encoding,
        events,
        chosen: rules.chosen,
        key,
        timestamp: rules.timestamp.clone(),
        placement: rules.placement.clone(),
        partitions,
    };
    Recipe::new(input).map_err(|errors| {
        let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::input(words.join("; "))
    })
}

/// The events with the version that each is written by.
async fn events(
    args: &Args,
    cx: &Context,
    desk: &SchemaDesk,
    (rules, registry): (&Rules, Option<&Registry>),
) -> Result<Vec<EventInput>, Failure> {
    if rules.events.is_empty() {
        return Ok(Vec::new());
    }
    let subjects: BTreeSet<SubjectName> = rules.events.iter().map(|event| event.subject.clone()).collect();
    let lock = desk.lock().cloned().unwrap_or_else(Lock::default);
    let (wanted, wrong) = Wanted::of(desk.library(), &lock, subjects);
    if !wrong.is_empty() {
        cx.lay_out(&wrong);
        return Err(Failure::rendered(String::new()).hint("nothing was sent: correct these files first"));
    }
    let survey = match registry {
        None => {
            cx.ui.note("no registry is named: events are validated against the newest schema files");
            None
        }
        Some(registry) => Some(survey::of_files(registry, &wanted, BTreeSet::new(), false).await?),
    };
    let mut events = Vec::new();
    for event in &rules.events {
        let event = one(event, (&wanted, survey.as_ref()), args.schema_version);
        if let Err(why) = &event.0.version {
            cx.ui.warn(format_args!("{} cannot be written: {why}", event.0.name));
        }
        if !event.1.is_empty() {
            let newer: Vec<String> = event.1.iter().map(|file| format!("v{file}")).collect();
            let newer = newer.join(", ");
            cx.ui.warn(format_args!("{newer} of {} is newer and not registered: not used", event.0.subject));
        }
        events.push(event.0);
    }
    Ok(events)
}

/// An event, and the newer files of its subject that are not registered.
fn one(
    event: &Event,
    (wanted, survey): (&Wanted, Option<&Survey>),
    file: Option<u32>,
) -> (EventInput, Vec<u32>) {
    let subject = event.subject.as_str();
    let versions = wanted.subjects.get(subject).map(Vec::as_slice).unwrap_or_default();
    let registered = |number| survey.and_then(|survey| survey.matches.registered(subject, number));
    let files: Vec<FileVersion> = versions
        .iter()
        .map(|version| FileVersion { file: version.number, registered: registered(version.number) })
        .collect();
    let unread = survey.and_then(|survey| survey.held.subject(subject)?.versions.as_ref().err());
    let chosen = match unread {
        Some(fault) => Err(Unusable::Unread { subject: subject.to_owned(), reason: fault.to_string() }),
        None => choose(subject, &files, VersionWish { file, registered: survey.is_some() }),
    };
    let known: BTreeMap<u32, Arc<Encoder>> = versions
        .iter()
        .map(|version| (version.number, Arc::new(Encoder::new(&version.schema, Form::Plain, Bytes::Base64))))
        .collect();
    let newer = chosen.as_ref().map(|chosen| chosen.newer.clone()).unwrap_or_default();
    let version = chosen.and_then(|chosen| {
        let file = chosen.version.file;
        let lost = || Unusable::NoFile { subject: subject.to_owned() };
        let version = wanted.version(subject, file).ok_or_else(lost)?;
        let encoder = known.get(&file).cloned().ok_or_else(lost)?;
        let id = chosen.version.registered.map(|found| found.id);
        Ok(VersionInput { file, id, schema: version.schema.clone(), encoder })
    });
    let (name, mark) = (event.name.clone(), event.type_.clone());
    (EventInput { name, mark, subject: subject.to_owned(), version, known }, newer)
}
