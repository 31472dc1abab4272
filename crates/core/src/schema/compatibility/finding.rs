//! Why a reader cannot read what a writer wrote, in words.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::level::Direction;
use crate::schema::trail::Place;
use crate::schema::words::{Words, bytes, joined};

/// Something for which a reader cannot read what a writer wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incompatibility {
    /// What it is.
    pub cause: Cause,
    /// Where in the reader's schema.
    pub reader: Place,
    /// Where in the writer's schema.
    pub writer: Place,
    /// True where it lies in a branch of the reader's union: Java's library tries the branches, and calls all of it
    /// `MISSING_UNION_BRANCH`. We look into the branch of the same name.
    pub in_branch: bool,
}

/// What is incompatible, with the texts and numbers of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The reader has a field that the writer has not, and nothing to put there.
    MissingDefault {
        /// True where the field's type is an enum with a default of its own: that one is for unknown symbols.
        enum_default: bool,
    },
    /// The types differ, and none is promoted to the other.
    TypeMismatch {
        /// The reader's type.
        reader: String,
        /// The writer's type.
        writer: String,
        /// True where the writer has a union, and this is one of its branches.
        branch: bool,
    },
    /// Named types of different names, and no alias of the reader's that says they are the same.
    NameMismatch {
        /// What they are: record, enum or fixed.
        kind: &'static str,
        /// The reader's full name.
        reader: String,
        /// The writer's full name.
        writer: String,
    },
    /// Fixed types of different sizes, in bytes.
    FixedSizeMismatch {
        /// The reader's size.
        reader: u32,
        /// The writer's size.
        writer: u32,
    },
    /// The reader's enum lacks symbols of the writer's, and has no default to put there.
    MissingSymbols {
        /// The symbols that it lacks, in the writer's order.
        symbols: Words,
    },
    /// The reader's union has no branch for what the writer may write.
    MissingBranch {
        /// The writer's type.
        writer: String,
        /// The reader's branches.
        branches: Words,
    },
    /// A field of the reader's goes by several names, and the writer has more than one of them. Java's library throws
    /// an exception, which registries count as incompatible.
    AmbiguousField {
        /// The writer's fields.
        fields: Words,
    },
    /// The schemas are too large to be compared; nobody knows whether they fit.
    TooLarge {
        /// How many pairs of types were compared.
        compared: usize,
    },
}

/// The kinds of incompatibilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncompatibilityKind {
    /// See [`Cause::MissingDefault`]. Java: `READER_FIELD_MISSING_DEFAULT_VALUE`; `TYPE_MISMATCH` where the field is an
    /// enum that has a default of its own, which is no help.
    MissingDefault,
    /// See [`Cause::TypeMismatch`]. Java: `TYPE_MISMATCH`.
    TypeMismatch,
    /// See [`Cause::NameMismatch`]. Java: `NAME_MISMATCH`.
    NameMismatch,
    /// See [`Cause::FixedSizeMismatch`]. Java: `FIXED_SIZE_MISMATCH`.
    FixedSizeMismatch,
    /// See [`Cause::MissingSymbols`]. Java: `MISSING_ENUM_SYMBOLS`.
    MissingSymbols,
    /// See [`Cause::MissingBranch`]. Java: `MISSING_UNION_BRANCH`.
    MissingBranch,
    /// See [`Cause::AmbiguousField`]. Java: an exception.
    AmbiguousField,
    /// See [`Cause::TooLarge`]. Java: no word for it.
    TooLarge,
}

impl IncompatibilityKind {
    /// The kind as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            IncompatibilityKind::MissingDefault => "missing-default",
            IncompatibilityKind::TypeMismatch => "type-mismatch",
            IncompatibilityKind::NameMismatch => "name-mismatch",
            IncompatibilityKind::FixedSizeMismatch => "fixed-size-mismatch",
            IncompatibilityKind::MissingSymbols => "missing-symbols",
            IncompatibilityKind::MissingBranch => "missing-branch",
            IncompatibilityKind::AmbiguousField => "ambiguous-field",
            IncompatibilityKind::TooLarge => "too-large",
        }
    }
}

impl Incompatibility {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> IncompatibilityKind {
        match self.cause {
            Cause::MissingDefault { .. } => IncompatibilityKind::MissingDefault,
            Cause::TypeMismatch { .. } => IncompatibilityKind::TypeMismatch,
            Cause::NameMismatch { .. } => IncompatibilityKind::NameMismatch,
            Cause::FixedSizeMismatch { .. } => IncompatibilityKind::FixedSizeMismatch,
            Cause::MissingSymbols { .. } => IncompatibilityKind::MissingSymbols,
            Cause::MissingBranch { .. } => IncompatibilityKind::MissingBranch,
            Cause::AmbiguousField { .. } => IncompatibilityKind::AmbiguousField,
            Cause::TooLarge { .. } => IncompatibilityKind::TooLarge,
        }
    }

    /// What is wrong, of a reader and a writer of which neither is known to be newer.
    #[must_use]
    pub fn message(&self) -> String {
        let (reader, writer) = (self.reader.shown(), self.writer.shown());
        match &self.cause {
            Cause::MissingDefault { enum_default } => {
                let text = format!("field {reader} has no default, and the writer has no such field");
                with_reason(text, *enum_default)
            }
            Cause::TypeMismatch { reader: read, writer: written, branch: false } => {
                format!("{reader} is read as {read} and written as {written}")
            }
            Cause::TypeMismatch { reader: read, writer: written, branch: true } => {
                format!("{reader} is read as {read} and may be written as {written}")
            }
            Cause::NameMismatch { kind, reader: read, writer: written } => {
                format!("{reader} is the {kind} `{read}` to the reader and `{written}` to the writer")
            }
            Cause::FixedSizeMismatch { reader: read, writer: written } => {
                format!("{reader} is read as {} and written as {}", bytes(*read), bytes(*written))
            }
            Cause::MissingSymbols { symbols } => {
                format!("the reader's enum of {reader} has neither {} nor a default", or(symbols))
            }
            Cause::MissingBranch { writer: written, branches } => {
                format!(
                    "{writer} may be written as {written}, and the reader's union has {}",
                    union(branches)
                )
            }
            Cause::AmbiguousField { fields } => {
                format!("field {reader} and its aliases name several fields of the writer: {}", and(fields))
            }
            Cause::TooLarge { compared } => too_large(*compared),
        }
    }

    /// What is wrong, of an older and a newer schema.
    #[must_use]
    pub fn change(&self, direction: Direction) -> String {
        let new_reads = direction == Direction::NewReadsOld;
        let reader = self.reader.shown();
        match &self.cause {
            Cause::MissingDefault { enum_default } => {
                let text = match new_reads {
                    true => format!("field {reader} was added without a default"),
                    false => format!("field {reader} was removed, and it had no default"),
                };
                with_reason(text, *enum_default)
            }
            Cause::TypeMismatch { reader: read, writer: written, branch } => match (new_reads, branch) {
                (true, false) => format!("{reader} was {written} and is now {read}"),
                (true, true) => format!("{reader} could be {written} and is now {read}"),
                (false, false) => format!("{reader} was {read} and is now {written}"),
                (false, true) => format!("{reader} was {read} and may now be {written}"),
            },
            Cause::NameMismatch { kind, reader: read, writer: written } if new_reads => {
                format!("the {kind} `{written}` of {reader} was renamed `{read}` without an alias")
            }
            Cause::NameMismatch { kind, reader: read, writer: written } => {
                format!(
                    "the {kind} `{read}` of {reader} was renamed `{written}`, which the old schema does not know"
                )
            }
            Cause::FixedSizeMismatch { reader: read, writer: written } => {
                let (old, new) = if new_reads { (written, read) } else { (read, written) };
                format!("{reader} had {} and has now {}", bytes(*old), bytes(*new))
            }
            Cause::MissingSymbols { symbols } if new_reads => {
                format!("the enum of {reader} lost {} and has no default", and(symbols))
            }
            Cause::MissingSymbols { symbols } => {
                format!("the enum of {reader} got {}, and it had no default", and(symbols))
            }
            Cause::MissingBranch { writer: written, branches } if new_reads => {
                format!("{reader} could be {written} and may now only be {}", union(branches))
            }
            Cause::MissingBranch { writer: written, branches } => {
                format!("{reader} could only be {} and may now be {written}", union(branches))
            }
            Cause::AmbiguousField { .. } | Cause::TooLarge { .. } => self.message(),
        }
    }

    /// The whole sentence: what changed, and who cannot read what. The labels are what people call the versions, `v3`.
    #[must_use]
    pub fn sentence<T: AsRef<str>>(&self, direction: Direction, readers: &[T], writers: &[T]) -> String {
        let who = match readers {
            [only] => format!("a reader of {}", only.as_ref()),
            several => format!("readers of {}", joined(several, "and")),
        };
        let (change, what) = (self.change(direction), joined(writers, "and"));
        match self.cause {
            Cause::TooLarge { .. } => {
                format!("{change}: nobody knows whether {who} can read records written with {what}")
            }
            _ => format!("{change}: {who} cannot read records written with {what}"),
        }
    }
}

/// Joins what several comparisons with one new version found alike: each finding with the labels of the earlier versions
/// it was found with, in the order it was first met.
#[must_use]
pub fn together<L>(
    direction: Direction,
    comparisons: impl IntoIterator<Item = (L, Vec<Incompatibility>)>,
) -> Vec<(Incompatibility, Vec<L>)>
where
    L: Clone,
{
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut joined: Vec<(Incompatibility, Vec<L>)> = Vec::new();
    for (label, findings) in comparisons {
        let mut own: BTreeSet<usize> = BTreeSet::new();
        for finding in findings {
            let place = *places.entry(finding.change(direction)).or_insert(joined.len());
            match joined.get_mut(place) {
                // One comparison may find twice what reads alike.
                Some((_, labels)) if own.insert(place) => labels.push(label.clone()),
                Some(_) => {}
                None => {
                    own.insert(place);
                    joined.push((finding, vec![label.clone()]));
                }
            }
        }
    }
    joined
}

fn too_large(compared: usize) -> String {
    format!("the schemas are too large to be compared: there are more than {compared} pairs of types")
}

/// Adds why a default that stands there does not help.
fn with_reason(text: String, enum_default: bool) -> String {
    if enum_default { format!("{text} (the default of its enum is for unknown symbols)") } else { text }
}

fn union(branches: &Words) -> String {
    if branches.is_empty() { "no branch".to_owned() } else { or(branches) }
}

fn and(words: &Words) -> String {
    words.joined("and")
}

fn or(words: &Words) -> String {
    words.joined("or")
}
