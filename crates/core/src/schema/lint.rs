//! What Avro takes in a schema and people regret.

use super::model::Schema;
use super::trail::Place;
use crate::yaml::Diagnostic;

/// What is looked for besides what is always looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LintOptions {
    /// Every field has a `doc`.
    pub docs: bool,
}

/// Something that Avro takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// What kind it is.
    pub kind: LintKind,
    /// Where.
    pub place: Place,
    /// What is wrong, as a sentence with the path.
    pub message: String,
    /// What to do next.
    pub help: String,
}

/// The kinds of lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LintKind {
    /// A nullable union whose default is not its first branch.
    DefaultOfLaterBranch,
    /// An enum without a default.
    EnumWithoutDefault,
    /// A field without a doc.
    FieldWithoutDoc,
    /// Names that are taken for each other.
    NameCollision,
    /// A default that Java takes and that does not fit.
    DefaultMisfit,
    /// A logical type that counts for nothing.
    LogicalTypeIgnored,
    /// A name that the specification does not allow.
    NameOutsideSpecification,
}

impl Lint {
    /// The finding as one about a file: a warning in the source of this name.
    #[must_use]
    pub fn diagnostic(&self, source: &str) -> Diagnostic {
        Diagnostic::warning(source, self.place.span, &self.message).with_help(&self.help)
    }
}

/// Tells what people may regret of a schema's own document, by place.
#[must_use]
pub fn lint(_schema: &Schema, _options: LintOptions) -> Vec<Lint> {
    Vec::new()
}
