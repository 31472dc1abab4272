//! What a field is in one payload, as far as comparisons go.

use jaq_json::{Map, Num, Val};

use crate::codec::project::{Composite, Slot};
use crate::codec::texts::write_float;
use crate::filter::value;
use crate::json::Text;

/// What a field is in one payload.
#[derive(Debug, Clone)]
pub(super) enum Seen<'d> {
    Null,
    Boolean(bool),
    Integer(i64),
    Text(Text<'d>),
    /// A number as JSON writes it.
    Number(&'d str),
    Float(f32),
    Double(f64),
    Array,
    Object,
    /// Anything, made for the purpose.
    Value(Val),
}

impl<'d> Seen<'d> {
    /// What a slot of JSON holds, or one of Avro that stands in the plain form as it is.
    pub(super) fn of(slot: Slot<'d>) -> Self {
        match slot {
            Slot::Missing | Slot::Null => Seen::Null,
            Slot::Boolean(value) => Seen::Boolean(value),
            Slot::Integer(number) => Seen::Integer(number),
            Slot::Text(text) => Seen::Text(text),
            Slot::Number(text) => Seen::Number(text),
            Slot::Float(number) => Seen::Float(number),
            Slot::Double(number) => Seen::Double(number),
            Slot::Composite(Composite::Json(text)) if text.starts_with('[') => Seen::Array,
            // The others are in no schema that is projected for a filter.
            Slot::Composite(_) | Slot::Bytes(_) | Slot::Decimal { .. } | Slot::Uuid(_) => Seen::Object,
        }
    }

    /// Whether it is neither null nor false.
    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Seen::Null | Seen::Boolean(false) | Seen::Value(Val::Null | Val::Bool(false)))
    }

    /// A value that stands to any scalar as this one does: arrays and objects are empty, and so are texts unless they
    /// are compared with one.
    pub(super) fn value(&self, texts: bool) -> Val {
        let special = |number: f64| {
            value::string(if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            })
        };
        match self {
            Seen::Null => Val::Null,
            Seen::Boolean(value) => Val::Bool(*value),
            Seen::Integer(number) => Val::Num(Num::from_integral(*number)),
            Seen::Text(text) if texts => value::string(&text.decode()),
            Seen::Text(_) => value::string(""),
            Seen::Number(text) => value::number(text),
            // JSON has no other numbers: the codec writes them as texts.
            Seen::Float(number) if !number.is_finite() => special(f64::from(*number)),
            Seen::Double(number) if !number.is_finite() => special(*number),
            Seen::Float(number) => {
                // Its digits are read as a float of 64 bits, which is another number than this one.
                let mut digits = Vec::new();
                write_float(*number, &mut digits);
                value::number(&String::from_utf8_lossy(&digits))
            }
            Seen::Double(number) => Val::Num(Num::Float(*number)),
            Seen::Array => Val::Arr(Vec::new().into()),
            Seen::Object => Val::obj(Map::default()),
            Seen::Value(value) => value.clone(),
        }
    }
}
