//! JSON as it is written: a reader over one text that keeps numbers and escapes as they stand, a tree with places, and
//! writers.
//!
//! serde_json reads what is only data to us. This module is for what must not lose anything on the way: schemas, whose
//! defaults and places matter, and events, whose 2^53+1 and 100-digit numbers must survive, whose doubled names and
//! lone surrogates are errors, and which are turned into Avro in one pass.

mod check;
mod error;
mod pretty;
mod reader;
mod tree;
mod write;

pub use check::check;
pub use error::{JsonError, JsonErrorKind};
pub use pretty::{pretty, write_escaped};
pub use reader::{DEPTH_LIMIT, Kind, Reader, Text};
pub use tree::{Json, Member, Value};
pub use write::{write_string, write_utf8};
