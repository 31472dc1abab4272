//! A transactional producer's calls. Each blocks for no longer than it is told.

use std::ffi::c_int;
use std::time::Duration;

use rdkafka::bindings::{
    rd_kafka_abort_transaction, rd_kafka_begin_transaction, rd_kafka_commit_transaction,
    rd_kafka_init_transactions,
};

use super::options::{Setback, setback_of};
use super::send::Producer;

fn milliseconds(limit: Duration) -> c_int {
    // A negative number would mean the transaction's own limit.
    c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX).max(1)
}

impl Producer {
    /// Takes the transactional id over: what an earlier producer of it left open is ended. May be called again after a
    /// retriable setback.
    pub(in crate::kafka) fn init_transactions(&self, limit: Duration) -> Result<(), Setback> {
        // SAFETY: the client is alive.
        let error = unsafe { rd_kafka_init_transactions(self.client().pointer(), milliseconds(limit)) };
        // SAFETY: a returned error object is the caller's.
        unsafe { setback_of(error) }
    }

    /// Begins a transaction.
    pub(in crate::kafka) fn begin_transaction(&self) -> Result<(), Setback> {
        // SAFETY: the client is alive.
        let error = unsafe { rd_kafka_begin_transaction(self.client().pointer()) };
        // SAFETY: a returned error object is the caller's.
        unsafe { setback_of(error) }
    }

    /// Sends what is queued, waits for all reports, and commits.
    pub(in crate::kafka) fn commit_transaction(&self, limit: Duration) -> Result<(), Setback> {
        // SAFETY: the client is alive.
        let error = unsafe { rd_kafka_commit_transaction(self.client().pointer(), milliseconds(limit)) };
        // SAFETY: a returned error object is the caller's.
        unsafe { setback_of(error) }
    }

    /// Gives up what is queued, and aborts.
    pub(in crate::kafka) fn abort_transaction(&self, limit: Duration) -> Result<(), Setback> {
        // SAFETY: the client is alive.
        let error = unsafe { rd_kafka_abort_transaction(self.client().pointer(), milliseconds(limit)) };
        // SAFETY: a returned error object is the caller's.
        unsafe { setback_of(error) }
    }
}
