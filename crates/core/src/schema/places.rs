//! From bytes of a text to lines and columns, fast also where a text is one line of megabytes.

use crate::yaml::Span;

/// How many bytes lie between two bytes whose count of characters is kept.
const STEP: usize = 256;

/// The lines and columns of one text.
pub(crate) struct Places<'a> {
    text: &'a [u8],
    line_starts: Vec<usize>,
    /// How many characters begin before byte `STEP * index`.
    characters: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let mut characters = vec![0];
        for part in text.chunks(STEP) {
            characters.push(characters.last().copied().unwrap_or(0) + beginning_in(part));
        }
        Places { text, line_starts, characters }
    }

    /// The place from one byte to another.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let line = self.line_starts.partition_point(|line_start| *line_start <= start);
        let line_start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let mark = usize::from(line == 1 && self.text.starts_with("\u{feff}".as_bytes()));
        let column = self.before(start) - self.before(line_start) + 1;
        Span { start, end, line: line.max(1), column: column.saturating_sub(mark).max(1) }
    }

    /// How many characters begin before this byte.
    fn before(&self, at: usize) -> usize {
        let step = at / STEP;
        let rest = self.text.get(step * STEP..at).unwrap_or_default();
        self.characters.get(step).copied().unwrap_or(0) + beginning_in(rest)
    }
}

/// How many characters begin in these bytes: all but UTF-8's continuation bytes begin one.
fn beginning_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = format!("\u{feff}ab\né{}x\n\ny", "😀".repeat(1_000));
        let places = Places::new(&text);
        let at = |needle: &str| {
            let start = text.find(needle).unwrap();
            let span = places.span(start, start + 1);
            (span.line, span.column)
        };
        assert_eq!(
            [at("a"), at("b"), at("é"), at("x"), at("y")],
            [(1, 1), (1, 2), (2, 1), (2, 1_002), (4, 1)]
        );
        assert_eq!(Places::new("").span(0, 0), Span::start());
    }
}
