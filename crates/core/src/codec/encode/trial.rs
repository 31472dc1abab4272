//! Values that may belong to several branches of a union: trying them, within a budget.
//!
//! Of records only those are tried whose fields the names in the object allow. Most unions of records are told apart
//! by that, so that nothing is tried at all, and a fault inside is told as the fault of the one record that was meant.

use super::error::{EncodeError, EncodeProblem};
use super::step::{RecordStep, Step};
use super::union::UnionStep;
use super::{Members, Run};
use crate::json::{Reader, Text};
use crate::yaml::shown;

/// How many reasons an error lists.
const REASONS_LIMIT: usize = 8;

impl<'e, 't> Run<'e, 't, '_> {
    /// Encodes an object that may belong to several branches: names first.
    pub(super) fn choose_by_names(
        &mut self,
        union: &'e UnionStep,
        candidates: &[usize],
    ) -> Result<(), EncodeError> {
        let names = self.names()?;
        self.pay(names.len().saturating_mul(candidates.len()))?;
        let (mut fitting, mut reasons) = (Vec::new(), Vec::new());
        for index in candidates {
            let Some(branch) = union.branch(*index) else { continue };
            match misfit(self.step(branch.step), &names) {
                None => fitting.push(*index),
                Some(reason) if reasons.len() < REASONS_LIMIT => {
                    reasons.push(format!("{} {reason}", shown(&branch.name)));
                }
                Some(_) => {}
            }
        }
        match fitting.as_slice() {
            [] => Err(EncodeError::new(EncodeProblem::NoBranch { reasons }, self.reader.at())),
            [only] => self.branch(union, *only),
            several => self.choose(union, several),
        }
    }

    /// The names in the object that comes next.
    fn names(&mut self) -> Result<Vec<Text<'t>>, EncodeError> {
        let mut ahead = self.reader.clone();
        let mut members = Members::begin(&mut ahead, self.aside)?;
        let mut names = Vec::new();
        while let Some(member) = members.next(&mut ahead)? {
            names.push(member.name);
            ahead.skip()?;
        }
        self.pay(ahead.at() - self.reader.at())?;
        Ok(names)
    }

    /// Encodes a value that must fit exactly one of several branches: tries them.
    pub(super) fn choose(&mut self, union: &'e UnionStep, candidates: &[usize]) -> Result<(), EncodeError> {
        let (begin, from, places, keys) =
            (self.reader.clone(), self.out.len(), self.places.len(), self.keys.len());
        let at = begin.at();
        let mut fits: Option<(usize, Reader<'t>)> = None;
        let mut reasons = Vec::new();
        for index in candidates {
            let Some(branch) = union.branch(*index) else { continue };
            self.reader = begin.clone();
            let end = self.out.len();
            match self.branch(union, *index) {
                Ok(()) => {
                    if let Some((first, _)) = fits {
                        let first: &str = union.branch(first).map_or("", |branch| &branch.name);
                        let branches = [first.to_owned(), branch.name.to_string()];
                        return Err(EncodeError::new(EncodeProblem::Ambiguous { branches }, at));
                    }
                    fits = Some((*index, self.reader.clone()));
                }
                Err(error) if !error.is_of_the_branch() => return Err(error),
                Err(error) => {
                    self.out.truncate(end);
                    self.places.truncate(places);
                    self.keys.truncate(keys);
                    if reasons.len() < REASONS_LIMIT {
                        reasons.push(format!("not {}, because {}", shown(&branch.name), error.sentence()));
                    }
                }
            }
            self.pay(1 + self.reader.at().saturating_sub(at))?;
        }
        match fits {
            Some((_, end)) => {
                self.reader = end;
                Ok(())
            }
            None => {
                self.out.truncate(from);
                Err(EncodeError::new(EncodeProblem::NoBranch { reasons }, at))
            }
        }
    }
}

/// Says why an object of these names is no value of this type; none where it may be one.
fn misfit(step: &Step, names: &[Text<'_>]) -> Option<String> {
    match step {
        Step::Record(record) => misfit_of_record(record, names),
        Step::Duration => {
            let known = |name: &Text<'_>| super::scalar::DURATION.iter().any(|part| name.is(part));
            let fits = names.len() == super::scalar::DURATION.len() && names.iter().all(known);
            (!fits).then(|| "has months, days and millis".to_owned())
        }
        _ => None,
    }
}

fn misfit_of_record(record: &RecordStep, names: &[Text<'_>]) -> Option<String> {
    let mut required = 0;
    for name in names {
        let name = name.decode();
        match record.index(&name).and_then(|index| record.fields.get(index)) {
            None => return Some(format!("has no field {}", shown(&name))),
            Some(field) => required += usize::from(field.default.is_none()),
        }
    }
    if required >= record.required {
        return None;
    }
    let missing = record
        .fields
        .iter()
        .find(|field| field.default.is_none() && !names.iter().any(|name| name.is(&field.name)));
    // A name that stands twice counts twice here, and is refused when the value is read.
    missing.map(|field| format!("needs the field {}", shown(&field.name)))
}
