//! Readers of stdout that go away, and an stdout that cannot be written.

use std::process::{Command, Stdio};

use crate::world::World;

const READING: [&[&str]; 9] = [
    &["check"],
    &["check", "-o", "json"],
    &["check", "--print-schema", "catalog"],
    &["config", "show"],
    &["config", "show", "-o", "json"],
    &["config", "trust"],
    &["completions", "bash"],
    &["--help"],
    &["--version"],
];

#[test]
fn a_reader_who_has_gone_is_no_failure() {
    let world = World::shipped();
    for arguments in READING {
        // The pipe's other end is closed before the first byte is written.
        let mut gone = Command::new("true").stdin(Stdio::piped()).spawn().expect("a process");
        let pipe = gone.stdin.take().expect("its stdin");
        gone.wait().expect("its end");
        let output = world.command(arguments).stdout(Stdio::from(pipe)).stderr(Stdio::piped()).spawn();
        let output = output.expect("a process").wait_with_output().expect("its output");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_behind_stdout_is_told() {
    let world = World::shipped();
    for arguments in &READING[..7] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = world.command(arguments).stdout(full).stderr(Stdio::piped()).output().expect("output");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {told}");
        assert!(told.starts_with("error: cannot write to stdout"), "{arguments:?}: {told}");
    }
}

#[test]
fn a_verdict_does_not_depend_on_who_reads_it() {
    let world = World::empty();
    world.write("topics.yaml", "version: 1\ntopics: { a: { oops: 1 } }\n");
    // stderr has the errors; a closed stdout must not turn 2 into 0.
    let mut gone = Command::new("true").stdin(Stdio::piped()).spawn().expect("a process");
    let pipe = gone.stdin.take().expect("its stdin");
    gone.wait().expect("its end");
    let status = world.command(&["check"]).stdout(Stdio::from(pipe)).stderr(Stdio::null()).status();
    assert_eq!(status.expect("its end").code(), Some(2));
}
