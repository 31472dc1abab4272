//! Where keys go on a real cluster: kcat, which is librdkafka, writes them, and our partitions are those it chose.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use eventctl_core::catalog::Partitioner;
use eventctl_core::partitioner::{Placement, partition};

use crate::clusters::{Shared, until};
use crate::oracle::{checked, java};
use crate::world::repository;

const PARTITIONS: i32 = 7;

/// Some 500 keys of the offline fixture, of those that are text.
fn keys() -> Vec<String> {
    let path = repository().join("crates/core/fixtures/partitions/keys.tsv");
    let fixture = std::fs::read_to_string(path).expect("the fixture");
    let texts = fixture.lines().filter_map(|line| line.split('\t').next()?.strip_prefix("t:"));
    texts.filter(|key| !key.is_empty()).step_by(13).map(str::to_owned).collect()
}

/// Writes a record for each key with kcat.
fn produce(shared: &Shared, topic: &str, partitioner: &str, keys: &[String]) {
    let mut command = Command::new("kcat");
    command.args(["-P", "-b", &shared.brokers, "-t", topic, "-K", "\t", "-X", "acks=all"]);
    command.args(["-X", &format!("topic.partitioner={partitioner}")]);
    let mut kcat = command.stdin(Stdio::piped()).spawn().expect("kcat");
    let lines: String = keys.iter().map(|key| format!("{key}\tv\n")).collect();
    std::io::Write::write_all(&mut kcat.stdin.take().expect("its stdin"), lines.as_bytes()).expect("written");
    assert!(kcat.wait().expect("its end").success(), "kcat with {partitioner}");
}

/// Reads with kcat which partition each key is in.
fn consume(shared: &Shared, topic: &str) -> BTreeMap<String, i32> {
    let mut command = Command::new("kcat");
    command.args(["-C", "-b", &shared.brokers, "-t", topic, "-e", "-q", "-f", "%p\t%k\n"]);
    let text = checked(&mut command);
    let records = text.lines().map(|line| line.split_once('\t').expect("partition and key"));
    records.map(|(partition, key)| (key.to_owned(), partition.parse().expect("a partition"))).collect()
}

#[test]
fn our_partitions_are_those_that_librdkafka_chooses() {
    let shared = Shared::cluster("partitions");
    let world = shared.world();
    let keys = keys();
    assert!(keys.len() > 500, "{} keys", keys.len());
    let rows = [
        ("consistent_random", Partitioner::Crc32, "crc32"),
        ("murmur2_random", Partitioner::Murmur2, "murmur2"),
    ];
    for (theirs, ours, word) in rows {
        let topic = shared.name(word);
        java("dev", "topics", &["--create", "--topic", &topic, "--partitions", &PARTITIONS.to_string()]);
        produce(&shared, &topic, theirs, &keys);
        let mut found = BTreeMap::new();
        until("all keys to be read", std::time::Duration::from_secs(60), || {
            found = consume(&shared, &topic);
            keys.iter().all(|key| found.contains_key(key))
        });
        let placement = Placement::new(ours, "(x)").expect("a partitioner");
        for key in &keys {
            let expected = partition(&placement, Some(key.as_bytes()), PARTITIONS);
            assert_eq!(expected, Ok(Some(found[key])), "{key:?} with {theirs}");
        }
        // The command asks the cluster for the number of partitions.
        let some: Vec<&str> =
            keys.iter().map(String::as_str).filter(|key| !key.starts_with('-')).take(50).collect();
        let run = world.run(&[&["partition", "of", &topic, "-o", "json"], some.as_slice()].concat()).ends(0);
        run.documented();
        let document = run.json();
        assert_eq!(document["data"]["partitions"], PARTITIONS);
        assert_eq!(document["data"]["partitions_from"], "cluster");
        for (key, placed) in some.iter().zip(document["data"]["keys"].as_array().expect("keys")) {
            let places = placed["places"].as_array().expect("places");
            let place = places.iter().find(|place| place["partitioner"] == word).expect(word);
            assert_eq!(place["partition"], found[*key], "{key}");
        }
    }
    let absent = world.run(&["partition", "of", &shared.name("absent"), "a"]).ends(2);
    assert!(absent.stderr.contains("there is no topic") && absent.stdout.is_empty(), "{absent}");
}
