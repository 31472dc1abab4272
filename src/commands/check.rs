//! `eventctl check`

use clap::ValueEnum;
use eventctl_core::yaml::{Diagnostic, Severity};

use crate::commands::Context;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::check::CheckReport;

/// Validate the catalog offline, in the base and in every environment; CI's first step
///
/// All errors are shown at once, each where it stands. What hangs on the content of schemas is not checked yet, and
/// counted as such.
///
/// Example: eventctl check
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End with 1 if there is a warning
    #[arg(long)]
    strict: bool,
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

/// Checks the catalog.
///
/// # Errors
/// All errors of the catalog at once (2).
pub fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    if let Some(file) = args.print_schema {
        let schema = match file {
            SchemaOf::Catalog => format!("{:#}\n", eventctl_core::catalog::json_schema()),
            SchemaOf::Settings => eventctl_core::settings::settings_schema(),
        };
        cx.ui.data(&schema)?;
        return Ok(Outcome::Clean);
    }
    let loaded = cx.read_catalog(&cx.existing_catalog()?)?;
    let report = CheckReport {
        file: loaded.source.name.clone(),
        catalog: loaded.catalog.as_ref(),
        schemas: loaded.schemas.subjects.values().map(std::collections::BTreeSet::len).sum(),
        stray: &loaded.schemas.stray,
        findings: &loaded.findings,
    };
    let errors = count(&loaded.findings, Severity::Error) > 0;
    let warnings = count(&loaded.findings, Severity::Warning) + loaded.schemas.stray.len();
    cx.ui.findings(&loaded.source, &loaded.findings);
    let outcome = cx.answer(&report, Outcome::findings(args.strict && warnings > 0))?;
    if errors {
        // Everything was said already, as text or in the document.
        return Err(Failure::rendered(String::new()));
    }
    Ok(outcome)
}

fn count(findings: &[Diagnostic], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}
