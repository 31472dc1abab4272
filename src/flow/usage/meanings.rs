//! What the schemas that records carry mean: subjects and their versions.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::usage::{Identity, Meaning, Named, SubjectVersions, meant};

use crate::failure::Failure;
use crate::registry::{Found, Registry, Scope};

/// What is known beforehand.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// The subjects of the topic's events, by the events' names.
    pub subjects: BTreeMap<String, String>,
    /// The versions of subjects whose versions are the numbers of files: those of envelopes.
    pub files: Option<BTreeMap<String, SubjectVersions>>,
}

/// What identities mean.
#[derive(Debug, Clone, Default)]
pub struct Meanings {
    /// By identity.
    pub meanings: BTreeMap<Identity, Meaning>,
    /// The versions of every subject that is expected or was seen.
    pub subjects: BTreeMap<String, SubjectVersions>,
    /// True where somebody could not be asked.
    pub is_unknown: bool,
}

/// Finds out what identities mean.
///
/// # Errors
/// `Cluster` where the registry does not tell which versions a subject has: without them nobody knows which is the
/// newest.
pub async fn find(
    identities: BTreeSet<Identity>,
    expected: &Expected,
    registry: Option<&Registry>,
) -> Result<Meanings, Failure> {
    let names: BTreeSet<String> = expected.subjects.values().cloned().collect();
    let mut found = Meanings::default();
    for identity in identities {
        let meaning = match &identity {
            Identity::Id(id) => match of_id(*id, &names, registry).await {
                Ok(meaning) => meaning,
                Err(reason) => {
                    found.is_unknown = true;
                    Meaning::Unknown(reason)
                }
            },
            Identity::Guid(_) => Meaning::Unknown("registries look schemas up by id only".to_owned()),
            Identity::Envelope { event, version } => match expected.subjects.get(event) {
                Some(subject) => Meaning::Version(Named { subject: subject.clone(), version: *version }),
                None => no_event(),
            },
            Identity::Unversioned { event } => match expected.subjects.get(event) {
                Some(subject) => Meaning::Unversioned { subject: subject.clone() },
                None => no_event(),
            },
        };
        found.meanings.insert(identity, meaning);
    }
    let seen = found.meanings.values().filter_map(|meaning| match meaning {
        Meaning::Version(named) => Some(named.subject.clone()),
        _ => None,
    });
    let subjects: BTreeSet<String> = seen.chain(names).collect();
    for subject in subjects {
        let versions = match (&expected.files, registry) {
            (Some(files), _) => files.get(&subject).cloned().unwrap_or_default(),
            (None, None) => SubjectVersions::default(),
            (None, Some(registry)) => versions(&subject, registry).await?,
        };
        found.subjects.insert(subject, versions);
    }
    Ok(found)
}

fn no_event() -> Meaning {
    Meaning::Unknown("the catalog names no such event of this topic".to_owned())
}

/// What an id means; an error where nobody could be asked.
async fn of_id(id: u32, expected: &BTreeSet<String>, registry: Option<&Registry>) -> Result<Meaning, String> {
    let Some(registry) = registry else { return Err("no registry is named; pass --registry URL".to_owned()) };
    match registry.versions_of_id(id).await {
        Ok(Found::Here(versions)) => {
            let versions: Vec<Named> = versions
                .into_iter()
                .map(|version| Named { subject: version.subject, version: version.version })
                .collect();
            Ok(meant(&versions, expected)
                .cloned()
                .map_or_else(|| Meaning::Unknown(deleted()), Meaning::Version))
        }
        Ok(_) => match registry.schema_by_id(id).await {
            Ok(Found::Here(_)) => Ok(Meaning::Unknown(deleted())),
            Ok(_) => Ok(Meaning::Unknown("the registry has no schema with this id".to_owned())),
            Err(error) => Err(error.to_string()),
        },
        Err(error) => Err(error.to_string()),
    }
}

fn deleted() -> String {
    "no version in use has this schema: it was deleted".to_owned()
}

async fn versions(subject: &str, registry: &Registry) -> Result<SubjectVersions, Failure> {
    match registry.versions(subject, Scope::Live).await {
        Ok(Found::Here(versions)) => Ok(SubjectVersions { versions: versions.into_iter().collect() }),
        Ok(_) => Ok(SubjectVersions::default()),
        Err(error) => Err(Failure::cluster(format!(
            "which versions subject {subject} has is not known, so neither is the newest: {error}"
        ))),
    }
}
