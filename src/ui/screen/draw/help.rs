//! What keys do, and what the columns mean.

use ratatui::layout::Rect;

use super::cells::{Paint, Text};

const LINES: [(&str, &str); 21] = [
    ("j k \u{2193} \u{2191}", "move by a row; PgDn PgUp by a page; g G to the ends"),
    ("Enter", "shows the partitions of the group; Esc goes back"),
    ("/", "shows groups whose name holds what is typed; Esc shows all"),
    ("s r", "sorts by lag, time lag, name, state, rate; r turns it round"),
    ("q", "quits, as Ctrl-C does"),
    ("", ""),
    ("LAG", "offsets not read yet; \u{2265} where some partition is unknown"),
    ("TREND", "lag of the last samples, newest to the right; a gap: unknown"),
    ("TIME LAG", "age of the first record not read yet"),
    ("COMMIT/s", "offsets committed in a second; PRODUCE/s: offsets written"),
    ("CATCH UP", "until all is read at these rates; - is never, or not known yet"),
    ("LOST", "offsets that were deleted before the group read them"),
    ("LSO", "last stable offset: the end of finished transactions"),
    ("?", "could not be found out"),
    ("", ""),
    ("no members", "records wait: it has stopped, or assigns by itself"),
    ("stalled", "members are there, and nothing moves while records wait"),
    ("stopped", "nobody is there, and nothing moves while records wait"),
    ("rewound", "an offset went back"),
    ("below log start", "records are gone unread"),
    ("ahead of end", "the log was cut or made anew"),
];

/// Draws as much of it as there is room for.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect) {
    for (at, (key, words)) in LINES.iter().enumerate().take(usize::from(area.height)) {
        let y = area.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
        let line = Rect { y, height: 1, ..area };
        paint.cell(Rect { width: line.width.min(16), ..line }, &Text::strong(key), false);
        let x = line.x.saturating_add(17);
        let rest = Rect { x, width: line.width.saturating_sub(17), ..line };
        paint.cell(rest, &Text::plain(words), false);
    }
}
