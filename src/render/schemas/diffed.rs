//! How the difference of two versions looks.

use std::fmt;

use eventctl_core::human;
use eventctl_core::name::SubjectName;
use eventctl_core::schema::compatibility::{Comparison, Incompatibility, MeaningChange};
use eventctl_core::schema::diff::{Difference, Differences};
use serde::Serialize;

use super::SchemaPlaceWire;
use crate::render::page::{Page, Tone};
use crate::render::report::Report;

/// What changed from one version to another, and who of them reads whom.
pub struct Diffed<'a> {
    /// Whose versions.
    pub subject: &'a SubjectName,
    /// The older one.
    pub from: DiffedVersion<'a>,
    /// The newer one.
    pub to: DiffedVersion<'a>,
    /// What changed.
    pub differences: Differences,
    /// The newer one reading the older.
    pub forth: Comparison,
    /// The older one reading the newer.
    pub back: Comparison,
}

/// A version that is compared.
#[derive(Debug, Clone, Copy)]
pub struct DiffedVersion<'a> {
    /// Its number: the file's, or the registry's.
    pub number: u32,
    /// The path of its file; none where it is the registry's.
    pub file: Option<&'a str>,
}

impl fmt::Display for DiffedVersion<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file {
            Some(_) => write!(formatter, "v{}", self.number),
            None => write!(formatter, "the registry's version {}", self.number),
        }
    }
}

impl<'a> From<DiffedVersion<'a>> for VersionWire<'a> {
    fn from(version: DiffedVersion<'a>) -> Self {
        let source = if version.file.is_some() { "file" } else { "registry" };
        VersionWire { version: version.number, source, file: version.file }
    }
}

#[derive(Serialize)]
struct DiffWire<'a> {
    subject: &'a str,
    from: VersionWire<'a>,
    to: VersionWire<'a>,
    differences: Vec<DifferenceWire<'a>>,
    further: usize,
    readings: [ReadingWire<'a>; 2],
}

#[derive(Serialize)]
struct VersionWire<'a> {
    version: u32,
    source: &'static str,
    file: Option<&'a str>,
}

#[derive(Serialize)]
struct DifferenceWire<'a> {
    kind: &'static str,
    text: &'a str,
    old: Option<SchemaPlaceWire<'a>>,
    new: Option<SchemaPlaceWire<'a>>,
}

#[derive(Serialize)]
struct ReadingWire<'a> {
    reader: u32,
    writer: u32,
    compatible: bool,
    incompatibilities: Vec<IncompatibilityWire<'a>>,
    meanings: Vec<IncompatibilityWire<'a>>,
    further: usize,
}

#[derive(Serialize)]
struct IncompatibilityWire<'a> {
    kind: &'static str,
    text: String,
    in_reader: SchemaPlaceWire<'a>,
    in_writer: SchemaPlaceWire<'a>,
}

impl<'a> From<&'a Incompatibility> for IncompatibilityWire<'a> {
    fn from(found: &'a Incompatibility) -> Self {
        IncompatibilityWire {
            kind: found.kind().as_str(),
            text: found.message(),
            in_reader: (&found.reader).into(),
            in_writer: (&found.writer).into(),
        }
    }
}

impl<'a> From<&'a MeaningChange> for IncompatibilityWire<'a> {
    fn from(found: &'a MeaningChange) -> Self {
        IncompatibilityWire {
            kind: found.kind().as_str(),
            text: found.message(),
            in_reader: (&found.reader).into(),
            in_writer: (&found.writer).into(),
        }
    }
}

impl Report for Diffed<'_> {
    const KIND: &'static str = "schema.diff";

    fn wire(&self) -> impl Serialize {
        DiffWire {
            subject: self.subject.as_str(),
            from: self.from.into(),
            to: self.to.into(),
            differences: self.differences.items.iter().map(difference).collect(),
            further: self.differences.further,
            readings: [
                reading(self.to.number, self.from.number, &self.forth),
                reading(self.from.number, self.to.number, &self.back),
            ],
        }
    }

    fn text(&self, page: &mut Page) {
        page.tone(Tone::Strong, self.subject).lit(": ").val(self.from).lit(" to ").line(self.to);
        for difference in &self.differences.items {
            let (mark, tone) = mark(difference);
            page.lit("  ").tone(tone, mark).lit(" ").line(&difference.message);
        }
        if self.differences.further > 0 {
            page.lit("  and ").val(self.differences.further).lit(" more changes\n");
        }
        if self.differences.is_empty() {
            page.lit("  nothing changed\n");
        }
        spoken(self.to, self.from, &self.forth, page);
        spoken(self.from, self.to, &self.back, page);
    }
}

fn difference(difference: &Difference) -> DifferenceWire<'_> {
    let Difference { kind, old, new, message } = difference;
    DifferenceWire {
        kind: kind.as_str(),
        text: message,
        old: old.as_ref().map(SchemaPlaceWire::from),
        new: new.as_ref().map(SchemaPlaceWire::from),
    }
}

fn mark(difference: &Difference) -> (&'static str, Tone) {
    match (&difference.old, &difference.new) {
        (None, Some(_)) => ("+", Tone::Good),
        (Some(_), None) => ("-", Tone::Bad),
        _ => ("~", Tone::Notable),
    }
}

fn reading(reader: u32, writer: u32, comparison: &Comparison) -> ReadingWire<'_> {
    ReadingWire {
        reader,
        writer,
        compatible: comparison.is_compatible(),
        incompatibilities: comparison.incompatibilities.iter().map(IncompatibilityWire::from).collect(),
        meanings: comparison.meanings.iter().map(IncompatibilityWire::from).collect(),
        further: comparison.further,
    }
}

fn spoken(reader: DiffedVersion<'_>, writer: DiffedVersion<'_>, comparison: &Comparison, page: &mut Page) {
    page.lit("a reader of ").val(reader);
    if comparison.is_compatible() {
        page.tone(Tone::Good, " reads").lit(" records written with ").line(writer);
    } else {
        page.tone(Tone::Bad, " cannot read").lit(" records written with ").val(writer).lit(":\n");
    }
    for found in &comparison.incompatibilities {
        page.lit("  ").line(found.message());
    }
    for meaning in &comparison.meanings {
        page.lit("  ").tone(Tone::Notable, "warning").lit(": ").line(meaning.message());
    }
    if comparison.further > 0 {
        page.lit("  and ").line(human::plural(comparison.further, "further finding"));
    }
}
