//! A consumer that reads partitions which it was told to read. It joins no group, although the library wants a name of
//! one; what it hears of that group's coordinator is nothing that concerns it.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings::{
    rd_kafka_consume_batch_queue, rd_kafka_incremental_unassign, rd_kafka_message_t, rd_kafka_queue_forward,
    rd_kafka_queue_get_consumer, rd_kafka_queue_get_partition, rd_kafka_queue_t, rd_kafka_type_t,
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
use super::text::terminated;

/// The most messages that are taken from a queue at once.
pub(in crate::kafka) const BATCH: usize = 4_096;

/// A consumer with the queue of what it reads, and a thread for what it says besides.
pub(in crate::kafka) struct Consumer {
    // Declared before the client, so that they are freed first, as the library demands.
    queue: Owned<rd_kafka_queue_t>,
    /// Queues of partitions that are kept apart, by topic and partition.
    apart: BTreeMap<(usize, i32), Owned<rd_kafka_queue_t>>,
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
        let (topics, apart) = (Topics::new(topics), BTreeMap::new());
        Ok(Consumer { queue, apart, _dispatcher: dispatcher, client, topics, heard })
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

    /// Keeps partitions apart that will be assigned: what is read of each waits in a queue of its own, for
    /// [`Consumer::next_of`], and the library's limits of a queue are those of each.
    ///
    /// It is done before they are assigned. A queue that was not forwarded by us is forwarded to the common one by the
    /// library when reading starts (`rd_kafka_toppar_op_fetch_start`), and what was read until we undo it is lost to
    /// the partition's order.
    ///
    /// # Errors
    /// What the library says.
    pub(in crate::kafka) fn keep_apart(&mut self, starts: &[(usize, i32, i64)]) -> Result<(), CallError> {
        for (topic, partition, _) in starts {
            let name = terminated(self.topics.known(*topic)?)?;
            // SAFETY: client and name are alive; the reference that is returned is freed before the client.
            let queue =
                unsafe { rd_kafka_queue_get_partition(self.client.pointer(), name.as_ptr(), *partition) };
            // SAFETY: the reference was made for us.
            let queue = unsafe { Owned::new(queue) };
            let queue = queue.ok_or_else(|| CallError::local("_FAIL", "a partition has no queue"))?;
            // SAFETY: the queue is alive; NULL stands for forwarding to nowhere, for good.
            unsafe { rd_kafka_queue_forward(queue.pointer(), std::ptr::null_mut()) };
            self.apart.insert((*topic, *partition), queue);
        }
        Ok(())
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
    pub(in crate::kafka) fn unassign(&mut self, topic: usize, partition: i32) -> Result<(), CallError> {
        self.apart.remove(&(topic, partition));
        let list = self.list(&[(topic, partition, -1)])?;
        // SAFETY: client and list are alive; the library copies the list.
        let error = unsafe { rd_kafka_incremental_unassign(self.client.pointer(), list.pointer()) };
        // SAFETY: a returned error object is the caller's.
        unsafe { result_of(error) }
    }

    pub(super) fn list(&self, partitions: &[(usize, i32, i64)]) -> Result<PartitionList, CallError> {
        let list = PartitionList::new(partitions.len())?;
        for (topic, partition, offset) in partitions {
            list.add(self.topics.known(*topic)?, *partition, *offset)?;
        }
        Ok(list)
    }

    /// Waits for one message, then takes what else is there. Of partitions that are kept apart there is none here.
    pub(in crate::kafka) fn next(&self, wait: Duration) -> Batch {
        self.taken(&self.queue, wait, BATCH)
    }

    /// Waits for one message of a partition that is kept apart, then takes what else is there, up to so many. Where
    /// nothing came: what the client says besides.
    pub(in crate::kafka) fn next_of(&self, place: (usize, i32), wait: Duration, most: usize) -> Batch {
        let batch = self.apart.get(&place).map(|queue| self.taken(queue, wait, most));
        batch.filter(|batch| batch.len() > 0).unwrap_or_else(|| self.next(Duration::ZERO))
    }

    fn taken(&self, queue: &Owned<rd_kafka_queue_t>, wait: Duration, most: usize) -> Batch {
        let mut first = [std::ptr::null_mut::<rd_kafka_message_t>(); 1];
        let wait = c_int::try_from(wait.as_millis()).unwrap_or(c_int::MAX);
        if take(queue, wait, &mut first) == 0 {
            return Batch::of_errors(&self.topics, self.heard.errors());
        }
        let mut messages = Vec::with_capacity(most);
        messages.extend(first);
        messages.resize(most.max(1), std::ptr::null_mut());
        let more = messages.get_mut(1..).map_or(0, |rest| take(queue, 0, rest));
        messages.truncate(1 + more);
        // SAFETY: the library has handed these messages to us.
        unsafe { Batch::new(&self.client, &self.topics, &messages) }.and(&self.topics, self.heard.errors())
    }
}

/// Takes what comes in time, until the places are full; returns how many.
fn take(queue: &Owned<rd_kafka_queue_t>, wait: c_int, places: &mut [*mut rd_kafka_message_t]) -> usize {
    if places.is_empty() {
        return 0;
    }
    // SAFETY: the queue is alive, and the places are ours and as many as is said.
    let count =
        unsafe { rd_kafka_consume_batch_queue(queue.pointer(), wait, places.as_mut_ptr(), places.len()) };
    usize::try_from(count).unwrap_or_default()
}
