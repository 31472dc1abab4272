//! The pattern that finds a tenant's id in a key.

use regex::{Regex, RegexBuilder};

/// How much memory a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

/// A pattern with one group: what the group captures of a key is placed instead of the key.
#[derive(Debug, Clone)]
pub struct TenantPattern {
    pattern: Regex,
}

/// Why a text is no such pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is no regular expression.
    #[error("{problem}{}", Place(*.at))]
    Syntax {
        /// What is wrong, in the words of the library that compiles it.
        problem: String,
        /// The character where it was seen, from 1; none where that is not told.
        at: Option<usize>,
    },
    /// Compiled it takes too much memory.
    #[error("it takes more than {} KiB when it is compiled", SIZE_LIMIT >> 10)]
    Large,
    /// It has no group, or several.
    #[error("the tenant's id is what a group `(…)` captures, and this has {}; `(?:…)` captures nothing", Groups(*.0))]
    Groups(usize),
}

struct Place(Option<usize>);

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |at| write!(formatter, " (character {at})"))
    }
}

struct Groups(usize);

impl std::fmt::Display for Groups {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == 0 { formatter.write_str("none") } else { write!(formatter, "{}", self.0) }
    }
}

impl TenantPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A text that is no regular expression, is too large or has not exactly one group.
    pub fn new(text: &str) -> Result<TenantPattern, PatternError> {
        let pattern =
            RegexBuilder::new(text).size_limit(SIZE_LIMIT).build().map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => PatternError::Large,
                other => syntax(&other.to_string()),
            })?;
        // The whole match counts as one.
        match pattern.captures_len().saturating_sub(1) {
            1 => Ok(TenantPattern { pattern }),
            groups => Err(PatternError::Groups(groups)),
        }
    }

    /// What is placed of a key: the tenant's id where the pattern finds one, and else the whole key.
    #[must_use]
    pub fn part<'k>(&self, key: &'k str) -> &'k str {
        let found = self.pattern.captures(key);
        found.and_then(|found| found.get(1)).map_or(key, |id| id.as_str())
    }
}

/// Takes sentence and place out of the library's words for people: a heading, the pattern, a line with carets, and a
/// line that begins with `error: `. A pattern of several lines is shown in another way, and no place is taken of it.
fn syntax(words: &str) -> PatternError {
    let lines: Vec<&str> = words.lines().collect();
    let problem = lines.last().map_or(words, |line| line.trim_start_matches("error: ")).to_owned();
    let at = match lines.as_slice() {
        [_, _, carets, _] => carets.find('^').and_then(|column| column.checked_sub(3)),
        _ => None,
    };
    PatternError::Syntax { problem, at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::TENANT_PATTERN;

    #[test]
    fn the_group_is_placed_where_the_pattern_fits() {
        let rows = [
            (TENANT_PATTERN, "tenant-acme:42", "acme"),
            (TENANT_PATTERN, "tenant-acme-42", "acme"),
            (TENANT_PATTERN, "tenant-acme/42", "acme"),
            (TENANT_PATTERN, "tenant-é😀", "é😀"),
            (TENANT_PATTERN, "tenant-", "tenant-"),
            (TENANT_PATTERN, "tenant-:1", "tenant-:1"),
            (TENANT_PATTERN, "my-tenant-acme", "my-tenant-acme"),
            (TENANT_PATTERN, "", ""),
            ("([^/]*)$", "a/b", "b"),
            // A group that takes part in nothing leaves the key; one that captures nothing places nothing.
            ("^(?:(x)|y)", "y1", "y1"),
            ("^t(.*?):", "t:1", ""),
        ];
        for (pattern, key, part) in rows {
            assert_eq!(TenantPattern::new(pattern).unwrap().part(key), part, "{pattern} on {key}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told_by_name() {
        let rows = [
            ("(abc", "unclosed group (character 1)"),
            ("^tenant-([a-z", "unclosed character class (character 10)"),
            ("(a)(", "unclosed group (character 4)"),
            ("(?=a)(b)", "look-around, including look-ahead and look-behind, is not supported (character 1)"),
            ("(a)\\1", "backreferences are not supported (character 4)"),
            ("(é)\u{308}(", "unclosed group (character 5)"),
            (
                "tenant",
                "the tenant's id is what a group `(…)` captures, and this has none; `(?:…)` captures nothing",
            ),
            (
                "(a)(b)",
                "the tenant's id is what a group `(…)` captures, and this has 2; `(?:…)` captures nothing",
            ),
            ("(\\pL{1000}){1000}", "it takes more than 1024 KiB when it is compiled"),
        ];
        for (pattern, sentence) in rows {
            assert_eq!(TenantPattern::new(pattern).unwrap_err().to_string(), sentence, "{pattern}");
        }
        // Several lines, and what nests without end: an error, whatever its words.
        for pattern in ["(a\n(b", "(?x)\n(", &"(".repeat(100_000)] {
            assert!(TenantPattern::new(pattern).is_err());
        }
    }
}
