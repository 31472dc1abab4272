//! Settings: which cluster and registry are meant, with which credentials, and who said so.
//!
//! It reads settings files from their texts, and decides by precedence what flags, environment and files add up to.
//! Every value keeps its origin. It knows neither the environment nor the file system: it is handed texts and maps,
//! and it says where a secret is to be found without ever looking there.

mod address;
mod error;
mod file;
mod hide;
mod property;
mod report;
mod resolve;
mod shape;
mod trust;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::name::ClusterId;

pub use address::{AddressError, BrokerAddress, Brokers, RegistryUrl};
pub use error::SettingsError;
pub use file::{Unreadable, read_settings};
pub use property::{
    BOOTSTRAP_SERVERS, PropertyError, SecretSource, SettingValue, instead_of, is_path, is_secret, parse_flag,
    runs_code,
};
pub use report::{ConfigReport, ContextRow, FileRow, FileState, Row, TrustReport};
pub use resolve::{DEFAULT_TIMEOUT, Flags, KNOWN_VARIABLES, Layers, Variables, parse_timeout, resolve};
pub use shape::{SETTINGS, settings_schema};
pub use trust::{Trusted, fingerprint};

/// Who said a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A flag, such as `--brokers`.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(String),
    /// A line of a settings file.
    File {
        /// The file's path, as it is shown.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// Nobody: it is the default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) => formatter.write_str(name),
            Origin::Variable(name) => write!(formatter, "variable {name}"),
            Origin::File { path, line } => write!(formatter, "{path}:{line}"),
            Origin::Default => formatter.write_str("default"),
        }
    }
}

/// A value and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who said it.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// Puts a value and its origin together.
    #[must_use]
    pub fn new(value: T, origin: Origin) -> Self {
        Sourced { value, origin }
    }
}

/// Whose file a settings file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `eventctl.yaml`, found from the working directory upwards: whoever writes to the repository wrote it.
    Repository,
    /// The user's own file.
    Own,
}

/// Where a settings file stands, and what that lets it do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// Its path, as it is shown.
    pub path: String,
    /// The folder that relative paths in it begin from, absolute.
    pub folder: String,
    /// The home folder that `~/` stands for, where it is known.
    pub home: Option<String>,
    /// Whose it is.
    pub role: Role,
    /// Whether this very text may run code: always for the user's own file, after `config trust` for others.
    pub trusted: bool,
    /// Whether nobody but its owner may read it.
    pub private: bool,
}

impl FilePlace {
    /// A path of this file, made absolute.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => format!("{home}/{rest}"),
            _ if path.starts_with('/') => path.to_owned(),
            _ => format!("{}/{}", self.folder.trim_end_matches('/'), path.trim_start_matches("./")),
        }
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::File { path: self.path.clone(), line }
    }
}

/// How to prove to the registry who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryAuth {
    /// User name and password.
    Basic {
        /// The name.
        username: SettingValue,
        /// The password.
        password: SecretSource,
    },
    /// A bearer token.
    Bearer(SecretSource),
}

/// A certificate of ours, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryIdentity {
    /// The file with the certificate.
    pub certificate: String,
    /// The private key.
    pub key: SecretSource,
}

/// A setting that loads a library or runs a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSetting {
    /// The setting, as `kafka: sasl.kerberos.kinit.cmd`.
    pub name: String,
    /// What it loads or runs, whole: whoever is to trust it must see it.
    pub runs: String,
}

/// A context as a file declares it. A context is taken whole from one file, never pieced together from two: otherwise
/// a repository's file could send the user's own password to brokers of its choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredContext {
    /// Where it begins.
    pub origin: Origin,
    /// Whose file declares it.
    pub role: Role,
    /// The catalog's environment that it belongs to.
    pub environment: Option<Sourced<String>>,
    /// The brokers to begin with.
    pub brokers: Option<Sourced<Brokers>>,
    /// The registry's URLs, tried in order.
    pub registry: Option<Sourced<Vec<RegistryUrl>>>,
    /// How to prove to the registry who we are.
    pub registry_auth: Option<Sourced<RegistryAuth>>,
    /// A file with certificates that the registry's may be signed by.
    pub registry_ca: Option<Sourced<String>>,
    /// The certificate to show to the registry, and its key.
    pub registry_identity: Option<Sourced<RegistryIdentity>>,
    /// Whether changes need the context's name typed.
    pub protected: Option<Sourced<bool>>,
    /// The cluster that is expected to answer.
    pub cluster_id: Option<Sourced<ClusterId>>,
    /// librdkafka's settings.
    pub kafka: BTreeMap<String, Sourced<SettingValue>>,
    /// The time for one exchange.
    pub timeout: Option<Sourced<Duration>>,
    /// What in it runs code.
    pub code: Vec<Sourced<CodeSetting>>,
}

/// A settings file, read and found without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFile {
    /// Where it stands.
    pub place: FilePlace,
    /// The context that is used where nobody names one.
    pub current: Option<Sourced<String>>,
    /// The contexts by name.
    pub contexts: BTreeMap<String, DeclaredContext>,
    /// The catalog's file.
    pub catalog: Option<Sourced<String>>,
    /// The time for one exchange.
    pub timeout: Option<Sourced<Duration>>,
}

/// The registry that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Its URLs, tried in order; at least one.
    pub urls: Sourced<Vec<RegistryUrl>>,
    /// How to prove who we are.
    pub auth: Option<Sourced<RegistryAuth>>,
    /// A file with more certificates to trust.
    pub ca: Option<Sourced<String>>,
    /// The certificate to show, and its key.
    pub identity: Option<Sourced<RegistryIdentity>>,
}

/// A context that would have been used, had not other brokers been named without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The context, and who named it.
    pub context: Sourced<String>,
    /// Who named the brokers.
    pub by: Origin,
}

/// A cluster that some context names, by its id or by the catalog's environment, and its registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCluster {
    /// The id.
    pub id: Option<ClusterId>,
    /// The catalog's environment.
    pub environment: Option<String>,
    /// The context's name.
    pub context: String,
    /// Its registry's URLs.
    pub registry: Vec<RegistryUrl>,
    /// The addresses of its brokers.
    pub brokers: Vec<BrokerAddress>,
    /// Whether the context is protected.
    pub protected: bool,
}

/// What is meant, once everything is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The context in use.
    pub context: Option<Sourced<String>>,
    /// The context that `--brokers` put aside.
    pub set_aside: Option<SetAside>,
    /// The catalog's environment.
    pub environment: Option<Sourced<String>>,
    /// The brokers to begin with.
    pub brokers: Option<Sourced<Brokers>>,
    /// The registry.
    pub registry: Option<Registry>,
    /// The registry that the context in use names, also where another one was said instead.
    pub context_registry: Option<Sourced<Vec<RegistryUrl>>>,
    /// Whether changes need the context's name typed.
    pub protected: Sourced<bool>,
    /// The cluster that is expected to answer.
    pub cluster_id: Option<Sourced<ClusterId>>,
    /// librdkafka's settings, those of `-X` included, without the brokers.
    pub kafka: BTreeMap<String, Sourced<SettingValue>>,
    /// The catalog's file. Where its origin is `Default`, its absence is no error.
    pub catalog: Sourced<String>,
    /// The time for one exchange.
    pub timeout: Sourced<Duration>,
    /// Every cluster that a context names by id, for `protection`.
    pub clusters: Vec<KnownCluster>,
    /// What in the context runs code and is not trusted: nothing can be reached until it is.
    untrusted: Vec<Sourced<CodeSetting>>,
}

impl Settings {
    /// What librdkafka is to be given, the brokers first. Secrets still stand where they are to be found.
    ///
    /// # Errors
    /// Where no brokers are named, or where the context runs code that is not trusted.
    pub fn client_settings(&self) -> Result<Vec<(String, Sourced<SettingValue>)>, SettingsError> {
        self.trusted()?;
        let brokers = self.brokers.as_ref().ok_or(SettingsError::NoBrokers)?;
        let servers = SettingValue::Plain(brokers.value.to_string());
        let servers = (BOOTSTRAP_SERVERS.to_owned(), Sourced::new(servers, brokers.origin.clone()));
        let others = self.kafka.iter().map(|(name, value)| (name.clone(), value.clone()));
        Ok(std::iter::once(servers).chain(others).collect())
    }

    /// The registry to ask, if one is named.
    ///
    /// # Errors
    /// Where the context runs code that is not trusted.
    pub fn registry_access(&self) -> Result<Option<&Registry>, SettingsError> {
        self.trusted()?;
        Ok(self.registry.as_ref())
    }

    /// The name that must be typed before this cluster is changed, if any: that of the context in use where it is
    /// protected, and that of any protected context whose cluster this is by its id, by one of its brokers' addresses, or
    /// by the environment to which the catalog says it belongs, however it was reached.
    #[must_use]
    pub fn protection(&self, live: Option<&ClusterId>, environment: Option<&str>) -> Option<&str> {
        if let Some(context) = self.context.as_ref().filter(|_| self.protected.value) {
            return Some(&context.value);
        }
        let same = |cluster: &&KnownCluster| {
            let by_id = cluster.id.is_some() && cluster.id.as_ref() == live;
            let by_environment =
                cluster.environment.is_some() && cluster.environment.as_deref() == environment;
            let mut used = self.brokers.iter().flat_map(|brokers| brokers.value.addresses());
            let by_address = used.any(|used| cluster.brokers.contains(used));
            cluster.protected && (by_id || by_environment || by_address)
        };
        self.clusters.iter().find(same).map(|cluster| cluster.context.as_str())
    }

    /// The name that must be typed before a registry is changed, if any: that of the context in use where it is
    /// protected, and that of any protected context that names one of these URLs, or the environment to which the
    /// catalog says the registry belongs.
    #[must_use]
    pub fn registry_protection(&self, live: &[RegistryUrl], environment: Option<&str>) -> Option<&str> {
        if let Some(context) = self.context.as_ref().filter(|_| self.protected.value) {
            return Some(&context.value);
        }
        let same = |cluster: &&KnownCluster| {
            let by_url = cluster.registry.iter().any(|url| live.iter().any(|live| url.is_same(live)));
            let by_environment =
                cluster.environment.is_some() && cluster.environment.as_deref() == environment;
            cluster.protected && (by_url || by_environment)
        };
        self.clusters.iter().find(same).map(|cluster| cluster.context.as_str())
    }

    /// What in the context runs code and is not trusted.
    #[must_use]
    pub fn untrusted(&self) -> &[Sourced<CodeSetting>] {
        &self.untrusted
    }

    fn trusted(&self) -> Result<(), SettingsError> {
        if self.untrusted.is_empty() {
            return Ok(());
        }
        Err(SettingsError::Untrusted { settings: self.untrusted.clone() })
    }
}
