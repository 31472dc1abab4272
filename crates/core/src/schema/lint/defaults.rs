//! Defaults that Java takes although they are none of the type, or of a later branch than the specification has it.

use std::collections::BTreeSet;

use crate::json::{Json, Value};
use crate::schema::defaults::Checker;
use crate::schema::model::{Content, NodeId, Schema};
use crate::schema::words::{inner_words, json_words};

/// What is odd about one default: the first oddity of each sort.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    pub(super) later_branch: Option<String>,
    pub(super) misfit: Option<String>,
}

/// Looks at a default that fits by Java's rules.
pub(super) fn look(schema: &Schema, id: NodeId, default: &Json) -> Oddities {
    let mut look = Look { schema, checker: Checker::new(schema), found: Oddities::default() };
    look.value(id, default);
    look.found
}

struct Look<'a> {
    schema: &'a Schema,
    checker: Checker<'a>,
    found: Oddities,
}

impl Look<'_> {
    fn misfit(&mut self, text: String) {
        self.found.misfit.get_or_insert(text);
    }

    /// Goes into a value; that nests as deep as JSON does, with a union at most between two steps.
    fn value(&mut self, id: NodeId, json: &Json) {
        let schema = self.schema;
        match (schema.content(id), &json.value) {
            (Content::Union(branches), _) => self.union(branches, json),
            (Content::Array(items), Value::Array(values)) => {
                values.iter().for_each(|value| self.value(*items, value));
            }
            (Content::Map(values), Value::Object(members)) => {
                members.iter().for_each(|member| self.value(*values, &member.value));
            }
            (Content::Record(record), Value::Object(members)) => {
                let known: BTreeSet<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
                if let Some(member) = members.iter().find(|member| !known.contains(member.name.as_str())) {
                    self.misfit(format!("`{}` is no field of `{}`", member.name, record.name));
                }
                for field in &record.fields {
                    if let Some(value) = json.get(&field.name) {
                        self.value(field.schema, value);
                    }
                }
            }
            (Content::Enum(symbols), Value::String(text)) if !symbols.symbols.contains(text) => {
                self.misfit(format!("{} is no symbol of `{}`", json_words(json), symbols.name));
            }
            (Content::Bytes, Value::String(text)) => self.bytes(text),
            (Content::Fixed(fixed), Value::String(text)) => {
                self.bytes(text);
                let count = text.chars().count();
                if u32::try_from(count) != Ok(fixed.size) {
                    self.misfit(format!("it has {count} bytes, and `{}` has {}", fixed.name, fixed.size));
                }
            }
            (Content::Float, Value::Number(text)) if text.parse::<f32>().is_ok_and(f32::is_infinite) => {
                self.misfit(format!("{} is beyond what a float holds", json_words(json)));
            }
            (Content::Double, Value::Number(text)) if text.parse::<f64>().is_ok_and(f64::is_infinite) => {
                self.misfit(format!("{} is beyond what a double holds", json_words(json)));
            }
            _ => {}
        }
    }

    /// Bytes are written as the characters U+0000 to U+00FF.
    fn bytes(&mut self, text: &str) {
        if let Some(wrong) = text.chars().find(|c| u32::from(*c) > 0xff) {
            self.misfit(format!("{wrong:?} is no byte: bytes are written as characters up to U+00FF"));
        }
    }

    fn union(&mut self, branches: &[NodeId], json: &Json) {
        let fits = |branch: &NodeId| self.checker.misfit(*branch, json, &[]).is_none();
        let Some(position) = branches.iter().position(fits) else { return };
        if let (true, Some(first)) = (position > 0, branches.first()) {
            let first = inner_words(self.schema, *first);
            let text = format!("it is {}, and the first branch is {first}", json_words(json));
            self.found.later_branch.get_or_insert(text);
        }
        if let Some(branch) = branches.get(position) {
            self.value(*branch, json);
        }
    }
}
