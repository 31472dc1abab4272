//! From the protocol's values to eventctl's own.

use std::collections::BTreeMap;

use eventctl_core::name::ClusterId;
use eventctl_core::topics::live::{
    Broker, ConfigSource, ConfigValue, LiveCluster, LiveConfig, LivePartition, TopicId,
};

use super::native::configs::Entry;
use super::native::metadata::ClusterDescription;
use super::native::topics::Partition;

/// A cluster's description.
pub(super) fn cluster(description: ClusterDescription) -> LiveCluster {
    LiveCluster {
        // An id that is no legal one is as good as none: nothing can be compared with it.
        id: description.id.and_then(|id| ClusterId::try_from(id).ok()),
        brokers: description
            .nodes
            .into_iter()
            .map(|node| Broker { id: node.id, host: node.host, port: node.port, rack: node.rack })
            .collect(),
        controller: description.controller,
    }
}

/// A topic's id as Kafka and its tools write it. librdkafka has the letters of plain base64, Kafka those for URLs.
pub(super) fn topic_id(id: Option<String>) -> Option<TopicId> {
    id.map(|id| TopicId(id.replace('+', "-").replace('/', "_")))
}

/// A topic's partitions.
pub(super) fn partitions(partitions: Vec<Partition>) -> Vec<LivePartition> {
    let live = |partition: Partition| LivePartition {
        id: partition.id,
        leader: partition.leader,
        replicas: partition.replicas,
        in_sync: partition.in_sync,
    };
    partitions.into_iter().map(live).collect()
}

/// The settings of a topic or a broker.
pub(super) fn config(entries: Vec<Entry>) -> LiveConfig {
    let value = |entry: Entry| {
        let source = source(entry.source);
        // Without an override of its own, what counts now is what is inherited.
        let inherited = match source {
            ConfigSource::Topic => entry.next.and_then(|(name, value)| inherited(&entry.key, &name, value?)),
            _ => entry.value.clone(),
        };
        let value = if entry.sensitive { None } else { entry.value };
        let inherited = if entry.sensitive { None } else { inherited };
        (entry.key, ConfigValue { value, source, inherited, sensitive: entry.sensitive })
    };
    LiveConfig(entries.into_iter().map(value).collect::<BTreeMap<_, _>>())
}

/// Times of a topic that a broker has under several names and in several units, the first that is set counts. Where none
/// is set, the broker names no synonym for the topic's own, so that only its own settings tell what a reset leads to.
const TIMES: [(&str, &[&str]); 3] = [
    ("retention.ms", &["log.retention.ms", "log.retention.minutes", "log.retention.hours"]),
    ("segment.ms", &["log.roll.ms", "log.roll.hours"]),
    ("segment.jitter.ms", &["log.roll.jitter.ms", "log.roll.jitter.hours"]),
];

/// Tells whether the broker's own settings would say more of what this topic inherits.
pub(super) fn inherits_unknown_times(config: &LiveConfig) -> bool {
    TIMES.iter().any(|(key, _)| config.0.get(*key).is_some_and(|value| value.inherited.is_none()))
}

/// Adds what the topic inherits for its times, from the settings of a broker.
pub(super) fn inherit_times(config: &mut LiveConfig, broker: &LiveConfig) {
    for (key, synonyms) in TIMES {
        let Some(value) = config.0.get_mut(key).filter(|value| value.inherited.is_none()) else { continue };
        let set = synonyms.iter().find_map(|synonym| Some((synonym, broker.effective(synonym)?)));
        value.inherited = set.and_then(|(synonym, time)| inherited(key, synonym, time.to_owned()));
    }
}

fn source(number: i32) -> ConfigSource {
    match number {
        1 => ConfigSource::Topic,
        2 => ConfigSource::DynamicBroker,
        3 => ConfigSource::DynamicDefaultBroker,
        4 => ConfigSource::StaticBroker,
        5 => ConfigSource::Default,
        _ => ConfigSource::Other,
    }
}

/// A broker's setting in the unit of the topic's. The broker has some in hours and minutes as well, and where none is
/// set it names the one in hours as the default: `retention.ms` inherits `log.retention.hours=168`.
fn inherited(key: &str, synonym: &str, value: String) -> Option<String> {
    let milliseconds = if !key.ends_with(".ms") {
        1
    } else if synonym.ends_with(".hours") {
        3_600_000
    } else if synonym.ends_with(".minutes") {
        60_000
    } else {
        1
    };
    if milliseconds == 1 {
        return Some(value);
    }
    let number: i64 = value.parse().ok()?;
    // -1 stands for "no limit" in any unit.
    let number = if number < 0 { number } else { number.checked_mul(milliseconds)? };
    Some(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inherited_values_are_in_the_topics_unit() {
        let rows = [
            ("retention.ms", "log.retention.hours", "168", Some("604800000")),
            ("retention.ms", "log.retention.minutes", "5", Some("300000")),
            ("retention.ms", "log.retention.ms", "42", Some("42")),
            ("retention.ms", "log.retention.hours", "-1", Some("-1")),
            ("segment.ms", "log.roll.hours", "168", Some("604800000")),
            ("retention.bytes", "log.retention.bytes", "-1", Some("-1")),
            ("cleanup.policy", "log.cleanup.policy", "delete", Some("delete")),
            ("retention.ms", "log.retention.hours", "soon", None),
            ("retention.ms", "log.retention.hours", "9223372036854775807", None),
        ];
        for (key, synonym, value, expected) in rows {
            assert_eq!(inherited(key, synonym, value.into()).as_deref(), expected, "{key} {synonym} {value}");
        }
    }

    #[test]
    fn a_topics_times_are_inherited_from_the_brokers_first_set_one() {
        let value = |value: Option<&str>, source, inherited: Option<&str>| ConfigValue {
            value: value.map(str::to_owned),
            source,
            inherited: inherited.map(str::to_owned),
            sensitive: false,
        };
        let topic = |inherited| {
            let own = value(Some("1"), ConfigSource::Topic, inherited);
            LiveConfig(BTreeMap::from([("retention.ms".to_owned(), own)]))
        };
        type Row<'a> = (Option<&'a str>, &'a [(&'a str, Option<&'a str>)], Option<&'a str>);
        let rows: [Row<'_>; 5] = [
            (None, &[("log.retention.ms", None), ("log.retention.hours", Some("168"))], Some("604800000")),
            (
                None,
                &[("log.retention.minutes", Some("2")), ("log.retention.hours", Some("168"))],
                Some("120000"),
            ),
            (None, &[("log.retention.ms", Some("5")), ("log.retention.hours", Some("168"))], Some("5")),
            (None, &[], None),
            (Some("7"), &[("log.retention.ms", Some("5"))], Some("7")),
        ];
        for (known, broker, expected) in rows {
            let entry = |(key, text): &(&str, Option<&str>)| {
                ((*key).to_owned(), value(*text, ConfigSource::Default, None))
            };
            let broker = LiveConfig(broker.iter().map(entry).collect());
            let mut config = topic(known);
            assert_eq!(inherits_unknown_times(&config), known.is_none());
            inherit_times(&mut config, &broker);
            assert_eq!(config.0["retention.ms"].inherited.as_deref(), expected, "{broker:?}");
        }
    }

    #[test]
    fn entries_become_settings_with_source_and_inheritance() {
        let entry = |key: &str, value: &str, source, next: Option<(&str, &str)>| Entry {
            key: key.into(),
            value: Some(value.into()),
            source,
            sensitive: key == "secret",
            next: next.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))),
        };
        let config = config(vec![
            entry("retention.ms", "1000", 1, Some(("log.retention.hours", "168"))),
            entry("only.topic", "x", 1, None),
            entry("segment.bytes", "7", 5, None),
            entry("secret", "hunter2", 4, None),
            entry("newer", "n", 77, None),
        ]);
        assert_eq!(config.overridden("retention.ms"), Some("1000"));
        assert_eq!(config.0["retention.ms"].inherited.as_deref(), Some("604800000"));
        assert_eq!(config.0["only.topic"].inherited, None);
        assert_eq!(config.0["segment.bytes"].inherited.as_deref(), Some("7"));
        assert_eq!(config.overridden("segment.bytes"), None);
        assert_eq!((&config.0["secret"].value, &config.0["secret"].inherited), (&None, &None));
        assert_eq!(config.0["newer"].source, ConfigSource::Other);
    }
}
