//! The positioned tree: what a YAML file says, and where it says it.

use super::source::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its place.
    pub span: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// One text, quoted or plain. What it means is for its reader to say: `5` is a number only where one is wanted.
    Scalar(Scalar),
    /// Entries in the order of the file, each key once.
    Mapping(Vec<Entry>),
    /// Items in the order of the file.
    Sequence(Vec<Node>),
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, quotes and escapes resolved.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: `true` may be a boolean and `5` a number.
    Plain,
    /// In quotes or as a block: always text.
    Quoted,
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Node,
}

/// A key: always text, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

impl Node {
    /// True for `null`, `~` and nothing at all: an empty file is such a node.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The text, where it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The entries; none where it is no mapping.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items; none where it is no list.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entry of a mapping with this key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.text == key)
    }

    /// How many nodes there are, this one included. Trees are at most as deep as the parser allows.
    pub(crate) fn count(&self) -> usize {
        match &self.value {
            Value::Null | Value::Scalar(_) => 1,
            Value::Mapping(entries) => 1 + entries.iter().map(|entry| 1 + entry.value.count()).sum::<usize>(),
            Value::Sequence(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
        }
    }

    /// How many levels there are, this one included.
    pub(super) fn depth(&self) -> usize {
        let below = match &self.value {
            Value::Null | Value::Scalar(_) => None,
            Value::Mapping(entries) => entries.iter().map(|entry| entry.value.depth()).max(),
            Value::Sequence(items) => items.iter().map(Node::depth).max(),
        };
        1 + below.unwrap_or(0)
    }
}
