//! What the gate needs to know: which cluster and registry are meant, what is protected, and what was consented to.

use std::collections::BTreeSet;

use eventctl_core::catalog::{Catalog, Environment};
use eventctl_core::name::ClusterId;
use eventctl_core::risk::Risk;
use eventctl_core::settings::{RegistryUrl, Sourced};

use super::{ConsentArgs, Context};
use crate::failure::{Failure, Kind};
use crate::gate::{ConsentRule, Expected, ExpectedRegistry, Policy};

impl Context {
    /// Every cluster id that context and environment name for the cluster that is meant.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn expected_clusters(&self, environment: &Environment) -> Result<Vec<Expected>, Failure> {
        let settings = self.settings()?;
        let mut expected = Vec::new();
        if let Some(id) = &settings.cluster_id {
            expected.push(Expected { id: id.value.clone(), origin: id.origin.to_string() });
        }
        if let Some(id) = &environment.cluster_id {
            let name = environment
                .name
                .as_ref()
                .map_or("the catalog".to_owned(), |name| format!("environment {name} of the catalog"));
            expected.push(Expected { id: id.clone(), origin: name });
        }
        Ok(expected)
    }

    /// What the gate needs to know, for the cluster that answered.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn policy(
        &self,
        consent: &ConsentArgs,
        catalog: (&Catalog, &Environment),
        live: Option<&ClusterId>,
    ) -> Result<Policy, Failure> {
        self.asked_policy(consent, Some(catalog), live)
    }

    /// The same, also without a catalog.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn asked_policy(
        &self,
        consent: &ConsentArgs,
        catalog: Option<(&Catalog, &Environment)>,
        live: Option<&ClusterId>,
    ) -> Result<Policy, Failure> {
        let typed = self.typed_policy(consent.confirm_context.as_deref(), catalog, live)?;
        Ok(Policy {
            rule: ConsentRule::Question,
            allowed: consent.allow.iter().copied().collect::<BTreeSet<Risk>>(),
            yes: consent.yes,
            ..typed
        })
    }

    /// Every cluster id that the context names, and the environment where there is a catalog.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn expected_of(&self, catalog: Option<(&Catalog, &Environment)>) -> Result<Vec<Expected>, Failure> {
        if let Some((_, environment)) = catalog {
            return self.expected_clusters(environment);
        }
        let id = self.settings()?.cluster_id.as_ref();
        Ok(id
            .map(|id| Expected { id: id.value.clone(), origin: id.origin.to_string() })
            .into_iter()
            .collect())
    }

    /// What the gate needs to know where typing the command is the consent, also without a catalog.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn typed_policy(
        &self,
        confirmed: Option<&str>,
        catalog: Option<(&Catalog, &Environment)>,
        live: Option<&ClusterId>,
    ) -> Result<Policy, Failure> {
        let home = live.zip(catalog).and_then(|(id, (catalog, _))| catalog.environment_of(id));
        Ok(Policy {
            rule: ConsentRule::Typed,
            allowed: BTreeSet::new(),
            yes: false,
            confirmed_context: confirmed.map(str::to_owned),
            protected: self.settings()?.protection(live, home).map(str::to_owned),
            expected: self.expected_of(catalog)?,
            registries: Vec::new(),
        })
    }

    /// Every registry that context and environment name for the one that is meant, and a refusal where the one in use
    /// belongs to another environment of the catalog.
    ///
    /// # Errors
    /// As `loaded`; `Refused` for the registry of another environment.
    pub fn expected_registries(
        &self,
        live: &[RegistryUrl],
        catalog: Option<(&Catalog, &Environment)>,
    ) -> Result<Vec<ExpectedRegistry>, Failure> {
        let mut expected = Vec::new();
        if let Some(Sourced { value: urls, origin }) = &self.settings()?.context_registry {
            expected.push(ExpectedRegistry { urls: urls.clone(), origin: origin.to_string() });
        }
        let Some((catalog, environment)) = catalog else { return Ok(expected) };
        let written = environment.registry.as_deref().and_then(|url| RegistryUrl::parse(url).ok());
        if let (Some(url), Some(name)) = (written, &environment.name) {
            let origin = format!("environment {name} of the catalog");
            expected.push(ExpectedRegistry { urls: vec![url], origin });
        }
        let homes = catalog.environments_of_registry(live);
        if let Some(home) = homes.first()
            && !homes.iter().any(|home| environment.name.as_deref() == Some(home))
        {
            let meant =
                environment.name.as_ref().map_or("none".to_owned(), |name| format!("environment {name}"));
            let story =
                format!("this is the registry of environment {home} of the catalog, but {meant} is chosen");
            return Err(Failure::new(Kind::Refused, story)
                .hint("nothing was changed; choose a context of that environment: --context"));
        }
        Ok(expected)
    }

    /// What the gate needs to know before a registry is changed.
    ///
    /// # Errors
    /// As `expected_registries`.
    pub fn registry_policy(
        &self,
        consent: &ConsentArgs,
        live: &[RegistryUrl],
        catalog: Option<(&Catalog, &Environment)>,
    ) -> Result<Policy, Failure> {
        let settings = self.settings()?;
        let homes = catalog.map(|(catalog, _)| catalog.environments_of_registry(live)).unwrap_or_default();
        // Of several environments that share a registry, a protected one protects it.
        let mut names = homes.iter().map(|home| settings.registry_protection(live, Some(home)));
        let protected = names.find_map(|name| name).or_else(|| settings.registry_protection(live, None));
        Ok(Policy {
            rule: ConsentRule::Question,
            allowed: consent.allow.iter().copied().collect(),
            yes: consent.yes,
            confirmed_context: consent.confirm_context.clone(),
            protected: protected.map(str::to_owned),
            expected: Vec::new(),
            registries: self.expected_registries(live, catalog)?,
        })
    }
}
