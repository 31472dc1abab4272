use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::samples::{World, declared, denied, live, name, now};
use super::super::{Facts, Plan, Question, TopicFacts};
use crate::fault::Fault;
use crate::risk::Risk;
use crate::topics::live::OffsetRange;

fn range(log_start: i64, high_watermark: i64) -> Result<OffsetRange, Fault> {
    Ok(OffsetRange { log_start, high_watermark })
}

fn facts(topic: &str, facts: TopicFacts) -> Facts {
    Facts(BTreeMap::from([(name(topic), facts)]))
}

fn only_risk(plan: &Plan) -> (Risk, String) {
    let mut risks = plan.risks();
    assert_eq!(risks.len(), 1, "{risks:?}");
    risks.remove(0)
}

fn day_ago() -> Timestamp {
    "2026-11-21T14:00:00Z".parse().unwrap()
}

fn cut_to_a_day() -> Plan {
    let topic = declared("a", 2, 1, &[("retention.ms", Some("86400000"))]);
    World::new(vec![topic], vec![live("a", 2, 1, &[])]).plan()
}

#[test]
fn more_partitions_always_carry_a_risk_and_keys_are_named_where_they_are_declared() {
    let mut topic = declared("a", 4, 1, &[]);
    topic.groups = vec!["billing".into()];
    topic.states = vec!["agent".into()];
    let (risk, keyed) = only_risk(&World::new(vec![topic.clone()], vec![live("a", 2, 1, &[])]).plan());
    assert_eq!(risk, Risk::PartitionIncrease);
    assert_eq!(
        keyed,
        "a: 2 to 4 partitions: keys move to other partitions and the order of a key's records breaks there; \
         declared groups: billing; declared states: agent"
    );
    topic.keyed = false;
    let (risk, unkeyed) = only_risk(&World::new(vec![topic], vec![live("a", 2, 1, &[])]).plan());
    assert_eq!(risk, Risk::PartitionIncrease);
    assert!(unkeyed.contains("no key is declared"));
}

#[test]
fn a_retention_cut_asks_for_offsets_by_time_and_counts_what_becomes_deletable() {
    let plan = cut_to_a_day();
    let ranges = Question::Ranges { topic: name("a") };
    let offsets = Question::OffsetsAt { topic: name("a"), at: day_ago() };
    assert_eq!(plan.questions(), [ranges, offsets].into());
    let known = TopicFacts {
        ranges: BTreeMap::from([(0, range(100, 2_000_100)), (1, range(0, 500_000))]),
        // Partition 1 has no record that late: all of it is older.
        offsets_at: BTreeMap::from([(day_ago(), BTreeMap::from([(0, Ok(Some(700_100))), (1, Ok(None))]))]),
        ..TopicFacts::default()
    };
    let (risk, text) = only_risk(&plan.with_facts(&facts("a", known)));
    assert_eq!(risk, Risk::RetentionCut);
    let expected = "a: retention.ms 7d to 1d: about 1.2 M records, everything before 2026-11-21T14:00:00Z, become deletable";
    assert_eq!(text, expected);
}

#[test]
fn records_that_could_not_be_counted_are_unknown_or_a_lower_bound_and_never_zero() {
    let offsets = |second: Result<Option<i64>, Fault>| {
        BTreeMap::from([(day_ago(), BTreeMap::from([(0, Ok(Some(10))), (1, second)]))])
    };
    let ranges = BTreeMap::from([(0, range(0, 100)), (1, range(0, 100))]);
    let denied_ranges = BTreeMap::from([(0, Err(denied())), (1, Err(denied()))]);
    let rows = [
        (TopicFacts::default(), "how many records is unknown (not asked)"),
        (
            TopicFacts { ranges, offsets_at: offsets(Err(denied())), ..TopicFacts::default() },
            "at least about 10 records (some partitions unknown: TOPIC_AUTHORIZATION_FAILED)",
        ),
        (
            TopicFacts { ranges: denied_ranges, offsets_at: offsets(Ok(None)), ..TopicFacts::default() },
            "how many records is unknown (TOPIC_AUTHORIZATION_FAILED)",
        ),
        (
            TopicFacts {
                ranges: BTreeMap::from([(0, range(10, 100)), (1, range(10, 100))]),
                offsets_at: offsets(Ok(Some(10))),
                ..TopicFacts::default()
            },
            "no record is older than 2026-11-21T14:00:00Z",
        ),
        (
            TopicFacts {
                ranges: BTreeMap::from([(0, range(0, 100))]),
                offsets_at: BTreeMap::from([(day_ago(), BTreeMap::from([(0, Ok(Some(0)))]))]),
                ..TopicFacts::default()
            },
            "at least about 0 records",
        ),
    ];
    for (known, expected) in rows {
        let (_, text) = only_risk(&cut_to_a_day().with_facts(&facts("a", known)));
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_reset_is_a_risk_where_it_leads_lower_or_nobody_knows_where() {
    let topic = declared("a", 1, 1, &[("retention.ms", None)]);
    let rows = [("-1", true), ("1000", false)];
    for (own, risky) in rows {
        let plan = World::new(vec![topic.clone()], vec![live("a", 1, 1, &[("retention.ms", own)])]).plan();
        assert_eq!(plan.risks().len() == 1, risky, "{own}");
    }
    let mut there = live("a", 1, 1, &[("retention.ms", "1000")]);
    there.config.as_mut().unwrap().0.get_mut("retention.ms").unwrap().inherited = None;
    let (_, text) = only_risk(&World::new(vec![topic], vec![there]).plan());
    assert!(text.contains("what it inherits (unknown)"), "{text}");
}

#[test]
fn a_retention_cut_on_a_compacted_topic_counts_nothing_since_nothing_goes_by_age() {
    let topic = declared("a", 1, 1, &[("retention.ms", Some("1000"))]);
    let plan = World::new(vec![topic], vec![live("a", 1, 1, &[("cleanup.policy", "compact")])]).plan();
    assert!(!plan.questions().iter().any(|question| matches!(question, Question::OffsetsAt { .. })));
    assert!(only_risk(&plan).1.contains("as soon as cleanup.policy has `delete`"));
}

#[test]
fn a_retention_by_size_never_claims_a_number() {
    let topic = declared("a", 1, 1, &[("retention.bytes", Some("1073741824"))]);
    let (risk, text) = only_risk(&World::new(vec![topic], vec![live("a", 1, 1, &[])]).plan());
    assert_eq!(risk, Risk::RetentionCut);
    assert!(
        text.contains("without limit to 1073741824 (1.0 GiB): ") && text.contains("how many is not known")
    );
}

#[test]
fn another_cleanup_policy_says_what_it_compacts_or_deletes() {
    let compact = declared("a", 1, 1, &[("cleanup.policy", Some("compact"))]);
    let plan = World::new(vec![compact], vec![live("a", 1, 1, &[])]).plan();
    let known = TopicFacts { ranges: BTreeMap::from([(0, range(0, 12))]), ..TopicFacts::default() };
    let (risk, text) = only_risk(&plan.with_facts(&facts("a", known)));
    assert_eq!(risk, Risk::CleanupPolicy);
    assert!(
        text.contains("compacted away, it holds about 12 records; records without a key are refused"),
        "{text}"
    );

    let delete = declared("a", 1, 1, &[("cleanup.policy", Some("delete"))]);
    let plan = World::new(vec![delete], vec![live("a", 1, 1, &[("cleanup.policy", "compact")])]).plan();
    let week_ago = Timestamp::from_millisecond(now().as_millisecond() - 604_800_000).unwrap();
    assert!(plan.questions().contains(&Question::OffsetsAt { topic: name("a"), at: week_ago }));
    let known = TopicFacts {
        ranges: BTreeMap::from([(0, range(0, 12))]),
        offsets_at: BTreeMap::from([(week_ago, BTreeMap::from([(0, Ok(Some(1)))]))]),
        ..TopicFacts::default()
    };
    assert!(only_risk(&plan.with_facts(&facts("a", known))).1.contains("about 1 record, everything before"));
}

#[test]
fn guarantees_and_sizes_that_go_down_carry_their_own_risks() {
    let rows = [
        ("min.insync.replicas", "1", "2", Risk::DurabilityLower),
        ("unclean.leader.election.enable", "true", "false", Risk::DurabilityLower),
        ("max.message.bytes", "1000", "2000", Risk::MessageSizeCut),
    ];
    for (key, to, from, expected) in rows {
        let topic = declared("a", 1, 3, &[(key, Some(to))]);
        let plan = World::new(vec![topic], vec![live("a", 1, 3, &[(key, from)])]).plan();
        assert_eq!(only_risk(&plan).0, expected, "{key}");
        let topic = declared("a", 1, 3, &[(key, Some(from))]);
        let plan = World::new(vec![topic], vec![live("a", 1, 3, &[(key, to)])]).plan();
        assert!(plan.risks().is_empty() && !plan.is_empty(), "{key} raised");
    }
}

#[test]
fn a_deletion_shows_records_last_write_and_groups_and_is_nonempty_unless_known_to_be_empty() {
    let world =
        World::new(vec![declared("a", 1, 1, &[])], vec![live("a", 1, 1, &[]), live("old", 2, 1, &[])]);
    let plan = world.pruning(&["old"], &[]).plan();
    assert_eq!(only_risk(&plan).0, Risk::DeleteNonempty, "before anything was asked");
    assert_eq!(plan.questions().len(), 3);
    let known = TopicFacts {
        ranges: BTreeMap::from([(0, range(5, 12_345)), (1, range(0, 0))]),
        last_write: Some(Ok(Some(day_ago()))),
        commits: Some(Ok(vec!["billing".parse().unwrap()])),
        ..TopicFacts::default()
    };
    let full = plan.clone().with_facts(&facts("old", known.clone()));
    assert_eq!(full.changes[0].high_watermarks, Some(12_345));
    let expected =
        "old: it holds about 12.3 k records; last write 2026-11-21T14:00:00Z; groups with commits: billing";
    assert_eq!(only_risk(&full), (Risk::DeleteNonempty, expected.to_owned()));

    let empty = BTreeMap::from([(0, range(5, 5)), (1, range(0, 0))]);
    let known = TopicFacts { ranges: empty, last_write: Some(Ok(None)), ..known };
    let plan_of = |known: TopicFacts| plan.clone().with_facts(&facts("old", known));
    let (risk, text) = only_risk(&plan_of(known.clone()));
    assert_eq!(risk, Risk::Delete);
    assert!(text.starts_with("old: it holds no records; no last write"), "{text}");

    let partly = TopicFacts { ranges: BTreeMap::from([(0, range(5, 5)), (1, Err(denied()))]), ..known };
    let (risk, text) = only_risk(&plan_of(partly));
    assert_eq!(risk, Risk::DeleteNonempty, "a partition that is unknown may hold records");
    assert!(text.contains("TOPIC_AUTHORIZATION_FAILED"), "{text}");
}
