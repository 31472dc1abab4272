//! Which settings files of repositories may run code: those whose very text the user has looked at and trusted.
//!
//! The store is a text of lines, each a SHA-256 and a path. Any change of the file ends the trust in it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// The SHA-256 of a file's bytes, in hexadecimal.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files that are trusted: path to fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted(BTreeMap<String, String>);

impl Trusted {
    /// Reads the store. A line that is none of ours trusts nothing and is dropped.
    #[must_use]
    pub fn parse(text: &str) -> Trusted {
        let is_fingerprint =
            |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let entry = |line: &str| {
            let (fingerprint, path) = line.split_once("  ")?;
            (is_fingerprint(fingerprint) && !path.is_empty())
                .then(|| (path.to_owned(), fingerprint.to_owned()))
        };
        Trusted(text.lines().filter_map(entry).collect())
    }

    /// Tells whether a file at this path with these bytes is trusted.
    #[must_use]
    pub fn trusts(&self, path: &str, bytes: &[u8]) -> bool {
        self.0.get(path).is_some_and(|trusted| *trusted == fingerprint(bytes))
    }

    /// Trusts a file from now on, instead of what stood at its path before. A path with a line break cannot be
    /// written down and is not trusted: false.
    pub fn trust(&mut self, path: &str, bytes: &[u8]) -> bool {
        if path.contains(['\n', '\r']) || path.is_empty() {
            return false;
        }
        self.0.insert(path.to_owned(), fingerprint(bytes));
        true
    }

    /// The text of the store.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|(path, fingerprint)| format!("{fingerprint}  {path}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_in_a_text_at_a_path_and_survives_the_store() {
        let mut trusted = Trusted::default();
        assert!(trusted.trust("/a/eventctl.yaml", b"one"));
        assert!(trusted.trust("/b  c/eventctl.yaml", b"two"));
        let read = Trusted::parse(&trusted.text());
        assert_eq!(read, trusted);
        let rows = [
            ("/a/eventctl.yaml", "one", true),
            ("/a/eventctl.yaml", "one ", false),
            ("/a/eventctl.yaml", "two", false),
            ("/b  c/eventctl.yaml", "two", true),
            ("/c/eventctl.yaml", "one", false),
        ];
        for (path, text, expected) in rows {
            assert_eq!(read.trusts(path, text.as_bytes()), expected, "{path} {text}");
        }
        trusted.trust("/a/eventctl.yaml", b"changed");
        assert!(!trusted.trusts("/a/eventctl.yaml", b"one"), "the older text is still trusted");
    }

    #[test]
    fn what_is_not_ours_trusts_nothing() {
        let hash = fingerprint(b"x");
        let rows = [format!("{hash} /one-space"), format!("{hash}  "), "  /a".into(), "\0\u{1b}[2J".into()];
        for line in rows {
            assert_eq!(Trusted::parse(&line), Trusted::default(), "{line:?}");
        }
        assert!(!Trusted::default().trust(&format!("/a\n{hash}  /b"), b"x"));
        assert_eq!(fingerprint(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
