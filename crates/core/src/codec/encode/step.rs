//! What an encoder does for each type of a schema, found out once.

use super::error::KNOWN_LIMIT;
use super::union::UnionStep;
use crate::codec::Form;
use crate::codec::defaults::Defaults;
use crate::schema::{Content, EnumType, LogicalType, Node, RecordType, Schema};

/// The number of a step in its program: the index of the type's node.
pub(super) type StepId = u32;

/// What is done for a value of a type.
#[derive(Debug)]
pub(super) enum Step {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    String,
    Bytes,
    Fixed {
        size: usize,
    },
    /// A point of time, a time of day or a day, over int or long.
    Time {
        logical: LogicalType,
        int: bool,
    },
    /// A decimal over bytes, or over so many fixed bytes.
    Decimal {
        precision: u32,
        scale: u32,
        size: Option<usize>,
    },
    /// A UUID over 16 fixed bytes.
    Uuid,
    Duration,
    Enum(EnumStep),
    Array(StepId),
    Map(StepId),
    Record(RecordStep),
    Union(UnionStep),
}

#[derive(Debug)]
pub(super) struct EnumStep {
    pub(super) name: Box<str>,
    /// The symbols and their numbers, by symbol.
    symbols: Vec<(Box<str>, usize)>,
}

#[derive(Debug)]
pub(super) struct RecordStep {
    pub(super) name: Box<str>,
    pub(super) fields: Vec<FieldStep>,
    /// The indices of the fields, by name.
    by_name: Vec<usize>,
    /// How many fields have no default.
    pub(super) required: usize,
}

#[derive(Debug)]
pub(super) struct FieldStep {
    pub(super) name: Box<str>,
    pub(super) step: StepId,
    pub(super) default: Option<Result<Box<[u8]>, String>>,
}

impl Step {
    pub(super) fn compile(schema: &Schema, node: &Node, form: Form, defaults: &mut Defaults<'_>) -> Step {
        if form == Form::Plain
            && let Some(logical) = node.logical
            && let Some(step) = Step::logical(&node.content, logical)
        {
            return step;
        }
        let id = |id: crate::schema::NodeId| id.index() as StepId;
        match &node.content {
            Content::Null => Step::Null,
            Content::Boolean => Step::Boolean,
            Content::Int => Step::Int,
            Content::Long => Step::Long,
            Content::Float => Step::Float,
            Content::Double => Step::Double,
            Content::Bytes => Step::Bytes,
            Content::String => Step::String,
            Content::Array(items) => Step::Array(id(*items)),
            Content::Map(values) => Step::Map(id(*values)),
            Content::Fixed(fixed) => Step::Fixed { size: fixed.size as usize },
            Content::Enum(kind) => Step::Enum(EnumStep::new(kind)),
            Content::Record(record) => Step::Record(RecordStep::new(record, defaults)),
            Content::Union(branches) => Step::Union(UnionStep::new(schema, branches)),
        }
    }

    fn logical(content: &Content, logical: LogicalType) -> Option<Step> {
        let size = if let Content::Fixed(fixed) = content { Some(fixed.size as usize) } else { None };
        match logical {
            LogicalType::Decimal { precision, scale } => Some(Step::Decimal { precision, scale, size }),
            LogicalType::Uuid => size.map(|_| Step::Uuid),
            LogicalType::Duration => Some(Step::Duration),
            logical => Some(Step::Time { logical, int: matches!(content, Content::Int) }),
        }
    }

    /// What a value of this type is, as it stands in a sentence.
    pub(super) fn words(&self) -> String {
        let text = match self {
            Step::Null => "null",
            Step::Boolean => "a boolean",
            Step::Int => "an int (from -2147483648 to 2147483647)",
            Step::Long => "a long (from -9223372036854775808 to 9223372036854775807)",
            Step::Float => "a float (at most 3.4028235e38)",
            Step::Double => "a double (at most 1.7976931348623157e308)",
            Step::String => "a string",
            Step::Bytes => "bytes",
            Step::Fixed { size } => return bytes_of(*size),
            Step::Time { logical, .. } => return format!("a {}", logical.name()),
            Step::Decimal { precision, scale, .. } => {
                return format!("a decimal of at most {precision} digits, {scale} of them behind the point");
            }
            Step::Uuid => "a uuid",
            Step::Duration => "a duration",
            Step::Enum(step) => return format!("a symbol of `{}`", step.name),
            Step::Array(_) => "an array",
            Step::Map(_) => "a map",
            Step::Record(step) => return format!("a record `{}`", step.name),
            Step::Union(step) => return step.words(),
        };
        text.to_owned()
    }
}

/// A count of bytes as it stands in a sentence.
pub(super) fn bytes_of(size: usize) -> String {
    if size == 1 { "1 byte".to_owned() } else { format!("{size} bytes") }
}

impl EnumStep {
    fn new(kind: &EnumType) -> Self {
        let mut symbols: Vec<(Box<str>, usize)> =
            kind.symbols.iter().enumerate().map(|(index, symbol)| (symbol.as_str().into(), index)).collect();
        symbols.sort();
        EnumStep { name: kind.name.full().into(), symbols }
    }

    pub(super) fn index(&self, symbol: &str) -> Option<usize> {
        let at = self.symbols.binary_search_by(|(known, _)| known.as_ref().cmp(symbol)).ok()?;
        self.symbols.get(at).map(|(_, index)| *index)
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = &str> {
        self.symbols.iter().map(|(symbol, _)| symbol.as_ref())
    }

    /// The first symbols in the order of the schema.
    pub(super) fn first_symbols(&self) -> Vec<String> {
        let mut symbols: Vec<&(Box<str>, usize)> = self.symbols.iter().collect();
        symbols.sort_by_key(|(_, index)| *index);
        symbols.iter().take(KNOWN_LIMIT).map(|(symbol, _)| symbol.to_string()).collect()
    }
}

impl RecordStep {
    fn new(record: &RecordType, defaults: &mut Defaults<'_>) -> Self {
        let fields: Vec<FieldStep> = record
            .fields
            .iter()
            .map(|field| FieldStep {
                name: field.name.as_str().into(),
                step: field.schema.index() as StepId,
                default: field.default.as_ref().map(|default| defaults.bytes(field.schema, default)),
            })
            .collect();
        let mut by_name: Vec<usize> = (0..fields.len()).collect();
        by_name.sort_by_key(|index| fields.get(*index).map(|field| field.name.as_ref()));
        let required = fields.iter().filter(|field| field.default.is_none()).count();
        RecordStep { name: record.name.full().into(), fields, by_name, required }
    }

    /// The index of the field of this name.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        let name_of = |index: &usize| self.fields.get(*index).map(|field| field.name.as_ref());
        let at = self.by_name.binary_search_by(|index| name_of(index).cmp(&Some(name))).ok()?;
        self.by_name.get(at).copied()
    }
}
