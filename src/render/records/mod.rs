//! Records for people: one line each, coloured, nothing in it that could act on a terminal.

mod ended;

use eventctl_core::consume::{Form, Shown, Value};
use eventctl_core::record::{Header, TimestampType};
use jiff::Timestamp;

pub use ended::{Ended, lay_out};

use super::page::{Page, Tone};

/// How many bytes of an undecodable value are shown.
const BYTES_SHOWN: usize = 64;

/// A record in a line: coordinate, time, key, event, value, headers.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// True for colours.
    pub colour: bool,
}

impl Form for Line {
    fn write(&mut self, shown: &Shown<'_>, out: &mut Vec<u8>) {
        let mut page = Page::new(self.colour);
        line(shown, &mut page);
        out.extend_from_slice(page.into_text().as_bytes());
    }

    fn names_events(&self) -> bool {
        true
    }

    fn shows_headers(&self) -> bool {
        true
    }
}

/// Puts down a record in a line.
pub(super) fn line(shown: &Shown<'_>, page: &mut Page) {
    let record = shown.record;
    page.tone(Tone::Faint, record.coordinate()).lit(" ");
    page.tone(Tone::Faint, time(record.timestamp, record.timestamp_type)).lit(" ");
    match (record.key, shown.key_text) {
        (None, _) => page.tone(Tone::Faint, "(no key)"),
        (Some(_), Some(text)) => page.tone(Tone::Strong, text),
        (Some([]), _) => page.tone(Tone::Faint, "(empty key)"),
        (Some(key), None) => match std::str::from_utf8(key) {
            Ok(text) => page.tone(Tone::Strong, text),
            Err(_) => page.tone(Tone::Strong, hexadecimal(key)),
        },
    };
    page.lit(" ");
    if let Some(event) = shown.event {
        page.tone(Tone::Good, event);
        if let Some(version) = shown.schema.and_then(|schema| schema.version) {
            page.tone(Tone::Good, format_args!("@{version}"));
        }
        page.lit(" ");
    }
    match (shown.problem, shown.value) {
        (Some(problem), _) => {
            page.tone(Tone::Bad, "undecodable").lit(" (").val(problem).lit("): ");
            match record.value {
                None => page.tone(Tone::Faint, "(no value)"),
                Some(bytes) => page.val(hexadecimal(bytes)),
            };
        }
        (None, Value::Null) => drop(page.tone(Tone::Notable, "(no value: a tombstone)")),
        (None, Value::Text("")) => drop(page.tone(Tone::Faint, "(empty value)")),
        (None, Value::Bytes(bytes)) => drop(page.val(hexadecimal(bytes))),
        (None, value) => drop(page.val(text_of(&value))),
    }
    for header in record.headers {
        self::header(header, page);
    }
    page.end();
}

fn text_of<'a>(value: &Value<'a>) -> &'a str {
    match value {
        Value::Text(text) => text,
        value => value.json().unwrap_or_default().trim(),
    }
}

fn header(header: &Header<'_>, page: &mut Page) {
    let shown = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => hexadecimal(bytes),
    };
    page.lit(" ").tone(Tone::Faint, format_args!("{}=", shown(header.name)));
    page.tone(Tone::Faint, header.value.map_or("(null)".to_owned(), shown));
}

fn time(timestamp: i64, kind: TimestampType) -> String {
    if kind == TimestampType::None {
        return "-".to_owned();
    }
    match Timestamp::from_millisecond(timestamp) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => format!("{timestamp}ms"),
    }
}

/// The first bytes, two characters each, and how many there are where that is not all.
fn hexadecimal(bytes: &[u8]) -> String {
    let shown = bytes.iter().take(BYTES_SHOWN).map(|byte| format!("{byte:02x}"));
    let mut text: String = std::iter::once("0x".to_owned()).chain(shown).collect();
    if bytes.len() > BYTES_SHOWN {
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use eventctl_core::payload::{Problem, ProblemClass};
    use eventctl_core::record::Record;
    use eventctl_core::record::json::{Body, SchemaNote};

    use super::*;

    fn shown(record: &Record<'_>, value: Value<'_>, problem: Option<&Problem>) -> String {
        let schema = Some(SchemaNote { id: Some(1), subject: None, version: Some(2) });
        let event = problem.is_none().then_some("Sent");
        let shown =
            Shown { record, key: Body::of(record.key), key_text: None, value, event, schema, problem };
        let mut out = Vec::new();
        Line { colour: false }.write(&shown, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn record<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>, headers: &'a [Header<'a>]) -> Record<'a> {
        let (timestamp, timestamp_type) = (1_500, TimestampType::Create);
        Record { topic: "t", partition: 1, offset: 9, timestamp, timestamp_type, key, value, headers }
    }

    #[test]
    fn a_record_is_one_line_whatever_is_in_it() {
        let headers =
            [Header { name: b"a\x1b[2J", value: None }, Header { name: b"\xff", value: Some(b"x\ny") }];
        let evil = record(Some(b"k\r\n"), Some(b"v"), &headers);
        assert_eq!(
            shown(&evil, Value::Text("\x1b]0;title\x07\u{202e}"), None),
            "t/1/9 1970-01-01T00:00:01.500Z k\\r\\n Sent@2 \\x1b]0;title\\x07\\u{202e} a\\x1b[2J=(null) 0xff=x\\ny\n"
        );
    }

    #[test]
    fn what_is_not_there_is_told_from_what_is_empty() {
        let rows = [
            (None, None, Value::Null, "(no key) Sent@2 (no value: a tombstone)"),
            (Some(b"".as_slice()), Some(b"".as_slice()), Value::Text(""), "(empty key) Sent@2 (empty value)"),
            (Some(b"\xff"), Some(b"\0\x01"), Value::Bytes(b"\0\x01"), "0xff Sent@2 0x0001"),
        ];
        for (key, value, seen, rest) in rows {
            let line = shown(&record(key, value, &[]), seen, None);
            assert_eq!(line, format!("t/1/9 1970-01-01T00:00:01.500Z {rest}\n"));
        }
    }

    #[test]
    fn an_undecodable_record_is_shown_with_reason_and_bytes() {
        let problem = Problem::new(ProblemClass::Json, "not JSON: \x1b");
        let bytes = [7; 70];
        let line = shown(&record(None, Some(&bytes), &[]), Value::Bytes(&bytes), Some(&problem));
        assert!(line.contains("(no key) undecodable (not JSON: \\x1b): 0x0707"), "{line}");
        assert!(line.ends_with("07… (70 bytes)\n"), "{line}");
    }
}
