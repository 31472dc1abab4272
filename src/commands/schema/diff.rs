//! `eventctl schema diff`

use eventctl_core::name::SubjectName;
use eventctl_core::schema::compatibility::compare;
use eventctl_core::schema::diff::diff;
use eventctl_core::schemas::{NamedVersion, Version};

use super::named;
use crate::commands::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::schemas::Diffed;

/// Tell what changed from one version to another, and who of them reads whom
///
/// Example: eventctl schema diff agent-matched-event v1 v3
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The subject
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subject: SubjectName,
    /// The older version: v1 is the file v1.avsc
    #[arg(value_name = "A")]
    from: NamedVersion,
    /// The newer version
    #[arg(value_name = "B")]
    to: NamedVersion,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.desk_without_catalog(&args.folder)?;
    let subject = named::subject(desk.library(), &args.subject)?;
    let (from, to) = (named::version(subject, Some(args.from))?, named::version(subject, Some(args.to))?);
    let read = |version: &Version| {
        desk.library().schema(version).map_err(|broken| {
            cx.lay_out(&broken);
            Failure::rendered(String::new())
        })
    };
    let (old, new) = (read(from)?, read(to)?);
    let diffed = Diffed {
        subject: &subject.name,
        from,
        to,
        differences: diff(&old, &new),
        forth: compare(&new, &old),
        back: compare(&old, &new),
    };
    cx.answer(&diffed, Outcome::Clean)
}
