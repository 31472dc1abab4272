//! A list of which a part is seen: which rows, in which order, and which one is meant.

use super::order::Sorting;

/// A list. Rows are numbers of things that stand elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    /// How it is sorted.
    pub(super) sorting: Sorting,
    rows: Vec<usize>,
    /// The row that is meant, by what it is: it stays the same when rows move.
    meant: Option<String>,
    cursor: usize,
    top: usize,
    height: usize,
}

impl List {
    /// A list that is sorted this way at first.
    pub(super) fn sorted(sorting: Sorting) -> List {
        List { sorting, ..List::default() }
    }

    /// Forgets its rows and where it was: others will stand here.
    pub(super) fn renew(&mut self) {
        let List { sorting, height, .. } = *self;
        *self = List { sorting, height, ..List::default() };
    }

    /// Takes other rows; `name` says what a row is.
    pub(super) fn fill(&mut self, rows: Vec<usize>, name: impl Fn(usize) -> String) {
        let place = self.meant.as_ref().and_then(|meant| rows.iter().position(|row| name(*row) == *meant));
        self.rows = rows;
        // Where the row that was meant is gone, its neighbour is.
        self.cursor = place.unwrap_or(self.cursor);
        self.settle(name);
    }

    /// Moves by so many rows.
    pub(super) fn step(&mut self, by: isize, name: impl Fn(usize) -> String) {
        self.cursor = self.cursor.saturating_add_signed(by);
        self.settle(name);
    }

    /// Moves by so many pages.
    pub(super) fn page(&mut self, by: isize, name: impl Fn(usize) -> String) {
        let page = isize::try_from(self.height.max(1)).unwrap_or(1);
        self.step(by.saturating_mul(page), name);
    }

    /// So many rows are seen.
    pub(super) fn fit(&mut self, height: usize) {
        self.height = height;
        self.scroll();
    }

    fn settle(&mut self, name: impl Fn(usize) -> String) {
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.meant = self.rows.get(self.cursor).map(|row| name(*row));
        self.scroll();
    }

    /// Sees to it that the row that is meant is seen, and no empty space that could hold a row.
    fn scroll(&mut self) {
        let height = self.height.max(1);
        let lowest = (self.cursor + 1).saturating_sub(height);
        let highest = self.cursor.min(self.rows.len().saturating_sub(height));
        self.top = self.top.clamp(lowest.min(highest), highest);
    }

    /// The row that is meant.
    pub(super) fn chosen(&self) -> Option<usize> {
        self.rows.get(self.cursor).copied()
    }

    /// The rows that are seen, and whether each is the one that is meant.
    pub(super) fn seen(&self) -> impl Iterator<Item = (usize, bool)> {
        let rows = self.rows.iter().enumerate().skip(self.top).take(self.height);
        rows.map(|(place, row)| (*row, place == self.cursor))
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Where it is, counted from 1, for people: `3/5000`.
    pub(super) fn place(&self) -> String {
        let at = if self.rows.is_empty() { 0 } else { self.cursor + 1 };
        format!("{at}/{}", self.rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(row: usize) -> String {
        format!("r{row}")
    }

    fn seen(list: &List) -> (Vec<usize>, Option<usize>) {
        (list.seen().map(|(row, _)| row).collect(), list.chosen())
    }

    #[test]
    fn the_row_that_is_meant_is_always_seen() {
        let mut list = List::default();
        list.fit(3);
        list.fill((0..10).collect(), name);
        let rows: [(isize, [usize; 3], usize); 6] = [
            (0, [0, 1, 2], 0),
            (2, [0, 1, 2], 2),
            (1, [1, 2, 3], 3),
            (100, [7, 8, 9], 9),
            (-2, [7, 8, 9], 7),
            (-1, [6, 7, 8], 6),
        ];
        for (by, expected, meant) in rows {
            list.step(by, name);
            assert_eq!(seen(&list), (expected.to_vec(), Some(meant)), "by {by}");
        }
        list.page(-1, name);
        assert_eq!(seen(&list), (vec![3, 4, 5], Some(3)));
        list.fit(20);
        assert_eq!(seen(&list), ((0..10).collect(), Some(3)));
        list.fit(1);
        assert_eq!(seen(&list), (vec![3], Some(3)));
        list.fit(0);
        assert_eq!(seen(&list).0, Vec::<usize>::new());
    }

    #[test]
    fn what_is_meant_stays_when_rows_move() {
        let mut list = List::default();
        list.fit(2);
        list.fill(vec![0, 1, 2, 3], name);
        list.step(2, name);
        list.fill(vec![2, 3, 0, 1], name);
        assert_eq!(list.chosen(), Some(2));
        list.fill(vec![3, 0], name);
        assert_eq!(list.chosen(), Some(3), "the neighbour, where it is gone");
        list.fill(vec![], name);
        assert_eq!((list.chosen(), list.place().as_str()), (None, "0/0"));
        list.fill(vec![5], name);
        assert_eq!((list.chosen(), list.place().as_str()), (Some(5), "1/1"));
    }
}
