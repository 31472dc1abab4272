//! Which part of a topic a reading covered, and which records of it count.

use eventctl_core::position::{Bounds, Position};
use eventctl_core::scan::{PartitionScan, Window, WindowInput};

use super::range::Ranges;
use super::scan::Scanned;

/// The times that records must lie between: a position that is a time finds a place by the broker's index, and the
/// timestamps behind that place need not rise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    since: Option<i64>,
    before: Option<i64>,
}

impl Times {
    /// Those of these bounds.
    #[must_use]
    pub fn of(bounds: &Bounds) -> Self {
        Times { since: bounds.from.time(), before: bounds.until.as_ref().and_then(Position::time) }
    }

    /// True for a timestamp between them.
    #[must_use]
    pub fn has(self, timestamp: i64) -> bool {
        self.since.is_none_or(|since| timestamp >= since)
            && self.before.is_none_or(|before| timestamp < before)
    }
}

/// What was read of one topic, by its number in the reading.
#[must_use]
pub fn of(ranges: &Ranges, topic: usize, bounds: &Bounds, scanned: &Scanned) -> Option<Window> {
    let range = ranges.topics.get(topic)?;
    let partitions: Vec<PartitionScan> =
        scanned.partitions.iter().filter(|scan| scan.topic == topic).cloned().collect();
    Some(Window::of(&WindowInput {
        bounds,
        isolation: ranges.isolation.as_str(),
        end: scanned.end,
        partitions: &partitions,
        facts: &range.facts,
        unreadable: &range.unreadable,
        remarks: &range.frozen.remarks,
    }))
}
