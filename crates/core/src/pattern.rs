//! Words that choose names of topics, groups or subjects: a name, or a glob such as `agent-*`.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

/// What words choose of the names there are.
#[derive(Debug, Clone)]
pub struct Patterns {
    /// Words without a wildcard.
    outright: BTreeSet<String>,
    /// Words with one, and what they match.
    globs: Vec<(String, GlobMatcher)>,
}

/// A word that looks like a glob and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a pattern: {reason}")]
pub struct PatternError {
    /// The word as it was given.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// True for a word that is meant as a glob.
#[must_use]
pub fn is_glob(word: &str) -> bool {
    word.contains(['*', '?', '[', '{'])
}

/// How a name is written so that it means itself, whatever a glob would make of its characters.
#[must_use]
pub fn literal(name: &str) -> String {
    if !is_glob(name) {
        return name.to_owned();
    }
    let mut word = String::with_capacity(name.len());
    for letter in name.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            word.push('\\');
        }
        word.push(letter);
    }
    word
}

impl Patterns {
    /// What these words choose.
    ///
    /// # Errors
    /// The first one that looks like a glob and is none.
    pub fn new(words: &[String]) -> Result<Patterns, PatternError> {
        let (globs, outright): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| is_glob(word));
        let compiled = |word: &String| match Glob::new(word) {
            Ok(glob) => Ok((word.clone(), glob.compile_matcher())),
            Err(error) => Err(PatternError { pattern: word.clone(), reason: error.kind().to_string() }),
        };
        let globs = globs.into_iter().map(compiled).collect::<Result<_, _>>()?;
        Ok(Patterns { outright: outright.into_iter().cloned().collect(), globs })
    }

    /// True where no word was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outright.is_empty() && self.globs.is_empty()
    }

    /// True where only a list of all names tells what is chosen.
    #[must_use]
    pub fn has_globs(&self) -> bool {
        !self.globs.is_empty()
    }

    /// The words that name something outright: that is asked for by name, since a list leaves out what a principal may
    /// not see.
    pub fn outright(&self) -> impl Iterator<Item = &str> {
        self.outright.iter().map(String::as_str)
    }

    /// True for what a word names outright.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.outright.contains(name)
    }

    /// True for what a glob matches, for what is named outright, and for what is called like a glob: it would else be
    /// hard to mean, and to take it alone would hide all that the glob matches.
    #[must_use]
    pub fn choose(&self, name: &str) -> bool {
        self.names(name) || self.globs.iter().any(|(word, glob)| name == word || glob.is_match(name))
    }

    /// The same, where no word at all chooses everything.
    #[must_use]
    pub fn choose_or_all(&self, name: &str) -> bool {
        self.is_empty() || self.choose(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(words: &[&str]) -> Patterns {
        Patterns::new(&words.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn words_choose_names() {
        type Row<'a> = (&'a [&'a str], &'a [&'a str]);
        let names = ["a*", "a1", "a2", "a[1]", "b", r"c\d"];
        let rows: [Row<'_>; 11] = [
            (&[], &[]),
            (&["a*"], &["a*", "a1", "a2", "a[1]"]),
            (&["a[1]"], &["a1", "a[1]"]),
            (&["a[1]", "b"], &["a1", "a[1]", "b"]),
            (&[r"a\*"], &["a*"]),
            (&[r"a\[1\]"], &["a[1]"]),
            (&["{a1,b}"], &["a1", "b"]),
            (&["?1"], &["a1"]),
            (&["b*"], &["b"]),
            (&[r"c\d"], &[r"c\d"]),
            (&["A1", "a"], &[]),
        ];
        for (words, expected) in rows {
            let patterns = patterns(words);
            let chosen: Vec<&str> = names.into_iter().filter(|name| patterns.choose(name)).collect();
            assert_eq!(chosen, expected, "{words:?}");
            let all = names.into_iter().filter(|name| patterns.choose_or_all(name)).count();
            assert_eq!(all, if words.is_empty() { names.len() } else { expected.len() }, "{words:?}");
        }
    }

    #[test]
    fn what_is_named_outright_needs_no_list() {
        let mixed = patterns(&["b", "a*", "b", "a"]);
        assert_eq!(mixed.outright().collect::<Vec<_>>(), ["a", "b"]);
        assert!(mixed.has_globs() && !patterns(&["a"]).has_globs());
        assert!(mixed.names("b") && !mixed.names("a*") && !mixed.names("a1"));
    }

    #[test]
    fn a_name_is_written_so_that_it_means_itself() {
        let rows = [
            ("rev-br[x", r"rev-br\[x"),
            ("a{b", r"a\{b"),
            ("what?*]}", r"what\?\*\]\}"),
            (r"back\slash*", r"back\\slash\*"),
            (r"back\slash", r"back\slash"),
            ("plain]", "plain]"),
        ];
        for (name, expected) in rows {
            assert_eq!(literal(name), expected);
            let patterns = patterns(&[&literal(name)]);
            assert!(patterns.choose(name), "{name}");
            assert!(!["rev-br", "what", "a", "b"].into_iter().any(|other| patterns.choose(other)), "{name}");
        }
    }

    #[test]
    fn what_is_no_glob_is_told() {
        let error = Patterns::new(&["fine".to_owned(), "a[".to_owned()]).unwrap_err();
        assert_eq!(error.pattern, "a[");
        assert!(error.to_string().starts_with("`a[` is not a pattern: "), "{error}");
    }
}
