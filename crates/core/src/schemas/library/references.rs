//! What a schema says it refers to: `v<N>.references.json`, an array in the shape that registries take, except that
//! `version` is a file's number, because a registry's numbers differ from one to the next.

use std::collections::BTreeMap;

use crate::json::{Json, Kind, Value};
use crate::name::SubjectName;
use crate::schema::{DOCUMENTS_LIMIT, Places};
use crate::yaml::{Diagnostic, Diagnostics, Source, Span, shown};

const MEMBERS: [&str; 3] = ["name", "subject", "version"];
const EXAMPLE: &str =
    "for example [{\"name\": \"com.example.Address\", \"subject\": \"address\", \"version\": 2}]";

/// A type of another subject that a schema refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The type's full name.
    pub name: String,
    /// The subject whose schema defines it.
    pub subject: SubjectName,
    /// The number of that subject's file.
    pub version: u32,
    /// Where it stands in the references file.
    pub span: Span,
}

/// Reads a references file.
pub(super) fn read(source: &Source) -> Result<Vec<Reference>, Vec<Diagnostic>> {
    let places = Places::new(&source.text);
    let json = Json::read(&source.text).map_err(|error| {
        let span = places.span(error.at, error.at);
        vec![Diagnostic::error(&source.name, span, &format!("this is not JSON: {}", error.kind))]
    })?;
    let mut reading = Reading { places, findings: Diagnostics::new(&source.name) };
    let Some(items) = json.items() else {
        let message = format!("references are an array, not {}", json.kind().words());
        reading.error(&json, &message, EXAMPLE);
        return Err(reading.findings.finish());
    };
    if items.len() > DOCUMENTS_LIMIT {
        let message = format!("these are {} references; {DOCUMENTS_LIMIT} are allowed", items.len());
        reading.error(&json, &message, "refer only to the types that the schema names itself");
        return Err(reading.findings.finish());
    }
    let mut references: Vec<Reference> = Vec::with_capacity(items.len());
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for item in items {
        let Some(reference) = reading.reference(item) else { continue };
        if let Some(first) = seen.insert(reference.name.clone(), reference.span) {
            let message = format!("the type {} is referred to twice", shown(&reference.name));
            let finding = Diagnostic::error(&source.name, reference.span, &message)
                .with_label(first, "first here")
                .with_help("keep one of the two");
            reading.findings.push(finding);
        }
        references.push(reference);
    }
    let findings = reading.findings;
    if findings.is_free_of_errors() { Ok(references) } else { Err(findings.finish()) }
}

struct Reading<'a> {
    places: Places<'a>,
    findings: Diagnostics,
}

impl Reading<'_> {
    fn error(&mut self, at: &Json, message: &str, help: &str) {
        let span = self.places.span(at.start, at.end);
        self.findings.error_with_help(span, message, help);
    }

    fn reference(&mut self, item: &Json) -> Option<Reference> {
        if item.kind() != Kind::Object {
            self.error(item, &format!("a reference is an object, not {}", item.kind().words()), EXAMPLE);
            return None;
        }
        for member in item.members().iter().filter(|member| !MEMBERS.contains(&member.name.as_str())) {
            let span = self.places.span(member.start, member.value.start);
            let message = format!("{} is not known here", shown(&member.name));
            let help = match self.findings.near_miss(&member.name, MEMBERS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => EXAMPLE.to_owned(),
            };
            self.findings.error_with_help(span, &message, &help);
        }
        let name = self.text(item, "name");
        let subject = self.subject(item);
        let version = self.version(item);
        let span = self.places.span(item.start, item.end);
        Some(Reference { name: name?, subject: subject?, version: version?, span })
    }

    fn member<'a>(&mut self, item: &'a Json, name: &str) -> Option<&'a Json> {
        let found = item.get(name);
        if found.is_none() {
            self.error(item, &format!("a reference needs `{name}`"), EXAMPLE);
        }
        found
    }

    fn text(&mut self, item: &Json, name: &str) -> Option<String> {
        let value = self.member(item, name)?;
        match value.text() {
            Some(text) if !text.is_empty() => Some(text.to_owned()),
            _ => {
                self.error(value, &format!("`{name}` is a text that is not empty"), EXAMPLE);
                None
            }
        }
    }

    fn subject(&mut self, item: &Json) -> Option<SubjectName> {
        let text = self.text(item, "subject")?;
        match text.parse() {
            Ok(subject) => Some(subject),
            Err(error) => {
                let at = item.get("subject").unwrap_or(item);
                self.error(at, &format!("this is no subject: {error}"), EXAMPLE);
                None
            }
        }
    }

    fn version(&mut self, item: &Json) -> Option<u32> {
        let value = self.member(item, "version")?;
        let number = match &value.value {
            Value::Number(digits) => digits.parse::<u32>().ok().filter(|number| *number > 0),
            _ => None,
        };
        if number.is_none() {
            self.error(value, "`version` is the number of a schema file: 2 for v2.avsc", EXAMPLE);
        }
        number
    }
}
