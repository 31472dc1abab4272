//! Arrays and maps.

use super::error::{EncodeError, EncodeProblem};
use super::step::{Step, StepId};
use super::{Members, Run};
use crate::codec::output::{Block, write_bytes};
use crate::json::Kind;

impl Run<'_, '_, '_> {
    pub(super) fn array(&mut self, step: &Step, items: StepId) -> Result<(), EncodeError> {
        self.begins(Kind::Array, step)?;
        self.reader.begin_array()?;
        let mut block = Block::begin(self.out);
        let (mut first, mut index) = (true, 0);
        while self.reader.item(&mut first)? {
            block.count();
            self.value(items).map_err(|error| error.in_item(index))?;
            index += 1;
        }
        block.end(self.out);
        Ok(())
    }

    pub(super) fn map(&mut self, step: &Step, values: StepId) -> Result<(), EncodeError> {
        self.begins(Kind::Object, step)?;
        let mut members = Members::begin(&mut self.reader, self.aside)?;
        let mut block = Block::begin(self.out);
        let first_key = self.keys.len();
        while let Some(member) = members.next(&mut self.reader)? {
            block.count();
            let key = member.name.decode();
            write_bytes(key.as_bytes(), self.out);
            self.keys.push((key, member.at(&self.reader)));
            let this = self.keys.len() - 1;
            self.value(values).map_err(|error| {
                let key = self.keys.get(this).map(|(key, _)| key.as_ref());
                error.in_key(key.unwrap_or_default())
            })?;
        }
        block.end(self.out);
        self.each_key_once(first_key)
    }

    /// Forgets the keys of a map; none of them may stand twice.
    fn each_key_once(&mut self, first_key: usize) -> Result<(), EncodeError> {
        let keys = self.keys.get_mut(first_key..).unwrap_or_default();
        keys.sort_unstable();
        let repeated = keys.windows(2).filter(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        let first_repeated = repeated.filter_map(|pair| pair.last()).min_by_key(|(_, at)| *at);
        if let Some((key, at)) = first_repeated {
            return Err(EncodeError::new(EncodeProblem::Twice, *at).in_key(key));
        }
        self.keys.truncate(first_key);
        Ok(())
    }
}
