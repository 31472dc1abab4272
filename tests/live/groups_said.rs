//! What the commands on groups say, whole: exit code, stdout, stderr, as text and as JSON; and that those who only look
//! change nothing.

use std::time::Duration;

use crate::clusters::{Own, until};
use crate::group_members::Consumer;
use crate::oracle::java;
use crate::world::{Transcript, World};

fn snapshot(name: &str, transcript: &Transcript) {
    insta::with_settings!({
        filters => vec![
            (r"127\.0\.0\.1:\d+", "[address]"),
            (r"(static-one|rdkafka|two)-[0-9a-f-]{36}", "$1-[id]"),
            (r#""port": \d+"#, r#""port": [port]"#),
        ],
        omit_expression => true,
        prepend_module_to_snapshot => false,
    }, { insta::assert_snapshot!(name, transcript.to_string()) });
}

/// Runs a command as text and as JSON, keeps both, and demands this exit code.
fn both(world: &World, own: &Own, name: &str, (arguments, code): (&[&str], i32)) {
    for format in ["text", "json"] {
        let all = [arguments, &["-o", format]].concat();
        let transcript = world.run(&all).hiding(own.get("CLUSTER_ID"), "[cluster]").ends(code);
        if format == "json" && !transcript.stdout.is_empty() {
            transcript.documented();
        }
        snapshot(&format!("groups-{name}-{format}"), &transcript);
    }
}

/// Gives a group a commit at the first record of each partition, by Kafka's own tool.
fn commit(own: &Own, group: &str, topic: &str) {
    java(
        &own.name,
        "groups",
        &["--group", group, "--topic", topic, "--reset-offsets", "--to-earliest", "--execute"],
    );
}

#[test]
fn every_command_on_groups_says_what_it_said_and_lookers_change_nothing() {
    let own = Own::start("ga-said", &["--brokers", "1", "--no-registry"]);
    let (world, brokers) = (own.world(), own.get("BROKERS").to_owned());
    both(&world, &own, "list-of-none", (&["groups", "list"], 0));
    for topic in ["orders", "payments"] {
        java(&own.name, "topics", &["--create", "--topic", topic, "--partitions", "3"]);
    }
    let settings = ["client.id=one", "group.instance.id=static-one"];
    let _member = Consumer::kcat(&brokers, "orders", "alive", &settings);
    let _sharing = Consumer::sharing(&own.name, &brokers, "orders", "sharing");
    for (group, topic) in [("idle", "orders"), ("idle", "payments"), ("old", "payments"), ("older", "orders")]
    {
        commit(&own, group, topic);
    }
    until("the groups are there", Duration::from_secs(60), || {
        let list = world.run(&["groups", "list", "-o", "json"]);
        list.stdout.contains("unsupported") && list.stdout.contains("stable")
    });
    let before = java(&own.name, "groups", &["--describe", "--all-groups", "--offsets", "--verbose"]);
    let states = java(&own.name, "groups", &["--describe", "--all-groups", "--state", "--verbose"]);

    both(&world, &own, "list", (&["groups", "list"], 0));
    let chosen = ["group", "list", "--match", "old*", "--match", "nobody", "--state", "empty,stable"];
    both(&world, &own, "list-of-some", (&chosen, 1));
    let all = ["groups", "describe", "idle", "alive", "nobody", "sharing", "idle"];
    both(&world, &own, "describe", (&all, 1));
    both(&world, &own, "delete-without-consent", (&["groups", "delete", "old"], 2));
    both(&world, &own, "delete-refused", (&["groups", "delete", "alive", "sharing"], 2));
    both(&world, &own, "delete-of-none", (&["groups", "delete", "nobody"], 1));
    let protected = own.world();
    let text = protected.read("eventctl.yaml").replace("    brokers", "    protected: true\n    brokers");
    protected.write("eventctl.yaml", text);
    let run = protected.run(&["groups", "delete", "old", "--yes"]).ends(2);
    assert!(run.stderr.contains("--confirm-context dev"), "{run}");
    let declined = world.run_on_terminal(&["groups", "delete", "old"], "n\n").ends(1);
    assert!(declined.stdout.contains("declined; nothing was changed"), "{declined}");

    let after = java(&own.name, "groups", &["--describe", "--all-groups", "--offsets", "--verbose"]);
    assert_eq!(before, after, "looking changed an offset or a member");
    let again = java(&own.name, "groups", &["--describe", "--all-groups", "--state", "--verbose"]);
    assert_eq!(states, again, "looking changed a group's epoch or members");

    let some = world.run(&["groups", "delete", "old", "alive", "nobody", "--yes"]).ends(1);
    snapshot("groups-delete-some-text", &some.hiding(own.get("CLUSTER_ID"), "[cluster]"));
    let run = protected.run(&["groups", "delete", "older", "--confirm-context", "dev", "-o", "json"]);
    let run = run.hiding(own.get("CLUSTER_ID"), "[cluster]").ends(0);
    run.documented();
    snapshot("groups-delete-json", &run);
    let yes = world.run_on_terminal(&["groups", "delete", "idle"], "y\n").ends(0);
    assert!(yes.stdout.contains("idle: deleted"), "{yes}");
    let left = world.run(&["groups", "list", "-o", "json"]).ends(0).json();
    let names: Vec<_> =
        left["data"]["groups"].as_array().unwrap().iter().map(|it| it["group"].clone()).collect();
    assert_eq!(names, ["alive", "sharing"]);
}
