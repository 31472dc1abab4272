//! What each command that needs a cluster says, whole: exit code, stdout, stderr, as text and as JSON.
//!
//! On a cluster of one broker, so that leaders and replicas are the same in every run; what differs is named.

use crate::clusters::Own;
use crate::world::{Transcript, World};

const CATALOG: &str = "version: 1
defaults: { replication_factor: 1, retention: 7d, dlq: { retention: 30d } }
topics:
  orders: { partitions: 2, key: orderId, config: { compression.type: lz4 } }
  payments: { partitions: 1, dlq: false }
";

const CHANGED: &str = "version: 1
defaults: { replication_factor: 1, retention: 1d, dlq: { retention: 30d } }
scope: { topics: [payments] }
topics:
  orders: { partitions: 3, key: orderId, config: { compression.type: null } }
";

fn snapshot(name: &str, transcript: &Transcript) {
    insta::with_settings!({
        filters => vec![
            (r"127\.0\.0\.1:\d+", "[address]"),
            (r#""id": "[A-Za-z0-9_-]{22}""#, r#""id": "[topic id]""#),
            (r"topic id [A-Za-z0-9_-]{22}", "topic id [topic id]"),
            (r#""created_at": "[^"]*""#, r#""created_at": "[time]""#),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[time]"),
            (r"in \d+ ms", "in [n] ms"),
        ],
        omit_expression => true,
        prepend_module_to_snapshot => false,
    }, { insta::assert_snapshot!(name, transcript.to_string()) });
}

/// Runs a command as text and as JSON and keeps both.
fn both(world: &World, own: &Own, name: &str, arguments: &[&str]) {
    for format in ["text", "json"] {
        let all = [arguments, &["-o", format]].concat();
        let transcript = world.run(&all).hiding(own.get("CLUSTER_ID"), "[cluster]");
        if format == "json" && !transcript.stdout.is_empty() {
            assert!(transcript.json()["kind"].is_string(), "{transcript}");
            transcript.documented();
        }
        snapshot(&format!("{name}-{format}"), &transcript);
    }
}

#[test]
fn every_command_on_a_cluster_says_what_it_said() {
    let own = Own::start("transcripts", &["--brokers", "1", "--no-registry"]);
    let world = own.world();
    world.write("topics.yaml", CATALOG);
    both(&world, &own, "plan-of-creations", &["topics", "plan", "--check"]);
    both(&world, &own, "apply-without-consent", &["topics", "apply"]);
    let applied = world.run(&["topics", "apply", "--yes"]).hiding(own.get("CLUSTER_ID"), "[cluster]");
    snapshot("apply-of-creations-text", &applied);
    both(&world, &own, "apply-of-nothing", &["topics", "apply", "--yes"]);
    both(&world, &own, "plan-of-nothing", &["topics", "plan", "--check"]);
    both(&world, &own, "list", &["topics", "list"]);
    both(&world, &own, "list-of-nothing", &["topics", "list", "nothing-*"]);
    both(&world, &own, "describe", &["topics", "describe", "orders", "missing"]);
    both(&world, &own, "export", &["topics", "export"]);
    both(&world, &own, "doctor", &["doctor"]);
    world.write("topics.yaml", CHANGED);
    both(&world, &own, "plan-of-changes", &["topics", "plan", "--prune"]);
    both(&world, &own, "apply-with-risks", &["topics", "apply", "--prune", "--yes"]);
    let allowed = "partition-increase,retention-cut,delete";
    let changed = world.run(&["topics", "apply", "--prune", "--yes", "--allow", allowed, "-o", "json"]);
    changed.documented();
    snapshot("apply-of-changes-json", &changed.ends(0).hiding(own.get("CLUSTER_ID"), "[cluster]"));
}
