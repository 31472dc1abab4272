//! Draws a view. Only the rows that are seen are laid out; every text is escaped before it is drawn.

mod cells;
mod columns;
mod help;
mod tables;

use eventctl_core::human;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::view::{LagView, Pane};
use cells::{Paint, Text};

use crate::render::page::Tone;

/// From this height on the head has a second line.
const TALL: u16 = 10;

/// How many rows of a list are seen at this height: what the head, the columns' titles and the help line leave.
pub(super) fn rows(height: u16) -> u16 {
    height.saturating_sub(head(height) + 2)
}

fn head(height: u16) -> u16 {
    if height >= TALL { 2 } else { 1 }
}

/// Draws the view onto the whole frame.
pub(super) fn draw(view: &LagView, frame: &mut Frame<'_>, colour: bool) {
    let area = frame.area();
    let mut paint = Paint::new(frame.buffer_mut(), colour);
    for (at, line) in lines(view, head(area.height)).into_iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        paint.line(row(area, at), &line);
    }
    let titles = head(area.height);
    let list = Rect { y: area.y.saturating_add(titles), height: rows(area.height) + 1, ..area };
    let list = list.intersection(area);
    match view.pane {
        _ if view.help => help::draw(&mut paint, list),
        Pane::Groups => tables::groups(&mut paint, view, list),
        Pane::Partitions => tables::partitions(&mut paint, view, list),
    }
    paint.line(row(area, area.height.saturating_sub(1)), &bottom(view));
}

/// A line of the area; an empty one where there is none.
fn row(area: Rect, at: u16) -> Rect {
    let line = Rect { y: area.y.saturating_add(at), height: 1, ..area };
    line.intersection(area)
}

fn lines(view: &LagView, count: u16) -> Vec<Vec<Text>> {
    let mut lines = vec![first(view)];
    if count > 1 {
        lines.push(second(view));
    }
    lines
}

/// Which cluster, when, how it stands.
fn first(view: &LagView) -> Vec<Text> {
    let mut line = Vec::new();
    let Some(report) = &view.report else {
        line.push(Text::strong("no sample yet"));
        // On a low screen there is no other place for it.
        line.extend(view.trouble.iter().map(|trouble| Text::toned(Tone::Bad, format!("  {trouble}"))));
        return line;
    };
    if view.trouble.is_some() {
        line.push(Text::toned(Tone::Bad, "! "));
    }
    match &view.group {
        Some(group) => line.push(Text::strong(format!("group {group}"))),
        None => line.push(Text::strong(human::plural(report.groups.len(), "group"))),
    }
    let age = view.at.map(|at| view.now.saturating_sub(at).max(0) / 1_000);
    line.extend(age.map(|age| Text::plain(format!("  {age}s old"))));
    let next = view.next.map(|next| next.saturating_sub(view.now).max(0).saturating_add(999) / 1_000);
    line.extend(next.map(|next| Text::plain(format!(", next in {next}s"))));
    if !report.findings.is_empty() {
        line.push(Text::toned(Tone::Bad, format!("  {}", human::plural(report.findings.len(), "finding"))));
    }
    if !report.unknown.is_empty() {
        line.push(Text::toned(Tone::Notable, format!("  {} unknown", report.unknown.len())));
    }
    let at = view.at.and_then(|at| Timestamp::from_millisecond(at).ok()).map(human::moment);
    line.extend(at.map(|at| Text::faint(format!("  {at}"))));
    let cluster = report.cluster.as_deref();
    line.extend(cluster.map(|cluster| Text::faint(format!("  cluster {cluster}"))));
    line
}

/// What went wrong in the last sample; else how the list stands.
fn second(view: &LagView) -> Vec<Text> {
    if let (Some(trouble), true) = (&view.trouble, view.report.is_some()) {
        return vec![Text::toned(Tone::Bad, format!("last sample: {trouble}"))];
    }
    let list = match view.pane {
        Pane::Groups => &view.groups,
        Pane::Partitions => &view.partitions,
    };
    let reversed = if list.sorting.reversed { ", reversed" } else { "" };
    let sorted = format!("{}  sorted by {}{reversed}", list.place(), list.sorting.by.words());
    let mut line = vec![Text::faint(sorted)];
    if let Some(group) = view.opened().filter(|_| view.pane == Pane::Partitions) {
        line.extend(group.remark.iter().map(|remark| Text::plain(format!("  {remark}"))));
    }
    if view.pane == Pane::Groups && !view.filter.is_empty() {
        line.push(Text::plain(format!("  names with \"{}\"", view.filter)));
    }
    line
}

/// What can be typed.
fn bottom(view: &LagView) -> Vec<Text> {
    if view.typing {
        return vec![
            Text::strong("/"),
            Text::plain(view.filter.clone()),
            Text::strong("_"),
            Text::faint("  Enter keeps, Esc clears"),
        ];
    }
    let words = match view.pane {
        _ if view.help => "any key: back",
        Pane::Groups => "?:help q:quit s:sort r:reverse /:filter Enter:partitions j/k PgUp/PgDn:move",
        Pane::Partitions => "?:help q:quit s:sort r:reverse Esc:back j/k PgUp/PgDn:move",
    };
    vec![Text::faint(words)]
}

/// The part of a buffer that an area covers.
fn within(buffer: &Buffer, area: Rect) -> Rect {
    area.intersection(buffer.area)
}
