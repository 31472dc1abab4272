//! How many consumers would catch up in a given time, and what there is beyond one for each partition.
//!
//! The work that is left is the lag plus what is written meanwhile: with a lag of L, W records written in a second and a
//! time of T seconds, a group has to read `W + L/T` records a second. What one consumer can do is what was measured of
//! those that are there, which is the least they can do: one that had nothing to do for a part of the time can do more.

use std::collections::BTreeSet;

use serde::Serialize;

use super::monitor;
use super::report::{GroupLag, PartitionLag};
use crate::human;

/// What to do about the lag of a group in a topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    /// The group.
    pub group: String,
    /// The topic.
    pub topic: String,
    /// Its partitions that the group reads.
    pub partitions: usize,
    /// The members that read them now.
    pub consumers: usize,
    /// The lag of these partitions.
    pub lag: Option<i64>,
    /// Records read in a second, all together.
    pub commit_rate: Option<f64>,
    /// Records written in a second.
    pub produce_rate: Option<f64>,
    /// Within how many seconds it shall catch up.
    pub within_seconds: f64,
    /// How many consumers that takes at the measured rate of one; none where it cannot be told.
    pub consumers_needed: Option<usize>,
    /// In words.
    pub text: Vec<String>,
}

/// What was measured of one topic.
struct Measured {
    lag: f64,
    commit: f64,
    produce: f64,
    partitions: usize,
    consumers: usize,
    within: f64,
}

impl Measured {
    fn per_consumer(&self) -> f64 {
        self.commit / self.consumers as f64
    }

    /// How many consumers give this rate.
    fn consumers_for(&self, rate: f64) -> usize {
        // Beyond any number of partitions, the number itself is of no interest.
        (rate / self.per_consumer()).ceil().clamp(1.0, 1e9) as usize
    }

    fn rate_needed(&self) -> f64 {
        self.produce + self.lag / self.within
    }
}

/// Advises on every topic that groups read, to catch up within so many seconds.
#[must_use]
pub fn advise(groups: &[GroupLag], within_seconds: f64) -> Vec<Advice> {
    let mut all = Vec::new();
    for group in groups {
        let topics: BTreeSet<&str> = group.partitions.iter().map(|row| row.topic.as_str()).collect();
        for topic in topics {
            let rows: Vec<&PartitionLag> = group.partitions.iter().filter(|row| row.topic == topic).collect();
            all.push(of_topic(&group.group, topic, &rows, within_seconds.max(1.0)));
        }
    }
    all
}

fn of_topic(group: &str, topic: &str, rows: &[&PartitionLag], within: f64) -> Advice {
    let readers: BTreeSet<&str> =
        rows.iter().filter_map(|row| row.member.as_ref()).map(|member| member.id.as_str()).collect();
    let mut advice = Advice {
        group: group.to_owned(),
        topic: topic.to_owned(),
        partitions: rows.len(),
        consumers: readers.len(),
        lag: rows.iter().map(|row| row.lag).sum(),
        commit_rate: monitor::commit_rate(rows.iter().copied()),
        produce_rate: monitor::produce_rate(rows.iter().copied()),
        within_seconds: within,
        consumers_needed: None,
        text: Vec::new(),
    };
    let Some(lag) = advice.lag else {
        advice.text.push("its lag is not known: there is nothing to reckon with".to_owned());
        return advice;
    };
    if lag == 0 {
        advice.text.push("everything is read".to_owned());
        return advice;
    }
    let (Some(commit), Some(produce)) = (advice.commit_rate, advice.produce_rate) else {
        advice.text.push("its rates are not known: they take two samples, some seconds apart".to_owned());
        return advice;
    };
    let (partitions, consumers) = (advice.partitions, advice.consumers);
    if consumers == 0 {
        advice.text.push(match commit > 0.0 {
            true => "its consumers are no members of the group: how many they are is not known".to_owned(),
            false => "nobody reads: start its consumers, then ask again".to_owned(),
        });
        return advice;
    }
    if commit <= 0.0 {
        let who = human::plural(consumers, "consumer");
        advice.text.push(format!(
            "{who} committed nothing in the time that was looked at: more of them do not help before it is known why"
        ));
        return advice;
    }
    let measured = Measured { lag: lag as f64, commit, produce, partitions, consumers, within };
    advice.consumers_needed = Some(measured.consumers_for(measured.rate_needed()));
    advice.text = words(&measured, rows);
    advice
}

fn words(it: &Measured, rows: &[&PartitionLag]) -> Vec<String> {
    let needed = it.consumers_for(it.rate_needed());
    let within = seconds(it.within);
    let mut words = vec![format!(
        "one consumer reads at least {}/s here; to catch up within {within} takes {}/s",
        rate(it.per_consumer()),
        rate(it.rate_needed())
    )];
    if needed <= it.consumers {
        words.push(format!("{} will do: none is to be added", human::plural(it.consumers, "consumer")));
    } else if needed <= it.partitions {
        let plural = human::plural(needed, "consumer");
        words.push(format!("{plural} would catch up in that time; there are {}", it.consumers));
    } else {
        words.extend(beyond(it, needed, rows));
    }
    words.extend(heaviest(it, rows));
    words
}

/// What is left where one consumer for each partition is not enough.
fn beyond(it: &Measured, needed: usize, rows: &[&PartitionLag]) -> Vec<String> {
    // With a consumer of its own, each partition catches up by itself, and the slowest decides.
    let alone = |row: &&PartitionLag| {
        let gain = it.per_consumer() - row.produce_rate?;
        match row.lag? {
            0 => Some(0.0),
            lag => (gain > 0.0).then(|| lag as f64 / gain),
        }
    };
    let slowest = rows.iter().map(alone).try_fold(0.0, |most: f64, time| time.map(|time| most.max(time)));
    let reach = match slowest {
        Some(time) => format!("they would catch up in {}", seconds(time)),
        None => {
            "and a partition in which more is written than one consumer reads would never catch up".to_owned()
        }
    };
    vec![
        format!(
            "it would take {}, and more than {} (one for each partition) idle: {reach}",
            human::plural(needed, "consumer"),
            it.partitions
        ),
        "several keys at once inside each consumer go beyond that and keep the order of each key".to_owned(),
        format!(
            "or {} and more: every key may move to another one, so its order breaks at that moment, and whatever is \
             folded or counted by partition has to be built anew",
            human::plural(needed, "partition")
        ),
    ]
}

/// A partition that one consumer alone cannot catch up with: others do not help it.
fn heaviest(it: &Measured, rows: &[&PartitionLag]) -> Option<String> {
    let need = |row: &&PartitionLag| Some(row.produce_rate? + row.lag? as f64 / it.within);
    let needs = rows.iter().filter_map(|row| Some((row.partition, need(row)?)));
    let (partition, most) = needs.max_by(|one, other| one.1.total_cmp(&other.1))?;
    // Where all are as heavy as this one, the sum has said it.
    let mean = it.rate_needed() / it.partitions as f64;
    (most > it.per_consumer() && most > 2.0 * mean).then(|| {
        format!(
            "partition {partition} alone takes {}/s, more than one consumer reads: whoever is added does not help it; \
             topics skew shows the keys that make it heavy",
            rate(most)
        )
    })
}

/// A rate as people read it.
#[must_use]
pub fn rate(rate: f64) -> String {
    match rate {
        rate if rate >= 100.0 => human::count(rate.round() as i64),
        rate if rate >= 1.0 => format!("{rate:.1}"),
        rate => format!("{rate:.2}"),
    }
}

fn seconds(seconds: f64) -> String {
    human::span((seconds * 1_000.0).min(1e15) as i64)
}

#[cfg(test)]
mod tests {
    use super::super::report::MemberShown;
    use super::*;

    /// Partitions with this lag and these rates each, read by so many members in turn.
    fn advised(partitions: &[(i64, f64, f64)], members: usize, within: f64) -> Advice {
        let rows: Vec<PartitionLag> = partitions
            .iter()
            .enumerate()
            .map(|(place, (lag, commit, produce))| PartitionLag {
                committed: Some(0),
                lag: Some(*lag),
                commit_rate: Some(*commit),
                produce_rate: Some(*produce),
                member: (members > 0).then(|| MemberShown {
                    id: format!("member-{}", place % members),
                    client_id: "client".to_owned(),
                    host: "/127.0.0.1".to_owned(),
                    instance_id: None,
                }),
                ..PartitionLag::new("t", place as i32)
            })
            .collect();
        of_topic("g", "t", &rows.iter().collect::<Vec<_>>(), within)
    }

    #[test]
    fn consumers_are_counted_from_what_one_of_them_does() {
        // Each partition: lag, read and written in a second. One consumer does 100/s.
        let four = |lag: i64, commit: f64, produce: f64| vec![(lag, commit, produce); 4];
        let rows = [
            ("one does", four(0, 25.0, 25.0), 1, 60.0, None),
            ("two needed", four(1_500, 25.0, 20.0), 1, 60.0, Some(2)),
            ("exactly four", four(4_800, 25.0, 20.0), 1, 60.0, Some(4)),
            ("beyond the partitions", four(60_000, 25.0, 20.0), 1, 60.0, Some(41)),
            ("nobody", four(10, 0.0, 20.0), 0, 60.0, None),
            ("stands still", four(10, 0.0, 20.0), 2, 60.0, None),
        ];
        for (name, partitions, members, within, needed) in rows {
            assert_eq!(advised(&partitions, members, within).consumers_needed, needed, "{name}");
        }
    }

    #[test]
    fn what_there_is_beyond_one_for_each_partition_is_said_with_what_it_breaks() {
        let text = advised(&[(60_000, 25.0, 20.0); 4], 1, 60.0).text.join("\n");
        assert!(text.contains("more than 4 (one for each partition) idle"), "{text}");
        assert!(text.contains("they would catch up in 12m30s"), "{text}");
        assert!(text.contains("its order breaks at that moment"), "{text}");
        let few = advised(&[(7_800, 25.0, 20.0); 4], 1, 60.0);
        assert_eq!(few.consumers_needed, Some(6));
        assert!(few.text.join("\n").contains("it would take 6 consumers, and more than 4"), "{few:?}");
        let never = advised(&[(60_000, 25.0, 200.0); 4], 1, 60.0).text.join("\n");
        assert!(never.contains("would never catch up"), "{never}");
    }

    #[test]
    fn what_is_written_where_nothing_was_committed_has_to_be_read_too() {
        let place = |partition, committed, commit_rate| PartitionLag {
            committed,
            lag: Some(600),
            commit_rate,
            produce_rate: Some(30.0),
            ..PartitionLag::new("t", partition)
        };
        let rows = [place(0, Some(0), Some(50.0)), place(1, None, None)];
        let advice = of_topic("g", "t", &rows.iter().collect::<Vec<_>>(), 60.0);
        assert_eq!(
            (advice.lag, advice.commit_rate, advice.produce_rate),
            (Some(1_200), Some(50.0), Some(60.0))
        );
    }

    #[test]
    fn a_partition_that_one_consumer_cannot_catch_up_with_is_named() {
        let mut partitions = vec![(0, 10.0, 10.0); 7];
        partitions.push((600_000, 30.0, 10.0));
        let text = advised(&partitions, 2, 600.0).text.join("\n");
        assert!(text.contains("partition 7 alone takes 1010/s"), "{text}");
        assert!(text.contains("they would catch up in 4h10m"), "{text}");
    }
}
