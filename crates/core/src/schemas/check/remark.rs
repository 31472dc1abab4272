//! What is to be said about a subject: findings, warnings and notes, in one form.

/// Something to be said about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub kind: RemarkKind,
    /// A stable word that says more exactly what is wrong, where the kind has several.
    pub cause: Option<&'static str>,
    /// A sentence.
    pub text: String,
    /// The version it is about.
    pub version: Option<u32>,
    /// The versions on the other side.
    pub others: Vec<u32>,
    /// Where in the files.
    pub place: Option<RemarkPlace>,
    /// What to do next.
    pub help: Option<String>,
}

/// A place in a schema file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkPlace {
    /// The file as it is shown.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The same place as a JSON pointer into the file.
    pub pointer: String,
    /// The way to it through fields; empty for the whole schema.
    pub path: String,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// A reader cannot read what a writer writes.
    Incompatible,
    /// Whether a reader can read what a writer writes could not be decided.
    Undecided,
    /// A locked version's files changed.
    Changed,
    /// A locked version has no file.
    MissingFile,
    /// The lock lost a line, or changed it.
    LockLost,
    /// Stored data mean something else to a reader.
    Meaning,
    /// Something that Avro takes and people regret.
    Lint,
    /// A new version stands before locked ones.
    Misnumbered,
    /// A reference's name is no type of the schema it leads to.
    ReferenceName,
    /// Versions are not locked yet.
    NotLocked,
    /// There is one version, and nothing to compare it with.
    Single,
    /// Older locked versions break the level among themselves.
    History,
    /// There is more than is told.
    Further,
}

impl RemarkKind {
    /// The kind as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RemarkKind::Incompatible => "incompatible",
            RemarkKind::Undecided => "undecided",
            RemarkKind::Changed => "changed",
            RemarkKind::MissingFile => "missing_file",
            RemarkKind::LockLost => "lock_lost",
            RemarkKind::Meaning => "meaning",
            RemarkKind::Lint => "lint",
            RemarkKind::Misnumbered => "misnumbered",
            RemarkKind::ReferenceName => "reference_name",
            RemarkKind::NotLocked => "not_locked",
            RemarkKind::Single => "single",
            RemarkKind::History => "history",
            RemarkKind::Further => "further",
        }
    }
}

impl Remark {
    /// A remark without anything but its sentence.
    pub(super) fn new(kind: RemarkKind, text: String) -> Remark {
        Remark { kind, cause: None, text, version: None, others: Vec::new(), place: None, help: None }
    }

    /// The same about a version.
    pub(super) fn about(self, version: u32) -> Remark {
        Remark { version: Some(version), ..self }
    }

    /// The same with a next step.
    pub(super) fn with_help(self, help: impl Into<String>) -> Remark {
        Remark { help: Some(help.into()), ..self }
    }
}

/// Versions in a sentence: `v1, v2 and v3`.
pub(super) fn versions(numbers: &[u32]) -> String {
    match numbers {
        [] => String::new(),
        [only] => format!("v{only}"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|number| format!("v{number}")).collect();
            // Of very many only the first are named.
            match first.len().checked_sub(20) {
                None | Some(0) => format!("{} and v{last}", first.join(", ")),
                Some(more) => {
                    format!("{} and {} more", first.get(..20).unwrap_or_default().join(", "), more + 1)
                }
            }
        }
    }
}
