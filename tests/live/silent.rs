//! A broker that stands still (SIGSTOP) while the cluster holds it for alive: its connections are accepted and never
//! answered. What the other brokers know is told all the same, whoever was asked first.

use std::time::{Duration, Instant};

use crate::accounts::catalog;
use crate::clusters::Own;
use crate::oracle::java;

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
