//! The schemas of records, by id, ready to decode: looked up once each, from a thread that reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventctl_core::codec::Style;
use eventctl_core::codec::wire::Framing;
use eventctl_core::payload::{KnownSchema, Problem, ProblemClass, SchemaTexts};
use tokio::runtime::Handle;

use super::schema_cache::{FetchError, Fetched, SchemaCache};
use crate::registry::{Found, Registry, SchemaType, VersionName};

/// How long the answer "not available" holds: a registry that is down must not make every record wait for it.
const UNAVAILABLE_FOR: Duration = Duration::from_secs(10);

/// How many schemas are held at once: an id costs a lookup, and a topic of random bytes has many.
const HELD: usize = 4_096;

/// Where schemas come from.
#[derive(Clone)]
pub struct Source {
    /// By id, kept on disk.
    pub cache: Arc<SchemaCache>,
    /// Who knows their subjects.
    pub registry: Registry,
}

/// Schemas by id. Used by one thread, which is not one of the runtime's.
pub struct KnownSchemas {
    source: Option<Source>,
    runtime: Handle,
    style: Style,
    known: BTreeMap<u32, Entry>,
    /// Subjects that are meant where several have a schema.
    expected: BTreeSet<String>,
}

struct Entry {
    schema: Result<Arc<KnownSchema>, Problem>,
    at: Instant,
}

impl KnownSchemas {
    /// None known yet. To be made on the runtime that serves the lookups.
    #[must_use]
    pub fn new(source: Option<Source>, style: Style) -> Self {
        let (runtime, known, expected) = (Handle::current(), BTreeMap::new(), BTreeSet::new());
        KnownSchemas { source, runtime, style, known, expected }
    }

    /// The same, naming one of these subjects where several have a schema.
    #[must_use]
    pub fn expecting(self, expected: BTreeSet<String>) -> Self {
        KnownSchemas { expected, ..self }
    }

    /// The same for another thread, with none known yet.
    #[must_use]
    pub fn another(&self) -> Self {
        let (source, runtime) = (self.source.clone(), self.runtime.clone());
        let (known, expected) = (BTreeMap::new(), self.expected.clone());
        KnownSchemas { source, runtime, style: self.style, known, expected }
    }

    /// True where there is a registry to ask.
    #[must_use]
    pub fn has_source(&self) -> bool {
        self.source.is_some()
    }

    /// The schema that a value names.
    ///
    /// # Errors
    /// Why there is none.
    pub fn get(&mut self, framing: Framing) -> Result<Arc<KnownSchema>, Problem> {
        let Some(id) = framing.id() else {
            let detail = "its schema is named by a GUID, and registries look schemas up by id only";
            return Err(Problem::new(ProblemClass::SchemaUnknown, detail));
        };
        let stale = |entry: &Entry| match &entry.schema {
            Err(problem) => problem.class.is_unknown() && entry.at.elapsed() > UNAVAILABLE_FOR,
            Ok(_) => false,
        };
        if let Some(entry) = self.known.get(&id)
            && !stale(entry)
        {
            return entry.schema.clone();
        }
        let schema = self.look_up(id);
        if self.known.len() >= HELD {
            self.known.clear();
        }
        self.known.insert(id, Entry { schema: schema.clone(), at: Instant::now() });
        schema
    }

    /// The newest version of a subject.
    ///
    /// # Errors
    /// Why there is none.
    pub fn newest(&mut self, subject: &str) -> Result<Arc<KnownSchema>, Problem> {
        let unavailable = |why: String| Problem::new(ProblemClass::SchemaUnavailable, why);
        let Some(source) = &self.source else { return Err(unavailable("no registry is named".to_owned())) };
        let found = self.runtime.block_on(source.registry.version(subject, VersionName::Latest));
        match found.map_err(|error| unavailable(format!("subject {subject}: {error}")))? {
            Found::Here(registered) => self.get(Framing::Id(registered.id)),
            _ => {
                let detail = format!("the registry has no subject {subject}");
                Err(Problem::new(ProblemClass::SchemaUnknown, detail))
            }
        }
    }

    fn look_up(&self, id: u32) -> Result<Arc<KnownSchema>, Problem> {
        let Some(source) = &self.source else {
            let detail =
                format!("schema {id} cannot be looked up: no registry is named; pass --registry URL");
            return Err(Problem::new(ProblemClass::SchemaUnavailable, detail));
        };
        let fetched = self.runtime.block_on(source.cache.get(id)).map_err(|error| problem(&error))?;
        let known = compiled(&fetched, self.style)?;
        // Who has it is good to know, and no more: without it the record is decoded all the same.
        let versions = self.runtime.block_on(source.registry.versions_of_id(id));
        let known = match versions {
            Ok(Found::Here(versions)) => {
                let newest =
                    versions.into_iter().max_by_key(|it| (self.expected.contains(&it.subject), it.clone()));
                match newest {
                    Some(newest) => known.registered_as(newest.subject, newest.version),
                    None => known,
                }
            }
            _ => known,
        };
        Ok(Arc::new(known))
    }
}

fn compiled(fetched: &Fetched, style: Style) -> Result<KnownSchema, Problem> {
    let id = fetched.id;
    if fetched.schema.schema_type != SchemaType::Avro {
        let detail = format!("the schema with id {id} is none of Avro's, and others are not decoded");
        return Err(Problem::new(ProblemClass::SchemaUnknown, detail));
    }
    let needed: Vec<&str> = fetched.needed.iter().map(|needed| needed.schema.text.as_str()).collect();
    KnownSchema::compile(&SchemaTexts { id, text: &fetched.schema.text, needed: &needed }, style)
}

fn problem(error: &FetchError) -> Problem {
    let class = match error {
        FetchError::Registry(_) => ProblemClass::SchemaUnavailable,
        FetchError::Absent { .. }
        | FetchError::Dangling { .. }
        | FetchError::Cyclic { .. }
        | FetchError::TooMuch { .. } => ProblemClass::SchemaUnknown,
    };
    Problem::new(class, error.to_string())
}
