//! What goes, what stays, and what became of it.

use super::samples::{commits, fault, group, key, name, unsupported_group};
use std::collections::BTreeMap;

use super::delete::*;
use super::live::{Commits, GroupState, LiveGroup};
use crate::fault::{Fault, FaultKind, Seen};
use crate::name::GroupName;

fn one(seen: Seen<LiveGroup>, read: Option<Result<Commits, Fault>>) -> Verdict {
    let read = read.map(|read| (name("g"), read)).into_iter().collect();
    plan(None, &[name("g"), name("g")], BTreeMap::from([(name("g"), seen)]), read).items.remove(0).verdict
}

#[test]
fn only_a_group_that_is_surely_empty_goes() {
    let rows = [
        (
            group("g", GroupState::Stable, 2),
            "it has 2 members, stop them first: client at 127.0.0.1, client at 127.0.0.1",
        ),
        (group("g", GroupState::PreparingRebalance, 0), "it is not empty but PreparingRebalance"),
        (group("g", GroupState::Unknown, 0), "it is not empty but Unknown"),
        (
            unsupported_group("g"),
            "it is of a kind that eventctl does not know (share); use Kafka's own tools",
        ),
    ];
    for (group, reason) in rows {
        assert_eq!(one(Seen::Present(group), None), Verdict::Stay(reason.to_owned()));
    }
    let there = commits(&[("orders", 0, 5)]);
    let empty = || Seen::Present(group("g", GroupState::Empty, 0));
    assert_eq!(one(empty(), Some(Ok(there.clone()))), Verdict::Delete(there.clone()));
    assert_eq!(one(Seen::Absent, None), Verdict::Missing);
    let mut partly = there;
    partly.insert(key("secret", 0), Err(fault()));
    for unknown in [one(empty(), Some(Ok(partly))), one(empty(), Some(Err(fault())))] {
        assert_eq!(unknown, Verdict::Unknown("what it has committed".to_owned(), fault()));
    }
    let unseen = one(Seen::Unknown(fault()), None);
    assert_eq!(unseen, Verdict::Unknown("whether it has members".to_owned(), fault()));
}

#[test]
fn a_plan_is_stale_when_a_commit_or_a_member_came() {
    let with = |seen: LiveGroup, offset| {
        let read = BTreeMap::from([(name("g"), Ok(commits(&[("orders", 0, offset)])))]);
        plan(None, &[name("g")], BTreeMap::from([(name("g"), Seen::Present(seen))]), read)
    };
    let shown = with(group("g", GroupState::Empty, 0), 5);
    assert_eq!(shown.moved(&with(group("g", GroupState::Empty, 0), 5)), Vec::<&GroupName>::new());
    assert_eq!(shown.moved(&with(group("g", GroupState::Empty, 0), 6)), [&name("g")]);
    assert_eq!(shown.moved(&with(group("g", GroupState::Stable, 1), 5)), [&name("g")]);
    assert_eq!(shown.question(), "Delete group g with all that it committed at a cluster of unknown id?");
}

#[test]
fn an_outcome_is_what_was_read_back() {
    let faulty = |kind| Fault { kind, ..fault() };
    let there = Seen::Present(group("g", GroupState::Empty, 0));
    let rows = [
        (Ok(()), &Seen::Absent, "done"),
        (Ok(()), &there, "unknown"),
        (Ok(()), &Seen::Unknown(fault()), "unknown"),
        (Err(faulty(FaultKind::Absent)), &Seen::Absent, "gone"),
        (Err(faulty(FaultKind::TimedOut)), &Seen::Absent, "done"),
        (Err(faulty(FaultKind::TimedOut)), &there, "unknown"),
        (Err(faulty(FaultKind::Unreachable)), &Seen::Unknown(fault()), "unknown"),
        (Err(faulty(FaultKind::Refused)), &there, "refused"),
        (Err(faulty(FaultKind::Denied)), &Seen::Absent, "refused"),
    ];
    for (answer, seen, expected) in rows {
        assert_eq!(settle(answer.clone(), seen).as_str(), expected, "{answer:?} and {seen:?}");
    }
}

#[test]
fn every_item_is_reported() {
    let seen = BTreeMap::from([
        (name("a"), Seen::Present(group("a", GroupState::Empty, 0))),
        (name("b"), Seen::Present(group("b", GroupState::Stable, 1))),
        (name("c"), Seen::Absent),
        (name("d"), Seen::Unknown(fault())),
    ]);
    let plan = plan(None, &["a", "b", "c", "d"].map(name), seen, BTreeMap::new());
    assert_eq!(plan.doomed(), [&name("a")]);
    let report = plan.report(&BTreeMap::from([(name("a"), DeleteOutcome::Done)]));
    let words: Vec<&str> = report.items.iter().map(|(_, outcome)| outcome.as_str()).collect();
    assert_eq!(words, ["done", "refused", "missing", "unknown"]);
    assert!(report.has_findings() && report.has_unknown() && !report.is_refusal());
    let mut some = report.clone();
    some.items.retain(|(item, _)| ["b", "c"].contains(&item.group.as_str()));
    assert!(some.is_refusal());
    some.items.retain(|(item, _)| item.group == name("c"));
    assert!(!some.is_refusal(), "one that is not there is a finding");
    let json = serde_json::to_value(report.wire()).unwrap();
    assert_eq!(json["items"][3]["fault"]["kind"], "denied");
}
