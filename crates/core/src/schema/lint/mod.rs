//! What Avro takes in a schema and people regret. Only the schema's own document is looked at, not those it refers to.

mod defaults;
mod endless;
mod names;

use std::collections::BTreeSet;

use super::logical::LogicalProblem;
use super::model::{Content, Field, NodeId, Schema};
use super::trail::{Place, Step, Trail, Trails, several};
use crate::yaml::Diagnostic;

/// How many findings are told of one schema; a last one says how many there are besides.
pub const LINTS_LIMIT: usize = 1_000;

/// What is looked for besides what is always looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LintOptions {
    /// Every field has a `doc`.
    pub docs: bool,
}

/// Something that Avro takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// What kind it is.
    pub kind: LintKind,
    /// Where.
    pub place: Place,
    /// What is wrong, as a sentence with the path.
    pub message: String,
}

/// The kinds of lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LintKind {
    /// A union whose default is not of its first branch.
    DefaultOfLaterBranch,
    /// An enum without a default.
    EnumWithoutDefault,
    /// A field without a doc.
    FieldWithoutDoc,
    /// Names that are taken for each other.
    NameCollision,
    /// A default that Java takes and that does not fit.
    DefaultMisfit,
    /// A logical type that counts for nothing.
    LogicalTypeIgnored,
    /// A name that the specification does not allow.
    NameOutsideSpecification,
    /// A record that contains itself without a way out.
    EndlessRecord,
}

impl LintKind {
    /// The kind as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LintKind::DefaultOfLaterBranch => "default-of-later-branch",
            LintKind::EnumWithoutDefault => "enum-without-default",
            LintKind::FieldWithoutDoc => "field-without-doc",
            LintKind::NameCollision => "name-collision",
            LintKind::DefaultMisfit => "default-misfit",
            LintKind::LogicalTypeIgnored => "logical-type-ignored",
            LintKind::NameOutsideSpecification => "name-outside-specification",
            LintKind::EndlessRecord => "endless-record",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            LintKind::DefaultOfLaterBranch => {
                "put the branch of the default first: the specification and other libraries demand it"
            }
            LintKind::EnumWithoutDefault => {
                "name one of the symbols as \"default\": readers then survive symbols that are added later"
            }
            LintKind::FieldWithoutDoc => "say what it holds: \"doc\": \"…\"",
            LintKind::NameCollision => "give one of them another name",
            LintKind::DefaultMisfit => "write a default of the field's type",
            LintKind::LogicalTypeIgnored => "readers see the plain type: correct it or leave it out",
            LintKind::NameOutsideSpecification => {
                "names are made of ASCII letters, digits and `_`; other libraries refuse the rest"
            }
            LintKind::EndlessRecord => "let it end: a union with null, an array or a map of it",
        }
    }
}

impl Lint {
    /// The finding as a warning about the source of this name.
    #[must_use]
    pub fn diagnostic(&self, source: &str) -> Diagnostic {
        Diagnostic::warning(source, self.place.span, &self.message).with_help(self.kind.help())
    }
}

/// Tells what people may regret of a schema's own document, by place.
#[must_use]
pub fn lint(schema: &Schema, options: LintOptions) -> Vec<Lint> {
    let mut linter = Linter::new(schema, options);
    for (id, _) in linter.reached.clone() {
        linter.node(id);
    }
    names::types(&mut linter);
    endless::records(&mut linter);
    linter.finish()
}

struct Linter<'a> {
    schema: &'a Schema,
    options: LintOptions,
    trails: Trails,
    /// The types of the schema's own document, and the first way to each.
    reached: Vec<(NodeId, Trail)>,
    found: Vec<Lint>,
    further: usize,
}

impl<'a> Linter<'a> {
    fn new(schema: &'a Schema, options: LintOptions) -> Self {
        let mut trails = Trails::default();
        let mut reached = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = vec![(schema.root(), Trail::TOP)];
        while let Some((id, trail)) = next.pop() {
            if schema.node(id).document != schema.document() || !seen.insert(id) {
                continue;
            }
            reached.push((id, trail));
            match schema.content(id) {
                Content::Record(record) => {
                    for field in record.fields.iter().rev() {
                        next.push((field.schema, trails.then(trail, Step::Field(field.name.clone()))));
                    }
                }
                Content::Union(branches) => {
                    let several = several(schema, branches);
                    for branch in branches.iter().rev() {
                        next.push((*branch, trails.branch(trail, schema, *branch, several)));
                    }
                }
                Content::Array(items) => next.push((*items, trails.then(trail, Step::Items))),
                Content::Map(values) => next.push((*values, trails.then(trail, Step::Values))),
                _ => {}
            }
        }
        reached.sort_unstable_by_key(|(id, _)| *id);
        Linter { schema, options, trails, reached, found: Vec::new(), further: 0 }
    }

    fn trail(&self, id: NodeId) -> Trail {
        let found = self.reached.binary_search_by_key(&id, |(id, _)| *id);
        found.ok().and_then(|index| self.reached.get(index)).map_or(Trail::TOP, |(_, trail)| *trail)
    }

    fn place(&self, id: NodeId) -> Place {
        Place::of_node(self.schema, id, self.trails.text(self.trail(id)))
    }

    fn field_place(&mut self, record: NodeId, number: usize, field: &Field) -> Place {
        let trail = self.trails.then(self.trail(record), Step::Field(field.name.clone()));
        Place::of_field(self.schema, record, number, self.trails.text(trail))
    }

    fn tell(&mut self, kind: LintKind, place: Place, message: String) {
        if self.found.len() < LINTS_LIMIT {
            self.found.push(Lint { kind, place, message });
        } else {
            self.further += 1;
        }
    }

    fn node(&mut self, id: NodeId) {
        let node = self.schema.node(id);
        if let Some(problem) = &node.logical_problem {
            let place = self.place(id);
            let message = match problem {
                LogicalProblem::Unknown(_) => format!("the logical type of {}: {problem}", place.shown()),
                _ => format!("the logical type of {} counts for nothing: {problem}", place.shown()),
            };
            self.tell(LintKind::LogicalTypeIgnored, place, message);
        }
        names::own(self, id);
        match &node.content {
            Content::Enum(symbols) if symbols.default.is_none() => {
                let message = format!("the enum `{}` has no default", symbols.name);
                self.tell(LintKind::EnumWithoutDefault, self.place(id), message);
            }
            Content::Record(record) => {
                for (number, field) in record.fields.iter().enumerate() {
                    self.field(id, number, field);
                }
                names::fields(self, id, &record.fields);
            }
            _ => {}
        }
    }

    fn field(&mut self, record: NodeId, number: usize, field: &Field) {
        let place = self.field_place(record, number, field);
        let shown = place.shown();
        let documented = field.doc.as_ref().is_some_and(|doc| !doc.trim().is_empty());
        if self.options.docs && !documented {
            self.tell(LintKind::FieldWithoutDoc, place.clone(), format!("field {shown} has no doc"));
        }
        let plain = self.schema.node(field.schema).logical.is_none();
        if plain && field.properties.iter().any(|property| property.name == "logicalType") {
            let message = format!(
                "the logical type of {shown} counts for nothing: it stands beside the type, not in it"
            );
            self.tell(LintKind::LogicalTypeIgnored, place.clone(), message);
        }
        let Some(default) = &field.default else { return };
        let place = Place { pointer: format!("{}/default", place.pointer), ..place };
        let found = defaults::look(self.schema, field.schema, default);
        if let Some(later) = found.later_branch {
            let message = format!("the default of {shown} is not of the first branch of its union: {later}");
            self.tell(LintKind::DefaultOfLaterBranch, place.clone(), message);
        }
        if let Some(misfit) = found.misfit {
            let message = format!("the default of {shown} does not fit: {misfit}");
            self.tell(LintKind::DefaultMisfit, place, message);
        }
    }

    fn finish(mut self) -> Vec<Lint> {
        self.found.sort_by(|one, other| {
            let key = |lint: &Lint| (lint.place.span, lint.kind);
            key(one).cmp(&key(other)).then_with(|| one.message.cmp(&other.message))
        });
        if let Some(last) = self.found.last().filter(|_| self.further > 0) {
            let message = format!("{} further findings are not shown", self.further);
            let (kind, place) = (last.kind, last.place.clone());
            self.found.push(Lint { kind, place, message });
        }
        self.found
    }
}

#[cfg(test)]
mod tests;
