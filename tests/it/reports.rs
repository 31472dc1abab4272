//! `topics skew`, `schema usage` and `partition of --observed` where there is nothing to report on: what is wrong with
//! the line, the catalog, or the way to the cluster.

use crate::transcript;
use crate::world::World;

const SETTINGS: &str = "current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n";

#[test]
fn what_cannot_be_read_is_told_before_anything_is_asked() {
    let world = World::empty();
    world.write("eventctl.yaml", SETTINGS).write(
        "topics.yaml",
        "version: 1\ntopics:\n  texts: { partitions: 1, encoding: string }\n  numbers: { partitions: 1, key: { field: n, encoding: int } }\n",
    );
    let lines: [&[&str]; 5] = [
        &["topics", "skew", "texts", "--from", "yesterday"],
        &["schema", "usage", "texts"],
        &["schema", "usage", "numbers", "--until", "@tomorrow"],
        &["partition", "of", "numbers", "one", "--observed", "--from", "@-1h"],
        &["topics", "skew", "texts", "--partitions", "x"],
    ];
    let told: Vec<String> = lines.iter().map(|line| world.run(line).ends(2).to_string()).collect();
    transcript!("reports-refused", told.join("\n"));
}

#[test]
fn without_a_cluster_there_is_no_report() {
    let world = World::empty();
    let lines: [&[&str]; 3] = [
        &["topics", "skew", "orders"],
        &["schema", "usage", "orders"],
        &["partition", "of", "orders", "a", "--observed"],
    ];
    for line in lines {
        let run = world.run(line).ends(2);
        assert!(run.stdout.is_empty() && run.stderr.contains("brokers"), "{run}");
    }
    world.write("eventctl.yaml", SETTINGS);
    for line in lines {
        let run = world.run(&[&["--timeout", "1s"], line].concat()).ends(3);
        assert!(run.stdout.is_empty(), "{run}");
    }
}
