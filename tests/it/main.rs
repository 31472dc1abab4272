//! The offline tests of the binary: no network, no cluster. `cargo test` runs them.

mod imports;
