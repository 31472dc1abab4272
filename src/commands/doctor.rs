//! `eventctl doctor`

use eventctl_core::doctor::{Facts, State, diagnose};
use eventctl_core::name::TopicName;
use eventctl_core::settings::RegistryUrl;

use crate::commands::Context;
use crate::failure::Failure;
use crate::files;
use crate::flow;
use crate::outcome::Outcome;
use crate::registry::Scope;
use crate::render::doctor::Diagnosis;

/// Say what is wrong with this environment: brokers, defaults, topics, registry, catalog, each with a next step
///
/// Example: eventctl --context prod doctor
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Looks at everything and ends with 1 if something is wrong, with 3 if something is unknown.
///
/// # Errors
/// Settings that cannot be used (2).
pub async fn run(_: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let mut facts = Facts::default();
    let settings = cx.settings()?;
    facts.expected_cluster =
        settings.cluster_id.as_ref().map(|id| (id.value.to_string(), id.origin.to_string()));
    let declared = catalog(cx, &mut facts)?;
    if settings.brokers.is_some() {
        let cluster = cx.cluster()?;
        let answers = cx.stop.or(async { Ok(flow::diagnose::cluster(&cluster, &declared).await) }).await?;
        // Where no broker answers, that is one finding, not one for each address.
        if answers.cluster.is_ok() {
            facts.unreachable = cx.stop.or(flow::diagnose::unreachable(&cx.connect_options()?)).await?;
        }
        facts.cluster = Some(answers.cluster);
        (facts.missing, facts.unseen) = (answers.missing, answers.unseen);
        facts.brokers = answers.brokers;
        facts.topics = answers.topics;
    }
    if let Some(registry) = cx.registry()? {
        let answer = cx.stop.or(async { Ok(registry.subjects(Scope::Live).await) }).await?;
        let urls: Vec<&str> = registry.urls().iter().map(RegistryUrl::as_str).collect();
        let answer = answer.map(|subjects| subjects.len()).map_err(|error| error.to_string());
        facts.registry = Some((urls.join(", "), answer));
    }
    let checks = diagnose(&facts);
    let any = |state: State| checks.iter().any(|check| check.state == state);
    let outcome = Outcome::unknown(any(State::Unknown)).and(Outcome::findings(any(State::Finding)));
    cx.answer(&Diagnosis(checks), outcome)
}

/// The catalog and its schema folder, where there is a catalog; returns the topics that it declares.
fn catalog(cx: &Context, facts: &mut Facts) -> Result<Vec<TopicName>, Failure> {
    let (path, named) = cx.catalog_path()?;
    if !named && !files::exists(&path) {
        return Ok(Vec::new());
    }
    let name = cx.shown(&path);
    let read = match cx.read_catalog(&path) {
        Ok(read) => read,
        Err(failure) => {
            facts.catalog = Some((name, Err(failure.story())));
            return Ok(Vec::new());
        }
    };
    let declared: Vec<TopicName> = match &read.catalog {
        Some(catalog) => cx.environment(catalog)?.declared().into_iter().map(|topic| topic.name).collect(),
        None => Vec::new(),
    };
    let answer = if read.catalog.is_some() { Ok(declared.len()) } else { Err("it has errors".to_owned()) };
    facts.catalog = Some((name, answer));
    if read.schemas != files::SchemaFolder::default() {
        let stray = read.schemas.stray.first().map(|stray| format!("{stray} is not a schema file"));
        facts.schemas = Some((read.schema_folder, stray.map_or(Ok(read.schemas.subjects.len()), Err)));
    }
    Ok(declared)
}
