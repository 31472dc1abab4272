//! Stores against what threads of one process cannot show: other processes, a kill, a full disk, missing rights.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use eventctl::stores::undo::{FILE, Undo};
use eventctl_core::groups::saved::{Cause, NewSet, SavedOffset, SetState};
use eventctl_core::name::ClusterId;

const FOLDER: &str = "EVENTCTL_TEST_STORE_FOLDER";
const SETS: &str = "EVENTCTL_TEST_STORE_SETS";

fn cluster() -> ClusterId {
    "one".parse().unwrap()
}

fn set(partitions: i32) -> NewSet {
    let topic = "agent-events".parse::<eventctl_core::name::TopicName>().unwrap();
    let offset = |partition| SavedOffset {
        topic: topic.clone(),
        topic_id: None,
        partition,
        before: None,
        after: Some(i64::MAX),
    };
    NewSet {
        cluster: Some(cluster()),
        group: "g".parse().unwrap(),
        cause: Cause::Seek,
        at: 0,
        operator: "ops".to_owned(),
        command: "eventctl groups seek g --to start".to_owned(),
        undoes: None,
        offsets: (0..partitions).map(offset).collect(),
    }
}

/// What another process does: it saves sets and tells their numbers.
#[test]
#[ignore = "run by the others, as a process of its own"]
fn child() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let sets: u32 = std::env::var(SETS).unwrap().parse().unwrap();
    let opened = Undo::open(&folder.join(FILE));
    let saved = opened.and_then(|mut undo| {
        for _ in 0..sets {
            println(&format!("saved {}", undo.save(&set(200))?));
        }
        Ok(())
    });
    match saved {
        Ok(()) => println("all saved"),
        Err(failure) => println(&format!("failed {}: {}", failure.code(), failure.story())),
    }
}

fn println(line: &str) {
    use std::io::Write;
    // Not captured as `println!` is, and on a line of its own.
    std::io::stdout().write_all(format!("\n{line}\n").as_bytes()).unwrap();
}

/// Starts `child` behind the words of a wrapper.
fn start(wrapper: &[&str], folder: &Path, sets: u32) -> Child {
    let own = std::env::current_exe().unwrap();
    let mut words: Vec<String> = wrapper.iter().map(|word| (*word).to_owned()).collect();
    words.push(own.to_str().unwrap().to_owned());
    words.extend(["--exact", "stores::child", "--ignored", "--nocapture"].map(str::to_owned));
    Command::new(&words[0])
        .args(&words[1..])
        .env(FOLDER, folder)
        .env(SETS, sets.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a child told, up to `enough` such lines; then it is killed.
fn told(mut child: Child, enough: usize) -> Vec<String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.filter(|line| ["saved ", "all saved", "failed "].iter().any(|it| line.starts_with(it)));
    let told: Vec<String> = told.take(enough).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    told
}

fn numbers(folder: &Path) -> Vec<i64> {
    let mut undo = Undo::open(&folder.join(FILE)).unwrap();
    let sets = undo.history(Some(&cluster()), None, 10_000).unwrap();
    assert!(sets.iter().all(|found| found.set == set(200) && found.state == SetState::Begun));
    sets.iter().rev().map(|found| found.number).collect()
}

#[test]
fn processes_write_at_once_and_no_set_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<Child> = (0..4).map(|_| start(&[], folder.path(), 25)).collect();
    let mut all: Vec<i64> = Vec::new();
    for child in children {
        let told = told(child, 26);
        assert_eq!(told.last().map(String::as_str), Some("all saved"), "{told:?}");
        all.extend(told.iter().filter_map(|line| line.strip_prefix("saved ")?.parse::<i64>().ok()));
    }
    all.sort_unstable();
    assert_eq!(all, (1..=100).collect::<Vec<_>>());
    assert_eq!(numbers(folder.path()), all);
}

#[test]
fn a_set_that_was_told_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=5 {
        // Killed while it goes on saving.
        let told = told(start(&[], folder.path(), 100_000), 3);
        let last: i64 = told.last().and_then(|line| line.strip_prefix("saved ")).unwrap().parse().unwrap();
        let held = numbers(folder.path());
        assert!(held.contains(&last), "round {round}: {told:?}, held {held:?}");
    }
}

#[test]
fn a_file_that_may_not_grow_is_told_and_stays_sound() {
    let folder = tempfile::tempdir().unwrap();
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 200; exec \"$@\"", "sh"];
    let told = told(start(&limited, folder.path(), 100_000), 100_000);
    let (last, saved) = told.split_last().unwrap();
    let words = format!("failed 3: cannot use {}", folder.path().join(FILE).display());
    assert!(last.starts_with(&words), "{last}");
    assert!(!saved.is_empty());
    assert_eq!(numbers(folder.path()).len(), saved.len());
}

#[test]
fn a_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(Undo::open(&folder.path().join(FILE)).unwrap());
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&folder.path().join(FILE), 0o444);
    open(folder.path(), 0o555);
    // Root may write everything; then somebody else tries.
    let root = std::fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    let other = ["setpriv", "--reuid=65534", "--clear-groups"];
    let told = told(start(if root { &other } else { &[] }, folder.path(), 1), 1);
    let words = format!("failed 3: cannot write {}", folder.path().join(FILE).display());
    assert!(told[0].starts_with(&words), "{told:?}");
}
