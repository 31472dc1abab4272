//! Keys with their partitions by every partitioner, side by side: what `partition of` answers.

use serde::Serialize;

use super::observed::{Observed, Sightings};
use super::{PatternError, Placement, partition, tenant_pattern};
use crate::catalog::{KeyEncoding, Partitioner, Topic};
use crate::codec::texts::write_base64;
use crate::key::{KeyEncoder, KeyError};
use crate::scan::Window;
use crate::yaml::shown;

/// The document's kind in JSON.
pub const OF_KIND: &str = "partition.of";

/// Where the number of partitions comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountOrigin {
    /// The cluster has so many.
    Cluster,
    /// A flag said so.
    Flag,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct PlaceRequest<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The topic in the catalog, where it is there.
    pub declared: Option<&'a Topic>,
    /// How many partitions.
    pub partitions: i32,
    /// Who says so.
    pub origin: CountOrigin,
    /// How keys are written.
    pub encoder: &'a KeyEncoder,
    /// The keys as they were typed.
    pub keys: &'a [String],
}

/// Why there is no answer at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceKeysError {
    /// A key that cannot be written.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A tenant's pattern that is none.
    #[error("the catalog's `tenant_pattern` is none: {0}")]
    Pattern(#[from] PatternError),
}

/// Keys with their partitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlacedKeys {
    /// The topic.
    pub topic: String,
    /// How many partitions it has.
    pub partitions: i32,
    /// Who says so.
    pub partitions_from: CountOrigin,
    /// How the keys are written.
    pub key_encoding: &'static str,
    /// The partitioner that the catalog names for the topic; none where the catalog lacks it.
    pub partitioner: Option<&'static str>,
    /// The pattern that java-hash finds a tenant's id with.
    pub tenant_pattern: String,
    /// The keys in the order they were typed in.
    pub keys: Vec<PlacedKey>,
    /// What the numbers do not say, a sentence each.
    pub notes: Vec<String>,
    /// What of the topic was read, where it was looked where keys really are.
    pub window: Option<Window>,
}

impl PlacedKeys {
    /// Says of each key where its records really are; in the order of the keys.
    #[must_use]
    pub fn observed(mut self, found: &[Sightings], window: Window) -> PlacedKeys {
        for (key, found) in self.keys.iter_mut().zip(found) {
            key.observed = Some(Observed::of(found, &key.places));
        }
        self.window = Some(window);
        self
    }

    /// True where a key is not where one partitioner, and the catalog's if it names one, puts it.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.keys.iter().filter_map(|key| key.observed.as_ref()).any(Observed::is_finding)
    }
}

/// One key with its partitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlacedKey {
    /// As it was typed.
    pub key: String,
    /// Its bytes, in base64.
    pub bytes: String,
    /// By partitioner, in the order of the catalog's words.
    pub places: Vec<Place>,
    /// Where its records really are, where that was looked for.
    pub observed: Option<Observed>,
}

/// Where a partitioner puts a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The partitioner.
    pub partitioner: &'static str,
    /// True where the catalog names this one for the topic.
    pub declared: bool,
    /// The partition; none where there is none, or any.
    pub partition: Option<i32>,
    /// True where such a record goes anywhere.
    pub anywhere: bool,
    /// Why it can have none.
    pub error: Option<String>,
}

/// Places keys by every partitioner.
///
/// # Errors
/// The first key that cannot be written.
pub fn place_keys(request: &PlaceRequest<'_>) -> Result<PlacedKeys, PlaceKeysError> {
    let declared = request.declared.map(|topic| topic.partitioner);
    let pattern = tenant_pattern(request.declared.and_then(|topic| topic.key.as_ref()));
    let all = Partitioner::WORDS.iter().filter_map(|(word, _)| Partitioner::of(word));
    let placements: Vec<Placement> =
        all.map(|partitioner| Placement::new(partitioner, pattern)).collect::<Result<_, _>>()?;
    let place = |key: &String| {
        let mut bytes = Vec::new();
        request.encoder.encode_text(key, &mut bytes)?;
        let places =
            placements.iter().map(|placement| self::place(placement, &bytes, request.partitions, declared));
        Ok(PlacedKey { key: key.clone(), bytes: base64(&bytes), places: places.collect(), observed: None })
    };
    Ok(PlacedKeys {
        topic: request.topic.to_owned(),
        partitions: request.partitions,
        partitions_from: request.origin,
        key_encoding: request.encoder.encoding().as_str(),
        partitioner: declared.map(Partitioner::as_str),
        tenant_pattern: pattern.to_owned(),
        keys: request.keys.iter().map(place).collect::<Result<_, KeyError>>()?,
        notes: notes(request),
        window: None,
    })
}

fn place(placement: &Placement, key: &[u8], count: i32, declared: Option<Partitioner>) -> Place {
    let partitioner = placement.partitioner();
    let found = partition(placement, Some(key), count);
    Place {
        partitioner: partitioner.as_str(),
        declared: declared == Some(partitioner),
        partition: found.ok().flatten(),
        anywhere: found == Ok(None),
        error: found.err().map(|error| error.to_string()),
    }
}

fn notes(request: &PlaceRequest<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(topic) = request.declared else {
        notes.push(format!(
            "the catalog has no topic {}: which partitioner its producers use is nowhere recorded",
            shown(request.topic)
        ));
        return notes;
    };
    if let Some(partitions) = topic.partitions.filter(|partitions| *partitions != request.partitions) {
        notes.push(format!(
            "the catalog declares {partitions} partitions, and keys move when their number changes"
        ));
    }
    match &topic.key {
        None => notes.push("the catalog names no key for this topic: its records may go anywhere".to_owned()),
        Some(key) if key.encoding != request.encoder.encoding() => {
            notes.push(format!("the catalog's keys are written as {}", key.encoding));
        }
        Some(key) if !key.stable => notes.push(
            "older records of a key may be elsewhere: the catalog does not call its placement stable"
                .to_owned(),
        ),
        Some(_) => {}
    }
    notes
}

/// The encoding of a topic's keys: what was asked for, else the catalog's, else text.
#[must_use]
pub fn key_encoding(asked: Option<KeyEncoding>, topic: Option<&Topic>) -> KeyEncoding {
    let declared = topic.and_then(|topic| topic.key.as_ref()).map(|key| key.encoding);
    asked.or(declared).unwrap_or(KeyEncoding::Text)
}

fn base64(octets: &[u8]) -> String {
    let mut quoted = Vec::new();
    write_base64(octets, &mut quoted);
    String::from_utf8(quoted).unwrap_or_default().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::load;
    use crate::yaml::Source;

    fn placed(catalog: &str, encoding: KeyEncoding, keys: &[&str]) -> Result<PlacedKeys, PlaceKeysError> {
        let catalog = load(&Source::new("topics.yaml", catalog), None).catalog.expect("a catalog");
        let environment = catalog.environment(None).expect("the base");
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        place_keys(&PlaceRequest {
            topic: "t",
            declared: environment.topic("t"),
            partitions: 10,
            origin: CountOrigin::Flag,
            encoder: &KeyEncoder::new(encoding, None).expect("an encoder"),
            keys: &keys,
        })
    }

    fn partitions(key: &PlacedKey) -> Vec<Option<i32>> {
        key.places.iter().map(|place| place.partition).collect()
    }

    #[test]
    fn each_partitioner_stands_beside_the_others_and_the_catalogs_is_marked() {
        let catalog = "version: 1\ntopics: {t: {partitions: 40, partitioner: java-hash, \
                       key: {field: k, tenant_pattern: '^([a-z]+)-'}}}\n";
        let found = placed(catalog, KeyEncoding::Text, &["agent-123", "agent-7", ""]).unwrap();
        let [one, two, empty] = found.keys.as_slice() else { panic!("{found:?}") };
        // `agent` is what the pattern captures of both.
        assert_eq!(partitions(one).first(), Some(&Some(4)));
        assert_eq!(partitions(one).last(), partitions(two).last());
        assert_eq!(partitions(empty), [Some(1), None, Some(0)]);
        assert!(empty.places[1].anywhere);
        let declared: Vec<bool> = one.places.iter().map(|place| place.declared).collect();
        assert_eq!(declared, [false, false, true]);
        assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
        assert!(found.notes[0].starts_with("the catalog declares 40 partitions"), "{:?}", found.notes);
    }

    #[test]
    fn what_has_no_partition_says_why_and_what_is_no_key_is_an_error() {
        let found = placed("version: 1\ntopics: {u: {}}\n", KeyEncoding::Int, &["-1"]).unwrap();
        assert_eq!(found.partitioner, None);
        assert_eq!(found.keys[0].bytes, "/////w==");
        let error = found.keys[0].places[2].error.as_deref();
        assert_eq!(error, Some("java-hash places texts, and the key is not UTF-8 (byte 0)"));
        assert!(found.notes[0].contains("nowhere recorded"), "{:?}", found.notes);
        let refused =
            placed("version: 1\ntopics: {t: {key: k}}\n", KeyEncoding::Int, &["1", "x"]).unwrap_err();
        assert!(refused.to_string().starts_with("`x` is no such key"), "{refused}");
    }
}
