//! The verdict on every pair of types that meet: a walk that does what Java's `SchemaCompatibility` does in the same
//! order, because its verdicts hang on the order.
//!
//! Java takes a pair that it is still looking at for compatible, and keeps what it concluded from that even where the
//! pair turns out not to be. So a verdict may be too kind; the registry's is, too. Java recurses; types that refer to
//! each other 10,000 deep need a stack of our own.

use std::collections::BTreeMap;

use super::branches::Branches;
use super::rules::{Pair, is_recursive, names_of, plain_verdict, same_name};
use crate::schema::model::{Content, NodeId, RecordType, Schema};

/// How many pairs of types are looked at before two schemas are called too large.
const PAIRS_LIMIT: usize = 2_000_000;

/// What is known of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    InProgress,
    Verdict(bool),
}

/// A field of the reader's that goes by several names of which the writer has more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ambiguity {
    /// The records.
    pub(super) pair: Pair,
    /// The number of the reader's field.
    pub(super) field: usize,
}

/// The fields of a writer's record that a field of the reader's finds.
pub(super) enum Found {
    /// There is none.
    None,
    /// The number of the only one.
    One(usize),
    /// The numbers of several.
    Several(Vec<usize>),
}

/// Verdicts on the pairs of two schemas.
pub(super) struct Verdicts<'a> {
    pub(super) reader: &'a Schema,
    pub(super) writer: &'a Schema,
    known: BTreeMap<Pair, Known>,
    fields: BTreeMap<NodeId, BTreeMap<&'a str, usize>>,
    unions: BTreeMap<NodeId, Branches<'a>>,
    /// True where looking inside of records of other names cannot change a verdict.
    by_name_only: bool,
    ambiguities: Vec<Ambiguity>,
    looked_at: usize,
}

/// A pair whose parts are being looked at.
struct Frame {
    pair: Pair,
    parts: std::vec::IntoIter<Pair>,
    /// True where one part is enough, as of the reader's union.
    any: bool,
    fits: bool,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(reader: &'a Schema, writer: &'a Schema) -> Self {
        let aliased = reader.nodes().any(|(_, node)| match &node.content {
            Content::Record(record) => record.fields.iter().any(|field| !field.aliases.is_empty()),
            _ => false,
        });
        Verdicts {
            reader,
            writer,
            known: BTreeMap::new(),
            fields: BTreeMap::new(),
            unions: BTreeMap::new(),
            by_name_only: !(aliased || is_recursive(reader) && is_recursive(writer)),
            ambiguities: Vec::new(),
            looked_at: 0,
        }
    }

    /// How many pairs were looked at; none while that is within the limit.
    pub(super) fn too_many(&self) -> Option<usize> {
        (self.looked_at > PAIRS_LIMIT).then_some(PAIRS_LIMIT)
    }

    /// Begins to count anew: what follows explains verdicts that are known.
    pub(super) fn count_anew(&mut self) {
        self.looked_at = 0;
    }

    /// Counts a look at something, and says like [`Verdicts::too_many`] whether that is beyond the limit.
    pub(super) fn look(&mut self) -> Option<usize> {
        self.looked_at += 1;
        self.too_many()
    }

    /// The fields that Java finds ambiguous, wherever it met them.
    pub(super) fn ambiguities(&self) -> &[Ambiguity] {
        &self.ambiguities
    }

    /// Decides whether a type of the reader's reads one of the writer's. Never true once the limit is reached.
    pub(super) fn fits(&mut self, pair: Pair) -> bool {
        let mut frames = Vec::new();
        let mut answer = self.enter(pair, &mut frames);
        loop {
            if self.too_many().is_some() {
                return false;
            }
            let Some(frame) = frames.last_mut() else { return answer.unwrap_or(false) };
            if let Some(part) = answer.take() {
                frame.fits = if frame.any { part } else { frame.fits && part };
            }
            let next = if frame.any && frame.fits { None } else { frame.parts.next() };
            match next {
                Some(part) => answer = self.enter(part, &mut frames),
                None => {
                    let (pair, fits) = (frame.pair, frame.fits);
                    frames.pop();
                    self.known.insert(pair, Known::Verdict(fits));
                    answer = Some(fits);
                }
            }
        }
    }

    /// Answers at once, or begins to look at the parts.
    fn enter(&mut self, pair: Pair, frames: &mut Vec<Frame>) -> Option<bool> {
        self.looked_at += 1;
        let (reader, writer) = (self.reader.content(pair.0), self.writer.content(pair.1));
        if let Some(verdict) = plain_verdict(reader, writer) {
            if let (Content::Enum(read), Content::Enum(written)) = (reader, writer) {
                self.looked_at += (read.symbols.len() + written.symbols.len()) / 8;
            }
            return Some(verdict);
        }
        match self.known.get(&pair) {
            Some(Known::Verdict(verdict)) => return Some(*verdict),
            // Compatible unless it is proven not to be.
            Some(Known::InProgress) => return Some(true),
            None => {}
        }
        self.known.insert(pair, Known::InProgress);
        let (parts, any, fits) = self.parts(pair, reader, writer);
        self.looked_at += parts.len();
        frames.push(Frame { pair, parts: parts.into_iter(), any, fits });
        None
    }

    /// The parts of a pair, whether one of them is enough, and what is known without them.
    fn parts(&mut self, pair: Pair, reader: &'a Content, writer: &'a Content) -> (Vec<Pair>, bool, bool) {
        match (reader, writer) {
            (Content::Array(read), Content::Array(written)) | (Content::Map(read), Content::Map(written)) => {
                (vec![(*read, *written)], false, true)
            }
            (_, Content::Union(branches)) => {
                (branches.iter().map(|branch| (pair.0, *branch)).collect(), false, true)
            }
            (Content::Union(_), _) => {
                let by_name_only = self.by_name_only;
                let tried = self.branches(pair.0).map_or_else(Vec::new, |branches| match by_name_only {
                    true => branches.near(writer),
                    false => branches.tried(writer),
                });
                (tried.into_iter().map(|branch| (branch, pair.1)).collect(), true, false)
            }
            (Content::Record(read), Content::Record(written)) => {
                let (parts, whole) = self.record(pair, read, written);
                (parts, false, whole && same_name(reader, writer))
            }
            _ => (Vec::new(), false, false),
        }
    }

    /// The pairs of fields, and whether no field of the reader's lacks a value.
    fn record(&mut self, pair: Pair, reader: &'a RecordType, writer: &'a RecordType) -> (Vec<Pair>, bool) {
        let (mut parts, mut whole) = (Vec::with_capacity(reader.fields.len()), true);
        self.looked_at += reader.fields.len();
        for (number, field) in reader.fields.iter().enumerate() {
            self.looked_at += field.aliases.len();
            match self.find(pair, number) {
                Found::One(found) => {
                    parts.extend(writer.fields.get(found).map(|found| (field.schema, found.schema)));
                }
                // The default of an enum is none of a field: Java asks then whether the enum reads the whole record.
                Found::None => whole &= field.default.is_some(),
                Found::Several(_) => {
                    whole = false;
                    self.ambiguities.push(Ambiguity { pair, field: number });
                }
            }
        }
        (parts, whole)
    }

    /// Finds what a writer's record has for a field of a reader's record.
    pub(super) fn find(&mut self, pair: Pair, field: usize) -> Found {
        let (Content::Record(read), Content::Record(written)) =
            (self.reader.content(pair.0), self.writer.content(pair.1))
        else {
            return Found::None;
        };
        let Some(field) = read.fields.get(field) else { return Found::None };
        let names = self.fields.entry(pair.1).or_insert_with(|| {
            written.fields.iter().enumerate().map(|(number, field)| (field.name.as_str(), number)).collect()
        });
        if field.aliases.is_empty() {
            return names.get(field.name.as_str()).map_or(Found::None, |number| Found::One(*number));
        }
        let found: Vec<usize> = names_of(field).filter_map(|name| names.get(name).copied()).collect();
        match found[..] {
            [] => Found::None,
            [only] => Found::One(only),
            _ => Found::Several(found),
        }
    }

    /// The branches of a union of the reader's.
    pub(super) fn branches(&mut self, union: NodeId) -> Option<&Branches<'a>> {
        let Content::Union(ids) = self.reader.content(union) else { return None };
        Some(self.unions.entry(union).or_insert_with(|| Branches::new(self.reader, ids)))
    }
}
