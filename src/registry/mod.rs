//! The door to a schema registry: a thin client of the Confluent API, over `http`.
//!
//! It decides what an answer means: which codes are facts about the registry's contents, which answers are none, and
//! where a change may have been made although no usable answer came. It understands Confluent's registry and Apicurio
//! where they differ. It knows no schema language: a schema is text, compared and compiled elsewhere. What the server
//! says is passed on as it came, to be escaped where it is shown.

pub mod answers;
mod changes;
mod error;
mod exchange;
mod path;
mod reads;
mod values;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use eventctl_core::settings::RegistryUrl;

pub use changes::Changes;
pub use error::{Refusal, RegistryError, RegistryErrorKind};
pub use path::SubjectError;
pub use values::{
    Against, Comparison, Deletion, Found, LevelChange, LevelWord, Mode, Receipt, Reference, Registered,
    Registration, SchemaContent, SchemaType, Scope, SubjectLevel, SubjectVersion, Verdict, VersionName,
};

use crate::http::{Client, HttpError, Options};

/// A schema registry. Cloning it is cheap; clones share connections and what was learnt.
#[derive(Debug, Clone)]
pub struct Registry {
    urls: Arc<[RegistryUrl]>,
    client: Client,
    /// The index of the URL that answered last.
    preferred: Arc<AtomicUsize>,
    /// Whether it tells a subject without a level from one whose level is NONE, once that was asked.
    tells_unset: Arc<OnceLock<bool>>,
}

impl Registry {
    /// A registry at these URLs, tried in order. Nothing is asked of it yet. The options' timeout holds for each URL by
    /// itself.
    ///
    /// # Errors
    /// Where the certificates cannot be used.
    pub fn new(urls: &[RegistryUrl], options: Options) -> Result<Registry, HttpError> {
        Ok(Registry {
            urls: urls.into(),
            client: Client::new(options)?,
            preferred: Arc::default(),
            tells_unset: Arc::default(),
        })
    }

    /// Its URLs, in the order in which they are tried at first.
    #[must_use]
    pub fn urls(&self) -> &[RegistryUrl] {
        &self.urls
    }
}

#[cfg(test)]
mod tests;
