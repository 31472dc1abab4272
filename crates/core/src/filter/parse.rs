//! From a text to the terms of jq, within bounds.
//!
//! jaq reads, compiles, runs and drops terms by calling itself, so that a text of a thousand brackets would end the
//! process. Bounds are therefore kept before anything is read.

use std::ops::Range;

use jaq_core::load::lex::{Expect, StrPart, Tok, Token};
use jaq_core::load::parse::Term;
use jaq_core::load::{Lexer, Parser};

use super::error::FilterError;
use crate::yaml::shown;

/// The longest text that is read.
const TEXT_LIMIT: usize = 16 * 1024;
/// How many brackets of all kinds a text may open.
const BRACKET_LIMIT: usize = 128;
/// How many words, operators and values a text may have.
const TOKEN_LIMIT: usize = 800;

/// Reads a filter, and refuses what changes values or loops.
pub(super) fn parse(text: &str) -> Result<Term<&str>, FilterError> {
    let whole = || 0..text.len();
    if text.trim().is_empty() {
        let error = FilterError::new(text, whole(), "the filter is empty");
        return Err(error.with_help("such as `.type == \"MATCHED\"`"));
    }
    if text.len() > TEXT_LIMIT {
        return Err(FilterError::new(text, whole(), format!("the filter is longer than {TEXT_LIMIT} bytes")));
    }
    if text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count() > BRACKET_LIMIT {
        return Err(FilterError::new(
            text,
            whole(),
            format!("the filter opens more than {BRACKET_LIMIT} brackets"),
        ));
    }
    let tokens = Lexer::new(text).lex().map_err(|errors| {
        errors
            .into_iter()
            .next()
            .map_or_else(|| FilterError::new(text, whole(), "this is no filter"), |error| lexing(text, error))
    })?;
    if count(&tokens) > TOKEN_LIMIT {
        let error = FilterError::new(text, whole(), format!("the filter has more than {TOKEN_LIMIT} words"));
        return Err(
            error.with_help("compare with many values as in `.id as $id | any(\"a\", \"b\"; . == $id)`")
        );
    }
    refuse(text, &tokens)?;
    Parser::new(&tokens).parse(|parser| parser.term()).map_err(|errors| {
        errors.into_iter().next().map_or_else(
            || FilterError::new(text, whole(), "this is no filter"),
            |(expected, found)| parsing(text, expected.as_str(), found),
        )
    })
}

/// Where a part of the text stands in it.
pub(super) fn place(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    if start > text.len() {
        return 0..0;
    }
    start..(start + part.len()).min(text.len())
}

fn count(tokens: &[Token<&str>]) -> usize {
    tokens.iter().map(|token| 1 + inner(token).map(count).sum::<usize>()).sum()
}

/// The tokens inside of one: those between brackets, and those that a string interpolates.
fn inner<'t, 's>(token: &'t Token<&'s str>) -> impl Iterator<Item = &'t [Token<&'s str>]> {
    let block = if let Tok::Block(tokens) = &token.1 { Some(tokens.as_slice()) } else { None };
    let parts = if let Tok::Str(parts) = &token.1 { parts.as_slice() } else { &[] };
    let terms = parts.iter().filter_map(|part| match part {
        StrPart::Term(term) => Some(std::slice::from_ref(term)),
        StrPart::Str(_) | StrPart::Char(_) => None,
    });
    block.into_iter().chain(terms)
}

/// Refuses operators and words of jq that no filter needs.
fn refuse(text: &str, tokens: &[Token<&str>]) -> Result<(), FilterError> {
    for (index, token) in tokens.iter().enumerate() {
        let Token(part, kind) = token;
        let error = |message: &str, help: &str| {
            Err(FilterError::new(text, place(text, part), message).with_help(help))
        };
        match kind {
            Tok::Sym if *part == "=" => {
                return error("`=` would change the value, and a filter only asks", "`==` compares");
            }
            Tok::Sym if matches!(*part, "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=") => {
                let message = format!("`{part}` would change the value, and a filter only asks");
                return error(&message, "compare with ==, !=, <, <=, > or >=");
            }
            // `{label: .a}` and `{label}` name members.
            Tok::Word if !matches!(tokens.get(index + 1), Some(Token(":" | "," | "}", _))) => {
                if let Some((message, help)) = refused_word(part) {
                    return error(message, help);
                }
            }
            _ => {}
        }
        inner(token).try_for_each(|tokens| refuse(text, tokens))?;
    }
    Ok(())
}

fn refused_word(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "def" => ("`def` is not known here: a function that calls itself need not end", "write it in place"),
        "reduce" | "foreach" => (
            "loops are not known here, because they need not end",
            "`add(.items[].price)` sums, `any(.items[]; .price > 5)` and `all(…)` ask, `[.items[]] | length` counts",
        ),
        "label" | "break" => (
            "`label` and `break` are not known here",
            "`first(f)`, `limit(n; f)` and `any(f; cond)` stop early",
        ),
        "import" | "include" => ("a filter reads no files", "write what it defines in place"),
        _ => return None,
    })
}

fn lexing(text: &str, (expected, rest): (Expect<&str>, &str)) -> FilterError {
    let start = place(text, rest).start;
    let first = rest.chars().next();
    let end = start + first.map_or(0, char::len_utf8);
    let (message, help) = match (&expected, first) {
        (_, None) => (format!("the filter ends too early: expected a {}", expected.as_str()), None),
        (Expect::Token, Some('\'')) => {
            ("`'` begins no string".to_owned(), Some("strings stand in double quotes"))
        }
        (Expect::Token, Some('&')) => ("`&` is no operator".to_owned(), Some("`and` joins two conditions")),
        (Expect::Token, Some(')' | ']' | '}')) => ("this bracket closes none that is open".to_owned(), None),
        (Expect::Token, Some(other)) => (format!("{} begins nothing in jq", shown(&other.to_string())), None),
        _ => (format!("expected a {}", expected.as_str()), None),
    };
    let error = FilterError::new(text, start..end, message);
    match help {
        Some(help) => error.with_help(help),
        None => error,
    }
}

fn parsing(text: &str, expected: &str, found: Option<&Token<&str>>) -> FilterError {
    let Some(Token(part, _)) = found else {
        let message = format!("the filter ends too early: expected a {expected}");
        return FilterError::new(text, text.len()..text.len(), message);
    };
    let at = place(text, part);
    let message = match expected {
        "nothing" => format!("{} does not belong here", shown(part)),
        _ => format!("expected a {expected}, found {}", shown(part)),
    };
    let error = FilterError::new(text, at, message);
    match *part {
        "||" => error.with_help("`or` joins two conditions"),
        "===" | "=>" | "=<" | "!==" | "<>" => error.with_help("compare with ==, !=, <, <=, > or >="),
        "!" => error.with_help("`not` comes last, as in `(.a == 1) | not`"),
        "in" | "like" => error.with_help("`.a | test(\"…\")` and `.a | startswith(\"…\")` search in texts"),
        _ => error,
    }
}
