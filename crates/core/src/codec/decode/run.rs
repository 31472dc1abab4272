//! Runs a program: from the bytes of one datum to JSON text.
//!
//! Nothing is allocated by a number that was read. The text is bounded: each record and each item looks how long it has
//! become, and between two of them it grows by no more than the program's own texts and a few times what was read.

use super::containers::Loop;
use super::error::{DecodeError, DecodeProblem, pointer};
use super::program::{Action, NO_TAG, Program, Promotion, Symbol, Text};
use crate::codec::DEPTH_LIMIT;
use crate::codec::input::{EMPTY_ITEMS_LIMIT, Input, Malformed};
use crate::codec::texts;
use crate::json;

/// Why a run stops.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stop {
    Malformed(Malformed),
    KeyTwice,
    /// For the reason of this number, and a text.
    Unreadable {
        reason: u32,
        text: Text,
    },
    Long,
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Stop::Malformed(malformed)
    }
}

pub(super) struct Run<'p, 'd, 'o> {
    pub(super) program: &'p Program,
    pub(super) input: Input<'d>,
    pub(super) out: &'o mut Vec<u8>,
    /// The step that comes next.
    pub(super) next: usize,
    /// The records that are open: where it goes on behind each.
    calls: [u32; DEPTH_LIMIT],
    open_calls: usize,
    pub(super) loops: Vec<Loop<'d>>,
    /// How many arrays and objects are open in the text.
    pub(super) depth: usize,
    /// The keys of the maps that are open.
    pub(super) keys: Vec<&'d [u8]>,
    /// Where the fields begin that will be put in order.
    pub(super) marks: Vec<usize>,
    pub(super) empty_items_left: u64,
    /// How long the text may become, with all that stood there before.
    pub(super) limit: usize,
    /// True where the datum must end with the value.
    whole: bool,
}

/// Runs the steps from `entry` on and adds the text of the datum. The text that is added has at most about `limit`
/// bytes. With `whole` the datum must end with the value. Tells how many bytes the value has.
pub(super) fn run(
    program: &Program,
    entry: u32,
    datum: &[u8],
    (limit, whole): (usize, bool),
    out: &mut Vec<u8>,
) -> Result<usize, DecodeError> {
    let begin = out.len();
    // A guess: names and quotes come to what was read. It is in proportion to the datum whatever that holds.
    if whole {
        out.reserve(datum.len().saturating_mul(2).saturating_add(64));
    }
    let mut run = Run {
        program,
        input: Input::new(datum),
        next: entry as usize,
        calls: [0; DEPTH_LIMIT],
        open_calls: 0,
        loops: Vec::new(),
        depth: 0,
        keys: Vec::new(),
        marks: Vec::new(),
        empty_items_left: EMPTY_ITEMS_LIMIT,
        limit: begin.saturating_add(limit),
        whole,
        out,
    };
    let done = run.steps();
    let error = match done {
        Ok(()) if run.out.len() <= run.limit => return Ok(run.input.at()),
        Ok(()) => run.error(Stop::Long, limit),
        Err(stop) => run.error(stop, limit),
    };
    run.out.truncate(begin);
    Err(error)
}

impl<'d> Run<'_, 'd, '_> {
    fn error(&self, stop: Stop, limit: usize) -> DecodeError {
        let problem = match stop {
            Stop::Malformed(malformed) => DecodeProblem::Malformed(malformed),
            Stop::KeyTwice => DecodeProblem::KeyTwice,
            Stop::Unreadable { reason, text } => {
                let text = String::from_utf8_lossy(self.program.text(text));
                let reason = self.program.reason(reason);
                DecodeProblem::Unreadable(format!("{reason} {text}").trim_end().to_owned())
            }
            Stop::Long => DecodeProblem::Long(limit),
        };
        let calls = self.calls.get(..self.open_calls).unwrap_or_default();
        let pointer = pointer(self.program, self.next.saturating_sub(1), calls, &self.loops);
        DecodeError { problem, pointer, at: self.input.at() }
    }

    /// Where a step fails, `next` is the one behind it.
    fn steps(&mut self) -> Result<(), Stop> {
        while let Some(step) = self.program.steps.get(self.next) {
            self.next += 1;
            self.out.extend_from_slice(self.program.text(step.text));
            match step.action {
                Action::Write => {}
                Action::Boolean => {
                    let value = self.input.boolean()?;
                    self.out.extend_from_slice(if value { b"true" } else { b"false" });
                }
                Action::Int => {
                    let value = self.input.int()?;
                    texts::write_integer(i64::from(value), self.out);
                }
                Action::Long => {
                    let value = self.input.long()?;
                    texts::write_integer(value, self.out);
                }
                Action::String { tag } => {
                    let (before, start) = (self.input, self.out.len());
                    let string = self.input.bytes()?;
                    json::write_utf8(string, self.out).map_err(|_| self.back(before, Malformed::Utf8))?;
                    self.tag_name_of_float(tag, start)?;
                }
                Action::Union { first, branches } => {
                    let index = self.input.branch(branches as usize)?;
                    let to = self.program.branches.get(first as usize + index);
                    self.next = to.map_or(usize::MAX, |to| *to as usize);
                }
                Action::Jump(to) => self.next = to as usize,
                Action::Record(number) => self.call(number)?,
                Action::End => {
                    let Some(open) = self.open_calls.checked_sub(1) else {
                        return if self.whole { Ok(self.input.end()?) } else { Ok(()) };
                    };
                    self.open_calls = open;
                    self.depth -= 1;
                    self.next = self.calls.get(open).map_or(usize::MAX, |back| *back as usize);
                }
                Action::Enum { first, symbols } => self.symbol(first, symbols)?,
                Action::Array { empty, end } => self.array(empty, end)?,
                Action::NextItem { empty, item } => self.next_item(empty, item)?,
                Action::Map { end } => self.map(end)?,
                Action::NextValue { tag, value } => self.next_value(tag, value)?,
                Action::Open => self.deeper()?,
                Action::Close => self.depth -= 1,
                Action::Skip(entry) => {
                    let empty_items_left = &mut self.empty_items_left;
                    self.program.skips.skip(entry, self.depth, &mut self.input, empty_items_left)?;
                }
                Action::Mark => self.marks.push(self.out.len()),
                Action::Reorder(number) => self.reorder(number),
                Action::Fail(reason) => return Err(Stop::Unreadable { reason, text: Text::default() }),
                scalar => self.scalar(scalar)?,
            }
        }
        Ok(())
    }

    /// The scalars that are met less often.
    fn scalar(&mut self, action: Action) -> Result<(), Stop> {
        let start = self.out.len();
        match action {
            Action::Float { tag } => {
                texts::write_float(self.input.float()?, self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::Double { tag } => {
                texts::write_double(self.input.double()?, self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::FloatAsDouble { tag } => {
                texts::write_double(f64::from(self.input.float()?), self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::Base64 { tag } => {
                texts::write_base64(self.input.bytes()?, self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::Latin { tag } => {
                texts::write_latin(self.input.bytes()?, self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::FixedBase64 { size, tag } => {
                texts::write_base64(self.input.fixed(size as usize)?, self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::FixedLatin { size, tag } => {
                texts::write_latin(self.input.fixed(size as usize)?, self.out);
                self.tag_name_of_float(tag, start)?;
            }
            Action::Promoted(promotion) => self.promoted(promotion)?,
            Action::Decimal { scale } => {
                let before = self.input;
                let octets = self.input.bytes()?;
                self.decimal(before, octets, scale)?;
            }
            Action::FixedDecimal { size, scale } => {
                let before = self.input;
                let octets = self.input.fixed(size as usize)?;
                self.decimal(before, octets, scale)?;
            }
            Action::Uuid => texts::write_uuid(self.input.chunk()?, self.out),
            Action::Duration => texts::write_duration(self.input.chunk()?, self.out),
            Action::IntTime(logical) => {
                let value = self.input.int()?;
                texts::write_time(logical, i64::from(value), self.out);
            }
            Action::LongTime(logical) => {
                let value = self.input.long()?;
                texts::write_time(logical, value, self.out);
            }
            // The others are no scalars.
            _ => {}
        }
        Ok(())
    }

    fn promoted(&mut self, promotion: Promotion) -> Result<(), Stop> {
        // As Java does: rounded once, from the number that was written.
        match promotion {
            Promotion::IntToFloat => texts::write_float(self.input.int()? as f32, self.out),
            Promotion::LongToFloat => texts::write_float(self.input.long()? as f32, self.out),
            Promotion::IntToDouble => texts::write_double(f64::from(self.input.int()?), self.out),
            Promotion::LongToDouble => texts::write_double(self.input.long()? as f64, self.out),
        }
        Ok(())
    }

    /// Tags what was written from `start` on where it is the name of a float that is no number: of a union with both,
    /// it might be taken for a string, or a string for a float.
    #[inline]
    fn tag_name_of_float(&mut self, tag: u32, start: usize) -> Result<(), Stop> {
        let is_name = |text: &[u8]| matches!(text, b"\"NaN\"" | b"\"Infinity\"" | b"\"-Infinity\"");
        if tag != NO_TAG && self.out.get(start..).is_some_and(is_name) {
            self.deeper()?;
            self.insert_tag(tag, start);
            self.depth -= 1;
        }
        Ok(())
    }

    /// Tags what was written from `start` on.
    pub(super) fn insert_tag(&mut self, tag: u32, start: usize) {
        let open = self.program.tags.get(tag as usize).map(|tag| tag.open).unwrap_or_default();
        self.out.splice(start..start, self.program.text(open).iter().copied());
        self.out.push(b'}');
    }

    fn decimal(&mut self, before: Input<'d>, octets: &[u8], scale: u32) -> Result<(), Stop> {
        // Zeros may stand behind the point, as many as the schema wants.
        if self.out.len().saturating_add(scale as usize) > self.limit {
            return Err(Stop::Long);
        }
        let written = texts::write_decimal(octets, scale, self.out);
        written.map_err(|error| self.back(before, Malformed::Decimal(error)))
    }

    fn symbol(&mut self, first: u32, symbols: u32) -> Result<(), Stop> {
        let index = self.input.symbol(symbols as usize)?;
        match self.program.symbols.get(first as usize + index) {
            Some(Symbol::Text(text)) => self.out.extend_from_slice(self.program.text(*text)),
            Some(Symbol::Missing { text, reason }) => {
                return Err(Stop::Unreadable { reason: *reason, text: *text });
            }
            None => {}
        }
        Ok(())
    }

    fn call(&mut self, number: u32) -> Result<(), Stop> {
        self.deeper()?;
        if self.out.len() > self.limit {
            return Err(Stop::Long);
        }
        // There are fewer open records than levels, and fewer steps than 2^32.
        if let Some(back) = self.calls.get_mut(self.open_calls) {
            *back = self.next as u32;
            self.open_calls += 1;
        }
        self.next = self.program.records.get(number as usize).map_or(usize::MAX, |to| *to as usize);
        Ok(())
    }

    /// Goes one level deeper into arrays and objects.
    #[inline]
    pub(super) fn deeper(&mut self) -> Result<(), Stop> {
        if self.depth >= DEPTH_LIMIT {
            return Err(Stop::Malformed(Malformed::Deep(DEPTH_LIMIT)));
        }
        self.depth += 1;
        Ok(())
    }

    /// Goes back to the beginning of what is at fault, so that its place is told.
    #[cold]
    pub(super) fn back(&mut self, before: Input<'d>, malformed: Malformed) -> Stop {
        self.input = before;
        Stop::Malformed(malformed)
    }
}
