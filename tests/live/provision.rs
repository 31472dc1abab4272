//! The main job on the shared cluster: the shipped catalog under the test's own prefix, read back with Kafka's own tools.

use std::collections::BTreeMap;

use crate::clusters::Shared;
use crate::oracle::{checked, java, kcat_metadata};
use crate::world::World;

/// Section 1 of the design as data: topic, partitions, retention in milliseconds, compression where it is set.
const TABLE: [(&str, u32, u64, Option<&str>); 6] = [
    ("agent-events", 10, 604_800_000, Some("snappy")),
    ("conversation-events", 10, 604_800_000, None),
    ("message-events", 20, 604_800_000, None),
    ("session-events", 10, 604_800_000, None),
    ("bot-events", 10, 604_800_000, None),
    ("analytics-events", 5, 2_592_000_000, None),
];

/// A world with the shipped catalog, every topic's name prefixed.
fn shipped(shared: &Shared) -> World {
    let world = World::shipped();
    let mut catalog = world.read("topics.yaml");
    for (topic, ..) in TABLE {
        catalog = catalog.replace(topic, &shared.name(topic));
    }
    world.write("topics.yaml", catalog);
    world.write("eventctl.yaml", crate::clusters::settings(&shared.brokers));
    world
}

/// What TopicCommand says of each topic: partitions, replication factor, settings, and whether all replicas are in sync.
fn described(shared: &Shared) -> BTreeMap<String, (u32, u32, BTreeMap<String, String>)> {
    let pattern = format!("{}.*", shared.prefix);
    let mut text = String::new();
    // A new replica may be out of sync for a moment on a busy machine.
    crate::clusters::until("all replicas in sync", std::time::Duration::from_secs(60), || {
        text = java("dev", "topics", &["--describe", "--topic", &pattern]);
        text.lines().filter(|line| line.contains("Replicas:")).all(|line| {
            let count = |name: &str| {
                let rest = line.split_once(&format!("{name}: ")).map_or("", |(_, rest)| rest);
                rest.split('\t').next().unwrap_or_default().split(',').count()
            };
            count("Replicas") == count("Isr")
        })
    });
    let field = |line: &str, name: &str| {
        let rest = line.split_once(&format!("{name}: ")).map(|(_, rest)| rest.to_owned());
        rest.map(|rest| rest.split('\t').next().unwrap_or_default().trim().to_owned()).unwrap_or_default()
    };
    let mut topics = BTreeMap::new();
    for line in text.lines() {
        if line.contains("PartitionCount:") {
            let configs = field(line, "Configs");
            let configs = configs.split(',').filter_map(|pair| pair.split_once('='));
            let configs = configs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            let number = |name: &str| field(line, name).parse().expect(name);
            let name = field(line, "Topic").replace(&shared.prefix, "");
            topics.insert(name, (number("PartitionCount"), number("ReplicationFactor"), configs));
        } else if line.contains("Replicas:") {
            let count = |name: &str| field(line, name).split(',').count();
            assert_eq!((count("Replicas"), count("Isr")), (3, 3), "{line}");
        }
    }
    topics
}

#[test]
fn the_shipped_catalog_stands_exactly_as_the_design_says() {
    let shared = Shared::cluster("shipped");
    let world = shipped(&shared);
    let before = world.run(&["topics", "plan", "--check", "-o", "json"]).ends(1).json();
    assert_eq!(before["kind"], "topics.plan");
    assert_eq!(before["data"]["changes"].as_array().expect("changes").len(), 12);
    world.run(&["topics", "apply", "--yes"]).ends(0);

    let topics = described(&shared);
    let mut expected = BTreeMap::new();
    for (topic, partitions, retention, compression) in TABLE {
        let mut config = BTreeMap::from([
            ("retention.ms".to_owned(), retention.to_string()),
            ("min.insync.replicas".to_owned(), "2".to_owned()),
        ]);
        let mut dlq = config.clone();
        dlq.insert("retention.ms".to_owned(), "2592000000".to_owned());
        if let Some(compression) = compression {
            config.insert("compression.type".to_owned(), compression.to_owned());
        }
        expected.insert(topic.to_owned(), (partitions, 3, config));
        expected.insert(format!("{topic}-dlq"), (partitions, 3, dlq));
    }
    assert_eq!(topics, expected);
    let kcat = kcat_metadata(&shared.brokers);
    for (topic, partitions, ..) in TABLE {
        let line = format!("topic \"{}\" with {partitions} partitions:", shared.name(topic));
        assert!(kcat.contains(&line), "kcat does not say: {line}");
    }

    let after = world.run(&["topics", "plan", "--check"]).ends(0);
    assert!(after.stdout.contains("No changes"), "{after}");
    world.run(&["topics", "apply", "--yes"]).ends(0);
    assert_eq!(described(&shared), expected, "the second apply changed something");
}

#[test]
fn two_applies_at_once_do_no_harm() {
    let shared = Shared::cluster("twice");
    let world = shipped(&shared);
    let spawn = || world.command(&["topics", "apply", "--yes"]).spawn().expect("a process");
    let (mut one, mut other) = (spawn(), spawn());
    let codes = [one.wait().expect("an end").code(), other.wait().expect("an end").code()];
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| [Some(0), Some(1), Some(3)].contains(code)), "{codes:?}");
    world.run(&["topics", "plan", "--check"]).ends(0);
    assert_eq!(described(&shared).len(), 12);
}

#[test]
fn only_named_settings_are_changed_and_a_retention_cut_counts_its_records() {
    let shared = Shared::cluster("settings");
    let (world, topic) = (shared.world(), shared.name("orders"));
    let catalog = |rest: &str| {
        format!(
            "version: 1\ndefaults: {{ replication_factor: 3 }}\ntopics:\n  {topic}: {{ partitions: 3, dlq: false, {rest} }}\n"
        )
    };
    world.write("topics.yaml", catalog("retention: 7d"));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let alter =
        ["--alter", "--entity-type", "topics", "--entity-name", &topic, "--add-config", "segment.ms=3600000"];
    java("dev", "configs", &alter);
    let old = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(72)).as_millisecond();
    produce(&shared.brokers, &topic, 25, Some(old));
    produce(&shared.brokers, &topic, 5, None);

    world.write("topics.yaml", catalog("retention: 1d, config: { max.message.bytes: 900000 }"));
    let plan = world.run(&["topics", "plan"]).ends(0);
    assert!(plan.stdout.contains("about 25 records"), "{plan}");
    let refused = world.run(&["topics", "apply", "--yes"]).ends(2);
    assert!(refused.stderr.contains("--allow message-size-cut,retention-cut"), "{refused}");
    world.run(&["topics", "apply", "--yes", "--allow", "retention-cut,message-size-cut"]).ends(0);
    let configs = &described(&shared)["orders"].2;
    let expected = [("max.message.bytes", "900000"), ("retention.ms", "86400000"), ("segment.ms", "3600000")];
    for (key, value) in expected {
        assert_eq!(configs.get(key).map(String::as_str), Some(value), "{configs:?}");
    }

    // Null resets; what nobody names stays.
    world.write("topics.yaml", catalog("config: { max.message.bytes: null, retention.ms: null }"));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let configs = &described(&shared)["orders"].2;
    // TopicCommand also shows what the broker's own file sets.
    assert_eq!(configs.keys().collect::<Vec<_>>(), ["min.insync.replicas", "segment.ms"], "{configs:?}");
}

#[test]
fn partitions_grow_with_their_dead_letter_topic_and_never_shrink() {
    let shared = Shared::cluster("grow");
    let (world, topic) = (shared.world(), shared.name("orders"));
    let catalog = |partitions: u32| {
        format!(
            "version: 1\ndefaults: {{ replication_factor: 3, dlq: {{ retention: 30d }} }}\ntopics:\n  {topic}: {{ partitions: {partitions}, key: id }}\n"
        )
    };
    world.write("topics.yaml", catalog(2));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.write("topics.yaml", catalog(4));
    world.run(&["topics", "apply", "--yes"]).ends(2);
    world.run(&["topics", "apply", "--yes", "--allow", "partition-increase"]).ends(0);
    let counts: Vec<u32> = described(&shared).into_values().map(|topic| topic.0).collect();
    assert_eq!(counts, [4, 4]);

    world.write("topics.yaml", catalog(3));
    let shrink = world.run(&["topics", "plan", "--check"]).ends(1);
    assert!(shrink.stdout.contains("cannot shrink"), "{shrink}");
}

#[test]
fn one_refused_topic_of_ten_leaves_nine_done() {
    let shared = Shared::cluster("ten");
    let world = shared.world();
    let mut catalog = "version: 1\ndefaults: { replication_factor: 1 }\ntopics:\n".to_owned();
    for index in 0..10 {
        let replicas = if index == 4 { ", replication_factor: 7" } else { "" };
        catalog +=
            &format!("  {}: {{ partitions: 1, dlq: false{replicas} }}\n", shared.name(&format!("n{index}")));
    }
    world.write("topics.yaml", catalog);
    let plan = world.run(&["topics", "plan", "-o", "json"]).ends(0).json();
    let changes = plan["data"]["changes"].as_array().expect("changes").clone();
    for change in changes {
        let expected = if change["topic"] == shared.name("n4") { "refused" } else { "valid" };
        assert_eq!(
            change["validation"]["state"], expected,
            "the brokers were not asked beforehand: {change}"
        );
    }
    let applied = world.run(&["topics", "apply", "--yes", "-o", "json"]).ends(1);
    assert!(applied.stdout.contains(&shared.name("n4")), "{applied}");
    assert_eq!(kcat_metadata(&shared.brokers).matches(&format!("\"{}", shared.prefix)).count(), 9);
}

#[test]
fn a_saved_plan_is_bound_to_what_it_touches_and_to_nothing_else() {
    let shared = Shared::cluster("saved");
    let world = shared.world();
    let (one, other) = (shared.name("one"), shared.name("other"));
    let catalog = |rest: &str| {
        let head = "version: 1\ndefaults: { replication_factor: 3 }\ntopics:\n";
        format!(
            "{head}  {one}: {{ partitions: 1, dlq: false, {rest} }}\n  {other}: {{ partitions: 1, dlq: false }}\n"
        )
    };
    world.write("topics.yaml", catalog("retention: 7d"));
    world.run(&["topics", "apply", "--yes"]).ends(0);
    world.write("topics.yaml", catalog("retention: 8d"));
    world.run(&["topics", "plan", "--out", "plan.json"]).ends(0);

    let set = |topic: &str, pair: &str| {
        java(
            "dev",
            "configs",
            &["--alter", "--entity-type", "topics", "--entity-name", topic, "--add-config", pair],
        );
    };
    set(&one, "retention.ms=500000000");
    let stale = world.run(&["topics", "apply", "plan.json", "--yes"]).ends(2);
    assert!(stale.stderr.contains("retention.ms"), "{stale}");
    assert_eq!(described(&shared)["one"].2["retention.ms"], "500000000", "a stale plan changed something");

    set(&one, "retention.ms=604800000");
    set(&one, "segment.ms=7200000");
    set(&other, "retention.ms=1000000");
    world.run(&["topics", "apply", "plan.json", "--yes"]).ends(0);
    let after = described(&shared);
    assert_eq!((&*after["one"].2["retention.ms"], &*after["one"].2["segment.ms"]), ("691200000", "7200000"));

    world.write("topics.yaml", catalog("retention: 9d"));
    let moved = world.run(&["topics", "apply", "plan.json", "--yes"]).ends(2);
    assert!(moved.stderr.contains("catalog"), "{moved}");
}

#[test]
fn pruning_stays_in_its_scope_and_wants_to_be_allowed() {
    let shared = Shared::cluster("prune");
    let world = shared.world();
    let create = |name: &str| {
        java("dev", "topics", &["--create", "--topic", &shared.name(name), "--partitions", "1"]);
    };
    for name in ["in-empty", "in-full", "in-excluded", "out"] {
        create(name);
    }
    produce(&shared.brokers, &shared.name("in-full"), 3, None);
    let scope =
        format!("{{ prefixes: [{}], exclude: [{}] }}", shared.name("in-"), shared.name("in-excluded"));
    let keep = format!("  {}: {{ partitions: 1, dlq: false }}\n", shared.name("keep"));
    let catalog =
        format!("version: 1\nscope: {scope}\ndefaults: {{ replication_factor: 3 }}\ntopics:\n{keep}");
    world.write("topics.yaml", &catalog);

    let plan = world.run(&["topics", "plan", "-o", "json"]).ends(0);
    assert!(!plan.stdout.contains("\"delete\""), "deletes without --prune: {plan}");
    world.run(&["topics", "apply", "--prune", "--yes"]).ends(2);
    world.run(&["topics", "apply", "--prune", "--yes", "--allow", "delete"]).ends(2);
    assert_eq!(described(&shared).len(), 4, "something was changed without consent");
    world.run(&["topics", "apply", "--prune", "--yes", "--allow", "delete,delete-nonempty"]).ends(0);
    let left: Vec<String> = described(&shared).into_keys().collect();
    assert_eq!(left, ["in-excluded", "keep", "out"]);
}

#[test]
fn no_answer_but_yes_changes_anything() {
    let shared = Shared::cluster("consent");
    let (world, topic) = (shared.world(), shared.name("orders"));
    let catalog =
        format!("version: 1\ntopics:\n  {topic}: {{ partitions: 1, replication_factor: 1, dlq: false }}\n");
    world.write("topics.yaml", catalog);
    world.run(&["topics", "apply"]).ends(2);
    for typed in ["n\n", "\n", "yess\n", "nyes\n", "\u{4}"] {
        world.run_on_terminal(&["topics", "apply"], typed).ends(1);
    }
    let protected = world.read("eventctl.yaml").replace("  dev:\n", "  dev:\n    protected: true\n");
    world.write("eventctl.yaml", &protected);
    world.run(&["topics", "apply", "--yes"]).ends(2);
    world.run(&["topics", "apply", "--confirm-context", "prod"]).ends(2);
    world.run_on_terminal(&["topics", "apply", "--yes"], "yes\n").ends(1);
    let wrong = protected.replace("  dev:\n", "  dev:\n    cluster_id: AAAAAAAAAAAAAAAAAAAAAA\n");
    world.write("eventctl.yaml", wrong);
    let refused = world.run(&["topics", "apply", "--confirm-context", "dev"]).ends(2);
    assert!(refused.stderr.contains("AAAAAAAAAAAAAAAAAAAAAA"), "{refused}");
    assert!(!kcat_metadata(&shared.brokers).contains(&topic), "created without consent");

    world.write("eventctl.yaml", &protected);
    world.run_on_terminal(&["topics", "apply"], "dev\n").ends(0);
    assert!(kcat_metadata(&shared.brokers).contains(&topic));
}

#[test]
fn the_cluster_of_an_environment_is_known_however_it_is_reached() {
    let shared = Shared::cluster("home");
    let (world, topic) = (shared.world(), shared.name("orders"));
    let id =
        world.run(&["topics", "list", "nothing-*", "-o", "json"]).ends(0).json()["data"]["cluster"].clone();
    let id = id.as_str().expect("an id");
    let head = "version: 1\ndefaults: { replication_factor: 1 }\n";
    let topics = format!("topics:\n  {topic}: {{ partitions: 1, dlq: false }}\n");
    world.write("topics.yaml", format!("{head}{topics}environments:\n  prod: {{ cluster_id: {id} }}\n"));
    let refused = world.run(&["topics", "plan"]).ends(2);
    assert!(refused.stderr.contains("environment prod"), "{refused}");
    world.run(&["topics", "apply", "--yes", "--brokers", &shared.brokers]).ends(2);

    let contexts = world.read("eventctl.yaml").replace("  dev:\n", "  dev:\n    environment: prod\n");
    let protected = "  other:\n    environment: prod\n    protected: true\n    brokers: [\"127.0.0.1:1\"]\n";
    world.write("eventctl.yaml", format!("{contexts}{protected}"));
    world.run(&["topics", "apply", "--yes"]).ends(2);
    assert!(
        !kcat_metadata(&shared.brokers).contains(&topic),
        "created on a protected cluster without its name"
    );
    world.run(&["topics", "apply", "--confirm-context", "other"]).ends(0);
}

#[test]
fn a_topic_that_is_named_is_asked_for_by_name() {
    let shared = Shared::cluster("named");
    let (world, name) = (shared.world(), shared.name("nothing"));
    world.run(&["topics", "list", &name]).ends(1);
    world.run(&["topics", "export", "--match", &name]).ends(1);
    world.run(&["topics", "list", &format!("{name}*")]).ends(0);
}

#[test]
fn an_exported_catalog_plans_nothing() {
    let shared = Shared::cluster("export");
    let world = shared.world();
    let seed = shared.name("seed");
    let mut catalog = "version: 1\ndefaults: { replication_factor: 3 }\ntopics:\n".to_owned();
    let kinds = [
        "retention: 7d",
        "config: { cleanup.policy: compact }",
        "config: { cleanup.policy: 'compact,delete' }",
        "config: { retention.ms: -1 }",
        "config: { retention.ms: 12345 }",
        "replication_factor: 1, config: { min.insync.replicas: 1 }",
        "config: { min.insync.replicas: 2, unclean.leader.election.enable: true }",
        "config: { segment.bytes: 1048576 }",
    ];
    for index in 0..80 {
        let suffix = ["", "-dlt", ".DLT", "-dlq", ".dead-letter"][index % 5];
        let kind = kinds[index % kinds.len()];
        catalog +=
            &format!("  {seed}-{index}{suffix}: {{ partitions: {}, dlq: false, {kind} }}\n", 1 + index % 3);
    }
    world.write("topics.yaml", catalog);
    world.run(&["topics", "apply", "--yes", "--timeout", "60s"]).ends(0);
    // Every broker lists topics, and on a busy machine one may hear of new ones seconds after the others.
    let mut exported = String::new();
    crate::clusters::until("all topics listed", std::time::Duration::from_secs(60), || {
        exported = world.run(&["topics", "export", "--match", &format!("{seed}*")]).ends(0).stdout;
        exported.contains(": 80 topics")
    });
    world.write("topics.yaml", &exported);
    world.run(&["check"]).ends(0);
    let plan = world.run(&["topics", "plan", "--check", "-o", "json"]).ends(0).json();
    assert_eq!(plan["data"]["summary"]["declared"], 80, "{exported}");
}

#[test]
fn list_and_describe_agree_with_kcat() {
    let shared = Shared::cluster("list");
    let world = shipped(&shared);
    world.run(&["topics", "apply", "--yes"]).ends(0);
    let list = world.run(&["topics", "list", &format!("{}*", shared.prefix), "-o", "json"]).ends(0).json();
    let rows = list["data"]["topics"].as_array().expect("topics").clone();
    let kcat = kcat_metadata(&shared.brokers);
    assert_eq!(rows.len(), 12);
    for row in rows {
        let line = format!("topic {} with {} partitions:", row["topic"], row["partitions"]);
        assert!(kcat.contains(&line), "kcat does not say: {line}");
    }
    let agent = world.run(&["topics", "describe", &shared.name("agent-events"), "-o", "json"]).ends(0).json();
    let id = format!("TopicId: {}\t", agent["data"]["topics"][0]["id"].as_str().expect("an id"));
    let java = java("dev", "topics", &["--describe", "--topic", &shared.name("agent-events")]);
    assert!(java.contains(&id), "TopicCommand does not say {id}: {java}");
    world.run(&["topics", "describe", &shared.name("nothing")]).ends(1);
}

/// Writes records with kcat, or with a Java-free timestamp where one is given.
fn produce(brokers: &str, topic: &str, count: usize, timestamp: Option<i64>) {
    let lines = (0..count).map(|index| format!("k{index}:v{index}\n")).collect::<String>();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), lines).expect("records");
    match timestamp {
        None => {
            let mut kcat = std::process::Command::new("kcat");
            kcat.args(["-P", "-b", brokers, "-t", topic, "-K:", "-l"]).arg(file.path());
            checked(&mut kcat);
        }
        Some(timestamp) => produce_at(brokers, topic, count, timestamp),
    }
}

/// kcat cannot set timestamps; the client library can.
fn produce_at(brokers: &str, topic: &str, count: usize, timestamp: i64) {
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
    let mut config = rdkafka::ClientConfig::new();
    let producer: BaseProducer = config.set("bootstrap.servers", brokers).create().expect("a producer");
    for index in 0..count {
        let key = format!("k{index}");
        producer.send(BaseRecord::to(topic).key(&key).payload("v").timestamp(timestamp)).expect("sent");
    }
    producer.flush(std::time::Duration::from_secs(30)).expect("flushed");
}
