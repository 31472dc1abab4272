//! Producing: one line of text becomes one record, or is refused with a reason; and every line is accounted for.
//!
//! [`Blocks`] cuts what is read into lines, with bounded memory. A [`Recipe`] is made once per topic and turns each line
//! into what is sent: which event it is, the bytes of its value, its key, its timestamp and its partition. A [`Ledger`]
//! keeps what became of each line until all before it are decided, and counts.
//!
//! Nothing is sent here, and nothing read: bytes are handed in, and so are the ids of new events.

mod account;
mod bounds;
mod error;
mod events;
mod front;
mod lines;
mod made;
mod recipe;
mod records;
mod report;
mod stamp;
mod versions;

#[cfg(test)]
mod tests;

pub use account::{End, Ledger, Tally};
pub use bounds::{BoundError, Bounds};
pub use error::{LineError, LineProblem};
pub use events::{EventInput, VersionInput};
pub use lines::{Block, Blocks, LINE_LIMIT, Line, Lines, Text};
pub use made::{Prepared, PreparedHeader, Room};
pub use recipe::{KeyInput, Recipe, RecipeInput};
pub use records::{Maker, Outside, Records};
pub use report::{Ending, OnError, ProduceReport, Reason, TransactionEnd};
pub use stamp::{Stamp, StampError};
pub use versions::{Chosen, FileVersion, Unusable, VersionWish, choose};
