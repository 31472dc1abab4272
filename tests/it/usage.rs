//! Help, version, and command lines that say nothing eventctl knows.

use crate::transcript;
use crate::world::World;

const COMMANDS: [&str; 36] = [
    "",
    "check",
    "topics",
    "topics plan",
    "topics apply",
    "topics list",
    "topics describe",
    "topics export",
    "topics skew",
    "schema",
    "schema check",
    "schema lock",
    "schema list",
    "schema show",
    "schema diff",
    "schema usage",
    "partition",
    "partition of",
    "partition plan",
    "config",
    "config show",
    "config trust",
    "produce",
    "consume",
    "groups",
    "groups list",
    "groups describe",
    "groups peek",
    "groups seek",
    "groups undo",
    "groups history",
    "groups delete",
    "lag",
    "doctor",
    "completions",
    "help",
];

fn words(line: &str) -> Vec<&str> {
    line.split(' ').filter(|word| !word.is_empty()).collect()
}

/// The flags of a help, as they are written there.
fn flags(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.map(|line| line.split("  ").next().unwrap_or_default().trim_end()).collect()
}

/// The part of a help that every command shares.
fn without_global_options(text: &str) -> (&str, &str) {
    text.split_once("Global options:\n").unwrap_or((text, ""))
}

#[test]
fn every_command_explains_itself() {
    let world = World::empty();
    let whole = world.run(&["--help"]).ends(0);
    transcript!("help", whole);
    let (_, global) = without_global_options(&whole.stdout);
    let mut all = String::new();
    for command in &COMMANDS[1..COMMANDS.len() - 1] {
        let mut line = words(command);
        line.push("--help");
        let run = world.run(&line).ends(0);
        assert_eq!(run.stderr, "", "{run}");
        let (own, shared) = without_global_options(&run.stdout);
        assert_eq!(flags(shared), flags(global), "{command} has other global options");
        all.push_str(&format!("$ eventctl {command} --help\n{own}"));
    }
    transcript!("help-of-each", all);
}

#[test]
fn the_version_is_one_line() {
    let run = World::empty().run(&["--version"]).ends(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("eventctl [version]\n", ""));
}

#[test]
fn a_command_line_that_cannot_be_is_2_and_says_why() {
    let world = World::empty();
    let lines = [
        "",
        "topics",
        "config",
        "tpoics list",
        "topics lsit",
        "topics list --alow delete",
        "topics apply --allow everything",
        "topics apply --allow retention-cutt",
        "topics apply plan.json --prune",
        "topics apply one.json two.json",
        "topics describe",
        "topics describe a/b",
        "topics skew",
        "topics skew a/b",
        "topics skew t --by weight",
        "topics skew t --keys 1001",
        "schema usage",
        "schema usage t --partitions 1",
        "partition of t k --from start",
        "partition of t k --observed --partitions 3",
        "check -o yaml",
        "check --print-schema events",
        "check --color sometimes",
        "completions powershell",
        "doctor everything",
    ];
    let mut all = String::new();
    for line in lines {
        let run = world.run(&words(line)).ends(2);
        assert_eq!(run.stdout, "", "{run}");
        // Help that is shown for want of a command is in the transcripts already.
        let told = if run.stderr.contains("Global options:") { "(its help)\n" } else { &run.stderr };
        all.push_str(&format!("$ eventctl {line}\n{told}\n"));
    }
    transcript!("usage", all);
}

#[test]
fn words_that_are_not_utf8_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::empty();
    for words in [&[b"che\xffck".as_slice()][..], &[b"check", b"--catalog", b"\xff.yaml"]] {
        let mut command = world.command(&[]);
        command.args(words.iter().map(|word| std::ffi::OsStr::from_bytes(word)));
        let output = command.output().expect("output");
        let told = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.starts_with("error: "), "{told}");
    }
    let output =
        world.command(&["check"]).env("EVENTCTL_CATALOG", std::ffi::OsStr::from_bytes(b"\xff")).output();
    let output = output.expect("output");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("EVENTCTL_CATALOG is not UTF-8"), "{told}");
}
