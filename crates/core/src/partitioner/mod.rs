//! Which partition a key goes to: the rules of Java's clients, of librdkafka and of home-made producers, side by side.
//!
//! A [`Placement`] is a partitioner of the catalog, compiled once. It is a function of the key's bytes and of the number
//! of partitions, and of nothing else: what Kafka's clients do with records that no key binds ("anywhere") is theirs.
//! Which partitioner a topic's producers really used is nowhere recorded; `partition of` shows all three.
//!
//! | partitioner | partition | goes anywhere |
//! | --- | --- | --- |
//! | murmur2 | `(murmur2(key) & 0x7fffffff) % n` | a null key; the empty one is hashed |
//! | crc32 | `crc32(key) % n` | a null and an empty key |
//! | java-hash | `abs(String.hashCode(key)) % n`, of the tenant's id where the pattern finds one | a null key |
//!
//! `abs` of the smallest integer is negative in Java, and what it leads to fails there; it is taken for 2^31 here.
//!
//! [`plan()`] is the other question: how many partitions to declare.

mod hash;
mod observed;
mod placed;
mod plan;
mod tenant;

#[cfg(test)]
mod fixture_tests;

pub use hash::{crc32, java_hash, murmur2};
pub use observed::{Observed, Sighting, Sightings, Standing};
pub use placed::{
    CountOrigin, OF_KIND, Place, PlaceKeysError, PlaceRequest, PlacedKey, PlacedKeys, key_encoding,
    place_keys,
};
pub use plan::{
    EVENTS_LIMIT, EVENTS_PER_PARTITION, PLAN_KIND, PartitionPlan, PlanRequest, RoundedDown, Spread, plan,
};
pub use tenant::{PatternError, TenantPattern};

use crate::catalog::{KeyRule, Partitioner, TENANT_PATTERN, Topic};

/// A partitioner, ready to place keys.
#[derive(Debug, Clone)]
pub enum Placement {
    /// Java's default.
    Murmur2,
    /// librdkafka's default.
    Crc32,
    /// Java's hash of a text, with what is placed of a tenant's key.
    JavaHash(TenantPattern),
}

/// Why a key has no partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// A topic has at least one partition.
    #[error("a topic has at least one partition, not {0}")]
    Count(i32),
    /// Java's hash is one of texts.
    #[error("java-hash places texts, and the key is not UTF-8 (byte {0})")]
    NotText(usize),
}

impl Placement {
    /// Compiles a partitioner; the pattern counts with java-hash only.
    ///
    /// # Errors
    /// With java-hash, a pattern that is none.
    pub fn new(partitioner: Partitioner, tenant_pattern: &str) -> Result<Placement, PatternError> {
        Ok(match partitioner {
            Partitioner::Murmur2 => Placement::Murmur2,
            Partitioner::Crc32 => Placement::Crc32,
            Partitioner::JavaHash => Placement::JavaHash(TenantPattern::new(tenant_pattern)?),
        })
    }

    /// Compiles the partitioner of a topic of the catalog.
    ///
    /// # Errors
    /// As `new`; not for a catalog that was checked.
    pub fn of(topic: &Topic) -> Result<Placement, PatternError> {
        Placement::new(topic.partitioner, tenant_pattern(topic.key.as_ref()))
    }

    /// The partitioner's name in the catalog.
    #[must_use]
    pub fn partitioner(&self) -> Partitioner {
        match self {
            Placement::Murmur2 => Partitioner::Murmur2,
            Placement::Crc32 => Partitioner::Crc32,
            Placement::JavaHash(_) => Partitioner::JavaHash,
        }
    }
}

/// The pattern of a topic's key rule, or the one that holds without.
#[must_use]
pub fn tenant_pattern(key: Option<&KeyRule>) -> &str {
    key.map_or(TENANT_PATTERN, |key| &key.tenant_pattern)
}

/// The partition of a key among `count`; none where such a record goes anywhere.
///
/// # Errors
/// A count that no topic has; with java-hash, a key that is not UTF-8.
pub fn partition(placement: &Placement, key: Option<&[u8]>, count: i32) -> Result<Option<i32>, PlaceError> {
    let partitions = u32::try_from(count).ok().filter(|count| *count > 0).ok_or(PlaceError::Count(count))?;
    let Some(key) = key else { return Ok(None) };
    let hash = match placement {
        Placement::Murmur2 => murmur2(key) & i32::MAX.unsigned_abs(),
        Placement::Crc32 if key.is_empty() => return Ok(None),
        Placement::Crc32 => crc32(key),
        Placement::JavaHash(tenant) => {
            let text = std::str::from_utf8(key).map_err(|error| PlaceError::NotText(error.valid_up_to()))?;
            java_hash(tenant.part(text)).unsigned_abs()
        }
    };
    // Less than the count, which is an i32.
    Ok(i32::try_from(hash % partitions).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement(partitioner: Partitioner) -> Placement {
        Placement::new(partitioner, TENANT_PATTERN).unwrap()
    }

    type Row = (Partitioner, Option<&'static [u8]>, i32, Result<Option<i32>, PlaceError>);

    #[test]
    fn what_no_key_binds_goes_anywhere_and_nothing_panics() {
        use Partitioner::{Crc32, JavaHash, Murmur2};
        let rows: [Row; 16] = [
            (Murmur2, None, 10, Ok(None)),
            (Crc32, None, 10, Ok(None)),
            (JavaHash, None, 10, Ok(None)),
            (Murmur2, Some(b""), 10, Ok(Some(1))),
            (Crc32, Some(b""), 10, Ok(None)),
            (JavaHash, Some(b""), 10, Ok(Some(0))),
            (JavaHash, Some(b"polygenelubricants"), 10, Ok(Some(8))),
            (JavaHash, Some(b"polygenelubricants"), i32::MAX, Ok(Some(1))),
            (JavaHash, Some(b"tenant-polygenelubricants:7"), 10, Ok(Some(8))),
            (JavaHash, Some(b"ab\xff"), 10, Err(PlaceError::NotText(2))),
            (Murmur2, Some(b"\xff"), 1, Ok(Some(0))),
            (Murmur2, Some(b"a"), 0, Err(PlaceError::Count(0))),
            (Crc32, None, -1, Err(PlaceError::Count(-1))),
            (JavaHash, Some(b"\xff"), i32::MIN, Err(PlaceError::Count(i32::MIN))),
            (Crc32, Some(b"123456789"), i32::MAX, Ok(Some(1274296615))),
            (Crc32, Some(b"123456789"), 10, Ok(Some(2))),
        ];
        for (partitioner, key, count, expected) in rows {
            assert_eq!(
                partition(&placement(partitioner), key, count),
                expected,
                "{partitioner} {key:?} {count}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn every_key_has_a_partition_that_is_there(key: Vec<u8>, count in 1..=i32::MAX) {
            for (word, _) in Partitioner::WORDS {
                let found = partition(&placement(Partitioner::of(word).unwrap()), Some(&key), count);
                match found {
                    Ok(Some(partition)) => assert!((0..count).contains(&partition)),
                    Ok(None) => assert!(key.is_empty()),
                    Err(error) => assert!(matches!(error, PlaceError::NotText(at) if at < key.len())),
                }
            }
        }
    }
}
