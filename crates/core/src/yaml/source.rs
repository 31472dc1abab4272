//! The text of one file, and places in it.

use super::diagnostic::Diagnostic;

/// The largest file that is read, in bytes.
pub const SIZE_LIMIT: usize = 4 * 1024 * 1024;

/// One file's text under the name it is shown by. Reading the file is the caller's matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as it is shown in messages.
    pub name: String,
    /// The whole text, byte order mark included, so that byte spans fit it.
    pub text: String,
}

impl Source {
    /// Makes a source of a text that is already known to be UTF-8.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Makes a source of a file's bytes.
    ///
    /// # Errors
    /// More than [`SIZE_LIMIT`] bytes, or bytes that are not UTF-8: then the label stands at the first bad byte.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        if bytes.len() > SIZE_LIMIT {
            let message = format!("the file has {} bytes; {SIZE_LIMIT} are allowed", bytes.len());
            return Err(Diagnostic::error(name, Span::start(), &message));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let offset = good.len();
                let bad = bytes.get(offset).copied().unwrap_or_default();
                let span = Span::after(&String::from_utf8_lossy(good));
                let message = format!("the file is not UTF-8: byte 0x{bad:02x} at offset {offset}");
                Err(Diagnostic::error(name, span, &message).with_help("save the file as UTF-8"))
            }
        }
    }
}

/// A stretch of a source: bytes, and the line and column of its first character (both from 1, columns in
/// characters, a byte order mark not counted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last one.
    pub end: usize,
    /// The line of the first character.
    pub line: usize,
    /// Its column.
    pub column: usize,
}

impl Span {
    /// The very beginning of a file.
    #[must_use]
    pub fn start() -> Self {
        Self { start: 0, end: 0, line: 1, column: 1 }
    }

    /// The empty span behind `text`, which begins the file.
    #[must_use]
    pub(super) fn after(text: &str) -> Self {
        let line_start = text.rfind('\n').map_or(0, |at| at + 1);
        let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let rest = text.get(line_start..).unwrap_or_default();
        let column = rest.chars().filter(|c| *c != '\u{feff}').count() + 1;
        Self { start: text.len(), end: text.len(), line, column }
    }

    /// True where the span covers no text, as that of a value that was left out does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

/// A value with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}
