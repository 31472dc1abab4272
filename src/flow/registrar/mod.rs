//! Everything that runs between the files of schemas and a registry: reading what it holds, asking its verdict,
//! registering, deleting.

pub mod delete;
pub mod judge;
pub mod pull;
pub mod register;
pub mod survey;
