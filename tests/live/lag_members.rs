//! `lag` of groups that have members: they are named and never disturbed, also while they move.

use std::time::Duration;

use crate::clusters::until;
use crate::group_members::Consumer;
use crate::lag::{Ground, group};
use crate::oracle::java;

#[tokio::test]
async fn members_stay_undisturbed_and_are_named() {
    let ground = Ground::new("lag-members", 3);
    (0..3).for_each(|partition| ground.write(partition, 10));
    let classic = ground.shared.name("classic");
    let new = ground.shared.name("new");
    let settings = ["client.id=worker", "group.instance.id=static-1"];
    let _kcat = Consumer::kcat(&ground.shared.brokers, &ground.topic, &classic, &settings);
    let id = format!("group.id={new}");
    let properties = ["group.protocol=consumer", "client.id=newborn", "auto.offset.reset=earliest", &id];
    let _java = Consumer::java("dev", &ground.topic, &properties);
    let reads_all = |name: &str| {
        let report = ground.lag(&[name]).json();
        let rows = group(&report)["partitions"].as_array().cloned().unwrap_or_default();
        rows.len() == 3 && rows.iter().all(|row| row["member"].is_object())
    };
    until("both groups read", Duration::from_secs(60), || reads_all(&classic) && reads_all(&new));
    until("the new one has committed", Duration::from_secs(30), || {
        group(&ground.lag(&[&new]).json())["lag"].as_i64() == Some(0)
    });
    let state = || {
        let describe = |name: &str, what: &[&str]| {
            java("dev", "groups", &[&["--describe", "--group", name], what].concat())
        };
        [
            describe(&classic, &["--members", "--verbose"]),
            describe(&classic, &["--state", "--verbose"]),
            describe(&new, &["--members", "--verbose"]),
            describe(&new, &["--state", "--verbose"]),
            describe(&new, &["--offsets"]),
        ]
    };
    let before = state();
    let report = ground.lag(&[&classic]).ends(0).json();
    let member = &group(&report)["partitions"][0]["member"];
    let told = (member["client_id"].as_str(), member["instance_id"].as_str(), member["host"].as_str());
    assert_eq!(told, (Some("worker"), Some("static-1"), Some("/127.0.0.1")));
    assert_eq!(group(&report)["kind"].as_str(), Some("classic"));
    let report = ground.lag(&[&new, "--over", "1s"]).ends(0).json();
    let told = (group(&report)["kind"].as_str(), group(&report)["members"].as_i64());
    assert_eq!(told, (Some("consumer"), Some(1)));
    ground.lag(&[&classic, &new, "--check", "--partitions"]);
    assert_eq!(state(), before);
}

#[tokio::test]
async fn a_share_group_is_of_an_unsupported_type_and_never_missing() {
    let ground = Ground::new("lag-share", 1);
    ground.write(0, 3);
    let name = ground.shared.name("share");
    let _consumer = Consumer::sharing("dev", &ground.shared.brokers, &ground.topic, &name);
    until("the group is there", Duration::from_secs(40), || {
        group(&ground.lag(&[&name]).json())["state"].as_str() == Some("unsupported_type")
    });
    let report = ground.lag(&[&name, "--check"]).ends(3).json();
    assert_eq!(
        (group(&report)["lag"].as_i64(), report["data"]["findings"].as_array().unwrap().len()),
        (None, 0)
    );
}

#[tokio::test]
async fn a_group_that_rebalances_keeps_its_numbers_and_is_not_moved_nor_deleted() {
    let ground = Ground::new("lag-rebalance", 2);
    ground.write(0, 10);
    ground.write(1, 10);
    let name = ground.shared.name("g");
    let join = |client: &str| {
        let settings = [&format!("client.id={client}"), "session.timeout.ms=60000"];
        Consumer::kcat(&ground.shared.brokers, &ground.topic, &name, &settings)
    };
    let lag = || group(&ground.lag(&[&name]).json()).clone();
    let first = join("first");
    until("the first has read and committed everything", Duration::from_secs(60), || lag()["lag"] == 0);
    // The group waits for a member that stands still, and for as long nobody has a partition.
    first.pause();
    let _second = join("second");
    until("the group waits", Duration::from_secs(20), || lag()["group_state"] == "preparing_rebalance");
    ground.write(0, 3);
    let report = ground.lag(&[&name, "--check", "--max-lag", "2"]).ends(1).json();
    let told = group(&report);
    assert_eq!((told["lag"].as_i64(), told["members"].as_i64()), (Some(3), Some(2)), "{report}");
    let states: Vec<_> = told["partitions"].as_array().unwrap().iter().map(|row| &row["state"]).collect();
    assert_eq!(states, ["lagging", "ok"], "not unassigned: who reads what is being decided");
    assert!(told["remark"].as_str().unwrap().starts_with("members are moving"), "{report}");

    let seek = ["groups", "seek", &name, "--topic", &ground.topic, "--to", "start", "--no-watch", "--yes"];
    let refused = ground.world.run(&seek).ends(2);
    assert!(refused.stderr.contains("has 2 members (PreparingRebalance)"), "{refused}");
    let refused = ground.world.run(&["groups", "delete", &name, "--yes"]).ends(2);
    assert!(refused.stderr.contains("nothing was changed"), "{refused}");
    first.resume();
    until("it reads on", Duration::from_secs(60), || lag()["lag"] == 0);
}
