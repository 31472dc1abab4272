//! librdkafka's functions that hand out codes a broker may have made up, declared anew.
//!
//! The generated bindings return Rust enums for error codes and for the sources of settings. A newer broker sends
//! numbers those enums do not have, and an enum that holds such a number is undefined behaviour. Here the same symbols
//! return plain integers; nothing else in this folder may call the generated twins. The library has one exported
//! symbol per function, so this is the same code under an honest type.

use std::ffi::{c_char, c_int, c_void};

use rdkafka::bindings::{
    rd_kafka_ConfigEntry_t, rd_kafka_ConfigResource_t, rd_kafka_ConsumerGroupDescription_t,
    rd_kafka_ConsumerGroupListing_t, rd_kafka_conf_t, rd_kafka_error_t, rd_kafka_event_t,
    rd_kafka_group_list, rd_kafka_headers_t, rd_kafka_message_t, rd_kafka_metadata_t, rd_kafka_queue_t,
    rd_kafka_t, rd_kafka_topic_partition_list_t, rd_kafka_topic_result_t, rd_kafka_topic_t,
};

unsafe extern "C" {
    pub(super) fn rd_kafka_err2name(code: c_int) -> *const c_char;
    pub(super) fn rd_kafka_err2str(code: c_int) -> *const c_char;
    pub(super) fn rd_kafka_event_error(event: *mut rd_kafka_event_t) -> c_int;
    pub(super) fn rd_kafka_error_code(error: *const rd_kafka_error_t) -> c_int;
    pub(super) fn rd_kafka_topic_result_error(result: *const rd_kafka_topic_result_t) -> c_int;
    pub(super) fn rd_kafka_ConfigResource_error(resource: *const rd_kafka_ConfigResource_t) -> c_int;
    pub(super) fn rd_kafka_ConfigEntry_source(entry: *const rd_kafka_ConfigEntry_t) -> c_int;
    pub(super) fn rd_kafka_ConsumerGroupListing_state(
        listing: *const rd_kafka_ConsumerGroupListing_t,
    ) -> c_int;
    pub(super) fn rd_kafka_ConsumerGroupListing_type(
        listing: *const rd_kafka_ConsumerGroupListing_t,
    ) -> c_int;
    pub(super) fn rd_kafka_ConsumerGroupDescription_state(
        description: *const rd_kafka_ConsumerGroupDescription_t,
    ) -> c_int;
    pub(super) fn rd_kafka_ConsumerGroupDescription_type(
        description: *const rd_kafka_ConsumerGroupDescription_t,
    ) -> c_int;
    pub(super) fn rd_kafka_list_groups(
        client: *mut rd_kafka_t,
        only: *const c_char,
        list: *mut *const rd_kafka_group_list,
        timeout: c_int,
    ) -> c_int;
    pub(super) fn rd_kafka_consumer_group_state_name(state: c_int) -> *const c_char;
    pub(super) fn rd_kafka_consumer_group_type_name(kind: c_int) -> *const c_char;
    pub(super) fn rd_kafka_metadata(
        client: *mut rd_kafka_t,
        all_topics: c_int,
        only: *mut rd_kafka_topic_t,
        metadata: *mut *const rd_kafka_metadata_t,
        timeout: c_int,
    ) -> c_int;
    pub(super) fn rd_kafka_assign(
        client: *mut rd_kafka_t,
        partitions: *const rd_kafka_topic_partition_list_t,
    ) -> c_int;
    pub(super) fn rd_kafka_subscribe(
        client: *mut rd_kafka_t,
        topics: *const rd_kafka_topic_partition_list_t,
    ) -> c_int;
    pub(super) fn rd_kafka_committed(
        client: *mut rd_kafka_t,
        partitions: *mut rd_kafka_topic_partition_list_t,
        timeout: c_int,
    ) -> c_int;
    pub(super) fn rd_kafka_commit_queue(
        client: *mut rd_kafka_t,
        offsets: *const rd_kafka_topic_partition_list_t,
        queue: *mut rd_kafka_queue_t,
        callback: *const c_void,
        opaque: *mut c_void,
    ) -> c_int;
    pub(super) fn rd_kafka_conf_set_error_cb(
        config: *mut rd_kafka_conf_t,
        callback: unsafe extern "C" fn(*mut rd_kafka_t, c_int, *const c_char, *mut c_void),
    );
    pub(super) fn rd_kafka_conf_set_rebalance_cb(
        config: *mut rd_kafka_conf_t,
        callback: unsafe extern "C" fn(
            *mut rd_kafka_t,
            c_int,
            *mut rd_kafka_topic_partition_list_t,
            *mut c_void,
        ),
    );
    pub(super) fn rd_kafka_message_timestamp(message: *const rd_kafka_message_t, kind: *mut c_int) -> i64;
    pub(super) fn rd_kafka_message_headers(
        message: *const rd_kafka_message_t,
        headers: *mut *mut rd_kafka_headers_t,
    ) -> c_int;
    pub(super) fn rd_kafka_message_status(message: *const rd_kafka_message_t) -> c_int;
    pub(super) fn rd_kafka_fatal_error(client: *mut rd_kafka_t, text: *mut c_char, size: usize) -> c_int;
    pub(super) fn rd_kafka_purge(client: *mut rd_kafka_t, flags: c_int) -> c_int;
    pub(super) fn rd_kafka_header_add(
        headers: *mut rd_kafka_headers_t,
        name: *const c_char,
        name_size: isize,
        value: *const c_void,
        value_size: isize,
    ) -> c_int;
    pub(super) fn rd_kafka_header_get_all(
        headers: *const rd_kafka_headers_t,
        index: usize,
        name: *mut *const c_char,
        value: *mut *const c_void,
        size: *mut usize,
    ) -> c_int;

    // The C library's stream into memory: librdkafka writes the table of its settings to a stream only.
    pub(super) fn open_memstream(text: *mut *mut c_char, length: *mut usize) -> *mut c_void;
    pub(super) fn fclose(stream: *mut c_void) -> c_int;
    pub(super) fn free(text: *mut c_void);
    // For what librdkafka frees as its own.
    pub(super) fn malloc(size: usize) -> *mut c_void;
}
