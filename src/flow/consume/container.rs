//! Writing what is found into an Avro container file. A file has one schema: the newest version of the first record's
//! subject. Records of other versions of it are resolved as Avro's rules say; what the schema cannot hold is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use eventctl_core::codec::{Bytes, Decoder, Encoder, Form, Style};
use eventctl_core::consume::Value;
use eventctl_core::payload::{KnownSchema, Problem, ProblemClass};

use crate::failure::Failure;
use crate::files::ContainerParts;
use crate::flow::known_schemas::KnownSchemas;

/// How many bytes of data make a block.
const BLOCK: usize = 256 << 10;

/// A datum with the schema it was written with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Datum<'r> {
    pub(super) schema: &'r Arc<KnownSchema>,
    pub(super) bytes: &'r [u8],
}

/// Makes the bytes of a container file.
pub(super) struct ContainerFile {
    schemas: KnownSchemas,
    begun: Option<Begun>,
}

/// A file whose schema is known.
struct Begun {
    parts: ContainerParts,
    schema: Arc<KnownSchema>,
    encoder: Encoder,
    /// What reads data of other versions as the file's, by their schemas' ids.
    others: BTreeMap<u32, Result<Decoder, String>>,
    text: Vec<u8>,
    data: Vec<u8>,
    count: u64,
}

impl ContainerFile {
    /// A file that holds nothing yet.
    #[must_use]
    pub(super) fn new(schemas: KnownSchemas) -> Self {
        ContainerFile { schemas, begun: None }
    }

    /// Adds a value; the bytes that are complete are added to `into`. What cannot be added says why.
    ///
    /// # Errors
    /// Where nobody tells the file's schema, or a block cannot be packed.
    pub(super) fn add(
        &mut self,
        value: &Value<'_>,
        datum: Option<Datum<'_>>,
        into: &mut Vec<u8>,
    ) -> Result<Result<(), Problem>, Failure> {
        let Some(datum) = datum else {
            let what = value.found().as_str();
            let detail =
                format!("its value is {what}, and only the registry's Avro goes into a container file");
            return Ok(Err(Problem::new(ProblemClass::NotInFile, detail)));
        };
        let begun = match &mut self.begun {
            Some(begun) => begun,
            None => self.begun.insert(begin(&mut self.schemas, datum.schema, into)?),
        };
        if let Err(problem) = begun.datum(datum) {
            return Ok(Err(problem));
        }
        if begun.data.len() >= BLOCK {
            begun.end_block(into)?;
        }
        Ok(Ok(()))
    }

    /// Adds the bytes of what was held back.
    ///
    /// # Errors
    /// As `add`.
    pub(super) fn flush(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        self.begun.as_mut().map_or(Ok(()), |begun| begun.end_block(into))
    }
}

fn begin(schemas: &mut KnownSchemas, first: &Arc<KnownSchema>, into: &mut Vec<u8>) -> Result<Begun, Failure> {
    let schema = match &first.subject {
        // Asked once: a registry that does not answer must not be asked again for every record.
        Some(subject) => schemas.newest(subject).map_err(|problem| {
            Failure::cluster(format!("the file has no schema yet, and nothing was written: {problem}"))
        })?,
        // Nobody knows a newer one.
        None => Arc::clone(first),
    };
    Ok(Begun {
        parts: ContainerParts::begin(&schema.text, *uuid::Uuid::now_v7().as_bytes(), into),
        encoder: Encoder::new(&schema.schema, Form::Tagged, Bytes::Latin),
        schema,
        others: BTreeMap::new(),
        text: Vec::new(),
        data: Vec::new(),
        count: 0,
    })
}

impl Begun {
    fn datum(&mut self, Datum { schema, bytes }: Datum<'_>) -> Result<(), Problem> {
        if schema.id == self.schema.id {
            self.data.extend_from_slice(bytes);
        } else {
            self.resolved(schema, bytes)?;
        }
        self.count += 1;
        Ok(())
    }

    fn resolved(&mut self, schema: &KnownSchema, bytes: &[u8]) -> Result<(), Problem> {
        let refused = |why: &str| {
            let named = |it: &KnownSchema| it.subject.clone().unwrap_or_else(|| format!("schema {}", it.id));
            let (own, other) = (named(&self.schema), named(schema));
            let detail = format!("the file holds {own}, and this is {other}: {why}");
            Problem::new(ProblemClass::NotInFile, detail)
        };
        // Schemas of two events may fit each other by chance; what comes out would be neither.
        if schema.event() != self.schema.event() {
            return Err(refused("another event; choose one with --event"));
        }
        let decoder = self.others.entry(schema.id).or_insert_with(|| {
            Decoder::resolving(&schema.schema, &self.schema.schema, Style::TAGGED)
                .map_err(|error| error.to_string())
        });
        let decoder = decoder.as_ref().map_err(|why| refused(why))?;
        self.text.clear();
        decoder.decode(bytes, &mut self.text).map_err(|error| refused(&error.to_string()))?;
        let text = std::str::from_utf8(&self.text).map_err(|_| refused("its text is not UTF-8"))?;
        let whole = self.data.len();
        self.encoder.encode(text, &mut self.data).map_err(|error| {
            self.data.truncate(whole);
            refused(&error.to_string())
        })
    }

    fn end_block(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        if self.count == 0 {
            return Ok(());
        }
        let data = std::mem::take(&mut self.data);
        self.parts.block(std::mem::take(&mut self.count), data, into)
    }
}
