//! eventctl: the operator's command line for event-driven systems on Apache Kafka. `ARCHITECTURE.md` is the map.

pub mod failure;
pub mod gate;
pub mod kafka;
pub mod outcome;
pub mod render;
pub mod stop;
pub mod ui;
