//! What a plan asks of a cluster beyond its topics, and how the answers are counted.
//!
//! A count made of offsets is an estimate from above: compaction and transaction markers leave gaps. So it is always
//! "about", and an answer that is missing makes it "at least" or "unknown", never zero.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{PlannedChange, risks};
use crate::fault::Fault;
use crate::name::{GroupName, TopicName};
use crate::topics::change::Change;
use crate::topics::live::OffsetRange;

/// Something to ask the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The log start and the high watermark of each partition (list-offsets, uncommitted).
    Ranges {
        /// The topic.
        topic: TopicName,
    },
    /// For each partition the first offset whose record is at this time or later (list-offsets by time).
    OffsetsAt {
        /// The topic.
        topic: TopicName,
        /// The time.
        at: Timestamp,
    },
    /// The latest timestamp of any record (list-offsets by maximal timestamp).
    LastWrite {
        /// The topic.
        topic: TopicName,
    },
    /// The groups that have committed offsets.
    Commits {
        /// The topic.
        topic: TopicName,
    },
}

/// What the cluster answered, by topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(pub BTreeMap<TopicName, TopicFacts>);

/// What the cluster answered about one topic. What was not asked stays empty and is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopicFacts {
    /// The answers to `Ranges`, by partition.
    pub ranges: BTreeMap<i32, Result<OffsetRange, Fault>>,
    /// The answers to `OffsetsAt`, by time and partition; `None` where no record is that late.
    pub offsets_at: BTreeMap<Timestamp, BTreeMap<i32, Result<Option<i64>, Fault>>>,
    /// The answer to `LastWrite`; `None` inside where the topic holds no record.
    pub last_write: Option<Result<Option<Timestamp>, Fault>>,
    /// The answer to `Commits`.
    pub commits: Option<Result<Vec<GroupName>, Fault>>,
}

/// A count of records as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Estimate {
    /// Every partition answered.
    About(i64),
    /// Some did.
    AtLeast(i64, String),
    /// None did; why.
    Unknown(String),
}

impl TopicFacts {
    /// The sum of the high watermarks, where all `partitions` answered.
    pub(super) fn high_watermarks(&self, partitions: usize) -> Option<i64> {
        let mut sum = 0_i64;
        for range in self.ranges.values() {
            sum = sum.saturating_add(range.as_ref().ok()?.high_watermark);
        }
        (partitions > 0 && self.ranges.len() >= partitions).then_some(sum)
    }

    /// How many records it holds.
    pub(super) fn records(&self, partitions: usize) -> Estimate {
        let counts = self.ranges.values().map(|range| match range {
            Ok(range) => Ok(range.high_watermark.saturating_sub(range.log_start).max(0)),
            Err(fault) => Err(fault),
        });
        sum(counts, partitions)
    }

    /// How many of its records lie before a time.
    pub(super) fn records_before(&self, at: Timestamp, partitions: usize) -> Estimate {
        let Some(offsets) = self.offsets_at.get(&at) else {
            return Estimate::Unknown("not asked".to_owned());
        };
        let counts = offsets.iter().map(|(partition, offset)| {
            let offset = offset.as_ref().map_err(Some)?;
            let Some(Ok(range)) = self.ranges.get(partition) else {
                return match self.ranges.get(partition) {
                    Some(Err(fault)) => Err(Some(fault)),
                    _ => Err(None),
                };
            };
            let end = offset.unwrap_or(range.high_watermark);
            Ok(end.saturating_sub(range.log_start).max(0))
        });
        sum_known(counts, partitions)
    }
}

fn sum<'a>(counts: impl Iterator<Item = Result<i64, &'a Fault>>, partitions: usize) -> Estimate {
    sum_known(counts.map(|count| count.map_err(Some)), partitions)
}

fn sum_known<'a>(
    counts: impl Iterator<Item = Result<i64, Option<&'a Fault>>>,
    partitions: usize,
) -> Estimate {
    let (mut total, mut known, mut why) = (0_i64, 0_usize, "not asked".to_owned());
    for count in counts {
        match count {
            Ok(count) => {
                total = total.saturating_add(count);
                known += 1;
            }
            Err(Some(fault)) => why.clone_from(&fault.code),
            Err(None) => {}
        }
    }
    if known == 0 {
        Estimate::Unknown(why)
    } else if known < partitions {
        Estimate::AtLeast(total, why)
    } else {
        Estimate::About(total)
    }
}

/// What to ask about one change.
pub(super) fn questions(planned: &PlannedChange, now: Timestamp) -> Vec<Question> {
    let topic = planned.change.topic().clone();
    match &planned.change {
        Change::Create(_) | Change::Grow(_) => Vec::new(),
        Change::Delete(_) => vec![
            Question::Ranges { topic: topic.clone() },
            Question::LastWrite { topic: topic.clone() },
            Question::Commits { topic },
        ],
        Change::Configure(alteration) => {
            let mut questions = Vec::new();
            if alteration.settings.iter().any(|(key, change)| risks::counts_records(key, change)) {
                questions.push(Question::Ranges { topic: topic.clone() });
            }
            for (key, change) in &alteration.settings {
                if let Some(at) = risks::boundary(key, change, &planned.context, now) {
                    questions.push(Question::OffsetsAt { topic: topic.clone(), at });
                }
            }
            questions
        }
    }
}
