//! `lag` where something cannot be told, on clusters of the tests' own: a coordinator that stands still, a partition
//! without a leader, rights that are missing, commits that have expired.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clusters::{Own, until};
use crate::groups::{alter, at, changes, cluster_of};
use crate::lag::group;
use crate::oracle::java;
use crate::world::World;

/// Makes a topic with records in each partition.
fn topic(own: &Own, name: &str, more: &[&str]) {
    let words = ["--create", "--topic", name];
    java(&own.name, "topics", &[&words[..], more].concat());
    for partition in ["0", "1", "2"] {
        let mut command = Command::new("kcat");
        command.args(["-P", "-b", own.get("BROKERS"), "-t", name, "-p", partition, "-X", "acks=all"]);
        let mut kcat = command.stdin(Stdio::piped()).spawn().expect("kcat");
        kcat.stdin.take().expect("its stdin").write_all(b"1\n2\n3\n4\n").expect("written");
        assert!(kcat.wait().expect("its end").success());
    }
}

async fn commit(own: &Own, name: &str, topic: &str) {
    let cluster = cluster_of(own.get("BROKERS"), 20);
    let wanted = [(0, at(1)), (1, at(1)), (2, at(1))];
    let outcomes = alter(&cluster, changes(&name.parse().unwrap(), &topic.parse().unwrap(), &wanted)).await;
    assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
}

fn lag(world: &World, words: &[&str]) -> (i32, Value) {
    let run = world.run(&[&["lag", "-o", "json", "--timeout", "5s"], words].concat());
    (run.code, run.json())
}

/// States of the partitions of the first group.
fn states(report: &Value) -> Vec<&str> {
    let rows = group(report)["partitions"].as_array().unwrap();
    rows.iter().map(|row| row["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_cannot_be_told_is_unknown_and_never_a_zero() {
    let own = Own::start("lag-still", &["--no-registry"]);
    let world = own.world();
    // One partition for each broker, and on no other one.
    topic(&own, "alone", &["--replica-assignment", "1,2,3", "--config", "min.insync.replicas=1"]);
    commit(&own, "g", "alone").await;
    let (code, before) = lag(&world, &["g"]);
    assert_eq!((code, group(&before)["lag"].as_i64()), (0, Some(9)));

    // The coordinator stands still: nothing is known of the group, whatever the other brokers say.
    let text = java(&own.name, "groups", &["--describe", "--group", "g", "--state"]);
    let line = text.lines().find(|line| line.starts_with("g ")).unwrap();
    let coordinator: u32 = line.split('(').nth(1).unwrap().split(')').next().unwrap().parse().unwrap();
    own.cluster(&["pause", &coordinator.to_string()]);
    let start = Instant::now();
    let (code, still) = lag(&world, &["g", "--check", "--max-lag", "1"]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(code, 3);
    assert_eq!((group(&still)["lag"].as_i64(), group(&still)["known_lag"].as_i64()), (None, Some(0)));
    assert_eq!(group(&still)["state"].as_str(), Some("unknown"));
    assert!(!still["data"]["unknown"].as_array().unwrap().is_empty());
    let peek = world.run(&["groups", "peek", "g", "--timeout", "5s"]).ends(3);
    assert!(!format!("{peek}").contains("no such group"), "{peek}");
    own.cluster(&["resume", &coordinator.to_string()]);

    // A broker is gone, and with it the only replica of a partition.
    let gone = (1..=3_usize).find(|id| *id as u32 != coordinator).unwrap();
    own.cluster(&["kill", &gone.to_string()]);
    until("the partition has no leader", Duration::from_secs(40), || {
        let (code, report) = lag(&world, &["g"]);
        code == 3 && states(&report).get(gone - 1) == Some(&"no_leader")
    });
    let (_, report) = lag(&world, &["g"]);
    assert_eq!((group(&report)["lag"].as_i64(), group(&report)["known_lag"].as_i64()), (None, Some(6)));
    let seek = ["groups", "seek", "g", "--topic", "alone", "--to", "start", "--no-watch", "--yes"];
    let refused = world.run(&seek).ends(3);
    assert!(refused.stderr.contains(&format!("alone/{} has no leader", gone - 1)), "{refused}");
}

#[tokio::test]
async fn denied_is_unknown_and_what_has_expired_is_missing() {
    let own = Own::start(
        "lag-rights",
        &[
            "--no-registry",
            "--brokers",
            "1",
            "--secure",
            "--set",
            "offsets.retention.minutes=1",
            "--set",
            "offsets.retention.check.interval.ms=1000",
        ],
    );
    topic(&own, "orders", &["--partitions", "3"]);
    commit(&own, "billing", "orders").await;
    let began = Instant::now();
    let world = World::empty();
    world.write("eventctl.yaml", secure_settings(&own, "ops"));
    world.write(
        "topics.yaml",
        "version: 1\ntopics:\n  orders:\n    partitions: 3\n    consumers:\n      billing: { max_lag: 100 }\n",
    );
    // Neither the group nor the topic may be seen.
    let (code, report) = lag(&world, &["--check"]);
    assert_eq!((code, group(&report)["state"].as_str()), (3, Some("unauthorised")));
    assert_eq!(
        (group(&report)["lag"].as_i64(), report["data"]["findings"].as_array().unwrap().len()),
        (None, 0)
    );
    let peek = world.run(&["groups", "peek", "billing"]).ends(3);
    assert!(format!("{peek}").contains("GROUP_AUTHORIZATION_FAILED"), "{peek}");
    let allow = |what: &[&str]| {
        java(&own.name, "acls", &[&["--add", "--allow-principal", "User:ops"], what].concat());
    };
    // The group may be seen, and the topic may not: its commits are denied one by one, because they are asked for by name.
    allow(&["--operation", "Describe", "--group", "billing"]);
    until("the right is there", Duration::from_secs(20), || {
        let (code, report) = lag(&world, &["--check"]);
        code == 3 && group(&report)["members"].as_i64() == Some(0)
    });
    let (code, report) = lag(&world, &["--check"]);
    assert_eq!(
        (code, group(&report)["state"].as_str(), group(&report)["lag"].as_i64()),
        (3, Some("unauthorised"), None)
    );
    // Without a catalog nothing names the topic, and brokers leave its commits out in silence: none that is visible is
    // not none at all, for lag as for a delete.
    let bare = World::empty();
    bare.write("eventctl.yaml", secure_settings(&own, "ops"));
    let (code, report) = lag(&bare, &["billing", "--check", "--max-lag", "1"]);
    assert_eq!((code, group(&report)["lag"].as_i64()), (3, None), "{report}");
    let plan = bare.run(&["groups", "delete", "billing"]).ends(2);
    assert!(plan.stderr.contains("topics that this principal may not see go too"), "{plan}");
    // Both may be seen, and its records may not be read: lag is known, its age is not.
    allow(&["--operation", "Describe", "--topic", "orders"]);
    until("the topic is there", Duration::from_secs(20), || {
        group(&lag(&world, &["--no-time"]).1)["lag"].as_i64() == Some(9)
    });
    let (code, report) = lag(&world, &["--check"]);
    assert_eq!((code, group(&report)["lag"].as_i64()), (0, Some(9)), "its limit is one of records");
    let row = &group(&report)["partitions"][0];
    assert!(row["time_lag_ms"].is_null() && row["time_lag_unknown"].is_string(), "{row}");
    assert_eq!(lag(&world, &["--check", "--max-time-lag", "1h"]).0, 3);
    let peek = world.run(&["groups", "peek", "billing"]).ends(3);
    assert!(format!("{peek}").contains("TOPIC_AUTHORIZATION_FAILED"), "{peek}");

    until("the commits have expired", Duration::from_secs(120), || {
        let (code, report) = lag(&world, &["--check", "--no-time"]);
        code == 1 && group(&report)["state"].as_str() == Some("missing")
    });
    assert!(began.elapsed() > Duration::from_secs(50), "they were there for a minute");
}

fn secure_settings(own: &Own, user: &str) -> String {
    let file = own.get(&format!("{}_PASSWORD_FILE", user.to_uppercase()));
    let list: Vec<String> =
        own.get("SECURE_BROKERS").split(',').map(|broker| format!("\"{broker}\"")).collect();
    format!(
        "current: dev\ncontexts:\n  dev:\n    brokers: [{}]\n    kafka:\n      security.protocol: SASL_SSL\n      \
         sasl.mechanism: SCRAM-SHA-512\n      sasl.username: {user}\n      sasl.password: {{ file: {file} }}\n      \
         ssl.ca.location: {}\n",
        list.join(", "),
        own.get("CA_FILE")
    )
}
