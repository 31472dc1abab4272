//! Commands as a shell takes them, for people to paste.

use std::borrow::Borrow;

/// A word as a POSIX shell reads it back (POSIX.1-2024, "Single-Quotes").
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:,=@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A command of these words without some of its long options, each of which has a value.
#[must_use]
pub fn command<S: Borrow<str>>(program: &str, words: &[S], without: &[&str]) -> String {
    let mut command = quoted(program);
    let mut words = words.iter().map(Borrow::borrow);
    let mut options = true;
    while let Some(word) = words.next() {
        options &= word != "--";
        let name = word.split_once('=').map_or(word, |(name, _)| name);
        if options && without.contains(&name) {
            if name == word {
                // The value is a word of its own.
                words.next();
            }
            continue;
        }
        command.push(' ');
        command.push_str(&quoted(word));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_something_else() {
        let rows = [
            ("orders", "orders"),
            ("a/b_c-1.ndjson", "a/b_c-1.ndjson"),
            ("", "''"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("$HOME;rm *", "'$HOME;rm *'"),
            ("~", "'~'"),
            ("\u{e9}", "'\u{e9}'"),
        ];
        for (word, expected) in rows {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn a_command_keeps_everything_but_what_is_taken_out() {
        let rows: [(&[&str], &str); 5] = [
            (&["produce", "t", "--file", "a b"], "x produce t"),
            (&["--file=a", "produce", "t", "--event", "Note"], "x produce t --event Note"),
            (&["produce", "--file", "a", "--records", "t"], "x produce --records t"),
            (&["produce", "t", "--files", "a"], "x produce t --files a"),
            (&["produce", "--", "--file", "--file"], "x produce -- --file --file"),
        ];
        for (words, expected) in rows {
            assert_eq!(command("x", words, &["--file"]), expected);
        }
    }
}
