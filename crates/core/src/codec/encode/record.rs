//! Records: each member goes to its field, whatever their order.

use super::error::{EncodeError, EncodeProblem, KNOWN_LIMIT};
use super::step::{FieldStep, RecordStep, Step};
use super::{Member, Members, Run, SIZE_LIMIT};
use crate::json::Kind;
use crate::yaml::near_miss;

/// A record that is being written.
#[derive(Clone, Copy)]
struct Open<'e> {
    record: &'e RecordStep,
    /// Where its object begins in the text.
    begin: usize,
    /// How many of its first fields are written where they stay.
    done: usize,
    /// Where the places of its other fields begin.
    first_place: usize,
}

impl<'e> Run<'e, '_, '_> {
    /// Encodes a record. As long as the members come in the order of the fields, each value is written where it stays.
    pub(super) fn record(&mut self, step: &Step, record: &'e RecordStep) -> Result<(), EncodeError> {
        self.begins(Kind::Object, step)?;
        let mut open = Open { record, begin: self.reader.at(), done: 0, first_place: self.places.len() };
        let mut members = Members::begin(&mut self.reader, self.aside)?;
        while let Some(member) = members.next(&mut self.reader)? {
            match record.fields.get(open.done) {
                Some(field) if member.name.is(&field.name) => self.field(field)?,
                _ => return self.out_of_order(open, members, member),
            }
            open.done += 1;
        }
        for field in record.fields.iter().skip(open.done) {
            let bytes = default(open, field)?;
            self.bounded(bytes.len(), open.begin)?;
            self.out.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn field(&mut self, field: &FieldStep) -> Result<(), EncodeError> {
        self.value(field.step).map_err(|error| error.in_field(&field.name))
    }

    /// Encodes the rest of a record, in the order of the text, and then puts it in the order of the fields.
    fn out_of_order(
        &mut self,
        open: Open<'e>,
        mut members: Members,
        member: Member<'_>,
    ) -> Result<(), EncodeError> {
        let rest = open.record.fields.iter().skip(open.done);
        let first_byte = self.out.len();
        self.places.resize(open.first_place + rest.len(), None);
        let mut next = Some(member);
        while let Some(member) = next {
            self.placed_field(open, &member)?;
            next = members.next(&mut self.reader)?;
        }
        // All values are written, so that no other record needs this room before it is given back.
        let mut reordered = std::mem::take(&mut self.reordered);
        reordered.clear();
        for (place, field) in (open.first_place..).zip(rest) {
            match self.places.get(place).copied().flatten() {
                Some((from, to)) => reordered.extend_from_slice(self.out.get(from..to).unwrap_or_default()),
                None => reordered.extend_from_slice(default(open, field)?),
            }
            self.bounded(reordered.len(), open.begin)?;
        }
        self.places.truncate(open.first_place);
        self.out.truncate(first_byte);
        self.out.extend_from_slice(&reordered);
        self.reordered = reordered;
        Ok(())
    }

    fn placed_field(&mut self, open: Open<'e>, member: &Member<'_>) -> Result<(), EncodeError> {
        let name = member.name.decode();
        let Some(index) = open.record.index(&name) else { return Err(self.unknown(open, &name, member)) };
        let place = index.checked_sub(open.done).map(|offset| open.first_place + offset);
        let place = place.filter(|place| self.places.get(*place).copied().flatten().is_none());
        let (Some(field), Some(place)) = (open.record.fields.get(index), place) else {
            return Err(EncodeError::new(EncodeProblem::Twice, member.at(&self.reader)).in_field(&name));
        };
        let from = self.out.len();
        self.field(field)?;
        if let Some(place) = self.places.get_mut(place) {
            *place = Some((from, self.out.len()));
        }
        Ok(())
    }

    fn unknown(&self, open: Open<'e>, name: &str, member: &Member<'_>) -> EncodeError {
        let fields = || open.record.fields.iter().map(|field| field.name.as_ref());
        let problem = EncodeProblem::Unknown {
            record: open.record.name.to_string(),
            near: near_miss(name, fields()).map(str::to_owned),
            known: fields().take(KNOWN_LIMIT).map(str::to_owned).collect(),
        };
        EncodeError::new(problem, member.at(&self.reader)).in_field(name)
    }

    /// Checks that some bytes more are not too many. Only defaults can make a value much larger than its text.
    fn bounded(&self, more: usize, at: usize) -> Result<(), EncodeError> {
        if self.out.len() - self.begin + more > SIZE_LIMIT {
            return Err(EncodeError::new(EncodeProblem::Large(SIZE_LIMIT), at));
        }
        Ok(())
    }
}

/// What a field is whose member is missing.
fn default<'e>(open: Open<'e>, field: &'e FieldStep) -> Result<&'e [u8], EncodeError> {
    let problem = match &field.default {
        Some(Ok(bytes)) => return Ok(bytes),
        Some(Err(reason)) => EncodeProblem::Default { reason: reason.clone() },
        None => EncodeProblem::Missing { record: open.record.name.to_string() },
    };
    Err(EncodeError::new(problem, open.begin).in_field(&field.name))
}
