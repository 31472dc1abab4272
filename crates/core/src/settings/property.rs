//! What we know of librdkafka's settings by their names: which are secrets, which run or load something, which are
//! ours to set, which are paths. Which names exist at all is asked of the library and handed in.

use crate::secret::{HIDDEN, Secret};
use crate::yaml::near_miss;

/// Where a secret is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// In the settings file itself.
    Literal(Secret),
    /// In a variable of the environment.
    Variable(String),
    /// In a file, whose last line break is not part of it.
    File(String),
    /// On the standard output of a command, which is run without a shell.
    Command(Vec<String>),
}

impl SecretSource {
    /// What may be shown of it: where it comes from, never what it is.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            SecretSource::Literal(_) => HIDDEN.to_owned(),
            SecretSource::Variable(name) => format!("{HIDDEN}; from variable {name}"),
            SecretSource::File(path) => format!("{HIDDEN}; from file {path}"),
            SecretSource::Command(words) => {
                format!("{HIDDEN}; from command {}", words.first().map_or("", String::as_str))
            }
        }
    }
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// A text that may be shown.
    Plain(String),
    /// A text that may not.
    Secret(SecretSource),
}

impl SettingValue {
    /// What may be shown of it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            SettingValue::Plain(text) => text.clone(),
            SettingValue::Secret(source) => source.shown(),
        }
    }
}

/// The name under which librdkafka takes the brokers.
pub const BOOTSTRAP_SERVERS: &str = "bootstrap.servers";

/// Names that a settings file and `-X` may not give, with what to use instead. `-X bootstrap.servers` would be a way
/// around the rule that other brokers get no credentials of this context.
const OURS: [(&str, &str); 2] = [
    (BOOTSTRAP_SERVERS, "name brokers with --brokers or `brokers:`"),
    ("metadata.broker.list", "name brokers with --brokers or `brokers:`"),
];

/// Settings that load a library or run a command. Kerberos' principal, key table and service belong to them: they
/// are put into the text of `sasl.kerberos.kinit.cmd`, which a shell runs. An OpenSSL provider may be named by path.
const RUNS_CODE: [&str; 7] = [
    "plugin.library.paths",
    "ssl.engine.location",
    "ssl.providers",
    "sasl.kerberos.kinit.cmd",
    "sasl.kerberos.principal",
    "sasl.kerberos.keytab",
    "sasl.kerberos.service.name",
];

/// Settings that name a file, which a settings file names relative to itself.
const PATHS: [&str; 8] = [
    "ssl.ca.location",
    "ssl.key.location",
    "ssl.certificate.location",
    "ssl.crl.location",
    "ssl.keystore.location",
    "https.ca.location",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.assertion.file",
];

/// Tells whether a setting's value must not be seen. Names we have never met count too: a password in
/// `sasl.jaas.config`, which only Java knows, is a password all the same.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let secret_word = ["password", "passwd", "passphrase", "secret", "token", "jaas", "credential"]
        .iter()
        .any(|word| name.contains(word));
    let innocent = name.ends_with(".url") || name.ends_with(".id");
    let key_material = matches!(name.as_str(), "ssl.key.pem" | "ssl_key" | "registry_key")
        || name.ends_with("private.key.pem");
    secret_word && !innocent || key_material || name == "sasl.oauthbearer.config"
}

/// Tells whether a name is a secret's or looks like one that was misspelt or shortened. What stands behind such a
/// name is covered in excerpts: an unknown name is shown, and a typing mistake must not give a password away.
#[must_use]
pub(super) fn may_be_secret(name: &str) -> bool {
    let near = |word: &str| {
        let word = word.to_ascii_lowercase();
        matches!(word.as_str(), "pass" | "pwd" | "pw" | "passwort")
            || near_miss(&word, ["password", "passphrase", "secret", "token", "bearer", "credentials"])
                .is_some()
    };
    let near_key = name != "registry_ca" && near_miss(name, ["registry_key"]).is_some();
    is_secret(name) || near_key || name.split(['.', '_', '-', ' ']).any(near)
}

/// Tells whether a setting loads or runs something.
#[must_use]
pub fn runs_code(name: &str) -> bool {
    RUNS_CODE.contains(&name)
}

/// Tells whether a setting names a file; `probe` is librdkafka's own word in that place.
#[must_use]
pub fn is_path(name: &str, value: &str) -> bool {
    PATHS.contains(&name) && value != "probe"
}

/// What to use instead of a setting that is ours to give.
#[must_use]
pub fn instead_of(name: &str) -> Option<&'static str> {
    OURS.iter().find(|(ours, _)| *ours == name).map(|(_, instead)| *instead)
}

/// Why a `-X` was not taken. No variant holds its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PropertyError {
    /// No `=` or no name.
    #[error("-X takes KEY=VALUE")]
    NoPair,
    /// A secret on the command line, where everybody on the machine can read it.
    #[error("-X {name}: a secret may not stand on the command line")]
    Secret {
        /// The setting's name.
        name: String,
    },
    /// A setting that is ours to give.
    #[error("-X {name}: {instead}")]
    Ours {
        /// The setting's name.
        name: String,
        /// What to use instead.
        instead: &'static str,
    },
    /// A setting that librdkafka does not know.
    #[error("-X {name}: librdkafka has no such setting{}", .near.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// The setting's name.
        name: String,
        /// The nearest that it has.
        near: Option<String>,
    },
}

/// Reads one `-X KEY=VALUE`. `known` is what librdkafka knows, where that was asked.
///
/// # Errors
/// See `PropertyError`.
pub fn parse_flag(text: &str, known: Option<&[String]>) -> Result<(String, String), PropertyError> {
    let (name, value) = text.split_once('=').ok_or(PropertyError::NoPair)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(PropertyError::NoPair);
    }
    if is_secret(name) {
        return Err(PropertyError::Secret { name: name.to_owned() });
    }
    if let Some(instead) = instead_of(name) {
        return Err(PropertyError::Ours { name: name.to_owned(), instead });
    }
    match unknown(name, known) {
        Some(near) => Err(PropertyError::Unknown { name: name.to_owned(), near }),
        None => Ok((name.to_owned(), value.to_owned())),
    }
}

/// Tells whether a name is missing from what librdkafka knows, with the nearest name that it has.
#[must_use]
pub(super) fn unknown(name: &str, known: Option<&[String]>) -> Option<Option<String>> {
    let known = known?;
    if known.iter().any(|candidate| candidate == name) {
        return None;
    }
    Some(crate::yaml::near_miss(name, known.iter().map(String::as_str)).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_secrets_are_suspected() {
        let rows = [
            ("sasl.pasword", true),
            ("sasl.passwrd", true),
            ("sasl.pass", true),
            ("ssl.key.pasword", true),
            ("client_secert", true),
            ("baerer", true),
            ("sasl-credentals", true),
            ("sasl.password", true),
            ("sasl.username", false),
            ("security.protocol", false),
            ("brokers", false),
            ("topic", false),
        ];
        for (name, expected) in rows {
            assert_eq!(may_be_secret(name), expected, "{name}");
        }
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        let rows = [
            ("sasl.password", true),
            ("ssl.key.password", true),
            ("ssl.keystore.password", true),
            ("ssl.key.pem", true),
            ("ssl_key", true),
            ("sasl.jaas.config", true),
            ("SASL.PASSWORD", true),
            ("sasl.oauthbearer.client.secret", true),
            ("sasl.oauthbearer.client.credentials.client.secret", true),
            ("sasl.oauthbearer.assertion.private.key.passphrase", true),
            ("sasl.oauthbearer.assertion.private.key.pem", true),
            ("sasl.oauthbearer.config", true),
            ("sasl.oauthbearer.client.credentials.client.id", false),
            ("sasl.oauthbearer.token.endpoint.url", false),
            ("sasl.username", false),
            ("ssl.ca.pem", false),
            ("ssl.key.location", false),
            ("client.id", false),
        ];
        for (name, expected) in rows {
            assert_eq!(is_secret(name), expected, "{name}");
        }
    }

    #[test]
    fn flags_are_checked_and_never_quoted_with_their_value() {
        let known = ["client.id", "security.protocol", "sasl.password"].map(str::to_owned);
        let rows = [
            ("client.id=a=b", Ok(("client.id", "a=b"))),
            (" client.id=", Ok(("client.id", ""))),
            ("client.id", Err("-X takes KEY=VALUE")),
            ("=canary", Err("-X takes KEY=VALUE")),
            ("sasl.password=canary", Err("-X sasl.password: a secret may not stand on the command line")),
            (
                "bootstrap.servers=canary:1",
                Err("-X bootstrap.servers: name brokers with --brokers or `brokers:`"),
            ),
            (
                "securty.protocol=canary",
                Err("-X securty.protocol: librdkafka has no such setting; did you mean `security.protocol`?"),
            ),
            ("zzz=canary", Err("-X zzz: librdkafka has no such setting")),
        ];
        for (text, expected) in rows {
            let read = parse_flag(text, Some(&known)).map_err(|error| error.to_string());
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(read, expected.map_err(str::to_owned), "{text}");
        }
        assert!(parse_flag("anything=goes", None).is_ok());
    }

    #[test]
    fn a_secret_shows_where_it_is_from() {
        let rows = [
            (SecretSource::Literal(Secret::new("canary")), "set, hidden"),
            (SecretSource::Variable("KAFKA_PASSWORD".into()), "set, hidden; from variable KAFKA_PASSWORD"),
            (SecretSource::File("/run/p".into()), "set, hidden; from file /run/p"),
            (SecretSource::Command(vec!["pass".into(), "canary".into()]), "set, hidden; from command pass"),
        ];
        for (source, expected) in rows {
            assert_eq!(SettingValue::Secret(source).shown(), expected);
        }
    }
}
