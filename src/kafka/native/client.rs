//! The client itself: made of a configuration, freed in a bounded time.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rdkafka::bindings::{
    RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE, rd_kafka_destroy_flags, rd_kafka_new, rd_kafka_t, rd_kafka_type_t,
};

use super::code::CallError;
use super::config::Config;
use super::handle::StartError;
use super::text::Reason;

/// How long the end of a command waits for the library to stop its threads. They stop within milliseconds unless one
/// of them is inside the system's name resolution, which cannot be interrupted and may take many seconds; then the
/// work is left to a thread that the end of the process ends.
const FAREWELL: Duration = Duration::from_millis(250);

/// What a client's callbacks look at: it lives until the client is gone for good.
pub(super) type Kept = Option<Arc<dyn Any + Send + Sync>>;

/// A client of the library.
pub(super) struct Client {
    client: *mut rd_kafka_t,
    kept: Kept,
}

// SAFETY: a client is locked inside and made to be used by several threads at once (INTRODUCTION.md, "Threads").
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Client {
    /// A client of these settings, which says what it has to say on its queues. A producer is the kind that joins
    /// nothing and needs no group. `prepare` adds what settings cannot say. No network yet.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(super) fn start(
        kind: rd_kafka_type_t,
        settings: &BTreeMap<String, String>,
        prepare: impl FnOnce(&Config) -> Kept,
    ) -> Result<Arc<Client>, StartError> {
        let config = Config::new().map_err(StartError::Settings)?;
        let set = |name: &str, value: &str| {
            let failed = |rejection| StartError::Setting { name: name.to_owned(), rejection };
            config.set(name, value).map_err(failed)
        };
        for (name, value) in settings {
            set(name, value)?;
        }
        // Logs go to the client's queue; without this they would be printed to stderr.
        set("log.queue", "true")?;
        let kept = prepare(&config);
        Client::new(kind, config, kept).map(Arc::new).map_err(StartError::Settings)
    }

    fn new(kind: rd_kafka_type_t, config: Config, kept: Kept) -> Result<Client, CallError> {
        let mut reason = Reason::new();
        let (conf, length) = (config.pointer(), reason.len());
        // SAFETY: the configuration is alive, the buffer has the length that is given.
        let client = unsafe { rd_kafka_new(kind, conf, reason.buffer(), length) };
        if client.is_null() {
            // The configuration is still ours, and is freed with `config`.
            return Err(CallError::local("_INVALID_ARG", reason.text()));
        }
        config.given_away();
        Ok(Client { client, kept })
    }

    /// The client, for calls that do not free it.
    pub(super) fn pointer(&self) -> *mut rd_kafka_t {
        self.client
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let doomed = Doomed(self.client, self.kept.take());
        let (done, finished) = mpsc::channel::<()>();
        let work = move || {
            doomed.destroy();
            drop(done);
        };
        // Where no thread can be made, the client is left to the end of the process: waiting could hang.
        if std::thread::Builder::new().name("kafka-end".into()).spawn(work).is_ok() {
            let _ended_or_left_behind = finished.recv_timeout(FAREWELL);
        }
    }
}

/// A client on its way to the thread that frees it.
struct Doomed(*mut rd_kafka_t, Kept);

// SAFETY: a client may be freed by any thread that is not one of its own.
unsafe impl Send for Doomed {}

impl Doomed {
    fn destroy(self) {
        // SAFETY: made in the last reference's drop alone, after the queues were freed; nobody uses the pointer
        // afterwards.
        unsafe { rd_kafka_destroy_flags(self.0, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) };
        drop(self.1);
    }
}
