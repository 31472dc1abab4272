//! Running a projection over Avro data.

use super::error::{PathError, ProjectError};
use super::path::{Plan, check};
use super::slot::{Composite, Slot};
use super::{Project, compile};
use crate::codec::input::{EMPTY_ITEMS_LIMIT, Input, Malformed};
use crate::json::{DEPTH_LIMIT, Text};
use crate::schema::{NodeId, Schema};

/// How deep runs may nest: arrays, maps, records and what is wanted whole add one each, so that all that a decoder
/// takes is read here too.
const RUNS_LIMIT: usize = 2 * DEPTH_LIMIT;

/// Reads named fields of the data of one schema.
#[derive(Debug)]
pub struct Projection {
    pub(super) code: Vec<Op>,
    /// Where the code of each branch begins, of all unions one after the other.
    pub(super) branches: Vec<u32>,
    /// The symbols of all enums that are read.
    pub(super) symbols: Vec<Box<[Box<str>]>>,
    pub(super) copies: Vec<(usize, usize)>,
    pub(super) slots: usize,
    pub(super) strict: bool,
}

/// A place in the code.
pub(super) type Place = u32;

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// Passes over some values, one like the other.
    Skip { what: Simple, times: u32 },
    /// Passes over some unions of null and something simple, one like the other. `present` is the number of the branch
    /// that is not null.
    SkipOptional { what: Simple, present: u8, times: u16 },
    /// Passes over an array, or over a map, whose items have keys.
    SkipItems { item: Simple, keys: bool },
    /// Passes over an array or a map whose items are passed over by other code.
    SkipItemsBy { item: Place, keys: bool },
    /// Goes to the code of the branch that is written, of `count` ones from `first` on.
    Branch { first: u32, count: u32 },
    /// Goes elsewhere.
    Jump(Place),
    /// Runs other code, and comes back.
    Call(Place),
    /// Reads a value.
    Read { slot: u32, kind: Scalar },
    /// Reads a union of null and a value.
    ReadOptional { slot: u32, kind: Scalar, present: u8 },
    /// Runs the code that follows up to its end, gives all that it passed over, and goes on behind it.
    Whole { slot: u32, node: NodeId, behind: Place },
    /// Comes back to whoever ran this code.
    End,
}

/// A value that is passed over in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Simple {
    /// So many bytes.
    Fixed(u32),
    /// A number of seven bits a byte.
    Long,
    /// Bytes behind their length.
    Bytes,
}

/// A value that fills a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Text,
    Bytes,
    Fixed(u32),
    /// The symbols of this number.
    Enum(u32),
    /// A decimal over bytes of this scale.
    Decimal(u32),
    /// A decimal over so many bytes.
    FixedDecimal {
        size: u32,
        scale: u32,
    },
    Uuid,
}

impl Projection {
    /// Compiles a projection onto the fields of these paths.
    ///
    /// # Errors
    /// Every path that leads nowhere.
    pub fn new(schema: &Schema, paths: &[&str]) -> Result<Self, Vec<PathError>> {
        Self::compiled(schema, paths, false)
    }

    /// The same, which reads on to the end of the data and refuses those that are longer.
    ///
    /// # Errors
    /// As `new`.
    pub fn strict(schema: &Schema, paths: &[&str]) -> Result<Self, Vec<PathError>> {
        Self::compiled(schema, paths, true)
    }

    fn compiled(schema: &Schema, paths: &[&str], strict: bool) -> Result<Self, Vec<PathError>> {
        let plan = Plan::new(&[], paths)?;
        let errors = check(schema, paths);
        if errors.is_empty() { Ok(compile::program(schema, plan, strict)) } else { Err(errors) }
    }
}

impl Project for Projection {
    fn fields(&self) -> usize {
        self.slots
    }

    fn project<'d>(&'d self, payload: &'d [u8], slots: &mut [Slot<'d>]) -> Result<(), ProjectError> {
        slots.fill(Slot::Missing);
        let mut run = Run {
            program: self,
            payload,
            input: Input::new(payload),
            slots,
            empty_items_left: EMPTY_ITEMS_LIMIT,
            depth: 0,
        };
        let done = run.from(0).and_then(|()| if self.strict { run.input.end() } else { Ok(()) });
        done.map_err(|problem| ProjectError::Avro { problem, at: run.input.at() })?;
        for (from, to) in &self.copies {
            if let Some(value) = slots.get(*from).copied()
                && let Some(slot) = slots.get_mut(*to)
            {
                *slot = value;
            }
        }
        Ok(())
    }
}

/// One payload on its way.
struct Run<'d, 's> {
    program: &'d Projection,
    payload: &'d [u8],
    input: Input<'d>,
    slots: &'s mut [Slot<'d>],
    empty_items_left: u64,
    depth: usize,
}

impl<'d> Run<'d, '_> {
    /// Runs the code from here to its end.
    fn from(&mut self, place: Place) -> Result<(), Malformed> {
        let mut next = place as usize;
        while let Some(op) = self.program.code.get(next) {
            next += 1;
            match *op {
                Op::Skip { what, times } => self.skip(what, times)?,
                Op::SkipOptional { what, present, times } => self.skip_optional(what, present, times)?,
                Op::SkipItems { item, keys } => self.items(item, keys)?,
                Op::SkipItemsBy { item, keys } => self.items_by(item, keys)?,
                Op::Branch { first, count } => {
                    let branch = self.input.branch(count as usize)?;
                    next = self
                        .program
                        .branches
                        .get(first as usize + branch)
                        .map_or(usize::MAX, |place| *place as usize);
                }
                Op::Jump(place) => next = place as usize,
                Op::Call(place) => self.nested(|run| run.from(place))?,
                Op::Read { slot, kind } => self.read(slot, kind)?,
                Op::ReadOptional { slot, kind, present } => {
                    let kind = if self.optional(present)? { kind } else { Scalar::Null };
                    self.read(slot, kind)?;
                }
                Op::Whole { slot, node, behind } => {
                    let begin = self.input.at();
                    self.nested(|run| run.from(next as Place))?;
                    let data = self.payload.get(begin..self.input.at()).unwrap_or_default();
                    self.set(slot, Slot::Composite(Composite::Avro { data, node }));
                    next = behind as usize;
                }
                Op::End => return Ok(()),
            }
        }
        Ok(())
    }

    fn nested(&mut self, run: impl FnOnce(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        if self.depth == RUNS_LIMIT {
            return Err(Malformed::Deep(RUNS_LIMIT));
        }
        self.depth += 1;
        run(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn set(&mut self, slot: u32, value: Slot<'d>) {
        if let Some(slot) = self.slots.get_mut(slot as usize) {
            *slot = value;
        }
    }

    #[inline]
    fn skip(&mut self, what: Simple, times: u32) -> Result<(), Malformed> {
        match what {
            Simple::Fixed(size) => self.input.skip(u64::from(size) * u64::from(times))?,
            Simple::Long => {
                for _ in 0..times {
                    self.input.skip_long()?;
                }
            }
            Simple::Bytes => {
                for _ in 0..times {
                    self.input.skip_bytes()?;
                }
            }
        }
        Ok(())
    }

    /// Reads which of two branches is written, and tells whether it is the one that is not null.
    #[inline]
    fn optional(&mut self, present: u8) -> Result<bool, Malformed> {
        Ok(self.input.branch(2)? == usize::from(present))
    }

    #[inline]
    fn skip_optional(&mut self, what: Simple, present: u8, times: u16) -> Result<(), Malformed> {
        for _ in 0..times {
            if self.optional(present)? {
                self.skip(what, 1)?;
            }
        }
        Ok(())
    }

    fn items(&mut self, item: Simple, keys: bool) -> Result<(), Malformed> {
        let empty = item == Simple::Fixed(0) && !keys;
        while let Some(block) = self.input.block(empty, &mut self.empty_items_left)? {
            match (block.size, item) {
                (Some(size), _) => self.input.skip(size as u64)?,
                (None, Simple::Fixed(size)) if !keys => {
                    self.input.skip(u64::from(size).saturating_mul(block.count))?;
                }
                (None, item) => {
                    for _ in 0..block.count {
                        if keys {
                            self.input.skip_bytes()?;
                        }
                        self.skip(item, 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn items_by(&mut self, item: Place, keys: bool) -> Result<(), Malformed> {
        self.nested(|run| {
            while let Some(block) = run.input.block(false, &mut run.empty_items_left)? {
                if let Some(size) = block.size {
                    run.input.skip(size as u64)?;
                    continue;
                }
                for _ in 0..block.count {
                    if keys {
                        run.input.skip_bytes()?;
                    }
                    run.from(item)?;
                }
            }
            Ok(())
        })
    }

    fn read(&mut self, slot: u32, kind: Scalar) -> Result<(), Malformed> {
        let input = &mut self.input;
        let value = match kind {
            Scalar::Null => Slot::Null,
            Scalar::Boolean => Slot::Boolean(input.boolean()?),
            Scalar::Int => Slot::Integer(i64::from(input.int()?)),
            Scalar::Long => Slot::Integer(input.long()?),
            Scalar::Float => Slot::Float(input.float()?),
            Scalar::Double => Slot::Double(input.double()?),
            Scalar::Text => {
                let before = *input;
                let text = std::str::from_utf8(input.bytes()?).map_err(|_| {
                    *input = before;
                    Malformed::Utf8
                })?;
                Slot::Text(Text::unescaped(text))
            }
            Scalar::Bytes => Slot::Bytes(input.bytes()?),
            Scalar::Fixed(size) => Slot::Bytes(input.fixed(size as usize)?),
            Scalar::Enum(symbols) => {
                let symbols =
                    self.program.symbols.get(symbols as usize).map_or([].as_slice(), |symbols| symbols);
                let symbol = symbols.get(input.symbol(symbols.len())?).map_or("", |symbol| symbol);
                Slot::Text(Text::unescaped(symbol))
            }
            Scalar::Decimal(scale) => Slot::Decimal { unscaled: input.bytes()?, scale },
            Scalar::FixedDecimal { size, scale } => {
                Slot::Decimal { unscaled: input.fixed(size as usize)?, scale }
            }
            Scalar::Uuid => Slot::Uuid(input.chunk()?),
        };
        self.set(slot, value);
        Ok(())
    }
}
