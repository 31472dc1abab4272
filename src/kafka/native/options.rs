//! A call's options: its time limit, its ticket, and what only some calls take.

use std::ffi::c_int;
use std::time::Duration;

use rdkafka::bindings::{
    rd_kafka_AdminOptions_destroy, rd_kafka_AdminOptions_new, rd_kafka_AdminOptions_set_broker,
    rd_kafka_AdminOptions_set_isolation_level, rd_kafka_AdminOptions_set_opaque,
    rd_kafka_AdminOptions_set_operation_timeout, rd_kafka_AdminOptions_set_request_timeout,
    rd_kafka_AdminOptions_set_require_stable_offsets, rd_kafka_AdminOptions_set_validate_only,
    rd_kafka_AdminOptions_t, rd_kafka_IsolationLevel_t, rd_kafka_admin_op_t, rd_kafka_error_destroy,
    rd_kafka_error_is_fatal, rd_kafka_error_is_retriable, rd_kafka_error_string, rd_kafka_error_t,
    rd_kafka_error_txn_requires_abort,
};

use super::client::Client;
use super::code::{CallError, Code};
use super::object::{Owned, View, accessors, destroyed_by};
use super::raw;
use super::text::Reason;

destroyed_by! {
    rd_kafka_AdminOptions_t => rd_kafka_AdminOptions_destroy,
    rd_kafka_error_t => rd_kafka_error_destroy,
}

accessors! {
    ERROR_CODE: Value<rd_kafka_error_t, c_int> = raw::rd_kafka_error_code;
    ERROR_TEXT: Value<rd_kafka_error_t, *const std::ffi::c_char> = rd_kafka_error_string;
    ERROR_FATAL: Value<rd_kafka_error_t, c_int> = rd_kafka_error_is_fatal;
    ERROR_RETRIABLE: Value<rd_kafka_error_t, c_int> = rd_kafka_error_is_retriable;
    ERROR_ABORT: Value<rd_kafka_error_t, c_int> = rd_kafka_error_txn_requires_abort;
}

/// The error that an error object describes; none for "no error".
pub(super) fn error_of(error: View<'_, rd_kafka_error_t>) -> Option<CallError> {
    Code(error.get(ERROR_CODE)).error(error.text(ERROR_TEXT))
}

/// Turns a returned error object, which is ours, into a result.
///
/// # Safety
/// `error` is NULL or a new error object that nobody else frees.
pub(super) unsafe fn result_of(error: *mut rd_kafka_error_t) -> Result<(), CallError> {
    // SAFETY: by the caller's promise.
    let error = unsafe { Owned::new(error) };
    error.as_ref().and_then(|error| error_of(error.view())).map_or(Ok(()), Err)
}

/// An error of a call that may be repeated, or may demand another call first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Setback {
    pub(in crate::kafka) error: CallError,
    /// The client is of no use any more.
    pub(in crate::kafka) fatal: bool,
    /// The same call may be made again, and goes on where it was.
    pub(in crate::kafka) retriable: bool,
    /// The transaction has to be aborted.
    pub(in crate::kafka) abort: bool,
}

/// Turns a returned error object, which is ours, into a result.
///
/// # Safety
/// `error` is NULL or a new error object that nobody else frees.
pub(super) unsafe fn setback_of(error: *mut rd_kafka_error_t) -> Result<(), Setback> {
    // SAFETY: by the caller's promise.
    let Some(error) = (unsafe { Owned::new(error) }) else { return Ok(()) };
    let view = error.view();
    let Some(told) = error_of(view) else { return Ok(()) };
    let (fatal, retriable) = (view.get(ERROR_FATAL) != 0, view.get(ERROR_RETRIABLE) != 0);
    Err(Setback { error: told, fatal, retriable, abort: view.get(ERROR_ABORT) != 0 })
}

/// What a call wants beyond its time limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Only check, change nothing.
    pub(super) validate_only: bool,
    /// Ask this broker instead of the controller.
    pub(super) broker: Option<i32>,
    /// Which records count for list-offsets; both levels are always said explicitly.
    pub(super) committed: Option<bool>,
    /// For committed offsets: wait for open transactions to end.
    pub(super) stable: Option<bool>,
    /// How long the brokers may take to carry the change out, beyond accepting it.
    pub(super) carried_out: bool,
}

/// The options object.
pub(super) struct Options(Owned<rd_kafka_AdminOptions_t>);

impl Options {
    /// Options for one call of this kind, which must be answered within `limit`.
    pub(super) fn new(
        client: &Client,
        operation: rd_kafka_admin_op_t,
        limit: Duration,
        ticket: usize,
    ) -> Result<Options, CallError> {
        // SAFETY: the client is alive.
        let options = unsafe { rd_kafka_AdminOptions_new(client.pointer(), operation) };
        // SAFETY: just made, and ours.
        let options = unsafe { Owned::new(options) };
        let options =
            Options(options.ok_or_else(|| CallError::local("_INVALID_ARG", "the call is not known"))?);
        options.limit(rd_kafka_AdminOptions_set_request_timeout, milliseconds(limit))?;
        let opaque = std::ptr::without_provenance_mut(ticket);
        // SAFETY: the options are alive; the opaque is a number that nobody follows.
        unsafe { rd_kafka_AdminOptions_set_opaque(options.0.pointer(), opaque) };
        Ok(options)
    }

    /// Adds what the call wants.
    pub(super) fn wish(&self, wishes: Wishes, limit: Duration) -> Result<(), CallError> {
        if wishes.carried_out {
            // Less than the request's own limit, so that the broker's answer arrives within it.
            let limit = milliseconds(limit.mul_f64(0.8));
            self.limit(rd_kafka_AdminOptions_set_operation_timeout, limit)?;
        }
        if wishes.validate_only {
            self.limit(rd_kafka_AdminOptions_set_validate_only, 1)?;
        }
        if let Some(broker) = wishes.broker {
            self.limit(rd_kafka_AdminOptions_set_broker, broker)?;
        }
        if let Some(committed) = wishes.committed {
            let level = if committed {
                rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
            } else {
                rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED
            };
            // SAFETY: the options are alive.
            let error = unsafe { rd_kafka_AdminOptions_set_isolation_level(self.0.pointer(), level) };
            // SAFETY: a returned error object is the caller's.
            unsafe { result_of(error) }?;
        }
        if let Some(stable) = wishes.stable {
            // SAFETY: the options are alive.
            let error = unsafe {
                rd_kafka_AdminOptions_set_require_stable_offsets(self.0.pointer(), c_int::from(stable))
            };
            // SAFETY: a returned error object is the caller's.
            unsafe { result_of(error) }?;
        }
        Ok(())
    }

    /// The options, for a call that copies them.
    pub(super) fn pointer(&self) -> *mut rd_kafka_AdminOptions_t {
        self.0.pointer()
    }

    /// Calls one of the setters that take a number and say why not.
    fn limit(&self, setter: NumberSetter, value: c_int) -> Result<(), CallError> {
        let mut reason = Reason::new();
        let length = reason.len();
        // SAFETY: each `NumberSetter` is one of librdkafka's `AdminOptions_set_…` functions; the options are alive and
        // the buffer has the length that is given.
        let code = unsafe { setter(self.0.pointer(), value, reason.buffer(), length) };
        Code(code as c_int).error(Some(reason.text())).map_or(Ok(()), Err)
    }
}

type NumberSetter = unsafe extern "C" fn(
    *mut rd_kafka_AdminOptions_t,
    c_int,
    *mut std::ffi::c_char,
    usize,
) -> rdkafka::bindings::rd_kafka_resp_err_t;

/// Whole milliseconds, at least one, at most an hour (librdkafka's own limit for requests).
fn milliseconds(duration: Duration) -> c_int {
    let bounded = duration.clamp(Duration::from_millis(1), Duration::from_secs(3_600));
    c_int::try_from(bounded.as_millis()).unwrap_or(c_int::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_kept_within_what_the_library_takes() {
        let rows = [(0, 1), (1, 1), (10_000, 10_000), (u64::MAX, 3_600_000)];
        for (given, expected) in rows {
            assert_eq!(milliseconds(Duration::from_millis(given)), expected);
        }
    }
}
