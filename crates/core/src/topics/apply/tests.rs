use super::*;
use crate::topics::change::{Action, Alteration, Creation, Deletion, Growth, SettingChange};
use crate::topics::live::TopicId;
use crate::topics::plan::samples::{World, declared, denied, fault, live, name};

fn create() -> Change {
    let config = [("retention.ms".to_owned(), "1000".to_owned())].into();
    Change::Create(Creation { topic: name("a"), partitions: Some(2), replication_factor: Some(3), config })
}

fn id() -> Option<TopicId> {
    Some(TopicId("id-a".to_owned()))
}

fn grow() -> Change {
    Change::Grow(Growth { topic: name("a"), id: id(), from: 2, to: 4 })
}

fn configure(to: Option<&str>) -> Change {
    let change = SettingChange {
        from: Some("5".to_owned()),
        overridden: true,
        to: to.map(str::to_owned),
        inherited: Some("604800000".to_owned()),
    };
    let settings = [("retention.ms".to_owned(), change)].into();
    Change::Configure(Alteration { topic: name("a"), id: id(), settings })
}

fn delete() -> Change {
    Change::Delete(Deletion { topic: name("a"), id: id() })
}

fn present(partitions: i32, overrides: &[(&str, &str)]) -> Seen<LiveTopic> {
    Seen::Present(live("a", partitions, 3, overrides))
}

fn made_anew() -> Seen<LiveTopic> {
    let mut topic = live("a", 2, 3, &[]);
    topic.id = Some(TopicId("other".to_owned()));
    Seen::Present(topic)
}

fn timeout() -> Fault {
    fault(FaultKind::TimedOut, "_TIMED_OUT")
}

/// An outcome in short: its name and, where it has one, its reason.
fn short(outcome: &ItemOutcome) -> String {
    match outcome {
        ItemOutcome::Done => "done".to_owned(),
        ItemOutcome::AlreadySo => "already so".to_owned(),
        ItemOutcome::Refused { fault } => format!("refused {}", fault.code),
        ItemOutcome::Failed { reason, .. } => format!("failed: {reason}"),
        ItemOutcome::Unresolved { reason, .. } => format!("unresolved: {reason}"),
        ItemOutcome::NotTried { reason } => format!("not tried: {reason}"),
    }
}

#[test]
fn an_answer_settles_a_change_or_sends_it_to_be_waited_for_or_looked_up() {
    use FaultKind::{
        Absent, Denied, Exists, Other, Refused, TimedOut, Unavailable, Unreachable, Unsupported,
    };
    let rows: [(Change, Option<FaultKind>, &str); 22] = [
        (create(), None, "await leaders"),
        (grow(), None, "await leaders"),
        (configure(Some("1")), None, "done"),
        (delete(), None, "done"),
        (create(), Some(TimedOut), "look up"),
        (grow(), Some(TimedOut), "look up"),
        (configure(Some("1")), Some(Unreachable), "look up"),
        (delete(), Some(TimedOut), "look up"),
        (create(), Some(Exists), "look up"),
        (grow(), Some(Refused), "look up"),
        (delete(), Some(Absent), "already so"),
        (grow(), Some(Absent), "failed: the topic is gone since the plan: plan again"),
        (configure(Some("1")), Some(Absent), "failed: the topic is gone since the plan: plan again"),
        (create(), Some(Denied), "refused CODE"),
        (grow(), Some(Denied), "refused CODE"),
        (configure(Some("1")), Some(Denied), "refused CODE"),
        (delete(), Some(Denied), "refused CODE"),
        (create(), Some(Refused), "refused CODE"),
        (configure(Some("1")), Some(Refused), "refused CODE"),
        (create(), Some(Unsupported), "refused CODE"),
        (create(), Some(Unavailable), "look up"),
        (delete(), Some(Other), "look up"),
    ];
    for (change, kind, expected) in rows {
        let answer = kind.map_or(Ok(()), |kind| Err(fault(kind, "CODE")));
        let next = match after_answer(&change, answer) {
            Next::Settled(outcome) => short(&outcome),
            Next::AwaitLeaders => "await leaders".to_owned(),
            Next::LookUp(_) => "look up".to_owned(),
        };
        assert_eq!(next, expected, "{kind:?} for {change:?}");
    }
}

#[test]
fn a_lookup_tells_how_a_change_ended_whose_answer_did_not() {
    let exists = || fault(FaultKind::Exists, "TOPIC_ALREADY_EXISTS");
    let refused = || fault(FaultKind::Refused, "INVALID_PARTITIONS");
    let wanted = &[("retention.ms", "1000")];
    let rows: [(Change, Fault, Seen<LiveTopic>, &str); 23] = [
        (create(), timeout(), present(2, wanted), "await, then done"),
        (create(), exists(), present(2, wanted), "await, then already so"),
        (
            create(),
            exists(),
            present(2, &[]),
            "failed: it exists already and differs (retention.ms is 604800000, wanted 1000): plan again",
        ),
        (
            create(),
            timeout(),
            present(3, wanted),
            "failed: it exists already and differs (it has 3 partitions, wanted 2): plan again",
        ),
        (create(), timeout(), Seen::Absent, "try again"),
        (create(), exists(), Seen::Absent, "try again"),
        (
            create(),
            timeout(),
            Seen::Unknown(denied()),
            "unresolved: after _TIMED_OUT the topic could not be looked up",
        ),
        (grow(), timeout(), present(4, &[]), "await, then done"),
        (grow(), refused(), present(4, &[]), "await, then already so"),
        (grow(), timeout(), present(2, &[]), "try again"),
        (grow(), refused(), present(2, &[]), "refused INVALID_PARTITIONS"),
        (grow(), timeout(), present(6, &[]), "failed: it has 6 partitions, wanted 4: plan again"),
        (grow(), timeout(), Seen::Absent, "failed: the topic is gone since the plan: plan again"),
        (
            grow(),
            timeout(),
            made_anew(),
            "failed: the topic was deleted and made anew since the plan: plan again",
        ),
        (configure(Some("1000")), timeout(), present(2, wanted), "done"),
        (configure(Some("1000")), timeout(), present(2, &[]), "try again"),
        (configure(None), timeout(), present(2, &[]), "done"),
        (configure(None), timeout(), present(2, wanted), "try again"),
        (configure(None), timeout(), Seen::Absent, "failed: the topic is gone since the plan: plan again"),
        (delete(), timeout(), Seen::Absent, "done"),
        (delete(), timeout(), present(2, &[]), "try again"),
        (delete(), timeout(), made_anew(), "done"),
        (
            delete(),
            timeout(),
            Seen::Unknown(timeout()),
            "unresolved: after _TIMED_OUT the topic could not be looked up",
        ),
    ];
    for (change, fault, lookup, expected) in rows {
        let resolved = match resolve(&change, &fault, &lookup) {
            Resolution::Settled(outcome) => short(&outcome),
            Resolution::AwaitLeaders(outcome) => format!("await, then {}", short(&outcome)),
            Resolution::TryAgain => "try again".to_owned(),
        };
        assert_eq!(resolved, expected, "{} after {}", change.action().name(), fault.code);
    }
}

#[test]
fn a_creation_whose_settings_may_not_be_read_is_unresolved_and_not_taken_for_done() {
    let mut topic = live("a", 2, 3, &[]);
    topic.config = Err(denied());
    let resolved = resolve(&create(), &timeout(), &Seen::Present(topic.clone()));
    assert!(matches!(resolved, Resolution::Settled(ItemOutcome::Unresolved { .. })), "{resolved:?}");
    topic.partitions.pop();
    let resolved = resolve(&create(), &timeout(), &Seen::Present(topic));
    assert!(matches!(resolved, Resolution::Settled(ItemOutcome::Failed { .. })), "{resolved:?}");
}

#[test]
fn a_change_is_not_sent_to_another_topic_of_the_same_name() {
    let rows: [(Change, Seen<LiveTopic>, Result<(), &str>); 12] = [
        (create(), Seen::Absent, Ok(())),
        (delete(), present(2, &[]), Ok(())),
        (
            delete(),
            made_anew(),
            Err("failed: the topic was deleted and made anew since the plan: plan again"),
        ),
        (delete(), Seen::Absent, Err("already so")),
        (
            delete(),
            Seen::Unknown(denied()),
            Err(
                "not tried: the topic could not be looked up before the change (TOPIC_AUTHORIZATION_FAILED: said the broker)",
            ),
        ),
        (configure(None), present(2, &[]), Ok(())),
        (
            configure(None),
            made_anew(),
            Err("failed: the topic was deleted and made anew since the plan: plan again"),
        ),
        (configure(None), Seen::Absent, Err("failed: the topic is gone since the plan: plan again")),
        (grow(), present(2, &[]), Ok(())),
        (grow(), present(4, &[]), Err("already so")),
        (grow(), present(3, &[]), Err("failed: it has 3 partitions, the plan was made for 2: plan again")),
        (grow(), made_anew(), Err("failed: the topic was deleted and made anew since the plan: plan again")),
    ];
    for (change, lookup, expected) in rows {
        let told = before(&change, &lookup).map_err(|outcome| short(&outcome));
        assert_eq!(told, expected.map_err(str::to_owned), "{change:?}");
    }
}

#[test]
fn new_partitions_are_ready_when_each_has_a_leader() {
    let mut half = live("a", 2, 3, &[]);
    half.partitions[1].leader = None;
    let mut shuffled = live("a", 4, 3, &[]);
    shuffled.partitions.reverse();
    let rows = [
        (create(), present(2, &[]), Readiness::Ready),
        (create(), Seen::Present(half.clone()), Readiness::Waiting(vec![1])),
        (create(), Seen::Absent, Readiness::Waiting(vec![0, 1])),
        (create(), Seen::Unknown(denied()), Readiness::Unknown(denied())),
        (grow(), present(2, &[]), Readiness::Waiting(vec![2, 3])),
        (grow(), Seen::Present(shuffled), Readiness::Ready),
        (configure(None), Seen::Present(half), Readiness::Ready),
    ];
    for (change, seen, expected) in rows {
        assert_eq!(readiness(&change, &seen), expected, "{change:?}");
    }
    let late = without_leaders(&Readiness::Waiting(vec![1, 3]), ItemOutcome::Done);
    assert_eq!(short(&late), "unresolved: it was accepted, but these partitions have no leader yet: 1, 3");
    assert_eq!(without_leaders(&Readiness::Ready, ItemOutcome::AlreadySo), ItemOutcome::AlreadySo);
}

#[test]
fn a_report_begins_with_everything_untried_and_counts_how_each_ended() {
    let catalog = ["a", "b", "c", "d", "e"].map(|topic| declared(topic, 1, 1, &[])).to_vec();
    let plan = World::new(catalog, vec![]).plan();
    let mut report = ApplyReport::of(&plan);
    assert!(report.unresolved() && !report.failed());
    let key = |topic: &str| ChangeKey { action: Action::Create, topic: name(topic) };
    report.set(key("a"), ItemOutcome::Done);
    report.set(key("b"), ItemOutcome::AlreadySo);
    report.set(key("c"), ItemOutcome::Refused { fault: denied() });
    report.set(key("d"), give_up(&timeout()));
    report.not_tried_because("stopped by a signal");
    let expected = ApplyCounts { done: 1, already_so: 1, refused: 1, failed: 0, unresolved: 1, not_tried: 1 };
    assert_eq!(report.counts(), expected);
    assert!(report.failed() && report.unresolved());
    assert_eq!(report.items.len(), 5);
    let json = serde_json::to_value(report.wire()).unwrap();
    assert_eq!(json["items"][0], serde_json::json!({"action": "create", "topic": "a", "result": "done"}));
    let untried = serde_json::json!({"action": "create", "topic": "e", "result": "not_tried", "reason": "stopped by a signal"});
    assert_eq!(json["items"][4], untried);
    report.set(key("d"), ItemOutcome::Done);
    report.set(key("e"), ItemOutcome::Done);
    assert!(!report.unresolved());
}

#[test]
fn what_is_read_back_otherwise_or_cannot_be_read_is_unresolved() {
    let catalog =
        ["a", "b", "c"].map(|topic| declared(topic, 2, 3, &[("retention.ms", Some("1000"))])).to_vec();
    let world = World::new(catalog, vec![]);
    let plan = world.plan();
    let changes: Vec<&Change> = plan.changes.iter().map(|planned| &planned.change).collect();
    let mut report = ApplyReport::of(&plan);
    for change in &changes {
        report.set(change.key(), ItemOutcome::Done);
    }
    let mut after = world.apply(&plan).live;
    let whole = read_back(report.clone(), &changes, &after);
    assert_eq!(whole.counts().done, 3);
    after.named.insert(name("b"), present(1, &[]));
    after.named.insert(name("c"), Seen::Unknown(denied()));
    let told: Vec<String> =
        read_back(report, &changes, &after).items.iter().map(|item| short(&item.outcome)).collect();
    let expected = [
        "done",
        "unresolved: it was accepted, but the cluster does not show it: it has 1 partitions, wanted 2, retention.ms is 604800000, wanted 1000",
        "unresolved: it was made, but could not be read back",
    ];
    assert_eq!(told, expected);
}
