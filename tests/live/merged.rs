//! Partitions that are kept apart and merged by time: the order is that of a slow merge in memory, what is left alone is
//! bounded, and what is lost meanwhile is told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use eventctl::kafka::budget::{FetchSettings, Queues, settings_per_partition};
use eventctl::kafka::offsets::Isolation;
use eventctl::kafka::scan::{ScanStart, Scanner};
use eventctl::kafka::writer::{Outgoing, WriterOptions};
use eventctl_core::name::TopicName;
use serde_json::Value;

use crate::clusters::Shared;
use crate::oracle::java;
use crate::streams::{
    PATIENCE, Scanned, connect, delivered, outgoing, plain_writer, scanner, send, stored, topic, with, writer,
};
use crate::world::World;

/// So that brokers which keep records for a week only do not delete them.
const KEEP: &[&str] = &["retention.ms=-1"];

const BASE: i64 = 1_700_000_000_000;

/// A budget of some ten records of 10 kB.
const SMALL: FetchSettings = FetchSettings {
    queues: Queues::PerPartition,
    queued_bytes: 100_000,
    queued_records: 100,
    partition_bytes: 50_000,
    answer_bytes: 100_000,
    answer_within: 5,
};

/// Writes records of these times, in small batches, with so many bytes each. Each partition is a list.
fn write(brokers: &str, topic: &TopicName, lists: &[Vec<i64>], size: usize) {
    let how = WriterOptions { batch_bytes: Some(20_000), ..plain_writer() };
    let writer = writer(&connect(brokers), topic, &how);
    let value = format!("\"{}\"", "x".repeat(size.saturating_sub(2)));
    let mut deliveries = Vec::new();
    for (partition, list) in (0..).zip(lists) {
        for timestamp in list {
            let (partition, timestamp) = (Some(partition), Some(BASE + timestamp));
            let record = Outgoing { partition, timestamp, ..outgoing(value.as_bytes()) };
            send(&writer, &record, &mut deliveries);
        }
    }
    deliveries.extend(delivered(&writer));
    assert_eq!(stored(&deliveries).len(), lists.iter().map(Vec::len).sum::<usize>());
}

/// (partition, offset) in the order of time: of the first records of all lists the least, again and again.
fn in_time(lists: &[Vec<i64>]) -> Vec<(i64, i64)> {
    let mut next = vec![0; lists.len()];
    let mut order = Vec::new();
    let first = |next: &[usize], list: usize| lists[list].get(next[list]).map(|time| (*time, list));
    while let Some((_, list)) = (0..lists.len()).filter_map(|list| first(&next, list)).min() {
        order.push((list as i64, next[list] as i64));
        next[list] += 1;
    }
    order
}

fn places(lines: &str) -> Vec<(i64, i64)> {
    let place = |line: &str| {
        let record: Value = serde_json::from_str(line).expect("JSON");
        (record["partition"].as_i64().unwrap(), record["offset"].as_i64().unwrap())
    };
    lines.lines().map(place).collect()
}

/// Deletes what comes before an offset of a partition, by Kafka's own tool.
fn delete(world: &World, topic: &TopicName, partition: i32, before: i64) {
    let place = format!(r#"{{"topic":"{topic}","partition":{partition},"offset":{before}}}"#);
    world.write("delete.json", format!(r#"{{"version":1,"partitions":[{place}]}}"#));
    java("dev", "delete-records", &["--offset-json-file", &world.path("delete.json").to_string_lossy()]);
}

/// Reads one partition until its end or a fault.
fn read(scanner: &mut Scanner, partition: i32) -> Scanned {
    let (deadline, mut scanned) = (Instant::now() + PATIENCE, Scanned::default());
    while scanned.ends.is_empty() && scanned.faults.is_empty() {
        assert!(Instant::now() < deadline, "no end of partition {partition}: {:?}", scanner.trouble());
        let batch = scanner.next_of(0, partition, Duration::from_millis(100));
        batch.items().for_each(|item| scanned.add(item));
    }
    scanned
}

fn starts(partitions: i32) -> Vec<ScanStart> {
    (0..partitions).map(|partition| ScanStart { topic: 0, partition, offset: 0 }).collect()
}

#[test]
fn partitions_far_apart_in_time_come_in_its_order() {
    let shared = Shared::cluster("merge-order");
    let topic = topic(&shared, "t", 6, KEEP);
    let lists = [
        (20_000..32_000).collect(),
        // All before the first, and more than is at hand at once.
        (0..12_000).collect(),
        // Ends long before the others.
        vec![5, 6, 10_000],
        // Interleaves with both, and goes back now and then.
        (0..9_000).map(|number| if number % 10 == 0 { number * 3 - 50 } else { number * 3 }).collect(),
        Vec::new(),
        vec![7; 3_000],
    ];
    write(&shared.brokers, &topic, &lists, 200);
    let (world, topic) = (shared.world(), topic.as_str());
    let expected = in_time(&lists);
    let shown = |rest: &[&str]| {
        let all = [&["consume", topic, "--order", "time", "-o", "json"], rest].concat();
        places(&world.run(&all).ends(0).stdout)
    };
    assert!(shown(&[]) == expected, "another order than that of a slow merge");
    assert_eq!(shown(&["-n", "4321"]), expected[..4_321]);
    // A partition of which no more is wanted holds nobody up.
    let mut left: BTreeMap<i64, usize> = (0..6).map(|partition| (partition, 2)).collect();
    let mut few = expected.clone();
    few.retain(|(partition, _)| {
        let left = left.get_mut(partition).expect("a partition");
        let is_shown = *left > 0;
        *left -= usize::from(is_shown);
        is_shown
    });
    assert_eq!(shown(&["--per-partition", "2"]), few);
    let mut some = expected;
    some.retain(|(partition, offset)| *partition != 1 && (100..3_000).contains(offset));
    assert!(
        shown(&["--partitions", "0,2,3,4,5", "--from", "0:100,3:100,5:100", "--until", "all:3000"]) == some
    );
}

#[test]
fn what_waits_in_a_partition_that_is_left_alone_is_bounded_and_its_loss_is_told() {
    let shared = Shared::cluster("merge-bounded");
    let topic = topic(&shared, "t", 2, KEEP);
    write(&shared.brokers, &topic, &[(0..1_000).collect(), (0..600).collect()], 10_000);
    let options = connect(&shared.brokers);
    let mut scanner = scanner(&options, &topic, &starts(2), Isolation::Committed, SMALL);
    let first = scanner.next_of(0, 0, PATIENCE).len();
    assert!((1..=100).contains(&first), "{first} were taken at once");
    // Nothing of either comes where everything else does.
    let common = scanner.next(Duration::from_millis(300));
    assert!(common.is_empty(), "{} are not kept apart", common.len());
    drop(common);
    let whole = read(&mut scanner, 1);
    assert!(whole.records.iter().all(|read| read.partition == 1));
    assert!(whole.records.iter().map(|read| read.offset).eq(0..600) && whole.ends[&1] == 600);
    delete(&shared.world(), &topic, 0, 900);
    let rest = read(&mut scanner, 0);
    let offsets: Vec<i64> = rest.records.iter().map(|read| read.offset).collect();
    let (from, until) = (first as i64, first as i64 + offsets.len() as i64);
    assert!(offsets.iter().copied().eq(from..until), "something is skipped: {offsets:?}");
    // A queue, a fetch on top of it, and a batch.
    assert!((1..=30).contains(&offsets.len()), "{} had waited", offsets.len());
    let (partition, offset, fault) = rest.faults.first().expect("a fault, not an end");
    assert_eq!((*partition, *offset, fault.code.as_str()), (0, Some(until), "_AUTO_OFFSET_RESET"), "{fault}");
    scanner.finish(0, 0);
    let ended = Instant::now();
    drop(scanner);
    assert!(ended.elapsed() < Duration::from_secs(2), "{:?}", ended.elapsed());
}

#[test]
fn records_that_are_deleted_while_their_partition_waits_are_missed_aloud() {
    let shared = Shared::cluster("merge-deleted");
    let topic = topic(&shared, "t", 2, KEEP);
    write(&shared.brokers, &topic, &[(0..200).collect(), (10_000..12_500).collect()], 10_000);
    let world = shared.world();
    let mut command = world.command(&["consume", topic.as_str(), "--order", "time", "-o", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("eventctl");
    let mut reader = BufReader::new(child.stdout.take().expect("stdout"));
    let mut lines = String::new();
    reader.read_line(&mut lines).expect("a line");
    // It cannot write more than a pipe holds until it is read from again.
    delete(&world, &topic, 1, 2_400);
    reader.read_to_string(&mut lines).expect("lines");
    let output = child.wait_with_output().expect("its end");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let places = places(&lines);
    let early: Vec<(i64, i64)> = (0..200).map(|offset| (0, offset)).collect();
    assert!(places[..200] == early, "partition 0 comes first, and all of it");
    let late = places.len() as i64 - 200;
    assert!(places[200..].iter().copied().eq((0..late).map(|offset| (1, offset))), "nothing is skipped");
    assert!((1..2_400).contains(&late), "{late} were held");
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains(&format!("records at offset {late} are gone before they were read")), "{stderr}");
}

#[test]
fn faults_of_partitions_that_are_kept_apart_are_told() {
    let shared = Shared::cluster("merge-faults");
    let topic = topic(&shared, "t", 2, KEEP);
    write(&shared.brokers, &topic, &[vec![1]], 10);
    let start = |partition, offset| ScanStart { topic: 0, partition, offset };
    let budget = settings_per_partition(3, 3, 96 << 20);
    let all = [start(0, 0), start(1, 7), start(5, 0)];
    let mut reader = scanner(&connect(&shared.brokers), &topic, &all, Isolation::Committed, budget);
    let one = read(&mut reader, 0);
    assert_eq!((one.records.len(), one.ends[&0]), (1, 1));
    for (partition, code) in [(5, "_UNKNOWN_PARTITION"), (1, "_AUTO_OFFSET_RESET")] {
        let faults = read(&mut reader, partition).faults;
        let told: Vec<_> =
            faults.iter().map(|(partition, _, fault)| (*partition, fault.code.as_str())).collect();
        assert_eq!(told, [(partition, code)]);
    }
    let options = with(connect("127.0.0.1:1"), &[]);
    let mut reader = scanner(&options, &topic, &starts(1), Isolation::Committed, budget);
    let deadline = Instant::now() + PATIENCE;
    while reader.trouble().is_none_or(|trouble| trouble.code != "_ALL_BROKERS_DOWN") {
        assert!(Instant::now() < deadline, "no trouble");
        drop(reader.next_of(0, 0, Duration::from_millis(50)));
    }
}
