//! What the brokers say about the cluster as a whole: its id and brokers, and the names of all topics.

use std::ffi::{c_char, c_int};
use std::time::{Duration, Instant};

use rdkafka::bindings::{
    RD_KAFKA_EVENT_DESCRIBECLUSTER_RESULT, rd_kafka_DescribeCluster,
    rd_kafka_DescribeCluster_result_cluster_id, rd_kafka_DescribeCluster_result_controller,
    rd_kafka_DescribeCluster_result_nodes, rd_kafka_Node_host, rd_kafka_Node_id, rd_kafka_Node_port,
    rd_kafka_Node_rack, rd_kafka_Node_t, rd_kafka_admin_op_t, rd_kafka_event_t, rd_kafka_metadata_broker_t,
    rd_kafka_metadata_destroy, rd_kafka_metadata_t, rd_kafka_metadata_topic_t,
};

use super::client::Client;
use super::code::{CallError, Code};
use super::handle::{Handle, Request, Target};
use super::object::{Owned, View, accessors, destroyed_by, fields};
use super::queue::Event;
use super::raw;

unsafe extern "C" fn destroy_metadata(metadata: *mut rd_kafka_metadata_t) {
    // SAFETY: by the promise of `Destroy`: the library's own object, for the last time.
    unsafe { rd_kafka_metadata_destroy(metadata) }
}

destroyed_by! { rd_kafka_metadata_t => destroy_metadata }

accessors! {
    CLUSTER_ID: Value<rd_kafka_event_t, *const c_char> = rd_kafka_DescribeCluster_result_cluster_id;
    CONTROLLER: Value<rd_kafka_event_t, *const rd_kafka_Node_t> = rd_kafka_DescribeCluster_result_controller;
    NODES: List<rd_kafka_event_t, rd_kafka_Node_t> = rd_kafka_DescribeCluster_result_nodes;
    NODE_ID: Value<rd_kafka_Node_t, c_int> = rd_kafka_Node_id;
    NODE_HOST: Value<rd_kafka_Node_t, *const c_char> = rd_kafka_Node_host;
    NODE_PORT: Value<rd_kafka_Node_t, u16> = rd_kafka_Node_port;
    NODE_RACK: Value<rd_kafka_Node_t, *const c_char> = rd_kafka_Node_rack;
}

fields! {
    BROKER_COUNT: c_int = rd_kafka_metadata_t, broker_cnt;
    BROKERS: *mut rd_kafka_metadata_broker_t = rd_kafka_metadata_t, brokers;
    BROKER_ID: i32 = rd_kafka_metadata_broker_t, id;
    TOPIC_COUNT: c_int = rd_kafka_metadata_t, topic_cnt;
    TOPICS: *mut rd_kafka_metadata_topic_t = rd_kafka_metadata_t, topics;
    TOPIC_NAME: *mut c_char = rd_kafka_metadata_topic_t, topic;
}

/// The cluster that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct ClusterDescription {
    pub(in crate::kafka) id: Option<String>,
    pub(in crate::kafka) controller: Option<i32>,
    pub(in crate::kafka) nodes: Vec<Node>,
}

/// One broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Node {
    pub(in crate::kafka) id: i32,
    pub(in crate::kafka) host: String,
    pub(in crate::kafka) port: u16,
    pub(in crate::kafka) rack: Option<String>,
}

impl Handle {
    /// Describes the cluster.
    pub(in crate::kafka) async fn describe_cluster(
        &self,
        deadline: Instant,
    ) -> Result<ClusterDescription, CallError> {
        let described = self.call_any(&DescribeCluster, deadline).await?;
        self.brokers.describe(described.nodes.iter().map(|node| node.id).collect());
        Ok(described)
    }

    /// The names of all topics that this principal may see, sorted.
    ///
    /// Call it when a broker has answered before: the wait for a first connection is not told why it fails, and cannot
    /// be ended.
    pub(in crate::kafka) async fn topic_names(&self, deadline: Instant) -> Result<Vec<String>, CallError> {
        self.on_a_thread(deadline, topic_names).await
    }

    /// The ids of the brokers, as any of them that is connected tells them, sorted.
    pub(super) async fn broker_ids(&self, deadline: Instant) -> Result<Vec<i32>, CallError> {
        self.on_a_thread(deadline, broker_ids).await
    }
}

struct DescribeCluster;

impl Request for DescribeCluster {
    type Answer = ClusterDescription;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER;
    const EVENT: c_int = RD_KAFKA_EVENT_DESCRIBECLUSTER_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let options = target.options.pointer();
        // SAFETY: client, queue and options are alive; the library copies the options before it returns.
        unsafe { rd_kafka_DescribeCluster(target.client(), options, target.queue()) };
        Ok(())
    }

    fn read(event: &Event) -> ClusterDescription {
        let mut nodes: Vec<Node> = event.view().parts(NODES).into_iter().map(node).collect();
        nodes.sort_by_key(|node| node.id);
        ClusterDescription {
            id: event.view().text(CLUSTER_ID).filter(|id| !id.is_empty()),
            controller: event.view().part(CONTROLLER).map(|node| node.get(NODE_ID)).filter(|id| *id >= 0),
            nodes,
        }
    }
}

pub(super) fn node(node: View<'_, rd_kafka_Node_t>) -> Node {
    Node {
        id: node.get(NODE_ID),
        host: node.text(NODE_HOST).unwrap_or_default(),
        port: node.get(NODE_PORT),
        rack: node.text(NODE_RACK).filter(|rack| !rack.is_empty()),
    }
}

fn topic_names(client: &Client, limit: Duration) -> Result<Vec<String>, CallError> {
    let topics = metadata(client, true, limit)?;
    let topics = topics.iter().flat_map(|metadata| metadata.view().elements(TOPICS, TOPIC_COUNT));
    let mut names: Vec<String> = topics.filter_map(|topic| topic.copied(TOPIC_NAME)).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn broker_ids(client: &Client, limit: Duration) -> Result<Vec<i32>, CallError> {
    let brokers = metadata(client, false, limit)?;
    let brokers = brokers.iter().flat_map(|metadata| metadata.view().elements(BROKERS, BROKER_COUNT));
    let mut ids: Vec<i32> = brokers.map(|broker| broker.read(BROKER_ID)).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Asks a broker that is connected, and waits for one where there is none. librdkafka has only a blocking call for it.
fn metadata(
    client: &Client,
    of_topics: bool,
    limit: Duration,
) -> Result<Option<Owned<rd_kafka_metadata_t>>, CallError> {
    let limit = c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX).max(1);
    let mut metadata: *const rd_kafka_metadata_t = std::ptr::null();
    let all = c_int::from(of_topics);
    // SAFETY: the client is alive, NULL stands for no topic in particular, and the result's place is ours.
    let code = unsafe {
        raw::rd_kafka_metadata(client.pointer(), all, std::ptr::null_mut(), &raw mut metadata, limit)
    };
    if let Some(error) = Code(code).error(None) {
        return Err(error);
    }
    // SAFETY: on success the metadata is new and ours.
    Ok(unsafe { Owned::new(metadata.cast_mut()) })
}
