//! How one schema looks.

use eventctl_core::name::SubjectName;
use eventctl_core::schema::fingerprint;
use eventctl_core::schemas::{State, Version};
use serde::Serialize;

use super::state_word;
use crate::render::page::Page;
use crate::render::report::Report;

/// One schema.
pub struct Shown<'a> {
    /// Whose it is.
    pub subject: &'a SubjectName,
    /// Its files.
    pub version: &'a Version,
    /// What the lock says of it.
    pub state: State,
    /// The text to print: lines that are harmless already.
    pub text: &'a str,
    /// Its parsing canonical form.
    pub canonical: &'a str,
}

#[derive(Serialize)]
struct ShownWire<'a> {
    subject: &'a str,
    version: u32,
    file: &'a str,
    sha256: Option<String>,
    state: &'static str,
    schema: &'a str,
    references: Vec<ReferenceWire<'a>>,
    canonical: &'a str,
    fingerprints: FingerprintsWire,
    /// What the registry calls it: it is not asked.
    registry: (),
}

#[derive(Serialize)]
struct ReferenceWire<'a> {
    name: &'a str,
    subject: &'a str,
    version: u32,
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

impl Shown<'_> {
    fn fingerprints(&self) -> FingerprintsWire {
        FingerprintsWire {
            crc64_avro: format!("{:016x}", fingerprint::crc64(self.canonical)),
            md5: hex(&fingerprint::md5(self.canonical)),
            sha256: hex(&fingerprint::sha256(self.canonical)),
        }
    }

    /// What there is to know besides, a line each.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        let prints = self.fingerprints();
        let version = self.version;
        let mut lines = vec![
            format!(
                "{} v{}: {}, {}",
                self.subject,
                version.number,
                version.source.name,
                state_word(self.state)
            ),
            format!("CRC-64-AVRO {}", prints.crc64_avro),
            format!("MD5 {}", prints.md5),
            format!("SHA-256 {}", prints.sha256),
        ];
        lines.extend(version.references.iter().map(|reference| {
            format!("refers to {} of {} v{}", reference.name, reference.subject, reference.version)
        }));
        lines
    }
}

impl Report for Shown<'_> {
    const KIND: &'static str = "schema.show";

    fn wire(&self) -> impl Serialize {
        let version = self.version;
        let references = version.references.iter().map(|reference| ReferenceWire {
            name: &reference.name,
            subject: reference.subject.as_str(),
            version: reference.version,
        });
        ShownWire {
            subject: self.subject.as_str(),
            version: version.number,
            file: &version.source.name,
            sha256: version.hash.map(|hash| hash.to_string()),
            state: state_word(self.state),
            schema: &version.source.text,
            references: references.collect(),
            canonical: self.canonical,
            fingerprints: self.fingerprints(),
            registry: (),
        }
    }

    fn text(&self, page: &mut Page) {
        for line in self.text.lines() {
            page.line(line);
        }
    }
}
