//! The forms for programs: lossless lines, values, keys with values, bytes between separators.

use super::{Shown, Value};
use crate::codec::texts::write_base64;
use crate::record::json;

/// Writes records.
pub trait Form: Send {
    /// Adds a record, its end included.
    fn write(&mut self, shown: &Shown<'_>, out: &mut Vec<u8>);

    /// True where events and schemas are written, so that they have to be known.
    fn names_events(&self) -> bool {
        false
    }

    /// True where headers are written.
    fn shows_headers(&self) -> bool {
        false
    }

    /// True where values are written decoded; else their bytes are enough.
    fn decodes(&self) -> bool {
        true
    }
}

/// What stands between the parts of a raw record and behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separators {
    /// Between key and value; without it no keys are written.
    pub key: Option<Vec<u8>>,
    /// Behind each record.
    pub record: Vec<u8>,
}

/// A separator as it is typed, with escapes for what a command line cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separator(pub Vec<u8>);

impl Separator {
    /// Reads `\\n`, `\\r`, `\\t`, `\\0`, `\\\\` and `\\xNN` as what they mean, and everything else as it stands.
    ///
    /// # Errors
    /// What stands behind a backslash and means nothing.
    pub fn parse(typed: &str) -> Result<Separator, String> {
        let mut bytes = Vec::with_capacity(typed.len());
        let mut rest = typed;
        while let Some(at) = rest.find('\\') {
            let (plain, escape) = rest.split_at(at);
            bytes.extend_from_slice(plain.as_bytes());
            let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let hex = |digits: Option<&str>| u8::from_str_radix(digits.filter(is_hex)?, 16).ok();
            let (byte, length) = match escape.as_bytes().get(1) {
                Some(b'n') => (Some(b'\n'), 2),
                Some(b'r') => (Some(b'\r'), 2),
                Some(b't') => (Some(b'\t'), 2),
                Some(b'0') => (Some(0), 2),
                Some(b'\\') => (Some(b'\\'), 2),
                Some(b'x') => (hex(escape.get(2..4)), 4),
                _ => (None, 1),
            };
            let byte = byte
                .ok_or_else(|| format!("`{escape}` means nothing: \\n, \\r, \\t, \\0, \\\\ and \\xNN do"))?;
            bytes.push(byte);
            rest = escape.get(length..).unwrap_or_default();
        }
        bytes.extend_from_slice(rest.as_bytes());
        Ok(Separator(bytes))
    }
}

/// The forms for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataForm {
    /// The lossless record, a JSON object a line.
    Json,
    /// The decoded value, a line each: JSON in one line, text as it is, bytes in base64; null where there is none.
    Value,
    /// Key, tabulator, decoded value, a line each.
    KeyValue,
    /// The bytes as they are.
    Raw(Separators),
}

impl Form for DataForm {
    fn write(&mut self, shown: &Shown<'_>, out: &mut Vec<u8>) {
        match self {
            DataForm::Json => {
                json::write(shown.record, &shown.notes(), out);
                out.push(b'\n');
            }
            DataForm::Value => {
                value(shown, out);
                out.push(b'\n');
            }
            DataForm::KeyValue => {
                match (shown.key_text, shown.record.key) {
                    (Some(text), _) => out.extend_from_slice(text.as_bytes()),
                    (None, Some(key)) => out.extend_from_slice(key),
                    (None, None) => {}
                }
                out.push(b'\t');
                value(shown, out);
                out.push(b'\n');
            }
            DataForm::Raw(separators) => {
                if let Some(separator) = &separators.key {
                    out.extend_from_slice(shown.record.key.unwrap_or_default());
                    out.extend_from_slice(separator);
                }
                out.extend_from_slice(shown.record.value.unwrap_or_default());
                out.extend_from_slice(&separators.record);
            }
        }
    }

    fn names_events(&self) -> bool {
        *self == DataForm::Json
    }

    fn shows_headers(&self) -> bool {
        *self == DataForm::Json
    }

    fn decodes(&self) -> bool {
        !matches!(self, DataForm::Raw(_))
    }
}

/// Adds the value alone. JSON that holds line breaks loses those: between tokens they mean nothing.
fn value(shown: &Shown<'_>, out: &mut Vec<u8>) {
    match shown.value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Json { text, whole: false } | Value::Envelope { text, whole: false } => {
            out.extend(
                text.trim().bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }),
            );
        }
        Value::Avro(text) | Value::Json { text, .. } | Value::Envelope { text, .. } | Value::Text(text) => {
            out.extend_from_slice(text.as_bytes());
        }
        Value::Bytes(bytes) => {
            let quote = out.len();
            write_base64(bytes, out);
            // Base64 stands between quotes in JSON, and alone here.
            out.pop();
            out.remove(quote);
        }
    }
}
