//! A handle: a polled client, and calls on it that end in time.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::bindings::{rd_kafka_admin_op_t, rd_kafka_queue_t, rd_kafka_t, rd_kafka_type_t};

use super::client::Client;
use super::code::CallError;
use super::config::Rejection;
use super::dispatch::{Dispatcher, Listener};
use super::options::{Options, Wishes};
use super::queue::{Event, Queue};

/// How much longer than its own limit a call may take before we stop waiting for librdkafka to say so.
const GRACE: Duration = Duration::from_millis(500);

/// One kind of call: how it is made, and how its answer is copied out.
pub(super) trait Request: Send {
    /// What the answer holds.
    type Answer: Send + 'static;
    /// librdkafka's number of the call, for its options.
    const OPERATION: rd_kafka_admin_op_t;
    /// The type of the event that answers it.
    const EVENT: c_int;

    /// What the call wants beyond a time limit.
    fn wishes(&self) -> Wishes {
        Wishes::default()
    }

    /// Makes the call. The library copies all that it is given.
    ///
    /// # Errors
    /// Where the library refuses a part of it (a name, a number); then no answer will come.
    fn submit(&self, target: &Target<'_>) -> Result<(), CallError>;

    /// Copies the answer out of an event that carries no error as a whole.
    fn read(event: &Event) -> Self::Answer;
}

/// Where a call is made, and where its answer goes.
pub(super) struct Target<'a> {
    client: &'a Client,
    queue: &'a Queue,
    /// Its options.
    pub(super) options: Options,
}

impl Target<'_> {
    pub(super) fn client(&self) -> *mut rd_kafka_t {
        self.client.pointer()
    }

    pub(super) fn queue(&self) -> *mut rd_kafka_queue_t {
        self.queue.pointer()
    }
}

/// Why a handle could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) enum StartError {
    /// This setting was not taken.
    Setting { name: String, rejection: Rejection },
    /// The settings do not go together, or name files that cannot be used.
    Settings(CallError),
}

/// A client with its dispatcher. Dropping it ends the thread, then the client, in a bounded time.
pub(in crate::kafka) struct Handle {
    dispatcher: Dispatcher,
}

impl Handle {
    /// Makes a client of these settings. No network yet.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(in crate::kafka) fn start(
        settings: &BTreeMap<String, String>,
        listener: Arc<dyn Listener>,
    ) -> Result<Handle, StartError> {
        Handle::of_kind(rd_kafka_type_t::RD_KAFKA_PRODUCER, settings, listener)
    }

    /// Makes a client for calls on groups. It has to be a consumer that belongs to a group by its settings, although it
    /// joins none: of any other client librdkafka follows a NULL pointer when a coordinator says that it is none any more
    /// (confluentinc/librdkafka#5040).
    ///
    /// # Errors
    /// See [`StartError`].
    pub(in crate::kafka) fn of_groups(
        settings: &BTreeMap<String, String>,
        listener: Arc<dyn Listener>,
    ) -> Result<Handle, StartError> {
        Handle::of_kind(rd_kafka_type_t::RD_KAFKA_CONSUMER, settings, listener)
    }

    fn of_kind(
        kind: rd_kafka_type_t,
        settings: &BTreeMap<String, String>,
        listener: Arc<dyn Listener>,
    ) -> Result<Handle, StartError> {
        let client = Client::start(kind, settings, |_| None)?;
        let queue = Queue::new(client).map_err(StartError::Settings)?;
        let dispatcher = Dispatcher::new(queue, listener).map_err(StartError::Settings)?;
        Ok(Handle { dispatcher })
    }

    /// The client, for calls that are no admin calls.
    pub(super) fn client(&self) -> &Arc<Client> {
        self.dispatcher.queue().client()
    }

    /// Makes a call and waits for its answer until `deadline`. When the future is dropped, the call goes on, and its
    /// answer is freed when it comes.
    ///
    /// # Errors
    /// What librdkafka says of the call as a whole; `_TIMED_OUT` past the deadline.
    pub(super) async fn call<R: Request>(
        &self,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Answer, CallError> {
        let last = tokio::time::Instant::from_std(deadline + GRACE);
        let turn = match tokio::time::timeout_at(last, self.dispatcher.turn()).await {
            Ok(turn) => turn?,
            Err(_) => return Err(timed_out()),
        };
        let mut ticket = self.dispatcher.ticket(turn, R::EVENT, R::read as fn(&Event) -> R::Answer);
        if let Err(error) = self.submit(request, ticket.number, deadline) {
            self.dispatcher.give_up(ticket.number);
            return Err(error);
        }
        let answer = tokio::time::timeout_at(last, ticket.answer()).await;
        answer.unwrap_or_else(|_| {
            self.dispatcher.give_up(ticket.number);
            Err(timed_out())
        })
    }

    fn submit<R: Request>(&self, request: &R, ticket: usize, deadline: Instant) -> Result<(), CallError> {
        let limit = deadline.saturating_duration_since(Instant::now());
        let client = self.client();
        let options = Options::new(client, R::OPERATION, limit, ticket)?;
        options.wish(request.wishes(), limit)?;
        request.submit(&Target { client, queue: self.dispatcher.queue(), options })
    }
}

fn timed_out() -> CallError {
    CallError::local("_TIMED_OUT", "no answer in time")
}
