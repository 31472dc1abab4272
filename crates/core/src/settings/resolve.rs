//! What flags, environment and files add up to.
//!
//! flag > environment > the repository's file > the user's own > default, with two exceptions that keep what belongs
//! to one cluster from reaching another. An explicit `--context` beats the brokers and the registry of the
//! environment. And brokers that are named above the context (by a flag, where the context was not; by a variable,
//! where the context is only a file's `current`) put the context aside whole: its credentials, librdkafka settings,
//! registry, environment of the catalog, cluster id, protection and time limit belong to its own cluster. What is
//! left is what belongs to none: the catalog's file, the general time limit, `-X`, and a registry named outside of
//! any context. `Settings::protection` still recognises a protected context's cluster by its id.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::TimeoutError;
use super::property::SettingValue;
use super::{
    Brokers, CodeSetting, DeclaredContext, KnownCluster, Origin, Registry, RegistryUrl, SetAside, Settings,
    SettingsError, SettingsFile, Sourced, parse_flag,
};
use crate::duration;
use crate::yaml::near_miss;

/// The time for one exchange, where nobody says another.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// The catalog's file, where nobody names one and none is found.
const DEFAULT_CATALOG: &str = "topics.yaml";
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3_600);

/// The variables of the environment that are read; others that begin with `EVENTCTL_` are remarked on.
pub const KNOWN_VARIABLES: [&str; 6] = [
    "EVENTCTL_BROKERS",
    "EVENTCTL_CATALOG",
    "EVENTCTL_CONFIG",
    "EVENTCTL_CONTEXT",
    "EVENTCTL_REGISTRY",
    "EVENTCTL_TIMEOUT",
];

/// What the global flags said. Absence is kept, nothing is read yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--context`.
    pub context: Option<String>,
    /// `--brokers`.
    pub brokers: Option<String>,
    /// `--registry`.
    pub registry: Option<String>,
    /// `-X`, in order.
    pub properties: Vec<String>,
    /// `--catalog`.
    pub catalog: Option<String>,
    /// `--timeout`.
    pub timeout: Option<String>,
}

/// What the environment said. An empty variable says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// `EVENTCTL_CONTEXT`.
    pub context: Option<String>,
    /// `EVENTCTL_BROKERS`.
    pub brokers: Option<String>,
    /// `EVENTCTL_REGISTRY`.
    pub registry: Option<String>,
    /// `EVENTCTL_CATALOG`.
    pub catalog: Option<String>,
    /// `EVENTCTL_TIMEOUT`.
    pub timeout: Option<String>,
}

impl Variables {
    /// Takes ours out of an environment.
    #[must_use]
    pub fn of(environment: &BTreeMap<String, String>) -> Variables {
        let get = |name: &str| environment.get(name).filter(|value| !value.is_empty()).cloned();
        Variables {
            context: get("EVENTCTL_CONTEXT"),
            brokers: get("EVENTCTL_BROKERS"),
            registry: get("EVENTCTL_REGISTRY"),
            catalog: get("EVENTCTL_CATALOG"),
            timeout: get("EVENTCTL_TIMEOUT"),
        }
    }
}

/// Everything that has a say.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The flags.
    pub flags: Flags,
    /// The environment.
    pub variables: Variables,
    /// The repository's file.
    pub repository: Option<SettingsFile>,
    /// The user's own file.
    pub own: Option<SettingsFile>,
    /// A `topics.yaml` that was found from the working directory upwards.
    pub found_catalog: Option<String>,
    /// The names that librdkafka knows, where it was asked; `-X` is checked against them.
    pub known: Option<Vec<String>>,
}

/// Decides what is meant.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn resolve(layers: Layers) -> Result<Settings, Vec<SettingsError>> {
    let Layers { flags, variables, repository, own, found_catalog, known } = layers;
    let Flags { context, brokers, registry, properties, catalog, timeout } = flags;
    let mut wrong = Wrong(Vec::new());
    let said = |flag: Option<String>, name: &'static str, variable: Option<String>, variable_name: &str| {
        let variable = variable.map(|text| Sourced::new(text, Origin::Variable(variable_name.to_owned())));
        flag.map(|text| Sourced::new(text, Origin::Flag(name))).or(variable)
    };
    // The first exception: the environment's brokers and registry do not count beside `--context`.
    let beside = |value: Option<String>| value.filter(|_| context.is_none());
    let brokers = said(brokers, "--brokers", beside(variables.brokers), "EVENTCTL_BROKERS");
    let registry = said(registry, "--registry", beside(variables.registry), "EVENTCTL_REGISTRY");
    let context = said(context, "--context", variables.context, "EVENTCTL_CONTEXT");
    let catalog = said(catalog, "--catalog", variables.catalog, "EVENTCTL_CATALOG");
    let timeout = said(timeout, "--timeout", variables.timeout, "EVENTCTL_TIMEOUT");

    let files = Files { repository, own };
    let brokers = wrong.address(brokers, Brokers::parse);
    let registry = wrong.address(registry, |text| text.split(',').map(RegistryUrl::parse).collect());
    let choice = files.choose(context, brokers.as_ref(), &mut wrong);
    let connection = Connection::of(&choice, &files, brokers, registry);
    let timeout = wrong.timeout(timeout).or(connection.timeout).or_else(|| files.timeout());
    let catalog = wrong.filled(catalog).or_else(|| files.catalog());
    let found = || Sourced::new(found_catalog.unwrap_or_else(|| DEFAULT_CATALOG.to_owned()), Origin::Default);
    let mut kafka = connection.kafka;
    kafka.extend(wrong.properties(&properties, known.as_deref()));
    let settings = Settings {
        context: choice.name,
        set_aside: choice.set_aside,
        environment: connection.environment,
        brokers: connection.brokers,
        registry: connection.registry,
        context_registry: connection.context_registry,
        protected: connection.protected,
        cluster_id: connection.cluster_id,
        kafka,
        catalog: catalog.unwrap_or_else(found),
        timeout: timeout.unwrap_or_else(|| Sourced::new(DEFAULT_TIMEOUT, Origin::Default)),
        clusters: files.clusters(),
        untrusted: connection.untrusted,
    };
    if wrong.0.is_empty() { Ok(settings) } else { Err(wrong.0) }
}

/// Reads a time limit such as `500ms`, `10s` or `2m`.
///
/// # Errors
/// Where it is none, or not from 1 ms to 1 h.
pub fn parse_timeout(text: &str) -> Result<Duration, TimeoutError> {
    let time = timeout_of(text).ok_or(TimeoutError)?;
    if time.is_zero() || time > LONGEST_TIMEOUT { Err(TimeoutError) } else { Ok(time) }
}

/// Reads a duration of any length.
pub(super) fn timeout_of(text: &str) -> Option<Duration> {
    duration::parse(text)
        .ok()
        .and_then(|milliseconds| u64::try_from(milliseconds).ok())
        .map(Duration::from_millis)
}

/// What was wrong so far. Each reader returns what it can and notes what it cannot, so that nothing hides the rest.
struct Wrong(Vec<SettingsError>);

impl Wrong {
    fn address<T>(
        &mut self,
        said: Option<Sourced<String>>,
        read: impl FnOnce(&str) -> Result<T, super::AddressError>,
    ) -> Option<Sourced<T>> {
        let Sourced { value, origin } = said?;
        match read(&value) {
            Ok(value) => Some(Sourced::new(value, origin)),
            Err(error) => {
                self.0.push(SettingsError::Address { origin, error });
                None
            }
        }
    }

    fn timeout(&mut self, said: Option<Sourced<String>>) -> Option<Sourced<Duration>> {
        let Sourced { value, origin } = said?;
        match parse_timeout(&value) {
            Ok(value) => Some(Sourced::new(value, origin)),
            Err(error) => {
                self.0.push(SettingsError::Timeout { origin, error });
                None
            }
        }
    }

    fn filled(&mut self, said: Option<Sourced<String>>) -> Option<Sourced<String>> {
        let said = said?;
        if said.value.is_empty() {
            self.0.push(SettingsError::Empty { origin: said.origin });
            return None;
        }
        Some(said)
    }

    fn properties(
        &mut self,
        texts: &[String],
        known: Option<&[String]>,
    ) -> Vec<(String, Sourced<SettingValue>)> {
        let mut properties = Vec::new();
        for text in texts {
            match parse_flag(text, known) {
                Ok((name, value)) => {
                    properties.push((name, Sourced::new(SettingValue::Plain(value), Origin::Flag("-X"))));
                }
                Err(error) => self.0.push(error.into()),
            }
        }
        properties
    }
}

/// How near to the user's hand a value was said.
fn rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Flag(_) => 3,
        Origin::Variable(_) => 2,
        Origin::File { .. } => 1,
        Origin::Default => 0,
    }
}

struct Files {
    repository: Option<SettingsFile>,
    own: Option<SettingsFile>,
}

#[derive(Default)]
struct Choice {
    name: Option<Sourced<String>>,
    set_aside: Option<SetAside>,
    context: Option<DeclaredContext>,
}

impl Files {
    /// The files, nearest first.
    fn all(&self) -> impl Iterator<Item = &SettingsFile> {
        self.repository.iter().chain(&self.own)
    }

    fn timeout(&self) -> Option<Sourced<Duration>> {
        self.all().find_map(|file| file.timeout.clone())
    }

    fn catalog(&self) -> Option<Sourced<String>> {
        self.all().find_map(|file| file.catalog.clone())
    }

    fn clusters(&self) -> Vec<KnownCluster> {
        let of = |(name, context): (&String, &DeclaredContext)| {
            let id = context.cluster_id.as_ref().map(|id| id.value.clone());
            let environment = context.environment.as_ref().map(|environment| environment.value.clone());
            let protected = self.protected(name).value;
            let registry = context.registry.as_ref().map(|urls| urls.value.clone()).unwrap_or_default();
            let brokers =
                context.brokers.as_ref().map(|it| it.value.addresses().to_vec()).unwrap_or_default();
            KnownCluster { id, environment, context: name.clone(), registry, brokers, protected }
        };
        self.all().flat_map(|file| file.contexts.iter().map(of)).collect()
    }

    /// Chooses the context, unless brokers that were named above it put it aside.
    fn choose(
        &self,
        said: Option<Sourced<String>>,
        brokers: Option<&Sourced<Brokers>>,
        wrong: &mut Wrong,
    ) -> Choice {
        let current = || self.all().find_map(|file| file.current.clone());
        let Some(name) = said.or_else(current) else {
            return Choice::default();
        };
        if let Some(brokers) = brokers.filter(|brokers| rank(&brokers.origin) > rank(&name.origin)) {
            let set_aside = Some(SetAside { context: name, by: brokers.origin.clone() });
            return Choice { set_aside, ..Choice::default() };
        }
        match self.all().find_map(|file| file.contexts.get(&name.value)) {
            Some(context) => Choice { context: Some(context.clone()), name: Some(name), set_aside: None },
            None => {
                wrong.0.push(self.no_context(name));
                Choice::default()
            }
        }
    }

    fn no_context(&self, Sourced { value: name, origin }: Sourced<String>) -> SettingsError {
        let mut known: Vec<String> = self.all().flat_map(|file| file.contexts.keys().cloned()).collect();
        known.sort();
        known.dedup();
        let near = near_miss(&name, known.iter().map(String::as_str)).map(str::to_owned);
        SettingsError::NoContext { name, origin, near, known }
    }

    /// Whether a context is protected. The user's own file has the last word where it says yes: a repository's file
    /// that declares a context of the same name does not take the protection away.
    fn protected(&self, name: &str) -> Sourced<bool> {
        let declared = |file: &SettingsFile| file.contexts.get(name)?.protected.clone();
        let said: Vec<Sourced<bool>> = self.all().filter_map(declared).collect();
        let yes = said.iter().find(|protected| protected.value);
        yes.or(said.first()).cloned().unwrap_or(Sourced::new(false, Origin::Default))
    }
}

/// What belongs to the chosen context and its cluster.
struct Connection {
    environment: Option<Sourced<String>>,
    brokers: Option<Sourced<Brokers>>,
    registry: Option<Registry>,
    context_registry: Option<Sourced<Vec<RegistryUrl>>>,
    protected: Sourced<bool>,
    cluster_id: Option<Sourced<crate::name::ClusterId>>,
    kafka: BTreeMap<String, Sourced<SettingValue>>,
    timeout: Option<Sourced<Duration>>,
    untrusted: Vec<Sourced<CodeSetting>>,
}

impl Connection {
    fn of(
        choice: &Choice,
        files: &Files,
        said_brokers: Option<Sourced<Brokers>>,
        said_registry: Option<Sourced<Vec<RegistryUrl>>>,
    ) -> Connection {
        let (Some(name), Some(context)) = (&choice.name, &choice.context) else {
            return Connection {
                environment: None,
                brokers: said_brokers,
                registry: said_registry.map(|urls| Registry { urls, auth: None, ca: None, identity: None }),
                context_registry: None,
                protected: Sourced::new(false, Origin::Default),
                cluster_id: None,
                kafka: BTreeMap::new(),
                timeout: None,
                untrusted: Vec::new(),
            };
        };
        // No `..`: a new field of a context must be dealt with here.
        let DeclaredContext {
            origin: _,
            role,
            environment,
            brokers,
            registry,
            registry_auth: auth,
            registry_ca: ca,
            registry_identity: identity,
            protected: _,
            cluster_id,
            kafka,
            timeout,
            code,
        } = context.clone();
        // As with brokers: another registry than the context's gets its credentials only where both were said alike.
        let other = said_registry.as_ref().is_some_and(|said| rank(&said.origin) > rank(&name.origin));
        let with = |urls| match other {
            true => Registry { urls, auth: None, ca: None, identity: None },
            false => Registry { urls, auth, ca, identity },
        };
        let trusted = files.all().any(|file| file.place.role == role && file.place.trusted);
        Connection {
            environment,
            brokers: said_brokers.or(brokers),
            registry: said_registry.or_else(|| registry.clone()).map(with),
            context_registry: registry,
            protected: files.protected(&name.value),
            cluster_id,
            kafka,
            timeout,
            untrusted: if trusted { Vec::new() } else { code },
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
