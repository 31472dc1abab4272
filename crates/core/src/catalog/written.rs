//! The catalog as it was written: typed, each value with its place, nothing filled in. The rules read this form,
//! because they have to point at lines; everybody else reads the resolved one.

use super::shape::CATALOG;
use super::words::{Compatibility, DlqFormat, Encoding, KeyEncoding, Partitioner, Start};
use crate::yaml::{Fields, Key, Node, Span, Spanned};

/// Joins a choice's word and its typed value.
fn word<T>(text: Option<Spanned<String>>, of: fn(&str) -> Option<T>) -> Option<Spanned<T>> {
    let Spanned { value, span } = text?;
    of(&value).map(|value| Spanned::new(value, span))
}

fn name(key: &Key) -> Spanned<String> {
    Spanned::new(key.text.clone(), key.span)
}

#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) schemas: Option<Spanned<String>>,
    pub(super) scope: Scope,
    pub(super) defaults: Defaults,
    pub(super) topics: Vec<Topic>,
    pub(super) states: Vec<State>,
    /// The overlays' own trees by name, for the merge.
    pub(super) environments: Vec<Overlay>,
}

#[derive(Debug, Clone)]
pub(super) struct Overlay {
    pub(super) name: Spanned<String>,
    pub(super) cluster_id: Option<Spanned<String>>,
    pub(super) registry: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) prefixes: Vec<Spanned<String>>,
    pub(super) topics: Vec<Spanned<String>>,
    pub(super) exclude: Vec<Spanned<String>>,
}

/// How many brokers hold each partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replication {
    Inherit,
    Factor(i16),
}

/// What topics, dead-letter topics and defaults have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) partitions: Option<Spanned<i32>>,
    pub(super) replication: Option<Spanned<Replication>>,
    pub(super) retention: Option<Spanned<i64>>,
    pub(super) config: Vec<Setting>,
}

#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) name: Spanned<String>,
    /// None where it shall be reset.
    pub(super) value: Spanned<Option<String>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    pub(super) settings: Settings,
    pub(super) values: Values,
    pub(super) consumers: Limits,
    pub(super) dlq: Option<Dlq>,
    pub(super) require_docs: Option<Spanned<bool>>,
}

/// How keys and values are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) partitioner: Option<Spanned<Partitioner>>,
    pub(super) encoding: Option<Spanned<Encoding>>,
    pub(super) compatibility: Option<Spanned<Compatibility>>,
}

#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub(super) name: Spanned<String>,
    pub(super) settings: Settings,
    pub(super) values: Values,
    pub(super) key: Option<KeyField>,
    pub(super) timestamp: Option<Spanned<String>>,
    pub(super) events: Vec<Event>,
    pub(super) consumers: Vec<Consumer>,
    pub(super) dlq: Option<Dlq>,
}

#[derive(Debug, Clone)]
pub(super) struct KeyField {
    pub(super) field: Spanned<String>,
    pub(super) encoding: Option<Spanned<KeyEncoding>>,
    pub(super) stable: Option<Spanned<bool>>,
    pub(super) tenant_pattern: Option<Spanned<String>>,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: Spanned<String>,
    pub(super) subject: Option<Spanned<String>>,
    pub(super) type_: Option<Spanned<String>>,
    pub(super) compatibility: Option<Spanned<Compatibility>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) max_lag: Option<Spanned<i64>>,
    pub(super) max_time_lag: Option<Spanned<i64>>,
    pub(super) start: Option<Spanned<Start>>,
}

#[derive(Debug, Clone)]
pub(super) struct Consumer {
    pub(super) group: Spanned<String>,
    pub(super) limits: Limits,
}

#[derive(Debug, Clone)]
pub(super) enum Dlq {
    /// `dlq: false`.
    None,
    Some(Box<DlqFields>),
}

#[derive(Debug, Clone)]
pub(super) struct DlqFields {
    pub(super) topic: Option<Spanned<String>>,
    pub(super) suffix: Option<Spanned<String>>,
    pub(super) settings: Settings,
    pub(super) format: Option<Spanned<DlqFormat>>,
    pub(super) consumers: Vec<Consumer>,
}

#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) name: Spanned<String>,
    pub(super) topic: Option<Spanned<String>>,
    pub(super) key: Option<Spanned<String>>,
    pub(super) version: Option<Spanned<String>>,
    pub(super) updated: Option<Spanned<String>>,
    pub(super) initial: Vec<(Spanned<String>, Node)>,
    pub(super) reducers: Vec<Reducer>,
}

#[derive(Debug, Clone)]
pub(super) struct Reducer {
    pub(super) event: Spanned<String>,
    pub(super) expect: Vec<(Spanned<String>, Node)>,
    pub(super) set: Vec<(Spanned<String>, Node)>,
    pub(super) unset: Vec<Spanned<String>>,
    pub(super) add: Vec<(Spanned<String>, Node)>,
    pub(super) jq: Option<Spanned<String>>,
    /// The place of the first of `expect`, `set`, `unset`, `add`, empty or not.
    pub(super) simple: Option<Span>,
    /// True where nothing at all is said; a value that was left out because it does not fit counts as said.
    pub(super) empty: bool,
}

/// Takes the catalog out of a tree; what the tables do not accept is left out.
pub(super) fn extract(root: &Node) -> Option<Written> {
    let fields = Fields::of(root, &CATALOG)?;
    // Only 1 is accepted, so that there is nothing to choose by it yet.
    let _version = fields.integer("version");
    Some(Written {
        schemas: fields.text("schemas"),
        scope: fields.fields("scope").as_ref().map(scope).unwrap_or_default(),
        defaults: fields.fields("defaults").as_ref().map(defaults).unwrap_or_default(),
        topics: fields.map("topics").iter().map(|(key, fields)| topic(key, fields)).collect(),
        states: fields.map("states").iter().map(|(key, fields)| state(key, fields)).collect(),
        environments: fields.map("environments").iter().map(|(key, fields)| overlay(key, fields)).collect(),
    })
}

/// An overlay's scope, defaults, topics and states are read from the merged tree, not here.
fn overlay(key: &Key, fields: &Fields<'_>) -> Overlay {
    for merged in ["scope", "defaults", "topics", "states"] {
        let _merged = fields.node(merged);
    }
    Overlay { name: name(key), cluster_id: fields.text("cluster_id"), registry: fields.text("registry") }
}

fn scope(fields: &Fields<'_>) -> Scope {
    Scope {
        prefixes: fields.texts("prefixes"),
        topics: fields.texts("topics"),
        exclude: fields.texts("exclude"),
    }
}

fn settings(fields: &Fields<'_>) -> Settings {
    let replication = fields.text("replication_factor").and_then(|Spanned { value, span }| {
        let replication = match value.as_str() {
            "inherit" => Replication::Inherit,
            digits => Replication::Factor(digits.parse().ok()?),
        };
        Some(Spanned::new(replication, span))
    });
    let partitions = fields
        .integer("partitions")
        .and_then(|Spanned { value, span }| i32::try_from(value).ok().map(|value| Spanned::new(value, span)));
    let setting = |(key, node): (&Key, &Node)| {
        let value = match node.scalar() {
            Some(scalar) => Some(scalar.text.clone()),
            None if node.is_null() => None,
            None => return None,
        };
        let place = if node.span.is_empty() { key.span } else { node.span };
        Some(Setting { name: name(key), value: Spanned::new(value, place) })
    };
    let config = fields.entries("config").into_iter().filter_map(setting).collect();
    Settings { partitions, replication, retention: fields.duration("retention"), config }
}

fn values(fields: &Fields<'_>) -> Values {
    Values {
        partitioner: word(fields.text("partitioner"), Partitioner::of),
        encoding: word(fields.text("encoding"), Encoding::of),
        compatibility: word(fields.text("compatibility"), Compatibility::of),
    }
}

fn defaults(fields: &Fields<'_>) -> Defaults {
    Defaults {
        settings: settings(fields),
        values: values(fields),
        consumers: fields.fields("consumers").as_ref().map(limits).unwrap_or_default(),
        dlq: dlq(fields),
        require_docs: fields.boolean("require_docs"),
    }
}

fn topic(key: &Key, fields: &Fields<'_>) -> Topic {
    Topic {
        name: name(key),
        settings: settings(fields),
        values: values(fields),
        key: key_field(fields),
        timestamp: fields.text("timestamp"),
        events: fields.map("events").iter().map(|(key, fields)| event(key, fields)).collect(),
        consumers: consumers(fields),
        dlq: dlq(fields),
    }
}

fn key_field(fields: &Fields<'_>) -> Option<KeyField> {
    if let Some(field) = fields.text("key") {
        return Some(KeyField { field, encoding: None, stable: None, tenant_pattern: None });
    }
    let fields = fields.fields("key")?;
    Some(KeyField {
        encoding: word(fields.text("encoding"), KeyEncoding::of),
        stable: fields.boolean("stable"),
        tenant_pattern: fields.text("tenant_pattern"),
        field: fields.text("field")?,
    })
}

fn event(key: &Key, fields: &Fields<'_>) -> Event {
    Event {
        name: name(key),
        subject: fields.text("subject"),
        type_: fields.text("type"),
        compatibility: word(fields.text("compatibility"), Compatibility::of),
    }
}

fn limits(fields: &Fields<'_>) -> Limits {
    Limits {
        max_lag: fields.integer("max_lag"),
        max_time_lag: fields.duration("max_time_lag"),
        start: word(fields.text("start"), Start::of),
    }
}

fn consumers(fields: &Fields<'_>) -> Vec<Consumer> {
    let consumer = |(key, fields): &(&Key, Fields<'_>)| Consumer { group: name(key), limits: limits(fields) };
    fields.map("consumers").iter().map(consumer).collect()
}

fn dlq(fields: &Fields<'_>) -> Option<Dlq> {
    if let Some(fields) = fields.fields("dlq") {
        return Some(Dlq::Some(Box::new(DlqFields {
            topic: fields.text("topic"),
            suffix: fields.text("suffix"),
            settings: settings(&fields),
            format: word(fields.text("format"), DlqFormat::of),
            consumers: consumers(&fields),
        })));
    }
    fields.boolean("dlq").map(|_| Dlq::None)
}

fn state(key: &Key, fields: &Fields<'_>) -> State {
    State {
        name: name(key),
        topic: fields.text("topic"),
        key: fields.text("key"),
        version: fields.text("version"),
        updated: fields.text("updated"),
        initial: pairs(fields, "initial"),
        reducers: fields.map("on").iter().map(|(key, fields)| reducer(key, fields)).collect(),
    }
}

fn reducer(key: &Key, fields: &Fields<'_>) -> Reducer {
    let says =
        |name: &&str| fields.node(name).is_some_and(|node| node.scalar().is_some() || node.count() > 1);
    let empty = !["expect", "set", "unset", "add", "jq"].iter().any(says);
    let simple = ["expect", "set", "unset", "add"].iter().find_map(|name| fields.key_span(name));
    Reducer {
        event: name(key),
        expect: pairs(fields, "expect"),
        set: pairs(fields, "set"),
        unset: fields.texts("unset"),
        add: pairs(fields, "add"),
        jq: fields.text("jq"),
        simple,
        empty,
    }
}

fn pairs(fields: &Fields<'_>, field: &str) -> Vec<(Spanned<String>, Node)> {
    fields.entries(field).into_iter().map(|(key, node)| (name(key), node.clone())).collect()
}
