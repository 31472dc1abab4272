use super::super::samples::{World, declared, denied, live, name};
use crate::fault::Seen;
use crate::topics::live::LiveTopic;

fn others() -> Vec<LiveTopic> {
    let mut marked = live("app-marked", 1, 1, &[]);
    marked.internal = true;
    let names = ["app-old", "app-kept", "other", "app-store-changelog", "__app", "connect-offsets"];
    let mut topics: Vec<LiveTopic> = names.map(|name| live(name, 1, 1, &[])).into();
    topics.push(marked);
    topics.push(live("app", 1, 1, &[]));
    topics
}

fn world() -> World {
    World::new(vec![declared("app", 1, 1, &[])], others())
}

fn deleted(world: &World) -> Vec<String> {
    world.plan().deletions().into_iter().map(|deletion| deletion.topic.to_string()).collect()
}

#[test]
fn deletes_stay_in_the_scope_and_never_reach_declared_internal_excluded_or_mentioned_topics() {
    assert!(deleted(&world()).is_empty(), "without --prune");
    assert_eq!(deleted(&world().pruning(&["app"], &[])), ["app-kept", "app-old"]);
    assert_eq!(deleted(&world().pruning(&[], &["other"])), ["other"]);
    assert!(deleted(&world().pruning(&[], &[])).is_empty(), "no scope");
    assert!(
        deleted(&world().pruning(&[], &["__app", "app-marked"])).is_empty(),
        "the brokers' own, even outright"
    );
    assert!(deleted(&world().pruning(&["connect-", "__"], &[])).is_empty(), "a tool's own, by prefix");
    assert_eq!(deleted(&world().pruning(&[], &["connect-offsets"])), ["connect-offsets"], "named outright");
    let mut excluded = world().pruning(&["app"], &["other"]);
    excluded.scope.exclude = vec![name("app-kept"), name("other")];
    assert_eq!(deleted(&excluded), ["app-old"]);
    let mut mentioned = world().pruning(&["app"], &[]);
    mentioned.mentioned = [name("app-old")].into();
    assert_eq!(deleted(&mentioned), ["app-kept"]);
}

#[test]
fn an_empty_prefix_is_ignored_and_said() {
    let world = world().pruning(&[""], &[]);
    assert!(deleted(&world).is_empty());
    assert!(world.plan().notes.iter().any(|note| note.text.contains("empty prefix")));
}

#[test]
fn an_empty_catalog_deletes_nothing_and_says_so() {
    let world = World::new(vec![], others()).pruning(&["app"], &["other"]);
    assert!(deleted(&world).is_empty());
    assert!(world.plan().notes.iter().any(|note| note.text.contains("declares no topics")));
}

#[test]
fn without_prune_the_topics_it_would_delete_are_listed() {
    let mut world = world().pruning(&["app"], &[]);
    world.prune = false;
    let plan = world.plan();
    assert_eq!(plan.unmanaged.in_scope, [name("app-kept"), name("app-old")]);
    assert!(!plan.drift());
}

#[test]
fn a_topic_of_the_scope_that_was_denied_is_unknown_and_not_deleted() {
    let mut world = world().pruning(&[], &["hidden", "gone"]);
    world.live.named.insert(name("hidden"), Seen::Unknown(denied()));
    world.live.named.insert(name("gone"), Seen::Absent);
    let plan = world.plan();
    assert!(plan.is_empty());
    assert_eq!(plan.unknown.len(), 1);
    assert_eq!(plan.unknown[0].topic, name("hidden"));
}

#[test]
fn a_deleted_topic_is_no_longer_listed_as_unmanaged_and_is_bound_to_its_id() {
    let plan = world().pruning(&["app-old"], &[]).plan();
    assert!(!plan.unmanaged.topics.contains(&name("app-old")));
    assert_eq!(plan.deletions()[0].id.as_ref().unwrap().0, "id-app-old");
}
