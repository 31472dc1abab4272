//! Producing into a real cluster, with kcat and Kafka's own tools as witnesses: what is there is what was told, where
//! Java would have put it, and nothing twice.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::accounts::{Told, acknowledged, catalog, feed, lines, numbered, records};
use crate::clusters::{Own, Shared, settings, until};
use crate::oracle::java;

const SCHEMA: &str = r#"{"type": "record", "name": "Placed", "namespace": "live", "fields": [
  {"name": "orderId", "type": "string"},
  {"name": "count", "type": "long"},
  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "eventId", "type": ["null", "string"], "default": null}]}"#;

#[test]
fn keys_partitions_and_bytes_are_those_of_a_java_producer() {
    let shared = Shared::cluster("produce-java");
    let (topic, twin) = (shared.name("orders"), shared.name("twin"));
    let world = shared.world();
    let rules = "dlq: false, encoding: json, key: orderId";
    world.write("topics.yaml", catalog(&[(&topic, rules), (&twin, rules)]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let key = |number: u64| match number % 4 {
        0 => format!("order-{number}"),
        1 => format!("bestellung-ä{number}"),
        2 => format!("{number}"),
        _ => format!("tenant-{number}:x"),
    };
    let body = |number: u64| format!("{{\"n\":{number}, \"orderId\" : \"{}\"}}", key(number));
    let input: String = (0..500).map(|number| body(number) + "\n").collect();
    let (code, stdout, stderr) = feed(&world, &["produce", &topic, "-o", "json"], input.as_bytes());
    assert_eq!(code, 0, "{stderr}");
    let stored = acknowledged(&stdout);
    assert_eq!(stored.len(), 500);
    let found = records(&shared.brokers, &topic);
    assert_eq!(found.len(), 500);
    for (partition, offset, timestamp, found_key, value) in &found {
        let (line, _) = stored.iter().find(|(_, place)| **place == (*partition, *offset)).expect("told");
        assert_eq!((found_key.clone(), value.clone()), (key(line - 1), body(line - 1)));
        assert!(*timestamp > 1_700_000_000_000);
    }
    // The same keys by Kafka's own producer land on the same partitions.
    let mut script = Command::new(crate::world::repository().join("dev/cluster"));
    script.args(["exec", "--name", "dev", "console-producer", "--topic", &twin]);
    script.args(["--property", "parse.key=true", "--property", "key.separator=\t"]);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("Java");
    let pairs: String = (0..500).map(|number| format!("{}\tx\n", key(number))).collect();
    child.stdin.take().unwrap().write_all(pairs.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let places = |records: &[(i32, i64, i64, String, String)]| -> BTreeSet<(String, i32)> {
        records.iter().map(|record| (record.3.clone(), record.0)).collect()
    };
    assert_eq!(places(&found), places(&records(&shared.brokers, &twin)));
    assert_eq!(java("dev", "get-offsets", &["--topic", &topic]).lines().count(), 6);
}

#[test]
fn avro_is_written_by_the_registered_version_with_the_events_own_time_and_a_new_id() {
    let shared = Shared::cluster("produce-avro");
    let (topic, subject) = (shared.name("orders"), shared.name("placed"));
    let world = shared.world();
    let settings = settings(&shared.brokers) + &format!("    registry: {}\n", shared.registry);
    let rules = format!(
        "dlq: false, encoding: avro, key: orderId, timestamp: at, events: {{ Placed: {{ subject: {subject}, type: PLACED }} }}"
    );
    world.write("eventctl.yaml", settings).write("topics.yaml", catalog(&[(&topic, &rules)]));
    world.write(&format!("schemas/{subject}/v1.avsc"), SCHEMA);
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let line =
        r#"{"type":"PLACED","orderId":"o-1","count":9007199254740993,"at":"2026-11-22T14:02:00.123Z"}"#;
    // Nothing is registered by producing.
    let (code, _, stderr) = feed(&world, &["produce", &topic], line.as_bytes());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("none of the files") && stderr.contains("schema register"), "{stderr}");
    world.run(&["schema", "register", "--yes"]).ends(0);
    let newer = SCHEMA.replace(
        "\"default\": null}]}",
        "\"default\": null}, {\"name\": \"x\", \"type\": \"int\", \"default\": 1}]}",
    );
    world.write(&format!("schemas/{subject}/v2.avsc"), newer);

    let (code, stdout, stderr) =
        feed(&world, &["produce", &topic, "--dry-run", "-o", "json"], line.as_bytes());
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("v2") && stderr.contains("not registered"), "{stderr}");
    let planned = &lines(&stdout)[0];
    assert_eq!((&planned["schema_version"], &planned["key"]), (&Value::from(1), &Value::from("o-1")));
    assert_eq!(planned["timestamp"], 1_795_356_120_123_i64);
    assert!(records(&shared.brokers, &topic).is_empty(), "a dry run sends nothing");

    let (code, stdout, stderr) = feed(&world, &["produce", &topic, "-o", "json"], line.as_bytes());
    assert_eq!(code, 0, "{stderr}");
    let place = acknowledged(&stdout)[&1];
    let mut kcat = Command::new("kcat");
    kcat.args(["-C", "-q", "-e", "-b", &shared.brokers, "-t", &topic, "-s", "value=avro"]);
    kcat.args(["-r", &shared.registry, "-f", "%p\t%o\t%T\t%k\t%s\n"]);
    let output = kcat.output().expect("kcat");
    let found = records_bytes(&shared.brokers, &topic);
    assert_eq!(found.len(), 1);
    let (key, value, timestamp) = &found[0];
    assert_eq!((key.as_slice(), *timestamp), (b"o-1".as_slice(), 1_795_356_120_123));
    assert_eq!((place.0, value[0]), (planned["partition"].as_i64().unwrap() as i32, 0));
    if output.status.success() && !output.stdout.is_empty() {
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("9007199254740993"), "{text}");
    }
    // UUIDv7 in the last field: the branch, the length 36 and the text.
    let id = String::from_utf8_lossy(&value[value.len() - 36..]).into_owned();
    assert_eq!(id.chars().nth(14), Some('7'), "{id}");
    assert_eq!(&value[value.len() - 38..value.len() - 36], [2, 72]);
}

/// Keys, values and timestamps as they are.
fn records_bytes(brokers: &str, topic: &str) -> Vec<(Vec<u8>, Vec<u8>, i64)> {
    let mut kcat = Command::new("kcat");
    kcat.args(["-C", "-q", "-e", "-b", brokers, "-t", topic, "-f", "%T %K %S %k%s"]);
    let output = kcat.output().expect("kcat");
    assert!(output.status.success());
    let mut rest = output.stdout.as_slice();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let mut number = || {
            let end = rest.iter().position(|byte| *byte == b' ').expect("a number");
            let text = std::str::from_utf8(&rest[..end]).expect("digits").to_owned();
            rest = &rest[end + 1..];
            text.parse::<i64>().expect("a number")
        };
        let (timestamp, key, value) = (number(), number().max(0) as usize, number().max(0) as usize);
        let (bytes, behind) = rest.split_at(key + value);
        found.push((bytes[..key].to_vec(), bytes[key..].to_vec(), timestamp));
        rest = behind;
    }
    found
}

#[test]
fn what_is_refused_is_told_with_its_line_and_kept_and_the_rest_is_there() {
    let shared = Shared::cluster("produce-refused");
    let topic = shared.name("orders");
    let world = shared.world();
    let rules =
        "dlq: false, encoding: json, key: orderId, timestamp: at, config: { max.message.bytes: 2000 }";
    world.write("topics.yaml", catalog(&[(&topic, rules)]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let large = format!("{{\"orderId\":\"l\",\"x\":\"{}\"}}", "x".repeat(5_000));
    let future = r#"{"orderId":"f","at":9223372036854775807}"#;
    let mut input = b"\xef\xbb\xbf{\"orderId\":\"a\"}\r\n\r\n".to_vec();
    for line in [
        b"{\"orderId\":\"b\",\"x\":NaN}".as_slice(),
        b"{\"orderId\":\"\xff\"}",
        large.as_bytes(),
        future.as_bytes(),
        b"{\"orderId\":\"c\",\"at\":0}",
        b"{\"orderId\":null}",
        b"{\"orderId\":\"d\",\"orderId\":\"d\"}",
    ] {
        input.extend_from_slice(line);
        input.push(b'\n');
    }
    input.extend_from_slice(b"{\"orderId\":\"e\",\"n\":9007199254740993}");
    let reject = ["produce", &topic, "--on-error", "reject-file=bad.ndjson", "-o", "json"];
    let (code, stdout, stderr) = feed(&world, &reject, &input);
    assert_eq!(code, 1, "{stderr}");
    let told = lines(&stdout);
    let status = |line: u64| {
        let told = told.iter().find(|told| told["line"] == line).unwrap_or(&Value::Null);
        (told["status"].as_str().unwrap_or("").to_owned(), told["reason"].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(status(1).0, "acknowledged");
    assert_eq!(status(2).0, "", "a blank line is no record");
    for (line, reason) in [
        (3, "expected a value"),
        (4, "not UTF-8"),
        (5, "too large"),
        (6, ""),
        (7, "after 1970"),
        (8, "the key is null"),
        (9, "twice"),
    ] {
        let (status, told) = status(line);
        assert_eq!(status, "refused", "line {line}: {told}");
        assert!(told.to_lowercase().contains(&reason.to_lowercase()), "line {line}: {told}");
    }
    assert_eq!(status(10).0, "acknowledged");
    assert!(
        stderr.contains("10 lines, 2 acknowledged, 7 refused, 0 unknown, 0 not sent, 1 blank"),
        "{stderr}"
    );
    let kept = std::fs::read(world.path("bad.ndjson")).expect("the reject file");
    let from = input.windows(14).position(|window| window == b"{\"orderId\":\"b\"").unwrap();
    let to = input.windows(14).position(|window| window == b"{\"orderId\":\"e\"").unwrap();
    assert_eq!(kept, &input[from..to]);
    let keys: BTreeSet<String> =
        records(&shared.brokers, &topic).into_iter().map(|record| record.3).collect();
    assert_eq!(keys, ["a".to_owned(), "e".to_owned()].into());

    // By default the first wrong line stops what follows it.
    let (code, _, stderr) =
        feed(&world, &["produce", &topic], b"{\"orderId\":\"g\"}\n7\n{\"orderId\":\"h\"}\n");
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("line 2 refused") && stderr.contains("1 not sent"), "{stderr}");
    let keys: BTreeSet<String> =
        records(&shared.brokers, &topic).into_iter().map(|record| record.3).collect();
    assert!(keys.contains("g") && !keys.contains("h"));
}

#[test]
fn a_transaction_is_all_or_nothing() {
    let shared = Shared::cluster("produce-transaction");
    let topic = shared.name("orders");
    let world = shared.world();
    world.write("topics.yaml", catalog(&[(&topic, "dlq: false, encoding: json, key: orderId")]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let lines: String = (0..2_000).map(|number| format!("{{\"orderId\":\"{number}\"}}\n")).collect();
    let whole = ["produce", &topic, "--transaction", "-o", "json"];
    let broken = lines.clone() + "{}\n";
    let (code, stdout, stderr) = feed(&world, &whole, broken.as_bytes());
    assert_eq!(code, 1, "{stderr}");
    assert!(acknowledged(&stdout).is_empty());
    assert!(stderr.contains("taken back") && stderr.contains("2000 not sent"), "{stderr}");
    assert!(records(&shared.brokers, &topic).is_empty());
    let (code, stdout, stderr) = feed(&world, &whole, lines.as_bytes());
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("is committed") && stderr.contains("within 60 s"), "{stderr}");
    let stored: BTreeSet<(i32, i64)> = acknowledged(&stdout).into_values().collect();
    // The brokers write the markers after they have answered.
    until("the whole transaction is visible", Duration::from_secs(30), || {
        records(&shared.brokers, &topic).len() == 2_000
    });
    let found = records(&shared.brokers, &topic);
    assert_eq!(found.iter().map(|record| (record.0, record.1)).collect::<BTreeSet<_>>(), stored);
    assert_eq!(found.len(), 2_000);
    for other in ["skip", "reject-file=x"] {
        let (code, _, _) = feed(&world, &["produce", &topic, "--transaction", "--on-error", other], b"");
        assert_eq!(code, 2);
    }
}

#[test]
fn a_broker_that_is_lost_in_the_middle_loses_and_doubles_nothing() {
    let own = Own::start("produce-kill", &["--no-registry"]);
    let world = own.world();
    world.write("topics.yaml", catalog(&[("orders", "dlq: false, encoding: json, key: orderId")]));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.write("input.ndjson", numbered(1..=60_000));
    let told = tempfile::NamedTempFile::new().expect("a file");
    let arguments = ["produce", "orders", "--file", "input.ndjson", "--rate", "6000", "-o", "json"];
    let mut command = world.command(&arguments);
    command.stdout(told.reopen().unwrap()).stderr(Stdio::piped());
    let child = command.spawn().expect("a process");
    let size = || told.path().metadata().unwrap().len();
    until("the first lines", Duration::from_secs(30), || size() > 100_000);
    own.cluster(&["kill", "2"]);
    let output = child.wait_with_output().expect("its output");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let told = Told::of(&std::fs::read_to_string(told.path()).unwrap(), &stderr);
    assert_eq!(told.acknowledged.len(), 60_000, "{stderr}");
    own.cluster(&["start", "2"]);
    told.agrees_with(&records(own.get("BROKERS"), "orders"), 0);
}
