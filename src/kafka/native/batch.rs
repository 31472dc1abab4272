//! A batch of what a consumer's queue held: records, ends of partitions, errors.
//!
//! A batch owns its messages and keeps their client alive. What it lends out is borrowed from it, so nothing of it can
//! outlive it by mistake. It may move to another thread, and is used by one at a time: taking a record's headers apart
//! changes the record inside the library.

use std::collections::VecDeque;
use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

use eventctl_core::record::{Header, TimestampType};
use rdkafka::bindings::{
    rd_kafka_message_destroy, rd_kafka_message_errstr, rd_kafka_message_leader_epoch, rd_kafka_message_t,
    rd_kafka_topic_name, rd_kafka_topic_t,
};

use super::client::Client;
use super::code::{CallError, Code};
use super::heard::partition_of;
use super::object::{Owned, View, accessors, destroyed_by, fields};
use super::{headers, raw, text};

destroyed_by! { rd_kafka_message_t => rd_kafka_message_destroy }

accessors! {
    LEADER_EPOCH: Value<rd_kafka_message_t, i32> = rd_kafka_message_leader_epoch;
    ERROR_TEXT: Value<rd_kafka_message_t, *const c_char> = rd_kafka_message_errstr;
}

fields! {
    ERROR: c_int = rd_kafka_message_t, err;
    TOPIC: *mut rd_kafka_topic_t = rd_kafka_message_t, rkt;
    PARTITION: i32 = rd_kafka_message_t, partition;
    PAYLOAD: *mut c_void = rd_kafka_message_t, payload;
    PAYLOAD_LENGTH: usize = rd_kafka_message_t, len;
    KEY: *mut c_void = rd_kafka_message_t, key;
    KEY_LENGTH: usize = rd_kafka_message_t, key_len;
    OFFSET: i64 = rd_kafka_message_t, offset;
}

/// Stands for no topic, or one that was not asked for.
const NO_TOPIC: u32 = u32::MAX;

/// The topics that a consumer reads, by name.
pub(super) struct Topics(Vec<Vec<u8>>);

impl Topics {
    /// Topics whose place in this list is their index.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Topics {
        Topics(names.map(|name| name.as_bytes().to_vec()).collect())
    }

    /// A name of the list.
    pub(super) fn known(&self, index: usize) -> Result<&str, CallError> {
        let name = self.0.get(index).and_then(|name| std::str::from_utf8(name).ok());
        name.ok_or_else(|| CallError::local("_INVALID_ARG", "a topic that was not named at the start"))
    }

    /// A name's place in the list.
    pub(super) fn place(&self, name: &[u8]) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }

    fn index(&self, name: &[u8]) -> u32 {
        self.place(name).and_then(|place| u32::try_from(place).ok()).unwrap_or(NO_TOPIC)
    }
}

/// An error that came by another way than the messages.
struct Told {
    topic: Option<usize>,
    partition: i32,
    error: CallError,
}

impl Told {
    fn entry(&self) -> Entry<'_> {
        let (topic, partition, error) = (self.topic, self.partition, self.error.clone());
        Entry::Error { topic, partition, offset: None, error }
    }
}

/// Messages that came together.
pub(in crate::kafka) struct Batch {
    // Declared before the client, so that they are freed first, as the library demands.
    messages: Vec<(Owned<rd_kafka_message_t>, u32)>,
    told: Vec<Told>,
    _client: Option<Arc<Client>>,
}

// SAFETY: a message may be used and freed by any thread, one at a time; `Batch` is not `Sync`.
unsafe impl Send for Batch {}

impl Batch {
    /// No message, and what was told besides.
    pub(super) fn of_errors(topics: &Topics, errors: VecDeque<CallError>) -> Batch {
        Batch { messages: Vec::new(), told: Vec::new(), _client: None }.and(topics, errors)
    }

    /// With errors that were told besides the messages.
    pub(super) fn and(mut self, topics: &Topics, errors: VecDeque<CallError>) -> Batch {
        self.told.extend(errors.into_iter().map(|error| {
            let place = partition_of(&error.message);
            let topic = place.and_then(|(name, _)| topics.place(name.as_bytes()));
            Told { topic, partition: place.map_or(-1, |(_, partition)| partition), error }
        }));
        self
    }

    /// Takes messages over.
    ///
    /// # Safety
    /// Each pointer is NULL or a message of this client that nobody else frees.
    pub(super) unsafe fn new(
        client: &Arc<Client>,
        topics: &Topics,
        messages: &[*mut rd_kafka_message_t],
    ) -> Batch {
        // A topic's address is its own as long as a message of it lives, so it is looked up once in a batch.
        let mut known: Vec<(*mut rd_kafka_topic_t, u32)> = Vec::new();
        let mut last = (std::ptr::null_mut(), NO_TOPIC);
        let mut owned = Vec::with_capacity(messages.len());
        for message in messages {
            // SAFETY: by the caller's promise.
            let Some(message) = (unsafe { Owned::new(*message) }) else { continue };
            let topic = message.view().read(TOPIC);
            if topic != last.0 {
                last = match known.iter().find(|(pointer, _)| *pointer == topic) {
                    Some(found) => *found,
                    None => {
                        let found = (topic, index_of(topics, topic));
                        known.push(found);
                        found
                    }
                };
            }
            owned.push((message, last.1));
        }
        Batch { messages: owned, told: Vec::new(), _client: Some(Arc::clone(client)) }
    }

    /// Cuts it into so many parts of about the same size, in its order.
    pub(in crate::kafka) fn split(mut self, parts: usize) -> Vec<Batch> {
        let size = self.messages.len().div_ceil(parts.max(1)).max(1);
        let mut cut = Vec::with_capacity(parts);
        while self.messages.len() > size {
            let rest = self.messages.split_off(size);
            let messages = std::mem::replace(&mut self.messages, rest);
            cut.push(Batch { messages, told: Vec::new(), _client: self._client.clone() });
        }
        // What was told besides stands behind all messages.
        cut.push(self);
        cut
    }

    /// How many messages it holds, ends and errors among them.
    pub(in crate::kafka) fn len(&self) -> usize {
        self.messages.len() + self.told.len()
    }

    /// True where a broker answered: there is a record or an end in it.
    pub(in crate::kafka) fn has_answer(&self) -> bool {
        let answer = |code| code == Code::NONE || code == Code::PARTITION_EOF;
        self.messages.iter().any(|(message, _)| answer(Code(message.view().read(ERROR))))
    }

    /// Its messages in their order.
    pub(in crate::kafka) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let messages = self.messages.iter().map(|(message, topic)| entry(message.view(), *topic));
        messages.chain(self.told.iter().map(Told::entry))
    }

    /// The message at a place, from 0 on.
    pub(in crate::kafka) fn entry(&self, place: usize) -> Option<Entry<'_>> {
        match self.messages.get(place) {
            Some((message, topic)) => Some(entry(message.view(), *topic)),
            None => self.told.get(place.checked_sub(self.messages.len())?).map(Told::entry),
        }
    }
}

fn index_of(topics: &Topics, topic: *mut rd_kafka_topic_t) -> u32 {
    if topic.is_null() {
        return NO_TOPIC;
    }
    // SAFETY: a message's topic lives as long as the message.
    let name = unsafe { rd_kafka_topic_name(topic) };
    // SAFETY: NULL or a terminated string that lives as long as the topic.
    unsafe { text::bytes(name) }.map_or(NO_TOPIC, |name| topics.index(name))
}

/// One message of a batch.
pub(in crate::kafka) enum Entry<'b> {
    /// A record.
    Record(Message<'b>),
    /// The end of a partition, with the offset of the next record that will be written there.
    End { topic: usize, partition: i32, offset: i64 },
    /// An error of a partition, or of the client as a whole.
    Error { topic: Option<usize>, partition: i32, offset: Option<i64>, error: CallError },
}

fn entry(message: View<'_, rd_kafka_message_t>, topic: u32) -> Entry<'_> {
    let code = Code(message.read(ERROR));
    let index = usize::try_from(topic).unwrap_or(usize::MAX);
    if code == Code::NONE {
        return Entry::Record(Message { message, topic: index });
    }
    let (partition, offset) = (message.read(PARTITION), message.read(OFFSET));
    let topic = (topic != NO_TOPIC).then_some(index);
    if let (Code::PARTITION_EOF, Some(topic)) = (code, topic) {
        return Entry::End { topic, partition, offset };
    }
    let offset = (offset >= 0).then_some(offset);
    let error = code.error(message.text(ERROR_TEXT));
    let error = error.unwrap_or_else(|| CallError::local("_FAIL", "an error without a code"));
    Entry::Error { topic, partition, offset, error }
}

/// A record, borrowed from its batch.
#[derive(Clone, Copy)]
pub struct Message<'b> {
    message: View<'b, rd_kafka_message_t>,
    topic: usize,
}

impl<'b> Message<'b> {
    /// Its topic: a place in the list of topics that the reader was given.
    #[must_use]
    pub fn topic(&self) -> usize {
        self.topic
    }

    /// Its partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.message.read(PARTITION)
    }

    /// Its offset.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.message.read(OFFSET)
    }

    /// Its timestamp in milliseconds since 1970, and who set it; -1 where nobody did.
    #[must_use]
    pub fn timestamp(&self) -> (i64, TimestampType) {
        let mut kind = 0;
        // SAFETY: the message is alive, the place is ours.
        let timestamp = unsafe { raw::rd_kafka_message_timestamp(self.message.pointer(), &raw mut kind) };
        let kind = match kind {
            1 => TimestampType::Create,
            2 => TimestampType::LogAppend,
            _ => TimestampType::None,
        };
        (timestamp, kind)
    }

    /// Its key; none where it is null.
    #[must_use]
    pub fn key(&self) -> Option<&'b [u8]> {
        let (key, length) = (self.message.read(KEY), self.message.read(KEY_LENGTH));
        // SAFETY: the library's key has that many bytes, or is NULL, and lives as long as the message.
        unsafe { bytes(key, length) }
    }

    /// Its value; none where it is null.
    #[must_use]
    pub fn value(&self) -> Option<&'b [u8]> {
        let (payload, length) = (self.message.read(PAYLOAD), self.message.read(PAYLOAD_LENGTH));
        // SAFETY: the library's payload has that many bytes, or is NULL, and lives as long as the message.
        unsafe { bytes(payload, length) }
    }

    /// True where it has headers.
    #[must_use]
    pub fn has_headers(&self) -> bool {
        headers::any(self.message)
    }

    /// Adds its headers to a list.
    pub(in crate::kafka) fn read_headers(&self, into: &mut Vec<Header<'b>>) -> Result<(), CallError> {
        headers::read(self.message, into)
    }

    /// The epoch of the leader that had written it; none where the brokers tell none.
    #[must_use]
    pub fn leader_epoch(&self) -> Option<i32> {
        let epoch = self.message.get(LEADER_EPOCH);
        (epoch >= 0).then_some(epoch)
    }
}

/// Bytes of the library; none for NULL, which is how it tells null from empty.
///
/// # Safety
/// `start` is NULL, or so many bytes stand there that live as long as the caller says and are not changed.
unsafe fn bytes<'b>(start: *const c_void, length: usize) -> Option<&'b [u8]> {
    if start.is_null() {
        return None;
    }
    // SAFETY: by the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(start.cast::<u8>(), length) })
}
