//! Readings in the order of time: partitions merged by timestamp, and the last records of all.
//!
//! The merge takes from the one partition that it cannot go on without, and leaves the others alone. What is fetched of
//! those waits in queues of their own, which are bounded: nobody has to be paused, and nothing is fetched twice.

use std::collections::VecDeque;

use eventctl_core::record::{OwnedRecord, Record};
use eventctl_core::scan::ScanEnd;
use eventctl_core::scan::merge::{Merge, Turn};

use super::judged::{Judged, Panel};
use super::range::Ranges;
use super::scan::{Means, Next, Scan, Scanned, Visitor, WAIT, on_a_thread};
use crate::failure::Failure;
use crate::kafka::budget::settings_per_partition;
use crate::kafka::scan::Item;

/// Reads ranges to their ends and shows the records of all partitions to the visitor in the order of their timestamps.
///
/// # Errors
/// As [`super::scan::scan`].
pub async fn scan<V: Visitor + 'static>(
    ranges: &Ranges,
    means: &Means,
    mut visitor: V,
) -> Result<(Scanned, V), Failure> {
    let (ranges, means) = (ranges.clone(), means.clone());
    on_a_thread("scan", move || {
        let (scan, panel) = Scan::start(&ranges, &means, settings_per_partition, visitor.judges())?;
        Merged::new(scan, panel).run(&mut visitor).map(|scanned| (scanned, visitor))
    })
    .await
}

/// What is at hand of a partition: the parts of a batch, and how much of the first one lies behind.
struct Lane {
    topic: usize,
    partition: i32,
    parts: VecDeque<Judged>,
    behind: usize,
}

struct Merged {
    scan: Scan,
    panel: Panel,
    merge: Merge,
    /// By the numbers that the merge knows them by.
    lanes: Vec<Lane>,
}

impl Merged {
    fn new(scan: Scan, panel: Panel) -> Merged {
        let lane = |(topic, partition)| Lane { topic, partition, parts: VecDeque::new(), behind: 0 };
        let lanes: Vec<Lane> = scan.partitions().into_iter().map(lane).collect();
        Merged { scan, panel, merge: Merge::new(lanes.len()), lanes }
    }

    fn run(mut self, visitor: &mut impl Visitor) -> Result<Scanned, Failure> {
        let mut end = None;
        while end.is_none() && self.scan.is_open() {
            if self.scan.is_stopped() {
                end = Some(ScanEnd::Stopped);
                break;
            }
            end = match self.merge.turn() {
                Turn::Show(lane) => self.show(lane, visitor)?,
                Turn::Await(lane) => self.fill(lane, visitor)?,
                Turn::Over => break,
            };
            for (topic, partition) in self.scan.finished() {
                self.end(topic, partition);
            }
        }
        Ok(self.scan.report(end))
    }

    /// Shows the first record that is at hand of a partition.
    fn show(&mut self, lane: usize, visitor: &mut impl Visitor) -> Result<Option<ScanEnd>, Failure> {
        let Some(it) = self.lanes.get_mut(lane) else { return Ok(None) };
        let first = it.parts.front().and_then(|part| part.item(it.behind));
        let end = first.map_or(Ok(None), |(first, ruling)| self.scan.item(first, ruling, visitor))?;
        it.behind += 1;
        self.look(lane, visitor)?;
        Ok(end)
    }

    /// Takes what there is of a partition of which nothing is at hand, after a wait where nothing is there yet.
    fn fill(&mut self, lane: usize, visitor: &mut impl Visitor) -> Result<Option<ScanEnd>, Failure> {
        if let Next::End(why) = visitor.drained()? {
            return Ok(Some(why));
        }
        let Some(it) = self.lanes.get_mut(lane) else { return Ok(None) };
        let batch = self.scan.take(|scanner| scanner.next_of(it.topic, it.partition, WAIT))?;
        let Some(parts) = batch.map_or(Ok(Some(Vec::new())), |batch| self.panel.judge(batch))? else {
            return Ok(Some(ScanEnd::Stopped));
        };
        (it.parts, it.behind) = (parts.into(), 0);
        self.look(lane, visitor)?;
        self.scan.settle();
        Ok(None)
    }

    /// Tells the merge what comes next of a partition. Ends and faults hold in the place where they stand: what was read
    /// before them has been shown.
    fn look(&mut self, lane: usize, visitor: &mut impl Visitor) -> Result<(), Failure> {
        let Some(it) = self.lanes.get_mut(lane) else { return Ok(()) };
        while let Some(part) = it.parts.front() {
            if it.behind >= part.len() {
                it.parts.pop_front();
                it.behind = 0;
                continue;
            }
            match part.item(it.behind) {
                Some((Item::Message(message), _)) => {
                    self.merge.offer(lane, message.timestamp().0);
                    return Ok(());
                }
                Some((other, ruling)) => drop(self.scan.item(other, ruling, visitor)?),
                None => {}
            }
            it.behind += 1;
        }
        self.merge.lack(lane);
        Ok(())
    }

    /// Lets go of a partition of which no more is wanted, or comes.
    fn end(&mut self, topic: usize, partition: i32) {
        let is_it = |lane: &Lane| (lane.topic, lane.partition) == (topic, partition);
        let Some(lane) = self.lanes.iter().position(is_it) else { return };
        self.merge.end(lane);
        if let Some(it) = self.lanes.get_mut(lane) {
            it.parts.clear();
        }
    }
}

/// Keeps the last records that it is shown.
pub struct Last {
    most: usize,
    records: VecDeque<OwnedRecord>,
}

impl Last {
    /// Keeps so many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Last { most, records: VecDeque::new() }
    }

    /// The records, the oldest first.
    #[must_use]
    pub fn records(self) -> Vec<OwnedRecord> {
        self.records.into()
    }
}

impl Visitor for Last {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        if self.records.len() == self.most {
            self.records.pop_front();
        }
        if self.most > 0 {
            self.records.push_back(OwnedRecord::of(record));
        }
        Ok(Next::Go)
    }
}
