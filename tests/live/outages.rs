//! Brokers that are gone for a while, two of three, or that stand still: what was acknowledged is there, what is not known
//! is called so, and nobody calls a reading complete that is not.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::accounts::{
    Found, Told, catalog, next_line, number, numbered, numbers, once_and_in_order, records,
};
use crate::clusters::{Own, until};
use crate::oracle::checked;
use crate::running::{Finished, LITTLE_AT_ONCE, Running};
use crate::world::World;

const RULES: &str = "dlq: false, encoding: json, key: orderId";

/// Starts to produce a file of so many lines.
fn producing(world: &World, topic: &str, (lines, rate): (u64, u32), rest: &[&str]) -> Running {
    let (file, rate) = (format!("{topic}.ndjson"), rate.to_string());
    world.write(&file, numbered(1..=lines));
    let arguments = ["produce", topic, "--file", &file, "--rate", &rate, "-o", "json"];
    Running::start(world, &[&arguments[..], rest].concat())
}

/// Starts to consume, no faster than its lines are read.
fn consuming(world: &World, topic: &str) -> Running {
    Running::start(world, &[&["consume", topic, "-o", "json"], &LITTLE_AT_ONCE[..]].concat())
}

/// Asserts that all of a topic was shown, each partition in its order.
fn is_whole(consumed: &Finished, found: &[Found]) {
    let mut shown = Vec::new();
    for line in &consumed.lines {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let (partition, offset) = (record["partition"].as_i64().unwrap(), record["offset"].as_i64().unwrap());
        shown.push((partition as i32, offset, record["value"]["n"].as_u64().unwrap()));
    }
    // Stable: where a partition is not in its order, it does not become so here.
    shown.sort_by_key(|(partition, _, _)| *partition);
    let expected: Vec<_> = found.iter().map(|it| (it.0, it.1, number(&it.4))).collect();
    assert!(shown == expected, "{} of {}: {}", shown.len(), expected.len(), consumed.stderr);
}

/// How many partitions of a topic broker 2 leads, as broker 1 says.
fn led_by_the_second(own: &Own, topic: &str) -> usize {
    let first = own.get("BROKERS").split(',').next().expect("a broker");
    checked(Command::new("kcat").args(["-L", "-b", first, "-t", topic])).matches("leader 2,").count()
}

#[test]
fn two_lost_brokers_delay_who_is_patient_and_who_is_not_says_what_nobody_knows() {
    let own = Own::start("outage", &["--no-registry"]);
    let world = own.world();
    let topics = ["patient", "hasty", "stopping", "read"];
    world.write("topics.yaml", catalog(&topics.map(|topic| (topic, RULES))));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    producing(&world, "read", (40_000, 100_000), &[]).finish().ends(0);
    let mut reading = consuming(&world, "read");
    reading.read(2_000);
    let mut patient = producing(&world, "patient", (40_000, 2_000), &[]);
    let reject = ["--delivery-timeout", "5s", "--on-error", "reject-file=rejected.ndjson"];
    let mut hasty = producing(&world, "hasty", (14_000, 1_000), &reject);
    let mut stopping = producing(&world, "stopping", (14_000, 1_000), &["--delivery-timeout", "5s"]);
    for run in [&mut patient, &mut hasty, &mut stopping] {
        run.read(1_000);
    }
    own.cluster(&["kill", "2"]);
    own.cluster(&["kill", "3"]);
    let lost = Instant::now();
    // All are read on at once: who cannot write what it has to tell does not go on.
    let finishing = |run: Running| std::thread::spawn(move || run.finish());
    let [reading, patient, hasty, stopping] = [reading, patient, hasty, stopping].map(finishing);

    // Both end by themselves, long before anybody comes back.
    let stopped = stopping.join().expect("a writer").ends(3);
    let hasty = hasty.join().expect("a writer").ends(3);
    // Who begins now is told why nothing can be read, or what is missing.
    let late = world.run(&["consume", "read", "--timeout", "3s", "-o", "json"]).ends(3);
    let reasons = ["no broker could be reached: 127.0.0.1:", " more cannot be read, "];
    assert!(reasons.iter().any(|reason| late.stderr.contains(reason)), "{late}");
    assert!(lost.elapsed() < Duration::from_secs(60), "{:?}", lost.elapsed());
    assert!(!patient.is_finished() && !reading.is_finished());
    std::thread::sleep(Duration::from_secs(25).saturating_sub(lost.elapsed()));
    own.cluster(&["start", "2"]);
    own.cluster(&["start", "3"]);

    let patient = patient.join().expect("a writer").ends(0);
    let brokers = own.get("BROKERS");
    let found = records(brokers, "patient");
    let told = Told::of(&patient.stdout(), &patient.stderr);
    assert_eq!(told.acknowledged.len(), 40_000);
    told.agrees_with(&found, 0);
    assert_eq!(found.len(), 40_000);
    is_whole(&reading.join().expect("a reader").ends(0), &records(brokers, "read"));
    nothing_is_called_stored_or_lost_that_is_not(&world, &own, &hasty);
    a_stopped_run_goes_on_where_it_says(&world, &own, &stopped);
}

/// What is kept in the reject file is surely not there, so that it may be sent again.
fn nothing_is_called_stored_or_lost_that_is_not(world: &World, own: &Own, hasty: &Finished) {
    let found = records(own.get("BROKERS"), "hasty");
    let told = Told::of(&hasty.stdout(), &hasty.stderr);
    assert!(told.acknowledged.len() >= 1_000 && !told.unknown.is_empty(), "{}", hasty.stderr);
    told.agrees_with(&found, 0);
    let kept: Vec<u64> = world.read("rejected.ndjson").lines().map(number).collect();
    assert_eq!(kept, told.refused.iter().copied().collect::<Vec<_>>(), "what is unknown is not kept");
    world.run(&["produce", "hasty", "--file", "rejected.ndjson"]).ends(0);
    world.write("rest.ndjson", numbered(next_line(&hasty.stderr)..=14_000));
    world.run(&["produce", "hasty", "--file", "rest.ndjson"]).ends(0);
    let found = numbers(&records(own.get("BROKERS"), "hasty"));
    assert!(found.is_sorted_by(|one, other| one < other), "a line is there twice");
    let absent = (1..=14_000).filter(|number| found.binary_search(number).is_err());
    for number in absent {
        assert!(told.unknown.contains(&number), "line {number} is nowhere, and was not called unknown");
    }
}

/// What follows the line that is named was not sent.
fn a_stopped_run_goes_on_where_it_says(world: &World, own: &Own, stopped: &Finished) {
    let told = Told::of(&stopped.stdout(), &stopped.stderr);
    let found = records(own.get("BROKERS"), "stopping");
    told.agrees_with(&found, 0);
    let next = next_line(&stopped.stderr);
    assert!(stopped.stderr.contains("a record was not acknowledged in time"), "{}", stopped.stderr);
    assert!(found.iter().all(|record| number(&record.4) < next), "what follows line {next} is there");
    world.write("rest.ndjson", numbered(next..=14_000));
    world.run(&["produce", "stopping", "--file", "rest.ndjson"]).ends(0);
    let found = records(own.get("BROKERS"), "stopping");
    once_and_in_order(&found);
    let after = numbers(&found).into_iter().filter(|number| *number >= next);
    assert_eq!(after.collect::<Vec<_>>(), (next..=14_000).collect::<Vec<_>>());
}

#[test]
fn a_leader_that_stands_still_loses_and_doubles_nothing() {
    let own = Own::start("still", &["--no-registry"]);
    let world = own.world();
    world.write("topics.yaml", catalog(&[("orders", RULES), ("read", RULES)]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    producing(&world, "read", (40_000, 100_000), &[]).finish().ends(0);
    assert!(led_by_the_second(&own, "orders") > 0 && led_by_the_second(&own, "read") > 0);
    let mut reading = consuming(&world, "read");
    reading.read(2_000);
    let mut writing = producing(&world, "orders", (48_000, 800), &[]);
    writing.read(1_000);

    // Shorter than the brokers wait for one that is missing: it is still the leader when it comes back.
    own.cluster(&["pause", "2"]);
    let reading = std::thread::spawn(move || reading.finish());
    std::thread::sleep(Duration::from_secs(5));
    assert!(!reading.is_finished(), "it does not end before the leader answers");
    own.cluster(&["resume", "2"]);
    is_whole(&reading.join().expect("a reader").ends(0), &records(own.get("BROKERS"), "read"));
    assert!(led_by_the_second(&own, "orders") > 0, "nobody took over");
    writing.read(5_000);

    // And longer: others take over, and it does not know when it comes back.
    own.cluster(&["pause", "2"]);
    let still = Instant::now();
    let writing = std::thread::spawn(move || writing.finish());
    until("others lead", Duration::from_secs(30), || led_by_the_second(&own, "orders") == 0);
    std::thread::sleep(Duration::from_secs(40).saturating_sub(still.elapsed()));
    own.cluster(&["resume", "2"]);
    let written = writing.join().expect("a writer").ends(0);
    let told = Told::of(&written.stdout(), &written.stderr);
    assert_eq!(told.acknowledged.len(), 48_000, "{}", written.stderr);
    let found = records(own.get("BROKERS"), "orders");
    told.agrees_with(&found, 0);
    assert_eq!(found.len(), 48_000);
}
