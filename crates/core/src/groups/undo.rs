//! Putting saved offsets back: what is written, and what has changed since.

use std::collections::{BTreeMap, BTreeSet};

use super::live::{Commit, Commits, PartitionKey};
use super::saved::{SavedOffset, SavedSet};
use super::seek::{SeekError, Standing, within};
use super::target::{Offsets, TopicPart};
use crate::human;
use crate::name::TopicName;

/// Why a saved set cannot be put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    /// Topics that are not those of the set any more.
    #[error("since set {set} was saved, {}: its offsets mean nothing there", human::list(.lost, 10))]
    LostTopics {
        /// What became of each of them, in words.
        lost: Vec<String>,
        /// The topics of the set that are still there.
        others: BTreeSet<TopicName>,
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
/// Topics that are gone or were made anew; offsets that are gone, where they are not to be clamped.
pub fn wanted(set: &SavedSet, standing: &Standing, clamp: bool) -> Result<(Wanted, Vec<String>), UndoError> {
    still_there(set, standing)?;
    let offset = |saved: &SavedOffset| (saved.key(), saved.before.as_ref().map(|commit| commit.offset));
    let offsets: Offsets = set.set.offsets.iter().map(offset).collect();
    let (offsets, notes) = within(offsets, &standing.logs, clamp).map_err(UndoError::OutOfRange)?;
    let commit = |saved: &SavedOffset| {
        let offset = offsets.get(&saved.key()).copied().flatten();
        let commit = match (&saved.before, offset) {
            (Some(before), Some(offset)) if before.offset == offset => Some(before.clone()),
            // An offset that was moved is not that leader's any more.
            (_, Some(offset)) => Some(Commit { offset, ..Commit::default() }),
            (_, None) => None,
        };
        (saved.key(), commit)
    };
    Ok((set.set.offsets.iter().map(commit).collect(), notes))
}

fn still_there(set: &SavedSet, standing: &Standing) -> Result<(), UndoError> {
    let (mut lost, mut others) = (BTreeMap::new(), BTreeSet::new());
    for SavedOffset { topic, topic_id, .. } in &set.set.offsets {
        let is_another =
            matches!((topic_id, standing.topic_ids.get(topic)), (Some(then), Some(now)) if then != now);
        if standing.absent.contains(topic) {
            lost.insert(topic, format!("topic {topic} was deleted"));
        } else if is_another {
            lost.insert(topic, format!("topic {topic} was deleted and made anew"));
        } else {
            others.insert(topic.clone());
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    Err(UndoError::LostTopics { lost: lost.into_values().collect(), others, set: set.number })
}

/// Leaves of a set only what is named; true where that is not all of it. No names are all of it.
#[must_use]
pub fn narrowed(mut set: SavedSet, parts: &[TopicPart]) -> (SavedSet, bool) {
    let whole = set.set.offsets.len();
    let named =
        |saved: &SavedOffset| parts.iter().any(|part| part.topic == saved.topic && part.has(saved.partition));
    if !parts.is_empty() {
        set.set.offsets.retain(named);
    }
    let is_part = set.set.offsets.len() < whole;
    (set, is_part)
}

/// Says where the group stands elsewhere by now than the change had put it: it has been at work since.
#[must_use]
pub fn moved_since(set: &SavedSet, commits: &Commits) -> Vec<String> {
    let words = |offset: Option<i64>| offset.map_or("none".to_owned(), |offset| offset.to_string());
    let moved = |saved: &SavedOffset| {
        let commit = commits.get(&saved.key()).and_then(|commit| commit.as_ref().ok()?.as_ref());
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

#[cfg(test)]
mod tests {
    use super::super::saved::{Cause, NewSet, SetState};
    use super::super::seek::Log;
    use super::*;
    use crate::topics::live::TopicId;

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

    /// Logs from 10 to 100, of a topic of this id.
    fn standing(id: &str) -> Standing {
        let log = Log { start: 10, end: 100, high_watermark: 100, at: None };
        Standing {
            cluster: None,
            exists: true,
            commits: Commits::new(),
            topic_ids: BTreeMap::from([("t".parse().unwrap(), TopicId(id.to_owned()))]),
            logs: (0..3).map(|partition| (("t".parse().unwrap(), partition), log)).collect(),
            absent: BTreeSet::new(),
        }
    }

    #[test]
    fn what_was_there_is_put_back_whole() {
        let set = set(vec![saved(0, Some(42), Some(90)), saved(1, None, Some(90))]);
        let (wanted, notes) = wanted(&set, &standing("one"), false).unwrap();
        let commits: Vec<Option<Commit>> = wanted.into_values().collect();
        assert_eq!(commits, [set.set.offsets[0].before.clone(), None]);
        assert!(notes.is_empty());
    }

    #[test]
    fn a_topic_that_was_made_anew_is_refused_and_one_without_an_id_is_not() {
        let mut offsets = vec![saved(0, Some(42), Some(90)), saved(1, Some(42), Some(90))];
        offsets[1].topic = "u".parse().unwrap();
        let set = set(offsets);
        let told = |standing: &Standing| wanted(&set, standing, true).unwrap_err();
        let others = BTreeSet::from(["u".parse().unwrap()]);
        let lost = |words: &str| UndoError::LostTopics {
            lost: vec![words.to_owned()],
            others: others.clone(),
            set: 7,
        };
        assert_eq!(told(&standing("two")), lost("topic t was deleted and made anew"));
        let gone = Standing { absent: BTreeSet::from(["t".parse().unwrap()]), ..standing("one") };
        assert_eq!(told(&gone), lost("topic t was deleted"));
        assert_eq!(
            told(&gone).to_string(),
            "since set 7 was saved, topic t was deleted: its offsets mean nothing there"
        );
        let nameless = Standing { topic_ids: BTreeMap::new(), ..standing("one") };
        assert!(wanted(&set, &nameless, false).is_ok());
    }

    #[test]
    fn a_part_of_a_set_is_what_is_named() {
        let set = || set(vec![saved(0, Some(1), Some(9)), saved(1, Some(2), Some(9))]);
        let part = |text: &str| TopicPart::parse(text).unwrap();
        let rows: [(&[TopicPart], &[i32], bool); 5] = [
            (&[], &[0, 1], false),
            (&[part("t")], &[0, 1], false),
            (&[part("t:1,7")], &[1], true),
            (&[part("u"), part("t:0")], &[0], true),
            (&[part("u")], &[], true),
        ];
        for (parts, expected, is_part) in rows {
            let (left, part) = narrowed(set(), parts);
            let left: Vec<i32> = left.set.offsets.iter().map(|saved| saved.partition).collect();
            assert_eq!((left.as_slice(), part), (expected, is_part), "{parts:?}");
        }
    }

    #[test]
    fn what_is_gone_by_now_is_refused_or_clamped_when_told() {
        let set = set(vec![saved(0, Some(5), Some(90))]);
        assert!(matches!(wanted(&set, &standing("one"), false), Err(UndoError::OutOfRange(_))));
        let (clamped, notes) = wanted(&set, &standing("one"), true).unwrap();
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
