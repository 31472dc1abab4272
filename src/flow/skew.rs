//! Counting how the records of a topic lie on its partitions.

use eventctl_core::record::Record;
use eventctl_core::skew::{COUNTERS, Measure, Skew};

use super::scan::{Next, Visitor};
use super::window::Times;
use crate::failure::Failure;

/// Counts the records of a reading.
pub struct Counting {
    skew: Skew,
    times: Times,
}

impl Counting {
    /// Nothing counted yet of these partitions.
    #[must_use]
    pub fn new(partitions: &[i32], measure: Measure, times: Times) -> Self {
        Counting { skew: Skew::new(partitions, measure, COUNTERS), times }
    }

    /// What was counted.
    #[must_use]
    pub fn finish(self) -> Skew {
        self.skew
    }
}

impl Visitor for Counting {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        if self.times.has(record.timestamp) {
            let bytes = record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
            self.skew.add(record.partition, record.key, bytes as u64);
        }
        Ok(Next::Go)
    }

    fn wants_headers(&self, _topic: &str, _value: Option<&[u8]>) -> bool {
        false
    }
}
