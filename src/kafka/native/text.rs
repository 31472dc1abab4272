//! Strings across the border: NULL and bytes that are no UTF-8 on the way in, embedded NUL on the way out.

use std::ffi::{CStr, CString, c_char};

use super::code::CallError;

/// Copies a string of the library; `None` for NULL. Bytes that are no UTF-8 become U+FFFD.
///
/// # Safety
/// `text` is NULL or points to a terminated string that nobody changes during the call.
pub(super) unsafe fn copied(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, and the caller promises a terminated string.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_string_lossy().into_owned())
}

/// The bytes of a string of the library; `None` for NULL.
///
/// # Safety
/// `text` is NULL or points to a terminated string that lives as long as the caller says, unchanged.
pub(super) unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, and the caller promises a terminated string.
    Some(unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// A string for the library.
///
/// # Errors
/// `_INVALID_ARG` where it holds a NUL, which would cut it short.
pub(super) fn terminated(text: &str) -> Result<CString, CallError> {
    CString::new(text).map_err(|_| CallError::local("_INVALID_ARG", "a text holds a NUL character"))
}

/// A buffer into which the library writes why it refused something.
pub(super) struct Reason([u8; Reason::SIZE]);

impl Reason {
    const SIZE: usize = 512;

    pub(super) fn new() -> Reason {
        Reason([0; Reason::SIZE])
    }

    /// The buffer for the library; its size is `Reason::len`.
    pub(super) fn buffer(&mut self) -> *mut c_char {
        self.0.as_mut_ptr().cast()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What was written.
    pub(super) fn text(&self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        String::from_utf8_lossy(self.0.get(..end).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_broken_text_come_in_whole() {
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { copied(std::ptr::null()) }, None);
        // SAFETY: a terminated literal.
        assert_eq!(unsafe { copied(c"topic".as_ptr()) }.as_deref(), Some("topic"));
        // SAFETY: a terminated literal.
        let broken = unsafe { copied(c"a\xffb".as_ptr()) };
        assert_eq!(broken.as_deref(), Some("a\u{fffd}b"));
    }

    #[test]
    fn a_nul_does_not_cut_a_text_short() {
        assert_eq!(terminated("a\0b").unwrap_err().code, "_INVALID_ARG");
        assert_eq!(terminated("ab").unwrap().as_bytes(), b"ab");
    }

    #[test]
    fn a_reason_ends_at_its_nul_or_its_end() {
        let mut reason = Reason::new();
        assert_eq!(reason.text(), "");
        reason.0[..3].copy_from_slice(b"why");
        assert_eq!(reason.text(), "why");
        reason.0.fill(b'x');
        assert_eq!(reason.text().len(), Reason::SIZE);
    }
}
