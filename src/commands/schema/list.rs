//! `eventctl schema list`

use eventctl_core::name::SubjectName;
use eventctl_core::schemas::Levels;
use eventctl_core::schemas::listing::list;

use super::named;
use crate::commands::{Context, SchemaFolderArgs};
use crate::failure::Failure;
use crate::outcome::Outcome;

/// List subjects: their versions, which of them are locked, the level they are held to and who says so
///
/// Example: eventctl schema list
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these subjects
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subjects: Vec<SubjectName>,
    /// Do not ask the registry; it is not asked yet without this either
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.schema_desk(&args.folder)?;
    let only = named::subjects(&desk, &args.subjects)?;
    let Ok(lock) = &desk.files.lock else {
        cx.lay_out(desk.files.lock.as_ref().err().map(std::slice::from_ref).unwrap_or_default());
        return Err(Failure::rendered(String::new()));
    };
    for stray in &desk.stray {
        cx.ui.warn(format!("{}/{stray} is no schema file", desk.library().folder()));
    }
    let levels = Levels::new(desk.expectations(), None);
    let list = list(desk.library(), lock, levels, only.as_ref());
    cx.answer(&list, Outcome::Clean)
}
