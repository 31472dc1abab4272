//! The door to SQLite: a file that is opened one way, whatever stands in it.
//!
//! It decides what a store may rely on: a file and a folder of their owner's alone, writers of several processes that
//! wait for each other, a write that is on the disk before it returns, tables that are brought up to date step by step,
//! and errors that name the file and say what to do. It knows nothing of what the tables mean.

mod error;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::failure::Failure;
use crate::files;

/// What a store's file holds: its mark, and how its tables came to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The mark by which the file is known (`application_id`), so that another program's file is left alone.
    pub(super) mark: i32,
    /// The steps to the newest version, the first from an empty file. One that was ever shipped is never changed.
    pub(super) steps: &'static [&'static str],
    /// What is lost where the file is moved away, for errors: `the offsets that could be put back`.
    pub(super) holds: &'static str,
}

/// How long a process waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open file.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    layout: Layout,
}

impl Database {
    /// Opens the file, which is created with its folder where there is none, and brings its tables up to date.
    pub(super) fn open(path: &Path, layout: Layout) -> Result<Database, Failure> {
        if let Some(folder) = path.parent() {
            files::create_private_folder(folder)?;
        }
        // SQLite gives its side files the permissions of the main one.
        files::ensure_private(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags);
        let connection = opened.map_err(|error| error::failure(path, layout, &error))?;
        let mut database = Database { connection, path: path.to_owned(), layout };
        database.prepare()?;
        database.migrate()?;
        Ok(database)
    }

    /// Reads in one view of the file, whatever others write meanwhile.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Failure> {
        self.transact(TransactionBehavior::Deferred, work)
    }

    /// Writes all or nothing; what returns is on the disk. The lock is taken at the beginning, where it can be waited
    /// for: a reader that turns into a writer is refused at once when another one was faster.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Failure> {
        self.transact(TransactionBehavior::Immediate, work)
    }

    fn transact<T>(
        &mut self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Failure> {
        let transaction = self.connection.transaction_with_behavior(behavior);
        let done = transaction.and_then(|transaction| {
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        done.map_err(|error| error::failure(&self.path, self.layout, &error))
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        let patient = self.connection.busy_timeout(PATIENCE);
        patient.map_err(|error| error::failure(&self.path, self.layout, &error))?;
        let layout = self.layout;
        if let Some(stranger) = self.read(|transaction| stranger(transaction, layout))? {
            return Err(stranger.failure(&self.path));
        }
        let told = |error: rusqlite::Error| error::failure(&self.path, layout, &error);
        self.keep_a_log().map_err(told)?;
        self.connection.pragma_update(None, "synchronous", "FULL").map_err(told)?;
        self.connection.pragma_update(None, "foreign_keys", true).map_err(told)
    }

    /// Turns to the write-ahead log, by which readers and a writer need not wait for each other. Where that cannot be
    /// now (another process has the file) or never (a file system without shared memory), the older kind of journal
    /// stays, which is as safe and slower.
    fn keep_a_log(&self) -> rusqlite::Result<()> {
        let turned = self.connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
        match turned {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(()),
            other => other,
        }
    }

    /// Reads the whole file and tells whether it is sound. For small files: it takes as long as reading them does.
    pub(super) fn check(&mut self) -> Result<(), Failure> {
        let verdict: String =
            self.read(|transaction| transaction.pragma_query_value(None, "quick_check", |row| row.get(0)))?;
        if verdict == "ok" { Ok(()) } else { Err(error::damaged(&self.path, self.layout, &verdict)) }
    }

    /// Takes the steps that the file lacks, each in a transaction of its own. Another process may do the same.
    fn migrate(&mut self) -> Result<(), Failure> {
        let Layout { steps, mark, .. } = self.layout;
        for (index, step) in steps.iter().enumerate() {
            // Most often all were taken before; then nobody is waited for.
            if self.read(|transaction| version(transaction))? > index {
                continue;
            }
            self.write(|transaction| {
                // Looked at again under the lock: the other process may have been faster.
                if version(transaction)? == index {
                    transaction.execute_batch(step)?;
                    transaction.pragma_update(None, "application_id", mark)?;
                    transaction.pragma_update(None, "user_version", index as i64 + 1)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Says whose file it is, where it is not one that this program may write. It looks in one transaction: between two
/// looks another process may have made the tables, and half of that looks like a stranger's file.
fn stranger(transaction: &Transaction<'_>, layout: Layout) -> rusqlite::Result<Option<Stranger>> {
    let version = version(transaction)?;
    let mark: i32 = transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let fresh = version == 0 && mark == 0 && tables == 0;
    if !fresh && mark != layout.mark {
        return Ok(Some(Stranger::Other));
    }
    let known = layout.steps.len();
    Ok((version > known).then_some(Stranger::Newer { version, known }))
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // Nobody's migrations count below zero; such a file is nobody's we know.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Why a sound file is not written by this program.
enum Stranger {
    Other,
    Newer { version: usize, known: usize },
}

impl Stranger {
    fn failure(self, path: &Path) -> Failure {
        let path = path.display();
        match self {
            Stranger::Other => Failure::input(format!("{path} is another program's SQLite file"))
                .hint(format!("see what it is, then move it away: mv {path} {path}.other")),
            Stranger::Newer { version, known } => Failure::input(format!(
                "{path} was written by a newer eventctl: its version is {version}, and this one knows {known}"
            ))
            .hint("use the newer eventctl: nothing was changed"),
        }
    }
}
