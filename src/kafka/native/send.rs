//! A producer: records in, reports out.
//!
//! The opaque that goes along with a record is the caller's number for it, never a pointer, so a report that does not
//! come leaks nothing and one that comes twice corrupts nothing. Reports are read on the dispatcher's thread: a commit
//! waits inside the library for all of them, while somebody else has to take them.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

use eventctl_core::record::Header;
use rdkafka::bindings::{
    RD_KAFKA_EVENT_DR, RD_KAFKA_MSG_F_COPY, RD_KAFKA_PURGE_F_INFLIGHT, RD_KAFKA_PURGE_F_NON_BLOCKING,
    RD_KAFKA_PURGE_F_QUEUE, rd_kafka_headers_destroy, rd_kafka_headers_new, rd_kafka_headers_t,
    rd_kafka_message_t, rd_kafka_produceva, rd_kafka_topic_destroy, rd_kafka_topic_new, rd_kafka_topic_t,
    rd_kafka_type_t, rd_kafka_vtype_t, rd_kafka_vu_s__bindgen_ty_1 as Part,
    rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_1 as Memory, rd_kafka_vu_t,
};

use super::client::Client;
use super::code::{CallError, Code};
use super::config::Config;
use super::dispatch::{Dispatcher, Listener};
use super::handle::StartError;
use super::object::{Owned, View, accessors, destroyed_by, fields};
use super::options::result_of;
use super::queue::{Event, Queue};
use super::raw;
use super::text::{Reason, terminated};

destroyed_by! {
    rd_kafka_headers_t => rd_kafka_headers_destroy,
    rd_kafka_topic_t => rd_kafka_topic_destroy,
}

accessors! {
    STATUS: Value<rd_kafka_message_t, c_int> = raw::rd_kafka_message_status;
    ERROR_TEXT: Value<rd_kafka_message_t, *const c_char> = rdkafka::bindings::rd_kafka_message_produce_errstr;
}

fields! {
    ERROR: c_int = rd_kafka_message_t, err;
    PARTITION: i32 = rd_kafka_message_t, partition;
    OFFSET: i64 = rd_kafka_message_t, offset;
    OPAQUE: *mut c_void = rd_kafka_message_t, _private;
}

/// `RD_KAFKA_MSG_STATUS_NOT_PERSISTED`: surely not written.
const NOT_PERSISTED: c_int = 0;

/// `RD_KAFKA_PARTITION_UA`: the library chooses the partition.
const UNASSIGNED: i32 = -1;

/// A record for the library.
pub(in crate::kafka) struct Sending<'a> {
    /// A place in the list of topics.
    pub(in crate::kafka) topic: usize,
    /// Its partition; none leaves it to the library.
    pub(in crate::kafka) partition: Option<i32>,
    pub(in crate::kafka) key: Option<&'a [u8]>,
    pub(in crate::kafka) value: Option<&'a [u8]>,
    pub(in crate::kafka) headers: &'a [Header<'a>],
    /// Milliseconds since 1970; 0 is now.
    pub(in crate::kafka) timestamp: i64,
    /// The caller's number.
    pub(in crate::kafka) ticket: u64,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Report {
    pub(in crate::kafka) ticket: u64,
    /// Partition, offset and timestamp; or the error, and whether it may have been written nevertheless.
    pub(in crate::kafka) end: Result<(i32, i64, i64), (CallError, bool)>,
}

/// A client that writes. Dropping it gives up what it still holds.
pub(in crate::kafka) struct Producer {
    // Declared before the client, so that they are freed first, as the library demands.
    topics: Vec<Owned<rd_kafka_topic_t>>,
    _dispatcher: Dispatcher,
    client: Arc<Client>,
}

// SAFETY: client and topics are locked inside and may be used by several threads at once (INTRODUCTION.md, "Threads").
unsafe impl Send for Producer {}
// SAFETY: as above.
unsafe impl Sync for Producer {}

impl Producer {
    /// Makes a producer of these settings. `reported` is called on a thread of its own. No network yet.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(in crate::kafka) fn start<'a>(
        settings: &BTreeMap<String, String>,
        topics: impl Iterator<Item = &'a str>,
        listener: Arc<dyn Listener>,
        reported: impl Fn(&mut dyn Iterator<Item = Report>) + Send + Sync + 'static,
    ) -> Result<Producer, StartError> {
        let want = |config: &Config| {
            config.want(RD_KAFKA_EVENT_DR);
            None
        };
        let client = Client::start(rd_kafka_type_t::RD_KAFKA_PRODUCER, settings, want)?;
        let topic = |name: &str| {
            let name = terminated(name)?;
            // SAFETY: client and name are alive, the name is copied, and NULL stands for the client's own settings.
            let topic = unsafe { rd_kafka_topic_new(client.pointer(), name.as_ptr(), std::ptr::null_mut()) };
            // SAFETY: NULL, or a reference that was made for us.
            let topic = unsafe { Owned::new(topic) };
            topic.ok_or_else(|| CallError::local("_INVALID_ARG", "the topic's name is not taken"))
        };
        let topics =
            topics.map(topic).collect::<Result<Vec<_>, CallError>>().map_err(StartError::Settings)?;
        let events = Queue::new(Arc::clone(&client)).map_err(StartError::Settings)?;
        let read = move |event: &Event| {
            let mut reports = Vec::new();
            event.each_message(|message| reports.push(report(message)));
            reported(&mut reports.into_iter());
        };
        let dispatcher =
            Dispatcher::of_sender(events, listener, Box::new(read)).map_err(StartError::Settings)?;
        Ok(Producer { topics, _dispatcher: dispatcher, client })
    }

    pub(super) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Hands a record over. The library copies it, and will report it once.
    ///
    /// # Errors
    /// `_QUEUE_FULL`, or what is wrong with the record; then no report will come.
    pub(in crate::kafka) fn send(&self, record: &Sending<'_>) -> Result<(), CallError> {
        let unknown = || CallError::local("_INVALID_ARG", "a topic that was not named at the start");
        let topic = self.topics.get(record.topic).ok_or_else(unknown)?;
        let ticket = usize::try_from(record.ticket);
        let ticket =
            ticket.map_err(|_| CallError::local("_INVALID_ARG", "the record's number is too large"))?;
        let headers = headers(record.headers)?;
        let part = |vtype, u| rd_kafka_vu_t { vtype, u };
        use rd_kafka_vtype_t as Kind;
        let parts = [
            part(Kind::RD_KAFKA_VTYPE_RKT, Part { rkt: topic.pointer() }),
            part(Kind::RD_KAFKA_VTYPE_PARTITION, Part { i32_: record.partition.unwrap_or(UNASSIGNED) }),
            part(Kind::RD_KAFKA_VTYPE_VALUE, Part { mem: memory(record.value) }),
            part(Kind::RD_KAFKA_VTYPE_KEY, Part { mem: memory(record.key) }),
            part(Kind::RD_KAFKA_VTYPE_TIMESTAMP, Part { i64_: record.timestamp }),
            part(Kind::RD_KAFKA_VTYPE_OPAQUE, Part { ptr: std::ptr::without_provenance_mut(ticket) }),
            part(Kind::RD_KAFKA_VTYPE_MSGFLAGS, Part { i: RD_KAFKA_MSG_F_COPY }),
            // The last one, which is left out where there are none.
            part(
                Kind::RD_KAFKA_VTYPE_HEADERS,
                Part { headers: headers.as_ref().map_or(std::ptr::null_mut(), Owned::pointer) },
            ),
        ];
        let count = if headers.is_some() { parts.len() } else { parts.len() - 1 };
        // SAFETY: client, topic, texts and headers are alive; key and value are copied (F_COPY), and nothing is written
        // through their pointers.
        let error = unsafe { rd_kafka_produceva(self.client.pointer(), parts.as_ptr(), count) };
        // SAFETY: a returned error object is the caller's.
        let sent = unsafe { result_of(error) };
        if sent.is_ok() {
            // The library has taken the headers over; after an error they are still ours.
            let _the_librarys_now = headers.map(Owned::release);
        }
        sent
    }

    /// Gives up all records: those that wait are reported as not written, those that are under way as unknown.
    pub(in crate::kafka) fn purge(&self) {
        let flags = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING;
        // SAFETY: the client is alive.
        let _only_wrong_flags_are_refused = unsafe { raw::rd_kafka_purge(self.client.pointer(), flags) };
    }

    /// The error after which the client writes nothing more.
    pub(in crate::kafka) fn fatal(&self) -> Option<CallError> {
        let mut reason = Reason::new();
        let length = reason.len();
        // SAFETY: the client is alive, and the buffer has the length that is given.
        let code = unsafe { raw::rd_kafka_fatal_error(self.client.pointer(), reason.buffer(), length) };
        Code(code).error(Some(reason.text()))
    }
}

/// Null is NULL, and empty is something that is not NULL: so the library tells them apart.
fn memory(bytes: Option<&[u8]>) -> Memory {
    match bytes {
        // The library only reads what it copies.
        Some(bytes) => Memory { ptr: bytes.as_ptr().cast_mut().cast(), size: bytes.len() },
        None => Memory { ptr: std::ptr::null_mut(), size: 0 },
    }
}

fn headers(headers: &[Header<'_>]) -> Result<Option<Owned<rd_kafka_headers_t>>, CallError> {
    if headers.is_empty() {
        return Ok(None);
    }
    // SAFETY: the count is only how much room is made at first.
    let list = unsafe { rd_kafka_headers_new(headers.len()) };
    // SAFETY: just made, and ours.
    let list = unsafe { Owned::new(list) };
    let list = list.ok_or_else(|| CallError::local("_FAIL", "no headers could be made"))?;
    for header in headers {
        let value = memory(header.value);
        let size = |length: usize| isize::try_from(length).unwrap_or(isize::MAX);
        // A size of 0 for a name would have the library look for its end.
        let (name, name_size) = match header.name {
            [] => (c"".as_ptr(), 0),
            name => (name.as_ptr().cast::<c_char>(), size(name.len())),
        };
        let value_size = size(value.size);
        // SAFETY: the list is alive; name and value have the sizes that are given, and are copied.
        let code =
            unsafe { raw::rd_kafka_header_add(list.pointer(), name, name_size, value.ptr, value_size) };
        if let Some(error) = Code(code).error(None) {
            return Err(error);
        }
    }
    Ok(Some(list))
}

fn report(message: View<'_, rd_kafka_message_t>) -> Report {
    let ticket = u64::try_from(message.read(OPAQUE).addr()).unwrap_or(u64::MAX);
    let code = Code(message.read(ERROR));
    let end = match code.error((code != Code::NONE).then(|| message.text(ERROR_TEXT)).flatten()) {
        Some(error) => Err((error, message.get(STATUS) != NOT_PERSISTED)),
        None => {
            let mut kind = 0;
            // SAFETY: the message is alive, the place is ours.
            let timestamp = unsafe { raw::rd_kafka_message_timestamp(message.pointer(), &raw mut kind) };
            Ok((message.read(PARTITION), message.read(OFFSET), timestamp))
        }
    };
    Report { ticket, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_stay_two_things() {
        assert!(memory(None).ptr.is_null());
        assert!(!memory(Some(b"")).ptr.is_null());
        assert_eq!(memory(Some(b"abc")).size, 3);
    }

    #[test]
    fn headers_of_any_bytes_are_taken() {
        let list = [
            Header { name: b"\xff", value: None },
            Header { name: b"", value: Some(b"") },
            Header { name: b"a", value: Some(b"\0") },
        ];
        assert!(headers(&list).unwrap().is_some());
        assert!(headers(&[]).unwrap().is_none());
    }
}
