//! From librdkafka's words on groups to eventctl's own.

use eventctl_core::groups::listing::GroupListing;
use eventctl_core::groups::live::{Commit, GroupKind, GroupState, LiveGroup, Member, PartitionKey};
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::topics::live::Broker;

use crate::kafka::native::groups as native;
use crate::kafka::native::metadata::Node;

/// The kind. Brokers before Kafka 3.8 do not tell it of what they list: there are classic groups only.
pub(super) fn kind(name: &str) -> GroupKind {
    if name == "Consumer" { GroupKind::Consumer } else { GroupKind::Classic }
}

pub(super) fn broker(node: Node) -> Broker {
    Broker { id: node.id, host: node.host, port: node.port, rack: node.rack }
}

/// A listed group; none for a name that is no legal one.
pub(super) fn listing(listing: native::Listing) -> Option<GroupListing> {
    Some(GroupListing {
        name: GroupName::try_from(listing.group).ok()?,
        kind: kind(&listing.kind),
        state: GroupState::of(&listing.state),
        protocol_type: None,
    })
}

pub(super) fn group(name: &GroupName, description: native::Description) -> LiveGroup {
    let mut members: Vec<Member> = description.members.into_iter().map(member).collect();
    members.sort_unstable();
    LiveGroup {
        name: name.clone(),
        kind: kind(&description.kind),
        protocol_type: None,
        state: GroupState::of(&description.state),
        assignor: description.assignor,
        coordinator: description.coordinator.map(broker),
        members,
    }
}

fn member(member: native::Member) -> Member {
    Member {
        id: member.id,
        client_id: member.client_id,
        host: member.host,
        instance_id: member.instance_id,
        assigned: partitions(member.assigned),
        target: member.target.map(partitions),
    }
}

fn partitions(partitions: Vec<(String, i32)>) -> Vec<PartitionKey> {
    let key = |(topic, partition): (String, i32)| Some((TopicName::try_from(topic).ok()?, partition));
    let mut partitions: Vec<PartitionKey> = partitions.into_iter().filter_map(key).collect();
    partitions.sort_unstable();
    partitions
}

/// What librdkafka says of a group of another protocol, such as Connect's, is an error whose text ends with the
/// protocol's name in brackets.
pub(super) fn other_protocol(code: &str, message: &str) -> Option<String> {
    let told = message.split_once(" is not a consumer group (").filter(|_| code == "_INVALID_ARG");
    // The group's own name may hold such words as well, so that the last bracket counts.
    told.and_then(|_| message.rsplit_once(" is not a consumer group ("))
        .map(|(_, rest)| rest.trim_end_matches('.').trim_end_matches(')').to_owned())
}

/// A commit; none where there is none.
pub(super) fn commit(offset: Option<i64>, leader_epoch: i32, metadata: Option<String>) -> Option<Commit> {
    let leader_epoch = (leader_epoch >= 0).then_some(leader_epoch);
    offset.map(|offset| Commit { offset, leader_epoch, metadata })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_another_protocol_are_told_by_librdkafkas_words() {
        let rows = [
            ("_INVALID_ARG", "GroupId workers is not a consumer group (connect).", Some("connect")),
            (
                "_INVALID_ARG",
                "GroupId x is not a consumer group (a). is not a consumer group (b).",
                Some("b"),
            ),
            ("_INVALID_ARG", "Duplicate groups not allowed", None),
            ("GROUP_AUTHORIZATION_FAILED", "GroupId a is not a consumer group (b).", None),
        ];
        for (code, message, expected) in rows {
            assert_eq!(other_protocol(code, message).as_deref(), expected, "{message}");
        }
    }

    #[test]
    fn a_commit_has_what_was_committed_and_nothing_made_up() {
        let rows = [
            (None, 3, None),
            (Some(0), -1, Some(Commit::default())),
            (Some(7), 0, Some(Commit { offset: 7, leader_epoch: Some(0), metadata: None })),
        ];
        for (offset, epoch, expected) in rows {
            assert_eq!(commit(offset, epoch, None), expected, "{offset:?} {epoch}");
        }
    }
}
