//! `groups` where there is nothing to look at: what is wrong with the line, or with the way to the cluster.

use std::time::{Duration, Instant};

use crate::transcript;
use crate::world::World;

#[test]
fn what_is_no_group_is_told_before_anything_is_asked() {
    let world = World::empty();
    world.write("eventctl.yaml", "current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n");
    let lines: [&[&str]; 5] = [
        &["groups", "list", "--match", "a[", "--state", "empty"],
        &["groups", "list", "--state", "asleep"],
        &["group", "delete", ""],
        &["groups", "peek", "a", "-n", "1001"],
        &["groups", "peek", "a", "--topic", "no/name", "--partition", "1"],
    ];
    let told: Vec<String> = lines.iter().map(|line| world.run(line).ends(2).to_string()).collect();
    transcript!("groups-refused", told.join("\n"));
}

#[test]
fn a_cluster_that_does_not_answer_is_unknown_in_time() {
    let world = World::empty();
    world.write("eventctl.yaml", "current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n");
    let lines: [&[&str]; 4] = [
        &["groups", "list"],
        &["groups", "describe", "a"],
        &["groups", "peek", "a", "--topic", "t"],
        &["groups", "delete", "a", "--yes"],
    ];
    for line in lines {
        let start = Instant::now();
        let run = world.run(&[&["--timeout", "1s"], line].concat()).ends(3);
        assert!(run.stdout.is_empty() && run.stderr.contains("127.0.0.1:1: connection refused"), "{run}");
        assert!(start.elapsed() < Duration::from_secs(4), "{run}");
    }
}

#[test]
fn a_name_that_is_no_glob_is_told_with_how_to_write_it() {
    let world = World::empty();
    let run = world.run(&["--brokers", "127.0.0.1:1", "lag", "rev-br[x"]).ends(2);
    assert!(run.stderr.contains("`rev-br[x` is not a pattern"), "{run}");
    assert!(run.stderr.contains(r"write 'rev-br\[x'"), "{run}");
}

#[test]
fn a_command_for_alerts_is_looked_for_at_the_start() {
    let world = World::empty();
    let rows = [
        ("/nonexist x", "`/nonexist`, the command for alerts, is no file that can be run"),
        ("/", "`/`, the command for alerts, is no file that can be run"),
        ("/etc/passwd x", "`/etc/passwd`, the command for alerts, is no file that can be run"),
        (
            "eventctl-no-such-program x",
            "`eventctl-no-such-program`, the command for alerts, is no program in PATH",
        ),
        ("'sh -c' x", "`'sh`, the command for alerts, is no program in PATH"),
        (" ", "the command for alerts is empty"),
    ];
    for (command, words) in rows {
        let run = world.run(&["--brokers", "127.0.0.1:1", "lag", "g", "--alert-exec", command]).ends(2);
        assert!(run.stderr.contains(words), "{run}");
        assert!(!run.stderr.contains("connection refused"), "the cluster was asked first: {run}");
    }
}

#[test]
fn a_check_without_any_limit_says_so() {
    let world = World::empty();
    let lag = |words: &[&str]| {
        let run = world
            .run(&[&["--brokers", "127.0.0.1:1", "--timeout", "1s", "lag", "g"], words].concat())
            .ends(3);
        run.stderr.contains("no limit is set")
    };
    assert!(lag(&["--check"]));
    assert!(!lag(&["--check", "--max-lag", "1"]));
    assert!(!lag(&["--check", "--max-time-lag", "1m"]));
    assert!(!lag(&[]));
}

#[test]
fn a_broken_catalog_is_not_left_aside_where_it_is_relied_on() {
    let world = World::empty();
    world.write("eventctl.yaml", "current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n");
    world.write("topics.yaml", "apiVersion: eventctl/v1\nenvironments: [\n");
    let relying: [&[&str]; 6] = [
        &["lag", "g", "--check"],
        &["lag", "g", "--watch"],
        &["groups", "delete", "g", "--yes"],
        &["groups", "seek", "g", "--topic", "t", "--to", "end", "--yes"],
        &["groups", "undo", "g", "--yes"],
        &["consume", "t", "--group", "g"],
    ];
    for line in relying {
        let run = world.run(&[&["--timeout", "1s"], line].concat()).ends(2);
        assert!(run.stderr.contains("topics.yaml:"), "{run}");
        assert!(!run.stderr.contains("connection refused"), "the cluster was asked first: {run}");
    }
    for line in [["lag", "g"], ["consume", "t"]] {
        let run = world.run(&[&["--timeout", "1s"][..], &line].concat()).ends(3);
        assert!(run.stderr.contains("is left aside"), "{run}");
        assert!(run.stderr.contains("connection refused"), "{run}");
    }
}
