//! Groups for the tests of this folder.

use super::listing::unsupported;
use super::live::{Commit, Commits, GroupKind, GroupState, LiveGroup, Member, PartitionKey};
use crate::fault::{Fault, FaultKind};
use crate::name::GroupName;

pub(super) fn name(text: &str) -> GroupName {
    text.parse().unwrap()
}

pub(super) fn key(topic: &str, partition: i32) -> PartitionKey {
    (topic.parse().unwrap(), partition)
}

pub(super) fn fault() -> Fault {
    let (kind, code) = (FaultKind::Denied, "GROUP_AUTHORIZATION_FAILED".to_owned());
    Fault { kind, code, message: "no".to_owned() }
}

pub(super) fn group(text: &str, state: GroupState, members: usize) -> LiveGroup {
    let member = |number| Member {
        id: format!("member-{number}"),
        client_id: "client".into(),
        host: "/127.0.0.1".into(),
        instance_id: None,
        assigned: vec![key("orders", number)],
        target: None,
    };
    let members = (0..).take(members).map(member).collect();
    let kind = GroupKind::Classic;
    LiveGroup {
        name: name(text),
        kind,
        protocol_type: None,
        state,
        assignor: None,
        coordinator: None,
        members,
    }
}

pub(super) fn unsupported_group(text: &str) -> LiveGroup {
    unsupported(name(text), Some("share".into()), None)
}

pub(super) fn commits(rows: &[(&str, i32, i64)]) -> Commits {
    let commit = |offset| Commit { offset, ..Commit::default() };
    rows.iter()
        .map(|(topic, partition, offset)| (key(topic, *partition), Ok(Some(commit(*offset)))))
        .collect()
}
