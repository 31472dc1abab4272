//! Writes what was pulled: each file whole, and none over one that says something else.

use std::collections::BTreeSet;
use std::path::Path;

use eventctl_core::schemas::pull::{NewFile, Pull};
use eventctl_core::yaml::SIZE_LIMIT;

use crate::failure::Failure;
use crate::files::{self, Access};

/// Writes the new files below a folder, and says in the pull which could not be. Answers those that are there now.
///
/// A subject's files are written in order, and its references before the schema that needs them, so that whatever ends
/// the work leaves a beginning that a second pull goes on from.
pub fn write(pull: &mut Pull, folder: &Path) -> Vec<NewFile> {
    let mut written = Vec::new();
    let mut stopped: BTreeSet<String> = BTreeSet::new();
    for new in pull.files().collect::<Vec<NewFile>>() {
        if stopped.contains(&new.subject) {
            pull.failed(&new.subject, new.file, "the file before it is not written", true);
            continue;
        }
        match write_one(&new, folder) {
            Ok(()) => written.push(new),
            Err(trouble) => {
                stopped.insert(new.subject.clone());
                let (reason, refused) = match trouble {
                    Trouble::Other(path) => (format!("{path} is there and says something else"), true),
                    Trouble::Failure(failure) => (failure.story(), false),
                };
                pull.failed(&new.subject, new.file, &reason, refused);
            }
        }
    }
    written
}

enum Trouble {
    /// A file of another content is there.
    Other(String),
    Failure(Failure),
}

fn write_one(new: &NewFile, folder: &Path) -> Result<(), Trouble> {
    let folder = folder.join(&new.folder);
    files::create_folder(&folder).map_err(Trouble::Failure)?;
    let parts = new.references.iter().chain([&new.schema]);
    for (name, text) in parts {
        let path = folder.join(name);
        match files::read_if_there(&path, SIZE_LIMIT as u64).map_err(Trouble::Failure)? {
            Some(bytes) if bytes == text.as_bytes() => {}
            Some(_) => return Err(Trouble::Other(path.display().to_string())),
            None => {
                files::write_whole(&path, text.as_bytes(), Access::Ordinary).map_err(Trouble::Failure)?;
            }
        }
    }
    Ok(())
}
