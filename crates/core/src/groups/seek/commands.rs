//! The commands that take a change back.

use std::collections::{BTreeMap, BTreeSet};

use crate::groups::target::Offsets;
use crate::name::{GroupName, TopicName};

/// The arguments of the command that puts a group's last saved offsets back.
#[must_use]
pub fn undo_command(group: &GroupName) -> Vec<String> {
    of_group(vec!["groups".to_owned(), "undo".to_owned()], group)
}

/// The arguments of the command that puts back what a saved set has of these topics.
#[must_use]
pub fn undo_part_command(group: &GroupName, set: i64, topics: &BTreeSet<TopicName>) -> Vec<String> {
    let mut words = vec!["groups".to_owned(), "undo".to_owned(), "--set".to_owned(), set.to_string()];
    words.extend(topics.iter().flat_map(|topic| ["--topic".to_owned(), topic.to_string()]));
    of_group(words, group)
}

/// A command on a group: one whose name begins like a flag stands behind `--`.
fn of_group(mut words: Vec<String>, group: &GroupName) -> Vec<String> {
    if group.as_str().starts_with('-') {
        words.push("--".to_owned());
    }
    words.push(group.as_str().to_owned());
    words
}

/// The arguments of the commands that write these offsets from anywhere: one command for each topic.
#[must_use]
pub fn commands(group: &GroupName, offsets: &Offsets) -> Vec<Vec<String>> {
    let mut by_topic: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((topic, partition), offset) in offsets {
        let place = offset.map_or("none".to_owned(), |offset| offset.to_string());
        by_topic.entry(topic.as_str()).or_default().push(format!("{partition}:{place}"));
    }
    let command = |(topic, places): (&str, Vec<String>)| {
        let words = ["groups", "seek", "--topic", topic, "--to", &places.join(",")];
        of_group(words.map(str::to_owned).to_vec(), group)
    };
    by_topic.into_iter().map(command).collect()
}
