//! The lists of groups that brokers give, and what they say of a group that its coordinator does not know.
//!
//! The client library has two lists: a newer one of the groups that it supports, with their states, which also tells of
//! brokers that did not list theirs; and an older one that names groups of all kinds and tells neither.

use std::collections::BTreeMap;

use super::live::{GroupKind, GroupState, LiveGroup};
use crate::fault::{Fault, Seen};
use crate::name::GroupName;
use crate::topics::live::Broker;

/// One listed group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    /// Its name.
    pub name: GroupName,
    /// Which protocol it speaks.
    pub kind: GroupKind,
    /// What it is doing. `Unknown` where the kind is not supported.
    pub state: GroupState,
    /// The broker's own word for its kind or protocol, where the kind is not supported and the broker tells it.
    pub protocol_type: Option<String>,
}

/// Both lists together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupLists {
    /// The groups that this principal may see, by name.
    pub groups: BTreeMap<GroupName, GroupListing>,
    /// What brokers said that did not list theirs: while there is any, a group that is not listed may be there.
    pub unlisted: Vec<Fault>,
}

impl GroupLists {
    /// Joins the lists: what only the older one names is of a kind that is not supported.
    #[must_use]
    pub fn join(
        supported: Vec<GroupListing>,
        all: Vec<(GroupName, Option<String>)>,
        unlisted: Vec<Fault>,
    ) -> GroupLists {
        let mut groups: BTreeMap<GroupName, GroupListing> =
            supported.into_iter().map(|listing| (listing.name.clone(), listing)).collect();
        for (name, protocol_type) in all {
            groups.entry(name.clone()).or_insert_with(|| GroupListing {
                name,
                kind: GroupKind::Unsupported,
                state: GroupState::Unknown,
                protocol_type,
            });
        }
        GroupLists { groups, unlisted }
    }

    /// What becomes of a group that its coordinator does not know as one that is supported: it is of another kind, or it
    /// is not there, or it cannot be told.
    #[must_use]
    pub fn tell(&self, name: &GroupName, coordinator: Option<Broker>) -> Seen<LiveGroup> {
        match (self.groups.get(name), self.unlisted.first()) {
            (Some(listing), _) if listing.kind == GroupKind::Unsupported => {
                Seen::Present(unsupported(name.clone(), listing.protocol_type.clone(), coordinator))
            }
            (None, Some(fault)) => Seen::Unknown(fault.clone()),
            // A supported group that its coordinator does not know is one that has just gone.
            (Some(_) | None, _) => Seen::Absent,
        }
    }
}

/// A group of a kind that is not supported: nothing is known of it but that it is there.
#[must_use]
pub fn unsupported(name: GroupName, protocol_type: Option<String>, coordinator: Option<Broker>) -> LiveGroup {
    LiveGroup {
        name,
        kind: GroupKind::Unsupported,
        protocol_type,
        state: GroupState::Unknown,
        assignor: None,
        coordinator,
        members: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;

    fn name(text: &str) -> GroupName {
        text.parse().unwrap()
    }

    fn listing(text: &str) -> GroupListing {
        let (kind, state) = (GroupKind::Classic, GroupState::Empty);
        GroupListing { name: name(text), kind, state, protocol_type: None }
    }

    #[test]
    fn what_only_the_older_list_names_is_of_another_kind() {
        let old = vec![
            (name("a"), Some("consumer".to_owned())),
            (name("workers"), Some("connect".to_owned())),
            (name("shared"), None),
        ];
        let lists = GroupLists::join(vec![listing("a"), listing("b")], old, Vec::new());
        let kinds: Vec<_> = lists.groups.values().map(|it| (it.name.as_str(), it.kind)).collect();
        use GroupKind::{Classic, Unsupported};
        assert_eq!(
            kinds,
            [("a", Classic), ("b", Classic), ("shared", Unsupported), ("workers", Unsupported)]
        );
        assert_eq!(lists.groups["workers"].protocol_type.as_deref(), Some("connect"));
    }

    #[test]
    fn absent_and_of_another_kind_are_never_taken_for_each_other() {
        let fault = Fault { kind: FaultKind::TimedOut, code: "_TIMED_OUT".into(), message: "late".into() };
        let lists = |unlisted: &[Fault]| {
            GroupLists::join(
                vec![listing("gone")],
                vec![(name("shared"), None), (name("gone"), Some("consumer".into()))],
                unlisted.to_vec(),
            )
        };
        let whole = lists(&[]);
        let in_part = lists(std::slice::from_ref(&fault));
        for lists in [&whole, &in_part] {
            let told = lists.tell(&name("shared"), None);
            assert_eq!(told.present().map(|group| group.kind), Some(GroupKind::Unsupported));
            assert_eq!(lists.tell(&name("gone"), None), Seen::Absent);
        }
        assert_eq!(whole.tell(&name("never"), None), Seen::Absent);
        assert_eq!(in_part.tell(&name("never"), None), Seen::Unknown(fault));
    }
}
