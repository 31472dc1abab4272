//! Values that hold no others: numbers, texts, bytes, symbols and what logical types make of them.

use super::error::{EncodeError, EncodeProblem, cut};
use super::step::{EnumStep, Step, bytes_of};
use super::{Members, Run};
use crate::codec::Bytes;
use crate::codec::output::{write_bytes, write_long, write_size};
use crate::codec::texts::{
    TextError, duration_octets, parse_base64, parse_decimal, parse_double, parse_float, parse_int,
    parse_latin, parse_long, parse_time, parse_uuid, sign_extended, special_float,
};
use crate::json::{Kind, Text};
use crate::schema::LogicalType;
use crate::yaml::near_miss;

/// The members of a duration.
pub(super) const DURATION: [&str; 3] = ["months", "days", "millis"];

/// Why a value of the right kind of JSON is none of its type.
enum Problem {
    /// The type's own words say enough.
    Plain,
    /// What its text lacks.
    Text(TextError),
    /// It has so many bytes.
    Size(usize),
}

impl From<TextError> for Problem {
    fn from(error: TextError) -> Self {
        Problem::Text(error)
    }
}

impl Run<'_, '_, '_> {
    pub(super) fn string(&mut self, step: &Step) -> Result<(), EncodeError> {
        self.begins(Kind::String, step)?;
        let text = self.reader.string()?;
        match text.plain() {
            Some(plain) => write_bytes(plain.as_bytes(), self.out),
            None => write_bytes(text.decode().as_bytes(), self.out),
        }
        Ok(())
    }

    /// Encodes a value that is one token.
    pub(super) fn scalar(&mut self, step: &Step) -> Result<(), EncodeError> {
        let kind = self.reader.kind()?;
        let begin = self.reader.clone();
        let done = match (step, kind) {
            (Step::Null, Kind::Null) => return Ok(self.reader.null()?),
            (Step::Boolean, Kind::Boolean) => {
                self.out.push(u8::from(self.reader.boolean()?));
                Ok(())
            }
            (Step::Enum(symbols), Kind::String) => return self.symbol(symbols),
            (step, Kind::Number) => {
                let number = self.reader.number()?;
                self.number(step, number)
            }
            (step, Kind::String) => {
                let text = self.reader.string()?;
                self.text(step, text)
            }
            _ => Err(Problem::Plain),
        };
        done.map_err(|problem| {
            self.reader = begin;
            self.explained(step, &problem)
        })
    }

    fn explained(&mut self, step: &Step, problem: &Problem) -> EncodeError {
        match problem {
            Problem::Plain => self.mismatch(step),
            Problem::Text(error) => self.mismatch_because(step, &error.to_string()),
            Problem::Size(size) => self.mismatch_because(step, &format!("it has {}", bytes_of(*size))),
        }
    }

    fn number(&mut self, step: &Step, number: &str) -> Result<(), Problem> {
        let plain = |_| Problem::Plain;
        match step {
            Step::Int => write_long(i64::from(parse_int(number).map_err(plain)?), self.out),
            Step::Long => write_long(parse_long(number).map_err(plain)?, self.out),
            Step::Float => {
                self.out.extend_from_slice(&parse_float(number).map_err(plain)?.to_le_bytes());
            }
            Step::Double => {
                self.out.extend_from_slice(&parse_double(number).map_err(plain)?.to_le_bytes());
            }
            Step::Time { int: true, .. } => write_long(i64::from(parse_int(number)?), self.out),
            Step::Time { int: false, .. } => write_long(parse_long(number)?, self.out),
            Step::Decimal { precision, scale, size } => self.decimal(number, (*precision, *scale), *size)?,
            _ => return Err(Problem::Plain),
        }
        Ok(())
    }

    fn text(&mut self, step: &Step, text: Text<'_>) -> Result<(), Problem> {
        let text = text.decode();
        match step {
            Step::Bytes => write_bytes(&self.octets(&text)?, self.out),
            Step::Fixed { size } => {
                let octets = self.octets(&text)?;
                if octets.len() != *size {
                    return Err(Problem::Size(octets.len()));
                }
                self.out.extend_from_slice(&octets);
            }
            // Every NaN is written as the same one, as Java does.
            Step::Float => {
                let special = special_float(&text).ok_or(Problem::Plain)?;
                self.out.extend_from_slice(&(special as f32).to_le_bytes());
            }
            Step::Double => {
                self.out.extend_from_slice(&special_float(&text).ok_or(Problem::Plain)?.to_le_bytes());
            }
            Step::Time { logical, int } => self.time(*logical, *int, &text)?,
            Step::Decimal { precision, scale, size } => self.decimal(&text, (*precision, *scale), *size)?,
            Step::Uuid => self.out.extend_from_slice(&parse_uuid(&text)?),
            _ => return Err(Problem::Plain),
        }
        Ok(())
    }

    fn octets(&self, text: &str) -> Result<Vec<u8>, TextError> {
        match self.encoder.bytes {
            Bytes::Base64 => parse_base64(text),
            Bytes::Latin => parse_latin(text),
        }
    }

    fn time(&mut self, logical: LogicalType, int: bool, text: &str) -> Result<(), Problem> {
        let value = parse_time(logical, text)?;
        if int && i32::try_from(value).is_err() {
            return Err(Problem::Plain);
        }
        write_long(value, self.out);
        Ok(())
    }

    fn decimal(
        &mut self,
        text: &str,
        (precision, scale): (u32, u32),
        size: Option<usize>,
    ) -> Result<(), Problem> {
        let octets = parse_decimal(text, precision, scale)?;
        match size {
            None => write_bytes(&octets, self.out),
            Some(size) => {
                self.out.extend_from_slice(&sign_extended(&octets, size).ok_or(Problem::Size(octets.len()))?);
            }
        }
        Ok(())
    }

    fn symbol(&mut self, symbols: &EnumStep) -> Result<(), EncodeError> {
        let at = self.reader.at();
        let symbol = self.reader.string()?.decode();
        if let Some(index) = symbols.index(&symbol) {
            write_size(index, self.out);
            return Ok(());
        }
        let problem = EncodeProblem::Symbol {
            name: symbols.name.to_string(),
            found: cut(&symbol, 60),
            near: near_miss(&symbol, symbols.symbols()).map(str::to_owned),
            known: symbols.first_symbols(),
        };
        Err(EncodeError::new(problem, at))
    }

    /// Encodes a duration: an object of three whole numbers.
    pub(super) fn duration(&mut self, step: &Step) -> Result<(), EncodeError> {
        self.begins(Kind::Object, step)?;
        let begin = self.reader.clone();
        let mut members = Members::begin(&mut self.reader, None)?;
        let mut parts = [None; DURATION.len()];
        while let Some(member) = members.next(&mut self.reader)? {
            let index = DURATION.iter().position(|part| member.name.is(part));
            let Some((part, name)) = index.and_then(|index| parts.get_mut(index).zip(DURATION.get(index)))
            else {
                self.reader = begin;
                return Err(self.mismatch_because(step, "it has months, days and millis alone"));
            };
            if part.is_some() {
                return Err(EncodeError::new(EncodeProblem::Twice, member.at(&self.reader)).in_field(name));
            }
            let kind = self.reader.kind()?;
            let value = self.reader.clone();
            *part = if kind == Kind::Number { self.reader.number()?.parse::<u32>().ok() } else { None };
            if part.is_none() {
                self.reader = value;
                return Err(self.mismatch_with("a whole number from 0 to 4294967295").in_field(name));
            }
        }
        let [Some(months), Some(days), Some(millis)] = parts else {
            self.reader = begin;
            return Err(self.mismatch_because(step, "it has months, days and millis, all three"));
        };
        self.out.extend_from_slice(&duration_octets(months, days, millis));
        Ok(())
    }

    fn mismatch_because(&mut self, step: &Step, reason: &str) -> EncodeError {
        self.mismatch(step).because(reason)
    }
}
