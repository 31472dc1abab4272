//! How the commands of the family come to the registry, and to what it holds of their subjects.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::catalog::{Catalog, Compatibility, Environment};
use eventctl_core::human;
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::Lock;
use eventctl_core::schemas::register::{HeldVersion, Online, PlanInput, Wanted, opinion, plan, questions};
use eventctl_core::settings::RegistryUrl;

use crate::commands::{Context, SchemaDesk};
use crate::failure::Failure;
use crate::flow::registrar::survey::Survey;
use crate::flow::registrar::{judge, survey};
use crate::registry::Registry;
use crate::render::schemas::Asked;

/// The registry's URLs as they are shown.
pub(super) fn url(registry: &Registry) -> String {
    let urls: Vec<&str> = registry.urls().iter().map(RegistryUrl::as_str).collect();
    urls.join(", ")
}

/// The registry, unless it is not to be asked or none is configured.
pub(super) fn registry(cx: &Context, offline: bool) -> Result<(Asked, Option<Registry>), Failure> {
    if offline {
        return Ok((Asked::Offline, None));
    }
    Ok(match cx.registry()? {
        None => (Asked::NotConfigured, None),
        Some(registry) => (Asked::Yes { url: url(&registry) }, Some(registry)),
    })
}

/// The registry, for a command that cannot do without.
pub(super) fn needed_registry(cx: &Context) -> Result<Registry, Failure> {
    cx.registry()?.ok_or_else(|| {
        Failure::input("no registry is named")
            .hint("pass --registry URL, set EVENTCTL_REGISTRY, or add `registry` to the context")
    })
}

/// The catalog and the environment of it that the context chooses, where there is a catalog.
pub(super) fn environment<'a>(
    cx: &Context,
    desk: &'a SchemaDesk,
) -> Result<Option<(&'a Catalog, &'a Environment)>, Failure> {
    let catalog = desk.catalog.as_ref().and_then(|read| read.catalog.as_ref());
    catalog.map(|catalog| Ok((catalog, cx.environment(catalog)?))).transpose()
}

/// The levels that the catalog declares in the environment that the context chooses.
pub(super) fn declared(cx: &Context, desk: &SchemaDesk) -> Result<BTreeMap<String, Compatibility>, Failure> {
    let Some((_, environment)) = environment(cx, desk)? else { return Ok(BTreeMap::new()) };
    environment.declared_levels().map_err(|conflict| {
        Failure::input(conflict.to_string()).hint("a subject has one level: give both events the same")
    })
}

/// The files of the subjects that were named, or of all; errors of files are laid out.
pub(super) fn wanted(
    cx: &Context,
    desk: &SchemaDesk,
    only: Option<&BTreeSet<SubjectName>>,
) -> Result<Wanted, Failure> {
    let Some(lock) = desk.lock() else {
        cx.lay_out(desk.files.lock.as_ref().err().map(std::slice::from_ref).unwrap_or_default());
        return Err(Failure::rendered(String::new()));
    };
    let (wanted, wrong) = Wanted::of(desk.library(), lock, chosen(desk, only));
    if wrong.is_empty() {
        return Ok(wanted);
    }
    cx.lay_out(&wrong);
    Err(Failure::rendered(String::new()).hint("nothing was tried: correct these files first"))
}

/// The subjects that were named, or all that have files.
pub(super) fn chosen(desk: &SchemaDesk, only: Option<&BTreeSet<SubjectName>>) -> BTreeSet<SubjectName> {
    only.cloned().unwrap_or_else(|| desk.library().subjects().map(|subject| subject.name.clone()).collect())
}

/// What the registry makes of files that have no errors, or why it could not be asked.
pub(super) async fn online(
    cx: &Context,
    desk: &SchemaDesk,
    only: Option<&BTreeSet<SubjectName>>,
    (registry, tried): (&Registry, Option<Compatibility>),
) -> Result<Result<Online, String>, Failure> {
    let declared = declared(cx, desk)?;
    let lock = desk.lock().cloned().unwrap_or_else(Lock::default);
    let (wanted, _) = Wanted::of(desk.library(), &lock, chosen(desk, only));
    let read = async { Ok(survey::of_files(registry, &wanted, BTreeSet::new(), false).await) };
    let Survey { held, matches } = match cx.stop.or(read).await? {
        Ok(survey) => survey,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let input = PlanInput {
        registry: &url(registry),
        normalize: false,
        wanted: &wanted,
        held: &held,
        matches: &matches,
        declared: &declared,
        judged_by: tried,
    };
    let plan = plan(&input);
    let (questions, mut opinions) = questions(&input, &plan);
    let answers = cx.stop.or(async { Ok(judge::ask(registry, questions).await) }).await?;
    opinions.extend(answers.into_iter().map(|(question, verdict)| opinion(&input, &question, verdict)));
    opinions.sort_by(|a, b| (&a.subject, a.file).cmp(&(&b.subject, b.file)));
    Ok(Ok(Online { plan, opinions }))
}

/// A version of the registry's, the newest in use where none is named, and what was read of its subject.
pub(super) async fn held_version(
    subject: &SubjectName,
    number: Option<u32>,
    desk: &SchemaDesk,
    (registry, cx): (&Registry, &Context),
) -> Result<(Survey, HeldVersion), Failure> {
    let names = BTreeSet::from([subject.to_string()]);
    let survey = survey(desk, names, (registry, cx)).await?.map_err(Failure::cluster)?;
    let Some(held) = survey.held.subject(subject.as_str()) else { return Err(absent(subject, number, &[])) };
    if let Err(fault) = &held.versions {
        return Err(Failure::cluster(fault.message.clone()));
    }
    let version = match number {
        Some(number) => held.version(number),
        None => held.known().last(),
    };
    let Some(version) = version else {
        let absent = absent(subject, number, held.known());
        return Err(match number.filter(|number| held.withheld.contains(number)) {
            Some(number) => {
                absent.hint(format!("its version {number} was deleted; schemas stay readable by id: --id N"))
            }
            None => absent,
        });
    };
    let version = version.clone();
    Ok((survey, version))
}

fn absent(subject: &SubjectName, number: Option<u32>, known: &[HeldVersion]) -> Failure {
    let numbers: Vec<u32> = known.iter().map(|held| held.version).collect();
    let failure = match number {
        Some(number) if !known.is_empty() => {
            Failure::input(format!("the registry has no version {number} of `{subject}`"))
        }
        Some(_) => Failure::input(format!("the registry has no subject `{subject}`")),
        None => {
            Failure::input(format!("there is no subject `{subject}`, neither in files nor in the registry"))
        }
    };
    match numbers.as_slice() {
        [] => {
            failure.hint("see which there are: eventctl schema list; a file is named with @v and its number")
        }
        numbers => failure.hint(format!("it has {}", human::list(numbers, 20))),
    }
}

/// What the registry holds of some subjects, and which files are what.
pub(super) async fn survey(
    desk: &SchemaDesk,
    names: BTreeSet<String>,
    (registry, cx): (&Registry, &Context),
) -> Result<Result<Survey, String>, Failure> {
    let lock = desk.lock().cloned().unwrap_or_default();
    let chosen = names.iter().filter_map(|name| name.parse::<SubjectName>().ok());
    let (wanted, _) = Wanted::of(desk.library(), &lock, chosen);
    let read = async { Ok(survey::of_files(registry, &wanted, names.clone(), false).await) };
    Ok(cx.stop.or(read).await?.map_err(|error| error.to_string()))
}
