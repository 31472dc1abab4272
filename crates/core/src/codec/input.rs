//! Reading Avro's binary form from bytes that may be anything: every length and count is checked against what is left
//! before it is believed.
//!
//! A step that fails leaves the input where the step began, so that [`Input::at`] tells the place of the fault.

use super::texts::TextError;

/// How many items that take no bytes (nulls, empty records) one datum may have in arrays.
pub const EMPTY_ITEMS_LIMIT: u64 = 1_000_000;

/// What is wrong with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// They end where more must follow.
    #[error("the data end within {0}")]
    Ended(&'static str),
    /// A number in more bytes or bits than any has.
    #[error("a number of more than 64 bits")]
    Number,
    /// A number beyond 32 bits where an int is due.
    #[error("an int has 32 bits, found {0}")]
    Int(i64),
    /// A byte that is no boolean.
    #[error("a boolean is the byte 0 or 1, found {0}")]
    Boolean(u8),
    /// A length below zero.
    #[error("a length below zero: {0}")]
    NegativeLength(i64),
    /// A length beyond the end.
    #[error("a length of {length} bytes where {left} are left")]
    Length {
        /// What is written.
        length: u64,
        /// What is there.
        left: usize,
    },
    /// More items than bytes.
    #[error("a block of {count} items where {left} bytes are left")]
    Count {
        /// What is written.
        count: u64,
        /// What is there.
        left: usize,
    },
    /// Too many items that take no bytes.
    #[error("more than {EMPTY_ITEMS_LIMIT} items that take no bytes")]
    EmptyItems,
    /// A block whose size is not that of its items.
    #[error("a block of {stated} bytes whose items take {found}")]
    BlockSize {
        /// What is written.
        stated: usize,
        /// What was read.
        found: usize,
    },
    /// The number of a branch that the union does not have.
    #[error("branch {index} of a union of {branches}")]
    Branch {
        /// What is written.
        index: i64,
        /// How many there are.
        branches: usize,
    },
    /// The number of a symbol that the enum does not have.
    #[error("symbol {index} of an enum of {symbols}")]
    Symbol {
        /// What is written.
        index: i64,
        /// How many there are.
        symbols: usize,
    },
    /// A string whose bytes are no characters.
    #[error("a string that is not UTF-8")]
    Utf8,
    /// A decimal that cannot be written as digits.
    #[error("a decimal that is none: {0}")]
    Decimal(TextError),
    /// Nesting beyond the limit.
    #[error("nested deeper than {0} levels")]
    Deep(usize),
    /// Bytes behind the value.
    #[error("the value ends, and {0} bytes follow")]
    Trailing(usize),
}

/// A block of an array or a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// How many items it has, at least one.
    pub(super) count: u64,
    /// How many bytes they take, where that is written.
    pub(super) size: Option<usize>,
}

/// Bytes that are read from their beginning to their end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Input { rest: bytes, length: bytes.len() }
    }

    /// The byte that is read next, from 0.
    pub(super) fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    /// How many bytes are left.
    #[cfg(test)]
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// A long, and whatever else is written like one.
    #[inline]
    pub(super) fn long(&mut self) -> Result<i64, Malformed> {
        if let [byte, rest @ ..] = self.rest
            && *byte < 0x80
        {
            self.rest = rest;
            return Ok(zigzag(u64::from(*byte)));
        }
        self.long_of_bytes()
    }

    fn long_of_bytes(&mut self) -> Result<i64, Malformed> {
        let mut value = 0_u64;
        let mut rest = self.rest;
        let mut shift = 0;
        while let [byte, behind @ ..] = rest {
            // The tenth byte has room for one bit, and none may follow it.
            if shift == 63 && *byte > 1 {
                return Err(Malformed::Number);
            }
            value |= u64::from(byte & 0x7f) << shift;
            rest = behind;
            if *byte < 0x80 {
                self.rest = rest;
                return Ok(zigzag(value));
            }
            shift += 7;
        }
        Err(Malformed::Ended("a number"))
    }

    #[inline]
    pub(super) fn int(&mut self) -> Result<i32, Malformed> {
        let before = self.rest;
        let long = self.long()?;
        i32::try_from(long).map_err(|_| {
            self.rest = before;
            Malformed::Int(long)
        })
    }

    pub(super) fn boolean(&mut self) -> Result<bool, Malformed> {
        match self.rest {
            [byte @ (0 | 1), rest @ ..] => {
                self.rest = rest;
                Ok(*byte == 1)
            }
            [other, ..] => Err(Malformed::Boolean(*other)),
            [] => Err(Malformed::Ended("a boolean")),
        }
    }

    pub(super) fn float(&mut self) -> Result<f32, Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed::Ended("a float"))?;
        self.rest = rest;
        Ok(f32::from_le_bytes(*bytes))
    }

    pub(super) fn double(&mut self) -> Result<f64, Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed::Ended("a double"))?;
        self.rest = rest;
        Ok(f64::from_le_bytes(*bytes))
    }

    /// Bytes behind their length: of a string, or bytes.
    #[inline]
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let before = self.rest;
        let length = self.long()?;
        let split = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let Some((bytes, rest)) = split else {
            let left = self.rest.len();
            self.rest = before;
            let Ok(length) = u64::try_from(length) else { return Err(Malformed::NegativeLength(length)) };
            return Err(Malformed::Length { length, left });
        };
        self.rest = rest;
        Ok(bytes)
    }

    /// As many bytes as the schema says.
    pub(super) fn fixed(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.rest.split_at_checked(size).ok_or(Malformed::Ended("a fixed"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// As many bytes as an array has.
    pub(super) fn chunk<const SIZE: usize>(&mut self) -> Result<&'a [u8; SIZE], Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed::Ended("a fixed"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// The number of a union's branch.
    #[inline]
    pub(super) fn branch(&mut self, branches: usize) -> Result<usize, Malformed> {
        let before = self.rest;
        let index = self.long()?;
        let found = usize::try_from(index).ok().filter(|index| *index < branches);
        found.ok_or_else(|| {
            self.rest = before;
            Malformed::Branch { index, branches }
        })
    }

    /// The number of an enum's symbol.
    pub(super) fn symbol(&mut self, symbols: usize) -> Result<usize, Malformed> {
        let before = self.rest;
        let index = self.long()?;
        let found = usize::try_from(index).ok().filter(|index| *index < symbols);
        found.ok_or_else(|| {
            self.rest = before;
            Malformed::Symbol { index, symbols }
        })
    }

    /// The head of the next block of an array or a map; none at its end.
    ///
    /// Items take at least one byte each. Those that take none are told by `empty`, and counted against a budget for
    /// the whole datum.
    pub(super) fn block(
        &mut self,
        empty: bool,
        empty_items_left: &mut u64,
    ) -> Result<Option<Block>, Malformed> {
        let before = self.rest;
        let block = self.block_head(empty, empty_items_left);
        if block.is_err() {
            self.rest = before;
        }
        block
    }

    fn block_head(&mut self, empty: bool, empty_items_left: &mut u64) -> Result<Option<Block>, Malformed> {
        let written = self.long()?;
        if written == 0 {
            return Ok(None);
        }
        let count = written.unsigned_abs();
        let size = if written < 0 { Some(self.size()?) } else { None };
        let left = size.unwrap_or(self.rest.len());
        if empty {
            *empty_items_left = empty_items_left.checked_sub(count).ok_or(Malformed::EmptyItems)?;
        } else if count > left as u64 {
            return Err(Malformed::Count { count, left });
        }
        Ok(Some(Block { count, size }))
    }

    fn size(&mut self) -> Result<usize, Malformed> {
        let size = self.long()?;
        let Ok(length) = u64::try_from(size) else { return Err(Malformed::NegativeLength(size)) };
        let left = self.rest.len();
        usize::try_from(length).ok().filter(|size| *size <= left).ok_or(Malformed::Length { length, left })
    }

    /// Passes over a number.
    pub(super) fn skip_long(&mut self) -> Result<(), Malformed> {
        self.long().map(drop)
    }

    /// Passes over bytes and their length.
    pub(super) fn skip_bytes(&mut self) -> Result<(), Malformed> {
        self.bytes().map(drop)
    }

    /// Passes over as many bytes as the schema says.
    pub(super) fn skip(&mut self, size: u64) -> Result<(), Malformed> {
        let size = usize::try_from(size).map_err(|_| Malformed::Ended("a fixed"))?;
        self.fixed(size).map(drop)
    }

    /// Ends the reading.
    pub(super) fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing(self.rest.len())) }
    }
}

fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_64_bits_at_most() {
        let good: [(&[u8], i64); 9] = [
            (&[0], 0),
            (&[1], -1),
            (&[2], 1),
            (&[0x7f], -64),
            (&[0x80, 1], 64),
            (&[0x82, 0x80, 0], 1),
            (&[0xfe, 0xff, 0xff, 0xff, 0x0f], 0x7fff_ffff),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], i64::MIN),
            (&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], i64::MAX),
        ];
        for (bytes, number) in good {
            let mut input = Input::new(bytes);
            assert_eq!((input.long(), input.left()), (Ok(number), 0), "{bytes:x?}");
        }
        let bad: [(&[u8], Malformed); 5] = [
            (&[], Malformed::Ended("a number")),
            (&[0x80], Malformed::Ended("a number")),
            (&[0x80; 9], Malformed::Ended("a number")),
            (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2], Malformed::Number),
            (&[0x80; 11], Malformed::Number),
        ];
        for (bytes, error) in bad {
            let mut input = Input::new(bytes);
            assert_eq!((input.long(), input.at()), (Err(error), 0), "{bytes:x?}");
        }
        let mut input = Input::new(&[0x80, 0x80, 0x80, 0x80, 0x10]);
        assert_eq!((input.int(), input.at()), (Err(Malformed::Int(0x8000_0000)), 0));
        assert_eq!(Input::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]).int(), Ok(i32::MIN));
    }

    #[test]
    fn lengths_are_checked_before_they_are_believed() {
        let huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(Input::new(&[4, 7, 8, 9]).bytes(), Ok([7, 8].as_slice()));
        let bad: [(&[u8], Malformed); 4] = [
            (&[6, 7, 8], Malformed::Length { length: 3, left: 2 }),
            (&[1, 7, 8], Malformed::NegativeLength(-1)),
            (&huge, Malformed::Length { length: i64::MAX.unsigned_abs(), left: 0 }),
            (&[0x80, 0x80, 0x80, 0x80, 0x10], Malformed::Length { length: 1 << 31, left: 0 }),
        ];
        for (bytes, error) in bad {
            let mut input = Input::new(bytes);
            assert_eq!((input.bytes(), input.at()), (Err(error), 0), "{bytes:x?}");
        }
        let mut input = Input::new(&[2, 3]);
        assert_eq!(input.boolean(), Err(Malformed::Boolean(2)));
        assert_eq!(input.fixed(3), Err(Malformed::Ended("a fixed")));
        assert_eq!(input.float(), Err(Malformed::Ended("a float")));
        assert_eq!(input.double(), Err(Malformed::Ended("a double")));
        assert_eq!(input.skip(u64::MAX), Err(Malformed::Ended("a fixed")));
        assert_eq!(input.branch(1), Err(Malformed::Branch { index: 1, branches: 1 }));
        assert_eq!(input.symbol(1), Err(Malformed::Symbol { index: 1, symbols: 1 }));
        assert_eq!(Input::new(&[1]).branch(1), Err(Malformed::Branch { index: -1, branches: 1 }));
        assert_eq!((input.at(), input.end()), (0, Err(Malformed::Trailing(2))));
    }

    #[test]
    fn blocks_have_no_more_items_than_bytes() {
        let block = |bytes: &[u8], empty: bool| {
            let mut left = 10;
            let mut input = Input::new(bytes);
            let block = input.block(empty, &mut left);
            (block, input.at(), left)
        };
        let of = |count: u64, size: Option<usize>| Ok(Some(Block { count, size }));
        assert_eq!(block(&[0], false), (Ok(None), 1, 10));
        assert_eq!(block(&[4, 9, 9], false), (of(2, None), 1, 10));
        assert_eq!(block(&[3, 4, 9, 9], false), (of(2, Some(2)), 2, 10));
        assert_eq!(block(&[20], true), (of(10, None), 1, 0));
        assert_eq!(block(&[1, 0], true), (of(1, Some(0)), 2, 9));
        use Malformed as M;
        let smallest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0];
        let rows: [(&[u8], bool, M); 7] = [
            (&[4, 9], false, M::Count { count: 2, left: 1 }),
            (&[3, 2, 9, 9], false, M::Count { count: 2, left: 1 }),
            (&[22], true, M::EmptyItems),
            (&[3, 6, 9, 9], false, M::Length { length: 3, left: 2 }),
            (&[3, 1, 9, 9], false, M::NegativeLength(-1)),
            (&[3], false, M::Ended("a number")),
            (&smallest, true, M::EmptyItems),
        ];
        for (bytes, empty, error) in rows {
            assert_eq!(block(bytes, empty), (Err(error), 0, 10), "{bytes:x?}");
        }
    }
}
