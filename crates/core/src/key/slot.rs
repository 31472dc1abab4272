//! Keys from fields of events, encoding by encoding.

use super::{KeyError, KeySchema, in_wire_format};
use crate::codec::project::Slot;
use crate::codec::texts::{
    parse_uuid, write_base64, write_decimal, write_double, write_float, write_integer, write_uuid,
};
use crate::json::write_string;
use crate::yaml::shown;

type Written = Result<(), KeyError>;

/// The characters of a string, a uuid, a whole number or a boolean.
pub(super) fn text(slot: &Slot<'_>, out: &mut Vec<u8>) -> Written {
    match slot {
        Slot::Text(text) => out.extend_from_slice(text.decode().as_bytes()),
        Slot::Uuid(octets) => uuid_text(octets, out),
        Slot::Integer(number) => write_integer(*number, out),
        Slot::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        // A whole number beyond 64 bits has one text too.
        Slot::Number(number) if is_whole(number) => out.extend_from_slice(number.as_bytes()),
        Slot::Number(_) | Slot::Float(_) | Slot::Double(_) => return Err(KeyError::Fraction(found(slot))),
        other => return Err(wrong("a string or a whole number (bytes need the encoding raw)", other)),
    }
    Ok(())
}

pub(super) fn int(slot: &Slot<'_>, out: &mut Vec<u8>) -> Written {
    let number = whole(slot)?;
    let range = "an int lies between -2147483648 and 2147483647";
    let int = i32::try_from(number).map_err(|_| KeyError::Range { found: number, range })?;
    out.extend_from_slice(&int.to_be_bytes());
    Ok(())
}

pub(super) fn long(slot: &Slot<'_>, out: &mut Vec<u8>) -> Written {
    out.extend_from_slice(&whole(slot)?.to_be_bytes());
    Ok(())
}

fn whole(slot: &Slot<'_>) -> Result<i64, KeyError> {
    match slot {
        Slot::Integer(number) => Ok(*number),
        other => Err(wrong("a whole number of at most 64 bits", other)),
    }
}

pub(super) fn uuid(slot: &Slot<'_>, out: &mut Vec<u8>) -> Written {
    match slot {
        Slot::Uuid(octets) => uuid_text(octets, out),
        Slot::Text(text) => {
            let text = text.decode();
            let octets = parse_uuid(&text).map_err(|error| KeyError::Value { found: shown(&text), error })?;
            lower_case(&text, &octets, out);
        }
        other => return Err(wrong("a UUID", other)),
    }
    Ok(())
}

/// Adds a UUID's text; Java reads either case and writes the lower one.
pub(super) fn lower_case(text: &str, octets: &[u8; 16], out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        uuid_text(octets, out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn uuid_text(octets: &[u8; 16], out: &mut Vec<u8>) {
    let mut quoted = Vec::with_capacity(38);
    write_uuid(octets, &mut quoted);
    out.extend_from_slice(quoted.get(1..37).unwrap_or_default());
}

/// The JSON text of a scalar: bytes are base64, a decimal is a string.
pub(super) fn json(slot: &Slot<'_>, out: &mut Vec<u8>) -> Written {
    match slot {
        Slot::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Slot::Integer(number) => write_integer(*number, out),
        Slot::Float(number) => write_float(*number, out),
        Slot::Double(number) => write_double(*number, out),
        Slot::Number(number) => out.extend_from_slice(number.as_bytes()),
        Slot::Text(text) => write_string(&text.decode(), out),
        Slot::Bytes(octets) => write_base64(octets, out),
        Slot::Decimal { unscaled, scale } => write_decimal(unscaled, *scale, out)
            .map_err(|error| KeyError::Value { found: "a decimal".to_owned(), error })?,
        Slot::Uuid(octets) => write_uuid(octets, out),
        Slot::Missing => return Err(KeyError::Missing),
        Slot::Null => return Err(KeyError::Null),
        Slot::Composite(_) => return Err(KeyError::Composite),
    }
    Ok(())
}

pub(super) fn avro(slot: &Slot<'_>, schema: &KeySchema, out: &mut Vec<u8>) -> Written {
    let mut text = Vec::new();
    json(slot, &mut text)?;
    // JSON is written from text and digits.
    in_wire_format(&String::from_utf8(text).unwrap_or_default(), schema, out)
}

pub(super) fn raw(slot: &Slot<'_>, out: &mut Vec<u8>) -> Written {
    match slot {
        Slot::Bytes(octets) | Slot::Decimal { unscaled: octets, .. } => out.extend_from_slice(octets),
        Slot::Uuid(octets) => out.extend_from_slice(*octets),
        Slot::Text(text) => out.extend_from_slice(text.decode().as_bytes()),
        other => return Err(wrong("bytes or a string", other)),
    }
    Ok(())
}

/// Tells whether a number of JSON is a whole one and has no other text.
fn is_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    number != "-0" && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn wrong(expected: &'static str, slot: &Slot<'_>) -> KeyError {
    KeyError::Type { expected, found: found(slot) }
}

/// A value in a few words.
fn found(slot: &Slot<'_>) -> String {
    match slot {
        Slot::Missing => "missing".to_owned(),
        Slot::Null => "null".to_owned(),
        Slot::Boolean(value) => value.to_string(),
        Slot::Integer(number) => format!("the number {number}"),
        Slot::Float(number) => format!("the float {number}"),
        Slot::Double(number) => format!("the double {number}"),
        Slot::Number(number) => format!("the number {}", shown(number)),
        Slot::Text(text) => format!("the string {}", shown(&text.decode())),
        Slot::Bytes(octets) => format!("{} bytes", octets.len()),
        Slot::Decimal { .. } => "a decimal".to_owned(),
        Slot::Uuid(_) => "a UUID".to_owned(),
        Slot::Composite(_) => "an object or a list".to_owned(),
    }
}
