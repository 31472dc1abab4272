//! Consuming from a real cluster, with Kafka's own client, kcat and Python as witnesses: nothing is lost, changed or shown
//! twice, and what is told of it is true.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clusters::{Shared, settings};
use crate::oracle::{checked, java};
use crate::world::{Transcript, World, repository};

fn create(topic: &str, partitions: u32) {
    let partitions = partitions.to_string();
    let arguments = ["--create", "--topic", topic, "--partitions", &partitions, "--replication-factor", "3"];
    java("dev", "topics", &[&arguments[..], &["--config", "retention.ms=-1"]].concat());
}

/// Writes lines `key<TAB>value` to one partition.
fn write(brokers: &str, topic: &str, partition: u32, lines: &[String]) {
    let mut kcat = Command::new("kcat");
    kcat.args(["-P", "-b", brokers, "-t", topic, "-p", &partition.to_string(), "-K", "\t", "-X", "acks=all"]);
    let mut child = kcat.stdin(Stdio::piped()).spawn().expect("kcat");
    child.stdin.take().expect("stdin").write_all((lines.join("\n") + "\n").as_bytes()).expect("its input");
    assert!(child.wait().expect("kcat").success());
}

fn records(transcript: &Transcript) -> Vec<Value> {
    transcript.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Partition and offset of what was shown.
fn places(transcript: &Transcript) -> Vec<(i64, i64)> {
    let place = |record: &Value| (record["partition"].as_i64().unwrap(), record["offset"].as_i64().unwrap());
    records(transcript).iter().map(place).collect()
}

fn dump(topic: &str) -> String {
    checked(Command::new(repository().join("dev/records")).args(["dump", topic]))
}

#[test]
fn hostile_records_go_through_json_lines_into_a_twin_byte_for_byte() {
    let shared = Shared::cluster("twin");
    let (source, twin) = (shared.name("source"), shared.name("twin"));
    create(&source, 3);
    create(&twin, 3);
    // librdkafka cannot send the times 0 and -1, and cuts a header's name at a NUL: documented, and refused by name.
    let left_out = ["-header-name-nul", "-timestamp-0", "-timestamp-none"];
    let mut write = Command::new(repository().join("dev/records"));
    checked(write.args(["write", &source]).args(left_out));
    let world = shared.world();
    let consumed = world.run(&["consume", &source, "-o", "json", "--encoding", "raw"]).ends(0);
    world.write("records.ndjson", &consumed.stdout);
    let back = ["produce", &twin, "--records", "--keep-partitions", "--file", "records.ndjson"];
    world.run(&back).ends(0);
    let (before, after) = (dump(&source), dump(&twin));
    assert!(before.lines().count() > 900, "only {} records", before.lines().count());
    assert!(before == after, "the dumps differ");
    // Without being told how values are written: what is known to be undecodable is a finding, and goes back as well.
    let again = world.run(&["consume", &source, "-o", "json"]);
    assert!(again.code == 0 || again.code == 1, "{}", again.stderr);
    assert_eq!(again.stdout.lines().count(), before.lines().count());
}

#[test]
fn ranges_and_limits_show_what_they_say() {
    let shared = Shared::cluster("ranges");
    let topic = shared.name("t");
    create(&topic, 3);
    for partition in 0..3 {
        let lines = |number: u32| format!("k{number}\t{{\"p\":{partition},\"n\":{number}}}");
        write(&shared.brokers, &topic, partition, &(0..20).map(lines).collect::<Vec<_>>());
    }
    let world = shared.world();
    let shown = |arguments: &[&str]| {
        let all = [&["consume", &topic, "-o", "json"], arguments].concat();
        let mut places = places(&world.run(&all).ends(0));
        places.sort_unstable();
        places
    };
    let all = |offsets: std::ops::Range<i64>| -> Vec<(i64, i64)> {
        (0..3).flat_map(|partition| offsets.clone().map(move |offset| (partition, offset))).collect()
    };
    assert_eq!(shown(&[]), all(0..20));
    assert_eq!(shown(&["--from", "-5"]), all(15..20));
    assert_eq!(shown(&["--from", "all:3", "--until", "all:7"]), all(3..7));
    assert_eq!(shown(&["--from", "0:18,2:19"]), [(0, 18), (0, 19), (2, 19)]);
    assert_eq!(shown(&["--partitions", "1", "--from", "17"]), [(1, 17), (1, 18), (1, 19)]);
    assert_eq!(shown(&["--per-partition", "2"]), all(0..2));
    assert_eq!(shown(&["--key", "k7"]), all(7..8));
    assert_eq!(shown(&["--where", ".n == 4 and .p > 0"]), [(1, 4), (2, 4)]);
    assert_eq!(shown(&["--where", ".n == 4 or $offset == 19"]).len(), 6);
    assert_eq!(shown(&["-n", "7"]).len(), 7);
    assert_eq!(shown(&["--from", "end"]), []);
    assert_eq!(shown(&["--from", "@-1h"]), all(0..20));
    assert_eq!(shown(&["--until", "@1000"]), []);
    // Offsets that are not there are said.
    let behind = world.run(&["consume", &topic, "--from", "all:40"]).ends(1);
    assert!(behind.stderr.contains("offset 40 lies beyond the end 20"), "{}", behind.stderr);
    java("dev", "delete-records", &["--offset-json-file", &deletion(&world, &topic)]);
    let gone = world.run(&["consume", &topic, "--partitions", "0", "--from", "2", "-o", "json"]).ends(1);
    assert_eq!(places(&gone).first(), Some(&(0, 10)));
    assert!(gone.stderr.contains("before the log start 10 are gone"), "{}", gone.stderr);
}

/// A file for Kafka's tool that deletes what comes before offset 10 of partition 0.
fn deletion(world: &World, topic: &str) -> String {
    let json = format!(r#"{{"version":1,"partitions":[{{"topic":"{topic}","partition":0,"offset":10}}]}}"#);
    world.write("delete.json", json);
    world.path("delete.json").to_string_lossy().into_owned()
}

#[test]
fn the_order_of_time_merges_partitions_and_the_last_are_the_newest() {
    let shared = Shared::cluster("time");
    let topic = shared.name("t");
    create(&topic, 4);
    // Batches come one after the other: the times of the partitions interleave.
    for round in 0..6 {
        for partition in 0..4 {
            let lines = |number: u32| format!("k\t{}", round * 100 + partition * 10 + number);
            write(&shared.brokers, &topic, partition, &(0..3).map(lines).collect::<Vec<_>>());
        }
    }
    let world = shared.world();
    let merged = world.run(&["consume", &topic, "-o", "json", "--order", "time"]).ends(0);
    let times: Vec<i64> = records(&merged).iter().map(|it| it["timestamp"].as_i64().unwrap()).collect();
    assert_eq!(times.len(), 72);
    assert!(times.is_sorted(), "{times:?}");
    let last = world.run(&["consume", &topic, "-o", "json", "--tail", "5"]).ends(0);
    assert_eq!(last.stdout.lines().collect::<Vec<_>>(), merged.stdout.lines().skip(67).collect::<Vec<_>>());
    let few = world.run(&["consume", &topic, "-o", "json", "--tail", "500"]).ends(0);
    assert_eq!(few.stdout, merged.stdout);
}

#[test]
fn undecodable_records_are_shown_counted_and_never_stop_the_scan() {
    let shared = Shared::cluster("undecodable");
    let topic = shared.name("t");
    create(&topic, 1);
    let lines =
        ["{\"n\":1}", "broken", "{\"n\":2}", "{\"n\":", "{\"n\":3}"].map(|value| format!("k\t{value}"));
    write(&shared.brokers, &topic, 0, &lines);
    let world = shared.world();
    let read = world.run(&["consume", &topic, "--encoding", "json", "-o", "json"]).ends(1);
    let errors: Vec<bool> = records(&read).iter().map(|record| record["error"].is_string()).collect();
    assert_eq!(errors, [false, true, false, true, false]);
    assert_eq!(records(&read)[1]["value"], "YnJva2Vu");
    assert!(read.stderr.contains("undecodable: 2 not JSON; the first at "), "{}", read.stderr);
    assert!(read.stderr.contains("5 records scanned, 3 matched, 2 undecodable"), "{}", read.stderr);
    let fast = world.run(&["consume", &topic, "--encoding", "json", "-o", "json", "--fail-fast"]).ends(1);
    assert_eq!(fast.stdout.lines().count(), 2);
    // Without being told, each record is what it is.
    let any = world.run(&["consume", &topic]).ends(0);
    assert!(any.stderr.contains("values: json 3, text 2"), "{}", any.stderr);
}

#[test]
fn a_group_commits_what_was_written_and_goes_on_there() {
    let shared = Shared::cluster("member");
    let (topic, group) = (shared.name("t"), shared.name("g"));
    create(&topic, 2);
    for partition in 0..2 {
        let lines: Vec<String> = (0..10).map(|number| format!("k\t{number}")).collect();
        write(&shared.brokers, &topic, partition, &lines);
    }
    let world = shared.world();
    let mut seen = Vec::new();
    for protocol in ["classic", "consumer"] {
        let group = format!("{group}-{protocol}");
        let run = |rest: &[&str]| {
            let all =
                [&["consume", &topic, "--group", &group, "--group-protocol", protocol, "-o", "json"], rest];
            world.run(&all.concat()).ends(0)
        };
        let (first, rest) = (run(&["-n", "7"]), run(&[]));
        let mut both = [places(&first), places(&rest)].concat();
        assert_eq!(places(&first).len(), 7);
        both.sort_unstable();
        let all: Vec<(i64, i64)> = (0..2).flat_map(|p| (0..10).map(move |offset| (p, offset))).collect();
        assert_eq!(both, all, "{protocol}");
        let described = java("dev", "groups", &["--describe", "--group", &group]);
        let caught_up = described.lines().filter(|line| line.contains(&topic));
        let lags: Vec<&str> = caught_up.map(|line| line.split_whitespace().nth(5).expect("a lag")).collect();
        assert_eq!(lags, ["0", "0"], "{described}");
        seen.push(both);
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn a_reader_that_goes_is_no_error_and_a_signal_leaves_whole_lines() {
    let shared = Shared::cluster("ends");
    let topic = shared.name("t");
    create(&topic, 1);
    let lines: Vec<String> = (0..50_000).map(|number| format!("k\t{{\"number\":{number}}}")).collect();
    write(&shared.brokers, &topic, 0, &lines);
    let world = shared.world();
    let mut child =
        world.command(&["consume", &topic, "-o", "json"]).stdout(Stdio::piped()).spawn().expect("eventctl");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut first).expect("a line");
    assert_eq!(child.wait().expect("its end").code(), Some(0));
    // One that follows goes on until it is stopped.
    let mut following = world.command(&["consume", &topic, "--follow", "--from", "start", "-o", "json"]);
    let mut child = following.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("eventctl");
    let mut reader = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    for _ in 0..50_000 {
        line.clear();
        reader.read_line(&mut line).expect("a line");
    }
    assert!(line.contains("\"number\":49999"), "{line}");
    let began = Instant::now();
    checked(Command::new("kill").args(["-INT", &child.id().to_string()]));
    let output = child.wait_with_output().expect("its end");
    assert_eq!(output.status.code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("50000 records scanned") && stderr.contains("a signal stopped it"), "{stderr}");
    assert!(stderr.contains("go on with: --from 0:50000"), "{stderr}");
}

#[test]
fn a_filter_finds_what_a_slow_obvious_one_finds() {
    const PYTHON: &str = "
import json, sys
for line in sys.stdin:
    record = json.loads(line)
    value = record['value']
    a = value.get('a') if isinstance(value, dict) else None
    b = a.get('b') if isinstance(a, dict) else None
    if b == 'n\\u00e4del\"\\\\' or (isinstance(value, dict) and value.get('n') == 7):
        print(record['offset'])
";
    let shared = Shared::cluster("filter");
    let topic = shared.name("t");
    create(&topic, 1);
    let values = [
        r#"{"a":{"b":"nädel\"\\"}}"#,
        r#"{"a":{"b":"n\u00e4del\"\\"}}"#,
        r#"{"a":{"b":"nädel"}}"#,
        r#"{"a":{},"n":7}"#,
        r#"{"a":"nädel","n":7.0}"#,
        r#"{"n":"7"}"#,
        r#"{"a":{"b":"N\u00e4del\"\\"},"n":70}"#,
        r#"{"n":0.7e1}"#,
        r#"{"a":null}"#,
    ];
    let lines: Vec<String> =
        (0..2_000).map(|number| format!("k\t{}", values[number % values.len()])).collect();
    write(&shared.brokers, &topic, 0, &lines);
    let world = shared.world();
    let all = world.run(&["consume", &topic, "-o", "json"]).ends(0);
    let mut python = Command::new("python3");
    let mut child =
        python.args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
    let mut stdin = child.stdin.take().expect("stdin");
    let input = all.stdout;
    let feed = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let expected = String::from_utf8(child.wait_with_output().expect("its end").stdout).expect("text");
    feed.join().expect("a thread").expect("its input");
    let filter = r#".n == 7 or .a.b? == "nädel\"\\""#;
    let found = world.run(&["consume", &topic, "-o", "json", "--where", filter]).ends(0);
    let found: String = places(&found).iter().map(|(_, offset)| format!("{offset}\n")).collect();
    assert!(expected.lines().count() > 500);
    assert_eq!(found, expected);
}

#[test]
fn avro_comes_back_as_the_json_it_was_made_of() {
    const SCHEMA: &str = r#"{"type": "record", "name": "Placed", "namespace": "live", "fields": [
      {"name": "orderId", "type": "string"}, {"name": "count", "type": "long"},
      {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}"#;
    let shared = Shared::cluster("avro");
    let (topic, subject) = (shared.name("orders"), shared.name("placed"));
    let world = shared.world();
    let settings = settings(&shared.brokers) + &format!("    registry: {}\n", shared.registry);
    let catalog = format!(
        "version: 1\ndefaults: {{ replication_factor: 3, config: {{ min.insync.replicas: 2 }} }}\ntopics:\n  {topic}: {{ \
         partitions: 3, dlq: false, encoding: avro, key: {{ field: orderId, stable: true }}, events: {{ Placed: {{ subject: {subject}, \
         type: PLACED }} }} }}\n"
    );
    world.write("eventctl.yaml", settings).write("topics.yaml", catalog);
    world.write(&format!("schemas/{subject}/v1.avsc"), SCHEMA);
    // Another subject has the same schema, and so the same id: the catalog's is meant.
    world.write(&format!("schemas/zz-{subject}/v1.avsc"), SCHEMA);
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let body = |number: u64| {
        format!(
            r#"{{"orderId":"o{number}","count":{},"at":"2026-11-22T14:02:00.{:03}Z"}}"#,
            9_007_199_254_740_993 + number,
            number
        )
    };
    let input: String = (0..100).map(|number| body(number) + "\n").collect();
    world.write("orders.ndjson", &input);
    world.run(&["produce", &topic, "--file", "orders.ndjson"]).ends(0);
    let read = world.run(&["consume", &topic, "-o", "value"]).ends(0);
    let mut lines: Vec<&str> = read.stdout.lines().collect();
    lines.sort_unstable();
    let mut expected: Vec<&str> = input.lines().collect();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    let one = world.run(&["consume", &topic, "-o", "json", "--key", "o17", "--where", ".count > 1"]).ends(0);
    assert!(one.stderr.contains("the catalog says that keys are stable"), "{}", one.stderr);
    let record = &records(&one)[0];
    assert_eq!((&record["event"], &record["value_encoding"]), (&"Placed".into(), &"avro".into()));
    assert_eq!((&record["schema"]["subject"], &record["schema"]["version"]), (&subject.into(), &1.into()));
    let typo = world.run(&["consume", &topic, "--event", "Placd"]).ends(2);
    assert!(typo.stderr.contains("did you mean `Placed`?"), "{}", typo.stderr);
    let tagged = world.run(&["consume", &topic, "-o", "avro-json", "--key", "o17"]).ends(0);
    assert_eq!(records(&tagged)[0]["value"]["at"], 1_795_356_120_017_i64);
}

#[test]
fn a_container_file_holds_one_event_in_its_newest_version_as_java_reads_it() {
    const FIRST: &str = r#"{"type": "record", "name": "Placed", "namespace": "live", "fields": [
      {"name": "orderId", "type": "string"}, {"name": "count", "type": "long"}]}"#;
    const SECOND: &str = r#"{"type": "record", "name": "Placed", "namespace": "live", "fields": [
      {"name": "orderId", "type": "string"}, {"name": "note", "type": ["null", "string"], "default": null},
      {"name": "count", "type": "long"}]}"#;
    const OTHER: &str = r#"{"type": "record", "name": "Paid", "namespace": "live", "fields": [
      {"name": "orderId", "type": "string"}, {"name": "count", "type": "long"}]}"#;
    let shared = Shared::cluster("container");
    let (topic, placed, paid) = (shared.name("orders"), shared.name("placed"), shared.name("paid"));
    let world = shared.world();
    let catalog = format!(
        "version: 1\ndefaults: {{ replication_factor: 3, config: {{ min.insync.replicas: 2 }} }}\ntopics:\n  {topic}: {{ \
         partitions: 1, dlq: false, encoding: avro, key: orderId, events: {{ Placed: {{ subject: {placed}, type: PLACED }}, \
         Paid: {{ subject: {paid}, type: PAID }} }} }}\n"
    );
    world.write("eventctl.yaml", settings(&shared.brokers) + &format!("    registry: {}\n", shared.registry));
    world.write("topics.yaml", catalog);
    world.write(&format!("schemas/{placed}/v1.avsc"), FIRST);
    world.write(&format!("schemas/{paid}/v1.avsc"), OTHER);
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.run(&["schema", "register", "--yes"]).ends(0);
    world.write("old.ndjson", "{\"type\":\"PLACED\",\"orderId\":\"a\",\"count\":9007199254740993}\n");
    world.run(&["produce", &topic, "--file", "old.ndjson"]).ends(0);
    world.write(&format!("schemas/{placed}/v2.avsc"), SECOND);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let new = "{\"type\":\"PLACED\",\"orderId\":\"b\",\"note\":\"\u{e9}\",\"count\":2}\n\
               {\"type\":\"PAID\",\"orderId\":\"c\",\"count\":3}\n";
    world.write("new.ndjson", new);
    world.run(&["produce", &topic, "--file", "new.ndjson"]).ends(0);
    let events = world.run(&["consume", &topic, "--event", "Placed", "--out", "placed.avro"]).ends(0);
    assert!(events.stderr.contains("3 records scanned, 2 matched;"), "{}", events.stderr);
    let java = |file: &str| {
        checked(Command::new(repository().join("dev/avro-oracle")).arg("read").arg(world.path(file)))
    };
    let expected = "{\"orderId\":\"a\",\"note\":null,\"count\":9007199254740993}\n\
                    {\"orderId\":\"b\",\"note\":{\"string\":\"\u{e9}\"},\"count\":2}\n";
    assert_eq!(java("placed.avro"), expected);
    // What the file cannot hold is told, and makes it less than clean.
    let mixed = world.run(&["consume", &topic, "--out", "mixed.avro"]).ends(1);
    assert!(mixed.stderr.contains("2 matched, 1 left out"), "{}", mixed.stderr);
    assert!(mixed.stderr.contains("choose one with --event"), "{}", mixed.stderr);
    assert_eq!(java("mixed.avro"), expected);
    // And it goes back as it is.
    let back = world.run(&["produce", &topic, "--file", "placed.avro", "--event", "Placed"]).ends(0);
    assert!(back.stderr.contains("2 acknowledged"), "{}", back.stderr);
}

#[test]
fn keys_in_avro_are_looked_for_and_shown_decoded() {
    let shared = Shared::cluster("avro-keys");
    let (topic, subject) = (shared.name("orders"), shared.name("placed"));
    let world = shared.world();
    let catalog = format!(
        "version: 1\ndefaults: {{ replication_factor: 3, config: {{ min.insync.replicas: 2 }} }}\ntopics:\n  {topic}: {{ \
         partitions: 3, dlq: false, encoding: json, key: {{ field: orderId, encoding: avro }}, events: {{ Placed: {{ \
         subject: {subject} }} }} }}\n"
    );
    world.write("eventctl.yaml", settings(&shared.brokers) + &format!("    registry: {}\n", shared.registry));
    world.write("topics.yaml", catalog);
    world.write(
        &format!("schemas/{subject}/v1.avsc"),
        r#"{"type":"record","name":"Placed","namespace":"live","fields":[{"name":"orderId","type":"string"}]}"#,
    );
    world.write(&format!("schemas/{topic}-key/v1.avsc"), r#""string""#);
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let orders: String = (0..20).map(|number| format!("{{\"orderId\":\"o{number}\"}}\n")).collect();
    world.write("orders.ndjson", orders);
    world.run(&["produce", &topic, "--file", "orders.ndjson"]).ends(0);
    let one = world.run(&["consume", &topic, "--key", "o7", "-o", "value"]).ends(0);
    assert_eq!(one.stdout, "{\"orderId\":\"o7\"}\n");
    let shown = world.run(&["consume", &topic, "--key", "o7"]).ends(0);
    assert!(shown.stdout.contains(" o7 Placed {"), "{}", shown.stdout);
    // What kcat sees: the wire format, with the length of the text before it.
    let mut kcat = Command::new("kcat");
    kcat.args(["-C", "-q", "-e", "-b", &shared.brokers, "-t", &topic, "-f", "%K %k\n"]);
    let keys = checked(&mut kcat);
    assert!(keys.lines().any(|key| key.starts_with("8 \0") && key.ends_with("\u{4}o7")), "{keys:?}");
    // In JSON lines keys stay the bytes that they are, so that they go back.
    let lossless = world.run(&["consume", &topic, "--key", "o7", "-o", "json"]).ends(0);
    world.write("o7.ndjson", &lossless.stdout);
    world.run(&["produce", &topic, "--records", "--keep-partitions", "--file", "o7.ndjson"]).ends(0);
    let twice = world.run(&["consume", &topic, "--key", "o7", "-o", "value"]).ends(0);
    assert_eq!(twice.stdout.lines().count(), 2);
}
