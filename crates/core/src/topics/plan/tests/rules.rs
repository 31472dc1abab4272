use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::samples::{World, declared, denied, fault, live, name};
use super::super::{Counts, FindingKind, Plan, PlanInput, Validation, describe, diff, names_to_ask};
use crate::fault::{FaultKind, Seen};
use crate::topics::change::{Action, Change, ChangeKey};
use crate::topics::declared::Scope;
use crate::topics::live::{ConfigSource, ConfigValue, LiveTopic, LiveTopics};

/// The changes in short: `create a`, `grow a: partitions 1 to 2`.
fn changes(plan: &Plan) -> Vec<String> {
    let short = |change: &Change| {
        let head = format!("{} {}", change.action().name(), change.topic());
        if matches!(change, Change::Create(_)) {
            head
        } else {
            [vec![head], describe(change)].concat().join(" | ")
        }
    };
    plan.changes.iter().map(|planned| short(&planned.change)).collect()
}

fn findings(plan: &Plan) -> Vec<(FindingKind, &str)> {
    plan.findings.iter().map(|finding| (finding.kind, finding.topic.as_str())).collect()
}

fn note(plan: &Plan, part: &str) -> bool {
    plan.notes.iter().any(|note| note.text.contains(part))
}

#[test]
fn a_declared_topic_that_is_surely_absent_is_created_with_its_settings_and_without_resets() {
    let topic = declared("a", 3, 3, &[("retention.ms", Some("1000")), ("segment.ms", None)]);
    let plan = World::new(vec![topic], vec![]).plan();
    let creations = plan.creations();
    assert_eq!(creations.len(), 1);
    assert_eq!((creations[0].partitions, creations[0].replication_factor), (Some(3), Some(3)));
    assert_eq!(creations[0].config, BTreeMap::from([("retention.ms".to_owned(), "1000".to_owned())]));
    assert!(plan.risks().is_empty(), "creating loses nothing");
    assert!(plan.drift());
}

#[test]
fn what_a_creation_inherits_is_left_to_the_brokers_and_said() {
    let mut topic = declared("a", 1, 1, &[]);
    (topic.partitions, topic.replication_factor) = (None, None);
    let mut world = World::new(vec![topic], vec![]);
    let unknown = world.plan();
    assert_eq!((unknown.creations()[0].partitions, unknown.creations()[0].replication_factor), (None, None));
    assert!(unknown.changes[0].notes.iter().all(|note| note.contains("not known here")));
    let defaults =
        [("num.partitions", "6"), ("default.replication.factor", "5"), ("min.insync.replicas", "6")];
    world.defaults = Some(defaults.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    let plan = world.plan();
    assert_eq!(plan.changes[0].notes[0], "partitions: the brokers' num.partitions, 6");
    assert_eq!(findings(&plan), [(FindingKind::TooFewBrokers, "a"), (FindingKind::MinIsrAboveReplicas, "a")]);
}

#[test]
fn a_cluster_that_is_as_declared_gives_an_empty_plan() {
    let plan = World::new(
        vec![declared("a", 3, 3, &[("retention.ms", Some("1000"))])],
        vec![live("a", 3, 3, &[("retention.ms", "1000")])],
    )
    .plan();
    assert!(plan.is_empty() && !plan.drift() && plan.unknown.is_empty(), "{plan:?}");
}

#[test]
fn a_denied_topic_is_unknown_and_neither_created_nor_called_unchanged() {
    let mut world = World::new(vec![declared("a", 3, 3, &[]), declared("b", 3, 3, &[])], vec![]);
    world.live.named.insert(name("a"), Seen::Unknown(denied()));
    world.live.named.remove("b");
    let plan = world.plan();
    assert!(plan.is_empty() && !plan.drift());
    let unknown: Vec<_> = plan.unknown.iter().map(|it| (it.topic.as_str(), it.fault.is_some())).collect();
    assert_eq!(unknown, [("a", true), ("b", false)]);
}

#[test]
fn settings_that_may_not_be_read_are_unknown_and_partitions_still_grow() {
    let mut there = live("a", 3, 3, &[]);
    there.config = Err(denied());
    let plan = World::new(vec![declared("a", 6, 3, &[("retention.ms", Some("1"))])], vec![there]).plan();
    assert_eq!(changes(&plan), ["grow a | partitions 3 to 6"]);
    assert_eq!(plan.unknown.len(), 1);
    assert_eq!(plan.unknown[0].fault, Some(denied()));
}

#[test]
fn a_setting_that_the_brokers_hide_is_unknown() {
    let mut there = live("a", 3, 3, &[]);
    let hidden = ConfigValue { value: None, source: ConfigSource::Topic, inherited: None, sensitive: true };
    there.config.as_mut().unwrap().0.insert("secret.key".into(), hidden);
    for wanted in [Some("1"), None] {
        let topic = declared("a", 3, 3, &[("secret.key", wanted)]);
        let plan = World::new(vec![topic], vec![there.clone()]).plan();
        assert!(plan.is_empty());
        assert_eq!(plan.unknown.len(), 1);
    }
}

#[test]
fn settings_are_compared_by_their_effective_value_and_changed_only_where_it_differs() {
    type Row<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let rows: [Row<'_>; 7] = [
        (Some("1000"), &[("retention.ms", "1000")], &[]),
        (Some("01000"), &[("retention.ms", "1000")], &[]),
        (Some("2000"), &[("retention.ms", "1000")], &["configure a | retention.ms 1s to 2s"]),
        // Equal to the default and not set: no change.
        (Some("604800000"), &[], &[]),
        (Some("1000"), &[], &["configure a | retention.ms 7d to 1s"]),
        (None, &[("retention.ms", "1000")], &["configure a | retention.ms 1s to what it inherits (7d)"]),
        (None, &[], &[]),
    ];
    for (wanted, overrides, expected) in rows {
        let topic = declared("a", 3, 3, &[("retention.ms", wanted)]);
        let plan = World::new(vec![topic], vec![live("a", 3, 3, overrides)]).plan();
        assert_eq!(changes(&plan), expected, "{wanted:?} on {overrides:?}");
    }
}

#[test]
fn a_setting_the_brokers_do_not_know_is_set_and_its_reset_is_nothing() {
    let topic = declared("a", 3, 3, &[("new.setting", Some("1")), ("other.setting", None)]);
    let plan = World::new(vec![topic], vec![live("a", 3, 3, &[])]).plan();
    assert_eq!(changes(&plan), ["configure a | new.setting unknown to 1"]);
}

#[test]
fn overrides_that_the_catalog_does_not_name_are_listed_and_untouched() {
    let topic = declared("a", 3, 3, &[]);
    let plan = World::new(vec![topic], vec![live("a", 3, 3, &[("segment.ms", "5")])]).plan();
    assert!(!plan.drift());
    assert_eq!(plan.unmanaged.overrides.len(), 1);
    assert_eq!(plan.unmanaged.overrides[0].key, "segment.ms");
}

#[test]
fn topics_that_nobody_declares_are_listed_and_untouched_and_internal_ones_only_counted() {
    let mut marked = live("marked", 1, 1, &[]);
    marked.internal = true;
    let others = vec![live("z", 1, 1, &[]), live("_schemas", 1, 1, &[]), live("__x", 1, 1, &[]), marked];
    let plan = World::new(vec![], others).plan();
    assert!(!plan.drift());
    assert_eq!(plan.unmanaged.topics, [name("z")]);
    assert_eq!(plan.unmanaged.internal, 3);
}

#[test]
fn more_live_partitions_than_declared_are_a_finding_and_other_changes_still_apply() {
    let topic = declared("a", 3, 3, &[("retention.ms", Some("1000"))]);
    let plan = World::new(vec![topic], vec![live("a", 5, 3, &[])]).plan();
    assert_eq!(findings(&plan), [(FindingKind::CannotShrink, "a")]);
    assert!(plan.findings[0].text.contains("cannot shrink"));
    assert_eq!(changes(&plan), ["configure a | retention.ms 7d to 1s"]);
}

#[test]
fn a_dead_letter_topic_is_raised_before_its_source_and_says_so() {
    let mut dlq = declared("a-dlq", 6, 3, &[]);
    dlq.dlq_of = Some(name("a"));
    let world =
        World::new(vec![declared("a", 6, 3, &[]), dlq], vec![live("a", 3, 3, &[]), live("a-dlq", 3, 3, &[])]);
    let plan = world.plan();
    assert_eq!(changes(&plan), ["grow a-dlq | partitions 3 to 6", "grow a | partitions 3 to 6"]);
    assert_eq!(plan.changes[0].notes, ["raised together with its source a"]);
}

#[test]
fn a_dead_letter_topic_with_fewer_partitions_than_its_source_is_noted() {
    let mut dlq = declared("a-dlq", 3, 3, &[]);
    dlq.dlq_of = Some(name("a"));
    let world =
        World::new(vec![declared("a", 3, 3, &[]), dlq], vec![live("a", 5, 3, &[]), live("a-dlq", 3, 3, &[])]);
    assert!(note(&world.plan(), "a writer that keeps the partition number fails"));
}

#[test]
fn changes_are_ordered_creates_growths_settings_deletes_with_dead_letter_topics_first() {
    let mut dlq = declared("new-dlq", 1, 1, &[]);
    dlq.dlq_of = Some(name("new"));
    let catalog = vec![
        declared("grown", 2, 1, &[("retention.ms", Some("-1"))]),
        declared("new", 1, 1, &[]),
        dlq,
        declared("b", 1, 1, &[]),
    ];
    let world =
        World::new(catalog, vec![live("grown", 1, 1, &[]), live("old", 1, 1, &[])]).pruning(&["o"], &[]);
    let keys: Vec<String> = world
        .plan()
        .changes
        .iter()
        .map(|it| format!("{} {}", it.change.action().name(), it.change.topic()))
        .collect();
    let expected =
        ["create new-dlq", "create b", "create new", "grow grown", "configure grown", "delete old"];
    assert_eq!(keys, expected);
}

#[test]
fn another_replication_factor_is_a_finding_with_the_json_for_kafkas_own_tool_and_no_change() {
    let plan = World::new(vec![declared("a", 2, 3, &[])], vec![live("a", 2, 2, &[])]).plan();
    assert!(plan.is_empty() && plan.drift());
    assert_eq!(findings(&plan), [(FindingKind::ReplicationFactor, "a")]);
    let json = plan.reassignment().unwrap().to_json();
    let expected = r#"{"version":1,"partitions":[{"topic":"a","partition":0,"replicas":[1,2,3]},{"topic":"a","partition":1,"replicas":[1,2,3]}]}"#;
    assert_eq!(json, expected);
}

#[test]
fn partitions_with_mixed_replicas_are_reassigned_only_where_they_differ() {
    let mut there = live("a", 2, 3, &[]);
    there.partitions[1].replicas = vec![2];
    there.partitions[1].leader = Some(2);
    let plan = World::new(vec![declared("a", 2, 3, &[])], vec![there]).plan();
    let partitions = plan.reassignment().unwrap().partitions;
    assert_eq!(partitions.len(), 1);
    assert_eq!((partitions[0].partition, partitions[0].replicas.clone()), (1, vec![2, 1, 3]));
}

#[test]
fn an_inherited_replication_factor_is_never_drift() {
    let mut topic = declared("a", 2, 3, &[]);
    topic.replication_factor = None;
    assert!(!World::new(vec![topic], vec![live("a", 2, 1, &[])]).plan().drift());
}

#[test]
fn more_replicas_than_brokers_are_a_finding_for_new_and_for_existing_topics() {
    let plan =
        World::new(vec![declared("a", 1, 5, &[]), declared("b", 1, 5, &[])], vec![live("b", 1, 3, &[])])
            .plan();
    let expected = [
        (FindingKind::TooFewBrokers, "a"),
        (FindingKind::ReplicationFactor, "b"),
        (FindingKind::TooFewBrokers, "b"),
    ];
    assert_eq!(findings(&plan), expected);
    assert_eq!(plan.reassignment(), None, "no JSON that the cluster would refuse");
}

#[test]
fn min_isr_above_the_replicas_is_a_finding_whether_declared_or_inherited() {
    let key = "min.insync.replicas";
    type Row<'a> = (Option<Option<&'a str>>, &'a [(&'a str, &'a str)], i32, bool);
    let rows: [Row<'_>; 7] = [
        (Some(Some("3")), &[], 2, true),
        (Some(Some("2")), &[], 3, false),
        (None, &[(key, "3")], 2, true),
        (None, &[(key, "2")], 3, false),
        (Some(None), &[(key, "3")], 2, false),
        (None, &[], 1, false),
        (Some(Some("1")), &[(key, "3")], 2, false),
    ];
    for (wanted, overrides, factor, found) in rows {
        let wanted: Vec<(&str, Option<&str>)> = wanted.map(|value| (key, value)).into_iter().collect();
        let topic = declared("a", 1, i16::try_from(factor).unwrap(), &wanted);
        let plan = World::new(vec![topic], vec![live("a", 1, factor, overrides)]).plan();
        let kinds = findings(&plan);
        assert_eq!(!kinds.is_empty(), found, "{wanted:?} {overrides:?} {factor}: {kinds:?}");
        assert!(kinds.iter().all(|(kind, _)| *kind == FindingKind::MinIsrAboveReplicas));
    }
}

#[test]
fn min_isr_equal_to_the_replicas_is_a_note() {
    let topic = declared("a", 1, 2, &[("min.insync.replicas", Some("2"))]);
    let plan = World::new(vec![topic], vec![live("a", 1, 2, &[("min.insync.replicas", "2")])]).plan();
    assert!(!plan.drift());
    assert!(note(&plan, "one broker down stops writes"));
}

#[test]
fn a_declared_topic_of_the_brokers_is_a_finding_and_a_tools_topic_declared_outright_is_managed() {
    let mut marked = live("marked", 1, 1, &[]);
    marked.internal = true;
    let catalog =
        vec![declared("__new", 1, 1, &[]), declared("marked", 2, 1, &[]), declared("_schemas", 1, 1, &[])];
    let plan = World::new(catalog, vec![marked]).plan();
    assert_eq!(findings(&plan), [(FindingKind::Internal, "__new"), (FindingKind::Internal, "marked")]);
    assert_eq!(changes(&plan), ["create _schemas"]);
}

#[test]
fn a_name_that_collides_with_an_existing_topic_is_a_finding() {
    let plan = World::new(vec![declared("a.b", 1, 1, &[])], vec![live("a_b", 1, 1, &[])]).plan();
    assert_eq!(findings(&plan), [(FindingKind::NameCollision, "a.b")]);
}

#[test]
fn what_a_state_loses_by_retention_is_a_note_and_no_finding() {
    let rows: [(&[(&str, &str)], bool); 5] = [
        (&[], true),
        (&[("retention.ms", "-1")], false),
        (&[("retention.ms", "-1"), ("retention.bytes", "10")], true),
        (&[("retention.ms", "-1"), ("cleanup.policy", "compact")], true),
        (&[("retention.ms", "-1"), ("unclean.leader.election.enable", "true")], true),
    ];
    for (overrides, noted) in rows {
        let mut topic = declared("a", 1, 1, &[]);
        topic.states = vec!["agent".into()];
        let plan = World::new(vec![topic], vec![live("a", 1, 1, overrides)]).plan();
        assert!(!plan.drift());
        assert_eq!(note(&plan, "agent can be rebuilt from snapshots only"), noted, "{overrides:?}");
    }
}

#[test]
fn a_retention_shorter_than_the_segments_roll_is_noted_on_the_change() {
    let topic = declared("a", 1, 1, &[("retention.ms", Some("3600000"))]);
    let plan = World::new(vec![topic], vec![live("a", 1, 1, &[])]).plan();
    assert_eq!(plan.changes[0].notes.len(), 1);
    assert!(plan.changes[0].notes[0].contains("segment.ms 7d"));
}

#[test]
fn several_differences_of_one_topic_come_out_at_once() {
    let topic = declared("a", 4, 3, &[("retention.ms", Some("-1")), ("min.insync.replicas", Some("3"))]);
    let plan = World::new(vec![topic], vec![live("a", 2, 2, &[])]).plan();
    assert_eq!(
        changes(&plan),
        [
            "grow a | partitions 2 to 4",
            "configure a | min.insync.replicas 1 to 3 | retention.ms 7d to forever"
        ]
    );
    assert_eq!(
        findings(&plan),
        [(FindingKind::ReplicationFactor, "a"), (FindingKind::MinIsrAboveReplicas, "a")]
    );
    let expected = Counts { growths: 1, settings: 2, findings: 2, declared: 1, ..Counts::default() };
    assert_eq!(plan.counts(), expected);
    assert_eq!(plan.question(), "Apply 3 changes (1 growth, 2 settings) to cluster cluster-1?");
}

#[test]
fn a_refusal_beforehand_is_a_finding_and_a_server_that_cannot_tell_is_none() {
    let world = World::new(vec![declared("a", 1, 1, &[]), declared("b", 1, 1, &[])], vec![]);
    let key = |topic: &str| ChangeKey { action: Action::Create, topic: name(topic) };
    let policy = fault(FaultKind::Refused, "POLICY_VIOLATION");
    let answers = BTreeMap::from([
        (key("a"), Validation::of(Err(policy.clone()))),
        (key("b"), Validation::of(Err(fault(FaultKind::Unsupported, "UNSUPPORTED_VERSION")))),
    ]);
    let plan = world.plan().with_validation(&answers);
    assert_eq!(plan.changes[0].validation, Validation::Refused { fault: policy });
    assert!(matches!(plan.changes[1].validation, Validation::NotValidated { .. }));
    assert_eq!(findings(&plan), [(FindingKind::Refused, "a")]);
    let again = plan.with_validation(&BTreeMap::from([(key("a"), Validation::of(Ok(())))]));
    assert!(again.findings.is_empty(), "a later answer replaces an earlier one");
}

#[test]
fn a_creation_that_exists_contradicts_the_plan_and_a_refused_one_does_not() {
    let world = World::new(vec![declared("a", 1, 1, &[])], vec![]);
    let answered = |kind, code| {
        let key = ChangeKey { action: Action::Create, topic: name("a") };
        let answer = Validation::of(Err(fault(kind, code)));
        world.plan().with_validation(&BTreeMap::from([(key, answer)])).contradicted()
    };
    assert!(answered(FaultKind::Exists, "TOPIC_ALREADY_EXISTS"));
    assert!(!answered(FaultKind::Refused, "POLICY_VIOLATION"));
    assert!(!world.plan().contradicted());
}

#[test]
fn a_dead_letter_topic_that_is_only_named_must_be_there() {
    let world = World::new(vec![], vec![]);
    let live = |seen: Option<Seen<LiveTopic>>| {
        let mut live = world.live.clone();
        live.named.extend(seen.map(|seen| (name("shared"), seen)));
        live
    };
    let plan = |live: &LiveTopics| {
        diff(&PlanInput {
            declared: &[],
            mentioned: &[name("shared")].into(),
            scope: &Scope::default(),
            environment: None,
            catalog_hash: "hash",
            live,
            broker_defaults: None,
            prune: false,
            now: Timestamp::UNIX_EPOCH,
        })
    };
    let absent = plan(&live(Some(Seen::Absent)));
    assert_eq!(findings(&absent), [(FindingKind::MissingDeadLetterTopic, "shared")]);
    let denied = plan(&live(Some(Seen::Unknown(fault(FaultKind::Denied, "TOPIC_AUTHORIZATION_FAILED")))));
    assert_eq!((denied.findings.len(), denied.unknown.len()), (0, 1));
    let unasked = plan(&live(None));
    assert_eq!((unasked.findings.len(), unasked.unknown.len()), (0, 0));
}

#[test]
fn what_the_catalog_declares_and_what_a_prune_names_is_asked_for_by_name() {
    let scope = Scope { topics: vec![name("old")], ..Scope::default() };
    let catalog = [declared("a", 1, 1, &[])];
    assert_eq!(names_to_ask(&catalog, &scope, false), [name("a")].into());
    assert_eq!(names_to_ask(&catalog, &scope, true), [name("a"), name("old")].into());
}
