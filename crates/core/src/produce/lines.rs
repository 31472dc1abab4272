//! Cutting bytes into lines, a block of whole lines at a time.
//!
//! The caller reads into [`Blocks::room`] and hands over how much came. What is behind the last line end waits for the
//! next bytes, up to a limit: a longer line is passed over to its end and told as such, so that memory stays bounded
//! whatever is read. Lines end with LF or CRLF, the last one also with the input. A byte order mark at the beginning is
//! left out.

use memchr::{memchr, memrchr};

/// How many bytes a line may have: as many as the text of a value.
pub const LINE_LIMIT: usize = crate::codec::SIZE_LIMIT;

/// How many bytes are read at once.
const BLOCK_SIZE: usize = 512 << 10;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Cuts an input into blocks of whole lines.
#[derive(Debug)]
pub struct Blocks {
    buffer: Vec<u8>,
    /// How many bytes of the buffer were read.
    filled: usize,
    size: usize,
    limit: usize,
    /// How many bytes of a line that is too long were passed over so far.
    passed: Option<u64>,
    begun: bool,
}

/// Some whole lines, or one that is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    bytes: Vec<u8>,
    /// How long the line is that is too long; it is all there is then.
    too_long: Option<u64>,
}

/// A line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'b> {
    /// Its number, from 1.
    pub number: u64,
    /// What it holds.
    pub text: Text<'b>,
}

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'b> {
    /// Characters.
    Valid(&'b str),
    /// Bytes that are not UTF-8 from this one on.
    NotUtf8(&'b [u8], usize),
    /// More bytes than are read: how many there are.
    TooLong(u64),
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks::new(BLOCK_SIZE, LINE_LIMIT)
    }
}

impl Blocks {
    /// Reads about `size` bytes at once, and lines of at most `limit` bytes.
    #[must_use]
    pub fn new(size: usize, limit: usize) -> Self {
        let size = size.max(1);
        Blocks { buffer: Vec::new(), filled: 0, size, limit, passed: None, begun: false }
    }

    /// Where the next bytes are to be read into; it is never empty.
    pub fn room(&mut self) -> &mut [u8] {
        if self.filled == self.buffer.len() {
            // Twice as much for a long line, so that it is not copied over and over.
            let most = self.limit.saturating_add(self.size);
            self.buffer.resize(self.filled.saturating_mul(2).clamp(self.size, most).max(self.filled + 1), 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Takes note that so many bytes of the room were read, and gives the lines that are whole now. One call may leave
    /// a second block behind: ask [`Blocks::whole`] until there is none.
    pub fn read(&mut self, bytes: usize) -> Option<Block> {
        let from = self.filled;
        self.filled = from.saturating_add(bytes).min(self.buffer.len());
        if !self.begun {
            // A mark that is not all there yet waits for the rest of it.
            let start = self.buffer.get(..self.filled).unwrap_or_default();
            if start.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(start) {
                return None;
            }
            self.begun = true;
            if start.starts_with(BYTE_ORDER_MARK) {
                self.drop_first(BYTE_ORDER_MARK.len());
            }
            return self.cut(0);
        }
        self.cut(from)
    }

    /// The next block that is whole already.
    pub fn whole(&mut self) -> Option<Block> {
        if self.begun { self.cut(0) } else { None }
    }

    /// Ends the input: its last line may have no end. To be asked until there is none.
    pub fn end(&mut self) -> Option<Block> {
        self.begun = true;
        if let Some(block) = self.cut(0) {
            return Some(block);
        }
        if let Some(passed) = self.passed.take() {
            let length = passed + self.filled as u64;
            self.filled = 0;
            return Some(Block { bytes: Vec::new(), too_long: Some(length) });
        }
        if self.filled == 0 {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.truncate(self.filled);
        self.filled = 0;
        if bytes.len() > self.limit {
            return Some(Block { bytes: Vec::new(), too_long: Some(bytes.len() as u64) });
        }
        Some(Block { bytes, too_long: None })
    }

    /// Cuts off what is whole, where line ends are looked for from a byte on.
    fn cut(&mut self, from: usize) -> Option<Block> {
        let read = self.buffer.get(..self.filled).unwrap_or_default();
        if let Some(passed) = self.passed {
            let Some(end) = memchr(b'\n', read) else {
                self.passed = Some(passed + self.filled as u64);
                self.filled = 0;
                return None;
            };
            self.passed = None;
            self.drop_first(end + 1);
            return Some(Block { bytes: Vec::new(), too_long: Some(passed + end as u64) });
        }
        let Some(last) = read.get(from..).and_then(|new| memrchr(b'\n', new)).map(|at| from + at) else {
            if self.filled > self.limit {
                self.passed = Some(self.filled as u64);
                self.filled = 0;
                self.buffer = Vec::new();
            }
            return None;
        };
        if last >= self.limit
            && let Some(block) = self.first_too_long(last)
        {
            return Some(block);
        }
        let rest = self.buffer.get(last + 1..self.filled).unwrap_or_default();
        let mut next = Vec::with_capacity(self.size.max(rest.len()));
        next.extend_from_slice(rest);
        self.filled = next.len();
        next.resize(next.capacity(), 0);
        let mut bytes = std::mem::replace(&mut self.buffer, next);
        bytes.truncate(last + 1);
        Some(Block { bytes, too_long: None })
    }

    /// Cuts off the lines before one that is too long, or that one, where there is such a line up to a byte.
    fn first_too_long(&mut self, last: usize) -> Option<Block> {
        let mut begin = 0;
        while begin <= last {
            let read = self.buffer.get(begin..self.filled).unwrap_or_default();
            let end = begin + memchr(b'\n', read)?;
            if end - begin > self.limit {
                if begin == 0 {
                    self.drop_first(end + 1);
                    return Some(Block { bytes: Vec::new(), too_long: Some(end as u64) });
                }
                let bytes = self.buffer.get(..begin).unwrap_or_default().to_vec();
                self.drop_first(begin);
                return Some(Block { bytes, too_long: None });
            }
            begin = end + 1;
        }
        None
    }

    fn drop_first(&mut self, bytes: usize) {
        self.buffer.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
    }
}

impl Block {
    /// Lines that are whole, each with its end.
    #[must_use]
    pub fn of(lines: Vec<u8>) -> Block {
        Block { bytes: lines, too_long: None }
    }

    /// Its lines, of which the first has this number.
    #[must_use]
    pub fn lines(&self, first: u64) -> Lines<'_> {
        Lines {
            rest: &self.bytes,
            // Looked at once for all lines, where all is well.
            text: std::str::from_utf8(&self.bytes).ok(),
            too_long: self.too_long,
            number: first,
        }
    }

    /// How many lines it has.
    #[must_use]
    pub fn count(&self) -> u64 {
        let ends = memchr::memchr_iter(b'\n', &self.bytes).count() as u64;
        let open = self.bytes.last().is_some_and(|byte| *byte != b'\n');
        ends + u64::from(open) + u64::from(self.too_long.is_some())
    }
}

/// The lines of a block.
#[derive(Debug, Clone)]
pub struct Lines<'b> {
    rest: &'b [u8],
    /// The rest as characters; none where some line is not UTF-8.
    text: Option<&'b str>,
    too_long: Option<u64>,
    number: u64,
}

impl<'b> Iterator for Lines<'b> {
    type Item = Line<'b>;

    fn next(&mut self) -> Option<Line<'b>> {
        let number = self.number;
        if let Some(length) = self.too_long.take() {
            self.number += 1;
            return Some(Line { number, text: Text::TooLong(length) });
        }
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr(b'\n', self.rest);
        let whole = end.unwrap_or(self.rest.len());
        let bytes = self.rest.get(..whole).unwrap_or_default();
        // Without a line end the last CR is as much part of the line as any byte.
        let bytes = if end.is_some() { bytes.strip_suffix(b"\r").unwrap_or(bytes) } else { bytes };
        let behind = whole + usize::from(end.is_some());
        self.rest = self.rest.get(behind..).unwrap_or_default();
        let text = match self.text {
            Some(text) => {
                self.text = text.get(behind..);
                text.get(..bytes.len()).map_or(Text::NotUtf8(bytes, 0), Text::Valid)
            }
            None => match std::str::from_utf8(bytes) {
                Ok(text) => Text::Valid(text),
                Err(error) => Text::NotUtf8(bytes, error.valid_up_to()),
            },
        };
        Some(Line { number, text })
    }
}

impl<'b> Line<'b> {
    /// True where nothing stands in it but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.bytes().is_some_and(|bytes| bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')))
    }

    /// Its bytes as they were read; none where there are too many.
    #[must_use]
    pub fn bytes(&self) -> Option<&'b [u8]> {
        match self.text {
            Text::Valid(text) => Some(text.as_bytes()),
            Text::NotUtf8(bytes, _) => Some(bytes),
            Text::TooLong(_) => None,
        }
    }
}
