//! The same filter, in which every value that something gives beyond the first is a step that counts.
//!
//! jaq cannot be interrupted. What multiplies values is therefore followed by a function that counts them, and that
//! ends the run when there are too many. Variables of the record become functions too, so that the headers become an
//! object only where they are asked for, and so does `*`, which would repeat a text as often as a payload says.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

use super::error::FilterError;
use super::parse::place;
use super::pattern::{Expression, Patterns};
use super::words::{GENERATORS, VARIABLES};

/// The function that counts a step.
pub(super) const STEP: &str = "eventctl_step";
/// The function that stands for `..`, and counts its steps itself.
pub(super) const INSIDE: &str = "eventctl_inside";
/// The function that stands for `test`, which does not look where its matches are.
pub(super) const TEST: &str = "eventctl_test";
/// The function that stands for `*`.
pub(super) const MULTIPLY: &str = "eventctl_multiply";
/// The functions that stand for the variables, in their order.
pub(super) const RECORD: [&str; 6] = [
    "eventctl_topic",
    "eventctl_partition",
    "eventctl_offset",
    "eventctl_timestamp",
    "eventctl_key",
    "eventctl_headers",
];

/// Rewrites a filter that was checked, and compiles the regular expressions that stand in it as texts.
pub(super) fn bounded<'s>(
    text: &'s str,
    term: Term<&'s str>,
) -> Result<(Term<&'s str>, Patterns), FilterError> {
    let mut rewrite = Rewrite { text, bound: Vec::new(), patterns: Patterns::default(), error: None };
    let term = rewrite.term(term);
    rewrite.error.map_or(Ok((term, rewrite.patterns)), Err)
}

struct Rewrite<'s> {
    text: &'s str,
    /// The variables that the filter itself binds here.
    bound: Vec<&'s str>,
    patterns: Patterns,
    /// The first regular expression that is none.
    error: Option<FilterError>,
}

fn counted(term: Term<&str>) -> Term<&str> {
    Term::BinOp(Box::new(term), BinaryOp::Pipe(None), Box::new(Term::Call(STEP, Vec::new())))
}

impl<'s> Rewrite<'s> {
    fn boxed(&mut self, term: Term<&'s str>) -> Box<Term<&'s str>> {
        Box::new(self.term(term))
    }

    fn term(&mut self, term: Term<&'s str>) -> Term<&'s str> {
        match term {
            Term::Recurse => Term::Call(INSIDE, Vec::new()),
            Term::Str(format, parts) => {
                let part = |part| match part {
                    StrPart::Term(term) => StrPart::Term(self.term(term)),
                    other => other,
                };
                Term::Str(format, parts.into_iter().map(part).collect())
            }
            Term::Arr(inner) => Term::Arr(inner.map(|inner| self.boxed(*inner))),
            Term::Obj(members) => {
                Term::Obj(members.into_iter().map(|(name, value)| self.member(name, value)).collect())
            }
            Term::Neg(inner) => Term::Neg(self.boxed(*inner)),
            Term::BinOp(left, operator, right) => self.operator(*left, operator, *right),
            Term::TryCatch(tried, caught) => {
                Term::TryCatch(self.boxed(*tried), caught.map(|caught| self.boxed(*caught)))
            }
            Term::IfThenElse(cases, otherwise) => {
                let cases =
                    cases.into_iter().map(|(condition, then)| (self.term(condition), self.term(then)));
                let cases = cases.collect();
                Term::IfThenElse(cases, otherwise.map(|otherwise| self.boxed(*otherwise)))
            }
            Term::Call(name, arguments) => {
                self.pattern_of(name, &arguments);
                let mut arguments: Vec<_> =
                    arguments.into_iter().map(|argument| self.term(argument)).collect();
                if name == "test" {
                    arguments.resize_with(2, || Term::Str(None, Vec::new()));
                    return Term::Call(TEST, arguments);
                }
                let call = Term::Call(name, arguments);
                if GENERATORS.contains(&name) { counted(call) } else { call }
            }
            Term::Var(name) => self.variable(name),
            Term::Path(head, path) => self.path(*head, path),
            other => other,
        }
    }

    /// Compiles the regular expression that a function is called with, where it is known.
    fn pattern_of(&mut self, name: &'s str, arguments: &[Term<&'s str>]) {
        let (Some(flags), Some(first)) = (flags_of(name, arguments), arguments.first()) else { return };
        let Some(expression) = literal(first) else { return };
        match Expression::new(&expression, &flags) {
            Ok(pattern) => self.patterns.add(pattern),
            Err(message) => {
                let at = place(self.text, text_of(first).unwrap_or(name));
                let message = format!("this is no regular expression: {message}");
                self.error.get_or_insert(FilterError::new(self.text, at, message));
            }
        }
    }

    /// `{$x}` names its member after the variable, which it no longer does once the variable is a function.
    fn member(
        &mut self,
        name: Term<&'s str>,
        value: Option<Term<&'s str>>,
    ) -> (Term<&'s str>, Option<Term<&'s str>>) {
        match (name, value) {
            (Term::Var(name), None) => {
                let text = Term::Str(None, vec![StrPart::Str(name.trim_start_matches('$'))]);
                (text, Some(self.variable(name)))
            }
            (name, value) => (self.term(name), value.map(|value| self.term(value))),
        }
    }

    fn variable(&self, name: &'s str) -> Term<&'s str> {
        let own = VARIABLES.iter().zip(RECORD).find(|(variable, _)| **variable == name);
        match own {
            Some((_, function)) if !self.bound.contains(&name) => Term::Call(function, Vec::new()),
            _ => Term::Var(name),
        }
    }

    fn operator(
        &mut self,
        left: Term<&'s str>,
        operator: BinaryOp<&'s str>,
        right: Term<&'s str>,
    ) -> Term<&'s str> {
        let left = self.boxed(left);
        match operator {
            BinaryOp::Pipe(Some(pattern)) => {
                let outer = self.bound.len();
                let pattern = self.pattern(pattern);
                let right = self.boxed(right);
                self.bound.truncate(outer);
                Term::BinOp(left, BinaryOp::Pipe(Some(pattern)), right)
            }
            BinaryOp::Comma => counted(Term::BinOp(left, BinaryOp::Comma, self.boxed(right))),
            BinaryOp::Math(Math::Mul) => Term::Call(MULTIPLY, vec![*left, self.term(right)]),
            other => Term::BinOp(left, other, self.boxed(right)),
        }
    }

    fn pattern(&mut self, pattern: Pattern<&'s str>) -> Pattern<&'s str> {
        match pattern {
            Pattern::Var(name) => {
                self.bound.push(name);
                Pattern::Var(name)
            }
            Pattern::Arr(patterns) => {
                Pattern::Arr(patterns.into_iter().map(|pattern| self.pattern(pattern)).collect())
            }
            Pattern::Obj(members) => {
                let member = |(name, pattern)| (self.term(name), self.pattern(pattern));
                Pattern::Obj(members.into_iter().map(member).collect())
            }
        }
    }

    fn path(&mut self, head: Term<&'s str>, path: Path<Term<&'s str>>) -> Term<&'s str> {
        let head = self.boxed(head);
        let gives_many = path.0.iter().any(|(part, _)| matches!(part, Part::Range(None, None)));
        let mut part = |part| match part {
            Part::Index(index) => Part::Index(self.term(index)),
            Part::Range(from, to) => {
                Part::Range(from.map(|from| self.term(from)), to.map(|to| self.term(to)))
            }
        };
        let parts = path.0.into_iter().map(|(each, optional)| (part(each), optional)).collect();
        let path = Term::Path(head, Path(parts));
        if gives_many { counted(path) } else { path }
    }
}

/// The flags with which a function applies its first argument as a regular expression, where they are known.
fn flags_of(name: &str, arguments: &[Term<&str>]) -> Option<String> {
    let at = |index: usize| arguments.get(index).map_or(Some(String::new()), literal);
    match (name, arguments.len()) {
        ("test" | "match" | "capture", 1 | 2) => at(1),
        ("scan", 1 | 2) => at(1).map(|flags| format!("g{flags}")),
        ("split", 2) | ("splits", 1 | 2) => at(1).map(|flags| format!("{flags}g")),
        ("sub", 2 | 3) => at(2),
        ("gsub", 2 | 3) => at(2).map(|flags| format!("g{flags}")),
        _ => None,
    }
}

/// The text that a term is, where nothing in it is computed.
pub(super) fn literal(term: &Term<&str>) -> Option<String> {
    let Term::Str(None, parts) = term else { return None };
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(character) => text.push(*character),
            StrPart::Term(_) => return None,
        }
    }
    Some(text)
}

/// A part of a text as it stands in the filter.
fn text_of<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    let Term::Str(_, parts) = term else { return None };
    parts.iter().find_map(|part| if let StrPart::Str(text) = part { Some(*text) } else { None })
}
