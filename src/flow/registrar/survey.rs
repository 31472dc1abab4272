//! Reads what a registry holds of some subjects, each asked for by name: its versions, those that were softly deleted,
//! its level, and whatever its versions refer to.
//!
//! One subject's trouble hides no other's. A registry that is away is given up on once, not once per subject.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, OnceLock};

use eventctl_core::fault::Fault;
use eventctl_core::schemas::check::VERSIONS_LIMIT;
use eventctl_core::schemas::register::{
    Answers, Content, Held, HeldLevel, HeldReference, LevelOrigin, Match, Matches, SubjectAnswers,
    VersionAnswer, Wanted, matching,
};
use tokio::task::JoinSet;

use crate::registry::{
    Found, LevelWord, Reference, Registered, Registry, RegistryError, SchemaContent, SchemaType, Scope,
    SubjectLevel, VersionName,
};

/// How many subjects are asked about at once.
const AT_ONCE: usize = 8;

/// The most versions that are read because others refer to them.
const REFERENCED_LIMIT: usize = 10_000;

/// What a registry holds, and which file is what in it.
#[derive(Debug, Clone)]
pub struct Survey {
    /// What it holds of the subjects.
    pub held: Held,
    /// Which file is which version.
    pub matches: Matches,
}

/// Reads what the registry holds of the subjects of some files, and matches the two. What we cannot match, the
/// registry is asked to look up: it may take another text for the same schema.
///
/// # Errors
/// As `subjects`.
pub async fn of_files(
    registry: &Registry,
    wanted: &Wanted,
    also: BTreeSet<String>,
    normalize: bool,
) -> Result<Survey, RegistryError> {
    let names = wanted.subjects.keys().cloned().chain(also).collect();
    let held = subjects(registry, names).await?;
    let mut matches = matching(wanted, &held);
    let mut asked: BTreeSet<(String, u32)> = BTreeSet::new();
    loop {
        let mut open = Vec::new();
        for (subject, version) in matches.open(wanted, &held) {
            if asked.insert((subject.to_owned(), version.number))
                && let Some(references) = matches.references(version)
            {
                let content = content(&version.text, &references);
                open.push((subject.to_owned(), version.number, content));
            }
        }
        if open.is_empty() {
            return Ok(Survey { held, matches });
        }
        let found = each(open, |(subject, file, content)| {
            let registry = registry.clone();
            async move {
                // A look-up that fails finds nothing: registering what is there already does no harm.
                let seen = registry.lookup(&subject, &content, normalize).await.ok()?.here()?;
                Some((subject, file, Match { version: seen.version, id: seen.id }))
            }
        });
        for (subject, file, found) in found.await.into_iter().flatten() {
            matches.found_by_lookup(&subject, file, found);
        }
    }
}

/// Reads what the registry holds of some subjects, and of those they refer to only what they refer to.
///
/// # Errors
/// Why no subject at all could be read; where some could, each keeps its own trouble.
pub async fn subjects(registry: &Registry, names: BTreeSet<String>) -> Result<Held, RegistryError> {
    let away: Arc<OnceLock<Fault>> = Arc::default();
    let asked = each(names, |name| {
        let (registry, away) = (registry.clone(), Arc::clone(&away));
        async move {
            let (answers, error) = match away.get() {
                Some(fault) => (without_answers(fault), None),
                None => subject(&registry, &name, &away).await,
            };
            (name, answers, error)
        }
    });
    let (mut answers, mut first) = (Answers::default(), None);
    for (name, its, error) in asked.await {
        answers.subjects.insert(name, its);
        first = first.or(error);
    }
    if let (Some(error), true) = (first, answers.subjects.values().all(|subject| subject.versions.is_err())) {
        return Err(error);
    }
    referenced(registry, &mut answers).await;
    Ok(Held::read(&answers))
}

/// What a schema refers to, directly and through others. What cannot be read is not in it.
pub async fn needed(registry: &Registry, content: &Content) -> BTreeMap<(String, u32), Content> {
    let root = (String::new(), 0);
    let mut answers =
        Answers { subjects: BTreeMap::new(), referenced: [(root.clone(), content.clone())].into() };
    referenced(registry, &mut answers).await;
    answers.referenced.remove(&root);
    answers.referenced
}

/// A schema as it is sent.
#[must_use]
pub fn content(text: &str, references: &[HeldReference]) -> SchemaContent {
    let reference = |HeldReference { name, subject, version }: &HeldReference| Reference {
        name: name.clone(),
        subject: subject.clone(),
        version: *version,
    };
    SchemaContent {
        text: text.to_owned(),
        schema_type: SchemaType::Avro,
        references: references.iter().map(reference).collect(),
    }
}

/// A schema as it was received.
#[must_use]
pub fn received(schema: &SchemaContent) -> Content {
    let reference = |Reference { name, subject, version }: &Reference| HeldReference {
        name: name.clone(),
        subject: subject.clone(),
        version: *version,
    };
    Content {
        text: schema.text.clone(),
        foreign: (schema.schema_type != SchemaType::Avro).then(|| schema.schema_type.as_str().to_owned()),
        references: schema.references.iter().map(reference).collect(),
    }
}

/// A level as the core knows it.
#[must_use]
pub fn level(level: &SubjectLevel) -> HeldLevel {
    let origin = match level {
        SubjectLevel::Own(_) => LevelOrigin::Subject,
        SubjectLevel::Default(_) => LevelOrigin::Default,
        SubjectLevel::NoneOrUnset { .. } => LevelOrigin::DefaultBehindNone,
    };
    let in_force = match level.in_force() {
        LevelWord::Known(level) => Ok(*level),
        LevelWord::Unknown(word) => Err(word.clone()),
    };
    HeldLevel { in_force, origin }
}

fn without_answers(fault: &Fault) -> SubjectAnswers {
    let (versions, level) = (Err(fault.clone()), Err(fault.clone()));
    SubjectAnswers { versions, unread: 0, deleted: Vec::new(), withheld: Vec::new(), level }
}

async fn subject(
    registry: &Registry,
    name: &str,
    away: &OnceLock<Fault>,
) -> (SubjectAnswers, Option<RegistryError>) {
    let (versions, unread) = match live(registry, name).await {
        Ok(versions) => versions,
        Err(error) => {
            let fault = error.fault();
            // Whoever is away for one subject is away for all.
            if fault.kind.leaves_outcome_unknown() {
                let _ = away.set(fault.clone());
            }
            return (without_answers(&fault), Some(error));
        }
    };
    let (deleted, withheld) = deleted(registry, name, &versions).await;
    let level = registry.level(name).await.map(|found| level(&found)).map_err(|error| error.fault());
    (SubjectAnswers { versions: Ok(versions), unread, deleted, withheld, level }, None)
}

/// The versions in use, none where the subject is new; and how many older ones are too many to be read.
async fn live(registry: &Registry, name: &str) -> Result<(Vec<VersionAnswer>, usize), RegistryError> {
    let numbers = registry.versions(name, Scope::Live).await?.here().unwrap_or_default();
    let mut versions = Vec::with_capacity(numbers.len().min(VERSIONS_LIMIT));
    let beyond = numbers.len().saturating_sub(VERSIONS_LIMIT);
    for number in numbers.into_iter().skip(beyond) {
        // One that is gone was deleted since the numbers were told.
        if let Found::Here(registered) = registry.version(name, VersionName::Number(number)).await? {
            versions.push(answer(&registered));
        }
    }
    Ok((versions, beyond))
}

/// The versions that were softly deleted, as far as they can be told, and the numbers of those that are not given.
async fn deleted(registry: &Registry, name: &str, live: &[VersionAnswer]) -> (Vec<VersionAnswer>, Vec<u32>) {
    let (mut deleted, mut withheld) = (Vec::new(), Vec::new());
    let Ok(numbers) = registry.versions(name, Scope::WithDeleted).await else { return (deleted, withheld) };
    let in_use: BTreeSet<u32> = live.iter().map(|version| version.version).collect();
    let numbers = numbers.here().unwrap_or_default().into_iter().filter(|number| !in_use.contains(number));
    for number in numbers.take(VERSIONS_LIMIT) {
        match registry.version_or_deleted(name, number).await {
            Ok(Found::Here(registered)) => deleted.push(answer(&registered)),
            _ => withheld.push(number),
        }
    }
    (deleted, withheld)
}

fn answer(registered: &Registered) -> VersionAnswer {
    VersionAnswer { version: registered.version, id: registered.id, content: received(&registered.schema) }
}

/// Reads what versions refer to outside of the subjects that were asked for. What cannot be read stays away, and
/// whatever refers to it says so.
async fn referenced(registry: &Registry, answers: &mut Answers) {
    let mut asked: BTreeSet<(String, u32)> = BTreeSet::new();
    loop {
        let mut ahead: BTreeSet<(String, u32)> = BTreeSet::new();
        let own = answers.subjects.values().flat_map(|subject| {
            subject.versions.as_deref().unwrap_or_default().iter().chain(&subject.deleted)
        });
        let contents = own.map(|version| &version.content).chain(answers.referenced.values());
        for reference in contents.flat_map(|content| &content.references) {
            let key = (reference.subject.clone(), reference.version);
            if !knows(answers, &key) && !asked.contains(&key) {
                ahead.insert(key);
            }
        }
        if ahead.is_empty() || asked.len() + ahead.len() > REFERENCED_LIMIT {
            return;
        }
        asked.extend(ahead.iter().cloned());
        let found = each(ahead, |(subject, version)| {
            let registry = registry.clone();
            async move {
                let found = registry.version_or_deleted(&subject, version).await.ok()?.here()?;
                Some(((subject, version), received(&found.schema)))
            }
        });
        answers.referenced.extend(found.await.into_iter().flatten());
    }
}

fn knows(answers: &Answers, (subject, version): &(String, u32)) -> bool {
    let own = answers.subjects.get(subject).is_some_and(|subject| {
        let versions = subject.versions.as_deref().unwrap_or_default().iter().chain(&subject.deleted);
        versions.map(|answer| answer.version).any(|number| number == *version)
    });
    own || answers.referenced.contains_key(&(subject.clone(), *version))
}

/// Does something with each item, a few at a time, and answers the results in no order.
pub(super) async fn each<T, F>(items: impl IntoIterator<Item = T>, ask: impl Fn(T) -> F) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut items = items.into_iter();
    let mut running = JoinSet::new();
    let mut results = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(item) = items.next()
        {
            running.spawn(ask(item));
        }
        match running.join_next().await {
            Some(Ok(result)) => results.push(result),
            // Only a task that was aborted, or that panicked, has no result: there are none.
            Some(Err(_)) => {}
            None => return results,
        }
    }
}
