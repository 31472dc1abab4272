//! `eventctl schema diff`

use eventctl_core::name::SubjectName;
use eventctl_core::schema::Schema;
use eventctl_core::schema::compatibility::compare;
use eventctl_core::schema::diff::diff;
use eventctl_core::schemas::NamedVersion;

use super::{asking, named};
use crate::commands::{Context, SchemaDesk, SchemaFolderArgs};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::schemas::{Diffed, DiffedVersion};

/// Tell what changed from one version to another, and who of them reads whom
///
/// `v3` is the file v3.avsc, `3` the registry's version 3, which alone has the registry asked.
///
/// Example: eventctl schema diff agent-matched-event v1 v3
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The subject
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subject: SubjectName,
    /// The older version: v1 is the file v1.avsc, 1 the registry's version 1
    #[arg(value_name = "A")]
    from: NamedVersion,
    /// The newer version
    #[arg(value_name = "B")]
    to: NamedVersion,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.bare_desk(&cx.schema_folder(&args.folder)?)?;
    let (from, old) = read(&args.subject, args.from, &desk, cx).await?;
    let (to, new) = read(&args.subject, args.to, &desk, cx).await?;
    let diffed = Diffed {
        subject: &args.subject,
        from,
        to,
        differences: diff(&old, &new),
        forth: compare(&new, &old),
        back: compare(&old, &new),
    };
    cx.answer(&diffed, Outcome::Clean)
}

/// A version with its schema.
async fn read<'a>(
    subject: &SubjectName,
    version: NamedVersion,
    desk: &'a SchemaDesk,
    cx: &Context,
) -> Result<(DiffedVersion<'a>, Schema), Failure> {
    if let NamedVersion::Registered(number) = version {
        let registry = asking::needed_registry(cx)?;
        let (_, held) = asking::held_version(subject, Some(number), desk, (&registry, cx)).await?;
        let schema = held.schema.map_err(|why| {
            Failure::cluster(format!(
                "the registry's version {number} of `{subject}` cannot be compared: {why}"
            ))
        })?;
        return Ok((DiffedVersion { number, file: None }, schema));
    }
    let version = named::version(named::subject(desk.library(), subject)?, Some(version))?;
    let schema = desk.library().schema(version).map_err(|broken| {
        cx.lay_out(&broken);
        Failure::rendered(String::new())
    })?;
    Ok((DiffedVersion { number: version.number, file: Some(&version.source.name) }, schema))
}
