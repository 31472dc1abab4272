//! Avro schemas: read by us, with a place and a JSON pointer for everything, so that every finding can name both.
//!
//! There is one [`Schema`]; canonical form, compatibility, lint, difference and the codec are all functions of it. It is
//! an arena: nodes refer to each other by [`NodeId`], so that recursive types need no special case. Where a rule of the
//! specification and Avro's Java library differ, Java's holds, because registries run it.

mod canonical;
pub mod compatibility;
mod defaults;
pub mod diff;
pub mod fingerprint;
mod level;
pub mod lint;
mod logical;
mod model;
mod names;
mod parse;
mod places;
mod same;
mod trail;
mod words;

pub use canonical::{alone, parsing_form};
pub use level::{Demands, Direction, demands};
pub use logical::{LogicalProblem, LogicalType};
pub use model::{
    Content, EnumType, Field, FixedType, Name, Node, NodeId, Order, Property, RecordType, Schema, TypeKind,
};
pub use parse::{DOCUMENTS_LIMIT, parse, parse_with};
pub(crate) use places::Places;
pub use same::same;
pub use trail::Place;
pub use words::Words;

#[cfg(test)]
mod parse_tests;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod parse_fixture_tests;
#[cfg(test)]
mod property_tests;
