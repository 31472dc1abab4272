//! Schemas by the ids that records carry, each fetched once and kept on disk.
//!
//! It joins the registry and the files: what an id means never changes in one registry, so a schema that was fetched
//! whole, with all schemas it needs, is kept and serves while the registry is down. Nothing is kept of a failure. That
//! an id is unknown is remembered for a while and in memory only, since a registry's nodes learn of a new id one after
//! the other. Another registry gives the same id to another schema: each has a folder of its own, named by a hash of
//! what tells it from others. The files are a cache: whatever is wrong with one, it is fetched again.
//!
//! It does not know what the schemas say; whether one can be read is found out by who compiles it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eventctl_core::schema::DOCUMENTS_LIMIT;
use eventctl_core::settings::fingerprint;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::files::{self, Access};
use crate::registry::{Found, Reference, Registry, RegistryError, SchemaContent, SchemaType, VersionName};

/// The most bytes of a schema and all it needs.
const TEXT_LIMIT: usize = 32 * 1024 * 1024;
/// The most bytes of texts that are held in memory; beyond that all are let go of, and read from disk again.
const MEMORY_LIMIT: usize = 128 * 1024 * 1024;
/// The most unknown ids that are remembered: a topic that is not what it is taken for has as many as records.
const ABSENT_LIMIT: usize = 10_000;
/// How long an unknown id is not asked for again.
const ABSENT_FOR: Duration = Duration::from_secs(60);
/// The largest file that is read: a text doubles at most when it is written as JSON, but for control characters.
const FILE_LIMIT: u64 = 4 * TEXT_LIMIT as u64;
/// The first word of a file, with the version of what follows.
const MARK: &str = "eventctl-schema-1";

/// A schema and everything that is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its id.
    pub id: u32,
    /// The schema.
    pub schema: SchemaContent,
    /// The schemas it needs, directly or through others, each before those that need it, none twice.
    pub needed: Vec<Needed>,
}

/// A schema that another one needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its subject.
    pub subject: String,
    /// Its version there.
    pub version: u32,
    /// The schema.
    pub schema: SchemaContent,
}

/// Why there is no schema for an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The registry does not know the id.
    #[error("the registry has no schema with id {id}")]
    Absent {
        /// The id.
        id: u32,
    },
    /// It needs a schema that is not there.
    #[error(
        "the schema with id {id} needs version {version} of subject `{subject}`, which the registry has not"
    )]
    Dangling {
        /// The id.
        id: u32,
        /// The subject of what it needs.
        subject: String,
        /// Its version.
        version: u32,
    },
    /// It needs itself.
    #[error("the schema with id {id} needs itself, through version {version} of subject `{subject}`")]
    Cyclic {
        /// The id.
        id: u32,
        /// A subject on the way round.
        subject: String,
        /// Its version.
        version: u32,
    },
    /// It needs more than we take in.
    #[error("the schema with id {id} needs {what}")]
    TooMuch {
        /// The id.
        id: u32,
        /// What there is too much of, with the limit.
        what: String,
    },
    /// The registry gave no answer that can be used.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Failure {
        match error {
            FetchError::Registry(error) => error.into(),
            error => Failure::cluster(error.to_string()).hint(
                "check that this is the registry that the records were written with: eventctl config show",
            ),
        }
    }
}

/// Schemas by id.
pub struct SchemaCache {
    registry: Registry,
    folder: Option<PathBuf>,
    absent_for: Duration,
    held: Mutex<Held>,
    /// Held while something is fetched, so that nothing is fetched twice at once.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    schemas: BTreeMap<u32, Arc<Fetched>>,
    bytes: usize,
    absent: BTreeMap<u32, Instant>,
    not_kept: Option<String>,
}

impl fmt::Debug for SchemaCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SchemaCache").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl SchemaCache {
    /// A cache below the user's cache folder, or in memory alone where there is none. `cluster` is the id of the Kafka
    /// cluster whose records are read, where it is known: a registry that was set up anew at an old URL, together with
    /// its cluster, gives the old ids to other schemas.
    #[must_use]
    pub fn new(cache_folder: Option<&Path>, cluster: Option<&str>, registry: Registry) -> SchemaCache {
        let urls = registry.urls().iter().map(ToString::to_string);
        let identity: Vec<String> = urls.chain([cluster.unwrap_or_default().to_owned()]).collect();
        let name: String = fingerprint(identity.join("\n").as_bytes()).chars().take(32).collect();
        let folder = cache_folder.map(|folder| folder.join("schemas").join(name));
        let (held, fetching) = (Mutex::default(), tokio::sync::Mutex::default());
        SchemaCache { registry, folder, absent_for: ABSENT_FOR, held, fetching }
    }

    /// The schema of an id: from memory, from disk, from the registry.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn get(&self, id: u32) -> Result<Arc<Fetched>, FetchError> {
        if let Some(known) = self.known(id) {
            return known;
        }
        let _turn = self.fetching.lock().await;
        // Somebody may have fetched it meanwhile.
        if let Some(known) = self.known(id) {
            return known;
        }
        if let Some(fetched) = self.read(id) {
            return Ok(self.hold(fetched));
        }
        match self.fetch(id).await {
            Ok(fetched) => {
                self.keep(&fetched);
                Ok(self.hold(fetched))
            }
            Err(error) => {
                if matches!(error, FetchError::Absent { .. }) {
                    let mut held = self.held();
                    if held.absent.len() >= ABSENT_LIMIT {
                        held.absent.clear();
                    }
                    held.absent.insert(id, Instant::now());
                }
                Err(error)
            }
        }
    }

    /// Why a schema could not be kept on disk, if that happened: the next run will ask for it again.
    #[must_use]
    pub fn not_kept(&self) -> Option<String> {
        self.held().not_kept.clone()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // What is held is whole between two calls.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, id: u32) -> Option<Result<Arc<Fetched>, FetchError>> {
        let held = self.held();
        if let Some(fetched) = held.schemas.get(&id) {
            return Some(Ok(Arc::clone(fetched)));
        }
        let since = held.absent.get(&id)?;
        (since.elapsed() < self.absent_for).then_some(Err(FetchError::Absent { id }))
    }

    fn hold(&self, fetched: Fetched) -> Arc<Fetched> {
        let fetched = Arc::new(fetched);
        let mut held = self.held();
        held.bytes += fetched.bytes();
        if held.bytes > MEMORY_LIMIT {
            (held.schemas, held.bytes) = (BTreeMap::new(), fetched.bytes());
        }
        held.absent.remove(&fetched.id);
        held.schemas.insert(fetched.id, Arc::clone(&fetched));
        fetched
    }

    fn path(&self, id: u32) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("{id}.json")))
    }

    fn read(&self, id: u32) -> Option<Fetched> {
        let text = files::read_text(&self.path(id)?, FILE_LIMIT).ok()?;
        read_file(&text).filter(|fetched| fetched.id == id)
    }

    fn keep(&self, fetched: &Fetched) {
        let (Some(folder), Some(path)) = (&self.folder, self.path(fetched.id)) else { return };
        let text = write_file(fetched);
        let kept = files::create_private_folder(folder)
            .and_then(|()| files::write_whole(&path, text.as_bytes(), Access::Private));
        if let Err(failure) = kept {
            self.held().not_kept.get_or_insert(failure.story());
        }
    }

    /// Asks the registry for a schema and for all it needs, depth first.
    async fn fetch(&self, id: u32) -> Result<Fetched, FetchError> {
        // Ids are numbers of 32 bits with a sign.
        if i32::try_from(id).is_err() {
            return Err(FetchError::Absent { id });
        }
        let schema = self.registry.schema_by_id(id).await?.here().ok_or(FetchError::Absent { id })?;
        let mut walk = Walk { id, bytes: schema.text.len(), needed: Vec::new(), seen: BTreeSet::new() };
        let mut open = vec![Open { place: None, schema, next: 0 }];
        while let Some(last) = open.last_mut() {
            let Some(reference) = last.schema.references.get(last.next).cloned() else {
                let Some(Open { place, schema, .. }) = open.pop() else { break };
                match place {
                    Some((subject, version)) => walk.needed.push(Needed { subject, version, schema }),
                    None => return Ok(Fetched { id, schema, needed: walk.needed }),
                }
                continue;
            };
            last.next += 1;
            let place = (reference.subject, reference.version);
            if open.iter().any(|open| open.place.as_ref() == Some(&place)) {
                let (subject, version) = place;
                return Err(FetchError::Cyclic { id, subject, version });
            }
            if walk.enters(&place)? {
                let schema = self.needed(&mut walk, &place).await?;
                open.push(Open { place: Some(place), schema, next: 0 });
            }
        }
        Err(FetchError::Absent { id })
    }

    async fn needed(&self, walk: &mut Walk, place: &(String, u32)) -> Result<SchemaContent, FetchError> {
        let (subject, version) = place;
        match self.registry.version(subject, VersionName::Number(*version)).await? {
            Found::Here(registered) => {
                walk.takes(registered.schema.text.len())?;
                Ok(registered.schema)
            }
            Found::NoSubject | Found::NoVersion | Found::NoSchema => {
                Err(FetchError::Dangling { id: walk.id, subject: subject.clone(), version: *version })
            }
        }
    }
}

/// A schema whose references are being followed.
struct Open {
    /// Subject and version; none for the schema that was asked for.
    place: Option<(String, u32)>,
    schema: SchemaContent,
    next: usize,
}

/// What was met so far.
struct Walk {
    id: u32,
    bytes: usize,
    needed: Vec<Needed>,
    seen: BTreeSet<(String, u32)>,
}

impl Walk {
    /// Notes a place; false where it was met before.
    fn enters(&mut self, place: &(String, u32)) -> Result<bool, FetchError> {
        if self.seen.contains(place) {
            return Ok(false);
        }
        if self.seen.len() >= DOCUMENTS_LIMIT {
            let what = format!("more than {DOCUMENTS_LIMIT} other schemas");
            return Err(FetchError::TooMuch { id: self.id, what });
        }
        Ok(self.seen.insert(place.clone()))
    }

    fn takes(&mut self, bytes: usize) -> Result<(), FetchError> {
        self.bytes += bytes;
        if self.bytes > TEXT_LIMIT {
            let what = format!("others of more than {TEXT_LIMIT} bytes together");
            return Err(FetchError::TooMuch { id: self.id, what });
        }
        Ok(())
    }
}

impl Fetched {
    fn bytes(&self) -> usize {
        self.schema.text.len() + self.needed.iter().map(|needed| needed.schema.text.len()).sum::<usize>()
    }
}

/// A file: a mark, the SHA-256 of what follows, a line break, the schemas as JSON.
fn write_file(fetched: &Fetched) -> String {
    let needed = fetched.needed.iter().map(|needed| KeptNeeded {
        subject: needed.subject.clone(),
        version: needed.version,
        schema: KeptSchema::of(&needed.schema),
    });
    let kept = Kept { id: fetched.id, schema: KeptSchema::of(&fetched.schema), needed: needed.collect() };
    // Texts and numbers always have a form.
    let body = serde_json::to_string(&kept).unwrap_or_default();
    format!("{MARK} {}\n{body}", fingerprint(body.as_bytes()))
}

/// What a file says, if it is whole.
fn read_file(text: &str) -> Option<Fetched> {
    let (head, body) = text.split_once('\n')?;
    if head.split_once(' ')? != (MARK, fingerprint(body.as_bytes()).as_str()) {
        return None;
    }
    let Kept { id, schema, needed } = serde_json::from_str(body).ok()?;
    let needed = needed.into_iter().map(|KeptNeeded { subject, version, schema }| Needed {
        subject,
        version,
        schema: schema.opened(),
    });
    Some(Fetched { id, schema: schema.opened(), needed: needed.collect() })
}

#[derive(Serialize, Deserialize)]
struct Kept {
    id: u32,
    schema: KeptSchema,
    needed: Vec<KeptNeeded>,
}

#[derive(Serialize, Deserialize)]
struct KeptNeeded {
    subject: String,
    version: u32,
    schema: KeptSchema,
}

#[derive(Serialize, Deserialize)]
struct KeptSchema {
    text: String,
    schema_type: String,
    references: Vec<(String, String, u32)>,
}

impl KeptSchema {
    fn of(schema: &SchemaContent) -> KeptSchema {
        let SchemaContent { text, schema_type, references } = schema;
        let reference = |it: &Reference| (it.name.clone(), it.subject.clone(), it.version);
        KeptSchema {
            text: text.clone(),
            schema_type: schema_type.as_str().to_owned(),
            references: references.iter().map(reference).collect(),
        }
    }

    fn opened(self) -> SchemaContent {
        let reference = |(name, subject, version)| Reference { name, subject, version };
        SchemaContent {
            text: self.text,
            schema_type: SchemaType::of(&self.schema_type),
            references: self.references.into_iter().map(reference).collect(),
        }
    }
}

#[cfg(test)]
#[path = "schema_cache_tests.rs"]
mod tests;
