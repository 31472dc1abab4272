//! Rows for tests.

use super::report::PartitionLag;
use super::state::LagState;

/// A row of a topic's partition 0 of which nothing is known.
pub(super) fn row(topic: &str) -> PartitionLag {
    PartitionLag {
        topic: topic.to_owned(),
        partition: 0,
        state: LagState::Ok,
        remark: None,
        committed: None,
        log_start: None,
        high_watermark: None,
        last_stable_offset: None,
        lag: None,
        behind_open_transaction: None,
        may_be_no_records: None,
        lost: None,
        first_unread: None,
        time_lag_ms: None,
        time_lag_unknown: None,
        deleted_in_ms: None,
        member: None,
        commit_rate: None,
        produce_rate: None,
        catch_up_seconds: None,
    }
}
