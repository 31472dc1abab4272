//! The two tables: groups, and the partitions of one.

use eventctl_core::lag::report::{GroupLag, PartitionLag};
use ratatui::layout::Rect;

use super::cells::{Paint, Text, bars};
use super::columns::{Column, number, place, text};
use crate::render::page::Tone;
use crate::ui::screen::list::List;
use crate::ui::screen::view::LagView;

const TREND: usize = 4;

const GROUPS: [Column; 10] = [
    text("GROUP", 22, 0, 60),
    text("STATE", 15, 2, 0),
    number("MEMBERS", 7, 6),
    number("LAG", 9, 1),
    text("TREND", 8, 5, 52),
    number("TIME LAG", 8, 3),
    number("COMMIT/s", 8, 7),
    number("PRODUCE/s", 9, 8),
    number("CATCH UP", 8, 4),
    number("LOST", 6, 9),
];

const PARTITIONS: [Column; 11] = [
    text("PARTITION", 16, 0, 60),
    text("STATE", 15, 2, 0),
    number("COMMITTED", 10, 4),
    number("LOG START", 10, 7),
    number("LSO", 10, 8),
    number("HIGH WATERMARK", 14, 5),
    number("LAG", 9, 1),
    number("TIME LAG", 8, 3),
    number("RATE", 8, 9),
    text("MEMBER", 14, 6, 30),
    text("HOST", 14, 10, 20),
];

/// Draws the groups that are seen.
pub(super) fn groups(paint: &mut Paint<'_>, view: &LagView, area: Rect) {
    let places = place(&GROUPS, beside_the_mark(area));
    titles(paint, &GROUPS, &places);
    let cell = |row: usize, column: usize, width: u16| {
        let group = view.group_at(row)?;
        Some(if column == TREND {
            bars(view.history(&group.group), width)
        } else {
            of_group(group, column, width)
        })
    };
    let nothing = match &view.report {
        None => "waiting for the first sample",
        Some(report) if report.groups.is_empty() => "no groups",
        Some(_) => "no group has such a name: Esc shows all",
    };
    rows(paint, area, &view.groups, nothing, |paint, line, row| {
        draw_cells(paint, line, &GROUPS, &places, |column, width| cell(row, column, width));
    });
}

/// Draws the partitions that are seen.
pub(super) fn partitions(paint: &mut Paint<'_>, view: &LagView, area: Rect) {
    let places = place(&PARTITIONS, beside_the_mark(area));
    titles(paint, &PARTITIONS, &places);
    let group = view.opened();
    let nothing = match group {
        None => "the group is not in the last sample: Esc goes back",
        Some(_) => "the group has no partitions",
    };
    rows(paint, area, &view.partitions, nothing, |paint, line, row| {
        let partition = group.and_then(|group| group.partitions.get(row));
        draw_cells(paint, line, &PARTITIONS, &places, |column, width| {
            partition.map(|partition| of_partition(partition, column, width))
        });
    });
}

fn of_group(group: &GroupLag, column: usize, width: u16) -> Text {
    match column {
        0 => Text::plain(&group.group),
        1 => Text::state(group.state),
        2 => Text::number(group.members.and_then(|count| i64::try_from(count).ok()), width),
        // What is known is the least that it can be.
        3 if group.lag.is_none() && group.known_lag > 0 => {
            Text::plain(format!("\u{2265}{}", rounded(group.known_lag, width)))
        }
        3 => Text::number(group.lag, width),
        5 if group.partitions.iter().any(|row| row.time_lag_ms.is_none()) => {
            Text::age_at_least(group.max_time_lag_ms.filter(|it| *it > 0), width)
        }
        5 => Text::age(group.max_time_lag_ms, width),
        6 => Text::rate(group.commit_rate),
        7 => Text::rate(group.produce_rate),
        8 => Text::seconds(group.catch_up_seconds, width),
        9 if group.lost > 0 => Text::toned(Tone::Bad, rounded(group.lost, width)),
        9 => Text::plain(group.lost),
        _ => Text::plain(""),
    }
}

fn rounded(number: i64, width: u16) -> String {
    let exact = number.to_string();
    if exact.len() >= usize::from(width) { eventctl_core::human::count(number) } else { exact }
}

fn of_partition(partition: &PartitionLag, column: usize, width: u16) -> Text {
    let member = partition.member.as_ref();
    match column {
        0 => Text::place(&partition.topic, partition.partition, width),
        1 => Text::state(partition.state),
        2 => Text::number(partition.committed, width),
        3 => Text::number(partition.log_start, width),
        4 => Text::number(partition.last_stable_offset, width),
        5 => Text::number(partition.high_watermark, width),
        6 => Text::number(partition.lag, width),
        7 => Text::age(partition.time_lag_ms, width),
        8 => Text::rate(partition.commit_rate),
        9 => member.map_or_else(|| Text::faint("-"), |member| Text::plain(&member.client_id)),
        10 => member.map_or_else(|| Text::faint("-"), |member| Text::plain(&member.host)),
        _ => Text::plain(""),
    }
}

/// The first two columns of the screen are the mark's.
fn beside_the_mark(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(2),
        width: area.width.saturating_sub(2),
        height: area.height.min(1),
        ..area
    }
}

fn titles(paint: &mut Paint<'_>, columns: &[Column], places: &[(usize, Rect)]) {
    for (index, at) in places {
        if let Some(column) = columns.get(*index) {
            paint.cell(*at, &Text::strong(column.title), column.right);
        }
    }
}

fn rows(
    paint: &mut Paint<'_>,
    area: Rect,
    list: &List,
    nothing: &'static str,
    draw: impl Fn(&mut Paint<'_>, Rect, usize),
) {
    let line = |at: usize| {
        let y = area.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX)).saturating_add(1);
        Rect { y, height: 1, ..area }.intersection(area)
    };
    if list.len() == 0 {
        paint.line(line(0), &[Text::faint(format!("  {nothing}"))]);
    }
    for (at, (row, is_meant)) in list.seen().enumerate() {
        draw(paint, line(at), row);
        if is_meant {
            paint.mark(line(at));
        }
    }
}

fn draw_cells(
    paint: &mut Paint<'_>,
    line: Rect,
    columns: &[Column],
    places: &[(usize, Rect)],
    cell: impl Fn(usize, u16) -> Option<Text>,
) {
    for (index, place) in places {
        let at = Rect { y: line.y, height: line.height, ..*place };
        let right = columns.get(*index).is_some_and(|column| column.right);
        if let Some(text) = cell(*index, place.width) {
            paint.cell(at, &text, right);
        }
    }
}
