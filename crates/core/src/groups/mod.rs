//! Consumer groups: what a cluster says of them, and what may be done to their offsets.

pub mod change;
pub mod delete;
pub mod listing;
pub mod live;
pub mod moved;
pub mod peek;
pub mod report;
pub mod saved;
pub mod seek;
pub mod target;
pub mod undo;

#[cfg(test)]
mod delete_tests;
#[cfg(test)]
mod samples;
