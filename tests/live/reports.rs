//! What reports say of records, counted again from kcat's view of the same topic.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::clusters::{Shared, settings};
use crate::oracle::{checked, java};
use crate::world::World;

fn create(topic: &str, partitions: u32) {
    java("dev", "topics", &["--create", "--topic", topic, "--partitions", &partitions.to_string()]);
}

/// Writes lines of key, tab and value with kcat, where it puts them or where it is told to.
fn produce(shared: &Shared, topic: &str, more: &[&str], lines: &str) {
    let mut command = Command::new("kcat");
    command.args(["-P", "-b", &shared.brokers, "-t", topic, "-K", "\t", "-X", "acks=all"]).args(more);
    let mut kcat = command.stdin(Stdio::piped()).spawn().expect("kcat");
    kcat.stdin.take().expect("its stdin").write_all(lines.as_bytes()).expect("written");
    assert!(kcat.wait().expect("its end").success(), "kcat");
}

/// Partition, key and size of each record, as kcat reads them.
fn seen(shared: &Shared, topic: &str) -> Vec<(i64, String, u64)> {
    let mut command = Command::new("kcat");
    command.args(["-C", "-b", &shared.brokers, "-t", topic, "-e", "-q", "-f", "%p\t%k\t%K\t%S\n"]);
    let text = checked(&mut command);
    let record = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        let size = |at: usize| parts[at].parse::<u64>().expect("a size");
        (parts[0].parse().expect("a partition"), parts[1].to_owned(), size(2) + size(3))
    };
    text.lines().map(record).collect()
}

#[test]
fn skew_counts_what_kcat_counts_and_names_the_heaviest_keys() {
    let shared = Shared::cluster("skew");
    let (world, topic) = (shared.world(), shared.name("skewed"));
    create(&topic, 4);
    // One key has two thirds of 3,000 records; the others have one each.
    let lines: String =
        (0..3_000)
            .map(|number| {
                if number % 3 == 0 { format!("key-{number}\tsmall\n") } else { "hot\tlarger value\n".into() }
            })
            .collect();
    let how = ["-X", "topic.partitioner=murmur2_random", "-X", "enable.idempotence=true"];
    produce(&shared, &topic, &how, &lines);
    let (mut records, mut bytes): (BTreeMap<i64, u64>, BTreeMap<i64, u64>) = Default::default();
    for (partition, _, size) in seen(&shared, &topic) {
        *records.entry(partition).or_default() += 1;
        *bytes.entry(partition).or_default() += size;
    }
    // A hot key is a finding.
    let run = world.run(&["topics", "skew", &topic, "--keys", "3", "-o", "json"]).ends(1);
    run.documented();
    let data = run.json()["data"].clone();
    for load in data["partitions"].as_array().expect("partitions") {
        let partition = load["partition"].as_i64().expect("a partition");
        assert_eq!(load["records"], records.get(&partition).copied().unwrap_or(0), "{run}");
        assert_eq!(load["bytes"], bytes.get(&partition).copied().unwrap_or(0), "{run}");
    }
    let hot = &data["heaviest"][0];
    assert_eq!((&hot["key"], data["records"].as_u64()), (&Value::from("hot"), Some(3_000)), "{run}");
    let bounds = (hot["at_least"].as_u64().unwrap(), hot["at_most"].as_u64().unwrap());
    assert!(bounds.0 <= 2_000 && 2_000 <= bounds.1, "{run}");
    assert!(data["advice"].as_array().expect("advice").iter().any(|it| it["kind"] == "hot_key"), "{run}");
    assert_eq!(data["window"]["offsets"], data["window"]["offsets_there"], "{run}");

    // A part of it: the last 500 offsets of one partition, which has nothing to be uneven with.
    let partition = hot["partition"].to_string();
    let part = world
        .run(&["topics", "skew", &topic, "--partitions", &partition, "--from", "-500", "-o", "json"])
        .ends(0);
    assert_eq!(part.json()["data"]["records"], 500, "{part}");
    let text = world.run(&["topics", "skew", &topic]).ends(1);
    assert!(text.stdout.contains("███") && text.stdout.contains("all there is"), "{text}");
    let absent = world.run(&["topics", "skew", &shared.name("absent")]).ends(2);
    assert!(absent.stderr.contains("there is no topic"), "{absent}");
}

#[test]
fn where_a_key_really_is_and_who_put_it_there() {
    let shared = Shared::cluster("observed");
    let topic = shared.name("keys");
    let world = shared.world();
    world.write("topics.yaml", format!("version: 1\ntopics:\n  {topic}: {{ partitions: 7, key: k }}\n"));
    create(&topic, 7);
    let keys = |from: u32| (from..from + 20).map(|number| format!("key-{number}\tv\n")).collect::<String>();
    produce(&shared, &topic, &["-X", "topic.partitioner=murmur2_random"], &keys(0));
    produce(&shared, &topic, &["-X", "topic.partitioner=consistent_random"], &keys(100));
    let look = |keys: &[&str], code: i32| {
        let run =
            world.run(&[&["partition", "of", &topic, "--observed", "-o", "json"], keys].concat()).ends(code);
        run.documented();
        run.json()["data"]["keys"].as_array().expect("keys").clone()
    };
    let places = |key: &Value| -> Vec<i64> {
        let found = key["observed"]["sightings"].as_array().expect("sightings").iter();
        found.map(|seen| seen["partition"].as_i64().expect("a partition")).collect()
    };
    let theirs = |key: &str| -> Vec<i64> {
        let found = seen(&shared, &topic).into_iter().filter(|(_, other, _)| other == key);
        let mut found: Vec<i64> = found.map(|(partition, _, _)| partition).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    for key in look(&["key-0", "key-7", "key-19"], 0) {
        let name = key["key"].as_str().expect("a key");
        assert_eq!(places(&key), theirs(name), "{key}");
        assert_eq!(key["observed"]["standing"], "explained", "{key}");
        assert!(key["observed"]["explained_by"].as_array().unwrap().contains(&"murmur2".into()), "{key}");
    }
    // Put there by librdkafka's default; the catalog says murmur2. Some keys are in the same place by both.
    let other: Vec<String> = (100..120).map(|number| format!("key-{number}")).collect();
    let other: Vec<&str> = other.iter().map(String::as_str).collect();
    let mut contradicted = 0;
    for key in look(&other, 1) {
        assert_eq!(places(&key), theirs(key["key"].as_str().unwrap()), "{key}");
        assert!(key["observed"]["explained_by"].as_array().unwrap().contains(&"crc32".into()), "{key}");
        contradicted += usize::from(key["observed"]["contradicts"] == "murmur2");
    }
    assert!(contradicted > 5, "{contradicted} of 20");
    // One key in every partition, and one that nobody wrote.
    for partition in 0..7 {
        produce(&shared, &topic, &["-p", &partition.to_string()], "everywhere\tv\n");
    }
    let split = &look(&["everywhere"], 1)[0];
    assert_eq!((&split["observed"]["standing"], places(split).len()), (&Value::from("split"), 7));
    assert_eq!(look(&["nobody"], 0)[0]["observed"]["standing"], "not_seen");
    let text = world.run(&["partition", "of", &topic, "everywhere", "--observed"]).ends(1);
    assert!(text.stdout.contains("no common order"), "{text}");
}

/// A catalog with one topic of orders, its dead-letter topic, one consumer, and two versions of its one event.
fn orders(shared: &Shared) -> (World, String, String) {
    let (world, topic, subject) = (shared.world(), shared.name("orders"), shared.name("order"));
    let registry = format!("    registry: {}\n", shared.registry);
    world.write("eventctl.yaml", settings(&shared.brokers) + &registry).write(
        "topics.yaml",
        format!(
            "version: 1\ndefaults: {{ replication_factor: 3, encoding: avro }}\ntopics:\n  {topic}:\n    partitions: 2\n    \
             key: id\n    events: {{ Order: {{ subject: {subject} }} }}\n    consumers: {{ {topic}-g: {{}} }}\n"
        ),
    );
    version(&world, &subject, 1, "");
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.run(&["schema", "register", "--yes"]).ends(0);
    (world, topic, subject)
}

fn version(world: &World, subject: &str, number: u32, more: &str) {
    let name = subject.replace('-', "_");
    let text = format!(
        r#"{{"type": "record", "name": "Order", "namespace": "{name}", "fields": [{{"name": "id", "type": "string"}}{more}]}}"#
    );
    world.write(&format!("schemas/{subject}/v{number}.avsc"), text);
}

/// Sends events through `produce`.
fn send(world: &World, topic: &str, ids: std::ops::Range<u32>) {
    let lines: String = ids.map(|id| format!("{{\"id\": \"{id}\"}}\n")).collect();
    world.write("lines", lines);
    world.run(&["produce", topic, "--file", "lines"]).ends(0);
}

/// The ids that values begin with, counted from kcat's bytes.
fn ids(shared: &Shared, topic: &str) -> BTreeMap<u64, u64> {
    let mut command = Command::new("kcat");
    command.args(["-C", "-b", &shared.brokers, "-t", topic, "-e", "-q", "-D", "", "-f", "%S %s"]);
    let output = command.output().expect("kcat");
    let (mut rest, mut found) = (output.stdout.as_slice(), BTreeMap::new());
    while let Some(space) = rest.iter().position(|octet| *octet == b' ') {
        let size: usize = std::str::from_utf8(&rest[..space]).unwrap().parse().expect("a size");
        let value = &rest[space + 1..space + 1 + size];
        if let [0, a, b, c, d, ..] = value {
            *found.entry(u64::from(u32::from_be_bytes([*a, *b, *c, *d]))).or_default() += 1;
        }
        rest = &rest[space + 1 + size..];
    }
    found
}

fn subject<'d>(data: &'d Value, name: &str) -> &'d Value {
    let subjects = data["subjects"].as_array().expect("subjects").iter();
    subjects.into_iter().find(|subject| subject["subject"] == name).expect("the subject")
}

#[test]
fn usage_counts_versions_and_says_that_one_is_gone_only_where_that_is_so() {
    let shared = Shared::cluster("usage");
    let (world, topic, name) = orders(&shared);
    let usage = |more: &[&str], code: i32| {
        let run = world.run(&[&["schema", "usage", &topic, "-o", "json"], more].concat()).ends(code);
        run.documented();
        run.json()["data"].clone()
    };
    let phase = |data: &Value| subject(data, &name)["phase_name"].as_str().expect("a phase").to_owned();
    assert_eq!(phase(&usage(&[], 0)), "unseen");
    send(&world, &topic, 0..40);
    assert_eq!(phase(&usage(&[], 0)), "one_version");
    version(&world, &name, 2, r#", {"name": "note", "type": "string", "default": ""}"#);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let first = usage(&[], 0);
    assert_eq!(
        (phase(&first), &subject(&first, &name)["phase"]),
        ("consumers_first".to_owned(), &Value::from(1))
    );
    send(&world, &topic, 40..50);
    let mixed = usage(&[], 0);
    assert_eq!(phase(&mixed), "mixed");
    let versions = subject(&mixed, &name)["versions"].as_array().expect("versions").clone();
    let theirs = ids(&shared, &topic);
    assert_eq!(theirs.values().sum::<u64>(), 50);
    for version in &versions {
        let id = version["ids"][0].as_u64().expect("an id");
        assert_eq!(version["records"], theirs[&id], "{version}");
    }
    assert!((versions[0]["share"].as_f64().unwrap() - 0.8).abs() < 1e-9, "{mixed}");

    // What a deletion says, before it is allowed.
    let delete = world.run(&["schema", "delete", &format!("{name}@1"), "--yes"]).ends(2);
    let told = format!("records that carry id {} in {topic}: 40, the last at ", versions[0]["ids"][0]);
    assert!(
        delete.stderr.contains(&told) && delete.stderr.contains("(among 50 records, all there is)"),
        "{delete}"
    );

    // Only the newest in a window, and no proof: what is before it was not read.
    let newest = usage(&["--from", &format!("0:{},1:{}", end(&mixed, 0), end(&mixed, 1))], 0);
    assert_eq!(newest["records"], 0);
    send(&world, &topic, 50..60);
    let window = usage(&["--from", &format!("0:{},1:{}", end(&mixed, 0), end(&mixed, 1))], 0);
    assert_eq!((phase(&window), &window["records"]), ("not_proven".to_owned(), &Value::from(10)));
    let missing = subject(&window, &name)["missing"].to_string();
    assert!(missing.contains("were not read"), "{missing}");

    // The old ones go: deleted before these offsets. A group that still stands there keeps it from being proved.
    let group = format!("{topic}-g");
    java(
        "dev",
        "groups",
        &["--group", &group, "--topic", &topic, "--reset-offsets", "--to-earliest", "--execute"],
    );
    let part = |partition: i64| {
        let old = versions[0]["partitions"].as_array().unwrap().iter();
        let last =
            old.filter(|one| one["partition"] == partition).map(|one| one["last_offset"].as_i64().unwrap());
        last.max().map_or(0, |last| last + 1)
    };
    let before = |partition: i64| serde_json::json!({ "topic": topic, "partition": partition, "offset": part(partition) });
    let file = serde_json::json!({ "partitions": [before(0), before(1)], "version": 1 });
    world.write("delete.json", file.to_string());
    let path = world.path("delete.json");
    java("dev", "delete-records", &["--offset-json-file", path.to_str().expect("a path")]);
    let behind = usage(&["--from", "start"], 0);
    assert_eq!(phase(&behind), "not_proven", "{behind}");
    let missing = subject(&behind, &name)["missing"].to_string();
    assert!(missing.contains(&format!("group {group} stands at 0")), "{missing}");
    java(
        "dev",
        "groups",
        &["--group", &group, "--topic", &topic, "--reset-offsets", "--to-latest", "--execute"],
    );
    let gone = usage(&["--from", "start"], 0);
    assert_eq!(
        (phase(&gone), &subject(&gone, &name)["phase"]),
        ("old_version_gone".to_owned(), &Value::from(3)),
        "{gone}"
    );
    assert_eq!(gone["records"], 20);

    // What cannot be decoded is told by reason, and is a finding.
    produce(&shared, &topic, &[], "k\tnot in the wire format\n");
    let broken = usage(&[], 1);
    assert_eq!(broken["undecodable"][0]["records"], 1, "{broken}");
    let text = world.run(&["schema", "usage", &topic, "--by-partition"]).ends(1);
    assert!(
        text.stdout.contains("phase 3, old version gone") && text.stdout.contains("undecodable: 1 record"),
        "{text}"
    );
    java("dev", "groups", &["--group", &group, "--delete"]);
}

fn end(data: &Value, partition: i64) -> i64 {
    let parts = data["window"]["parts"].as_array().expect("parts").iter();
    let part = parts.into_iter().find(|part| part["partition"] == partition).expect("the partition");
    part["end"].as_i64().expect("an end")
}
