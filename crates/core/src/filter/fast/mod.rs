//! Filters that compare fields and variables of the record with literals: what they test, apart from any payload.

mod avro;
mod compile;
mod json;
mod seen;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use jaq_core::ops::Cmp;
use jaq_json::Val;

use super::error::RunError;
use super::meta::{self, Meta, Variable};
pub use avro::AvroFilter;
pub use json::JsonFilter;
use seen::Seen;

/// How many slots are filled for one payload, those of the records on the way to a field among them.
const SLOTS: usize = 16;

/// A filter that compares fields and variables with literals.
#[derive(Debug)]
pub(super) struct Fast {
    tree: Tree,
    /// The fields that are compared, as names from the value down; none stands twice.
    fields: Vec<Vec<Box<str>>>,
}

#[derive(Debug)]
enum Tree {
    Test(Test),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
}

/// One comparison.
#[derive(Debug)]
struct Test {
    source: Source,
    /// Whether it is neither null nor false, where there is nothing to compare with.
    compared: Option<(Cmp, Literal)>,
}

#[derive(Debug)]
enum Source {
    /// The field of this number.
    Field(usize),
    Variable(Variable),
    Header(Box<str>),
}

/// A literal, and what of it is compared without making a value.
#[derive(Debug)]
struct Literal {
    value: Val,
    kind: LiteralKind,
}

#[derive(Debug)]
enum LiteralKind {
    Text(Box<str>),
    Integer(i64),
    Other,
}

impl Fast {
    /// Tells whether the record matches, whose fields `field` reads by their numbers.
    fn matches<'d>(
        &self,
        meta: &Meta<'_>,
        field: &impl Fn(usize) -> Result<Seen<'d>, RunError>,
    ) -> Result<bool, RunError> {
        self.tree.holds(meta, field)
    }

    /// The strings that fields must equal in every record that matches, with the numbers of the fields.
    fn needed(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        self.tree.needed(&mut found);
        found
    }
}

impl Tree {
    /// In the order of jq, which does not look further once the answer is known.
    fn holds<'d>(
        &self,
        meta: &Meta<'_>,
        field: &impl Fn(usize) -> Result<Seen<'d>, RunError>,
    ) -> Result<bool, RunError> {
        match self {
            Tree::Test(test) => test.holds(meta, field),
            Tree::All(trees) => {
                for tree in trees {
                    if !tree.holds(meta, field)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Tree::Any(trees) => {
                for tree in trees {
                    if tree.holds(meta, field)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Tree::Not(tree) => tree.holds(meta, field).map(|holds| !holds),
        }
    }

    fn needed<'t>(&'t self, found: &mut Vec<(usize, &'t str)>) {
        match self {
            Tree::All(trees) => trees.iter().for_each(|tree| tree.needed(found)),
            Tree::Test(Test {
                source: Source::Field(field),
                compared: Some((Cmp::Eq, Literal { kind: LiteralKind::Text(text), .. })),
            }) => found.push((*field, text)),
            _ => {}
        }
    }
}

impl Test {
    fn holds<'d>(
        &self,
        meta: &Meta<'_>,
        field: &impl Fn(usize) -> Result<Seen<'d>, RunError>,
    ) -> Result<bool, RunError> {
        let seen = match &self.source {
            Source::Field(number) => field(*number)?,
            Source::Variable(Variable::Partition) => Seen::Integer(meta.partition.into()),
            Source::Variable(Variable::Offset) => Seen::Integer(meta.offset),
            Source::Variable(Variable::Timestamp) => Seen::Integer(meta.timestamp),
            Source::Variable(variable) => Seen::Value(variable.of(meta)?),
            Source::Header(name) => Seen::Value(meta::header(meta, name)),
        };
        Ok(match &self.compared {
            None => seen.is_true(),
            Some((operator, literal)) => compares(&seen, *operator, literal),
        })
    }
}

fn compares(seen: &Seen<'_>, operator: Cmp, literal: &Literal) -> bool {
    match (seen, &literal.kind) {
        (Seen::Integer(one), LiteralKind::Integer(other)) => operator.run(one, other),
        (Seen::Text(text), LiteralKind::Text(other)) => match operator {
            Cmp::Eq => text.is(other),
            Cmp::Ne => !text.is(other),
            _ => stands(text.decode().as_bytes().cmp(other.as_bytes()), operator),
        },
        // jaq's own comparison, of values that say as much as is asked for.
        _ => operator.run(&seen.value(matches!(literal.kind, LiteralKind::Text(_))), &literal.value),
    }
}

fn stands(order: Ordering, operator: Cmp) -> bool {
    match operator {
        Cmp::Lt => order.is_lt(),
        Cmp::Le => order.is_le(),
        Cmp::Gt => order.is_gt(),
        Cmp::Ge => order.is_ge(),
        Cmp::Eq => order.is_eq(),
        Cmp::Ne => order.is_ne(),
    }
}
