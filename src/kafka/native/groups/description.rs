//! Describing groups by name. librdkafka asks by the new protocol first and by the old one where that knows no such
//! group, so a group that nobody ever joined, or of a kind that the library does not know, comes out as a classic one
//! that is `Dead`; one of another protocol, such as Connect's, as an error.

use std::ffi::{c_char, c_int};
use std::time::Instant;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_DESCRIBECONSUMERGROUPS_RESULT, rd_kafka_ConsumerGroupDescription_coordinator,
    rd_kafka_ConsumerGroupDescription_error, rd_kafka_ConsumerGroupDescription_member,
    rd_kafka_ConsumerGroupDescription_member_count, rd_kafka_ConsumerGroupDescription_partition_assignor,
    rd_kafka_ConsumerGroupDescription_t, rd_kafka_DescribeConsumerGroups,
    rd_kafka_DescribeConsumerGroups_result_groups, rd_kafka_MemberAssignment_partitions,
    rd_kafka_MemberAssignment_t, rd_kafka_MemberDescription_assignment, rd_kafka_MemberDescription_client_id,
    rd_kafka_MemberDescription_consumer_id, rd_kafka_MemberDescription_group_instance_id,
    rd_kafka_MemberDescription_host, rd_kafka_MemberDescription_t,
    rd_kafka_MemberDescription_target_assignment, rd_kafka_Node_t, rd_kafka_admin_op_t, rd_kafka_error_t,
    rd_kafka_event_t, rd_kafka_topic_partition_list_t,
};

use super::changes::left_out;
use super::listing::{kind_name, state_name};
use crate::kafka::native::code::CallError;
use crate::kafka::native::handle::{Handle, Request, Target};
use crate::kafka::native::metadata::{Node, node};
use crate::kafka::native::object::{View, accessors};
use crate::kafka::native::offsets::Row;
use crate::kafka::native::options::error_of;
use crate::kafka::native::queue::Event;
use crate::kafka::native::raw;
use crate::kafka::native::text::terminated;

accessors! {
    DESCRIBED: List<rd_kafka_event_t, rd_kafka_ConsumerGroupDescription_t> =
        rd_kafka_DescribeConsumerGroups_result_groups;
    ERROR: Value<rd_kafka_ConsumerGroupDescription_t, *const rd_kafka_error_t> =
        rd_kafka_ConsumerGroupDescription_error;
    STATE: Value<rd_kafka_ConsumerGroupDescription_t, c_int> = raw::rd_kafka_ConsumerGroupDescription_state;
    KIND: Value<rd_kafka_ConsumerGroupDescription_t, c_int> = raw::rd_kafka_ConsumerGroupDescription_type;
    ASSIGNOR: Value<rd_kafka_ConsumerGroupDescription_t, *const c_char> =
        rd_kafka_ConsumerGroupDescription_partition_assignor;
    COORDINATOR: Value<rd_kafka_ConsumerGroupDescription_t, *const rd_kafka_Node_t> =
        rd_kafka_ConsumerGroupDescription_coordinator;
    MEMBERS: Value<rd_kafka_ConsumerGroupDescription_t, usize> = rd_kafka_ConsumerGroupDescription_member_count;
    MEMBER_ID: Value<rd_kafka_MemberDescription_t, *const c_char> = rd_kafka_MemberDescription_consumer_id;
    CLIENT_ID: Value<rd_kafka_MemberDescription_t, *const c_char> = rd_kafka_MemberDescription_client_id;
    HOST: Value<rd_kafka_MemberDescription_t, *const c_char> = rd_kafka_MemberDescription_host;
    INSTANCE: Value<rd_kafka_MemberDescription_t, *const c_char> = rd_kafka_MemberDescription_group_instance_id;
    ASSIGNED: Value<rd_kafka_MemberDescription_t, *const rd_kafka_MemberAssignment_t> =
        rd_kafka_MemberDescription_assignment;
    TARGET: Value<rd_kafka_MemberDescription_t, *const rd_kafka_MemberAssignment_t> =
        rd_kafka_MemberDescription_target_assignment;
    PARTITIONS: Value<rd_kafka_MemberAssignment_t, *const rd_kafka_topic_partition_list_t> =
        rd_kafka_MemberAssignment_partitions;
}

/// One described group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Description {
    /// librdkafka's name of the type: `Consumer`, `Classic` or `Unknown`.
    pub(in crate::kafka) kind: String,
    /// librdkafka's name of the state.
    pub(in crate::kafka) state: String,
    pub(in crate::kafka) assignor: Option<String>,
    pub(in crate::kafka) coordinator: Option<Node>,
    pub(in crate::kafka) members: Vec<Member>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Member {
    pub(in crate::kafka) id: String,
    pub(in crate::kafka) client_id: String,
    pub(in crate::kafka) host: String,
    pub(in crate::kafka) instance_id: Option<String>,
    pub(in crate::kafka) assigned: Vec<(String, i32)>,
    /// Where the protocol has such a thing.
    pub(in crate::kafka) target: Option<Vec<(String, i32)>>,
}

impl Handle {
    /// Describes groups, all at once; one answer for each, in their order.
    pub(in crate::kafka) async fn describe_groups(
        &self,
        groups: &[&str],
        deadline: Instant,
    ) -> Vec<Result<Description, CallError>> {
        let calls: Vec<DescribeGroup<'_>> = groups.iter().map(|group| DescribeGroup(group)).collect();
        let answers = self.call_each(&calls, deadline).await;
        answers.into_iter().map(|answer| answer.and_then(|description| description)).collect()
    }
}

/// One group: the library answers for several only when all of their coordinators have.
struct DescribeGroup<'a>(&'a str);

impl Request for DescribeGroup<'_> {
    type Answer = Result<Description, CallError>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS;
    const EVENT: c_int = RD_KAFKA_EVENT_DESCRIBECONSUMERGROUPS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let name = terminated(self.0)?;
        let (mut list, options) = ([name.as_ptr()], target.options.pointer());
        // SAFETY: client, queue, options and the name are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_DescribeConsumerGroups(target.client(), list.as_mut_ptr(), 1, options, target.queue());
        }
        Ok(())
    }

    fn read(event: &Event) -> Self::Answer {
        let group = event.view().parts(DESCRIBED).into_iter().next().ok_or_else(left_out)?;
        group.part(ERROR).and_then(error_of).map_or_else(|| Ok(description(group)), Err)
    }
}

fn description(group: View<'_, rd_kafka_ConsumerGroupDescription_t>) -> Description {
    let member = |index| {
        // SAFETY: the group is alive, and the library looks whether it has such a member.
        let member = unsafe { rd_kafka_ConsumerGroupDescription_member(group.pointer(), index) };
        // SAFETY: NULL or a member that lives as long as its group.
        unsafe { View::new(member) }.map(described_member)
    };
    Description {
        kind: kind_name(group.get(KIND)),
        state: state_name(group.get(STATE)),
        assignor: group.text(ASSIGNOR).filter(|assignor| !assignor.is_empty()),
        coordinator: group.part(COORDINATOR).map(node).filter(|node| node.id >= 0),
        members: (0..group.get(MEMBERS)).filter_map(member).collect(),
    }
}

fn described_member(member: View<'_, rd_kafka_MemberDescription_t>) -> Member {
    let partitions = |assignment: View<'_, rd_kafka_MemberAssignment_t>| {
        let rows = assignment.part(PARTITIONS).map(Row::all).unwrap_or_default();
        rows.into_iter().map(|row| (row.topic, row.partition)).collect::<Vec<_>>()
    };
    Member {
        id: member.text(MEMBER_ID).unwrap_or_default(),
        client_id: member.text(CLIENT_ID).unwrap_or_default(),
        host: member.text(HOST).unwrap_or_default(),
        instance_id: member.text(INSTANCE).filter(|id| !id.is_empty()),
        assigned: member.part(ASSIGNED).map(partitions).unwrap_or_default(),
        target: member.part(TARGET).map(partitions),
    }
}
