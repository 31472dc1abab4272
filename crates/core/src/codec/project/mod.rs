//! Reading some named fields of a payload, and nothing else: what filters, keys and the folding of states live on.
//!
//! A projection is made once for a schema and the paths of the fields. For each payload it fills one slot per path;
//! what stands in between is passed over, in as few steps as the schema allows, and nothing is copied or allocated.
//! [`Projection`] reads Avro data, [`JsonProjection`] JSON text, both through [`Project`].
//!
//! A path is names with dots between them. It leads through records, through unions (where a branch has no such field
//! the slot is [`Slot::Missing`]), and not into arrays and maps. A path that ends at a record, an array or a map gives
//! it as it stands in the payload.
//!
//! Reading ends with the last field that is asked for. Bytes behind it are not looked at, so that a payload that is
//! broken there, or too long, is not noticed; and of what is passed over only the lengths are checked. The strict
//! variants read on to the end, which must be the payload's.

mod compile;
mod error;
mod json;
mod path;
mod program;
mod slot;

#[cfg(test)]
mod tests;

pub use error::{PathError, PathProblem, ProjectError};
pub use json::JsonProjection;
pub use program::Projection;
pub use slot::{Composite, Slot, recycled};

/// Reads named fields of payloads.
pub trait Project {
    /// How many fields: as many slots are filled.
    fn fields(&self) -> usize;

    /// Reads the fields of a payload into slots, in the order of the paths. Every slot is set, also where this fails:
    /// what was not reached is missing then.
    ///
    /// # Errors
    /// A payload that is broken before its last field; with a strict projection, anywhere.
    fn project<'d>(&'d self, payload: &'d [u8], slots: &mut [Slot<'d>]) -> Result<(), ProjectError>;
}
