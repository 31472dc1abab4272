//! `eventctl schema lock`

use eventctl_core::name::SubjectName;
use eventctl_core::schemas::{Library, Lock, State, Subject, Version};

use super::named;
use crate::commands::{Context, SchemaDesk, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::schemas::write_lock;
use crate::outcome::Outcome;
use crate::render::schemas::{Locked, LockedRow};

/// Add new versions to the lock, so that their files may not change any more
///
/// What is locked stays as it is: where the file of a locked version has changed or is gone, nothing is written.
///
/// Example: eventctl schema lock && git add schemas schemas.lock
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these subjects
    #[arg(value_name = "SUBJECT", add = crate::commands::completions::subject_names())]
    subjects: Vec<SubjectName>,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.desk_without_catalog(&args.folder)?;
    let only = named::subjects(&desk, &args.subjects)?;
    let Ok(lock) = &desk.files.lock else {
        cx.lay_out(desk.files.lock.as_ref().err().map(std::slice::from_ref).unwrap_or_default());
        return Err(Failure::rendered(String::new()));
    };
    refuse_changes(&desk, lock)?;
    let wanted = |subject: &&Subject| only.as_ref().is_none_or(|only| only.contains(&subject.name));
    let new: Vec<(&Subject, &Version)> = desk
        .library()
        .subjects()
        .filter(wanted)
        .flat_map(|subject| subject.versions().iter().map(move |version| (subject, version)))
        .filter(|(subject, version)| lock.get(&subject.name, version.number).is_none())
        .collect();
    let broken: Vec<_> =
        new.iter().filter_map(|(_, version)| desk.library().schema(version).err()).flatten().collect();
    if !broken.is_empty() {
        cx.lay_out(&broken);
        return Err(Failure::rendered(String::new()).hint("nothing was locked: correct these files first"));
    }
    let added: Vec<LockedRow> = new
        .iter()
        .filter_map(|(subject, version)| {
            Some(LockedRow { subject: subject.name.clone(), version: version.number, hash: version.hash? })
        })
        .collect();
    let grown = lock.with(added.iter().map(|row| (row.subject.clone(), row.version, row.hash)));
    if !added.is_empty() {
        write_lock(&desk.files.lock_path, &grown)?;
    }
    let report = Locked { file: &desk.files.lock_name, locked: grown.size(), added: &added };
    cx.ui.show(&report).map_err(Failure::of_a_change)?;
    Ok(Outcome::Clean)
}

/// Refuses to touch a lock of which a version has changed or is gone: whatever is written then would hide it.
fn refuse_changes(desk: &SchemaDesk, lock: &Lock) -> Result<(), Failure> {
    let library: &Library = desk.library();
    let changed = library.subjects().flat_map(|subject| {
        let changed = |version: &&Version| lock.state(&subject.name, version) == State::Changed;
        subject
            .versions()
            .iter()
            .filter(changed)
            .map(|version| format!("{} v{}", subject.name, version.number))
    });
    let changed: Vec<String> = changed.collect();
    let missing = lock.missing(library);
    let missing: Vec<String> =
        missing.iter().map(|locked| format!("{} v{}", locked.subject, locked.number)).collect();
    let told = |names: &[String], what: &str| {
        let names = eventctl_core::human::list(names, 10);
        format!("{names}: {what}")
    };
    let stories = [(changed, "changed after it was locked"), (missing, "locked, and its file is missing")];
    let stories: Vec<String> = stories
        .iter()
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, what)| told(names, what))
        .collect();
    if stories.is_empty() {
        return Ok(());
    }
    let failure = Failure::input(format!("nothing was locked. {}", stories.join(". ")));
    Err(failure.hint(
        "restore the files, and write changes as versions of their own: eventctl schema check says more",
    ))
}
