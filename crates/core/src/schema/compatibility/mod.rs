//! Whether a reader's schema reads what a writer's schema wrote, by the rules of Avro's Java library 1.12
//! (`SchemaCompatibility`), because registries run it; and what it reads with another meaning.
//!
//! The verdict is Java's to the last oddity. The reasons are ours: Java stops at a union and says that it lacks a
//! branch, we look into the branch that was meant. What the versions are called, and which of the two schemas is newer,
//! is not known here; whoever knows it asks a finding for its [`Incompatibility::sentence`].

mod branches;
mod finding;
mod meaning;
mod rules;
mod verdict;
mod walk;

pub use finding::{Cause, Incompatibility, IncompatibilityKind, together};
pub use meaning::{Meaning, MeaningChange, MeaningKind};

use super::model::Schema;
use super::trail::Place;
use super::words::type_words;
use verdict::Verdicts;

/// How many findings of each sort are told; the others are counted.
pub const FINDINGS_LIMIT: usize = 1_000;

/// What comparing a reader's and a writer's schema brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Why the reader cannot read; empty where it can. All reasons at once, in the order of the reader's fields.
    pub incompatibilities: Vec<Incompatibility>,
    /// What it reads with another meaning than it was written with. Nothing of this makes the schemas incompatible.
    pub meanings: Vec<MeaningChange>,
    /// How many findings of either sort there are besides, at least.
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
///
/// Two schemas that are too large to be compared in reasonable time are incompatible, for that reason.
#[must_use]
pub fn compare(reader: &Schema, writer: &Schema) -> Comparison {
    let mut verdicts = Verdicts::new(reader, writer);
    let fits = verdicts.fits((reader.root(), writer.root()));
    if let Some(compared) = verdicts.too_many() {
        return whole(reader, writer, Cause::TooLarge { compared });
    }
    // Java's exception leaves no verdict, wherever it is thrown.
    let compatible = fits && verdicts.ambiguities().is_empty();
    let comparison = walk::walk(&mut verdicts, compatible);
    if compatible || !comparison.is_compatible() {
        return comparison;
    }
    // A verdict without a reason is still the verdict: nothing here may turn it into its opposite.
    let cause = match verdicts.too_many() {
        Some(compared) => Cause::TooLarge { compared },
        None => Cause::TypeMismatch {
            reader: type_words(reader, reader.root()),
            writer: type_words(writer, writer.root()),
            branch: false,
        },
    };
    Comparison { meanings: comparison.meanings, further: comparison.further, ..whole(reader, writer, cause) }
}

fn whole(reader: &Schema, writer: &Schema, cause: Cause) -> Comparison {
    let place = |schema: &Schema| Place::of_node(schema, schema.root(), String::new());
    let finding = Incompatibility { cause, reader: place(reader), writer: place(writer), in_branch: false };
    Comparison { incompatibilities: vec![finding], ..Comparison::default() }
}

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
