//! Calls on topics: create, delete, more partitions, describe.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int};
use std::time::Instant;

use eventctl_core::topics::change::{Creation, Growth};
use rdkafka::bindings::{
    RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT, RD_KAFKA_EVENT_CREATETOPICS_RESULT,
    RD_KAFKA_EVENT_DELETETOPICS_RESULT, RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT, rd_kafka_CreatePartitions,
    rd_kafka_CreatePartitions_result_topics, rd_kafka_CreateTopics, rd_kafka_CreateTopics_result_topics,
    rd_kafka_DeleteTopic_destroy, rd_kafka_DeleteTopic_new, rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopics,
    rd_kafka_DeleteTopics_result_topics, rd_kafka_DescribeTopics, rd_kafka_DescribeTopics_result_topics,
    rd_kafka_NewPartitions_destroy, rd_kafka_NewPartitions_new, rd_kafka_NewPartitions_t,
    rd_kafka_NewTopic_destroy, rd_kafka_NewTopic_new, rd_kafka_NewTopic_set_config, rd_kafka_NewTopic_t,
    rd_kafka_Node_id, rd_kafka_Node_t, rd_kafka_TopicCollection_destroy,
    rd_kafka_TopicCollection_of_topic_names, rd_kafka_TopicCollection_t, rd_kafka_TopicDescription_error,
    rd_kafka_TopicDescription_is_internal, rd_kafka_TopicDescription_name,
    rd_kafka_TopicDescription_partitions, rd_kafka_TopicDescription_t, rd_kafka_TopicDescription_topic_id,
    rd_kafka_TopicPartitionInfo_isr, rd_kafka_TopicPartitionInfo_leader,
    rd_kafka_TopicPartitionInfo_partition, rd_kafka_TopicPartitionInfo_replicas,
    rd_kafka_TopicPartitionInfo_t, rd_kafka_Uuid_base64str, rd_kafka_Uuid_t, rd_kafka_admin_op_t,
    rd_kafka_error_t, rd_kafka_event_t, rd_kafka_topic_result_error_string, rd_kafka_topic_result_name,
    rd_kafka_topic_result_t,
};

use super::code::{CallError, Code};
use super::handle::{Handle, Request, Target};
use super::object::{List, Owned, View, accessors, destroyed_by, pointers};
use super::options::{Wishes, error_of};
use super::queue::Event;
use super::raw;
use super::text::{Reason, terminated};

destroyed_by! {
    rd_kafka_NewTopic_t => rd_kafka_NewTopic_destroy,
    rd_kafka_DeleteTopic_t => rd_kafka_DeleteTopic_destroy,
    rd_kafka_NewPartitions_t => rd_kafka_NewPartitions_destroy,
    rd_kafka_TopicCollection_t => rd_kafka_TopicCollection_destroy,
}

accessors! {
    RESULT_ERROR: Value<rd_kafka_topic_result_t, c_int> = raw::rd_kafka_topic_result_error;
    RESULT_TEXT: Value<rd_kafka_topic_result_t, *const c_char> = rd_kafka_topic_result_error_string;
    RESULT_NAME: Value<rd_kafka_topic_result_t, *const c_char> = rd_kafka_topic_result_name;
    CREATED: List<rd_kafka_event_t, rd_kafka_topic_result_t> = rd_kafka_CreateTopics_result_topics;
    DELETED: List<rd_kafka_event_t, rd_kafka_topic_result_t> = rd_kafka_DeleteTopics_result_topics;
    GROWN: List<rd_kafka_event_t, rd_kafka_topic_result_t> = rd_kafka_CreatePartitions_result_topics;
    DESCRIBED: List<rd_kafka_event_t, rd_kafka_TopicDescription_t> = rd_kafka_DescribeTopics_result_topics;
    TOPIC_NAME: Value<rd_kafka_TopicDescription_t, *const c_char> = rd_kafka_TopicDescription_name;
    TOPIC_ID: Value<rd_kafka_TopicDescription_t, *const rd_kafka_Uuid_t> = rd_kafka_TopicDescription_topic_id;
    TOPIC_INTERNAL: Value<rd_kafka_TopicDescription_t, c_int> = rd_kafka_TopicDescription_is_internal;
    TOPIC_ERROR: Value<rd_kafka_TopicDescription_t, *const rd_kafka_error_t> = rd_kafka_TopicDescription_error;
    PARTITIONS: List<rd_kafka_TopicDescription_t, rd_kafka_TopicPartitionInfo_t> =
        rd_kafka_TopicDescription_partitions;
    PARTITION: Value<rd_kafka_TopicPartitionInfo_t, c_int> = rd_kafka_TopicPartitionInfo_partition;
    LEADER: Value<rd_kafka_TopicPartitionInfo_t, *const rd_kafka_Node_t> = rd_kafka_TopicPartitionInfo_leader;
    REPLICAS: List<rd_kafka_TopicPartitionInfo_t, rd_kafka_Node_t> = rd_kafka_TopicPartitionInfo_replicas;
    IN_SYNC: List<rd_kafka_TopicPartitionInfo_t, rd_kafka_Node_t> = rd_kafka_TopicPartitionInfo_isr;
    NODE: Value<rd_kafka_Node_t, c_int> = rd_kafka_Node_id;
    UUID: Value<rd_kafka_Uuid_t, *const c_char> = rd_kafka_Uuid_base64str;
}

/// The id that stands for "no id": all zeros.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// A bulk call's answer: what became of each item, by name.
pub(in crate::kafka) type Items = BTreeMap<String, Result<(), CallError>>;

/// One topic of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Description {
    pub(in crate::kafka) id: Option<String>,
    pub(in crate::kafka) internal: bool,
    pub(in crate::kafka) partitions: Vec<Partition>,
}

/// One partition of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Partition {
    pub(in crate::kafka) id: i32,
    pub(in crate::kafka) leader: Option<i32>,
    pub(in crate::kafka) replicas: Vec<i32>,
    pub(in crate::kafka) in_sync: Vec<i32>,
}

/// Descriptions by topic, each with its own error.
pub(in crate::kafka) type Descriptions = BTreeMap<String, Result<Description, CallError>>;

impl Handle {
    /// Creates topics, or with `validate_only` lets the brokers check them.
    pub(in crate::kafka) async fn create_topics(
        &self,
        topics: &[&Creation],
        validate_only: bool,
        deadline: Instant,
    ) -> Result<Items, CallError> {
        let (topics, items) = sort_out(topics, |topic| (topic.topic.as_str(), new_topic(topic)));
        if topics.is_empty() {
            return Ok(items);
        }
        merged(items, self.change(&CreateTopics { topics, validate_only }, deadline).await)
    }

    /// Gives topics more partitions, or with `validate_only` lets the brokers check it.
    pub(in crate::kafka) async fn grow_topics(
        &self,
        topics: &[&Growth],
        validate_only: bool,
        deadline: Instant,
    ) -> Result<Items, CallError> {
        let (topics, items) = sort_out(topics, |growth| (growth.topic.as_str(), new_partitions(growth)));
        if topics.is_empty() {
            return Ok(items);
        }
        merged(items, self.change(&GrowTopics { topics, validate_only }, deadline).await)
    }

    /// Deletes topics.
    pub(in crate::kafka) async fn delete_topics(
        &self,
        topics: &[&str],
        deadline: Instant,
    ) -> Result<Items, CallError> {
        self.call(&DeleteTopics(topics.to_vec()), deadline).await
    }

    /// Describes topics that are asked for by name.
    pub(in crate::kafka) async fn describe_topics(
        &self,
        topics: &[&str],
        deadline: Instant,
    ) -> Result<Descriptions, CallError> {
        self.call_any(&DescribeTopics(topics.to_vec()), deadline).await
    }
}

/// Separates the items that the library takes from those it refuses by itself, so that a bad one spoils no other.
pub(super) fn sort_out<'a, T, N>(
    all: &[&'a T],
    build: impl Fn(&'a T) -> (&'a str, Result<N, CallError>),
) -> (Vec<&'a T>, Items) {
    let mut good = Vec::with_capacity(all.len());
    let mut refused = Items::new();
    for item in all {
        match build(item) {
            (_, Ok(_)) => good.push(*item),
            (name, Err(error)) => {
                refused.insert(name.to_owned(), Err(error));
            }
        }
    }
    (good, refused)
}

/// Adds the refused items to the brokers' answers.
pub(super) fn merged(mut refused: Items, answer: Result<Items, CallError>) -> Result<Items, CallError> {
    refused.extend(answer?);
    Ok(refused)
}

struct CreateTopics<'a> {
    topics: Vec<&'a Creation>,
    validate_only: bool,
}

impl Request for CreateTopics<'_> {
    type Answer = Items;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATETOPICS;
    const EVENT: c_int = RD_KAFKA_EVENT_CREATETOPICS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { validate_only: self.validate_only, carried_out: true, ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let topics = self.topics.iter().map(|topic| new_topic(topic)).collect::<Result<Vec<_>, _>>()?;
        let (mut list, options) = (pointers(&topics), target.options.pointer());
        // SAFETY: client, queue, options and every topic are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_CreateTopics(target.client(), list.as_mut_ptr(), list.len(), options, target.queue());
        }
        Ok(())
    }

    fn read(event: &Event) -> Items {
        items(event, CREATED)
    }
}

struct DeleteTopics<'a>(Vec<&'a str>);

impl Request for DeleteTopics<'_> {
    type Answer = Items;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETETOPICS;
    const EVENT: c_int = RD_KAFKA_EVENT_DELETETOPICS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { carried_out: true, ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let topics = self.0.iter().map(|topic| doomed_topic(topic)).collect::<Result<Vec<_>, _>>()?;
        let (mut list, options) = (pointers(&topics), target.options.pointer());
        // SAFETY: client, queue, options and every topic are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_DeleteTopics(target.client(), list.as_mut_ptr(), list.len(), options, target.queue());
        }
        Ok(())
    }

    fn read(event: &Event) -> Items {
        items(event, DELETED)
    }
}

struct GrowTopics<'a> {
    topics: Vec<&'a Growth>,
    validate_only: bool,
}

impl Request for GrowTopics<'_> {
    type Answer = Items;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATEPARTITIONS;
    const EVENT: c_int = RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { validate_only: self.validate_only, carried_out: true, ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let topics =
            self.topics.iter().map(|growth| new_partitions(growth)).collect::<Result<Vec<_>, _>>()?;
        let (mut list, options) = (pointers(&topics), target.options.pointer());
        // SAFETY: client, queue, options and every item are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_CreatePartitions(
                target.client(),
                list.as_mut_ptr(),
                list.len(),
                options,
                target.queue(),
            );
        }
        Ok(())
    }

    fn read(event: &Event) -> Items {
        items(event, GROWN)
    }
}

struct DescribeTopics<'a>(Vec<&'a str>);

impl Request for DescribeTopics<'_> {
    type Answer = Descriptions;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;
    const EVENT: c_int = RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let names = self.0.iter().map(|name| terminated(name)).collect::<Result<Vec<CString>, _>>()?;
        let mut list: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
        // SAFETY: the names are alive; the library copies them.
        let topics = unsafe { rd_kafka_TopicCollection_of_topic_names(list.as_mut_ptr(), list.len()) };
        // SAFETY: just made, and ours.
        let topics = unsafe { Owned::new(topics) };
        let topics = topics.ok_or_else(|| CallError::local("_FAIL", "no list of topics could be made"))?;
        let options = target.options.pointer();
        // SAFETY: client, queue, options and collection are alive; the library copies them before it returns.
        unsafe { rd_kafka_DescribeTopics(target.client(), topics.pointer(), options, target.queue()) };
        Ok(())
    }

    fn read(event: &Event) -> Descriptions {
        let topics = event.view().parts(DESCRIBED);
        topics.into_iter().filter_map(|topic| Some((topic.text(TOPIC_NAME)?, description(topic)))).collect()
    }
}

fn new_topic(topic: &Creation) -> Result<Owned<rd_kafka_NewTopic_t>, CallError> {
    let name = terminated(topic.topic.as_str())?;
    let partitions = topic.partitions.unwrap_or(-1);
    let replicas = c_int::from(topic.replication_factor.unwrap_or(-1));
    let mut reason = Reason::new();
    let length = reason.len();
    // SAFETY: the name is alive and is copied, the buffer has the length that is given.
    let made = unsafe { rd_kafka_NewTopic_new(name.as_ptr(), partitions, replicas, reason.buffer(), length) };
    // SAFETY: just made, and ours.
    let made = unsafe { Owned::new(made) };
    let made = made.ok_or_else(|| CallError::local("_INVALID_ARG", reason.text()))?;
    for (key, value) in &topic.config {
        let (key, value) = (terminated(key)?, terminated(value)?);
        // SAFETY: the topic and both texts are alive; the texts are copied.
        let code = unsafe { rd_kafka_NewTopic_set_config(made.pointer(), key.as_ptr(), value.as_ptr()) };
        Code(code as c_int).error(None).map_or(Ok(()), Err)?;
    }
    Ok(made)
}

fn doomed_topic(topic: &str) -> Result<Owned<rd_kafka_DeleteTopic_t>, CallError> {
    let name = terminated(topic)?;
    // SAFETY: the name is alive and is copied.
    let made = unsafe { rd_kafka_DeleteTopic_new(name.as_ptr()) };
    // SAFETY: just made, and ours.
    unsafe { Owned::new(made) }.ok_or_else(|| CallError::local("_INVALID_ARG", "not a topic's name"))
}

fn new_partitions(growth: &Growth) -> Result<Owned<rd_kafka_NewPartitions_t>, CallError> {
    let name = terminated(growth.topic.as_str())?;
    let total = usize::try_from(growth.to)
        .map_err(|_| CallError::local("_INVALID_ARG", "a number of partitions is positive"))?;
    let mut reason = Reason::new();
    let length = reason.len();
    // SAFETY: the name is alive and is copied, the buffer has the length that is given.
    let made = unsafe { rd_kafka_NewPartitions_new(name.as_ptr(), total, reason.buffer(), length) };
    // SAFETY: just made, and ours.
    unsafe { Owned::new(made) }.ok_or_else(|| CallError::local("_INVALID_ARG", reason.text()))
}

fn items(event: &Event, results: List<rd_kafka_event_t, rd_kafka_topic_result_t>) -> Items {
    let result = |item: View<'_, rd_kafka_topic_result_t>| {
        let error = Code(item.get(RESULT_ERROR)).error(item.text(RESULT_TEXT));
        Some((item.text(RESULT_NAME)?, error.map_or(Ok(()), Err)))
    };
    event.view().parts(results).into_iter().filter_map(result).collect()
}

fn description(topic: View<'_, rd_kafka_TopicDescription_t>) -> Result<Description, CallError> {
    if let Some(error) = topic.part(TOPIC_ERROR).and_then(error_of) {
        return Err(error);
    }
    let id = topic.part(TOPIC_ID).and_then(|id| id.text(UUID)).filter(|id| id != NO_ID && !id.is_empty());
    let mut partitions: Vec<Partition> = topic.parts(PARTITIONS).into_iter().map(partition).collect();
    partitions.sort_by_key(|partition| partition.id);
    Ok(Description { id, internal: topic.get(TOPIC_INTERNAL) != 0, partitions })
}

fn partition(partition: View<'_, rd_kafka_TopicPartitionInfo_t>) -> Partition {
    let nodes = |list: List<rd_kafka_TopicPartitionInfo_t, rd_kafka_Node_t>| {
        partition.parts(list).into_iter().map(|node| node.get(NODE)).collect::<Vec<i32>>()
    };
    Partition {
        id: partition.get(PARTITION),
        // A node of number -1 stands for "none" in the protocol.
        leader: partition.part(LEADER).map(|node| node.get(NODE)).filter(|id| *id >= 0),
        replicas: nodes(REPLICAS),
        in_sync: nodes(IN_SYNC),
    }
}
