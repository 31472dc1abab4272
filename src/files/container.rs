//! Avro container files, read and written a block at a time: the door to apache-avro, which packs and unpacks.
//!
//! What a block holds is not looked into here. The file's own schema stands at its beginning; every length in it is held
//! against a limit before it is believed, because a file may be anything.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use apache_avro::Codec;

use super::Input;
use crate::failure::Failure;

const MAGIC: &[u8] = b"Obj\x01";
const SYNC: usize = 16;
/// How many bytes a block, or the whole beginning, may have as it stands in the file.
const LIMIT: usize = 64 << 20;
/// What packs the blocks that we write: every reader has to know it (Avro specification, "Required Codecs").
const CODEC: &str = "deflate";
/// How many bytes are read at once.
const ROOM: usize = 256 << 10;

/// An Avro container file.
pub struct Container {
    input: Input,
    path: PathBuf,
    buffer: Vec<u8>,
    at: usize,
    codec: Codec,
    sync: Vec<u8>,
    schema: String,
}

/// What an Avro container file is made of, as bytes to write one after the other.
#[derive(Debug)]
pub struct ContainerParts {
    sync: [u8; SYNC],
}

impl ContainerParts {
    /// The beginning of a file whose data are written with this schema, and what makes its blocks. Blocks end with `sync`:
    /// any bytes that other files do not have.
    #[must_use]
    pub fn begin(schema: &str, sync: [u8; SYNC], into: &mut Vec<u8>) -> ContainerParts {
        into.extend_from_slice(MAGIC);
        let metadata = [("avro.schema", schema), ("avro.codec", CODEC)];
        write_long(metadata.len() as u64, into);
        for (name, value) in metadata {
            for text in [name, value] {
                write_long(text.len() as u64, into);
                into.extend_from_slice(text.as_bytes());
            }
        }
        write_long(0, into);
        into.extend_from_slice(&sync);
        ContainerParts { sync }
    }

    /// A block of so many data.
    ///
    /// # Errors
    /// `Machine` where they cannot be packed.
    pub fn block(&self, count: u64, mut data: Vec<u8>, into: &mut Vec<u8>) -> Result<(), Failure> {
        let packed = Codec::Deflate(apache_avro::DeflateSettings::default()).compress(&mut data);
        packed.map_err(|error| Failure::machine(format!("a block of data cannot be packed: {error}")))?;
        write_long(count, into);
        write_long(data.len() as u64, into);
        into.extend_from_slice(&data);
        into.extend_from_slice(&self.sync);
        Ok(())
    }
}

/// Writes a number that is not below 0 as Avro writes a long.
fn write_long(number: u64, into: &mut Vec<u8>) {
    let mut rest = number << 1;
    while rest >= 0x80 {
        into.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    into.push(rest as u8);
}

/// Some data that follow each other.
pub struct ContainerBlock {
    /// How many there are.
    pub count: u64,
    /// The data, unpacked.
    pub data: Vec<u8>,
}

impl std::fmt::Debug for Container {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Container").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Container {
    /// Opens a file and reads its beginning.
    ///
    /// # Errors
    /// `Input` where it cannot be read, or is no Avro container file.
    pub fn open(path: &Path) -> Result<Container, Failure> {
        let input = Input::open(path)?;
        let mut container = Container {
            input,
            path: path.to_owned(),
            buffer: Vec::new(),
            at: 0,
            codec: Codec::Null,
            sync: Vec::new(),
            schema: String::new(),
        };
        if container.take(MAGIC.len())?.as_deref() != Some(MAGIC) {
            return Err(container.damaged("it is no Avro container file"));
        }
        container.metadata()?;
        if container.schema.is_empty() {
            return Err(container.damaged("it has no schema"));
        }
        container.sync = container.must(SYNC)?;
        Ok(container)
    }

    /// The text of the schema that its data are written with.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// How many bytes the file has, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.input.length()
    }

    /// The next block; none at the end.
    ///
    /// # Errors
    /// `Input` where the file is damaged, `Machine` where it cannot be read on.
    pub fn block(&mut self) -> Result<Option<ContainerBlock>, Failure> {
        if self.at == self.buffer.len() && !self.fill()? {
            return Ok(None);
        }
        let count = u64::try_from(self.long()?).map_err(|_| self.damaged("a block has less than no data"))?;
        let size = self.length_of()?;
        let mut data = self.must(size)?;
        if self.must(SYNC)? != self.sync {
            return Err(self.damaged("a block does not end where it says"));
        }
        self.codec
            .decompress(&mut data)
            .map_err(|error| self.damaged(&format!("a block cannot be unpacked: {error}")))?;
        Ok(Some(ContainerBlock { count, data }))
    }

    fn metadata(&mut self) -> Result<(), Failure> {
        loop {
            let mut count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                // The size of the block of metadata, which tells nothing new.
                self.long()?;
                count = count.checked_neg().unwrap_or(i64::MAX);
            }
            for _ in 0..count {
                let size = self.length_of()?;
                let name = self.must(size)?;
                let size = self.length_of()?;
                let value = self.must(size)?;
                self.take_in(&name, value)?;
            }
        }
    }

    fn take_in(&mut self, name: &[u8], value: Vec<u8>) -> Result<(), Failure> {
        match name {
            b"avro.schema" => {
                self.schema =
                    String::from_utf8(value).map_err(|_| self.damaged("its schema is not UTF-8"))?;
            }
            b"avro.codec" => {
                let word = String::from_utf8_lossy(&value).into_owned();
                self.codec = Codec::from_str(&word)
                    .map_err(|_| self.damaged(&format!("its codec `{word}` is not known here")))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn length_of(&mut self) -> Result<usize, Failure> {
        let length = self.long()?;
        let fits = usize::try_from(length).ok().filter(|length| *length <= LIMIT);
        fits.ok_or_else(|| self.damaged(&format!("a part of {length} bytes, of which {LIMIT} are the most")))
    }

    fn long(&mut self) -> Result<i64, Failure> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.must(1)?.first().copied().unwrap_or(0);
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()));
            }
        }
        Err(self.damaged("a number of more than 64 bits"))
    }

    fn must(&mut self, bytes: usize) -> Result<Vec<u8>, Failure> {
        self.take(bytes)?.ok_or_else(|| self.damaged("it ends too early"))
    }

    /// The next bytes; none where there are not as many.
    fn take(&mut self, bytes: usize) -> Result<Option<Vec<u8>>, Failure> {
        while self.buffer.len() - self.at < bytes {
            if !self.fill()? {
                return Ok(None);
            }
        }
        let taken = self.buffer.get(self.at..self.at + bytes).map(<[u8]>::to_vec);
        self.at += bytes;
        Ok(taken)
    }

    /// Reads on. False at the end of the file.
    fn fill(&mut self) -> Result<bool, Failure> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + ROOM, 0);
        let read = self.input.read(self.buffer.get_mut(filled..).unwrap_or_default());
        self.buffer.truncate(filled + read.as_ref().copied().unwrap_or(0));
        Ok(read? > 0)
    }

    fn damaged(&self, what: &str) -> Failure {
        Failure::input(format!("{} cannot be read: {what}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}"#;

    fn written(codec: Codec, records: usize) -> Vec<u8> {
        let schema = apache_avro::Schema::parse_str(SCHEMA).unwrap();
        let mut writer = apache_avro::Writer::with_codec(&schema, Vec::new(), codec).unwrap();
        for number in 0..records {
            let mut record = apache_avro::types::Record::new(writer.schema()).unwrap();
            record.put("a", format!("text {number}"));
            writer.append_value(record).unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<(u64, Vec<u8>), Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.avro");
        std::fs::write(&path, bytes).unwrap();
        let mut container = Container::open(&path)?;
        let (mut count, mut data) = (0, Vec::new());
        while let Some(block) = container.block()? {
            count += block.count;
            data.extend_from_slice(&block.data);
        }
        Ok((count, data))
    }

    #[test]
    fn what_was_written_is_read_whatever_packs_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.avro");
        std::fs::write(&path, written(Codec::Null, 1)).unwrap();
        assert!(Container::open(&path).unwrap().schema().contains("\"R\""));
        let plain = read(&written(Codec::Null, 5_000)).unwrap();
        assert_eq!(plain.0, 5_000);
        for word in ["deflate", "snappy", "zstandard"] {
            let codec = Codec::from_str(word).unwrap();
            assert_eq!(read(&written(codec, 5_000)).unwrap(), plain, "{word}");
        }
        assert_eq!(read(&written(Codec::Null, 0)).unwrap(), (0, Vec::new()));
    }

    #[test]
    fn what_we_write_is_read_by_the_crate() {
        let mut file = Vec::new();
        let parts = ContainerParts::begin(SCHEMA, [7; SYNC], &mut file);
        for block in 0_u8..3 {
            // "a" has one byte: its length, 1, is written as 2.
            let data: Vec<u8> = (0..100).flat_map(|_| [2, b'a' + block]).collect();
            parts.block(100, data, &mut file).unwrap();
        }
        let reader = apache_avro::Reader::new(file.as_slice()).unwrap();
        assert_eq!(reader.writer_schema(), &apache_avro::Schema::parse_str(SCHEMA).unwrap());
        let texts: Vec<String> = reader.map(|value| format!("{:?}", value.unwrap())).collect();
        assert_eq!(texts.len(), 300);
        assert!(texts[0].contains("\"a\"") && texts[299].contains("\"c\""), "{}", texts[299]);
        assert_eq!(read(&file).unwrap().0, 300);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_never_a_panic() {
        let whole = written(Codec::from_str("snappy").unwrap(), 50);
        for end in 0..whole.len() {
            if let Ok((count, _)) = read(&whole[..end]) {
                assert_eq!(count, 0, "{end}");
            }
        }
        for at in 0..whole.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = byte;
                let _ = read(&bytes);
            }
        }
        assert_eq!(read(b"{}").unwrap_err().code(), 2);
    }
}
