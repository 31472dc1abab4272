//! How values look: pages for people, documents for scripts.
//!
//! A report is one value with two faces. Its text is written onto a [`page::Page`], which escapes whatever it is
//! given; its JSON is a wire struct of its own, so that a rename inside never breaks a script. Nothing here reads,
//! decides or prints.

pub mod check;
pub mod diagnostics;
pub mod doctor;
pub mod escape;
mod groups;
pub mod page;
mod partition;
pub mod produce;
pub mod records;
pub mod report;
pub mod schemas;
mod settings;
pub mod topics;
mod window;
