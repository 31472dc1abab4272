//! All schema files of a folder, read as texts, with the references between them resolved.
//!
//! Schemas themselves are read when they are asked for, one subject at a time, so that a folder of many thousand files
//! costs little more memory than its texts. Whatever is wrong with a file is a finding at its place, never a failure:
//! one broken file does not hide another.

mod closure;
mod read;
mod references;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use read::{ReadSubject, ReadVersion};
pub use references::Reference;

use super::folder::{folder_name, references_file, schema_file};
use super::lock::ContentHash;
use crate::json::Json;
use crate::name::SubjectName;
use crate::schema::{self, Name, Schema};
use crate::yaml::{Diagnostic, Source, Span, near_miss, shown};

/// The most bytes that all files of a folder may have together.
pub const TEXT_LIMIT: usize = 256 * 1024 * 1024;

/// How many references may follow one another.
pub const REFERENCE_DEPTH_LIMIT: usize = 64;

/// The bytes of a file under the name it is shown by, or why they could not be read.
#[derive(Debug, Clone)]
pub struct FoundText {
    /// The path as it is shown.
    pub name: String,
    /// The bytes, or a sentence.
    pub bytes: Result<Vec<u8>, String>,
}

/// The files of one version as they were found.
#[derive(Debug, Clone)]
pub struct FoundVersion {
    /// Whose version it is.
    pub subject: SubjectName,
    /// The file's number.
    pub number: u32,
    /// `v<N>.avsc`
    pub schema: FoundText,
    /// `v<N>.references.json`, where there is one.
    pub references: Option<FoundText>,
}

/// What is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFindings {
    /// The file.
    pub source: Source,
    /// What is wrong, by place; at least one.
    pub findings: Vec<Diagnostic>,
}

/// The schema files of all subjects.
#[derive(Debug, Default)]
pub struct Library {
    folder: String,
    subjects: BTreeMap<SubjectName, Subject>,
    /// The subject that defines a type as its newest file's root, by the type's full name; made when first needed.
    roots: OnceLock<BTreeMap<String, (SubjectName, u32)>>,
}

/// The versions of one subject.
#[derive(Debug)]
pub struct Subject {
    /// Its name.
    pub name: SubjectName,
    versions: Vec<Version>,
}

/// One version of a subject: its files.
#[derive(Debug)]
pub struct Version {
    /// The file's number.
    pub number: u32,
    /// The SHA-256 over the bytes of the schema and then of its references; none where a file could not be read.
    pub hash: Option<ContentHash>,
    /// The schema's text.
    pub source: Source,
    /// The text of its references file, where there is one.
    pub references_source: Option<Source>,
    /// What it refers to itself, in the order of the file.
    pub references: Vec<Reference>,
    /// The hash they would have if their lines ended as on Unix; none where they do.
    unix_hash: Option<ContentHash>,
    /// What it refers to, through others too: each after what it refers to itself.
    closure: Vec<(SubjectName, u32)>,
    /// What is wrong with its files before the schema is looked at.
    findings: Vec<FileFindings>,
}

impl Library {
    /// Takes in the files of a folder, which is shown by this name, and resolves their references.
    #[must_use]
    pub fn read(folder: &str, files: Vec<FoundVersion>) -> Library {
        let mut subjects: BTreeMap<SubjectName, Subject> = BTreeMap::new();
        for file in files {
            let name = file.subject.clone();
            let subject = subjects
                .entry(name)
                .or_insert_with_key(|name| Subject { name: name.clone(), versions: Vec::new() });
            subject.versions.push(Version::read(file));
        }
        for subject in subjects.values_mut() {
            subject.versions.sort_by_key(|version| version.number);
        }
        let mut library = Library { folder: folder.to_owned(), subjects, roots: OnceLock::new() };
        closure::resolve(&mut library);
        library
    }

    /// The folder as it is shown.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The subjects by name.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = &Subject> {
        self.subjects.values()
    }

    /// The subject of this name.
    #[must_use]
    pub fn subject(&self, name: &str) -> Option<&Subject> {
        self.subjects.get(name)
    }

    /// The subject that was most likely meant by a name that none has.
    #[must_use]
    pub fn near_subject(&self, name: &str) -> Option<&str> {
        near_miss(name, self.subjects.keys().map(SubjectName::as_str))
    }

    /// A subject's version.
    #[must_use]
    pub fn version(&self, subject: &str, number: u32) -> Option<&Version> {
        self.subject(subject)?.version(number)
    }

    /// How many versions all subjects have together.
    #[must_use]
    pub fn size(&self) -> usize {
        self.subjects.values().map(|subject| subject.versions.len()).sum()
    }

    /// The path of a version's schema file as it is shown.
    #[must_use]
    pub fn path(&self, subject: &str, number: u32) -> String {
        format!("{}/{}/{}", self.folder, folder_name(subject), schema_file(number))
    }

    /// Reads a version's schema, with everything it refers to.
    ///
    /// # Errors
    /// Everything that is wrong with its files; of a file it refers to, only that this one cannot be used.
    pub fn schema(&self, version: &Version) -> Result<Schema, Vec<FileFindings>> {
        if !version.findings.is_empty() {
            return Err(version.findings.clone());
        }
        let referred =
            version.closure.iter().filter_map(|(subject, number)| self.version(subject.as_str(), *number));
        let documents: Vec<Source> = referred.map(|version| version.source.clone()).collect();
        let elsewhere = |name: &str| self.elsewhere(version, name);
        schema::parse_with(&version.source, &documents, &elsewhere).map_err(|findings| {
            let own = findings.first().is_none_or(|finding| finding.source == version.source.name);
            vec![if own {
                FileFindings { source: version.source.clone(), findings }
            } else {
                version.unusable_reference(&findings)
            }]
        })
    }

    /// Reads all schemas of a subject.
    #[must_use]
    pub fn read_subject<'a>(&'a self, subject: &'a Subject) -> ReadSubject<'a> {
        let read = |version: &'a Version| ReadVersion { version, schema: self.schema(version) };
        ReadSubject { library: self, subject, versions: subject.versions.iter().map(read).collect() }
    }

    /// What to write where a type is not defined and no reference names it, but another subject's schema is that type.
    fn elsewhere(&self, version: &Version, type_name: &str) -> Option<String> {
        let (subject, number) = self.roots().get(type_name)?;
        if self.version(subject.as_str(), *number).is_some_and(|root| root.source.name == version.source.name)
        {
            return None;
        }
        let entry = format!(
            "{{\"name\": {}, \"subject\": {}, \"version\": {number}}}",
            serde_json::Value::from(type_name),
            serde_json::Value::from(subject.as_str())
        );
        Some(match &version.references_source {
            Some(source) => format!("add to {}: {entry}", source.name),
            None => format!("write into {}: [{entry}]", self.references_path(version)),
        })
    }

    /// Where a version's references file belongs.
    fn references_path(&self, version: &Version) -> String {
        let folder = version.source.name.rsplit_once('/').map_or(".", |(folder, _)| folder);
        format!("{folder}/{}", references_file(version.number))
    }

    fn roots(&self) -> &BTreeMap<String, (SubjectName, u32)> {
        self.roots.get_or_init(|| {
            let newest = self.subjects.values().filter_map(|subject| Some((subject, subject.newest()?)));
            let root = |(subject, version): (&Subject, &Version)| {
                Some((root_name(&version.source.text)?, (subject.name.clone(), version.number)))
            };
            newest.filter_map(root).collect()
        })
    }
}

impl Subject {
    /// Its versions in order.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version of this number.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&Version> {
        let at = self.versions.binary_search_by_key(&number, |version| version.number).ok()?;
        self.versions.get(at)
    }

    /// The version of the highest number.
    #[must_use]
    pub fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }
}

impl Version {
    fn read(file: FoundVersion) -> Version {
        let FoundVersion { subject: _, number, schema, references } = file;
        let hash = content_hash(&schema, references.as_ref(), <[u8]>::to_vec);
        let windows = |text: &FoundText| text.bytes.as_ref().is_ok_and(|bytes| bytes.contains(&b'\r'));
        let any_windows = windows(&schema) || references.as_ref().is_some_and(windows);
        let unix_hash =
            if any_windows { content_hash(&schema, references.as_ref(), unix_lines) } else { None };
        let mut findings = Vec::new();
        let source = source_of(schema, &mut findings);
        let references_source = references.map(|text| source_of(text, &mut findings));
        let mut references = Vec::new();
        if let Some(source) = references_source.as_ref().filter(|_| findings.is_empty()) {
            match references::read(source) {
                Ok(read) => references = read,
                Err(wrong) => findings.push(FileFindings { source: source.clone(), findings: wrong }),
            }
        }
        Version {
            number,
            hash,
            source,
            references_source,
            references,
            unix_hash,
            closure: Vec::new(),
            findings,
        }
    }

    /// The versions it refers to, through others too: each after those it refers to itself.
    #[must_use]
    pub fn closure(&self) -> &[(SubjectName, u32)] {
        &self.closure
    }

    /// True where its files differ from those of this hash in nothing but how their lines end.
    #[must_use]
    pub fn differs_in_line_ends(&self, hash: ContentHash) -> bool {
        self.unix_hash == Some(hash)
    }

    /// Tells at its own references file that what it refers to cannot be used.
    fn unusable_reference(&self, findings: &[Diagnostic]) -> FileFindings {
        let source = self.references_source.as_ref().unwrap_or(&self.source);
        let (message, help) = match findings.first() {
            Some(first) => {
                let Span { line, column, .. } = first.span();
                let place = format!("{}:{line}:{column}", first.source);
                (
                    format!("a schema it refers to cannot be read: {} ({place})", first.message),
                    first.help.clone(),
                )
            }
            None => ("a schema it refers to cannot be read".to_owned(), None),
        };
        let place = self.references.first().map_or(Span::start(), |reference| reference.span);
        let finding = Diagnostic::error(&source.name, place, &message);
        let finding = if let Some(help) = help { finding.with_help(&help) } else { finding };
        FileFindings { source: source.clone(), findings: vec![finding] }
    }
}

fn content_hash(
    schema: &FoundText,
    references: Option<&FoundText>,
    change: fn(&[u8]) -> Vec<u8>,
) -> Option<ContentHash> {
    let mut parts = vec![change(schema.bytes.as_ref().ok()?)];
    if let Some(references) = references {
        parts.push(change(references.bytes.as_ref().ok()?));
    }
    Some(ContentHash::of(&parts))
}

fn unix_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            lines.push(*byte);
        }
    }
    lines
}

fn source_of(text: FoundText, findings: &mut Vec<FileFindings>) -> Source {
    let FoundText { name, bytes } = text;
    let read = match &bytes {
        Ok(bytes) => Source::from_bytes(&name, bytes),
        Err(reason) => Err(Diagnostic::error(&name, Span::start(), reason)),
    };
    read.unwrap_or_else(|finding| {
        let lossy = bytes.map(|bytes| lossy_lines(&bytes, finding.span().line)).unwrap_or_default();
        let source = Source { name, text: lossy };
        findings.push(FileFindings { source: source.clone(), findings: vec![finding] });
        source
    })
}

/// The first lines of a text that is not UTF-8, or is too long to be kept.
fn lossy_lines(bytes: &[u8], lines: usize) -> String {
    let end = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).nth(lines);
    let end = end.unwrap_or(bytes.len()).min(64 * 1024);
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// The full name of the type that a text defines, whether or not the rest of it is right.
fn root_name(text: &str) -> Option<String> {
    let json = Json::read(text).ok()?;
    let namespace = json.get("namespace").and_then(Json::text).unwrap_or_default();
    let name = json.get("name").and_then(Json::text)?;
    Some(Name::resolve(name, namespace).full().to_owned())
}

/// How a version is called in a sentence.
fn called(subject: &SubjectName, number: u32) -> String {
    format!("{} v{number}", shown(subject.as_str()))
}

#[cfg(test)]
mod tests;
