//! eventctl: the operator's command line for event-driven systems on Apache Kafka. `ARCHITECTURE.md` is the map.

pub mod failure;
pub mod flow;
pub mod gate;
pub mod kafka;
pub mod outcome;
pub mod render;
pub mod stop;
pub mod ui;

/// Placeholder until the command line is joined.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
