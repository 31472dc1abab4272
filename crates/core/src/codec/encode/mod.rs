//! From JSON text to Avro data, in one pass over the text.
//!
//! A schema becomes a program with one step for each of its types, its defaults prepared as bytes; for every text the
//! program is walked beside the tokens, and bytes are written as values are read. Records whose members come in
//! another order than their fields are written in the order of the text and put in order at their end.
//!
//! What a value must look like is said in [`crate::codec`]. A value that is written here reads back as the same value;
//! the encoder knows nothing of the wire format around a datum.

mod container;
mod error;
mod record;
mod scalar;
mod step;
mod trial;
mod union;

#[cfg(test)]
pub(in crate::codec) mod tests;

use std::borrow::Cow;

pub(in crate::codec) use error::cut;
pub use error::{EncodeError, EncodeProblem};
use step::{Step, StepId};

use super::defaults::Defaults;
use super::{Bytes, Form};
use crate::json::{Kind, Reader, Text};
use crate::schema::{Content, Schema};

/// How many bytes a text may have, and how many its value.
pub const SIZE_LIMIT: usize = 64 << 20;

/// Turns JSON texts into data of one schema.
#[derive(Debug)]
pub struct Encoder {
    steps: Vec<Step>,
    root: StepId,
    form: Form,
    bytes: Bytes,
    /// True where the schema itself gives a meaning to a member of this name at the top.
    has_type_field: bool,
}

impl Encoder {
    /// Compiles the program of a schema. In the tagged form bytes are `Bytes::Latin` whatever is asked for.
    #[must_use]
    pub fn new(schema: &Schema, form: Form, bytes: Bytes) -> Self {
        let mut defaults = Defaults::new(schema);
        let steps =
            schema.nodes().map(|(_, node)| Step::compile(schema, node, form, &mut defaults)).collect();
        let bytes = if form == Form::Tagged { Bytes::Latin } else { bytes };
        let has_type_field = has_type_field(schema);
        Encoder { steps, root: schema.root().index() as StepId, form, bytes, has_type_field }
    }

    /// Adds the data of a JSON text to `out`.
    ///
    /// # Errors
    /// The first thing in the text that is no value of the schema; `out` is then as it was.
    pub fn encode(&self, json: &str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.run(json, None, out)
    }

    /// As `encode`, for an event whose kind is told by a member `type` at the top: it is passed over, unless the schema
    /// has a field of this name.
    ///
    /// # Errors
    /// As `encode`.
    pub fn encode_event(&self, json: &str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let aside = if self.has_type_field { None } else { Some("type") };
        self.run(json, aside, out)
    }

    fn run(&self, json: &str, aside: Option<&'static str>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if json.len() > SIZE_LIMIT {
            return Err(EncodeError::new(EncodeProblem::Large(SIZE_LIMIT), 0));
        }
        let begin = out.len();
        let mut reader = Reader::new(json);
        let kind = reader.kind()?;
        let aside = aside.filter(|_| kind == Kind::Object).map(|name| Aside { name, object: reader.at() });
        let mut run = Run {
            encoder: self,
            reader,
            out,
            begin,
            budget: json.len().saturating_mul(64).saturating_add(64 << 10),
            aside,
            places: Vec::new(),
            reordered: Vec::new(),
            keys: Vec::new(),
        };
        let done = run.value(self.root).and_then(|()| run.reader.end().map_err(EncodeError::from));
        if done.is_err() {
            out.truncate(begin);
        }
        done
    }
}

/// Tells whether the values of the whole schema may have a field `type`.
fn has_type_field(schema: &Schema) -> bool {
    let has = |content: &Content| match content {
        Content::Record(record) => record.fields.iter().any(|field| field.name == "type"),
        _ => false,
    };
    match schema.content(schema.root()) {
        Content::Union(branches) => branches.iter().any(|branch| has(schema.content(*branch))),
        content => has(content),
    }
}

/// A member of the outermost object that belongs to no field.
#[derive(Debug, Clone, Copy)]
struct Aside {
    name: &'static str,
    /// The first byte of the object.
    object: usize,
}

/// One text on its way.
struct Run<'e, 't, 'o> {
    encoder: &'e Encoder,
    reader: Reader<'t>,
    out: &'o mut Vec<u8>,
    /// Where this value begins in `out`.
    begin: usize,
    /// How many bytes may still be read to tell which branch of a union a value fits.
    budget: usize,
    aside: Option<Aside>,
    /// Where in `out` the values of fields lie that came out of order; used as a stack.
    places: Vec<Option<(usize, usize)>>,
    /// Room to put them in order.
    reordered: Vec<u8>,
    /// The keys of maps and their bytes in the text; used as a stack.
    keys: Vec<(Cow<'t, str>, usize)>,
}

impl<'e, 't> Run<'e, 't, '_> {
    fn step(&self, id: StepId) -> &'e Step {
        self.encoder.steps.get(id as usize).unwrap_or(&Step::Null)
    }

    /// Encodes the next value as one of this type.
    fn value(&mut self, id: StepId) -> Result<(), EncodeError> {
        let step = self.step(id);
        match step {
            Step::String => self.string(step),
            Step::Union(union) => self.union(step, union),
            Step::Record(record) => self.record(step, record),
            Step::Array(items) => self.array(step, *items),
            Step::Map(values) => self.map(step, *values),
            Step::Duration => self.duration(step),
            step => self.scalar(step),
        }
    }

    /// Tells what comes next; it must be of this kind.
    fn begins(&mut self, kind: Kind, step: &Step) -> Result<(), EncodeError> {
        if self.reader.kind()? == kind { Ok(()) } else { Err(self.mismatch(step)) }
    }

    /// An error about the value that comes next, which is none of this type.
    fn mismatch(&mut self, step: &Step) -> EncodeError {
        self.mismatch_with(&step.words())
    }

    fn mismatch_with(&mut self, expected: &str) -> EncodeError {
        let mut reader = self.reader.clone();
        let found = reader.kind().and_then(|kind| Ok((kind, reader.at(), reader.skip()?)));
        match found {
            Ok((kind, at, text)) => {
                let found = match kind {
                    Kind::Number | Kind::String => format!("{} {}", the(kind), error::cut(text, 60)),
                    Kind::Boolean => text.to_owned(),
                    kind => kind.words().to_owned(),
                };
                EncodeError::new(
                    EncodeProblem::Mismatch { expected: expected.to_owned(), found, reason: None },
                    at,
                )
            }
            Err(error) => error.into(),
        }
    }

    /// Pays for reading some bytes only to tell which branch of a union a value fits.
    fn pay(&mut self, bytes: usize) -> Result<(), EncodeError> {
        match self.budget.checked_sub(bytes) {
            Some(left) => self.budget = left,
            None => return Err(EncodeError::new(EncodeProblem::Undecided, self.reader.at())),
        }
        Ok(())
    }
}

fn the(kind: Kind) -> &'static str {
    if kind == Kind::Number { "the number" } else { "the string" }
}

/// Reads the members of one object.
struct Members {
    first: bool,
    /// Passed over where it stands in this object; none in other objects.
    aside: Option<&'static str>,
    passed: bool,
}

/// The name of a member.
struct Member<'t> {
    name: Text<'t>,
    /// A byte before its first quote, with nothing but white space and a comma between.
    before: usize,
}

impl Members {
    /// Begins an object.
    fn begin(reader: &mut Reader<'_>, aside: Option<Aside>) -> Result<Self, EncodeError> {
        let object = {
            reader.kind()?;
            reader.at()
        };
        reader.begin_object()?;
        let aside = aside.filter(|aside| aside.object == object).map(|aside| aside.name);
        Ok(Members { first: true, aside, passed: false })
    }

    /// The next member; none at the end of the object.
    fn next<'t>(&mut self, reader: &mut Reader<'t>) -> Result<Option<Member<'t>>, EncodeError> {
        loop {
            let before = reader.at();
            let Some(name) = reader.name(&mut self.first)? else { return Ok(None) };
            let member = Member { name, before };
            if !self.aside.is_some_and(|aside| name.is(aside)) {
                return Ok(Some(member));
            }
            if std::mem::replace(&mut self.passed, true) {
                return Err(EncodeError::new(EncodeProblem::Twice, member.at(reader)).in_field("type"));
            }
            reader.skip()?;
        }
    }
}

impl Member<'_> {
    /// The byte of the name's first quote. To be asked before the member's value is read.
    fn at(&self, reader: &Reader<'_>) -> usize {
        self.before + reader.slice(self.before, reader.at()).find('"').unwrap_or(0)
    }
}
