//! The offline tests of the binary: no network, no cluster. `cargo test` runs them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and prepares files and processes of its own"
)]

#[path = "../world/mod.rs"]
mod world;

mod imports;
