//! Reads a registry's answers from their bytes. It decides what counts as an answer: field names are taken as the API
//! writes them and in no other case, types are checked, ids and versions are positive, and an answer that speaks of
//! something else than was asked is none. It knows nothing of HTTP but a status.

use eventctl_core::catalog::Compatibility;
use eventctl_core::json::{Json, Value};

use super::error::{Refusal, RegistryErrorKind};
use super::values::{
    LevelWord, Mode, Receipt, Reference, Registered, SchemaContent, SchemaType, SubjectVersion, Verdict,
    VersionName,
};

/// Why bytes are not the answer that was asked for, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misread(String);

/// What an answer that is no success says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What follows from it.
    pub kind: RegistryErrorKind,
    /// The API's error code, where the body holds one.
    pub code: Option<i64>,
    /// The server's words: its `message`, otherwise the beginning of what came.
    pub message: String,
}

/// The highest id and version: the wire format and the API hold 32 bits with a sign.
const HIGHEST: u32 = i32::MAX.unsigned_abs();
/// The most characters of an unknown body that are told.
const EXCERPT: usize = 120;

/// Reads the answer to `GET /subjects`.
///
/// # Errors
/// What is wrong with it.
pub fn subjects(body: &[u8]) -> Result<Vec<String>, Misread> {
    items(&read(body)?, "the list of subjects")?
        .iter()
        .map(|item| item.text().map(str::to_owned).ok_or_else(|| wrong("a subject", item, "a string")))
        .collect()
}

/// Reads a list of versions (`GET /subjects/S/versions`), in ascending order.
///
/// # Errors
/// What is wrong with it.
pub fn versions(body: &[u8]) -> Result<Vec<u32>, Misread> {
    let mut versions = numbers(&read(body)?, "version")?;
    versions.sort_unstable();
    versions.dedup();
    Ok(versions)
}

/// Reads a list of ids (`GET /subjects/S/versions/N/referencedby`).
///
/// # Errors
/// What is wrong with it.
pub fn ids(body: &[u8]) -> Result<Vec<u32>, Misread> {
    numbers(&read(body)?, "id")
}

/// Reads a version of a subject, and checks that it is the one that was asked for; `Latest` fits every number.
///
/// # Errors
/// What is wrong with it.
pub fn registered(body: &[u8], subject: &str, version: VersionName) -> Result<Registered, Misread> {
    let answer = object(read(body)?)?;
    let told = text(&answer, "subject")?;
    // Confluent's default context may be written out.
    if told.strip_prefix(":.:").unwrap_or(told) != subject.strip_prefix(":.:").unwrap_or(subject) {
        return Err(Misread(format!("it is about subject `{told}`, asked was `{subject}`")));
    }
    let number = number(&answer, "version")?;
    if let VersionName::Number(asked) = version
        && asked != number
    {
        return Err(Misread(format!("it is about version {number}, asked was {asked}")));
    }
    Ok(Registered {
        subject: subject.to_owned(),
        version: number,
        id: self::number(&answer, "id")?,
        guid: optional_text(&answer, "guid")?,
        schema: content(&answer)?,
    })
}

/// Reads a schema by its id. An id in the answer must be the one that was asked for.
///
/// # Errors
/// What is wrong with it.
pub fn schema(body: &[u8], id: u32) -> Result<SchemaContent, Misread> {
    let answer = object(read(body)?)?;
    if given(&answer, "id").is_some() {
        let told = number(&answer, "id")?;
        if told != id {
            return Err(Misread(format!("it is about id {told}, asked was {id}")));
        }
    }
    content(&answer)
}

/// Reads where a schema is registered (`GET /schemas/ids/N/versions`), in order.
///
/// # Errors
/// What is wrong with it.
pub fn usages(body: &[u8]) -> Result<Vec<SubjectVersion>, Misread> {
    let answer = read(body)?;
    let mut usages = Vec::new();
    for item in items(&answer, "the list of versions")? {
        let subject = text(item, "subject")?.to_owned();
        usages.push(SubjectVersion { subject, version: number(item, "version")? });
    }
    usages.sort();
    Ok(usages)
}

/// Reads a level that was asked for.
///
/// # Errors
/// What is wrong with it.
pub fn level(body: &[u8]) -> Result<LevelWord, Misread> {
    text(&object(read(body)?)?, "compatibilityLevel").map(LevelWord::of)
}

/// Reads what setting a level brought: the server repeats it under another name than the one it answers with.
///
/// # Errors
/// What is wrong with it, and another level than was set.
pub fn level_set(body: &[u8], level: Compatibility) -> Result<(), Misread> {
    let answer = object(read(body)?)?;
    let told = text(&answer, "compatibility")?;
    if told == level.as_str() {
        return Ok(());
    }
    Err(Misread(format!("it says that `{told}` was set, asked was {level}")))
}

/// Reads a mode.
///
/// # Errors
/// What is wrong with it.
pub fn mode(body: &[u8]) -> Result<Mode, Misread> {
    text(&object(read(body)?)?, "mode").map(Mode::of)
}

/// Reads a verdict. Confluent gives its reasons as a list `messages`, Apicurio as one text `reason`.
///
/// # Errors
/// What is wrong with it.
pub fn verdict(body: &[u8]) -> Result<Verdict, Misread> {
    let answer = object(read(body)?)?;
    let compatible = match given(&answer, "is_compatible") {
        Some(Json { value: Value::Boolean(compatible), .. }) => *compatible,
        Some(other) => return Err(wrong("`is_compatible`", other, "true or false")),
        None => return Err(missing("is_compatible")),
    };
    let mut reasons = Vec::new();
    if let Some(messages) = given(&answer, "messages") {
        for message in items(messages, "`messages`")? {
            reasons.push(message.text().ok_or_else(|| wrong("a message", message, "a string"))?.to_owned());
        }
    }
    reasons.extend(optional_text(&answer, "reason")?);
    Ok(Verdict { compatible, reasons })
}

/// Reads what registering brought; newer servers also tell the version.
///
/// # Errors
/// What is wrong with it.
pub fn receipt(body: &[u8]) -> Result<Receipt, Misread> {
    let answer = object(read(body)?)?;
    let version = given(&answer, "version").map(|_| number(&answer, "version")).transpose()?;
    Ok(Receipt { id: number(&answer, "id")?, version })
}

/// Reads the number of the version that was deleted.
///
/// # Errors
/// What is wrong with it, and another number than was asked for.
pub fn deleted(body: &[u8], version: u32) -> Result<(), Misread> {
    let told = positive(&read(body)?, "the deleted version")?;
    if told == version {
        return Ok(());
    }
    Err(Misread(format!("it says that version {told} was deleted, asked was {version}")))
}

/// Takes in an answer whose content does not matter, as long as it is an object: what a registry says after a level was
/// deleted differs from server to server.
///
/// # Errors
/// What is wrong with it.
pub fn any_object(body: &[u8]) -> Result<(), Misread> {
    object(read(body)?).map(drop)
}

/// Says what a status that is no success means. Below 500 the API's error code decides, where there is one that we
/// know; a 404 without one says that the server has no such call, not that a thing is absent.
#[must_use]
pub fn refused(status: u16, body: &[u8]) -> Refused {
    let answer = read(body).ok();
    let code = answer.as_ref().and_then(|answer| match &answer.get("error_code")?.value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    });
    let message = answer.as_ref().and_then(|answer| answer.get("message")?.text());
    let message = message.map_or_else(|| excerpt(body), str::to_owned);
    let kind = match status {
        401 | 403 => RegistryErrorKind::Denied,
        429 => RegistryErrorKind::Busy,
        501 => RegistryErrorKind::NotOffered,
        400..=499 => match code.and_then(Refusal::of) {
            Some(refusal) => RegistryErrorKind::Refused(refusal),
            // A code of the API that is newer than we are is an answer all the same.
            None if matches!(status, 404 | 405) && code.is_none_or(|code| code / 100 != 404) => {
                RegistryErrorKind::NotOffered
            }
            None => RegistryErrorKind::Refused(Refusal::Other),
        },
        500.. => RegistryErrorKind::Failing,
        _ => RegistryErrorKind::Misunderstood,
    };
    Refused { kind, code, message }
}

fn read(body: &[u8]) -> Result<Json, Misread> {
    let came = || match excerpt(body) {
        text if text.is_empty() => "nothing came".to_owned(),
        text => format!("what came begins with `{text}`"),
    };
    let text = std::str::from_utf8(body).map_err(|_| Misread(format!("not UTF-8 text: {}", came())))?;
    Json::read(text).map_err(|error| Misread(format!("not JSON, {error}: {}", came())))
}

fn excerpt(body: &[u8]) -> String {
    // Four bytes for the longest character.
    let beginning = body.get(..EXCERPT * 4).unwrap_or(body);
    String::from_utf8_lossy(beginning).trim().chars().take(EXCERPT).collect()
}

fn object(answer: Json) -> Result<Json, Misread> {
    if matches!(answer.value, Value::Object(_)) {
        Ok(answer)
    } else {
        Err(wrong("the answer", &answer, "an object"))
    }
}

fn items<'a>(answer: &'a Json, what: &str) -> Result<&'a [Json], Misread> {
    answer.items().ok_or_else(|| wrong(what, answer, "a list"))
}

/// A field that is there and not null.
fn given<'a>(answer: &'a Json, name: &str) -> Option<&'a Json> {
    answer.get(name).filter(|value| value.value != Value::Null)
}

fn text<'a>(answer: &'a Json, name: &str) -> Result<&'a str, Misread> {
    let field = given(answer, name).ok_or_else(|| missing(name))?;
    field.text().ok_or_else(|| wrong(&format!("`{name}`"), field, "a string"))
}

fn optional_text(answer: &Json, name: &str) -> Result<Option<String>, Misread> {
    given(answer, name).map(|_| text(answer, name).map(str::to_owned)).transpose()
}

fn number(answer: &Json, name: &str) -> Result<u32, Misread> {
    positive(given(answer, name).ok_or_else(|| missing(name))?, &format!("`{name}`"))
}

fn numbers(answer: &Json, what: &str) -> Result<Vec<u32>, Misread> {
    items(answer, &format!("the list of {what}s"))?.iter().map(|item| positive(item, what)).collect()
}

/// A positive number of 32 bits with a sign, written without fraction and exponent.
fn positive(value: &Json, what: &str) -> Result<u32, Misread> {
    let number = match &value.value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| (1..=HIGHEST).contains(number));
    number.ok_or_else(|| wrong(what, value, "a positive integer"))
}

fn content(answer: &Json) -> Result<SchemaContent, Misread> {
    let schema_type = optional_text(answer, "schemaType")?;
    let schema_type = schema_type.map_or(SchemaType::Avro, |word| SchemaType::of(&word));
    let mut references = Vec::new();
    if let Some(list) = given(answer, "references") {
        for item in items(list, "`references`")? {
            references.push(Reference {
                name: text(item, "name")?.to_owned(),
                subject: text(item, "subject")?.to_owned(),
                version: number(item, "version")?,
            });
        }
    }
    Ok(SchemaContent { text: text(answer, "schema")?.to_owned(), schema_type, references })
}

fn missing(name: &str) -> Misread {
    Misread(format!("it has no field `{name}`"))
}

fn wrong(what: &str, value: &Json, expected: &str) -> Misread {
    let told = match &value.value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => number.chars().take(EXCERPT).collect(),
        Value::String(text) => format!("the string `{}`", text.chars().take(EXCERPT).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    Misread(format!("{what} is {told}, not {expected}"))
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
