//! Holds a tree against a shape and reports everything that does not fit.

use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::node::{Node, Scalar, Style, Value};
use super::scalar::{self, Hint};
use super::shape::{Record, Shape, TextRule};
use super::source::Span;
use crate::{duration, size};

/// Reports everything in a file's tree that does not fit its record: unknown and missing keys, wrong types, values
/// out of range. It never stops at the first.
pub fn check(root: &Node, record: &'static Record, findings: &mut Diagnostics) {
    let mut walker = Walker { findings, partial: false };
    let place = Place { name: "the file".to_owned(), span: root.span, root: true };
    walker.node(root, &Shape::Record(record), &place);
}

/// Tells whether a node fits a shape with all that is below it. A partial shape asks for no fields.
#[must_use]
pub(super) fn fits(node: &Node, shape: &Shape) -> bool {
    let mut findings = Diagnostics::new("");
    let mut walker = Walker { findings: &mut findings, partial: false };
    let place = Place { name: String::new(), span: node.span, root: false };
    walker.node(node, shape, &place);
    findings.is_free_of_errors()
}

/// Where the walker stands, in the reader's words.
struct Place {
    /// What is looked at: "`partitions`", "an item of `brokers`".
    name: String,
    /// Its key, for what cannot be shown because it is not there.
    span: Span,
    /// True for the whole file.
    root: bool,
}

struct Walker<'all> {
    findings: &'all mut Diagnostics,
    partial: bool,
}

impl Walker<'_> {
    fn node(&mut self, node: &Node, shape: &Shape, place: &Place) {
        match (shape, &node.value) {
            (Shape::Any, _) | (Shape::Null, Value::Null) => {}
            (Shape::OneOf(shapes), _) => self.one_of(node, shapes, shape, place),
            (Shape::List(item), Value::Sequence(items)) => {
                for node in items {
                    let name = format!("an item of {}", place.name);
                    self.node(node, item, &Place { name, span: node.span, root: false });
                }
            }
            (Shape::Map { key, value }, Value::Mapping(_)) => self.map(node, key, value),
            (Shape::Record(record), Value::Mapping(_)) => self.record(node, record, place),
            (Shape::Partial(record), Value::Mapping(_)) => {
                let outer = std::mem::replace(&mut self.partial, true);
                self.record(node, record, place);
                self.partial = outer;
            }
            (_, Value::Scalar(scalar)) => self.scalar(scalar, node.span, shape, place),
            _ => self.mismatch(node, shape, place, None),
        }
    }

    fn record(&mut self, node: &Node, record: &'static Record, place: &Place) {
        for entry in node.entries() {
            if let Some(field) = record.field(&entry.key.text) {
                let place = Place { name: shown(field.name), span: entry.key.span, root: false };
                self.node(&entry.value, &field.shape, &place);
            } else {
                self.unknown_key(&entry.key.text, entry.key.span, record);
            }
        }
        if self.partial {
            return;
        }
        for field in record.fields.iter().filter(|field| field.required && node.entry(field.name).is_none()) {
            let message = format!("{} lacks the field {}", place.name, shown(field.name));
            let help = format!("add `{}`: {}", field.name, field.shape.expected());
            // The whole file has no key to point at, so its beginning is.
            let span = if place.root { Span { end: node.span.start, ..node.span } } else { place.span };
            self.findings.error_with_help(span, &message, &help);
        }
    }

    fn unknown_key(&mut self, key: &str, span: Span, record: &'static Record) {
        let message = format!("{} is not known here", shown(key));
        let names: Vec<&str> = record.fields.iter().map(|field| field.name).collect();
        let help = match self.findings.near_miss(key, names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known are {}", names.join(", ")),
        };
        self.findings.error_with_help(span, &message, &help);
    }

    fn map(&mut self, node: &Node, rule: &TextRule, value: &Shape) {
        for entry in node.entries() {
            let key = &entry.key;
            if let Some(Err(reason)) = rule.check.map(|check| check(&key.text)) {
                self.findings
                    .error(key.span, &format!("{} is not {}: {reason}", shown(&key.text), rule.what));
            }
            let place = Place { name: shown(&key.text), span: key.span, root: false };
            self.node(&entry.value, value, &place);
        }
    }

    /// Takes the shape of the kind that was written, so that its own errors are reported; where several scalars are
    /// possible, one has to fit.
    fn one_of(&mut self, node: &Node, shapes: &'static [Shape], whole: &Shape, place: &Place) {
        let same_kind: Vec<&Shape> = shapes.iter().filter(|shape| is_kind_of(shape, node)).collect();
        match same_kind.as_slice() {
            [] => self.mismatch(node, whole, place, None),
            [only] if node.scalar().is_none() => self.node(node, only, place),
            candidates => {
                if !candidates.iter().any(|shape| fits(node, shape)) {
                    let hint = node.scalar().and_then(|scalar| {
                        candidates.iter().find_map(|shape| self.meaning(scalar, shape).err().flatten())
                    });
                    self.mismatch(node, whole, place, hint);
                }
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar, span: Span, shape: &Shape, place: &Place) {
        if let Shape::Text(rule) | Shape::PrivateText(rule) = shape
            && scalar::text(scalar).is_ok()
        {
            if let Some(Err(reason)) = rule.check.map(|check| check(&scalar.text)) {
                let private = shape.is_private();
                let text = if private { place.name.clone() } else { shown(&scalar.text) };
                let message = format!("{text} is not {}: {reason}", rule.what);
                let mut finding = Diagnostic::error(self.findings.source(), span, &message);
                finding.private = private;
                self.findings.push(finding);
            }
            return;
        }
        if let Err(hint) = self.meaning(scalar, shape) {
            let node = Node { value: Value::Scalar(scalar.clone()), span };
            self.mismatch(&node, shape, place, hint);
        }
    }

    /// Tells whether a scalar has the meaning that a shape wants, or what to write instead.
    fn meaning(&mut self, scalar: &Scalar, shape: &Shape) -> Result<(), Hint> {
        match shape {
            Shape::Bool => scalar::boolean(scalar).map(|_| ()),
            Shape::False => match scalar::boolean(scalar) {
                Ok(false) => Ok(()),
                Ok(true) => Err(None),
                Err(hint) => Err(hint.map(|_| "write false".to_owned())),
            },
            Shape::Integer { min, max } => match scalar::integer(scalar)? {
                value if (*min..=*max).contains(&value) => Ok(()),
                _ => Err(None),
            },
            Shape::Duration { forever } => duration_of(scalar, *forever).map(|_| ()),
            Shape::Size => size_of(scalar).map(|_| ()),
            Shape::Text(rule) | Shape::PrivateText(rule) => {
                let text = scalar::text(scalar)?;
                rule.check.map_or(Ok(()), |check| check(text)).map_err(Some)
            }
            Shape::Choice(words) => {
                let text = scalar::text(scalar)?;
                if words.iter().any(|(word, _)| *word == text) {
                    return Ok(());
                }
                let near = self.findings.near_miss(text, words.iter().map(|(word, _)| *word));
                Err(near.map(|word| format!("did you mean `{word}`?")))
            }
            Shape::Scalar | Shape::Any => Ok(()),
            Shape::OneOf(shapes) => {
                match shapes.iter().map(|shape| self.meaning(scalar, shape)).find(Result::is_ok) {
                    Some(_) => Ok(()),
                    None => Err(None),
                }
            }
            Shape::Null | Shape::List(_) | Shape::Map { .. } | Shape::Record(_) | Shape::Partial(_) => {
                Err(None)
            }
        }
    }

    fn mismatch(&mut self, node: &Node, shape: &Shape, place: &Place, hint: Hint) {
        let span = if node.span.is_empty() { place.span } else { node.span };
        if node.is_null() && place.root {
            self.findings.error(span, "the file is empty");
            return;
        }
        let private = shape.is_private();
        let found = match &node.value {
            Value::Scalar(_) if private => "what is written here".to_owned(),
            _ => found(node),
        };
        let message = format!("{} must be {}, not {found}", place.name, shape.expected());
        // A hint may repeat the text.
        let hint = if private { None } else { hint };
        let hint = hint.or_else(|| {
            let mapping = matches!(shape, Shape::Map { .. } | Shape::Record(_) | Shape::Partial(_));
            (mapping && node.is_null()).then(|| "write `{}` where nothing is to be said".to_owned())
        });
        let mut finding = Diagnostic::error(self.findings.source(), span, &message);
        finding.private = private;
        finding.help = hint;
        self.findings.push(finding);
    }
}

/// Reads a duration as milliseconds, `forever` as -1.
pub(super) fn duration_of(scalar: &Scalar, forever: bool) -> Result<i64, Hint> {
    if forever && scalar.text == "forever" {
        return Ok(-1);
    }
    duration::parse(&scalar.text).map_err(|error| Some(error.to_string()))
}

/// Reads a size as bytes.
pub(super) fn size_of(scalar: &Scalar) -> Result<i64, Hint> {
    size::parse(&scalar.text).map_err(|error| Some(error.to_string()))
}

fn is_kind_of(shape: &Shape, node: &Node) -> bool {
    match (shape, &node.value) {
        (Shape::Any, _) | (Shape::Null, Value::Null) | (Shape::List(_), Value::Sequence(_)) => true,
        (Shape::Map { .. } | Shape::Record(_) | Shape::Partial(_), Value::Mapping(_)) => true,
        (Shape::OneOf(shapes), _) => shapes.iter().any(|shape| is_kind_of(shape, node)),
        (
            Shape::Bool
            | Shape::False
            | Shape::Integer { .. }
            | Shape::Duration { .. }
            | Shape::Size
            | Shape::Text(_)
            | Shape::PrivateText(_)
            | Shape::Choice(_)
            | Shape::Scalar,
            Value::Scalar(_),
        ) => true,
        _ => false,
    }
}

/// What was written, in words that follow "not".
fn found(node: &Node) -> String {
    match &node.value {
        Value::Null => "null or nothing".to_owned(),
        Value::Scalar(Scalar { text, style: Style::Plain }) => shown(text),
        Value::Scalar(Scalar { text, style: Style::Quoted }) => format!("the text {}", shown(text)),
        Value::Mapping(_) => "a mapping".to_owned(),
        Value::Sequence(_) => "a list".to_owned(),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
