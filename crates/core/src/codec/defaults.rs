//! The defaults of fields as Avro data, which is what a record that lacks the field is completed with.
//!
//! The rules are those of Avro's Java library: the characters of bytes and fixed are their bytes, and a fixed is cut or
//! filled with zeros to its size. Only a union takes the first branch that the default fits, where Java looks no further
//! than at kinds: it makes an empty map of null where a map comes before null, and 1 of 1.5 where an int comes before a
//! double. The work is bounded for the whole schema, because records of defaults of records of defaults grow without
//! end.

use super::output::{Block, write_bytes, write_long, write_size};
use crate::json::{Json, Value};
use crate::schema::{Content, NodeId, Schema};
use crate::yaml::shown;

/// How many values the defaults of one schema may hold.
const VALUES_LIMIT: usize = 1_000_000;
/// How many bytes the defaults of one schema may take.
const BYTES_LIMIT: usize = 16 << 20;
/// How deep one default may nest.
const DEPTH_LIMIT: usize = 128;

/// Writes the defaults of one schema.
pub(super) struct Defaults<'s> {
    schema: &'s Schema,
    values_left: usize,
    bytes_left: usize,
}

impl<'s> Defaults<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Defaults { schema, values_left: VALUES_LIMIT, bytes_left: BYTES_LIMIT }
    }

    /// The default of a field of this type as Avro data.
    ///
    /// # Errors
    /// Why it is none, as the end of a sentence. Schemas may be read that have such defaults: Java takes any text for
    /// an enum, and notices only where it needs the default.
    pub(super) fn bytes(&mut self, id: NodeId, default: &Json) -> Result<Box<[u8]>, String> {
        let mut out = Vec::new();
        self.write(id, default, 0, &mut out)?;
        match self.bytes_left.checked_sub(out.len()) {
            Some(left) => self.bytes_left = left,
            None => return Err(too_large()),
        }
        Ok(out.into_boxed_slice())
    }

    fn write(&mut self, id: NodeId, json: &Json, depth: usize, out: &mut Vec<u8>) -> Result<(), String> {
        if self.values_left == 0 || out.len() > self.bytes_left || depth > DEPTH_LIMIT {
            return Err(too_large());
        }
        self.values_left -= 1;
        let content = self.schema.content(id);
        match (content, &json.value) {
            (Content::Array(items), Value::Array(values)) => {
                let mut block = Block::begin(out);
                for value in values {
                    block.count();
                    self.write(*items, value, depth + 1, out)?;
                }
                block.end(out);
                Ok(())
            }
            (Content::Map(values), Value::Object(members)) => {
                let mut block = Block::begin(out);
                for member in members {
                    block.count();
                    write_bytes(member.name.as_bytes(), out);
                    self.write(*values, &member.value, depth + 1, out)?;
                }
                block.end(out);
                Ok(())
            }
            (Content::Record(record), Value::Object(_)) => {
                for field in &record.fields {
                    let value = json.get(&field.name).or(field.default.as_ref());
                    let value = value.ok_or_else(|| format!("it lacks the field {}", shown(&field.name)))?;
                    self.write(field.schema, value, depth + 1, out)?;
                }
                Ok(())
            }
            (Content::Union(branches), _) => self.union(branches, json, depth, out),
            (Content::Fixed(fixed), _) if fixed.size as usize > self.bytes_left => Err(too_large()),
            _ => scalar(content, json, out).ok_or_else(|| misfit(content, json)),
        }
    }

    fn union(
        &mut self,
        branches: &[NodeId],
        json: &Json,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let begin = out.len();
        let mut first_problem = None;
        for (index, branch) in branches.iter().enumerate() {
            write_size(index, out);
            match self.write(*branch, json, depth + 1, out) {
                Ok(()) => return Ok(()),
                Err(problem) => first_problem = first_problem.or(Some(problem)),
            }
            out.truncate(begin);
        }
        Err(first_problem.unwrap_or_else(|| "the union has no branches".to_owned()))
    }
}

fn too_large() -> String {
    "the defaults of this schema are too large".to_owned()
}

fn misfit(content: &Content, json: &Json) -> String {
    match (content, &json.value) {
        (Content::Enum(kind), Value::String(symbol)) => {
            format!("{} is no symbol of {}", shown(symbol), shown(kind.name.full()))
        }
        (content, _) => format!("it is {}, not {}", json.kind().words(), content.branch_name()),
    }
}

/// Writes a value that holds no others; none where it does not fit.
fn scalar(content: &Content, json: &Json, out: &mut Vec<u8>) -> Option<()> {
    match (content, &json.value) {
        (Content::Null, Value::Null) => {}
        (Content::Boolean, Value::Boolean(value)) => out.push(u8::from(*value)),
        (Content::Int, Value::Number(text)) => write_long(i64::from(text.parse::<i32>().ok()?), out),
        (Content::Long, Value::Number(text)) => write_long(text.parse().ok()?, out),
        // Java turns a text into a number before it looks, and a double into a float.
        (Content::Float, Value::Number(text) | Value::String(text)) => {
            out.extend_from_slice(&(text.parse::<f64>().ok()? as f32).to_le_bytes());
        }
        (Content::Double, Value::Number(text) | Value::String(text)) => {
            out.extend_from_slice(&text.parse::<f64>().ok()?.to_le_bytes());
        }
        (Content::String, Value::String(text)) => write_bytes(text.as_bytes(), out),
        (Content::Bytes, Value::String(text)) => write_bytes(&latin(text), out),
        (Content::Fixed(fixed), Value::String(text)) => {
            let mut bytes = latin(text);
            bytes.resize(fixed.size as usize, 0);
            out.extend_from_slice(&bytes);
        }
        (Content::Enum(kind), Value::String(symbol)) => {
            write_size(kind.symbols.iter().position(|known| known == symbol)?, out);
        }
        _ => return None,
    }
    Some(())
}

/// The bytes whose numbers these characters have; beyond U+00FF there is none, and Java takes a question mark.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
}
