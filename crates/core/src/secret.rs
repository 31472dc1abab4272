//! A text that must not be seen: a password, a token, a private key.
//!
//! It decides only that its value shows nowhere by accident: neither `Debug` nor an error nor a report can print it,
//! and it has no `Display` and no `Serialize`. Whoever hands it to a client library says so with `expose`.

use std::fmt;

/// A secret text. `Debug` shows that there is one, never what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What stands in place of a secret wherever settings are shown.
pub const HIDDEN: &str = "set, hidden";

impl Secret {
    /// Takes a text that must not be seen.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself, to be handed to a client library and to nothing that prints.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// How a client proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// User name and password.
    Basic {
        /// The user's name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A bearer token.
    Bearer(Secret),
}

/// A certificate of ours, to be shown to a server that asks for one, and its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// The certificate and its chain, as the bytes of a PEM file.
    pub certificate: Vec<u8>,
    /// The private key, as PEM.
    pub key: Secret,
}

/// A setting's value, found and ready to be handed to a client library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A text that may be shown.
    Plain(String),
    /// A text that may not.
    Secret(Secret),
}

impl Opened {
    /// The text itself, to be handed to a client library and to nothing that prints.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Opened::Plain(text) => text,
            Opened::Secret(secret) => secret.expose(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("canary-7f3a");
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(hidden) Secret(hidden)");
        assert_eq!(secret.expose(), "canary-7f3a");
    }
}
