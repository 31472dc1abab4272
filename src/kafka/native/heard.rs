//! What the library says by calling back while a consumer takes messages: that partitions come or go, and errors of
//! partitions that it knows no other way to tell on this path (a partition that is not there, a deleted topic).
//!
//! The callbacks run on the thread that takes messages. They only note what they are told; who takes messages looks at
//! the notes afterwards. A panic must not cross the library's frames, and nothing here can cause one.

use std::collections::VecDeque;
use std::ffi::{c_char, c_int, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::bindings::{rd_kafka_conf_set_opaque, rd_kafka_t, rd_kafka_topic_partition_list_t};

use super::client::Kept;
use super::code::{CallError, Code};
use super::config::Config;
use super::object::View;
use super::offsets::Row;
use super::{raw, text};

/// `RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS`: partitions come.
const COMING: Code = Code(-175);

/// Notes that nobody has looked at yet.
#[derive(Default)]
pub(super) struct Heard {
    changes: Mutex<VecDeque<(bool, Vec<Row>)>>,
    errors: Mutex<VecDeque<CallError>>,
}

fn open<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change leaves a list whole.
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heard {
    /// Listens to the client that is made of this configuration. The client keeps the notes as long as it may call back.
    pub(super) fn listen(self: &Arc<Heard>, config: &Config) -> Kept {
        let opaque = Arc::as_ptr(self).cast_mut().cast::<c_void>();
        // SAFETY: the configuration is alive; what is pointed to lives as long as the client, which keeps it.
        unsafe { rd_kafka_conf_set_opaque(config.pointer(), opaque) };
        // SAFETY: the configuration is alive, and the callback keeps its promises (see there).
        unsafe { raw::rd_kafka_conf_set_error_cb(config.pointer(), of_error) };
        Some(Arc::clone(self) as _)
    }

    /// The next change of what is assigned: whether partitions come, and which.
    pub(super) fn change(&self) -> Option<(bool, Vec<Row>)> {
        open(&self.changes).pop_front()
    }

    /// The errors since the last call.
    pub(super) fn errors(&self) -> VecDeque<CallError> {
        std::mem::take(&mut *open(&self.errors))
    }
}

/// Notes that partitions come or go.
///
/// # Safety
/// Called by librdkafka alone: `opaque` is what [`Heard::listen`] has set, and the list is the library's.
pub(super) unsafe extern "C" fn of_rebalance(
    _client: *mut rd_kafka_t,
    code: c_int,
    partitions: *mut rd_kafka_topic_partition_list_t,
    opaque: *mut c_void,
) {
    // SAFETY: by the promise above; the client keeps the notes while it calls back.
    let Some(heard) = (unsafe { opaque.cast::<Heard>().as_ref() }) else { return };
    // SAFETY: NULL or a list that nobody frees or changes during the call.
    let rows = unsafe { View::new(partitions) }.map_or_else(Vec::new, Row::all);
    open(&heard.changes).push_back((Code(code) == COMING, rows));
}

/// Notes an error.
///
/// # Safety
/// As for [`of_rebalance`]; the words are NULL or a terminated string.
unsafe extern "C" fn of_error(
    _client: *mut rd_kafka_t,
    code: c_int,
    words: *const c_char,
    opaque: *mut c_void,
) {
    // SAFETY: by the promise above; the client keeps the notes while it calls back.
    let Some(heard) = (unsafe { opaque.cast::<Heard>().as_ref() }) else { return };
    // SAFETY: NULL or a terminated string that nobody changes during the call.
    let words = unsafe { text::copied(words) };
    open(&heard.errors).extend(Code(code).error(words));
}

/// The partition that an error of a partition names at the beginning of its words: `topic [3]: what happened`.
pub(super) fn partition_of(words: &str) -> Option<(&str, i32)> {
    let (topic, rest) = words.split_once(" [")?;
    let (number, _) = rest.split_once("]: ")?;
    Some((topic, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::offsets::PartitionList;
    use super::*;

    #[test]
    fn what_is_called_back_is_noted_in_order() {
        let heard = Heard::default();
        let list = PartitionList::new(1).unwrap();
        list.add("orders", 3, -1).unwrap();
        let (opaque, nobody) = (std::ptr::from_ref(&heard).cast_mut().cast(), std::ptr::null_mut());
        for code in [-175, -174] {
            // SAFETY: list and notes are alive, and nobody else uses them.
            unsafe { of_rebalance(std::ptr::null_mut(), code, list.pointer(), opaque) };
        }
        // SAFETY: without notes nothing is done.
        unsafe { of_rebalance(std::ptr::null_mut(), -175, std::ptr::null_mut(), nobody) };
        let changes: Vec<_> =
            std::iter::from_fn(|| heard.change()).map(|(coming, rows)| (coming, rows.len())).collect();
        assert_eq!(changes, [(true, 1), (false, 1)]);
        // SAFETY: the notes are alive, and the words are a terminated literal.
        unsafe { of_error(std::ptr::null_mut(), -190, c"orders [3]: it is gone".as_ptr(), opaque) };
        // SAFETY: as above; NULL is allowed.
        unsafe { of_error(std::ptr::null_mut(), 29, std::ptr::null(), opaque) };
        let errors: Vec<_> = heard.errors().into_iter().map(|error| error.code).collect();
        assert_eq!(errors, ["_UNKNOWN_PARTITION", "TOPIC_AUTHORIZATION_FAILED"]);
        assert!(heard.errors().is_empty());
    }

    #[test]
    fn an_errors_words_name_its_partition() {
        let rows = [
            ("a.b [3]: desired partition is not available (Local: Unknown partition)", Some(("a.b", 3))),
            ("1/3 brokers are down", None),
            ("a [x]: y", None),
            ("a [1] b", None),
            ("", None),
        ];
        for (words, expected) in rows {
            assert_eq!(partition_of(words), expected, "{words}");
        }
    }
}
