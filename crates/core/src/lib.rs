//! Everything eventctl decides, as functions of values.
//!
//! This crate knows Kafka's rules and eventctl's own, and nothing of a broker, a file, a terminal, a clock or a
//! network: its callers hand it texts, answers and the time, and get back catalogs, plans and reports. The compiler
//! keeps it so, because none of those libraries is among its dependencies; `tests/it/imports.rs` checks the rest.

pub mod catalog;
pub mod codec;
pub mod consume;
pub mod doctor;
pub mod duration;
pub mod fault;
pub mod filter;
pub mod groups;
pub mod human;
pub mod json;
pub mod key;
pub mod lag;
pub mod name;
pub mod partitioner;
pub mod pattern;
pub mod payload;
pub mod position;
pub mod produce;
pub mod record;
pub mod risk;
pub mod scan;
pub mod schema;
pub mod schemas;
pub mod secret;
pub mod settings;
pub mod shell;
pub mod size;
pub mod skew;
pub mod topics;
pub mod usage;
pub mod yaml;
