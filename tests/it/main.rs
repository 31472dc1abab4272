//! The offline tests of the binary: no network, no cluster. `cargo test` runs them.
//!
//! Transcripts (`snapshots/`) hold an exit code, all of stdout and all of stderr. To write them anew after a change that
//! was meant: `INSTA_UPDATE=always cargo test --profile ci --test it`, then read the difference.

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

mod check;
mod codec;
mod completions;
mod config;
mod filter;
mod groups;
mod hostile;
mod hostile_schemas;
mod imports;
mod partition;
mod pipes;
mod produce;
mod registering;
mod registry_side;
mod reports;
mod samples;
mod schema;
mod screen;
mod secrets;
mod stores;
mod stub_registry;
mod terminal;
mod unreachable;
mod usage;

/// Compares a run with the transcript of this name below `snapshots/`.
macro_rules! transcript {
    ($name:expr, $run:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $run.to_string());
        })
    };
}
pub(crate) use transcript;
