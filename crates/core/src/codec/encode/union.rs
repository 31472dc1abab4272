//! Unions: which branch a value belongs to.
//!
//! In the tagged form every value but null says so itself. In the plain form null is the null branch, an object of
//! one member that is named like a branch is tagged, and anything else must fit exactly one branch.

use super::error::{EncodeError, EncodeProblem, KNOWN_LIMIT};
use super::step::{Step, StepId};
use super::{Members, Run};
use crate::codec::Form;
use crate::codec::branches::branch_names;
use crate::codec::output::write_size;
use crate::json::{Kind, Reader};
use crate::schema::{Content, LogicalType, NodeId, Schema};
use crate::yaml::near_miss;

#[derive(Debug)]
pub(super) struct UnionStep {
    branches: Vec<Branch>,
    /// The names by which a tagged value may call its branch, in order.
    tags: Vec<(Box<str>, usize)>,
    /// The branches that a value of some kind may belong to.
    nulls: Vec<usize>,
    booleans: Vec<usize>,
    numbers: Vec<usize>,
    strings: Vec<usize>,
    /// The branches that take strings, and those that take the names of numbers that are none.
    strings_and_floats: Vec<usize>,
    arrays: Vec<usize>,
    objects: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Branch {
    pub(super) step: StepId,
    /// What the tagged form calls it.
    pub(super) name: Box<str>,
}

impl UnionStep {
    pub(super) fn new(schema: &Schema, branches: &[NodeId]) -> Self {
        let contents: Vec<&Content> = branches.iter().map(|branch| schema.content(*branch)).collect();
        let of_kind = |fits: fn(&Content, Option<LogicalType>) -> bool| {
            let branches = branches.iter().enumerate();
            let fitting = branches.filter(|(_, id)| fits(schema.content(**id), schema.node(**id).logical));
            fitting.map(|(index, _)| index).collect()
        };
        UnionStep {
            branches: branches
                .iter()
                .zip(&contents)
                .map(|(id, content)| Branch {
                    step: id.index() as StepId,
                    name: content.branch_name().into(),
                })
                .collect(),
            tags: branch_names(&contents),
            nulls: of_kind(|content, _| matches!(content, Content::Null)),
            booleans: of_kind(|content, _| matches!(content, Content::Boolean)),
            numbers: of_kind(|content, logical| {
                matches!(content, Content::Int | Content::Long | Content::Float | Content::Double)
                    || matches!(logical, Some(LogicalType::Decimal { .. }))
            }),
            strings: of_kind(takes_strings),
            strings_and_floats: of_kind(|content, logical| {
                takes_strings(content, logical) || matches!(content, Content::Float | Content::Double)
            }),
            arrays: of_kind(|content, _| matches!(content, Content::Array(_))),
            objects: of_kind(|content, logical| {
                matches!(content, Content::Map(_) | Content::Record(_))
                    || logical == Some(LogicalType::Duration)
            }),
        }
    }

    /// The branch that a tagged value calls by this name.
    pub(super) fn tagged(&self, name: &str) -> Option<usize> {
        let at = self.tags.binary_search_by(|(tag, _)| tag.as_ref().cmp(name)).ok()?;
        self.tags.get(at).map(|(_, branch)| *branch)
    }

    pub(super) fn branch(&self, index: usize) -> Option<&Branch> {
        self.branches.get(index)
    }

    /// What a value of this union is, as it stands in a sentence.
    pub(super) fn words(&self) -> String {
        let mut names: Vec<&str> =
            self.branches.iter().take(KNOWN_LIMIT).map(|branch| branch.name.as_ref()).collect();
        if self.branches.len() > KNOWN_LIMIT {
            names.push("…");
        }
        match names.as_slice() {
            [] => "a value of an empty union, of which there is none".to_owned(),
            names => format!("a value of the union [{}]", names.join(", ")),
        }
    }
}

fn takes_strings(content: &Content, logical: Option<LogicalType>) -> bool {
    match logical {
        Some(LogicalType::Duration) => false,
        Some(_) => true,
        None => matches!(content, Content::String | Content::Bytes | Content::Fixed(_) | Content::Enum(_)),
    }
}

impl<'e> Run<'e, '_, '_> {
    pub(super) fn union(&mut self, step: &Step, union: &'e UnionStep) -> Result<(), EncodeError> {
        let kind = self.reader.kind()?;
        let candidates = match kind {
            Kind::Null => &union.nulls,
            _ if self.encoder.form == Form::Tagged => return self.tagged(step, union),
            Kind::Boolean => &union.booleans,
            Kind::Number => &union.numbers,
            // Numbers that are none are written as strings.
            Kind::String
                if union.strings.len() < union.strings_and_floats.len() && self.is_no_number()? =>
            {
                &union.strings_and_floats
            }
            Kind::String => &union.strings,
            Kind::Array => &union.arrays,
            Kind::Object if self.is_tagged(union)? => return self.tagged(step, union),
            Kind::Object => &union.objects,
        };
        match candidates.as_slice() {
            [] => Err(self.mismatch(step)),
            [only] => self.branch(union, *only),
            several if kind == Kind::Object => self.choose_by_names(union, several),
            several => self.choose(union, several),
        }
    }

    /// Encodes the next value as one of this branch.
    pub(super) fn branch(&mut self, union: &UnionStep, index: usize) -> Result<(), EncodeError> {
        write_size(index, self.out);
        // The index comes from the union itself.
        union.branch(index).map_or(Ok(()), |branch| self.value(branch.step))
    }

    fn is_no_number(&self) -> Result<bool, EncodeError> {
        let text = self.reader.clone().string()?;
        Ok(["NaN", "Infinity", "-Infinity"].iter().any(|name| text.is(name)))
    }

    /// Tells whether the object that comes next has one member, which is named like a branch.
    fn is_tagged(&mut self, union: &UnionStep) -> Result<bool, EncodeError> {
        let mut ahead: Reader<'_> = self.reader.clone();
        let mut members = Members::begin(&mut ahead, self.aside)?;
        let Some(member) = members.next(&mut ahead)? else { return Ok(false) };
        if union.tagged(&member.name.decode()).is_none() {
            return Ok(false);
        }
        let skipped = ahead.skip()?.len();
        let alone = members.next(&mut ahead)?.is_none();
        self.pay(skipped)?;
        Ok(alone)
    }

    /// Encodes an object that has one member, which is named like a branch.
    fn tagged(&mut self, step: &Step, union: &UnionStep) -> Result<(), EncodeError> {
        if self.reader.kind()? != Kind::Object {
            return Err(self.mismatch_with(&format!("{}, as {{\"<branch>\": …}}", step.words())));
        }
        let object = self.reader.clone();
        let mut members = Members::begin(&mut self.reader, self.aside)?;
        let Some(member) = members.next(&mut self.reader)? else {
            self.reader = object;
            return Err(self.mismatch_with(&format!("{}, as {{\"<branch>\": …}}", step.words())));
        };
        let name = member.name.decode();
        let Some(branch) = union.tagged(&name) else {
            let tags = || union.branches.iter().map(|branch| branch.name.as_ref());
            let problem = EncodeProblem::Tag {
                found: super::error::cut(&name, 60),
                near: near_miss(&name, tags()).map(str::to_owned),
                known: tags().take(KNOWN_LIMIT).map(str::to_owned).collect(),
            };
            return Err(EncodeError::new(problem, member.at(&self.reader)));
        };
        self.branch(union, branch)?;
        if members.next(&mut self.reader)?.is_some() {
            self.reader = object;
            return Err(self.mismatch_with(&format!("{}, as {{\"<branch>\": …}} alone", step.words())));
        }
        Ok(())
    }
}
