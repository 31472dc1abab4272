//! What follows from an error code.

use eventctl_core::fault::{Fault, FaultKind};

use super::native::code::CallError;

/// What follows from an error, by the name librdkafka gives it.
pub(super) fn kind_of(code: &str) -> FaultKind {
    match code {
        "UNKNOWN_TOPIC_OR_PART"
        | "UNKNOWN_TOPIC_ID"
        | "GROUP_ID_NOT_FOUND"
        | "_UNKNOWN_TOPIC"
        | "_UNKNOWN_PARTITION"
        | "_UNKNOWN_GROUP"
        // Records that are gone, or are not there yet.
        | "OFFSET_OUT_OF_RANGE"
        | "_AUTO_OFFSET_RESET"
        | "_LOG_TRUNCATION" => FaultKind::Absent,
        "SECURITY_DISABLED" => FaultKind::Unsupported,
        code if code.ends_with("_AUTHORIZATION_FAILED") => FaultKind::Denied,
        "TOPIC_ALREADY_EXISTS" => FaultKind::Exists,
        "POLICY_VIOLATION"
        | "TOPIC_EXCEPTION"
        | "DUPLICATE_RESOURCE"
        | "TOPIC_DELETION_DISABLED"
        | "NON_EMPTY_GROUP"
        // A group with members takes commits from them alone.
        | "UNKNOWN_MEMBER_ID"
        | "ILLEGAL_GENERATION"
        | "STALE_MEMBER_EPOCH"
        | "FENCED_MEMBER_EPOCH"
        | "FENCED_INSTANCE_ID"
        | "GROUP_SUBSCRIBED_TO_TOPIC"
        | "OFFSET_METADATA_TOO_LARGE"
        | "MSG_SIZE_TOO_LARGE"
        | "RECORD_LIST_TOO_LARGE"
        | "_INVALID_ARG"
        | "_CONFLICT" => FaultKind::Refused,
        code if code.starts_with("INVALID_") => FaultKind::Refused,
        "UNSUPPORTED_VERSION"
        | "UNSUPPORTED_FOR_MESSAGE_FORMAT"
        | "_UNSUPPORTED_FEATURE"
        | "_NOT_IMPLEMENTED" => FaultKind::Unsupported,
        "REQUEST_TIMED_OUT" | "_TIMED_OUT" | "_TIMED_OUT_QUEUE" | "_MSG_TIMED_OUT" => FaultKind::TimedOut,
        "_CONNECTION"
        | "_TRANSPORT"
        | "_ALL_BROKERS_DOWN"
        | "_RESOLVE"
        | "_SSL"
        | "_AUTHENTICATION"
        | "_DESTROY"
        | "_DESTROY_BROKER"
        | "NETWORK_EXCEPTION"
        | "SASL_AUTHENTICATION_FAILED"
        | "UNSUPPORTED_SASL_MECHANISM"
        | "ILLEGAL_SASL_STATE" => FaultKind::Unreachable,
        "_NO_ANSWER"
        | "LEADER_NOT_AVAILABLE"
        | "NOT_LEADER_FOR_PARTITION"
        | "NOT_LEADER_OR_FOLLOWER"
        | "NOT_CONTROLLER"
        | "BROKER_NOT_AVAILABLE"
        | "REPLICA_NOT_AVAILABLE"
        | "COORDINATOR_NOT_AVAILABLE"
        | "COORDINATOR_LOAD_IN_PROGRESS"
        | "REBALANCE_IN_PROGRESS"
        | "NOT_COORDINATOR"
        | "KAFKA_STORAGE_ERROR"
        | "OFFSET_NOT_AVAILABLE"
        | "FENCED_LEADER_EPOCH"
        | "UNKNOWN_LEADER_EPOCH"
        | "THROTTLING_QUOTA_EXCEEDED"
        | "PREFERRED_LEADER_NOT_AVAILABLE"
        | "ELIGIBLE_LEADERS_NOT_AVAILABLE"
        | "UNSTABLE_OFFSET_COMMIT"
        | "NOT_ENOUGH_REPLICAS"
        | "NOT_ENOUGH_REPLICAS_AFTER_APPEND"
        | "CONCURRENT_TRANSACTIONS"
        | "_LEADER_NOT_AVAILABLE"
        | "_WAIT_COORD"
        | "_NOENT" => FaultKind::Unavailable,
        _ => FaultKind::Other,
    }
}

/// The fault of one item.
pub(super) fn fault(error: CallError) -> Fault {
    Fault { kind: kind_of(&error.code), code: error.code, message: error.message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_consequence() {
        let rows = [
            ("UNKNOWN_TOPIC_OR_PART", FaultKind::Absent),
            ("TOPIC_AUTHORIZATION_FAILED", FaultKind::Denied),
            ("GROUP_AUTHORIZATION_FAILED", FaultKind::Denied),
            ("CLUSTER_AUTHORIZATION_FAILED", FaultKind::Denied),
            ("TOPIC_ALREADY_EXISTS", FaultKind::Exists),
            ("POLICY_VIOLATION", FaultKind::Refused),
            ("INVALID_CONFIG", FaultKind::Refused),
            ("INVALID_PARTITIONS", FaultKind::Refused),
            ("INVALID_REPLICATION_FACTOR", FaultKind::Refused),
            ("INVALID_REQUEST", FaultKind::Refused),
            ("TOPIC_EXCEPTION", FaultKind::Refused),
            ("_INVALID_ARG", FaultKind::Refused),
            ("UNSUPPORTED_VERSION", FaultKind::Unsupported),
            ("_UNSUPPORTED_FEATURE", FaultKind::Unsupported),
            ("REQUEST_TIMED_OUT", FaultKind::TimedOut),
            ("_TIMED_OUT", FaultKind::TimedOut),
            ("_TRANSPORT", FaultKind::Unreachable),
            ("_SSL", FaultKind::Unreachable),
            ("_AUTHENTICATION", FaultKind::Unreachable),
            ("_DESTROY", FaultKind::Unreachable),
            ("_NO_ANSWER", FaultKind::Unavailable),
            ("LEADER_NOT_AVAILABLE", FaultKind::Unavailable),
            ("NOT_CONTROLLER", FaultKind::Unavailable),
            ("COORDINATOR_LOAD_IN_PROGRESS", FaultKind::Unavailable),
            ("_AUTO_OFFSET_RESET", FaultKind::Absent),
            ("_LOG_TRUNCATION", FaultKind::Absent),
            ("MSG_SIZE_TOO_LARGE", FaultKind::Refused),
            ("NON_EMPTY_GROUP", FaultKind::Refused),
            ("UNKNOWN_MEMBER_ID", FaultKind::Refused),
            ("GROUP_SUBSCRIBED_TO_TOPIC", FaultKind::Refused),
            ("GROUP_ID_NOT_FOUND", FaultKind::Absent),
            ("NOT_COORDINATOR", FaultKind::Unavailable),
            ("_MSG_TIMED_OUT", FaultKind::TimedOut),
            ("NOT_ENOUGH_REPLICAS", FaultKind::Unavailable),
            ("UNKNOWN", FaultKind::Other),
            ("ERR_32000?", FaultKind::Other),
            ("", FaultKind::Other),
        ];
        for (code, kind) in rows {
            assert_eq!(kind_of(code), kind, "{code}");
        }
    }
}
