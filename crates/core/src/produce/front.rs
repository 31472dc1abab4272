//! Members that are put at the front of an object whose text stays as it is otherwise.

use crate::json::write_string;

/// What is put there.
pub(super) struct Front<'a> {
    /// A new `eventId`.
    pub(super) event_id: bool,
    /// The event's mark, as `type`.
    pub(super) mark: Option<&'a str>,
}

impl Front<'_> {
    pub(super) fn is_empty(&self) -> bool {
        !self.event_id && self.mark.is_none()
    }
}

/// Writes the text with the members behind its first brace, which is at this byte.
pub(super) fn insert(
    text: &str,
    brace: usize,
    front: &Front<'_>,
    (out, ids): (&mut String, &mut dyn FnMut(&mut String)),
) {
    let (before, behind) = text.split_at_checked(brace + 1).unwrap_or((text, ""));
    out.clear();
    out.push_str(before);
    if let Some(mark) = front.mark {
        let mut written = Vec::new();
        write_string(mark, &mut written);
        out.push_str("\"type\":");
        out.push_str(&String::from_utf8_lossy(&written));
    }
    if front.event_id {
        out.push_str(if front.mark.is_some() { ",\"eventId\":\"" } else { "\"eventId\":\"" });
        ids(out);
        out.push('"');
    }
    if !behind.trim_start().starts_with('}') {
        out.push(',');
    }
    out.push_str(behind);
}
