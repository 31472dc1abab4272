//! Commands as a shell takes them, for people to paste.

use std::borrow::Borrow;

/// A word as a POSIX shell reads it back (POSIX.1-2024, "Single-Quotes" and "Dollar-Single-Quotes").
///
/// What does not show is written as its bytes: printed as it is, it would be shown as something else, and whoever pastes
/// the command would name something else.
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:,=@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let shows = |letter: char| letter == ' ' || letter.is_ascii_graphic() || letter.is_alphanumeric();
    if word.chars().all(shows) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut quoted = "$'".to_owned();
    for letter in word.chars() {
        match letter {
            '\'' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if shows(letter) => quoted.push(letter),
            letter => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\x{byte:02x}"));
                }
            }
        }
    }
    quoted.push('\'');
    quoted
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
            ("cr\nx", r"$'cr\nx'"),
            (r"cr\nx", r"'cr\nx'"),
            ("\t\x1b[31m'\\\r", r"$'\t\x1b[31m\'\\\r'"),
            ("a\u{202e}b", r"$'a\xe2\x80\xaeb'"),
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
