//! `eventctl check`

use clap::ValueEnum;
use eventctl_core::schemas::Levels;
use eventctl_core::schemas::check::Checked;
use eventctl_core::yaml::{Diagnostic, Severity};

use crate::commands::{Context, check_schemas};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::check::CheckReport;
use crate::render::schemas::{Asked, SchemaCheck};

/// Validate catalog and schemas offline, in the base and in every environment; CI's first step
///
/// All errors are shown at once, each where it stands. Every new version of a schema is held against those its level
/// demands, every locked one against the lock, and what the catalog reads of events against their schemas.
///
/// Example: eventctl check --against origin/main
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End with 1 if there is a warning
    #[arg(long)]
    strict: bool,
    /// Hold the lock of the schemas against the one that git has at this branch, tag or commit
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// Print the JSON Schema of a file instead, for editors
    #[arg(long, value_name = "FILE")]
    print_schema: Option<SchemaOf>,
}

/// A file that has a JSON Schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaOf {
    /// topics.yaml
    Catalog,
    /// eventctl.yaml
    Settings,
}

/// Checks the catalog and the schemas.
///
/// # Errors
/// All errors of the catalog, of schema files and of the lock at once (2).
pub fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    if let Some(file) = args.print_schema {
        return print_schema(file, cx);
    }
    let desk = cx.desk_of(cx.read_catalog(&cx.existing_catalog()?)?)?;
    let Some(read) = &desk.catalog else { return Ok(Outcome::Clean) };
    let against = cx.lock_at(&desk, args.against.as_deref())?;
    let levels = Levels::new(desk.expectations(), None);
    let Checked { report: schemas, broken, catalog: unmet } =
        check_schemas(&desk, levels, against.as_ref(), None);
    let unmet_errors = count(&unmet, Severity::Error) > 0;
    let mut findings = read.findings.clone();
    findings.extend(unmet);
    findings.sort_by_key(Diagnostic::span);
    let report = CheckReport {
        file: read.source.name.clone(),
        catalog: read.catalog.as_ref().filter(|_| !unmet_errors),
        schemas: desk.library().size(),
        stray: &desk.stray,
        findings: &findings,
        checked: SchemaCheck {
            report: &schemas,
            broken: &broken,
            asked: &Asked::Offline,
            online: None,
            whole: false,
        },
    };
    let errors = count(&findings, Severity::Error) > 0 || !broken.is_empty();
    let warnings = count(&findings, Severity::Warning) + desk.stray.len() > 0 || schemas.has_warnings();
    cx.ui.findings(&read.source, &findings);
    cx.lay_out(&broken);
    let outcome = Outcome::findings(schemas.has_findings() || (args.strict && warnings))
        .and(Outcome::unknown(schemas.is_unknown()));
    let outcome = cx.answer(&report, outcome)?;
    if errors {
        // Everything was said already, as text or in the document.
        return Err(Failure::rendered(String::new()));
    }
    Ok(outcome)
}

fn print_schema(file: SchemaOf, cx: &Context) -> Result<Outcome, Failure> {
    let schema = match file {
        SchemaOf::Catalog => format!("{:#}\n", eventctl_core::catalog::json_schema()),
        SchemaOf::Settings => eventctl_core::settings::settings_schema(),
    };
    cx.ui.data(&schema)?;
    Ok(Outcome::Clean)
}

fn count(findings: &[Diagnostic], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}
