//! Which members of a record's value a filter looks at: the others are passed over where jq runs.
//!
//! Most of what jq costs over a record is making values of all that the record holds.

use std::collections::BTreeSet;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::Part;

use super::rewrite::literal;

/// The members of the value that a filter looks at; none where it may look at all of them.
pub(super) fn members(term: &Term<&str>) -> Option<BTreeSet<Box<str>>> {
    let mut needs = Needs::default();
    needs.term(term);
    (!needs.whole).then_some(needs.members)
}

#[derive(Default)]
struct Needs {
    members: BTreeSet<Box<str>>,
    whole: bool,
}

impl Needs {
    /// Notes what a term looks at that runs over the value itself. What runs over results of other terms sees nothing
    /// but them, and the value itself is no result unless all of it is needed.
    fn term(&mut self, term: &Term<&str>) {
        match term {
            Term::Num(_) | Term::Var(_) => {}
            Term::Str(None, parts) => parts.iter().for_each(|part| {
                if let StrPart::Term(term) = part {
                    self.term(term);
                }
            }),
            Term::Arr(inner) => inner.iter().for_each(|inner| self.term(inner)),
            Term::Obj(members) => members.iter().for_each(|(name, value)| self.member(name, value.as_ref())),
            Term::Neg(inner) => self.term(inner),
            Term::BinOp(left, operator, right) => {
                self.term(left);
                match operator {
                    BinaryOp::Pipe(None) => {}
                    BinaryOp::Pipe(Some(pattern)) => {
                        self.pattern(pattern);
                        self.term(right);
                    }
                    _ => self.term(right),
                }
            }
            // What is caught is an error, not the value.
            Term::TryCatch(tried, _) => self.term(tried),
            Term::IfThenElse(cases, otherwise) => {
                for (condition, then) in cases {
                    self.term(condition);
                    self.term(then);
                }
                match otherwise {
                    Some(otherwise) => self.term(otherwise),
                    None => self.whole = true,
                }
            }
            Term::Call(name, arguments) => self.call(name, arguments),
            Term::Path(head, path) => self.path(head, &path.0),
            _ => self.whole = true,
        }
    }

    /// `{a}` is `{a: .a}`.
    fn member(&mut self, name: &Term<&str>, value: Option<&Term<&str>>) {
        self.term(name);
        match (value, name) {
            (Some(value), _) => self.term(value),
            (None, Term::Var(_)) => {}
            (None, name) => self.named(literal(name)),
        }
    }

    fn named(&mut self, name: Option<String>) {
        match name {
            Some(name) => drop(self.members.insert(name.into())),
            None => self.whole = true,
        }
    }

    fn pattern(&mut self, pattern: &Pattern<&str>) {
        match pattern {
            Pattern::Var(_) => {}
            Pattern::Arr(patterns) => patterns.iter().for_each(|pattern| self.pattern(pattern)),
            Pattern::Obj(members) => members.iter().for_each(|(name, pattern)| {
                self.term(name);
                self.pattern(pattern);
            }),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Term<&str>]) {
        match (name, arguments) {
            ("true" | "false" | "null" | "empty" | "nan" | "infinite", []) => {}
            ("first" | "last" | "isempty" | "add", [generator]) => self.term(generator),
            // The second one runs over what the first one gives.
            ("any" | "all", [generator, _]) => self.term(generator),
            ("range", arguments) => arguments.iter().for_each(|argument| self.term(argument)),
            ("limit" | "skip" | "nth", [count, generator]) => {
                self.term(count);
                self.term(generator);
            }
            _ => self.whole = true,
        }
    }

    fn path(&mut self, head: &Term<&str>, parts: &[(Part<Term<&str>>, jaq_core::path::Opt)]) {
        match (head, parts.first()) {
            (Term::Id, Some((Part::Index(name), _))) => self.named(literal(name)),
            (head, _) => self.term(head),
        }
        for (part, _) in parts {
            match part {
                Part::Index(index) => self.term(index),
                Part::Range(from, to) => from.iter().chain(to).for_each(|bound| self.term(bound)),
            }
        }
    }
}
