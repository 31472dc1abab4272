//! From a schema and wanted fields to the code that reads them.
//!
//! Records have no bytes of their own in Avro, so that nested records become one row of steps, and equal neighbours one
//! step. Code that is met by several ways, or by itself, is called: what is written in place is bounded.

use std::collections::BTreeMap;

use super::path::{Plan, Wanted};
use super::program::{Op, Place, Projection, Scalar, Simple};
use crate::codec::extent::Extents;
use crate::schema::{Content, LogicalType, NodeId, Schema};

/// How deep records, unions and items are written in place.
const PLACE_DEPTH_LIMIT: usize = 16;
/// How much code is written in place.
const PLACE_CODE_LIMIT: usize = 8_192;

pub(super) fn program(schema: &Schema, plan: Plan, strict: bool) -> Projection {
    let mut compiler = Compiler {
        schema,
        extents: Extents::new(schema),
        code: Vec::new(),
        branches: Vec::new(),
        symbols: Vec::new(),
        whole_from: 0,
        calls: Vec::new(),
    };
    compiler.wanted(schema.root(), &plan.root, !strict);
    compiler.push(Op::End);
    compiler.called();
    Projection {
        code: compiler.code,
        branches: compiler.branches,
        symbols: compiler.symbols,
        copies: plan.copies,
        slots: plan.slots,
        strict,
    }
}

struct Compiler<'s> {
    schema: &'s Schema,
    extents: Extents,
    code: Vec<Op>,
    branches: Vec<u32>,
    symbols: Vec<Box<[Box<str>]>>,
    /// Steps before this one are not merged with, because something jumps behind them.
    whole_from: usize,
    /// The calls whose code is still to be written.
    calls: Vec<(usize, NodeId)>,
}

impl Compiler<'_> {
    /// The place of the next step, to which something will jump.
    fn here(&mut self) -> Place {
        self.whole_from = self.code.len();
        // Code is bounded by the schema, which is smaller than 2^32 bytes.
        self.code.len() as Place
    }

    fn push(&mut self, op: Op) {
        let whole = self.code.len() == self.whole_from;
        if let Some(last) = self.code.last_mut().filter(|_| !whole)
            && let Some(both) = merged(*last, op)
        {
            *last = both;
            return;
        }
        self.code.push(op);
    }

    fn set(&mut self, at: usize, op: Op) {
        if let Some(slot) = self.code.get_mut(at) {
            *slot = op;
        }
    }

    /// Writes the code for a value of which something is wanted. With `last` nothing is wanted behind it.
    fn wanted(&mut self, id: NodeId, wanted: &Wanted, last: bool) {
        let content = self.schema.content(id);
        match (content, wanted.slot) {
            (Content::Union(branches), _) => self.wanted_union(branches, wanted, last),
            (Content::Record(_) | Content::Array(_) | Content::Map(_), Some(slot)) => {
                let at = self.code.len();
                self.code.push(Op::End);
                self.here();
                match content {
                    Content::Record(_) => self.wanted_record(id, wanted, false),
                    _ => self.skip(id, 0),
                }
                self.push(Op::End);
                let behind = self.here();
                self.set(at, Op::Whole { slot: slot as u32, node: id, behind });
            }
            (Content::Record(_), None) => self.wanted_record(id, wanted, last),
            (_, Some(slot)) => {
                let kind = self.scalar(id);
                self.push(Op::Read { slot: slot as u32, kind });
            }
            (_, None) if last => {}
            (_, None) => self.skip(id, 0),
        }
    }

    fn wanted_record(&mut self, id: NodeId, wanted: &Wanted, last: bool) {
        let schema = self.schema;
        let Content::Record(record) = schema.content(id) else { return };
        let is_wanted = |name: &str| wanted.fields.contains_key(name);
        let end = record.fields.iter().rposition(|field| is_wanted(&field.name)).map_or(0, |index| index + 1);
        for (index, field) in record.fields.iter().enumerate() {
            match wanted.fields.get(field.name.as_str()) {
                Some(wanted) => self.wanted(field.schema, wanted, last && index + 1 == end),
                None if last && index >= end => return,
                None => self.skip(field.schema, 0),
            }
        }
    }

    fn wanted_union(&mut self, branches: &[NodeId], wanted: &Wanted, last: bool) {
        if let (Some((present, id)), Some(slot)) = (self.optional(branches), wanted.slot)
            && !matches!(self.schema.content(id), Content::Record(_) | Content::Array(_) | Content::Map(_))
        {
            let kind = self.scalar(id);
            self.push(Op::ReadOptional { slot: slot as u32, kind, present });
            return;
        }
        self.branches(branches, |compiler, id| compiler.wanted(id, wanted, last));
    }

    /// Writes the code for a union: a jump to the branch that is written, and behind each branch one to the end.
    fn branches(&mut self, branches: &[NodeId], mut code: impl FnMut(&mut Self, NodeId)) {
        let first = self.branches.len();
        let count = branches.len();
        self.code.push(Op::Branch { first: first as u32, count: count as u32 });
        self.branches.resize(first + count, 0);
        let mut ends = Vec::with_capacity(count);
        for (index, id) in branches.iter().enumerate() {
            let place = self.here();
            if let Some(slot) = self.branches.get_mut(first + index) {
                *slot = place;
            }
            code(self, *id);
            ends.push(self.code.len());
            self.code.push(Op::End);
        }
        let behind = self.here();
        for end in ends {
            self.set(end, Op::Jump(behind));
        }
    }

    /// The number and the type of the branch that is not null, of a union of null and one more.
    fn optional(&self, branches: &[NodeId]) -> Option<(u8, NodeId)> {
        let is_null = |id: &NodeId| matches!(self.schema.content(*id), Content::Null);
        match branches {
            [null, other] if is_null(null) => Some((1, *other)),
            [other, null] if is_null(null) => Some((0, *other)),
            _ => None,
        }
    }

    /// Writes the code that passes over a value, `depth` levels deep in code that is written in place.
    fn skip(&mut self, id: NodeId, depth: usize) {
        if let Some(what) = self.simple(id) {
            if what != Simple::Fixed(0) {
                self.push(Op::Skip { what, times: 1 });
            }
            return;
        }
        if depth >= PLACE_DEPTH_LIMIT || self.code.len() > PLACE_CODE_LIMIT {
            self.calls.push((self.code.len(), id));
            self.code.push(Op::End);
            return;
        }
        self.skip_in_place(id, depth);
    }

    fn skip_in_place(&mut self, id: NodeId, depth: usize) {
        let schema = self.schema;
        match schema.content(id) {
            Content::Record(record) => {
                for field in &record.fields {
                    self.skip(field.schema, depth + 1);
                }
            }
            Content::Union(branches) => match self.optional(branches) {
                Some((present, other)) if self.simple(other).is_some() => {
                    if let Some(what) = self.simple(other) {
                        self.push(Op::SkipOptional { what, present, times: 1 });
                    }
                }
                _ => self.branches(branches, |compiler, id| compiler.skip(id, depth + 1)),
            },
            Content::Array(item) => self.skip_items(*item, false, depth),
            Content::Map(item) => self.skip_items(*item, true, depth),
            // Whatever else there is is simple.
            _ => {}
        }
    }

    fn skip_items(&mut self, id: NodeId, keys: bool, depth: usize) {
        if let Some(item) = self.simple(id) {
            self.push(Op::SkipItems { item, keys });
            return;
        }
        let at = self.code.len();
        self.code.extend([Op::End, Op::End]);
        let item = self.here();
        self.skip(id, depth + 1);
        self.push(Op::End);
        let behind = self.here();
        self.set(at, Op::SkipItemsBy { item, keys });
        self.set(at + 1, Op::Jump(behind));
    }

    /// Writes the code that is called, once for each type.
    fn called(&mut self) {
        let mut places: BTreeMap<NodeId, Place> = BTreeMap::new();
        while let Some((at, id)) = self.calls.pop() {
            let place = match places.get(&id) {
                Some(place) => *place,
                None => {
                    let place = self.here();
                    places.insert(id, place);
                    // Its own parts are called unless they are simple, so that each type is written once.
                    self.skip_in_place(id, PLACE_DEPTH_LIMIT);
                    self.push(Op::End);
                    place
                }
            };
            self.set(at, Op::Call(place));
        }
    }

    fn simple(&self, id: NodeId) -> Option<Simple> {
        if let Some(size) = self.extents.of(id).exact() {
            return u32::try_from(size).ok().map(Simple::Fixed);
        }
        match self.schema.content(id) {
            Content::Int | Content::Long | Content::Enum(_) => Some(Simple::Long),
            Content::String | Content::Bytes => Some(Simple::Bytes),
            _ => None,
        }
    }

    fn scalar(&mut self, id: NodeId) -> Scalar {
        let node = self.schema.node(id);
        match (&node.content, node.logical) {
            (Content::Bytes, Some(LogicalType::Decimal { scale, .. })) => Scalar::Decimal(scale),
            (Content::Fixed(fixed), Some(LogicalType::Decimal { scale, .. })) => {
                Scalar::FixedDecimal { size: fixed.size, scale }
            }
            (Content::Fixed(_), Some(LogicalType::Uuid)) => Scalar::Uuid,
            (Content::Fixed(fixed), _) => Scalar::Fixed(fixed.size),
            (Content::Boolean, _) => Scalar::Boolean,
            (Content::Int, _) => Scalar::Int,
            (Content::Long, _) => Scalar::Long,
            (Content::Float, _) => Scalar::Float,
            (Content::Double, _) => Scalar::Double,
            (Content::Bytes, _) => Scalar::Bytes,
            (Content::String, _) => Scalar::Text,
            (Content::Enum(kind), _) => {
                self.symbols.push(kind.symbols.iter().map(|symbol| symbol.as_str().into()).collect());
                Scalar::Enum(self.symbols.len() as u32 - 1)
            }
            _ => Scalar::Null,
        }
    }
}

/// Two neighbouring steps in one; none where they are too different.
fn merged(first: Op, second: Op) -> Option<Op> {
    match (first, second) {
        (
            Op::Skip { what: Simple::Fixed(one), times: 1 },
            Op::Skip { what: Simple::Fixed(other), times: 1 },
        ) => Some(Op::Skip { what: Simple::Fixed(one.checked_add(other)?), times: 1 }),
        (Op::Skip { what: one, times }, Op::Skip { what: other, times: more }) if one == other => {
            Some(Op::Skip { what: one, times: times.checked_add(more)? })
        }
        (
            Op::SkipOptional { what: one, present: this, times },
            Op::SkipOptional { what: other, present: that, times: more },
        ) if one == other && this == that => {
            Some(Op::SkipOptional { what: one, present: this, times: times.checked_add(more)? })
        }
        _ => None,
    }
}
