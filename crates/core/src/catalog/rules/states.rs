//! States: the topic, the events and the values they name. Whether a schema has the fields is for the schema check.

use std::collections::BTreeMap;

use super::super::effective::encoding_of;
use super::super::reducers::{Refusal, literal, operand, summand};
use super::super::words::Encoding;
use super::super::written::{Reducer, State, Topic, Written};
use crate::yaml::{Diagnostics, Node, Spanned, shown};

pub(super) fn check(written: &Written, findings: &mut Diagnostics) {
    let topics: BTreeMap<&str, &Topic> =
        written.topics.iter().map(|topic| (topic.name.value.as_str(), topic)).collect();
    for state in &written.states {
        if let Some(name) = &state.topic {
            match topics.get(name.value.as_str()) {
                Some(topic) => against_topic(written, state, topic, findings),
                None => unknown_topic(name, &topics, findings),
            }
        }
        for (_, node) in &state.initial {
            refuse(literal(node), findings);
        }
        for reducer in &state.reducers {
            self::reducer(reducer, findings);
        }
    }
}

fn unknown_topic(name: &Spanned<String>, topics: &BTreeMap<&str, &Topic>, findings: &mut Diagnostics) {
    let message = format!("the topic {} is not declared", shown(&name.value));
    let help = match findings.near_miss(&name.value, topics.keys().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it among the topics".to_owned(),
    };
    findings.error_with_help(name.span, &message, &help);
}

fn against_topic(written: &Written, state: &State, topic: &Topic, findings: &mut Diagnostics) {
    if let (Some(encoding @ (Encoding::Text | Encoding::Raw)), Some(name)) =
        (encoding_of(written, topic), &state.topic)
    {
        let message =
            format!("no state can be folded from {}: its encoding is {encoding}", shown(&name.value));
        findings.error_with_help(name.span, &message, "name another topic, or another encoding there");
    }
    let events: Vec<&str> = topic.events.iter().map(|event| event.name.value.as_str()).collect();
    for reducer in state.reducers.iter().filter(|reducer| !events.contains(&reducer.event.value.as_str())) {
        let event = &reducer.event;
        let message = format!("{} has no event {}", shown(&topic.name.value), shown(&event.value));
        let help = match findings.near_miss(&event.value, events.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if events.is_empty() => "it declares none".to_owned(),
            None => format!("it has {}", events.join(", ")),
        };
        findings.error_with_help(event.span, &message, &help);
    }
}

fn reducer(reducer: &Reducer, findings: &mut Diagnostics) {
    if let (Some(program), Some(_)) = (&reducer.jq, reducer.simple) {
        let message = "`jq` stands alone: `expect`, `set`, `unset` and `add` have no effect beside it";
        findings.error_with_help(program.span, message, "keep one of the two forms");
    }
    if reducer.empty {
        let message = format!("{} does nothing to the state", shown(&reducer.event.value));
        findings.error_with_help(
            reducer.event.span,
            &message,
            "write `set`, `unset`, `add`, `expect` or `jq`",
        );
    }
    let each = |pairs: &[(Spanned<String>, Node)], findings: &mut Diagnostics, add: bool| {
        for (_, node) in pairs {
            refuse(if add { summand(node) } else { operand(node) }, findings);
        }
    };
    each(&reducer.expect, findings, false);
    each(&reducer.set, findings, false);
    each(&reducer.add, findings, true);
}

fn refuse<T>(read: Result<T, Refusal>, findings: &mut Diagnostics) {
    if let Err((span, message, help)) = read {
        findings.error_with_help(span, &message, help);
    }
}
