//! Reading a record back from its line.

use std::borrow::Cow;

use super::{Encoding, LineHeader, Payload, RecordLine};
use crate::codec::texts::{TextError, parse_base64};
use crate::json::{JsonError, Kind, Reader, Text};
use crate::yaml::near_miss;

/// The members of a line. The last ones say something about the record, and are not read back.
const MEMBERS: [&str; 15] = [
    "topic",
    "partition",
    "offset",
    "timestamp",
    "timestamp_type",
    "key",
    "key_encoding",
    "key_raw",
    "value",
    "value_encoding",
    "raw",
    "headers",
    "event",
    "schema",
    "error",
];

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (byte {at})")]
pub struct RecordLineError {
    /// What is wrong.
    pub problem: RecordLineProblem,
    /// The byte of the line where it was seen, from 0.
    pub at: usize,
}

/// Why a line is not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordLineProblem {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    Json(crate::json::JsonErrorKind),
    /// A member that records do not have.
    #[error("a record has no member `{name}`{}", near.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// Its name.
        name: String,
        /// The one that was meant, perhaps.
        near: Option<&'static str>,
    },
    /// A member that stands there twice.
    #[error("`{0}` stands there twice")]
    Twice(&'static str),
    /// A member that must be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A member of another kind.
    #[error("`{member}` must be {expected}, and it is {found}")]
    Kind {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A number outside of its range.
    #[error("`{member}` is no whole number from {least} to {most}")]
    Range {
        /// The member.
        member: &'static str,
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// An encoding that is none.
    #[error("`{found}` is no encoding; there are null, text, json, avro, envelope and base64")]
    Encoding {
        /// What stands there.
        found: String,
    },
    /// A string that is not base64.
    #[error("`{member}`: {error}")]
    Base64 {
        /// The member.
        member: &'static str,
        /// Why not.
        error: TextError,
    },
    /// Bytes beside a member that is read by itself.
    #[error("`{raw}` stands beside the encoding `{encoding}`, whose bytes are `{member}` itself")]
    Raw {
        /// The member of the bytes.
        raw: &'static str,
        /// The encoding.
        encoding: &'static str,
        /// The member that counts.
        member: &'static str,
    },
}

type Result<T> = std::result::Result<T, RecordLineError>;

impl From<JsonError> for RecordLineError {
    fn from(error: JsonError) -> Self {
        RecordLineError { problem: RecordLineProblem::Json(error.kind), at: error.at }
    }
}

/// Reads a line as a record. `key`, `value` and their encodings must be there; what is known of where the record was
/// read may be left out, and so may headers.
///
/// # Errors
/// The first thing in the line that is wrong.
pub fn parse(line: &str) -> Result<RecordLine<'_>> {
    let mut reader = Reader::new(line);
    let mut found = Found::default();
    let mut seen = [false; MEMBERS.len()];
    let mut first = true;
    let start = reader.kind()?;
    if start != Kind::Object {
        return Err(wrong_kind(&reader, "a record", "an object", start));
    }
    reader.begin_object()?;
    while let Some(name) = reader.name(&mut first)? {
        let name = name.decode();
        let Some((index, member)) = MEMBERS.iter().enumerate().find(|(_, member)| **member == name) else {
            let near = near_miss(&name, MEMBERS);
            return fail(&reader, RecordLineProblem::Unknown { near, name: name.into_owned() });
        };
        match seen.get_mut(index) {
            Some(seen) if *seen => return fail(&reader, RecordLineProblem::Twice(member)),
            Some(seen) => *seen = true,
            None => {}
        }
        found.member(member, &mut reader)?;
    }
    reader.end()?;
    found.record(&reader)
}

fn fail<T>(reader: &Reader<'_>, problem: RecordLineProblem) -> Result<T> {
    Err(RecordLineError { problem, at: reader.at() })
}

fn wrong_kind(
    reader: &Reader<'_>,
    member: &'static str,
    expected: &'static str,
    found: Kind,
) -> RecordLineError {
    let problem = RecordLineProblem::Kind { member, expected, found: found.words() };
    RecordLineError { problem, at: reader.at() }
}

/// What stands in the line, not yet put together: an encoding may come after what it is the encoding of.
#[derive(Default)]
struct Found<'a> {
    topic: Option<Cow<'a, str>>,
    partition: Option<i64>,
    offset: Option<i64>,
    timestamp: Option<i64>,
    key: Part<'a>,
    value: Part<'a>,
    headers: Vec<LineHeader<'a>>,
}

/// A member with its encoding, as far as they were read.
#[derive(Default)]
struct Part<'a> {
    written: Option<(Kind, &'a str, usize)>,
    encoding: Option<Encoding>,
    raw: Option<Vec<u8>>,
}

/// The names of a part's members.
struct Names {
    member: &'static str,
    encoding: &'static str,
    raw: &'static str,
}

const KEY: Names = Names { member: "key", encoding: "key_encoding", raw: "key_raw" };
const VALUE: Names = Names { member: "value", encoding: "value_encoding", raw: "raw" };
const HEADER_NAME: Names = Names { member: "name", encoding: "name_encoding", raw: "" };
const HEADER_VALUE: Names = Names { member: "value", encoding: "value_encoding", raw: "" };

impl<'a> Found<'a> {
    fn member(&mut self, member: &'static str, reader: &mut Reader<'a>) -> Result<()> {
        match member {
            "topic" => self.topic = Some(string(reader, member)?.decode()),
            "partition" => self.partition = Some(integer(reader, member, 0, i64::from(i32::MAX))?),
            "offset" => self.offset = Some(integer(reader, member, 0, i64::MAX)?),
            "timestamp" => self.timestamp = Some(integer(reader, member, i64::MIN, i64::MAX)?),
            "key" => self.key.written(reader)?,
            "key_encoding" => self.key.encoding(reader, member)?,
            "key_raw" => self.key.raw(reader, member)?,
            "value" => self.value.written(reader)?,
            "value_encoding" => self.value.encoding(reader, member)?,
            "raw" => self.value.raw(reader, member)?,
            "headers" => self.headers = headers(reader)?,
            // What was found out about the record.
            _ => drop(reader.skip_alone()?),
        }
        Ok(())
    }

    fn record(self, reader: &Reader<'_>) -> Result<RecordLine<'a>> {
        Ok(RecordLine {
            topic: self.topic,
            partition: self.partition.and_then(|number| i32::try_from(number).ok()),
            offset: self.offset,
            timestamp: self.timestamp,
            key: self.key.payload(&KEY, reader)?,
            value: self.value.payload(&VALUE, reader)?,
            headers: self.headers,
        })
    }
}

impl<'a> Part<'a> {
    fn written(&mut self, reader: &mut Reader<'a>) -> Result<()> {
        let kind = reader.kind()?;
        let at = reader.at();
        self.written = Some((kind, reader.skip_alone()?, at));
        Ok(())
    }

    fn encoding(&mut self, reader: &mut Reader<'a>, member: &'static str) -> Result<()> {
        let word = string(reader, member)?.decode();
        let encoding = Encoding::ALL.into_iter().find(|encoding| encoding.as_str() == word);
        match encoding {
            Some(encoding) => self.encoding = Some(encoding),
            None => return fail(reader, RecordLineProblem::Encoding { found: word.into_owned() }),
        }
        Ok(())
    }

    fn raw(&mut self, reader: &mut Reader<'a>, member: &'static str) -> Result<()> {
        let text = string(reader, member)?.decode();
        let bytes = parse_base64(&text);
        match bytes {
            Ok(bytes) => self.raw = Some(bytes),
            Err(error) => return fail(reader, RecordLineProblem::Base64 { member, error }),
        }
        Ok(())
    }

    /// Puts a member and its encoding together.
    fn payload(self, names: &Names, reader: &Reader<'_>) -> Result<Payload<'a>> {
        let missing = |member| fail(reader, RecordLineProblem::Missing(member));
        let Some((kind, written, at)) = self.written else { return missing(names.member) };
        let Some(encoding) = self.encoding else { return missing(names.encoding) };
        let expected = |wanted: Kind| {
            let problem = RecordLineProblem::Kind {
                member: names.member,
                expected: if wanted == Kind::Null { "null" } else { "a string" },
                found: kind.words(),
            };
            if kind == wanted { Ok(()) } else { Err(RecordLineError { problem, at }) }
        };
        if self.raw.is_some() && !matches!(encoding, Encoding::Avro | Encoding::Envelope) {
            let encoding = encoding.as_str();
            let (raw, member) = (names.raw, names.member);
            return fail(reader, RecordLineProblem::Raw { raw, encoding, member });
        }
        let bytes = match encoding {
            Encoding::Null => {
                expected(Kind::Null)?;
                None
            }
            Encoding::Text => {
                expected(Kind::String)?;
                Some(match characters(written) {
                    Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                })
            }
            Encoding::Base64 => {
                expected(Kind::String)?;
                let bytes = parse_base64(&characters(written));
                let member = names.member;
                let problem = |error| RecordLineProblem::Base64 { member, error };
                Some(Cow::Owned(bytes.map_err(|error| RecordLineError { problem: problem(error), at })?))
            }
            Encoding::Json => Some(Cow::Borrowed(written.as_bytes())),
            Encoding::Avro | Encoding::Envelope => self.raw.map(Cow::Owned),
        };
        Ok(Payload { encoding, written, bytes })
    }
}

/// The characters of a string that is known to be one.
fn characters(written: &str) -> Cow<'_, str> {
    Reader::new(written).string().map_or(Cow::Borrowed(""), Text::decode)
}

fn string<'a>(reader: &mut Reader<'a>, member: &'static str) -> Result<Text<'a>> {
    match reader.kind()? {
        Kind::String => Ok(reader.string()?),
        found => Err(wrong_kind(reader, member, "a string", found)),
    }
}

fn integer(reader: &mut Reader<'_>, member: &'static str, least: i64, most: i64) -> Result<i64> {
    match reader.kind()? {
        Kind::Number => {}
        found => return Err(wrong_kind(reader, member, "a number", found)),
    }
    let number = reader.number()?.parse::<i64>().ok().filter(|number| (least..=most).contains(number));
    match number {
        Some(number) => Ok(number),
        None => fail(reader, RecordLineProblem::Range { member, least, most }),
    }
}

fn headers<'a>(reader: &mut Reader<'a>) -> Result<Vec<LineHeader<'a>>> {
    match reader.kind()? {
        Kind::Array => reader.begin_array()?,
        found => return Err(wrong_kind(reader, "headers", "an array", found)),
    }
    let (mut headers, mut first) = (Vec::new(), true);
    while reader.item(&mut first)? {
        headers.push(header(reader)?);
    }
    Ok(headers)
}

fn header<'a>(reader: &mut Reader<'a>) -> Result<LineHeader<'a>> {
    match reader.kind()? {
        Kind::Object => reader.begin_object()?,
        found => return Err(wrong_kind(reader, "a header", "an object", found)),
    }
    // A name is text where nothing else is said.
    let mut name = Part { encoding: Some(Encoding::Text), ..Part::default() };
    let (mut value, mut first) = (Part::default(), true);
    const HEADER: [&str; 4] = ["name", "name_encoding", "value", "value_encoding"];
    let mut seen = [false; HEADER.len()];
    while let Some(member) = reader.name(&mut first)? {
        let member = member.decode();
        let Some(index) = HEADER.iter().position(|known| *known == member) else {
            let near = near_miss(&member, HEADER);
            return fail(reader, RecordLineProblem::Unknown { near, name: member.into_owned() });
        };
        if let Some(seen) = seen.get_mut(index)
            && std::mem::replace(seen, true)
        {
            return fail(reader, RecordLineProblem::Twice(HEADER.get(index).copied().unwrap_or_default()));
        }
        match index {
            0 => name.written(reader)?,
            1 => name.encoding(reader, "name_encoding")?,
            2 => value.written(reader)?,
            _ => value.encoding(reader, "value_encoding")?,
        }
    }
    let name = name.payload(&HEADER_NAME, reader)?;
    let value = value.payload(&HEADER_VALUE, reader)?;
    for (payload, member) in [(&name, "name"), (&value, "value")] {
        let no_bytes = payload.bytes.is_none() && (member == "name" || payload.encoding != Encoding::Null);
        if no_bytes {
            return fail(reader, RecordLineProblem::Encoding { found: payload.encoding.as_str().to_owned() });
        }
    }
    Ok(LineHeader { name: name.bytes.unwrap_or_default(), value: value.bytes })
}
