//! A pull reader over one JSON text (RFC 8259): the caller says what it expects, and nothing is copied.
//!
//! Whether a name stands twice in an object is its caller's to say: whoever reads an object knows the names it takes.

use std::borrow::Cow;

use super::error::{JsonError, JsonErrorKind};

/// How deep arrays and objects may nest.
pub const DEPTH_LIMIT: usize = 128;

/// What kind of value comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The kind as it stands in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

/// A string as it stands between its quotes; its escapes are known to be sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// Characters that stand for themselves, and not in JSON: none of them is an escape.
    #[must_use]
    pub fn unescaped(raw: &'a str) -> Self {
        Text { raw, escaped: false }
    }

    /// The characters, escapes resolved; borrowed where there are none.
    #[must_use]
    pub fn decode(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }

    /// The characters as they are written, where none of them is escaped.
    #[must_use]
    pub fn plain(self) -> Option<&'a str> {
        (!self.escaped).then_some(self.raw)
    }

    /// Tells whether the characters are these.
    #[must_use]
    pub fn is(self, other: &str) -> bool {
        if self.escaped { self.decode() == other } else { self.raw == other }
    }
}

/// Reads one JSON text from its beginning to its end.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Begins at the start of the text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Reader { text, at: 0, depth: 0 }
    }

    /// The byte that is read next, from 0. After `kind` this is the first byte of the value.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The text between two bytes that lie on borders of tokens.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// An error at the byte that is read next.
    #[must_use]
    pub fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, at: self.at }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Passes over the white space before the next token.
    pub(super) fn skip_to_token(&mut self) {
        self.skip_space();
    }

    fn expected(&self, what: &'static str) -> JsonError {
        let ended = self.at >= self.text.len();
        self.error(if ended { JsonErrorKind::Ended } else { JsonErrorKind::Expected(what) })
    }

    /// Tells what kind of value comes next, and passes over the white space before it.
    ///
    /// # Errors
    /// Where no value begins.
    pub fn kind(&mut self) -> Result<Kind, JsonError> {
        self.skip_space();
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Boolean),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<(), JsonError> {
        if self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.expected("a value"))
    }

    /// Reads `null`.
    ///
    /// # Errors
    /// Where something else comes next.
    pub fn null(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        self.literal("null")
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// Where something else comes next.
    pub fn boolean(&mut self) -> Result<bool, JsonError> {
        self.skip_space();
        if self.byte() == Some(b't') {
            return self.literal("true").map(|()| true);
        }
        self.literal("false").map(|()| false)
    }

    /// Reads a number and gives it as it is written.
    ///
    /// # Errors
    /// Where something else comes next.
    pub fn number(&mut self) -> Result<&'a str, JsonError> {
        self.skip_space();
        let start = self.at;
        let bytes = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = number_length(bytes).ok_or(self.error(JsonErrorKind::Number))?;
        self.at += length;
        Ok(self.slice(start, self.at))
    }

    /// Reads a string.
    ///
    /// # Errors
    /// Where something else comes next, and where an escape or a control character is wrong.
    pub fn string(&mut self) -> Result<Text<'a>, JsonError> {
        self.skip_space();
        if self.byte() != Some(b'"') {
            return Err(self.expected("a string"));
        }
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_run(self.text.as_bytes().get(self.at..).unwrap_or_default());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.error(JsonErrorKind::Control)),
                None => return Err(self.error(JsonErrorKind::Ended)),
            }
        }
        let raw = self.slice(start, self.at);
        self.at += 1;
        Ok(Text { raw, escaped })
    }

    /// Passes over one escape; a surrogate must be followed by its other half.
    fn escape(&mut self) -> Result<(), JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let first = unit(rest).ok_or(self.error(JsonErrorKind::Escape))?;
                match first {
                    0xd800..=0xdbff => {
                        let second = rest.get(6..).and_then(unit);
                        if !second.is_some_and(|unit| (0xdc00..=0xdfff).contains(&unit)) {
                            return Err(self.error(JsonErrorKind::Surrogate));
                        }
                        self.at += 12;
                    }
                    0xdc00..=0xdfff => return Err(self.error(JsonErrorKind::Surrogate)),
                    _ => self.at += 6,
                }
            }
            Some(_) => return Err(self.error(JsonErrorKind::Escape)),
            None => return Err(self.error(JsonErrorKind::Ended)),
        }
        Ok(())
    }

    /// Begins an object; `name` then gives its members.
    ///
    /// # Errors
    /// Where something else comes next, or where it is nested too deep.
    pub fn begin_object(&mut self) -> Result<(), JsonError> {
        self.begin(b'{', "an object")
    }

    /// Begins an array; `item` then tells whether another one follows.
    ///
    /// # Errors
    /// As `begin_object`.
    pub fn begin_array(&mut self) -> Result<(), JsonError> {
        self.begin(b'[', "an array")
    }

    fn begin(&mut self, byte: u8, what: &'static str) -> Result<(), JsonError> {
        self.skip_space();
        if self.byte() != Some(byte) {
            return Err(self.expected(what));
        }
        if self.depth == DEPTH_LIMIT {
            return Err(self.error(JsonErrorKind::Deep(DEPTH_LIMIT)));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// The name of the object's next member, or `None` at its end; its value must be read before the next call.
    /// `first` is true before the first member, and false afterwards.
    ///
    /// # Errors
    /// Where neither a member nor the end comes next.
    pub fn name(&mut self, first: &mut bool) -> Result<Option<Text<'a>>, JsonError> {
        if !self.another(b'}', first, "`,` or `}`")? {
            return Ok(None);
        }
        let name = self.string().map_err(|error| match error.kind {
            JsonErrorKind::Expected(_) => self.error(JsonErrorKind::Expected("a name in quotes")),
            _ => error,
        })?;
        self.skip_space();
        if self.byte() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(Some(name))
    }

    /// Tells whether another item of the array follows; it must be read before the next call.
    ///
    /// # Errors
    /// Where neither an item nor the end comes next.
    pub fn item(&mut self, first: &mut bool) -> Result<bool, JsonError> {
        self.another(b']', first, "`,` or `]`")
    }

    fn another(&mut self, end: u8, first: &mut bool, what: &'static str) -> Result<bool, JsonError> {
        self.skip_space();
        let begun = std::mem::replace(first, false);
        match self.byte() {
            Some(byte) if byte == end => {
                self.at += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            Some(_) if begun => Ok(true),
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(true)
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Passes over one whole value, and gives it as it is written. Names that stand twice are not noticed.
    ///
    /// # Errors
    /// Where the value is not sound.
    pub fn skip(&mut self) -> Result<&'a str, JsonError> {
        let kind = self.kind()?;
        let start = self.at;
        match kind {
            Kind::Null => self.null()?,
            Kind::Boolean => drop(self.boolean()?),
            Kind::Number => drop(self.number()?),
            Kind::String => drop(self.string()?),
            Kind::Array => {
                self.begin_array()?;
                let mut first = true;
                while self.item(&mut first)? {
                    self.skip()?;
                }
            }
            Kind::Object => {
                self.begin_object()?;
                let mut first = true;
                while self.name(&mut first)?.is_some() {
                    self.skip()?;
                }
            }
        }
        Ok(self.slice(start, self.at))
    }

    /// Passes over one whole value as `skip` does; it may nest as deep as if it stood alone, however deep it stands.
    ///
    /// # Errors
    /// Where the value is not sound.
    pub fn skip_alone(&mut self) -> Result<&'a str, JsonError> {
        let depth = std::mem::replace(&mut self.depth, 0);
        let skipped = self.skip();
        self.depth = depth;
        skipped
    }

    /// Ends the text: only white space may be left.
    ///
    /// # Errors
    /// Where something else follows.
    pub fn end(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        if self.at < self.text.len() { Err(self.error(JsonErrorKind::Trailing)) } else { Ok(()) }
    }
}

/// How many bytes come before the next quote, backslash or control character; eight are looked at in one step.
fn plain_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let marks = marked(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.len() - rest.len() + rest.iter().take_while(|byte| plain(byte)).count()
}

/// The high bit of the lowest byte that is a quote, a backslash or a control character; bits of higher bytes may be set
/// as well, by what they were borrowed from.
fn marked(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let below = |word: u64, bytes: u64| word.wrapping_sub(bytes) & !word;
    let equal = |byte: u8| below(word ^ (u64::from(byte) * ONES), ONES);
    (below(word, 0x20 * ONES) | equal(b'"') | equal(b'\\')) & (0x80 * ONES)
}

/// The length of the number that begins here; none where it is not one, or runs on into something else.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits =
        |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match digits(at) {
        0 => return None,
        many if many > 1 && bytes.get(at) == Some(&b'0') => return None,
        many => at += many,
    }
    if bytes.get(at) == Some(&b'.') {
        let many = digits(at + 1);
        at += 1 + many;
        if many == 0 {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let many = digits(at);
        at += many;
        if many == 0 {
            return None;
        }
    }
    let runs_on =
        bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'));
    (!runs_on).then_some(at)
}

/// The UTF-16 unit of the escape `\uXXXX` that begins here.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, byte| Some(unit * 16 + char::from(*byte).to_digit(16)?))
}

/// Resolves the escapes of a string in which they are known to be sound.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let (character, length) = escaped(after);
        text.push(character);
        rest = after.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The character of the escape whose backslash stands before `after`, and how many bytes it takes there.
fn escaped(after: &str) -> (char, usize) {
    let sound = |code: u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let hex = |from: usize| {
        after.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
    };
    match after.as_bytes().first() {
        Some(b'b') => ('\u{8}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(b'n') => ('\n', 1),
        Some(b'r') => ('\r', 1),
        Some(b't') => ('\t', 1),
        Some(b'u') => match hex(1) {
            high @ 0xd800..=0xdbff => (sound(0x10000 + ((high - 0xd800) << 10) + (hex(7) & 0x3ff)), 11),
            unit => (sound(unit), 5),
        },
        // A quote, a backslash or a slash: itself.
        Some(byte) => (char::from(*byte), 1),
        None => ('\\', 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(text: &str) -> Result<&str, JsonErrorKind> {
        let mut reader = Reader::new(text);
        let value = reader.skip().and_then(|value| reader.end().map(|()| value));
        value.map_err(|error| error.kind)
    }

    #[test]
    fn every_byte_that_ends_a_plain_run_is_seen_in_every_place() {
        for length in 0..20 {
            assert_eq!(plain_run(&vec![b'a'; length]), length);
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    let plain = byte >= 0x20 && byte != b'"' && byte != b'\\';
                    assert_eq!(
                        plain_run(&bytes),
                        if plain { length } else { at },
                        "{byte:#x} at {at} of {length}"
                    );
                    // What comes behind does not move it.
                    if let (false, Some(last)) = (plain, bytes.last_mut()) {
                        *last = b'"';
                        assert_eq!(plain_run(&bytes), at);
                    }
                }
            }
        }
    }

    #[test]
    fn json_is_read_and_everything_else_refused() {
        let good = [
            "null",
            " true ",
            "0",
            "-0",
            "1e400",
            "-1.50E+3",
            "9007199254740993",
            "[]",
            "{}",
            "[1,[2],{\"a\":[]}]",
            "\"\"",
            "\"a\\u0000\\n\\/\"",
            "\"\\ud83d\\ude00\"",
            "{\"a\":1,\"b\":2}",
            "\"\u{2028}\u{feff}\"",
        ];
        for text in good {
            assert_eq!(skip(text), Ok(text.trim()), "{text}");
        }
        use JsonErrorKind as E;
        let bad = [
            ("", E::Ended),
            ("[1", E::Ended),
            ("{\"a\":", E::Ended),
            ("\"abc", E::Ended),
            ("nul", E::Expected("a value")),
            ("01", E::Number),
            ("1.", E::Number),
            ("-", E::Number),
            ("1e", E::Number),
            ("1a", E::Number),
            ("+1", E::Expected("a value")),
            ("NaN", E::Expected("a value")),
            ("[1,]", E::Expected("a value")),
            ("{\"a\" 1}", E::Expected("`:`")),
            ("{a:1}", E::Expected("a name in quotes")),
            ("[1 2]", E::Expected("`,` or `]`")),
            ("{\"a\":1,}", E::Expected("a name in quotes")),
            ("1 2", E::Trailing),
            ("\"a\nb\"", E::Control),
            ("\"\\x\"", E::Escape),
            ("\"\\u12g4\"", E::Escape),
            ("\"\\ud800\"", E::Surrogate),
            ("\"\\udc00\"", E::Surrogate),
            ("\"\\ud800\\u0041\"", E::Surrogate),
            ("\u{feff}1", E::Expected("a value")),
        ];
        for (text, kind) in bad {
            assert_eq!(skip(text), Err(kind), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(skip(&nested(DEPTH_LIMIT)).is_ok());
        assert_eq!(skip(&nested(DEPTH_LIMIT + 1)), Err(JsonErrorKind::Deep(DEPTH_LIMIT)));
        assert_eq!(skip(&"[".repeat(1_000_000)), Err(JsonErrorKind::Deep(DEPTH_LIMIT)));
        let wide = format!("[{}[]]", "[],".repeat(1_000));
        assert!(skip(&wide).is_ok(), "depth is given back");
    }

    #[test]
    fn strings_are_resolved_as_serde_json_resolves_them() {
        let rows = [
            "\"plain\"",
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0041\u00e9\ud83d\ude00x""#,
            r#""\u0000""#,
            "\"é😀\"",
            r#""\\u0041""#,
            r#""a\\""#,
        ];
        for row in rows {
            let text = Reader::new(row).string().unwrap();
            let expected: String = serde_json::from_str(row).unwrap();
            assert_eq!(text.decode(), expected, "{row}");
            assert!(text.is(&expected));
            assert_eq!(text.plain().is_some(), !row.contains('\\'));
        }
    }
}
