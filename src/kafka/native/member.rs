//! A consumer that is a member of a group.
//!
//! The library says that partitions come or go by calling back, on the thread that takes messages. The callback only
//! notes it: librdkafka waits until the change is carried out by `carry_out`, so between the two a caller can finish
//! what it has begun. Carrying out nothing, as the bindings' safe batch path would, would end the membership's purpose.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_int};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::bindings::{
    rd_kafka_assignment_lost, rd_kafka_consumer_close_queue, rd_kafka_consumer_closed,
    rd_kafka_incremental_assign, rd_kafka_incremental_unassign, rd_kafka_rebalance_protocol,
};

use super::batch::Batch;
use super::code::{CallError, Code};
use super::config::Config;
use super::consumer::Consumer;
use super::dispatch::Listener;
use super::handle::StartError;
use super::heard;
use super::offsets::{PartitionList, Row};
use super::options::result_of;
use super::queue::Queue;
use super::raw;

/// Topic (its place in the list), partition, and an offset.
pub(in crate::kafka) type Place = (usize, i32, i64);

/// Partitions that come or go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Rebalance {
    pub(in crate::kafka) coming: bool,
    /// They are gone already: others may read them by now.
    pub(in crate::kafka) lost: bool,
    /// (topic, partition) each.
    pub(in crate::kafka) partitions: Vec<(usize, i32)>,
}

/// A member of a group.
pub(in crate::kafka) struct Member {
    consumer: Consumer,
}

impl Member {
    /// Makes a consumer of these settings, and subscribes to the topics.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(in crate::kafka) fn start<'a>(
        settings: &BTreeMap<String, String>,
        topics: impl Iterator<Item = &'a str> + Clone,
        listener: Arc<dyn Listener>,
    ) -> Result<Member, StartError> {
        let prepare = |config: &Config| {
            // SAFETY: the configuration is alive, and the callback keeps its promises (see there).
            unsafe { raw::rd_kafka_conf_set_rebalance_cb(config.pointer(), heard::of_rebalance) };
        };
        let consumer = Consumer::prepared(settings, topics.clone(), listener, prepare)?;
        let subscribe = || {
            let list = PartitionList::new(0)?;
            for topic in topics {
                list.add(topic, -1, -1)?;
            }
            // SAFETY: client and list are alive; the library copies the list.
            let code = unsafe { raw::rd_kafka_subscribe(consumer.client().pointer(), list.pointer()) };
            Code(code).error(None).map_or(Ok(()), Err)
        };
        subscribe().map_err(StartError::Settings)?;
        Ok(Member { consumer })
    }

    /// Waits for one message, then takes what else is there.
    pub(in crate::kafka) fn next(&self, wait: Duration) -> Batch {
        self.consumer.next(wait)
    }

    /// The next change of what is assigned. It takes effect when it is carried out.
    pub(in crate::kafka) fn change(&self) -> Option<Rebalance> {
        let (coming, rows) = self.consumer.heard().change()?;
        let place = |row: Row| Some((self.consumer.topics().place(row.topic.as_bytes())?, row.partition));
        let partitions = rows.into_iter().filter_map(place).collect();
        // SAFETY: the client is alive.
        let lost = !coming && unsafe { rd_kafka_assignment_lost(self.consumer.client().pointer()) } != 0;
        Some(Rebalance { coming, lost, partitions })
    }

    /// Carries out a change; partitions that come are read from these offsets on.
    ///
    /// # Errors
    /// What the library says.
    pub(in crate::kafka) fn carry_out(&self, coming: bool, places: &[Place]) -> Result<(), CallError> {
        let list = self.consumer.list(places)?;
        let client = self.consumer.client().pointer();
        if !self.is_cooperative() {
            // All at once: everything goes before anything comes.
            let list = if coming { list.pointer() } else { std::ptr::null_mut() };
            // SAFETY: client and list are alive, and NULL stands for nothing; the library copies the list.
            let code = unsafe { raw::rd_kafka_assign(client, list) };
            return Code(code).error(None).map_or(Ok(()), Err);
        }
        let call = if coming { rd_kafka_incremental_assign } else { rd_kafka_incremental_unassign };
        // SAFETY: client and list are alive; the library copies the list.
        let error = unsafe { call(client, list.pointer()) };
        // SAFETY: a returned error object is the caller's.
        unsafe { result_of(error) }
    }

    fn is_cooperative(&self) -> bool {
        // SAFETY: the client is alive.
        let name = unsafe { rd_kafka_rebalance_protocol(self.consumer.client().pointer()) };
        // SAFETY: NULL, or a terminated string that lives as long as the client.
        !name.is_null() && unsafe { CStr::from_ptr(name) } == c"COOPERATIVE"
    }

    /// The offsets that the group has committed for partitions; none where there is none.
    ///
    /// # Errors
    /// Where the coordinator does not tell all of them in time.
    pub(in crate::kafka) fn committed(
        &self,
        partitions: &[(usize, i32)],
        limit: Duration,
    ) -> Result<Vec<Option<i64>>, CallError> {
        let places: Vec<Place> =
            partitions.iter().map(|(topic, partition)| (*topic, *partition, -1)).collect();
        let list = self.consumer.list(&places)?;
        let client = self.consumer.client().pointer();
        // SAFETY: client and list are alive; the library writes into the list, which nobody else looks at.
        let code = unsafe { raw::rd_kafka_committed(client, list.pointer(), milliseconds(limit)) };
        if let Some(error) = Code(code).error(None) {
            return Err(error);
        }
        let offset = |row: Row| match row.error {
            Some(error) => Err(error),
            None => Ok((row.offset >= 0).then_some(row.offset)),
        };
        list.rows().into_iter().map(offset).collect()
    }

    /// Commits offsets: those of the next records to read. One result for each, in the same order.
    pub(in crate::kafka) fn commit(&self, places: &[Place], limit: Duration) -> Vec<Result<(), CallError>> {
        let answer = self.ask_to_commit(places, limit);
        let one = |(topic, partition, _): &Place| {
            let rows = answer.as_ref().map_err(CallError::clone)?;
            let name = self.consumer.topics().known(*topic)?;
            let row = rows.iter().find(|row| row.topic == name && row.partition == *partition);
            let left_out = || Err(CallError::local("_BAD_MSG", "the coordinator's answer left it out"));
            row.map_or_else(left_out, |row| row.error.clone().map_or(Ok(()), Err))
        };
        places.iter().map(one).collect()
    }

    fn ask_to_commit(&self, places: &[Place], limit: Duration) -> Result<Vec<Row>, CallError> {
        let list = self.consumer.list(places)?;
        let queue = Queue::of_call(Arc::clone(self.consumer.client()))?;
        let client = self.consumer.client().pointer();
        let (nobody, nothing) = (std::ptr::null(), std::ptr::null_mut());
        // SAFETY: client, list and queue are alive; the library copies the list, and the answer comes on the queue.
        let code =
            unsafe { raw::rd_kafka_commit_queue(client, list.pointer(), queue.pointer(), nobody, nothing) };
        if let Some(error) = Code(code).error(None) {
            return Err(error);
        }
        let timed_out = || CallError::local("_TIMED_OUT", "the coordinator did not answer in time");
        let event = queue.wait_for(milliseconds(limit)).ok_or_else(timed_out)?;
        let rows = event.rows();
        match event.error() {
            // An error of the whole stands beside each partition's own, where there are any.
            Some(error) if rows.iter().all(|row| row.error.is_none()) => Err(error),
            _ => Ok(rows),
        }
    }

    /// Leaves the group. Partitions that are still here are let go. True where the coordinator was told in time.
    pub(in crate::kafka) fn leave(&self, limit: Duration) -> bool {
        let client = self.consumer.client();
        let Ok(queue) = Queue::of_call(Arc::clone(client)) else { return false };
        let deadline = Instant::now() + limit;
        // SAFETY: client and queue are alive.
        let error = unsafe { rd_kafka_consumer_close_queue(client.pointer(), queue.pointer()) };
        // SAFETY: a returned error object is the caller's.
        if unsafe { result_of(error) }.is_err() {
            return false;
        }
        loop {
            // What the consumer's queue would have held comes to the other one now, callbacks too.
            drop(self.consumer.next(Duration::from_millis(20)));
            while let Some(change) = self.change() {
                let places: Vec<Place> =
                    change.partitions.iter().map(|(topic, partition)| (*topic, *partition, -1)).collect();
                let _the_end_comes_in_any_case = self.carry_out(false, &places);
            }
            // SAFETY: the client is alive.
            if unsafe { rd_kafka_consumer_closed(client.pointer()) } != 0 {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
        }
    }
}

fn milliseconds(limit: Duration) -> c_int {
    // A negative number would mean for ever.
    c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX).max(1)
}
