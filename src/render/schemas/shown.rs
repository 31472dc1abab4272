//! How one schema looks.

use eventctl_core::schema::fingerprint;
use eventctl_core::schemas::{State, Version};
use serde::Serialize;

use super::standing::{Asked, AskedWire};
use super::state_word;
use crate::render::page::Page;
use crate::render::report::Report;

/// One schema.
pub struct Shown<'a> {
    /// Whose it is; none where it was asked for by id.
    pub subject: Option<&'a str>,
    /// Its files, where it is one of ours.
    pub file: Option<ShownFile<'a>>,
    /// Its text as it is.
    pub schema: &'a str,
    /// The text to print: lines that are harmless already.
    pub text: &'a str,
    /// What it refers to: by the numbers of files where it is a file, else by the registry's.
    pub references: &'a [ShownReference],
    /// Its parsing canonical form; none where it cannot be read as an Avro schema.
    pub canonical: Option<&'a str>,
    /// Whether the registry was asked.
    pub asked: &'a Asked,
    /// What it is in the registry.
    pub held: &'a [ShownHeld],
}

/// The files of a version.
#[derive(Clone, Copy)]
pub struct ShownFile<'a> {
    /// The files.
    pub version: &'a Version,
    /// What the lock says of it.
    pub state: State,
}

/// A version that it refers to.
#[derive(Serialize)]
pub struct ShownReference {
    /// The full name of the type.
    pub name: String,
    /// The subject that defines it.
    pub subject: String,
    /// That subject's version.
    pub version: u32,
}

/// A version of the registry that has it.
#[derive(Serialize)]
pub struct ShownHeld {
    /// The subject.
    pub subject: String,
    /// The registry's number.
    pub version: u32,
    /// The schema's id.
    pub id: u32,
    /// True where it was softly deleted.
    pub deleted: bool,
    /// The files that say the same.
    pub files: Vec<u32>,
}

#[derive(Serialize)]
struct ShownWire<'a> {
    subject: Option<&'a str>,
    source: &'static str,
    version: Option<u32>,
    file: Option<&'a str>,
    sha256: Option<String>,
    state: Option<&'static str>,
    schema: &'a str,
    references: &'a [ShownReference],
    canonical: Option<&'a str>,
    fingerprints: Option<FingerprintsWire>,
    registry: AskedWire<'a>,
    registered: &'a [ShownHeld],
}

#[derive(Serialize)]
struct FingerprintsWire {
    crc64_avro: String,
    md5: String,
    sha256: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fingerprints(canonical: &str) -> FingerprintsWire {
    FingerprintsWire {
        crc64_avro: format!("{:016x}", fingerprint::crc64(canonical)),
        md5: hex(&fingerprint::md5(canonical)),
        sha256: hex(&fingerprint::sha256(canonical)),
    }
}

impl Shown<'_> {
    /// What it is called, here and in the registry, a line each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.held.iter().map(|held| self.note(held)).collect();
        match (self.asked, self.file, self.subject) {
            (Asked::Failed { .. }, ..) => notes.push(format!("registry: {}", self.asked.words())),
            (Asked::Yes { .. }, Some(file), Some(subject)) if self.held.is_empty() => {
                notes.push(format!("{subject} v{} is not registered", file.version.number));
            }
            _ => {}
        }
        notes
    }

    fn note(&self, held: &ShownHeld) -> String {
        let ShownHeld { subject, version, id, deleted, files } = held;
        let deleted = if *deleted { ", softly deleted" } else { "" };
        if let Some(file) = self.file {
            return format!(
                "{subject} v{} is the registry's version {version}, id {id}{deleted}",
                file.version.number
            );
        }
        let files: Vec<String> = files.iter().map(|file| format!("v{file}")).collect();
        let files = if files.is_empty() { "no file".to_owned() } else { files.join(" and ") };
        format!("the registry's version {version} of {subject}, id {id}{deleted}, is {files}")
    }

    /// What there is to know besides, a line each.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let (Some(ShownFile { version, state }), Some(subject)) = (self.file, self.subject) {
            let (number, name) = (version.number, &version.source.name);
            lines.push(format!("{subject} v{number}: {name}, {}", state_word(state)));
        }
        if let Some(prints) = self.canonical.map(fingerprints) {
            lines.push(format!("CRC-64-AVRO {}", prints.crc64_avro));
            lines.push(format!("MD5 {}", prints.md5));
            lines.push(format!("SHA-256 {}", prints.sha256));
        }
        let v = if self.file.is_some() { "v" } else { "version " };
        lines.extend(self.references.iter().map(|reference| {
            format!("refers to {} of {} {v}{}", reference.name, reference.subject, reference.version)
        }));
        lines
    }
}

impl Report for Shown<'_> {
    const KIND: &'static str = "schema.show";

    fn wire(&self) -> impl Serialize {
        let version = self.file.map(|file| file.version);
        ShownWire {
            subject: self.subject,
            source: if self.file.is_some() { "file" } else { "registry" },
            version: version.map(|version| version.number),
            file: version.map(|version| version.source.name.as_str()),
            sha256: version.and_then(|version| Some(version.hash?.to_string())),
            state: self.file.map(|file| state_word(file.state)),
            schema: self.schema,
            references: self.references,
            canonical: self.canonical,
            fingerprints: self.canonical.map(fingerprints),
            registry: self.asked.wire(),
            registered: self.held,
        }
    }

    fn text(&self, page: &mut Page) {
        for line in self.text.lines() {
            page.line(line);
        }
    }
}
