//! What a catalog expects of schemas: fields that keys, timestamps and states read, the events' names, and the levels
//! of compatibility. Collected from the catalog as it was written, in the base and in every merged environment, each
//! with its place; whether the schemas are so is for `schemas` to say.

use std::collections::{BTreeMap, BTreeSet};

use super::effective::encoding_of;
use super::reducers::{Operand, operand, summand};
use super::words::{Compatibility, Encoding, KeyEncoding};
use super::written::{Event, Reducer, State, Topic, Written};
use crate::name::SubjectName;
use crate::yaml::{Node, Span, Spanned};

/// What a catalog expects of schemas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expectations {
    /// By subject, in the order of the file.
    pub items: BTreeMap<SubjectName, Vec<Expectation>>,
    /// The levels that subjects shall have: those of the base first.
    pub levels: BTreeMap<SubjectName, Vec<DeclaredLevel>>,
    /// True where every field of a schema shall have a `doc`.
    pub docs: bool,
}

/// Something that a schema is expected to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The event whose schema it is.
    pub event: String,
    /// What it shall have.
    pub expected: Expected,
    /// Where the catalog says so.
    pub span: Span,
    /// The environment that alone expects it.
    pub environment: Option<String>,
}

/// What a schema is expected to have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// A record that is called like the event.
    Name,
    /// A field, as a path of names with dots between them, fit for a role.
    Field(String, Role),
}

/// What a field is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It becomes the record's key.
    Key(KeyEncoding),
    /// It becomes the record's timestamp.
    Timestamp,
    /// It says whose state it is.
    StateKey,
    /// It orders and de-duplicates a key's events.
    StateVersion,
    /// It says when an event happened.
    StateTime,
    /// A state reads it as a value.
    StateValue,
}

/// A level that the catalog gives a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredLevel {
    /// The level; none where the catalog leaves the subject's level alone.
    pub level: Option<Compatibility>,
    /// Which part of the catalog says so.
    pub layer: Layer,
    /// The environment that alone says so.
    pub environment: Option<String>,
}

/// A part of the catalog that can give a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The event itself.
    Event,
    /// Its topic.
    Topic,
    /// The defaults.
    Defaults,
}

impl Layer {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Layer::Event => "event",
            Layer::Topic => "topic",
            Layer::Defaults => "defaults",
        }
    }
}

/// Collects, so that what holds in the base and in an environment is there once.
#[derive(Debug, Default)]
pub(super) struct Collection {
    all: Expectations,
    seen: BTreeSet<(Span, SubjectName, String, Expected)>,
}

impl Collection {
    /// Adds what the base expects, or what it expects when merged with an environment.
    pub(super) fn add(&mut self, written: &Written, environment: Option<&str>) {
        let mut adding = Adding { collection: self, environment };
        let mut subjects: BTreeMap<&str, BTreeMap<&str, &Event>> = BTreeMap::new();
        for topic in &written.topics {
            adding.topic(written, topic);
            let events = topic.events.iter().map(|event| (event.name.value.as_str(), event)).collect();
            subjects.insert(&topic.name.value, events);
        }
        for state in &written.states {
            let events = state.topic.as_ref().and_then(|topic| subjects.get(topic.value.as_str()));
            for reducer in &state.reducers {
                let event = events.and_then(|events| events.get(reducer.event.value.as_str()));
                if let Some(event) = event {
                    adding.reducer(state, reducer, event);
                }
            }
        }
        self.all.docs |= written.defaults.require_docs.as_ref().is_some_and(|said| said.value);
    }

    pub(super) fn finish(self) -> Expectations {
        self.all
    }
}

struct Adding<'a> {
    collection: &'a mut Collection,
    environment: Option<&'a str>,
}

impl Adding<'_> {
    fn topic(&mut self, written: &Written, topic: &Topic) {
        let readable = !matches!(encoding_of(written, topic), Some(Encoding::Text | Encoding::Raw));
        for event in &topic.events {
            self.expect(event, Expected::Name, event.name.span);
            self.level(written, topic, event);
            if let Some(key) = topic.key.as_ref().filter(|_| readable) {
                let encoding = key.encoding.as_ref().map_or(KeyEncoding::Text, |said| said.value);
                self.field(event, &key.field, Role::Key(encoding));
            }
            if let Some(field) = topic.timestamp.as_ref().filter(|_| readable) {
                self.field(event, field, Role::Timestamp);
            }
        }
    }

    fn reducer(&mut self, state: &State, reducer: &Reducer, event: &Event) {
        let roles = [
            (&state.key, Role::StateKey),
            (&state.version, Role::StateVersion),
            (&state.updated, Role::StateTime),
        ];
        for (field, role) in roles {
            if let Some(field) = field {
                self.field(event, field, role);
            }
        }
        if reducer.jq.is_some() {
            return;
        }
        let values = reducer.expect.iter().chain(&reducer.set).map(|(_, node)| (node, operand(node)));
        let summands = reducer.add.iter().map(|(_, node)| (node, summand(node)));
        let read = values.chain(summands).filter_map(|(node, operand): (&Node, _)| match operand {
            Ok(Operand::Field(path)) => Some(Spanned::new(path, node.span)),
            _ => None,
        });
        for field in read.collect::<Vec<_>>() {
            self.field(event, &field, Role::StateValue);
        }
    }

    fn field(&mut self, event: &Event, field: &Spanned<String>, role: Role) {
        self.expect(event, Expected::Field(field.value.clone(), role), field.span);
    }

    fn expect(&mut self, event: &Event, expected: Expected, span: Span) {
        let Some(subject) = subject_of(event) else { return };
        let name = event.name.value.clone();
        if self.collection.seen.insert((span, subject.clone(), name.clone(), expected.clone())) {
            let environment = self.environment.map(str::to_owned);
            let items = self.collection.all.items.entry(subject).or_default();
            items.push(Expectation { event: name, expected, span, environment });
        }
    }

    fn level(&mut self, written: &Written, topic: &Topic, event: &Event) {
        let Some(subject) = subject_of(event) else { return };
        let said = [
            (&event.compatibility, Layer::Event),
            (&topic.values.compatibility, Layer::Topic),
            (&written.defaults.values.compatibility, Layer::Defaults),
        ];
        let declared = said.iter().find_map(|(said, layer)| Some((said.as_ref()?.value, *layer)));
        let (level, layer) = declared.map_or((None, Layer::Defaults), |(level, layer)| (Some(level), layer));
        let levels = self.collection.all.levels.entry(subject).or_default();
        if !levels.iter().any(|known| known.level == level) {
            let environment = self.environment.map(str::to_owned);
            levels.push(DeclaredLevel { level, layer, environment });
        }
    }
}

fn subject_of(event: &Event) -> Option<SubjectName> {
    event.subject.as_ref()?.value.parse().ok()
}
