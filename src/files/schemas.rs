//! The folder of schemas: what stands in it by its layout, and the bytes of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use eventctl_core::schemas::{
    FileKind, FoundText, FoundVersion, TEXT_LIMIT, file_of, folder_name, references_file, schema_file,
    subject_of_folder,
};
use eventctl_core::yaml::SIZE_LIMIT;

use super::{failed, reason};
use crate::failure::{Failure, Kind};

/// What stands in the folder of schemas, by its layout `<subject>/v<N>.avsc`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaFolder {
    /// The numbers of each subject's files.
    pub subjects: BTreeMap<String, BTreeSet<u32>>,
    /// The versions beside which a file of references stands.
    pub referring: BTreeSet<(String, u32)>,
    /// What does not follow the layout, as paths below the folder. Names that begin with a dot are passed over.
    pub stray: Vec<String>,
}

/// The most entries that a listing takes in: a folder with more is not a folder of schemas.
const LISTING_LIMIT: usize = 100_000;

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Folder,
    File,
    Other,
}

/// Lists the folder of schemas: `<subject>/v<N>.avsc`, N from 1 and without leading zeros, and `v<N>.references.json`.
///
/// # Errors
/// `Input` where the folder is absent, may not be read or holds more than 100,000 entries.
pub fn list_schemas(folder: &Path) -> Result<SchemaFolder, Failure> {
    let mut listing = SchemaFolder::default();
    let root = super::canonical(folder);
    for (name, entry) in entries(folder)? {
        let subject =
            if entry == Entry::Folder { name.as_deref().ok().and_then(subject_of_folder) } else { None };
        let Some(subject) = subject else {
            listing.stray.push(either(name));
            continue;
        };
        let below = either(name);
        if leads_out(&folder.join(&below), &root) {
            listing.stray.push(below);
            continue;
        }
        let (mut numbers, mut referring) = (BTreeSet::new(), BTreeSet::new());
        for (file, entry) in entries(&folder.join(&below))? {
            let kind = if entry == Entry::File { file.as_deref().ok().and_then(file_of) } else { None };
            match kind {
                Some(FileKind::Schema(number)) => drop(numbers.insert(number)),
                Some(FileKind::References(number)) => drop(referring.insert(number)),
                None => listing.stray.push(format!("{below}/{}", either(file))),
            }
        }
        for number in referring {
            if numbers.contains(&number) {
                listing.referring.insert((subject.to_string(), number));
            } else {
                listing.stray.push(format!("{below}/{}", references_file(number)));
            }
        }
        listing.subjects.insert(subject.into(), numbers);
    }
    Ok(listing)
}

/// Reads all schema files of a folder that was listed; in messages it is called `shown`. A file that cannot be read
/// says why in place of its bytes.
///
/// # Errors
/// `Input` where the files are too large together, `Machine` where the disk fails.
pub fn read_schemas(
    folder: &Path,
    shown: &str,
    listing: &SchemaFolder,
) -> Result<Vec<FoundVersion>, Failure> {
    let mut reading = Reading { left: TEXT_LIMIT, root: super::canonical(folder) };
    let mut found = Vec::new();
    for (subject, numbers) in &listing.subjects {
        let Ok(name) = subject.parse() else { continue };
        let below = folder_name(subject);
        let path = folder.join(&below);
        for number in numbers {
            let file = schema_file(*number);
            let schema = reading.text(&path.join(&file), format!("{shown}/{below}/{file}"))?;
            let references = if listing.referring.contains(&(subject.clone(), *number)) {
                let file = references_file(*number);
                Some(reading.text(&path.join(&file), format!("{shown}/{below}/{file}"))?)
            } else {
                None
            };
            found.push(FoundVersion { subject: Clone::clone(&name), number: *number, schema, references });
        }
    }
    Ok(found)
}

struct Reading {
    left: usize,
    /// The folder of schemas, without links.
    root: PathBuf,
}

impl Reading {
    fn text(&mut self, path: &Path, name: String) -> Result<FoundText, Failure> {
        if leads_out(path, &self.root) {
            // Its first line would stand in an error, for whoever reads the logs of a foreign branch.
            let bytes = Err("the file is a link that leads out of the folder of schemas".to_owned());
            return Ok(FoundText { name, bytes });
        }
        let mut bytes = Vec::new();
        let most = SIZE_LIMIT as u64 + 1;
        let read = File::open(path).and_then(|file| {
            // Room for all of it at once, and for the end to be seen.
            let size = file.metadata()?.len().min(most).saturating_add(1);
            bytes.reserve_exact(usize::try_from(size).unwrap_or_default());
            file.take(most).read_to_end(&mut bytes)
        });
        if let Err(error) = read {
            let failure = failed("read", path, &error);
            if failure.kind() != Kind::Input {
                return Err(failure);
            }
            let bytes = Err(format!("the file cannot be read: {}", reason(&error)));
            return Ok(FoundText { name, bytes });
        }
        if bytes.len() > SIZE_LIMIT {
            let bytes =
                Err(format!("the file is larger than {SIZE_LIMIT} bytes, the most that is read here"));
            return Ok(FoundText { name, bytes });
        }
        let Some(left) = self.left.checked_sub(bytes.len()) else {
            let story = format!("the schema files have more than {TEXT_LIMIT} bytes together");
            return Err(Failure::input(story).hint("name a folder with fewer of them: --schemas DIR"));
        };
        self.left = left;
        Ok(FoundText { name, bytes: Ok(bytes) })
    }
}

/// Tells whether a path is a link to something that is not below `root`.
fn leads_out(path: &Path, root: &Path) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    is_link && !fs::canonicalize(path).is_ok_and(|target| target.starts_with(root) && target != root)
}

/// A name, or what can be shown of one that is not UTF-8.
type EntryName = Result<String, String>;

fn either(name: EntryName) -> String {
    match name {
        Ok(name) | Err(name) => name,
    }
}

/// The names in a folder in order, and what each is. Hidden ones are passed over.
fn entries(folder: &Path) -> Result<Vec<(EntryName, Entry)>, Failure> {
    let wrong = |error: io::Error| failed("list", folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name().into_string().map_err(|name| name.to_string_lossy().into_owned());
        if matches!(&name, Ok(name) | Err(name) if name.starts_with('.')) {
            continue;
        }
        names.push((name, what(&entry)));
        if names.len() > LISTING_LIMIT {
            let story = format!("{} holds more than {LISTING_LIMIT} entries", folder.display());
            return Err(Failure::input(story));
        }
    }
    names.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(names)
}

/// What an entry is; of a link, what it leads to.
fn what(entry: &DirEntry) -> Entry {
    let direct = entry.file_type().ok().filter(|kind| !kind.is_symlink());
    let kind = direct.or_else(|| fs::metadata(entry.path()).ok().map(|about| about.file_type()));
    match kind {
        Some(kind) if kind.is_dir() => Entry::Folder,
        Some(kind) if kind.is_file() => Entry::File,
        _ => Entry::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_files_are_listed_by_subject_and_the_rest_is_stray() {
        let folder = tempfile::tempdir().unwrap();
        let subject = folder.path().join("agent-matched-event");
        fs::create_dir(&subject).unwrap();
        fs::create_dir(subject.join("v9.avsc")).unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        fs::create_dir(folder.path().join("a%2Fb")).unwrap();
        fs::create_dir(folder.path().join("100%")).unwrap();
        let files = [
            "v1.avsc",
            "v3.avsc",
            "v10.avsc",
            "v0.avsc",
            "v02.avsc",
            "v1.json",
            "v+4.avsc",
            ".hidden",
            "v3.references.json",
            "v4.references.json",
        ];
        for name in files {
            fs::write(subject.join(name), "{}").unwrap();
        }
        std::os::unix::fs::symlink(subject.join("v1.avsc"), subject.join("v5.avsc")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", subject.join("v6.avsc")).unwrap();
        fs::write(folder.path().join("README.md"), "").unwrap();
        let listing = list_schemas(folder.path()).unwrap();
        let numbers: Vec<u32> = listing.subjects["agent-matched-event"].iter().copied().collect();
        assert_eq!(numbers, [1, 3, 5, 10]);
        assert!(listing.subjects["empty"].is_empty() && listing.subjects["a/b"].is_empty());
        let stray =
            ["v+4.avsc", "v0.avsc", "v02.avsc", "v1.json", "v6.avsc", "v9.avsc", "v4.references.json"];
        let mut expected = vec!["100%".to_owned(), "README.md".to_owned()];
        expected.extend(stray.map(|name| format!("agent-matched-event/{name}")));
        assert_eq!(listing.stray, expected);
        assert_eq!(listing.referring, BTreeSet::from([("agent-matched-event".to_owned(), 3)]));
        assert_eq!(list_schemas(&folder.path().join("none")).unwrap_err().code(), 2);
    }

    #[test]
    fn links_are_followed_inside_the_folder_only() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        fs::create_dir(outside.path().join("subject")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let subject = folder.path().join("orders");
        fs::create_dir(&subject).unwrap();
        fs::write(subject.join("v1.avsc"), "one").unwrap();
        symlink("v1.avsc", subject.join("v2.avsc")).unwrap();
        symlink(outside.path().join("secret"), subject.join("v3.avsc")).unwrap();
        symlink(outside.path().join("secret"), subject.join("v1.references.json")).unwrap();
        symlink(outside.path().join("subject"), folder.path().join("other")).unwrap();
        symlink("..", folder.path().join("above")).unwrap();
        symlink(".", folder.path().join("itself")).unwrap();
        let listing = list_schemas(folder.path()).unwrap();
        assert_eq!(listing.stray, ["above", "itself", "other"]);
        let found = read_schemas(folder.path(), "schemas", &listing).unwrap();
        let refused = "the file is a link that leads out of the folder of schemas";
        assert_eq!(found[1].schema.bytes.as_deref(), Ok(&b"one"[..]));
        assert_eq!(found[2].schema.bytes.as_ref().unwrap_err(), refused);
        assert_eq!(found[0].references.as_ref().unwrap().bytes.as_ref().unwrap_err(), refused);
        // The folder itself may be a link.
        let link = outside.path().join("schemas");
        symlink(folder.path(), &link).unwrap();
        assert_eq!(list_schemas(&link).unwrap(), listing);
        assert_eq!(
            read_schemas(&link, "schemas", &listing).unwrap()[0].schema.bytes.as_deref(),
            Ok(&b"one"[..])
        );
    }

    #[test]
    fn files_are_read_and_what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let subject = folder.path().join("a%2Fb");
        fs::create_dir(&subject).unwrap();
        fs::write(subject.join("v1.avsc"), "one").unwrap();
        fs::write(subject.join("v1.references.json"), "[]").unwrap();
        fs::write(subject.join("v2.avsc"), vec![b' '; SIZE_LIMIT + 1]).unwrap();
        fs::write(subject.join("v3.avsc"), "three").unwrap();
        let listing = list_schemas(folder.path()).unwrap();
        fs::remove_file(subject.join("v3.avsc")).unwrap();
        let found = read_schemas(folder.path(), "schemas", &listing).unwrap();
        let bytes: Vec<&Result<Vec<u8>, String>> =
            found.iter().map(|version| &version.schema.bytes).collect();
        assert_eq!(found[0].subject.as_str(), "a/b");
        assert_eq!(found[0].schema.name, "schemas/a%2Fb/v1.avsc");
        assert_eq!(bytes[0].as_deref(), Ok(&b"one"[..]));
        assert_eq!(found[0].references.as_ref().unwrap().bytes.as_deref(), Ok(&b"[]"[..]));
        assert!(bytes[1].as_ref().unwrap_err().contains("larger than 4194304 bytes"));
        assert_eq!(bytes[2].as_ref().unwrap_err(), "the file cannot be read: it does not exist");
    }
}
