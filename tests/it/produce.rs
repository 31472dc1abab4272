//! Producing without a cluster: what is wrong before anything is asked.

use crate::transcript;
use crate::world::World;

#[test]
fn what_was_typed_is_checked_before_anything_is_asked() {
    let world = World::shipped();
    let rows: [&[&str]; 11] = [
        &["produce"],
        &["produce", "agent-events", "--event", "AgentMatchdEvent"],
        &["produce", "agent-events", "--schema-version", "2"],
        &["produce", "agent-events", "--encoding", "json"],
        &["produce", "agent-events", "--transaction", "--on-error", "skip"],
        &["produce", "agent-events", "--transaction", "--on-error", "reject-file=x"],
        &["produce", "agent-events", "--dry-run", "--transaction"],
        &["produce", "agent-events", "--on-error", "reject-file="],
        &["produce", "agent-events", "--file", "nowhere.ndjson"],
        &["produce", "unknown-topic"],
        &["produce", "unknown-topic", "--encoding", "avro"],
    ];
    let mut all = String::new();
    for row in rows {
        let run = world.run(row).ends(2);
        assert_eq!(run.stdout, "", "{run}");
        all.push_str(&run.to_string());
    }
    transcript!("produce-usage", all);
}

#[test]
fn a_container_file_that_is_none_is_refused() {
    let world = World::shipped();
    world.write("x.avro", "{}");
    let run =
        world.run(&["produce", "agent-events", "--event", "AgentMatchedEvent", "--file", "x.avro"]).ends(2);
    assert!(run.stderr.contains("no Avro container file"), "{run}");
}
