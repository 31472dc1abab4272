//! A consumer that reads partitions which it was told to read. It joins no group, although the library wants a name of
//! one; what it hears of that group's coordinator is nothing that concerns it.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings::{
    rd_kafka_consume_batch_queue, rd_kafka_incremental_assign, rd_kafka_incremental_unassign,
    rd_kafka_message_t, rd_kafka_queue_get_consumer, rd_kafka_queue_t, rd_kafka_type_t,
};

use super::batch::{Batch, Topics};
use super::client::Client;
use super::code::{CallError, Code};
use super::config::Config;
use super::dispatch::{Dispatcher, Listener};
use super::handle::StartError;
use super::heard::Heard;
use super::object::Owned;
use super::offsets::PartitionList;
use super::options::result_of;
use super::queue::Queue;
use super::raw;

/// Messages that are taken from the queue at once.
pub(super) const BATCH: usize = 4_096;

/// A consumer with the queue of what it reads, and a thread for what it says besides.
pub(in crate::kafka) struct Consumer {
    // Declared before the client, so that it is freed first, as the library demands.
    queue: Owned<rd_kafka_queue_t>,
    _dispatcher: Dispatcher,
    client: Arc<Client>,
    topics: Topics,
    heard: Arc<Heard>,
}

// SAFETY: client and queue are locked inside and may be used by any thread; nothing here is tied to one.
unsafe impl Send for Consumer {}

impl Consumer {
    /// Makes a consumer of these settings. No network yet.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(in crate::kafka) fn start<'a>(
        settings: &BTreeMap<String, String>,
        topics: impl Iterator<Item = &'a str>,
        listener: Arc<dyn Listener>,
    ) -> Result<Consumer, StartError> {
        Consumer::prepared(settings, topics, listener, |_| ())
    }

    pub(super) fn prepared<'a>(
        settings: &BTreeMap<String, String>,
        topics: impl Iterator<Item = &'a str>,
        listener: Arc<dyn Listener>,
        prepare: impl FnOnce(&Config),
    ) -> Result<Consumer, StartError> {
        let heard = Arc::new(Heard::default());
        let listen = |config: &Config| {
            prepare(config);
            heard.listen(config)
        };
        let client = Client::start(rd_kafka_type_t::RD_KAFKA_CONSUMER, settings, listen)?;
        // SAFETY: the client is alive, and the reference to its queue is freed before it.
        let queue = unsafe { rd_kafka_queue_get_consumer(client.pointer()) };
        // SAFETY: the reference was made for us.
        let queue = unsafe { Owned::new(queue) };
        let queue =
            queue.ok_or_else(|| StartError::Settings(CallError::local("_FAIL", "no group is named")))?;
        let events = Queue::new(Arc::clone(&client)).map_err(StartError::Settings)?;
        let dispatcher = Dispatcher::new(events, listener).map_err(StartError::Settings)?;
        Ok(Consumer { queue, _dispatcher: dispatcher, client, topics: Topics::new(topics), heard })
    }

    pub(super) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    pub(super) fn heard(&self) -> &Heard {
        &self.heard
    }

    pub(super) fn topics(&self) -> &Topics {
        &self.topics
    }

    /// Reads these partitions from now on, each from its offset: (topic, partition, offset).
    ///
    /// # Errors
    /// What the library says; then nothing is read.
    pub(in crate::kafka) fn assign(&self, starts: &[(usize, i32, i64)]) -> Result<(), CallError> {
        let list = self.list(starts)?;
        // SAFETY: client and list are alive; the library copies the list.
        let code = unsafe { raw::rd_kafka_assign(self.client.pointer(), list.pointer()) };
        Code(code).error(None).map_or(Ok(()), Err)
    }

    /// Stops reading a partition.
    ///
    /// # Errors
    /// What the library says; then it is still read.
    pub(in crate::kafka) fn unassign(&self, topic: usize, partition: i32) -> Result<(), CallError> {
        let list = self.list(&[(topic, partition, -1)])?;
        // SAFETY: client and list are alive; the library copies the list.
        let error = unsafe { rd_kafka_incremental_unassign(self.client.pointer(), list.pointer()) };
        // SAFETY: a returned error object is the caller's.
        unsafe { result_of(error) }
    }

    /// Reads a partition from this offset on, beside those that are read.
    ///
    /// # Errors
    /// What the library says; then it is not read.
    pub(in crate::kafka) fn add(&self, topic: usize, partition: i32, offset: i64) -> Result<(), CallError> {
        let list = self.list(&[(topic, partition, offset)])?;
        // SAFETY: client and list are alive; the library copies the list.
        let error = unsafe { rd_kafka_incremental_assign(self.client.pointer(), list.pointer()) };
        // SAFETY: a returned error object is the caller's.
        unsafe { result_of(error) }
    }

    pub(super) fn list(&self, partitions: &[(usize, i32, i64)]) -> Result<PartitionList, CallError> {
        let list = PartitionList::new(partitions.len())?;
        for (topic, partition, offset) in partitions {
            let unknown = || CallError::local("_INVALID_ARG", "a topic that was not named at the start");
            list.add(self.topics.name(*topic).ok_or_else(unknown)?, *partition, *offset)?;
        }
        Ok(list)
    }

    /// Waits for one message, then takes what else is there.
    pub(in crate::kafka) fn next(&self, wait: Duration) -> Batch {
        let mut first = [std::ptr::null_mut::<rd_kafka_message_t>(); 1];
        let wait = c_int::try_from(wait.as_millis()).unwrap_or(c_int::MAX);
        if self.take(wait, &mut first) == 0 {
            return Batch::of_errors(&self.topics, self.heard.errors());
        }
        let mut messages = Vec::with_capacity(BATCH);
        messages.extend(first);
        messages.resize(BATCH, std::ptr::null_mut());
        let more = messages.get_mut(1..).map_or(0, |rest| self.take(0, rest));
        messages.truncate(1 + more);
        // SAFETY: the library has handed these messages to us.
        unsafe { Batch::new(&self.client, &self.topics, &messages) }.and(&self.topics, self.heard.errors())
    }

    fn take(&self, wait: c_int, places: &mut [*mut rd_kafka_message_t]) -> usize {
        // SAFETY: the queue is alive, and the places are ours and as many as is said.
        let count = unsafe {
            rd_kafka_consume_batch_queue(self.queue.pointer(), wait, places.as_mut_ptr(), places.len())
        };
        usize::try_from(count).unwrap_or_default()
    }
}
