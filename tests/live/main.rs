//! Tests against a real cluster: `cargo test --profile ci --test live`. A cluster that is not there is a failure.
//!
//! `EVENTCTL_TEST_BROKERS` names the brokers; without it, those of `dev/cluster up`.

mod native;
