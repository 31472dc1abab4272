//! What eventctl keeps on this machine, by subject: offsets that can be put back.
//!
//! A store knows its own tables and hands out the core's values; `sqlite` is the door to the library below. It decides
//! nothing: what is saved, and whether it may be put back, is the core's and the gate's affair.

mod sqlite;
pub mod undo;
