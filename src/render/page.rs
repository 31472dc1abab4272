//! A page of text for people. Every value that is put on it is escaped; only literals pass as they are.

use std::fmt::{self, Display};

use comfy_table::{Attribute, Cell as TableCell, CellAlignment, Color, Table as Grid};

use super::escape::Escaped;

/// What a piece of text means; the page turns it into a colour where colours are wanted. Meaning never rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Headings and names.
    Strong,
    /// As it should be, or added.
    Good,
    /// To be looked at, or changed.
    Notable,
    /// Wrong, or removed.
    Bad,
    /// Of less interest.
    Faint,
}

impl Tone {
    fn sequence(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Strong => "\x1b[1m",
            Tone::Good => "\x1b[32m",
            Tone::Notable => "\x1b[33m",
            Tone::Bad => "\x1b[31m",
            Tone::Faint => "\x1b[2m",
        }
    }
}

/// Text in the making.
#[derive(Debug)]
pub struct Page {
    text: String,
    colour: bool,
}

impl Page {
    /// An empty page, with colours or without.
    #[must_use]
    pub fn new(colour: bool) -> Self {
        Page { text: String::new(), colour }
    }

    /// Puts down literal text as it is.
    pub fn lit(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Puts down a value, escaped.
    pub fn val(&mut self, value: impl Display) -> &mut Self {
        self.append(format_args!("{}", Escaped(value)))
    }

    /// Puts down a value, escaped, in a tone.
    pub fn tone(&mut self, tone: Tone, value: impl Display) -> &mut Self {
        let sequence = tone.sequence();
        if !self.colour || sequence.is_empty() {
            return self.val(value);
        }
        self.append(format_args!("{sequence}{}\x1b[0m", Escaped(value)))
    }

    /// Puts down a value, escaped, and ends the line.
    pub fn line(&mut self, value: impl Display) -> &mut Self {
        self.val(value).end()
    }

    /// Ends the line.
    pub fn end(&mut self) -> &mut Self {
        self.text.push('\n');
        self
    }

    /// Puts down a table.
    pub fn table(&mut self, table: &Table) -> &mut Self {
        let text = table.layout(self.colour);
        self.text.push_str(&text);
        self
    }

    /// True while nothing was put down.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The finished text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    fn append(&mut self, arguments: fmt::Arguments<'_>) -> &mut Self {
        // Writing to a String fails only when a value's own Display does; what it wrote so far is kept.
        let _ = fmt::Write::write_fmt(&mut self.text, arguments);
        self
    }
}

/// A cell of a table: a value, escaped, and its tone.
#[derive(Debug)]
pub struct Cell {
    text: String,
    tone: Tone,
    right: bool,
}

/// A cell with a text.
pub fn cell(value: impl Display) -> Cell {
    Cell { text: Escaped(value).to_string(), tone: Tone::Plain, right: false }
}

/// A cell with a number: aligned to the right.
pub fn number(value: impl Display) -> Cell {
    Cell { right: true, ..cell(value) }
}

impl Cell {
    /// The same cell in a tone.
    #[must_use]
    pub fn tone(self, tone: Tone) -> Cell {
        Cell { tone, ..self }
    }
}

/// A table without borders. Meant for rows that can be counted: all of them are measured before the first is shown.
#[derive(Debug)]
pub struct Table {
    heading: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these column headings.
    #[must_use]
    pub fn new(heading: &[&'static str]) -> Self {
        Table { heading: heading.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    fn layout(&self, colour: bool) -> String {
        let mut grid = Grid::new();
        grid.load_style(comfy_table::presets::NOTHING);
        if colour {
            grid.enforce_styling();
        } else {
            grid.force_no_tty();
        }
        let right =
            |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| cell.right));
        let heading = self.heading.iter().enumerate().map(|(column, title)| {
            let cell = TableCell::new(title).add_attribute(Attribute::Bold);
            if right(column) { cell.set_alignment(CellAlignment::Right) } else { cell }
        });
        grid.set_header(heading.collect::<Vec<_>>());
        for row in &self.rows {
            grid.add_row(row.iter().map(grid_cell).collect::<Vec<_>>());
        }
        for column in grid.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let mut text = String::new();
        for line in grid.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

fn grid_cell(cell: &Cell) -> TableCell {
    let grid = TableCell::new(&cell.text);
    let grid = if cell.right { grid.set_alignment(CellAlignment::Right) } else { grid };
    match cell.tone {
        Tone::Plain => grid,
        Tone::Strong => grid.add_attribute(Attribute::Bold),
        Tone::Good => grid.fg(Color::DarkGreen),
        Tone::Notable => grid.fg(Color::DarkYellow),
        Tone::Bad => grid.fg(Color::DarkRed),
        Tone::Faint => grid.add_attribute(Attribute::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_literals_are_not() {
        let mut page = Page::new(false);
        page.lit("topic ").val("a\x1b[2Jb").lit(":\n").tone(Tone::Bad, "c\r").line(7);
        assert_eq!(page.into_text(), "topic a\\x1b[2Jb:\nc\\r7\n");
    }

    #[test]
    fn tables_align_and_escape() {
        let mut table = Table::new(&["topic", "partitions"]);
        table.row(vec![cell("a\nb"), number(10)]);
        table.row(vec![cell("longer-name").tone(Tone::Bad), number(5)]);
        let mut page = Page::new(false);
        page.table(&table);
        assert_eq!(
            page.into_text(),
            "topic        partitions\na\\nb                 10\nlonger-name           5\n"
        );
        let mut coloured = Page::new(true);
        coloured.table(&table);
        assert!(coloured.into_text().contains('\x1b'));
    }
}
