//! How the verdict on a catalog looks. The findings themselves go to stderr, laid out; JSON has them as data.

use eventctl_core::catalog::{Catalog, NotChecked};
use eventctl_core::human;
use eventctl_core::schemas::check::Immutability;
use eventctl_core::yaml::{Diagnostic, Severity};
use serde::Serialize;

use super::diagnostics::FindingWire;
use super::page::{Page, Tone};
use super::report::Report;
use super::schemas::{CheckedWire, SchemaCheck};

/// How many files that are none are named; JSON has them all.
const STRAY_SHOWN: usize = 20;

/// What was found about a catalog.
pub struct CheckReport<'a> {
    /// The file as it is shown.
    pub file: String,
    /// The catalog; none where it has errors.
    pub catalog: Option<&'a Catalog>,
    /// How many schema files there are.
    pub schemas: usize,
    /// What in the schema folder is no schema file.
    pub stray: &'a [String],
    /// Errors and warnings by position.
    pub findings: &'a [Diagnostic],
    /// What was found about the schemas.
    pub checked: SchemaCheck<'a>,
}

#[derive(Serialize)]
struct CheckWire<'a> {
    file: &'a str,
    valid: bool,
    topics: usize,
    dead_letter_topics: usize,
    environments: Vec<&'a str>,
    schema_files: usize,
    stray_files: &'a [String],
    findings: Vec<FindingWire>,
    not_checked: Vec<NotCheckedWire>,
    schemas: CheckedWire<'a>,
}

#[derive(Serialize)]
struct NotCheckedWire {
    what: &'static str,
    count: usize,
}

impl CheckReport<'_> {
    fn provisioned(&self) -> (usize, usize) {
        let declared =
            self.catalog.and_then(|catalog| catalog.environment(None).ok()).map(|base| base.declared());
        let declared = declared.unwrap_or_default();
        let dead = declared.iter().filter(|topic| topic.dlq_of.is_some()).count();
        (declared.len() - dead, dead)
    }

    fn environments(&self) -> Vec<&str> {
        self.catalog
            .map(|catalog| catalog.environments().keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    fn not_checked(&self) -> &[NotChecked] {
        self.catalog.map_or(&[], Catalog::not_checked)
    }

    /// What was found about the schemas, where there are any.
    fn schemas_text(&self, page: &mut Page) {
        let nothing = self.checked.report.subjects.is_empty() && self.checked.broken.is_empty();
        let asked = self.checked.report.immutability != Immutability::NotAsked;
        if !nothing || asked {
            self.checked.write(page);
        }
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl Report for CheckReport<'_> {
    const KIND: &'static str = "check";

    fn wire(&self) -> impl Serialize {
        let (topics, dead_letter_topics) = self.provisioned();
        let not_checked = self
            .not_checked()
            .iter()
            .map(|one| NotCheckedWire { what: one.what, count: one.count })
            .collect();
        CheckWire {
            file: &self.file,
            valid: self.catalog.is_some(),
            topics,
            dead_letter_topics,
            environments: self.environments(),
            schema_files: self.schemas,
            stray_files: self.stray,
            findings: self.findings.iter().map(FindingWire::from).collect(),
            not_checked,
            schemas: self.checked.as_wire(),
        }
    }

    fn text(&self, page: &mut Page) {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        page.tone(Tone::Strong, &self.file).lit(": ");
        if self.catalog.is_none() {
            page.tone(Tone::Bad, human::plural(errors, "error")).lit(", ");
            page.val(human::plural(warnings, "warning")).end();
            self.schemas_text(page);
            return;
        }
        let (topics, dead) = self.provisioned();
        page.tone(Tone::Good, "valid").lit(", ").val(human::plural(topics, "topic")).lit(", ");
        page.val(human::plural(dead, "dead-letter topic")).lit(", ");
        page.val(human::plural(self.schemas, "schema file")).lit(", ");
        page.val(human::plural(warnings, "warning")).end();
        let environments = self.environments();
        if !environments.is_empty() {
            page.lit("  also valid merged with: ").line(environments.join(", "));
        }
        for stray in self.stray.iter().take(STRAY_SHOWN) {
            page.lit("  ").tone(Tone::Notable, "not a schema file").lit(": ").line(stray);
        }
        if self.stray.len() > STRAY_SHOWN {
            page.lit("  and ").val(self.stray.len() - STRAY_SHOWN).lit(" more that are no schema files\n");
        }
        for one in self.not_checked() {
            page.lit("  ")
                .tone(Tone::Notable, "not checked")
                .lit(": ")
                .val(one.count)
                .lit(" ")
                .line(one.what);
        }
        self.schemas_text(page);
    }
}
