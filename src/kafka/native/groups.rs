//! Calls on consumer groups: list them, and read their committed offsets. Nothing here joins a group.

use std::ffi::{c_char, c_int};
use std::time::Instant;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT, RD_KAFKA_EVENT_LISTCONSUMERGROUPS_RESULT,
    rd_kafka_ConsumerGroupListing_group_id, rd_kafka_ConsumerGroupListing_t,
    rd_kafka_ListConsumerGroupOffsets, rd_kafka_ListConsumerGroupOffsets_destroy,
    rd_kafka_ListConsumerGroupOffsets_new, rd_kafka_ListConsumerGroupOffsets_result_groups,
    rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroups,
    rd_kafka_ListConsumerGroups_result_errors, rd_kafka_ListConsumerGroups_result_valid, rd_kafka_admin_op_t,
    rd_kafka_error_t, rd_kafka_event_t, rd_kafka_group_result_error, rd_kafka_group_result_partitions,
    rd_kafka_group_result_t, rd_kafka_topic_partition_list_t,
};

use super::code::CallError;
use super::handle::{Handle, Request, Target};
use super::object::{Owned, View, accessors, destroyed_by};
use super::offsets::Row;
use super::options::{Wishes, error_of};
use super::queue::Event;
use super::raw;
use super::text::{self, terminated};

destroyed_by! { rd_kafka_ListConsumerGroupOffsets_t => rd_kafka_ListConsumerGroupOffsets_destroy }

accessors! {
    LISTED: List<rd_kafka_event_t, rd_kafka_ConsumerGroupListing_t> = rd_kafka_ListConsumerGroups_result_valid;
    FAILED: List<rd_kafka_event_t, rd_kafka_error_t> = rd_kafka_ListConsumerGroups_result_errors;
    GROUP: Value<rd_kafka_ConsumerGroupListing_t, *const c_char> = rd_kafka_ConsumerGroupListing_group_id;
    STATE: Value<rd_kafka_ConsumerGroupListing_t, c_int> = raw::rd_kafka_ConsumerGroupListing_state;
    KIND: Value<rd_kafka_ConsumerGroupListing_t, c_int> = raw::rd_kafka_ConsumerGroupListing_type;
    COMMITS: List<rd_kafka_event_t, rd_kafka_group_result_t> = rd_kafka_ListConsumerGroupOffsets_result_groups;
    COMMITS_ERROR: Value<rd_kafka_group_result_t, *const rd_kafka_error_t> = rd_kafka_group_result_error;
    COMMITS_ROWS: Value<rd_kafka_group_result_t, *const rd_kafka_topic_partition_list_t> =
        rd_kafka_group_result_partitions;
}

/// One listed group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::kafka) struct Listing {
    pub(in crate::kafka) group: String,
    /// librdkafka's name of the state, such as `Stable` or `Empty`.
    pub(in crate::kafka) state: String,
    /// librdkafka's name of the type: `Consumer`, `Classic` or `Unknown`.
    pub(in crate::kafka) kind: String,
}

/// The groups that are listed, and what brokers said that did not list theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::kafka) struct Listings {
    pub(in crate::kafka) groups: Vec<Listing>,
    pub(in crate::kafka) errors: Vec<CallError>,
}

/// One committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Commit {
    pub(in crate::kafka) topic: String,
    pub(in crate::kafka) partition: i32,
    pub(in crate::kafka) offset: Result<i64, CallError>,
}

impl Handle {
    /// Lists the groups of all brokers, each once, sorted.
    pub(in crate::kafka) async fn list_groups(&self, deadline: Instant) -> Result<Listings, CallError> {
        let mut listings = self.call(&ListGroups, deadline).await?;
        // librdkafka repeats groups when several brokers answer for one (confluentinc/librdkafka#5417).
        listings.groups.sort_unstable();
        listings.groups.dedup_by(|one, other| one.group == other.group);
        Ok(listings)
    }

    /// Reads all committed offsets of one group, without waiting for open transactions.
    pub(in crate::kafka) async fn commits(
        &self,
        group: &str,
        deadline: Instant,
    ) -> Result<Vec<Commit>, CallError> {
        self.call(&ListCommits(group), deadline).await?
    }
}

struct ListGroups;

impl Request for ListGroups {
    type Answer = Listings;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS;
    const EVENT: c_int = RD_KAFKA_EVENT_LISTCONSUMERGROUPS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let options = target.options.pointer();
        // SAFETY: client, queue and options are alive; the library copies the options before it returns.
        unsafe { rd_kafka_ListConsumerGroups(target.client(), options, target.queue()) };
        Ok(())
    }

    fn read(event: &Event) -> Listings {
        let listing = |listing: View<'_, rd_kafka_ConsumerGroupListing_t>| {
            let (state, kind) = (listing.get(STATE), listing.get(KIND));
            // SAFETY: the function takes any number, and answers NULL or a constant text.
            let state = unsafe { raw::rd_kafka_consumer_group_state_name(state) };
            // SAFETY: NULL or a constant, terminated text.
            let state = unsafe { text::copied(state) };
            // SAFETY: the function takes any number, and answers NULL or a constant text.
            let kind = unsafe { raw::rd_kafka_consumer_group_type_name(kind) };
            // SAFETY: NULL or a constant, terminated text.
            let kind = unsafe { text::copied(kind) };
            let unknown = || "Unknown".to_owned();
            let group = listing.text(GROUP)?;
            Some(Listing { group, state: state.unwrap_or_else(unknown), kind: kind.unwrap_or_else(unknown) })
        };
        Listings {
            groups: event.view().parts(LISTED).into_iter().filter_map(listing).collect(),
            errors: event.view().parts(FAILED).into_iter().filter_map(error_of).collect(),
        }
    }
}

struct ListCommits<'a>(&'a str);

impl Request for ListCommits<'_> {
    type Answer = Result<Vec<Commit>, CallError>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS;
    const EVENT: c_int = RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { stable: Some(false), ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let group = terminated(self.0)?;
        // SAFETY: the name is alive and is copied; NULL asks for all partitions.
        let made = unsafe { rd_kafka_ListConsumerGroupOffsets_new(group.as_ptr(), std::ptr::null()) };
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
        let mut commits = Vec::new();
        for group in event.view().parts(COMMITS) {
            if let Some(error) = group.part(COMMITS_ERROR).and_then(error_of) {
                return Err(error);
            }
            let rows = group.part(COMMITS_ROWS).map(Row::all).unwrap_or_default();
            // Without a commit the offset is librdkafka's "invalid": such rows come only for partitions asked by name.
            commits.extend(rows.into_iter().filter(|row| row.offset >= 0 || row.error.is_some()).map(
                |row| Commit {
                    topic: row.topic,
                    partition: row.partition,
                    offset: row.error.map_or(Ok(row.offset), Err),
                },
            ));
        }
        Ok(commits)
    }
}
