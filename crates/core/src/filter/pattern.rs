//! Regular expressions: what `test`, `match`, `capture`, `scan`, `split`, `sub` and `gsub` are made of.
//!
//! jaq compiles an expression for each value. Here those that stand in the filter are compiled once, by the crate
//! `regex`, whose time is linear in the text, and whose size is bounded.

use jaq_json::{Map, Num, Val};
use jaq_std::ValT as _;
use regex::bytes::{Captures, Regex, RegexBuilder};

/// How large a compiled expression may be, in bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// The expressions that stand in a filter as texts.
#[derive(Debug, Default)]
pub(super) struct Patterns(Vec<Expression>);

/// An expression and how it is applied.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    text: String,
    flags: String,
    regex: Regex,
    global: bool,
    skip_empty: bool,
}

impl Expression {
    /// Compiles an expression.
    pub(super) fn new(text: &str, flags: &str) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(text);
        let (mut global, mut skip_empty) = (false, false);
        for flag in flags.chars() {
            match flag {
                'g' => global = true,
                'n' => skip_empty = true,
                'i' => drop(builder.case_insensitive(true)),
                'm' => drop(builder.multi_line(true)),
                's' => drop(builder.dot_matches_new_line(true)),
                'l' => drop(builder.swap_greed(true)),
                'x' => drop(builder.ignore_whitespace(true)),
                'p' => drop(builder.multi_line(true).dot_matches_new_line(true)),
                other => return Err(format!("no regular expression has the flag {other:?}")),
            }
        }
        let regex = builder.size_limit(SIZE_LIMIT).build().map_err(|error| reason(&error))?;
        Ok(Expression { text: text.to_owned(), flags: flags.to_owned(), regex, global, skip_empty })
    }

    /// What jq's own functions make their results of: the matches, the parts between them, or both in turn.
    pub(super) fn parts(&self, value: &Val, between: bool, matches: bool) -> Option<Vec<Val>> {
        let text = value.as_utf8_bytes()?;
        let (mut out, mut end, mut places) = (Vec::new(), 0, Places { text, bytes: 0, characters: 0 });
        for found in self.regex.captures_iter(text) {
            let Some(whole) = found.get(0).filter(|whole| !self.skip_empty || !whole.is_empty()) else {
                continue;
            };
            if between {
                out.push(value.as_sub_str(text.get(end..whole.start()).unwrap_or_default()));
                end = whole.end();
            }
            if matches {
                out.push(self.groups(value, &found, &mut places));
            }
            if !self.global {
                break;
            }
        }
        if between {
            out.push(value.as_sub_str(text.get(end..).unwrap_or_default()));
        }
        Some(out)
    }

    /// Whether the text has a match.
    pub(super) fn is_in(&self, value: &Val) -> Option<bool> {
        let text = value.as_utf8_bytes()?;
        if self.skip_empty {
            return Some(self.regex.find_iter(text).any(|found| !found.is_empty()));
        }
        Some(self.regex.is_match(text))
    }

    fn groups(&self, value: &Val, found: &Captures<'_>, places: &mut Places<'_>) -> Val {
        let offset = found.get(0).map_or(0, |whole| places.characters_before(whole.start()));
        let text = |name: &str| Val::utf8_str(name.as_bytes().to_vec());
        let integer = |number: usize| Val::Num(Num::from_integral(number));
        let groups = found.iter().zip(self.regex.capture_names()).filter_map(|(group, name)| {
            let group = group?;
            let whole = found.get(0)?;
            let inside = group.start().checked_sub(whole.start())?;
            let before = whole.as_bytes().get(..inside).map_or(0, characters);
            let mut members = Map::default();
            members.insert(text("offset"), integer(offset + before));
            members.insert(text("length"), integer(characters(group.as_bytes())));
            members.insert(text("string"), value.as_sub_str(group.as_bytes()));
            if let Some(name) = name {
                members.insert(text("name"), text(name));
            }
            Some(Val::obj(members))
        });
        groups.collect()
    }
}

/// The first line that says what is wrong: the crate shows the expression in several.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no regular expression");
    line.trim().trim_start_matches("error: ").to_owned()
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Counts characters up to places that come one after the other.
struct Places<'t> {
    text: &'t [u8],
    bytes: usize,
    characters: usize,
}

impl Places<'_> {
    fn characters_before(&mut self, bytes: usize) -> usize {
        self.characters += self.text.get(self.bytes..bytes).map_or(0, characters);
        self.bytes = self.bytes.max(bytes);
        self.characters
    }
}

impl Patterns {
    /// Adds an expression.
    pub(super) fn add(&mut self, pattern: Expression) {
        self.0.push(pattern);
    }

    /// The expression of this text, which is compiled now where it does not stand in the filter.
    pub(super) fn with<T>(
        &self,
        text: &str,
        flags: &str,
        run: impl FnOnce(&Expression) -> T,
    ) -> Result<T, String> {
        match self.0.iter().find(|pattern| pattern.text == text && pattern.flags == flags) {
            Some(pattern) => Ok(run(pattern)),
            None => Expression::new(text, flags).map(|pattern| run(&pattern)),
        }
    }
}
