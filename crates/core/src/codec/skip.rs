//! Passing over values of a schema without looking at them more than needed to find their end.
//!
//! Where a block of items tells its size, its items are not looked at at all. Nothing is allocated while data are
//! passed over: what nests does so on the stack, as deep as a value may nest and no deeper.

use std::collections::BTreeMap;

use super::extent::{Extent, Extents};
use super::input::{Input, Malformed};
use super::{DEPTH_LIMIT, set};
use crate::schema::{Content, NodeId, Schema};

/// Where a value's steps begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SkipEntry(u32);

/// A value that is passed over in one move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Simple {
    /// So many bytes.
    Fixed(u64),
    /// A number, which an int, a long and an enum are.
    Number,
    /// Bytes and their length.
    Bytes,
}

/// Values that are passed over without steps of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flat {
    /// Some values, one like the other.
    Values { what: Simple, times: u32 },
    /// Some unions of null and something simple, one like the other; `present` is the number of the branch that is not
    /// null.
    Optional { what: Simple, present: u8, times: u32 },
    /// An array of something simple, or with keys a map.
    Items { item: Simple, keys: bool },
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Flat(Flat),
    /// A branch; its place is at this index, from `first` on.
    Union {
        first: u32,
        branches: u32,
    },
    /// Items, with keys or without. The steps of one follow; behind the last it goes on elsewhere.
    Items {
        keys: bool,
        behind: u32,
    },
    /// Goes on elsewhere.
    Jump(u32),
    /// A record, by its number.
    Record(u32),
    /// The end of a value, of a record or of an item.
    End,
}

/// The steps to pass over values of one schema; those of a type are made when it is asked for.
#[derive(Debug)]
pub(super) struct Skips {
    steps: Vec<Step>,
    branches: Vec<u32>,
    /// Where the steps of each record begin.
    records: Vec<u32>,
    numbers: BTreeMap<NodeId, u32>,
    entries: BTreeMap<NodeId, SkipEntry>,
    extents: Extents,
}

impl Flat {
    /// The move that passes over values of a type, where there is one.
    pub(super) fn of(schema: &Schema, extents: &Extents, id: NodeId) -> Option<Flat> {
        if let Some(what) = Simple::of(schema, extents, id) {
            return Some(Flat::Values { what, times: 1 });
        }
        let simple = |id: NodeId| Simple::of(schema, extents, id);
        match schema.content(id) {
            Content::Array(items) => Some(Flat::Items { item: simple(*items)?, keys: false }),
            Content::Map(values) => Some(Flat::Items { item: simple(*values)?, keys: true }),
            Content::Union(branches) => {
                let (present, other) = optional(schema, branches)?;
                Some(Flat::Optional { what: simple(other)?, present, times: 1 })
            }
            _ => None,
        }
    }

    /// Two neighbours in one; none where they are too different.
    pub(super) fn with(self, next: Flat) -> Option<Flat> {
        match (self, next) {
            (
                Flat::Values { what: Simple::Fixed(one), times: 1 },
                Flat::Values { what: Simple::Fixed(other), times: 1 },
            ) => Some(Flat::Values { what: Simple::Fixed(one.saturating_add(other)), times: 1 }),
            (Flat::Values { what, times }, Flat::Values { what: other, times: more }) if what == other => {
                Some(Flat::Values { what, times: times.checked_add(more)? })
            }
            (
                Flat::Optional { what, present, times },
                Flat::Optional { what: other, present: that, times: more },
            ) if what == other && present == that => {
                Some(Flat::Optional { what, present, times: times.checked_add(more)? })
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn skip(self, input: &mut Input<'_>, empty_items_left: &mut u64) -> Result<(), Malformed> {
        match self {
            Flat::Values { what, times } => what.skip(times, input),
            Flat::Optional { what, present, times } => {
                for _ in 0..times {
                    if input.branch(2)? == usize::from(present) {
                        what.skip(1, input)?;
                    }
                }
                Ok(())
            }
            Flat::Items { item, keys } => items(item, keys, input, empty_items_left),
        }
    }
}

impl Simple {
    fn of(schema: &Schema, extents: &Extents, id: NodeId) -> Option<Simple> {
        if let Extent::Exactly(size) = extents.of(id) {
            return Some(Simple::Fixed(size));
        }
        match schema.content(id) {
            Content::Int | Content::Long | Content::Enum(_) => Some(Simple::Number),
            Content::Bytes | Content::String => Some(Simple::Bytes),
            _ => None,
        }
    }

    #[inline]
    fn skip(self, times: u32, input: &mut Input<'_>) -> Result<(), Malformed> {
        match self {
            Simple::Fixed(size) => input.skip(size.saturating_mul(u64::from(times)))?,
            Simple::Number => {
                for _ in 0..times {
                    input.skip_long()?;
                }
            }
            Simple::Bytes => {
                for _ in 0..times {
                    input.skip_bytes()?;
                }
            }
        }
        Ok(())
    }
}

/// The number and the type of the branch that is not null, of a union of null and one more.
pub(super) fn optional(schema: &Schema, branches: &[NodeId]) -> Option<(u8, NodeId)> {
    let is_null = |id: &NodeId| matches!(schema.content(*id), Content::Null);
    match branches {
        [null, other] if is_null(null) => Some((1, *other)),
        [other, null] if is_null(null) => Some((0, *other)),
        _ => None,
    }
}

/// Passes over the blocks of an array or a map of simple items.
fn items(
    item: Simple,
    keys: bool,
    input: &mut Input<'_>,
    empty_items_left: &mut u64,
) -> Result<(), Malformed> {
    let empty = item == Simple::Fixed(0) && !keys;
    while let Some(block) = input.block(empty, empty_items_left)? {
        match (block.size, item) {
            (Some(size), _) => input.skip(size as u64)?,
            (None, Simple::Fixed(size)) if !keys => input.skip(size.saturating_mul(block.count))?,
            (None, item) => {
                for _ in 0..block.count {
                    if keys {
                        input.skip_bytes()?;
                    }
                    item.skip(1, input)?;
                }
            }
        }
    }
    Ok(())
}

impl Skips {
    pub(super) fn new(schema: &Schema) -> Self {
        Skips {
            steps: Vec::new(),
            branches: Vec::new(),
            records: Vec::new(),
            numbers: BTreeMap::new(),
            entries: BTreeMap::new(),
            extents: Extents::new(schema),
        }
    }

    pub(super) fn extents(&self) -> &Extents {
        &self.extents
    }

    /// The steps that pass over values of a type; the schema is the one these were made for.
    pub(super) fn entry(&mut self, schema: &Schema, id: NodeId) -> SkipEntry {
        if let Some(entry) = self.entries.get(&id) {
            return *entry;
        }
        let entry = SkipEntry(self.here());
        self.entries.insert(id, entry);
        let mut waiting = Vec::new();
        self.value(schema, id, &mut waiting);
        self.steps.push(Step::End);
        // Records wait, so that a chain of them needs no stack.
        while let Some((record, number)) = waiting.pop() {
            let here = self.here();
            set(&mut self.records, number as usize, here);
            if let Content::Record(record) = schema.content(record) {
                for field in &record.fields {
                    self.value(schema, field.schema, &mut waiting);
                }
            }
            self.steps.push(Step::End);
        }
        entry
    }

    fn here(&self) -> u32 {
        // A schema has fewer than 2^32 nodes.
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// Adds the steps of a value. Types nest without a name only as deep as their JSON text.
    fn value(&mut self, schema: &Schema, id: NodeId, waiting: &mut Vec<(NodeId, u32)>) {
        if let Some(flat) = Flat::of(schema, &self.extents, id) {
            self.flat(flat);
            return;
        }
        match schema.content(id) {
            Content::Array(items) => self.items(schema, *items, false, waiting),
            Content::Map(values) => self.items(schema, *values, true, waiting),
            Content::Union(branches) => self.union(schema, branches, waiting),
            Content::Record(_) => {
                let next = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
                let number = *self.numbers.entry(id).or_insert(next);
                if number == next {
                    self.records.push(0);
                    waiting.push((id, number));
                }
                self.steps.push(Step::Record(number));
            }
            // Every other type is flat.
            _ => {}
        }
    }

    fn flat(&mut self, flat: Flat) {
        if flat == (Flat::Values { what: Simple::Fixed(0), times: 1 }) {
            return;
        }
        // A jump never leads between neighbours: what it leads behind ends with a step of another kind.
        if let Some(Step::Flat(last)) = self.steps.last_mut()
            && let Some(both) = last.with(flat)
        {
            *last = both;
            return;
        }
        self.steps.push(Step::Flat(flat));
    }

    fn items(&mut self, schema: &Schema, id: NodeId, keys: bool, waiting: &mut Vec<(NodeId, u32)>) {
        let begin = self.steps.len();
        self.steps.push(Step::End);
        self.value(schema, id, waiting);
        self.steps.push(Step::End);
        let behind = self.here();
        set(&mut self.steps, begin, Step::Items { keys, behind });
    }

    fn union(&mut self, schema: &Schema, ids: &[NodeId], waiting: &mut Vec<(NodeId, u32)>) {
        let first = self.branches.len();
        let (Ok(place), Ok(count)) = (u32::try_from(first), u32::try_from(ids.len())) else { return };
        self.steps.push(Step::Union { first: place, branches: count });
        self.branches.resize(first + ids.len(), 0);
        let mut jumps = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            let here = self.here();
            set(&mut self.branches, first + index, here);
            self.value(schema, *id, waiting);
            jumps.push(self.steps.len());
            self.steps.push(Step::Jump(0));
        }
        let end = self.here();
        for jump in jumps {
            set(&mut self.steps, jump, Step::Jump(end));
        }
    }

    /// Passes over a value that stands `depth` levels deep.
    pub(super) fn skip(
        &self,
        entry: SkipEntry,
        depth: usize,
        input: &mut Input<'_>,
        empty_items_left: &mut u64,
    ) -> Result<(), Malformed> {
        Skipping { skips: self, depth, input, empty_items_left }.run(entry.0)
    }
}

struct Skipping<'a, 'd> {
    skips: &'a Skips,
    depth: usize,
    input: &'a mut Input<'d>,
    empty_items_left: &'a mut u64,
}

impl Skipping<'_, '_> {
    fn run(&mut self, entry: u32) -> Result<(), Malformed> {
        let mut at = entry;
        while let Some(step) = self.skips.steps.get(at as usize) {
            at += 1;
            match *step {
                Step::Flat(flat) => flat.skip(self.input, self.empty_items_left)?,
                Step::Jump(to) => at = to,
                Step::Union { first, branches } => {
                    let index = self.input.branch(branches as usize)?;
                    at = self.skips.branches.get(first as usize + index).copied().unwrap_or(u32::MAX);
                }
                Step::Items { keys, behind } => {
                    self.items(at, keys)?;
                    at = behind;
                }
                Step::Record(number) => {
                    let record = self.skips.records.get(number as usize).copied().unwrap_or(u32::MAX);
                    self.deeper()?;
                    self.run(record)?;
                    self.depth -= 1;
                }
                Step::End => return Ok(()),
            }
        }
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Malformed> {
        if self.depth >= DEPTH_LIMIT {
            return Err(Malformed::Deep(DEPTH_LIMIT));
        }
        self.depth += 1;
        Ok(())
    }

    /// Passes over items whose steps begin here. Blocks that tell their sizes are passed over whole.
    fn items(&mut self, item: u32, keys: bool) -> Result<(), Malformed> {
        self.deeper()?;
        while let Some(block) = self.input.block(false, self.empty_items_left)? {
            if let Some(size) = block.size {
                self.input.skip(size as u64)?;
                continue;
            }
            for _ in 0..block.count {
                if keys {
                    self.input.skip_bytes()?;
                }
                self.run(item)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::input::EMPTY_ITEMS_LIMIT;
    use crate::codec::test_schemas::{chain, schema};

    /// Skips a value of the schema, and tells how many bytes are left.
    fn left(schema: &Schema, bytes: &[u8]) -> Result<usize, Malformed> {
        let mut skips = Skips::new(schema);
        let entry = skips.entry(schema, schema.root());
        let (mut input, mut empty_items) = (Input::new(bytes), EMPTY_ITEMS_LIMIT);
        skips.skip(entry, 0, &mut input, &mut empty_items)?;
        Ok(input.left())
    }

    #[test]
    fn values_are_passed_over_to_their_end() {
        let record = r#"{"type":"record","name":"R","fields":[
            {"name":"a","type":"boolean"},{"name":"b","type":"double"},{"name":"n","type":"null"},{"name":"s","type":"string"}]}"#;
        let rows: [(&str, &[u8]); 12] = [
            ("\"null\"", &[]),
            ("\"boolean\"", &[9]),
            ("\"long\"", &[0x80, 1]),
            ("\"string\"", &[4, 0xff, 0xff]),
            (record, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 7]),
            ("[\"null\",\"float\",\"bytes\"]", &[0]),
            ("[\"null\",\"float\",\"bytes\"]", &[2, 0, 0, 0, 0]),
            ("[\"null\",\"float\",\"bytes\"]", &[4, 2, 0]),
            (r#"{"type":"array","items":"float"}"#, &[4, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0]),
            (r#"{"type":"array","items":"string"}"#, &[4, 0, 2, 7, 1, 4, 9, 9, 2, 0, 0]),
            (r#"{"type":"map","values":["null","int"]}"#, &[4, 2, 7, 0, 2, 8, 2, 0x80, 1, 0]),
            (
                r#"{"type":"array","items":{"type":"array","items":"int"}}"#,
                &[4, 2, 5, 0, 0, 2, 4, 5, 5, 0, 0],
            ),
        ];
        for (text, bytes) in rows {
            let schema = schema(text);
            let followed = [bytes, &[0xee, 0xee]].concat();
            assert_eq!(left(&schema, &followed), Ok(2), "{text}");
            for length in 0..bytes.len() {
                assert!(left(&schema, &bytes[..length]).is_err(), "{text} cut to {length}");
            }
        }
    }

    #[test]
    fn faults_are_told_while_passing_over() {
        use Malformed as M;
        let nulls = r#"{"type":"array","items":"null"}"#;
        let rows: [(&str, &[u8], M); 5] = [
            ("[\"null\"]", &[2], M::Branch { index: 1, branches: 1 }),
            (nulls, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0], M::EmptyItems),
            (r#"{"type":"array","items":"double"}"#, &[6, 0, 0, 0], M::Ended("a fixed")),
            (
                r#"{"type":"array","items":"double"}"#,
                &[0xfe, 0xff, 0xff, 0x7f, 0],
                M::Count { count: 0x07ff_ffff, left: 1 },
            ),
            (r#"{"type":"map","values":"int"}"#, &[2, 1, 7], M::NegativeLength(-1)),
        ];
        for (text, bytes, error) in rows {
            assert_eq!(left(&schema(text), bytes), Err(error), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_and_a_chain_of_records_needs_no_stack() {
        let list = schema(r#"{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}"#);
        let nested = |depth: usize| [vec![2; depth - 1], vec![0]].concat();
        assert_eq!(left(&list, &nested(DEPTH_LIMIT)), Ok(0));
        assert_eq!(left(&list, &nested(DEPTH_LIMIT + 1)), Err(Malformed::Deep(DEPTH_LIMIT)));
        assert_eq!(left(&list, &vec![2; 1_000_000]), Err(Malformed::Deep(DEPTH_LIMIT)));
        assert_eq!(left(&chain(20_000, "int"), &[0]), Err(Malformed::Deep(DEPTH_LIMIT)));
        assert_eq!(left(&chain(20_000, "float"), &[0; 4]), Ok(0), "its extent is known");
        // Two records of two records, and so on: nothing to pass over is not passed over 2^100 times.
        let text: Vec<String> = (0..100)
            .map(|index| {
                let inner = if index == 0 { "null".to_owned() } else { format!("R{}", index - 1) };
                format!(r#"{{"type":"record","name":"R{index}","fields":[{{"name":"a","type":"{inner}"}},{{"name":"b","type":"{inner}"}}]}}"#)
            })
            .collect();
        assert_eq!(left(&schema(&format!("[{}]", text.join(","))), &[0xc6, 1]), Ok(0));
    }
}
