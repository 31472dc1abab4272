//! `lag` against a real cluster: groups of every kind, beside Kafka's own tool and the log itself.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use eventctl::kafka::writer::{Transactional, Writer, WriterOptions};
use serde_json::Value;

use crate::clusters::{Shared, until};
use crate::groups::{alter, at, changes, cluster_of};
use crate::oracle::{checked, java};
use crate::streams::{PATIENCE, connect, delivered, outgoing, plain_writer, send, stored, writer};
use crate::world::{Transcript, World};

/// A topic of a test's own, with so many records, and a world to run in.
pub(crate) struct Ground {
    pub(crate) shared: Shared,
    pub(crate) world: World,
    pub(crate) topic: String,
}

impl Ground {
    pub(crate) fn new(test: &str, partitions: u32) -> Ground {
        let shared = Shared::cluster(test);
        let (world, topic) = (shared.world(), shared.name("t"));
        java("dev", "topics", &["--create", "--topic", &topic, "--partitions", &partitions.to_string()]);
        Ground { shared, world, topic }
    }

    /// Writes records with kcat into one partition.
    pub(crate) fn write(&self, partition: i32, records: usize) {
        let lines: String = (0..records).map(|number| format!("{{\"n\":{number}}}\n")).collect();
        let mut command = Command::new("kcat");
        command.args(["-P", "-b", &self.shared.brokers, "-t", &self.topic, "-X", "acks=all"]);
        let mut kcat =
            command.args(["-p", &partition.to_string()]).stdin(Stdio::piped()).spawn().expect("kcat");
        kcat.stdin.take().expect("its stdin").write_all(lines.as_bytes()).expect("written");
        assert!(kcat.wait().expect("its end").success());
    }

    /// Deletes the records of a partition in front of an offset.
    pub(crate) fn delete_records(&self, partition: i32, offset: i64) {
        let file = self.world.path("delete.json");
        let delete = format!(
            r#"{{"version":1,"partitions":[{{"topic":"{}","partition":{partition},"offset":{offset}}}]}}"#,
            self.topic
        );
        std::fs::write(&file, delete).unwrap();
        java("dev", "delete-records", &["--offset-json-file", file.to_str().unwrap()]);
    }

    /// Deletes the topic, and waits until it is gone.
    pub(crate) fn delete_topic(&self) {
        java("dev", "topics", &["--delete", "--topic", &self.topic]);
        until("the topic is gone", Duration::from_secs(20), || {
            !java("dev", "topics", &["--list"]).lines().any(|line| line == self.topic)
        });
    }

    /// Commits offsets for a group that nobody is a member of.
    pub(crate) async fn commit(&self, group: &str, offsets: &[(i32, i64)]) {
        let cluster = cluster_of(&self.shared.brokers, 20);
        let wanted: Vec<_> = offsets.iter().map(|(partition, offset)| (*partition, at(*offset))).collect();
        let (group, topic) = (group.parse().unwrap(), self.topic.parse().unwrap());
        let outcomes = alter(&cluster, changes(&group, &topic, &wanted)).await;
        assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
    }

    pub(crate) fn lag(&self, words: &[&str]) -> Transcript {
        self.world.run(&[&["lag"], words, &["-o", "json"]].concat())
    }
}

/// The first group of a report.
pub(crate) fn group(report: &Value) -> &Value {
    &report["data"]["groups"][0]
}

/// A field of each partition of the first group.
fn field<'a>(report: &'a Value, name: &str) -> Vec<&'a Value> {
    group(report)["partitions"].as_array().unwrap().iter().map(|row| &row[name]).collect()
}

/// Committed offset, end and lag by partition, as Kafka's own tool tells them; `-` is none.
fn told_by_java(cluster: &str, group: &str) -> BTreeMap<i64, [Option<i64>; 3]> {
    let text = java(cluster, "groups", &["--describe", "--group", group]);
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words.first() == Some(&group)).then(|| {
            let number = |place: usize| words[place].parse::<i64>().ok();
            (number(2).unwrap(), [number(3), number(4), number(5)])
        })
    };
    text.lines().filter_map(row).collect()
}

fn told_by_us(report: &Value) -> BTreeMap<i64, [Option<i64>; 3]> {
    let rows = group(report)["partitions"].as_array().unwrap();
    let row = |row: &Value| {
        let number = |name: &str| row[name].as_i64();
        (number("partition").unwrap(), [number("committed"), number("high_watermark"), number("lag")])
    };
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn the_numbers_are_those_of_kafkas_own_tool() {
    let ground = Ground::new("lag-numbers", 3);
    for (partition, records) in [(0, 50), (1, 30), (2, 0)] {
        ground.write(partition, records);
    }
    let name = ground.shared.name("g");
    ground.commit(&name, &[(0, 20), (1, 30), (2, 0)]).await;
    let run = ground.lag(&[&name]).ends(0);
    run.documented();
    let report = run.json();
    assert_eq!(told_by_us(&report), told_by_java("dev", &name));
    assert_eq!(
        (group(&report)["lag"].as_i64(), group(&report)["state"].as_str()),
        (Some(30), Some("no_members"))
    );
    let states: Vec<_> = field(&report, "state").into_iter().map(|state| state.as_str().unwrap()).collect();
    assert_eq!(states, ["no_members", "ok", "ok"]);
    // The first unread record is the one that kcat reads there.
    let mut kcat = Command::new("kcat");
    kcat.args([
        "-C",
        "-b",
        &ground.shared.brokers,
        "-t",
        &ground.topic,
        "-p",
        "0",
        "-o",
        "20",
        "-c",
        "1",
        "-q",
    ]);
    let stamp: i64 = checked(kcat.args(["-f", "%T"])).trim().parse().unwrap();
    let first = &group(&report)["partitions"][0]["first_unread"];
    assert_eq!(first["offset"].as_i64(), Some(20));
    let told: jiff::Timestamp = first["timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!((told.as_millisecond(), first["timestamp_type"].as_str()), (stamp, Some("CreateTime")));
    let at: jiff::Timestamp = report["data"]["at"].as_str().unwrap().parse().unwrap();
    let age = group(&report)["partitions"][0]["time_lag_ms"].as_i64().unwrap();
    assert_eq!(age, at.as_millisecond() - stamp);
    // Kept for the cluster's default of seven days.
    let deleted = group(&report)["partitions"][0]["deleted_in_ms"].as_i64().unwrap();
    assert_eq!(deleted + age, 7 * 86_400_000);

    let quick = ground.lag(&[&name, "--no-time"]).ends(0).json();
    assert_eq!(told_by_us(&quick), told_by_java("dev", &name));
    assert_eq!(group(&quick)["partitions"][0]["may_be_no_records"].as_i64(), Some(30));
    assert!(group(&quick)["max_time_lag_ms"].is_null(), "only what is read has an age");
    assert_eq!(quick["data"]["notes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn limits_end_with_1_and_what_cannot_be_judged_with_3() {
    let ground = Ground::new("lag-check", 2);
    ground.write(0, 20);
    ground.write(1, 5);
    let name = ground.shared.name("g");
    ground.commit(&name, &[(0, 0), (1, 5)]).await;
    let check = |limits: &[&str]| ground.lag(&[&[name.as_str(), "--check"], limits].concat());
    check(&["--max-lag", "20", "--max-time-lag", "1h"]).ends(0);
    let crossed = check(&["--max-lag", "19"]).ends(1).json();
    let finding = &crossed["data"]["findings"][0];
    let told = (finding["kind"].as_str(), finding["partition"].as_i64(), finding["value"].as_i64());
    assert_eq!((told, finding["limit"].as_i64()), ((Some("max_lag"), Some(0), Some(20)), Some(19)));
    until("the record is older than the limit", Duration::from_secs(10), || {
        check(&["--max-time-lag", "1ms"]).code == 1
    });
    // A partition without a commit: no number, no zero, and no verdict.
    let open = ground.shared.name("open");
    ground.commit(&open, &[(0, 20)]).await;
    let catalog = |start: &str| {
        let (name, topic) = (&open, &ground.topic);
        ground.world.write(
            "topics.yaml",
            format!(
                "version: 1\ntopics:\n  {topic}:\n    partitions: 2\n    consumers:\n      {name}: {{ max_lag: 3{start} }}\n"
            ),
        );
    };
    catalog("");
    let unknown = ground.lag(&["--check"]).ends(3).json();
    assert_eq!(field(&unknown, "lag"), [&Value::from(0), &Value::Null]);
    assert_eq!(
        (group(&unknown)["lag"].as_i64(), group(&unknown)["state"].as_str()),
        (None, Some("no_commit"))
    );
    assert_eq!(unknown["data"]["unjudged"].as_array().unwrap().len(), 1);
    ground.lag(&[]).ends(0);
    // What is written there is known all the same, and that nobody knows when all is read is not never.
    let twice = ground.lag(&["--over", "300ms"]).ends(0).json();
    assert_eq!(field(&twice, "produce_rate"), [&Value::from(0.0), &Value::from(0.0)]);
    assert_eq!(
        (group(&twice)["produce_rate"].as_f64(), group(&twice)["catch_up_seconds"].as_f64()),
        (Some(0.0), None)
    );
    let text = ground.world.run(&["lag", "--over", "300ms"]).ends(0);
    assert!(text.stdout.contains("CATCH UP") && !text.stdout.contains("never"), "{text}");
    catalog(", start: latest");
    ground.lag(&["--check"]).ends(0);
    catalog(", start: earliest");
    let behind = ground.lag(&["--check"]).ends(1).json();
    assert_eq!(field(&behind, "lag"), [&Value::from(0), &Value::from(5)]);
    // A declared group that is not there.
    let never = ground.shared.name("never");
    ground.world.write(
        "topics.yaml",
        format!(
            "version: 1\ntopics:\n  {}:\n    partitions: 2\n    consumers:\n      {never}: {{}}\n",
            ground.topic
        ),
    );
    let missing = ground.lag(&["--check"]).ends(1).json();
    assert_eq!(group(&missing)["state"].as_str(), Some("missing"));
    assert_eq!(missing["data"]["findings"][0]["kind"].as_str(), Some("missing"));
    ground.lag(&[]).ends(0);
    ground.lag(&[&never]).ends(1);
    ground.lag(&[&format!("{}*", ground.shared.name("zzz"))]).ends(2);
}

#[tokio::test]
async fn offsets_outside_of_the_log_are_told_and_never_cut_in_silence() {
    let ground = Ground::new("lag-outside", 2);
    ground.write(0, 40);
    ground.write(1, 10);
    let name = ground.shared.name("g");
    ground.commit(&name, &[(0, 10), (1, 25)]).await;
    ground.delete_records(0, 30);
    let report = ground.lag(&[&name, "--check"]).ends(1).json();
    let rows = &group(&report)["partitions"];
    let told =
        |row: &Value| (row["state"].as_str().unwrap().to_owned(), row["lag"].as_i64(), row["lost"].as_i64());
    assert_eq!(told(&rows[0]), ("below_log_start".to_owned(), Some(10), Some(20)));
    assert_eq!(told(&rows[1]), ("ahead_of_end".to_owned(), None, None));
    assert_eq!(
        (rows[0]["log_start"].as_i64(), rows[0]["first_unread"]["offset"].as_i64()),
        (Some(30), Some(30))
    );
    let kinds: Vec<&str> = report["data"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["below_log_start", "ahead_of_end"]);
    // Kafka's tool counts what is gone as lag, and the other as a negative one: what it says is what we say, added up.
    let java = told_by_java("dev", &name);
    assert_eq!((java[&0][2], java[&1][2]), (Some(10 + 20), Some(10 - 25)));
}

/// Where Kafka's tool and we differ, the log says who is right.
#[tokio::test]
async fn markers_of_transactions_are_no_lag() {
    let ground = Ground::new("lag-markers", 1);
    let lines = b"{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n";
    let mut child = ground
        .world
        .command(&["produce", &ground.topic, "--transaction", "--encoding", "json"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines).unwrap();
    assert!(child.wait().unwrap().success());
    let name = ground.shared.name("g");
    ground.commit(&name, &[(0, 3)]).await;
    let report = ground.lag(&[&name, "--check", "--max-lag", "0"]).ends(0).json();
    let row = &group(&report)["partitions"][0];
    assert_eq!(
        (row["lag"].as_i64(), row["high_watermark"].as_i64(), row["state"].as_str()),
        (Some(0), Some(4), Some("ok"))
    );
    assert_eq!(told_by_java("dev", &name)[&0][2], Some(1), "it counts the marker");
    let mut kcat = Command::new("kcat");
    kcat.args(["-C", "-b", &ground.shared.brokers, "-t", &ground.topic, "-o", "3", "-e", "-q"]);
    assert_eq!(checked(&mut kcat), "", "there is no record behind offset 3");
    // Without time to look, it cannot be judged; without looking, it cannot be told. Both is said.
    let hurried = ground.lag(&[&name, "--check", "--max-lag", "0", "--time-budget", "1ms"]).ends(3).json();
    assert_eq!(group(&hurried)["partitions"][0]["may_be_no_records"].as_i64(), Some(1));
    assert_eq!(hurried["data"]["findings"].as_array().map(Vec::len), Some(0));
    let unjudged = hurried["data"]["unjudged"][0]["reason"].as_str().unwrap();
    assert!(unjudged.contains("--time-budget"), "{unjudged}");
    let quick = ground.lag(&[&name, "--no-time"]).ends(0).json();
    let row = &group(&quick)["partitions"][0];
    assert_eq!((row["lag"].as_i64(), row["may_be_no_records"].as_i64()), (Some(1), Some(1)));
}

/// A writer with a record in a transaction that is not ended.
fn open_transaction(shared: &Shared, topic: &str) -> Writer {
    let transactional = Some(Transactional { id: shared.name("id"), timeout: PATIENCE });
    let options = connect(&shared.brokers);
    let open = writer(&options, &topic.parse().unwrap(), &WriterOptions { transactional, ..plain_writer() });
    open.init_transactions(PATIENCE).unwrap();
    open.begin().unwrap();
    send(&open, &outgoing(b"undecided"), &mut Vec::new());
    stored(&delivered(&open));
    open
}

#[tokio::test]
async fn an_open_transaction_is_told_apart_from_records() {
    let ground = Ground::new("lag-open", 1);
    ground.write(0, 5);
    let open = open_transaction(&ground.shared, &ground.topic);
    let name = ground.shared.name("g");
    ground.commit(&name, &[(0, 5)]).await;
    let report = ground.lag(&[&name]).ends(0).json();
    let row = &group(&report)["partitions"][0];
    let number = |field: &str| row[field].as_i64().unwrap();
    assert_eq!(number("last_stable_offset"), 5);
    let open_offsets = number("high_watermark") - 5;
    assert!(open_offsets > 0, "{row}");
    assert_eq!((number("lag"), number("behind_open_transaction")), (open_offsets, open_offsets));
    assert_eq!(row["state"].as_str(), Some("no_members"));
    assert!(row["time_lag_unknown"].as_str().unwrap().contains("open transaction"), "{row}");
    ground.lag(&[&name, "--check", "--max-time-lag", "1h"]).ends(3);
    open.abort(PATIENCE).unwrap();
}

/// Nothing here may disturb a group: members, their assignment, the group's epoch and its offsets stay as they are.
#[tokio::test]
async fn a_watch_tells_a_group_that_nobody_moves_from_one_that_works() {
    let ground = Ground::new("lag-watch", 2);
    ground.write(0, 50);
    ground.write(1, 50);
    let stopped = ground.shared.name("stopped");
    ground.commit(&stopped, &[(0, 10), (1, 50)]).await;
    let mut watch = ground
        .world
        .command(&["lag", &stopped, "--watch", "--every", "300ms", "-o", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(6));
    checked(Command::new("kill").args(["-INT", &watch.id().to_string()]));
    let output = watch.stdout.take().map(std::io::read_to_string).unwrap().unwrap();
    assert_eq!(watch.wait().unwrap().code(), Some(130));
    let samples: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(samples.len() > 11, "{}", samples.len());
    let states: Vec<&str> = samples.iter().map(|it| group(it)["state"].as_str().unwrap()).collect();
    // A window of ten samples, and not before.
    assert_eq!(states[8], "no_members");
    assert_eq!(states.last(), Some(&"stopped"));
    let last = samples.last().unwrap();
    assert_eq!(group(last)["commit_rate"].as_f64(), Some(0.0));
    assert_eq!(group(last)["partitions"][1]["state"].as_str(), Some("ok"));
}
