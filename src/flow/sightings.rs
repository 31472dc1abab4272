//! Finding where the records of keys are. No value is looked at.

use eventctl_core::partitioner::Sightings;
use eventctl_core::record::Record;

use super::scan::{Next, Visitor};
use super::window::Times;
use crate::failure::Failure;

/// Looks for records with one of some keys.
pub struct Looking {
    keys: Vec<(Vec<u8>, Sightings)>,
    times: Times,
}

impl Looking {
    /// Nothing seen yet of these keys.
    #[must_use]
    pub fn new(keys: Vec<Vec<u8>>, times: Times) -> Self {
        Looking { keys: keys.into_iter().map(|key| (key, Sightings::default())).collect(), times }
    }

    /// What was seen, in the order of the keys.
    #[must_use]
    pub fn finish(self) -> Vec<Sightings> {
        self.keys.into_iter().map(|(_, found)| found).collect()
    }
}

impl Visitor for Looking {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        let Some(key) = record.key else { return Ok(Next::Go) };
        for (wanted, found) in &mut self.keys {
            if key == wanted.as_slice() && self.times.has(record.timestamp) {
                found.add(record.partition, record.offset, record.timestamp);
            }
        }
        Ok(Next::Go)
    }

    fn wants_headers(&self, _topic: &str, _value: Option<&[u8]>) -> bool {
        false
    }
}
