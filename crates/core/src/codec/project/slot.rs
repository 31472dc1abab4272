//! What a field is in one payload.

use crate::json::Text;
use crate::schema::NodeId;

/// What a field is in one payload. Logical types over numbers are their numbers: a timestamp in milliseconds is an
/// integer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Slot<'d> {
    /// The payload has no such field.
    #[default]
    Missing,
    /// Null.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number of 64 bits; in JSON one that is written without fraction and exponent, and not as -0.
    Integer(i64),
    /// A float of 32 bits, of Avro only. As a double it would not equal the number that its digits say.
    Float(f32),
    /// A float of 64 bits, of Avro only.
    Double(f64),
    /// Any other number of JSON, as it is written.
    Number(&'d str),
    /// A string, or the symbol of an enum.
    Text(Text<'d>),
    /// Bytes or fixed, of Avro only.
    Bytes(&'d [u8]),
    /// A decimal, of Avro only: a whole number in two's complement, the highest byte first, divided by 10^scale.
    Decimal {
        /// The whole number.
        unscaled: &'d [u8],
        /// How many of its digits stand behind the point.
        scale: u32,
    },
    /// A UUID over fixed, of Avro only.
    Uuid(&'d [u8; 16]),
    /// A record, an array or a map.
    Composite(Composite<'d>),
}

/// A value that holds others, as it stands in its payload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Composite<'d> {
    /// Data of the type of this node.
    Avro {
        /// The data.
        data: &'d [u8],
        /// The node, of the schema that the projection was made of: what decodes the data is compiled from that
        /// schema, [narrowed](crate::schema::Schema::narrowed_to) to it.
        node: NodeId,
    },
    /// A JSON object or array.
    Json(&'d str),
}

/// Slots for payloads that live at another time, in the room of these.
#[must_use]
pub fn recycled<'d>(slots: Vec<Slot<'_>>) -> Vec<Slot<'d>> {
    // Collecting in place: the standard library keeps the room where one item becomes one of the same size.
    slots.into_iter().map(|_| Slot::Missing).collect()
}
