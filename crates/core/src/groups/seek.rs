//! Moving the offsets of a group: what is written where, what that skips or repeats, and why it is refused.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::OffsetChange;
use super::live::{Commit, Commits, GroupKind, LiveGroup, PartitionKey};
use super::saved::Cause;
use super::target::{Offsets, Target};
use super::undo::Wanted;
use crate::human;
use crate::name::{ClusterId, GroupName, TopicName};
use crate::position::{Place, Position};
use crate::topics::live::TopicId;

/// What the brokers say of a partition whose commit is to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The log start offset.
    pub start: i64,
    /// The last stable offset: the end of the records of finished transactions.
    pub end: i64,
    /// The high watermark: the end of all records.
    pub high_watermark: i64,
    /// The first offset at or after the time of the target, where it is a time and there is such a record.
    pub at: Option<i64>,
}

/// Why offsets cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeekError {
    /// One offset for several partitions.
    #[error(
        "an offset alone is a place in one partition, and {partitions} are chosen; write all:{offset}, or 0:{offset} for partition 0 alone"
    )]
    SeveralPartitions {
        /// The offset.
        offset: i64,
        /// How many partitions are chosen.
        partitions: usize,
    },
    /// Offsets by partition for several topics.
    #[error(
        "offsets by partition are those of one topic, and {0} are chosen; use a file of lines topic,partition,offset"
    )]
    SeveralTopics(usize),
    /// Partitions that are named and not chosen.
    #[error("{0} is named, and is not among the partitions that are chosen")]
    NotChosen(String),
    /// Offsets outside of their logs.
    #[error("{0}")]
    OutOfRange(String),
}

/// A plan to move offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekPlan {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// The group.
    pub group: GroupName,
    /// What for.
    pub cause: Cause,
    /// For an undo: the set that it puts back.
    pub undoes: Option<i64>,
    /// The ids of the topics, where the server gives them: offsets mean nothing in a topic that was made anew.
    pub topic_ids: BTreeMap<TopicName, TopicId>,
    /// The partitions whose commit changes.
    pub rows: Vec<SeekRow>,
    /// How many are chosen and stand where they should already.
    pub unchanged: usize,
    /// What has to be known before consent is given.
    pub notes: Vec<String>,
}

/// One partition of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekRow {
    /// The change.
    pub change: OffsetChange,
    /// The log, as far as it could be read.
    pub log: Option<Log>,
    /// What it does.
    pub effect: Effect,
    /// The times of the first and the last record that are skipped or repeated, in milliseconds since 1970.
    pub times: Option<(i64, i64)>,
}

/// What a change of an offset does to the group's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "effect", content = "offsets")]
pub enum Effect {
    /// So many offsets are never read by the group.
    Skips(i64),
    /// So many offsets are read once more.
    Repeats(i64),
    /// The group had no commit there.
    Begins,
    /// The commit is taken away: where the group begins is decided by its reset policy.
    Forgets,
    /// Only what is gone lies between the two.
    Nothing,
}

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

/// Makes the changes: what stands where it should is left alone.
#[must_use]
pub fn rows(
    group: &GroupName,
    commits: &Commits,
    wanted: &Wanted,
    logs: &BTreeMap<PartitionKey, Log>,
) -> (Vec<SeekRow>, usize) {
    let mut rows = Vec::new();
    for (key, after) in wanted {
        let before = commits.get(key).and_then(|commit| commit.as_ref().ok()).and_then(Option::as_ref);
        let offset = |commit: Option<&Commit>| commit.map(|commit| commit.offset);
        if offset(before) == offset(after.as_ref()) {
            continue;
        }
        let log = logs.get(key).copied();
        let change = OffsetChange {
            group: group.clone(),
            topic: key.0.clone(),
            partition: key.1,
            before: before.cloned(),
            after: after.clone(),
        };
        let effect = effect(offset(before), offset(after.as_ref()), log);
        rows.push(SeekRow { change, log, effect, times: None });
    }
    let unchanged = wanted.len().saturating_sub(rows.len());
    (rows, unchanged)
}

/// What lies between two commits, without what is gone and what is not there yet.
fn effect(before: Option<i64>, after: Option<i64>, log: Option<Log>) -> Effect {
    let (before, after) = match (before, after) {
        (_, None) => return Effect::Forgets,
        (None, Some(_)) => return Effect::Begins,
        (Some(before), Some(after)) => (before, after),
    };
    let inside =
        |offset: i64| log.map_or(offset, |log| offset.max(log.start).min(log.high_watermark.max(log.start)));
    match inside(after).saturating_sub(inside(before)) {
        0 => Effect::Nothing,
        skipped if skipped > 0 => Effect::Skips(skipped),
        repeated => Effect::Repeats(repeated.saturating_neg()),
    }
}

/// What taking a change back would need, or would not bring back.
#[must_use]
pub fn way_back(rows: &[SeekRow]) -> Vec<String> {
    let before = || rows.iter().filter_map(|row| Some((row, row.change.before.as_ref()?)));
    let outside = |(row, commit): &(&SeekRow, &Commit)| {
        row.log.is_some_and(|log| commit.offset < log.start || commit.offset > log.high_watermark)
    };
    let outside = before().filter(outside).count();
    let metadata = before().filter(|(_, commit)| commit.metadata.is_some()).count();
    let mut notes = Vec::new();
    if outside > 0 {
        let what = human::plural(outside, "offset");
        notes
            .push(format!("{what} stood outside of the log: the way back is refused, or moved with --clamp"));
    }
    if metadata > 0 {
        let what = human::plural(metadata, "commit");
        notes.push(format!(
            "{what} with metadata of its application, which goes: groups undo brings it back, the printed command does not"
        ));
    }
    notes
}

/// The offsets between which a change moves, where records lie there: the first, and the one behind the last.
#[must_use]
pub fn moved_over(row: &SeekRow) -> Option<(i64, i64)> {
    let (before, after) = (row.change.before.as_ref()?.offset, row.change.after.as_ref()?.offset);
    let log = row.log?;
    let (low, high) = (before.min(after).max(log.start), before.max(after).min(log.high_watermark));
    (low < high).then_some((low, high))
}

/// Why a group may not be moved now; none where it may.
#[must_use]
pub fn refusal(live: &LiveGroup) -> Option<String> {
    if live.kind == GroupKind::Unsupported {
        let kind = live.protocol_type.as_deref().unwrap_or("unsupported");
        return Some(format!(
            "group {} is of the type {kind}: it has no committed offsets to move",
            live.name
        ));
    }
    if live.members.is_empty() {
        return None;
    }
    let member = |member: &super::live::Member| {
        let name = member.instance_id.as_ref().unwrap_or(&member.client_id);
        format!("{name} on {} ({})", member.host, member.id)
    };
    let members: Vec<String> = live.members.iter().map(member).collect();
    Some(format!(
        "group {} has {} ({}), which would write over it: {}",
        live.name,
        human::plural(members.len(), "member"),
        live.state.as_str(),
        human::list(&members, 10)
    ))
}

/// The partitions whose commit is another one than before, with both: somebody else commits.
#[must_use]
pub fn moved(before: &Commits, now: &Commits, keys: impl Iterator<Item = PartitionKey>) -> Vec<String> {
    let offset = |commits: &Commits, key: &PartitionKey| {
        commits.get(key).and_then(|commit| commit.as_ref().ok()?.as_ref().map(|commit| commit.offset))
    };
    let words = |offset: Option<i64>| offset.map_or("none".to_owned(), |offset| offset.to_string());
    keys.filter_map(|key| {
        let (then, now) = (offset(before, &key), offset(now, &key));
        (then != now).then(|| format!("{}/{} from {} to {}", key.0, key.1, words(then), words(now)))
    })
    .collect()
}

/// The arguments of the command that puts a group's last saved offsets back.
#[must_use]
pub fn undo_command(group: &GroupName) -> Vec<String> {
    of_group(vec!["groups".to_owned(), "undo".to_owned()], group)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::live::{GroupState, Member};

    fn key(topic: &str, partition: i32) -> PartitionKey {
        (topic.parse().unwrap(), partition)
    }

    fn log(start: i64, end: i64) -> Log {
        Log { start, end, high_watermark: end, at: None }
    }

    fn two() -> BTreeMap<PartitionKey, Log> {
        BTreeMap::from([(key("t", 0), log(10, 100)), (key("t", 1), Log { at: Some(60), ..log(0, 50) })])
    }

    fn commits(of: &[(i32, i64)]) -> Commits {
        let commit = |offset| Ok(Some(Commit { offset, ..Commit::default() }));
        of.iter().map(|(partition, offset)| (key("t", *partition), commit(*offset))).collect()
    }

    #[test]
    fn a_target_means_an_offset_in_each_partition() {
        let position = |text: &str| Target::parse(text, 0).unwrap();
        type Row<'a> = (&'a str, &'a [(i32, Option<i64>)]);
        let rows: [Row<'_>; 8] = [
            ("start", &[(0, Some(10)), (1, Some(0))]),
            ("end", &[(0, Some(100)), (1, Some(50))]),
            ("all:42", &[(0, Some(42)), (1, Some(42))]),
            ("-20", &[(0, Some(80)), (1, Some(30))]),
            ("-95", &[(0, Some(10)), (1, Some(0))]),
            // No record as young as that in one, and beyond the last stable offset in the other: the end.
            ("@5", &[(0, Some(100)), (1, Some(50))]),
            ("1:7", &[(1, Some(7))]),
            ("0:none,1:7", &[(0, None), (1, Some(7))]),
        ];
        for (text, expected) in rows {
            let found = wanted(&position(text), &two(), None, None).unwrap();
            let expected: Offsets =
                expected.iter().map(|(partition, offset)| (key("t", *partition), *offset)).collect();
            assert_eq!(found, expected, "{text}");
        }
        let other = commits(&[(1, 33)]);
        let found = wanted(&Target::Group("o".parse().unwrap()), &two(), Some(&other), None).unwrap();
        assert_eq!(found, Offsets::from([(key("t", 1), Some(33))]));
    }

    #[test]
    fn targets_that_mean_nothing_are_told() {
        let position = |text: &str| wanted(&Target::parse(text, 0).unwrap(), &two(), None, None).unwrap_err();
        assert_eq!(position("42"), SeekError::SeveralPartitions { offset: 42, partitions: 2 });
        assert_eq!(position("7:1"), SeekError::NotChosen("partition 7".to_owned()));
        let mut logs = two();
        logs.insert(key("u", 0), log(0, 1));
        let several = wanted(&Target::parse("0:1", 0).unwrap(), &logs, None, None).unwrap_err();
        assert_eq!(several, SeekError::SeveralTopics(2));
    }

    #[test]
    fn offsets_outside_of_the_log_are_refused_or_clamped_when_told() {
        let offsets = || Offsets::from([(key("t", 0), Some(9)), (key("t", 1), Some(51))]);
        let told = within(offsets(), &two(), false).unwrap_err().to_string();
        assert!(told.contains("t/0: 9 lies before the log start 10"), "{told}");
        assert!(told.contains("t/1: 51 lies beyond the high watermark 50"), "{told}");
        let (clamped, notes) = within(offsets(), &two(), true).unwrap();
        assert_eq!(clamped, Offsets::from([(key("t", 0), Some(10)), (key("t", 1), Some(50))]));
        assert_eq!(notes.len(), 2);
        let inside = Offsets::from([(key("t", 0), Some(100)), (key("t", 1), None)]);
        assert_eq!(within(inside.clone(), &two(), false).unwrap(), (inside, Vec::new()));
    }

    #[test]
    fn a_change_says_what_it_skips_and_repeats() {
        let rows_of = [
            (Some(20), Some(30), Effect::Skips(10)),
            (Some(30), Some(20), Effect::Repeats(10)),
            (Some(5), Some(30), Effect::Skips(20)),
            (Some(200), Some(90), Effect::Repeats(10)),
            (Some(5), Some(10), Effect::Nothing),
            (None, Some(20), Effect::Begins),
            (Some(20), None, Effect::Forgets),
        ];
        for (before, after, expected) in rows_of {
            assert_eq!(effect(before, after, Some(log(10, 100))), expected, "{before:?} to {after:?}");
        }
    }

    #[test]
    fn what_stands_where_it_should_is_left_alone() {
        let commit = |offset| Some(Commit { offset, ..Commit::default() });
        let wanted =
            BTreeMap::from([(key("t", 0), commit(20)), (key("t", 1), commit(7)), (key("t", 2), None)]);
        let (changes, unchanged) = rows(&"g".parse().unwrap(), &commits(&[(0, 20), (1, 9)]), &wanted, &two());
        assert_eq!((changes.len(), unchanged), (1, 2));
        assert_eq!(changes[0].effect, Effect::Repeats(2));
        assert_eq!(moved_over(&changes[0]), Some((7, 9)));
    }

    #[test]
    fn members_keep_a_group_where_it_is() {
        let member = Member {
            id: "m-1".to_owned(),
            client_id: "app".to_owned(),
            host: "/10.0.0.1".to_owned(),
            instance_id: None,
            assigned: Vec::new(),
            target: None,
        };
        let mut live = LiveGroup {
            name: "g".parse().unwrap(),
            kind: GroupKind::Classic,
            protocol_type: None,
            state: GroupState::Stable,
            assignor: None,
            coordinator: None,
            members: vec![member],
        };
        assert!(refusal(&live).unwrap().contains("app on /10.0.0.1 (m-1)"));
        live.members.clear();
        assert_eq!(refusal(&live), None);
        live.kind = GroupKind::Unsupported;
        assert!(refusal(&live).is_some());
    }

    #[test]
    fn the_inverse_is_a_command_for_each_topic() {
        let offsets = Offsets::from([(key("t", 0), Some(42)), (key("t", 3), None), (key("u", 1), Some(7))]);
        let words: Vec<String> =
            commands(&"g".parse().unwrap(), &offsets).iter().map(|words| words.join(" ")).collect();
        assert_eq!(words, ["groups seek --topic t --to 0:42,3:none g", "groups seek --topic u --to 1:7 g"]);
    }

    #[test]
    fn a_group_that_is_called_like_a_flag_stands_behind_the_flags() {
        let words = undo_command(&"-g".parse().unwrap());
        assert_eq!(words, ["groups", "undo", "--", "-g"]);
    }

    #[test]
    fn what_the_way_back_loses_is_told() {
        let commit = Commit { offset: 5, leader_epoch: None, metadata: Some("state".to_owned()) };
        let commits = Commits::from([(key("t", 0), Ok(Some(commit)))]);
        let wanted = BTreeMap::from([(key("t", 0), Some(Commit { offset: 20, ..Commit::default() }))]);
        let (changes, _) = rows(&"g".parse().unwrap(), &commits, &wanted, &two());
        let notes = way_back(&changes);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].contains("outside of the log"), "{notes:?}");
        assert!(notes[1].contains("metadata"), "{notes:?}");
    }

    #[test]
    fn a_commit_that_moved_is_named() {
        let keys = || [key("t", 0), key("t", 1), key("t", 2)].into_iter();
        let words = moved(&commits(&[(0, 1), (1, 5)]), &commits(&[(0, 1), (1, 6), (2, 9)]), keys());
        assert_eq!(words, ["t/1 from 5 to 6", "t/2 from none to 9"]);
    }
}
