//! The door to Kafka: `rdkafka` is named in this folder and nowhere else.
//!
//! `cluster` asks and changes what the admin protocol offers, in eventctl's own values; `native` is librdkafka itself.
//! Nothing here joins a consumer group, creates a topic by accident, prints, or knows a secret's text for longer than
//! it takes to hand it on.

pub mod budget;
pub mod cluster;
pub mod connect;

pub mod changes;
mod faults;
pub mod groups;
mod groups_client;
mod health;
pub mod member;
mod native;
pub mod offsets;
mod on_the_way;
pub mod reads;
pub mod scan;
pub mod settled;
mod together;
pub mod transaction;
mod trouble;
mod values;
pub mod writer;
mod writer_options;

pub use native::config::known_settings;
