//! Texts on the screen: escaped, cut where they do not fit, coloured where that is wanted.

use std::fmt::Display;

use eventctl_core::human;
use eventctl_core::human::span as age;
use eventctl_core::lag::state::LagState;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use super::within;
use crate::render::escape::Escaped;
use crate::render::page::Tone;

/// A text, escaped, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    text: String,
    tone: Tone,
}

impl Text {
    pub(super) fn toned(tone: Tone, value: impl Display) -> Text {
        Text { text: Escaped(value).to_string(), tone }
    }

    pub(super) fn plain(value: impl Display) -> Text {
        Text::toned(Tone::Plain, value)
    }

    pub(super) fn strong(value: impl Display) -> Text {
        Text::toned(Tone::Strong, value)
    }

    pub(super) fn faint(value: impl Display) -> Text {
        Text::toned(Tone::Faint, value)
    }

    /// A number that is known, or a question mark. One that does not fit is rounded, never cut: a cut number is another
    /// number.
    pub(super) fn number(number: Option<i64>, width: u16) -> Text {
        let Some(number) = number else { return Text::faint("?") };
        let exact = number.to_string();
        Text::plain(if exact.len() > usize::from(width) { human::count(number) } else { exact })
    }

    /// A span of time that is known, or a question mark.
    pub(super) fn age(milliseconds: Option<i64>, width: u16) -> Text {
        milliseconds.map_or_else(|| Text::faint("?"), |it| Text::plain(short_age(it, width)))
    }

    /// A span of time of which only a part is known: it is this one or longer.
    pub(super) fn age_at_least(milliseconds: Option<i64>, width: u16) -> Text {
        let least = |it| Text::plain(format_args!("\u{2265}{}", short_age(it, width.saturating_sub(1))));
        milliseconds.map_or_else(|| Text::faint("?"), least)
    }

    /// Where a partition is. The end stays where it does not fit: the number tells partitions apart.
    pub(super) fn place(topic: &str, partition: i32, width: u16) -> Text {
        let whole = Escaped(format_args!("{topic}/{partition}")).to_string();
        let surplus = whole.chars().count().saturating_sub(usize::from(width));
        if surplus == 0 {
            return Text { text: whole, tone: Tone::Plain };
        }
        let end: String = whole.chars().skip(surplus.saturating_add(1)).collect();
        Text { text: format!("\u{2026}{end}"), tone: Tone::Plain }
    }

    /// Things in a second; a dash until two samples tell.
    pub(super) fn rate(rate: Option<f64>) -> Text {
        let Some(rate) = rate else { return Text::faint("-") };
        // Far beyond any rate, and within what a whole number holds.
        let whole = rate.clamp(-1e15, 1e15) as i64;
        Text::plain(if rate.abs() < 100.0 { format!("{rate:.1}") } else { human::count(whole) })
    }

    /// Seconds until something, or a dash: never, or not known.
    pub(super) fn seconds(seconds: Option<f64>, width: u16) -> Text {
        let milliseconds = seconds.map(|seconds| (seconds.clamp(0.0, 1e15) * 1_000.0) as i64);
        milliseconds.map_or_else(|| Text::faint("-"), |it| Text::plain(short_age(it, width)))
    }

    /// A state in words. Its tone says no more than the words do.
    pub(super) fn state(state: LagState) -> Text {
        let tone = match state {
            LagState::Ok => Tone::Good,
            LagState::Lagging | LagState::Unassigned | LagState::NoMembers | LagState::NoCommit => {
                Tone::Notable
            }
            _ => Tone::Bad,
        };
        Text::toned(tone, state.words())
    }
}

/// A span of time in one unit, where there is no room for two.
fn short_age(milliseconds: i64, width: u16) -> String {
    let mut text = age(milliseconds);
    if text.len() > usize::from(width) {
        let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
        text.truncate(unit.saturating_add(1));
    }
    text
}

/// What is drawn on.
pub(super) struct Paint<'a> {
    buffer: &'a mut Buffer,
    colour: bool,
}

impl<'a> Paint<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, colour: bool) -> Paint<'a> {
        Paint { buffer, colour }
    }

    /// Draws texts one after another; what does not fit is cut.
    pub(super) fn line(&mut self, area: Rect, texts: &[Text]) {
        let mut rest = within(self.buffer, area);
        for text in texts {
            let taken = self.cell(rest, text, false);
            rest = Rect { x: rest.x.saturating_add(taken), width: rest.width.saturating_sub(taken), ..rest };
        }
    }

    /// Draws a text into a cell, and says how much of it was taken. One that does not fit ends in a mark.
    pub(super) fn cell(&mut self, area: Rect, text: &Text, right: bool) -> u16 {
        let area = within(self.buffer, area);
        if area.is_empty() {
            return 0;
        }
        let (style, limit) = (self.style(text.tone), usize::from(area.width));
        let width = Span::raw(text.text.as_str()).width();
        let free = limit.saturating_sub(width);
        let x = if right { area.x.saturating_add(u16::try_from(free).unwrap_or(0)) } else { area.x };
        let (end, _) = self.buffer.set_stringn(x, area.y, &text.text, limit, style);
        if width > limit {
            // A wide letter that was cut may leave its place empty before the mark.
            self.buffer.set_stringn(area.right().saturating_sub(1), area.y, "\u{2026}", 1, style);
            return area.width;
        }
        end.saturating_sub(area.x)
    }

    /// Marks a row as the one that is meant.
    pub(super) fn mark(&mut self, area: Rect) {
        let area = within(self.buffer, area);
        self.buffer.set_style(area, Style::new().add_modifier(Modifier::REVERSED));
        self.cell(Rect { width: area.width.min(1), ..area }, &Text::strong(">"), false);
    }

    fn style(&self, tone: Tone) -> Style {
        let colour = |colour| if self.colour { Style::new().fg(colour) } else { Style::new() };
        match tone {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
            Tone::Good => colour(Color::Green),
            Tone::Notable => colour(Color::Yellow),
            Tone::Bad => colour(Color::Red),
            Tone::Faint if self.colour => Style::new().add_modifier(Modifier::DIM),
            Tone::Faint => Style::new(),
        }
    }
}

/// A line of bars, the newest to the right: each as high as its part of the greatest. What is not known is a gap.
pub(super) fn bars(history: impl DoubleEndedIterator<Item = Option<i64>>, width: u16) -> Text {
    const BARS: [char; 8] =
        ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}'];
    let mut seen: Vec<Option<i64>> = history.rev().take(usize::from(width)).collect();
    seen.reverse();
    let greatest = seen.iter().flatten().copied().max().unwrap_or(0).max(1);
    let bar = |lag: i64| {
        // Whole numbers of 128 bits: lag times 7 is beyond what 64 hold.
        let height = i128::from(lag.max(0)) * 7 / i128::from(greatest);
        usize::try_from(height).ok().and_then(|height| BARS.get(height)).copied().unwrap_or(' ')
    };
    Text::plain(seen.into_iter().map(|lag| lag.map_or(' ', bar)).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_rounded_and_never_cut() {
        let rows = [
            (Some(0), 3, "0"),
            (Some(999), 3, "999"),
            (Some(12_345), 6, "12345"),
            (Some(12_345), 4, "12.3 k"),
            (None, 4, "?"),
        ];
        for (number, width, expected) in rows {
            assert_eq!(Text::number(number, width).text, expected);
        }
        let rates = [(None, "-"), (Some(0.04), "0.0"), (Some(99.94), "99.9"), (Some(12_345.6), "12.3 k")];
        for (rate, expected) in rates {
            assert_eq!(Text::rate(rate).text, expected);
        }
        assert_eq!(Text::rate(Some(f64::NAN)).text, "0");
        assert_eq!(Text::seconds(Some(f64::INFINITY), 14).text, "11574074074d1h");
        assert_eq!(Text::seconds(Some(f64::INFINITY), 13).text, "11574074074d");
        assert_eq!(Text::seconds(Some(90.4), 5).text, "1m30s");
        assert_eq!(Text::age(Some(-90_400), 5).text, "-1m");
        assert_eq!(Text::place("agent-events", 12, 15).text, "agent-events/12");
        assert_eq!(Text::place("agent-events", 12, 9).text, "\u{2026}vents/12");
    }

    #[test]
    fn bars_show_the_newest_and_leave_a_gap_for_what_is_not_known() {
        let history = [Some(100), Some(0), Some(50), None, Some(i64::MAX), Some(i64::MAX / 2)];
        assert_eq!(bars(history.into_iter(), 10).text, "\u{2581}\u{2581}\u{2581} \u{2588}\u{2584}");
        assert_eq!(bars(history[..3].iter().copied(), 2).text, "\u{2581}\u{2588}");
        assert_eq!(bars([None, Some(0)].into_iter(), 9).text, " \u{2581}");
        assert_eq!(bars([].into_iter(), 9).text, "");
    }
}
