//! How subjects and versions are named in the folder of schemas: `<subject>/v<N>.avsc`, and beside it
//! `v<N>.references.json` where the schema refers to types of other subjects.
//!
//! A subject may hold characters that a file's name may not, so that its folder is named by it with those characters
//! percent-encoded. Each subject has exactly one such name.

use crate::name::SubjectName;

const SCHEMA: &str = ".avsc";
const REFERENCES: &str = ".references.json";

/// What a file in a subject's folder is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `v<N>.avsc`
    Schema(u32),
    /// `v<N>.references.json`
    References(u32),
}

/// Tells what a file in a subject's folder is; none where it is neither. N counts from 1, without leading zeros.
#[must_use]
pub fn file_of(name: &str) -> Option<FileKind> {
    let number = |digits: &str| {
        let number: u32 = digits.parse().ok()?;
        (number > 0 && number.to_string() == digits).then_some(number)
    };
    let rest = name.strip_prefix('v')?;
    if let Some(digits) = rest.strip_suffix(SCHEMA) {
        return number(digits).map(FileKind::Schema);
    }
    rest.strip_suffix(REFERENCES).and_then(number).map(FileKind::References)
}

/// The name of a version's schema file.
#[must_use]
pub fn schema_file(number: u32) -> String {
    format!("v{number}{SCHEMA}")
}

/// The name of the file that says what types of other subjects a version refers to.
#[must_use]
pub fn references_file(number: u32) -> String {
    format!("v{number}{REFERENCES}")
}

/// The name of a subject's folder: the subject itself, with `%`, slashes, and a leading `.` or `#` percent-encoded.
#[must_use]
pub fn folder_name(subject: &str) -> String {
    let mut name = String::with_capacity(subject.len());
    for (index, character) in subject.char_indices() {
        let hidden = index == 0 && matches!(character, '.' | '#');
        if hidden || matches!(character, '%' | '/' | '\\') {
            name.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            name.push(character);
        }
    }
    name
}

/// The subject whose folder has this name; none where no subject's folder has.
#[must_use]
pub fn subject_of_folder(name: &str) -> Option<SubjectName> {
    let mut subject = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('%') {
        let code = u8::from_str_radix(after.get(..2)?, 16).ok()?;
        subject.push_str(before);
        subject.push(char::from(code));
        rest = after.get(2..)?;
    }
    subject.push_str(rest);
    // A name that another spelling would have been right for is nobody's.
    if folder_name(&subject) == name { subject.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_has_one_folder() {
        let rows = [
            ("agent-matched-event", "agent-matched-event"),
            ("a/b c", "a%2Fb c"),
            ("100%", "100%25"),
            ("..", "%2E."),
            ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            (".git", "%2Egit"),
            ("#a#?", "%23a#?"),
            ("a\\b", "a%5Cb"),
            ("é名", "é名"),
            ("%2F", "%252F"),
        ];
        for (subject, folder) in rows {
            assert_eq!(folder_name(subject), folder);
            assert_eq!(subject_of_folder(folder).unwrap().as_str(), subject);
            assert!(!folder.contains('/') && !folder.starts_with('.'), "{folder}");
        }
        for nobody in ["", "100%", "a%", "a%2", "a%zz", "a%2f", "%41", ".a", "..", "#a", "a\nb", "a/b", "%é"]
        {
            assert_eq!(subject_of_folder(nobody), None, "{nobody:?}");
        }
    }

    #[test]
    fn files_are_known_by_their_names() {
        let rows = [
            ("v1.avsc", Some(FileKind::Schema(1))),
            ("v10.avsc", Some(FileKind::Schema(10))),
            ("v3.references.json", Some(FileKind::References(3))),
            ("v4294967295.avsc", Some(FileKind::Schema(u32::MAX))),
            ("v4294967296.avsc", None),
            ("v0.avsc", None),
            ("v01.avsc", None),
            ("v+1.avsc", None),
            ("v1.avsc.bak", None),
            ("v1.json", None),
            ("1.avsc", None),
            ("v.avsc", None),
            ("v1.references", None),
        ];
        for (name, kind) in rows {
            assert_eq!(file_of(name), kind, "{name}");
        }
        assert_eq!(file_of(&schema_file(7)), Some(FileKind::Schema(7)));
        assert_eq!(file_of(&references_file(7)), Some(FileKind::References(7)));
    }
}
