//! Where the records of a key really are, and which partitioner explains it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::placed::Place;
use crate::human;

/// The records of a key that were seen, by partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sightings(BTreeMap<i32, Run>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    records: u64,
    first_offset: i64,
    last_offset: i64,
    earliest: i64,
    latest: i64,
}

impl Sightings {
    /// Counts a record.
    pub fn add(&mut self, partition: i32, offset: i64, timestamp: i64) {
        let new = Run {
            records: 0,
            first_offset: offset,
            last_offset: offset,
            earliest: timestamp,
            latest: timestamp,
        };
        let run = self.0.entry(partition).or_insert(new);
        run.records += 1;
        run.first_offset = run.first_offset.min(offset);
        run.last_offset = run.last_offset.max(offset);
        run.earliest = run.earliest.min(timestamp);
        run.latest = run.latest.max(timestamp);
    }
}

/// How the places where a key was seen stand to partitioners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No record of it was seen.
    NotSeen,
    /// It is in one partition, where at least one partitioner puts it.
    Explained,
    /// It is in one partition, where no partitioner puts it.
    Unexplained,
    /// It is in several partitions.
    Split,
}

/// Where the records of a key are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// How that stands to partitioners.
    pub standing: Standing,
    /// The partitioners that put it where all of its records are.
    pub explained_by: Vec<&'static str>,
    /// The catalog's partitioner, where it names one that does not.
    pub contradicts: Option<&'static str>,
    /// By partition.
    pub sightings: Vec<Sighting>,
}

/// Records of a key in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// The partition.
    pub partition: i32,
    /// How many.
    pub records: u64,
    /// The least offset of them.
    pub first_offset: i64,
    /// The greatest.
    pub last_offset: i64,
    /// The earliest of them; null where its timestamp is no time.
    pub first_seen: Option<Timestamp>,
    /// The latest of them.
    pub last_seen: Option<Timestamp>,
    /// The partitioners that put the key here.
    pub explained_by: Vec<&'static str>,
}

impl Observed {
    /// Holds what was seen against what each partitioner says.
    #[must_use]
    pub fn of(found: &Sightings, places: &[Place]) -> Observed {
        let sightings: Vec<Sighting> =
            found.0.iter().map(|(partition, run)| sighting(*partition, run, places)).collect();
        let (standing, explained_by) = match sightings.as_slice() {
            [] => (Standing::NotSeen, Vec::new()),
            [only] if only.explained_by.is_empty() => (Standing::Unexplained, Vec::new()),
            [only] => (Standing::Explained, only.explained_by.clone()),
            _ => (Standing::Split, Vec::new()),
        };
        // Where a partitioner puts a key anywhere, no place contradicts it.
        let declared = places.iter().find(|place| place.declared && !place.anywhere);
        let contradicts = declared.map(|place| place.partitioner).filter(|declared| {
            !sightings.is_empty() && !sightings.iter().all(|seen| seen.explained_by.contains(declared))
        });
        Observed { standing, explained_by, contradicts, sightings }
    }

    /// True where the key is not where it should be.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        matches!(self.standing, Standing::Unexplained | Standing::Split) || self.contradicts.is_some()
    }

    /// What to make of a key in several partitions.
    fn split(&self) -> String {
        let count = self.sightings.len();
        let numbers: Vec<i32> = self.sightings.iter().map(|seen| seen.partition).collect();
        let numbers = human::list(&numbers, 10);
        let why = if self.sightings.iter().all(|seen| !seen.explained_by.is_empty()) {
            let by = |seen: &Sighting| {
                format!("{} puts it into {}", seen.explained_by.join(" and "), seen.partition)
            };
            let by: Vec<String> = self.sightings.iter().map(by).collect();
            format!("producers used different partitioners: {}", human::list(&by, 10))
        } else {
            let by = |seen: &&Sighting| seen.explained_by.is_empty();
            let strange: Vec<i32> = self.sightings.iter().filter(by).map(|seen| seen.partition).collect();
            format!(
                "no partitioner puts it into {}: partitions were added since, or a producer chose",
                human::list(&strange, 10)
            )
        };
        format!("in {count} partitions ({numbers}), so its records have no common order; {why}")
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records: u64 = self.sightings.iter().map(|seen| seen.records).sum();
        let records = human::plural(usize::try_from(records).unwrap_or(usize::MAX), "record");
        let partition = self.sightings.first().map_or(-1, |seen| seen.partition);
        match self.standing {
            Standing::NotSeen => return formatter.write_str("no record of it was seen"),
            Standing::Explained => {
                write!(
                    formatter,
                    "{records} in partition {partition}, as {}",
                    self.explained_by.join(" and ")
                )?;
            }
            Standing::Unexplained => write!(
                formatter,
                "{records} in partition {partition}, where no partitioner puts it: partitions were added since, or a producer chose"
            )?,
            Standing::Split => write!(formatter, "{records} {}", self.split())?,
        }
        match self.contradicts {
            Some(declared) if self.standing == Standing::Explained => {
                write!(formatter, ", and not as {declared}, which the catalog names")
            }
            _ => Ok(()),
        }
    }
}

fn sighting(partition: i32, run: &Run, places: &[Place]) -> Sighting {
    let puts = places.iter().filter(|place| place.partition == Some(partition));
    Sighting {
        partition,
        records: run.records,
        first_offset: run.first_offset,
        last_offset: run.last_offset,
        first_seen: Timestamp::from_millisecond(run.earliest).ok(),
        last_seen: Timestamp::from_millisecond(run.latest).ok(),
        explained_by: puts.map(|place| place.partitioner).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Vec<Place> {
        let place = |partitioner, declared, partition| Place {
            partitioner,
            declared,
            partition,
            anywhere: partition.is_none(),
            error: None,
        };
        vec![
            place("murmur2", true, Some(1)),
            place("crc32", false, Some(2)),
            place("java-hash", false, Some(2)),
        ]
    }

    fn seen(partitions: &[i32]) -> Sightings {
        let mut found = Sightings::default();
        for (offset, partition) in (0..).zip(partitions) {
            found.add(*partition, offset, 1_000 + offset);
        }
        found
    }

    #[test]
    fn what_explains_a_place_is_named_and_what_does_not_too() {
        let rows: [(&[i32], Standing, bool, &str); 6] = [
            (&[], Standing::NotSeen, false, "no record of it was seen"),
            (&[1, 1], Standing::Explained, false, "2 records in partition 1, as murmur2"),
            (
                &[2],
                Standing::Explained,
                true,
                "1 record in partition 2, as crc32 and java-hash, and not as murmur2, which the catalog names",
            ),
            (
                &[7],
                Standing::Unexplained,
                true,
                "1 record in partition 7, where no partitioner puts it: partitions were added since, or a producer \
                 chose",
            ),
            (
                &[1, 2],
                Standing::Split,
                true,
                "2 records in 2 partitions (1, 2), so its records have no common order; producers used different \
                 partitioners: murmur2 puts it into 1, crc32 and java-hash puts it into 2",
            ),
            (
                &[1, 7, 9],
                Standing::Split,
                true,
                "3 records in 3 partitions (1, 7, 9), so its records have no common order; no partitioner puts it \
                 into 7, 9: partitions were added since, or a producer chose",
            ),
        ];
        for (partitions, standing, finding, words) in rows {
            let found = Observed::of(&seen(partitions), &places());
            assert_eq!((found.standing, found.is_finding()), (standing, finding), "{partitions:?}");
            assert_eq!(found.to_string(), words);
        }
    }

    #[test]
    fn a_partitioner_that_puts_a_key_anywhere_is_not_contradicted() {
        let mut places = places();
        places[0].partition = None;
        places[0].anywhere = true;
        let found = Observed::of(&seen(&[2]), &places);
        assert_eq!((found.standing, found.contradicts), (Standing::Explained, None));
        let found = Observed::of(&seen(&[3]), &places);
        assert_eq!(found.standing, Standing::Unexplained);
        let [sighting] = found.sightings.as_slice() else { panic!("{found:?}") };
        assert_eq!((sighting.records, sighting.first_offset, sighting.last_offset), (1, 0, 0));
    }
}
