//! The tables of `undo.db`, and how sets stand in them.

use std::str::FromStr;

use eventctl_core::groups::live::Commit;
use eventctl_core::groups::saved::{Cause, NewSet, SavedOffset, SavedSet, SetState};
use eventctl_core::topics::live::TopicId;
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

/// Version 1. `cluster` is null where the cluster gave no id; numbers are never used again, so that a number which
/// somebody noted keeps its meaning.
pub(super) const FIRST: &str = "
    CREATE TABLE saved_set (
        number     INTEGER PRIMARY KEY AUTOINCREMENT,
        cluster    TEXT,
        group_name TEXT NOT NULL,
        cause      TEXT NOT NULL,
        at         INTEGER NOT NULL,
        operator   TEXT NOT NULL,
        command    TEXT NOT NULL,
        undoes     INTEGER REFERENCES saved_set (number),
        state      TEXT NOT NULL,
        undone_by  INTEGER REFERENCES saved_set (number)
    ) STRICT;
    CREATE INDEX saved_set_of_a_group ON saved_set (cluster, group_name, number);
    CREATE TABLE saved_offset (
        set_number      INTEGER NOT NULL REFERENCES saved_set (number),
        topic           TEXT NOT NULL,
        partition       INTEGER NOT NULL,
        before_offset   INTEGER,
        before_epoch    INTEGER,
        before_metadata TEXT,
        after_offset    INTEGER,
        topic_id        TEXT,
        PRIMARY KEY (set_number, topic, partition)
    ) STRICT, WITHOUT ROWID;";

const SET: &str = "INSERT INTO saved_set
    (cluster, group_name, cause, at, operator, command, undoes, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const OFFSET: &str = "INSERT INTO saved_offset
    (set_number, topic, partition, before_offset, before_epoch, before_metadata, after_offset, topic_id)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const OFFSETS: &str =
    "SELECT topic, partition, before_offset, before_epoch, before_metadata, after_offset, topic_id
    FROM saved_offset WHERE set_number = ?1 ORDER BY topic, partition";

/// Who put a set back, and whether another one was saved to do so.
pub(super) const UNDONE: &str = "SELECT undone_by,
    EXISTS (SELECT 1 FROM saved_set AS other WHERE other.number = ?2 AND other.undoes = ?1)
    FROM saved_set WHERE number = ?1";

macro_rules! sets {
    ($rest:literal) => {
        concat!(
            "SELECT number, cluster, group_name, cause, at, operator, command, undoes, state, undone_by
             FROM saved_set WHERE cluster IS ?1 AND ",
            $rest
        )
    };
}

/// The newest set that can be put back.
pub(super) const LAST: &str = sets!(
    "group_name = ?2 AND undone_by IS NULL AND state IN ('begun', 'done', 'partly')
     ORDER BY number DESC LIMIT 1"
);

/// Sets, the newest first.
pub(super) const HISTORY: &str = sets!("(?2 IS NULL OR group_name = ?2) ORDER BY number DESC LIMIT ?3");

/// One set.
pub(super) const NUMBERED: &str = sets!("number = ?2");

/// Puts a set into the tables.
pub(super) fn insert(transaction: &Transaction<'_>, set: &NewSet) -> rusqlite::Result<i64> {
    let NewSet { cluster, group, cause, at, operator, command, undoes, offsets } = set;
    let cluster = cluster.as_ref().map(AsRef::as_ref);
    let (group, cause, begun) = (group.as_str(), cause.as_str(), SetState::Begun.as_str());
    transaction.execute(SET, params![cluster, group, cause, at, operator, command, undoes, begun])?;
    let number = transaction.last_insert_rowid();
    let mut statement = transaction.prepare(OFFSET)?;
    for SavedOffset { topic, topic_id, partition, before, after } in offsets {
        let topic_id = topic_id.as_ref().map(|id| id.0.as_str());
        let offset = before.as_ref().map(|commit| commit.offset);
        let epoch = before.as_ref().and_then(|commit| commit.leader_epoch);
        let metadata = before.as_ref().and_then(|commit| commit.metadata.as_deref());
        let topic = topic.as_str();
        statement.execute(params![number, topic, partition, offset, epoch, metadata, after, topic_id])?;
    }
    Ok(number)
}

/// Reads the set that a question finds, with its offsets.
pub(super) fn one(
    transaction: &Transaction<'_>,
    question: &str,
    words: impl Params,
) -> rusqlite::Result<Option<SavedSet>> {
    let found = transaction.query_row(question, words, set).optional()?;
    found.map(|found| with_offsets(transaction, found)).transpose()
}

/// Reads the sets that a question finds, with their offsets.
pub(super) fn all(
    transaction: &Transaction<'_>,
    question: &str,
    words: impl Params,
) -> rusqlite::Result<Vec<SavedSet>> {
    let mut statement = transaction.prepare(question)?;
    let found = statement.query_map(words, set)?.collect::<rusqlite::Result<Vec<_>>>()?;
    found.into_iter().map(|found| with_offsets(transaction, found)).collect()
}

fn with_offsets(transaction: &Transaction<'_>, mut found: SavedSet) -> rusqlite::Result<SavedSet> {
    let mut statement = transaction.prepare_cached(OFFSETS)?;
    found.set.offsets = statement.query_map([found.number], offset)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn set(row: &Row<'_>) -> rusqlite::Result<SavedSet> {
    let cluster: Option<String> = row.get(1)?;
    let set = NewSet {
        cluster: cluster.map(|text| name(1, &text)).transpose()?,
        group: name(2, &row.get::<_, String>(2)?)?,
        cause: word(3, Cause::of(&row.get::<_, String>(3)?))?,
        at: row.get(4)?,
        operator: row.get(5)?,
        command: row.get(6)?,
        undoes: row.get(7)?,
        offsets: Vec::new(),
    };
    let state = word(8, SetState::of(&row.get::<_, String>(8)?))?;
    Ok(SavedSet { number: row.get(0)?, set, state, undone_by: row.get(9)? })
}

fn offset(row: &Row<'_>) -> rusqlite::Result<SavedOffset> {
    let offset: Option<i64> = row.get(2)?;
    let (leader_epoch, metadata) = (row.get(3)?, row.get(4)?);
    Ok(SavedOffset {
        topic: name(0, &row.get::<_, String>(0)?)?,
        topic_id: row.get::<_, Option<String>>(6)?.map(TopicId),
        partition: row.get(1)?,
        before: offset.map(|offset| Commit { offset, leader_epoch, metadata }),
        after: row.get(5)?,
    })
}

/// Reads a name that was legal when it was written.
fn name<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    column: usize,
    text: &str,
) -> rusqlite::Result<T> {
    text.parse()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// Reads a word that this program knows.
fn word<T>(column: usize, read: Option<T>) -> rusqlite::Result<T> {
    let strange = || FromSqlError::Other("a word that eventctl does not write".into());
    read.ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(strange())))
}
