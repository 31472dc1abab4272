//! The list of consumer groups. Groups that librdkafka does not take for such are left out of it: see `old_list`.

use std::ffi::{c_char, c_int};
use std::time::Instant;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_LISTCONSUMERGROUPS_RESULT, rd_kafka_ConsumerGroupListing_group_id,
    rd_kafka_ConsumerGroupListing_t, rd_kafka_ListConsumerGroups, rd_kafka_ListConsumerGroups_result_errors,
    rd_kafka_ListConsumerGroups_result_valid, rd_kafka_admin_op_t, rd_kafka_error_t, rd_kafka_event_t,
};

use crate::kafka::native::code::CallError;
use crate::kafka::native::handle::{Handle, Request, Target};
use crate::kafka::native::object::{View, accessors};
use crate::kafka::native::options::error_of;
use crate::kafka::native::queue::Event;
use crate::kafka::native::{raw, text};

accessors! {
    LISTED: List<rd_kafka_event_t, rd_kafka_ConsumerGroupListing_t> = rd_kafka_ListConsumerGroups_result_valid;
    FAILED: List<rd_kafka_event_t, rd_kafka_error_t> = rd_kafka_ListConsumerGroups_result_errors;
    GROUP: Value<rd_kafka_ConsumerGroupListing_t, *const c_char> = rd_kafka_ConsumerGroupListing_group_id;
    STATE: Value<rd_kafka_ConsumerGroupListing_t, c_int> = raw::rd_kafka_ConsumerGroupListing_state;
    KIND: Value<rd_kafka_ConsumerGroupListing_t, c_int> = raw::rd_kafka_ConsumerGroupListing_type;
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

impl Handle {
    /// Lists the groups of all brokers, each once, sorted.
    pub(in crate::kafka) async fn list_groups(&self, deadline: Instant) -> Result<Listings, CallError> {
        let mut listings = self.call(&ListGroups, deadline).await?;
        // librdkafka repeats groups when several brokers answer for one (confluentinc/librdkafka#5417).
        listings.groups.sort_unstable();
        listings.groups.dedup_by(|one, other| one.group == other.group);
        Ok(listings)
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
            let (state, kind) = (state_name(listing.get(STATE)), kind_name(listing.get(KIND)));
            Some(Listing { group: listing.text(GROUP)?, state, kind })
        };
        Listings {
            groups: event.view().parts(LISTED).into_iter().filter_map(listing).collect(),
            errors: event.view().parts(FAILED).into_iter().filter_map(error_of).collect(),
        }
    }
}

/// librdkafka's name of a state; `Unknown` for those of newer protocols.
pub(super) fn state_name(state: c_int) -> String {
    // SAFETY: the function takes any number, and answers NULL or a constant text.
    let name = unsafe { raw::rd_kafka_consumer_group_state_name(state) };
    // SAFETY: NULL or a constant, terminated text.
    unsafe { text::copied(name) }.unwrap_or_else(|| "Unknown".to_owned())
}

/// librdkafka's name of a type.
pub(super) fn kind_name(kind: c_int) -> String {
    // SAFETY: the function takes any number, and answers NULL or a constant text.
    let name = unsafe { raw::rd_kafka_consumer_group_type_name(kind) };
    // SAFETY: NULL or a constant, terminated text.
    unsafe { text::copied(name) }.unwrap_or_else(|| "Unknown".to_owned())
}
