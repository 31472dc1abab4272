//! `groups peek` against a real cluster. kcat says which records stand around an offset, `consume` how they look.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use eventctl::kafka::writer::{Transactional, WriterOptions};
use serde_json::Value;

use crate::clusters::{Shared, settings, until};
use crate::group_members::Consumer;
use crate::lag::Ground;
use crate::oracle::{checked, java};
use crate::streams::{PATIENCE, connect, delivered, outgoing, plain_writer, send, stored, writer};
use crate::world::{Transcript, World};

/// Offsets before and after a commit, by partition.
type Sides = BTreeMap<i64, (Vec<i64>, Vec<i64>)>;

fn peek(world: &World, words: &[&str]) -> Transcript {
    world.run(&[&["groups", "peek"], words, &["-o", "json"]].concat())
}

fn partitions(report: &Value) -> Vec<Value> {
    report["data"]["partitions"].as_array().unwrap().clone()
}

fn standings(report: &Value) -> Vec<String> {
    partitions(report).iter().map(|row| row["standing"].as_str().unwrap().to_owned()).collect()
}

fn sides(report: &Value) -> Sides {
    let offsets = |row: &Value, side: &str| {
        let records = row["records"].as_array().unwrap().iter();
        records.filter(|it| it["side"] == side).map(|it| it["offset"].as_i64().unwrap()).collect()
    };
    let rows = partitions(report);
    let both = |row: &Value| (offsets(row, "before"), offsets(row, "after"));
    rows.iter().map(|row| (row["partition"].as_i64().unwrap(), both(row))).collect()
}

/// The offsets of the records that kcat reads of a partition, those of finished transactions only.
fn read_by_kcat(ground: &Ground, partition: i64) -> Vec<i64> {
    let mut kcat = Command::new("timeout");
    kcat.args(["60", "kcat", "-C", "-b", &ground.shared.brokers, "-X", "isolation.level=read_committed"]);
    kcat.args([
        "-t",
        &ground.topic,
        "-p",
        &partition.to_string(),
        "-o",
        "beginning",
        "-e",
        "-q",
        "-f",
        "%o\n",
    ]);
    checked(&mut kcat).lines().map(|line| line.parse().unwrap()).collect()
}

/// The last records before an offset and the first from it on, so many on each side, as kcat reads them.
fn expected(ground: &Ground, commits: &[(i32, i64)], most: usize) -> Sides {
    let around = |(partition, offset): &(i32, i64)| {
        let partition = i64::from(*partition);
        let (before, after): (Vec<i64>, Vec<i64>) =
            read_by_kcat(ground, partition).into_iter().partition(|at| at < offset);
        let skipped = before.len().saturating_sub(most);
        (partition, (before[skipped..].to_vec(), after.into_iter().take(most).collect()))
    };
    commits.iter().map(around).collect()
}

/// Every record is what `consume` shows of it, and the side.
fn looks_as_consumed(world: &World, topic: &str, peeked: &Transcript) -> usize {
    let consumed = world.run(&["consume", topic, "-o", "json"]).ends(0);
    let lines: Vec<&str> = consumed.stdout.lines().collect();
    let records = peeked.stdout.lines().map(|line| line.trim().trim_end_matches(','));
    let records: Vec<&str> = records.filter(|line| line.starts_with("{\"side\":")).collect();
    for record in &records {
        let (_, rest) = record.split_once("\",").unwrap();
        let line = format!("{{{rest}");
        assert!(lines.contains(&line.as_str()), "{line}\n{peeked}");
    }
    records.len()
}

#[tokio::test]
async fn the_records_around_each_commit_are_those_that_kcat_reads_there() {
    let ground = Ground::new("gc-peek-around", 3);
    ground.write(0, 400);
    ground.write(1, 20);
    let (group, commits) = (ground.shared.name("g"), [(0, 310), (1, 20), (2, 0)]);
    ground.commit(&group, &commits).await;
    for most in [1, 3, 100] {
        let run = peek(&ground.world, &[&group, "-n", &most.to_string()]).ends(0);
        assert_eq!(sides(&run.json()), expected(&ground, &commits, most));
        assert_eq!(standings(&run.json()), ["unread", "at_end", "at_end"]);
        looks_as_consumed(&ground.world, &ground.topic, &run);
    }
    let text = ground.world.run(&["groups", "peek", &group, "--partition", "1,2", "-n", "1"]).ends(0);
    let text = text.hiding(&ground.topic, "t");
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert_eq!((lines[0], lines[2]), ("t/1 (offsets 0 to 20)", "--> committed 20: nothing is unread"));
    assert!(lines[1].starts_with("    t/1/19 ") && lines[1].ends_with(r#"(no key) {"n":19}"#), "{text}");
    assert_eq!(lines[4..], ["t/2 (offsets 0 to 0)", "--> committed 0: nothing is unread", ""]);
    let nobody = ground.world.run(&["groups", "peek", &ground.shared.name("nobody")]).ends(1);
    assert!(nobody.stdout.contains("there is no such group"), "{nobody}");
    let typo =
        ground.world.run(&["groups", "peek", &group, "--topic", &format!("{}x", ground.topic)]).ends(2);
    assert!(typo.stderr.contains("did you mean"), "{typo}");
}

/// Markers and aborted records fill offsets, and are no records.
#[tokio::test]
async fn records_are_counted_and_not_offsets() {
    let ground = Ground::new("gc-peek-markers", 1);
    ground.write(0, 4);
    let transactional = Some(Transactional { id: ground.shared.name("id"), timeout: PATIENCE });
    let (options, topic) = (connect(&ground.shared.brokers), ground.topic.parse().unwrap());
    let aborting = writer(&options, &topic, &WriterOptions { transactional, ..plain_writer() });
    aborting.init_transactions(PATIENCE).unwrap();
    for _ in 0..60 {
        aborting.begin().unwrap();
        send(&aborting, &outgoing(b"aborted"), &mut Vec::new());
        stored(&delivered(&aborting));
        aborting.abort(PATIENCE).unwrap();
    }
    let group = ground.shared.name("g");
    ground.commit(&group, &[(0, 4)]).await;
    let report = peek(&ground.world, &[&group, "-n", "2"]).ends(0).json();
    let row = &partitions(&report)[0];
    assert_eq!((row["standing"].as_str(), row["high_watermark"].as_i64()), (Some("at_end"), Some(124)));
    assert!(row["notes"][0].as_str().unwrap().starts_with("120 offsets from it on hold no record"), "{row}");
    assert_eq!(sides(&report), expected(&ground, &[(0, 4)], 2));
    ground.write(0, 3);
    for offset in [4, 70, 124] {
        ground.commit(&group, &[(0, offset)]).await;
        let report = peek(&ground.world, &[&group, "-n", "2"]).ends(0).json();
        let around = sides(&report);
        assert_eq!(around, expected(&ground, &[(0, offset)], 2), "{offset}");
        assert_eq!(around[&0], (vec![2, 3], vec![124, 125]), "{offset}");
    }
    aborting.begin().unwrap();
    send(&aborting, &outgoing(b"undecided"), &mut Vec::new());
    stored(&delivered(&aborting));
    ground.commit(&group, &[(0, 127)]).await;
    let report = peek(&ground.world, &[&group, "-n", "1"]).ends(0).json();
    assert_eq!(standings(&report), ["behind_open_transaction"]);
    assert_eq!(sides(&report)[&0], (vec![126], vec![]));
    aborting.abort(PATIENCE).unwrap();
}

#[tokio::test]
async fn commits_outside_of_the_log_are_findings_and_show_what_is_there() {
    let ground = Ground::new("gc-peek-outside", 3);
    (0..3).for_each(|partition| ground.write(partition, 20));
    let group = ground.shared.name("g");
    ground.commit(&group, &[(0, 5), (1, 25)]).await;
    ground.delete_records(0, 12);
    let report = peek(&ground.world, &[&group, "-n", "2", "--topic", &ground.topic]).ends(1).json();
    assert_eq!(standings(&report), ["below_log_start", "ahead_of_end", "no_commit"]);
    let found = sides(&report);
    assert_eq!(found[&0], (vec![], vec![12, 13]));
    assert_eq!(found[&1], (vec![18, 19], vec![]));
    let notes: Vec<Value> = partitions(&report).iter().map(|row| row["notes"][0].clone()).collect();
    assert_eq!(notes[0], "7 offsets were deleted before they were read: the log starts at 12");
    assert_eq!(notes[1], "it lies 5 offsets beyond the end 20");
    let text = ground.world.run(&["groups", "peek", &group, "--topic", &ground.topic]).ends(1);
    assert!(text.stdout.contains("committed 5: deleted before it was read"), "{text}");
    assert!(text.stdout.contains("committed 25: ahead of the end"), "{text}");
    assert!(text.stdout.ends_with(&format!("no commit in {}: 2\n", ground.topic)), "{text}");
    ground.world.run(&["groups", "peek", &group, "--topic", &ground.topic, "--partition", "2"]).ends(0);
}

#[tokio::test]
async fn what_is_left_out_is_counted_unless_it_was_chosen() {
    let ground = Ground::new("gc-peek-many", 25);
    let group = ground.shared.name("g");
    ground.commit(&group, &(0..25).map(|partition| (partition, 0)).collect::<Vec<_>>()).await;
    let run = peek(&ground.world, &[&group]).ends(0);
    run.documented();
    assert_eq!((partitions(&run.json()).len(), run.json()["data"]["left_out"].as_i64()), (20, Some(5)));
    let text = ground.world.run(&["groups", "peek", &group]).ends(0);
    assert!(text.stdout.contains("5 further partitions with a commit not shown"), "{text}");
    let chosen = peek(&ground.world, &[&group, "--topic", &ground.topic]).ends(0).json();
    assert_eq!((partitions(&chosen).len(), chosen["data"]["left_out"].as_i64()), (25, Some(0)));
}

/// Whoever looks is no member: the group's epoch, members and offsets stay as they are.
#[tokio::test]
async fn a_group_with_a_live_member_stays_undisturbed() {
    let ground = Ground::new("gc-peek-member", 2);
    (0..2).for_each(|partition| ground.write(partition, 10));
    let group = ground.shared.name("g");
    let _member = Consumer::kcat(&ground.shared.brokers, &ground.topic, &group, &["client.id=worker"]);
    let mut before = String::new();
    until("it has read and committed", Duration::from_secs(60), || {
        let report = peek(&ground.world, &[&group]).json();
        report["data"]["state"] == "stable" && standings(&report) == ["at_end", "at_end"]
    });
    let state = || {
        let tell =
            |what: &[&str]| java("dev", "groups", &[&["--describe", "--group", &group], what].concat());
        [
            tell(&["--members", "--verbose"]),
            tell(&["--state", "--verbose"]),
            tell(&["--offsets", "--verbose"]),
        ]
    };
    before.push_str(&state().concat());
    for _ in 0..3 {
        let report = peek(&ground.world, &[&group, "-n", "2"]).ends(0).json();
        assert_eq!(sides(&report), BTreeMap::from([(0, (vec![8, 9], vec![])), (1, (vec![8, 9], vec![]))]));
    }
    assert_eq!(state().concat(), before);
}

#[tokio::test]
async fn a_share_group_is_unknown_and_not_absent() {
    let ground = Ground::new("gc-peek-share", 1);
    let group = ground.shared.name("share");
    let _consumer = Consumer::sharing("dev", &ground.shared.brokers, &ground.topic, &group);
    until("the group is there", Duration::from_secs(40), || {
        peek(&ground.world, &[&group]).json()["data"]["group_type"] == "unsupported"
    });
    let run = ground.world.run(&["groups", "peek", &group]).ends(3);
    // Which type it is, the client's older list does not tell of share groups.
    let told = run.stdout.contains("groups of this type") && run.stdout.contains("are not supported");
    assert!(told, "{run}");
}

#[tokio::test]
async fn avro_is_decoded_as_consume_decodes_it() {
    const SCHEMA: &str = r#"{"type": "record", "name": "Placed", "namespace": "live", "fields": [
      {"name": "orderId", "type": "string"}, {"name": "count", "type": "long"}]}"#;
    let shared = Shared::cluster("gc-peek-avro");
    let (topic, subject) = (shared.name("t"), shared.name("placed"));
    let world = shared.world();
    let registry = format!("    registry: {}\n", shared.registry);
    world.write("eventctl.yaml", settings(&shared.brokers) + &registry);
    let catalog = format!(
        "version: 1\ndefaults: {{ replication_factor: 3 }}\ntopics:\n  {topic}: {{ partitions: 1, dlq: false, encoding: \
         avro, key: orderId, events: {{ Placed: {{ subject: {subject}, type: PLACED }} }} }}\n"
    );
    world.write("topics.yaml", catalog).write(&format!("schemas/{subject}/v1.avsc"), SCHEMA);
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let line = |number| format!("{{\"orderId\":\"o{number}\",\"count\":9007199254740993}}\n");
    world.write("orders.ndjson", (0..10).map(line).collect::<String>());
    world.run(&["produce", &topic, "--file", "orders.ndjson"]).ends(0);
    let ground = Ground { world: shared.world(), topic: topic.clone(), shared };
    let group = ground.shared.name("g");
    ground.commit(&group, &[(0, 5)]).await;
    let run = peek(&world, &[&group]).ends(0);
    assert_eq!(looks_as_consumed(&world, &topic, &run), 6);
    let record = &partitions(&run.json())[0]["records"][3];
    assert_eq!((&record["side"], &record["event"]), (&"after".into(), &"Placed".into()));
    assert_eq!(record["value"]["orderId"], "o5");
    let text = world.run(&["groups", "peek", &group, "-n", "1"]).ends(0);
    assert!(text.stdout.contains(r#"o4 Placed@1 {"orderId":"o4","count":9007199254740993}"#), "{text}");
}
