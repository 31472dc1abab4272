//! Why a JSON text is no value of a schema, and where.

use std::fmt;

use crate::json::{JsonError, JsonErrorKind};
use crate::yaml::shown;

/// Why a JSON text is no value of a schema.
///
/// It is displayed as one sentence and the byte: "`items[3].price` must be a double, not the string "x" (byte 17)".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    // In a box, because what succeeds should not carry the room for it.
    inner: Box<Inner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    problem: EncodeProblem,
    at: usize,
    /// The way to the value, its last step first.
    steps: Vec<PathStep>,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PathStep {
    Field(String),
    Item(usize),
    Key(String),
}

/// What is wrong with a value. All texts are as they were found, and short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncodeProblem {
    /// The text is not JSON.
    Json(JsonErrorKind),
    /// Another value is needed.
    Mismatch {
        /// What: "an int (…)", "null or a string".
        expected: String,
        /// What is there: "the string "x"".
        found: String,
        /// What it lacks, where that is not plain.
        reason: Option<String>,
    },
    /// A field without a default is not there.
    Missing {
        /// The record's name.
        record: String,
    },
    /// A field is not there, and its default is no value of its type.
    Default {
        /// Why.
        reason: String,
    },
    /// A member that is no field.
    Unknown {
        /// The record's name.
        record: String,
        /// The field that may have been meant.
        near: Option<String>,
        /// The first of its fields.
        known: Vec<String>,
    },
    /// A member or a key that stands twice.
    Twice,
    /// A text that is no symbol of its enum.
    Symbol {
        /// The enum's name.
        name: String,
        /// The text.
        found: String,
        /// The symbol that may have been meant.
        near: Option<String>,
        /// The first of its symbols.
        known: Vec<String>,
    },
    /// A tag that is no branch of its union.
    Tag {
        /// The tag.
        found: String,
        /// The branch that may have been meant.
        near: Option<String>,
        /// The first of the branches.
        known: Vec<String>,
    },
    /// A value that fits no branch of its union.
    NoBranch {
        /// Why not, for each branch that was tried.
        reasons: Vec<String>,
    },
    /// A value that fits several branches of its union.
    Ambiguous {
        /// Two of them.
        branches: [String; 2],
    },
    /// It would take too long to tell which branch of a union a value fits.
    Undecided,
    /// The text or its value is larger than this many bytes.
    Large(usize),
}

impl EncodeError {
    pub(in crate::codec) fn new(problem: EncodeProblem, at: usize) -> Self {
        EncodeError { inner: Box::new(Inner { problem, at, steps: Vec::new() }) }
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &EncodeProblem {
        &self.inner.problem
    }

    /// The byte of the text where it was seen, from 0.
    #[must_use]
    pub fn at(&self) -> usize {
        self.inner.at
    }

    /// The way to the value: `summary.satisfaction`, `items[3].price`, `labels["a b"]`; empty for the whole value.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.inner.steps.iter().rev() {
            match step {
                PathStep::Field(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                PathStep::Item(index) => path.push_str(&format!("[{index}]")),
                PathStep::Key(key) => path.push_str(&format!("[\"{key}\"]")),
            }
        }
        path
    }

    /// What is wrong, without its byte.
    #[must_use]
    pub fn sentence(&self) -> String {
        let path = self.path();
        let place = if path.is_empty() { "the value".to_owned() } else { format!("`{path}`") };
        sentence(&self.inner.problem, &place)
    }

    /// Tells whether another branch of a union may do better: not where the text itself is wrong.
    pub(super) fn is_of_the_branch(&self) -> bool {
        !matches!(
            self.inner.problem,
            EncodeProblem::Json(_)
                | EncodeProblem::Undecided
                | EncodeProblem::Large(_)
                | EncodeProblem::Twice
        )
    }

    pub(in crate::codec) fn in_field(self, name: &str) -> Self {
        self.below(PathStep::Field(cut(name, 60)))
    }

    pub(super) fn in_item(self, index: usize) -> Self {
        self.below(PathStep::Item(index))
    }

    pub(super) fn in_key(self, key: &str) -> Self {
        self.below(PathStep::Key(cut(key, 60)))
    }

    fn below(mut self, step: PathStep) -> Self {
        self.inner.steps.push(step);
        self
    }

    /// The same with what the value lacks.
    pub(super) fn because(mut self, because: &str) -> Self {
        if let EncodeProblem::Mismatch { reason, .. } = &mut self.inner.problem {
            *reason = Some(because.to_owned());
        }
        self
    }

    /// The same in a text that begins at this byte of another one.
    pub(in crate::codec) fn moved(mut self, by: usize) -> Self {
        self.inner.at += by;
        self
    }
}

impl From<JsonError> for EncodeError {
    fn from(error: JsonError) -> Self {
        EncodeError::new(EncodeProblem::Json(error.kind), error.at)
    }
}

impl std::error::Error for EncodeError {}

impl fmt::Display for EncodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (byte {})", self.sentence(), self.at())
    }
}

fn sentence(problem: &EncodeProblem, place: &str) -> String {
    match problem {
        EncodeProblem::Json(kind) => format!("this is not JSON: {kind}"),
        EncodeProblem::Mismatch { expected, found, reason } => {
            let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            format!("{place} must be {expected}, not {found}{reason}")
        }
        EncodeProblem::Missing { record } => {
            format!("{place} is missing, and {} gives it no default", shown(record))
        }
        EncodeProblem::Default { reason } => {
            format!("{place} is missing, and its default in the schema is no value of its type: {reason}")
        }
        EncodeProblem::Unknown { record, near, known } => {
            let hint = hint(near.as_deref(), "its fields are", known);
            format!("{place} is no field of {}{hint}", shown(record))
        }
        EncodeProblem::Twice => format!("{place} stands twice"),
        EncodeProblem::Symbol { name, found, near, known } => {
            let hint = hint(near.as_deref(), "its symbols are", known);
            format!("{place} is {}, which is no symbol of {}{hint}", shown(found), shown(name))
        }
        EncodeProblem::Tag { found, near, known } => {
            let hint = hint(near.as_deref(), "its branches are", known);
            format!("{place} is tagged {}, which is no branch of its union{hint}", shown(found))
        }
        EncodeProblem::NoBranch { reasons } => {
            format!("{place} fits no branch of its union: {}", reasons.join("; "))
        }
        EncodeProblem::Ambiguous { branches: [one, other] } => format!(
            "{place} fits {} and {} of its union: say which, as {{\"{one}\": …}}",
            shown(one),
            shown(other)
        ),
        EncodeProblem::Undecided => {
            format!("{place} takes too long to find its branch in: say which, as {{\"<branch>\": …}}")
        }
        EncodeProblem::Large(limit) => format!("{place} is larger than {limit} bytes"),
    }
}

fn hint(near: Option<&str>, introduction: &str, known: &[String]) -> String {
    match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.is_empty() => String::new(),
        None => {
            let mut known: Vec<String> = known.iter().map(|name| shown(name)).collect();
            if known.len() == KNOWN_LIMIT {
                known.push("…".to_owned());
            }
            format!("; {introduction} {}", known.join(", "))
        }
    }
}

/// How many names an error lists.
pub(super) const KNOWN_LIMIT: usize = 8;

/// The beginning of a text, with a mark where it was cut.
pub(in crate::codec) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
