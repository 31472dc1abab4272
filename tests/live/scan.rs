//! Reading partitions without a group, against a real cluster; kcat and Kafka's own tools are the witnesses.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use eventctl::kafka::budget::{FetchSettings, Queues, fetch_settings};
use eventctl::kafka::offsets::Isolation;
use eventctl::kafka::scan::{Item, ScanStart};
use eventctl::kafka::transaction::CommitEnd;
use eventctl::kafka::writer::{Outgoing, Transactional, WriterOptions};
use eventctl_core::fault::FaultKind;
use eventctl_core::record::{Header, TimestampType};

use crate::clusters::{Own, Shared};
use crate::oracle::java;
use crate::streams::{
    PATIENCE, Scanned, connect, create, delivered, kcat, outgoing, plain_writer, scan, scan_from, scanner,
    send, stored, topic, with, writer,
};

#[test]
fn headers_of_any_kind_come_and_go_as_bytes() {
    let shared = Shared::cluster("scan-headers");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let headers = [
        Header { name: b"\xff\xfe", value: Some(b"\x01\xff") },
        Header { name: b"twice", value: Some(b"1") },
        Header { name: b"null", value: None },
        Header { name: b"empty", value: Some(b"") },
        Header { name: b"", value: Some(b"no name") },
        Header { name: b"twice", value: Some(b"2") },
    ];
    let writer = writer(&options, &topic, &plain_writer());
    type Row = (Option<&'static [u8]>, Option<&'static [u8]>);
    let rows: [Row; 4] =
        [(None, None), (Some(b""), Some(b"")), (Some(b"\xff"), None), (None, Some(b"\x00\x01"))];
    for (ticket, (key, value)) in rows.iter().enumerate() {
        let record = Outgoing {
            key: *key,
            value: *value,
            headers: &headers,
            timestamp: Some(1_700_000_000_000),
            ticket: ticket as u64,
            ..outgoing(b"")
        };
        send(&writer, &record, &mut Vec::new());
    }
    let deliveries = delivered(&writer);
    assert_eq!(deliveries.iter().map(|it| it.ticket).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let offsets: Vec<_> = stored(&deliveries).iter().map(|it| it.offset).collect();
    assert_eq!(offsets, [0, 1, 2, 3].map(Some));

    // A record of kcat's, with a name that is not UTF-8.
    let header = OsStr::from_bytes(b"k\xffy=v\xff");
    let arguments = ["-P", "-p", "0", "-t", topic.as_str(), "-H"].map(OsStr::new);
    kcat(&shared.brokers, &[&arguments[..], &[header]].concat(), b"of kcat");

    let scanned = scan(&options, &topic, 1, Isolation::Committed);
    assert_eq!((scanned.records.len(), scanned.ends[&0]), (5, 5));
    let expected: Vec<_> =
        headers.iter().map(|it| (it.name.to_vec(), it.value.map(<[u8]>::to_vec))).collect();
    for (read, (key, value)) in scanned.records.iter().zip(rows) {
        assert_eq!((read.key.as_deref(), read.value.as_deref()), (key, value));
        assert_eq!((read.timestamp, &read.headers), (1_700_000_000_000, &expected));
    }
    assert_eq!(scanned.records[4].headers, [(b"k\xffy".to_vec(), Some(b"v\xff".to_vec()))]);

    // And what kcat sees of ours: lengths (-1 is null), and headers as they are.
    let format =
        ["-C", "-e", "-o", "0", "-c", "4", "-t", topic.as_str(), "-f", "%K/%S/%T/%h\n"].map(OsStr::new);
    let seen = kcat(&shared.brokers, &format, b"");
    let line = |key: &str, value: &str| {
        let start = format!("{key}/{value}/1700000000000/").into_bytes();
        [&start[..], b"\xff\xfe=\x01\xff,twice=1,null=NULL,empty=,=no name,twice=2\n"].concat()
    };
    let expected = [line("-1", "-1"), line("0", "0"), line("1", "-1"), line("-1", "2")].concat();
    assert_eq!(String::from_utf8_lossy(&seen), String::from_utf8_lossy(&expected));
}

#[test]
fn aborted_records_are_read_by_readers_of_uncommitted_ones_only() {
    let shared = Shared::cluster("scan-aborted");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let transactional = Some(Transactional { id: shared.name("id"), timeout: PATIENCE });
    let writer = writer(&options, &topic, &WriterOptions { transactional, ..plain_writer() });
    writer.init_transactions(PATIENCE).unwrap();
    for (values, commits) in
        [(["a", "b"], true), (["x", "y"], false), (["c", "d"], true), (["z", "z"], false)]
    {
        writer.begin().unwrap();
        for value in values {
            send(&writer, &outgoing(value.as_bytes()), &mut Vec::new());
        }
        stored(&delivered(&writer));
        if commits {
            assert_eq!(writer.commit(PATIENCE), CommitEnd::Committed);
        } else {
            writer.abort(PATIENCE).unwrap();
        }
    }
    // The end lies behind the markers, where no reader ever sees a record.
    let committed = scan(&options, &topic, 1, Isolation::Committed);
    assert_eq!((committed.values().concat().as_str(), committed.ends[&0]), ("abcd", 12));
    let all = scan(&options, &topic, 1, Isolation::Uncommitted);
    assert_eq!((all.values().concat().as_str(), all.ends[&0]), ("abxycdzz", 12));
    let from = [ScanStart { topic: 0, partition: 0, offset: 9 }];
    let rest = scan_from(&options, &topic, &from, Isolation::Committed);
    assert_eq!((rest.records.len(), rest.ends[&0]), (0, 12), "only an aborted transaction is left");
}

#[test]
fn records_that_are_deleted_under_a_scan_are_missed_aloud() {
    let shared = Shared::cluster("scan-deleted");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let writer = writer(&options, &topic, &plain_writer());
    let value = vec![b'x'; 10_000];
    for _ in 0..3_000 {
        send(&writer, &outgoing(&value), &mut Vec::new());
    }
    stored(&delivered(&writer));
    let small = FetchSettings {
        queues: Queues::One,
        queued_bytes: 100_000,
        queued_records: 100,
        partition_bytes: 50_000,
        answer_bytes: 100_000,
        answer_within: 500,
    };
    let start = [ScanStart { topic: 0, partition: 0, offset: 0 }];
    let mut scanner = scanner(&options, &topic, &start, Isolation::Committed, small);
    let mut scanned = Scanned::default();
    while scanned.records.is_empty() {
        scanner.next(Duration::from_millis(100)).items().for_each(|item| scanned.add(item));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("delete.json");
    let json = format!(r#"{{"partitions":[{{"topic":"{topic}","partition":0,"offset":2900}}],"version":1}}"#);
    std::fs::write(&file, json).unwrap();
    java("dev", "delete-records", &["--offset-json-file", file.to_str().unwrap()]);
    let deadline = Instant::now() + PATIENCE;
    while scanned.faults.is_empty() && scanned.ends.is_empty() {
        assert!(Instant::now() < deadline, "neither a fault nor an end");
        scanner.next(Duration::from_millis(100)).items().for_each(|item| scanned.add(item));
    }
    let (partition, offset, fault) = scanned.faults.first().expect("a fault, not an end");
    assert_eq!(
        (*partition, fault.kind, fault.code.as_str()),
        (0, FaultKind::Absent, "_AUTO_OFFSET_RESET"),
        "{fault}"
    );
    let offsets: Vec<i64> = scanned.records.iter().map(|read| read.offset).collect();
    assert!(offsets.len() < 2_900, "read before they were deleted");
    assert!(offsets.iter().copied().eq(0..offsets.len() as i64), "nothing is skipped: {offsets:?}");
    assert_eq!(*offset, Some(offsets.len() as i64), "the first record that is missed");
    // And it does not go on by itself.
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        assert!(
            scanner.next(Duration::from_millis(100)).items().all(|item| !matches!(item, Item::Message(_)))
        );
    }
}

#[test]
fn what_cannot_be_read_is_told_partition_by_partition() {
    let shared = Shared::cluster("scan-faults");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 2, &[]);
    let writer = writer(&options, &topic, &plain_writer());
    send(&writer, &outgoing(b"one"), &mut Vec::new());
    stored(&delivered(&writer));
    let start = |partition, offset| ScanStart { topic: 0, partition, offset };
    let scanned = scan_from(&options, &topic, &[start(0, 0), start(1, 7), start(5, 0)], Isolation::Committed);
    assert_eq!(scanned.values(), ["one"]);
    let mut faults: Vec<_> =
        scanned.faults.iter().map(|(partition, _, fault)| (*partition, fault.code.as_str())).collect();
    faults.sort_unstable();
    assert_eq!(faults, [(1, "_AUTO_OFFSET_RESET"), (5, "_UNKNOWN_PARTITION")]);
    let absent = shared.name("absent").parse().unwrap();
    let quick = with(options, &[("topic.metadata.propagation.max.ms", "500")]);
    let scanned = scan(&quick, &absent, 1, Isolation::Committed);
    assert_eq!(
        scanned.faults.iter().map(|(_, _, fault)| fault.kind).collect::<Vec<_>>(),
        [FaultKind::Absent]
    );
}

#[test]
fn every_codec_is_read_and_written() {
    let shared = Shared::cluster("scan-codecs");
    let options = connect(&shared.brokers);
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let topic = topic(&shared, codec, 1, &["compression.type=producer"]);
        let how = WriterOptions { codec: Some(codec), ..plain_writer() };
        let writer = writer(&options, &topic, &how);
        let values: Vec<String> = (0..2_000).map(|number| format!("{codec} {number}")).collect();
        for value in &values {
            send(&writer, &outgoing(value.as_bytes()), &mut Vec::new());
        }
        stored(&delivered(&writer));
        assert_eq!(scan(&options, &topic, 1, Isolation::Committed).values(), values);
        let seen = kcat(&shared.brokers, &["-C", "-e", "-t", topic.as_str()].map(OsStr::new), b"");
        assert_eq!(String::from_utf8(seen).unwrap().lines().collect::<Vec<_>>(), values);
    }
    let java_made = topic(&shared, "java", 1, &["compression.type=producer"]);
    let properties = ["bootstrap.servers=", &shared.brokers].concat();
    java(
        "dev",
        "producer-perf",
        &[
            "--topic",
            java_made.as_str(),
            "--num-records",
            "5000",
            "--record-size",
            "100",
            "--throughput",
            "-1",
            "--producer-props",
            &properties,
            "compression.type=zstd",
        ],
    );
    let scanned = scan(&options, &java_made, 1, Isolation::Committed);
    assert_eq!(scanned.records.len(), 5_000);
    assert!(scanned.records.iter().all(|read| read.value.as_ref().is_some_and(|value| value.len() == 100)));
}

#[test]
fn a_record_larger_than_every_limit_of_the_budget_is_read() {
    let shared = Shared::cluster("scan-large");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &["max.message.bytes=8000000"]);
    let writer = writer(&options, &topic, &plain_writer());
    let large = vec![b'y'; 5 << 20];
    for value in [&b"before"[..], &large, &b"after"[..]] {
        send(&writer, &outgoing(value), &mut Vec::new());
    }
    stored(&delivered(&writer));
    for budget in [fetch_settings(1, 1, 0), fetch_settings(1_000, 30, 96 << 20)] {
        let start = [ScanStart { topic: 0, partition: 0, offset: 0 }];
        let mut scanner = scanner(&options, &topic, &start, Isolation::Committed, budget);
        let (deadline, mut scanned) = (Instant::now() + PATIENCE, Scanned::default());
        while scanned.ends.is_empty() {
            assert!(Instant::now() < deadline && scanned.faults.is_empty(), "{:?}", scanned.faults);
            scanner.next(Duration::from_millis(100)).items().for_each(|item| scanned.add(item));
        }
        let sizes: Vec<_> = scanned.records.iter().map(|read| read.value.as_ref().unwrap().len()).collect();
        assert_eq!(sizes, [6, 5 << 20, 5]);
    }
}

#[test]
fn a_finished_partition_brings_nothing_more_and_the_others_go_on() {
    let shared = Shared::cluster("scan-finish");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 2, &["message.timestamp.type=LogAppendTime"]);
    let writer = writer(&options, &topic, &plain_writer());
    let write = |partition| {
        send(
            &writer,
            &Outgoing { partition: Some(partition), timestamp: Some(5), ..outgoing(b"v") },
            &mut Vec::new(),
        );
        stored(&delivered(&writer));
    };
    write(0);
    write(1);
    let starts = [0, 1].map(|partition| ScanStart { topic: 0, partition, offset: 0 });
    let mut scanner =
        scanner(&options, &topic, &starts, Isolation::Committed, fetch_settings(2, 3, 96 << 20));
    let mut scanned = Scanned::default();
    while scanned.ends.len() < 2 {
        for item in scanner.next(Duration::from_millis(100)).items() {
            if let Item::Message(message) = &item {
                assert_eq!(message.timestamp().1, TimestampType::LogAppend);
                assert!(message.leader_epoch().is_some());
            }
            scanned.add(item);
        }
    }
    scanner.finish(0, 0);
    scanner.finish(0, 0);
    write(0);
    write(1);
    let deadline = Instant::now() + PATIENCE;
    while scanned.ends[&1] < 2 {
        assert!(Instant::now() < deadline, "partition 1 does not go on");
        scanner.next(Duration::from_millis(100)).items().for_each(|item| scanned.add(item));
    }
    let partitions: Vec<_> = scanned.records.iter().skip(2).map(|read| read.partition).collect();
    assert_eq!(partitions, [1]);
    let start = Instant::now();
    drop(scanner);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn brokers_that_do_not_answer_are_told_and_a_scanner_still_ends() {
    let options = connect("127.0.0.1:1");
    let start = [ScanStart { topic: 0, partition: 0, offset: 0 }];
    let topic = "any".parse().unwrap();
    let mut scanner = scanner(&options, &topic, &start, Isolation::Committed, fetch_settings(1, 1, 0));
    let deadline = Instant::now() + PATIENCE;
    let trouble = loop {
        assert!(Instant::now() < deadline, "no trouble");
        assert!(
            scanner.next(Duration::from_millis(50)).items().all(|item| !matches!(item, Item::Message(_)))
        );
        if let Some(trouble) = scanner.trouble() {
            break trouble;
        }
    };
    assert_eq!((trouble.kind, trouble.code.as_str()), (FaultKind::Unreachable, "_ALL_BROKERS_DOWN"));
    assert_eq!(trouble.message, "no broker could be reached: 127.0.0.1:1: connection refused");
    let start = Instant::now();
    drop(scanner);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn rights_on_the_topic_are_enough_and_a_wrong_password_is_told_at_once() {
    let own = Own::start("scan-rights", &["--no-registry", "--brokers", "1", "--secure"]);
    let password = |key: &str| std::fs::read_to_string(own.get(key)).unwrap().trim().to_owned();
    let secure = |user: &str, password: &str| {
        with(
            connect(own.get("SECURE_BROKERS")),
            &[
                ("security.protocol", "SASL_SSL"),
                ("sasl.mechanism", "SCRAM-SHA-512"),
                ("sasl.username", user),
                ("sasl.password", password),
                ("ssl.ca.location", own.get("CA_FILE")),
            ],
        )
    };
    let topic = create(&own.name, "rights", 1, "1", &[]);
    let admin = secure("admin", &password("ADMIN_PASSWORD_FILE"));
    let writer = writer(&admin, &topic, &plain_writer());
    send(&writer, &outgoing(b"seen"), &mut Vec::new());
    stored(&delivered(&writer));
    let ops = secure("ops", &password("OPS_PASSWORD_FILE"));
    let allow = |operation: &str| {
        let rule =
            ["--add", "--allow-principal", "User:ops", "--operation", operation, "--topic", topic.as_str()];
        java(&own.name, "acls", &rule);
    };
    allow("Describe");
    // The broker tells a right after it has it, which may be a moment after the tool has ended.
    let denied = scan(&ops, &topic, 1, Isolation::Committed);
    assert_eq!(denied.faults[0].2.kind, FaultKind::Denied, "{:?}", denied.faults);
    allow("Read");
    let deadline = Instant::now() + PATIENCE;
    let scanned = loop {
        let scanned = scan(&ops, &topic, 1, Isolation::Committed);
        if scanned.faults.is_empty() || Instant::now() > deadline {
            break scanned;
        }
    };
    assert_eq!(
        (scanned.values(), scanned.faults.len()),
        (vec!["seen".to_owned()], 0),
        "{:?}",
        scanned.faults
    );

    let wrong = secure("ops", "not-the-password");
    let start = Instant::now();
    let from = [ScanStart { topic: 0, partition: 0, offset: 0 }];
    let mut scanner = scanner(&wrong, &topic, &from, Isolation::Committed, fetch_settings(1, 1, 0));
    let trouble = loop {
        drop(scanner.next(Duration::from_millis(50)));
        match scanner.trouble() {
            Some(trouble) if trouble.code == "_CONNECTION" => break trouble,
            _ => assert!(start.elapsed() < Duration::from_secs(10), "not told"),
        }
    };
    assert!(trouble.message.contains("refused the credentials"), "{trouble}");
    assert!(!trouble.message.contains("not-the-password"));
}

#[test]
fn what_stands_behind_an_open_transaction_is_told_of() {
    let shared = Shared::cluster("scan-open");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let transactional = Some(Transactional { id: shared.name("id"), timeout: PATIENCE });
    let open = writer(&options, &topic, &WriterOptions { transactional, ..plain_writer() });
    open.init_transactions(PATIENCE).unwrap();
    open.begin().unwrap();
    send(&open, &outgoing(b"undecided"), &mut Vec::new());
    stored(&delivered(&open));
    let plain = writer(&options, &topic, &plain_writer());
    send(&plain, &outgoing(b"behind"), &mut Vec::new());
    stored(&delivered(&plain));
    let world = shared.world();
    let arguments = ["consume", topic.as_str(), "-o", "value", "--brokers", &shared.brokers];
    let read = world.run(&arguments).ends(0);
    assert_eq!(read.stdout, "");
    assert!(
        read.stderr.contains("2 offsets of 1 partitions stand behind the last stable offset"),
        "{}",
        read.stderr
    );
    let all = world.run(&[&arguments[..], &["--isolation", "uncommitted"]].concat()).ends(0);
    assert_eq!(all.stdout, "undecided\nbehind\n");
    assert!(!all.stderr.contains("last stable offset"), "{}", all.stderr);
    open.abort(PATIENCE).unwrap();
}
