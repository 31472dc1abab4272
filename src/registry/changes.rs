//! The calls that change a registry. They can be reached only with a plan that passed the gate, and each is sent once:
//! an error says whether the change may have been made all the same.

use serde_json::json;

use super::Registry;
use super::answers;
use super::error::RegistryError;
use super::exchange::Call;
use super::path;
use super::reads::candidate;
use super::values::{Deletion, LevelChange, Receipt, Registration};
use crate::gate::Approved;
use crate::http::Verb;

/// The changing calls of a registry, as long as an approved plan is at hand. What they are given must be parts of that
/// plan; it is the caller in `flow` who sees to it.
#[derive(Debug, Clone, Copy)]
pub struct Changes<'a> {
    registry: &'a Registry,
}

impl Registry {
    /// The changing calls, for the plan that was approved.
    pub fn changes<'a, P>(&'a self, _approved: &'a Approved<P>) -> Changes<'a> {
        Changes { registry: self }
    }
}

impl Changes<'_> {
    /// Adds a version to a subject. A schema that is there already keeps its id and version, so a repetition does no
    /// harm. Where the answer does not tell the version, it is looked up.
    ///
    /// # Errors
    /// `Incompatible`, `InvalidSchema` and other refusals; otherwise see `may_have_happened`.
    pub async fn register(self, registration: &Registration) -> Result<Receipt, RegistryError> {
        let Registration { subject, schema, normalize } = registration;
        let path = format!("{}/versions{}", path::subject(subject)?, path::normal_form(*normalize));
        let call = Call::change(Verb::Post, path, Some(candidate(schema)));
        let receipt = self.registry.ask(call, answers::receipt).await?;
        if receipt.version.is_some() {
            return Ok(receipt);
        }
        // It is registered, whatever the look-up says; whoever needs the version reads it back.
        let seen = self.registry.lookup(subject, schema, *normalize).await.ok().and_then(|seen| seen.here());
        let version = seen.filter(|seen| seen.id == receipt.id).map(|seen| seen.version);
        Ok(Receipt { version, ..receipt })
    }

    /// Sets a subject's level, or the default.
    ///
    /// # Errors
    /// Refusals; otherwise see `may_have_happened`.
    pub async fn set_level(self, change: &LevelChange) -> Result<(), RegistryError> {
        let body = json!({ "compatibility": change.level.as_str() }).to_string();
        let path = path::level(change.subject.as_deref())?;
        let call = Call::change(Verb::Put, path, Some(body));
        self.registry.ask(call, |body| answers::level_set(body, change.level)).await
    }

    /// Takes a subject's own level away, so that the default is in force.
    ///
    /// # Errors
    /// Refusals (`NoLevel` where there is none); otherwise see `may_have_happened`.
    pub async fn delete_level(self, subject: &str) -> Result<(), RegistryError> {
        let call = Call::change(Verb::Delete, path::level(Some(subject))?, None);
        self.registry.ask(call, answers::any_object).await
    }

    /// Deletes a version softly: records that carry its id can still be read.
    ///
    /// # Errors
    /// `Referenced`, `VersionDeleted` and other refusals; otherwise see `may_have_happened`.
    pub async fn delete_version(self, deletion: &Deletion) -> Result<(), RegistryError> {
        let path = format!("{}/versions/{}", path::subject(&deletion.subject)?, deletion.version);
        let call = Call::change(Verb::Delete, path, None);
        self.registry.ask(call, |body| answers::deleted(body, deletion.version)).await
    }
}
