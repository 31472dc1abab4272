//! What is asked and done about consumer groups. Nothing here joins one.

pub mod delete;
pub mod look;
pub mod peek;
