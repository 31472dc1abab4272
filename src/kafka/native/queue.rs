//! A handle's event queue, and the events that come out of it.

use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_DR, RD_KAFKA_EVENT_ERROR, RD_KAFKA_EVENT_LOG, rd_kafka_event_destroy,
    rd_kafka_event_error_string, rd_kafka_event_log, rd_kafka_event_message_next, rd_kafka_event_opaque,
    rd_kafka_event_t, rd_kafka_event_topic_partition_list, rd_kafka_event_type, rd_kafka_message_t,
    rd_kafka_queue_destroy, rd_kafka_queue_forward, rd_kafka_queue_get_main, rd_kafka_queue_new,
    rd_kafka_queue_poll, rd_kafka_queue_t, rd_kafka_queue_yield, rd_kafka_set_log_queue,
};

use super::client::Client;
use super::code::{CallError, Code};
use super::object::{Owned, View, destroyed_by};
use super::offsets::Row;
use super::{raw, text};

destroyed_by! {
    rd_kafka_queue_t => rd_kafka_queue_destroy,
    rd_kafka_event_t => rd_kafka_event_destroy,
}

/// A queue on which everything arrives that a handle has to say: answers, errors, logs.
pub(super) struct Queue {
    // Declared before the client, so that it is freed first, as the library demands.
    queue: Owned<rd_kafka_queue_t>,
    client: Arc<Client>,
}

// SAFETY: librdkafka's queues are locked inside and may be used by several threads at once (rdkafka.h, INTRODUCTION.md
// "Threads"); this type gives no access to the bare pointer outside this folder.
unsafe impl Send for Queue {}
// SAFETY: as above.
unsafe impl Sync for Queue {}

impl Queue {
    /// A new queue of this client, onto which its main queue and its logs are forwarded.
    pub(super) fn new(client: Arc<Client>) -> Result<Queue, CallError> {
        let Queue { queue, client } = Queue::of_call(client)?;
        // SAFETY: the client is alive; the reference that is returned is freed at the end of this function.
        let main = unsafe { rd_kafka_queue_get_main(client.pointer()) };
        // SAFETY: the reference was made for us.
        if let Some(main) = unsafe { Owned::new(main) } {
            // SAFETY: both queues are alive; forwarding takes references of its own.
            unsafe { rd_kafka_queue_forward(main.pointer(), queue.pointer()) };
        }
        // SAFETY: client and queue are alive; `log.queue` was set before the client was made.
        let logs = unsafe { rd_kafka_set_log_queue(client.pointer(), queue.pointer()) };
        Code(logs as c_int).error(None).map_or(Ok(Queue { queue, client }), Err)
    }

    /// A new queue of this client, for the answer to one call.
    pub(super) fn of_call(client: Arc<Client>) -> Result<Queue, CallError> {
        // SAFETY: the client is alive, and the queue is freed before it.
        let queue = unsafe { rd_kafka_queue_new(client.pointer()) };
        // SAFETY: the queue was made by its constructor and is ours.
        let queue = unsafe { Owned::new(queue) };
        let queue = queue.ok_or_else(|| CallError::local("_FAIL", "no event queue could be made"))?;
        Ok(Queue { queue, client })
    }

    /// Waits for the next event, for so many milliseconds.
    pub(super) fn wait_for(&self, milliseconds: c_int) -> Option<Event> {
        // SAFETY: the queue is alive.
        let event = unsafe { rd_kafka_queue_poll(self.queue.pointer(), milliseconds) };
        // SAFETY: the event is ours.
        unsafe { Owned::new(event) }.map(Event)
    }

    /// The client whose queue it is.
    pub(super) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The queue, as a target for answers.
    pub(super) fn pointer(&self) -> *mut rd_kafka_queue_t {
        self.queue.pointer()
    }

    /// Waits for the next event. `None` when it was woken, or for no reason.
    pub(super) fn wait(&self) -> Option<Event> {
        // SAFETY: the queue is alive; -1 waits until an event or a yield.
        let event = unsafe { rd_kafka_queue_poll(self.queue.pointer(), -1) };
        // SAFETY: the event is ours.
        unsafe { Owned::new(event) }.map(Event)
    }

    /// Ends the wait of whoever waits now, or of the next one.
    pub(super) fn wake(&self) {
        // SAFETY: the queue is alive.
        unsafe { rd_kafka_queue_yield(self.queue.pointer()) };
    }
}

/// One event, freed when it is dropped.
pub(super) struct Event(Owned<rd_kafka_event_t>);

/// What an event is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The answer to a call of this type (`RD_KAFKA_EVENT_…_RESULT`), with the call's ticket.
    Answer { of: c_int, ticket: usize },
    /// An error of a broker connection or of the client as a whole.
    Error(CallError),
    /// Reports of records that were sent, or could not be.
    Deliveries,
    /// A line of the library's log, with its facility.
    Log(String),
    /// Nothing we asked for.
    Other,
}

impl Event {
    /// A look into it.
    pub(super) fn view(&self) -> View<'_, rd_kafka_event_t> {
        self.0.view()
    }

    /// The messages it carries, each looked at while it is alive.
    pub(super) fn each_message(&self, mut look: impl FnMut(View<'_, rd_kafka_message_t>)) {
        loop {
            // SAFETY: the event is alive, and used by one thread; the call takes the next message out of it, which stays
            // alive as long as the event.
            let message = unsafe { rd_kafka_event_message_next(self.0.pointer()) };
            // SAFETY: NULL or a message that lives as long as the event.
            let Some(message) = (unsafe { View::new(message) }) else { break };
            look(message);
        }
    }

    /// The partitions it carries, each with its own error.
    pub(super) fn rows(&self) -> Vec<Row> {
        // SAFETY: the event is alive; NULL, or a list that lives as long as the event.
        let list = unsafe { rd_kafka_event_topic_partition_list(self.0.pointer()) };
        // SAFETY: as above, and nobody changes it.
        unsafe { View::new(list) }.map_or_else(Vec::new, Row::all)
    }

    /// What it is about.
    pub(super) fn content(&self) -> Content {
        // SAFETY: the event is alive.
        let kind = unsafe { rd_kafka_event_type(self.0.pointer()) };
        match kind {
            RD_KAFKA_EVENT_ERROR => self.error().map_or(Content::Other, Content::Error),
            RD_KAFKA_EVENT_DR => Content::Deliveries,
            RD_KAFKA_EVENT_LOG => self.log().map_or(Content::Other, Content::Log),
            of => {
                // SAFETY: the event is alive; for events without an opaque the answer is NULL.
                let opaque: *mut c_void = unsafe { rd_kafka_event_opaque(self.0.pointer()) };
                if opaque.is_null() { Content::Other } else { Content::Answer { of, ticket: opaque.addr() } }
            }
        }
    }

    /// The error it carries: of the client, or of a call as a whole.
    pub(super) fn error(&self) -> Option<CallError> {
        // SAFETY: the event is alive; the twin of `raw` answers a plain integer.
        let code = unsafe { raw::rd_kafka_event_error(self.0.pointer()) };
        if Code(code) == Code::NONE {
            return None;
        }
        // SAFETY: the event is alive.
        let words = unsafe { rd_kafka_event_error_string(self.0.pointer()) };
        // SAFETY: NULL or a terminated string that lives as long as the event.
        Code(code).error(unsafe { text::copied(words) })
    }

    fn log(&self) -> Option<String> {
        let mut facility: *const c_char = std::ptr::null();
        let mut line: *const c_char = std::ptr::null();
        let mut level = 0;
        // SAFETY: the event is alive and the three places are ours.
        let failed =
            unsafe { rd_kafka_event_log(self.0.pointer(), &raw mut facility, &raw mut line, &raw mut level) };
        if failed != 0 {
            return None;
        }
        // SAFETY: NULL or a terminated string that lives as long as the event.
        let facility = unsafe { text::copied(facility) }.unwrap_or_default();
        // SAFETY: NULL or a terminated string that lives as long as the event.
        let line = unsafe { text::copied(line) }?;
        Some(format!("{facility}: {line}"))
    }
}
