//! What can be wrong with settings beyond a file's own text, each with its next step. No variant holds a secret.

use super::{AddressError, CodeSetting, Origin, PropertyError, Sourced};

/// Why settings do not add up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No brokers are named anywhere.
    #[error("no brokers are named")]
    NoBrokers,
    /// A context that no file declares.
    #[error("there is no context `{name}` ({origin}){}", .near.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    NoContext {
        /// The name.
        name: String,
        /// Who named it.
        origin: Origin,
        /// The nearest that there is.
        near: Option<String>,
        /// All that there are.
        known: Vec<String>,
    },
    /// Brokers or a registry that cannot be.
    #[error("{origin}: {error}")]
    Address {
        /// Who named it.
        origin: Origin,
        /// What is wrong.
        error: AddressError,
    },
    /// A time that cannot be.
    #[error("{origin}: {error}")]
    Timeout {
        /// Who named it.
        origin: Origin,
        /// What is wrong.
        error: TimeoutError,
    },
    /// An empty text where a value is needed.
    #[error("{origin}: the value is empty")]
    Empty {
        /// Who gave it.
        origin: Origin,
    },
    /// A `-X` that cannot be.
    #[error(transparent)]
    Property(#[from] PropertyError),
    /// Settings that run code, in a file that is not trusted.
    #[error("{} runs code, and this file is not trusted", .settings.iter().map(|code| format!("`{}` ({})", code.value.name, code.origin)).collect::<Vec<_>>().join(", "))]
    Untrusted {
        /// The settings, by name and place.
        settings: Vec<Sourced<CodeSetting>>,
    },
}

/// Why a text is no time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time limit is written as 500ms, 10s or 2m, from 1ms to 1h")]
pub struct TimeoutError;

impl SettingsError {
    /// What to do next, with something to type.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            SettingsError::NoBrokers => {
                "pass --brokers HOST:PORT or --context NAME, set EVENTCTL_BROKERS, or write eventctl.yaml"
                    .to_owned()
            }
            SettingsError::NoContext { known, .. } if known.is_empty() => {
                "no settings file declares a context; see what was looked at: eventctl config show".to_owned()
            }
            SettingsError::NoContext { known, .. } => format!("there are: {}", known.join(", ")),
            SettingsError::Address { origin, .. }
                if origin.to_string().to_lowercase().contains("registry") =>
            {
                "example: --registry https://registry.example.com:8081".to_owned()
            }
            SettingsError::Address { .. } => "example: --brokers kafka1:9092,kafka2:9092".to_owned(),
            SettingsError::Timeout { .. } => "example: --timeout 10s".to_owned(),
            SettingsError::Empty { .. } => "give it a value, or leave it out".to_owned(),
            SettingsError::Property(PropertyError::Secret { name }) => {
                format!(
                    "put it in a settings file: kafka: {{ {name}: {{ env: VARIABLE }} }}, or file: or command:"
                )
            }
            SettingsError::Property(_) => "example: -X security.protocol=SSL".to_owned(),
            SettingsError::Untrusted { .. } => {
                "read these lines; if they are what you want to run: eventctl config trust".to_owned()
            }
        }
    }
}
