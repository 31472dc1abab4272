//! The schema that a topic's keys are written with, as the registry has it.

use std::sync::Arc;

use eventctl_core::codec::{Bytes, Encoder, Form};
use eventctl_core::key::KeySchema;
use eventctl_core::name::TopicName;
use eventctl_core::schema;
use eventctl_core::yaml::Source;

use super::schema_cache::SchemaCache;
use crate::failure::Failure;
use crate::registry::{Found, Registry, SchemaType, VersionName};

/// Fetches the newest version of the subject `<topic>-key`, which is where Confluent's serializers register keys.
///
/// # Errors
/// `Input` where there is none or it is no Avro schema that can be read; `Cluster` where the registry does not tell.
pub async fn of_topic(registry: &Registry, topic: &TopicName) -> Result<KeySchema, Failure> {
    let subject = format!("{topic}-key");
    let found = registry.version(&subject, VersionName::Latest).await;
    let found = found.map_err(|error| Failure::cluster(format!("subject {subject}: {error}")))?;
    let Found::Here(registered) = found else {
        return Err(Failure::input(format!("the registry has no subject {subject}"))
            .hint("keys in avro are written with its newest version; pass --key-encoding for other keys"));
    };
    if registered.schema.schema_type != SchemaType::Avro {
        let language = registered.schema.schema_type.as_str().to_owned();
        return Err(Failure::input(format!(
            "subject {subject} is in {language}, and only Avro can be written"
        )));
    }
    let cache = SchemaCache::new(None, None, registry.clone());
    let fetched = cache.get(registered.id).await;
    let fetched = fetched.map_err(|error| Failure::cluster(format!("subject {subject}: {error}")))?;
    let needed = fetched.needed.iter().map(|needed| Source::new(&needed.subject, &needed.schema.text));
    let needed: Vec<Source> = needed.collect();
    let parsed =
        schema::parse(&Source::new(&subject, &fetched.schema.text), &needed).map_err(|findings| {
            let first = findings.first().map(|finding| finding.message.clone()).unwrap_or_default();
            Failure::input(format!("the schema of subject {subject} cannot be read: {first}"))
        })?;
    let encoder = Arc::new(Encoder::new(&parsed, Form::Plain, Bytes::Base64));
    Ok(KeySchema { id: registered.id, encoder })
}
