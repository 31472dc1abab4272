//! What a registry is asked and what it answers, as values. Every text in them is foreign: it is escaped where it is
//! shown, not here.

use std::fmt;

use eventctl_core::catalog::Compatibility;

/// What language a schema is written in. A registry that names none means Avro.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SchemaType {
    /// `AVRO`
    Avro,
    /// `JSON`, that is JSON Schema.
    Json,
    /// `PROTOBUF`
    Protobuf,
    /// A word that we do not know.
    Other(String),
}

impl SchemaType {
    /// The type of a registry's word; the case matters.
    #[must_use]
    pub fn of(word: &str) -> SchemaType {
        match word {
            "AVRO" => SchemaType::Avro,
            "JSON" => SchemaType::Json,
            "PROTOBUF" => SchemaType::Protobuf,
            other => SchemaType::Other(other.to_owned()),
        }
    }

    /// The registry's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            SchemaType::Avro => "AVRO",
            SchemaType::Json => "JSON",
            SchemaType::Protobuf => "PROTOBUF",
            SchemaType::Other(word) => word,
        }
    }
}

/// A schema that another one needs, by the subject and the version it is registered under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What it is called in the schema that needs it; in Avro the full name of a type.
    pub name: String,
    /// Its subject.
    pub subject: String,
    /// Its version there.
    pub version: u32,
}

/// A schema as a registry holds it. Its references are part of what it is: the same text with others is another schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaContent {
    /// Its text.
    pub text: String,
    /// Its language.
    pub schema_type: SchemaType,
    /// The schemas it needs, in the registry's order.
    pub references: Vec<Reference>,
}

impl SchemaContent {
    /// An Avro schema that needs no other.
    #[must_use]
    pub fn avro(text: impl Into<String>) -> SchemaContent {
        SchemaContent { text: text.into(), schema_type: SchemaType::Avro, references: Vec::new() }
    }
}

/// A version of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The subject.
    pub subject: String,
    /// The version's number; a subject's numbers have holes where versions were deleted.
    pub version: u32,
    /// The schema's id in this registry; another registry gives another one.
    pub id: u32,
    /// The schema's id that is the same in every registry, where the server tells it.
    pub guid: Option<String>,
    /// The schema.
    pub schema: SchemaContent,
}

/// A version of a subject, without its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectVersion {
    /// The subject.
    pub subject: String,
    /// The version's number.
    pub version: u32,
}

/// Which version is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionName {
    /// The newest that is not deleted.
    Latest,
    /// The one of this number.
    Number(u32),
}

impl fmt::Display for VersionName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VersionName::Latest => formatter.write_str("latest"),
            VersionName::Number(number) => write!(formatter, "{number}"),
        }
    }
}

/// Whether a listing holds what was softly deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only what is in use.
    Live,
    /// Also what was softly deleted.
    WithDeleted,
}

/// What asking for one thing by name brought. That it may not be seen is an error, never an absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// It is there.
    Here(T),
    /// The registry says that there is no such subject (40401); all of its versions may have been deleted.
    NoSubject,
    /// It says that the subject has no such version (40402).
    NoVersion,
    /// It says that there is no such schema, here or under the subject (40403).
    NoSchema,
}

impl<T> Found<T> {
    /// The thing, if it is there.
    #[must_use]
    pub fn here(self) -> Option<T> {
        match self {
            Found::Here(thing) => Some(thing),
            Found::NoSubject | Found::NoVersion | Found::NoSchema => None,
        }
    }
}

/// What a new schema is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// What registering would compare it with: all that the level demands. Not every registry offers this call.
    All,
    /// The newest version alone, whatever the level demands.
    Latest,
    /// The version of this number alone.
    Version(u32),
}

/// What the registry says of a schema that might be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// A verdict under the level in force. Confluent's registry also calls the first schema of a new subject
    /// compatible: whoever counts verdicts asks for the subject's versions first.
    Verdict(Verdict),
    /// There is nothing to compare with: the subject is new.
    NewSubject,
    /// The subject has no such version.
    NoVersion,
    /// The server does not offer this call.
    NotOffered,
}

/// A verdict, in the registry's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it would be accepted.
    pub compatible: bool,
    /// Why not: Confluent's `messages` or Apicurio's `reason`, as they came.
    pub reasons: Vec<String>,
}

/// A level as the registry names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelWord {
    /// One of the seven.
    Known(Compatibility),
    /// A word that we do not know: nothing may be concluded from it.
    Unknown(String),
}

impl LevelWord {
    /// The level of a registry's word; the case matters.
    #[must_use]
    pub fn of(word: &str) -> LevelWord {
        Compatibility::of(word).map_or_else(|| LevelWord::Unknown(word.to_owned()), LevelWord::Known)
    }

    /// The level, if it is one of the seven.
    #[must_use]
    pub fn known(&self) -> Option<Compatibility> {
        match self {
            LevelWord::Known(level) => Some(*level),
            LevelWord::Unknown(_) => None,
        }
    }
}

impl fmt::Display for LevelWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LevelWord::Known(level) => level.fmt(formatter),
            LevelWord::Unknown(word) => formatter.write_str(word),
        }
    }
}

/// A subject's level and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectLevel {
    /// It was set for the subject.
    Own(LevelWord),
    /// None was set for the subject: the registry's default is in force.
    Default(LevelWord),
    /// The registry says NONE, as it does whether or not NONE was set (Apicurio 2). It enforces its default.
    NoneOrUnset {
        /// The default.
        default: LevelWord,
    },
}

impl SubjectLevel {
    /// The level by which the registry will judge the next version.
    #[must_use]
    pub fn in_force(&self) -> &LevelWord {
        match self {
            SubjectLevel::Own(level)
            | SubjectLevel::Default(level)
            | SubjectLevel::NoneOrUnset { default: level } => level,
        }
    }
}

/// What a registry lets happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// `READWRITE`
    ReadWrite,
    /// `READONLY`
    ReadOnly,
    /// `READONLY_OVERRIDE`: subjects cannot be set otherwise.
    ReadOnlyOverride,
    /// `IMPORT`: versions and ids are given by whoever registers.
    Import,
    /// A word that we do not know.
    Other(String),
}

impl Mode {
    /// The mode of a registry's word.
    #[must_use]
    pub fn of(word: &str) -> Mode {
        match word {
            "READWRITE" => Mode::ReadWrite,
            "READONLY" => Mode::ReadOnly,
            "READONLY_OVERRIDE" => Mode::ReadOnlyOverride,
            "IMPORT" => Mode::Import,
            other => Mode::Other(other.to_owned()),
        }
    }
}

/// A version to be added to a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The subject.
    pub subject: String,
    /// The schema.
    pub schema: SchemaContent,
    /// Whether the registry is to bring it into its normal form first.
    pub normalize: bool,
}

/// A level to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// The subject; the registry's default where there is none.
    pub subject: Option<String>,
    /// The level.
    pub level: Compatibility,
}

/// A version to be softly deleted: it can still be read by its id, and it can be registered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The subject.
    pub subject: String,
    /// The version's number in the registry.
    pub version: u32,
}

/// What registering brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The schema's id.
    pub id: u32,
    /// Its version in the subject. None where neither the answer nor a look-up afterwards told it.
    pub version: Option<u32>,
}
