//! Field-shape tables: what a file may say, written down once.
//!
//! A table is a `static` [`Record`]. Three readers share it: [`check()`](super::check()) reports everything that
//! does not fit, [`Fields`](super::Fields) takes the values out, and [`json_schema()`](super::json_schema())
//! writes what an editor needs. A value that a table does not accept is never taken out, and a test of each file's
//! owner asks `unread` whether every field of a table is read.
//!
//! ```
//! use eventctl_core::yaml::{Diagnostics, Fields, Source, check, read};
//! use eventctl_core::yaml::shape::{Field, Record, Shape, TextRule};
//!
//! static BROKER: TextRule = TextRule { what: "a broker's address", pattern: Some("^.+:[0-9]+$"), check: None };
//! static CONTEXT: Record = Record {
//!     name: "context",
//!     doc: "How to reach one cluster.",
//!     fields: &[
//!         Field::required("brokers", Shape::List(&Shape::Text(&BROKER)), "Where to begin."),
//!         Field::optional("timeout", Shape::Duration { forever: false }, "How long to wait.").default("10s"),
//!     ],
//! };
//!
//! let source = Source::new("eventctl.yaml", "brokers: [localhost:9092]\ntimeuot: 5s\n");
//! let mut findings = Diagnostics::new(&source.name);
//! if let Some(tree) = read(&source, &mut findings) {
//!     check(&tree, &CONTEXT, &mut findings);
//!     let brokers = Fields::of(&tree, &CONTEXT).map(|fields| fields.texts("brokers"));
//!     assert_eq!(brokers.map(|list| list.len()), Some(1));
//! }
//! let lines: Vec<String> = findings.finish().iter().map(ToString::to_string).collect();
//! assert_eq!(lines, ["eventctl.yaml:2:1: error: `timeuot` is not known here\n  help: did you mean `timeout`?"]);
//! ```

/// One mapping with a closed set of fields.
#[derive(Debug)]
pub struct Record {
    /// Its name in the JSON Schema, in one word; unique in a file's tables.
    pub name: &'static str,
    /// What it describes, in a sentence.
    pub doc: &'static str,
    /// Its fields, in the order they are documented.
    pub fields: &'static [Field],
}

/// One field of a record.
#[derive(Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What may stand there.
    pub shape: Shape,
    /// What it is for, in a sentence or two.
    pub doc: &'static str,
    /// True where the record is an error without it (not in a partial record).
    pub required: bool,
    /// What holds where it is left out, in the file's own syntax; for readers only, nothing is filled in.
    pub default: Option<&'static str>,
}

/// What may stand in one place.
#[derive(Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// Only `false`: a thing that can be switched off or described.
    False,
    /// Only `null`.
    Null,
    /// A whole number.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A duration, taken out as milliseconds.
    Duration {
        /// True where `forever` is allowed, taken out as -1.
        forever: bool,
    },
    /// An amount of bytes such as `64KiB`.
    Size,
    /// A text.
    Text(&'static TextRule),
    /// A text that is, or may hold, a secret: neither it nor its line is ever shown.
    PrivateText(&'static TextRule),
    /// One of these words, each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
    /// Any text, number or boolean, taken out as its text.
    Scalar,
    /// Anything at all.
    Any,
    /// Items of one shape.
    List(&'static Shape),
    /// Keys that the file chooses, with values of one shape.
    Map {
        /// What the keys are.
        key: &'static TextRule,
        /// What the values are.
        value: &'static Shape,
    },
    /// A closed set of fields.
    Record(&'static Record),
    /// The same, where nothing is required, here and below: an overlay.
    Partial(&'static Record),
    /// One of several, told apart by what was written.
    OneOf(&'static [Shape]),
}

/// What makes a text acceptable.
#[derive(Debug)]
pub struct TextRule {
    /// What it is, with its article: "a topic name".
    pub what: &'static str,
    /// A pattern for the JSON Schema; the check decides.
    pub pattern: Option<&'static str>,
    /// Accepts a text, or says why not.
    pub check: Option<TextCheck>,
}

/// Accepts a text, or says why not in a few words.
pub type TextCheck = fn(&str) -> Result<(), String>;

/// A text of which nothing is asked but that it is not empty.
pub static ANY_TEXT: TextRule = TextRule { what: "a text", pattern: Some("^.+$"), check: Some(not_empty) };

fn not_empty(text: &str) -> Result<(), String> {
    if text.is_empty() { Err("it may not be empty".to_owned()) } else { Ok(()) }
}

impl Field {
    /// A field that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, doc, required: false, default: None }
    }

    /// A field that must be there.
    #[must_use]
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, doc, required: true, default: None }
    }

    /// Says what holds where the field is left out.
    #[must_use]
    pub const fn default(self, text: &'static str) -> Self {
        Self {
            name: self.name,
            shape: self.shape,
            doc: self.doc,
            required: self.required,
            default: Some(text),
        }
    }
}

impl Record {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Shape {
    /// What is wanted, in words that follow "must be".
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Shape::Bool => "true or false".to_owned(),
            Shape::False => "false".to_owned(),
            Shape::Null => "null".to_owned(),
            Shape::Integer { min, max: i64::MAX } => format!("a whole number from {min}"),
            Shape::Integer { min, max } if min == max => format!("{min}"),
            Shape::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Shape::Duration { forever: false } => "a duration such as 7d, 12h, 30m, 10s or 500ms".to_owned(),
            Shape::Duration { forever: true } => "a duration such as 7d, 12h or 30m, or forever".to_owned(),
            Shape::Size => "a size such as 64KiB".to_owned(),
            Shape::Text(rule) | Shape::PrivateText(rule) => rule.what.to_owned(),
            Shape::Choice(words) => alternatives(words.iter().map(|(word, _)| (*word).to_owned())),
            Shape::Scalar => "a text, a number, true or false".to_owned(),
            Shape::Any => "anything".to_owned(),
            Shape::List(_) => "a list".to_owned(),
            Shape::Map { .. } | Shape::Record(_) | Shape::Partial(_) => "a mapping".to_owned(),
            Shape::OneOf(shapes) => alternatives(shapes.iter().map(Shape::expected)),
        }
    }

    /// True where what was written here is not to be shown.
    pub(super) fn is_private(&self) -> bool {
        match self {
            Shape::PrivateText(_) => true,
            Shape::OneOf(shapes) => shapes.iter().any(Shape::is_private),
            _ => false,
        }
    }

    /// The records directly behind this shape, whatever else it allows.
    pub(super) fn records(&self) -> Vec<&'static Record> {
        match self {
            Shape::Record(record) | Shape::Partial(record) => vec![record],
            Shape::List(shape) | Shape::Map { value: shape, .. } => shape.records(),
            Shape::OneOf(shapes) => shapes.iter().flat_map(Shape::records).collect(),
            _ => Vec::new(),
        }
    }
}

/// Joins words as "a, b or c".
fn alternatives(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
