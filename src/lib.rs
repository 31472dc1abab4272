//! eventctl: the operator's command line for event-driven systems on Apache Kafka. `ARCHITECTURE.md` is the map.

pub mod failure;
pub mod files;
pub mod gate;
pub mod http;
pub mod outcome;
pub mod process;
pub mod render;
pub mod settings;
pub mod stop;
pub mod ui;
