//! Why a text is not JSON, and where.

/// What is wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    /// The text ends where more must follow.
    #[error("the text ends too early")]
    Ended,
    /// Something stands where it may not.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A number that JSON does not know: `01`, `1.`, `+1`, `NaN`.
    #[error("this is no JSON number")]
    Number,
    /// A string that holds a control character as it is.
    #[error("a control character in a string must be escaped")]
    Control,
    /// A backslash that JSON does not know.
    #[error("this is no JSON escape")]
    Escape,
    /// Half of a surrogate pair, which is no character.
    #[error("a lone surrogate is no character")]
    Surrogate,
    /// An object that names a member twice.
    #[error("this name stands twice in its object")]
    Twice,
    /// Nesting beyond the limit.
    #[error("nested deeper than {0} levels")]
    Deep(usize),
    /// Something behind the value.
    #[error("something follows the end of the value")]
    Trailing,
}

/// What is wrong with a JSON text, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {at})")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// The byte where it was seen, from 0.
    pub at: usize,
}
