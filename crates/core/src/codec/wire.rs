//! What stands around a datum in a record: which schema it was written with, told by a few bytes before it or by a
//! header.
//!
//! Confluent's serializers write magic byte 0 and the schema's id, or, newer, magic byte 1 and its GUID; both may also
//! stand in the header [`VALUE_SCHEMA_HEADER`] or [`KEY_SCHEMA_HEADER`], and the value is then the bare datum. What an
//! id or a GUID means is the registry's to say.

use std::fmt;

/// The header in which a value's schema may be named.
pub const VALUE_SCHEMA_HEADER: &str = "__value_schema_id";
/// The header in which a key's schema may be named.
pub const KEY_SCHEMA_HEADER: &str = "__key_schema_id";

/// The magic byte before an id of four bytes, the highest first.
const ID_MAGIC: u8 = 0;
/// The magic byte before a GUID of 16 bytes.
const GUID_MAGIC: u8 = 1;

/// How a schema is named beside a datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framing {
    /// Its id stands before the datum.
    Id(u32),
    /// Its GUID stands before the datum.
    Guid([u8; 16]),
    /// Its id stands in a header.
    HeaderId(u32),
    /// Its GUID stands in a header.
    HeaderGuid([u8; 16]),
}

/// Why nothing tells which schema a value was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No bytes at all.
    #[error("the value is empty; Avro's wire format begins with a magic byte and a schema id")]
    Empty,
    /// The bytes end before the id or the GUID does.
    #[error("the value ends after {length} bytes; with magic byte {magic} it has at least {needed}")]
    Short {
        /// How many bytes there are.
        length: usize,
        /// The first of them.
        magic: u8,
        /// How many there must be.
        needed: usize,
    },
    /// Another first byte.
    #[error("the first byte is {}, and Avro's wire format begins with 0x00 or 0x01", Byte(*.0))]
    Magic(u8),
    /// An id that no registry gives.
    #[error("the schema id {0} is none: ids lie between 1 and 2147483647")]
    Id(u32),
    /// A header that is neither an id nor a GUID.
    #[error("the header that names the schema has {length} bytes{}; it is magic byte 0 and an id of 4 bytes, or magic byte 1 and a GUID of 16", Beginning(*.magic))]
    Header {
        /// How many bytes it has.
        length: usize,
        /// The first of them.
        magic: Option<u8>,
    },
}

struct Byte(u8);

impl fmt::Display for Byte {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#04x}", self.0)?;
        if self.0.is_ascii_graphic() { write!(formatter, " (`{}`)", char::from(self.0)) } else { Ok(()) }
    }
}

struct Beginning(Option<u8>);

impl fmt::Display for Beginning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |magic| write!(formatter, " and begins with {}", Byte(magic)))
    }
}

/// Tells which schema a value was written with, and gives its datum. The header is the one for values or for keys,
/// where the record has it; it counts more than what the value begins with.
///
/// # Errors
/// Where neither names a schema.
pub fn unframe<'v>(value: &'v [u8], header: Option<&[u8]>) -> Result<(Framing, &'v [u8]), WireError> {
    if let Some(header) = header {
        return Ok((named_in_header(header)?, value));
    }
    let Some((magic, rest)) = value.split_first() else { return Err(WireError::Empty) };
    let short = |size: usize| WireError::Short { length: value.len(), magic: *magic, needed: size + 1 };
    match *magic {
        ID_MAGIC => {
            let (id, datum) = rest.split_first_chunk().ok_or(short(4))?;
            Ok((Framing::Id(checked(*id)?), datum))
        }
        GUID_MAGIC => {
            let (guid, datum) = rest.split_first_chunk().ok_or(short(16))?;
            Ok((Framing::Guid(*guid), datum))
        }
        other => Err(WireError::Magic(other)),
    }
}

fn named_in_header(header: &[u8]) -> Result<Framing, WireError> {
    match header {
        [ID_MAGIC, id @ ..] if id.len() == 4 => {
            Ok(Framing::HeaderId(checked(id.try_into().unwrap_or_default())?))
        }
        [GUID_MAGIC, guid @ ..] if guid.len() == 16 => {
            Ok(Framing::HeaderGuid(guid.try_into().unwrap_or_default()))
        }
        other => Err(WireError::Header { length: other.len(), magic: other.first().copied() }),
    }
}

fn checked(id: [u8; 4]) -> Result<u32, WireError> {
    let id = u32::from_be_bytes(id);
    if id == 0 || id > i32::MAX.unsigned_abs() { Err(WireError::Id(id)) } else { Ok(id) }
}

/// Adds what stands before a datum that is written with the schema of this id.
pub fn frame(id: u32, out: &mut Vec<u8>) {
    out.push(ID_MAGIC);
    out.extend_from_slice(&id.to_be_bytes());
}

impl Framing {
    /// The id, where the schema is named by one.
    #[must_use]
    pub fn id(self) -> Option<u32> {
        match self {
            Framing::Id(id) | Framing::HeaderId(id) => Some(id),
            Framing::Guid(_) | Framing::HeaderGuid(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];

    #[test]
    fn a_schema_is_named_before_the_datum_or_in_a_header() {
        let mut framed = Vec::new();
        frame(0x0102_0304, &mut framed);
        framed.extend_from_slice(b"data");
        assert_eq!(framed, b"\x00\x01\x02\x03\x04data");
        assert_eq!(unframe(&framed, None), Ok((Framing::Id(0x0102_0304), b"data".as_slice())));
        assert_eq!(unframe(b"\0\x7f\xff\xff\xff", None), Ok((Framing::Id(0x7fff_ffff), b"".as_slice())));
        let with_guid = [[1].as_slice(), &GUID, b"data"].concat();
        assert_eq!(unframe(&with_guid, None), Ok((Framing::Guid(GUID), b"data".as_slice())));
        // With a header the value is the bare datum, whatever it begins with.
        assert_eq!(unframe(&framed, Some(b"\0\0\0\0\x07")), Ok((Framing::HeaderId(7), framed.as_slice())));
        assert_eq!(
            unframe(b"", Some(&[&[1], &GUID[..]].concat())),
            Ok((Framing::HeaderGuid(GUID), b"".as_slice()))
        );
        assert_eq!((Framing::HeaderId(7).id(), Framing::Guid(GUID).id()), (Some(7), None));
    }

    type Row = (&'static [u8], Option<&'static [u8]>, &'static str);

    #[test]
    fn what_names_no_schema_is_told_by_name() {
        let rows: [Row; 12] = [
            (b"", None, "the value is empty; Avro's wire format begins with a magic byte and a schema id"),
            (b"\0", None, "the value ends after 1 bytes; with magic byte 0 it has at least 5"),
            (b"\0\0\0\x01", None, "the value ends after 4 bytes; with magic byte 0 it has at least 5"),
            (b"\x01\0\0\0\x01", None, "the value ends after 5 bytes; with magic byte 1 it has at least 17"),
            (b"{}", None, "the first byte is 0x7b (`{`), and Avro's wire format begins with 0x00 or 0x01"),
            (
                b"\x02\0\0\0\x01",
                None,
                "the first byte is 0x02, and Avro's wire format begins with 0x00 or 0x01",
            ),
            (b"\xff", None, "the first byte is 0xff, and Avro's wire format begins with 0x00 or 0x01"),
            (b"\0\0\0\0\0", None, "the schema id 0 is none: ids lie between 1 and 2147483647"),
            (b"\0\x80\0\0\0", None, "the schema id 2147483648 is none: ids lie between 1 and 2147483647"),
            (
                b"x",
                Some(b"\0\xff\xff\xff\xff"),
                "the schema id 4294967295 is none: ids lie between 1 and 2147483647",
            ),
            (
                b"\0\0\0\0\x01",
                Some(b""),
                "the header that names the schema has 0 bytes; it is magic byte 0 and an id of 4 bytes, or magic byte 1 and a GUID of 16",
            ),
            (
                b"\0\0\0\0\x01",
                Some(b"42"),
                "the header that names the schema has 2 bytes and begins with 0x34 (`4`); it is magic byte 0 and an id of 4 bytes, or magic byte 1 and a GUID of 16",
            ),
        ];
        for (value, header, sentence) in rows {
            assert_eq!(unframe(value, header).unwrap_err().to_string(), sentence);
        }
        assert!(matches!(unframe(b"x", Some(&[1; 16])), Err(WireError::Header { length: 16, .. })));
        assert!(matches!(unframe(b"x", Some(&[0; 17])), Err(WireError::Header { length: 17, .. })));
    }
}
