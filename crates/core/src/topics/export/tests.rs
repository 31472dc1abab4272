use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::fault::FaultKind;
use crate::topics::declared::Declared;
use crate::topics::live::{ConfigSource, ConfigValue};
use crate::topics::plan::samples::{World, cluster, config, denied, fault, live, name};

fn patterns(words: &[&str]) -> Patterns {
    Patterns::new(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn cluster_of(topics: Vec<LiveTopic>) -> LiveTopics {
    LiveTopics { cluster: cluster(3), named: BTreeMap::new(), others: topics }
}

fn all(topics: Vec<LiveTopic>) -> Export {
    export(&cluster_of(topics), &patterns(&[]))
}

/// Reads an exported text the way a catalog is read, as far as an export uses its form.
fn declare(yaml: &str) -> Vec<Declared> {
    let document: serde_yaml::Value =
        serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"));
    assert_eq!(document["version"].as_u64(), Some(1));
    let factor = document.get("defaults").map(|defaults| defaults["replication_factor"].clone());
    let topics = document["topics"].as_mapping().unwrap();
    topics.iter().map(|(topic, body)| declare_one(topic, body, factor.as_ref())).collect()
}

fn declare_one(
    topic: &serde_yaml::Value,
    body: &serde_yaml::Value,
    factor: Option<&serde_yaml::Value>,
) -> Declared {
    let allowed = ["partitions", "replication_factor", "retention", "config", "dlq"];
    assert!(body.as_mapping().unwrap().keys().all(|key| allowed.contains(&key.as_str().unwrap())));
    assert!(body.get("dlq").is_some(), "nothing may be derived");
    let scalar = |value: &serde_yaml::Value| match value {
        serde_yaml::Value::String(text) => text.clone(),
        serde_yaml::Value::Number(number) => number.to_string(),
        serde_yaml::Value::Bool(flag) => flag.to_string(),
        other => panic!("no scalar: {other:?}"),
    };
    let mut config = BTreeMap::new();
    for (key, value) in body.get("config").and_then(serde_yaml::Value::as_mapping).into_iter().flatten() {
        config.insert(key.as_str().unwrap().to_owned(), Some(scalar(value)));
    }
    if let Some(retention) = body.get("retention") {
        config.insert("retention.ms".to_owned(), Some(milliseconds(retention.as_str().unwrap())));
    }
    let factor = body.get("replication_factor").or(factor).unwrap();
    Declared {
        name: topic.as_str().unwrap_or_else(|| panic!("{topic:?} is not read as a text")).parse().unwrap(),
        partitions: body.get("partitions").map(|count| i32::try_from(count.as_i64().unwrap()).unwrap()),
        replication_factor: factor.as_i64().map(|factor| i16::try_from(factor).unwrap()),
        config,
        dlq_of: None,
        keyed: false,
        states: Vec::new(),
        groups: Vec::new(),
    }
}

fn milliseconds(retention: &str) -> String {
    if retention == "forever" {
        return "-1".to_owned();
    }
    let (number, unit) = retention.split_at(retention.len() - 1);
    let unit = match unit {
        "d" => 86_400_000,
        "h" => 3_600_000,
        "m" => 60_000,
        "s" => 1_000,
        other => panic!("unit {other}"),
    };
    (number.parse::<i64>().unwrap() * unit).to_string()
}

#[test]
fn only_what_is_set_on_a_topic_is_written() {
    let export = all(vec![
        live("agent-events", 10, 3, &[("retention.ms", "604800000"), ("compression.type", "snappy")]),
        live("agent-events-dlq", 10, 3, &[("retention.ms", "-1")]),
        live("007", 1, 3, &[("retention.ms", "1500"), ("preallocate", "true")]),
    ]);
    let expected = "\
# Exported from cluster cluster-1: 3 topics, as far as this principal may see.
# Only what is set on a topic is written; the rest is what the brokers default to.
version: 1
defaults:
  replication_factor: 3
topics:
  \"007\":
    partitions: 1
    config:
      preallocate: true
      retention.ms: 1500
    dlq: false
  agent-events:
    partitions: 10
    retention: 7d
    config:
      compression.type: snappy
    dlq: { topic: agent-events-dlq }
  agent-events-dlq:
    partitions: 10
    retention: forever
    dlq: false
";
    assert_eq!(export.yaml, expected);
    assert_eq!((export.topics, export.notes.len(), export.unknown.len()), (3, 0, 0));
}

#[test]
fn a_dead_letter_topic_is_paired_only_where_the_catalog_would_have_made_it_so() {
    let topics = ["a", "a-dlq", "b", "b-dlt", "c", "c.DLT", "error.d.group"];
    let mut topics: Vec<LiveTopic> = topics.iter().map(|topic| live(topic, 2, 3, &[])).collect();
    topics.push(live("e", 2, 3, &[]));
    topics.push(live("e-dlq", 1, 3, &[]));
    let yaml = all(topics).yaml;
    assert_eq!(yaml.matches("dlq: { topic: a-dlq }").count(), 1);
    assert_eq!(yaml.matches("dlq: false").count(), 8, "{yaml}");
}

#[test]
fn what_a_catalog_may_not_say_or_could_not_be_read_is_a_comment_and_is_said() {
    let mut mixed = live("mixed", 2, 3, &[]);
    mixed.partitions[1].replicas.pop();
    let mut hidden = live("hidden", 1, 3, &[]);
    let secret = ConfigValue { value: None, source: ConfigSource::Topic, inherited: None, sensitive: true };
    hidden.config.as_mut().unwrap().0.insert("secret".into(), secret);
    let mut closed = live("closed", 1, 3, &[]);
    closed.config = Err(fault(FaultKind::Denied, "DENIED\n- evil: 1"));
    let mut live =
        cluster_of(vec![mixed, hidden, closed, live("isr", 1, 2, &[("min.insync.replicas", "3")])]);
    live.named.insert(name("unseen"), Seen::Unknown(denied()));
    let export = export(&live, &patterns(&[]));
    assert!(export.yaml.contains("replication_factor: inherit"));
    assert!(export.yaml.contains("    # min.insync.replicas: 3 is left out"));
    assert!(export.yaml.contains("    # its settings could not be read: DENIED?- evil: 1"));
    assert!(export.yaml.contains("  # unseen could not be read"));
    assert_eq!(export.notes.len(), 2, "{:?}", export.notes);
    let unknown: Vec<&str> = export.unknown.iter().map(|unknown| unknown.topic.as_str()).collect();
    assert_eq!(unknown, ["closed", "hidden", "unseen"]);
    assert_eq!(declare(&export.yaml).len(), 4);
}

#[test]
fn patterns_choose_topics_and_a_tools_own_has_to_be_named_outright() {
    let mut marked = live("marked", 1, 1, &[]);
    marked.internal = true;
    let names = ["agent-a", "agent-b", "bot", "_schemas", "__offsets", "app-changelog"];
    let mut topics: Vec<LiveTopic> = names.iter().map(|topic| live(topic, 1, 1, &[])).collect();
    topics.push(marked);
    let live = cluster_of(topics);
    let rows: [(&[&str], &[&str]); 5] = [
        (&[], &["agent-a", "agent-b", "bot"]),
        (&["*"], &["agent-a", "agent-b", "bot"]),
        (&["agent-?", "b[ou]t"], &["agent-a", "agent-b", "bot"]),
        (&["_schemas", "__offsets", "marked", "*-changelog"], &["_schemas"]),
        (&["none"], &[]),
    ];
    for (words, expected) in rows {
        let export = export(&live, &patterns(words));
        let names: Vec<String> = declare(&export.yaml).iter().map(|topic| topic.name.to_string()).collect();
        assert_eq!(names, expected, "{words:?}");
    }
}

fn some_topic() -> impl Strategy<Value = LiveTopic> {
    let odd = ["on", "No", "null", "1e3", "007", "0x1F", "1_0", "-a", "...", "_x", "y", "2026-11-22", "true"];
    let topic =
        prop_oneof![proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), "[a-zA-Z0-9._-]{1,12}"];
    let topic = topic.prop_filter("legal", |topic| topic.parse::<TopicName>().is_ok());
    let value = prop_oneof![
        proptest::sample::select(vec![
            "1", "-1", "007", "0.5", "1e3", "true", "TRUE", "on", "null", "a, b", "~", "#"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    let key = prop_oneof![
        proptest::sample::select(vec!["retention.ms", "cleanup.policy", "min.insync.replicas"])
            .prop_map(str::to_owned),
        "[a-z.]{1,8}",
    ];
    let settings = proptest::collection::btree_map(key, value, 0..5);
    (topic, 1..4_i32, 1..4_i32, settings, any::<bool>()).prop_map(
        |(topic, partitions, factor, settings, mixed)| {
            let settings: Vec<(&str, &str)> =
                settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let mut topic = live(&topic, partitions, factor, &[]);
            topic.config = Ok(config(&settings));
            if mixed && partitions > 1 {
                topic.partitions[0].replicas = vec![1];
            }
            topic
        },
    )
}

proptest! {
    #[test]
    fn a_plan_of_an_exported_catalog_finds_nothing_to_change(topics in proptest::collection::vec(some_topic(), 0..80)) {
        let topics: BTreeMap<TopicName, LiveTopic> = topics.into_iter().map(|topic| (topic.name.clone(), topic)).collect();
        let topics: Vec<LiveTopic> = topics.into_values().collect();
        let export = all(topics.clone());
        let declared = declare(&export.yaml);
        prop_assert_eq!(declared.len(), export.topics);
        let plan = World::new(declared, topics).plan();
        prop_assert!(plan.is_empty(), "{:?}\n{}", plan.changes, export.yaml);
        prop_assert!(plan.unknown.is_empty());
        let left_out = plan.unmanaged.overrides.iter().filter(|setting| setting.key != "min.insync.replicas");
        prop_assert_eq!(left_out.count(), 0);
    }
}
