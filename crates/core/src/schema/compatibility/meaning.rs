//! What Java's rules accept although stored data then mean something else.

use super::rules::missing_symbols;
use crate::schema::level::Direction;
use crate::schema::logical::LogicalType;
use crate::schema::model::{Content, Node, TypeKind};
use crate::schema::trail::Place;
use crate::schema::words::{Words, logical_words};

/// A change that readers survive and the meaning of stored data does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeaningChange {
    /// What changes.
    pub meaning: Meaning,
    /// Where in the reader's schema.
    pub reader: Place,
    /// Where in the writer's schema.
    pub writer: Place,
}

/// What changes, with the words of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A value is read as something else than was written.
    Type {
        /// What kind of change it is.
        kind: MeaningKind,
        /// The reader's type: `decimal(4, 2)`, `timestamp-millis`, `plain long`.
        reads: String,
        /// The writer's type.
        writes: String,
    },
    /// Symbols become the default of the reader's enum.
    Symbols {
        /// The symbols that the reader does not have, in the writer's order.
        symbols: Words,
        /// The reader's default.
        default: String,
    },
    /// Several branches of the reader's union would take a value.
    Branch {
        /// The writer's type.
        writes: String,
        /// The branch that is chosen.
        reads: String,
        /// The other ones.
        others: Words,
    },
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
    /// Several branches of the reader's union take the value, and one of them is chosen.
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
            MeaningKind::DecimalPrecision => "by the specification these are different types",
            MeaningKind::TimeUnit => "the same numbers in another unit, so that every time is wrong",
            MeaningKind::LogicalTypeAdded => "values that were not written as such",
            MeaningKind::LogicalTypeRemoved => "values without their meaning",
            MeaningKind::PrecisionLost => "large numbers lose digits",
            MeaningKind::TextAsBytes => "the bytes of its UTF-8 instead of text",
            MeaningKind::BytesAsText => "bytes that are not UTF-8 cannot be read",
            MeaningKind::LogicalTypeChanged
            | MeaningKind::SymbolsSwallowed
            | MeaningKind::AmbiguousBranch => "the same values with another meaning",
        }
    }
}

impl MeaningChange {
    /// What kind of change it is.
    #[must_use]
    pub fn kind(&self) -> MeaningKind {
        match &self.meaning {
            Meaning::Type { kind, .. } => *kind,
            Meaning::Symbols { .. } => MeaningKind::SymbolsSwallowed,
            Meaning::Branch { .. } => MeaningKind::AmbiguousBranch,
        }
    }

    /// What changes, of a reader and a writer of which neither is known to be newer.
    #[must_use]
    pub fn message(&self) -> String {
        let path = self.reader.shown();
        match &self.meaning {
            Meaning::Type { kind, reads, writes } => {
                format!("{path} is written as {writes} and read as {reads}: {}", kind.consequence())
            }
            Meaning::Symbols { symbols, default } => {
                let symbols = symbols.joined("and");
                format!(
                    "the reader's enum of {path} lacks {symbols}, and takes its default {default} for that"
                )
            }
            Meaning::Branch { writes, reads, others } => {
                let others = others.joined("or");
                format!(
                    "{path} is written as {writes} and read as {reads}, though {others} would take it as well"
                )
            }
        }
    }

    /// What changes, of an older and a newer schema.
    #[must_use]
    pub fn change(&self, direction: Direction) -> String {
        let path = self.reader.shown();
        let new_reads = direction == Direction::NewReadsOld;
        match &self.meaning {
            Meaning::Type { kind, reads, writes } => {
                let (old, new) = if new_reads { (writes, reads) } else { (reads, writes) };
                format!("{path} was {old} and is now {new}: readers get {}", kind.consequence())
            }
            Meaning::Symbols { symbols, default } if new_reads => {
                let symbols = symbols.joined("and");
                format!("the enum of {path} lost {symbols}: readers take its default {default} for that")
            }
            Meaning::Symbols { symbols, default } => {
                let symbols = symbols.joined("and");
                format!("the enum of {path} got {symbols}: readers take its old default {default} for that")
            }
            Meaning::Branch { .. } => self.message(),
        }
    }
}

/// Tells what of a pair without parts is read with another meaning.
pub(super) fn meanings_of(reader: &Node, writer: &Node) -> Vec<Meaning> {
    if let (Content::Enum(read), Content::Enum(written)) = (&reader.content, &writer.content) {
        let missing = missing_symbols(read, written);
        return match &read.default {
            Some(default) if !missing.is_empty() => {
                vec![Meaning::Symbols {
                    symbols: Words::of(missing, str::to_owned),
                    default: default.clone(),
                }]
            }
            _ => Vec::new(),
        };
    }
    let kinds = [logical_change(reader.logical, writer.logical), promotion(reader, writer)];
    let change = |kind| Meaning::Type { kind, reads: words(reader), writes: words(writer) };
    kinds.into_iter().flatten().map(change).collect()
}

fn logical_change(reader: Option<LogicalType>, writer: Option<LogicalType>) -> Option<MeaningKind> {
    use LogicalType::Decimal;
    match (reader, writer) {
        (None, None) => None,
        (Some(_), None) => Some(MeaningKind::LogicalTypeAdded),
        (None, Some(_)) => Some(MeaningKind::LogicalTypeRemoved),
        (Some(read), Some(written)) if read == written => None,
        (Some(Decimal { scale: read, .. }), Some(Decimal { scale: written, .. })) => {
            Some(if read == written { MeaningKind::DecimalPrecision } else { MeaningKind::DecimalScale })
        }
        (Some(read), Some(written)) => {
            let same_family = family(read).is_some() && family(read) == family(written);
            Some(if same_family { MeaningKind::TimeUnit } else { MeaningKind::LogicalTypeChanged })
        }
    }
}

/// What a logical type of several units measures.
fn family(logical: LogicalType) -> Option<&'static str> {
    match logical {
        LogicalType::TimeMillis | LogicalType::TimeMicros => Some("time"),
        LogicalType::TimestampMillis | LogicalType::TimestampMicros | LogicalType::TimestampNanos => {
            Some("timestamp")
        }
        LogicalType::LocalTimestampMillis
        | LogicalType::LocalTimestampMicros
        | LogicalType::LocalTimestampNanos => Some("local timestamp"),
        _ => None,
    }
}

fn promotion(reader: &Node, writer: &Node) -> Option<MeaningKind> {
    use TypeKind as K;
    match (writer.content.kind(), reader.content.kind()) {
        (K::Int, K::Float) | (K::Long, K::Float | K::Double) => Some(MeaningKind::PrecisionLost),
        (K::String, K::Bytes) => Some(MeaningKind::TextAsBytes),
        (K::Bytes, K::String) => Some(MeaningKind::BytesAsText),
        _ => None,
    }
}

fn words(node: &Node) -> String {
    match node.logical {
        Some(logical) => logical_words(logical),
        None => format!("plain {}", node.content.kind()),
    }
}
