//! A catalog of a live cluster: the text from which `topics plan` finds nothing to do.
//!
//! Only what was set on a topic itself is written; what it inherits stays inherited. What the catalog's own checks
//! would refuse, and what could not be read, becomes a comment and is said. Dead-letter topics are written as the
//! topics they are, whichever tool made them, so that nothing is derived that is not there.

mod yaml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::internal::{Reach, reach, reach_by_name};
use super::live::{LiveConfig, LiveTopic, LiveTopics};
use super::plan::Unknown;
use super::settings::number;
use crate::fault::Seen;
use crate::human;
use crate::name::TopicName;
use crate::pattern::Patterns;

use yaml::{comment, setting, text};

/// The ending of the dead-letter topics that a catalog derives unless it says otherwise.
const DLQ_SUFFIX: &str = "-dlq";

/// The topics that words name outright.
#[must_use]
pub fn named(patterns: &Patterns) -> BTreeSet<TopicName> {
    patterns.outright().filter_map(|name| name.parse().ok()).collect()
}

/// Tells whether a topic is to be listed: one that brokers or tools keep for themselves only where `internal` asks for
/// them or a pattern names it outright.
#[must_use]
pub fn lists(patterns: &Patterns, name: &TopicName, internal: bool) -> bool {
    let ordinary = reach_by_name(name.as_str()) == Reach::Ordinary;
    patterns.choose_or_all(name.as_str()) && (ordinary || internal || patterns.names(name.as_str()))
}

/// Tells whether a topic is to be exported: a tool's own only where a pattern names it outright, the brokers' own never.
fn takes(patterns: &Patterns, topic: &LiveTopic) -> bool {
    match reach(topic) {
        Reach::Ordinary => patterns.choose_or_all(topic.name.as_str()),
        Reach::Tool => patterns.names(topic.name.as_str()),
        Reach::Internal => false,
    }
}

/// A catalog's text and what it could not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The catalog.
    pub yaml: String,
    /// How many topics it declares.
    pub topics: usize,
    /// What was left out as a comment, in sentences.
    pub notes: Vec<String>,
    /// What could not be read.
    pub unknown: Vec<Unknown>,
    /// Topics that were named outright and do not exist.
    pub absent: Vec<TopicName>,
}

/// Writes the topics of a cluster that match as a catalog.
#[must_use]
pub fn export(live: &LiveTopics, patterns: &Patterns) -> Export {
    let named = live.named.values().filter_map(Seen::present);
    let topics: BTreeMap<&TopicName, &LiveTopic> = live
        .others
        .iter()
        .chain(named)
        .filter(|topic| takes(patterns, topic))
        .map(|topic| (&topic.name, topic))
        .collect();
    let mut writer = Writer {
        factor: common_factor(&topics),
        topics: &topics,
        yaml: String::new(),
        notes: Vec::new(),
        unknown: Vec::new(),
    };
    writer.head(live.cluster.id.as_ref().map_or("of unknown id", |id| id.as_str()));
    for topic in topics.values() {
        writer.topic(topic);
    }
    let absent = live
        .named
        .iter()
        .filter(|(name, seen)| **seen == Seen::Absent && patterns.names(name.as_str()))
        .map(|(name, _)| name.clone())
        .collect();
    for (name, seen) in &live.named {
        if let Seen::Unknown(fault) = seen
            && patterns.choose_or_all(name.as_str())
        {
            writer.line(1, &comment(&format!("{name} could not be read: {}", fault.code)));
            let text = "it could not be read, so it is not in the catalog".to_owned();
            writer.unknown.push(Unknown { topic: name.clone(), text, fault: Some(fault.clone()) });
        }
    }
    Export { yaml: writer.yaml, topics: topics.len(), notes: writer.notes, unknown: writer.unknown, absent }
}

/// The replication factor that all topics share, if they do.
fn common_factor(topics: &BTreeMap<&TopicName, &LiveTopic>) -> Option<usize> {
    let mut factors = topics.values().map(|topic| topic.replication_factor());
    let first = factors.next()??;
    factors.all(|factor| factor == Some(first)).then_some(first)
}

struct Writer<'a> {
    topics: &'a BTreeMap<&'a TopicName, &'a LiveTopic>,
    factor: Option<usize>,
    yaml: String,
    notes: Vec<String>,
    unknown: Vec<Unknown>,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        self.yaml.push_str(&"  ".repeat(depth));
        self.yaml.push_str(line);
        self.yaml.push('\n');
    }

    fn head(&mut self, cluster: &str) {
        let topics = human::plural(self.topics.len(), "topic");
        self.line(
            0,
            &comment(&format!(
                "Exported from cluster {cluster}: {topics}, as far as this principal may see."
            )),
        );
        self.line(
            0,
            &comment("Only what is set on a topic is written; the rest is what the brokers default to."),
        );
        self.line(0, "version: 1");
        if let Some(factor) = self.factor {
            self.line(0, "defaults:");
            self.line(1, &format!("replication_factor: {factor}"));
        }
        self.line(0, if self.topics.is_empty() { "topics: {}" } else { "topics:" });
    }

    fn topic(&mut self, topic: &LiveTopic) {
        self.line(1, &format!("{}:", text(topic.name.as_str())));
        if !topic.partitions.is_empty() {
            self.line(2, &format!("partitions: {}", topic.partitions.len()));
        }
        if self.factor.is_none() {
            match topic.replication_factor() {
                Some(factor) => self.line(2, &format!("replication_factor: {factor}")),
                None => {
                    self.line(2, "replication_factor: inherit");
                    let note = "its partitions have different numbers of replicas, written as `inherit`";
                    self.notes.push(format!("{}: {note}", topic.name));
                }
            }
        }
        match &topic.config {
            Ok(config) => self.settings(topic, config),
            Err(fault) => {
                self.line(2, &comment(&format!("its settings could not be read: {}", fault.code)));
                let text = "its settings could not be read, so the catalog does not have them".to_owned();
                self.unknown.push(Unknown { topic: topic.name.clone(), text, fault: Some(fault.clone()) });
            }
        }
        self.line(2, &format!("dlq: {}", self.dead_letter(topic)));
    }

    /// Names the topic's dead-letter topic where there is one as a catalog would have derived it.
    fn dead_letter(&self, topic: &LiveTopic) -> String {
        // With the suffix the name may be too long to be one.
        let name: Option<TopicName> = format!("{}{DLQ_SUFFIX}", topic.name).parse().ok();
        match name.and_then(|name| self.topics.get(&name)) {
            Some(dlq) if dlq.partitions.len() >= topic.partitions.len() => {
                format!("{{ topic: {} }}", text(dlq.name.as_str()))
            }
            _ => "false".to_owned(),
        }
    }

    fn settings(&mut self, topic: &LiveTopic, config: &LiveConfig) {
        let mut lines = Vec::new();
        let mut comments = Vec::new();
        for (key, entry) in config.overrides() {
            let Some(value) = &entry.value else {
                comments.push(comment(&format!("{key} is set, but the brokers do not show its value")));
                let text = format!("the brokers do not show its {key}, so the catalog does not have it");
                self.unknown.push(Unknown { topic: topic.name.clone(), text, fault: None });
                continue;
            };
            match (key, self.refused(topic, key, value)) {
                (_, Some(reason)) => {
                    comments.push(comment(&format!("{key}: {value} is left out: {reason}")));
                    self.notes.push(format!("{}: {key} {value} is left out: {reason}", topic.name));
                }
                ("retention.ms", None) => match retention(value) {
                    Some(retention) => self.line(2, &format!("retention: {retention}")),
                    None => lines.push(format!("{}: {}", text(key), setting(value))),
                },
                (_, None) => lines.push(format!("{}: {}", text(key), setting(value))),
            }
        }
        for line in comments {
            self.line(2, &line);
        }
        if !lines.is_empty() {
            self.line(2, "config:");
        }
        for line in lines {
            self.line(3, &line);
        }
    }

    /// Says why the catalog's checks would refuse a setting, if they would.
    fn refused(&self, topic: &LiveTopic, key: &str, value: &str) -> Option<String> {
        if key.ends_with(".replication.throttled.replicas") {
            return Some("it belongs to a reassignment that is under way, not to the topic".to_owned());
        }
        let factor = i64::try_from(topic.replication_factor()?).ok()?;
        (key == "min.insync.replicas" && number(value)? > factor)
            .then(|| format!("it is above the replication factor {factor}, which no catalog may declare"))
    }
}

/// A retention as the catalog's sugar has it, where that says exactly the same.
fn retention(value: &str) -> Option<String> {
    match number(value)? {
        -1 => Some("forever".to_owned()),
        milliseconds => human::exact_duration(milliseconds),
    }
}
