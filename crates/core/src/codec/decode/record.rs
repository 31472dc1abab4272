//! The routine of a record: its fields as they were written, in the reader's order, and defaults for those that were
//! not written.

use std::collections::BTreeMap;

use super::compile::Compiler;
use super::error::CompileError;
use super::matching::Fields;
use super::program::{Action, NO_TAG, Order, Piece, Place, Program};
use super::run::run;
use crate::codec::Style;
use crate::codec::defaults::Defaults;
use crate::schema::{Content, Field, NodeId, RecordType, Schema};
use crate::yaml::shown;

/// How long the texts of all defaults may be, in bytes.
const DEFAULTS_LIMIT: usize = 16 << 20;

/// The defaults of the reader's fields as texts: each is written as Avro data and read again, as Java does it.
pub(super) struct Defaulted<'s> {
    data: Defaults<'s>,
    compiler: Compiler<'s>,
    texts: BTreeMap<(NodeId, usize), Result<Vec<u8>, String>>,
    left: usize,
}

impl<'s> Defaulted<'s> {
    fn new(reader: &'s Schema, style: Style) -> Self {
        Defaulted {
            data: Defaults::new(reader),
            compiler: Compiler::new(reader, None, style),
            texts: BTreeMap::new(),
            left: DEFAULTS_LIMIT,
        }
    }

    /// The text of a field's default, or why it has none.
    fn text(
        &mut self,
        record: NodeId,
        number: usize,
        field: &Field,
    ) -> Result<Result<&[u8], &str>, CompileError> {
        if !self.texts.contains_key(&(record, number)) {
            let text = self.read(field)?;
            self.texts.insert((record, number), text);
        }
        Ok(match self.texts.get(&(record, number)) {
            Some(Ok(text)) => Ok(text),
            Some(Err(reason)) => Err(reason),
            None => Ok(b"null"),
        })
    }

    fn read(&mut self, field: &Field) -> Result<Result<Vec<u8>, String>, CompileError> {
        let told = |problem: &str| {
            Err(format!("the default of the reader's field {} {problem}", shown(&field.name)))
        };
        let Some(default) = &field.default else { return Ok(told("is missing")) };
        let data = match self.data.bytes(field.schema, default) {
            Ok(data) => data,
            Err(problem) => return Ok(told(&format!("does not fit: {problem}"))),
        };
        let entry = self.compiler.entry(field.schema, field.schema)?;
        let mut text = Vec::new();
        if let Err(error) = run(self.program(), entry, &data, (self.left, true), &mut text) {
            return Ok(told(&format!("cannot be written: {}", error.problem)));
        }
        self.left = self.left.saturating_sub(text.len());
        Ok(Ok(text))
    }

    fn program(&self) -> &Program {
        &self.compiler.program
    }
}

impl<'s> Compiler<'s> {
    /// Compiles the routine of a record.
    pub(super) fn record(&mut self, writer: NodeId, reader: NodeId) -> Result<(), CompileError> {
        let (Content::Record(written), Content::Record(read)) =
            (self.writer.content(writer), self.reader.content(reader))
        else {
            return self.emit(Action::End);
        };
        let fields = match &mut self.matching {
            Some(matching) => matching.fields(writer, reader)?,
            None => Ok(Fields {
                taken: (0..written.fields.len()).map(Some).collect(),
                given: vec![true; read.fields.len()],
            }),
        };
        let fields = match fields {
            Ok(fields) => fields,
            Err(reason) => return self.fail(reason),
        };
        let defaults = match self.defaults(reader, read, &fields.given)? {
            Ok(defaults) => defaults,
            Err(reason) => return self.fail(reason),
        };
        let taken: Vec<usize> = fields.taken.iter().flatten().copied().collect();
        if taken.is_sorted() {
            self.fields_in_order(written, read, &fields, &defaults)?;
        } else {
            self.fields_out_of_order(written, read, &fields, &defaults)?;
        }
        self.emit(Action::End)
    }

    /// The texts of the fields that were not written.
    fn defaults(
        &mut self,
        id: NodeId,
        read: &RecordType,
        given: &[bool],
    ) -> Result<Result<BTreeMap<usize, Vec<u8>>, String>, CompileError> {
        let mut texts = BTreeMap::new();
        for (number, (field, _)) in
            read.fields.iter().zip(given).enumerate().filter(|(_, (_, given))| !**given)
        {
            let defaulted =
                self.defaulted.get_or_insert_with(|| Box::new(Defaulted::new(self.reader, self.style)));
            match defaulted.text(id, number, field)? {
                Ok(text) => texts.insert(number, text.to_vec()),
                Err(reason) => return Ok(Err(reason.to_owned())),
            };
        }
        Ok(Ok(texts))
    }

    fn fields_in_order(
        &mut self,
        written: &'s RecordType,
        read: &'s RecordType,
        fields: &Fields,
        defaults: &BTreeMap<usize, Vec<u8>>,
    ) -> Result<(), CompileError> {
        self.write(b"{");
        let mut next = 0;
        for (field, taken) in written.fields.iter().zip(&fields.taken) {
            let Some(taken) = *taken else {
                self.skip(field)?;
                continue;
            };
            for (number, field) in read.fields.iter().enumerate().take(taken + 1).skip(next) {
                self.write(if number > 0 { b"," } else { b"" });
                self.write_name(&field.name);
                self.write(defaults.get(&number).map_or(b"", Vec::as_slice));
            }
            next = taken + 1;
            if let Some(own) = read.fields.get(taken) {
                self.field(field, own)?;
            }
        }
        for (number, field) in read.fields.iter().enumerate().skip(next) {
            self.write(if number > 0 { b"," } else { b"" });
            self.write_name(&field.name);
            self.write(defaults.get(&number).map_or(b"", Vec::as_slice));
        }
        self.write(b"}");
        Ok(())
    }

    fn fields_out_of_order(
        &mut self,
        written: &'s RecordType,
        read: &'s RecordType,
        fields: &Fields,
        defaults: &BTreeMap<usize, Vec<u8>>,
    ) -> Result<(), CompileError> {
        // Which of the written fields each of the reader's is.
        let mut places = BTreeMap::new();
        for (field, taken) in written.fields.iter().zip(&fields.taken) {
            let Some((taken, own)) = taken.and_then(|taken| Some((taken, read.fields.get(taken)?))) else {
                self.skip(field)?;
                continue;
            };
            places.insert(taken, places.len() as u32);
            self.emit(Action::Mark)?;
            self.write_name(&own.name);
            self.field(field, own)?;
        }
        let number = self.program.orders.len() as u32;
        self.emit(Action::Reorder(number))?;
        let mut pieces = Vec::new();
        self.write(b"{");
        for (number, field) in read.fields.iter().enumerate() {
            self.write(if number > 0 { b"," } else { b"" });
            match (places.get(&number), defaults.get(&number)) {
                (Some(place), _) => {
                    pieces.push(Piece::Text(self.take_text()));
                    pieces.push(Piece::Field(*place));
                }
                (None, default) => {
                    self.write_name(&field.name);
                    self.write(default.map_or(b"", Vec::as_slice));
                }
            }
        }
        self.write(b"}");
        pieces.push(Piece::Text(self.take_text()));
        self.program.orders.push(Order { fields: places.len(), pieces });
        Ok(())
    }

    fn field(&mut self, written: &Field, read: &Field) -> Result<(), CompileError> {
        let before = self.enter_field(&read.name);
        self.value(written.schema, read.schema, NO_TAG)?;
        self.place = before;
        Ok(())
    }

    fn enter_field(&mut self, name: &str) -> u32 {
        let number = self.program.names.len() as u32;
        self.program.names.push(name.into());
        self.enter(Place::Field { of: self.place, name: number })
    }

    /// Passes over a field that the reader does not have.
    fn skip(&mut self, field: &Field) -> Result<(), CompileError> {
        let before = self.enter_field(&field.name);
        let entry = self.program.skips.entry(self.writer, field.schema);
        self.emit(Action::Skip(entry))?;
        self.place = before;
        Ok(())
    }
}
