//! The states of a partition's reading and of a group, from harmless to grave.

use serde::{Deserialize, Serialize};

/// How a group stands in a partition, or, of a group, the gravest of its partitions. The order is that of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LagState {
    /// Everything is read.
    Ok,
    /// Some records are not read yet.
    Lagging,
    /// Nobody is assigned to it although the group has members.
    Unassigned,
    /// The group has no members now, and something is unread. Consumers that assign partitions by themselves commit
    /// without being members.
    NoMembers,
    /// Nothing was ever committed, or the commit has expired.
    NoCommit,
    /// From samples: the group commits, and its lag has not fallen once in the window.
    NotCatchingUp,
    /// From samples: an offset went back.
    Rewound,
    /// From samples: members are there, and the offset does not move while records wait.
    Stalled,
    /// From samples: nobody is there, and the offset does not move while records wait.
    Stopped,
    /// The commit lies beyond the end of the log: the log was cut or made anew.
    AheadOfEnd,
    /// Records between the commit and the log start are gone unread.
    BelowLogStart,
    /// The group is declared and is not there: it never committed, or everything has expired.
    Missing,
    /// The group's kind has no committed offsets that this client can read.
    UnsupportedType,
    /// The partition has no leader: nobody can be asked for its end.
    NoLeader,
    /// This principal may not see the group or the topic.
    Unauthorised,
    /// It could not be found out for another reason.
    Unknown,
}

impl LagState {
    /// All of them, in their order.
    pub const ALL: [LagState; 16] = [
        LagState::Ok,
        LagState::Lagging,
        LagState::Unassigned,
        LagState::NoMembers,
        LagState::NoCommit,
        LagState::NotCatchingUp,
        LagState::Rewound,
        LagState::Stalled,
        LagState::Stopped,
        LagState::AheadOfEnd,
        LagState::BelowLogStart,
        LagState::Missing,
        LagState::UnsupportedType,
        LagState::NoLeader,
        LagState::Unauthorised,
        LagState::Unknown,
    ];

    /// In words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            LagState::Ok => "ok",
            LagState::Lagging => "lagging",
            LagState::Unassigned => "unassigned",
            LagState::NoMembers => "no members",
            LagState::NoCommit => "no commit",
            LagState::NotCatchingUp => "not catching up",
            LagState::Rewound => "rewound",
            LagState::Stalled => "stalled",
            LagState::Stopped => "stopped",
            LagState::AheadOfEnd => "ahead of end",
            LagState::BelowLogStart => "below log start",
            LagState::Missing => "missing",
            LagState::UnsupportedType => "unsupported type",
            LagState::NoLeader => "no leader",
            LagState::Unauthorised => "unauthorised",
            LagState::Unknown => "unknown",
        }
    }

    /// In one word, for metrics and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LagState::Ok => "ok",
            LagState::Lagging => "lagging",
            LagState::Unassigned => "unassigned",
            LagState::NoMembers => "no_members",
            LagState::NoCommit => "no_commit",
            LagState::NotCatchingUp => "not_catching_up",
            LagState::Rewound => "rewound",
            LagState::Stalled => "stalled",
            LagState::Stopped => "stopped",
            LagState::AheadOfEnd => "ahead_of_end",
            LagState::BelowLogStart => "below_log_start",
            LagState::Missing => "missing",
            LagState::UnsupportedType => "unsupported_type",
            LagState::NoLeader => "no_leader",
            LagState::Unauthorised => "unauthorised",
            LagState::Unknown => "unknown",
        }
    }

    /// True where the number of unread records could not be found out.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self >= LagState::UnsupportedType
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_the_order_of_gravity() {
        assert!(LagState::ALL.is_sorted());
        for state in LagState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        assert!(LagState::NoLeader.is_unknown() && !LagState::Missing.is_unknown());
    }
}
