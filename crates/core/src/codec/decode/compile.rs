//! From schemas to a program.
//!
//! Records become routines, one for each pair of a writer's and a reader's record, which wait until others are done: a
//! chain of records needs no stack. Types without a name nest only as deep as their JSON text.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::error::CompileError;
use super::matching::{Matching, Way};
use super::program::{Action, NO_TAG, Place, Program, Promotion, Step, Symbol, TOP, Tag, Text};
use super::record::Defaulted;
use crate::codec::branches::Branches;
use crate::codec::skip::Skips;
use crate::codec::texts::is_time;
use crate::codec::{Bytes, Form, Style, Times, set};
use crate::json::write_string;
use crate::schema::{Content, EnumType, LogicalType, NodeId, Schema};
use crate::yaml::shown;

/// How many steps a program may have.
const STEPS_LIMIT: usize = 4_000_000;
/// How long the texts of a program may be, in bytes.
const TEXTS_LIMIT: usize = 64 << 20;

pub(super) struct Compiler<'s> {
    pub(super) writer: &'s Schema,
    pub(super) reader: &'s Schema,
    pub(super) style: Style,
    /// How the types match; none where writer and reader are one.
    pub(super) matching: Option<Matching<'s>>,
    pub(super) program: Program,
    /// Where the text begins that the next step will write.
    pending: usize,
    /// Where the next step stands.
    pub(super) place: u32,
    /// The routines of pairs of records.
    routines: BTreeMap<(NodeId, NodeId), u32>,
    waiting: Vec<(NodeId, NodeId, u32)>,
    symbols: BTreeMap<(NodeId, NodeId), u32>,
    unions: BTreeMap<NodeId, Rc<Branches>>,
    pub(super) defaulted: Option<Box<Defaulted<'s>>>,
}

impl<'s> Compiler<'s> {
    /// Of one schema where `reader` is none.
    pub(super) fn new(writer: &'s Schema, reader: Option<&'s Schema>, style: Style) -> Self {
        Compiler {
            writer,
            reader: reader.unwrap_or(writer),
            style,
            matching: reader.map(|reader| Matching::new(writer, reader)),
            program: Program::new(Skips::new(writer)),
            pending: 0,
            place: TOP,
            routines: BTreeMap::new(),
            waiting: Vec::new(),
            symbols: BTreeMap::new(),
            unions: BTreeMap::new(),
            defaulted: None,
        }
    }

    /// Compiles values of a pair of types, and tells where their steps begin.
    pub(super) fn entry(&mut self, writer: NodeId, reader: NodeId) -> Result<u32, CompileError> {
        let entry = self.here();
        self.place = TOP;
        self.value(writer, reader, NO_TAG)?;
        self.emit(Action::End)?;
        while let Some((writer, reader, number)) = self.waiting.pop() {
            let here = self.here();
            set(&mut self.program.records, number as usize, here);
            self.place = TOP;
            self.record(writer, reader)?;
        }
        Ok(entry)
    }

    /// The number of the step that comes next. There are fewer than 2^32.
    pub(super) fn here(&self) -> u32 {
        self.program.steps.len() as u32
    }

    /// Lets the next step write more.
    pub(super) fn write(&mut self, text: &[u8]) {
        self.program.texts.extend_from_slice(text);
    }

    /// Lets the next step write the name of a member before its value.
    pub(super) fn write_name(&mut self, name: &str) {
        write_string(name, &mut self.program.texts);
        self.write(b":");
    }

    /// Takes what the next step would write.
    pub(super) fn take_text(&mut self) -> Text {
        let text = Text { start: self.pending as u32, end: self.program.texts.len() as u32 };
        self.pending = self.program.texts.len();
        text
    }

    pub(super) fn emit(&mut self, action: Action) -> Result<(), CompileError> {
        if self.program.steps.len() >= STEPS_LIMIT || self.program.texts.len() > TEXTS_LIMIT {
            return Err(CompileError::Steps(STEPS_LIMIT));
        }
        let text = self.take_text();
        self.program.steps.push(Step { text, action });
        self.program.step_places.push(self.place);
        Ok(())
    }

    fn patch(&mut self, step: u32, action: Action) {
        if let Some(step) = self.program.steps.get_mut(step as usize) {
            step.action = action;
        }
    }

    /// Compiles what follows as standing in this place, and tells the place before.
    pub(super) fn enter(&mut self, place: Place) -> u32 {
        let number = self.program.places.len() as u32;
        self.program.places.push(place);
        std::mem::replace(&mut self.place, number)
    }

    pub(super) fn reason(&mut self, reason: String) -> u32 {
        self.program.reasons.push(reason.into());
        self.program.reasons.len() as u32 - 1
    }

    pub(super) fn fail(&mut self, reason: String) -> Result<(), CompileError> {
        let number = self.reason(reason);
        self.emit(Action::Fail(number))
    }

    /// Compiles a value of any types.
    pub(super) fn value(&mut self, writer: NodeId, reader: NodeId, tag: u32) -> Result<(), CompileError> {
        if let Content::Union(branches) = self.writer.content(writer) {
            return self.union(writer, branches, reader);
        }
        let way = match &mut self.matching {
            Some(matching) => matching.way(writer, reader)?,
            None => Way::Same,
        };
        match way {
            Way::Same => self.same(writer, reader, tag),
            Way::Promoted => self.promoted(writer, reader, tag),
            Way::Branch(index) => self.branch(writer, reader, index),
            Way::Fail(reason) => self.fail(reason),
        }
    }

    /// Compiles a value of two types of the same kind.
    fn same(&mut self, writer: NodeId, reader: NodeId, tag: u32) -> Result<(), CompileError> {
        let (written, read) = (self.writer.content(writer), self.reader.content(reader));
        let logical = self.logical(reader);
        let action = match (written, read) {
            (Content::Null, _) => {
                self.write(b"null");
                return Ok(());
            }
            (Content::Array(item), Content::Array(read)) => return self.array(*item, *read),
            (Content::Map(value), Content::Map(read)) => return self.map(*value, *read, tag),
            (Content::Record(_), _) => Action::Record(self.routine(writer, reader)),
            (Content::Enum(written), Content::Enum(read)) => {
                let first = self.symbols(writer, reader, written, read);
                Action::Enum { first, symbols: written.symbols.len() as u32 }
            }
            (Content::Boolean, _) => Action::Boolean,
            (Content::Int, _) => logical.map_or(Action::Int, Action::IntTime),
            (Content::Long, _) => logical.map_or(Action::Long, Action::LongTime),
            (Content::Float, _) => Action::Float { tag },
            (Content::Double, _) => Action::Double { tag },
            (Content::String, _) => Action::String { tag },
            (Content::Fixed(fixed), _) => self.fixed(fixed.size, logical, tag),
            _ => self.bytes(logical, tag),
        };
        self.emit(action)
    }

    /// Compiles a value that the reader has as another kind.
    fn promoted(&mut self, writer: NodeId, reader: NodeId, tag: u32) -> Result<(), CompileError> {
        let logical = self.logical(reader);
        let action = match (self.writer.content(writer), self.reader.content(reader)) {
            (Content::Int, Content::Long) => logical.map_or(Action::Int, Action::IntTime),
            (Content::Int, Content::Float) => Action::Promoted(Promotion::IntToFloat),
            (Content::Int, _) => Action::Promoted(Promotion::IntToDouble),
            (Content::Long, Content::Float) => Action::Promoted(Promotion::LongToFloat),
            (Content::Long, _) => Action::Promoted(Promotion::LongToDouble),
            (Content::Float, _) => Action::FloatAsDouble { tag },
            (_, Content::String) => Action::String { tag },
            _ => self.bytes(logical, tag),
        };
        self.emit(action)
    }

    /// The logical type by which the reader writes a value.
    fn logical(&self, reader: NodeId) -> Option<LogicalType> {
        let logical = self.reader.node(reader).logical?;
        let counts = self.style.form == Form::Plain && (!is_time(logical) || self.style.times == Times::Iso);
        // A UUID over a string is written as the string is.
        counts.then_some(logical)
    }

    fn bytes(&self, logical: Option<LogicalType>, tag: u32) -> Action {
        match (logical, self.latin()) {
            (Some(LogicalType::Decimal { scale, .. }), _) => Action::Decimal { scale },
            (_, true) => Action::Latin { tag },
            (_, false) => Action::Base64 { tag },
        }
    }

    fn fixed(&self, size: u32, logical: Option<LogicalType>, tag: u32) -> Action {
        match (logical, self.latin()) {
            (Some(LogicalType::Decimal { scale, .. }), _) => Action::FixedDecimal { size, scale },
            (Some(LogicalType::Uuid), _) => Action::Uuid,
            (Some(LogicalType::Duration), _) => Action::Duration,
            (_, true) => Action::FixedLatin { size, tag },
            (_, false) => Action::FixedBase64 { size, tag },
        }
    }

    fn latin(&self) -> bool {
        self.style.form == Form::Tagged || self.style.bytes == Bytes::Latin
    }

    fn routine(&mut self, writer: NodeId, reader: NodeId) -> u32 {
        if let Some(number) = self.routines.get(&(writer, reader)) {
            return *number;
        }
        let number = self.program.records.len() as u32;
        self.program.records.push(u32::MAX);
        self.routines.insert((writer, reader), number);
        self.waiting.push((writer, reader, number));
        number
    }

    fn symbols(&mut self, writer: NodeId, reader: NodeId, written: &EnumType, read: &EnumType) -> u32 {
        if let Some(first) = self.symbols.get(&(writer, reader)) {
            return *first;
        }
        // What is pending stays before the symbols' own texts.
        let pending = self.program.texts.split_off(self.pending);
        let known: BTreeSet<&str> = read.symbols.iter().map(String::as_str).collect();
        let first = self.program.symbols.len() as u32;
        let reason = self
            .reason(format!("the reader's enum {} has no default, and no symbol", shown(read.name.full())));
        for symbol in &written.symbols {
            let taken = if known.contains(symbol.as_str()) { Some(symbol) } else { read.default.as_ref() };
            write_string(taken.unwrap_or(symbol), &mut self.program.texts);
            let text = self.take_text();
            let entry = if taken.is_some() { Symbol::Text(text) } else { Symbol::Missing { text, reason } };
            self.program.symbols.push(entry);
        }
        self.write(&pending);
        self.symbols.insert((writer, reader), first);
        first
    }

    fn array(&mut self, writer: NodeId, reader: NodeId) -> Result<(), CompileError> {
        let empty = self.program.skips.extents().is_empty(writer);
        self.write(b"[");
        let begin = self.here();
        self.emit(Action::Array { empty, end: 0 })?;
        let item = self.here();
        let before = self.enter(Place::Item { of: self.place });
        self.value(writer, reader, NO_TAG)?;
        self.emit(Action::NextItem { empty, item })?;
        self.place = before;
        self.patch(begin, Action::Array { empty, end: self.here() });
        Ok(())
    }

    fn map(&mut self, writer: NodeId, reader: NodeId, tag: u32) -> Result<(), CompileError> {
        self.write(b"{");
        let begin = self.here();
        self.emit(Action::Map { end: 0 })?;
        let value = self.here();
        let before = self.enter(Place::Value { of: self.place });
        self.value(writer, reader, NO_TAG)?;
        self.emit(Action::NextValue { tag, value })?;
        self.place = before;
        self.patch(begin, Action::Map { end: self.here() });
        Ok(())
    }

    /// Compiles a value of the writer's union.
    fn union(&mut self, writer: NodeId, ids: &'s [NodeId], reader: NodeId) -> Result<(), CompileError> {
        let by_place = match &mut self.matching {
            Some(matching) => matching.is_equivalent(writer, reader)?,
            None => true,
        };
        let first = self.program.branches.len();
        self.program.branches.resize(first + ids.len(), u32::MAX);
        self.emit(Action::Union { first: first as u32, branches: ids.len() as u32 })?;
        let mut jumps = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            let here = self.here();
            set(&mut self.program.branches, first + index, here);
            if by_place {
                self.branch(*id, reader, index)?;
            } else {
                self.value(*id, reader, NO_TAG)?;
            }
            if index + 1 < ids.len() {
                jumps.push(self.here());
                self.emit(Action::Jump(0))?;
            } else if self.pending < self.program.texts.len() {
                self.emit(Action::Write)?;
            }
        }
        let end = self.here();
        for jump in jumps {
            self.patch(jump, Action::Jump(end));
        }
        Ok(())
    }

    /// Compiles a value that the reader has as a branch of its union.
    fn branch(&mut self, writer: NodeId, union: NodeId, index: usize) -> Result<(), CompileError> {
        let Content::Union(ids) = self.reader.content(union) else { return Ok(()) };
        let Some(id) = ids.get(index).copied() else { return Ok(()) };
        let content = self.reader.content(id);
        if matches!(content, Content::Null) {
            return self.value(writer, id, NO_TAG);
        }
        let branches = self.branches(union, ids);
        if self.style.form == Form::Plain && !branches.is_tagged(index) {
            let tag = self.tag(content, &branches);
            return self.value(writer, id, tag);
        }
        self.write(b"{");
        self.write_name(content.branch_name());
        self.emit(Action::Open)?;
        self.value(writer, id, NO_TAG)?;
        self.write(b"}");
        self.emit(Action::Close)
    }

    fn branches(&mut self, union: NodeId, ids: &[NodeId]) -> Rc<Branches> {
        let branches = self.unions.entry(union).or_insert_with(|| Rc::new(Branches::new(self.reader, ids)));
        Rc::clone(branches)
    }

    /// The tag that values of this branch need now and then.
    fn tag(&mut self, content: &Content, branches: &Branches) -> u32 {
        let keys = match content {
            Content::Map(_) => branches.names(),
            Content::Float | Content::Double | Content::String | Content::Bytes | Content::Fixed(_)
                if branches.mix_floats_and_strings() =>
            {
                Vec::new()
            }
            _ => return NO_TAG,
        };
        let pending = self.program.texts.split_off(self.pending);
        self.write(b"{");
        self.write_name(content.branch_name());
        let open = self.take_text();
        self.write(&pending);
        self.program.tags.push(Tag { open, keys });
        self.program.tags.len() as u32 - 1
    }
}
