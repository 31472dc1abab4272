//! Offsets of groups as they were before they were changed (`undo.db`).
//!
//! A set is saved before the change, settled after it, and marked when it was put back. A process that dies in between
//! leaves it `begun`: the change may have happened, and the set is handed out like one that did. A set belongs to a
//! cluster, and is never handed out for another one: the same group name means nothing there.

mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;

use eventctl_core::groups::saved::{NewSet, SavedSet, SetState};
use eventctl_core::name::{ClusterId, GroupName};
use rusqlite::{OptionalExtension, params};

use super::sqlite::{Database, Layout};
use crate::failure::{Failure, Kind};

/// The name of the file below the state folder.
pub const FILE: &str = "undo.db";

const LAYOUT: Layout =
    Layout { mark: 0x6576_756e, steps: &[rows::FIRST], holds: "the offsets that could be put back" };

/// The store.
#[derive(Debug)]
pub struct Undo {
    database: Database,
}

impl Undo {
    /// Opens the store; it is created, with its folder, where there is none.
    ///
    /// # Errors
    /// `Input` where the path cannot be used, or the file is another program's or a newer eventctl's; `Machine` where it
    /// is damaged, cannot be written, or another process holds it for too long.
    pub fn open(path: &Path) -> Result<Undo, Failure> {
        let mut database = Database::open(path, LAYOUT)?;
        database.check()?;
        Ok(Undo { database })
    }

    /// Saves a set, and returns its number. It is on the disk when this returns.
    ///
    /// # Errors
    /// `Machine` where it could not be saved: then nothing of it is there.
    pub fn save(&mut self, set: &NewSet) -> Result<i64, Failure> {
        self.database.write(|transaction| rows::insert(transaction, set))
    }

    /// Says what became of the change that a set was saved for.
    ///
    /// # Errors
    /// `Machine` where it could not be written; `Refused` where there is no such set.
    pub fn settle(&mut self, number: i64, state: SetState) -> Result<(), Failure> {
        let changed = self.database.write(|transaction| {
            let words = params![number, state.as_str()];
            transaction.execute("UPDATE saved_set SET state = ?2 WHERE number = ?1", words)
        })?;
        if changed == 1 { Ok(()) } else { Err(absent(number)) }
    }

    /// Says that a set was put back by the change that the set `by` was saved for.
    ///
    /// # Errors
    /// `Machine` where it could not be written; `Refused` where one of them is not there, where `by` was not saved to
    /// put this one back, or where another one was faster.
    pub fn mark_undone(&mut self, number: i64, by: i64) -> Result<(), Failure> {
        let told = self.database.write(|transaction| {
            let held: Option<(Option<i64>, bool)> = transaction
                .query_row(rows::UNDONE, params![number, by], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((None, true)) = held {
                let words = params![number, by];
                transaction.execute("UPDATE saved_set SET undone_by = ?2 WHERE number = ?1", words)?;
            }
            Ok(held)
        })?;
        match told {
            None => Err(absent(number)),
            Some((_, false)) => {
                let story = format!("the set {by} was not saved to put the set {number} back");
                Err(Failure::new(Kind::Refused, story))
            }
            Some((Some(other), _)) if other != by => {
                let story = format!("the set {number} was put back already, by the change of set {other}");
                Err(Failure::new(Kind::Refused, story)
                    .hint("see what was done: eventctl groups history GROUP"))
            }
            Some(_) => Ok(()),
        }
    }

    /// The newest set of a group whose change happened, or may have, and was not put back. Undoing an undo is doing the
    /// change again, so the set of an undo counts as well.
    ///
    /// # Errors
    /// `Machine` where the store cannot be read, or is damaged.
    pub fn last(
        &mut self,
        cluster: Option<&ClusterId>,
        group: &GroupName,
    ) -> Result<Option<SavedSet>, Failure> {
        let words = params![cluster.map(ClusterId::as_str), group.as_str()];
        self.database.read(|transaction| rows::one(transaction, rows::LAST, words))
    }

    /// The sets of a cluster, the newest first; of one group, where it is named.
    ///
    /// # Errors
    /// `Machine` where the store cannot be read, or is damaged.
    pub fn history(
        &mut self,
        cluster: Option<&ClusterId>,
        group: Option<&GroupName>,
        limit: usize,
    ) -> Result<Vec<SavedSet>, Failure> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let words = params![cluster.map(ClusterId::as_str), group.map(GroupName::as_str), limit];
        self.database.read(|transaction| rows::all(transaction, rows::HISTORY, words))
    }

    /// The set of this number, if it is one of the cluster.
    ///
    /// # Errors
    /// `Machine` where the store cannot be read, or is damaged.
    pub fn get(&mut self, cluster: Option<&ClusterId>, number: i64) -> Result<Option<SavedSet>, Failure> {
        let words = params![cluster.map(ClusterId::as_str), number];
        self.database.read(|transaction| rows::one(transaction, rows::NUMBERED, words))
    }
}

fn absent(number: i64) -> Failure {
    Failure::new(Kind::Refused, format!("there is no saved set {number}"))
        .hint("see which there are: eventctl groups history GROUP")
}
