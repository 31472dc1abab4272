//! Avro data: from bytes to JSON text and back, by programs that are compiled once per schema.
//!
//! [`texts`] holds the forms that both directions share: how a decimal, a time or a float is written and read again.

pub mod texts;
