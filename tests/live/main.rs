//! The live tests: against a real Kafka. `make test` starts the cluster and runs them; a missing cluster fails.
//!
//! *Shared* tests use the one development cluster: every name has the test's own prefix, and assertions look at those
//! names only. *Own* tests start a cluster of their own, which they may break; they run one at a time.

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

mod accounts;
mod certificates;
mod clusters;
mod consume;
mod endings;
mod faults;
mod group_members;
mod groups;
mod groups_at_scale;
mod groups_in_trouble;
mod groups_peek;
mod groups_said;
mod lag;
mod lag_in_trouble;
mod lag_members;
mod member;
mod merged;
mod native;
mod oracle;
mod outages;
mod partitions;
mod produce;
mod provision;
mod proxy;
mod registrar;
mod registry;
mod reports;
mod resets;
mod running;
mod scan;
mod schemas;
mod seek;
mod seek_moved;
mod silent;
mod streams;
mod transcripts;
mod writer;
