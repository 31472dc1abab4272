//! One queue and one thread for each handle: every call is a ticket, and its answer comes back by a oneshot.
//!
//! The opaque that librdkafka carries from a call to its answer is the ticket's number, and the sender waits in a table
//! here. Were the opaque the boxed sender itself, an answer that never comes (the handle ends first, or librdkafka loses
//! one) would leak it; this way the table's end frees it, and a late answer finds no ticket and is dropped.
//!
//! The thread blocks until there is an event and is woken by `rd_kafka_queue_yield`, so an answer takes the network's
//! time. It copies an answer out of the event and frees the event before it sends: nothing native leaves this folder.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::code::CallError;
use super::queue::{Content, Event, Queue};

/// Calls that may be under way at once; more wait for their turn.
const CALLS_AT_ONCE: usize = 64;

/// What a handle hears besides answers.
pub(in crate::kafka) trait Listener: Send + Sync {
    /// A broker connection failed, or the client as a whole.
    fn error(&self, error: &CallError);
    /// A line of the library's log.
    fn log(&self, line: &str);
    /// A call was answered by a broker (well or badly).
    fn answered(&self);
}

/// What is done with the answer to a call, on the dispatcher's thread.
pub(super) type Completion = Box<dyn FnOnce(&Event) + Send>;

/// What is done with an event that reports deliveries, on the dispatcher's thread.
pub(super) type Delivered = Box<dyn Fn(&Event) + Send + Sync>;

struct Pending {
    event: c_int,
    complete: Completion,
    // Given back when the call is answered or given up, not when its caller stops waiting. None for one of many that are
    // made at once.
    _turn: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
struct Tickets {
    last: usize,
    pending: BTreeMap<usize, Pending>,
}

/// A handle's queue, thread and table of calls.
pub(super) struct Dispatcher {
    shared: Arc<Shared>,
    turns: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    queue: Queue,
    tickets: Mutex<Tickets>,
    stopping: AtomicBool,
    listener: Arc<dyn Listener>,
    delivered: Delivered,
}

/// A call that was given a ticket.
pub(super) struct Ticket<T> {
    /// The opaque to send along; never 0.
    pub(super) number: usize,
    answer: oneshot::Receiver<Result<T, CallError>>,
}

impl Dispatcher {
    /// Starts the thread of a queue.
    pub(super) fn new(queue: Queue, listener: Arc<dyn Listener>) -> Result<Dispatcher, CallError> {
        Dispatcher::of_sender(queue, listener, Box::new(|_| ()))
    }

    /// Starts the thread of a queue on which reports of deliveries arrive too.
    pub(super) fn of_sender(
        queue: Queue,
        listener: Arc<dyn Listener>,
        delivered: Delivered,
    ) -> Result<Dispatcher, CallError> {
        let stopping = AtomicBool::new(false);
        let shared = Arc::new(Shared { queue, tickets: Mutex::default(), stopping, listener, delivered });
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("kafka".into()).spawn(move || serving.serve());
        let thread = thread.map_err(|error| CallError::local("_CRIT_SYS_RESOURCE", error.to_string()))?;
        Ok(Dispatcher { shared, turns: Arc::new(Semaphore::new(CALLS_AT_ONCE)), thread: Some(thread) })
    }

    /// The queue on which answers are awaited.
    pub(super) fn queue(&self) -> &Queue {
        &self.shared.queue
    }

    /// Waits until another call may be made.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, CallError> {
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| ended())
    }

    /// Gives a ticket to a call whose answer is an event of this type, copied out by `read`.
    pub(super) fn ticket<T: Send + 'static>(
        &self,
        turn: OwnedSemaphorePermit,
        event: c_int,
        read: impl FnOnce(&Event) -> T + Send + 'static,
    ) -> Ticket<T> {
        let (sender, answer) = oneshot::channel();
        let complete: Completion = Box::new(move |event| {
            // A caller that is gone makes copying needless; the event is freed all the same.
            if !sender.is_closed() {
                let _unless_gone_by_now = sender.send(event.error().map_or_else(|| Ok(read(event)), Err));
            }
        });
        Ticket { number: self.enlist(event, complete, Some(turn)), answer }
    }

    /// Gives a ticket to a call, and answers its number.
    pub(super) fn enlist(
        &self,
        event: c_int,
        complete: Completion,
        turn: Option<OwnedSemaphorePermit>,
    ) -> usize {
        let mut tickets = self.shared.tickets();
        tickets.last += 1;
        let number = tickets.last;
        tickets.pending.insert(number, Pending { event, complete, _turn: turn });
        number
    }

    /// Gives a call up: its turn is free, a late answer is dropped.
    pub(super) fn give_up(&self, ticket: usize) {
        let given_up = self.shared.tickets().pending.remove(&ticket);
        drop(given_up);
    }
}

impl<T> Ticket<T> {
    /// Waits for the answer.
    pub(super) async fn answer(&mut self) -> Result<T, CallError> {
        (&mut self.answer).await.unwrap_or_else(|_| Err(ended()))
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.queue.wake();
        if let Some(thread) = self.thread.take() {
            let _a_panic_there_was_reported_there = thread.join();
        }
    }
}

impl Shared {
    fn tickets(&self) -> std::sync::MutexGuard<'_, Tickets> {
        // The table is whole at every point where a panic could leave the lock.
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        while !self.stopping.load(Ordering::Acquire) {
            let Some(event) = self.queue.wait() else { continue };
            match event.content() {
                Content::Error(error) => self.listener.error(&error),
                Content::Log(line) => self.listener.log(&line),
                Content::Deliveries => (self.delivered)(&event),
                Content::Other => {}
                Content::Answer { of, ticket } => {
                    let Some(pending) = self.tickets().pending.remove(&ticket) else { continue };
                    // The types agree by construction; were they not to, the answer would be read as another one.
                    if pending.event == of {
                        if event.error().is_none() {
                            self.listener.answered();
                        }
                        (pending.complete)(&event);
                    }
                }
            }
        }
        self.tickets().pending.clear();
    }
}

fn ended() -> CallError {
    CallError::local("_DESTROY", "the client has ended")
}
