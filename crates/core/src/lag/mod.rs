//! Lag: how far groups are behind, in records and in time, and what follows.
//!
//! `facts` is what was read of a cluster, `judge` makes a report of it, `check` holds it against limits, `monitor` looks at
//! several samples (Burrow's rules), `catch_up` tells never from unknown, `alert` turns crossed limits into episodes, `advice` says how many consumers would
//! catch up.

pub mod advice;
pub mod alert;
pub mod catch_up;
pub mod check;
pub mod facts;
pub mod judge;
pub mod metrics;
pub mod monitor;
pub mod partition;
pub mod points;
pub mod report;
pub mod selection;
pub mod state;

#[cfg(test)]
mod tests;
