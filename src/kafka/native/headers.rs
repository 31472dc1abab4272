//! A record's headers as bytes, in their order.
//!
//! The bindings' own reader demands UTF-8 of a name and ends the process where it is none. Here a name is bytes. The
//! library hands names out as C strings, so one that holds a NUL ends there: nothing can be done about that.

use std::ffi::{c_char, c_void};

use eventctl_core::record::Header;
use rdkafka::bindings::{rd_kafka_headers_t, rd_kafka_message_t};

use super::code::{CallError, Code};
use super::object::View;
use super::{raw, text};

/// What the library answers for a record without headers, and past the last header.
const NO_ENTRY: Code = Code(-156);

/// The headers of a record; none where it has none.
///
/// # Errors
/// Where they cannot be taken apart.
fn of(message: View<'_, rd_kafka_message_t>) -> Result<Option<View<'_, rd_kafka_headers_t>>, CallError> {
    let mut headers: *mut rd_kafka_headers_t = std::ptr::null_mut();
    // SAFETY: the message is alive, and used by one thread only: the library takes its headers apart now, and keeps them
    // with the message. The place is ours.
    let code = unsafe { raw::rd_kafka_message_headers(message.pointer(), &raw mut headers) };
    match Code(code) {
        // SAFETY: the headers live as long as their message, and are not changed any more.
        Code::NONE => Ok(unsafe { View::new(headers) }),
        NO_ENTRY => Ok(None),
        code => code.error(None).map_or(Ok(None), Err),
    }
}

/// True where a record has headers, or something in their place.
pub(super) fn any(message: View<'_, rd_kafka_message_t>) -> bool {
    !matches!(of(message), Ok(None))
}

/// Adds a record's headers to a list.
///
/// # Errors
/// Where they cannot be taken apart.
pub(super) fn read<'b>(
    message: View<'b, rd_kafka_message_t>,
    into: &mut Vec<Header<'b>>,
) -> Result<(), CallError> {
    let Some(headers) = of(message)? else { return Ok(()) };
    for index in 0.. {
        let mut name: *const c_char = std::ptr::null();
        let mut value: *const c_void = std::ptr::null();
        let mut size = 0;
        // SAFETY: the headers are alive, and the three places are ours.
        let code = unsafe {
            raw::rd_kafka_header_get_all(
                headers.pointer(),
                index,
                &raw mut name,
                &raw mut value,
                &raw mut size,
            )
        };
        match Code(code) {
            Code::NONE => {}
            NO_ENTRY => break,
            code => return code.error(None).map_or(Ok(()), Err),
        }
        // SAFETY: NULL or a terminated string that lives as long as the headers, and so as the message.
        let name = unsafe { text::bytes(name) }.unwrap_or_default();
        let value = if value.is_null() {
            None
        } else {
            // SAFETY: the library answered that many bytes, which live as long as the headers.
            Some(unsafe { std::slice::from_raw_parts(value.cast::<u8>(), size) })
        };
        into.push(Header { name, value });
    }
    Ok(())
}
