//! Consumer groups: what a cluster says of them, and what may be done to their offsets.

pub mod change;
pub mod listing;
pub mod live;
pub mod moved;
pub mod saved;
pub mod seek;
pub mod target;
pub mod undo;
