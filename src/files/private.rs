//! Files that other libraries open, made ready for them: there, and their owner's alone.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::failed;
use crate::failure::Failure;

/// Sees to it that a file is there: an empty one of its owner alone (mode 0600) where there is none, its name on the
/// disk. One that is there is not touched, so that two processes may do this at once.
///
/// # Errors
/// `Input` where the path cannot be written to; `Machine` where the disk is full or fails.
pub fn ensure_private(path: &Path) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match opened {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(failed("write", path, &error)),
        Ok(file) => file.sync_all().map_err(|error| failed("write", path, &error))?,
    }
    // The name is durable only once its folder is; some file systems cannot sync a folder, and the file stands.
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_made_for_its_owner_alone_and_one_that_is_there_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        ensure_private(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "kept").unwrap();
        ensure_private(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "kept");
        let nowhere = ensure_private(&folder.path().join("no/such/x.db")).unwrap_err();
        assert_eq!(nowhere.code(), 2);
        assert!(nowhere.story().ends_with("its folder does not exist"), "{nowhere:?}");
    }
}
