//! What Java's rules accept although stored data then mean something else.

use crate::schema::level::Direction;
use crate::schema::trail::Place;

/// A change that readers survive and the meaning of stored data does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeaningChange {
    /// What kind it is.
    pub kind: MeaningKind,
    /// The reader's type in words: `decimal(4, 2)`, `timestamp-millis`, `long`.
    pub reads: String,
    /// The writer's type in words; the symbols where an enum's default swallows them.
    pub writes: String,
    /// Where in the reader's schema.
    pub reader: Place,
    /// Where in the writer's schema.
    pub writer: Place,
}

/// The kinds of changes of meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeaningKind {
    /// Decimals of different scales: the point moves.
    DecimalScale,
    /// Decimals of different precisions, which by the specification are different types.
    DecimalPrecision,
    /// A time or a timestamp in another unit: read a thousand times too late or too early.
    TimeUnit,
    /// Another logical type of another meaning.
    LogicalTypeChanged,
    /// A plain value is read as something with a meaning.
    LogicalTypeAdded,
    /// Something with a meaning is read as a plain value.
    LogicalTypeRemoved,
    /// A number is read as one of fewer exact digits.
    PrecisionLost,
    /// Text is read as bytes.
    TextAsBytes,
    /// Bytes are read as text, which they may not be.
    BytesAsText,
    /// Symbols that the reader does not know become its enum's default.
    SymbolsSwallowed,
    /// Several branches of the reader's union take the value, and the first one is chosen.
    AmbiguousBranch,
}

impl MeaningKind {
    /// The kind as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MeaningKind::DecimalScale => "decimal-scale",
            MeaningKind::DecimalPrecision => "decimal-precision",
            MeaningKind::TimeUnit => "time-unit",
            MeaningKind::LogicalTypeChanged => "logical-type-changed",
            MeaningKind::LogicalTypeAdded => "logical-type-added",
            MeaningKind::LogicalTypeRemoved => "logical-type-removed",
            MeaningKind::PrecisionLost => "precision-lost",
            MeaningKind::TextAsBytes => "text-as-bytes",
            MeaningKind::BytesAsText => "bytes-as-text",
            MeaningKind::SymbolsSwallowed => "symbols-swallowed",
            MeaningKind::AmbiguousBranch => "ambiguous-branch",
        }
    }

    fn consequence(self) -> &'static str {
        match self {
            MeaningKind::DecimalScale => "the same digits with the point elsewhere",
            MeaningKind::DecimalPrecision => {
                "numbers may not fit, and by the specification these types do not match"
            }
            MeaningKind::TimeUnit => "the same numbers in another unit, so every time is wrong",
            MeaningKind::LogicalTypeChanged => "the same values with another meaning",
            MeaningKind::LogicalTypeAdded => "values that never had this meaning",
            MeaningKind::LogicalTypeRemoved => "plain values without their meaning",
            MeaningKind::PrecisionLost => "large numbers lose digits",
            MeaningKind::TextAsBytes => "bytes instead of characters",
            MeaningKind::BytesAsText => "what is not UTF-8 cannot be read",
            MeaningKind::SymbolsSwallowed => "what was written is not told apart from the default",
            MeaningKind::AmbiguousBranch => "several branches would take it, and the first is chosen",
        }
    }
}

impl MeaningChange {
    /// What changes, of a reader and a writer of which neither is known to be newer.
    #[must_use]
    pub fn message(&self) -> String {
        let (path, reads, writes) = (self.reader.shown(), &self.reads, &self.writes);
        let consequence = self.kind.consequence();
        format!("{path} is written as {writes} and read as {reads}: {consequence}")
    }

    /// What changes, of an older and a newer schema.
    #[must_use]
    pub fn change(&self, direction: Direction) -> String {
        let (path, reads, writes) = (self.reader.shown(), &self.reads, &self.writes);
        let consequence = self.kind.consequence();
        match direction {
            Direction::NewReadsOld => format!("{path} was {writes} and is now {reads}: {consequence}"),
            Direction::OldReadsNew => format!("{path} was {reads} and is now {writes}: {consequence}"),
        }
    }
}
