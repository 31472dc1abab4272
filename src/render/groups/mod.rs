//! How consumer groups look: what was moved, and what was saved before.

mod history;
mod moved;

pub use history::History;
