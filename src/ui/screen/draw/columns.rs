//! Columns: which of them fit, and where they stand.

use ratatui::layout::Rect;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    /// What stands above it.
    pub(super) title: &'static str,
    /// The least width.
    pub(super) width: u16,
    /// Whether it is one of numbers.
    pub(super) right: bool,
    /// The lower, the longer it stays when there is less room.
    pub(super) rank: u8,
    /// How much more it takes where there is room.
    pub(super) more: u16,
}

/// A column of texts.
pub(super) const fn text(title: &'static str, width: u16, rank: u8, more: u16) -> Column {
    Column { title, width, right: false, rank, more }
}

/// A column of numbers.
pub(super) const fn number(title: &'static str, width: u16, rank: u8) -> Column {
    Column { title, width, right: true, rank, more: 0 }
}

/// The room between two columns.
const GAP: u16 = 1;
/// The least of the first column beside which there is a second one.
const LEAST: u16 = 8;

/// Chooses the columns that fit into a width and says where each stands: its number, its place, its width. Room that is
/// left goes to those that can use it, in turn.
pub(super) fn place(columns: &[Column], area: Rect) -> Vec<(usize, Rect)> {
    let mut by_rank: Vec<(usize, &Column)> = columns.iter().enumerate().collect();
    by_rank.sort_by_key(|(_, column)| column.rank);
    let mut left = area.width;
    // The first column gives way for the second, down to a few letters.
    let second = by_rank.get(1).map_or(0, |(_, column)| column.width.saturating_add(GAP));
    let mut chosen: Vec<(usize, &Column, u16)> = Vec::new();
    for (index, column) in by_rank {
        let (gap, width) = match chosen.is_empty() {
            true if left >= second.saturating_add(LEAST) => (0, column.width.min(left - second)),
            true => (0, column.width.min(left)),
            false => (GAP, column.width),
        };
        // One that does not fit ends it: a column of less worth would stand where it is looked for.
        let Some(rest) = left.checked_sub(width.saturating_add(gap)) else { break };
        left = rest;
        chosen.push((index, column, width));
    }
    while left > 0 {
        let before = left;
        for (_, column, width) in &mut chosen {
            if left > 0 && *width < column.width.saturating_add(column.more) {
                *width += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    chosen.sort_by_key(|(index, ..)| *index);
    let mut x = area.x;
    let mut places = Vec::new();
    for (index, _, width) in chosen {
        places.push((index, Rect { x, width, ..area }));
        x = x.saturating_add(width).saturating_add(GAP);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] =
        [text("NAME", 12, 0, 4), number("A", 5, 2), number("B", 5, 1), text("TAIL", 8, 3, 100)];

    /// A column's number, its place and its width.
    type Placed = Vec<(usize, u16, u16)>;

    fn placed(width: u16) -> Placed {
        let area = Rect { x: 2, y: 0, width, height: 1 };
        place(&COLUMNS, area).into_iter().map(|(index, at)| (index, at.x, at.width)).collect()
    }

    #[test]
    fn the_least_important_columns_go_first_and_room_is_used() {
        let rows: [(u16, Placed); 8] = [
            (0, vec![(0, 2, 0)]),
            (4, vec![(0, 2, 4)]),
            (13, vec![(0, 2, 13)]),
            (14, vec![(0, 2, 8), (2, 11, 5)]),
            (18, vec![(0, 2, 12), (2, 15, 5)]),
            (24, vec![(0, 2, 12), (1, 15, 5), (2, 21, 5)]),
            (33, vec![(0, 2, 12), (1, 15, 5), (2, 21, 5), (3, 27, 8)]),
            (46, vec![(0, 2, 16), (1, 19, 5), (2, 25, 5), (3, 31, 17)]),
        ];
        for (width, expected) in rows {
            assert_eq!(placed(width), expected, "{width}");
        }
    }

    #[test]
    fn columns_never_leave_the_area() {
        for width in 0..300 {
            let places = placed(width);
            assert!(places.windows(2).all(|pair| pair[0].1 + pair[0].2 < pair[1].1), "{width}: {places:?}");
            assert!(places.iter().all(|(_, x, wide)| x + wide <= 2 + width), "{width}: {places:?}");
        }
    }
}
