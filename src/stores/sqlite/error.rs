//! What can go wrong with a store's file, in words that name it and say what to do.

use std::path::Path;

use rusqlite::ErrorCode;

use super::Layout;
use crate::failure::Failure;

/// Tells an error of the library.
pub(super) fn failure(path: &Path, layout: Layout, error: &rusqlite::Error) -> Failure {
    let shown = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            damaged(path, layout, &error.to_string())
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failure::machine(format!(
            "{shown} is in use: another process has been writing it for {} s",
            super::PATIENCE.as_secs()
        ))
        .hint(format!("see who holds it, then try again: fuser {shown}")),
        Some(ErrorCode::DiskFull) => {
            Failure::machine(format!("cannot write {shown}: no space is left on the device"))
                .hint(format!("make room, then try again: df {shown}"))
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Failure::machine(format!("cannot write {shown}: {error}"))
                .hint(format!("the file and its folder must be writable: ls -la {shown}"))
        }
        // A value that is not what its column holds, or no such row: the tables are sound and what stands in them is not.
        None => damaged(path, layout, &error.to_string()),
        Some(_) => Failure::machine(format!("cannot use {shown}: {error}"))
            .hint(format!("check the disk below it: df {shown}")),
    }
}

/// A file that cannot be trusted.
pub(super) fn damaged(path: &Path, layout: Layout, detail: &str) -> Failure {
    let shown = path.display();
    // A check lists each place on a line of its own; the first is enough to act on.
    let detail = detail.lines().next().unwrap_or_default();
    Failure::machine(format!("{shown} is damaged: {detail}")).hint(format!(
        "move it away, and a new one is begun; {} are in the old one only: mv {shown} {shown}.damaged",
        layout.holds
    ))
}
