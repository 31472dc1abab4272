//! Connections that are reset every two seconds, by a proxy whose ports the cluster advertises: what is written and read
//! through it is complete, once and in order. Kafka's and kcat's own view comes past it.

use std::time::Duration;

use eventctl::kafka::groups::CommitsOf;
use eventctl::kafka::offsets::Isolation;
use eventctl_core::name::GroupName;
use serde_json::Value;

use crate::accounts::{Told, catalog, number, numbered, numbers, records};
use crate::clusters::{Own, until};
use crate::groups::{alter, at, changes, cluster_of};
use crate::proxy::Proxy;
use crate::running::{LITTLE_AT_ONCE, Running};

const LINES: u64 = 40_000;

#[test]
fn connections_that_break_every_two_seconds_lose_and_double_nothing() {
    let proxy = Proxy::new(3);
    let own = Own::start("resets", &["--no-registry", "--advertise", &proxy.addresses()]);
    proxy.forward(own.get("CLIENT_LISTENERS"));
    let world = own.world();
    world.write("topics.yaml", catalog(&[("orders", "dlq: false, encoding: json, key: orderId")]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.write("input.ndjson", numbered(1..=LINES));
    proxy.reset_every(Duration::from_secs(2));

    let arguments = ["produce", "orders", "--file", "input.ndjson", "--rate", "6000", "-o", "json"];
    let produced = Running::start(&world, &arguments).finish().ends(0);
    let broken = proxy.broken();
    assert!(broken > 3, "only {broken} connections were reset");
    let told = Told::of(&produced.stdout(), &produced.stderr);
    assert_eq!(told.acknowledged.len() as u64, LINES, "{}", produced.stderr);
    let found = records(own.get("INTERNAL_BROKERS"), "orders");
    told.agrees_with(&found, 0);
    assert_eq!(numbers(&found), (1..=LINES).collect::<Vec<_>>());

    // A part at a time, and between two parts all connections break.
    let arguments = [&["consume", "orders", "-o", "json"], &LITTLE_AT_ONCE[..]].concat();
    let mut consuming = Running::start(&world, &arguments);
    for _ in 0..3 {
        consuming.read(8_000);
        let before = proxy.broken();
        until("a reset", Duration::from_secs(10), || proxy.broken() > before);
    }
    let consumed = consuming.finish().ends(0);
    let shown: Vec<Value> =
        consumed.lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let place =
        |record: &Value| (record["partition"].as_i64().unwrap() as i32, record["offset"].as_i64().unwrap());
    let mut places: Vec<_> = shown.iter().map(|it| (place(it), it["value"]["n"].as_u64().unwrap())).collect();
    for partition in 0..6 {
        let of_one = places.iter().filter(|((it, _), _)| *it == partition);
        assert!(
            of_one.map(|((_, offset), _)| offset).is_sorted(),
            "partition {partition} is not in its order"
        );
    }
    places.sort_unstable();
    let expected: Vec<_> = found.iter().map(|it| ((it.0, it.1), number(&it.4))).collect();
    assert!(places == expected, "{} of {}: {}", places.len(), expected.len(), consumed.stderr);
    assert!(consumed.stderr.contains(&format!("{LINES} records scanned")), "{}", consumed.stderr);
    all_is_told_all_the_same(&proxy, &own);
}

/// What reads and breaks off is asked again: else a reading begins without the partitions of one broker, and a list of
/// groups ends without those of one coordinator.
fn all_is_told_all_the_same(proxy: &Proxy, own: &Own) {
    proxy.reset_every(Duration::from_millis(400));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let cluster = cluster_of(own.get("BROKERS"), 30);
        let keys: Vec<_> = (0..6).map(|partition| ("orders".parse().unwrap(), partition)).collect();
        let groups: Vec<GroupName> = (0..6).map(|number| format!("g{number}").parse().unwrap()).collect();
        for group in &groups {
            alter(&cluster, changes(group, &"orders".parse().unwrap(), &[(0, at(1))])).await;
        }
        let before = proxy.broken();
        let mut round = 0_u32;
        while proxy.broken() < before + 30 {
            round += 1;
            let ends = cluster.ends(&keys, Isolation::Uncommitted).await;
            let sum: i64 = ends.values().map(|end| *end.as_ref().unwrap_or(&0)).sum();
            assert_eq!(sum, LINES as i64, "round {round}: {ends:?}");
            let (listed, faults) = cluster.groups().await.expect("a list");
            let listed: Vec<_> = listed.into_iter().map(|group| group.name).collect();
            assert_eq!((&listed, faults), (&groups, vec![]), "round {round}");
            let commits = cluster.commits_of_groups(&all_of(&groups)).await;
            assert!(
                commits.values().all(|of_one| of_one.as_ref().is_ok_and(|it| it.len() == 1)),
                "round {round}: {commits:?}"
            );
            let seen = cluster.describe_groups(&groups).await;
            assert!(seen.values().all(|seen| seen.present().is_some()), "round {round}: {seen:?}");
        }
    });
}

fn all_of(groups: &[GroupName]) -> Vec<CommitsOf> {
    groups.iter().map(|group| CommitsOf { group: group.clone(), partitions: None }).collect()
}
