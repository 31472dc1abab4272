//! The old list of groups, which names those of every kind: librdkafka's newer calls leave out share groups, and groups
//! of other protocols, such as Connect's.

use std::ffi::{c_char, c_int};
use std::time::{Duration, Instant};

use rdkafka::bindings::{rd_kafka_group_info, rd_kafka_group_list, rd_kafka_group_list_destroy};

use crate::kafka::native::client::Client;
use crate::kafka::native::code::{CallError, Code};
use crate::kafka::native::handle::Handle;
use crate::kafka::native::object::{Owned, View, destroyed_by, fields};
use crate::kafka::native::raw;

unsafe extern "C" fn destroy_list(list: *mut rd_kafka_group_list) {
    // SAFETY: by the promise of `Destroy`: the library's own object, for the last time.
    unsafe { rd_kafka_group_list_destroy(list) }
}

destroyed_by! { rd_kafka_group_list => destroy_list }

fields! {
    COUNT: c_int = rd_kafka_group_list, group_cnt;
    GROUPS: *mut rd_kafka_group_info = rd_kafka_group_list, groups;
    GROUP: *mut c_char = rd_kafka_group_info, group;
    PROTOCOL_TYPE: *mut c_char = rd_kafka_group_info, protocol_type;
}

/// One group of the old list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::kafka) struct OldListing {
    pub(in crate::kafka) group: String,
    /// Such as `consumer` or `connect`; none where the coordinator does not tell it by the old protocol.
    pub(in crate::kafka) protocol_type: Option<String>,
}

impl Handle {
    /// Lists the groups of all kinds, each once, sorted. Brokers that fail are not told of: `list_groups` tells of them.
    ///
    /// librdkafka has only a blocking call for it. Call it when a broker has answered before: the wait for a first
    /// connection cannot be ended.
    pub(in crate::kafka) async fn list_groups_of_all_kinds(
        &self,
        deadline: Instant,
    ) -> Result<Vec<OldListing>, CallError> {
        self.on_a_thread(deadline, old_list).await
    }
}

fn old_list(client: &Client, limit: Duration) -> Result<Vec<OldListing>, CallError> {
    let limit = c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX).max(1);
    let mut list: *const rd_kafka_group_list = std::ptr::null();
    // SAFETY: the client is alive, NULL asks for all groups, and the result's place is ours.
    let code = unsafe { raw::rd_kafka_list_groups(client.pointer(), std::ptr::null(), &raw mut list, limit) };
    // SAFETY: NULL, or a new list that is ours; the library gives one beside `_PARTIAL` as well.
    let list = unsafe { Owned::new(list.cast_mut()) };
    if let Some(error) = Code(code).error(None) {
        return Err(error);
    }
    let listing = |group: View<'_, rd_kafka_group_info>| {
        let protocol_type = group.copied(PROTOCOL_TYPE).filter(|protocol| !protocol.is_empty());
        Some(OldListing { group: group.copied(GROUP)?, protocol_type })
    };
    let groups = list.iter().flat_map(|list| list.view().elements(GROUPS, COUNT)).filter_map(listing);
    let mut groups: Vec<OldListing> = groups.collect();
    groups.sort_unstable();
    groups.dedup_by(|one, other| one.group == other.group);
    Ok(groups)
}
