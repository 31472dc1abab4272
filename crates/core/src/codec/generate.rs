//! Schemas and values made of any bytes, for property tests.

use crate::codec::output::{write_bytes, write_long, write_size};
use crate::schema::{Content, LogicalType, NodeId, Schema};

/// Bytes that decide; when they have run out everything is as small as it can be.
pub(crate) struct Entropy<'a>(pub(crate) &'a [u8]);

impl Entropy<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    pub(super) fn long(&mut self) -> i64 {
        match self.below(4) {
            0 => i64::from(self.byte()),
            1 => -i64::from(self.byte()),
            2 => i64::from(self.byte()) << 40 | i64::from(self.byte()) << 20,
            _ => [i64::MIN, i64::MAX, i64::from(i32::MIN), i64::from(i32::MAX), 1 << 53, 86_400_000]
                [self.below(6)],
        }
    }

    fn octets(&mut self, limit: usize) -> Vec<u8> {
        let length = self.below(limit + 1);
        (0..length).map(|_| self.byte()).collect()
    }
}

/// Writes the text of a schema.
pub(super) struct SchemaWriter<'e, 'b> {
    pub(super) entropy: &'e mut Entropy<'b>,
    text: String,
    named: usize,
    records: Vec<String>,
}

pub(crate) fn schema_text(entropy: &mut Entropy<'_>) -> String {
    let mut writer = SchemaWriter { entropy, text: String::new(), named: 0, records: Vec::new() };
    writer.any(3, true);
    writer.text
}

impl SchemaWriter<'_, '_> {
    fn name(&mut self, kind: char) -> String {
        self.named += 1;
        format!("{}{kind}{}", ["n.", "a.", "b.c."][self.entropy.below(3)], self.named)
    }

    fn any(&mut self, depth: usize, unions: bool) {
        match self.entropy.below(if depth == 0 { 12 } else { 20 }) {
            0..10 => self.plain(),
            10 => self.enumeration(),
            11 => self.fixed(),
            12 | 13 => self.container("array", "items", depth),
            14 => self.container("map", "values", depth),
            15..18 => self.record(depth),
            _ if unions => self.union(depth),
            _ => self.plain(),
        }
    }

    fn plain(&mut self) {
        const TYPES: [&str; 20] = [
            "\"null\"",
            "\"boolean\"",
            "\"int\"",
            "\"long\"",
            "\"float\"",
            "\"double\"",
            "\"bytes\"",
            "\"string\"",
            r#"{"type":"int","logicalType":"date"}"#,
            r#"{"type":"int","logicalType":"time-millis"}"#,
            r#"{"type":"long","logicalType":"time-micros"}"#,
            r#"{"type":"long","logicalType":"timestamp-millis"}"#,
            r#"{"type":"long","logicalType":"timestamp-micros"}"#,
            r#"{"type":"long","logicalType":"timestamp-nanos"}"#,
            r#"{"type":"long","logicalType":"local-timestamp-millis"}"#,
            r#"{"type":"bytes","logicalType":"decimal","precision":60,"scale":3}"#,
            r#"{"type":"bytes","logicalType":"decimal","precision":60}"#,
            r#"{"type":"string","logicalType":"uuid"}"#,
            "\"string\"",
            "\"double\"",
        ];
        self.text += TYPES[self.entropy.below(TYPES.len())];
    }

    fn enumeration(&mut self) {
        let name = self.name('E');
        let symbols = ["\"A\"", "\"A\",\"B\"", "\"C\",\"string\",\"NaN\""][self.entropy.below(3)];
        let default = ["", ",\"default\":\"A\""][self.entropy.below(2)];
        let default = if symbols.contains('A') { default } else { "" };
        self.text += &format!(r#"{{"type":"enum","name":"{name}","symbols":[{symbols}]{default}}}"#);
    }

    fn fixed(&mut self) {
        let name = self.name('F');
        let rest = [
            r#""size":0"#,
            r#""size":3"#,
            r#""size":16,"logicalType":"uuid""#,
            r#""size":12,"logicalType":"duration""#,
            r#""size":20,"logicalType":"decimal","precision":40,"scale":40"#,
        ][self.entropy.below(5)];
        self.text += &format!(r#"{{"type":"fixed","name":"{name}",{rest}}}"#);
    }

    fn container(&mut self, kind: &str, part: &str, depth: usize) {
        self.text += &format!(r#"{{"type":"{kind}","{part}":"#);
        self.any(depth - 1, true);
        self.text += "}";
    }

    fn record(&mut self, depth: usize) {
        let name = self.name('R');
        self.text += &format!(r#"{{"type":"record","name":"{name}","fields":["#);
        self.records.push(name);
        let names = ["a", "b", "string", "map", "months", "days", "millis"];
        let first = self.entropy.below(names.len());
        for index in 0..self.entropy.below(5) {
            let field = names[(first + index) % names.len()];
            self.text += if index > 0 { "," } else { "" };
            self.text += &format!(r#"{{"name":"{field}","type":"#);
            match self.entropy.below(8) {
                0 => {
                    let record = self.records[self.entropy.below(self.records.len())].clone();
                    let ways = [r#"["null","#, r#"{"type":"array","items":"#, r#"{"type":"map","values":"#];
                    let way = self.entropy.below(3);
                    self.text += &format!("{}\"{record}\"{}", ways[way], ["]", "}", "}"][way]);
                }
                1 => self.text += r#"["null","string"],"default":null"#,
                2 => self.text += r#""int","default":7"#,
                3 => self.text += r#"{"type":"map","values":"double"},"default":{"k":1.5}"#,
                _ => self.any(depth - 1, true),
            }
            self.text += "}";
        }
        self.text += "]}";
    }

    fn union(&mut self, depth: usize) {
        self.text += "[";
        let mut kinds: Vec<u8> = Vec::new();
        for _ in 0..=self.entropy.below(5) {
            let kind = self.entropy.byte() % 13;
            if kind < 10 && kinds.contains(&kind) {
                continue;
            }
            self.text += if kinds.is_empty() { "" } else { "," };
            kinds.push(kind);
            const TYPES: [&str; 8] = [
                "\"null\"",
                "\"string\"",
                "\"double\"",
                "\"boolean\"",
                r#"{"type":"int","logicalType":"date"}"#,
                "\"float\"",
                r#"{"type":"bytes","logicalType":"decimal","precision":60,"scale":3}"#,
                "\"long\"",
            ];
            match kind {
                8 if depth > 0 => self.container("array", "items", depth),
                9 if depth > 0 => self.container("map", "values", depth),
                10 if depth > 0 => self.record(depth),
                8..=10 => self.enumeration(),
                11 => self.fixed(),
                12 => self.enumeration(),
                plain => self.text += TYPES[usize::from(plain)],
            }
        }
        self.text += "]";
    }
}

/// Adds a value of a type. Items come in one block as the encoder writes them, or in several of all forms.
pub(crate) fn datum(schema: &Schema, id: NodeId, blocks: bool, entropy: &mut Entropy<'_>, out: &mut Vec<u8>) {
    DatumWriter { schema, blocks, entropy, depth: 0 }.value(id, out);
}

struct DatumWriter<'e, 'b> {
    schema: &'e Schema,
    blocks: bool,
    entropy: &'e mut Entropy<'b>,
    depth: usize,
}

impl DatumWriter<'_, '_> {
    fn value(&mut self, id: NodeId, out: &mut Vec<u8>) {
        self.depth += 1;
        let node = self.schema.node(id);
        let calm = self.depth < 20;
        match &node.content {
            Content::Null => {}
            Content::Boolean => out.push(self.entropy.byte() & 1),
            Content::Int => write_long(self.entropy.long() >> 32, out),
            Content::Long => write_long(self.entropy.long(), out),
            Content::Float => {
                let value = [0.0, -0.0, 1.5, 0.1, f32::NAN, f32::INFINITY, f32::MIN][self.entropy.below(7)];
                out.extend_from_slice(&value.to_le_bytes());
            }
            Content::Double => {
                let value = [0.0, -0.0, 1.5, 0.1, f64::NAN, f64::NEG_INFINITY, 5e-324][self.entropy.below(7)];
                out.extend_from_slice(&value.to_le_bytes());
            }
            Content::String => {
                let text = [
                    "",
                    "a",
                    "\"\\\u{1}\u{2028}",
                    "NaN",
                    "1.5",
                    "2026-11-22",
                    "é😀",
                    "plain and long enough",
                ];
                write_bytes(text[self.entropy.below(8)].as_bytes(), out);
            }
            Content::Bytes if matches!(node.logical, Some(LogicalType::Decimal { .. })) => {
                write_bytes(&decimal(self.entropy), out);
            }
            Content::Bytes => write_bytes(&self.entropy.octets(9), out),
            Content::Fixed(fixed) => {
                let octets = match node.logical {
                    Some(LogicalType::Decimal { .. }) => decimal(self.entropy),
                    _ => self.entropy.octets(fixed.size as usize),
                };
                let fill = if octets.first().is_some_and(|first| *first >= 0x80) { 0xff } else { 0 };
                out.resize(out.len() + fixed.size as usize - octets.len(), fill);
                out.extend_from_slice(&octets);
            }
            Content::Enum(kind) => write_size(self.entropy.below(kind.symbols.len()), out),
            Content::Union(ids) => {
                let index = if calm { self.entropy.below(ids.len()) } else { 0 };
                write_size(index, out);
                self.value(ids[index], out);
            }
            Content::Record(record) => record.fields.iter().for_each(|field| self.value(field.schema, out)),
            Content::Array(items) => self.items(*items, false, calm, out),
            Content::Map(values) => self.items(*values, true, calm, out),
        }
        self.depth -= 1;
    }

    fn items(&mut self, id: NodeId, keys: bool, calm: bool, out: &mut Vec<u8>) {
        let mut left = if calm { self.entropy.below(4) } else { 0 };
        let names = ["string", "a", "k\"é", "", "null"];
        let mut name = self.entropy.below(names.len());
        while left > 0 {
            let count = if self.blocks { 1 + self.entropy.below(left) } else { left };
            let mut block = Vec::new();
            for _ in 0..count {
                if keys {
                    write_bytes(names[name % names.len()].as_bytes(), &mut block);
                    name += 1;
                }
                self.value(id, &mut block);
            }
            if self.blocks && self.entropy.below(2) == 1 {
                write_long(-(count as i64), out);
                write_size(block.len(), out);
            } else {
                write_size(count, out);
            }
            out.extend_from_slice(&block);
            left -= count;
        }
        out.push(0);
    }
}

/// A decimal in as few bytes as hold it.
fn decimal(entropy: &mut Entropy<'_>) -> Vec<u8> {
    let mut octets = entropy.octets(12);
    while let [first, second, ..] = octets.as_slice()
        && matches!((first, second & 0x80), (0, 0) | (0xff, 0x80))
    {
        octets.remove(0);
    }
    if octets.is_empty() { vec![0] } else { octets }
}
