//! The calls for offsets of partitions: many at once, one result for each.
//!
//! librdkafka asks each partition's leader, and says "no leader" of topics that are absent or denied as well; here the
//! three are told apart. What an offset means (records, lag, a position) is decided elsewhere.

use std::collections::BTreeMap;
use std::time::Instant;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::name::TopicName;
use eventctl_core::topics::live::OffsetRange;

use super::cluster::Cluster;
use super::faults::fault;
use super::native::offsets::{Offset, OffsetSpec};
use super::reads::{ATTEMPTS_IF_ABSENT, PAUSE, left_out, unique, worth_another_try};
use super::together;

pub use eventctl_core::groups::live::PartitionKey;

/// Partitions in one request: librdkafka compares each answer with each question.
const PARTITIONS_AT_ONCE: usize = 500;

/// After how many attempts it is looked whether the topic may be seen at all.
const ATTEMPTS_IF_DENIED: u32 = 2;

/// Which records count when the end of a partition is asked for. There is no default: an answer names its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Records of finished transactions: the end is the last stable offset.
    Committed,
    /// All records: the end is the high watermark.
    Uncommitted,
}

impl Isolation {
    /// The word that outputs use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Isolation::Committed => "committed",
            Isolation::Uncommitted => "uncommitted",
        }
    }
}

/// The last record of a partition by timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastWrite {
    /// The record's offset.
    pub offset: i64,
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: i64,
}

impl Cluster {
    /// The log start and the high watermark of partitions, each with its own result. Leave out partitions without a
    /// leader: like all calls for offsets, this one waits for a leader until the time limit.
    ///
    /// # Errors
    /// Per partition.
    pub async fn offsets(
        &self,
        partitions: &[PartitionKey],
    ) -> BTreeMap<PartitionKey, Result<OffsetRange, Fault>> {
        let (starts, mut ends) = tokio::join!(
            self.asked_offsets(partitions, OffsetSpec::Earliest, Isolation::Uncommitted),
            self.asked_offsets(partitions, OffsetSpec::Latest, Isolation::Uncommitted),
        );
        let range = |(key, start): (PartitionKey, Result<(i64, i64), Fault>)| {
            let end = ends.remove(&key).unwrap_or_else(|| Err(fault(left_out())));
            let range = start.and_then(|(log_start, _)| {
                end.map(|(high_watermark, _)| OffsetRange { log_start, high_watermark })
            });
            (key, range)
        };
        starts.into_iter().map(range).collect()
    }

    /// The log start of partitions.
    ///
    /// # Errors
    /// Per partition.
    pub async fn starts(&self, partitions: &[PartitionKey]) -> BTreeMap<PartitionKey, Result<i64, Fault>> {
        let starts = self.asked_offsets(partitions, OffsetSpec::Earliest, Isolation::Uncommitted).await;
        starts.into_iter().map(|(key, answer)| (key, answer.map(|(offset, _)| offset))).collect()
    }

    /// The end of partitions at this level of isolation.
    ///
    /// # Errors
    /// Per partition.
    pub async fn ends(
        &self,
        partitions: &[PartitionKey],
        isolation: Isolation,
    ) -> BTreeMap<PartitionKey, Result<i64, Fault>> {
        let ends = self.asked_offsets(partitions, OffsetSpec::Latest, isolation).await;
        ends.into_iter().map(|(key, answer)| (key, answer.map(|(offset, _)| offset))).collect()
    }

    /// The first offset at or after a time (milliseconds since 1970); `None` where there is no such record.
    ///
    /// # Errors
    /// Per partition.
    pub async fn offsets_at(
        &self,
        partitions: &[PartitionKey],
        time: i64,
    ) -> BTreeMap<PartitionKey, Result<Option<i64>, Fault>> {
        let found = self.asked_offsets(partitions, OffsetSpec::At(time), Isolation::Uncommitted).await;
        let offset = |(offset, _): (i64, i64)| (offset >= 0).then_some(offset);
        found.into_iter().map(|(key, answer)| (key, answer.map(offset))).collect()
    }

    /// The record with the highest timestamp; `None` for an empty partition. `Unsupported` before Kafka 3.0.
    ///
    /// # Errors
    /// Per partition.
    pub async fn last_write(
        &self,
        partitions: &[PartitionKey],
    ) -> BTreeMap<PartitionKey, Result<Option<LastWrite>, Fault>> {
        let found = self.asked_offsets(partitions, OffsetSpec::MaxTimestamp, Isolation::Uncommitted).await;
        let last = |(offset, timestamp): (i64, i64)| (offset >= 0).then_some(LastWrite { offset, timestamp });
        found.into_iter().map(|(key, answer)| (key, answer.map(last))).collect()
    }

    /// Offset and timestamp of partitions; those that a broker cannot tell right now are asked for again.
    async fn asked_offsets(
        &self,
        partitions: &[PartitionKey],
        spec: OffsetSpec,
        isolation: Isolation,
    ) -> BTreeMap<PartitionKey, Result<(i64, i64), Fault>> {
        let deadline = self.deadline();
        let mut found = BTreeMap::new();
        let mut asked: Vec<PartitionKey> = partitions.to_vec();
        asked.sort_unstable();
        asked.dedup();
        for attempt in 1.. {
            let requests = asked
                .chunks(PARTITIONS_AT_ONCE)
                .map(|some| self.asked_once(some, spec, isolation == Isolation::Committed, deadline));
            found.extend(together::all(requests).await.into_iter().flatten());
            if attempt == ATTEMPTS_IF_DENIED || attempt == ATTEMPTS_IF_ABSENT {
                self.tell_apart(&asked, &mut found, attempt, deadline).await;
            }
            asked.retain(|key| {
                let again = |fault: &Fault| worth_another_try(fault, attempt);
                found.get(key).is_some_and(|answer| answer.as_ref().is_err_and(again))
            });
            if asked.is_empty() || Instant::now() + PAUSE >= deadline {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        found
    }

    /// librdkafka calls a topic that is not there, or that may not be seen, one without leaders; the topics themselves
    /// tell the difference.
    async fn tell_apart<T>(
        &self,
        asked: &[PartitionKey],
        found: &mut BTreeMap<PartitionKey, Result<T, Fault>>,
        attempt: u32,
        deadline: Instant,
    ) {
        let waiting = |key: &&PartitionKey| {
            found.get(*key).is_some_and(|it| it.as_ref().is_err_and(|fault| worth_another_try(fault, 1)))
        };
        let asked: Vec<PartitionKey> = asked.iter().filter(waiting).cloned().collect();
        let topics: Vec<TopicName> = asked.iter().map(|(topic, _)| topic.clone()).collect();
        let Ok(described) = self.descriptions(&unique(&topics), deadline).await else { return };
        for key in asked {
            let Some(Err(error)) = described.get(key.0.as_str()) else { continue };
            let fault = fault(error.clone());
            let sure = match fault.kind {
                FaultKind::Denied => true,
                FaultKind::Absent => attempt >= ATTEMPTS_IF_ABSENT,
                _ => false,
            };
            if sure {
                found.insert(key, Err(fault));
            }
        }
    }

    async fn asked_once(
        &self,
        partitions: &[PartitionKey],
        spec: OffsetSpec,
        committed: bool,
        deadline: Instant,
    ) -> Vec<(PartitionKey, Result<(i64, i64), Fault>)> {
        let names: Vec<(&str, i32)> = partitions.iter().map(|(topic, id)| (topic.as_str(), *id)).collect();
        let answer = self
            .ask_again(deadline, || self.inner.handle.list_offsets(&names, spec, committed, deadline))
            .await;
        let whole = match answer {
            Ok(offsets) => {
                let answered =
                    |offset: Offset| ((offset.topic, offset.partition), offset.answer.map_err(fault));
                let mut answers: BTreeMap<_, _> = offsets.into_iter().map(answered).collect();
                let one = |key: &PartitionKey| {
                    let answer = answers.remove(&(key.0.to_string(), key.1));
                    (key.clone(), answer.unwrap_or_else(|| Err(fault(left_out()))))
                };
                return partitions.iter().map(one).collect();
            }
            Err(error) => error.fault,
        };
        partitions.iter().map(|key| (key.clone(), Err(whole.clone()))).collect()
    }
}
