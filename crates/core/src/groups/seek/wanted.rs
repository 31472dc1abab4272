//! Where offsets shall go: a position or a list of places, held against the logs.

use std::collections::BTreeMap;

use super::super::live::{Commits, PartitionKey};
use super::super::target::{Offsets, Target};
use super::{Log, SeekError};
use crate::human;
use crate::position::{Place, Position};

/// The offsets that a target means for the partitions that are chosen. Partitions that it leaves out are not among them.
///
/// `other` are the commits of the other group where the target is one, `file` what its file says.
///
/// # Errors
/// A target that means nothing for these partitions.
pub fn wanted(
    target: &Target,
    logs: &BTreeMap<PartitionKey, Log>,
    other: Option<&Commits>,
    file: Option<&Offsets>,
) -> Result<Offsets, SeekError> {
    match target {
        Target::Position(position) => of_position(position, logs),
        Target::Group(_) => {
            let stands = |key: &PartitionKey| {
                let commit = other?.get(key)?.as_ref().ok()?.as_ref()?;
                Some((key.clone(), Some(commit.offset)))
            };
            Ok(logs.keys().filter_map(stands).collect())
        }
        Target::File(_) => {
            let file = file.cloned().unwrap_or_default();
            Ok(file.into_iter().filter(|(key, _)| logs.contains_key(key)).collect())
        }
    }
}

fn of_position(position: &Position, logs: &BTreeMap<PartitionKey, Log>) -> Result<Offsets, SeekError> {
    match position {
        Position::Offset(offset) if logs.len() > 1 => {
            return Err(SeekError::SeveralPartitions { offset: *offset, partitions: logs.len() });
        }
        Position::Partitions(places) => return of_places(places, logs),
        _ => {}
    }
    let offset = |log: &Log| match position {
        Position::Start => log.start,
        Position::Offset(offset) | Position::All(offset) => *offset,
        Position::BeforeEnd(count) => log.end.saturating_sub(*count).max(log.start),
        Position::Time(_) => log.at.map_or(log.end, |offset| offset.min(log.end)),
        Position::End | Position::Partitions(_) => log.end,
    };
    Ok(logs.iter().map(|(key, log)| (key.clone(), Some(offset(log)))).collect())
}

fn of_places(
    places: &BTreeMap<i32, Place>,
    logs: &BTreeMap<PartitionKey, Log>,
) -> Result<Offsets, SeekError> {
    let mut topics: Vec<_> = logs.keys().map(|(topic, _)| topic).collect();
    topics.dedup();
    let [topic] = topics.as_slice() else { return Err(SeekError::SeveralTopics(topics.len())) };
    let place = |(partition, place): (&i32, &Place)| {
        let key = ((*topic).clone(), *partition);
        if !logs.contains_key(&key) {
            return Err(SeekError::NotChosen(format!("partition {partition}")));
        }
        let offset = match place {
            Place::Offset(offset) => Some(*offset),
            Place::None => None,
        };
        Ok((key, offset))
    };
    places.iter().map(place).collect()
}

/// Holds offsets against their logs: outside of one, a group would begin wherever its reset policy says. With `clamp`
/// they are moved to its nearest end, which is noted.
///
/// # Errors
/// Every offset that lies outside, where they are not to be clamped.
pub fn within(
    mut offsets: Offsets,
    logs: &BTreeMap<PartitionKey, Log>,
    clamp: bool,
) -> Result<(Offsets, Vec<String>), SeekError> {
    let mut outside = Vec::new();
    for (key, wanted) in &mut offsets {
        let (Some(offset), Some(log)) = (wanted.as_mut(), logs.get(key)) else { continue };
        // What stands behind an open transaction may be chosen; beyond the high watermark there is nothing.
        let nearest = (*offset).clamp(log.start, log.high_watermark.max(log.start));
        if nearest != *offset {
            let (topic, partition) = key;
            let place =
                if *offset < log.start { "before the log start" } else { "beyond the high watermark" };
            outside.push(format!("{topic}/{partition}: {offset} lies {place} {nearest}"));
            *offset = nearest;
        }
    }
    match outside.is_empty() || clamp {
        true => {
            Ok((offsets, outside.into_iter().map(|line| format!("{line}, and is moved there")).collect()))
        }
        false => Err(SeekError::OutOfRange(format!(
            "{} outside of the log: {}",
            human::plural(outside.len(), "offset"),
            human::list(&outside, 20)
        ))),
    }
}
