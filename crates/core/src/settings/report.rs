//! What `config show` and `config trust` tell: every value with its origin, every file that was looked at, and never
//! a secret.

use serde::Serialize;

use super::{DeclaredContext, KNOWN_VARIABLES, RegistryAuth, Settings, SettingsFile, Sourced};
use crate::yaml::near_miss;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name, such as `kafka: security.protocol`.
    pub name: String,
    /// What may be shown of it.
    pub value: String,
    /// Who said it.
    pub origin: String,
}

/// What was found at a settings file's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It was read.
    Found,
    /// There is none.
    Absent,
    /// It was read, and it runs code for which it is not trusted.
    Untrusted,
}

/// A place that was looked at for settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRow {
    /// The path.
    pub path: String,
    /// Whose file it would be: `repository` or `own`.
    pub role: &'static str,
    /// What was found there.
    pub state: FileState,
}

/// A context that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContextRow {
    /// Its name.
    pub name: String,
    /// Whether it is in use now.
    pub in_use: bool,
    /// Whether changes need its name typed.
    pub protected: bool,
    /// The catalog's environment that it belongs to.
    pub environment: Option<String>,
    /// Its brokers.
    pub brokers: Option<String>,
    /// Where it is declared.
    pub origin: String,
}

/// What `config show` tells; `wire` of `config.show`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigReport {
    /// The values in use.
    pub settings: Vec<Row>,
    /// The contexts by name.
    pub contexts: Vec<ContextRow>,
    /// The places that were looked at.
    pub files: Vec<FileRow>,
    /// Remarks, each a sentence.
    pub notes: Vec<String>,
}

impl ConfigReport {
    /// Puts the report together. `variables` are the names of all variables of the environment.
    #[must_use]
    pub fn new<'a>(
        settings: &Settings,
        declared: &[&SettingsFile],
        files: Vec<FileRow>,
        variables: impl IntoIterator<Item = &'a str>,
    ) -> ConfigReport {
        let mut notes = Vec::new();
        if let Some(aside) = &settings.set_aside {
            let (name, origin) = (&aside.context.value, &aside.context.origin);
            notes.push(format!(
                "context {name} ({origin}) is put aside, because {} names brokers without it: nothing of it is used",
                aside.by
            ));
        }
        for code in settings.untrusted() {
            notes.push(format!("{} ({}) runs code and is not trusted", code.value.name, code.origin));
        }
        for name in variables.into_iter().filter(|name| name.starts_with("EVENTCTL_")) {
            // What begins with EVENTCTL_DEV_ is for the development cluster's script.
            if name.starts_with("EVENTCTL_DEV_") {
                continue;
            }
            if !KNOWN_VARIABLES.contains(&name) {
                let near = near_miss(name, KNOWN_VARIABLES).map(|near| format!("; did you mean {near}?"));
                notes.push(format!("variable {name} is not read{}", near.unwrap_or_default()));
            }
        }
        ConfigReport { settings: rows(settings), contexts: contexts(settings, declared), files, notes }
    }
}

fn row<T>(name: &str, said: &Sourced<T>, shown: impl FnOnce(&T) -> String) -> Row {
    Row { name: name.to_owned(), value: shown(&said.value), origin: said.origin.to_string() }
}

fn rows(settings: &Settings) -> Vec<Row> {
    let Settings {
        context,
        set_aside: _,
        environment,
        brokers,
        registry,
        context_registry: _,
        protected,
        cluster_id,
        kafka,
        catalog,
        timeout,
        clusters: _,
        untrusted: _,
    } = settings;
    let mut rows = Vec::new();
    rows.extend(context.iter().map(|said| row("context", said, Clone::clone)));
    rows.extend(environment.iter().map(|said| row("environment", said, Clone::clone)));
    rows.extend(brokers.iter().map(|said| row("brokers", said, ToString::to_string)));
    rows.extend(cluster_id.iter().map(|said| row("cluster_id", said, ToString::to_string)));
    rows.push(row("protected", protected, ToString::to_string));
    if let Some(registry) = registry {
        rows.push(row("registry", &registry.urls, |urls| {
            urls.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }));
        rows.extend(registry.auth.iter().map(|said| row("registry_auth", said, shown_auth)));
        rows.extend(registry.ca.iter().map(|said| row("registry_ca", said, Clone::clone)));
        if let Some(said) = &registry.identity {
            rows.push(row("registry_certificate", said, |identity| identity.certificate.clone()));
            rows.push(row("registry_key", said, |identity| identity.key.shown()));
        }
    }
    for (name, said) in kafka {
        rows.push(row(&format!("kafka: {name}"), said, super::SettingValue::shown));
    }
    rows.push(row("catalog", catalog, Clone::clone));
    rows.push(row("timeout", timeout, |time| shown_time(*time)));
    rows
}

fn shown_auth(auth: &RegistryAuth) -> String {
    match auth {
        RegistryAuth::Basic { username, password } => {
            format!("basic, user {}, password {}", username.shown(), password.shown())
        }
        RegistryAuth::Bearer(token) => format!("bearer, token {}", token.shown()),
    }
}

fn shown_time(time: std::time::Duration) -> String {
    let milliseconds = time.as_millis();
    if milliseconds.is_multiple_of(1_000) {
        format!("{}s", milliseconds / 1_000)
    } else {
        format!("{milliseconds}ms")
    }
}

fn contexts(settings: &Settings, declared: &[&SettingsFile]) -> Vec<ContextRow> {
    let mut rows: Vec<ContextRow> = Vec::new();
    let in_use = settings.context.as_ref().map(|said| said.value.as_str());
    for (name, context) in declared.iter().flat_map(|file| &file.contexts) {
        // The nearest file comes first; what it declares hides what the others declare under that name.
        if !rows.iter().any(|row| row.name == *name) {
            rows.push(context_row(name, context, in_use == Some(name)));
        }
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows
}

fn context_row(name: &str, context: &DeclaredContext, in_use: bool) -> ContextRow {
    ContextRow {
        name: name.to_owned(),
        in_use,
        protected: context.protected.as_ref().is_some_and(|protected| protected.value),
        environment: context.environment.as_ref().map(|environment| environment.value.clone()),
        brokers: context.brokers.as_ref().map(|brokers| brokers.value.to_string()),
        origin: context.origin.to_string(),
    }
}

/// What `config trust` would trust, to be read before it does; `wire` of `config.trust`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrustReport {
    /// The file.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// Whether it is trusted already.
    pub trusted: bool,
    /// What in it runs code: context, setting, value (secrets hidden), place.
    pub code: Vec<Row>,
}

impl TrustReport {
    /// Lists what a file would run.
    #[must_use]
    pub fn new(file: &SettingsFile, sha256: String) -> TrustReport {
        let code = file.contexts.iter().flat_map(|(name, context)| {
            context.code.iter().map(move |code| Row {
                name: format!("context {name}: {}", code.value.name),
                value: code.value.runs.clone(),
                origin: code.origin.to_string(),
            })
        });
        TrustReport {
            path: file.place.path.clone(),
            sha256,
            trusted: file.place.trusted,
            code: code.collect(),
        }
    }
}
