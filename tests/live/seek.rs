//! `groups seek`, `undo` and `history` against a real cluster; Kafka's own tool says where the group stands.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eventctl::stores::undo::{FILE, Undo};
use eventctl_core::groups::live::Commit;
use eventctl_core::groups::saved::{Cause, NewSet, SavedOffset};
use serde_json::Value;

use crate::clusters::until;
use crate::group_members::Consumer;
use crate::groups::{alter, at, changes, cluster_of};
use crate::lag::Ground;
use crate::oracle::{checked, java};
use crate::world::Transcript;

/// Where a group stands by partition, as Kafka's own tool tells it.
pub(crate) fn stands(group: &str) -> BTreeMap<i64, i64> {
    let text = java("dev", "groups", &["--describe", "--group", group]);
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ours = words.first() == Some(&group);
        ours.then(|| Some((words[2].parse().ok()?, words[3].parse().ok()?))).flatten()
    };
    text.lines().filter_map(row).collect()
}

/// Where Kafka's own tool would move a group to.
fn would_go(group: &str, topic: &str, how: &[&str]) -> BTreeMap<i64, i64> {
    let words = ["--reset-offsets", "--group", group, "--topic", topic, "--dry-run"];
    let text = java("dev", "groups", &[&words[..], how].concat());
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words.first() == Some(&group)).then(|| (words[2].parse().unwrap(), words[3].parse().unwrap()))
    };
    text.lines().filter_map(row).collect()
}

fn seek(ground: &Ground, group: &str, to: &str, more: &[&str]) -> Transcript {
    let words = ["groups", "seek", group, "--topic", &ground.topic, "--to", to, "--no-watch"];
    ground.world.run(&[&words[..], more].concat())
}

pub(crate) async fn ground(test: &str, commits: &[(i32, i64)]) -> (Ground, String) {
    let ground = Ground::new(test, 3);
    for (partition, records) in [(0, 40), (1, 20), (2, 0)] {
        ground.write(partition, records);
    }
    let group = ground.shared.name("g");
    ground.commit(&group, commits).await;
    (ground, group)
}

#[tokio::test]
async fn positions_mean_what_kafkas_own_tool_means_by_them() {
    let (ground, group) = ground("seek-positions", &[(0, 10), (1, 5), (2, 0)]).await;
    std::thread::sleep(Duration::from_millis(1_100));
    let middle = jiff::Timestamp::now();
    std::thread::sleep(Duration::from_millis(1_100));
    ground.write(0, 7);
    let millis = |time: jiff::Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S.000").to_string();
    let datetime = millis(middle);
    let rows: [(&str, &[&str]); 5] = [
        ("start", &["--to-earliest"]),
        ("end", &["--to-latest"]),
        ("all:3", &["--to-offset", "3"]),
        (&format!("@{}", middle.strftime("%Y-%m-%dT%H:%M:%SZ")), &["--to-datetime", &datetime]),
        ("@2020-01-01", &["--to-datetime", "2020-01-01T00:00:00.000"]),
    ];
    for (to, how) in rows {
        let expected = would_go(&group, &ground.topic, how);
        // An offset beyond an end is cut by Kafka's tool in silence, and refused by us until we are told.
        let run = seek(&ground, &group, to, &["--yes", "-o", "json", "--clamp"]).ends(0);
        run.documented();
        assert_eq!(stands(&group), expected, "{to}");
        let told: BTreeMap<i64, i64> = run.json()["data"]["partitions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["partition"].as_i64().unwrap(), row["after"].as_i64().unwrap()))
            .collect();
        assert!(told.iter().all(|(partition, offset)| expected[partition] == *offset), "{to}: {told:?}");
    }
    seek(&ground, &group, "-10", &["--yes"]).ends(0);
    assert_eq!(stands(&group), BTreeMap::from([(0, 37), (1, 10), (2, 0)]));
}

#[tokio::test]
async fn a_plan_says_what_is_skipped_and_repeated_and_nothing_happens_without_consent() {
    let (ground, group) = ground("seek-plan", &[(0, 10), (1, 15)]).await;
    let before = stands(&group);
    let plan = seek(&ground, &group, "0:30,1:5,2:none", &["--dry-run", "-o", "json"]).ends(0).json();
    let rows = plan["data"]["partitions"].as_array().unwrap();
    let told: Vec<(&str, i64)> =
        rows.iter().map(|row| (row["effect"].as_str().unwrap(), row["offsets"].as_i64().unwrap())).collect();
    assert_eq!(told, [("skips", 20), ("repeats", 10)], "a partition without a commit stays without one");
    // The times are those of the records that kcat reads there.
    let time = |offset: &str| {
        let mut kcat = std::process::Command::new("kcat");
        kcat.args(["-C", "-b", &ground.shared.brokers, "-t", &ground.topic, "-p", "0", "-o", offset]);
        let text = checked(kcat.args(["-c", "1", "-q", "-f", "%T"]));
        jiff::Timestamp::from_millisecond(text.trim().parse().unwrap()).unwrap()
    };
    let times: Vec<jiff::Timestamp> =
        ["from_time", "until_time"].map(|name| rows[0][name].as_str().unwrap().parse().unwrap()).to_vec();
    assert_eq!(times, [time("10"), time("29")]);
    // Nobody to ask, then somebody who says no.
    seek(&ground, &group, "start", &[]).ends(2);
    let words = ["groups", "seek", &group, "--topic", &ground.topic, "--to", "start", "--no-watch"];
    let declined = ground.world.run_on_terminal(&words, "n\n").ends(1);
    assert!(declined.stdout.contains("nothing was changed"), "{declined}");
    assert_eq!(stands(&group), before);
    let history = ground.world.run(&["groups", "history", &group, "-o", "json"]).ends(0).json();
    assert_eq!(history["data"], Value::Array(Vec::new()), "what was not begun is not kept");
    let accepted = ground.world.run_on_terminal(&words, "y\n").ends(0);
    assert!(accepted.stdout.contains("25 offsets repeated"), "{accepted}");
    assert_eq!(stands(&group), BTreeMap::from([(0, 0), (1, 0), (2, 0)]));
}

#[tokio::test]
async fn what_was_moved_is_put_back_also_where_there_was_no_commit() {
    let (ground, group) = ground("seek-undo", &[(0, 10), (1, 15)]).await;
    let before = stands(&group);
    let moved = seek(&ground, &group, "end", &["--yes", "-o", "json"]).ends(0).json();
    assert_eq!(stands(&group), BTreeMap::from([(0, 40), (1, 20), (2, 0)]));
    let undo = |more: &[&str]| {
        ground.world.run(&[&["groups", "undo", &group, "--no-watch", "-o", "json"], more].concat())
    };
    undo(&["--dry-run"]).ends(0);
    undo(&[]).ends(2);
    assert_eq!(stands(&group)[&0], 40);
    let undone = undo(&["--yes"]).ends(0);
    undone.documented();
    assert_eq!(undone.json()["data"]["undoes"], moved["data"]["saved_as"]);
    assert_eq!(stands(&group), before, "the commit that was none is gone again");
    // An undo is a change like any other: undone, the group is where the seek had put it.
    undo(&["--yes"]).ends(0);
    assert_eq!(stands(&group), BTreeMap::from([(0, 40), (1, 20), (2, 0)]));
    let history = ground.world.run(&["groups", "history", &group, "-o", "json"]).ends(0);
    history.documented();
    let history = history.json();
    let told: Vec<(&str, &str, bool)> = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| {
            let word = |name: &str| set[name].as_str().unwrap();
            (word("cause"), word("state"), set["undone_by"].is_null())
        })
        .collect();
    assert_eq!(told, [("undo", "done", true), ("undo", "done", false), ("seek", "done", false)]);
    // The command that was printed does the same from a machine that knows nothing.
    let inverse = moved["data"]["inverse"][0].as_str().unwrap();
    let other = ground.shared.world();
    let words: Vec<&str> = inverse.split(' ').skip(1).collect();
    let words = [&words[..], &["--yes", "--no-watch"]].concat();
    other.run(&words).ends(0);
    assert_eq!(stands(&group), before);
    let nothing = other.run(&["groups", "undo", &ground.shared.name("other"), "--no-watch", "--yes"]).ends(2);
    assert!(nothing.stderr.contains("nothing was saved"), "{nothing}");
}

#[tokio::test]
async fn a_group_with_members_is_refused_and_they_are_named() {
    let (ground, group) = ground("seek-members", &[(0, 10)]).await;
    let _member = Consumer::kcat(&ground.shared.brokers, &ground.topic, &group, &["client.id=worker-7"]);
    until("it is a member", Duration::from_secs(30), || {
        ground.lag(&[&group]).json()["data"]["groups"][0]["members"].as_i64() == Some(1)
    });
    let refused = seek(&ground, &group, "start", &["--yes"]).ends(2);
    assert!(refused.stderr.contains("worker-7 on /127.0.0.1"), "{refused}");
    let members = java("dev", "groups", &["--describe", "--group", &group, "--members"]);
    assert!(members.contains("worker-7"), "{members}");
}

/// Consumers that assign partitions by themselves commit without being members.
#[tokio::test]
async fn a_group_that_commits_without_members_is_refused() {
    let (ground, group) = ground("seek-alive", &[(0, 1)]).await;
    let (name, topic) = (group.parse().unwrap(), ground.topic.parse().unwrap());
    let (brokers, done) = (ground.shared.brokers.clone(), Arc::new(AtomicBool::new(false)));
    let is_done = Arc::clone(&done);
    let alive = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let cluster = cluster_of(&brokers, 20);
        for offset in 2.. {
            runtime.block_on(alter(&cluster, changes(&name, &topic, &[(0, at(offset))])));
            std::thread::sleep(Duration::from_millis(300));
            if is_done.load(Ordering::SeqCst) {
                return;
            }
        }
    });
    let words = ["groups", "seek", &group, "--topic", &ground.topic, "--to", "0:0", "--watch", "2s", "--yes"];
    let refused = ground.world.run(&words).ends(2);
    assert!(refused.stderr.contains("has no members and commits all the same"), "{refused}");
    done.store(true, Ordering::SeqCst);
    alive.join().unwrap();
    assert_ne!(stands(&group)[&0], 0);
    let history = ground.world.run(&["groups", "history", &group, "-o", "json"]).ends(0).json();
    assert_eq!(history["data"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn offsets_outside_of_the_log_and_topics_made_anew_are_refused() {
    let (ground, group) = ground("seek-outside", &[(0, 10), (1, 15)]).await;
    let before = stands(&group);
    let refused = seek(&ground, &group, "0:41,1:3", &["--yes"]).ends(2);
    assert!(refused.stderr.contains("0: 41 lies beyond the high watermark 40"), "{refused}");
    assert_eq!(stands(&group), before);
    seek(&ground, &group, "42", &["--yes"]).ends(2);
    seek(&ground, &group, "7:1", &["--yes"]).ends(2);
    ground
        .world
        .run(&["groups", "seek", &group, "--topic", &format!("{}x", ground.topic), "--to", "start", "--yes"])
        .ends(2);
    seek(&ground, &group, "0:41,1:3", &["--yes", "--clamp"]).ends(0);
    assert_eq!(stands(&group), BTreeMap::from([(0, 40), (1, 3)]));
    ground.delete_topic();
    java("dev", "topics", &["--create", "--topic", &ground.topic, "--partitions", "3"]);
    let anew = ground.world.run(&["groups", "undo", &group, "--no-watch", "--yes", "--clamp"]).ends(2);
    assert!(anew.stderr.contains("was deleted and made anew"), "{anew}");
}

#[tokio::test]
async fn offsets_come_from_another_group_and_from_kafkas_own_export() {
    let (ground, group) = ground("seek-copy", &[(0, 10), (1, 15), (2, 0)]).await;
    let copy = ground.shared.name("copy");
    let words = |to: &str| {
        let words = ["groups", "seek", &copy, "--to", to, "--no-watch", "--yes"];
        words.map(str::to_owned)
    };
    let run = |to: &str| ground.world.run(&words(to).each_ref().map(String::as_str));
    run(&format!("group:{group}")).ends(0);
    assert_eq!(stands(&copy), stands(&group));
    let export =
        ["--reset-offsets", "--group", &group, "--all-topics", "--to-offset", "5", "--export", "--dry-run"];
    ground.world.write("offsets.csv", java("dev", "groups", &export));
    run("file:offsets.csv").ends(0);
    assert_eq!(stands(&copy), BTreeMap::from([(0, 5), (1, 5), (2, 0)]));
    ground.world.write("broken.csv", format!("{},0,5\n{},0\n", ground.topic, ground.topic));
    let broken = run("file:broken.csv").ends(2);
    assert!(broken.stderr.contains("broken.csv: line 2"), "{broken}");
    run(&format!("group:{}", ground.shared.name("nobody"))).ends(2);
}

/// Killed after the offsets were saved: whether they were written then is not known, and undo finds out.
#[tokio::test]
async fn a_seek_that_died_before_it_could_say_so_is_undone() {
    let (ground, group) = ground("seek-died", &[(0, 10), (1, 15)]).await;
    let before = stands(&group);
    let cluster = cluster_of(&ground.shared.brokers, 20).describe().await.unwrap().id;
    let saved = |partition, before, after| SavedOffset {
        topic: ground.topic.parse().unwrap(),
        topic_id: None,
        partition,
        before: Some(Commit { offset: before, ..Commit::default() }),
        after: Some(after),
    };
    let set = NewSet {
        cluster,
        group: group.parse().unwrap(),
        cause: Cause::Seek,
        at: 1_800_000_000_000,
        operator: "somebody@somewhere".to_owned(),
        command: "eventctl groups seek".to_owned(),
        undoes: None,
        offsets: vec![saved(0, 10, 40), saved(1, 15, 20)],
    };
    let folder = ground.world.path("../home/.local/state/eventctl");
    std::fs::create_dir_all(&folder).unwrap();
    Undo::open(&folder.join(FILE)).unwrap().save(&set).unwrap();
    let undo = |more: &[&str]| {
        ground.world.run(&[&["groups", "undo", &group, "--no-watch", "--yes"], more].concat())
    };
    let nothing = undo(&[]).ends(0);
    assert!(nothing.stdout.contains("0 offsets to change, 2 as it should be"), "{nothing}");
    assert!(nothing.stdout.contains("is not known"), "{nothing}");
    // It had been written in one partition of the two.
    ground.commit(&group, &[(0, 40)]).await;
    undo(&[]).ends(0);
    assert_eq!(stands(&group), before);
    let history = ground.world.run(&["groups", "history", &group]).ends(0);
    assert!(history.stdout.contains("undone by 2"), "{history}");
}

#[tokio::test]
async fn a_deleted_group_comes_back_with_what_it_had_committed() {
    let (ground, group) = ground("seek-deleted", &[(0, 10), (1, 15)]).await;
    let before = stands(&group);
    let deleted = ground.world.run(&["groups", "delete", &group, "--yes"]).ends(0);
    assert!(deleted.stderr.contains(&format!("groups undo {group}")), "{deleted}");
    assert_eq!(stands(&group), BTreeMap::new());
    let undo = || ground.world.run(&["groups", "undo", &group, "--no-watch", "--yes"]);
    let back = undo().ends(0);
    assert!(back.stdout.contains("this makes one"), "{back}");
    assert_eq!(stands(&group), before);
    // The undo of the undo takes the commits away again.
    undo().ends(0);
    assert_eq!(stands(&group), BTreeMap::new());
}
