//! The file, whatever stands in it.
#![expect(clippy::disallowed_methods, reason = "a test prepares files of its own")]

use std::os::unix::fs::PermissionsExt;

use super::*;

const ONE: &str = "CREATE TABLE thing (name TEXT NOT NULL) STRICT;";
const TWO: &str = "ALTER TABLE thing ADD COLUMN weight INTEGER NOT NULL DEFAULT 7;";
const BROKEN: &str = "CREATE TABLE other (name TEXT) STRICT; CREATE TABLE thing (name TEXT) STRICT;";

const FIRST: Layout = Layout { mark: 42, steps: &[ONE], holds: "the things" };
const SECOND: Layout = Layout { steps: &[ONE, TWO], ..FIRST };

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/eventctl/things.db");
    (folder, path)
}

fn add(database: &mut Database, name: &str) -> Result<(), Failure> {
    database.write(|it| it.execute("INSERT INTO thing (name) VALUES (?1)", [name])).map(drop)
}

fn count(database: &mut Database) -> i64 {
    database.read(|it| it.query_row("SELECT count(*) FROM thing", [], |row| row.get(0))).unwrap()
}

#[test]
fn file_and_folder_are_their_owners_alone_and_a_write_is_synced() {
    let (_folder, path) = folder();
    let mut database = Database::open(&path, FIRST).unwrap();
    add(&mut database, "a").unwrap();
    for beside in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{beside}", path.display()));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{beside}");
    }
    let above = std::fs::metadata(path.parent().unwrap()).unwrap();
    assert_eq!(above.permissions().mode() & 0o777, 0o700);
    let setting = |name| database.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    // 2 is FULL: a commit waits for the disk.
    assert_eq!((setting("synchronous").unwrap(), setting("foreign_keys").unwrap()), (2, 1));
    let mode: String =
        database.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn tables_are_brought_up_to_date_and_what_stands_in_them_stays() {
    let (_folder, path) = folder();
    add(&mut Database::open(&path, FIRST).unwrap(), "old").unwrap();
    let mut newer = Database::open(&path, SECOND).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let held = newer.read(|it| it.query_row("SELECT name, weight FROM thing", [], row)).unwrap();
    assert_eq!(held, ("old".to_owned(), 7));
    drop(newer);
    let refused = Database::open(&path, FIRST).unwrap_err();
    assert_eq!(refused.code(), 2);
    let words = "was written by a newer eventctl: its version is 2, and this one knows 1";
    assert!(refused.story().ends_with(words), "{refused:?}");
    assert_eq!(count(&mut Database::open(&path, SECOND).unwrap()), 1);
}

#[test]
fn a_step_that_fails_leaves_nothing_behind() {
    let (_folder, path) = folder();
    add(&mut Database::open(&path, FIRST).unwrap(), "old").unwrap();
    Database::open(&path, Layout { steps: &[ONE, BROKEN], ..FIRST }).unwrap_err();
    let mut same = Database::open(&path, FIRST).unwrap();
    assert_eq!(count(&mut same), 1);
    let others = "SELECT count(*) FROM sqlite_schema WHERE name = 'other'";
    assert_eq!(same.read(|it| it.query_row(others, [], |row| row.get::<_, i64>(0))).unwrap(), 0);
}

#[test]
fn another_programs_file_is_left_alone() {
    let (folder, _) = folder();
    let path = folder.path().join("theirs.db");
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE cookies (name TEXT)").unwrap();
    drop(theirs);
    let before = std::fs::read(&path).unwrap();
    let refused = Database::open(&path, FIRST).unwrap_err();
    assert_eq!(refused.code(), 2);
    assert!(refused.story().ends_with("theirs.db is another program's SQLite file"), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_file_is_named_with_what_to_do() {
    let (_folder, path) = folder();
    let mut database = Database::open(&path, FIRST).unwrap();
    for number in 0..2_000 {
        database
            .write(|it| it.execute("INSERT INTO thing (name) VALUES (?1)", [number.to_string()]))
            .unwrap();
    }
    drop(database);
    let sound = std::fs::read(&path).unwrap();
    let rows: [(&str, Vec<u8>); 3] = [
        ("no SQLite file", b"this is a text, and long enough to be a header of some file".repeat(20)),
        ("cut short", sound[..sound.len() / 2].to_vec()),
        ("a page of noise", {
            let mut bytes = sound.clone();
            bytes[4_096..8_192].fill(0xa5);
            bytes
        }),
    ];
    for (what, bytes) in rows {
        std::fs::write(&path, bytes).unwrap();
        let found = Database::open(&path, FIRST).and_then(|mut database| database.check());
        let damaged = found.expect_err(what);
        assert_eq!(damaged.code(), 3, "{what}");
        let head = format!("{} is damaged: ", path.display());
        assert!(damaged.story().starts_with(&head), "{what}: {damaged:?}");
        let (hint, shown) = (&damaged.hints()[0], path.display());
        assert!(hint.ends_with(&format!("the things are in the old one only: mv {shown} {shown}.damaged")));
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_of_the_write_stays() {
    let (_folder, path) = folder();
    let mut database = Database::open(&path, FIRST).unwrap();
    add(&mut database, "before").unwrap();
    database.connection.pragma_update_and_check(None, "max_page_count", 3, |_| Ok(())).unwrap();
    let full = database
        .write(|it| {
            (0..5_000).try_for_each(|_| it.execute("INSERT INTO thing (name) VALUES ('x')", []).map(drop))
        })
        .unwrap_err();
    assert_eq!(full.code(), 3);
    assert!(full.story().ends_with("no space is left on the device"), "{full:?}");
    assert_eq!(count(&mut database), 1);
}

#[test]
fn many_open_and_write_at_once() {
    // Often, as what can go wrong is in the instant in which the first of them makes the tables.
    (0..20).for_each(|_| eight_open_and_write_at_once());
}

fn eight_open_and_write_at_once() {
    let (_folder, path) = folder();
    let begin = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                begin.wait();
                let mut database = Database::open(&path, SECOND).unwrap();
                (0..3).for_each(|_| add(&mut database, "x").unwrap());
            });
        }
    });
    assert_eq!(count(&mut Database::open(&path, SECOND).unwrap()), 24);
}

#[test]
fn one_who_holds_the_file_for_long_is_told_of() {
    let (_folder, path) = folder();
    let mut holder = Database::open(&path, FIRST).unwrap();
    let mut other = Database::open(&path, FIRST).unwrap();
    other.connection.busy_timeout(Duration::from_millis(50)).unwrap();
    let told = holder.write(|_| Ok(add(&mut other, "x").unwrap_err())).unwrap();
    assert_eq!(told.code(), 3);
    assert!(told.story().contains("another process has been writing it"), "{told:?}");
    add(&mut other, "x").unwrap();
}

#[test]
fn what_is_no_file_or_below_none_is_told() {
    let (folder, _) = folder();
    let told = Database::open(folder.path(), FIRST).unwrap_err();
    assert!(told.story().starts_with(&format!("cannot write {}", folder.path().display())), "{told:?}");
    let told = Database::open(Path::new("/proc/eventctl/x.db"), FIRST).unwrap_err();
    assert!(told.story().starts_with("cannot create /proc/eventctl"), "{told:?}");
}
