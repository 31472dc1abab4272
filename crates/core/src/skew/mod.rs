//! How the records of a topic lie on its partitions: how many and how large, and which keys are the heaviest.
//!
//! A [`Skew`] takes records one by one, in bounded memory: a counter per partition and a sketch of the
//! heaviest keys. Lanes that own their partitions have one each; [`SkewReport::of`] joins them without loss, since no key
//! of a partition is in two of them. What the numbers mean is [`advise`]'s, a function of the report.

mod advice;
mod report;
mod sketch;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use advice::{Advice, AdviceKind, ENOUGH, HOT_SHARE, IMBALANCE, advise};
pub use report::{HeavyKey, PartitionLoad, SKEW_KIND, SkewReport};
use sketch::Sketch;

/// How many counters a sketch has where nothing else is said.
pub const COUNTERS: usize = 1_024;

/// What makes a key heavy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many records it has.
    #[default]
    Records,
    /// How many bytes its records have, keys and values.
    Bytes,
}

/// A weight between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Measured {
    /// It is no less.
    pub at_least: u64,
    /// It is no more.
    pub at_most: u64,
}

/// What one partition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Load {
    records: u64,
    bytes: u64,
    null_keys: u64,
}

/// Counts the records of some partitions.
#[derive(Debug)]
pub struct Skew {
    measure: Measure,
    loads: BTreeMap<i32, Load>,
    sketch: Sketch,
    /// The partition of the last record and its load, which is not among the others: most records follow one of theirs.
    last: Option<(i32, Load)>,
}

impl Skew {
    /// Begins with these partitions, which are reported also where they hold nothing. The memory is that of so many
    /// counters, of at most 400 bytes each.
    #[must_use]
    pub fn new(partitions: &[i32], measure: Measure, counters: usize) -> Skew {
        let loads = partitions.iter().map(|partition| (*partition, Load::default())).collect();
        Skew { measure, loads, sketch: Sketch::new(counters), last: None }
    }

    /// Counts a record: its key, and the bytes of key and value.
    pub fn add(&mut self, partition: i32, key: Option<&[u8]>, bytes: u64) {
        let load = self.load(partition);
        load.records += 1;
        load.bytes = load.bytes.saturating_add(bytes);
        load.null_keys += u64::from(key.is_none());
        let weight = match self.measure {
            Measure::Records => 1,
            Measure::Bytes => bytes,
        };
        if let Some(key) = key {
            self.sketch.add(partition, key, weight);
        }
    }

    fn load(&mut self, partition: i32) -> &mut Load {
        if let Some((last, load)) = self.last.take_if(|(last, _)| *last != partition) {
            self.loads.insert(last, load);
        }
        let loads = &mut self.loads;
        let (_, load) =
            self.last.get_or_insert_with(|| (partition, loads.remove(&partition).unwrap_or_default()));
        load
    }
}
