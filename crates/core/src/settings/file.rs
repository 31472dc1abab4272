//! Reads a settings file's text: every error at once, with its place, and no secret in any of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::hide::{Hidden, cover_lines, hide};
use super::property::{instead_of, is_path, is_secret, runs_code, unknown};
use super::resolve::{parse_timeout, timeout_of};
use super::shape::SETTINGS;
use super::{
    Brokers, CodeSetting, DeclaredContext, FilePlace, RegistryAuth, RegistryIdentity, RegistryUrl, Role,
    SecretSource, SettingValue, SettingsFile, Sourced,
};
use crate::secret::Secret;
use crate::yaml::{Diagnostic, Diagnostics, Entry, Node, Source, Span, Value, check, read};

/// A settings file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, by position.
    pub findings: Vec<Diagnostic>,
    /// The file's text for excerpts, with every secret covered.
    pub source: Source,
}

/// Reads a settings file. `known` is what librdkafka knows, where it was asked. An empty file says nothing.
///
/// # Errors
/// Everything that is wrong in it.
pub fn read_settings(
    source: &Source,
    place: &FilePlace,
    known: Option<&[String]>,
) -> Result<SettingsFile, Box<Unreadable>> {
    let mut findings = Diagnostics::new(&source.name);
    let Some(mut tree) = read(source, &mut findings) else {
        return Err(Box::new(Unreadable { findings: findings.finish(), source: cover_lines(source) }));
    };
    // What the parser refused (the second of two equal keys) is not in the tree, and is covered by its look.
    let whole = findings.is_free_of_errors();
    let hidden = hide(&mut tree, known);
    if !tree.is_null() {
        check(&tree, &SETTINGS, &mut findings);
    }
    let mut reader = Reader { place, known, hidden: &hidden, findings: &mut findings, code: Vec::new() };
    let file = reader.file(&tree);
    if findings.is_free_of_errors() {
        return Ok(file);
    }
    let covered = hidden.cover(source);
    let source = if whole { covered } else { cover_lines(&covered) };
    Err(Box::new(Unreadable { findings: findings.finish(), source }))
}

/// Takes values out of a checked tree. What did not fit its shape was reported by the check and is passed over here;
/// what the tables cannot say is reported here.
struct Reader<'all> {
    place: &'all FilePlace,
    known: Option<&'all [String]>,
    hidden: &'all Hidden,
    findings: &'all mut Diagnostics,
    code: Vec<Sourced<CodeSetting>>,
}

const INSTEAD_OF_A_SECRET: &str = "write { env: VARIABLE }, { file: PATH } or { command: [PROGRAM, WORD] }";

impl Reader<'_> {
    fn file(&mut self, tree: &Node) -> SettingsFile {
        let contexts = tree.entry("contexts").map_or(&[][..], |entry| entry.value.entries());
        let context = |entry: &Entry| (entry.key.text.clone(), self.context(entry));
        let contexts = contexts.iter().map(context).collect();
        SettingsFile {
            place: self.place.clone(),
            current: self.text(tree, "current"),
            contexts,
            catalog: self.path(tree, "catalog"),
            timeout: self.timeout(tree),
        }
    }

    fn context(&mut self, entry: &Entry) -> DeclaredContext {
        let node = &entry.value;
        self.code.clear();
        self.lists(node);
        let registry_auth = self.registry_auth(node);
        let registry_identity = self.registry_identity(node);
        let kafka = self.kafka(node);
        DeclaredContext {
            origin: self.place.origin(entry.key.span.line),
            role: self.place.role,
            environment: self.text(node, "environment"),
            brokers: self.read(node, "brokers", brokers),
            registry: self.read(node, "registry", registry),
            registry_auth,
            registry_ca: self.path(node, "registry_ca"),
            registry_identity,
            protected: self.read(node, "protected", |node| node.scalar().map(|scalar| scalar.text == "true")),
            cluster_id: self.read(node, "cluster_id", |node| node.scalar()?.text.parse().ok()),
            kafka,
            timeout: self.timeout(node),
            code: std::mem::take(&mut self.code),
        }
    }

    fn read<T>(&self, node: &Node, name: &str, take: impl FnOnce(&Node) -> Option<T>) -> Option<Sourced<T>> {
        let entry = node.entry(name)?;
        take(&entry.value).map(|value| Sourced::new(value, self.place.origin(entry.key.span.line)))
    }

    fn text(&self, node: &Node, name: &str) -> Option<Sourced<String>> {
        self.read(node, name, |node| node.scalar().map(|scalar| scalar.text.clone()))
    }

    fn path(&self, node: &Node, name: &str) -> Option<Sourced<String>> {
        self.read(node, name, |node| node.scalar().map(|scalar| self.place.absolute(&scalar.text)))
    }

    fn timeout(&mut self, node: &Node) -> Option<Sourced<Duration>> {
        let entry = node.entry("timeout")?;
        let text = &entry.value.scalar()?.text;
        match parse_timeout(text) {
            Ok(time) => Some(Sourced::new(time, self.place.origin(entry.key.span.line))),
            Err(error) => {
                // What is no duration at all has been reported by the check.
                if timeout_of(text).is_some() {
                    self.findings.error(entry.value.span, &error.to_string());
                }
                None
            }
        }
    }

    /// Reports lists whose items may be right, and which are empty or endless.
    fn lists(&mut self, context: &Node) {
        for name in ["brokers", "registry"] {
            let Some(Value::Sequence(items)) = context.entry(name).map(|entry| &entry.value.value) else {
                continue;
            };
            let span = context.entry(name).map_or(context.span, |entry| entry.key.span);
            if items.is_empty() {
                self.findings.error(span, &format!("`{name}` may not be empty"));
            } else if items.len() > super::address::LIMIT {
                self.findings.error(span, &super::AddressError::TooMany.to_string());
            }
        }
    }

    fn kafka(&mut self, context: &Node) -> BTreeMap<String, Sourced<SettingValue>> {
        let mut settings = BTreeMap::new();
        for entry in context.entry("kafka").map_or(&[][..], |entry| entry.value.entries()) {
            let name = entry.key.text.as_str();
            self.name(name, entry.key.span);
            let origin = self.place.origin(entry.key.span.line);
            let title = format!("kafka: {name}");
            if let Some(value) = self.value(&title, entry, is_secret(name)) {
                let value = match value {
                    SettingValue::Plain(path) if is_path(name, &path) => {
                        SettingValue::Plain(self.place.absolute(&path))
                    }
                    value => value,
                };
                if runs_code(name) {
                    let code = CodeSetting { name: title, runs: value.shown() };
                    self.code.push(Sourced::new(code, origin.clone()));
                }
                settings.insert(name.to_owned(), Sourced::new(value, origin));
            }
        }
        settings
    }

    /// Reports a name that librdkafka has not, or that is ours to give.
    fn name(&mut self, name: &str, span: Span) {
        if let Some(instead) = instead_of(name) {
            self.findings.error_with_help(span, &format!("`{name}` may not be set here"), instead);
        } else if let Some(near) = unknown(name, self.known) {
            let help = near.map_or_else(
                || "see librdkafka's CONFIGURATION.md for its settings".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("librdkafka has no setting {}", crate::yaml::shown(name));
            self.findings.error_with_help(span, &message, &help);
        }
    }

    fn registry_auth(&mut self, context: &Node) -> Option<Sourced<RegistryAuth>> {
        let entry = context.entry("registry_auth")?;
        let origin = self.place.origin(entry.key.span.line);
        let auth = match entry.value.entries() {
            [only] if only.key.text == "bearer" => {
                RegistryAuth::Bearer(self.secret("registry_auth: bearer", only)?)
            }
            [only] if only.key.text == "basic" => {
                let username = only.value.entry("username")?;
                let username = self.value("registry_auth: basic: username", username, false)?;
                let password = only.value.entry("password")?;
                let password = self.secret("registry_auth: basic: password", password)?;
                RegistryAuth::Basic { username, password }
            }
            entries => {
                if entries.len() != 1 && matches!(entry.value.value, Value::Mapping(_)) {
                    let help = "write basic: { username: …, password: … } or bearer: …";
                    self.findings.error_with_help(
                        entry.key.span,
                        "exactly one way to log in is needed",
                        help,
                    );
                }
                return None;
            }
        };
        Some(Sourced::new(auth, origin))
    }

    fn registry_identity(&mut self, context: &Node) -> Option<Sourced<RegistryIdentity>> {
        let (certificate, key) = (context.entry("registry_certificate"), context.entry("registry_key"));
        let (certificate, key) = match (certificate, key) {
            (Some(certificate), Some(key)) => (certificate, key),
            (None, None) => return None,
            (Some(entry), None) | (None, Some(entry)) => {
                let message = "`registry_certificate` and `registry_key` need each other";
                let help = "write the certificate's path, and where its private key is to be found";
                self.findings.error_with_help(entry.key.span, message, help);
                return None;
            }
        };
        let key = self.secret("registry_key", key)?;
        let origin = self.place.origin(certificate.key.span.line);
        let certificate = self.place.absolute(&certificate.value.scalar()?.text);
        Some(Sourced::new(RegistryIdentity { certificate, key }, origin))
    }

    fn secret(&mut self, title: &str, entry: &Entry) -> Option<SecretSource> {
        match self.value(title, entry, true)? {
            SettingValue::Secret(source) => Some(source),
            SettingValue::Plain(text) => Some(SecretSource::Literal(Secret::new(text))),
        }
    }

    fn value(&mut self, title: &str, entry: &Entry, secret: bool) -> Option<SettingValue> {
        let node = &entry.value;
        if let Some(scalar) = node.scalar() {
            if !secret {
                return Some(SettingValue::Plain(scalar.text.clone()));
            }
            let literal = self.hidden.at(node.span).cloned()?;
            return self
                .literal(title, node.span)
                .then_some(SettingValue::Secret(SecretSource::Literal(literal)));
        }
        let source = match node.entries() {
            [only] => self.source(only),
            entries => {
                if matches!(node.value, Value::Mapping(_)) && entries.len() != 1 {
                    let message = format!("`{title}` needs exactly one of env, file and command");
                    self.findings.error_with_help(entry.key.span, &message, INSTEAD_OF_A_SECRET);
                }
                None
            }
        }?;
        if let SecretSource::Command(words) = &source {
            let code = CodeSetting { name: title.to_owned(), runs: words.join(" ") };
            self.code.push(Sourced::new(code, self.place.origin(entry.key.span.line)));
        }
        Some(SettingValue::Secret(source))
    }

    /// Tells whether a secret may stand in this file itself, and reports where not.
    fn literal(&mut self, title: &str, span: Span) -> bool {
        match (self.place.role, self.place.private) {
            (Role::Own, true) => return true,
            (Role::Own, false) => {
                let help = format!("chmod 600 {}, or {INSTEAD_OF_A_SECRET}", self.place.path);
                let message = format!("`{title}` is a secret, and others may read this file");
                self.findings.error_with_help(span, &message, &help);
            }
            (Role::Repository, _) => {
                let message = format!("`{title}` is a secret, which may not stand in a repository's file");
                self.findings.error_with_help(span, &message, INSTEAD_OF_A_SECRET);
            }
        }
        false
    }

    fn source(&self, entry: &Entry) -> Option<SecretSource> {
        let text = || entry.value.scalar().map(|scalar| scalar.text.clone());
        match entry.key.text.as_str() {
            "env" => text().map(SecretSource::Variable),
            "file" => text().map(|path| SecretSource::File(self.place.absolute(&path))),
            "command" => {
                let mut words: Vec<String> = match entry.value.scalar() {
                    Some(scalar) => scalar.text.split_whitespace().map(str::to_owned).collect(),
                    None => entry
                        .value
                        .items()
                        .iter()
                        .filter_map(|item| Some(item.scalar()?.text.clone()))
                        .collect(),
                };
                let program = words.first_mut()?;
                // A program beside the file; a bare name is looked up in the PATH.
                if program.contains('/') {
                    *program = self.place.absolute(program);
                }
                Some(SecretSource::Command(words))
            }
            _ => None,
        }
    }
}

/// The texts of a list, or the one text that stands in its place.
fn texts(node: &Node) -> Option<Vec<&str>> {
    let items = match node.scalar() {
        Some(scalar) => return Some(vec![&scalar.text]),
        None => node.items(),
    };
    items.iter().map(|item| item.scalar().map(|scalar| scalar.text.as_str())).collect()
}

fn brokers(node: &Node) -> Option<Brokers> {
    if let Some(scalar) = node.scalar() {
        return Brokers::parse(&scalar.text).ok();
    }
    Brokers::from_list(texts(node)?).ok()
}

fn registry(node: &Node) -> Option<Vec<RegistryUrl>> {
    let urls: Option<Vec<RegistryUrl>> =
        texts(node)?.into_iter().map(|text| RegistryUrl::parse(text).ok()).collect();
    urls.filter(|urls| !urls.is_empty())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
