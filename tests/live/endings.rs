//! Runs that are ended in the middle, by a signal or by a reader who goes: what was on its way is awaited, what was not
//! written out is not committed, and going on from where they say gives everything once.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::accounts::{Told, catalog, next_line, numbered, numbers, once_and_in_order, records};
use crate::clusters::Shared;
use crate::oracle::java;
use crate::running::{LITTLE_AT_ONCE, Running};
use crate::world::World;

const SIGNALS: [(&str, i32); 3] = [("HUP", 129), ("INT", 130), ("TERM", 143)];
const LINES: u64 = 100_000;

/// A topic of six partitions, and a world that knows it.
fn topic(shared: &Shared) -> (World, String) {
    let (world, topic) = (shared.world(), shared.name("orders"));
    world.write("topics.yaml", catalog(&[(&topic, "dlq: false, encoding: json, key: orderId")]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    (world, topic)
}

/// The same with events in it.
fn filled(shared: &Shared) -> (World, String) {
    let (world, topic) = topic(shared);
    world.write("input.ndjson", numbered(1..=LINES));
    world.run(&["produce", &topic, "--file", "input.ndjson"]).ends(0);
    (world, topic)
}

/// Partition and offset of lines that were shown.
fn places(lines: &[String]) -> Vec<(i64, i64)> {
    let place = |line: &String| {
        let record: Value = serde_json::from_str(line).expect("JSON");
        (record["partition"].as_i64().unwrap(), record["offset"].as_i64().unwrap())
    };
    lines.iter().map(place).collect()
}

/// How many records lie before a group's commits, as Kafka's own tool tells them.
fn committed(group: &str) -> u64 {
    let text = java("dev", "groups", &["--describe", "--offsets", "--group", group]);
    let offset = |line: &str| line.split_whitespace().nth(3)?.parse::<u64>().ok();
    text.lines().filter_map(offset).sum()
}

#[test]
fn a_stopped_producer_awaits_what_is_on_its_way_and_names_where_to_go_on() {
    let shared = Shared::cluster("end-produce");
    let (world, topic) = topic(&shared);
    let mut before = 0;
    // Without a signal the reader of its output goes, which stops it too: nobody would hear of the rest.
    for (signal, code) in SIGNALS.map(|(name, code)| (Some(name), code)).into_iter().chain([(None, 3)]) {
        world.write("input.ndjson", numbered(before + 1..=LINES));
        let arguments = ["produce", &topic, "--file", "input.ndjson", "--rate", "3000", "-o", "json"];
        let mut run = Running::start(&world, &arguments);
        run.read(500);
        let ended = match signal {
            Some(name) => {
                run.signal(name);
                run.finish().ends(code)
            }
            None => run.close().ends(code),
        };
        let found = records(&shared.brokers, &topic);
        let next = before + next_line(&ended.stderr);
        assert_eq!(numbers(&found), (1..next).collect::<Vec<_>>(), "{signal:?}: {}", ended.stderr);
        once_and_in_order(&found);
        if signal.is_some() {
            let told = Told::of(&ended.stdout(), &ended.stderr);
            told.agrees_with(&found, before);
            assert_eq!(told.acknowledged.len() as u64, next - before - 1, "{}", ended.stderr);
        }
        assert!(next < LINES, "{signal:?} came too late: {}", ended.stderr);
        before = next - 1;
    }
    world.write("input.ndjson", numbered(before + 1..=LINES));
    world.run(&["produce", &topic, "--file", "input.ndjson"]).ends(0);
    let found = records(&shared.brokers, &topic);
    once_and_in_order(&found);
    assert_eq!(numbers(&found), (1..=LINES).collect::<Vec<_>>());
}

#[test]
fn a_stopped_reading_says_from_where_to_go_on() {
    let shared = Shared::cluster("end-consume");
    let (world, topic) = filled(&shared);
    let mut seen = Vec::new();
    let mut from = "start".to_owned();
    for (signal, code) in SIGNALS {
        let arguments = ["consume", &topic, "-o", "json", "--from", &from];
        let mut run = Running::start(&world, &[&arguments[..], &LITTLE_AT_ONCE].concat());
        run.read(1_000);
        run.signal(signal);
        let ended = run.finish().ends(code);
        assert!(ended.stderr.contains("a signal stopped it"), "{}", ended.stderr);
        let told = ended.stderr.lines().find_map(|line| line.strip_prefix("go on with: --from "));
        from = told.unwrap_or_else(|| panic!("from where? {}", ended.stderr)).to_owned();
        seen.extend(places(&ended.lines));
    }
    assert!((seen.len() as u64) < LINES, "it was over before a signal came");
    let rest = Running::start(&world, &["consume", &topic, "-o", "json", "--from", &from]).finish().ends(0);
    seen.extend(places(&rest.lines));
    let distinct: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len() as u64, distinct.len() as u64), (LINES, LINES), "each record once");
}

#[test]
fn a_stopped_member_has_committed_what_it_wrote_and_nothing_else() {
    let shared = Shared::cluster("end-member");
    let (world, topic) = filled(&shared);
    let group = shared.name("group");
    let arguments = ["consume", &topic, "-o", "json", "--group", &group];
    let mut seen = Vec::new();
    for (signal, code) in SIGNALS {
        let mut run = Running::start(&world, &[&arguments[..], &LITTLE_AT_ONCE].concat());
        run.read(1_000);
        run.signal(signal);
        let ended = run.finish().ends(code);
        assert!(ended.stderr.contains("committed "), "{}", ended.stderr);
        seen.extend(places(&ended.lines));
        assert_eq!(committed(&group), seen.len() as u64, "{signal}: {}", ended.stderr);
    }
    assert!((seen.len() as u64) < LINES, "it was over before a signal came");

    // Now its reader goes: what did not get out any more is not committed, and comes again.
    let mut run = Running::start(&world, &arguments);
    run.read(100);
    let ended = run.close().ends(3);
    assert!(ended.stderr.contains("the reader of stdout has gone"), "{}", ended.stderr);
    // The pipe holds 64 KiB, and so does what our own reader had taken from it.
    let shortest = ended.lines.iter().map(String::len).min().expect("lines");
    let most = ended.lines.len() + 2 * (64 << 10) / shortest;
    let (before, after) = (seen.len() as u64, committed(&group));
    assert!((before..=before + most as u64).contains(&after), "{before}, {most}, {after}: {}", ended.stderr);
    let rest = Running::start(&world, &arguments).finish().ends(0);
    assert_eq!(rest.lines.len() as u64, LINES - after);
    seen.extend(places(&ended.lines));
    seen.extend(places(&rest.lines));
    // What was cut when the reader went is shown again, and nothing else is missing.
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len() as u64, LINES, "none was passed over");
    assert_eq!(committed(&group), LINES);
}

#[test]
fn a_disk_that_is_full_commits_nothing() {
    let shared = Shared::cluster("end-full");
    let (world, topic) = filled(&shared);
    let group = shared.name("group");
    let full = world.run(&["consume", &topic, "-o", "json", "--group", &group, "--out", "/dev/full"]).ends(3);
    assert!(full.stderr.contains("cannot write /dev/full"), "{full}");
    assert_eq!(committed(&group), 0, "{full}");
}

#[test]
fn the_end_of_a_terminal_stops_nobody_who_was_told_not_to_mind() {
    let shared = Shared::cluster("end-nohup");
    let (world, topic) = topic(&shared);
    world.write("input.ndjson", numbered(1..=3_000));
    let inner = world.command(&["produce", &topic, "--file", "input.ndjson", "--rate", "2000", "-o", "json"]);
    let words = std::iter::once(inner.get_program()).chain(inner.get_args());
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).args(words).stdin(Stdio::null());
    shell.current_dir(inner.get_current_dir().expect("a folder"));
    for (name, value) in inner.get_envs() {
        shell.env(name, value.expect("a value"));
    }
    let mut run = Running::of(shell);
    run.read(500);
    run.signal("HUP");
    let ended = run.finish().ends(0);
    assert_eq!(ended.lines.len(), 3_000, "{}", ended.stderr);
}

#[test]
fn the_command_to_go_on_with_is_the_same_command() {
    let shared = Shared::cluster("end-go-on");
    let (world, topic) = filled(&shared);
    let read = world.run(&["consume", &topic, "-o", "json", "-n", "4"]).ends(0);
    let mut lines: Vec<&str> = read.stdout.lines().collect();
    lines.insert(2, "{broken");
    world.write("it's all.ndjson", lines.join("\n") + "\n");
    let twin = shared.name("twin");
    let arguments = ["--create", "--topic", &twin, "--partitions", "1", "--replication-factor", "3"];
    java("dev", "topics", &[&arguments[..], &["--config", "retention.ms=-1"]].concat());
    let file = ["--file", "it's all.ndjson"];
    let stopped = world.run(&[&["produce", &twin, "--records"], &file[..]].concat()).ends(1);
    let (_, command) = stopped.stderr.split_once("go on with: ").expect("a command");
    let command = command.lines().next().unwrap().replace("eventctl", "\"$EVENTCTL\"");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &command]).env("EVENTCTL", env!("CARGO_BIN_EXE_eventctl"));
    let world_command = world.command(&[]);
    shell.current_dir(world_command.get_current_dir().expect("a folder")).env_clear();
    shell.env("EVENTCTL", env!("CARGO_BIN_EXE_eventctl")).env("PATH", std::env::var("PATH").unwrap());
    shell.envs(world_command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert!(shell.status().expect("a shell").success(), "{command}");
    // Records came back as records, and not as the text of records.
    let parsed = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let stored = world.run(&["consume", &twin, "-o", "value"]).ends(0);
    let stored: Vec<Value> = stored.stdout.lines().map(parsed).collect();
    let read: Vec<Value> = read.stdout.lines().map(|line| parsed(line)["value"].clone()).collect();
    assert_eq!(stored, read);
}

#[test]
fn a_file_that_a_group_has_filled_is_left_alone() {
    let shared = Shared::cluster("end-file");
    let (world, topic) = filled(&shared);
    let group = shared.name("g");
    let into = ["consume", &topic, "-o", "value", "--group", &group, "--out", "kept.ndjson"];
    world.run(&[&into[..], &["-n", "5"]].concat()).ends(0);
    let kept = world.read("kept.ndjson");
    assert_eq!(kept.lines().count(), 5);
    let again = world.run(&into).ends(2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
    assert_eq!(world.read("kept.ndjson"), kept);
    assert_eq!(committed(&group), 5);
}
