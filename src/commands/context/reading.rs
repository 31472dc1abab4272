//! What commands that read records share: which topics, how their values are written, where schemas come from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventctl_core::catalog::{Catalog, Encoding, Environment, KeyEncoding, Topic};
use eventctl_core::codec::event::{EventSchemas, Events, Shape};
use eventctl_core::codec::{Bytes, Encoder, Form as JsonForm, Style};
use eventctl_core::key::KeyEncoder;
use eventctl_core::name::{ClusterId, TopicName};
use eventctl_core::pattern::{Patterns, is_glob};
use eventctl_core::payload::{Form, Payloads};
use eventctl_core::schemas::{Library, Version};

use super::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::consume::TopicReading;
use crate::flow::key_schema;
use crate::flow::known_schemas::{KnownSchemas, Source};
use crate::flow::scan::{Means, Progress};
use crate::flow::schema_cache::SchemaCache;
use crate::kafka::cluster::Cluster;

impl Context {
    /// The schemas of records, by id; without a registry none is known.
    ///
    /// # Errors
    /// As `registry`.
    pub fn known_schemas(&self, cluster: Option<&ClusterId>, style: Style) -> Result<KnownSchemas, Failure> {
        let folder = self.around.cache_folder();
        let source = match (self.registry()?, self.registry()?) {
            (Some(registry), Some(for_cache)) => {
                let cache = SchemaCache::new(folder.as_deref(), cluster.map(ClusterId::as_str), for_cache);
                Some(Source { cache: Arc::new(cache), registry })
            }
            _ => None,
        };
        Ok(KnownSchemas::new(source, style))
    }

    /// What a reading runs with.
    ///
    /// # Errors
    /// As `connect_options`.
    pub fn scan_means(&self) -> Result<Means, Failure> {
        let progress = Arc::new(Progress::default());
        Ok(Means { options: self.connect_options()?, stop: self.stop.clone(), progress })
    }

    /// The topics that names and globs mean; a glob is held against the topics that this principal may see.
    ///
    /// # Errors
    /// `Usage` for what is neither, and for a glob that matches nothing; `Cluster` where no broker answers.
    pub async fn topics_meant(&self, cluster: &Cluster, words: &[String]) -> Result<Vec<TopicName>, Failure> {
        let visible =
            if words.iter().any(|word| is_glob(word)) { cluster.topic_names().await? } else { Vec::new() };
        let (mut topics, mut seen) = (Vec::new(), BTreeSet::new());
        for word in words {
            let meant = if is_glob(word) { matching(word, &visible)? } else { vec![named(word)?] };
            topics.extend(meant.into_iter().filter(|name| seen.insert(name.clone())));
        }
        Ok(topics)
    }

    /// What writes the keys of a topic. Those in Avro carry an id, so the registry is asked for it.
    ///
    /// # Errors
    /// `Input` where there is no registry, or no schema of keys; `Cluster` where it does not tell.
    pub async fn key_encoder(&self, topic: &TopicName, encoding: KeyEncoding) -> Result<KeyEncoder, Failure> {
        let schema = if encoding == KeyEncoding::Avro {
            let registry = self.registry()?.ok_or_else(|| {
                Failure::input("keys in avro carry the id of their schema, and no registry is named")
                    .hint("pass --registry URL, set EVENTCTL_REGISTRY, or add `registry` to the context")
            })?;
            Some(self.stop.or(key_schema::of_topic(&registry, topic)).await?)
        } else {
            None
        };
        KeyEncoder::new(encoding, schema).map_err(Failure::input)
    }

    /// How the records of topics are read, as far as the catalog says so; `encoding` says so for all of them.
    ///
    /// # Errors
    /// Schema files that envelopes need and that cannot be read.
    pub fn topic_readings(
        &self,
        catalog: Option<(&Catalog, &Environment)>,
        topics: &[TopicName],
        encoding: Option<Encoding>,
    ) -> Result<BTreeMap<String, TopicReading>, Failure> {
        let mut readings = BTreeMap::new();
        for name in topics {
            let topic = catalog.and_then(|(_, environment)| source_of(environment, name));
            let encoding = encoding.or(topic.and_then(|topic| topic.encoding));
            let events = topic.map(|topic| topic.events.as_slice()).unwrap_or_default();
            let marks: Vec<_> = events.iter().map(|it| (it.name.clone(), it.type_.clone())).collect();
            let form = match (encoding, topic) {
                (None, _) => Form::Any,
                (Some(Encoding::Envelope), Some(topic)) => self.envelopes(topic)?,
                (Some(Encoding::Envelope), None) => {
                    return Err(Failure::usage(format!("topic {name}: envelopes need the catalog's events"))
                        .hint("declare the topic in the catalog, or read it with --encoding json"));
                }
                (Some(encoding), _) => Form::of(encoding).unwrap_or_default(),
            };
            let key = topic.and_then(|topic| topic.key.as_ref()).map(|key| key.encoding);
            readings.insert(name.to_string(), TopicReading { payloads: Payloads::new(form, &marks), key });
        }
        Ok(readings)
    }

    fn envelopes(&self, topic: &Topic) -> Result<Form, Failure> {
        let desk = self.schema_desk(&SchemaFolderArgs::default())?;
        let events = topic.events.iter().map(|event| {
            let subject = event.subject.to_string();
            let versions = encoders(desk.library(), &subject)?;
            Ok(EventSchemas { name: event.name.clone(), mark: event.type_.clone(), subject, versions })
        });
        let events = events.collect::<Result<Vec<_>, Failure>>()?;
        Ok(Form::Envelope(Arc::new(Events::new(Shape::Envelope, events))))
    }
}

/// The subjects that the records of topics may be of: the catalog's, and what serializers register by default.
#[must_use]
pub fn subjects(topics: &[TopicName], environment: Option<&Environment>) -> BTreeSet<String> {
    let declared = topics.iter().filter_map(|name| environment?.topic(name.as_str()));
    let declared = declared.flat_map(|topic| topic.events.iter().map(|event| event.subject.to_string()));
    declared.chain(topics.iter().map(|name| format!("{name}-value"))).collect()
}

/// What encodes the versions of a subject, by the numbers of their files.
fn encoders(library: &Library, subject: &str) -> Result<BTreeMap<u32, Arc<Encoder>>, Failure> {
    let Some(known) = library.subject(subject) else { return Ok(BTreeMap::new()) };
    let encoder = |version: &Version| {
        let schema = library.schema(version).map_err(|_| {
            Failure::input(format!("version {} of subject {subject} cannot be read", version.number))
                .hint("eventctl schema check tells what is wrong with it")
        })?;
        Ok((version.number, Arc::new(Encoder::new(&schema, JsonForm::Plain, Bytes::Base64))))
    };
    known.versions().iter().map(encoder).collect()
}

/// The topic of this name, or the one whose dead-letter topic it is: dead letters look like what they were.
fn source_of<'a>(environment: &'a Environment, name: &TopicName) -> Option<&'a Topic> {
    let dlq_of = |topic: &&Topic| {
        topic.dlq.as_ref().is_some_and(|dlq| dlq.topic == *name && dlq.provisioned.is_some())
    };
    environment.topic(name.as_str()).or_else(|| environment.topics.iter().find(dlq_of))
}

fn named(word: &str) -> Result<TopicName, Failure> {
    word.parse().map_err(|error| Failure::usage(format!("`{word}` is no topic: {error}")))
}

fn matching(glob: &str, visible: &[TopicName]) -> Result<Vec<TopicName>, Failure> {
    let patterns = Patterns::new(&[glob.to_owned()]).map_err(|error| Failure::usage(error.to_string()))?;
    // The brokers' own topics are meant by those only who say so.
    let is_meant = |name: &&TopicName| glob.starts_with("__") || !name.as_str().starts_with("__");
    let matched = visible.iter().filter(|name| patterns.choose(name.as_str())).filter(is_meant);
    let mut topics: Vec<TopicName> = matched.cloned().collect();
    topics.sort();
    if topics.is_empty() {
        return Err(Failure::usage(format!("`{glob}` matches no topic, as far as this principal may see"))
            .hint("eventctl topics list shows those there are"));
    }
    Ok(topics)
}
