//! What an event does to a state: `$field` references and literals, told apart.

use serde_json::Value as Json;

use super::shape::field_path;
use super::written;
use crate::yaml::{Node, Span, Spanned, Style, Value, shown};

/// A value in a reducer.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A field of the event, as a path of names with dots between them.
    Field(String),
    /// The value itself.
    Literal(Json),
}

/// What one kind of event does to a state.
#[derive(Debug, Clone, PartialEq)]
pub enum Reducer {
    /// Said in simple forms, in this order of effect.
    Simple {
        /// What must hold before: fields of the state and their values. A miss is reported, not fatal.
        expect: Vec<(String, Operand)>,
        /// Fields to set.
        set: Vec<(String, Operand)>,
        /// Fields to take away.
        unset: Vec<String>,
        /// Numbers to add to fields.
        add: Vec<(String, Operand)>,
    },
    /// Said as a jq program. Its syntax is not checked here.
    Jq(String),
}

/// What is wrong with a value: where, what, and what to write.
pub(super) type Refusal = (Span, String, &'static str);

/// Reads a value of a reducer.
pub(super) fn operand(node: &Node) -> Result<Operand, Refusal> {
    if let Value::Scalar(scalar) = &node.value
        && let Some(path) = scalar.text.strip_prefix('$')
    {
        if path.starts_with('$') {
            return Ok(Operand::Literal(Json::String(path.to_owned())));
        }
        return match field_path(path) {
            Ok(()) => Ok(Operand::Field(path.to_owned())),
            Err(_) => {
                let message = format!("{} is not a reference to a field", shown(&scalar.text));
                Err((node.span, message, "write `$name`, or `$$` where a text begins with `$`"))
            }
        };
    }
    literal(node).map(Operand::Literal)
}

/// Reads a value that may hold no reference.
pub(super) fn literal(node: &Node) -> Result<Json, Refusal> {
    if let Some(span) = reference_below(node) {
        let message = "a reference to an event's field is not read here".to_owned();
        return Err((
            span,
            message,
            "references stand alone, as the values of `expect`, `set` and `add`; else use `jq`",
        ));
    }
    node.to_json().map_err(|(span, help)| {
        let message = format!("this number has no exact form in JSON: {help}");
        (span, message, "write it in decimal digits, or in quotes where a text is meant")
    })
}

/// Reads a value that must be a number or a reference.
pub(super) fn summand(node: &Node) -> Result<Operand, Refusal> {
    let operand = operand(node)?;
    match &operand {
        Operand::Field(_) => Ok(operand),
        Operand::Literal(Json::Number(_)) => Ok(operand),
        Operand::Literal(_) => {
            Err((node.span, "only a number can be added".to_owned(), "write a number, or `$field`"))
        }
    }
}

fn reference_below(node: &Node) -> Option<Span> {
    match &node.value {
        Value::Scalar(scalar) if scalar.text.starts_with('$') && scalar.style == Style::Plain => {
            Some(node.span)
        }
        Value::Null | Value::Scalar(_) => None,
        Value::Mapping(entries) => entries.iter().find_map(|entry| reference_below(&entry.value)),
        Value::Sequence(items) => items.iter().find_map(reference_below),
    }
}

/// The typed reducer; values that were refused are left out.
pub(super) fn resolve(reducer: &written::Reducer) -> Reducer {
    if let Some(program) = &reducer.jq {
        return Reducer::Jq(program.value.clone());
    }
    let read = |pairs: &[(Spanned<String>, Node)], of: fn(&Node) -> Result<Operand, Refusal>| {
        let pair = |(name, node): &(Spanned<String>, Node)| Some((name.value.clone(), of(node).ok()?));
        pairs.iter().filter_map(pair).collect::<Vec<_>>()
    };
    Reducer::Simple {
        expect: read(&reducer.expect, operand),
        set: read(&reducer.set, operand),
        unset: reducer.unset.iter().map(|name| name.value.clone()).collect(),
        add: read(&reducer.add, summand),
    }
}
