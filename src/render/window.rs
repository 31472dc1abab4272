//! How the part of a topic that was read looks, beneath a report on it.

use eventctl_core::scan::Window;

use super::page::{Page, Tone};

/// Says what could not be read, a line each.
pub(super) fn unread(topic: &str, window: &Window, page: &mut Page) {
    for unread in &window.unread {
        let tone = if unread.is_unknown { Tone::Bad } else { Tone::Notable };
        page.tone(tone, if unread.is_unknown { "? " } else { "! " });
        page.val(topic).lit(" partition ").val(unread.partition).lit(": ").line(&unread.reason);
    }
    if window.is_stopped {
        page.tone(Tone::Bad, "? ").val(topic).lit(": a signal stopped the reading before its end\n");
    }
}
