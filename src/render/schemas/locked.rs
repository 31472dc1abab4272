//! How what was locked looks.

use eventctl_core::human;
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::ContentHash;
use serde::Serialize;

use crate::render::page::{Page, Tone};
use crate::render::report::Report;

/// What was added to a lock.
pub struct Locked<'a> {
    /// The lock as it is shown.
    pub file: &'a str,
    /// How many versions are locked now.
    pub locked: usize,
    /// What was added.
    pub added: &'a [LockedRow],
}

/// A version that was added.
pub struct LockedRow {
    /// Whose version.
    pub subject: SubjectName,
    /// The file's number.
    pub version: u32,
    /// What its files are.
    pub hash: ContentHash,
}

#[derive(Serialize)]
struct LockedWire<'a> {
    file: &'a str,
    locked: usize,
    added: Vec<RowWire<'a>>,
}

#[derive(Serialize)]
struct RowWire<'a> {
    subject: &'a str,
    version: u32,
    sha256: String,
}

impl Report for Locked<'_> {
    const KIND: &'static str = "schema.lock";

    fn wire(&self) -> impl Serialize {
        let added = self.added.iter().map(|row| RowWire {
            subject: row.subject.as_str(),
            version: row.version,
            sha256: row.hash.to_string(),
        });
        LockedWire { file: self.file, locked: self.locked, added: added.collect() }
    }

    fn text(&self, page: &mut Page) {
        for row in self.added {
            page.tone(Tone::Good, "+ ").tone(Tone::Strong, &row.subject).lit(" v").line(row.version);
        }
        if self.added.is_empty() {
            page.lit("nothing to add: ");
        } else {
            page.val(human::plural(self.added.len(), "version")).lit(" added: ");
        }
        page.val(human::plural(self.locked, "version")).lit(" locked in ").line(self.file);
    }
}
