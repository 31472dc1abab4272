//! YAML files as positioned trees, what is wrong with them, and the tables that say what they may hold.
//!
//! The way of a file: its bytes become a [`Source`], [`read`] makes a [`Node`] of it, [`check()`] holds that against a
//! table of [`shape`], [`Fields`] takes the values out, and [`Diagnostics`] collects what is wrong on the way: all of
//! it, each with its place. What a catalog or a settings file means is not known here.

mod check;
mod diagnostic;
mod fields;
mod json;
mod json_schema;
mod merge;
mod node;
mod parse;
mod scalar;
pub mod shape;
mod source;

pub use check::check;
pub use diagnostic::{Diagnostic, Diagnostics, FINDINGS_LIMIT, Label, Severity, near_miss, shown};
#[cfg(any(test, debug_assertions))]
pub use fields::unread;
pub use fields::{Fields, MapEntry};
pub use json_schema::json_schema;
pub use merge::merge;
pub use node::{Entry, Key, Node, Scalar, Style, Value};
pub use parse::{ALIAS_LIMIT, DEPTH_LIMIT, NODE_LIMIT, parse, read};
pub use source::{SIZE_LIMIT, Source, Span, Spanned};
