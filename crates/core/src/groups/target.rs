//! Where the offsets of a group are moved to, and which of them, as people write it.

use std::collections::{BTreeMap, BTreeSet};

use super::live::PartitionKey;
use crate::name::{GroupName, NameError, TopicName};
use crate::position::{Position, PositionError};

/// Where offsets are moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A place in each partition.
    Position(Position),
    /// Where another group stands.
    Group(GroupName),
    /// What a file says, by its path.
    File(String),
}

/// Why a text says no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is no position.
    #[error("{0}; group:OTHER and file:FILE are taken too")]
    Position(#[from] PositionError),
    /// Behind `group:`.
    #[error("`{0}` is no consumer group: {1}")]
    Group(String, NameError),
    /// Behind `file:`.
    #[error("`file:` wants the path of a file behind it")]
    File,
    /// A topic of which partitions are named.
    #[error("`{0}` is no topic: {1}")]
    Topic(String, NameError),
    /// Partitions of a topic.
    #[error("`{0}` is no list of partitions; write a topic alone, or topic:0,3,7-9")]
    Partitions(String),
}

impl Target {
    /// Reads a target. `now` is what spans of time count from, in milliseconds since 1970.
    ///
    /// # Errors
    /// What is none.
    pub fn parse(text: &str, now: i64) -> Result<Target, TargetError> {
        if let Some(name) = text.strip_prefix("group:") {
            let group = name.parse().map_err(|error| TargetError::Group(name.to_owned(), error))?;
            return Ok(Target::Group(group));
        }
        match text.strip_prefix("file:") {
            Some("") => Err(TargetError::File),
            Some(path) => Ok(Target::File(path.to_owned())),
            None => Ok(Target::Position(Position::parse(text, now)?)),
        }
    }
}

/// A topic, and which of its partitions are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPart {
    /// The topic.
    pub topic: TopicName,
    /// Its partitions; none for all.
    pub partitions: Option<BTreeSet<i32>>,
}

/// The most partitions that a range may name: more than any topic has.
const RANGE_LIMIT: i32 = 1_000_000;

impl TopicPart {
    /// Reads `topic`, `topic:3` or `topic:0,3,7-9`.
    ///
    /// # Errors
    /// What is no topic, or no list of partitions.
    pub fn parse(text: &str) -> Result<TopicPart, TargetError> {
        let (name, list) = text.split_once(':').map_or((text, None), |(name, list)| (name, Some(list)));
        let topic = name.parse().map_err(|error| TargetError::Topic(name.to_owned(), error))?;
        let Some(list) = list else { return Ok(TopicPart { topic, partitions: None }) };
        let wrong = || TargetError::Partitions(text.to_owned());
        let number = |word: &str| {
            let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            word.parse::<i32>().ok().filter(|number| digits && *number < RANGE_LIMIT).ok_or_else(wrong)
        };
        let mut partitions = BTreeSet::new();
        for word in list.split(',') {
            let (first, last) = word.split_once('-').unwrap_or((word, word));
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return Err(wrong());
            }
            partitions.extend(first..=last);
        }
        Ok(TopicPart { topic, partitions: Some(partitions) })
    }

    /// These partitions, each topic once.
    #[must_use]
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a PartitionKey>) -> Vec<TopicPart> {
        let mut topics: BTreeMap<&TopicName, BTreeSet<i32>> = BTreeMap::new();
        for (topic, partition) in keys {
            topics.entry(topic).or_default().insert(*partition);
        }
        let part = |(topic, partitions): (&TopicName, _)| TopicPart {
            topic: topic.clone(),
            partitions: Some(partitions),
        };
        topics.into_iter().map(part).collect()
    }

    /// True where the partition is meant.
    #[must_use]
    pub fn has(&self, partition: i32) -> bool {
        self.partitions.as_ref().is_none_or(|partitions| partitions.contains(&partition))
    }
}

/// Offsets by partition; none takes the commit away.
pub type Offsets = BTreeMap<PartitionKey, Option<i64>>;

/// Why a file says no offsets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct OffsetsError {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads offsets from lines `topic,partition,offset`, the form in which Kafka's own tool exports and takes them; `none`
/// for an offset takes the commit away. Empty lines and those that begin with `#` say nothing.
///
/// # Errors
/// The first line that says something else, or the same partition once more.
pub fn offsets(text: &str) -> Result<Offsets, OffsetsError> {
    let mut offsets = Offsets::new();
    for (place, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line_number = place + 1;
        let wrong = |reason: String| OffsetsError { line: line_number, reason };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split(',').map(|word| word.trim().trim_matches('"')).collect();
        let [topic, partition, offset] = words.as_slice() else {
            return Err(wrong(format!("`{line}` is not of the form topic,partition,offset")));
        };
        let topic: TopicName =
            topic.parse().map_err(|error| wrong(format!("`{topic}` is no topic: {error}")))?;
        let number = partition.parse::<i32>().ok().filter(|number| *number >= 0);
        let number = number.ok_or_else(|| wrong(format!("`{partition}` is no partition")))?;
        let offset = match *offset {
            "none" => None,
            text => {
                let offset = text.parse::<i64>().ok().filter(|offset| *offset >= 0);
                Some(offset.ok_or_else(|| wrong(format!("`{text}` is neither an offset nor `none`")))?)
            }
        };
        if offsets.insert((topic.clone(), number), offset).is_some() {
            return Err(wrong(format!("{topic}/{number} stands there twice")));
        }
    }
    Ok(offsets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_positions_groups_and_files() {
        let rows = [
            ("start", Target::Position(Position::Start)),
            ("-100", Target::Position(Position::BeforeEnd(100))),
            ("@-2h", Target::Position(Position::Time(10_000_000 - 7_200_000))),
            ("group:other", Target::Group("other".parse().unwrap())),
            ("group:a:b", Target::Group("a:b".parse().unwrap())),
            ("file:a/b.csv", Target::File("a/b.csv".to_owned())),
        ];
        for (text, expected) in rows {
            assert_eq!(Target::parse(text, 10_000_000).unwrap(), expected, "{text}");
        }
        for text in ["group:", "file:", "nowhere", ""] {
            assert!(Target::parse(text, 0).is_err(), "{text}");
        }
    }

    #[test]
    fn partitions_of_a_topic_are_lists_and_ranges() {
        let part = |text: &str| TopicPart::parse(text).map(|part| part.partitions);
        assert_eq!(part("t"), Ok(None));
        assert_eq!(part("t:3"), Ok(Some([3].into())));
        assert_eq!(part("t:0,7-9"), Ok(Some([0, 7, 8, 9].into())));
        for text in ["t:", "t:a", "t:3-1", "t:-1", "t:1,,2", "t:0-2147483647", "t:+1", "a b:1"] {
            assert!(part(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_is_read_as_kafkas_tool_writes_it() {
        let read = offsets("\u{feff}# saved\n\"t\",0,42\nt,1,none\r\n\n other.topic , 3 , 7 \n").unwrap();
        let rows: Vec<String> = read
            .iter()
            .map(|((topic, partition), offset)| format!("{topic}/{partition} {offset:?}"))
            .collect();
        assert_eq!(rows, ["other.topic/3 Some(7)", "t/0 Some(42)", "t/1 None"]);
        for (text, line) in
            [("t,0", 1), ("t,0,1\nt,0,2", 2), ("t,-1,2", 1), ("t,0,-1", 1), ("t,x,1", 1), ("\n\na b,0,1", 3)]
        {
            assert_eq!(offsets(text).unwrap_err().line, line, "{text}");
        }
    }
}
