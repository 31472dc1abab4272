//! Takes values out of a tree by the same tables that checked it. What a table does not accept is not taken out: the
//! check has reported it, and whoever builds a typed value goes on with the rest.

use super::check::{duration_of, fits, size_of};
use super::node::{Key, Node, Value};
use super::scalar;
use super::shape::{Field, Record, Shape};
use super::source::{Span, Spanned};

/// The fields of one mapping.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'tree> {
    node: &'tree Node,
    record: &'static Record,
}

/// One entry of a map: its key, and its fields where it holds a record.
pub type MapEntry<'tree> = (&'tree Key, Fields<'tree>);

impl<'tree> Fields<'tree> {
    /// The fields of a node; none where it is no mapping.
    #[must_use]
    pub fn of(node: &'tree Node, record: &'static Record) -> Option<Self> {
        matches!(node.value, Value::Mapping(_)).then_some(Self { node, record })
    }

    /// The place of the whole mapping.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// The place of a field's key.
    #[must_use]
    pub fn key_span(&self, name: &str) -> Option<Span> {
        self.node.entry(name).map(|entry| entry.key.span)
    }

    /// A field's value as it stands, whatever it is.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&'tree Node> {
        let field = self.field(name)?;
        self.node.entry(field.name).map(|entry| &entry.value)
    }

    /// A text, a word of a choice, or any other scalar's text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Spanned<String>> {
        let node = self.accepted(name)?;
        node.scalar().map(|scalar| Spanned::new(scalar.text.clone(), node.span))
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<Spanned<i64>> {
        let node = self.accepted(name)?;
        let value = scalar::integer(node.scalar()?).ok()?;
        Some(Spanned::new(value, node.span))
    }

    /// A boolean.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<Spanned<bool>> {
        let node = self.accepted(name)?;
        let value = scalar::boolean(node.scalar()?).ok()?;
        Some(Spanned::new(value, node.span))
    }

    /// A duration in milliseconds; -1 for `forever`.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Spanned<i64>> {
        let node = self.accepted(name)?;
        let value = duration_of(node.scalar()?, true).ok()?;
        Some(Spanned::new(value, node.span))
    }

    /// A size in bytes.
    #[must_use]
    pub fn size(&self, name: &str) -> Option<Spanned<i64>> {
        let node = self.accepted(name)?;
        let value = size_of(node.scalar()?).ok()?;
        Some(Spanned::new(value, node.span))
    }

    /// The texts of a list, without the items that do not fit.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<Spanned<String>> {
        let Some(field) = self.field(name) else { return Vec::new() };
        let Some(item) = list_item(&field.shape) else { return Vec::new() };
        let nodes = self.node.entry(name).map_or(&[][..], |entry| entry.value.items());
        let text = |node: &Node| node.scalar().map(|scalar| Spanned::new(scalar.text.clone(), node.span));
        nodes.iter().filter(|node| fits(node, item)).filter_map(text).collect()
    }

    /// The fields of the record that stands here.
    #[must_use]
    pub fn fields(&self, name: &str) -> Option<Fields<'tree>> {
        let field = self.field(name)?;
        let record = field.shape.records().into_iter().next()?;
        Fields::of(&self.node.entry(name)?.value, record)
    }

    /// The entries of a map of records, in the order of the file; those that are no mappings are left out.
    #[must_use]
    pub fn map(&self, name: &str) -> Vec<MapEntry<'tree>> {
        let Some(field) = self.field(name) else { return Vec::new() };
        let Some(record) = field.shape.records().into_iter().next() else { return Vec::new() };
        let entry = |(key, node): (&'tree Key, &'tree Node)| Some((key, Fields::of(node, record)?));
        self.entries(name).into_iter().filter_map(entry).collect()
    }

    /// The entries of a map of anything, in the order of the file.
    #[must_use]
    pub fn entries(&self, name: &str) -> Vec<(&'tree Key, &'tree Node)> {
        let nodes = self.node(name).map_or(&[][..], Node::entries);
        nodes.iter().map(|entry| (&entry.key, &entry.value)).collect()
    }

    /// A field's value, where the field's shape accepts it.
    fn accepted(&self, name: &str) -> Option<&'tree Node> {
        let field = self.field(name)?;
        let node = &self.node.entry(name)?.value;
        fits(node, &field.shape).then_some(node)
    }

    fn field(&self, name: &str) -> Option<&'static Field> {
        #[cfg(any(test, debug_assertions))]
        reads::note(self.record.name, name);
        let field = self.record.field(name);
        debug_assert!(field.is_some(), "the record `{}` has no field `{name}`", self.record.name);
        field
    }
}

fn list_item(shape: &'static Shape) -> Option<&'static Shape> {
    match shape {
        Shape::List(item) => Some(item),
        Shape::OneOf(shapes) => shapes.iter().find_map(list_item),
        _ => None,
    }
}

/// The fields of a table, and of all tables below it, that `extraction` never asks for, as `record.field`. For a test
/// of each file's owner: a field that is checked and documented but never read is a setting without effect.
#[cfg(any(test, debug_assertions))]
pub fn unread(root: &'static Record, extraction: impl FnOnce()) -> Vec<String> {
    reads::begin();
    extraction();
    let read = reads::end();
    let mut missing = Vec::new();
    for record in reachable(root) {
        for field in record.fields {
            if !read.contains(&(record.name, field.name.to_owned())) {
                missing.push(format!("{}.{}", record.name, field.name));
            }
        }
    }
    missing
}

/// A record and all below it, each once.
pub(super) fn reachable(root: &'static Record) -> Vec<&'static Record> {
    let mut found: Vec<&'static Record> = vec![root];
    let mut next = 0;
    while let Some(record) = found.get(next).copied() {
        for below in record.fields.iter().flat_map(|field| field.shape.records()) {
            if !found.iter().any(|known| std::ptr::eq(*known, below)) {
                found.push(below);
            }
        }
        next += 1;
    }
    found
}

/// Which fields one thread has asked for, while a test wants to know.
#[cfg(any(test, debug_assertions))]
mod reads {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    type Read = BTreeSet<(&'static str, String)>;

    thread_local! {
        static READ: RefCell<Option<Read>> = const { RefCell::new(None) };
    }

    pub(super) fn begin() {
        READ.with(|cell| *cell.borrow_mut() = Some(Read::new()));
    }

    pub(super) fn end() -> Read {
        READ.with(|cell| cell.borrow_mut().take()).unwrap_or_default()
    }

    pub(super) fn note(record: &'static str, field: &str) {
        READ.with(|cell| {
            if let Ok(mut read) = cell.try_borrow_mut()
                && let Some(read) = read.as_mut()
            {
                read.insert((record, field.to_owned()));
            }
        });
    }
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
