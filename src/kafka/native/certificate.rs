//! The reason for which OpenSSL refuses a broker's certificate, put into librdkafka's log.
//!
//! librdkafka reports an unknown authority, another host's certificate and an expired one with the same words. Its hook
//! for checks of one's own is given OpenSSL's number; ours decides exactly as OpenSSL has, and adds the number to the
//! line that librdkafka then logs. `trouble` reads it there.

use std::ffi::{c_char, c_int, c_void};

use rdkafka::bindings::rd_kafka_t;

/// Agrees with OpenSSL, and says why.
///
/// # Safety
/// Called by librdkafka alone, on its own threads: `x509_error` and `reason` point to its variables, and `size` is the
/// latter's. Nothing is kept.
pub(super) unsafe extern "C" fn verdict(
    _client: *mut rd_kafka_t,
    _broker: *const c_char,
    _broker_id: i32,
    x509_error: *mut c_int,
    _depth: c_int,
    _certificate: *const c_char,
    _length: usize,
    reason: *mut c_char,
    size: usize,
    _opaque: *mut c_void,
) -> c_int {
    // SAFETY: librdkafka passes its own variable.
    let number = unsafe { x509_error.read() };
    if number == 0 {
        return 1;
    }
    let text = format!("x509 error {number}\0");
    if text.len() <= size {
        // SAFETY: the buffer has `size` bytes, which is enough, and it is not ours.
        unsafe { reason.copy_from_nonoverlapping(text.as_ptr().cast(), text.len()) };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(number: c_int, size: usize) -> (c_int, Vec<u8>) {
        let mut number = number;
        let mut reason = vec![0u8; size];
        let null = std::ptr::null();
        // SAFETY: number and buffer are ours, the size is the buffer's, and nothing else is looked at.
        let verdict = unsafe {
            verdict(
                std::ptr::null_mut(),
                null,
                0,
                &raw mut number,
                0,
                null,
                0,
                reason.as_mut_ptr().cast(),
                size,
                std::ptr::null_mut(),
            )
        };
        (verdict, reason)
    }

    #[test]
    fn a_certificate_is_refused_exactly_when_openssl_refuses_it() {
        assert_eq!(ask(0, 4), (1, vec![0; 4]));
        assert_eq!(ask(62, 16), (0, b"x509 error 62\0\0\0".to_vec()));
        assert_eq!(ask(62, 5), (0, vec![0; 5]), "a buffer that is too small stays as it is");
    }
}
