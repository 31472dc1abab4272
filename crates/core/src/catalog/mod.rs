//! The catalog, `topics.yaml`: what the operator declares.
//!
//! [`load`] decides what a catalog means and everything that is wrong with it, in the base and in every environment
//! merged with it, at once and with places. It takes texts, not paths, and knows no cluster. It does not read the
//! schemas themselves: what it expects of their content is in [`Catalog::expectations`], which `schemas` holds against
//! them; what nobody can check yet is counted by [`Catalog::not_checked`], so that `check` can say so.

mod effective;
mod expectations;
mod kafka;
mod model;
mod reducers;
mod rules;
mod shape;
mod words;
mod written;

use std::collections::{BTreeMap, BTreeSet};

pub use expectations::{DeclaredLevel, Expectation, Expectations, Expected, Layer, Role};
pub use model::{
    Consumer, DeadLetter, Environment, Event, KeyRule, LevelConflict, Provision, State, TENANT_PATTERN, Topic,
};
pub use reducers::{Operand, Reducer};
pub use shape::PARTITIONS_LIMIT;
pub use words::{Compatibility, DlqFormat, Encoding, KeyEncoding, Partitioner, Start};

use crate::name::ClusterId;
use crate::settings::RegistryUrl;
use crate::yaml::{self, Diagnostic, Diagnostics, Entry, Node, Source, Span, Value, near_miss, shown};

/// The schema folder where the catalog names none.
pub const SCHEMA_FOLDER: &str = "schemas";

/// Which schema files there are. Their content is not known here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemaFiles {
    /// The versions by subject, as the files `<subject>/v<N>.avsc` say.
    pub subjects: BTreeMap<String, BTreeSet<u32>>,
}

/// What reading a catalog brought.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The catalog; none where there is an error among the findings.
    pub catalog: Option<Catalog>,
    /// Errors and warnings by position.
    pub findings: Vec<Diagnostic>,
}

/// A catalog without errors.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// The schema folder, relative to the catalog.
    pub schemas: String,
    base: Environment,
    environments: BTreeMap<String, Environment>,
    not_checked: Vec<NotChecked>,
    expectations: Expectations,
}

/// What was not checked, and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotChecked {
    /// What, in words that follow a number.
    pub what: &'static str,
    /// How many there are; never 0.
    pub count: usize,
}

/// An environment that the catalog does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalog has no environment `{name}`")]
pub struct UnknownEnvironment {
    /// The name that was asked for.
    pub name: String,
    /// The name that was meant, where one is near.
    pub near: Option<String>,
    /// All there are.
    pub known: Vec<String>,
}

impl Catalog {
    /// The catalog as it holds in an environment; none names the catalog without an overlay.
    ///
    /// # Errors
    /// The catalog has no environment of this name.
    pub fn environment(&self, name: Option<&str>) -> Result<&Environment, UnknownEnvironment> {
        let Some(name) = name else { return Ok(&self.base) };
        self.environments.get(name).ok_or_else(|| {
            let known = || self.environments.keys().map(String::as_str);
            UnknownEnvironment {
                name: name.to_owned(),
                near: near_miss(name, known()).map(str::to_owned),
                known: known().map(str::to_owned).collect(),
            }
        })
    }

    /// The environment whose cluster this is, where the catalog says so.
    #[must_use]
    pub fn environment_of(&self, cluster: &ClusterId) -> Option<&str> {
        let mut environments = self.environments.iter();
        environments
            .find(|(_, environment)| environment.cluster_id.as_ref() == Some(cluster))
            .map(|(name, _)| name.as_str())
    }

    /// The environments that this registry belongs to, where the catalog says so.
    #[must_use]
    pub fn environments_of_registry(&self, urls: &[RegistryUrl]) -> Vec<&str> {
        let its = |environment: &Environment| {
            let written = environment.registry.as_deref().and_then(|url| RegistryUrl::parse(url).ok());
            written.is_some_and(|written| urls.iter().any(|url| url.is_same(&written)))
        };
        let environments = self.environments.iter().filter(|(_, environment)| its(environment));
        environments.map(|(name, _)| name.as_str()).collect()
    }

    /// The environments by name.
    #[must_use]
    pub fn environments(&self) -> &BTreeMap<String, Environment> {
        &self.environments
    }

    /// What cannot be checked yet, and how often it occurs in the base and in topics and states that only an
    /// environment has.
    #[must_use]
    pub fn not_checked(&self) -> &[NotChecked] {
        &self.not_checked
    }

    /// What it expects of schemas.
    #[must_use]
    pub fn expectations(&self) -> &Expectations {
        &self.expectations
    }
}

/// Reads the name of the schema folder and nothing else, so that its files can be listed before [`load`].
#[must_use]
pub fn schema_folder(source: &Source) -> String {
    let mut ignored = Diagnostics::new(&source.name);
    let written = yaml::read(source, &mut ignored).as_ref().and_then(written::extract);
    written
        .and_then(|written| written.schemas)
        .map_or_else(|| SCHEMA_FOLDER.to_owned(), |folder| folder.value)
}

/// Reads a catalog. Without schema files it is not checked whether subjects have them.
#[must_use]
pub fn load(source: &Source, schemas: Option<&SchemaFiles>) -> Loaded {
    let mut findings = Diagnostics::new(&source.name);
    let Some(root) = yaml::read(source, &mut findings) else {
        return Loaded { catalog: None, findings: findings.finish() };
    };
    yaml::check(&root, &shape::CATALOG, &mut findings);
    let Some(written) = written::extract(&root) else {
        return Loaded { catalog: None, findings: findings.finish() };
    };
    rules::check(&written, schemas, &mut findings);
    let mut expected = expectations::Collection::default();
    expected.add(&written, None);
    let base = model::resolve(&written, None);
    let mut environments = BTreeMap::new();
    let known: BTreeSet<(Span, String)> =
        findings.items().iter().map(|item| (item.span(), item.message.clone())).collect();
    for overlay in &written.environments {
        let name = overlay.name.value.as_str();
        new_topics(&root, name, &mut findings);
        let merged = merged(&root, name);
        let mut own = Diagnostics::new(&source.name);
        yaml::check(&merged, &shape::CATALOG, &mut own);
        if let Some(written) = written::extract(&merged) {
            rules::check(&written, schemas, &mut own);
            expected.add(&written, Some(name));
            environments.insert(name.to_owned(), model::resolve(&written, Some(overlay)));
        }
        for mut item in own.finish() {
            if !known.contains(&(item.span(), item.message.clone())) {
                item.message = format!("in environment {}: {}", shown(name), item.message);
                findings.push(item);
            }
        }
    }
    let not_checked = not_checked(&base, &environments, schemas.is_some());
    let folder = written.schemas.map_or_else(|| SCHEMA_FOLDER.to_owned(), |folder| folder.value);
    let good = findings.is_free_of_errors();
    let expectations = expected.finish();
    let catalog = good.then_some(Catalog { schemas: folder, base, environments, not_checked, expectations });
    Loaded { catalog, findings: findings.finish() }
}

/// The tree of the catalog with an overlay upon it.
fn merged(root: &Node, environment: &str) -> Node {
    let without = |node: &Node, left_out: &[&str]| {
        let keep = |entry: &&Entry| !left_out.contains(&entry.key.text.as_str());
        Node { value: Value::Mapping(node.entries().iter().filter(keep).cloned().collect()), span: node.span }
    };
    let base = without(root, &["environments"]);
    match overlay(root, environment) {
        Some(node) => yaml::merge(&base, &without(node, &["cluster_id", "registry"])),
        None => base,
    }
}

fn overlay<'a>(root: &'a Node, environment: &str) -> Option<&'a Node> {
    Some(&root.entry("environments")?.value.entry(environment)?.value)
}

/// Warns of a topic or state that only an overlay has and that looks like a slip of the keyboard.
fn new_topics(root: &Node, environment: &str, findings: &mut Diagnostics) {
    let Some(overlay) = overlay(root, environment) else { return };
    for (section, what) in [("topics", "topic"), ("states", "state")] {
        let names = |node: &Node| -> BTreeSet<String> {
            let entries = node.entry(section).map_or(&[][..], |entry| entry.value.entries());
            entries.iter().map(|entry| entry.key.text.clone()).collect()
        };
        let known = names(root);
        let new = overlay.entry(section).map_or(&[][..], |entry| entry.value.entries());
        for entry in new.iter().filter(|entry| !known.contains(&entry.key.text)) {
            if let Some(near) = findings.near_miss(&entry.key.text, known.iter().map(String::as_str)) {
                let message = format!(
                    "{} is a {what} of the environment {} only",
                    shown(&entry.key.text),
                    shown(environment)
                );
                findings.warning(entry.key.span, &message, &format!("did you mean `{near}`?"));
            }
        }
    }
}

fn not_checked(
    base: &Environment,
    environments: &BTreeMap<String, Environment>,
    files_known: bool,
) -> Vec<NotChecked> {
    // The base comes last, so that what it says stands for a topic that environments only vary.
    let all = || environments.values().chain(std::iter::once(base));
    let events = || all().flat_map(|part| part.topics.iter().flat_map(|topic| topic.events.iter()));
    let subjects: BTreeSet<&str> = events().map(|event| event.subject.as_str()).collect();
    let states: BTreeMap<&str, &State> =
        all().flat_map(|part| part.states.iter().map(|state| (state.name.as_str(), state))).collect();
    let reducers = || states.values().flat_map(|state| state.on.iter().map(|(_, reducer)| reducer));
    let programs = reducers().filter(|reducer| matches!(reducer, Reducer::Jq(_))).count();
    let counts = [
        ("subjects: whether they have a schema file", if files_known { 0 } else { subjects.len() }),
        ("jq reducers: their syntax, and the fields they read", programs),
    ];
    counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| NotChecked { what, count })
        .collect()
}

/// The JSON Schema of `topics.yaml`, for editors.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    yaml::json_schema(&shape::CATALOG, "eventctl catalog (topics.yaml)")
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
