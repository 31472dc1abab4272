//! What a filter names: functions of the list, with as many arguments as they take, and variables that are bound.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::{Part, Path};

use super::error::FilterError;
use super::parse::place;
use super::words::{FUNCTIONS, VARIABLES, refused};
use crate::yaml::{near_miss, shown};

/// How many functions a text may call: each may make a value two levels deeper.
const CALL_LIMIT: usize = 64;

/// Checks all names of a filter.
pub(super) fn check(text: &str, term: &Term<&str>) -> Result<(), FilterError> {
    Check { text, bound: Vec::new(), calls: 0 }.term(term)
}

struct Check<'s> {
    text: &'s str,
    /// The variables that are bound here, the outermost first.
    bound: Vec<&'s str>,
    calls: usize,
}

type Checked = Result<(), FilterError>;

impl<'s> Check<'s> {
    fn term(&mut self, term: &Term<&'s str>) -> Checked {
        match term {
            Term::Id | Term::Recurse | Term::Num(_) => Ok(()),
            Term::Str(format, parts) => {
                if let Some(format) = format {
                    self.call(format, &[])?;
                }
                self.parts(parts)
            }
            Term::Arr(inner) => inner.as_deref().map_or(Ok(()), |inner| self.term(inner)),
            Term::Obj(members) => members.iter().try_for_each(|(name, value)| {
                self.term(name)?;
                value.as_ref().map_or(Ok(()), |value| self.term(value))
            }),
            Term::Neg(inner) => self.term(inner),
            Term::BinOp(left, operator, right) => self.operator(left, operator, right),
            Term::TryCatch(tried, caught) => {
                self.term(tried)?;
                caught.as_deref().map_or(Ok(()), |caught| self.term(caught))
            }
            Term::IfThenElse(cases, otherwise) => {
                for (condition, then) in cases {
                    self.term(condition)?;
                    self.term(then)?;
                }
                otherwise.as_deref().map_or(Ok(()), |otherwise| self.term(otherwise))
            }
            Term::Call(name, arguments) => {
                self.call(name, arguments)?;
                arguments.iter().try_for_each(|argument| self.term(argument))
            }
            Term::Var(name) => self.variable(name),
            Term::Path(head, path) => {
                self.term(head)?;
                self.path(path)
            }
            // The words of these are refused before they are read.
            Term::Label(name, _) | Term::Break(name) | Term::Fold(name, ..) => {
                Err(FilterError::new(self.text, place(self.text, name), "loops are not known here"))
            }
            Term::Def(..) => Err(FilterError::new(self.text, 0..0, "`def` is not known here")),
        }
    }

    fn parts(&mut self, parts: &[StrPart<&'s str, Term<&'s str>>]) -> Checked {
        parts.iter().try_for_each(|part| match part {
            StrPart::Term(term) => self.term(term),
            StrPart::Str(_) | StrPart::Char(_) => Ok(()),
        })
    }

    fn path(&mut self, path: &Path<Term<&'s str>>) -> Checked {
        path.0.iter().try_for_each(|(part, _)| match part {
            Part::Index(index) => self.term(index),
            Part::Range(from, to) => {
                from.as_ref().map_or(Ok(()), |from| self.term(from))?;
                to.as_ref().map_or(Ok(()), |to| self.term(to))
            }
        })
    }

    fn operator(
        &mut self,
        left: &Term<&'s str>,
        operator: &BinaryOp<&'s str>,
        right: &Term<&'s str>,
    ) -> Checked {
        self.term(left)?;
        match operator {
            BinaryOp::Pipe(Some(pattern)) => {
                let outer = self.bound.len();
                self.pattern(pattern)?;
                self.term(right)?;
                self.bound.truncate(outer);
                Ok(())
            }
            BinaryOp::Cmp(_) => {
                self.term(right)?;
                self.comparable(left, right)?;
                self.comparable(right, left)
            }
            _ => self.term(right),
        }
    }

    fn pattern(&mut self, pattern: &Pattern<&'s str>) -> Checked {
        match pattern {
            Pattern::Var(name) => {
                self.bound.push(name);
                Ok(())
            }
            Pattern::Arr(patterns) => patterns.iter().try_for_each(|pattern| self.pattern(pattern)),
            Pattern::Obj(members) => members.iter().try_for_each(|(name, pattern)| {
                self.term(name)?;
                self.pattern(pattern)
            }),
        }
    }

    /// Refuses to compare one of the variables that are numbers with a text: any number is less than any text.
    fn comparable(&self, one: &Term<&'s str>, other: &Term<&'s str>) -> Checked {
        let (Term::Var(name @ ("$partition" | "$offset" | "$timestamp")), Term::Str(..)) = (one, other)
        else {
            return Ok(());
        };
        if self.bound.contains(name) {
            return Ok(());
        }
        let message = format!("`{name}` is a number, and a number never equals a text");
        let error = FilterError::new(self.text, place(self.text, name), message);
        Err(match *name {
            "$timestamp" => error.with_help(
                "it counts milliseconds: `--from` and `--until` take times, and so does `$timestamp >= (\"2026-01-01T00:00:00Z\" | fromdate * 1000)`",
            ),
            _ => error.with_help("write the number without quotes"),
        })
    }

    fn variable(&self, name: &'s str) -> Checked {
        if self.bound.contains(&name) || VARIABLES.contains(&name) {
            return Ok(());
        }
        let at = place(self.text, name);
        if let Some((reason, instead)) = refused(name) {
            return Err(FilterError::new(self.text, at, format!("`{name}` is not known here: {reason}"))
                .with_help(instead));
        }
        let known = || self.bound.iter().copied().chain(VARIABLES);
        let error = FilterError::new(self.text, at, format!("no variable is called {}", shown(name)));
        Err(match near_miss(name, known()) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None => error.with_help(format!("known are {}", known().collect::<Vec<_>>().join(", "))),
        })
    }

    fn call(&mut self, name: &'s str, arguments: &[Term<&'s str>]) -> Checked {
        self.calls += 1;
        let at = place(self.text, name);
        if self.calls > CALL_LIMIT {
            let message = format!("the filter calls more than {CALL_LIMIT} functions");
            return Err(FilterError::new(self.text, at, message));
        }
        if let Some((_, counts)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            if counts.contains(&arguments.len()) {
                return Ok(());
            }
            let takes: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let message = format!(
                "`{name}` takes {} arguments, and here it has {}",
                takes.join(" or "),
                arguments.len()
            );
            return Err(FilterError::new(self.text, at, message).with_help("arguments stand between `;`"));
        }
        if let Some((reason, instead)) = refused(name) {
            let message = format!("`{name}` is not known here: {reason}");
            return Err(FilterError::new(self.text, at, message).with_help(format!("use instead: {instead}")));
        }
        let error = FilterError::new(self.text, at, format!("no function is called {}", shown(name)));
        Err(match near_miss(name, FUNCTIONS.iter().map(|(known, _)| *known)) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None => error.with_help(format!(
                "a field begins with a point (`.{name}`), and a text stands in double quotes"
            )),
        })
    }
}
