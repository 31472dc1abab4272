//! A handle: a polled client, and calls on it that end in time.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::bindings::{rd_kafka_admin_op_t, rd_kafka_queue_t, rd_kafka_t, rd_kafka_type_t};
use tokio::sync::{mpsc, oneshot};

use super::anywhere::Brokers;
use super::client::Client;
use super::code::CallError;
use super::config::Rejection;
use super::dispatch::{Completion, Dispatcher, Listener};
use super::options::{Options, Wishes};
use super::queue::{Event, Queue};

/// How much longer than its own limit a call may take before we stop waiting for librdkafka to say so.
const GRACE: Duration = Duration::from_millis(500);

/// The limit of calls that are ended here instead.
const ENDLESS: Duration = Duration::from_secs(3_600);

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
    given_up: AtomicBool,
    /// Whom reading calls may go to.
    pub(in crate::kafka) brokers: Brokers,
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
        Ok(Handle { dispatcher, given_up: AtomicBool::new(false), brokers: Brokers::default() })
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
        let limit = deadline.saturating_duration_since(Instant::now());
        if let Err(error) = self.submit(request, ticket.number, limit) {
            self.dispatcher.give_up(ticket.number);
            return Err(error);
        }
        let answer = tokio::time::timeout_at(last, ticket.answer()).await;
        answer.unwrap_or_else(|_| {
            self.dispatcher.give_up(ticket.number);
            Err(timed_out())
        })
    }

    /// Makes many calls to coordinators at once, each with an answer of its own, and waits until `deadline`.
    ///
    /// librdkafka is not told of the deadline: a call that it gives up while it waits for a coordinator is freed, and
    /// freed again when the coordinator comes back (confluentinc/librdkafka#4605), which ends the process. So calls are
    /// given up here, and stay in the library. A handle that has given some up should be replaced: see
    /// [`Handle::has_given_up`].
    pub(super) async fn call_each<R: Request>(
        &self,
        requests: &[R],
        deadline: Instant,
    ) -> Vec<Result<R::Answer, CallError>> {
        let (sender, mut answers) = mpsc::unbounded_channel();
        let mut outcomes: BTreeMap<usize, Result<R::Answer, CallError>> = BTreeMap::new();
        let mut open = Open { handle: self, tickets: BTreeMap::new() };
        for (place, request) in requests.iter().enumerate() {
            let sender = sender.clone();
            let complete: Completion = Box::new(move |event| {
                let answer = event.error().map_or_else(|| Ok(R::read(event)), Err);
                let _unless_given_up = sender.send((place, answer));
            });
            let ticket = self.dispatcher.enlist(R::EVENT, complete, None);
            match self.submit(request, ticket, ENDLESS) {
                Ok(()) => drop(open.tickets.insert(place, ticket)),
                Err(error) => {
                    self.dispatcher.give_up(ticket);
                    outcomes.insert(place, Err(error));
                }
            }
        }
        drop(sender);
        let last = tokio::time::Instant::from_std(deadline);
        while !open.tickets.is_empty() {
            let Ok(Some((place, answer))) = tokio::time::timeout_at(last, answers.recv()).await else {
                break;
            };
            open.tickets.remove(&place);
            outcomes.insert(place, answer);
        }
        (0..requests.len()).map(|place| outcomes.remove(&place).unwrap_or_else(|| Err(timed_out()))).collect()
    }

    /// Makes a call that blocks on a thread of its own, which keeps the client alive until it has ended.
    pub(super) async fn on_a_thread<T: Send + 'static>(
        &self,
        deadline: Instant,
        call: fn(&Client, Duration) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let client = Arc::clone(self.client());
        let (sender, answer) = oneshot::channel();
        let work = move || {
            let answer = call(&client, deadline.saturating_duration_since(Instant::now()));
            let _unless_nobody_waits = sender.send(answer);
        };
        let thread = std::thread::Builder::new().name("kafka-call".into()).spawn(work);
        thread.map_err(|error| CallError::local("_CRIT_SYS_RESOURCE", error.to_string()))?;
        answer.await.unwrap_or_else(|_| Err(CallError::local("_FAIL", "the call broke off")))
    }

    /// True once a call to a coordinator was given up. It may still be made: what it changes, it may change later, until
    /// the handle is dropped.
    pub(in crate::kafka) fn has_given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }

    fn submit<R: Request>(&self, request: &R, ticket: usize, limit: Duration) -> Result<(), CallError> {
        let client = self.client();
        let options = Options::new(client, R::OPERATION, limit, ticket)?;
        options.wish(request.wishes(), limit)?;
        request.submit(&Target { client, queue: self.dispatcher.queue(), options })
    }
}

/// Calls that are not answered. They are given up when it is dropped: at the deadline, or with the future that waits.
struct Open<'a> {
    handle: &'a Handle,
    /// Their tickets, by place.
    tickets: BTreeMap<usize, usize>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        for ticket in self.tickets.values() {
            self.handle.given_up.store(true, Ordering::Release);
            self.handle.dispatcher.give_up(*ticket);
        }
    }
}

fn timed_out() -> CallError {
    CallError::local("_TIMED_OUT", "no answer in time")
}
