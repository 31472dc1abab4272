//! Passing over values of a schema without looking at them more than needed to find their end.
//!
//! Where a block of items tells its size, its items are not looked at at all.

use std::collections::BTreeMap;

use super::extent::{Extent, Extents};
use super::input::{Input, Malformed};
use super::{DEPTH_LIMIT, set};
use crate::schema::{Content, NodeId, Schema};

/// Where a value's steps begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SkipEntry(u32);

#[derive(Debug, Clone, Copy)]
enum Step {
    /// So many bytes.
    Fixed(u64),
    /// A number, which an int, a long and an enum are.
    Number,
    /// Bytes and their length.
    Bytes,
    /// A branch; its place is at this index, from `first` on.
    Union { first: u32, branches: u32 },
    /// Items, with keys or without. Where each takes exactly `size` bytes they are passed over together, otherwise
    /// each by the steps that follow.
    Items { keys: bool, size: Option<u64>, end: u32 },
    /// The end of an item whose steps begin at `item`.
    Next { keys: bool, item: u32 },
    /// Goes on elsewhere.
    Jump(u32),
    /// A record, by its number.
    Record(u32),
    /// The end of a value.
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
        if let Extent::Exactly(size) = self.extents.of(id) {
            match self.steps.last_mut() {
                // Bytes that follow each other are passed over together. A jump never leads between them: what
                // it leads behind ends with a step of another kind.
                Some(Step::Fixed(before)) if size > 0 => *before = before.saturating_add(size),
                _ if size > 0 => self.steps.push(Step::Fixed(size)),
                _ => {}
            }
            return;
        }
        match schema.content(id) {
            Content::Bytes | Content::String => self.steps.push(Step::Bytes),
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
            _ => self.steps.push(Step::Number),
        }
    }

    fn items(&mut self, schema: &Schema, id: NodeId, keys: bool, waiting: &mut Vec<(NodeId, u32)>) {
        let size = self.extents.of(id).exact().filter(|_| !keys);
        let begin = self.steps.len();
        self.steps.push(Step::Items { keys, size, end: 0 });
        if size.is_none() {
            let item = self.here();
            self.value(schema, id, waiting);
            self.steps.push(Step::Next { keys, item });
        }
        let end = self.here();
        set(&mut self.steps, begin, Step::Items { keys, size, end });
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
        Skipping { skips: self, depth, input, empty_items_left, open: Vec::new() }.run(entry.0)
    }
}

/// What is to be ended before the value is.
#[derive(Debug, Clone, Copy)]
enum Open {
    /// A record, behind which it goes on at this step.
    Record(u32),
    /// Items: how many are left in the block.
    Items { left: u64 },
}

struct Skipping<'a, 'd> {
    skips: &'a Skips,
    depth: usize,
    input: &'a mut Input<'d>,
    empty_items_left: &'a mut u64,
    open: Vec<Open>,
}

impl Skipping<'_, '_> {
    fn run(&mut self, entry: u32) -> Result<(), Malformed> {
        let mut at = entry;
        // Every round reads bytes, or goes forward, or ends something.
        while let Some(step) = self.skips.steps.get(at as usize) {
            at += 1;
            match *step {
                Step::Fixed(size) => self.input.skip(size)?,
                Step::Number => self.input.skip_long()?,
                Step::Bytes => self.input.skip_bytes()?,
                Step::Jump(to) => at = to,
                Step::Union { first, branches } => {
                    let index = self.input.branch(branches as usize)?;
                    at = self.skips.branches.get(first as usize + index).copied().unwrap_or(u32::MAX);
                }
                Step::Items { keys, size, end } => match self.blocks(size)? {
                    None => at = end,
                    Some(count) => {
                        self.open(Open::Items { left: count - 1 })?;
                        self.key(keys)?;
                    }
                },
                Step::Next { keys, item } => {
                    if self.another()? {
                        self.key(keys)?;
                        at = item;
                    }
                }
                Step::Record(number) => {
                    self.open(Open::Record(at))?;
                    at = self.skips.records.get(number as usize).copied().unwrap_or(u32::MAX);
                }
                Step::End => match self.open.pop() {
                    Some(Open::Record(back)) => at = back,
                    _ => return Ok(()),
                },
            }
        }
        Ok(())
    }

    fn open(&mut self, open: Open) -> Result<(), Malformed> {
        if self.depth + self.open.len() >= DEPTH_LIMIT {
            return Err(Malformed::Deep(DEPTH_LIMIT));
        }
        self.open.push(open);
        Ok(())
    }

    fn key(&mut self, keys: bool) -> Result<(), Malformed> {
        if keys { self.input.skip_bytes() } else { Ok(()) }
    }

    /// Passes over blocks as long as that needs no look at their items. Gives the count of items of the first block
    /// that does, or none at the end.
    fn blocks(&mut self, size: Option<u64>) -> Result<Option<u64>, Malformed> {
        while let Some(block) = self.input.block(size == Some(0), self.empty_items_left)? {
            match (block.size, size) {
                (Some(bytes), _) => self.input.skip(bytes as u64)?,
                (None, Some(size)) => {
                    let bytes = block.count.checked_mul(size).ok_or(Malformed::Ended("an array"))?;
                    self.input.skip(bytes)?;
                }
                (None, None) => return Ok(Some(block.count)),
            }
        }
        Ok(None)
    }

    /// Tells whether another item follows.
    fn another(&mut self) -> Result<bool, Malformed> {
        if let Some(Open::Items { left }) = self.open.last_mut()
            && *left > 0
        {
            *left -= 1;
            return Ok(true);
        }
        let more = self.blocks(None)?;
        match (more, self.open.last_mut()) {
            (Some(count), Some(Open::Items { left })) => {
                *left = count - 1;
                Ok(true)
            }
            _ => {
                self.open.pop();
                Ok(false)
            }
        }
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
