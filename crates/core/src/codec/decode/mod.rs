//! From Avro data to JSON text.
//!
//! A schema becomes a [`Program`] once; every datum then runs through it in one pass, and its text is written as its
//! bytes are read. What a value looks like is said in [`crate::codec`]. Values that come out in the plain form go back
//! through the encoder as the same data.

mod compile;
mod containers;
mod equality;
mod error;
mod matching;
mod program;
mod record;
mod run;

#[cfg(test)]
mod tests;

use compile::Compiler;
pub use error::{CompileError, DecodeError, DecodeProblem};
use program::Program;

use super::Style;
use crate::schema::Schema;

/// How many bytes the text of one value may have, where nothing else is said.
pub const OUTPUT_LIMIT: usize = 256 << 20;

/// Turns data of one schema into JSON texts.
#[derive(Debug)]
pub struct Decoder {
    program: Program,
    entry: u32,
    output_limit: usize,
}

impl Decoder {
    /// Compiles a schema: values are written as its own.
    ///
    /// # Errors
    /// A schema beyond all measure.
    pub fn new(schema: &Schema, style: Style) -> Result<Self, CompileError> {
        Decoder::compiled(schema, None, style)
    }

    /// Compiles a writer's schema and a reader's: values of the first are written as the second one's, by the rules of
    /// Avro's Java library. Where the two do not match, that is told of the data that meet it.
    ///
    /// # Errors
    /// Schemas beyond all measure.
    pub fn resolving(writer: &Schema, reader: &Schema, style: Style) -> Result<Self, CompileError> {
        Decoder::compiled(writer, Some(reader), style)
    }

    fn compiled(writer: &Schema, reader: Option<&Schema>, style: Style) -> Result<Self, CompileError> {
        let mut compiler = Compiler::new(writer, reader, style);
        let entry = compiler.entry(writer.root(), reader.unwrap_or(writer).root())?;
        Ok(Decoder { program: compiler.program, entry, output_limit: OUTPUT_LIMIT })
    }

    /// The same, whose texts may have about so many bytes each.
    #[must_use]
    pub fn with_output_limit(self, bytes: usize) -> Self {
        Decoder { output_limit: bytes, ..self }
    }

    /// Adds the JSON text of a datum to `out`.
    ///
    /// # Errors
    /// The first thing in the datum that is no value of the schema, bytes behind its end among them; `out` is then as
    /// it was.
    pub fn decode(&self, datum: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
        run::run(&self.program, self.entry, datum, (self.output_limit, true), out).map(drop)
    }

    /// Adds the JSON text of the first of some data that follow each other, and tells how many bytes it has.
    ///
    /// # Errors
    /// As `decode`, but for what comes behind.
    pub fn decode_first(&self, data: &[u8], out: &mut Vec<u8>) -> Result<usize, DecodeError> {
        run::run(&self.program, self.entry, data, (self.output_limit, false), out)
    }
}
