//! The schema desk: the files of all subjects, their lock, and what is to be said about them.
//!
//! [`Library`] holds the texts of `schemas/<subject>/v<N>.avsc` and resolves the references between them, [`Lock`] knows
//! which versions may not change any more. What one schema is, and whether a reader of one understands a writer of
//! another, is `schema`'s to know; which pairs have to fit, and what follows from one that does not, is decided here.

pub mod check;
pub mod delete;
mod expected;
mod folder;
mod levels;
mod library;
pub mod listing;
mod lock;
mod named;
pub mod pull;
pub mod register;

pub use folder::{FileKind, file_of, folder_name, references_file, schema_file, subject_of_folder};
pub use levels::{ASSUMED, Level, Levels, Origin};
pub use library::{
    FileFindings, FoundText, FoundVersion, Library, REFERENCE_DEPTH_LIMIT, ReadSubject, ReadVersion,
    Reference, Subject, TEXT_LIMIT, Version,
};
pub use lock::{ContentHash, Lock, LockedVersion, Lost, State, lock_file};
pub use named::{NamedError, NamedSchema, NamedVersion};
