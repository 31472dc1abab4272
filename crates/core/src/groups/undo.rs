//! Putting saved offsets back: what is written, and what has changed since.

use std::collections::BTreeMap;

use super::live::{Commit, Commits, PartitionKey};
use super::saved::{SavedOffset, SavedSet};
use super::seek::{Log, SeekError, within};
use super::target::Offsets;
use crate::name::TopicName;
use crate::topics::live::TopicId;

/// Why a saved set cannot be put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    /// The topic is another one.
    #[error(
        "topic {topic} was deleted and made anew since set {set} was saved: its offsets mean nothing there"
    )]
    OtherTopic {
        /// The topic.
        topic: TopicName,
        /// The number of the set.
        set: i64,
    },
    /// Offsets that lie outside of the log by now.
    #[error("{0}; --clamp moves them to its nearest end")]
    OutOfRange(SeekError),
}

/// Commits that are to be written; none takes the commit away.
pub type Wanted = BTreeMap<PartitionKey, Option<Commit>>;

/// The commits that a saved set puts back, with their epochs and metadata; none where there was none.
///
/// # Errors
/// A topic that was made anew; offsets that are gone, where they are not to be clamped.
pub fn wanted(
    set: &SavedSet,
    topic_ids: &BTreeMap<TopicName, TopicId>,
    logs: &BTreeMap<PartitionKey, Log>,
    clamp: bool,
) -> Result<(Wanted, Vec<String>), UndoError> {
    for saved in &set.set.offsets {
        if let (Some(then), Some(now)) = (&saved.topic_id, topic_ids.get(&saved.topic))
            && then != now
        {
            return Err(UndoError::OtherTopic { topic: saved.topic.clone(), set: set.number });
        }
    }
    let offset = |saved: &SavedOffset| (key(saved), saved.before.as_ref().map(|commit| commit.offset));
    let offsets: Offsets = set.set.offsets.iter().map(offset).collect();
    let (offsets, notes) = within(offsets, logs, clamp).map_err(UndoError::OutOfRange)?;
    let commit = |saved: &SavedOffset| {
        let offset = offsets.get(&key(saved)).copied().flatten();
        let commit = match (&saved.before, offset) {
            (Some(before), Some(offset)) if before.offset == offset => Some(before.clone()),
            // An offset that was moved is not that leader's any more.
            (_, Some(offset)) => Some(Commit { offset, ..Commit::default() }),
            (_, None) => None,
        };
        (key(saved), commit)
    };
    Ok((set.set.offsets.iter().map(commit).collect(), notes))
}

/// Says where the group stands elsewhere by now than the change had put it: it has been at work since.
#[must_use]
pub fn moved_since(set: &SavedSet, commits: &Commits) -> Vec<String> {
    let words = |offset: Option<i64>| offset.map_or("none".to_owned(), |offset| offset.to_string());
    let moved = |saved: &SavedOffset| {
        let commit = commits.get(&key(saved)).and_then(|commit| commit.as_ref().ok()?.as_ref());
        let now = commit.map(|commit| commit.offset);
        let before = saved.before.as_ref().map(|commit| commit.offset);
        (now != saved.after && now != before).then(|| {
            format!(
                "{}/{} was set to {} and stands at {} now: somebody has moved it since",
                saved.topic,
                saved.partition,
                words(saved.after),
                words(now)
            )
        })
    };
    set.set.offsets.iter().filter_map(moved).collect()
}

fn key(saved: &SavedOffset) -> PartitionKey {
    (saved.topic.clone(), saved.partition)
}

#[cfg(test)]
mod tests {
    use super::super::saved::{Cause, NewSet, SetState};
    use super::*;

    fn saved(partition: i32, before: Option<i64>, after: Option<i64>) -> SavedOffset {
        let commit = |offset| Commit { offset, leader_epoch: Some(4), metadata: Some("m".to_owned()) };
        SavedOffset {
            topic: "t".parse().unwrap(),
            topic_id: Some(TopicId("one".to_owned())),
            partition,
            before: before.map(commit),
            after,
        }
    }

    fn set(offsets: Vec<SavedOffset>) -> SavedSet {
        let set = NewSet {
            cluster: None,
            group: "g".parse().unwrap(),
            cause: Cause::Seek,
            at: 0,
            operator: String::new(),
            command: String::new(),
            undoes: None,
            offsets,
        };
        SavedSet { number: 7, set, state: SetState::Done, undone_by: None }
    }

    fn logs() -> BTreeMap<PartitionKey, Log> {
        let log = Log { start: 10, end: 100, high_watermark: 100, at: None };
        (0..3).map(|partition| (("t".parse().unwrap(), partition), log)).collect()
    }

    fn ids(id: &str) -> BTreeMap<TopicName, TopicId> {
        BTreeMap::from([("t".parse().unwrap(), TopicId(id.to_owned()))])
    }

    #[test]
    fn what_was_there_is_put_back_whole() {
        let set = set(vec![saved(0, Some(42), Some(90)), saved(1, None, Some(90))]);
        let (wanted, notes) = wanted(&set, &ids("one"), &logs(), false).unwrap();
        let commits: Vec<Option<Commit>> = wanted.into_values().collect();
        assert_eq!(commits, [set.set.offsets[0].before.clone(), None]);
        assert!(notes.is_empty());
    }

    #[test]
    fn a_topic_that_was_made_anew_is_refused_and_one_without_an_id_is_not() {
        let set = set(vec![saved(0, Some(42), Some(90))]);
        assert!(matches!(wanted(&set, &ids("two"), &logs(), true), Err(UndoError::OtherTopic { .. })));
        assert!(wanted(&set, &BTreeMap::new(), &logs(), false).is_ok());
    }

    #[test]
    fn what_is_gone_by_now_is_refused_or_clamped_when_told() {
        let set = set(vec![saved(0, Some(5), Some(90))]);
        assert!(matches!(wanted(&set, &ids("one"), &logs(), false), Err(UndoError::OutOfRange(_))));
        let (clamped, notes) = wanted(&set, &ids("one"), &logs(), true).unwrap();
        let commit = clamped.into_values().next().flatten().unwrap();
        assert_eq!((commit.offset, commit.leader_epoch, notes.len()), (10, None, 1));
    }

    #[test]
    fn a_group_that_worked_since_is_told() {
        let set =
            set(vec![saved(0, Some(42), Some(90)), saved(1, Some(42), Some(90)), saved(2, Some(42), None)]);
        let commit = |offset| Ok(Some(Commit { offset, ..Commit::default() }));
        let commits: Commits = [(0, 90), (1, 95), (2, 42)]
            .into_iter()
            .map(|(partition, offset)| (("t".parse().unwrap(), partition), commit(offset)))
            .collect();
        let words = moved_since(&set, &commits);
        assert_eq!(words, ["t/1 was set to 90 and stands at 95 now: somebody has moved it since"]);
    }
}
