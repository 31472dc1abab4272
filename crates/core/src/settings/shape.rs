//! The settings file's fields, written down once: for the check, for the reader and for the JSON Schema.

use super::{Brokers, RegistryUrl};
use crate::name::ClusterId;
use crate::yaml::json_schema;
use crate::yaml::shape::{ANY_TEXT, Field, Record, Shape, TextRule};

/// The whole file.
pub static SETTINGS: Record = Record {
    name: "settings",
    doc: "Settings of eventctl: which clusters there are, and how to reach them.",
    fields: &[
        Field::optional(
            "current",
            Shape::Text(&CONTEXT_NAME),
            "The context that is used where nobody names one.",
        ),
        Field::optional(
            "contexts",
            Shape::Map { key: &CONTEXT_NAME, value: &Shape::Record(&CONTEXT) },
            "The clusters that can be reached, by names of your choice.",
        ),
        Field::optional(
            "catalog",
            Shape::Text(&ANY_TEXT),
            "The catalog's file, relative to this one. Left out: topics.yaml, from the working directory upwards.",
        ),
        Field::optional(
            "timeout",
            Shape::Duration { forever: false },
            "The time for one exchange, 1ms to 1h.",
        )
        .default("10s"),
    ],
};

/// The JSON Schema of the file, as it is committed for editors.
#[must_use]
pub fn settings_schema() -> String {
    let mut text = format!("{:#}", json_schema(&SETTINGS, "eventctl.yaml"));
    text.push('\n');
    text
}

static CONTEXT: Record = Record {
    name: "context",
    doc: "How to reach one cluster and its registry. A context is taken whole from one file.",
    fields: &[
        Field::optional(
            "environment",
            Shape::Text(&ANY_TEXT),
            "The catalog's environment that the cluster is.",
        ),
        Field::optional(
            "brokers",
            Shape::OneOf(&[Shape::Text(&BROKERS), Shape::List(&Shape::Text(&BROKER))]),
            "The brokers to begin with, as HOST:PORT.",
        ),
        Field::optional(
            "registry",
            Shape::OneOf(&[Shape::Text(&REGISTRY), Shape::List(&Shape::Text(&REGISTRY))]),
            "The schema registry's URL, or several that are tried in order.",
        ),
        Field::optional("registry_auth", Shape::Record(&AUTH), "How to prove to the registry who we are."),
        Field::optional("registry_ca", Shape::Text(&ANY_TEXT), "A PEM file with more certificates to trust."),
        Field::optional(
            "registry_certificate",
            Shape::Text(&ANY_TEXT),
            "A PEM file with the certificate to show to the registry, its chain behind it.",
        ),
        Field::optional(
            "registry_key",
            Shape::OneOf(&[Shape::Scalar, Shape::Record(&SECRET)]),
            "The private key of registry_certificate, as PEM (PKCS#8) without a password.",
        ),
        Field::optional("protected", Shape::Bool, "Whether changes need the context's name typed.")
            .default("false"),
        Field::optional(
            "cluster_id",
            Shape::Text(&CLUSTER),
            "The cluster that must answer before it is changed.",
        ),
        Field::optional(
            "kafka",
            Shape::Map { key: &PROPERTY, value: &Shape::OneOf(&[Shape::Scalar, Shape::Record(&SECRET)]) },
            "librdkafka's settings under its own names.",
        ),
        Field::optional(
            "timeout",
            Shape::Duration { forever: false },
            "The time for one exchange, 1ms to 1h.",
        ),
    ],
};

static AUTH: Record = Record {
    name: "registry_auth",
    doc: "Either `basic` or `bearer`.",
    fields: &[
        Field::optional("basic", Shape::Record(&BASIC), "User name and password."),
        Field::optional("bearer", Shape::OneOf(&[Shape::Scalar, Shape::Record(&SECRET)]), "A bearer token."),
    ],
};

static BASIC: Record = Record {
    name: "basic",
    doc: "User name and password.",
    fields: &[
        Field::required(
            "username",
            Shape::OneOf(&[Shape::Scalar, Shape::Record(&SECRET)]),
            "The user's name.",
        ),
        Field::required("password", Shape::OneOf(&[Shape::Scalar, Shape::Record(&SECRET)]), "The password."),
    ],
};

static SECRET: Record = Record {
    name: "secret",
    doc: "Where a secret is to be found: exactly one of these.",
    fields: &[
        Field::optional("env", Shape::Text(&VARIABLE), "A variable of the environment."),
        Field::optional(
            "file",
            Shape::Text(&ANY_TEXT),
            "A file, relative to this one; its last line break is dropped.",
        ),
        Field::optional(
            "command",
            Shape::OneOf(&[Shape::Text(&COMMAND), Shape::List(&Shape::Text(&ANY_TEXT))]),
            "A command that prints it, run without a shell. In a repository's file only after `eventctl config trust`.",
        ),
    ],
};

static CONTEXT_NAME: TextRule = TextRule {
    what: "a context's name",
    pattern: Some("^[A-Za-z0-9._-]{1,100}$"),
    check: Some(context_name),
};
static BROKERS: TextRule =
    TextRule { what: "brokers with commas between", pattern: Some("^.+:[0-9]+$"), check: Some(brokers) };
static BROKER: TextRule =
    TextRule { what: "a broker's address", pattern: Some("^[^,]+:[0-9]+$"), check: Some(broker) };
static REGISTRY: TextRule =
    TextRule { what: "a registry's URL", pattern: Some("^https?://[^@?#]+$"), check: Some(registry) };
static CLUSTER: TextRule = TextRule { what: "a cluster id", pattern: Some("^.+$"), check: Some(cluster) };
static PROPERTY: TextRule =
    TextRule { what: "a setting of librdkafka", pattern: Some("^[a-z0-9._]+$"), check: None };
static VARIABLE: TextRule =
    TextRule { what: "a variable's name", pattern: Some("^[A-Za-z_][A-Za-z0-9_]*$"), check: Some(variable) };
static COMMAND: TextRule =
    TextRule { what: "a command of words without quotes", pattern: Some("^.+$"), check: Some(command) };

fn context_name(text: &str) -> Result<(), String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !text.is_empty() && text.len() <= 100 && text.chars().all(legal) {
        return Ok(());
    }
    Err("allowed are 1 to 100 letters a-z and A-Z, digits, `.`, `_` and `-`".to_owned())
}

fn brokers(text: &str) -> Result<(), String> {
    Brokers::parse(text).map(drop).map_err(|error| error.to_string())
}

fn broker(text: &str) -> Result<(), String> {
    Brokers::from_list([text]).map(drop).map_err(|error| error.to_string())
}

fn registry(text: &str) -> Result<(), String> {
    RegistryUrl::parse(text).map(drop).map_err(|error| error.to_string())
}

fn cluster(text: &str) -> Result<(), String> {
    text.parse::<ClusterId>().map(drop).map_err(|error| error.to_string())
}

fn variable(text: &str) -> Result<(), String> {
    let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if legal && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(());
    }
    Err("write its name alone, without `$`".to_owned())
}

fn command(text: &str) -> Result<(), String> {
    const FOR_A_SHELL: &str = "|&;<>()$`\\\"'*?[]#~{}\n";
    if text.trim().is_empty() {
        return Err("it may not be empty".to_owned());
    }
    if text.contains(|c| FOR_A_SHELL.contains(c)) {
        return Err("no shell reads it; write a list of words, for a shell [sh, -c, 'SCRIPT']".to_owned());
    }
    Ok(())
}
