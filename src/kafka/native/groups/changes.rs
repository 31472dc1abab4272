//! Writing and deleting commits, and deleting groups.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::time::Instant;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT, RD_KAFKA_EVENT_DELETECONSUMERGROUPOFFSETS_RESULT,
    RD_KAFKA_EVENT_DELETEGROUPS_RESULT, rd_kafka_AlterConsumerGroupOffsets,
    rd_kafka_AlterConsumerGroupOffsets_destroy, rd_kafka_AlterConsumerGroupOffsets_new,
    rd_kafka_AlterConsumerGroupOffsets_result_groups, rd_kafka_AlterConsumerGroupOffsets_t,
    rd_kafka_DeleteConsumerGroupOffsets, rd_kafka_DeleteConsumerGroupOffsets_destroy,
    rd_kafka_DeleteConsumerGroupOffsets_new, rd_kafka_DeleteConsumerGroupOffsets_result_groups,
    rd_kafka_DeleteConsumerGroupOffsets_t, rd_kafka_DeleteGroup_destroy, rd_kafka_DeleteGroup_new,
    rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroups, rd_kafka_DeleteGroups_result_groups, rd_kafka_admin_op_t,
    rd_kafka_error_t, rd_kafka_event_t, rd_kafka_group_result_error, rd_kafka_group_result_t,
};

use super::commits::rows;
use crate::kafka::native::code::CallError;
use crate::kafka::native::handle::{Handle, Request, Target};
use crate::kafka::native::object::{List, Owned, accessors, destroyed_by};
use crate::kafka::native::offsets::PartitionList;
use crate::kafka::native::options::error_of;
use crate::kafka::native::queue::Event;
use crate::kafka::native::text::terminated;

pub(in crate::kafka) use crate::kafka::native::offsets::NewCommit;

destroyed_by! {
    rd_kafka_AlterConsumerGroupOffsets_t => rd_kafka_AlterConsumerGroupOffsets_destroy,
    rd_kafka_DeleteConsumerGroupOffsets_t => rd_kafka_DeleteConsumerGroupOffsets_destroy,
    rd_kafka_DeleteGroup_t => rd_kafka_DeleteGroup_destroy,
}

accessors! {
    ALTERED: List<rd_kafka_event_t, rd_kafka_group_result_t> = rd_kafka_AlterConsumerGroupOffsets_result_groups;
    CLEARED: List<rd_kafka_event_t, rd_kafka_group_result_t> = rd_kafka_DeleteConsumerGroupOffsets_result_groups;
    DELETED: List<rd_kafka_event_t, rd_kafka_group_result_t> = rd_kafka_DeleteGroups_result_groups;
    ERROR: Value<rd_kafka_group_result_t, *const rd_kafka_error_t> = rd_kafka_group_result_error;
}

/// What became of each partition.
pub(in crate::kafka) type PartitionItems = BTreeMap<(String, i32), Result<(), CallError>>;

impl Handle {
    /// Writes commits of a group. A partition may occur once only.
    pub(in crate::kafka) async fn alter_commits(
        &self,
        group: &str,
        commits: &[NewCommit<'_>],
        deadline: Instant,
    ) -> Result<PartitionItems, CallError> {
        self.one(AlterCommits { group, commits }, deadline).await?
    }

    /// Deletes commits of a group. A partition may occur once only.
    pub(in crate::kafka) async fn delete_commits(
        &self,
        group: &str,
        partitions: &[(&str, i32)],
        deadline: Instant,
    ) -> Result<PartitionItems, CallError> {
        self.one(DeleteCommits { group, partitions }, deadline).await?
    }

    /// Deletes groups, with all that they committed, all at once; one answer for each, in their order.
    pub(in crate::kafka) async fn delete_groups(
        &self,
        groups: &[&str],
        deadline: Instant,
    ) -> Vec<Result<(), CallError>> {
        let calls: Vec<DeleteGroup<'_>> = groups.iter().map(|group| DeleteGroup(group)).collect();
        let answers = self.call_each(&calls, deadline).await;
        answers.into_iter().map(|answer| answer.and_then(|outcome| outcome)).collect()
    }

    async fn one<R: Request>(&self, request: R, deadline: Instant) -> Result<R::Answer, CallError> {
        let answers = self.call_each(&[request], deadline).await;
        answers.into_iter().next().unwrap_or_else(|| Err(left_out()))
    }
}

struct AlterCommits<'a> {
    group: &'a str,
    commits: &'a [NewCommit<'a>],
}

impl Request for AlterCommits<'_> {
    type Answer = Result<PartitionItems, CallError>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS;
    const EVENT: c_int = RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let group = terminated(self.group)?;
        let list = PartitionList::new(self.commits.len())?;
        for commit in self.commits {
            list.add_commit(commit)?;
        }
        // SAFETY: the name and the list are alive and are copied.
        let made = unsafe { rd_kafka_AlterConsumerGroupOffsets_new(group.as_ptr(), list.pointer()) };
        // SAFETY: just made, and ours.
        let made = unsafe { Owned::new(made) }.ok_or_else(not_a_name)?;
        let (mut list, options) = ([made.pointer()], target.options.pointer());
        // SAFETY: client, queue, options and the one item are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_AlterConsumerGroupOffsets(
                target.client(),
                list.as_mut_ptr(),
                1,
                options,
                target.queue(),
            );
        }
        Ok(())
    }

    fn read(event: &Event) -> Self::Answer {
        partition_items(event, ALTERED)
    }
}

struct DeleteCommits<'a> {
    group: &'a str,
    partitions: &'a [(&'a str, i32)],
}

impl Request for DeleteCommits<'_> {
    type Answer = Result<PartitionItems, CallError>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS;
    const EVENT: c_int = RD_KAFKA_EVENT_DELETECONSUMERGROUPOFFSETS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let group = terminated(self.group)?;
        let list = PartitionList::new(self.partitions.len())?;
        for (topic, partition) in self.partitions {
            list.add(topic, *partition, 0)?;
        }
        // SAFETY: the name and the list are alive and are copied.
        let made = unsafe { rd_kafka_DeleteConsumerGroupOffsets_new(group.as_ptr(), list.pointer()) };
        // SAFETY: just made, and ours.
        let made = unsafe { Owned::new(made) }.ok_or_else(not_a_name)?;
        let (mut list, options) = ([made.pointer()], target.options.pointer());
        // SAFETY: client, queue, options and the one item are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_DeleteConsumerGroupOffsets(
                target.client(),
                list.as_mut_ptr(),
                1,
                options,
                target.queue(),
            );
        }
        Ok(())
    }

    fn read(event: &Event) -> Self::Answer {
        partition_items(event, CLEARED)
    }
}

struct DeleteGroup<'a>(&'a str);

impl Request for DeleteGroup<'_> {
    type Answer = Result<(), CallError>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETEGROUPS;
    const EVENT: c_int = RD_KAFKA_EVENT_DELETEGROUPS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let group = doomed_group(self.0)?;
        let (mut list, options) = ([group.pointer()], target.options.pointer());
        // SAFETY: client, queue, options and the group are alive; the library copies them before it returns.
        unsafe { rd_kafka_DeleteGroups(target.client(), list.as_mut_ptr(), 1, options, target.queue()) };
        Ok(())
    }

    fn read(event: &Event) -> Self::Answer {
        let group = event.view().parts(DELETED).into_iter().next().ok_or_else(left_out)?;
        group.part(ERROR).and_then(error_of).map_or(Ok(()), Err)
    }
}

fn doomed_group(group: &str) -> Result<Owned<rd_kafka_DeleteGroup_t>, CallError> {
    let name = terminated(group)?;
    // SAFETY: the name is alive and is copied.
    let made = unsafe { rd_kafka_DeleteGroup_new(name.as_ptr()) };
    // SAFETY: just made, and ours.
    unsafe { Owned::new(made) }.ok_or_else(not_a_name)
}

fn partition_items(
    event: &Event,
    groups: List<rd_kafka_event_t, rd_kafka_group_result_t>,
) -> Result<PartitionItems, CallError> {
    let rows = rows(event, groups)?.into_iter();
    Ok(rows.map(|row| ((row.topic, row.partition), row.error.map_or(Ok(()), Err))).collect())
}

fn not_a_name() -> CallError {
    CallError::local("_INVALID_ARG", "not a group's name")
}

pub(super) fn left_out() -> CallError {
    CallError::local("_BAD_MSG", "the broker's answer left it out")
}
