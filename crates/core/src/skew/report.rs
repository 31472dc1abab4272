//! What was counted, as it is shown.

use serde::Serialize;

use super::{Measure, Measured, Skew};
use crate::catalog::KeyEncoding;
use crate::key::show;

/// The document's kind in JSON.
pub const SKEW_KIND: &str = "topics.skew";

/// How the records of a topic lie on its partitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SkewReport {
    /// What makes a key heavy here.
    pub measure: Measure,
    /// How many records were counted.
    pub records: u64,
    /// Their bytes, keys and values.
    pub bytes: u64,
    /// How many of them have no key.
    pub null_keys: u64,
    /// By partition, in ascending order.
    pub partitions: Vec<PartitionLoad>,
    /// The weight of the heaviest partition over that of the mean one; none while there is nothing.
    pub imbalance: Option<f64>,
    /// The heaviest keys of a partition, the heaviest first.
    pub heaviest: Vec<HeavyKey>,
    /// No key that is missing among all counters has more weight than this.
    pub error_limit: u64,
}

/// What one partition holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartitionLoad {
    /// The partition.
    pub partition: i32,
    /// Its records.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those without a key.
    pub null_keys: u64,
    /// Its part of the topic's weight, from 0 to 1.
    pub share: f64,
}

/// A key that weighs much in a partition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeavyKey {
    /// The partition.
    pub partition: i32,
    /// The key as it is shown; the beginning of a long one.
    pub key: String,
    /// How it is shown: `text`, `number`, `json` or `base64`.
    pub key_shown_as: &'static str,
    /// How many bytes it has.
    pub key_length: usize,
    /// Its weight in the partition.
    #[serde(flatten)]
    pub weight: Measured,
    /// The least part of its partition's weight that it has, from 0 to 1.
    pub share_at_least: f64,
    /// How many partitions this key was seen in among the heaviest.
    pub in_partitions: usize,
}

impl SkewReport {
    /// Joins what lanes counted; each partition belongs to one of them. `heaviest` says how many keys are named.
    #[must_use]
    pub fn of(counted: &[Skew], heaviest: usize, encoding: KeyEncoding) -> SkewReport {
        let measure = counted.first().map_or(Measure::Records, |skew| skew.measure);
        let loads = counted
            .iter()
            .flat_map(|skew| skew.loads.iter().map(|(partition, load)| (*partition, *load)).chain(skew.last));
        let mut partitions: Vec<PartitionLoad> = loads
            .map(|(partition, load)| PartitionLoad {
                partition,
                records: load.records,
                bytes: load.bytes,
                null_keys: load.null_keys,
                share: 0.0,
            })
            .collect();
        partitions.sort_by_key(|load| load.partition);
        let total: u64 = partitions.iter().map(|load| load.weight(measure)).sum();
        for load in &mut partitions {
            load.share = share(load.weight(measure), total);
        }
        let most = partitions.iter().map(|load| load.weight(measure)).max().unwrap_or(0);
        let imbalance = (total > 0).then(|| share(most, total) * partitions.len() as f64);
        let mut report = SkewReport {
            measure,
            records: partitions.iter().map(|load| load.records).sum(),
            bytes: partitions.iter().map(|load| load.bytes).sum(),
            null_keys: partitions.iter().map(|load| load.null_keys).sum(),
            partitions,
            imbalance,
            heaviest: Vec::new(),
            error_limit: counted.iter().map(|skew| skew.sketch.error_limit()).max().unwrap_or(0),
        };
        report.heaviest = report.heavy_keys(counted, heaviest, encoding);
        report
    }

    /// What a partition holds.
    #[must_use]
    pub fn partition(&self, partition: i32) -> Option<&PartitionLoad> {
        let at = self.partitions.binary_search_by_key(&partition, |load| load.partition).ok()?;
        self.partitions.get(at)
    }

    fn heavy_keys(&self, counted: &[Skew], limit: usize, encoding: KeyEncoding) -> Vec<HeavyKey> {
        let mut counters: Vec<_> = counted.iter().flat_map(|skew| skew.sketch.counters()).collect();
        // What is certain counts more than what may be; the rest makes the order one and the same in every run.
        counters.sort_by(|one, other| {
            let rank = |counter: &super::sketch::Counter| {
                let Measured { at_least, at_most } = counter.measured();
                (std::cmp::Reverse(at_least), std::cmp::Reverse(at_most))
            };
            rank(one)
                .cmp(&rank(other))
                .then_with(|| (&one.key, one.partition).cmp(&(&other.key, other.partition)))
        });
        counters.truncate(limit);
        let same = |one: &super::sketch::Counter, other: &super::sketch::Counter| {
            one.key == other.key && one.length == other.length
        };
        let heavy = counters.iter().map(|counter| {
            let shown = show(encoding, &counter.key);
            let weight = counter.measured();
            let of_partition = self.partition(counter.partition).map_or(0, |load| load.weight(self.measure));
            HeavyKey {
                partition: counter.partition,
                key: shown.to_string(),
                key_shown_as: shown.as_str(),
                key_length: counter.length,
                weight,
                share_at_least: share(weight.at_least, of_partition),
                in_partitions: counters.iter().filter(|other| same(counter, other)).count(),
            }
        });
        heavy.collect()
    }
}

impl PartitionLoad {
    /// What counts.
    #[must_use]
    pub fn weight(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Records => self.records,
            Measure::Bytes => self.bytes,
        }
    }
}

/// A part of a whole, from 0 to 1; 0 of nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
