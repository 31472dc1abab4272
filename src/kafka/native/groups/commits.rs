//! Reading the committed offsets of a group.

use std::ffi::c_int;
use std::time::Instant;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT, rd_kafka_ListConsumerGroupOffsets,
    rd_kafka_ListConsumerGroupOffsets_destroy, rd_kafka_ListConsumerGroupOffsets_new,
    rd_kafka_ListConsumerGroupOffsets_result_groups, rd_kafka_ListConsumerGroupOffsets_t,
    rd_kafka_admin_op_t, rd_kafka_error_t, rd_kafka_event_t, rd_kafka_group_result_error,
    rd_kafka_group_result_partitions, rd_kafka_group_result_t, rd_kafka_topic_partition_list_t,
};

use crate::kafka::native::code::CallError;
use crate::kafka::native::handle::{Handle, Request, Target};
use crate::kafka::native::object::{List, Owned, accessors, destroyed_by};
use crate::kafka::native::offsets::{PartitionList, Row};
use crate::kafka::native::options::{Wishes, error_of};
use crate::kafka::native::queue::Event;
use crate::kafka::native::text::terminated;

destroyed_by! { rd_kafka_ListConsumerGroupOffsets_t => rd_kafka_ListConsumerGroupOffsets_destroy }

accessors! {
    GROUPS: List<rd_kafka_event_t, rd_kafka_group_result_t> = rd_kafka_ListConsumerGroupOffsets_result_groups;
    ERROR: Value<rd_kafka_group_result_t, *const rd_kafka_error_t> = rd_kafka_group_result_error;
    ROWS: Value<rd_kafka_group_result_t, *const rd_kafka_topic_partition_list_t> = rd_kafka_group_result_partitions;
}

/// What a group committed for one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Commit {
    pub(in crate::kafka) topic: String,
    pub(in crate::kafka) partition: i32,
    /// None without a commit, which only partitions that were asked for by name can have.
    pub(in crate::kafka) offset: Result<Option<i64>, CallError>,
    /// -1 where it is not known.
    pub(in crate::kafka) leader_epoch: i32,
    pub(in crate::kafka) metadata: Option<String>,
}

/// Which commits of a group are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct ListCommits<'a> {
    pub(in crate::kafka) group: &'a str,
    /// These partitions, each once; none for all that this principal may see.
    pub(in crate::kafka) partitions: Option<Vec<(&'a str, i32)>>,
}

impl Handle {
    /// Reads committed offsets, without waiting for open transactions, for all groups at once; one answer for each
    /// wish, in their order.
    pub(in crate::kafka) async fn commits(
        &self,
        wishes: &[ListCommits<'_>],
        deadline: Instant,
    ) -> Vec<Result<Vec<Commit>, CallError>> {
        let answers = self.call_each(wishes, deadline).await;
        answers.into_iter().map(|answer| answer.and_then(|commits| commits)).collect()
    }
}

impl Request for ListCommits<'_> {
    type Answer = Result<Vec<Commit>, CallError>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS;
    const EVENT: c_int = RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { stable: Some(false), ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let group = terminated(self.group)?;
        let list = self.partitions.as_deref().map(named).transpose()?;
        let list = list.as_ref().map_or(std::ptr::null_mut(), PartitionList::pointer);
        // SAFETY: the name and the list are alive and are copied; NULL asks for all partitions.
        let made = unsafe { rd_kafka_ListConsumerGroupOffsets_new(group.as_ptr(), list) };
        // SAFETY: just made, and ours.
        let made = unsafe { Owned::new(made) };
        let made = made.ok_or_else(|| CallError::local("_INVALID_ARG", "not a group's name"))?;
        let (mut list, options) = ([made.pointer()], target.options.pointer());
        // SAFETY: client, queue, options and the one item are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_ListConsumerGroupOffsets(target.client(), list.as_mut_ptr(), 1, options, target.queue());
        }
        Ok(())
    }

    fn read(event: &Event) -> Self::Answer {
        let commit = |row: Row| Commit {
            topic: row.topic,
            partition: row.partition,
            // Without a commit the offset is librdkafka's "invalid".
            offset: row.error.map_or(Ok((row.offset >= 0).then_some(row.offset)), Err),
            leader_epoch: row.leader_epoch,
            metadata: row.metadata,
        };
        Ok(rows(event, GROUPS)?.into_iter().map(commit).collect())
    }
}

fn named(partitions: &[(&str, i32)]) -> Result<PartitionList, CallError> {
    let list = PartitionList::new(partitions.len())?;
    for (topic, partition) in partitions {
        list.add(topic, *partition, 0)?;
    }
    Ok(list)
}

/// The rows of an answer that is about one group.
pub(super) fn rows(
    event: &Event,
    groups: List<rd_kafka_event_t, rd_kafka_group_result_t>,
) -> Result<Vec<Row>, CallError> {
    let mut rows = Vec::new();
    for group in event.view().parts(groups) {
        if let Some(error) = group.part(ERROR).and_then(error_of) {
            return Err(error);
        }
        rows.extend(group.part(ROWS).map(Row::all).unwrap_or_default());
    }
    Ok(rows)
}
