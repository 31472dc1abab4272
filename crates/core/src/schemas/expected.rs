//! Holds what the catalog expects of a subject against its schemas. Findings lie in the catalog, where the expectation
//! stands.
//!
//! A key or a timestamp must be in the newest version, because that is what will be written. What a state reads must be
//! in some version, because old records are folded too; that the newest no longer has it is a warning.

use super::library::ReadSubject;
use crate::catalog::{Expectation, Expected, KeyEncoding, Role};
use crate::schema::{Content, Field, LogicalType, NodeId, Schema, TypeKind};
use crate::yaml::{Diagnostic, Diagnostics, shown};

/// How many fields are named where none is near.
const NAMED: usize = 10;

/// Adds what is not as expected. A subject with a version that cannot be read is passed over: that is an error already.
pub(super) fn judge(subject: &ReadSubject<'_>, expectations: &[Expectation], findings: &mut Diagnostics) {
    let Some(versions) = subject.schemas() else { return };
    let Some((newest, older)) = versions.split_last() else { return };
    for expectation in expectations {
        let finding = match &expectation.expected {
            Expected::Name => name(subject, *newest, expectation, findings.source()),
            Expected::Field(path, role) => {
                let field = Wanted { subject, expectation, path, role: *role };
                field.judge(*newest, older, findings)
            }
        };
        if let Some(mut finding) = finding {
            if let Some(environment) = &expectation.environment {
                finding.message = format!("in environment {}: {}", shown(environment), finding.message);
            }
            findings.push(finding);
        }
    }
}

type Numbered<'a> = (u32, &'a Schema);

fn name(
    subject: &ReadSubject<'_>,
    (number, schema): Numbered<'_>,
    expectation: &Expectation,
    source: &str,
) -> Option<Diagnostic> {
    let version = format!("{} v{number}", shown(subject.name().as_str()));
    let event = &expectation.event;
    let (message, help) = match schema.content(schema.root()) {
        Content::Record(record) if record.name.short() == event => return None,
        Content::Record(record) => (
            format!(
                "the event is called {}, and the record of {version} {}",
                shown(event),
                shown(record.name.short())
            ),
            "give them one name, or correct the subject",
        ),
        other => (
            format!("{version} is {}, and an event is a record", a(other.kind())),
            "correct the schema or the subject",
        ),
    };
    Some(Diagnostic::warning(source, expectation.span, &message).with_help(help))
}

struct Wanted<'a> {
    subject: &'a ReadSubject<'a>,
    expectation: &'a Expectation,
    path: &'a str,
    role: Role,
}

/// Why a path does not lead to a field.
enum Lost<'a> {
    /// A record has no such field; it has these.
    Absent { name: &'a str, fields: &'a [Field] },
    /// What stands there has no fields.
    NoRecord { path: String, kind: TypeKind },
}

impl Wanted<'_> {
    fn judge(
        &self,
        newest: Numbered<'_>,
        older: &[Numbered<'_>],
        findings: &mut Diagnostics,
    ) -> Option<Diagnostic> {
        match find(newest.1, self.path) {
            Ok(id) => self.fit(newest, id, findings.source()),
            Err(lost) => {
                let states = !matches!(self.role, Role::Key(_) | Role::Timestamp);
                let last = older
                    .iter()
                    .rev()
                    .find_map(|(number, schema)| Some((*number, *schema, find(schema, self.path).ok()?)));
                match last.filter(|_| states) {
                    Some((number, schema, id)) => self
                        .fit((number, schema), id, findings.source())
                        .or_else(|| Some(self.gone(newest.0, number, findings.source()))),
                    None => Some(self.absent(newest, &lost, states && !older.is_empty(), findings)),
                }
            }
        }
    }

    fn version(&self, number: u32) -> String {
        format!("{} v{number}", self.subject.name())
    }

    fn gone(&self, newest: u32, last: u32, source: &str) -> Diagnostic {
        let message = format!(
            "{} reads {}, which was in v{last} and is no more in {}",
            self.who(),
            shown(self.path),
            self.version(newest)
        );
        Diagnostic::warning(source, self.expectation.span, &message)
            .with_help("new events will not set it: read what replaced it, or keep the field")
    }

    fn absent(
        &self,
        (number, _): Numbered<'_>,
        lost: &Lost<'_>,
        any_version: bool,
        findings: &mut Diagnostics,
    ) -> Diagnostic {
        let event = shown(&self.expectation.event);
        let message = if any_version {
            format!(
                "no version of {event} has a field {} (subject {})",
                shown(self.path),
                self.subject.name()
            )
        } else {
            format!("{event} has no field {} ({})", shown(self.path), self.version(number))
        };
        let help = match lost {
            Lost::Absent { name, fields } => {
                match findings.near_miss(name, fields.iter().map(|field| field.name.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if fields.is_empty() => "the record has no fields".to_owned(),
                    None => {
                        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                        format!("it has {}", crate::human::list(&names, NAMED))
                    }
                }
            }
            Lost::NoRecord { path, kind } if path.is_empty() => format!("the schema is {}", a(*kind)),
            Lost::NoRecord { path, kind } => format!("{} is {}, which has no fields", shown(path), a(*kind)),
        };
        Diagnostic::error(findings.source(), self.expectation.span, &message).with_help(&help)
    }

    fn who(&self) -> &'static str {
        match self.role {
            Role::Key(_) => "the key",
            Role::Timestamp => "the timestamp",
            Role::StateKey | Role::StateVersion | Role::StateTime | Role::StateValue => "the state",
        }
    }

    /// Tells whether the field that was found is fit for its role.
    fn fit(&self, (number, schema): Numbered<'_>, id: NodeId, source: &str) -> Option<Diagnostic> {
        let (content, logical) = {
            let node = schema.node(through_null(schema, id));
            (&node.content, node.logical)
        };
        let wanted = match self.role {
            Role::StateValue => return None,
            Role::Key(encoding) => key(encoding, content, logical)?,
            Role::StateKey => scalar(content, "a state's key")?,
            Role::StateVersion => match content.kind() {
                TypeKind::Int | TypeKind::Long => return None,
                _ => "a version orders events: int or long",
            },
            Role::Timestamp | Role::StateTime => time(content, logical)?,
        };
        let found = logical.map_or_else(|| a(content.kind()), |logical| format!("a {}", logical.name()));
        let event = shown(&self.expectation.event);
        let message = format!("{} of {event} is {found} ({})", shown(self.path), self.version(number));
        Some(Diagnostic::error(source, self.expectation.span, &message).with_help(wanted))
    }
}

/// Finds the field that a path of names leads to. A union of null and a record is gone through.
fn find<'a>(schema: &'a Schema, path: &'a str) -> Result<NodeId, Lost<'a>> {
    let mut at = schema.root();
    let mut walked = String::new();
    for name in path.split('.') {
        let inner = through_null(schema, at);
        let Content::Record(record) = schema.content(inner) else {
            return Err(Lost::NoRecord { path: walked, kind: schema.content(inner).kind() });
        };
        let field = record.fields.iter().find(|field| field.name == name);
        at = field.ok_or(Lost::Absent { name, fields: &record.fields })?.schema;
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(name);
    }
    Ok(at)
}

/// The other branch of a union of null and one more type; the type itself where it is no such union.
fn through_null(schema: &Schema, id: NodeId) -> NodeId {
    let Content::Union(branches) = schema.content(id) else { return id };
    let mut others = branches.iter().filter(|branch| !matches!(schema.content(**branch), Content::Null));
    match (others.next(), others.next()) {
        (Some(only), None) => *only,
        _ => id,
    }
}

/// Says which types can be written as a key in an encoding, where this one cannot.
fn key(encoding: KeyEncoding, content: &Content, logical: Option<LogicalType>) -> Option<&'static str> {
    let kind = content.kind();
    let uuid = logical == Some(LogicalType::Uuid);
    match encoding {
        KeyEncoding::Json | KeyEncoding::Avro => None,
        KeyEncoding::Text if matches!(kind, TypeKind::Bytes | TypeKind::Fixed) && !uuid => {
            Some("a key of bytes needs `key: { field: …, encoding: raw }`")
        }
        KeyEncoding::Text => scalar(content, "a key"),
        KeyEncoding::Int => {
            (kind != TypeKind::Int).then_some("the key's encoding is int: the field must be an int")
        }
        KeyEncoding::Long => (!matches!(kind, TypeKind::Int | TypeKind::Long))
            .then_some("the key's encoding is long: the field must be an int or a long"),
        KeyEncoding::Uuid => (!(uuid || kind == TypeKind::String))
            .then_some("the key's encoding is uuid: the field must be a string or a uuid"),
        KeyEncoding::Raw => (!matches!(kind, TypeKind::Bytes | TypeKind::Fixed | TypeKind::String))
            .then_some("the key's encoding is raw: the field must be bytes, fixed or a string"),
    }
}

/// Says which types are one exact value, where this one is not.
fn scalar(content: &Content, what: &'static str) -> Option<&'static str> {
    match content.kind() {
        TypeKind::Boolean | TypeKind::Int | TypeKind::Long | TypeKind::String | TypeKind::Enum => None,
        TypeKind::Bytes | TypeKind::Fixed => None,
        TypeKind::Float | TypeKind::Double => {
            Some("numbers with a fraction have several texts: name another field")
        }
        _ if what == "a key" => {
            Some("a key is one value: a string, a number, an enum; or choose another encoding")
        }
        _ => Some("a state's key is one value: a string, a number, an enum"),
    }
}

/// Says which types are a time, where this one is none.
fn time(content: &Content, logical: Option<LogicalType>) -> Option<&'static str> {
    use LogicalType::{
        Date, LocalTimestampMicros, LocalTimestampMillis, LocalTimestampNanos, TimestampMicros,
        TimestampMillis, TimestampNanos,
    };
    let timely = match (content.kind(), logical) {
        (_, Some(TimestampMillis | TimestampMicros | TimestampNanos | Date)) => true,
        (_, Some(LocalTimestampMillis | LocalTimestampMicros | LocalTimestampNanos)) => true,
        // A plain long counts milliseconds since 1970.
        (kind, None) => kind == TypeKind::Long,
        _ => false,
    };
    (!timely).then_some("a time is a long in milliseconds, a timestamp or a date")
}

/// The name of a kind with its article.
fn a(kind: TypeKind) -> String {
    match kind {
        TypeKind::Null => "null".to_owned(),
        TypeKind::Bytes => "bytes".to_owned(),
        TypeKind::Int | TypeKind::Array | TypeKind::Enum => format!("an {kind}"),
        TypeKind::Union => "a union of several types".to_owned(),
        _ => format!("a {kind}"),
    }
}

#[cfg(test)]
#[path = "expected_tests.rs"]
mod tests;
