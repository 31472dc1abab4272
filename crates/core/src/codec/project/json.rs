//! Projections over JSON text.

use super::Project;
use super::error::{PathError, ProjectError};
use super::path::{Plan, Wanted};
use super::slot::{Composite, Slot};
use crate::json::{JsonError, Kind, Reader};

/// Reads named fields of JSON texts.
///
/// What it finds is what stands in the text: a value that is tagged with the branch of its union is an object here, a
/// time that is written as text is a text, and a field that is left out is missing, whatever its default. Where a name
/// stands twice the first one counts.
#[derive(Debug)]
pub struct JsonProjection {
    /// What is wanted of the values on the way; the first is the whole.
    nodes: Vec<Node>,
    copies: Vec<(usize, usize)>,
    slots: usize,
    /// How many of the slots are no copies.
    wanted: usize,
    strict: bool,
}

#[derive(Debug)]
struct Node {
    slot: Option<usize>,
    fields: Vec<(Box<str>, usize)>,
}

impl JsonProjection {
    /// Makes a projection onto the fields of these paths, all below the members of `prefix`: none for plain texts,
    /// `["event"]` for envelopes.
    ///
    /// # Errors
    /// Every path that is none.
    pub fn new(prefix: &[&str], paths: &[&str]) -> Result<Self, Vec<PathError>> {
        Self::made(prefix, paths, false)
    }

    /// The same, which reads on to the end of the text.
    ///
    /// # Errors
    /// As `new`.
    pub fn strict(prefix: &[&str], paths: &[&str]) -> Result<Self, Vec<PathError>> {
        Self::made(prefix, paths, true)
    }

    fn made(prefix: &[&str], paths: &[&str], strict: bool) -> Result<Self, Vec<PathError>> {
        let plan = Plan::new(prefix, paths)?;
        let mut nodes = Vec::new();
        add(&plan.root, &mut nodes);
        let wanted = plan.slots - plan.copies.len();
        Ok(JsonProjection { nodes, copies: plan.copies, slots: plan.slots, wanted, strict })
    }
}

/// Adds what is wanted of a value and of its fields, and gives its place.
fn add(wanted: &Wanted, nodes: &mut Vec<Node>) -> usize {
    let at = nodes.len();
    nodes.push(Node { slot: wanted.slot, fields: Vec::new() });
    let fields = wanted.fields.iter().map(|(name, field)| (name.clone(), add(field, nodes))).collect();
    if let Some(node) = nodes.get_mut(at) {
        node.fields = fields;
    }
    at
}

impl JsonProjection {
    /// As [`Project::project`], of what is known to be characters.
    ///
    /// # Errors
    /// What is not JSON.
    pub fn project_text<'d>(&'d self, text: &'d str, slots: &mut [Slot<'d>]) -> Result<(), JsonError> {
        slots.fill(Slot::Missing);
        let mut run = Run {
            nodes: &self.nodes,
            reader: Reader::new(text),
            slots,
            left: self.wanted,
            strict: self.strict,
            met: 0,
        };
        run.value(0)?;
        if self.strict {
            run.reader.end()?;
        }
        for (from, to) in &self.copies {
            if let Some(value) = slots.get(*from).copied()
                && let Some(slot) = slots.get_mut(*to)
            {
                *slot = value;
            }
        }
        Ok(())
    }
}

impl Project for JsonProjection {
    fn fields(&self) -> usize {
        self.slots
    }

    fn project<'d>(&'d self, payload: &'d [u8], slots: &mut [Slot<'d>]) -> Result<(), ProjectError> {
        slots.fill(Slot::Missing);
        let text =
            std::str::from_utf8(payload).map_err(|error| ProjectError::NotText(error.valid_up_to()))?;
        Ok(self.project_text(text, slots)?)
    }
}

struct Run<'d, 's> {
    nodes: &'d [Node],
    reader: Reader<'d>,
    slots: &'s mut [Slot<'d>],
    /// How many slots are still to be filled.
    left: usize,
    strict: bool,
    /// Which of the first 64 values on the way were met.
    met: u64,
}

impl<'d> Run<'d, '_> {
    /// Reads a value of which something is wanted.
    fn value(&mut self, node: usize) -> Result<(), JsonError> {
        let Some(Node { slot, fields }) = self.nodes.get(node) else { return Ok(()) };
        // Of a name that stands twice the second value is passed over whole: its fields are none of the first one's.
        let mark = u32::try_from(node).ok().and_then(|node| 1_u64.checked_shl(node)).unwrap_or(0);
        if self.met & mark != 0 {
            return self.reader.skip().map(drop);
        }
        self.met |= mark;
        let kind = self.reader.kind()?;
        let begin = self.reader.at();
        if kind == Kind::Object && !fields.is_empty() {
            self.object(fields)?;
            if self.left == 0 && !self.strict {
                return Ok(());
            }
        } else if slot.is_none() || matches!(kind, Kind::Object | Kind::Array) {
            self.reader.skip()?;
        }
        let Some(slot) = slot else { return Ok(()) };
        let value = match kind {
            Kind::Null => self.reader.null().map(|()| Slot::Null)?,
            Kind::Boolean => Slot::Boolean(self.reader.boolean()?),
            Kind::Number => number(self.reader.number()?),
            Kind::String => Slot::Text(self.reader.string()?),
            Kind::Array | Kind::Object => {
                Slot::Composite(Composite::Json(self.reader.slice(begin, self.reader.at())))
            }
        };
        if let Some(slot) = self.slots.get_mut(*slot)
            && matches!(slot, Slot::Missing)
        {
            *slot = value;
            self.left -= 1;
        }
        Ok(())
    }

    fn object(&mut self, fields: &'d [(Box<str>, usize)]) -> Result<(), JsonError> {
        self.reader.begin_object()?;
        let mut first = true;
        while let Some(name) = self.reader.name(&mut first)? {
            match fields.iter().find(|(field, _)| name.is(field)) {
                None => drop(self.reader.skip()?),
                Some((_, node)) => {
                    self.value(*node)?;
                    if self.left == 0 && !self.strict {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

/// A number: whole where 64 bits hold it, and otherwise as it is written.
fn number(text: &str) -> Slot<'_> {
    match text.parse() {
        // -0 is another number than 0 to whoever reads JSON into floats.
        Ok(whole) if text != "-0" => Slot::Integer(whole),
        _ => Slot::Number(text),
    }
}
