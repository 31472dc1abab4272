//! A writer's transactions: all of its records or none.
//!
//! A commit that was not answered may have happened. librdkafka cannot tell a late answer from one to the next
//! transaction, so after `Undecided` the writer is dropped and another one of the same id is initialised: that ends
//! what was open, one way or the other, and after it a reader of committed records sees how it ended
//! (`settled::is_visible` at the place of any of the records). Nothing may be claimed before.

use std::time::{Duration, Instant};

use eventctl_core::fault::Fault;

use super::native::code::CallError;
use super::native::dispatch::Listener;
use super::native::options::Setback;
use super::writer::Writer;

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitEnd {
    /// Its records are there.
    Committed,
    /// None of its records will ever be seen by readers of committed records.
    Aborted(Fault),
    /// It is not known. The writer is of no use any more.
    Undecided(Fault),
}

/// How long one wait for the coordinator may be before it is looked whether it is of any use.
const SLICE: Duration = Duration::from_millis(250);

impl Writer {
    /// Takes the transactional id over: a transaction that an earlier writer of this id left open is ended now, and that
    /// writer is fenced.
    ///
    /// # Errors
    /// Why not: no coordinator in time, no right to this id, wrong credentials.
    pub fn init_transactions(&self, limit: Duration) -> Result<(), Fault> {
        let start = Instant::now();
        loop {
            let left = limit.saturating_sub(start.elapsed());
            let setback = match self.producer.init_transactions(left.min(SLICE)) {
                Ok(()) => {
                    self.health.answered();
                    return Ok(());
                }
                Err(setback) => setback,
            };
            let useless = self.trouble().filter(|trouble| trouble.code != "_ALL_BROKERS_DOWN");
            match useless {
                Some(trouble) => return Err(trouble),
                None if setback.retriable && !left.is_zero() => {}
                None => return Err(self.explained(setback.error, start)),
            }
        }
    }

    /// Begins a transaction. Everything that is sent until its end belongs to it.
    ///
    /// # Errors
    /// Where one is open already, or the writer is of no use any more.
    pub fn begin(&self) -> Result<(), Fault> {
        self.producer.begin_transaction().map_err(|setback| self.health.fault(setback.error))
    }

    /// Waits for all of the transaction's records, then commits it. Deliveries come meanwhile; take them afterwards.
    #[must_use]
    pub fn commit(&self, limit: Duration) -> CommitEnd {
        let start = Instant::now();
        let setback = match self.producer.commit_transaction(limit) {
            Ok(()) => return CommitEnd::Committed,
            Err(setback) => setback,
        };
        let demands_abort = setback.abort && !setback.fatal;
        let fault = self.explained(named(setback), start);
        if !demands_abort {
            return CommitEnd::Undecided(fault);
        }
        // At least a second: the commit may have used all of the time.
        let left = limit.saturating_sub(start.elapsed()).max(Duration::from_secs(1));
        match self.abort(left) {
            Ok(()) => CommitEnd::Aborted(fault),
            Err(_) => CommitEnd::Undecided(fault),
        }
    }

    /// Gives up what was not sent, and aborts the transaction. Each of its records is reported, stored ones as stored;
    /// readers of committed records see none.
    ///
    /// # Errors
    /// It is open still, until the brokers' time limit or the next writer of this id ends it: as an abort, for nobody
    /// commits it any more.
    pub fn abort(&self, limit: Duration) -> Result<(), Fault> {
        let start = Instant::now();
        let aborted = self.producer.abort_transaction(limit);
        aborted.map_err(|setback| self.explained(named(setback), start))
    }

    fn explained(&self, error: CallError, since: Instant) -> Fault {
        self.health.explain(error, since).fault
    }
}

/// The errors that say little in librdkafka's words.
fn named(setback: Setback) -> CallError {
    let CallError { code, message } = setback.error;
    let fenced = ["_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"].contains(&code.as_str());
    if fenced {
        let message = format!("another producer has taken over this transactional id ({message})");
        return CallError { code, message };
    }
    CallError { code, message }
}
