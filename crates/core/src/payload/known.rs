//! A schema that records were written with, ready to decode them.

use super::{Problem, ProblemClass};
use crate::codec::{Decoder, Style};
use crate::schema::{self, Schema};
use crate::yaml::Source;

/// The texts of a schema.
#[derive(Debug, Clone, Copy)]
pub struct SchemaTexts<'a> {
    /// Its id in the registry.
    pub id: u32,
    /// Its own text.
    pub text: &'a str,
    /// The texts of the schemas it needs, each before those that need it.
    pub needed: &'a [&'a str],
}

/// A schema by its id, with what decodes its data.
#[derive(Debug)]
pub struct KnownSchema {
    /// Its id in the registry.
    pub id: u32,
    /// A subject that has it, where the registry said so.
    pub subject: Option<String>,
    /// Its version there.
    pub version: Option<u32>,
    /// The schema.
    pub schema: Schema,
    /// Its text, which needs no other schema's.
    pub text: String,
    decoder: Decoder,
}

impl KnownSchema {
    /// Reads and compiles a schema.
    ///
    /// # Errors
    /// A text that is no Avro schema, or one beyond all measure.
    pub fn compile(texts: &SchemaTexts<'_>, style: Style) -> Result<Self, Problem> {
        let name = format!("schema {}", texts.id);
        let refused = |why: String| {
            let detail = format!("the schema with id {} cannot be used: {why}", texts.id);
            Problem::new(ProblemClass::SchemaUnknown, detail)
        };
        let source = |text: &&str| Source::new(&name, text);
        let needed: Vec<Source> = texts.needed.iter().map(source).collect();
        let schema = schema::parse(&Source::new(&name, texts.text), &needed)
            .map_err(|findings| refused(findings.first().map_or(String::new(), |it| it.message.clone())))?;
        let decoder = Decoder::new(&schema, style).map_err(|error| refused(error.to_string()))?;
        let text = if texts.needed.is_empty() { texts.text.to_owned() } else { schema::alone(&schema) };
        Ok(KnownSchema { id: texts.id, subject: None, version: None, schema, text, decoder })
    }

    /// The same, with the subject and version that the registry has it under.
    #[must_use]
    pub fn registered_as(self, subject: String, version: u32) -> Self {
        KnownSchema { subject: Some(subject), version: Some(version), ..self }
    }

    /// The name of its record, without the namespace: the name of an event. None where it is no record.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        self.schema.content(self.schema.root()).name().map(schema::Name::short)
    }

    /// Adds the JSON text of a datum.
    ///
    /// # Errors
    /// What is wrong with the datum; nothing is added then.
    pub fn decode(&self, datum: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
        self.decoder.decode(datum, out).map_err(|error| Problem::new(ProblemClass::Avro, error.to_string()))
    }
}
