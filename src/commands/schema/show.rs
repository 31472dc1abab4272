//! `eventctl schema show`

use eventctl_core::schema::parsing_form;
use eventctl_core::schemas::{NamedSchema, State};

use super::named;
use crate::commands::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::schemas::{Shown, pretty};

/// Print one schema: the newest of a subject, or the version that is named
///
/// `S@v3` is the file v3.avsc. With -v its fingerprints are told on stderr.
///
/// Example: eventctl schema show agent-matched-event@v3
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The subject, and the version: agent-matched-event@v3
    #[arg(value_name = "SUBJECT[@VERSION]", add = crate::commands::completions::subject_names())]
    schema: NamedSchema,
    /// Print Avro's parsing canonical form
    #[arg(long)]
    canonical: bool,
    /// Do not ask the registry; it is not asked yet without this either
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.desk_without_catalog(&args.folder)?;
    let subject = named::subject(desk.library(), &args.schema.subject)?;
    let version = named::version(subject, args.schema.version)?;
    let schema = desk.library().schema(version).map_err(|broken| {
        cx.lay_out(&broken);
        Failure::rendered(String::new())
    })?;
    let canonical = parsing_form(&schema);
    let text = if args.canonical { canonical.clone() } else { pretty(&version.source.text) };
    let shown = Shown {
        subject: &subject.name,
        version,
        state: desk.lock().map_or(State::Unreadable, |lock| lock.state(&subject.name, version)),
        text: &text,
        canonical: &canonical,
    };
    for detail in shown.details() {
        cx.ui.detail(detail);
    }
    cx.answer(&shown, Outcome::Clean)
}
