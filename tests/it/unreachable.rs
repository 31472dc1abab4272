//! A cluster that is away, and none named at all.

use std::time::{Duration, Instant};

use crate::transcript;
use crate::world::World;

const COMMANDS: [&[&str]; 6] = [
    &["topics", "plan", "--out", "plan.json"],
    &["topics", "apply", "--yes"],
    &["topics", "list"],
    &["topics", "describe", "agent-events"],
    &["topics", "export"],
    &["doctor"],
];

/// Every file of a world, so that two moments can be compared.
pub(crate) fn listing(world: &World) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![world.path("..")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let about = entry.metadata().expect("metadata");
            if about.is_dir() {
                folders.push(entry.path());
            }
            found.push((
                entry.path().to_string_lossy().into_owned(),
                if about.is_dir() { 0 } else { about.len() },
            ));
        }
    }
    found.sort();
    found
}

#[test]
fn a_cluster_that_is_away_is_3_in_the_time_that_was_set() {
    let world = World::shipped();
    let before = listing(&world);
    let mut all = String::new();
    for command in COMMANDS {
        let asked = |format| {
            let mut line = vec!["--brokers", "127.0.0.1:1", "--timeout", "1s", "-o", format];
            line.extend(command);
            let started = Instant::now();
            let run = world.run(&line).ends(3);
            let took = started.elapsed();
            assert!(took < Duration::from_millis(2_500), "{took:?}\n{run}");
            run
        };
        let runs = std::thread::scope(|scope| {
            ["text", "json"]
                .map(|format| (format, scope.spawn(move || asked(format))))
                .map(|(format, run)| (format, run.join().expect("a run")))
        });
        for (format, run) in runs {
            for word in ["127.0.0.1:1", "connection refused"] {
                assert!(run.stderr.contains(word) || run.stdout.contains(word), "no {word}\n{run}");
            }
            if format == "json" && !run.stdout.is_empty() {
                assert!(run.json()["kind"].is_string());
            }
            all.push_str(&format!("{run}\n"));
        }
    }
    transcript!("unreachable", all);
    assert_eq!(listing(&world), before, "something was written");
}

#[test]
fn nobody_named_brokers() {
    let world = World::shipped();
    std::fs::remove_file(world.path("eventctl.yaml")).expect("removed");
    let before = listing(&world);
    for command in COMMANDS.into_iter().filter(|command| command[0] == "topics") {
        let run = world.run(command).ends(2);
        assert!(run.stderr.starts_with("error: no brokers are named\nhint: pass --brokers"), "{run}");
        assert_eq!(run.stdout, "");
    }
    transcript!("doctor-no-brokers", world.run(&["doctor"]));
    assert_eq!(listing(&world), before, "something was written");
}

#[test]
fn the_catalog_is_read_before_the_cluster_is_asked() {
    let world = World::empty();
    world.write("topics.yaml", "version: 1\ntopics: { orders: { partitons: 3 } }\n");
    let cluster = ["--brokers", "127.0.0.1:1", "--timeout", "20s"];
    for command in [&["topics", "plan"][..], &["topics", "apply", "--yes"]] {
        let started = Instant::now();
        let run = world.run(&[&cluster[..], command].concat()).ends(2);
        assert!(started.elapsed() < Duration::from_secs(2), "{run}");
        assert!(
            run.stderr.contains("topics.yaml:2:21") && run.stderr.contains("did you mean `partitions`?"),
            "{run}"
        );
    }
    let away = World::empty();
    let run = away.run(&[&cluster[..], &["topics", "plan"]].concat()).ends(2);
    assert!(run.stderr.contains("there is no catalog at"), "{run}");
}

#[test]
fn an_environment_that_the_catalog_has_not_is_named() {
    let world = World::shipped();
    world.write(
        "eventctl.yaml",
        "current: a\ncontexts:\n  a: { brokers: ['127.0.0.1:1'], environment: prd }\n",
    );
    transcript!("no-such-environment", world.run(&["topics", "plan"]).ends(2));
}
