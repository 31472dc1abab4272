//! The search for first records: at many offsets of many partitions, with as few readings as that takes.
//!
//! A reader reads a partition from one offset at a time. So a search goes in rounds, in each of which every partition is
//! read from the lowest offset that is still wanted there. A record answers all wanted offsets up to its own, and an end
//! answers all that are left.

use std::collections::{BTreeMap, VecDeque};

use super::facts::Point;
use crate::fault::Fault;
use crate::groups::live::PartitionKey;
use crate::name::TopicName;

/// What was found, by partition and the offset from which it was looked for.
pub type Found = BTreeMap<(PartitionKey, i64), Point>;

/// How many offsets are read on to the next one that is wanted.
const NEAR: i64 = 500;

#[derive(Debug)]
struct Part {
    /// Offsets that are wanted, rising; the first is the one that is read from.
    wanted: VecDeque<i64>,
    /// True while the round waits for it.
    awaited: bool,
}

/// A search under way.
#[derive(Debug)]
pub struct Search {
    topics: Vec<TopicName>,
    parts: BTreeMap<(usize, i32), Part>,
    found: Found,
}

impl Search {
    /// A search for the first record at or behind each of these offsets. The topics are sorted; an offset in another one
    /// is not looked for.
    #[must_use]
    pub fn new(topics: &[TopicName], wanted: impl IntoIterator<Item = (PartitionKey, i64)>) -> Search {
        let mut parts: BTreeMap<(usize, i32), Part> = BTreeMap::new();
        let mut found = Found::new();
        for ((topic, partition), offset) in wanted {
            let Ok(number) = topics.binary_search(&topic) else {
                found.insert(((topic, partition), offset), Point::Budget);
                continue;
            };
            let part = parts
                .entry((number, partition))
                .or_insert_with(|| Part { wanted: VecDeque::new(), awaited: false });
            part.wanted.push_back(offset);
        }
        for part in parts.values_mut() {
            part.wanted.make_contiguous().sort_unstable();
        }
        Search { topics: topics.to_vec(), parts, found }
    }

    /// Begins a round: the places to read from (topic, partition, offset). None are left when it is over.
    pub fn round(&mut self) -> Vec<(usize, i32, i64)> {
        let place = |((topic, partition), part): (&(usize, i32), &mut Part)| {
            let offset = *part.wanted.front()?;
            part.awaited = true;
            Some((*topic, *partition, offset))
        };
        self.parts.iter_mut().filter_map(place).collect()
    }

    /// True while a partition of the round has not answered.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.parts.values().any(|part| part.awaited)
    }

    /// Takes a record in. True where the partition has answered with it and need not be read on.
    pub fn record(&mut self, place: (usize, i32), offset: i64, time: (Option<i64>, bool)) -> bool {
        let (timestamp, log_append_time) = time;
        let done = self.answered(place, |wanted| {
            (wanted <= offset).then_some(Point::Record { offset, timestamp, log_append_time })
        });
        // What is wanted a little further on comes with the same answers: to begin anew there would cost more.
        let Some(part) = self.parts.get_mut(&place).filter(|_| done) else { return false };
        part.awaited = part.wanted.front().is_some_and(|wanted| wanted.saturating_sub(offset) <= NEAR);
        !part.awaited
    }

    /// Takes in that nothing follows in a partition.
    pub fn end(&mut self, place: (usize, i32)) -> bool {
        self.answered(place, |_| Some(Point::None))
    }

    /// Takes in that a partition cannot be read.
    pub fn fail(&mut self, place: (usize, i32), fault: &Fault) -> bool {
        self.answered(place, |_| Some(Point::Unknown(fault.clone())))
    }

    /// What was found; what is still wanted was not found in time.
    #[must_use]
    pub fn finish(self) -> Found {
        let Search { topics, parts, mut found } = self;
        for ((topic, partition), part) in parts {
            let Some(name) = topics.get(topic) else { continue };
            let key = (name.clone(), partition);
            found.extend(part.wanted.into_iter().map(|offset| ((key.clone(), offset), Point::Budget)));
        }
        found
    }

    fn answered(&mut self, place: (usize, i32), answer: impl Fn(i64) -> Option<Point>) -> bool {
        let (topic, partition) = place;
        let (Some(name), Some(part)) = (self.topics.get(topic), self.parts.get_mut(&place)) else {
            return false;
        };
        if !part.awaited {
            return false;
        }
        let key = (name.clone(), partition);
        while let Some(point) = part.wanted.front().and_then(|wanted| answer(*wanted)) {
            if let Some(wanted) = part.wanted.pop_front() {
                self.found.insert((key.clone(), wanted), point);
                part.awaited = false;
            }
        }
        !part.awaited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(topic: &str, partition: i32) -> PartitionKey {
        (topic.parse().unwrap(), partition)
    }

    fn topics(names: &[&str]) -> Vec<TopicName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn a_topic_that_nobody_spoke_of_is_not_looked_at() {
        let mut search = Search::new(&topics(&["a"]), [(key("z", 0), 5)]);
        assert!(search.round().is_empty());
        assert_eq!(search.finish()[&(key("z", 0), 5)], Point::Budget);
    }

    #[test]
    fn one_record_answers_all_offsets_up_to_its_own() {
        let far = 7 + NEAR + 1;
        let wanted =
            [(key("a", 0), 5), (key("a", 0), 7), (key("a", 0), far), (key("b", 1), 3), (key("b", 1), 3)];
        let mut search = Search::new(&topics(&["a", "b"]), wanted);
        assert_eq!(search.round(), [(0, 0, 5), (1, 1, 3)]);
        // A record that was fetched before and comes late is none of this round.
        assert!(!search.record((0, 0), 4, (Some(1), false)));
        assert!(search.record((0, 0), 7, (Some(2), false)));
        assert!(!search.record((0, 0), 8, (Some(3), false)), "it has answered");
        assert!(search.is_waiting());
        assert!(search.end((1, 1)));
        assert!(!search.is_waiting());
        assert_eq!(search.round(), [(0, 0, far)]);
        let found = search.finish();
        let record = Point::Record { offset: 7, timestamp: Some(2), log_append_time: false };
        assert_eq!(found[&(key("a", 0), 5)], record);
        assert_eq!(found[&(key("a", 0), 7)], record);
        assert_eq!(found[&(key("a", 0), far)], Point::Budget);
        assert_eq!(found[&(key("b", 1), 3)], Point::None);
    }

    #[test]
    fn what_is_wanted_a_little_further_on_is_read_in_the_same_round() {
        let wanted = [(key("a", 0), 5), (key("a", 0), 5 + NEAR), (key("a", 0), 2_000)];
        let mut search = Search::new(&topics(&["a"]), wanted);
        assert_eq!(search.round(), [(0, 0, 5)]);
        assert!(!search.record((0, 0), 5, (Some(1), false)), "the next one is near");
        assert!(search.is_waiting());
        assert!(!search.record((0, 0), 6, (Some(2), false)));
        assert!(search.record((0, 0), 5 + NEAR, (Some(3), false)), "the next one is far");
        assert_eq!(search.round(), [(0, 0, 2_000)]);
        assert!(search.end((0, 0)));
        let found = search.finish();
        assert_eq!(found.values().filter(|point| **point == Point::None).count(), 1);
        let Point::Record { offset, .. } = &found[&(key("a", 0), 5 + NEAR)] else { panic!("{found:?}") };
        assert_eq!(*offset, 5 + NEAR);
    }

    #[test]
    fn nothing_wanted_is_nothing_to_do() {
        let mut search = Search::new(&topics(&["a"]), []);
        assert!(search.round().is_empty() && !search.is_waiting());
        assert!(search.finish().is_empty());
    }
}
