use std::collections::BTreeMap;

use super::super::file::{Ground, PLAN_FILE_LIMIT, PlanFile, PlanFileError, Stale, narrow, stale};
use super::super::samples::{World, declared, denied, live, name};
use super::super::{Facts, Plan, TopicFacts};
use crate::fault::Seen;
use crate::risk::Risk;
use crate::topics::live::{LiveTopic, OffsetRange, TopicId};

/// A new topic, one to grow and configure, one to reset, one to delete, and one the plan does not touch.
fn world() -> World {
    let catalog = vec![
        declared("new", 1, 1, &[]),
        declared("grown", 4, 1, &[("retention.ms", Some("1000")), ("segment.ms", Some("5"))]),
        declared("reset", 1, 1, &[("retention.ms", None)]),
    ];
    let cluster = vec![
        live("grown", 2, 1, &[]),
        live("reset", 1, 1, &[("retention.ms", "-1")]),
        live("old", 1, 1, &[]),
        live("free", 1, 1, &[]),
    ];
    World::new(catalog, cluster).pruning(&["old"], &[])
}

fn facts(high_watermark: i64) -> Facts {
    let range = Ok(OffsetRange { log_start: 0, high_watermark });
    let old = TopicFacts { ranges: BTreeMap::from([(0, range)]), ..TopicFacts::default() };
    Facts(BTreeMap::from([(name("old"), old)]))
}

fn plan() -> Plan {
    world().plan().with_facts(&facts(7))
}

fn file(plan: &Plan) -> PlanFile {
    PlanFile::parse(&PlanFile::write(plan, "0.1.0")).unwrap()
}

fn ground<'a>(world: &'a World, facts: &'a Facts) -> Ground<'a> {
    Ground { environment: Some("prod"), catalog_hash: "hash", live: &world.live, facts }
}

fn whats(stale: &[Stale]) -> Vec<&str> {
    stale.iter().map(|moved| moved.what.as_str()).collect()
}

fn there<'a>(world: &'a mut World, topic: &str) -> &'a mut LiveTopic {
    match world.live.named.get_mut(topic) {
        Some(Seen::Present(topic)) => topic,
        _ => world.live.others.iter_mut().find(|other| other.name.as_str() == topic).unwrap(),
    }
}

#[test]
fn a_plan_comes_back_from_its_file_as_it_was_and_is_not_stale() {
    let plan = plan();
    let file = file(&plan);
    assert_eq!(*file.wire(), plan.wire("0.1.0"));
    let (world, facts) = (world(), facts(7));
    assert_eq!(stale(&file, &ground(&world, &facts)), []);
    assert_eq!(narrow(&file, plan.clone()), Ok(plan));
}

#[test]
fn whatever_the_plan_touches_makes_it_stale_when_it_moves() {
    type Move = fn(&mut World);
    let rows: [(Move, &[&str]); 13] = [
        (|world| world.live.cluster.id = Some("other".parse().unwrap()), &["cluster"]),
        (|world| world.live.cluster.id = None, &["cluster"]),
        (|world| drop(world.live.named.insert(name("new"), Seen::Present(live("new", 1, 1, &[])))), &["new"]),
        (|world| drop(world.live.named.insert(name("new"), Seen::Unknown(denied()))), &["new"]),
        (|world| drop(world.live.named.remove("new")), &["new"]),
        (|world| drop(world.live.named.insert(name("grown"), Seen::Absent)), &["grown", "grown"]),
        (|world| drop(there(world, "grown").partitions.pop()), &["grown partitions"]),
        (|world| there(world, "grown").id = Some(TopicId("x".into())), &["grown id", "grown id"]),
        (|world| there(world, "grown").config = Err(denied()), &["grown settings"]),
        (
            |world| there(world, "grown").config = live("x", 1, 1, &[("retention.ms", "604800000")]).config,
            &["grown retention.ms"],
        ),
        (
            |world| there(world, "reset").config = live("x", 1, 1, &[("retention.ms", "5")]).config,
            &["reset retention.ms"],
        ),
        (
            |world| {
                let config = there(world, "reset").config.as_mut().unwrap();
                config.0.get_mut("retention.ms").unwrap().inherited = Some("9".into());
            },
            &["reset retention.ms"],
        ),
        (|world| there(world, "old").id = Some(TopicId("x".into())), &["old id"]),
    ];
    let file = file(&plan());
    for (index, (change, expected)) in rows.into_iter().enumerate() {
        let mut world = world();
        change(&mut world);
        let facts = facts(7);
        assert_eq!(whats(&stale(&file, &ground(&world, &facts))), expected, "row {index}");
    }
}

#[test]
fn the_catalog_the_environment_and_a_write_to_a_topic_to_delete_make_it_stale() {
    let (file, world) = (file(&plan()), world());
    let (same, written) = (facts(7), facts(8));
    let base = ground(&world, &same);
    let rows = [
        (Ground { environment: None, ..base }, "environment"),
        (Ground { catalog_hash: "else", ..base }, "catalog"),
        (Ground { facts: &written, ..base }, "old high watermarks"),
    ];
    for (ground, expected) in rows {
        assert_eq!(whats(&stale(&file, &ground)), [expected]);
    }
}

#[test]
fn what_the_plan_does_not_touch_may_move_freely() {
    let mut world = world();
    there(&mut world, "free").id = Some(TopicId("x".into()));
    let grown = there(&mut world, "grown").config.as_mut().unwrap();
    grown.0.get_mut("max.message.bytes").unwrap().value = Some("5".into());
    // What a setting inherits does not matter where it is set.
    grown.0.get_mut("segment.ms").unwrap().inherited = Some("1".into());
    there(&mut world, "reset").partitions.push(live("x", 1, 1, &[]).partitions.remove(0));
    world.live.others.push(live("more", 1, 1, &[]));
    let facts = facts(7);
    assert_eq!(stale(&file(&plan()), &ground(&world, &facts)), []);
}

#[test]
fn narrowing_keeps_what_the_file_names_and_takes_risks_from_the_plan_made_anew() {
    let fresh = plan();
    let mut wire = fresh.wire("0.1.0");
    wire.changes.retain(|change| change.change.topic().as_str() == "grown");
    for change in &mut wire.changes {
        change.risks.clear();
        if let crate::topics::change::Change::Configure(alteration) = &mut change.change {
            alteration.settings.remove("segment.ms");
        }
    }
    let document = serde_json::json!({"kind": "topics.plan", "version": 1, "data": wire});
    let edited = PlanFile::parse(&document.to_string()).unwrap();
    let narrowed = narrow(&edited, fresh).unwrap();
    let risks: Vec<Risk> = narrowed.risks().into_iter().map(|(risk, _)| risk).collect();
    assert_eq!(risks, [Risk::PartitionIncrease, Risk::RetentionCut]);
    assert_eq!(narrowed.counts().changes(), 2);
}

#[test]
fn a_file_cannot_add_a_change_that_catalog_and_cluster_do_not_ask_for() {
    let rows = [
        ("/data/changes/0/topic", serde_json::json!("evil")),
        ("/data/changes/0/partitions", serde_json::json!(50)),
        ("/data/changes/1/to", serde_json::json!(40)),
        ("/data/changes/2/settings/retention.ms/to", serde_json::json!("1")),
        ("/data/changes/2/settings/retention.ms/from", serde_json::json!("1")),
        ("/data/changes/4/topic", serde_json::json!("free")),
    ];
    for (pointer, value) in rows {
        let fresh = plan();
        let mut document: serde_json::Value =
            serde_json::from_str(&PlanFile::write(&fresh, "0.1.0")).unwrap();
        *document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        let edited = PlanFile::parse(&document.to_string()).unwrap();
        assert_eq!(narrow(&edited, fresh).map_err(|moved| moved.len()), Err(1), "{pointer}");
    }
}

#[test]
fn a_text_that_is_no_plan_is_refused_with_the_reason() {
    let good = PlanFile::write(&plan(), "0.1.0");
    let damaged = |pointer: &str, value: serde_json::Value| {
        let mut document: serde_json::Value = serde_json::from_str(&good).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        document.to_string()
    };
    let rows = [
        (String::new(), "not JSON"),
        ("{".to_owned(), "not JSON"),
        ("[1]".to_owned(), "not a plan"),
        ("{}".to_owned(), "not a plan"),
        (
            good.replacen("topics.plan", "topics.list", 1),
            "not a plan of topics (its kind is \"topics.list\")",
        ),
        (damaged("/version", serde_json::json!(2)), "version 2"),
        (damaged("/version", serde_json::json!("1")), "version \"1\""),
        (damaged("/data/changes/0/topic", serde_json::json!("../x")), "damaged"),
        (damaged("/data/changes/0/action", serde_json::json!("alter")), "damaged"),
        (damaged("/data/changes/1/from", serde_json::json!(9)), "the grow of grown cannot be"),
        (damaged("/data/changes/0/partitions", serde_json::json!(0)), "the create of new cannot be"),
        (damaged("/data/changes/2/settings", serde_json::json!({})), "the configure of grown cannot be"),
        (damaged("/data/prune", serde_json::json!(false)), "the delete of old cannot be"),
        (
            damaged("/data/changes/3", serde_json::json!({"action": "create", "topic": "new", "config": {}})),
            "twice",
        ),
        (format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)), "not"),
    ];
    for (text, expected) in rows {
        let error = PlanFile::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error} should say {expected:?}");
    }
    let large = " ".repeat(PLAN_FILE_LIMIT + 1);
    assert_eq!(PlanFile::parse(&large), Err(PlanFileError::TooLarge(PLAN_FILE_LIMIT + 1)));
}
