//! From what a user types to subjects and versions that are there.

use std::collections::BTreeSet;

use eventctl_core::human;
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::{Library, NamedVersion, Subject, Version};
use eventctl_core::yaml::near_miss;

use crate::commands::SchemaDesk;
use crate::failure::Failure;

/// How many versions are named in a hint.
const NAMED: usize = 20;

/// The subjects that were named, each of which a file or the lock knows; none where none was named.
pub(super) fn subjects(
    desk: &SchemaDesk,
    names: &[SubjectName],
) -> Result<Option<BTreeSet<SubjectName>>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let locked = desk.lock().into_iter().flat_map(|lock| lock.versions()).map(|locked| &locked.subject);
    let known: BTreeSet<&SubjectName> =
        desk.library().subjects().map(|subject| &subject.name).chain(locked).collect();
    match names.iter().find(|name| !known.contains(name)) {
        Some(unknown) => Err(unknown_subject(desk.library(), unknown.as_str(), known.into_iter())),
        None => Ok(Some(names.iter().cloned().collect())),
    }
}

/// The subject of this name.
pub(super) fn subject<'a>(library: &'a Library, name: &SubjectName) -> Result<&'a Subject, Failure> {
    let known = || library.subjects().map(|subject| &subject.name);
    library.subject(name.as_str()).ok_or_else(|| unknown_subject(library, name.as_str(), known()))
}

fn unknown_subject<'a>(
    library: &Library,
    name: &str,
    known: impl Iterator<Item = &'a SubjectName>,
) -> Failure {
    let failure = Failure::input(format!("there is no subject `{name}` in {}", library.folder()));
    match near_miss(name, known.map(SubjectName::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("see which there are: eventctl schema list"),
    }
}

/// The version of a subject's files that is meant; the newest where none is named.
pub(super) fn version(subject: &Subject, named: Option<NamedVersion>) -> Result<&Version, Failure> {
    let name = &subject.name;
    let number = match named {
        None => {
            return subject
                .newest()
                .ok_or_else(|| Failure::input(format!("the subject `{name}` has no schema file")));
        }
        Some(NamedVersion::File(number)) => number,
        Some(NamedVersion::Registered(number)) => {
            let story = format!("{number} is a version of the registry's, which is not asked here");
            return Err(
                Failure::usage(story).hint(format!("name the file: v{number} is v{number}.avsc of `{name}`"))
            );
        }
    };
    subject.version(number).ok_or_else(|| {
        let known: Vec<String> =
            subject.versions().iter().map(|version| format!("v{}", version.number)).collect();
        let failure = Failure::input(format!("the subject `{name}` has no v{number}"));
        if known.is_empty() {
            failure.hint("it has no schema file")
        } else {
            failure.hint(format!("it has {}", human::list(&known, NAMED)))
        }
    })
}
