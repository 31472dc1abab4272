//! The door to the file system: nothing else opens, writes or lists a file.
//!
//! It bounds what is read, writes whole files or none, and names the path in every error. It decides who is at fault
//! (a path the user named: input, 2; a full disk: this machine, 3) and knows nothing of what stands in a file.
#![expect(clippy::disallowed_methods, reason = "this is the door to std::fs")]

mod container;
mod input;
mod private;
mod schemas;
mod stream;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub use container::{Container, ContainerBlock, ContainerParts};
pub use input::Input;
pub use private::ensure_private;
pub use schemas::{SchemaFolder, list_schemas, read_schemas};
pub use stream::Stream;

use crate::failure::{Failure, Kind};

/// Who may read a file that we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// What the machine's umask leaves.
    Ordinary,
    /// Its owner alone (mode 0600).
    Private,
}

/// True for a file that can be run: one that somebody may execute. Whether we may is known when it is started.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.mode() & 0o111 != 0)
}

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// `Input` where it is absent, may not be read, is a folder or is larger; `Machine` where the disk fails.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(|error| failed("read", path, &error))?;
    let about = file.metadata().map_err(|error| failed("read", path, &error))?;
    if about.is_dir() {
        return Err(Failure::input(format!("{} is a folder, not a file", path.display())));
    }
    let too_large = || {
        let story = format!("{} is larger than {limit} bytes, the most that is read here", path.display());
        Failure::input(story)
    };
    if about.is_file() && about.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let most = limit.saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| failed("read", path, &error))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads a whole text file of at most `limit` bytes.
///
/// # Errors
/// As `read`; also `Input` where the bytes are not UTF-8, with the line of the first that is not.
pub fn read_text(path: &Path, limit: u64) -> Result<String, Failure> {
    String::from_utf8(read(path, limit)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count();
        Failure::input(format!("{} is not UTF-8 text (line {line}, byte {valid})", path.display()))
            .hint(format!("see what it is: file {}", path.display()))
    })
}

/// Reads a whole file, or says that there is none.
///
/// # Errors
/// As `read`, except that an absent file is `None`.
pub fn read_if_there(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Failure> {
    match fs::metadata(path) {
        Err(error) if absent(&error) => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
        Ok(_) => read(path, limit).map(Some),
    }
}

/// Tells whether something is there, of any kind; what may not be looked at counts as absent.
#[must_use]
pub fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// Tells whether a file belongs to its owner alone: no permission for group or others.
///
/// # Errors
/// As `read`.
pub fn is_private(path: &Path) -> Result<bool, Failure> {
    let about = fs::metadata(path).map_err(|error| failed("read", path, &error))?;
    Ok(about.mode() & 0o077 == 0)
}

/// The path without links and dots, or as it is where that cannot be told.
#[must_use]
pub fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Looks for a regular file of one of these names in a folder and in those above it, up to the root of the
/// repository (the folder that holds `.git`). Outside of a repository only the folder itself is searched, so that a
/// file which somebody left in `/tmp` does not steer a command that runs below it.
#[must_use]
pub fn find_up(names: &[&str], from: &Path) -> Option<PathBuf> {
    let root = from.ancestors().find(|folder| exists(&folder.join(".git"))).unwrap_or(from);
    for folder in from.ancestors() {
        let found = names.iter().map(|name| folder.join(name)).find(|path| is_regular(path));
        if found.is_some() || folder == root {
            return found;
        }
    }
    None
}

fn is_regular(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file())
}

/// Writes a whole file or leaves what was there: a temporary file beside it is written, synced and renamed. What is
/// not a regular file (`/dev/stdout`, a pipe) is written to directly. Links are followed.
///
/// # Errors
/// `Input` where the path cannot be written to; `Machine` where the disk is full or fails.
pub fn write_whole(path: &Path, bytes: &[u8], access: Access) -> Result<(), Failure> {
    let wrong = |error: io::Error| failed("write", path, &error);
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => {
            return Err(Failure::input(format!("{} is a folder, not a file", path.display())));
        }
        Ok(about) if !about.is_file() => {
            let mut file = OpenOptions::new().write(true).open(path).map_err(wrong)?;
            return file.write_all(bytes).and_then(|()| file.flush()).map_err(wrong);
        }
        _ => {}
    }
    let target = canonical(path);
    let temporary = temporary_beside(&target);
    let written = write_new(&temporary, bytes, access).and_then(|()| fs::rename(&temporary, &target));
    if let Err(error) = written {
        // The write's own error is the one to tell; a temporary file that cannot be removed either adds nothing.
        let _ = fs::remove_file(&temporary);
        return Err(wrong(error));
    }
    // The name is durable only once its folder is; some file systems cannot sync a folder, and the file stands.
    if let Some(folder) = target.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mode = match access {
        Access::Ordinary => 0o666,
        Access::Private => 0o600,
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn temporary_beside(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.{number}.tmp", rustix::process::getpid().as_raw_nonzero()))
}

/// A file that is open for writing.
#[derive(Debug)]
pub struct Output(File);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Output {
    /// Adds a line, with its end.
    ///
    /// # Errors
    /// `Machine` where it cannot be written.
    pub fn line(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let whole = [bytes, b"\n"].concat();
        self.0
            .write_all(&whole)
            .map_err(|error| Failure::machine(format!("cannot write: {}", reason(&error))))
    }

    /// Waits until what was written is on the disk; what is no regular file has none.
    ///
    /// # Errors
    /// `Machine` where the disk fails.
    pub fn settle(&self) -> Result<(), Failure> {
        if !self.0.metadata().is_ok_and(|about| about.is_file()) {
            return Ok(());
        }
        self.0.sync_data().map_err(|error| Failure::machine(format!("cannot write: {}", reason(&error))))
    }

    /// Waits until what was written is on the disk.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Creates a file, or empties the one that is there, for a stream of bytes.
///
/// # Errors
/// As `write_whole`.
pub fn create(path: &Path) -> Result<Output, Failure> {
    File::create(path).map(Output).map_err(|error| failed("write", path, &error))
}

/// Creates a file for what nobody wants to lose: one that is there, and holds something, is left alone.
///
/// # Errors
/// As `write_whole`; `Input` where something is there.
pub fn create_beside_nothing(path: &Path) -> Result<Output, Failure> {
    demand_nothing(path)?;
    create(path)
}

/// Refuses a regular file that holds something.
fn demand_nothing(path: &Path) -> Result<(), Failure> {
    if fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0) {
        return Err(Failure::input(format!("{} is there already, and holds something", path.display()))
            .hint("move it away, or name another file"));
    }
    Ok(())
}

/// Opens a file to add to its end; it is created where there is none.
///
/// # Errors
/// As `write_whole`.
pub fn append(path: &Path, access: Access) -> Result<Output, Failure> {
    let mode = if access == Access::Private { 0o600 } else { 0o666 };
    let file = OpenOptions::new().append(true).create(true).mode(mode).open(path);
    file.map(Output).map_err(|error| failed("write", path, &error))
}

/// Opens a file to read it as a stream; bounding what is kept of it is the reader's part.
///
/// # Errors
/// As `read`.
pub fn open(path: &Path) -> Result<impl Read + Send + use<>, Failure> {
    File::open(path).map_err(|error| failed("read", path, &error))
}

/// Creates a folder, with those above it; one that is there stays as it is.
///
/// # Errors
/// As `write_whole`.
pub fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| failed("create", path, &error))
}

/// Creates a folder that only its owner may enter (mode 0700), and those above it likewise; one that is there stays as
/// it is.
///
/// # Errors
/// As `write_whole`.
pub fn create_private_folder(path: &Path) -> Result<(), Failure> {
    if exists(path) {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(|error| failed("create", path, &error))
}

/// Removes a file; one that is not there is no error.
///
/// # Errors
/// As `write_whole`.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if !absent(&error) => Err(failed("remove", path, &error)),
        _ => Ok(()),
    }
}

fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Tells a file error: what was tried, on which path, why. The path was the user's to choose, unless the trouble is
/// the machine's own.
fn failed(verb: &str, path: &Path, error: &io::Error) -> Failure {
    let kind = match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidFilename
        | io::ErrorKind::ReadOnlyFilesystem => Kind::Input,
        io::ErrorKind::BrokenPipe => Kind::BrokenPipe,
        _ => Kind::Machine,
    };
    let reason = match error.kind() {
        io::ErrorKind::NotFound if verb == "write" => "its folder does not exist".to_owned(),
        _ => reason(error),
    };
    Failure::new(kind, format!("cannot {verb} {}: {reason}", path.display()))
}

/// Why a file could not be used, in words.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space is left on the device".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn reads_are_bounded_and_name_the_path() {
        let folder = folder();
        let path = folder.path().join("topics.yaml");
        let absent = read(&path, 10).unwrap_err();
        assert_eq!(absent.kind(), Kind::Input);
        assert!(absent.story().contains("topics.yaml: it does not exist"), "{absent:?}");
        fs::write(&path, "0123456789").unwrap();
        assert_eq!(read(&path, 10).unwrap(), b"0123456789");
        let large = read(&path, 9).unwrap_err();
        assert!(large.story().contains("larger than 9 bytes"), "{large:?}");
        let endless = read(Path::new("/dev/zero"), 1_000).unwrap_err();
        assert!(endless.story().contains("larger than 1000 bytes"), "{endless:?}");
        let is_folder = read(folder.path(), 10).unwrap_err();
        assert!(is_folder.story().contains("is a folder"), "{is_folder:?}");
        assert!(read_if_there(&folder.path().join("none"), 10).unwrap().is_none());
        assert!(read_if_there(&path.join("below-a-file"), 10).unwrap().is_none());
    }

    #[test]
    fn text_that_is_not_utf8_is_told_by_its_line() {
        let folder = folder();
        let path = folder.path().join("a");
        fs::write(&path, b"one\ntwo\n\xff").unwrap();
        let failure = read_text(&path, 100).unwrap_err();
        assert!(failure.story().contains("line 3, byte 8"), "{failure:?}");
        assert_eq!(failure.kind(), Kind::Input);
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let folder = folder();
        let path = folder.path().join("plan.json");
        write_whole(&path, b"old", Access::Private).unwrap();
        assert!(is_private(&path).unwrap());
        write_whole(&path, b"new", Access::Private).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        // Readers meanwhile see one version or the other, never a part.
        let (old, new) = (vec![b'a'; 1 << 20], vec![b'b'; 1 << 20]);
        write_whole(&path, &old, Access::Ordinary).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                (0..20).for_each(|turn| {
                    let bytes = if turn % 2 == 0 { &new } else { &old };
                    write_whole(&path, bytes, Access::Ordinary).unwrap();
                });
            });
            while !writer.is_finished() {
                let seen = fs::read(&path).unwrap();
                assert!(seen == old || seen == new, "a torn file of {} bytes", seen.len());
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file is left");
    }

    #[test]
    fn links_and_devices_are_written_through() {
        let folder = folder();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_whole(&link, b"new", Access::Ordinary).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write_whole(Path::new("/dev/null"), b"new", Access::Ordinary).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file(), "the device was replaced by a file");
    }

    #[test]
    fn a_full_disk_is_the_machines_fault_and_a_wrong_path_the_users() {
        let full = write_whole(Path::new("/dev/full"), b"x", Access::Ordinary).unwrap_err();
        assert_eq!((full.kind(), full.code()), (Kind::Machine, 3));
        assert!(full.story().contains("no space is left"), "{full:?}");
        let folder = folder();
        let nowhere = write_whole(&folder.path().join("a/b"), b"x", Access::Ordinary).unwrap_err();
        assert_eq!((nowhere.kind(), nowhere.code()), (Kind::Input, 2));
        assert!(nowhere.story().contains("its folder does not exist"), "{nowhere:?}");
        assert_eq!(write_whole(folder.path(), b"x", Access::Ordinary).unwrap_err().code(), 2);
    }

    #[test]
    fn what_is_appended_follows_what_is_there() {
        let folder = folder();
        let path = folder.path().join("log");
        for line in ["one\n", "two\n"] {
            append(&path, Access::Private).unwrap().write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert!(is_private(&path).unwrap());
        create(&path).unwrap().write_all(b"three").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
    }

    #[test]
    fn the_search_upwards_ends_at_the_repository() {
        let folder = folder();
        let inner = folder.path().join("repository/a/b");
        fs::create_dir_all(&inner).unwrap();
        let outside = folder.path().join("eventctl.yaml");
        fs::write(&outside, "").unwrap();
        let find = || find_up(&["eventctl.yaml"], &inner);
        assert_eq!(find(), None, "outside of a repository only the folder itself counts");
        fs::write(folder.path().join("repository/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(find(), None, "the file above the repository counts");
        let at_root = folder.path().join("repository/eventctl.yaml");
        fs::write(&at_root, "").unwrap();
        assert_eq!(find(), Some(at_root));
        // A folder of that name is no settings file.
        fs::create_dir(inner.join("eventctl.yaml")).unwrap();
        let nearer = folder.path().join("repository/a/eventctl.yaml");
        fs::write(&nearer, "").unwrap();
        assert_eq!(find(), Some(nearer));
    }

    #[test]
    fn removing_what_is_gone_is_no_error() {
        let folder = folder();
        let path = folder.path().join("a");
        fs::write(&path, "").unwrap();
        remove(&path).unwrap();
        remove(&path).unwrap();
        let private = folder.path().join("state/eventctl");
        create_private_folder(&private).unwrap();
        assert!(is_private(&private).unwrap());
        assert!(is_private(&folder.path().join("state")).unwrap(), "the one above");
    }
}
