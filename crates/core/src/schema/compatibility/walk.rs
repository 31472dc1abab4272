//! The second walk over two schemas: once the verdicts are known, it tells their reasons, and what is read with another
//! meaning. It goes the way data go, from the writer's branches to the branch of the reader's union that takes them.

use std::collections::BTreeSet;

use super::finding::{Cause, Incompatibility};
use super::meaning::{Meaning, MeaningChange, meanings_of};
use super::rules::{Pair, missing_symbols, plain_verdict, same_name};
use super::verdict::{Found, Verdicts};
use super::{Comparison, FINDINGS_LIMIT};
use crate::schema::model::{Content, NodeId};
use crate::schema::trail::{Place, Step, Trail, Trails, several};
use crate::schema::words::{Words, inner_words, type_words};

/// A pair of types and how it was come to.
#[derive(Debug, Clone, Copy)]
struct Visit {
    pair: Pair,
    reader: Trail,
    writer: Trail,
    /// True below a branch of the reader's union in which no branch fits.
    in_branch: bool,
    /// True where the writer's type is a branch of a union.
    of_union: bool,
}

/// What is to be looked at.
enum Next {
    Pair(Visit),
    /// A field of the reader's record, by its number.
    Field(Visit, usize),
}

struct Walk<'w, 'a> {
    verdicts: &'w mut Verdicts<'a>,
    reader_trails: Trails,
    writer_trails: Trails,
    next: Vec<Next>,
    seen: BTreeSet<(Pair, bool)>,
    comparison: Comparison,
    /// True where the verdict is that the schemas fit: then nothing is told that says otherwise.
    compatible: bool,
}

/// Tells the reasons of a verdict and what changes its meaning.
pub(super) fn walk(verdicts: &mut Verdicts<'_>, compatible: bool) -> Comparison {
    verdicts.count_anew();
    let pair = (verdicts.reader.root(), verdicts.writer.root());
    let start = Visit { pair, reader: Trail::TOP, writer: Trail::TOP, in_branch: false, of_union: false };
    let mut walk = Walk {
        verdicts,
        reader_trails: Trails::default(),
        writer_trails: Trails::default(),
        next: vec![Next::Pair(start)],
        seen: BTreeSet::new(),
        comparison: Comparison::default(),
        compatible,
    };
    while let Some(next) = walk.next.pop() {
        if walk.verdicts.look().is_some() {
            walk.comparison.further += 1;
            break;
        }
        match next {
            Next::Pair(visit) => walk.pair(visit),
            Next::Field(visit, number) => walk.field(visit, number),
        }
    }
    walk.ambiguous_elsewhere();
    walk.comparison
}

impl<'a> Walk<'_, 'a> {
    fn pair(&mut self, visit: Visit) {
        if !self.seen.insert((visit.pair, visit.in_branch)) {
            return;
        }
        let (read, written) = visit.pair;
        let (reader, writer) = (self.verdicts.reader.content(read), self.verdicts.writer.content(written));
        match (reader, writer) {
            (_, Content::Union(branches)) => self.writer_union(visit, branches),
            (Content::Union(_), _) => self.reader_union(visit),
            (Content::Array(read), Content::Array(written)) => {
                self.step(visit, (*read, *written), &Step::Items);
            }
            (Content::Map(read), Content::Map(written)) => self.step(visit, (*read, *written), &Step::Values),
            (Content::Record(record), Content::Record(_)) => {
                self.names(visit, reader, writer);
                self.next.extend((0..record.fields.len()).rev().map(|number| Next::Field(visit, number)));
            }
            _ => self.plain(visit, reader, writer),
        }
    }

    /// Goes from a type to the type of its items or values.
    fn step(&mut self, visit: Visit, pair: Pair, step: &Step) {
        let reader = self.reader_trails.then(visit.reader, step.clone());
        let writer = self.writer_trails.then(visit.writer, step.clone());
        self.next.push(Next::Pair(Visit { pair, reader, writer, of_union: false, ..visit }));
    }

    fn plain(&mut self, visit: Visit, reader: &'a Content, writer: &'a Content) {
        if plain_verdict(reader, writer) == Some(true) {
            let (read, written) = visit.pair;
            let meanings = meanings_of(self.verdicts.reader.node(read), self.verdicts.writer.node(written));
            for meaning in meanings {
                self.changes(visit, meaning);
            }
            return;
        }
        match (reader, writer) {
            (Content::Fixed(read), Content::Fixed(written)) => {
                self.names(visit, reader, writer);
                if read.size != written.size {
                    self.tell(visit, Cause::FixedSizeMismatch { reader: read.size, writer: written.size });
                }
            }
            (Content::Enum(read), Content::Enum(written)) => {
                self.names(visit, reader, writer);
                let missing = missing_symbols(read, written);
                if read.default.is_none() && !missing.is_empty() {
                    self.tell(visit, Cause::MissingSymbols { symbols: Words::of(missing, str::to_owned) });
                }
            }
            _ => {
                let cause = Cause::TypeMismatch {
                    reader: type_words(self.verdicts.reader, visit.pair.0),
                    writer: type_words(self.verdicts.writer, visit.pair.1),
                    branch: visit.of_union,
                };
                self.tell(visit, cause);
            }
        }
    }

    fn names(&mut self, visit: Visit, reader: &'a Content, writer: &'a Content) {
        if same_name(reader, writer) {
            return;
        }
        if let (Some(read), Some(written)) = (reader.name(), writer.name()) {
            let (reader, writer) = (read.full().to_owned(), written.full().to_owned());
            let kind = self.verdicts.reader.content(visit.pair.0).kind().name();
            self.tell(visit, Cause::NameMismatch { kind, reader, writer });
        }
    }

    fn writer_union(&mut self, visit: Visit, branches: &'a [NodeId]) {
        let several = several(self.verdicts.writer, branches);
        for branch in branches.iter().rev() {
            let writer = self.writer_trails.branch(visit.writer, self.verdicts.writer, *branch, several);
            let pair = (visit.pair.0, *branch);
            self.next.push(Next::Pair(Visit { pair, writer, of_union: true, ..visit }));
        }
    }

    fn reader_union(&mut self, visit: Visit) {
        let (union, written) = visit.pair;
        let writer = self.verdicts.writer.content(written);
        let Content::Union(branches) = self.verdicts.reader.content(union) else { return };
        // Java took a pair to fit while it looked at it: it may say so of a union in which no branch fits in the end.
        let fits = self.verdicts.fits(visit.pair);
        let near = self.verdicts.branches(union).map_or_else(Vec::new, |branches| branches.near(writer));
        let (mut fitting, mut others) = (Vec::new(), Vec::new());
        for branch in near {
            let fits = self.verdicts.fits((branch, written));
            if fits { fitting.push(branch) } else { others.push(branch) }
        }
        let Some(chosen) = self.chosen(&fitting, writer).or_else(|| self.chosen(&others, writer)) else {
            if fits {
                return;
            }
            let cause = Cause::MissingBranch {
                writer: inner_words(self.verdicts.writer, written),
                branches: Words::of(branches, |branch| inner_words(self.verdicts.reader, *branch)),
            };
            self.tell(visit, cause);
            return;
        };
        if fitting.len() > 1 && !self.is_exactly(chosen, writer) {
            let schema = self.verdicts.reader;
            let others = fitting.iter().filter(|branch| **branch != chosen);
            let meaning = Meaning::Branch {
                writes: inner_words(self.verdicts.writer, written),
                reads: inner_words(schema, chosen),
                others: Words::of(others, |branch| inner_words(schema, *branch)),
            };
            self.changes(visit, meaning);
        }
        let several = several(self.verdicts.reader, branches);
        let reader = self.reader_trails.branch(visit.reader, self.verdicts.reader, chosen, several);
        let in_branch = visit.in_branch || !fits;
        self.next.push(Next::Pair(Visit { pair: (chosen, written), reader, in_branch, ..visit }));
    }

    /// The branch that Java decodes into, of those that are near: that of the same full name, or the first one
    /// (`Resolver.ReaderUnion`).
    fn chosen(&self, branches: &[NodeId], writer: &Content) -> Option<NodeId> {
        let exact = branches.iter().find(|branch| self.is_exactly(**branch, writer));
        exact.or_else(|| branches.first()).copied()
    }

    fn is_exactly(&self, branch: NodeId, writer: &Content) -> bool {
        let branch = self.verdicts.reader.content(branch);
        branch.kind() == writer.kind() && branch.name() == writer.name()
    }

    fn field(&mut self, visit: Visit, number: usize) {
        let (read, written) = visit.pair;
        let (Content::Record(reader), Content::Record(writer)) =
            (self.verdicts.reader.content(read), self.verdicts.writer.content(written))
        else {
            return;
        };
        let Some(field) = reader.fields.get(number) else { return };
        let found = match self.verdicts.find(visit.pair, number) {
            Found::One(found) => writer.fields.get(found),
            Found::None if field.default.is_some() => return,
            Found::None => {
                let enum_default = match self.verdicts.reader.content(field.schema) {
                    Content::Enum(symbols) => symbols.default.is_some(),
                    _ => false,
                };
                self.tell_field(visit, number, Cause::MissingDefault { enum_default });
                return;
            }
            Found::Several(found) => {
                let names = found.iter().filter_map(|found| writer.fields.get(*found));
                let fields = Words::of(names, |field| format!("`{}`", field.name));
                self.tell_field(visit, number, Cause::AmbiguousField { fields });
                return;
            }
        };
        let Some(found) = found else { return };
        let reader = self.reader_trails.then(visit.reader, Step::Field(field.name.clone()));
        let writer = self.writer_trails.then(visit.writer, Step::Field(found.name.clone()));
        let pair = (field.schema, found.schema);
        self.next.push(Next::Pair(Visit { pair, reader, writer, of_union: false, ..visit }));
    }

    /// Tells of fields that Java met where it tried branches that data never take: its exception ends everything.
    fn ambiguous_elsewhere(&mut self) {
        let told = |comparison: &Comparison| {
            comparison.incompatibilities.iter().any(|told| matches!(told.cause, Cause::AmbiguousField { .. }))
        };
        if told(&self.comparison) {
            return;
        }
        if let Some(first) = self.verdicts.ambiguities().first().copied() {
            let (pair, trail) = (first.pair, Trail::TOP);
            let visit = Visit { pair, reader: trail, writer: trail, in_branch: false, of_union: false };
            self.field(visit, first.field);
        }
    }

    fn tell(&mut self, visit: Visit, cause: Cause) {
        let path = self.reader_trails.text(visit.reader);
        let reader = Place::of_node(self.verdicts.reader, visit.pair.0, path);
        let writer = self.writer_place(visit);
        self.push(Incompatibility { cause, reader, writer, in_branch: visit.in_branch });
    }

    fn tell_field(&mut self, visit: Visit, number: usize, cause: Cause) {
        let (schema, id) = (self.verdicts.reader, visit.pair.0);
        let Content::Record(record) = schema.content(id) else { return };
        let name = record.fields.get(number).map_or("", |field| &field.name);
        let trail = self.reader_trails.then(visit.reader, Step::Field(name.to_owned()));
        let reader = Place::of_field(schema, id, number, self.reader_trails.text(trail));
        let writer = self.writer_place(visit);
        self.push(Incompatibility { cause, reader, writer, in_branch: visit.in_branch });
    }

    fn writer_place(&self, visit: Visit) -> Place {
        Place::of_node(self.verdicts.writer, visit.pair.1, self.writer_trails.text(visit.writer))
    }

    fn push(&mut self, finding: Incompatibility) {
        if self.compatible {
            return;
        }
        if self.comparison.incompatibilities.len() < FINDINGS_LIMIT {
            self.comparison.incompatibilities.push(finding);
        } else {
            self.comparison.further += 1;
        }
    }

    fn changes(&mut self, visit: Visit, meaning: Meaning) {
        if self.comparison.meanings.len() >= FINDINGS_LIMIT {
            self.comparison.further += 1;
            return;
        }
        let path = self.reader_trails.text(visit.reader);
        let reader = Place::of_node(self.verdicts.reader, visit.pair.0, path);
        let writer = self.writer_place(visit);
        self.comparison.meanings.push(MeaningChange { meaning, reader, writer });
    }
}
