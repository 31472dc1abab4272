//! Why a value could not be decoded: a class to count by, and a sentence.

use std::fmt;

/// What kind of reason it is. Summaries count by these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemClass {
    /// It does not begin as the registry's wire format does.
    Wire,
    /// The registry does not know the schema, or it is no Avro schema.
    SchemaUnknown,
    /// The schema could not be looked up.
    SchemaUnavailable,
    /// The data are no value of their schema.
    Avro,
    /// It is not UTF-8.
    Text,
    /// It is not JSON.
    Json,
    /// It is no envelope, or of an unknown event or version.
    Envelope,
    /// The key is not what the catalog says.
    Key,
    /// It is sound, and the file that it should go into cannot hold it.
    NotInFile,
}

impl ProblemClass {
    /// The word that JSON documents use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemClass::Wire => "wire_format",
            ProblemClass::SchemaUnknown => "schema_unknown",
            ProblemClass::SchemaUnavailable => "schema_unavailable",
            ProblemClass::Avro => "avro_data",
            ProblemClass::Text => "not_text",
            ProblemClass::Json => "not_json",
            ProblemClass::Envelope => "envelope",
            ProblemClass::Key => "key",
            ProblemClass::NotInFile => "not_in_file",
        }
    }

    /// True where another try may succeed: the record itself may be sound.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == ProblemClass::SchemaUnavailable
    }
}

impl fmt::Display for ProblemClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ProblemClass::Wire => "not in the wire format",
            ProblemClass::SchemaUnknown => "schema unknown",
            ProblemClass::SchemaUnavailable => "schema not available",
            ProblemClass::Avro => "broken Avro data",
            ProblemClass::Text => "not UTF-8",
            ProblemClass::Json => "not JSON",
            ProblemClass::Envelope => "no known envelope",
            ProblemClass::Key => "broken key",
            ProblemClass::NotInFile => "not for this file",
        })
    }
}

/// Why a value could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// What kind of reason.
    pub class: ProblemClass,
    /// The reason, as a sentence; foreign text may be in it.
    pub detail: String,
}

impl Problem {
    /// A problem of this class.
    #[must_use]
    pub fn new(class: ProblemClass, detail: impl Into<String>) -> Self {
        Problem { class, detail: detail.into() }
    }
}
