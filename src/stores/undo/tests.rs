//! Sets in and out, on real files.

use std::path::PathBuf;

use eventctl_core::groups::live::Commit;
use eventctl_core::groups::saved::{Cause, SavedOffset};
use eventctl_core::topics::live::TopicId;

use super::*;

struct Scratch {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Scratch {
    fn new() -> Scratch {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        Scratch { _folder: folder, path }
    }

    fn open(&self) -> Undo {
        Undo::open(&self.path).unwrap()
    }
}

fn cluster(id: &str) -> ClusterId {
    id.parse().unwrap()
}

fn group() -> GroupName {
    "gruppe \u{202e}\"; DROP TABLE saved_set; --".parse().unwrap()
}

fn offset(topic: &str, partition: i32, before: Option<Commit>, after: Option<i64>) -> SavedOffset {
    SavedOffset {
        topic: topic.parse().unwrap(),
        topic_id: Some(TopicId("id".to_owned())),
        partition,
        before,
        after,
    }
}

fn set(id: &str, cause: Cause, undoes: Option<i64>) -> NewSet {
    let commit = |offset, leader_epoch, metadata: Option<&str>| {
        Some(Commit { offset, leader_epoch, metadata: metadata.map(str::to_owned) })
    };
    NewSet {
        cluster: Some(cluster(id)),
        group: group(),
        cause,
        at: 1_795_000_000_123,
        operator: "ops@host".to_owned(),
        command: "eventctl groups seek g --to start".to_owned(),
        undoes,
        offsets: vec![
            offset("a", 0, commit(i64::MAX, Some(3), Some("")), Some(0)),
            offset("a", 10, commit(0, None, Some("two\0words\n")), None),
            offset("b", 0, None, Some(17)),
        ],
    }
}

#[test]
fn a_set_reads_back_as_it_was_saved() {
    let scratch = Scratch::new();
    let wanted = set("one", Cause::Seek, None);
    let number = scratch.open().save(&wanted).unwrap();
    let mut undo = scratch.open();
    let held = undo.get(Some(&cluster("one")), number).unwrap().unwrap();
    assert_eq!(held, SavedSet { number, set: wanted, state: SetState::Begun, undone_by: None });
    assert_eq!(undo.last(Some(&cluster("one")), &group()).unwrap(), Some(held));
    assert_eq!(undo.last(Some(&cluster("one")), &"other".parse().unwrap()).unwrap(), None);
}

#[test]
fn the_last_set_is_the_newest_that_may_have_changed_something() {
    use SetState::{Begun, Done, Failed, Partly};
    let rows: [(&[SetState], Option<usize>); 6] = [
        (&[], None),
        (&[Failed], None),
        (&[Done, Failed], Some(0)),
        (&[Done, Partly], Some(1)),
        (&[Done, Begun], Some(1)),
        (&[Begun, Failed, Failed], Some(0)),
    ];
    for (states, expected) in rows {
        let scratch = Scratch::new();
        let mut undo = scratch.open();
        let mut numbers = Vec::new();
        for state in states {
            let number = undo.save(&set("one", Cause::Delete, None)).unwrap();
            // A process that dies before it settles leaves the set as it was saved.
            if *state != Begun {
                undo.settle(number, *state).unwrap();
            }
            numbers.push(number);
        }
        let found = scratch.open().last(Some(&cluster("one")), &group()).unwrap();
        assert_eq!(found.map(|found| found.number), expected.map(|at| numbers[at]), "{states:?}");
    }
}

#[test]
fn sets_of_another_cluster_are_never_handed_out() {
    let scratch = Scratch::new();
    let mut undo = scratch.open();
    let number = undo.save(&set("one", Cause::Seek, None)).unwrap();
    let nameless = undo.save(&NewSet { cluster: None, ..set("one", Cause::Seek, None) }).unwrap();
    let rows = [(Some(cluster("one")), vec![number]), (Some(cluster("ONE")), vec![]), (None, vec![nameless])];
    for (asked, expected) in rows {
        let asked = asked.as_ref();
        let last = undo.last(asked, &group()).unwrap().map(|found| found.number);
        assert_eq!(last, expected.first().copied(), "{asked:?}");
        let listed = undo.history(asked, Some(&group()), 10).unwrap();
        assert_eq!(listed.iter().map(|found| found.number).collect::<Vec<_>>(), expected, "{asked:?}");
        for each in [number, nameless] {
            assert_eq!(undo.get(asked, each).unwrap().is_some(), expected.contains(&each), "{asked:?}");
        }
    }
}

#[test]
fn what_was_put_back_is_not_put_back_again_and_an_undo_can_be_undone() {
    let scratch = Scratch::new();
    let mut undo = scratch.open();
    let one = cluster("one");
    let first = undo.save(&set("one", Cause::Seek, None)).unwrap();
    undo.settle(first, SetState::Done).unwrap();
    let second = undo.save(&set("one", Cause::Undo, Some(first))).unwrap();
    undo.settle(second, SetState::Done).unwrap();
    undo.mark_undone(first, second).unwrap();
    undo.mark_undone(first, second).unwrap();
    assert_eq!(undo.last(Some(&one), &group()).unwrap().unwrap().number, second);
    assert_eq!(undo.get(Some(&one), first).unwrap().unwrap().undone_by, Some(second));
    let rival = undo.save(&set("one", Cause::Undo, Some(first))).unwrap();
    let refused = [
        (undo.mark_undone(first, rival), "the set 1 was put back already, by the change of set 2"),
        (undo.mark_undone(second, first), "the set 1 was not saved to put the set 2 back"),
        (undo.mark_undone(99, first), "there is no saved set 99"),
        (undo.settle(99, SetState::Done), "there is no saved set 99"),
    ];
    for (answer, words) in refused {
        let failure = answer.unwrap_err();
        assert_eq!((failure.story().as_str(), failure.code()), (words, 2));
    }
    assert_eq!(undo.get(Some(&one), first).unwrap().unwrap().undone_by, Some(second));
}

#[test]
fn history_is_the_newest_first_and_no_longer_than_asked() {
    let scratch = Scratch::new();
    let mut undo = scratch.open();
    let other: GroupName = "other".parse().unwrap();
    let numbers: Vec<i64> = [group(), other.clone(), group()]
        .into_iter()
        .map(|group| undo.save(&NewSet { group, ..set("one", Cause::Seek, None) }).unwrap())
        .collect();
    let rows = [
        (None, 10, vec![numbers[2], numbers[1], numbers[0]]),
        (None, 2, vec![numbers[2], numbers[1]]),
        (Some(group()), 10, vec![numbers[2], numbers[0]]),
        (Some(other), 0, vec![]),
    ];
    for (asked, limit, expected) in rows {
        let found = undo.history(Some(&cluster("one")), asked.as_ref(), limit).unwrap();
        assert_eq!(found.iter().map(|found| found.number).collect::<Vec<_>>(), expected, "{asked:?} {limit}");
        assert!(found.iter().all(|found| found.set.offsets.len() == 3));
    }
}

#[test]
fn a_set_is_saved_whole_or_not_at_all() {
    let scratch = Scratch::new();
    let mut undo = scratch.open();
    let mut twice = set("one", Cause::Seek, None);
    twice.offsets.push(twice.offsets[0].clone());
    assert!(undo.save(&twice).is_err(), "a partition cannot be saved twice");
    assert!(undo.save(&set("one", Cause::Undo, Some(99))).is_err(), "an undo of nothing");
    assert_eq!(undo.history(Some(&cluster("one")), None, 10).unwrap(), []);
}

#[test]
fn what_no_eventctl_wrote_is_damage() {
    let scratch = Scratch::new();
    let mut undo = scratch.open();
    undo.save(&set("one", Cause::Seek, None)).unwrap();
    for (column, value) in [("cause", "'whim'"), ("state", "'perhaps'"), ("group_name", "''")] {
        let change = format!("UPDATE saved_set SET {column} = {value}");
        let told = undo
            .database
            .write(|it| it.execute(&change, []))
            .and_then(|_| undo.history(Some(&cluster("one")), None, 1));
        let told = told.expect_err(column);
        assert!(told.story().contains("undo.db is damaged"), "{column}: {told:?}");
        undo.database
            .write(|it| it.execute("UPDATE saved_set SET cause = 'seek', state = 'done'", []))
            .unwrap();
    }
}
