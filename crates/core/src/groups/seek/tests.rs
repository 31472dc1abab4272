//! What moving offsets means, row by row.

use super::*;
use crate::groups::live::{GroupKind, GroupState, LiveGroup, Member};

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
    let wanted = BTreeMap::from([(key("t", 0), commit(20)), (key("t", 1), commit(7)), (key("t", 2), None)]);
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

#[test]
fn a_plan_tells_what_has_to_be_known_before_consent() {
    let group: GroupName = "g".parse().unwrap();
    let standing = Standing {
        cluster: None,
        exists: false,
        commits: commits(&[(0, 20)]),
        topic_ids: BTreeMap::new(),
        logs: BTreeMap::from([(key("t", 0), Log { start: 0, end: 50, high_watermark: 60, at: None })]),
        absent: BTreeSet::new(),
    };
    let at = |offset| Wanted::from([(key("t", 0), Some(Commit { offset, ..Commit::default() }))]);
    let purpose = Purpose { group: &group, cause: Cause::Undo, undoes: Some(3), is_part: false };
    let made = plan(purpose, &at(55), &standing, vec!["first".to_owned()]);
    assert_eq!((made.rows.len(), made.unchanged, made.undoes), (1, 0, Some(3)));
    assert_eq!(made.notes.len(), 3, "{:?}", made.notes);
    assert!(made.notes[1].contains("this makes one"), "{:?}", made.notes);
    assert!(made.notes[2].contains("behind a transaction that is still open"), "{:?}", made.notes);
    let there = Standing { exists: true, ..standing };
    let made = plan(purpose, &at(20), &there, Vec::new());
    assert_eq!((made.rows.len(), made.unchanged, made.notes.len()), (0, 1, 0));
    let nowhere = Standing { commits: commits(&[]), ..there };
    let made = plan(purpose, &at(45), &nowhere, Vec::new());
    assert!(made.notes[0].contains("would never read the 45 offsets"), "{:?}", made.notes);
    let made = plan(purpose, &at(0), &nowhere, Vec::new());
    assert_eq!(made.notes, Vec::<String>::new());
}

#[test]
fn a_plan_is_stale_where_its_offsets_mean_something_else_by_now() {
    let group: GroupName = "g".parse().unwrap();
    let standing = |id: &str, start: i64, end: i64| Standing {
        cluster: None,
        exists: true,
        commits: commits(&[(0, 20)]),
        topic_ids: BTreeMap::from([("t".parse().unwrap(), TopicId(id.to_owned()))]),
        logs: BTreeMap::from([(key("t", 0), Log { start, end, high_watermark: end, at: None })]),
        absent: BTreeSet::new(),
    };
    let before = standing("one", 0, 60);
    let wanted = Wanted::from([(key("t", 0), Some(Commit { offset: 30, ..Commit::default() }))]);
    let purpose = Purpose { group: &group, cause: Cause::Seek, undoes: None, is_part: false };
    let rows = plan(purpose, &wanted, &before, Vec::new()).rows;
    let gone = Standing { absent: BTreeSet::from(["t".parse().unwrap()]), ..standing("one", 0, 60) };
    let rows_of_table: [(Standing, &[&str]); 6] = [
        (standing("one", 0, 60), &[]),
        (standing("one", 30, 90), &[]),
        (standing("one", 31, 90), &["t/0: 30 lies before the log start 31 by now"]),
        (standing("one", 0, 29), &["t/0: 30 lies beyond the high watermark 29 by now"]),
        (standing("two", 0, 60), &["topic t was deleted and made anew"]),
        (gone, &["topic t was deleted"]),
    ];
    for (now, expected) in rows_of_table {
        assert_eq!(stale(&before, &now, &rows), expected, "{now:?}");
    }
}

#[test]
fn what_a_target_leaves_out_is_told() {
    let said = |text: &str, wanted: &Offsets| {
        remarks(&Target::parse(text, 0).unwrap(), text, &two(), wanted).join("; ")
    };
    let one = Offsets::from([(key("t", 0), Some(1))]);
    assert_eq!(said("start", &one), "");
    assert_eq!(said("@5", &one), "in 1 partition no record is as young as @5: the end is meant");
    assert_eq!(said("group:o", &one), "1 chosen partition left as they are: group:o says nothing of them");
    assert_eq!(said("file:f", &Offsets::from([(key("t", 0), None), (key("t", 1), None)])), "");
}
