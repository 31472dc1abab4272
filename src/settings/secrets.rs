//! Looks secrets up where they are to be found: only when something is to be reached, and without ever showing one.

use std::path::Path;
use std::time::Duration;

use eventctl_core::secret::{ClientIdentity, Credentials, Opened, Secret};
use eventctl_core::settings::{
    Origin, RegistryAuth, RegistryIdentity, RegistryUrl, SecretSource, SettingValue, Settings, Sourced,
};

use super::{Surroundings, together};
use crate::failure::Failure;
use crate::files;
use crate::process::{self, Bounds};

/// The most bytes of a secret.
const SECRET_LIMIT: usize = 64 * 1024;
/// The most bytes of a file with certificates.
const CA_LIMIT: u64 = 4 * 1024 * 1024;
/// The time for a command that prints a secret: somebody may have to touch a key or type a PIN.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// What librdkafka is to be given, with every secret looked up. Commands are run here.
///
/// # Errors
/// `Input`, where no brokers are named, code is not trusted, or a secret cannot be found; never with its value.
pub fn client_settings(settings: &Settings, around: &Surroundings) -> Result<Vec<(String, Opened)>, Failure> {
    let closed = settings.client_settings().map_err(|error| together(&[error]))?;
    let open = |(name, Sourced { value, origin }): (String, Sourced<SettingValue>)| {
        let value = open(&name, &value, &origin, around)?;
        Ok((name, value))
    };
    closed.into_iter().map(open).collect()
}

/// How to ask the registry, with every secret looked up.
#[derive(Debug, Clone)]
pub struct RegistryAccess {
    /// Its URLs, tried in order; at least one.
    pub urls: Vec<RegistryUrl>,
    /// How to prove who we are.
    pub credentials: Option<Credentials>,
    /// More certificates to trust, as the bytes of a PEM file.
    pub extra_ca: Option<Vec<u8>>,
    /// The certificate to show, and its key.
    pub identity: Option<ClientIdentity>,
}

/// How to ask the registry, if one is named. Commands are run here.
///
/// # Errors
/// As `client_settings`.
pub fn registry_access(
    settings: &Settings,
    around: &Surroundings,
) -> Result<Option<RegistryAccess>, Failure> {
    let Some(registry) = settings.registry_access().map_err(|error| together(&[error]))? else {
        return Ok(None);
    };
    let credentials = match &registry.auth {
        None => None,
        Some(Sourced { value: RegistryAuth::Bearer(token), origin }) => {
            Some(Credentials::Bearer(find("registry_auth: bearer", token, origin, around)?))
        }
        Some(Sourced { value: RegistryAuth::Basic { username, password }, origin }) => {
            let username = open("registry_auth: basic: username", username, origin, around)?;
            let password = find("registry_auth: basic: password", password, origin, around)?;
            Some(Credentials::Basic { username: username.expose().to_owned(), password })
        }
    };
    let read = |ca: &Sourced<String>| files::read(Path::new(&ca.value), CA_LIMIT);
    let extra_ca = registry.ca.as_ref().map(read).transpose()?;
    let identity = match &registry.identity {
        None => None,
        Some(Sourced { value: RegistryIdentity { certificate, key }, origin }) => Some(ClientIdentity {
            certificate: files::read(Path::new(certificate), CA_LIMIT)?,
            key: find("registry_key", key, origin, around)?,
        }),
    };
    Ok(Some(RegistryAccess { urls: registry.urls.value.clone(), credentials, extra_ca, identity }))
}

fn open(name: &str, value: &SettingValue, origin: &Origin, around: &Surroundings) -> Result<Opened, Failure> {
    match value {
        SettingValue::Plain(text) => Ok(Opened::Plain(text.clone())),
        SettingValue::Secret(source) => find(name, source, origin, around).map(Opened::Secret),
    }
}

/// Looks a secret up where it is to be found.
fn find(
    name: &str,
    source: &SecretSource,
    origin: &Origin,
    around: &Surroundings,
) -> Result<Secret, Failure> {
    let wrong = |reason: String| Failure::input(format!("`{name}` ({origin}): {reason}"));
    let secret = match source {
        SecretSource::Literal(secret) => secret.clone(),
        SecretSource::Variable(variable) => match around.variable(variable) {
            Some(value) => Secret::new(value),
            None => {
                let failure = wrong(format!("the variable {variable} is not set"));
                return Err(failure.hint(format!("set it: export {variable}=…")));
            }
        },
        SecretSource::File(path) => {
            let text = files::read_text(Path::new(path), SECRET_LIMIT as u64);
            let text =
                text.map_err(|failure| wrong(failure.story()).hint("write the secret to that file"))?;
            without_line_break(&text)
        }
        SecretSource::Command(words) => {
            let bounds = Bounds { time: COMMAND_TIME, output: SECRET_LIMIT };
            let output = process::run(words, bounds);
            let output = output.map_err(|error| {
                wrong(error.to_string())
                    .hint("run the command by hand: it must print the secret and nothing else")
            })?;
            without_line_break(output.expose())
        }
    };
    if secret.expose().is_empty() {
        return Err(
            wrong("the secret is empty".to_owned()).hint("look at where it comes from: eventctl config show")
        );
    }
    if secret.expose().contains('\0') {
        return Err(wrong("the secret holds a NUL character".to_owned()));
    }
    Ok(secret)
}

fn without_line_break(text: &str) -> Secret {
    let text = text.strip_suffix('\n').unwrap_or(text);
    Secret::new(text.strip_suffix('\r').unwrap_or(text))
}
