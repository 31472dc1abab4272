//! Writes one event's body as a line of JSON, without a value in between.

use std::collections::VecDeque;
use std::ops::Range;

use super::Topic;
use super::random::Random;

/// Who takes part: an id is a word and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Customer(u32),
    Agent(u32),
    Bot(u32),
}

/// When an event happened, and which one of all it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) at: i64,
    pub(crate) number: u64,
}

/// Where bodies are written, and which ones are wanted.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) wanted: [bool; Topic::ALL.len()],
    /// How long a line shall be that has a text which can be as long as one likes.
    pub(crate) bytes: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) lines: Vec<u8>,
    /// The bodies in `lines`, in their order.
    pub(crate) ready: VecDeque<(Topic, Range<usize>)>,
}

impl Output {
    /// Begins an event's body; none where nobody wants it.
    pub(crate) fn begin(&mut self, topic: Topic, kind: &str, stamp: Stamp) -> Option<Body<'_>> {
        if !self.wanted[topic as usize] {
            return None;
        }
        let begin = self.lines.len();
        self.lines.extend_from_slice(b"{\"type\":\"");
        self.lines.extend_from_slice(kind.as_bytes());
        self.lines.push(b'"');
        Some(Body { output: self, topic, begin, gap: None, stamp })
    }
}

/// A body that is being written. Members are added in the order of the schema's fields, which is the encoder's fast way.
pub(crate) struct Body<'o> {
    output: &'o mut Output,
    topic: Topic,
    begin: usize,
    /// Where a text goes that fills the line up to a size, and what it says.
    gap: Option<(usize, &'static str)>,
    stamp: Stamp,
}

impl Body<'_> {
    /// Random numbers of this event's own.
    pub(crate) fn random(&self) -> Random {
        Random::of(self.output.seed, self.stamp.number)
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.output.lines.extend_from_slice(bytes);
    }

    fn digits(&mut self, value: i64, least: usize) {
        digits(&mut self.output.lines, value, least);
    }

    fn name(&mut self, name: &str) {
        self.raw(b",\"");
        self.raw(name.as_bytes());
        self.raw(b"\":");
    }

    /// `eventId`: a UUID of version 7 (RFC 9562), of the event's time.
    pub(crate) fn event_id(&mut self) {
        let mut random = Random::of(!self.output.seed, self.stamp.number);
        let (first, second) = (random.bits(), random.bits());
        let high = ((self.stamp.at as u64) << 16) | 0x7000 | (first & 0x0fff);
        let low = (second & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        let bits = (u128::from(high) << 64) | u128::from(low);
        let mut text = *b"\"00000000-0000-0000-0000-000000000000\"";
        let mut shift = 128;
        for place in text.iter_mut().filter(|place| **place == b'0') {
            shift -= 4;
            *place = b"0123456789abcdef"[(bits >> shift) as usize & 0xf];
        }
        self.name("eventId");
        self.raw(&text);
    }

    /// `timestamp`, in milliseconds.
    pub(crate) fn timestamp(&mut self) {
        self.number("timestamp", self.stamp.at);
    }

    pub(crate) fn number(&mut self, name: &str, value: i64) {
        self.name(name);
        self.digits(value, 1);
    }

    /// A number with two digits behind the point.
    pub(crate) fn hundredths(&mut self, name: &str, value: i64) {
        self.name(name);
        if value < 0 {
            self.raw(b"-");
        }
        self.digits(value.abs() / 100, 1);
        self.raw(b".");
        self.digits(value.abs() % 100, 2);
    }

    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.name(name);
        self.raw(if value { b"true" } else { b"false" });
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        string(&mut self.output.lines, value);
    }

    /// A text, or null.
    pub(crate) fn optional(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    pub(crate) fn null(&mut self, name: &str) {
        self.name(name);
        self.raw(b"null");
    }

    /// A text; where lines have a size, one that fills it up.
    pub(crate) fn filling_text(&mut self, name: &str, value: &'static str) {
        if self.output.bytes.is_none() {
            return self.text(name, value);
        }
        self.name(name);
        self.raw(b"\"");
        self.gap = Some((self.output.lines.len(), value));
        self.raw(b"\"");
    }

    pub(crate) fn party(&mut self, name: &str, party: Party) {
        self.name(name);
        self.raw(b"\"");
        let (word, number) = match party {
            Party::Customer(number) => ("customer-", number),
            Party::Agent(number) => ("agent-", number),
            Party::Bot(number) => ("bot-", number),
        };
        self.raw(word.as_bytes());
        self.digits(i64::from(number), 1);
        self.raw(b"\"");
    }

    /// A conversation's id, `conv-001`.
    pub(crate) fn conversation(&mut self, number: u32) {
        self.numbered("conversationId", "conv-", number);
    }

    /// A session's id, `session-001`.
    pub(crate) fn session(&mut self, number: u32) {
        self.numbered("sessionId", "session-", number);
    }

    fn numbered(&mut self, name: &str, word: &str, number: u32) {
        self.name(name);
        self.raw(b"\"");
        self.raw(word.as_bytes());
        self.digits(i64::from(number), 3);
        self.raw(b"\"");
    }

    /// A message's id, `msg-001-7`.
    pub(crate) fn message(&mut self, conversation: u32, number: u32) {
        self.name("messageId");
        self.raw(b"\"msg-");
        self.digits(i64::from(conversation), 3);
        self.raw(b"-");
        self.digits(i64::from(number), 1);
        self.raw(b"\"");
    }

    /// A map of texts.
    pub(crate) fn map(&mut self, name: &str, entries: &[(&str, &str)]) {
        self.name(name);
        self.raw(b"{");
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.raw(b",");
            }
            string(&mut self.output.lines, key);
            self.raw(b":");
            string(&mut self.output.lines, value);
        }
        self.raw(b"}");
    }

    /// The summary of a conversation.
    pub(crate) fn summary(&mut self, messages: u32, resolution: Option<&str>, satisfaction: Option<i64>) {
        self.name("summary");
        self.raw(b"{\"messageCount\":");
        self.digits(i64::from(messages), 1);
        self.optional("resolution", resolution);
        match satisfaction {
            Some(mark) => self.number("satisfaction", mark),
            None => self.null("satisfaction"),
        }
        self.raw(b"}");
    }

    /// Ends the object.
    pub(crate) fn end(mut self) {
        self.raw(b"}");
        if let (Some((gap, words)), Some(size)) = (self.gap, self.output.bytes) {
            let room = size.saturating_sub(self.output.lines.len() - self.begin).max(1);
            // Plain letters, so that a byte is a byte.
            let plain = words.bytes().map(|byte| if byte.is_ascii_alphanumeric() { byte } else { b' ' });
            self.output.lines.splice(gap..gap, plain.cycle().take(room));
        }
        self.output.ready.push_back((self.topic, self.begin..self.output.lines.len()));
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | b'\n')) {
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                b'\n' => out.extend_from_slice(b"\\n"),
                _ => out.push(byte),
            }
        }
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
}

/// Writes a number that is not negative with at least so many digits.
fn digits(out: &mut Vec<u8>, value: i64, least: usize) {
    let mut room = [b'0'; 20];
    let (mut rest, mut at) = (value, room.len());
    while rest > 0 || room.len() - at < least {
        at -= 1;
        room[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&room[at..]);
}
