//! `partition`: where keys go, without a cluster, and how many partitions to declare.

use crate::transcript;
use crate::world::World;

#[test]
fn keys_among_a_number_of_partitions() {
    let world = World::shipped();
    let of = |more: &[&str]| world.run(&[&["partition", "of", "agent-events"], more].concat());
    transcript!("partition-of", of(&["agent-123", "tenant-acme:7", "", "--partitions", "10"]).ends(0));
    let json = of(&["agent-123", "--partitions", "12", "-o", "json"]).ends(0);
    json.documented();
    transcript!("partition-of-json", json);
    transcript!("partition-of-int", of(&["-1", "5", "--partitions", "10", "--key-encoding", "int"]).ends(0));
    transcript!(
        "partition-of-no-int",
        of(&["1", "agent-123", "--partitions", "10", "--key-encoding", "int"]).ends(2)
    );
    assert_eq!(
        world.run(&["partitions", "of", "agent-events", "a", "--partitions", "10"]).stdout,
        of(&["a", "--partitions", "10"]).stdout,
        "the plural works"
    );
    // What a key holds does not reach the terminal as it is.
    let hostile = of(&["a\u{1b}[2J\u{202e}", "--partitions", "3"]).ends(0);
    assert!(!hostile.stdout.contains(['\u{1b}', '\u{202e}']), "{hostile}");
}

#[test]
fn keys_of_tenants_and_without_a_catalog() {
    let world = World::empty();
    transcript!(
        "partition-of-no-catalog",
        world.run(&["partition", "of", "orders", "agent-123", "--partitions", "50"]).ends(0)
    );
    world.write(
        "topics.yaml",
        "version: 1\ntopics:\n  orders: { partitions: 6, partitioner: java-hash, key: { field: k, tenant_pattern: '^([a-z]+)/' } }\n",
    );
    transcript!(
        "partition-of-tenants",
        world
            .run(&["partition", "of", "orders", "acme/1", "acme/2", "base64:/w==", "--partitions", "6"])
            .ends(0)
    );
    transcript!(
        "partition-of-raw",
        world
            .run(&["partition", "of", "orders", "base64:/w==", "--partitions", "6", "--key-encoding", "raw"])
            .ends(0)
    );
    // Keys in Avro carry an id that a registry has to tell.
    let avro =
        world.run(&["partition", "of", "orders", "a", "--partitions", "6", "--key-encoding", "avro"]).ends(2);
    assert!(avro.stderr.contains("no registry is named"), "{avro}");
}

#[test]
fn how_many_partitions_step_by_step() {
    let world = World::empty();
    let plan = |more: &[&str]| world.run(&[&["partition", "plan", "--events-per-second"], more].concat());
    transcript!("partition-plan", plan(&["30000"]).ends(0));
    transcript!("partition-plan-consumers", plan(&["50000", "--consumers", "12"]).ends(0));
    let json = plan(&["50000", "--consumers", "12", "-o", "json"]).ends(0);
    json.documented();
    transcript!("partition-plan-json", json);
    for wrong in [["0", "--quiet"], ["-1", "--quiet"], ["1000000001", "--quiet"], ["5", "--consumers=0"]] {
        let run = plan(&wrong).ends(2);
        assert_eq!(run.stdout, "", "{run}");
    }
}
