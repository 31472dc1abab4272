//! Which type of the reader's schema a type of the writer's is read as, by the rules of Avro's Java library
//! (`Resolver`, `Schema.applyAliases`, 1.12).
//!
//! Where types do not match the reader fails only when it meets such data. Java's rules are not the specification's in
//! some places, and are kept where they are not: records are matched whatever their names where no union is involved,
//! and in a reader's union also by their fields; enums and fixed by their unqualified names.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::equality::equal;
use super::error::CompileError;
use crate::schema::{Content, Name, NodeId, RecordType, Schema, TypeKind};
use crate::yaml::shown;

/// How many pairs of types may be compared to match two schemas.
const COMPARISONS_LIMIT: usize = 5_000_000;
/// How many records deep a record may be looked into to find the branch of a union that it matches.
const LOOK_LIMIT: usize = 64;

/// How a type of the writer's, which is no union, is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// As the reader's type, which is of the same kind.
    Same,
    /// As the reader's type, which is of another kind.
    Promoted,
    /// As this branch of the reader's union.
    Branch(usize),
    /// Not at all, for this reason.
    Fail(String),
}

/// How the fields of a record are read.
#[derive(Debug)]
pub(super) struct Fields {
    /// For each of the writer's fields the number of the reader's field that takes it.
    pub(super) taken: Vec<Option<usize>>,
    /// Whether the reader's fields have a writer's field.
    pub(super) given: Vec<bool>,
}

/// The writer's and the reader's schema, beside each other.
#[derive(Debug)]
pub(super) struct Matching<'s> {
    writer: &'s Schema,
    reader: &'s Schema,
    /// Names that the reader's types go by, and the names of those types.
    types: BTreeMap<&'s str, &'s Name>,
    /// The same for fields, by the full name of their record.
    fields: BTreeMap<&'s str, BTreeMap<&'s str, &'s str>>,
    /// The numbers of the fields of the reader's records.
    numbers: BTreeMap<NodeId, Rc<BTreeMap<&'s str, usize>>>,
    branches: BTreeMap<(NodeId, NodeId), Option<usize>>,
    /// Whether a record of the writer's matches one of the reader's by its fields.
    records: BTreeMap<(NodeId, NodeId), bool>,
    equivalent: BTreeSet<(NodeId, NodeId)>,
    comparisons_left: usize,
}

impl<'s> Matching<'s> {
    pub(super) fn new(writer: &'s Schema, reader: &'s Schema) -> Self {
        let mut matching = Matching {
            writer,
            reader,
            types: BTreeMap::new(),
            fields: BTreeMap::new(),
            numbers: BTreeMap::new(),
            branches: BTreeMap::new(),
            records: BTreeMap::new(),
            equivalent: BTreeSet::new(),
            comparisons_left: COMPARISONS_LIMIT,
        };
        matching.collect_aliases();
        if !(matching.types.is_empty() && matching.fields.is_empty()) && equal(writer, reader) {
            matching.types.clear();
            matching.fields.clear();
        }
        matching
    }

    /// Collects the aliases of all types that the reader's schema leads to. Of two types that go by one name the later
    /// one has it.
    fn collect_aliases(&mut self) {
        let reader = self.reader;
        let mut seen = BTreeSet::new();
        let mut waiting = vec![reader.root()];
        while let Some(id) = waiting.pop() {
            let content = reader.content(id);
            if let Some(name) = content.name() {
                self.types.extend(content.aliases().iter().map(|alias| (alias.full(), name)));
            }
            match content {
                Content::Array(inner) | Content::Map(inner) => waiting.push(*inner),
                Content::Union(branches) => waiting.extend(branches.iter().rev()),
                Content::Record(record) if seen.insert(id) => {
                    self.collect_field_aliases(record);
                    waiting.extend(record.fields.iter().rev().map(|field| field.schema));
                }
                _ => {}
            }
        }
    }

    fn collect_field_aliases(&mut self, record: &'s RecordType) {
        let of_field = |field: &'s crate::schema::Field| {
            field.aliases.iter().map(|alias| (alias.as_str(), field.name.as_str()))
        };
        let aliases: BTreeMap<&str, &str> = record.fields.iter().flat_map(of_field).collect();
        if aliases.is_empty() {
            return;
        }
        self.fields.insert(record.name.full(), aliases);
    }

    /// The name of a type of the writer's: the reader's, where that goes by it.
    fn name(&self, name: &'s Name) -> &'s Name {
        self.types.get(name.full()).copied().unwrap_or(name)
    }

    fn compare(&mut self, pairs: usize) -> Result<(), CompileError> {
        let left = self.comparisons_left.checked_sub(pairs);
        self.comparisons_left = left.ok_or(CompileError::Comparisons(COMPARISONS_LIMIT))?;
        Ok(())
    }

    fn numbers(&mut self, id: NodeId, record: &'s RecordType) -> Rc<BTreeMap<&'s str, usize>> {
        let numbers = self.numbers.entry(id).or_insert_with(|| {
            Rc::new(
                record.fields.iter().enumerate().map(|(index, field)| (field.name.as_str(), index)).collect(),
            )
        });
        Rc::clone(numbers)
    }

    /// How a type of the writer's, which is no union, is read as a type of the reader's.
    pub(super) fn way(&mut self, writer: NodeId, reader: NodeId) -> Result<Way, CompileError> {
        self.way_within(writer, reader, 0)
    }

    fn way_within(&mut self, writer: NodeId, reader: NodeId, looks: usize) -> Result<Way, CompileError> {
        self.compare(1)?;
        let (written, read) = (self.writer.content(writer), self.reader.content(reader));
        Ok(match (written, read) {
            (Content::Enum(kind), Content::Enum(other)) => {
                self.named(&kind.name, &other.name, TypeKind::Enum)
            }
            (Content::Fixed(kind), Content::Fixed(other)) => {
                match self.named(&kind.name, &other.name, TypeKind::Fixed) {
                    Way::Same if kind.size != other.size => Way::Fail(format!(
                        "the fixed {} was written with {} bytes, and the reader's has {}",
                        shown(kind.name.full()),
                        kind.size,
                        other.size
                    )),
                    way => way,
                }
            }
            (written, read) if written.kind() == read.kind() => Way::Same,
            (_, Content::Union(branches)) => match self.branch(writer, reader, branches, looks)? {
                Some(index) => Way::Branch(index),
                None => Way::Fail(format!("no branch of the reader's union takes {}", words(written))),
            },
            (written, read) if promotes(written.kind(), read.kind()) => Way::Promoted,
            (written, read) => {
                Way::Fail(format!("the reader's {} does not take {}", words(read), words(written)))
            }
        })
    }

    fn named(&self, writer: &'s Name, reader: &'s Name, kind: TypeKind) -> Way {
        if self.name(writer).short() == reader.short() {
            return Way::Same;
        }
        let (writer, reader) = (shown(writer.full()), shown(reader.full()));
        Way::Fail(format!("the {kind} {writer} was written, and the reader's is called {reader}"))
    }

    /// The branch of the reader's union that takes a type of the writer's.
    fn branch(
        &mut self,
        writer: NodeId,
        union: NodeId,
        branches: &'s [NodeId],
        looks: usize,
    ) -> Result<Option<usize>, CompileError> {
        if let Some(known) = self.branches.get(&(writer, union)) {
            return Ok(*known);
        }
        self.compare(branches.len())?;
        let found = self.branch_of_kind(writer, branches, looks)?.or_else(|| {
            let kind = self.writer.content(writer).kind();
            branches.iter().position(|branch| {
                let branch = self.reader.content(*branch).kind();
                kind != branch && promotes(kind, branch)
            })
        });
        self.branches.insert((writer, union), found);
        Ok(found)
    }

    fn branch_of_kind(
        &mut self,
        writer: NodeId,
        branches: &'s [NodeId],
        looks: usize,
    ) -> Result<Option<usize>, CompileError> {
        let written = self.writer.content(writer);
        let same_kind = || {
            let branches = branches.iter().enumerate();
            branches.filter(|(_, branch)| self.reader.content(**branch).kind() == written.kind())
        };
        let Some(name) = written.name().map(|name| self.name(name)) else {
            return Ok(same_kind().map(|(index, _)| index).next());
        };
        let name_of = |branch: NodeId| self.reader.content(branch).name();
        if let Some((index, _)) = same_kind().find(|(_, branch)| name_of(**branch) == Some(name)) {
            return Ok(Some(index));
        }
        if written.kind() != TypeKind::Record {
            return Ok(None);
        }
        // The first record whose fields match, or the last one whose unqualified name does so too.
        let mut found = None;
        for (index, branch) in same_kind().collect::<Vec<_>>() {
            if self.is_match(writer, *branch, looks + 1)? {
                let named =
                    self.reader.content(*branch).name().is_some_and(|own| own.short() == name.short());
                found = if found.is_none() || named { Some(index) } else { found };
            }
        }
        Ok(found)
    }

    /// Tells whether no field of a record fails by itself. What is inside of its fields does not matter.
    fn is_match(&mut self, writer: NodeId, reader: NodeId, looks: usize) -> Result<bool, CompileError> {
        if let Some(known) = self.records.get(&(writer, reader)) {
            return Ok(*known);
        }
        if looks > LOOK_LIMIT {
            return Err(CompileError::Deep(LOOK_LIMIT));
        }
        // A record that is met again inside of itself matches, if the rest does.
        self.records.insert((writer, reader), true);
        let matches = self.fields_match(writer, reader, looks)?;
        self.records.insert((writer, reader), matches);
        Ok(matches)
    }

    fn fields_match(&mut self, writer: NodeId, reader: NodeId, looks: usize) -> Result<bool, CompileError> {
        let (Content::Record(written), Content::Record(read)) =
            (self.writer.content(writer), self.reader.content(reader))
        else {
            return Ok(false);
        };
        let Ok(fields) = self.fields(writer, reader)? else { return Ok(false) };
        for (field, taken) in written.fields.iter().zip(fields.taken) {
            let Some(taken) = taken.and_then(|taken| read.fields.get(taken)) else { continue };
            if self.fails(field.schema, taken.schema, looks)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tells whether a type fails by itself, not in something inside of it.
    fn fails(&mut self, writer: NodeId, reader: NodeId, looks: usize) -> Result<bool, CompileError> {
        if self.writer.content(writer).kind() == TypeKind::Union {
            return Ok(false);
        }
        match self.way_within(writer, reader, looks)? {
            Way::Fail(_) => Ok(true),
            Way::Same if self.writer.content(writer).kind() == TypeKind::Record => {
                Ok(self.fields(writer, reader)?.is_err())
            }
            _ => Ok(false),
        }
    }

    /// How the fields of a record are read, or why they cannot be.
    pub(super) fn fields(
        &mut self,
        writer: NodeId,
        reader: NodeId,
    ) -> Result<Result<Fields, String>, CompileError> {
        let (Content::Record(written), Content::Record(read)) =
            (self.writer.content(writer), self.reader.content(reader))
        else {
            return Ok(Ok(Fields { taken: Vec::new(), given: Vec::new() }));
        };
        self.compare(written.fields.len() + read.fields.len())?;
        let numbers = self.numbers(reader, read);
        let aliases = self.fields.get(self.name(&written.name).full());
        let mut taken = Vec::with_capacity(written.fields.len());
        let mut givers: Vec<Option<&str>> = vec![None; read.fields.len()];
        for field in &written.fields {
            let own = field.name.as_str();
            let name = aliases.and_then(|aliases| aliases.get(own)).copied().unwrap_or(own);
            let number = numbers.get(name).copied();
            taken.push(number);
            let Some(giver) = number.and_then(|number| givers.get_mut(number)) else { continue };
            if let Some(first) = giver.replace(own) {
                let (first, own, name) = (shown(first), shown(own), shown(name));
                return Ok(Err(format!(
                    "the fields {first} and {own} were written, and both are the reader's {name}"
                )));
            }
        }
        let given: Vec<bool> = givers.iter().map(Option::is_some).collect();
        let missing =
            read.fields.iter().zip(&given).find(|(field, given)| !**given && field.default.is_none());
        Ok(match missing {
            None => Ok(Fields { taken, given }),
            Some((field, _)) => Err(format!(
                "the reader's record {} needs the field {}, which was not written and has no default",
                shown(read.name.full()),
                shown(&field.name)
            )),
        })
    }

    /// Tells whether two unions have the same branches in the same order, whose parts are the same too. Then each
    /// branch is read as the one in its place.
    pub(super) fn is_equivalent(&mut self, writer: NodeId, reader: NodeId) -> Result<bool, CompileError> {
        let mut visited = BTreeSet::new();
        let mut waiting = vec![(writer, reader)];
        while let Some((writer, reader)) = waiting.pop() {
            if self.equivalent.contains(&(writer, reader)) || !visited.insert((writer, reader)) {
                continue;
            }
            let (written, read) = (self.writer.content(writer), self.reader.content(reader));
            self.compare(1)?;
            let names = written.name().map(|name| self.name(name).short()) == read.name().map(Name::short);
            if written.kind() != read.kind() || !names {
                return Ok(false);
            }
            match (written, read) {
                (Content::Array(one), Content::Array(other)) | (Content::Map(one), Content::Map(other)) => {
                    waiting.push((*one, *other));
                }
                (Content::Fixed(one), Content::Fixed(other)) if one.size != other.size => return Ok(false),
                (Content::Enum(one), Content::Enum(other)) if one.symbols != other.symbols => {
                    return Ok(false);
                }
                (Content::Union(one), Content::Union(other)) => {
                    if one.len() != other.len() {
                        return Ok(false);
                    }
                    waiting.extend(one.iter().copied().zip(other.iter().copied()));
                }
                (Content::Record(one), Content::Record(other)) => {
                    let Ok(fields) = self.fields(writer, reader)? else { return Ok(false) };
                    let in_order =
                        fields.taken.iter().enumerate().all(|(index, taken)| *taken == Some(index));
                    if !in_order || one.fields.len() != other.fields.len() {
                        return Ok(false);
                    }
                    let pairs = one.fields.iter().zip(&other.fields);
                    waiting.extend(pairs.map(|(one, other)| (one.schema, other.schema)));
                }
                _ => {}
            }
        }
        self.equivalent.extend(visited);
        Ok(true)
    }
}

/// Tells whether a reader turns a value of one kind into one of another.
fn promotes(writer: TypeKind, reader: TypeKind) -> bool {
    use TypeKind as T;
    matches!(
        (writer, reader),
        (T::Int, T::Long | T::Float | T::Double)
            | (T::Long, T::Float | T::Double)
            | (T::Float, T::Double)
            | (T::String, T::Bytes)
            | (T::Bytes, T::String)
    )
}

fn words(content: &Content) -> String {
    match content.name() {
        Some(name) => format!("{} {}", content.kind(), shown(name.full())),
        None => content.kind().name().to_owned(),
    }
}
