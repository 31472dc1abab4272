use proptest::prelude::*;

use super::super::file::PlanFile;
use super::super::samples::{World, declared, live};
use crate::topics::change::Change;
use crate::topics::declared::Declared;
use crate::topics::internal::{Reach, reach};
use crate::topics::live::LiveTopic;

const NAMES: [&str; 9] =
    ["a", "a-dlq", "b", "b.c", "__internal", "_schemas", "connect-x", "app-changelog", "old"];
const SETTINGS: [(&str, &[&str]); 5] = [
    ("retention.ms", &["-1", "1000", "604800000", "0604800000"]),
    ("cleanup.policy", &["delete", "compact", "compact,delete", "delete, compact"]),
    ("min.insync.replicas", &["1", "2", "3"]),
    ("unclean.leader.election.enable", &["true", "FALSE"]),
    ("unheard.of", &["x", ""]),
];

/// Some settings, each with a value's number.
fn some_settings() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    proptest::sample::subsequence(SETTINGS.to_vec(), 0..=SETTINGS.len()).prop_flat_map(|settings| {
        settings
            .into_iter()
            .map(|(key, values)| (Just(key), proptest::sample::select(values.to_vec())))
            .collect::<Vec<_>>()
    })
}

fn some_declared() -> impl Strategy<Value = Vec<Declared>> {
    let names = proptest::sample::subsequence(NAMES.to_vec(), 0..=NAMES.len());
    names.prop_flat_map(|names| {
        names
            .into_iter()
            .map(|topic| {
                (0..5_i32, 0..4_i16, some_settings(), any::<u8>()).prop_map(
                    move |(partitions, factor, settings, resets)| {
                        let reset = |index: usize| (resets >> index) & 1 == 1;
                        let settings: Vec<_> = settings
                            .into_iter()
                            .enumerate()
                            .map(|(index, (key, value))| (key, (!reset(index)).then_some(value)))
                            .collect();
                        let mut topic = declared(topic, partitions, factor, &settings);
                        topic.partitions = topic.partitions.filter(|count| *count > 0);
                        topic.replication_factor = topic.replication_factor.filter(|count| *count > 0);
                        topic
                    },
                )
            })
            .collect::<Vec<_>>()
    })
}

fn some_live() -> impl Strategy<Value = Vec<LiveTopic>> {
    let names = proptest::sample::subsequence(NAMES.to_vec(), 0..=NAMES.len());
    names.prop_flat_map(|names| {
        names
            .into_iter()
            .map(|topic| {
                (1..5_i32, 1..4_i32, some_settings(), proptest::bool::weighted(0.1)).prop_map(
                    move |(partitions, factor, settings, internal)| {
                        let mut topic = live(topic, partitions, factor, &settings);
                        topic.internal = internal;
                        topic
                    },
                )
            })
            .collect::<Vec<_>>()
    })
}

fn some_world() -> impl Strategy<Value = World> {
    (some_declared(), some_live(), any::<bool>()).prop_map(|(declared, live, prune)| {
        let mut world = World::new(declared, live).pruning(&["", "o", "_", "a"], &["b"]);
        if !world.live.named.contains_key("b") {
            let name = "b".parse().unwrap();
            let seen = world.live.others.iter().position(|topic| topic.name == name);
            let seen = seen.map(|index| world.live.others.remove(index));
            world
                .live
                .named
                .insert(name, seen.map_or(crate::fault::Seen::Absent, crate::fault::Seen::Present));
        }
        world.prune = prune;
        world
    })
}

proptest! {
    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_change(world in some_world()) {
        let plan = world.plan();
        let after = world.apply(&plan).plan();
        prop_assert!(after.is_empty(), "{:?}", after.changes);
        prop_assert!(after.unknown.is_empty());
    }

    #[test]
    fn only_declared_topics_change_except_for_deletes_of_a_prune_and_internal_ones_never(world in some_world()) {
        for planned in &world.plan().changes {
            let name = planned.change.topic();
            let declared = world.declared.iter().any(|topic| topic.name == *name);
            let is_delete = matches!(planned.change, Change::Delete(_));
            prop_assert_eq!(declared, !is_delete, "{}", name);
            prop_assert!(!is_delete || (world.prune && !world.declared.is_empty()));
            let there = world.live.others.iter().chain(world.live.named.values().filter_map(|seen| seen.present()));
            let internal = there.filter(|topic| topic.name == *name).any(|topic| reach(topic) == Reach::Internal);
            prop_assert!(!internal && !name.as_str().starts_with("__"), "{}", name);
        }
    }

    #[test]
    fn a_plan_made_twice_is_the_same(world in some_world()) {
        prop_assert_eq!(world.plan(), world.plan());
    }

    #[test]
    fn a_plan_file_keeps_everything_it_was_given(world in some_world()) {
        let plan = world.plan();
        let file = PlanFile::parse(&PlanFile::write(&plan, "0.1.0")).unwrap();
        prop_assert_eq!(file.wire(), &plan.wire("0.1.0"));
    }

    #[test]
    fn no_text_makes_the_plan_reader_panic(text in ".{0,200}") {
        let _ = PlanFile::parse(&text);
    }

    #[test]
    fn no_edit_of_a_plan_file_makes_the_reader_panic(world in some_world(), at in any::<prop::sample::Index>(), with in "[0-9a-z{}\\[\\],:\"-]{0,3}") {
        let text = PlanFile::write(&world.plan(), "0.1.0");
        let at = at.index(text.len());
        let edited: String = text.chars().take(at).chain(with.chars()).chain(text.chars().skip(at + 1)).collect();
        let _ = PlanFile::parse(&edited);
    }
}
