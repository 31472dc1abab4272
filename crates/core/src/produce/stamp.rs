//! The timestamp of a record, out of a field of its event.

use crate::codec::project::Slot;
use crate::codec::texts::{TextError, parse_time};
use crate::schema::{Content, LogicalType, NodeId, Schema};

/// How a field tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// As a number of milliseconds since 1970; as a text where no schema says otherwise.
    Millis,
    /// As its logical type says: its numbers, or ISO 8601.
    Logical(LogicalType),
    /// As ISO 8601 with its offset.
    Text,
}

/// Why a field tells no timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// It is something else than a number or a text.
    #[error("must be a time in milliseconds or a text such as 2026-11-22T14:02:00.123Z, not {0}")]
    Kind(&'static str),
    /// It is a text of another form.
    #[error("is no time: {0}")]
    Form(TextError),
    /// It is not after 1970, and a record has no such timestamp.
    #[error("is {0}, and a record's timestamp must be after 1970-01-01T00:00:00Z")]
    NotAfter1970(i64),
}

impl Stamp {
    /// How the field at this path of a schema tells the time; none where its type can tell none, or there is no such
    /// field.
    #[must_use]
    pub fn of_field(schema: &Schema, path: &str) -> Option<Stamp> {
        let mut node = schema.root();
        for name in path.split('.') {
            let Content::Record(record) = schema.content(not_null(schema, node)) else { return None };
            node = record.fields.iter().find(|field| field.name == name)?.schema;
        }
        let node = schema.node(not_null(schema, node));
        match (&node.content, node.logical) {
            (Content::Long, None) => Some(Stamp::Millis),
            (
                Content::Long,
                Some(
                    logical @ (LogicalType::TimestampMillis
                    | LogicalType::TimestampMicros
                    | LogicalType::TimestampNanos),
                ),
            ) => Some(Stamp::Logical(logical)),
            (Content::String, None) => Some(Stamp::Text),
            _ => None,
        }
    }

    /// The milliseconds since 1970; none where the field is missing or null, and the time is now.
    ///
    /// # Errors
    /// What is no time, and one that no record may have.
    pub fn read(self, slot: &Slot<'_>) -> Result<Option<i64>, StampError> {
        let millis = match (slot, self) {
            (Slot::Missing | Slot::Null, _) => return Ok(None),
            (Slot::Integer(number), Stamp::Millis) => *number,
            (Slot::Integer(number), Stamp::Logical(logical)) => to_millis(logical, *number),
            (Slot::Text(text), Stamp::Logical(logical)) => {
                to_millis(logical, parse_time(logical, &text.decode()).map_err(StampError::Form)?)
            }
            (Slot::Text(text), _) => {
                // Nanoseconds are the finest that is written; their range ends in 2262, as far as anybody looks.
                let text = text.decode();
                let nanos = parse_time(LogicalType::TimestampNanos, &text).map_err(StampError::Form)?;
                to_millis(LogicalType::TimestampNanos, nanos)
            }
            (slot, _) => return Err(StampError::Kind(words(slot))),
        };
        if millis > 0 { Ok(Some(millis)) } else { Err(StampError::NotAfter1970(millis)) }
    }
}

/// The type of a union of null and one other, or the type itself.
fn not_null(schema: &Schema, node: NodeId) -> NodeId {
    let Content::Union(branches) = schema.content(node) else { return node };
    let mut others = branches.iter().filter(|branch| !matches!(schema.content(**branch), Content::Null));
    match (others.next(), others.next()) {
        (Some(only), None) => *only,
        _ => node,
    }
}

fn to_millis(logical: LogicalType, number: i64) -> i64 {
    match logical {
        LogicalType::TimestampMicros => number.div_euclid(1_000),
        LogicalType::TimestampNanos => number.div_euclid(1_000_000),
        _ => number,
    }
}

/// What a slot holds, as it stands in a sentence.
pub(super) fn words(slot: &Slot<'_>) -> &'static str {
    match slot {
        Slot::Missing => "missing",
        Slot::Null => "null",
        Slot::Boolean(_) => "a boolean",
        Slot::Integer(_) | Slot::Float(_) | Slot::Double(_) | Slot::Number(_) | Slot::Decimal { .. } => {
            "such a number"
        }
        Slot::Text(_) => "a text",
        Slot::Bytes(_) | Slot::Uuid(_) => "bytes",
        Slot::Composite(_) => "an object or an array",
    }
}
