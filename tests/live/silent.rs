//! A broker that stands still (SIGSTOP) while the cluster holds it for alive: its connections are accepted and never
//! answered. What the other brokers know is told all the same, whoever was asked first.

use std::time::{Duration, Instant};

use eventctl_core::name::TopicName;
use serde_json::Value;

use crate::accounts::catalog;
use crate::clusters::Own;
use crate::groups::{alter, at, changes, cluster_of};
use crate::oracle::java;
use crate::running::Running;

#[test]
fn a_broker_that_hangs_hides_nothing_that_the_others_know() {
    // Its session does not end while the test runs, so that it stays among the brokers that a client may be sent to.
    let own = Own::start("silent", &["--no-registry", "--set", "broker.session.timeout.ms=600000"]);
    let world = own.world();
    world.write("topics.yaml", catalog(&[("orders", "dlq: false, encoding: json, key: orderId")]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let topics = java(&own.name, "topics", &["--list"]);
    assert!(topics.contains("orders"), "{topics}");
    // A plan that asks for everything: descriptions, settings, the brokers' defaults, and a check of what is new. The
    // brokers pass the check on to the controller that leads, so that one may not hang.
    let changed = "dlq: false, encoding: json, key: orderId, config: { compression.type: lz4 }";
    world.write("more.yaml", format!("{}  payments: {{ dlq: false }}\n", catalog(&[("orders", changed)])));
    for broker in ["1", "2", "3"] {
        let status = java(&own.name, "quorum", &["describe", "--status"]);
        let leader = status.lines().find_map(|line| line.strip_prefix("LeaderId:")).expect("a leader").trim();
        let file = if broker == leader { "topics.yaml" } else { "more.yaml" };
        let arguments = ["topics", "plan", "--timeout", "6s", "--catalog", file];
        let healthy = world.run(&arguments);
        assert_eq!(healthy.stdout.contains("+ create payments"), broker != leader, "{healthy}");
        assert!(!healthy.stdout.contains("not validated"), "{healthy}");
        own.cluster(&["pause", broker]);
        for round in 0..4 {
            let start = Instant::now();
            let plan = world.run(&arguments);
            let expected = (healthy.code, &healthy.stdout);
            assert_eq!((plan.code, &plan.stdout), expected, "{broker}, {round}");
            let took = start.elapsed();
            assert!(took < Duration::from_secs(6), "{broker}, {round}: {took:?}");
        }
        own.cluster(&["resume", broker]);
    }
}

#[tokio::test]
async fn a_broker_that_hangs_later_hides_nothing_from_a_client_that_is_connected() {
    let own = Own::start("silent-later", &["--no-registry", "--set", "broker.session.timeout.ms=600000"]);
    java(&own.name, "topics", &["--create", "--topic", "orders", "--partitions", "3"]);
    let orders = [TopicName::try_from("orders".to_owned()).unwrap()];
    for broker in ["1", "2", "3"] {
        // Connected to all of them, so that each can be the one that is asked.
        let cluster = cluster_of(own.get("BROKERS"), 6);
        let healthy = cluster.topics(&orders, true).await.expect("topics");
        assert_eq!(cluster.broker_configs(&[1, 2, 3]).await.len(), 3);
        cluster.describe().await.expect("a cluster");
        own.cluster(&["pause", broker]);
        for round in 0..3 {
            let topics = cluster.topics(&orders, true).await.expect("topics");
            assert_eq!(topics, healthy, "{broker}, {round}");
            let live =
                cluster.describe().await.unwrap_or_else(|failure| panic!("{broker}, {round}: {failure:?}"));
            assert_eq!(live.brokers.len(), 3);
        }
        own.cluster(&["resume", broker]);
    }
}

#[tokio::test]
async fn groups_of_a_coordinator_that_hangs_stay_in_a_watch() {
    let own = Own::start("silent-watch", &["--no-registry", "--set", "broker.session.timeout.ms=600000"]);
    java(&own.name, "topics", &["--create", "--topic", "orders", "--partitions", "1"]);
    let cluster = cluster_of(own.get("BROKERS"), 20);
    let names: Vec<String> = (0..6).map(|number| format!("g{number}")).collect();
    for name in &names {
        let wanted = changes(&name.parse().unwrap(), &"orders".parse().unwrap(), &[(0, at(0))]);
        let outcomes = alter(&cluster, wanted).await;
        assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
    }
    let text = java(&own.name, "groups", &["--describe", "--group", "g0", "--state"]);
    let line = text.lines().find(|line| line.starts_with("g0 ")).unwrap();
    let coordinator = line.split('(').nth(1).unwrap().split(')').next().unwrap();
    let world = own.world();
    let arguments = ["lag", "g*", "--watch", "--every", "1s", "--timeout", "3s", "-o", "json"];
    let mut watch = Running::start(&world, &arguments);
    watch.read(1);
    own.cluster(&["pause", coordinator]);
    watch.read(4);
    own.cluster(&["resume", coordinator]);
    watch.signal("INT");
    let watched = watch.finish();
    let mut unknown = 0;
    for line in &watched.lines {
        let report: Value = serde_json::from_str(line).expect("JSON");
        let groups = report["data"]["groups"].as_array().unwrap();
        let found: Vec<&str> = groups.iter().map(|group| group["group"].as_str().unwrap()).collect();
        assert_eq!(found, names, "{line}");
        unknown +=
            groups.iter().filter(|group| group["group"] == "g0" && group["state"] == "unknown").count();
    }
    assert!(unknown > 0, "{}", watched.stdout());
}
